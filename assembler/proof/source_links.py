"""Read links and bookmarks of what a bundle was made from: the client's files, the forms beside it,
the kept drafts. In workers."""

from __future__ import annotations

import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from assembler.model import (
    DocumentId,
    DocumentKind,
    FileOutcome,
    LedgerEntry,
    Manifest,
    split_source_key,
)
from assembler.model.manifest import locate_filled_form
from assembler.pdf.plain_reader import open_with_pypdf
from assembler.pdf.source_files import ClientFiles
from assembler.proof import link_reader, outline_reader, tag_reader
from assembler.proof.kept_drafts import SINCE
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_FAILS = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    OSError,
    zlib.error,
    struct.error,
    AssertionError,
    NotImplementedError,
    OverflowError,
)
_ADDRESSES = re.compile(rb"""Target\s*=\s*["']([^"']*)|<w:instrText[^>]*>([^<]*)""")
_MAX_PART = 5_000_000  # bytes of a part of a Word file that is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A file that pages came from. `kind`: "pdf" (with its pages), "word" (with its web addresses),
    "picture", or "" if not read.

    `addresses`: the web addresses of a Word file, also of one whose PDF was kept; else None.
    """

    kind: str = ""
    sheets: tuple[link_reader.Sheet, ...] = ()
    marks: tuple[outline_reader.Mark, ...] = ()
    tags: tuple[str, ...] = ()  # of a draft: the branches of its tag tree, see tag_reader
    addresses: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file, by its folder and its path in it. `ours`: a draft of ours, of which every link
    counts. `word_file`: the file without pages that it was printed from, None if from none."""

    folder: Path
    path: str
    ours: bool = False
    word_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Files of evidence by path, of forms and drafts by document. `repaired`: paths of repaired
    files, whose links are not known for sure."""

    files: Mapping[str, Origin]
    documents: Mapping[str, Origin]
    repaired: frozenset[str]


def read_all(
    build: Path, manifest: Manifest, files: ClientFiles | None, workshop: Workshop
) -> Origins:
    """Read every available file that pages of the bundle came from."""
    outputs = {file.path for file in manifest.outputs}
    rows = manifest.kept_documents if manifest.format >= SINCE else ()
    kept = {row.document: row.pdf for row in rows if row.pdf in outputs}
    paths: dict[str, Job] = {}
    documents: dict[DocumentId, Job] = {}
    for entry in manifest.ledger:
        if entry.source and files:
            paths.setdefault(entry.source.key, _make_file_job(files, entry.source.key))
        elif entry.source is None and entry.document not in documents:
            job = _make_document_job(entry.document, kept, outputs, build, files)
            documents |= {entry.document: job} if job else {}
    jobs = [*paths.values(), *documents.values()]
    results = workshop.map(read, jobs)
    origins = [Origin() if isinstance(result, Failure) else result for result in results]
    repaired = frozenset(
        file.path for file in manifest.opened if file.outcome is not FileOutcome.ACCEPTED
    )
    return Origins(
        files=dict(zip(paths, origins, strict=False)),
        documents=dict(zip(documents, origins[len(paths) :], strict=True)),
        repaired=repaired,
    )


def _make_file_job(files: ClientFiles, key: str) -> Job:
    """Return a client's file, or the PDF that was kept of it."""
    path = split_source_key(key)[0]
    if not files.is_converted(key):
        return Job(folder=files.folder, path=path)
    kept = files.conversions[key]
    return Job(folder=kept.parent, path=kept.name, word_file=files.folder / path)


def _make_document_job(
    document: DocumentId,
    kept: Mapping[DocumentId, str],
    outputs: set[str],
    build: Path,
    files: ClientFiles | None,
) -> Job | None:
    """Return the file of a draft, if it was kept; of a form, kept, filled beside the bundle, or
    completed by the client."""
    is_draft, name = document.kind is DocumentKind.DRAFT, document.name
    if document in kept:
        return Job(folder=build, path=kept[document], ours=is_draft)
    if is_draft:
        return None
    filled = locate_filled_form(document)
    if filled in outputs:
        return Job(folder=build, path=filled)
    return (
        Job(folder=files.folder, path=name) if files and (files.folder / name).is_file() else None
    )


def read(job: Job) -> Origin:
    """Read one file, in a worker; never raise for a bad file."""
    logging.getLogger("pypdf").setLevel(
        logging.CRITICAL
    )  # its messages contain content of the file
    try:
        reader = open_with_pypdf(job.folder, job.path)
        if reader is None:
            return _read_other(job.folder / job.path)
        origin = _read_pdf(reader, job)
        if job.word_file is None or not zipfile.is_zipfile(job.word_file):
            return origin
        return replace(origin, addresses=_read_addresses(job.word_file))
    except _FAILS:
        return Origin()


def _read_pdf(reader: PdfReader, job: Job) -> Origin:
    return Origin(
        kind="pdf",
        sheets=link_reader.read_linked_pages(reader, kept=not job.ours),
        marks=outline_reader.read_outline(reader),
        tags=tag_reader.read_branches(reader) if job.ours else (),
    )


def _read_other(path: Path) -> Origin:
    """Read a file that is no PDF: a picture has no links; of a Word file the web addresses are
    known, but not their places."""
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            return Origin(kind="picture")
    return Origin(kind="word", addresses=_read_addresses(path))


def _read_addresses(path: Path) -> frozenset[str]:
    """Return the web addresses of a Word file."""
    addresses: set[str] = set()
    with zipfile.ZipFile(path) as parts:
        for part in parts.infolist():
            if part.filename.endswith((".rels", ".xml")) and part.file_size <= _MAX_PART:
                addresses |= {
                    _unescape_text(target or instruction)
                    for target, instruction in _ADDRESSES.findall(parts.read(part))
                }
    return frozenset(addresses)


def _unescape_text(raw: bytes) -> str:
    text = raw.decode("utf8", "replace")
    for code, character in (
        ("&quot;", '"'),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ):
        text = text.replace(code, character)
    return text


def split_into_runs(ledger: Sequence[LedgerEntry]) -> dict[int, tuple[int, ...]]:
    """Return, for each page of evidence, the numbers of the neighbors from the same file, between
    which its links can lead."""
    runs_by_page: dict[int, tuple[int, ...]] = {}
    run: list[LedgerEntry] = []
    for entry in [*ledger, None]:
        if run and (entry is None or _identify_home(entry) != _identify_home(run[-1])):
            numbers = tuple(entry.number for entry in run)
            runs_by_page |= dict.fromkeys(numbers, numbers)
            run = []
        if entry is not None:
            run.append(entry)
    return runs_by_page


def _identify_home(entry: LedgerEntry) -> tuple[str, str]:
    """Return what pages must share for links between them: the same content in an exhibit; a draft
    or form, the document."""
    return entry.document, entry.client_source.content if entry.source is not None else ""
