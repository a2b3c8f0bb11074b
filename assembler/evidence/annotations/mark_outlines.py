"""Outlines of marks as drawing operators: lines with ends, polygons, clouds, carets, stamps, paper
clips.

Takes points from the file in page coordinates; returns operators and the boxes they cover. Pure
arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

Point = tuple[float, float]
Box = tuple[float, float, float, float]
_BEND = 0.5523  # Bézier control distance for a quarter of a circle of radius 1


def draw_path(points: Sequence[Point], *, closed: bool = False) -> str:
    """Return a path through points."""
    steps = [f"{x:.3f} {y:.3f} {'l' if number else 'm'}" for number, (x, y) in enumerate(points)]
    return " ".join([*steps, "h"] if closed else steps)


def draw_box(box: Box) -> str:
    """Return a rectangle."""
    return f"{box[0]:.3f} {box[1]:.3f} {box[2] - box[0]:.3f} {box[3] - box[1]:.3f} re"


def draw_ellipse(box: Box) -> str:
    """Return the ellipse within a box."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide, high = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    a, b = wide * _BEND, high * _BEND
    return (
        f"{x + wide:.3f} {y:.3f} m "
        f"{x + wide:.3f} {y + b:.3f} {x + a:.3f} {y + high:.3f} {x:.3f} {y + high:.3f} c "
        f"{x - a:.3f} {y + high:.3f} {x - wide:.3f} {y + b:.3f} {x - wide:.3f} {y:.3f} c "
        f"{x - wide:.3f} {y - b:.3f} {x - a:.3f} {y - high:.3f} {x:.3f} {y - high:.3f} c "
        f"{x + a:.3f} {y - high:.3f} {x + wide:.3f} {y - b:.3f} {x + wide:.3f} {y:.3f} c h"
    )


def draw_rounded_box(box: Box, radius: float) -> str:
    """Return a rectangle with round corners."""
    x0, y0, x1, y1 = box
    r, k = radius, radius * (1 - _BEND)
    return (
        f"{x0 + r:.3f} {y0:.3f} m {x1 - r:.3f} {y0:.3f} l {x1 - k:.3f} {y0:.3f} {x1:.3f} "
        f"{y0 + k:.3f} {x1:.3f} {y0 + r:.3f} c "
        f"{x1:.3f} {y1 - r:.3f} l {x1:.3f} {y1 - k:.3f} {x1 - k:.3f} {y1:.3f} {x1 - r:.3f} "
        f"{y1:.3f} c "
        f"{x0 + r:.3f} {y1:.3f} l {x0 + k:.3f} {y1:.3f} {x0:.3f} {y1 - k:.3f} {x0:.3f} "
        f"{y1 - r:.3f} c "
        f"{x0:.3f} {y0 + r:.3f} l {x0:.3f} {y0 + k:.3f} {x0 + k:.3f} {y0:.3f} {x0 + r:.3f} "
        f"{y0:.3f} c h"
    )


def draw_cloud(points: Sequence[Point], reach: float) -> str:
    """Return small arcs along the sides of a closed outline, bent outward."""
    corners = [*points, points[0]]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(corners))
    side = 1 if area > 0 else -1  # outward is to the right of a path that turns left
    parts = [f"{points[0][0]:.3f} {points[0][1]:.3f} m"]
    for start, end in pairwise(corners):
        length = math.dist(start, end)
        count = max(1, round(length / (2 * reach)))
        for number in range(count):
            a, b = (_interpolate_points(start, end, (number + step) / count) for step in (0, 1))
            across, up = (b[0] - a[0]) * 0.66 * side, (b[1] - a[1]) * 0.66 * side
            parts.append(
                f"{a[0] + up:.3f} {a[1] - across:.3f} {b[0] + up:.3f} {b[1] - across:.3f} "
                f"{b[0]:.3f} {b[1]:.3f} c"
            )
    return " ".join([*parts, "h"])


def draw_line_ending(kind: str, tip: Point, before: Point, width: float) -> tuple[str, bool]:
    """Return the line ending at `tip` of a line from `before`, and whether it is filled (PDF
    32000-1, table 176)."""
    size = 3 * max(width, 1) + 4
    length = math.dist(tip, before) or 1
    across, up = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length

    def at(forward: float, aside: float) -> Point:
        return tip[0] + across * forward - up * aside, tip[1] + up * forward + across * aside

    half = size * 0.5
    shapes: dict[str, tuple[str, bool]] = {
        "/OpenArrow": (draw_path([at(-size, half), tip, at(-size, -half)]), False),
        "/ClosedArrow": (draw_path([at(-size, half), tip, at(-size, -half)], closed=True), True),
        "/ROpenArrow": (draw_path([at(size, half), tip, at(size, -half)]), False),
        "/RClosedArrow": (draw_path([at(size, half), tip, at(size, -half)], closed=True), True),
        "/Butt": (draw_path([at(0, half), at(0, -half)]), False),
        "/Slash": (draw_path([at(-half * 0.5, -half), at(half * 0.5, half)]), False),
        "/Square": (
            draw_path(
                [at(half, half), at(half, -half), at(-half, -half), at(-half, half)], closed=True
            ),
            True,
        ),
        "/Diamond": (
            draw_path([at(half, 0), at(0, -half), at(-half, 0), at(0, half)], closed=True),
            True,
        ),
        "/Circle": (
            draw_ellipse((tip[0] - half, tip[1] - half, tip[0] + half, tip[1] + half)),
            True,
        ),
    }
    return shapes.get(kind, ("", False))


def find_wavy_corners(start: Point, end: Point) -> list[Point]:
    """Return the corners of a wavy line."""
    count = max(1, round(math.dist(start, end) / 2))
    length = math.dist(start, end) or 1
    across, up = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    offsets = [
        (_interpolate_points(start, end, number / count), 2 * (number % 2))
        for number in range(count + 1)
    ]
    return [(point[0] - up * rise, point[1] + across * rise) for point, rise in offsets]


def draw_caret(box: Box) -> str:
    """Return the proofreader's caret ("insert here")."""
    x0, y0, x1, y1 = box
    middle = (x0 + x1) / 2
    return (
        f"{x0:.3f} {y0:.3f} m {middle:.3f} {y0:.3f} {middle:.3f} {(y0 + y1) / 2:.3f} {middle:.3f} "
        f"{y1:.3f} c "
        f"{middle:.3f} {(y0 + y1) / 2:.3f} {middle:.3f} {y0:.3f} {x1:.3f} {y0:.3f} c h"
    )


def draw_paper_clip(box: Box) -> str:
    """Return a paper clip."""
    wide, high = box[2] - box[0], box[3] - box[1]

    def at(x: float, y: float) -> Point:
        return box[0] + wide * x, box[1] + high * y

    turns = [
        (0.62, 0.75),
        (0.62, 0.25),
        (0.38, 0.25),
        (0.38, 0.85),
        (0.75, 0.85),
        (0.75, 0.12),
        (0.25, 0.12),
        (0.25, 0.7),
    ]
    return draw_path([at(*turn) for turn in turns])


def find_line_through(quad: Sequence[Point], share: float) -> tuple[Point, Point]:
    """Return both ends of a line through highlighted text: share 0 along its bottom, 1 along its
    top.

    `quad`: upper left, upper right, lower left, lower right, as programs write them.
    """
    return _interpolate_points(quad[2], quad[0], share), _interpolate_points(
        quad[3], quad[1], share
    )


def enclose(points: Sequence[Point], margin: float) -> Box:
    """Return the box of points with a margin around them."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def pair_up(numbers: Sequence[float]) -> Iterator[Point]:
    """Yield the numbers as points."""
    yield from zip(numbers[::2], numbers[1::2], strict=False)


def _interpolate_points(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
