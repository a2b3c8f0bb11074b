"""Draw each kind of mark from its description in the file (PDF 32000-1, 12.5.6)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pikepdf import Array, Dictionary, Name

from assembler.evidence.annotations import mark_outlines
from assembler.evidence.annotations.form_fields import (
    Box,
    parse_appearance,
    read_color,
    read_number,
    read_text,
)
from assembler.evidence.annotations.lettering import Lettering, shape_line
from assembler.evidence.annotations.mark_outlines import Point
from assembler.evidence.annotations.marks import (
    Mark,
    list_quads,
    list_strokes,
    read_numbers,
    set_color,
)
from assembler.evidence.annotations.text_box import Area, set_block

_POINTS = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*pt")  # of a style: "font: 9pt Helvetica"
WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Operators, the box that contains them, and whether the text fits."""

    data: bytes
    box: Box
    is_multiplied: bool = False  # blended like ink
    fits: bool = True


def draw_mark(mark: Mark, lettering: Lettering) -> Drawing | None:
    """Draw a mark of any kind; None for an unknown kind, or if there is nothing to draw."""
    if mark.kind == "/FreeText":
        return _draw_free_text(mark, lettering)
    if mark.kind == "/Stamp":
        return _draw_stamp(mark, lettering)
    draw: Callable[[Mark], Drawing | None] | None = {
        "/Line": _draw_line,
        "/PolyLine": _draw_polyline,
        "/Polygon": _draw_polygon,
        "/Square": _draw_square,
        "/Circle": _draw_square,
        "/Ink": _draw_ink,
        "/Highlight": _draw_highlight,
        "/Underline": _draw_underline,
        "/StrikeOut": _draw_underline,
        "/Squiggly": _draw_underline,
        "/Caret": _draw_caret,
        "/FileAttachment": _draw_clip,
        "/Redact": _draw_redaction,
    }.get(mark.kind)
    drawing = draw(mark) if draw else None
    return drawing if drawing and drawing.data else None


def _draw_line(mark: Mark) -> Drawing | None:
    points = list(mark_outlines.pair_up(read_numbers(mark.note.get(Name.L))))[:2]
    if len(points) < 2:
        return None
    start, end = points
    lead, extension, offset = (
        read_number(mark.note.get(key), 0) for key in (Name.LL, Name.LLE, Name.LLO)
    )
    data = b""
    if lead:
        length = math.dist(start, end) or 1
        normal = (-(end[1] - start[1]) / length, (end[0] - start[0]) / length)
        sign = 1 if lead > 0 else -1
        for point in points:
            near_end, far_end = (
                _move(point, normal, sign * offset),
                _move(point, normal, lead + sign * (offset + extension)),
            )
            data += mark.paint(mark_outlines.draw_path([near_end, far_end]), fills=False)
        start, end = (
            _move(start, normal, lead + sign * offset),
            _move(end, normal, lead + sign * offset),
        )
    data += mark.paint(mark_outlines.draw_path([start, end]), fills=False) + _draw_endings(
        mark, [start, end]
    )
    return Drawing(
        data=data,
        box=mark_outlines.enclose(
            [*points, start, end], _measure_line_reach(mark) + abs(extension) + abs(offset)
        ),
    )


def _draw_polyline(mark: Mark) -> Drawing | None:
    points = _read_vertices(mark.note)
    if len(points) < 2:
        return None
    data = mark.paint(mark_outlines.draw_path(points), fills=False) + _draw_endings(mark, points)
    return Drawing(data=data, box=mark_outlines.enclose(points, _measure_line_reach(mark)))


def _draw_polygon(mark: Mark) -> Drawing | None:
    points = _read_vertices(mark.note)
    if len(points) < 2:
        return None
    cloud = _measure_cloud(mark)
    path = (
        mark_outlines.draw_cloud(points, cloud)
        if cloud
        else mark_outlines.draw_path(points, closed=True)
    )
    return Drawing(
        data=mark.paint(path, fills=True),
        box=mark_outlines.enclose(points, _measure_line_reach(mark) + cloud),
    )


def _draw_square(mark: Mark) -> Drawing:
    cloud, box = _measure_cloud(mark), mark.inner
    corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
    path = (
        mark_outlines.draw_ellipse(box) if mark.kind == "/Circle" else mark_outlines.draw_box(box)
    )
    if cloud and mark.kind == "/Square":
        path = mark_outlines.draw_cloud(corners, cloud)
    return Drawing(
        data=mark.paint(path, fills=True),
        box=mark_outlines.enclose(corners, _measure_line_reach(mark) + cloud),
    )


def _draw_ink(mark: Mark) -> Drawing | None:
    strokes = [stroke for stroke in list_strokes(mark.note, mark.kind) if stroke]
    if not strokes:
        return None
    path = " ".join(
        mark_outlines.draw_path(stroke if len(stroke) > 1 else [*stroke, *stroke])
        for stroke in strokes
    )
    points = [point for stroke in strokes for point in stroke]
    return Drawing(
        data=mark.paint(f"1 J 1 j {path}", fills=False),
        box=mark_outlines.enclose(points, _measure_line_reach(mark)),
    )


def _draw_highlight(mark: Mark) -> Drawing:
    quads = list_quads(mark.note) or [_list_corners(mark.rect)]
    color = set_color(mark.stroke, "rg")
    parts = [
        f"q {color} {mark_outlines.draw_path([quad[0], quad[1], quad[3], quad[2]], closed=True)} "
        f"f Q\n"
        for quad in quads
    ]
    points = [point for quad in quads for point in quad]
    return Drawing(
        data="".join(parts).encode(), box=mark_outlines.enclose(points, 1), is_multiplied=True
    )


def _draw_underline(mark: Mark) -> Drawing:
    quads = list_quads(mark.note) or [_list_corners(mark.rect)]
    share = 0.5 if mark.kind == "/StrikeOut" else 0.06
    lines = [mark_outlines.find_line_through(quad, share) for quad in quads]
    paths = [
        mark_outlines.draw_path(
            mark_outlines.find_wavy_corners(*line) if mark.kind == "/Squiggly" else line
        )
        for line in lines
    ]
    points = [point for quad in quads for point in quad]
    return Drawing(
        data=mark.paint(" ".join(paths), fills=False), box=mark_outlines.enclose(points, 3)
    )


def _draw_caret(mark: Mark) -> Drawing:
    color = set_color(mark.stroke or (0.0,), "rg")
    return Drawing(
        data=f"q {color} {mark_outlines.draw_caret(mark.inner)} f Q\n".encode(), box=mark.rect
    )


def _draw_clip(mark: Mark) -> Drawing:
    side = min(24.0, mark.rect[2] - mark.rect[0], mark.rect[3] - mark.rect[1])
    box = (mark.rect[0], mark.rect[3] - side, mark.rect[0] + side, mark.rect[3])
    color, path = set_color(mark.stroke or (0.0,), "RG"), mark_outlines.draw_paper_clip(box)
    return Drawing(
        data=f"q {color} {side / 16:.3f} w 1 J 1 j {path} S Q\n".encode(),
        box=mark.rect,
    )


def _draw_redaction(mark: Mark) -> Drawing:
    quads = list_quads(mark.note) or [_list_corners(mark.rect)]
    color = set_color(read_color(mark.note.get(Name.OC)) or mark.stroke or (1.0, 0.0, 0.0), "RG")
    path = " ".join(
        mark_outlines.draw_path([quad[0], quad[1], quad[3], quad[2]], closed=True) for quad in quads
    )
    points = [point for quad in quads for point in quad]
    return Drawing(
        data=f"q {color} 1 w {path} S Q\n".encode(), box=mark_outlines.enclose(points, 1)
    )


def _draw_stamp(mark: Mark, lettering: Lettering) -> Drawing:
    """Draw a rubber stamp: the words of its name in a frame."""
    words = read_stamp_words(mark.note)
    color = mark.stroke if read_color(mark.note.get(Name.C)) else (0.75, 0.1, 0.1)
    x0, y0, x1, y1 = mark.rect
    edge = min(x1 - x0, y1 - y0) * 0.06
    frame = mark_outlines.draw_rounded_box((x0 + edge, y0 + edge, x1 - edge, y1 - edge), edge * 1.5)
    line = shape_line(words)
    width, height = max(line.width, 1) / 1000, (line.high - line.low) / 1000
    size = max(1.0, min((x1 - x0 - 6 * edge) / width, (y1 - y0 - 4 * edge) / height))
    x = (x0 + x1 - width * size) / 2
    y = (y0 + y1 - (line.high + line.low) / 1000 * size) / 2
    frame_data = (
        f"q {set_color(color, 'RG')} {set_color(color, 'rg')} {edge:.3f} w {frame} S\n".encode()
    )
    return Drawing(data=frame_data + lettering.show(line, x, y, size) + b"Q\n", box=mark.rect)


def read_stamp_words(note: Any) -> str:
    """Return the text of a stamp: the words of its name ("/NotApproved")."""
    name = read_text(note.get(Name.Name)) or "Draft"
    name = re.sub(r"^(SB|SH)(?=[A-Z])", "", name)
    return " ".join(WORDS.findall(name)).upper() or name


def _draw_free_text(mark: Mark, lettering: Lettering) -> Drawing | None:
    text = read_text(mark.note.get(Name.Contents)) or _strip_tags(read_text(mark.note.get(Name.RC)))
    size, color = parse_appearance(mark.note.get(Name.DA))
    style = read_text(mark.note.get(Name.DS))
    if not size and (points := _POINTS.search(style)):
        size = float(points[1])
    box = mark.inner
    background = read_color(mark.note.get(Name.C))
    parts = (
        [f"q {set_color(background, 'rg')} {mark_outlines.draw_box(box)} f Q\n".encode()]
        if background
        else []
    )
    frame = replace(mark, stroke=color, fill=())
    if mark.width > 0:
        parts.append(frame.paint(mark_outlines.draw_box(box), fills=False))
    callout = list(mark_outlines.pair_up(read_numbers(mark.note.get(Name.CL))))
    if len(callout) > 1:
        parts.append(frame.paint(mark_outlines.draw_path(callout), fills=False))
        end = mark.note.get(Name.LE)
        path, _ = mark_outlines.draw_line_ending(
            str(end) if isinstance(end, Name) else "/None", callout[0], callout[1], mark.width
        )
        parts.append(frame.paint(path, fills=False) if path else b"")
    edge = mark.width + 2
    area = Area(
        left=box[0] + edge,
        bottom=box[1] + edge / 2,
        width=max(1.0, box[2] - box[0] - 2 * edge),
        height=max(1.0, box[3] - box[1] - edge),
        size=size,
        quadding=int(read_number(mark.note.get(Name.Q), 0)) % 3,
    )
    setting = set_block(text, area, lettering)
    parts += [b"q " + set_color(color, "rg").encode() + b"\n", setting.data, b"Q\n"]
    data = b"".join(parts)
    corners = [(mark.rect[0], mark.rect[1]), (mark.rect[2], mark.rect[3])]
    reach = mark_outlines.enclose([*corners, *callout], _measure_line_reach(mark) if callout else 0)
    if not text and not data.strip():
        return None
    return Drawing(data=data, box=reach, fits=setting.fits or not text)


def _strip_tags(rich: str) -> str:
    return re.sub(r"<[^>]*>", "", re.sub(r"</p>|<br\s*/?>", "\n", rich)).strip()


def _draw_endings(mark: Mark, points: Sequence[Point]) -> bytes:
    raw = mark.note.get(Name.LE)
    kinds = [str(kind) for kind in raw][:2] if isinstance(raw, Array) else []
    kinds = [kind if kind.startswith("/") else f"/{kind}" for kind in kinds]
    data = b""
    for kind, tip, before in zip(
        kinds, (points[0], points[-1]), (points[1], points[-2]), strict=False
    ):
        path, is_filled = mark_outlines.draw_line_ending(kind, tip, before, mark.width)
        if path:
            data += mark.paint(path, fills=is_filled)
    return data


def _read_vertices(note: Any) -> list[Point]:
    points = list(mark_outlines.pair_up(read_numbers(note.get(Name.Vertices))))
    steps = note.get(Name.Path)  # PDF 2.0; of a curve, only its end point counts
    if not points and isinstance(steps, Array):
        ends = [read_numbers(step)[-2:] for step in steps]
        points = [(end[0], end[1]) for end in ends if len(end) == 2]
    return points


def _list_corners(box: Box) -> list[Point]:
    return [(box[0], box[3]), (box[2], box[3]), (box[0], box[1]), (box[2], box[1])]


def _measure_cloud(mark: Mark) -> float:
    """Return half the width of a cloud's arcs; 0 for a straight line."""
    effect = mark.note.get(Name.BE)
    if not isinstance(effect, Dictionary) or effect.get(Name.S) != Name.C:
        return 0.0
    return 4 * min(max(read_number(effect.get(Name.I), 1), 0.5), 2)


def _measure_line_reach(mark: Mark) -> float:
    """Return how far lines and their endings extend beyond their points."""
    return 3 * max(mark.width, 1) + 6


def _move(point: Point, direction: Point, distance: float) -> Point:
    return point[0] + direction[0] * distance, point[1] + direction[1] * distance
