"""Marks PDFium does not draw: what the client's file says of them, read by pypdf, against what is
seen on the bundle's page.

PDFium draws both pages of the comparison, so what it does not draw it does not miss. `BLIND_TO`
names the kinds, and a test notices when they change. For each such mark its own lines are followed,
dot by dot, its text and the words of a stamp are read in its place, and only along its lines may
the page look otherwise than its source. Shares nothing with what draws the marks.
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

from assembler.proof.page_view import EDGE, Box, Glyph, Looks, Paint, View, inside, is_near
from assembler.proof.pypdf_values import flags_hide, numbers_of, plain, rect_of, squeezed, text_of

BLIND_TO = frozenset(
    ("/Line", "/PolyLine", "/Polygon", "/Stamp", "/Caret", "/FileAttachment", "/Redact")
)
_IN_OTHER_LETTERS = "/FreeText"  # PDFium draws it with fonts that lack letters, so we draw it
_SIGHTED = frozenset(
    ("/Text", "/Square", "/Circle", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Ink")
)
_MARKED = ("/Highlight", "/Underline", "/Squiggly", "/StrikeOut")
_OF_LINES = frozenset(("/Line", "/PolyLine", "/Polygon", "/Ink", "/Square", "/Circle"))
_STEP = 4.0  # points between dots of a line that are looked at
_ENOUGH, _DASHED = 0.93, 0.35  # share of them that must be ink
_MOST = 4_000  # dots of one mark
_DOT = 0.5  # points around a dot of a line that are the line's own
_SETS_COLOR = re.compile(r"((?:[-+]?(?:\d+\.?\d*|\.\d+)\s+){1,4})(?:g|rg|k)\b")
Point = tuple[float, float]
Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark without a picture. Points and boxes: in the page's own coordinates."""

    index: int  # among the marks of its page, from 1
    kind: str
    lines: tuple[tuple[Point, ...], ...]  # to be followed
    boxes: tuple[Box, ...]  # something of it is in each
    reach: float  # points around its lines and boxes that belong to it
    far: float  # how far from its line a dot may be: arcs of a cloud
    is_dashed: bool
    is_filled: bool
    text: str  # letters to be read in its first box, case left out where it is a stamp
    paint: Paint  # of its lines, and of all that is in its boxes
    ink: Paint  # of its letters

    @property
    def areas(self) -> Iterator[Box]:
        """Where the page may look otherwise than its source."""
        for box in self.boxes:
            yield box[0] - self.reach, box[1] - self.reach, box[2] + self.reach, box[3] + self.reach
        for line in self.lines:
            for start, end in pairwise(line):
                for one, other in pairwise(_along(start, end, 3 * _STEP)):
                    yield (
                        min(one[0], other[0]) - self.reach,
                        min(one[1], other[1]) - self.reach,
                        max(one[0], other[0]) + self.reach,
                        max(one[1], other[1]) + self.reach,
                    )
            if self.is_filled:
                yield from _filling(line, self.reach)


def marks_of(page: Any) -> Iterator[Mark]:
    """Return the marks of a page, as pypdf reads it, that have no picture and that PDFium does
    not draw, or not whole."""
    index = 0
    for reference in plain(page.get("/Annots")) or ():
        note = plain(reference)
        if not isinstance(note, dict) or note.get("/Subtype") in ("/Link", "/Widget", "/Popup"):
            continue
        index += 1
        if (
            not flags_hide(note)
            and not _has_picture(note)
            and (mark := _mark(index, note)) is not None
        ):
            yield mark


def fault_of(mark: Mark, glyphs: Sequence[Glyph], looks: Looks, view: View) -> str:
    """Return what is wrong with a mark on the bundle's page; "" if nothing is."""
    for seen in map(view.seen, mark.boxes):
        if not looks.is_changed(seen) and looks.could_show(seen, mark.paint):
            return "is not seen"
    for line in mark.lines:
        dots = [dot for start, end in pairwise(line) for dot in _along(start, end, _STEP)][:_MOST]
        around = mark.far + EDGE
        marked = [
            looks.is_changed(view.seen((x - around, y - around, x + around, y + around)))
            or not looks.could_show(view.seen((x - _DOT, y - _DOT, x + _DOT, y + _DOT)), mark.paint)
            for x, y in dots
        ]
        if dots and sum(marked) < (_DASHED if mark.is_dashed else _ENOUGH) * len(dots):
            return "is not seen along its line"
    return _text_fault(mark, glyphs, looks, view) if mark.text else ""


def _text_fault(mark: Mark, glyphs: Sequence[Glyph], looks: Looks, view: View) -> str:
    seen = view.seen(mark.boxes[0])
    here = inside(glyphs, seen)
    is_stamp = mark.kind == "/Stamp"
    have = squeezed("".join(glyph.letter for glyph in here))
    want = squeezed(mark.text)
    if Counter(want.upper() if is_stamp else want) - Counter(have.upper() if is_stamp else have):
        return "does not show its text"
    letters = [glyph.box for glyph in here if glyph.letter.isalnum()]
    if any(looks.is_blank(box) and looks.could_show(box, mark.ink) for box in letters):
        return "has letters that are not seen"
    return "" if all(is_near(glyph.box, seen) for glyph in here) else "has letters that are cut off"


# --- what the file says ---


def _has_picture(note: Any) -> bool:
    normal = plain((plain(note.get("/AP")) or {}).get("/N"))
    if isinstance(normal, dict) and not isinstance(normal, StreamObject):
        normal = plain(normal.get(str(note.get("/AS", "/Off"))))
    return isinstance(normal, StreamObject)


def _mark(index: int, note: Any) -> Mark | None:
    """What is to be looked for; None where PDFium draws all of it, or where the file says too
    little."""
    kind = str(note.get("/Subtype"))
    rect = rect_of(note.get("/Rect"))
    lines = [line for line in _lines(note, kind) if line]
    effect = plain(note.get("/BE"))
    cloud = (
        8 * min(max(_number(effect.get("/I"), 1), 0.5), 2)
        if isinstance(effect, dict) and effect.get("/S") == "/C"
        else 0.0
    )
    is_ours = kind in BLIND_TO or kind == _IN_OTHER_LETTERS
    if kind in _SIGHTED:
        points = [point for line in lines for point in line]
        is_ours = (
            bool(cloud) or not isinstance(plain(note.get("/C")), ArrayObject | None) or rect is None
        )
        is_ours = (
            is_ours
            or (kind in _MARKED and not lines)
            or not all(_is_within(point, rect) for point in points)
        )
    needs_lines = kind in _OF_LINES and kind not in ("/Square", "/Circle")
    opacity = _number(note.get("/CA"), 1)
    if opacity <= 0:
        return None  # nothing of it is to be seen
    if (
        not is_ours
        or (rect is None and not lines)
        or (needs_lines and not any(_is_drawable(line, kind) for line in lines))
    ):
        return None
    width, is_dashed = _border(note)
    color, filled = plain(note.get("/C")), plain(note.get("/IC"))
    is_clear = isinstance(color, ArrayObject) and len(color) not in (1, 3, 4)
    reach = (
        3 * max(width, 1)
        + 7
        + cloud
        + sum(abs(_number(note.get(key), 0)) for key in ("/LL", "/LLE", "/LLO"))
    )
    text = _text(note, kind)
    boxes, followed = _looked_at(note, kind, rect, lines)
    if (width == 0 or is_clear) and not filled and kind in _OF_LINES:
        return None  # nothing of it is to be seen
    if is_clear or (width == 0 and kind in ("/Polygon", "/Square", "/Circle")):
        boxes, followed = [*boxes, *(_around(line) for line in followed)], []
    return Mark(
        index=index,
        kind=kind,
        lines=tuple(tuple(line) for line in followed),
        boxes=tuple(boxes),
        reach=reach,
        far=cloud + sum(abs(_number(note.get(key), 0)) for key in ("/LL", "/LLO")),
        is_dashed=is_dashed,
        is_filled=bool(filled),
        text=text,
        paint=Paint(colors=_colors(note, kind), opacity=opacity),
        ink=Paint(colors=_ink(note, kind), opacity=opacity),
    )


def _colors(note: Any, kind: str) -> tuple[Color, ...]:
    """All colors of a mark; none where programs choose their own, or mix it with what is below."""
    own, filled = _color(numbers_of(note.get("/C"))), _color(numbers_of(note.get("/IC")))
    if kind == _IN_OTHER_LETTERS:
        return tuple(color for color in (own, *_ink(note, kind)) if color)
    if kind not in _OF_LINES:
        return ()
    return tuple(color for color in (own or (0, 0, 0), filled) if color)


def _ink(note: Any, kind: str) -> tuple[Color, ...]:
    """The color of a mark's letters: the last that its text's style sets."""
    if kind != _IN_OTHER_LETTERS:
        return ()
    found = [match[1] for match in _SETS_COLOR.finditer(text_of(note.get("/DA")))]
    color = _color([float(number) for number in found[-1].split()]) if found else None
    return (color or (0, 0, 0),)


def _color(numbers: Sequence[float]) -> Color | None:
    """Red, green and blue of a color of one, three (such) or four (cyan to black) numbers."""
    if len(numbers) == 4:
        numbers = [1 - min(1.0, ink + numbers[3]) for ink in numbers[:3]]
    levels = [round(255 * min(1.0, max(0.0, number))) for number in numbers]
    if len(levels) == 1:
        return levels[0], levels[0], levels[0]
    return (levels[0], levels[1], levels[2]) if len(levels) == 3 else None


def _is_drawable(line: Sequence[Point], kind: str) -> bool:
    return len(line) > (0 if kind == "/Ink" else 1)


def _looked_at(
    note: Any, kind: str, rect: Box | None, lines: list[list[Point]]
) -> tuple[list[Box], list[list[Point]]]:
    """Boxes in which something must be, and lines to be followed."""
    if kind in _MARKED:
        boxes = [_around(line) for line in lines] or ([rect] if rect else [])
        return boxes, []
    if kind in ("/Square", "/Circle") and rect:
        return [rect], []
    if lines and kind != _IN_OTHER_LETTERS:
        return [], [[*line, line[0]] if kind == "/Polygon" else line for line in lines]
    callout = _pairs(numbers_of(note.get("/CL"))) if kind == _IN_OTHER_LETTERS else []
    return ([rect] if rect else []), ([callout] if len(callout) > 1 else [])


def _lines(note: Any, kind: str) -> list[list[Point]]:
    if kind == "/Line":
        return [_pairs(numbers_of(note.get("/L")))[:2]]
    if kind in ("/PolyLine", "/Polygon"):
        return [_pairs(numbers_of(note.get("/Vertices")))]
    if kind == "/Ink":
        return [_pairs(numbers_of(one)) for one in plain(note.get("/InkList")) or ()]
    if kind in _MARKED or kind == "/Redact":
        numbers = numbers_of(note.get("/QuadPoints"))
        quads = [_pairs(numbers[start : start + 8]) for start in range(0, len(numbers) - 7, 8)]
        return (
            [[quad[0], quad[1], quad[3], quad[2], quad[0]] for quad in quads]
            if kind == "/Redact"
            else quads
        )
    return []


def _text(note: Any, kind: str) -> str:
    if kind == _IN_OTHER_LETTERS:
        return text_of(note.get("/Contents")) or re.sub(r"<[^>]*>", "", text_of(note.get("/RC")))
    if kind == "/Stamp":
        return re.sub(
            r"[^A-Za-z0-9]",
            "",
            re.sub(r"^(SB|SH)(?=[A-Z])", "", text_of(note.get("/Name")) or "Draft"),
        )
    return ""


def _border(note: Any) -> tuple[float, bool]:
    """Width of its line, and whether it is dashed."""
    style, old = plain(note.get("/BS")), plain(note.get("/Border"))
    if isinstance(style, dict):
        return _number(style.get("/W"), 1), style.get("/S") == NameObject("/D")
    if isinstance(old, ArrayObject) and len(old) >= 3:
        return _number(old[2], 1), len(old) > 3
    return 1.0, False


def _number(value: Any, default: float) -> float:
    found = plain(value)
    return float(found) if isinstance(found, int | float) else default


def _pairs(numbers: Sequence[float]) -> list[Point]:
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _around(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _is_within(point: Point, rect: Box | None) -> bool:
    return (
        rect is not None
        and rect[0] - 1 <= point[0] <= rect[2] + 1
        and rect[1] - 1 <= point[1] <= rect[3] + 1
    )


def _along(start: Point, end: Point, step: float) -> list[Point]:
    """Points of a line, both ends among them."""
    count = min(_MOST, max(1, math.ceil(math.dist(start, end) / step)))
    return [
        (start[0] + (end[0] - start[0]) * n / count, start[1] + (end[1] - start[1]) * n / count)
        for n in range(count + 1)
    ]


def _filling(line: Sequence[Point], reach: float) -> Iterator[Box]:
    """The inside of an outline, row by row."""
    low, high = min(y for _, y in line), max(y for _, y in line)
    rows = min(400, max(1, math.ceil((high - low) / _STEP)))
    for row in range(rows):
        bottom, top = (low + (high - low) * n / rows for n in (row, row + 1))
        xs = [
            x
            for start, end in pairwise(line)
            for x, y in _along(start, end, 1.0)
            if bottom - 1 <= y <= top + 1
        ]
        if xs:
            yield min(xs) - reach, bottom, max(xs) + reach, top
