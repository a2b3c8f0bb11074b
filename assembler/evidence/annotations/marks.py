"""Read the comments and marks of a PDF (PDF 32000-1, 12.5.6): visibility, shape and style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

from assembler.evidence.annotations import mark_outlines
from assembler.evidence.annotations.form_fields import Box, Color, read_box, read_color, read_number
from assembler.evidence.annotations.mark_outlines import Point
from assembler.evidence.hidden_layers import is_switched_off, list_hidden_layers
from assembler.evidence.losses import is_hidden_annotation

# marks whose appearance PDFium can create
DRAWN_BY_PDFIUM = frozenset(
    ("/Text", "/Square", "/Circle", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Ink")
)
_NOT_MARKS = frozenset(("/Link", "/Widget", "/Popup"))
_MAX_NUMBERS = 20_000  # of one mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark as described in the file."""

    note: Any
    kind: str
    rect: Box
    stroke: Color
    fill: Color
    width: float
    dash: tuple[float, ...]

    def paint(self, path: str, *, fills: bool) -> bytes:
        """Return operators that draw a path in the mark's colors."""
        is_filled, is_stroked = fills and bool(self.fill), self.width > 0 and bool(self.stroke)
        operator = {(True, True): "B", (True, False): "f", (False, True): "S"}.get(
            (is_filled, is_stroked)
        )
        if operator is None:
            return b""
        dash = f"[{' '.join(f'{value:g}' for value in self.dash)}] 0 d" if self.dash else ""
        colors = f"{set_color(self.stroke, 'RG')} {set_color(self.fill, 'rg')}"
        return f"q {colors} {self.width:.3f} w {dash} {path} {operator} Q\n".encode()

    @property
    def inner(self) -> Box:
        """Return the rectangle without the margins the mark names and half its line width."""
        raw = self.note.get(Name.RD)
        margins = [0.0] * 4
        if isinstance(raw, Array) and len(raw) == 4:
            margins = [read_number(value, 0) for value in raw]
        half = self.width / 2
        x0, y0, x1, y1 = self.rect
        box = (
            x0 + margins[0] + half,
            y0 + margins[1] + half,
            x1 - margins[2] - half,
            y1 - margins[3] - half,
        )
        return box if box[2] > box[0] and box[3] > box[1] else self.rect


def list_visible_marks(pdf: Pdf) -> Iterator[tuple[int, int, Any]]:
    """Yield page (from 0), place among its marks (from 1) and annotation of each visible mark."""
    off = list_hidden_layers(pdf)
    for page, place, note in list_notes(pdf):
        if not is_hidden_annotation(note) and not is_switched_off(note, off):
            yield page, place, note


def has_appearance(note: Any) -> bool:
    """Return whether the file has an appearance for a mark in its current state."""
    pictures = note.get(Name.AP)
    normal = pictures.get(Name.N) if isinstance(pictures, Dictionary) else None
    if isinstance(normal, Dictionary) and not isinstance(normal, Stream):
        normal = normal.get(str(note.get(Name.AS, "/Off")))
    return isinstance(normal, Stream)


def is_drawn_by_pdfium(note: Any, rect: Box) -> bool:
    """Return whether PDFium draws a mark completely: a known kind, within its rectangle, no
    cloud."""
    kind = str(note.get(Name.Subtype))
    effect = note.get(Name.BE)
    if kind not in DRAWN_BY_PDFIUM or (
        isinstance(effect, Dictionary) and effect.get(Name.S) == Name.C
    ):
        return False
    if not isinstance(note.get(Name.C), Array | None) or (
        kind in _QUAD_KINDS and not read_numbers(note.get(Name.QuadPoints))
    ):
        return False
    margin = 1.0
    points = [point for line in list_strokes(note, kind) for point in line]
    return all(
        rect[0] - margin <= x <= rect[2] + margin and rect[1] - margin <= y <= rect[3] + margin
        for x, y in points
    )


_QUAD_KINDS = ("/Highlight", "/Underline", "/Squiggly", "/StrikeOut")


def list_strokes(note: Any, kind: str) -> list[list[Point]]:
    """Return the lines a mark is drawn through, if it has more than its rectangle."""
    if kind == "/Ink":
        strokes = note.get(Name.InkList)
        if not isinstance(strokes, Array):
            return []
        return [list(mark_outlines.pair_up(read_numbers(stroke))) for stroke in strokes]
    if kind in _QUAD_KINDS:
        return [list(quad) for quad in list_quads(note)]
    return []


def list_notes(pdf: Pdf) -> Iterator[tuple[int, int, Any]]:
    """Yield page from 0, place among its marks from 1, annotation."""
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots)
        place = 0
        for note in notes if isinstance(notes, Array) else ():
            if isinstance(note, Dictionary) and str(note.get(Name.Subtype)) not in _NOT_MARKS:
                place += 1
                yield number, place, note


def read_mark(note: Any, kind: str) -> Mark | None:
    """Return a mark; None if its place on the page is unknown."""
    rect = _read_rectangle(note)
    if rect is None:
        return None
    border, old = note.get(Name.BS), note.get(Name.Border)
    width, dash = 1.0, note.get(Name.D)
    if isinstance(border, Dictionary):
        width = read_number(border.get(Name.W), 1)
        dash = border.get(Name.D, Array([3])) if border.get(Name.S) == Name.D else None
    elif isinstance(old, Array) and len(old) >= 3:
        width, dash = read_number(old[2], 1), old[3] if len(old) > 3 else None
    stroke = read_color(note.get(Name.C))
    is_transparent = isinstance(note.get(Name.C), Array) and not stroke
    return Mark(
        note=note,
        kind=kind,
        rect=rect,
        stroke=() if is_transparent else stroke or (0.0,),
        fill=read_color(note.get(Name.IC)),
        width=min(max(width, 0), 100),
        dash=tuple(value for value in read_numbers(dash) if value > 0)[:8],
    )


def _read_rectangle(note: Any) -> Box | None:
    """Return a mark's rectangle; for a line without height, the box of its points with a margin.

    A note's icon has a size of its own, so only its position counts.
    """
    raw = note.get(Name.Rect)
    box = read_box(raw)
    if box is not None:
        return box
    if note.get(Name.Subtype) == Name.Text and len(numbers := read_numbers(raw)) == 4:
        return mark_outlines.enclose(list(mark_outlines.pair_up(numbers)), 0)
    points = [
        *mark_outlines.pair_up(read_numbers(note.get(Name.L))),
        *mark_outlines.pair_up(read_numbers(note.get(Name.Vertices))),
    ]
    points += [point for line in list_strokes(note, str(note.get(Name.Subtype))) for point in line]
    return mark_outlines.enclose(points, 1.0) if points else None


def read_numbers(raw: Any) -> list[float]:
    """Return the numbers of an array; [] for anything else."""
    return (
        [read_number(value, 0) for value in list(raw)[:_MAX_NUMBERS]]
        if isinstance(raw, Array)
        else []
    )


def list_quads(note: Any) -> list[list[Point]]:
    """Return the quadrilaterals of highlighted text, four points each."""
    numbers = read_numbers(note.get(Name.QuadPoints))
    return [
        list(mark_outlines.pair_up(numbers[start : start + 8]))
        for start in range(0, len(numbers) - 7, 8)
    ]


def set_color(color: Color, operator: str) -> str:
    """Return operators that set a color; "rg" fills, "RG" strokes."""
    if not color:
        return ""
    own = {1: "g", 3: "rg", 4: "k"}[len(color)]
    values = " ".join(f"{value:.4g}" for value in color)
    return f"{values} {own if operator == 'rg' else own.upper()}"
