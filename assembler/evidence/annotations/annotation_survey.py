"""Comments and marks of a page that was made normal: which are seen, and which a viewer draws
otherwise than the page shows them.

A caret that is mixed with the paper: each viewer draws it, and flattening does not. So pages that
had marks are compared with the client's file as PDFium draws it, and where a mark's place differs,
that place is put over the page as a picture. Marks that PDFium does not draw, and we do, are left
as they are, and so are form fields, which PDFium leaves out where it is not asked for a form: no
picture may cover one. That a mark stays visible is said only of one that was seen on the page made.
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
from pikepdf import Array, Name, Pdf
from PIL import Image

from assembler.evidence.annotations.mark_drawing import has_picture, visible_marks
from assembler.evidence.annotations.mark_outlines import pairs, reach_of
from assembler.evidence.losses import hidden_annotation
from assembler.pdf.geometry import Frame, apply, compose, inverse, operands, to_page
from assembler.pdf.recovery import open_document
from assembler.runtime.atomic_files import open_deferring_errors

_SCALE = 1.0  # pixels a point, for comparing
_FINE = 200 / 72  # pixels a point, of the picture put over the page
_MOST = 4000  # pixels a side
_APART = 24  # gray levels of a pixel
_CLOSE, _FAINT = (
    2.0,
    6,
)  # pixels a point and levels of a color, for seeing whether there is anything
_ENOUGH = 4  # pixels
_BORDER = 3.0  # points around a mark
_ICON = 20.0  # points a side of PDFium's icon of a note, which begins at its lower left corner
_EDGE = 1.0  # points around a field: half its border's line lies outside
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark that a viewer should show. `place`: among those of its page, from 1; `box`: in its
    page's own coordinates."""

    page: int  # from 0
    place: int
    kind: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Pages (from 0) that were changed; marks of which something, and of which nothing is seen."""

    changed: frozenset[int]
    seen: int
    unseen: tuple[Mark, ...]


def marks_of(pdf: Pdf) -> tuple[Mark, ...]:
    """Return all marks that show."""
    return tuple(
        Mark(page=page, place=place, kind=str(note.get(Name.Subtype)), box=box)
        for page, place, note in visible_marks(pdf)
        if (box := _box(note)) is not None
    )


def fields_of(pdf: Pdf) -> dict[int, tuple[Box, ...]]:
    """Return the places of form fields, by page from 0, in each page's own coordinates."""
    places: dict[int, tuple[Box, ...]] = {}
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots, ())
        fields = [note for note in notes if note.get(Name.Subtype) == Name.Widget]
        boxes = [_box(field) for field in fields if not hidden_annotation(field)]
        places[number] = tuple(box for box in boxes if box is not None)
    return places


def _box(note: Any) -> Box | None:
    """A mark's rectangle, and all that it is drawn through."""
    try:
        x0, y0, x1, y1 = (float(value) for value in note.get(Name.Rect, ()))
        points = [(x0, y0), (x1, y1)]
        if note.get(Name.Subtype) == Name.Text and not has_picture(note):
            points.append((min(x0, x1) + _ICON, min(y0, y1) + _ICON))
        lists = [note.get(key) for key in (Name.L, Name.Vertices, Name.QuadPoints)]
        lists += list(note.get(Name.InkList, ()))
        for numbers in lists:
            points += (
                pairs([float(value) for value in numbers]) if isinstance(numbers, Array) else ()
            )
    except (TypeError, ValueError):
        return None
    return reach_of(points, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnElsewhere:
    """Places by page (from 0) that PDFium does not show, in each page's own coordinates."""

    marks: Mapping[int, Sequence[Box]]  # of kinds it cannot draw
    fields: Mapping[int, Sequence[Box]]


def look(
    data: bytes, password: str, made: Path, marks: Sequence[Mark], elsewhere: DrawnElsewhere
) -> Looked:
    """See which marks are seen on the pages of `made`.

    First pictures are put over those that look otherwise than in the client's file.
    """
    try:
        before, _ = open_document(data, password)
    except pdfium.PdfiumError:
        return Looked(changed=frozenset(), seen=0, unseen=tuple(marks))
    by_page = {number: tuple(group) for number, group in groupby(marks, key=lambda mark: mark.page)}
    try:
        changed = _mend(before, made, by_page, elsewhere)
        now = pdfium.PdfDocument(made)
        try:
            unseen = [
                mark
                for page, some in by_page.items()
                for mark in _unseen(before[page], now[page], some)
            ]
        finally:
            now.close()
    finally:
        before.close()
    return Looked(changed=changed, seen=len(marks) - len(unseen), unseen=tuple(unseen))


def _mend(
    before: Any, made: Path, marks: Mapping[int, Sequence[Mark]], elsewhere: DrawnElsewhere
) -> frozenset[int]:
    now = pdfium.PdfDocument(made)
    try:
        patches = {
            number: _patches(before[number], now[number], some, elsewhere)
            for number, some in marks.items()
        }
    finally:
        now.close()
    changed = frozenset(number for number, some in patches.items() if some)
    if changed:
        with Pdf.open(made, allow_overwriting_input=True) as pdf:
            for number in sorted(changed):
                _draw(pdf, pdf.pages[number], patches[number])
            with open_deferring_errors(made) as out:
                pdf.save(
                    out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
                )
    return changed


def _unseen(before: Any, now: Any, marks: Sequence[Mark]) -> Iterator[Mark]:
    """Marks in whose places the page looks as it does without any."""
    scale = min(_CLOSE, _MOST / max(now.get_size()))
    with_them = np.asarray(now.render(scale=scale).to_pil().convert("RGB")).astype(np.int16)
    without = np.asarray(before.render(scale=scale, draw_annots=False).to_pil().convert("RGB"))
    if with_them.shape != without.shape:
        yield from marks
        return
    apart = np.abs(with_them - without).max(axis=2) > _FAINT
    frame = _frame(now)
    for mark in marks:
        place = _seen(mark.box, frame)
        if place is None or not _differs(apart, place, scale, frame.height):
            yield mark


Patch = tuple[Image.Image, Box]  # a picture and its place on the page as seen


def _frame(page: Any) -> Frame:
    x0, y0, x1, y1 = page.get_cropbox()
    return Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=page.get_rotation())


def _patches(
    before: Any, now: Any, marks: Sequence[Mark], elsewhere: DrawnElsewhere
) -> list[Patch]:
    frame, number = _frame(now), marks[0].page
    scale = min(_SCALE, _MOST / max(now.get_size()))
    one, other = _gray(before, scale), _gray(now, scale)
    if one.shape != other.shape:
        return []
    apart = np.abs(one.astype(np.int16) - other) > _APART
    fields = _places(elsewhere.fields.get(number, ()), frame, _EDGE)
    for field in fields:
        left, top, right, bottom = _pixels(field, scale, frame.height)
        apart[top:bottom, left:right] = False
    taken = _places(elsewhere.marks.get(number, ()), frame, _BORDER)
    boxes = [
        mark.box
        for mark in marks
        if (place := _seen(mark.box, frame))
        and not any(_overlap(place, other) for other in taken)
        and _differs(apart, place, scale, frame.height)
    ]
    places = [place for box in boxes if (place := _beside(box, frame, fields))]
    if not places:
        return []
    fine = min(_FINE, _MOST / max(now.get_size()))
    picture = before.render(scale=fine).to_pil().convert("RGB")
    return [
        (picture.crop(_pixels(place, fine, frame.height)), place) for place in dict.fromkeys(places)
    ]


def _beside(box: Box, frame: Frame, fields: Sequence[Box]) -> Box | None:
    """The place of a picture over a mark, without its border where that would cover a field.

    None where a field would be covered all the same.
    """
    for border in (_BORDER, 0.0):
        place = _seen(box, frame, border)
        if place and not any(_overlap(place, field) for field in fields):
            return place
    return None


def _places(boxes: Sequence[Box], frame: Frame, border: float) -> list[Box]:
    return [place for box in boxes if (place := _seen(box, frame, border))]


def _gray(page: Any, scale: float) -> np.ndarray[Any, Any]:
    """Drawn in color first: PDFium mixes transparent colors wrongly where it draws in gray."""
    return np.asarray(page.render(scale=scale).to_pil().convert("L"))


def _seen(box: Box, frame: Frame, border: float = _BORDER) -> Box | None:
    """A box, with a border, on the page as seen; None where it is outside."""
    back = inverse(to_page(frame))
    corners = [apply(back, box[0], box[1]), apply(back, box[2], box[3])]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    left, right = max(0.0, xs[0] - border), min(frame.width, xs[1] + border)
    bottom, top = max(0.0, ys[0] - border), min(frame.height, ys[1] + border)
    return (left, bottom, right, top) if right - left > 1 and top - bottom > 1 else None


def _pixels(place: Box, scale: float, height: float) -> tuple[int, int, int, int]:
    left, bottom, right, top = place
    return (
        round(left * scale),
        round((height - top) * scale),
        round(right * scale),
        round((height - bottom) * scale),
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _differs(apart: np.ndarray[Any, Any], place: Box, scale: float, height: float) -> bool:
    left, top, right, bottom = _pixels(place, scale, height)
    return int(apart[top:bottom, left:right].sum()) >= _ENOUGH


def _draw(pdf: Pdf, page: pikepdf.Page, patches: Sequence[Patch]) -> None:
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=int(page.get(Name.Rotate, 0)))
    drawn = []
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
        matrix = compose((right - left, 0, 0, top - bottom, left, bottom), to_page(frame))
        drawn.append(b"q " + operands(matrix) + b" cm " + str(name).encode() + b" Do Q\n")
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + b"".join(drawn), prepend=False)
