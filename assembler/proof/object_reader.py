"""Every object of a PDF file, read once and strictly, streams without their data: what hides
between or behind them shows."""

from __future__ import annotations

import io
import logging
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject, read_object

_HEAD = re.compile(rb"%PDF-\d\.\d\s+(?:%[^\r\n]{0,16}[\r\n]+)?\s*")
_BETWEEN = re.compile(rb"\s*(?:endobj)?\s*")
_OBJECT = re.compile(rb"\s*(\d+)\s+(\d+)\s+obj\b")
_TAIL = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_LAST = 2048  # bytes at the end in which the last line must be
_PLUMBING = {
    "/ObjStm": frozenset(("/Type", "/N", "/First", "/Length", "/Filter", "/DecodeParms")),
    "/XRef": frozenset(
        (
            "/Type",
            "/Size",
            "/Index",
            "/W",
            "/Root",
            "/Info",
            "/ID",
            "/Length",
            "/Filter",
            "/DecodeParms",
        )
    ),
}
_TRAILER = frozenset(("/Size", "/Root", "/Info", "/ID"))


class _Twice(logging.Handler):
    """Hears of keys that stand twice in one dictionary: one reader takes the first, another the
    last."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = False

    def emit(self, record: logging.LogRecord) -> None:
        self.heard = self.heard or str(record.msg).startswith("Multiple definitions")


class Objects:
    """The objects of a file by number. `faults`: what an honest file has not, as sentences
    without content."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Raises what pypdf raises for a file it cannot read."""
        logger, twice = logging.getLogger("pypdf"), _Twice()
        logger.setLevel(logging.WARNING)
        logger.propagate = False  # its complaints hold content
        logger.addHandler(twice)
        try:
            self._begin(stream)
        finally:
            logger.removeHandler(twice)
            logger.setLevel(logging.CRITICAL)
        if twice.heard:
            self.faults.append("a key appears twice in one dictionary")

    def _begin(self, stream: IO[bytes]) -> None:
        self.reader = PdfReader(stream)
        self.faults: list[str] = []
        self.by_number: dict[int, Any] = {}
        self.streams: set[int] = set()
        self.plumbing: set[int] = (
            set()
        )  # object and cross-reference streams, which nothing refers to
        if self.reader.is_encrypted:
            return
        self._stream = stream
        self._read()

    def get(self, value: Any) -> Any:
        """The object itself, where a reference stands for it; None for nothing."""
        for _ in range(16):
            if not isinstance(value, IndirectObject):
                return None if type(value).__name__ == "NullObject" else value
            value = self.by_number.get(value.idnum)
        return None

    def dictionary(self, value: Any) -> DictionaryObject:
        """The dictionary, empty where it is none."""
        found = self.get(value)
        return found if isinstance(found, DictionaryObject) else DictionaryObject()

    def array(self, value: Any) -> list[Any]:
        found = self.get(value)
        return list(found) if isinstance(found, list) else []

    def _read(self) -> None:
        places = sorted(
            (offset, number)
            for table in self.reader.xref.values()
            for number, offset in table.items()
        )
        if set(self._trailer()) - _TRAILER - _PLUMBING["/XRef"]:
            self.faults.append("its trailer holds more than it needs")
        starts = [offset for offset, _ in places]
        end = self._tail()
        first = starts[0] if starts else end
        if not _HEAD.fullmatch(self._bytes(0, first)):
            self.faults.append("there is something before its first object")
        for offset, number in places:
            after = bisect_right(starts, offset)
            self._top(number, offset, starts[after] if after < len(starts) else end)
        for number in sorted(self.plumbing):
            if self.by_number[number].get("/Type") == "/ObjStm":
                self._packed(number)
        self._data.clear()

    def _tail(self) -> int:
        """Where the objects end. A second part, appended later, or anything after the end is a
        fault."""
        size = self._stream.seek(0, 2)
        last = self._bytes(max(0, size - _LAST), size)
        found = _TAIL.search(last)
        self._data: dict[int, bytes] = {}
        if (
            found is None
            or last.count(b"startxref") != 1
            or not last.rstrip(b"\r\n").endswith(b"%%EOF")
        ):
            self.faults.append("there is something after its end")
            return size
        start = int(found[1])
        if "/Prev" in self._trailer() or "/XRefStm" in self._trailer():
            self.faults.append(
                "it was changed after it had been written (a second part was added to it)"
            )
        if self._bytes(start, start + 4) == b"xref":
            return start
        return size - len(last) + found.start()

    def _trailer(self) -> DictionaryObject:
        return self.reader.trailer

    def _bytes(self, start: int, end: int) -> bytes:
        self._stream.seek(start)
        return self._stream.read(max(0, end - start))

    def _top(self, number: int, offset: int, following: int) -> None:
        """An object that stands by itself, and what is between it and the next."""
        head = _OBJECT.match(self._bytes(offset, offset + 40))
        if head is None or int(head[1]) != number:
            self.faults.append("its table of objects is wrong")
            return
        self._stream.seek(offset + head.end())
        while self._stream.read(1).isspace():
            pass
        self._stream.seek(-1, 1)
        value = read_object(self._stream, self.reader)
        ended = self._stream.tell()
        if isinstance(value, StreamObject):
            self._keep_stream(number, value)
        else:
            self.by_number[number] = value
        if following > ended and not _BETWEEN.fullmatch(self._bytes(ended, following)):
            self.faults.append("there is something between its objects")

    def _keep_stream(self, number: int, value: StreamObject) -> None:
        plain = DictionaryObject(value)
        self.streams.add(number)
        self.by_number[number] = plain
        kind = str(value.get("/Type"))
        if kind in _PLUMBING:
            self.plumbing.add(number)
            if set(plain) - _PLUMBING[kind]:
                self.faults.append("its table of objects holds more than that")
        if kind == "/ObjStm":
            self._data[number] = value.get_data()

    def _packed(self, number: int) -> None:
        """The objects within an object stream, those of them that the table names."""
        head, data = self.by_number[number], self._data[number]
        if "/Extends" in head:
            self.faults.append("an object stream extends another")
        first, count = int(head["/First"]), int(head["/N"])
        numbers = [int(one) for one in data[:first].split()]
        places = sorted(zip(numbers[1 : 2 * count : 2], numbers[0 : 2 * count : 2], strict=True))
        ends = [place for place, _ in places[1:]] + [len(data) - first]
        text = io.BytesIO(data)
        for (place, inner), end in zip(places, ends, strict=True):
            text.seek(first + place)
            value = read_object(text, self.reader)
            if self.reader.xref_objStm.get(inner, (None,))[0] != number:
                self.faults.append("it holds an object that its table does not name")
                continue
            self.by_number[inner] = value
            if data[text.tell() : first + end].strip():
                self.faults.append("there is something between its objects")

    def reached(self) -> Iterator[tuple[Any, str, bool]]:
        """Every dictionary that the trailer leads to, once: it, the key it was first found under,
        whether it is a stream.

        Objects that nothing leads to are told as a fault, after the last.
        """
        seen: set[int] = set()
        waiting: list[tuple[Any, str, bool]] = [
            (self._trailer().raw_get(key), key, False)
            for key in ("/Root", "/Info")
            if key in self._trailer()
        ]
        while waiting:
            value, key, is_stream = waiting.pop()
            if isinstance(value, IndirectObject):
                if value.idnum in seen or value.idnum not in self.by_number:
                    continue
                seen.add(value.idnum)
                value, is_stream = self.by_number[value.idnum], value.idnum in self.streams
            if isinstance(value, DictionaryObject):
                yield value, key, is_stream
                waiting += [(dict.__getitem__(value, inner), str(inner), False) for inner in value]
            elif isinstance(value, list):
                waiting += [(inner, key, False) for inner in list.__iter__(value)]
        if set(self.by_number) - seen - self.plumbing:
            self.faults.append("it holds objects that nothing leads to")
