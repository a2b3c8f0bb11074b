"""What fonts make of a page's codes: its /ToUnicode and /Encoding, by digest, in the bundle and in
the source.

Text that is copied or searched comes from these, also by readers that read otherwise than PDFium.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from assembler.model import LedgerEntry, TextMethod, Volume
from assembler.runtime.passwords import read_passwords
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_DEEP = 8  # forms within forms
_MOST = 2_000  # resources of a page
_MANY = 250  # pages of a job: opening a file takes as long as some pages
_BROKEN = (
    PyPdfError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)
Fonts = Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Pages, from 0, of a PDF."""

    pdf: Path
    places: tuple[int, ...]
    password: str = ""


def pages_with_other_fonts(
    packet: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    case_folder: Path,
    workshop: Workshop,
) -> tuple[int, ...]:
    """Return the pages with text of their own on which a font of the source is not, or makes other
    letters of its codes.

    A source that pypdf does not open is not looked at; its text was compared as PDFium reads it.
    """
    entries = [entry for entry in ledger if entry.text and entry.text.method is TextMethod.TEXT]
    own = list(_of_sources(entries, case_folder))
    bundled = list(_of_bundle(packet, entries, parts))
    jobs = [*(job for job, _ in own), *(job for job, _ in bundled)]
    results = dict(zip(jobs, workshop.map(read_fonts, jobs), strict=True))
    wanted, there = (_by_number(pairs, results) for pairs in (own, bundled))
    return tuple(
        sorted(number for number, fonts in wanted.items() if fonts - there.get(number, Counter()))
    )


def _of_sources(
    entries: Sequence[LedgerEntry], case_folder: Path
) -> Iterator[tuple[Job, list[int]]]:
    passwords = read_passwords(case_folder)
    by_path: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        by_path.setdefault(entry.client_source.path, []).append(entry)
    for path, some in by_path.items():
        places = tuple(entry.client_source.page - 1 for entry in some)
        yield (
            Job(pdf=case_folder / path, places=places, password=passwords.of(path)),
            [e.number for e in some],
        )


def _of_bundle(
    packet: Path, entries: Sequence[LedgerEntry], parts: Sequence[Volume]
) -> Iterator[tuple[Job, list[int]]]:
    for volume in parts:
        numbers = [e.number for e in entries if volume.first <= e.number <= volume.last]
        for start in range(0, len(numbers), _MANY):
            some = numbers[start : start + _MANY]
            yield Job(pdf=packet / volume.path, places=tuple(n - volume.first for n in some)), some


def _by_number(
    pairs: Sequence[tuple[Job, list[int]]],
    results: Mapping[Job, tuple[Fonts | None, ...] | Failure],
) -> dict[int, Fonts]:
    found: dict[int, Fonts] = {}
    for job, numbers in pairs:
        result = results[job]
        if not isinstance(result, Failure):
            found |= {
                n: fonts for n, fonts in zip(numbers, result, strict=True) if fonts is not None
            }
    return found


def read_fonts(job: Job) -> tuple[Fonts | None, ...]:
    """Read the fonts of pages, in a worker; None of a page that cannot be read."""
    try:
        with job.pdf.open("rb") as stream:
            if b"%PDF-" not in stream.read(1024):
                return (None,) * len(job.places)
            stream.seek(0)
            reader = FontReader(PdfReader(stream), job.password)
            return tuple(map(reader.page, job.places))
    except _BROKEN:
        return (None,) * len(job.places)


class FontReader:
    """Reads fonts page by page; each font and each form once."""

    def __init__(self, reader: PdfReader, password: str) -> None:
        if reader.is_encrypted:
            reader.decrypt(password)
        self._pages = list(reader.pages)
        self._digests: dict[int, str] = {}
        self._forms: dict[int, Fonts] = {}

    def page(self, place: int) -> Fonts | None:
        """Count the fonts that a page names for its content and the forms that this draws; None
        where it cannot be read."""
        try:
            return self._of_resources(self._pages[place].get("/Resources"), 0)
        except _BROKEN:
            return None

    def _of_resources(self, resources: Any, depth: int) -> Fonts:
        found = resources.get_object() if resources is not None else None
        if not isinstance(found, DictionaryObject) or depth > _DEEP:
            return Counter()
        fonts = _values(found.get("/Font"))
        counted = Counter(self._of_font(font) for font in fonts[:_MOST])
        for item in _values(found.get("/XObject"))[:_MOST]:
            counted += self._of_form(item, depth)
        return counted

    def _of_form(self, item: Any, depth: int) -> Fonts:
        key = item.idnum if isinstance(item, IndirectObject) else None
        if key is not None and key in self._forms:
            return self._forms[key]
        if key is not None:
            self._forms[key] = Counter()  # a form that draws itself ends here
        form = item.get_object()
        found: Fonts = Counter()
        if isinstance(form, DictionaryObject) and form.get("/Subtype") == "/Form":
            found = self._of_resources(form.get("/Resources"), depth + 1)
        if key is not None:
            self._forms[key] = found
        return found

    def _of_font(self, item: Any) -> str:
        key = item.idnum if isinstance(item, IndirectObject) else None
        if key is not None and key in self._digests:
            return self._digests[key]
        font = item.get_object()
        digest = _digest(font) if isinstance(font, DictionaryObject) else ""
        if key is not None:
            self._digests[key] = digest
        return digest


def _values(dictionary: Any) -> list[Any]:
    found = dictionary.get_object() if dictionary is not None else None
    return [found.raw_get(key) for key in found] if isinstance(found, DictionaryObject) else []


def _digest(font: DictionaryObject) -> str:
    parts = [
        str(font.get("/BaseFont")),
        _plain(font.get("/Encoding")),
        _plain(font.get("/ToUnicode")),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf8", "surrogatepass")).hexdigest()


def _plain(value: Any, depth: int = 0) -> str:
    """An object without its place in the file, streams as they are once unpacked."""
    found = value.get_object() if value is not None else None
    if depth > _DEEP:
        return ""
    if isinstance(found, StreamObject):
        return hashlib.sha256(found.get_data()).hexdigest()
    if isinstance(found, DictionaryObject):
        return repr(
            [
                (key, _plain(found.raw_get(key), depth + 1))
                for key in sorted(found)
                if key != "/Type"
            ]
        )
    if isinstance(found, ArrayObject):
        return repr([_plain(one, depth + 1) for one in found])
    return repr(found)
