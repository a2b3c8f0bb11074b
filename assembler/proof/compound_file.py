"""Read a compound file ([MS-CFB]): folders and streams in one file, as Outlook and old Office use
it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
_LAST = 0xFFFFFFFA  # numbers above it end a chain
_NOTHING = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MOST_ENTRIES = 100_000


@dataclass(slots=True, kw_only=True)
class Folder:
    """A folder of a compound file: its streams and folders by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def read_compound_file(data: bytes) -> Folder:
    """Return the root folder with all that is in it. Raises ValueError if the file is damaged."""
    try:
        return _Reader(data).read()
    except (struct.error, IndexError) as error:
        raise ValueError("the compound file is damaged") from error


class _Reader:
    """Follows the chains of sectors of a file."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(_SIGN):
            raise ValueError("no compound file")
        self._data = data
        self._size = 1 << struct.unpack_from("<H", data, 30)[0]
        self._small_size = 1 << struct.unpack_from("<H", data, 32)[0]
        if self._size not in (512, 4096) or self._small_size != 64:
            raise ValueError("unusual sectors")
        (self._cutoff,) = struct.unpack_from("<I", data, 56)
        self._next = self._read_table(list(self._list_table_sectors()))
        first_entry, first_small = struct.unpack_from("<I", data, 48)[0], 60
        self._entries = self._read_entries(first_entry)
        (small_table,) = struct.unpack_from("<I", data, first_small)
        self._small_next = self._read_table(list(self._follow(small_table, self._next)))
        root = self._entries[0]
        self._small = b"".join(map(self._read_sector, self._follow(root.start, self._next)))

    def read(self) -> Folder:
        """Return the root folder."""
        root = Folder()
        visited: set[int] = set()
        waiting = [(self._entries[0].child, root)]
        while waiting:
            number, folder = waiting.pop()
            if number == _NOTHING or number in visited:
                continue
            visited.add(number)
            entry = self._entries[number]
            waiting += [(entry.left, folder), (entry.right, folder)]
            if entry.kind == _STREAM:
                folder.streams[entry.name] = self._read_stream(entry)
            elif entry.kind == _STORAGE:
                inner = folder.folders[entry.name] = Folder()
                waiting.append((entry.child, inner))
        return root

    def _read_sector(self, number: int) -> bytes:
        start = _HEADER if self._size == _HEADER else self._size
        return self._data[start + number * self._size : start + (number + 1) * self._size]

    def _list_table_sectors(self) -> Iterator[int]:
        """Yield the sectors of the table of chains: 109 in the header, the others in a chain."""
        yield from (n for n in struct.unpack_from("<109I", self._data, 76) if n < _LAST)
        (number,) = struct.unpack_from("<I", self._data, 68)
        visited: set[int] = set()
        while number < _LAST and number not in visited:
            visited.add(number)
            numbers = self._unpack(self._read_sector(number))
            yield from (n for n in numbers[:-1] if n < _LAST)
            number = numbers[-1]

    def _read_table(self, sectors: list[int]) -> Mapping[int, int]:
        numbers = [n for sector in sectors for n in self._unpack(self._read_sector(sector))]
        return dict(enumerate(numbers))

    def _unpack(self, sector: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{self._size // 4}I", sector.ljust(self._size, b"\xff"))

    def _follow(self, number: int, table: Mapping[int, int]) -> Iterator[int]:
        """Yield the sectors of a chain."""
        visited: set[int] = set()
        while number < _LAST and number not in visited:
            visited.add(number)
            yield number
            number = table.get(number, _NOTHING)

    def _read_entries(self, first: int) -> list[_Entry]:
        data = b"".join(map(self._read_sector, self._follow(first, self._next)))
        entries = []
        for place in range(0, min(len(data), _MOST_ENTRIES * _ENTRY) - _ENTRY + 1, _ENTRY):
            (length,) = struct.unpack_from("<H", data, place + 64)
            left, right, child = struct.unpack_from("<3I", data, place + 68)
            start, size = struct.unpack_from("<II", data, place + 116)
            entries.append(
                _Entry(
                    name=data[place : place + max(0, length - 2)].decode("utf-16-le", "replace"),
                    kind=data[place + 66],
                    left=left,
                    right=right,
                    child=child,
                    start=start,
                    size=size,
                )
            )
        return entries

    def _read_stream(self, entry: _Entry) -> bytes:
        if entry.size >= self._cutoff:
            sectors = self._follow(entry.start, self._next)
            return b"".join(map(self._read_sector, sectors))[: entry.size]
        size = self._small_size
        pieces = (
            self._small[number * size : (number + 1) * size]
            for number in self._follow(entry.start, self._small_next)
        )
        return b"".join(pieces)[: entry.size]
