"""Normalize a client's PDF: sound, upright, without anything that its pages do not show."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from assembler.evidence.annotations import annotation_survey
from assembler.evidence.annotations.mark_drawing import make_mark_loss
from assembler.evidence.camera_data import strip_camera_data
from assembler.evidence.client_links import move_misplaced_actions
from assembler.evidence.encryption import count_restrictions
from assembler.evidence.integrity import find_damage
from assembler.evidence.long_numbers import shorten_numbers
from assembler.evidence.losses import Loss, find_losses, make_loss
from assembler.evidence.parser_warnings import is_relevant, sort_complaints
from assembler.evidence.readers import pdf_ladder
from assembler.evidence.refusal import Refused
from assembler.evidence.sanitize import (
    balance_graphics_state,
    clean_pdf,
    count_removed,
    drop_broken_annotations,
)
from assembler.evidence.xref_positions import has_cut_off_update
from assembler.model import Severity
from assembler.runtime.atomic_files import open_deferring_errors

LETTER = (0.0, 0.0, 612.0, 792.0)
_CUT_OFF = "it was being changed, and the end of the change is missing"
_MIN_SIDE = 3.0  # points
_MAX_SIDE = 14_400.0  # points: the largest page allowed (PDF 32000-1, annex C)
_MAX_DISTANCE = 10 * _MAX_SIDE  # points from the origin, where viewers lose precision
_MAX_PARENTS = 64  # levels of the page tree searched for an inherited entry
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizedPdf:
    """Findings of a normalization. `faults`: damage that was repaired; none for a sound file.

    `slips`: violations of the PDF standard that lose nothing, provided that another reader shows
    the same pages.
    """

    removed: tuple[tuple[str, int], ...]  # kind of content removed, count
    # pages (from 0) on which values or marks without an appearance in the file were drawn
    redrawn: frozenset[int]
    faults: tuple[str, ...]
    losses: tuple[Loss, ...]
    steps: tuple[str, ...]  # readers tried
    slips: tuple[str, ...] = ()


def normalize_pdf(data: bytes, target: Path, password: str = "") -> NormalizedPdf:
    """Write the normalized PDF to `target`. Raises Refused if the file cannot be used at all."""
    reading = pdf_ladder.open_pdf(data, password)
    try:
        with reading.pdf as pdf:
            broken = [*reading.faults, *find_damage(pdf)]
            broken += [_CUT_OFF] if has_cut_off_update(data) else []
            messages = [*reading.complaints, *map(str, pdf.get_warnings())]
            complaints = sort_complaints(
                pdf, data, messages, unopened=reading.unopened, intact=not broken
            )
            faults = [*broken, *complaints.damage]
            for page in pdf.pages:
                drop_broken_annotations(page)
            move_misplaced_actions(pdf)
            losses = list(find_losses(pdf))
            removed = count_removed(pdf) + count_restrictions(pdf, password)
            removed += strip_camera_data(pdf)
            marks, fields = annotation_survey.list_marks(pdf), annotation_survey.list_fields(pdf)
            drawings = clean_pdf(pdf)
            losses += drawings.losses
            for number, page in enumerate(pdf.pages, 1):
                faults += _normalize_boxes(page)
                losses += _normalize_rotation(number, page)
                losses += _drop_unit(number, page)
                balance_graphics_state(page)
            shorten_numbers(pdf)
            _save(pdf, target)
    except pdf_ladder.PDF_ERRORS as error:
        raise Refused("EVID.BROKEN", "the PDF is damaged", "ask for the file again") from error
    _check_sound(target)
    excluded = annotation_survey.ExcludedPlaces(marks=drawings.marks.ours, fields=fields)
    redrawn = drawings.pages
    if marks:
        survey = annotation_survey.survey_marks(data, password, target, marks, excluded)
        removed["comment or mark (still visible)"] += survey.visible
        removed["comment or mark (not visible)"] += len(survey.invisible)
        losses += map(_report_invisible_mark, survey.invisible)
        redrawn |= survey.changed
    return NormalizedPdf(
        removed=tuple(sorted((kind, count) for kind, count in removed.items() if count)),
        redrawn=redrawn,
        faults=tuple(dict.fromkeys(faults)),
        slips=complaints.slips,
        losses=tuple(losses),
        steps=reading.steps,
    )


def _save(pdf: pikepdf.Pdf, target: Path) -> None:
    with open_deferring_errors(target) as out:
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    pdf.get_warnings()  # discards warnings about our changes, not faults of the file


def list_losses(data: bytes, password: str) -> tuple[Loss, ...]:
    """Return what a file contains and a bundle cannot, if another reader supplies its pages; () if
    it does not open."""
    try:
        with pikepdf.open(io.BytesIO(data), password=password) as pdf:
            return find_losses(pdf)
    except pikepdf.PdfError:
        return ()


def _report_invisible_mark(mark: annotation_survey.SurveyedMark) -> Loss:
    return make_mark_loss(
        mark.page, mark.place, mark.kind, "shows nothing on the page", Severity.WARNING
    )


def _check_sound(target: Path) -> None:
    """Raise Refused if the written PDF is not sound, since later steps rely on it."""
    try:
        with pikepdf.open(target) as pdf:
            unsound = any(map(is_relevant, map(str, pdf.get_warnings())))
    except pikepdf.PdfError:
        unsound = True
    if unsound:
        raise Refused("EVID.BROKEN", "the PDF is damaged beyond repair", "ask for the file again")


def _normalize_boxes(page: pikepdf.Page) -> Iterator[str]:
    """Write media and crop box on the page itself, the second within the first; yield what had to
    be guessed."""
    media = _read_box(_find_inherited(page, Name.MediaBox))
    if media is None:
        yield "a page has no valid size and was given Letter size"
        media = LETTER
    raw = _find_inherited(page, Name.CropBox)
    crop = media if raw is None else _read_box(raw)
    if crop is None:
        yield "the visible part of a page has no valid size, so the whole page is shown"
        crop = media
    visible = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    if visible[2] - visible[0] < _MIN_SIDE or visible[3] - visible[1] < _MIN_SIDE:
        raise Refused("EVID.GEOMETRY", "a page has no visible area", "print the file to a new PDF")
    if (
        max(visible[2] - visible[0], visible[3] - visible[1]) > _MAX_SIDE
        or max(map(abs, media)) > _MAX_DISTANCE
    ):
        problem = "a page is larger than a PDF page may be (200 by 200 inches)"
        remedy = "print the file to a new PDF, on a standard paper size"
        raise Refused("EVID.GEOMETRY", problem, remedy)
    page.MediaBox, page.CropBox = Array(media), Array(visible)


def _find_inherited(page: pikepdf.Page, key: Name) -> Any:
    """Return a page's entry, or that of the nearest parent that has it."""
    node: Any = page.obj
    for _ in range(_MAX_PARENTS):
        if not isinstance(node, Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get(Name.Parent)
    return None


def _read_box(raw: Any) -> Box | None:
    """Return left, bottom, right, top, whichever corners were given; None if it is not a box or is
    empty."""
    if not isinstance(raw, Array) or len(raw) != 4:
        return None
    numbers = [_read_number(value) for value in raw]
    if not all(math.isfinite(value) for value in numbers):
        return None
    x0, y0, x1, y1 = numbers
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[2] > box[0] and box[3] > box[1] else None


def _read_number(value: Any) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else math.nan


def _normalize_rotation(number: int, page: pikepdf.Page) -> Iterator[Loss]:
    """Bring /Rotate to 0, 90, 180 or 270.

    Every viewer ignores an odd angle below 90; each treats larger ones differently.
    """
    raw = _read_number(_find_inherited(page, Name.Rotate) or 0)
    if not math.isfinite(raw) or (raw % 90 and abs(raw) > 90):
        raise Refused(
            "EVID.GEOMETRY", "a page is rotated by an odd angle", "print the file to a new PDF"
        )
    page.Rotate = 0 if raw % 90 else int(raw) % 360
    if raw % 90:
        yield make_loss(
            "EVID.GEOMETRY",
            f"the page asks to be rotated by {raw:g} degrees, which viewers ignore",
            "check that it is upright",
            Severity.INFO,
            page=number,
        )


def _drop_unit(number: int, page: pikepdf.Page) -> Iterator[Loss]:
    """Remove /UserUnit, which changes the paper size a page claims, not its appearance; few
    programs use it."""
    raw = page.get(Name.UserUnit)
    if raw is None:
        return
    del page.UserUnit
    unit = _read_number(raw)
    if unit != 1:
        yield make_loss(
            "EVID.GEOMETRY",
            f"the page says it is {unit:g} times as large on paper as it is here",
            "nothing to do",
            Severity.INFO,
            page=number,
        )
