"""Survey the comments and marks of a normalized page: which are visible, and which a viewer draws
differently.

One example is a caret that is blended with the paper: each viewer draws it, but flattening does
not. So pages with marks are compared with the client's file as PDFium renders it, and where a
mark's place differs, a picture of that place is put over the page. Left alone are marks that we
draw and PDFium does not, and form fields, which PDFium omits unless a form is initialized: no
picture may cover one. A mark is reported as visible only if it was seen on the resulting page.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Matrix, Name, Pdf
from PIL import Image, ImageChops

from assembler.evidence.annotations.mark_outlines import enclose, pair_up
from assembler.evidence.annotations.marks import has_appearance, list_visible_marks
from assembler.evidence.losses import is_hidden_annotation
from assembler.pdf.geometry import Frame, find_page_matrix, format_operands
from assembler.pdf.recovery import open_document
from assembler.runtime.atomic_files import open_deferring_errors

_COMPARE_SCALE = 1.0  # pixels per point
_PATCH_SCALE = 200 / 72  # pixels per point of the picture put over the page
_MAX_PIXELS = 4000  # per side
_MIN_DIFFERENCE = 24  # gray levels
_VISIBLE_SCALE, _VISIBLE_DIFFERENCE = 2.0, 6  # pixels per point, color levels
_MIN_PIXELS = 4  # that must differ
_BORDER = 3.0  # points around a mark
_ICON = 20.0  # points, side of PDFium's note icon, which starts at its lower left corner
_FIELD_BORDER = 1.0  # points around a field: half of its border line is outside
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedMark:
    """A mark that a viewer should show. `place`: among those of its page, from 1; `box`: in page
    coordinates."""

    page: int  # from 0
    place: int
    kind: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Pages (from 0) that were changed, the number of visible marks, and the invisible ones."""

    changed: frozenset[int]
    visible: int
    invisible: tuple[SurveyedMark, ...]


def list_marks(pdf: Pdf) -> tuple[SurveyedMark, ...]:
    """Return all visible marks."""
    return tuple(
        SurveyedMark(page=page, place=place, kind=str(note.get(Name.Subtype)), box=box)
        for page, place, note in list_visible_marks(pdf)
        if (box := _enclose_mark(note)) is not None
    )


def list_fields(pdf: Pdf) -> dict[int, tuple[Box, ...]]:
    """Return the boxes of form fields, by page from 0, in page coordinates."""
    places: dict[int, tuple[Box, ...]] = {}
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots, ())
        fields = [note for note in notes if note.get(Name.Subtype) == Name.Widget]
        boxes = [_enclose_mark(field) for field in fields if not is_hidden_annotation(field)]
        places[number] = tuple(box for box in boxes if box is not None)
    return places


def _enclose_mark(note: Any) -> Box | None:
    """Return the box of a mark's rectangle and everything it is drawn through."""
    try:
        x0, y0, x1, y1 = (float(value) for value in note.get(Name.Rect, ()))
        points = [(x0, y0), (x1, y1)]
        if note.get(Name.Subtype) == Name.Text and not has_appearance(note):
            points.append((min(x0, x1) + _ICON, min(y0, y1) + _ICON))
        point_lists = [note.get(key) for key in (Name.L, Name.Vertices, Name.QuadPoints)]
        point_lists += list(note.get(Name.InkList, ()))
        for numbers in point_lists:
            points += (
                pair_up([float(value) for value in numbers]) if isinstance(numbers, Array) else ()
            )
    except (TypeError, ValueError):
        return None
    return enclose(points, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedPlaces:
    """Boxes by page (from 0) that PDFium does not show, in page coordinates."""

    marks: Mapping[int, Sequence[Box]]  # kinds that it cannot draw
    fields: Mapping[int, Sequence[Box]]


def survey_marks(
    data: bytes,
    password: str,
    target: Path,
    marks: Sequence[SurveyedMark],
    excluded: ExcludedPlaces,
) -> Survey:
    """Return which marks are visible on the pages of `target`.

    First puts pictures over those that look different in the client's file (`data`).
    """
    try:
        before, _ = open_document(data, password)
    except pdfium.PdfiumError:
        return Survey(changed=frozenset(), visible=0, invisible=tuple(marks))
    by_page = {number: tuple(group) for number, group in groupby(marks, key=lambda mark: mark.page)}
    try:
        changed = _patch_pages(before, target, by_page, excluded)
        after = pdfium.PdfDocument(target)
        try:
            invisible = [
                mark
                for page, page_marks in by_page.items()
                for mark in _find_invisible(before[page], after[page], page_marks)
            ]
        finally:
            after.close()
    finally:
        before.close()
    visible = len(marks) - len(invisible)
    return Survey(changed=changed, visible=visible, invisible=tuple(invisible))


def _patch_pages(
    before: Any,
    target: Path,
    marks: Mapping[int, Sequence[SurveyedMark]],
    excluded: ExcludedPlaces,
) -> frozenset[int]:
    after = pdfium.PdfDocument(target)
    try:
        patches = {
            number: _make_patches(before[number], after[number], page_marks, excluded)
            for number, page_marks in marks.items()
        }
    finally:
        after.close()
    changed = frozenset(number for number, page_patches in patches.items() if page_patches)
    if changed:
        with Pdf.open(target, allow_overwriting_input=True) as pdf:
            for number in sorted(changed):
                _draw_patches(pdf, pdf.pages[number], patches[number])
            with open_deferring_errors(target) as out:
                pdf.save(
                    out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
                )
    return changed


def _find_invisible(
    before: Any, after: Any, marks: Sequence[SurveyedMark]
) -> Iterator[SurveyedMark]:
    """Yield the marks in whose places the page looks the same as without any marks."""
    scale = min(_VISIBLE_SCALE, _MAX_PIXELS / max(after.get_size()))
    with_marks = after.render(scale=scale).to_pil().convert("RGB")
    without = before.render(scale=scale, draw_annots=False).to_pil().convert("RGB")
    if with_marks.size != without.size:
        yield from marks
        return
    colors = np.asarray(ImageChops.difference(with_marks, without)) > _VISIBLE_DIFFERENCE
    differences = colors[:, :, 0] | colors[:, :, 1] | colors[:, :, 2]
    frame = _read_frame(after)
    for mark in marks:
        place = _place_on_page(mark.box, frame)
        if place is None or not _is_changed(differences, place, scale, frame.height):
            yield mark


Patch = tuple[Image.Image, Box]  # a picture and its place on the page as shown


def _read_frame(page: Any) -> Frame:
    x0, y0, x1, y1 = page.get_cropbox()
    return Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=page.get_rotation())


def _make_patches(
    before: Any, after: Any, marks: Sequence[SurveyedMark], excluded: ExcludedPlaces
) -> list[Patch]:
    frame, number = _read_frame(after), marks[0].page
    scale = min(_COMPARE_SCALE, _MAX_PIXELS / max(after.get_size()))
    gray_before, gray_after = _render_gray(before, scale), _render_gray(after, scale)
    if gray_before.shape != gray_after.shape:
        return []
    differences = np.abs(gray_before.astype(np.int16) - gray_after) > _MIN_DIFFERENCE
    fields = _place_boxes(excluded.fields.get(number, ()), frame, _FIELD_BORDER)
    for field in fields:
        left, top, right, bottom = _convert_to_pixels(field, scale, frame.height)
        differences[top:bottom, left:right] = False
    our_marks = _place_boxes(excluded.marks.get(number, ()), frame, _BORDER)
    boxes = [
        mark.box
        for mark in marks
        if (place := _place_on_page(mark.box, frame))
        and not any(_is_overlapping(place, our_mark) for our_mark in our_marks)
        and _is_changed(differences, place, scale, frame.height)
    ]
    places = [place for box in boxes if (place := _patch_place(box, frame, fields))]
    if not places:
        return []
    fine = min(_PATCH_SCALE, _MAX_PIXELS / max(after.get_size()))
    picture = before.render(scale=fine).to_pil().convert("RGB")
    return [
        (picture.crop(_convert_to_pixels(place, fine, frame.height)), place)
        for place in dict.fromkeys(places)
    ]


def _patch_place(box: Box, frame: Frame, fields: Sequence[Box]) -> Box | None:
    """Return the place of a picture over a mark, without a border if that would cover a field.

    None if it would cover a field even so.
    """
    for border in (_BORDER, 0.0):
        place = _place_on_page(box, frame, border)
        if place and not any(_is_overlapping(place, field) for field in fields):
            return place
    return None


def _place_boxes(boxes: Sequence[Box], frame: Frame, border: float) -> list[Box]:
    return [place for box in boxes if (place := _place_on_page(box, frame, border))]


def _render_gray(page: Any, scale: float) -> np.ndarray[Any, Any]:
    """Render in color and convert: PDFium blends transparent colors wrongly in gray."""
    return np.asarray(page.render(scale=scale).to_pil().convert("L"))


def _place_on_page(box: Box, frame: Frame, border: float = _BORDER) -> Box | None:
    """Return a box, with a border, on the page as shown; None if it is outside."""
    back = find_page_matrix(frame).inverse()
    corners = [back.transform((box[0], box[1])), back.transform((box[2], box[3]))]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    left, right = max(0.0, xs[0] - border), min(frame.width, xs[1] + border)
    bottom, top = max(0.0, ys[0] - border), min(frame.height, ys[1] + border)
    return (left, bottom, right, top) if right - left > 1 and top - bottom > 1 else None


def _convert_to_pixels(place: Box, scale: float, height: float) -> tuple[int, int, int, int]:
    left, bottom, right, top = place
    return (
        round(left * scale),
        round((height - top) * scale),
        round(right * scale),
        round((height - bottom) * scale),
    )


def _is_overlapping(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _is_changed(differences: np.ndarray[Any, Any], place: Box, scale: float, height: float) -> bool:
    left, top, right, bottom = _convert_to_pixels(place, scale, height)
    return int(differences[top:bottom, left:right].sum()) >= _MIN_PIXELS


def _draw_patches(pdf: Pdf, page: pikepdf.Page, patches: Sequence[Patch]) -> None:
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=int(page.get(Name.Rotate, 0)))
    operators = []
    for number, (picture, (left, bottom, right, top)) in enumerate(patches):
        stream = pdf.make_stream(
            zlib.compress(picture.tobytes(), 9),
            Type=Name.XObject,
            Subtype=Name.Image,
            ColorSpace=Name.DeviceRGB,
            Width=picture.width,
            Height=picture.height,
            BitsPerComponent=8,
            Filter=Name.FlateDecode,
        )
        name = page.add_resource(stream, Name.XObject, name=Name(f"/AssemblerMark{number}"))
        matrix = Matrix(right - left, 0, 0, top - bottom, left, bottom) @ find_page_matrix(frame)
        operators.append(
            b"q " + format_operands(matrix) + b" cm " + str(name).encode() + b" Do Q\n"
        )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + b"".join(operators), prepend=False)
