"""Hash everything that decides how a page of a finished bundle looks, except our page stamp.

Takes a PDF and page numbers, returns one `Fingerprint` per page. Reads with pypdf, which wrote none
of the file. Two pages with the same fingerprint have the same content streams, resources, boxes and
annotations, byte for byte, so any one renderer draws them alike. Makes no judgment.
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
from assembler.runtime.machine_failures import raise_if_machine_failed

_NUMBER = rb"-?(?:\d+(?:\.\d*)?|\.\d+)"
# the only form a stamp takes: one line of black text, upright or rotated; a stream with anything
# else in it is not a stamp
_STAMP = re.compile(
    rb"\s*Q\s/Artifact <</Type /Pagination>> BDC q (?:"
    + _NUMBER
    + rb" ){6}cm BT /AssemblerStamp\d* "
    + _NUMBER
    + rb" Tf 0 g 0 Tr (?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>) Tj ET Q EMC\s*"
)
# keys that point outside the page and draw nothing
_SKIPPED_KEYS = frozenset({"/Parent", "/StructParents", "/StructParent", "/P", "/Dest", "/A"})
# a page that depends on one of these is not determined by its own content
_OUTSIDE_TYPES = frozenset({"/Page", "/Pages", "/Catalog", "/OCG", "/OCMD"})
_LARGE_STREAM = 65_536  # bytes; a larger stream is dropped from memory once it is hashed
_MAX_DEPTH = 60


class _Undetermined(Exception):
    """The page's appearance does not depend on the page alone."""


def fingerprint_pages(pdf: Path, places: Iterable[int]) -> tuple[Fingerprint, ...]:
    """Return the fingerprints of these pages (from 0), in order; never raises for a bad file.
    Raises ToolFailed if the machine cannot read it."""
    indexes = list(places)
    try:
        # an open stream, because PdfReader reads the whole file into memory if given a path
        with pdf.open("rb") as stream:
            reader = PdfReader(stream)
            hasher, pages = _Hasher(reader), list(reader.pages)
            return tuple(
                _fingerprint_page(hasher, pages[index]) if index < len(pages) else Fingerprint()
                for index in indexes
            )
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
    ) as error:
        raise_if_machine_failed(error)
        return (Fingerprint(),) * len(indexes)


def _fingerprint_page(hasher: _Hasher, page: DictionaryObject) -> Fingerprint:
    try:
        streams = list(_iterate_streams(page.get("/Contents")))
        stamped = len(streams) > 1 and _is_stamp(hasher, streams)
        parts = [hasher.hash(stream) for stream in (streams[1:-1] if stamped else streams)]
        entries = {
            key: value
            for key, value in page.items()
            if key not in ("/Contents", "/Annots", "/Type")
        }
        annots = page.get("/Annots")
        notes = [hasher.hash(note) for note in (annots.get_object() if annots is not None else ())]
        head = hasher.hash_dictionary(entries)
        digest = hashlib.sha256(b"|".join((head, *parts, b"notes", *notes))).hexdigest()
        return Fingerprint(digest=digest, stamped=stamped)
    except (
        _Undetermined,
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return Fingerprint()


def _iterate_streams(contents: Any) -> Iterator[Any]:
    """Yield the content streams of a page, as references where the file has references."""
    resolved = contents.get_object() if contents is not None else None
    if isinstance(resolved, ArrayObject):
        yield from resolved
    elif resolved is not None:
        yield contents


def _is_stamp(hasher: _Hasher, streams: list[Any]) -> bool:
    """Return whether the first stream only saves the graphics state and the last one only restores
    it and prints one line of text."""
    first, last = streams[0].get_object(), streams[-1].get_object()
    return bool(
        hasher.length(first) < 32
        and first.get_data() == b"q\n"
        and hasher.length(last) < 1_000
        and _STAMP.fullmatch(last.get_data())
    )


class _Hasher:
    """Hashes of objects by content; each object of a file is hashed once."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self._known: dict[tuple[int, int], bytes] = {}
        self._open: set[tuple[int, int]] = set()

    def hash(self, item: Any) -> bytes:
        """Return the hash of any object. Raises _Undetermined."""
        if isinstance(item, IndirectObject):
            return self._hash_reference(item)
        if len(self._open) > _MAX_DEPTH:
            raise _Undetermined
        if isinstance(item, StreamObject):
            head = self.hash_dictionary(
                {key: value for key, value in item.items() if key != "/Length"}
            )
            return _hash(b"stream", head, self._read_raw(item))
        if isinstance(item, DictionaryObject):
            return self.hash_dictionary(item)
        if isinstance(item, ArrayObject):
            return _hash(b"array", *(self.hash(element) for element in item))
        return _hash(*_serialize_item(item))

    def hash_dictionary(self, items: Mapping[str, Any]) -> bytes:
        """Hash the entries in key order, without the keys that point outside the page."""
        if items.get("/Type") in _OUTSIDE_TYPES:
            raise _Undetermined
        rows = [
            _hash(key.encode(), self.hash(value))
            for key, value in sorted(items.items())
            if key not in _SKIPPED_KEYS
        ]
        return _hash(b"dictionary", *rows)

    def _hash_reference(self, item: IndirectObject) -> bytes:
        key = (item.generation, item.idnum)
        if key not in self._known:
            if key in self._open or len(self._open) > _MAX_DEPTH:
                raise _Undetermined
            self._open.add(key)
            try:
                resolved = item.get_object()
                self._known[key] = self.hash(resolved)
            finally:
                self._open.discard(key)
            if isinstance(resolved, StreamObject) and self.length(resolved) > _LARGE_STREAM:
                self._reader.resolved_objects.pop(key, None)
        return self._known[key]

    @staticmethod
    def length(stream: Any) -> int:
        """Return the size in bytes of a stream as stored in the file."""
        return len(_Hasher._read_raw(stream))

    @staticmethod
    def _read_raw(stream: Any) -> bytes:
        data = stream._data  # still encoded: decoding images takes as long as drawing them
        return data if isinstance(data, bytes) else str(data).encode("latin1", "replace")


def _serialize_item(item: Any) -> tuple[bytes, bytes]:
    """Return kind and value of a string, name, number, boolean or null."""
    if isinstance(item, TextStringObject):
        return b"string", item.original_bytes
    if isinstance(item, ByteStringObject):
        return b"string", bytes(item)
    return type(item).__name__.encode(), repr(item).encode()


def _hash(*parts: bytes) -> bytes:
    """Hash the parts with their lengths, so that moving a boundary changes the hash."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
