"""fingerprint: everything that decides how a page of a finished bundle looks, as one hash; our
stamp left out.

A PDF and some of its pages come in, a `Fingerprint` for each goes out. Read with pypdf, which wrote
none of it. Two pages with the same fingerprint have the same content streams, resources, boxes and
annotations, byte for byte, so one program draws them alike. Judges nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from assembler.model import Fingerprint

_NUMBER = rb"-?(?:\d+\.?\d*|\.\d+)"
# all that a stamp may be: one line of text, black, upright or turned; anything else in its stream
# makes it no stamp
_STAMP = re.compile(
    rb"\s*Q\s/Artifact <</Type /Pagination>> BDC q (?:"
    + _NUMBER
    + rb" ){6}cm BT /AssemblerStamp\d* "
    + _NUMBER
    + rb" Tf 0 g 0 Tr (?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>) Tj ET Q EMC\s*"
)
_ELSEWHERE = frozenset(
    {"/Parent", "/StructParents", "/StructParent", "/P", "/Dest", "/A"}
)  # lead away, and draw nothing
_OTHERS = frozenset(
    {"/Page", "/Pages", "/Catalog", "/OCG", "/OCMD"}
)  # what hangs on these is not decided by the page alone
_LARGE = 65_536  # bytes: a stream that need not be kept in memory
_DEEP = 60


class _Unknowable(Exception):
    """How the page looks does not depend on the page alone."""


def of_pages(pdf: Path, places: Iterable[int]) -> tuple[Fingerprint, ...]:
    """The fingerprints of these pages (from 0) of a file, in order. Never raises for a bad file."""
    wanted = list(places)
    try:
        with pdf.open(
            "rb"
        ) as stream:  # of a path, the reader would take the whole file into memory
            reader = PdfReader(stream)
            hasher, pages = _Hasher(reader), list(reader.pages)
            return tuple(
                _of_page(hasher, pages[place]) if place < len(pages) else Fingerprint()
                for place in wanted
            )
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return (Fingerprint(),) * len(wanted)


def _of_page(hasher: _Hasher, page: DictionaryObject) -> Fingerprint:
    try:
        streams = list(_streams(page.get("/Contents")))
        stamped = len(streams) > 1 and _is_stamp(hasher, streams)
        parts = [hasher.of(one) for one in (streams[1:-1] if stamped else streams)]
        rest = {
            key: value
            for key, value in page.items()
            if key not in ("/Contents", "/Annots", "/Type")
        }
        notes = [hasher.of(note) for note in _list(page.get("/Annots"))]
        whole = hashlib.sha256(b"|".join((hasher.of_dictionary(rest), *parts, b"notes", *notes)))
        return Fingerprint(digest=whole.hexdigest(), stamped=stamped)
    except (
        _Unknowable,
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return Fingerprint()


def _streams(contents: Any) -> Iterator[Any]:
    """The content streams of a page, as they are referred to."""
    found = contents.get_object() if contents is not None else None
    if isinstance(found, ArrayObject):
        yield from found
    elif found is not None:
        yield contents


def _list(value: Any) -> Any:
    return value.get_object() if value is not None else ()


def _is_stamp(hasher: _Hasher, streams: list[Any]) -> bool:
    """Whether the first stream only saves the state, and the last one only puts it back and
    prints a line of text."""
    first, last = streams[0].get_object(), streams[-1].get_object()
    return bool(
        hasher.length(first) < 32
        and first.get_data() == b"q\n"
        and hasher.length(last) < 1_000
        and _STAMP.fullmatch(last.get_data())
    )


class _Hasher:
    """Hashes of objects by what is in them; those of one file are made once."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self._known: dict[tuple[int, int], bytes] = {}
        self._open: set[tuple[int, int]] = set()

    def of(self, item: Any) -> bytes:
        """The hash of any object. Raises _Unknowable."""
        if isinstance(item, IndirectObject):
            return self._of_reference(item)
        if len(self._open) > _DEEP:
            raise _Unknowable
        if isinstance(item, StreamObject):
            head = self.of_dictionary(
                {key: value for key, value in item.items() if key != "/Length"}
            )
            return _hash(b"stream", head, self._raw(item))
        if isinstance(item, DictionaryObject):
            return self.of_dictionary(item)
        if isinstance(item, ArrayObject):
            return _hash(b"array", *(self.of(one) for one in item))
        return _hash(*_plain(item))

    def of_dictionary(self, items: Mapping[str, Any]) -> bytes:
        """Keys in order, those that lead elsewhere left out."""
        if items.get("/Type") in _OTHERS:
            raise _Unknowable
        rows = [
            _hash(key.encode(), self.of(value))
            for key, value in sorted(items.items())
            if key not in _ELSEWHERE
        ]
        return _hash(b"dictionary", *rows)

    def _of_reference(self, item: IndirectObject) -> bytes:
        key = (item.generation, item.idnum)
        if key not in self._known:
            if key in self._open or len(self._open) > _DEEP:
                raise _Unknowable
            self._open.add(key)
            try:
                found = item.get_object()
                self._known[key] = self.of(found)
            finally:
                self._open.discard(key)
            if isinstance(found, StreamObject) and self.length(found) > _LARGE:
                self._reader.resolved_objects.pop(key, None)
        return self._known[key]

    @staticmethod
    def length(stream: Any) -> int:
        """Bytes of a stream as it stands in the file."""
        return len(_Hasher._raw(stream))

    @staticmethod
    def _raw(stream: Any) -> bytes:
        data = (
            stream._data
        )  # as it stands in the file: decoding pictures would take as long as drawing them
        return data if isinstance(data, bytes) else str(data).encode("latin1", "replace")


def _plain(item: Any) -> tuple[bytes, bytes]:
    """Kind and value of a string, name, number, truth value or null."""
    if isinstance(item, TextStringObject):
        return b"string", item.original_bytes
    if isinstance(item, ByteStringObject):
        return b"string", bytes(item)
    return type(item).__name__.encode(), repr(item).encode()


def _hash(*parts: bytes) -> bytes:
    """Of parts whose borders count."""
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8, "big"))
        made.update(part)
    return made.digest()
