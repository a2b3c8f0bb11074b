"""A client's PDF made normal: sound, upright, without anything that a page does not show."""

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
from assembler.evidence.annotations.mark_drawing import mark_loss
from assembler.evidence.camera_data import strip_pictures
from assembler.evidence.encryption import locked
from assembler.evidence.integrity import faults_of
from assembler.evidence.long_numbers import shorten_numbers
from assembler.evidence.losses import Loss, losses_of
from assembler.evidence.parser_warnings import is_worth_telling, sort_complaints
from assembler.evidence.readers import pdf_ladder
from assembler.evidence.refusal import Refused
from assembler.evidence.sanitize import balance, clean, plain_notes, removed_from
from assembler.evidence.xref_positions import breaks_off
from assembler.model import Severity
from assembler.runtime.atomic_files import open_deferring_errors

LETTER = (0.0, 0.0, 612.0, 792.0)
_CUT_OFF = "a change was being added to it, and its end is missing"
_SMALLEST = 3.0  # points
_LARGEST = 14_400.0  # points: no page may be larger (PDF 32000-1, annex C)
_FARTHEST = 10 * _LARGEST  # points from the origin; beyond, a viewer's numbers are too coarse
_DEEPEST = 64  # parents of a page that are asked
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """What making a file normal found. `faults`: what was damaged and mended; none for a sound
    file.

    `slips`: what breaks the rules of PDF and takes nothing away, as long as another reader shows
    the same pages.
    """

    removed: tuple[tuple[str, int], ...]  # what was taken out, by kind
    redrawn: frozenset[
        int
    ]  # pages (from 0) on which values or marks were drawn that the file held no picture of
    faults: tuple[str, ...]
    losses: tuple[Loss, ...]
    steps: tuple[str, ...]  # readers tried
    slips: tuple[str, ...] = ()


def normal_pdf(data: bytes, target: Path, password: str = "") -> Normal:
    """Write `target`. Raises Refused where the file cannot be used at all."""
    reading = pdf_ladder.read(data, password)
    try:
        with reading.pdf as pdf:
            broken = [*reading.faults, *faults_of(pdf), *([_CUT_OFF] if breaks_off(data) else [])]
            said = [*reading.complaints, *map(str, pdf.get_warnings())]
            found = sort_complaints(pdf, data, said, unopened=reading.unopened, intact=not broken)
            faults = [*broken, *found.damage]
            slips = found.slips
            for page in pdf.pages:
                plain_notes(page)
            losses = list(losses_of(pdf))
            removed = removed_from(pdf) + locked(pdf, password) + strip_pictures(pdf)
            shown, fields = annotation_survey.marks_of(pdf), annotation_survey.fields_of(pdf)
            drawn = clean(pdf)
            losses += drawn.losses
            for number, page in enumerate(pdf.pages, 1):
                faults += _normal_boxes(page)
                losses += _turned(number, page)
                losses += _unit(number, page)
                balance(page)
            shorten_numbers(pdf)
            with open_deferring_errors(target) as out:
                pdf.save(
                    out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
                )
            pdf.get_warnings()  # of what we did to it, which is no fault of the client's file
    except (
        pikepdf.PdfError,
        pikepdf.QpdfRuntimeError,
        pikepdf.ForeignObjectError,
        RecursionError,
    ) as error:
        raise Refused("EVID.BROKEN", "the PDF is damaged", "ask for the file again") from error
    _opens(target)
    elsewhere = annotation_survey.DrawnElsewhere(marks=drawn.marks.ours, fields=fields)
    looked = annotation_survey.look(data, password, target, shown, elsewhere) if shown else None
    if looked:
        removed["comment or mark (it stays visible)"] += looked.seen
        removed["comment or mark (nothing of it is seen)"] += len(looked.unseen)
        losses += map(_unseen, looked.unseen)
    return Normal(
        removed=tuple(sorted((what, count) for what, count in removed.items() if count)),
        redrawn=drawn.pages | (looked.changed if looked else frozenset()),
        faults=tuple(dict.fromkeys(faults)),
        slips=slips,
        losses=tuple(losses),
        steps=reading.steps,
    )


def losses_in(data: bytes, password: str) -> tuple[Loss, ...]:
    """What a file holds and a bundle cannot, though its pages are taken from another reader;
    none where it does not open."""
    try:
        with pikepdf.open(io.BytesIO(data), password=password) as pdf:
            return losses_of(pdf)
    except pikepdf.PdfError:
        return ()


def _unseen(mark: annotation_survey.Mark) -> Loss:
    return mark_loss(
        mark.page, mark.place, mark.kind, "shows nothing on the page", Severity.WARNING
    )


def _opens(target: Path) -> None:
    """What was written must be sound, or later steps would stumble over it. Raises Refused."""
    try:
        with pikepdf.open(target) as made:
            unsound = any(map(is_worth_telling, map(str, made.get_warnings())))
    except pikepdf.PdfError:
        unsound = True
    if unsound:
        raise Refused("EVID.BROKEN", "the PDF is damaged beyond repair", "ask for the file again")


def _normal_boxes(page: pikepdf.Page) -> Iterator[str]:
    """Media and crop box written on the page itself, in order, the second within the first; what
    had to be guessed."""
    media = _box(_inherited(page, Name.MediaBox))
    if media is None:
        yield "a page has no proper size and was given that of Letter"
        media = LETTER
    raw = _inherited(page, Name.CropBox)
    crop = media if raw is None else _box(raw)
    if crop is None:
        yield "a page's visible part has no proper size, and all of the page is shown"
        crop = media
    cut = (
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    if cut[2] - cut[0] < _SMALLEST or cut[3] - cut[1] < _SMALLEST:
        raise Refused("EVID.GEOMETRY", "a page has no visible area", "print the file to a new PDF")
    if max(cut[2] - cut[0], cut[3] - cut[1]) > _LARGEST or max(map(abs, media)) > _FARTHEST:
        problem = "a page is larger than the pages of a PDF may be (200 by 200 inches)"
        remedy = "print the file to a new PDF, on paper of a usual size"
        raise Refused("EVID.GEOMETRY", problem, remedy)
    page.MediaBox, page.CropBox = Array(media), Array(cut)


def _inherited(page: pikepdf.Page, key: Name) -> Any:
    """A page's entry, or that of the nearest parent that has it."""
    node: Any = page.obj
    for _ in range(_DEEPEST):
        if not isinstance(node, Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get(Name.Parent)
    return None


def _box(raw: Any) -> Box | None:
    """Left, bottom, right, top, whichever corners were given; None for what is no box or an
    empty one."""
    if not isinstance(raw, Array) or len(raw) != 4:
        return None
    numbers = [_number(value) for value in raw]
    if not all(math.isfinite(value) for value in numbers):
        return None
    x0, y0, x1, y1 = numbers
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[2] > box[0] and box[3] > box[1] else None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else math.nan


def _turned(number: int, page: pikepdf.Page) -> Iterator[Loss]:
    """/Rotate within 0..270. Every viewer shows an odd angle below 90 unturned; of larger ones
    each makes something else."""
    raw = _number(_inherited(page, Name.Rotate) or 0)
    if not math.isfinite(raw) or (raw % 90 and abs(raw) > 90):
        raise Refused(
            "EVID.GEOMETRY", "a page is rotated by an odd angle", "print the file to a new PDF"
        )
    page.Rotate = 0 if raw % 90 else int(raw) % 360
    if raw % 90:
        yield Loss(
            rule="EVID.GEOMETRY",
            severity=Severity.INFO,
            page=number,
            problem=f"the page asks to be turned by {raw:g} degrees, which no viewer does",
            remedy="check that it is upright",
        )


def _unit(number: int, page: pikepdf.Page) -> Iterator[Loss]:
    """/UserUnit changes the paper a page says it is printed on, not what is seen on it; few
    programs heed it."""
    raw = page.get(Name.UserUnit)
    if raw is None:
        return
    del page.UserUnit
    unit = _number(raw)
    if unit != 1:
        yield Loss(
            rule="EVID.GEOMETRY",
            severity=Severity.INFO,
            page=number,
            problem=f"the page says it is {unit:g} times as large on paper as it is here",
            remedy="nothing to do",
        )
