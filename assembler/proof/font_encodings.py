"""Compare the fonts of a page in the bundle and in the source, by digest: how they map codes to
letters (/ToUnicode and /Encoding), and the embedded programs that draw the letters.

Copied and searched text comes from the first, letters as seen from the second, also in readers that
work differently from PDFium.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from assembler.model import LedgerEntry, TextMethod, Volume
from assembler.pdf.source_files import ClientFiles
from assembler.runtime.passwords import read_passwords
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_MAX_DEPTH = 8  # depth of nested objects of a font
_MAX_FORMS = 20_000  # forms of a page
_MAX_RESOURCES = 2_000  # resources of a page
_MAX_DESCENDANTS = 4  # PDF allows one
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_PAGES_PER_JOB = 250  # pages of a job, since opening a file takes time
_MAX_JOBS = 8  # of a larger file: each reads its whole page tree
_READ_ERRORS = (
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
    """Pages of a PDF, counted from 0."""

    pdf: Path
    places: tuple[int, ...]
    password: str = ""


def find_pages_with_other_fonts(
    packet: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    files: ClientFiles,
    workshop: Workshop,
) -> tuple[int, ...]:
    """Return the pages with text of their own that lack a font of the source, or whose fonts map
    codes to other letters or draw them from another program.

    A source that pypdf does not open is skipped; its text was compared as PDFium reads it.
    """
    entries = [entry for entry in ledger if entry.text and entry.text.method is TextMethod.TEXT]
    source_jobs = list(_list_source_jobs(entries, files))
    bundle_jobs = list(_list_bundle_jobs(packet, entries, parts))
    jobs = [*(job for job, _ in source_jobs), *(job for job, _ in bundle_jobs)]
    results = dict(zip(jobs, workshop.map(read_fonts, jobs), strict=True))
    source_fonts, bundle_fonts = (
        _map_by_number(pairs, results) for pairs in (source_jobs, bundle_jobs)
    )
    return tuple(
        sorted(
            number
            for number, fonts in source_fonts.items()
            if fonts - bundle_fonts.get(number, Counter())
        )
    )


def _list_source_jobs(
    entries: Sequence[LedgerEntry], files: ClientFiles
) -> Iterator[tuple[Job, list[int]]]:
    passwords = read_passwords(files.folder)
    by_path: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        by_path.setdefault(entry.client_source.key, []).append(entry)
    for path, entries_of_path in by_path.items():
        places = tuple(entry.client_source.page - 1 for entry in entries_of_path)
        yield (
            Job(pdf=files.locate(path), places=places, password=passwords.of(path)),
            [entry.number for entry in entries_of_path],
        )


def _list_bundle_jobs(
    packet: Path, entries: Sequence[LedgerEntry], parts: Sequence[Volume]
) -> Iterator[tuple[Job, list[int]]]:
    for volume in parts:
        numbers = [entry.number for entry in entries if volume.first <= entry.number <= volume.last]
        size = max(_PAGES_PER_JOB, -(-len(numbers) // _MAX_JOBS))
        for start in range(0, len(numbers), size):
            numbers_of_job = numbers[start : start + size]
            yield (
                Job(
                    pdf=packet / volume.path,
                    places=tuple(number - volume.first for number in numbers_of_job),
                ),
                numbers_of_job,
            )


def _map_by_number(
    pairs: Sequence[tuple[Job, list[int]]],
    results: Mapping[Job, tuple[Fonts | None, ...] | Failure],
) -> dict[int, Fonts]:
    fonts_by_number: dict[int, Fonts] = {}
    for job, numbers in pairs:
        result = results[job]
        if not isinstance(result, Failure):
            fonts_by_number |= {
                number: fonts
                for number, fonts in zip(numbers, result, strict=True)
                if fonts is not None
            }
    return fonts_by_number


def read_fonts(job: Job) -> tuple[Fonts | None, ...]:
    """Read the fonts of pages, in a worker; None of a page that cannot be read."""
    try:
        with job.pdf.open("rb") as stream:
            if b"%PDF-" not in stream.read(1024):
                return (None,) * len(job.places)
            stream.seek(0)
            reader = FontReader(PdfReader(stream), job.password)
            return tuple(map(reader.page, job.places))
    except _READ_ERRORS:
        return (None,) * len(job.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resources:
    """The fonts that a page or form names, and the forms and pictures."""

    fonts: Fonts = field(default_factory=Counter)
    drawn: tuple[Any, ...] = ()


class FontReader:
    """Reads fonts page by page; each font and each form once."""

    def __init__(self, reader: PdfReader, password: str) -> None:
        if reader.is_encrypted:
            reader.decrypt(password)
        self._pages = list(reader.pages)
        self._digests: dict[int, str] = {}
        self._forms: dict[int, _Resources] = {}

    def page(self, place: int) -> Fonts | None:
        """Count the fonts that a page and its forms name; a form counts once, however often it is
        drawn. None if they cannot be read."""
        try:
            return self._count_fonts(self._read_resources(self._pages[place].get("/Resources")))
        except _READ_ERRORS:
            return None

    def _count_fonts(self, of_page: _Resources) -> Fonts:
        fonts, waiting = of_page.fonts.copy(), deque(of_page.drawn)
        counted: set[int] = set()
        while waiting and len(counted) < _MAX_FORMS:
            item = waiting.popleft()
            key = item.idnum if isinstance(item, IndirectObject) else -len(counted) - 1
            if key not in counted:
                counted.add(key)
                form = self._read_form(item)
                fonts += form.fonts
                waiting.extend(form.drawn)
        return fonts

    def _read_resources(self, resources: Any) -> _Resources:
        resolved = resources.get_object() if resources is not None else None
        if not isinstance(resolved, DictionaryObject):
            return _Resources()
        fonts = _list_values(resolved.get("/Font"))
        return _Resources(
            fonts=Counter(self._digest_font(font) for font in fonts[:_MAX_RESOURCES]),
            drawn=tuple(_list_values(resolved.get("/XObject"))[:_MAX_RESOURCES]),
        )

    def _read_form(self, item: Any) -> _Resources:
        key = item.idnum if isinstance(item, IndirectObject) else None
        if key is not None and key in self._forms:
            return self._forms[key]
        form = item.get_object()
        resources = _Resources()
        if isinstance(form, DictionaryObject) and form.get("/Subtype") == "/Form":
            resources = self._read_resources(form.get("/Resources"))
        if key is not None:
            self._forms[key] = resources
        return resources

    def _digest_font(self, item: Any) -> str:
        key = item.idnum if isinstance(item, IndirectObject) else None
        if key is not None and key in self._digests:
            return self._digests[key]
        font = item.get_object()
        digest = _digest_encoding(font) if isinstance(font, DictionaryObject) else ""
        if key is not None:
            self._digests[key] = digest
        return digest


def _list_values(dictionary: Any) -> list[Any]:
    resolved = dictionary.get_object() if dictionary is not None else None
    return (
        [resolved.raw_get(key) for key in resolved]
        if isinstance(resolved, DictionaryObject)
        else []
    )


def _digest_encoding(font: DictionaryObject) -> str:
    parts = [
        str(font.get("/BaseFont")),
        _serialize_object(font.get("/Encoding")),
        _serialize_object(font.get("/ToUnicode")),
        *_digest_programs(font),
        *(
            text
            for item in _list_array_values(font.get("/DescendantFonts"))
            if isinstance(descendant := item.get_object(), DictionaryObject)
            for text in (
                _serialize_object(descendant.get("/CIDToGIDMap")),
                *_digest_programs(descendant),
            )
        ),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf8", "surrogatepass")).hexdigest()


def _digest_programs(font: DictionaryObject) -> list[str]:
    """Return the digests of the embedded programs that draw a font's letters."""
    descriptor = font.get("/FontDescriptor")
    resolved = descriptor.get_object() if descriptor is not None else None
    if not isinstance(resolved, DictionaryObject):
        return []
    return [_serialize_object(resolved.raw_get(key)) for key in _PROGRAMS if key in resolved]


def _list_array_values(value: Any) -> list[Any]:
    resolved = value.get_object() if value is not None else None
    return list(resolved)[:_MAX_DESCENDANTS] if isinstance(resolved, ArrayObject) else []


def _serialize_object(value: Any, depth: int = 0) -> str:
    """Return an object as text without its place in the file; streams by their unpacked data."""
    resolved = value.get_object() if value is not None else None
    if depth > _MAX_DEPTH:
        return ""
    if isinstance(resolved, StreamObject):
        return hashlib.sha256(resolved.get_data()).hexdigest()
    if isinstance(resolved, DictionaryObject):
        return repr(
            [
                (key, _serialize_object(resolved.raw_get(key), depth + 1))
                for key in sorted(resolved)
                if key != "/Type"
            ]
        )
    if isinstance(resolved, ArrayObject):
        return repr([_serialize_object(item, depth + 1) for item in resolved])
    return repr(resolved)
