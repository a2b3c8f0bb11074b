"""Read every object of a PDF file once and strictly, streams without their data, to find what hides
between or behind them."""

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
_GAP = re.compile(rb"\s*(?:endobj)?\s*")
_OBJECT = re.compile(rb"\s*(\d+)\s+(\d+)\s+obj\b")
_TAIL = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TAIL_SIZE = 2048  # bytes at the end that must hold the last line
_STRUCTURE_STREAMS = {
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


class _DuplicateKeys(logging.Handler):
    """Notes keys that are twice in one dictionary: some readers use the first, others the last."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.has_duplicates = False

    def emit(self, record: logging.LogRecord) -> None:
        self.has_duplicates = self.has_duplicates or str(record.msg).startswith(
            "Multiple definitions"
        )


class Objects:
    """The objects of a file by number. `faults`: what an honest file does not have, as phrases
    without content."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Read the objects; raises what pypdf raises for a file that it cannot read."""
        logger, duplicates = logging.getLogger("pypdf"), _DuplicateKeys()
        logger.setLevel(logging.WARNING)
        logger.propagate = False  # its messages contain content of the file
        logger.addHandler(duplicates)
        try:
            self._open(stream)
        finally:
            logger.removeHandler(duplicates)
            logger.setLevel(logging.CRITICAL)
        if duplicates.has_duplicates:
            self.faults.append("a key appears twice in one dictionary")

    def _open(self, stream: IO[bytes]) -> None:
        self.reader = PdfReader(stream)
        self.faults: list[str] = []
        self.by_number: dict[int, Any] = {}
        self.streams: set[int] = set()
        # object and cross-reference streams, which nothing refers to
        self.structure_streams: set[int] = set()
        if self.reader.is_encrypted:
            return
        self._stream = stream
        self._read()

    def get(self, value: Any) -> Any:
        """Return the object that a reference leads to, or the value itself; None for null."""
        for _ in range(16):
            if not isinstance(value, IndirectObject):
                return None if type(value).__name__ == "NullObject" else value
            value = self.by_number.get(value.idnum)
        return None

    def dictionary(self, value: Any) -> DictionaryObject:
        """Return a dictionary, empty if the value is none."""
        resolved = self.get(value)
        return resolved if isinstance(resolved, DictionaryObject) else DictionaryObject()

    def array(self, value: Any) -> list[Any]:
        """Return an array as a list, empty if the value is none."""
        resolved = self.get(value)
        return list(resolved) if isinstance(resolved, list) else []

    def _read(self) -> None:
        places = sorted(
            (offset, number)
            for table in self.reader.xref.values()
            for number, offset in table.items()
        )
        if set(self._read_trailer()) - _TRAILER - _STRUCTURE_STREAMS["/XRef"]:
            self.faults.append("its trailer holds more than it needs")
        starts = [offset for offset, _ in places]
        end = self._find_end()
        first = starts[0] if starts else end
        if not _HEAD.fullmatch(self._read_bytes(0, first)):
            self.faults.append("there is data before its first object")
        for offset, number in places:
            next_place = bisect_right(starts, offset)
            self._read_object(
                number, offset, starts[next_place] if next_place < len(starts) else end
            )
        for number in sorted(self.structure_streams):
            if self.by_number[number].get("/Type") == "/ObjStm":
                self._read_object_stream(number)
        self._data.clear()

    def _find_end(self) -> int:
        """Return where the objects end; a second part that was appended, or anything after the end,
        is a fault."""
        size = self._stream.seek(0, 2)
        tail = self._read_bytes(max(0, size - _TAIL_SIZE), size)
        match = _TAIL.search(tail)
        self._data: dict[int, bytes] = {}
        if (
            match is None
            or tail.count(b"startxref") != 1
            or not tail.rstrip(b"\r\n").endswith(b"%%EOF")
        ):
            self.faults.append("there is data after its end")
            return size
        start = int(match[1])
        if "/Prev" in self._read_trailer() or "/XRefStm" in self._read_trailer():
            self.faults.append(
                "it was changed after it was written (an incremental update was added)"
            )
        if self._read_bytes(start, start + 4) == b"xref":
            return start
        return size - len(tail) + match.start()

    def _read_trailer(self) -> DictionaryObject:
        return self.reader.trailer

    def _read_bytes(self, start: int, end: int) -> bytes:
        self._stream.seek(start)
        return self._stream.read(max(0, end - start))

    def _read_object(self, number: int, offset: int, following: int) -> None:
        """Read an object that is not in a stream, and what is between it and the next."""
        header = _OBJECT.match(self._read_bytes(offset, offset + 40))
        if header is None or int(header[1]) != number:
            self.faults.append("its table of objects is wrong")
            return
        self._stream.seek(offset + header.end())
        while self._stream.read(1).isspace():
            pass
        self._stream.seek(-1, 1)
        value = read_object(self._stream, self.reader)
        end = self._stream.tell()
        if isinstance(value, StreamObject):
            self._keep_stream(number, value)
        else:
            self.by_number[number] = value
        if following > end and not _GAP.fullmatch(self._read_bytes(end, following)):
            self.faults.append("there is data between its objects")

    def _keep_stream(self, number: int, value: StreamObject) -> None:
        plain = DictionaryObject(value)
        self.streams.add(number)
        self.by_number[number] = plain
        kind = str(value.get("/Type"))
        if kind in _STRUCTURE_STREAMS:
            self.structure_streams.add(number)
            if set(plain) - _STRUCTURE_STREAMS[kind]:
                self.faults.append("its table of objects holds more than that")
        if kind == "/ObjStm":
            self._data[number] = value.get_data()

    def _read_object_stream(self, number: int) -> None:
        """Read the objects of an object stream that the table names."""
        head, data = self.by_number[number], self._data[number]
        if "/Extends" in head:
            self.faults.append("an object stream extends another")
        first, count = int(head["/First"]), int(head["/N"])
        numbers = [int(token) for token in data[:first].split()]
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
                self.faults.append("there is data between its objects")

    def iterate_reached(self) -> Iterator[tuple[Any, str, bool]]:
        """Yield every dictionary that the trailer leads to, once: it, the key it was first found
        under, whether it is a stream.

        Objects that nothing leads to are added as a fault at the end.
        """
        visited: set[int] = set()
        waiting: list[tuple[Any, str, bool]] = [
            (self._read_trailer().raw_get(key), key, False)
            for key in ("/Root", "/Info")
            if key in self._read_trailer()
        ]
        while waiting:
            value, key, is_stream = waiting.pop()
            if isinstance(value, IndirectObject):
                if value.idnum in visited or value.idnum not in self.by_number:
                    continue
                visited.add(value.idnum)
                value, is_stream = self.by_number[value.idnum], value.idnum in self.streams
            if isinstance(value, DictionaryObject):
                yield value, key, is_stream
                waiting += [(dict.__getitem__(value, inner), str(inner), False) for inner in value]
            elif isinstance(value, list):
                waiting += [(inner, key, False) for inner in list.__iter__(value)]
        if set(self.by_number) - visited - self.structure_streams:
            self.faults.append("it contains unreferenced objects")
