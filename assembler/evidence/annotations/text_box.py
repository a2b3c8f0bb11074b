"""Text into a box: broken into lines, as large as asked or as fits, at the left, in the middle
or at the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from assembler.evidence.annotations.bidi_order import base_level
from assembler.evidence.annotations.lettering import ASCENT, DESCENT, Lettering, Line, shape_line

LEADING = 1.15  # line height, in sizes
_USUAL, _SMALLEST = 12.0, 4.0  # points
_STEP = 0.5
_NARROWEST = 0.6  # width of a letter that has no other way to fit
_HIGH = (ASCENT - DESCENT) / 1000  # height of a line, in sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Operators that draw the text, and whether all of it is within its box."""

    data: bytes
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where text goes. `size` 0: as large as fits; `quadding` 0 left, 1 middle, 2 right."""

    left: float
    bottom: float
    width: float
    height: float
    size: float = 0.0
    quadding: int = 0


def set_line(text: str, area: Area, lettering: Lettering) -> Setting:
    """Draw one line in the middle of the area's height; made smaller, then narrower, where it is
    too long."""
    line = shape_line(text.replace("\n", " "))
    size = _fitting(area, (line.high - line.low) / 1000)
    wide = line.width / 1000
    size = max(min(size, _SMALLEST), min(size, area.width / wide if wide else size))
    across = max(_NARROWEST, min(1.0, area.width / (wide * size))) if wide * size > 0 else 1.0
    x = _start(area, wide * size * across)
    y = (
        area.bottom
        + (area.height - (line.high - line.low) / 1000 * size) / 2
        - line.low / 1000 * size
    )
    return Setting(
        data=lettering.show(line, x, y, size, across), fits=wide * size * across <= area.width + 0.5
    )


def set_block(text: str, area: Area, lettering: Lettering) -> Setting:
    """Draw text from the top of the area, broken into lines; made smaller where it is too long."""
    size = min(area.size or _USUAL, area.height / _HIGH)
    lines = wrap(text, area.width / size)
    if not _holds(lines, size, area):
        size = min(size, _USUAL)
        lines = wrap(text, area.width / size)
    while size > _SMALLEST and not _holds(lines, size, area):
        size = max(_SMALLEST, size - _STEP)
        lines = wrap(text, area.width / size)
    step = _step(lines)
    y = area.bottom + area.height - max(line.high for line in lines) / 1000 * size
    data = []
    for line in lines:
        data.append(lettering.show(line, _start(area, line.width * size / 1000), y, size))
        y -= step * size
    return Setting(data=b"".join(data), fits=_holds(lines, size, area))


def set_comb(text: str, area: Area, cells: int, lettering: Lettering) -> Setting:
    """Draw each letter in the middle of its cell; a value with more letters than cells gets
    narrower ones."""
    letters = list(_clusters(text.replace("\n", " ")))
    cells = max(cells, len(letters))
    cell = area.width / cells
    lines = [shape_line(letter) for letter in letters]
    widest = max((line.width / 1000 for line in lines), default=0)
    low, high = (
        min((line.low for line in lines), default=DESCENT),
        max((line.high for line in lines), default=ASCENT),
    )
    size = _fitting(area, (high - low) / 1000)
    size = max(min(size, _SMALLEST), min(size, cell / widest if widest else size))
    first = {0: 0, 1: (cells - len(letters)) // 2, 2: cells - len(letters)}[area.quadding]
    y = area.bottom + (area.height - (high - low) / 1000 * size) / 2 - low / 1000 * size
    data = []
    for number, line in enumerate(reversed(lines) if base_level(text) else lines, first):
        x = area.left + cell * number + (cell - line.width * size / 1000) / 2
        data.append(lettering.show(line, x, y, size))
    return Setting(data=b"".join(data), fits=widest * size <= cell + 0.5)


def wrap(text: str, width: float) -> tuple[Line, ...]:
    """Return a text as lines no wider than this, in sizes; a word longer than a line is broken."""
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        base = base_level(paragraph)
        lines += [shape_line(line, base) for line in _broken(paragraph, width * 1000)]
    return tuple(lines)


def _broken(paragraph: str, width: float) -> Iterator[str]:
    line = ""
    for word in _words(paragraph):
        if line and shape_line((line + word).rstrip()).width > width:
            yield line.rstrip()
            line = ""
        line += word
        while shape_line(line.rstrip()).width > width and len(line.rstrip()) > 1:
            count = _longest(line, width)
            yield line[:count]
            line = line[count:]
    yield line.rstrip()


def _longest(line: str, width: float) -> int:
    """How many letters of a line fit, at least one."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if shape_line(line[:middle]).width <= width else (low, middle - 1)
        )
    return low


def _words(paragraph: str) -> Iterator[str]:
    """Pieces between which a line may be broken, each with the space after it; Chinese and
    Japanese break anywhere."""
    word = ""
    for letter in paragraph:
        wide = unicodedata.east_asian_width(letter) in ("W", "F")
        if word and (
            wide
            or (word[-1] in " \t" and letter not in " \t")
            or unicodedata.east_asian_width(word[-1]) in ("W", "F")
        ):
            yield word
            word = ""
        word += letter
    if word:
        yield word


def _clusters(text: str) -> Iterator[str]:
    """Letters, each with its marks."""
    cluster = ""
    for letter in unicodedata.normalize("NFC", text):
        if cluster and not unicodedata.combining(letter):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _holds(lines: tuple[Line, ...], size: float, area: Area) -> bool:
    high = (len(lines) - 1) * _step(lines) * size + (
        max(line.high for line in lines) - lines[-1].low
    ) / 1000 * size
    return high <= area.height + 0.5 and all(
        line.width * size / 1000 <= area.width + 0.5 for line in lines
    )


def _step(lines: tuple[Line, ...]) -> float:
    """Height of a line, in sizes: that of the highest."""
    return max(LEADING, *((line.high - line.low) / 1000 for line in lines))


def _fitting(area: Area, high: float) -> float:
    """The size asked for, or the usual one, where a line of this height in sizes has room for
    it."""
    return min(area.size or min(_USUAL, area.height * 0.66), area.height / high)


def _start(area: Area, width: float) -> float:
    """Where text of a width begins; what is too wide begins at the left."""
    return area.left + max(0.0, area.width - width) * area.quadding / 2
