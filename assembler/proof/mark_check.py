"""Check marks that PDFium does not draw: what the client's file defines, read by pypdf, against
what the bundle's page shows.

PDFium draws both pages of the comparison, so the comparison cannot miss what PDFium does not draw.
`BLIND_TO` lists these kinds, and a test fails when PDFium's behavior changes. For each such mark
its lines are followed point by point, its text and the words of a stamp are read in its place, and
only along its lines may the page differ from its source. Shares no code with what draws the marks.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pypdf.generic import ArrayObject, NameObject, StreamObject

from assembler.proof.page_appearance import (
    EDGE,
    Box,
    Glyph,
    PageAppearance,
    Paint,
    View,
    is_near,
    select_glyphs_inside,
)
from assembler.proof.pypdf_values import (
    is_hidden_by_flags,
    read_numbers,
    read_rectangle,
    read_text_value,
    remove_blanks,
    resolve_reference,
)

BLIND_TO = frozenset(
    ("/Line", "/PolyLine", "/Polygon", "/Stamp", "/Caret", "/FileAttachment", "/Redact")
)
_FREE_TEXT = "/FreeText"  # PDFium's fonts lack letters for it, so we draw it
_DRAWN_BY_PDFIUM = frozenset(
    ("/Text", "/Square", "/Circle", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Ink")
)
_TEXT_MARKUP = ("/Highlight", "/Underline", "/Squiggly", "/StrikeOut")
_LINE_KINDS = frozenset(("/Line", "/PolyLine", "/Polygon", "/Ink", "/Square", "/Circle"))
_STEP = 4.0  # points between the checked points of a line
_SOLID_SHARE, _DASHED_SHARE = 0.93, 0.35  # share of a line's points that must be ink
_MAX_POINTS = 4_000  # points of one mark
_POINT_MARGIN = 0.5  # points around a point of a line that are the line's own
_SETS_COLOR = re.compile(r"(?<![\d.])((?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)\s+){1,4})(?:g|rg|k)\b")
Point = tuple[float, float]
Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark without a picture. Points and boxes: in the page's own coordinates."""

    index: int  # among the marks of its page, from 1
    kind: str
    lines: tuple[tuple[Point, ...], ...]  # to be followed point by point
    boxes: tuple[Box, ...]  # part of it must be seen in each
    reach: float  # points around its lines and boxes that belong to it
    far: float  # how far ink may be from its line: arcs of a cloud
    is_dashed: bool
    is_filled: bool
    text: str  # to be read in its first box; of a stamp, case is ignored
    paint: Paint  # of its lines, and of all that is in its boxes
    ink: Paint  # of its letters

    @property
    def areas(self) -> Iterator[Box]:
        """Yield the boxes in which the page may differ from its source."""
        for box in self.boxes:
            yield box[0] - self.reach, box[1] - self.reach, box[2] + self.reach, box[3] + self.reach
        for line in self.lines:
            for start, end in pairwise(line):
                for before, after in pairwise(_divide_line(start, end, 3 * _STEP)):
                    yield (
                        min(before[0], after[0]) - self.reach,
                        min(before[1], after[1]) - self.reach,
                        max(before[0], after[0]) + self.reach,
                        max(before[1], after[1]) + self.reach,
                    )
            if self.is_filled:
                yield from _fill_outline(line, self.reach)


def find_marks_without_picture(page: Any) -> Iterator[Mark]:
    """Yield the marks of a page, as pypdf reads it, that have no picture and that PDFium does not
    draw completely."""
    index = 0
    for reference in resolve_reference(page.get("/Annots")) or ():
        note = resolve_reference(reference)
        if not isinstance(note, dict) or note.get("/Subtype") in ("/Link", "/Widget", "/Popup"):
            continue
        index += 1
        if (
            not is_hidden_by_flags(note)
            and not _has_picture(note)
            and (mark := _read_mark(index, note)) is not None
        ):
            yield mark


def find_mark_fault(
    mark: Mark, glyphs: Sequence[Glyph], appearance: PageAppearance, view: View
) -> str:
    """Return what is wrong with a mark on the bundle's page; "" if nothing is."""
    for visible_box in map(view.locate_box, mark.boxes):
        if not appearance.is_changed(visible_box) and appearance.may_show(visible_box, mark.paint):
            return "is not seen"
    for line in mark.lines:
        points = [
            point for start, end in pairwise(line) for point in _divide_line(start, end, _STEP)
        ][:_MAX_POINTS]
        margin = mark.far + EDGE
        inked = [
            appearance.is_changed(view.locate_box((x - margin, y - margin, x + margin, y + margin)))
            or not appearance.may_show(
                view.locate_box(
                    (x - _POINT_MARGIN, y - _POINT_MARGIN, x + _POINT_MARGIN, y + _POINT_MARGIN)
                ),
                mark.paint,
            )
            for x, y in points
        ]
        if points and sum(inked) < (_DASHED_SHARE if mark.is_dashed else _SOLID_SHARE) * len(
            points
        ):
            return "is not seen along its line"
    return _find_text_fault(mark, glyphs, appearance, view) if mark.text else ""


def _find_text_fault(
    mark: Mark, glyphs: Sequence[Glyph], appearance: PageAppearance, view: View
) -> str:
    visible_box = view.locate_box(mark.boxes[0])
    glyphs_inside = select_glyphs_inside(glyphs, visible_box)
    is_stamp = mark.kind == "/Stamp"
    actual = remove_blanks("".join(glyph.letter for glyph in glyphs_inside))
    expected = remove_blanks(mark.text)
    if Counter(expected.upper() if is_stamp else expected) - Counter(
        actual.upper() if is_stamp else actual
    ):
        return "does not show its text"
    letters = [glyph.box for glyph in glyphs_inside if glyph.letter.isalnum()]
    if any(appearance.is_blank(box) and appearance.may_show(box, mark.ink) for box in letters):
        return "has letters that are invisible"
    return (
        ""
        if all(is_near(glyph.box, visible_box) for glyph in glyphs_inside)
        else "has letters that are cut off"
    )


# --- what the file defines ---


def _has_picture(note: Any) -> bool:
    normal = resolve_reference((resolve_reference(note.get("/AP")) or {}).get("/N"))
    if isinstance(normal, dict) and not isinstance(normal, StreamObject):
        normal = resolve_reference(normal.get(str(note.get("/AS", "/Off"))))
    return isinstance(normal, StreamObject)


def _read_mark(index: int, note: Any) -> Mark | None:
    """Return what must be seen of an annotation; None where PDFium draws all of it, or where the
    file defines too little."""
    kind = str(note.get("/Subtype"))
    rect = read_rectangle(note.get("/Rect"))
    lines = [line for line in _read_lines(note, kind) if line]
    cloud = _measure_cloud(note)
    can_be_checked = _can_be_checked(note, kind, rect, lines)
    opacity = _read_number(note.get("/CA"), 1)
    if opacity <= 0 or not can_be_checked:
        return None
    width, is_dashed = _read_border(note)
    color, fill = resolve_reference(note.get("/C")), resolve_reference(note.get("/IC"))
    is_clear = isinstance(color, ArrayObject) and len(color) not in (1, 3, 4)
    text = _read_text(note, kind)
    boxes, followed = _locate_visible(note, kind, rect, lines)
    if (width == 0 or is_clear) and not fill and kind in _LINE_KINDS:
        return None  # invisible
    if is_clear or (width == 0 and kind in ("/Polygon", "/Square", "/Circle")):
        boxes, followed = [*boxes, *(_enclose_points(line) for line in followed)], []
    return Mark(
        index=index,
        kind=kind,
        lines=tuple(tuple(line) for line in followed),
        boxes=tuple(boxes),
        reach=3 * max(width, 1) + 7 + cloud + _sum_lengths(note, ("/LL", "/LLE", "/LLO")),
        far=cloud + _sum_lengths(note, ("/LL", "/LLO")),
        is_dashed=is_dashed,
        is_filled=bool(fill),
        text=text,
        paint=Paint(colors=_read_colors(note, kind), opacity=opacity),
        ink=Paint(colors=_read_letter_color(note, kind), opacity=opacity),
    )


def _can_be_checked(note: Any, kind: str, rect: Box | None, lines: list[list[Point]]) -> bool:
    """Return whether PDFium does not draw all of a mark, and the file defines where it is."""
    if kind in _DRAWN_BY_PDFIUM:
        is_ours = _is_drawn_incompletely(note, kind, rect, lines)
    else:
        is_ours = kind in BLIND_TO or kind == _FREE_TEXT
    needs_lines = kind in _LINE_KINDS and kind not in ("/Square", "/Circle")
    is_placed = rect is not None or bool(lines)
    has_lines = not needs_lines or any(_is_drawable(line, kind) for line in lines)
    return is_ours and is_placed and has_lines


def _is_drawn_incompletely(
    note: Any, kind: str, rect: Box | None, lines: list[list[Point]]
) -> bool:
    """Return whether PDFium omits or clips a mark of a kind that it usually draws."""
    if _measure_cloud(note) or not isinstance(
        resolve_reference(note.get("/C")), ArrayObject | None
    ):
        return True
    if rect is None or (kind in _TEXT_MARKUP and not lines):
        return True
    return not all(_is_within(point, rect) for line in lines for point in line)


def _measure_cloud(note: Any) -> float:
    """Return how far the arcs of a cloudy border reach, in points; 0 without one."""
    effect = resolve_reference(note.get("/BE"))
    if isinstance(effect, dict) and effect.get("/S") == "/C":
        return 8 * min(max(_read_number(effect.get("/I"), 1), 0.5), 2)
    return 0.0


def _sum_lengths(note: Any, keys: Sequence[str]) -> float:
    """Return the sum of the lengths under these keys, in points."""
    return sum(abs(_read_number(note.get(key), 0)) for key in keys)


def _read_colors(note: Any, kind: str) -> tuple[Color, ...]:
    """Return all colors of a mark; none where programs choose their own, or blend it with what is
    below."""
    stroke, fill = (
        _convert_to_rgb(read_numbers(note.get("/C"))),
        _convert_to_rgb(read_numbers(note.get("/IC"))),
    )
    if kind == _FREE_TEXT:
        return tuple(color for color in (stroke, *_read_letter_color(note, kind)) if color)
    if kind not in _LINE_KINDS:
        return ()
    return tuple(color for color in (stroke or (0, 0, 0), fill) if color)


def _read_letter_color(note: Any, kind: str) -> tuple[Color, ...]:
    """Return the color of a mark's letters: the last that its text style sets."""
    if kind != _FREE_TEXT:
        return ()
    color_operands = [match[1] for match in _SETS_COLOR.finditer(read_text_value(note.get("/DA")))]
    color = (
        _convert_to_rgb([float(number) for number in color_operands[-1].split()])
        if color_operands
        else None
    )
    return (color or (0, 0, 0),)


def _convert_to_rgb(numbers: Sequence[float]) -> Color | None:
    """Return red, green and blue of a color of one (gray), three (RGB) or four (CMYK) numbers."""
    if len(numbers) == 4:
        numbers = [1 - min(1.0, ink + numbers[3]) for ink in numbers[:3]]
    levels = [round(255 * min(1.0, max(0.0, number))) for number in numbers]
    if len(levels) == 1:
        return levels[0], levels[0], levels[0]
    return (levels[0], levels[1], levels[2]) if len(levels) == 3 else None


def _is_drawable(line: Sequence[Point], kind: str) -> bool:
    return len(line) > (0 if kind == "/Ink" else 1)


def _locate_visible(
    note: Any, kind: str, rect: Box | None, lines: list[list[Point]]
) -> tuple[list[Box], list[list[Point]]]:
    """Return boxes in which something must be seen, and lines to follow."""
    if kind in _TEXT_MARKUP:
        boxes = [_enclose_points(line) for line in lines] or ([rect] if rect else [])
        return boxes, []
    if kind in ("/Square", "/Circle") and rect:
        return [rect], []
    if lines and kind != _FREE_TEXT:
        return [], [[*line, line[0]] if kind == "/Polygon" else line for line in lines]
    callout = _pair_numbers(read_numbers(note.get("/CL"))) if kind == _FREE_TEXT else []
    return ([rect] if rect else []), ([callout] if len(callout) > 1 else [])


def _read_lines(note: Any, kind: str) -> list[list[Point]]:
    if kind == "/Line":
        return [_pair_numbers(read_numbers(note.get("/L")))[:2]]
    if kind in ("/PolyLine", "/Polygon"):
        return [_pair_numbers(read_numbers(note.get("/Vertices")))]
    if kind == "/Ink":
        return [
            _pair_numbers(read_numbers(stroke))
            for stroke in resolve_reference(note.get("/InkList")) or ()
        ]
    if kind in _TEXT_MARKUP or kind == "/Redact":
        numbers = read_numbers(note.get("/QuadPoints"))
        quads = [
            _pair_numbers(numbers[start : start + 8]) for start in range(0, len(numbers) - 7, 8)
        ]
        return (
            [[quad[0], quad[1], quad[3], quad[2], quad[0]] for quad in quads]
            if kind == "/Redact"
            else quads
        )
    return []


def _read_text(note: Any, kind: str) -> str:
    if kind == _FREE_TEXT:
        return read_text_value(note.get("/Contents")) or re.sub(
            r"<[^>]*>", "", read_text_value(note.get("/RC"))
        )
    if kind == "/Stamp":
        return re.sub(
            r"[^A-Za-z0-9]",
            "",
            re.sub(r"^(SB|SH)(?=[A-Z])", "", read_text_value(note.get("/Name")) or "Draft"),
        )
    return ""


def _read_border(note: Any) -> tuple[float, bool]:
    """Return the width of a mark's line, and whether it is dashed."""
    style, legacy_border = (
        resolve_reference(note.get("/BS")),
        resolve_reference(note.get("/Border")),
    )
    if isinstance(style, dict):
        return _read_number(style.get("/W"), 1), style.get("/S") == NameObject("/D")
    if isinstance(legacy_border, ArrayObject) and len(legacy_border) >= 3:
        return _read_number(legacy_border[2], 1), len(legacy_border) > 3
    return 1.0, False


def _read_number(value: Any, default: float) -> float:
    number = resolve_reference(value)
    return float(number) if isinstance(number, int | float) else default


def _pair_numbers(numbers: Sequence[float]) -> list[Point]:
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _enclose_points(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _is_within(point: Point, rect: Box | None) -> bool:
    return (
        rect is not None
        and rect[0] - 1 <= point[0] <= rect[2] + 1
        and rect[1] - 1 <= point[1] <= rect[3] + 1
    )


def _divide_line(start: Point, end: Point, step: float) -> list[Point]:
    """Return points of a line, both ends included."""
    count = min(_MAX_POINTS, max(1, math.ceil(math.dist(start, end) / step)))
    return [
        (start[0] + (end[0] - start[0]) * n / count, start[1] + (end[1] - start[1]) * n / count)
        for n in range(count + 1)
    ]


def _fill_outline(line: Sequence[Point], reach: float) -> Iterator[Box]:
    """Yield the inside of an outline, row by row."""
    low, high = min(y for _, y in line), max(y for _, y in line)
    rows = min(400, max(1, math.ceil((high - low) / _STEP)))
    for row in range(rows):
        bottom, top = (low + (high - low) * n / rows for n in (row, row + 1))
        xs = [
            x
            for start, end in pairwise(line)
            for x, y in _divide_line(start, end, 1.0)
            if bottom - 1 <= y <= top + 1
        ]
        if xs:
            yield min(xs) - reach, bottom, max(xs) + reach, top
