"""List the pictures of a TIFF file by following its directories, since the decoder stops silently
at a loop."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from assembler.evidence.refusal import Refused

MAX_PICTURES = 2_000
_TYPE, _WIDTH, _HEIGHT = 254, 256, 257
_SUB_IFDS, _PHOTOMETRIC, _DNG_VERSION = 330, 262, 50706
# PhotometricInterpretation of sensor mosaics and linear raw data (TIFF/EP, DNG)
_RAW_COLORS = (32803, 34892)
_MAX_SUB_IFDS = 16
_REDUCED = 1  # bit of NewSubfileType: a smaller copy of another picture (TIFF 6.0, page 36)


@dataclass(frozen=True, slots=True)
class Directory:
    """Size in pixels, and whether the file calls it a smaller copy of another picture."""

    width: int
    height: int
    reduced: bool


def list_directories(data: bytes) -> list[Directory]:
    """Return every picture of the file, in order.

    Raises Refused if the chain of directories breaks off, loops or is too long.
    """
    file = _TiffFile(data)
    pictures: list[Directory] = []
    visited: set[int] = set()
    position = file.read_first()
    while position:
        if position in visited:
            raise _refuse_broken("the TIFF's list of pictures is circular")
        if len(pictures) == MAX_PICTURES:
            raise Refused(
                "EVID.LIMIT",
                f"the TIFF has more than {MAX_PICTURES} pictures",
                "split it into several files",
            )
        visited.add(position)
        tags, position = file.read_directory(position)
        pictures.append(
            Directory(
                tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0), bool(tags.get(_TYPE, 0) & _REDUCED)
            )
        )
    if not pictures:
        raise Refused("EVID.EMPTY", "the TIFF has no picture", "ask for the file again")
    return pictures


def find_pages(pictures: list[Directory]) -> list[int]:
    """Return the indexes of the pictures that are pages.

    Skips smaller copies of the page before, and a smaller copy of the first page before it.
    """
    pages: list[int] = []
    for index, picture in enumerate(pictures):
        previous = pictures[pages[-1]] if pages else None
        if previous and picture.reduced and _is_smaller(picture, previous):
            continue
        if len(pages) == 1 and previous and previous.reduced and _is_smaller(previous, picture):
            pages.clear()
        pages.append(index)
    return pages


def _is_smaller(picture: Directory, reference: Directory) -> bool:
    return picture.width < reference.width and picture.height < reference.height


def is_raw(data: bytes) -> bool:
    """Return whether the file is a camera's raw sensor data (DNG, NEF, ARW …), whose first picture
    is a preview."""
    file = _TiffFile(data)
    tags, _ = file.read_directory(file.read_first())
    positions = file.list_sub_directories(tags.get(_SUB_IFDS, 0), tags.get(-_SUB_IFDS, 0))
    children = [file.read_directory(position)[0] for position in positions]
    has_sensor_data = any(child.get(_PHOTOMETRIC) in _RAW_COLORS for child in (tags, *children))
    has_larger_child = any(child.get(_WIDTH, 0) > tags.get(_WIDTH, 0) for child in children)
    is_preview = bool(tags.get(_TYPE, 0) & _REDUCED)
    return _DNG_VERSION in tags or has_sensor_data or (is_preview and has_larger_child)


class _TiffFile:
    """Reads numbers in the file's byte order, in classic TIFF or BigTIFF."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        self._big = self._read_number("H", 2) == 43

    def read_first(self) -> int:
        """Return the position of the first directory."""
        return self._read_number("Q", 8) if self._big else self._read_number("I", 4)

    def read_directory(self, position: int) -> tuple[dict[int, int], int]:
        """Return the integer tags of the directory at a position, and the position of the next one
        (0: none).

        Under the negative tag of the SubIFDs is their count.
        """
        count = self._read_number("Q" if self._big else "H", position)
        start, step = (position + 8, 20) if self._big else (position + 2, 12)
        if count > 4096:
            raise _refuse_broken("the TIFF is damaged")
        tags: dict[int, int] = {}
        for n in range(count):
            tag, value = self._read_tag(start + step * n)
            tags[tag] = value
            if tag == _SUB_IFDS:
                tags[-tag] = self._read_number("Q" if self._big else "I", start + step * n + 4)
        return tags, self._read_number("Q" if self._big else "I", start + step * count)

    def list_sub_directories(self, value: int, count: int) -> list[int]:
        """Return the positions of the directories below another.

        `value` is the position of one, or of a list of several.
        """
        if not 0 < count <= _MAX_SUB_IFDS:
            return []
        width, format_ = (8, "Q") if self._big else (4, "I")
        if count == 1:
            return [value]
        return [self._read_number(format_, value + width * n) for n in range(count)]

    def _read_tag(self, position: int) -> tuple[int, int]:
        tag, kind = self._read_number("H", position), self._read_number("H", position + 2)
        return tag, self._read_number(
            "H" if kind == 3 else "I", position + (12 if self._big else 8)
        )

    def _read_number(self, format_: str, position: int) -> int:
        try:
            return int(struct.unpack_from(self._order + format_, self._data, position)[0])
        except (struct.error, OverflowError) as error:  # a position may have 64 bits
            raise _refuse_broken("the TIFF is cut off") from error


def _refuse_broken(problem: str) -> Refused:
    return Refused("EVID.BROKEN", problem, "ask for the file again")
