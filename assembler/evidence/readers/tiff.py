"""The pictures of a TIFF file, counted by following its directories: the decoder stops at a loop
without a word."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from assembler.evidence.refusal import Refused

MAX_PICTURES = 2_000
_TYPE, _WIDTH, _HEIGHT = 254, 256, 257
_BELOW, _PHOTOMETRIC, _DNG = 330, 262, 50706  # SubIFDs, how colors are meant, the mark of a DNG
_OF_SENSORS = (
    32803,
    34892,
)  # PhotometricInterpretation of mosaics and linear raw data (TIFF/EP, DNG)
_MOST_BELOW = 16
_REDUCED = 1  # bit of NewSubfileType: a smaller copy of another picture (TIFF 6.0, page 36)


@dataclass(frozen=True, slots=True)
class Directory:
    """Size in dots, and whether it says it is a smaller copy of another picture."""

    width: int
    height: int
    reduced: bool


def directories(data: bytes) -> list[Directory]:
    """Every picture of the file, in order. Raises Refused where the chain of directories breaks
    off, loops or is too long."""
    form = _Form(data)
    found: list[Directory] = []
    seen: set[int] = set()
    at = form.first()
    while at:
        if at in seen:
            raise _broken("the TIFF's list of pictures runs in a circle")
        if len(found) == MAX_PICTURES:
            raise Refused(
                "EVID.LIMIT",
                f"the TIFF has more than {MAX_PICTURES} pictures",
                "split it into several files",
            )
        seen.add(at)
        tags, at = form.directory(at)
        found.append(
            Directory(
                tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0), bool(tags.get(_TYPE, 0) & _REDUCED)
            )
        )
    if not found:
        raise Refused("EVID.EMPTY", "the TIFF has no picture", "ask for the file again")
    return found


def pages(found: list[Directory]) -> list[int]:
    """Which pictures are pages: all but smaller copies of the page before them, or of the first
    page before it."""
    kept: list[int] = []
    for number, one in enumerate(found):
        before = found[kept[-1]] if kept else None
        if before and one.reduced and one.width < before.width and one.height < before.height:
            continue
        if (
            len(kept) == 1
            and before
            and before.reduced
            and one.width > before.width
            and one.height > before.height
        ):
            kept.clear()
        kept.append(number)
    return kept


def is_raw(data: bytes) -> bool:
    """Whether the file is what a camera's sensor saw (DNG, NEF, ARW …): its first picture is a
    small one, to be looked at."""
    form = _Form(data)
    tags, _ = form.directory(form.first())
    below = [
        form.directory(place)[0] for place in form.places(tags.get(_BELOW, 0), tags.get(-_BELOW, 0))
    ]
    sensor = any(some.get(_PHOTOMETRIC) in _OF_SENSORS for some in (tags, *below))
    larger = any(some.get(_WIDTH, 0) > tags.get(_WIDTH, 0) for some in below)
    return _DNG in tags or sensor or bool(tags.get(_TYPE, 0) & _REDUCED and larger)


class _Form:
    """Reads numbers of the file's own byte order, in its classic form or the one with 64-bit
    places."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        self._big = self._number("H", 2) == 43

    def first(self) -> int:
        return self._number("Q", 8) if self._big else self._number("I", 4)

    def directory(self, at: int) -> tuple[dict[int, int], int]:
        """The plain numbers among the tags of the directory at a place, and where the next one
        stands (0: nowhere)."""
        count = self._number("Q" if self._big else "H", at)
        start, step = (at + 8, 20) if self._big else (at + 2, 12)
        if count > 4096:
            raise _broken("the TIFF is damaged")
        tags: dict[int, int] = {}
        for n in range(count):
            name, value = self._tag(start + step * n)
            tags[name] = value
            if name == _BELOW:  # how many there are stands beside it
                tags[-name] = self._number("Q" if self._big else "I", start + step * n + 4)
        return tags, self._number("Q" if self._big else "I", start + step * count)

    def places(self, value: int, count: int) -> list[int]:
        """Where directories below another stand: `value` is the place of one, or of a list of
        several."""
        if not 0 < count <= _MOST_BELOW:
            return []
        width, form = (8, "Q") if self._big else (4, "I")
        return (
            [value] if count == 1 else [self._number(form, value + width * n) for n in range(count)]
        )

    def _tag(self, at: int) -> tuple[int, int]:
        name, kind = self._number("H", at), self._number("H", at + 2)
        return name, self._number("H" if kind == 3 else "I", at + (12 if self._big else 8))

    def _number(self, form: str, at: int) -> int:
        try:
            return int(struct.unpack_from(self._order + form, self._data, at)[0])
        except struct.error as error:
            raise _broken("the TIFF is cut off") from error


def _broken(problem: str) -> Refused:
    return Refused("EVID.BROKEN", problem, "ask for the file again")
