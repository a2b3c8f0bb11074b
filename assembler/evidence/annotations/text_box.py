"""Set text into a box: broken into lines, at the requested or the largest fitting size, aligned."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from assembler.evidence.annotations.bidi_order import find_base_level
from assembler.evidence.annotations.lettering import ASCENT, DESCENT, Lettering, Line, shape_line

_MOST_LETTERS = 5_000  # of a text that does not fit; no box holds more
LEADING = 1.15  # line spacing, in font sizes
_USUAL_SIZE, _MIN_SIZE = 12.0, 4.0  # points
_LEAST_SIZE = 2.0  # points, to which a low box may force a text; smaller letters are not seen
_SIZE_STEP = 0.5
_MIN_SCALE = 0.6  # horizontal scale of letters that do not fit otherwise
_LINE_HEIGHT = (ASCENT - DESCENT) / 1000  # in font sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Operators that draw the text, and whether all of it fits its box."""

    data: bytes
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A box for text. `size` 0: as large as fits; `quadding` 0 left, 1 centered, 2 right."""

    left: float
    bottom: float
    width: float
    height: float
    size: float = 0.0
    quadding: int = 0


def set_line(text: str, area: Area, lettering: Lettering) -> Setting:
    """Draw one line, vertically centered; smaller, then narrower, if it is too long."""
    line = shape_line(text.replace("\n", " "))
    size = _choose_size(area, (line.high - line.low) / 1000)
    width = line.width / 1000
    size = max(min(size, _MIN_SIZE), min(size, area.width / width if width else size))
    across = max(_MIN_SCALE, min(1.0, area.width / (width * size))) if width * size > 0 else 1.0
    x = _start(area, width * size * across)
    height = (line.high - line.low) / 1000 * size
    y = area.bottom + (area.height - height) / 2 - line.low / 1000 * size
    fits = width * size * across <= area.width + 0.5 and (not text or size >= _LEAST_SIZE)
    return Setting(data=lettering.show(line, x, y, size, across), fits=fits)


def set_block(text: str, area: Area, lettering: Lettering) -> Setting:
    """Draw text from the top of the area, broken into lines; smaller if it is too long."""
    size = min(area.size or _USUAL_SIZE, area.height / _LINE_HEIGHT)
    lines = _wrap_into(area, text, size)
    if not _has_room_for(lines, size, area):
        size = min(size, _USUAL_SIZE)
        lines = _wrap_into(area, text, size)
    if size > _MIN_SIZE and not _has_room_for(lines, size, area):
        smallest = _wrap_into(area, text, _MIN_SIZE)
        if not _has_room_for(smallest, _MIN_SIZE, area):
            size, lines = _MIN_SIZE, smallest
    while size > _MIN_SIZE and not _has_room_for(lines, size, area):
        size = max(_MIN_SIZE, size - _SIZE_STEP)
        lines = _wrap_into(area, text, size)
    step = _measure_line_step(lines)
    y = area.bottom + area.height - max(line.high for line in lines) / 1000 * size
    data = []
    for line in lines:
        data.append(lettering.show(line, _start(area, line.width * size / 1000), y, size))
        y -= step * size
    return Setting(data=b"".join(data), fits=_has_room_for(lines, size, area))


def set_comb(text: str, area: Area, cells: int, lettering: Lettering) -> Setting:
    """Draw each letter centered in its cell; a value with more letters than cells gets narrower
    cells."""
    letters = list(_split_into_clusters(text.replace("\n", " ")))
    cells = max(cells, len(letters))
    cell = area.width / cells
    lines = [shape_line(letter) for letter in letters]
    widest = max((line.width / 1000 for line in lines), default=0)
    low, high = (
        min((line.low for line in lines), default=DESCENT),
        max((line.high for line in lines), default=ASCENT),
    )
    size = _choose_size(area, (high - low) / 1000)
    size = max(min(size, _MIN_SIZE), min(size, cell / widest if widest else size))
    first = {0: 0, 1: (cells - len(letters)) // 2, 2: cells - len(letters)}[area.quadding]
    y = area.bottom + (area.height - (high - low) / 1000 * size) / 2 - low / 1000 * size
    data = []
    for number, line in enumerate(reversed(lines) if find_base_level(text) else lines, first):
        x = area.left + cell * number + (cell - line.width * size / 1000) / 2
        data.append(lettering.show(line, x, y, size))
    return Setting(data=b"".join(data), fits=widest * size <= cell + 0.5)


def set_beginning(set_text: Callable[[str], Setting], text: str) -> Setting:
    """Draw as many letters of the beginning of a text as fit its box, which is not all of them."""
    letters = list(islice(_split_into_clusters(text), _MOST_LETTERS))
    low, high = 0, len(letters)
    setting = set_text("")
    while low < high:
        middle = (low + high + 1) // 2
        attempt = set_text("".join(letters[:middle]))
        if attempt.fits:
            low, setting = middle, attempt
        else:
            high = middle - 1
    return Setting(data=setting.data if setting.fits else b"", fits=False)


def _wrap_into(area: Area, text: str, size: float) -> tuple[Line, ...]:
    """Break a text into lines, up to the first that has no room: a value may be very long."""
    most = int((area.height + 0.5) / (LEADING * size)) + 2
    return tuple(islice(_wrap_text(text, area.width / size), most))


def _wrap_text(text: str, width: float) -> Iterator[Line]:
    """Break a text into lines no wider than `width` font sizes; a word longer than a line is
    broken."""
    for paragraph in text.split("\n"):
        base = find_base_level(paragraph)
        for line in _break_paragraph(paragraph, width * 1000):
            yield shape_line(line, base)


def _break_paragraph(paragraph: str, width: float) -> Iterator[str]:
    line = ""
    for word in _split_words(paragraph):
        if line and shape_line((line + word).rstrip()).width > width:
            yield line.rstrip()
            line = ""
        line += word
        while shape_line(line.rstrip()).width > width and len(line.rstrip()) > 1:
            count = _count_fitting(line, width)
            yield line[:count]
            line = line[count:]
    yield line.rstrip()


def _count_fitting(line: str, width: float) -> int:
    """Return how many letters of a line fit, at least one."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if shape_line(line[:middle]).width <= width else (low, middle - 1)
        )
    return low


def _split_words(paragraph: str) -> Iterator[str]:
    """Yield pieces between which a line may break, each with its trailing space; Chinese and
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


def _split_into_clusters(text: str) -> Iterator[str]:
    """Yield letters, each with its combining marks."""
    cluster = ""
    for letter in unicodedata.normalize("NFC", text):
        if cluster and not unicodedata.combining(letter):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _has_room_for(lines: tuple[Line, ...], size: float, area: Area) -> bool:
    high = (len(lines) - 1) * _measure_line_step(lines) * size + (
        max(line.high for line in lines) - lines[-1].low
    ) / 1000 * size
    return high <= area.height + 0.5 and all(
        line.width * size / 1000 <= area.width + 0.5 for line in lines
    )


def _measure_line_step(lines: tuple[Line, ...]) -> float:
    """Return the line height in font sizes, that of the highest line."""
    return max(LEADING, *((line.high - line.low) / 1000 for line in lines))


def _choose_size(area: Area, high: float) -> float:
    """Return the requested or usual size, at most what fits a line of this height (in font
    sizes)."""
    return min(area.size or min(_USUAL_SIZE, area.height * 0.66), area.height / high)


def _start(area: Area, width: float) -> float:
    """Return where text of a width starts; text that is too wide starts at the left."""
    return area.left + max(0.0, area.width - width) * area.quadding / 2
