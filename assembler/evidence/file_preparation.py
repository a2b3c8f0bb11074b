"""Phase 1, one file per worker: open it, normalize it to a PDF, measure every page."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from assembler.evidence.encryption import (
    LOCK,
    can_open_with,
    mention_unusable_passwords,
    refuse_without_password,
)
from assembler.evidence.file_types import REFUSED, sniff
from assembler.evidence.losses import Loss
from assembler.evidence.measured_pages import (
    MeasuredFile,
    MeasuredPage,
    PicturePlace,
    convert_page_to_json,
    measure_pages,
    parse_page,
)
from assembler.evidence.picture_page import make_picture_pages, report_placement
from assembler.evidence.readers import picture
from assembler.evidence.readers.pdf import NormalizedPdf, list_losses, normalize_pdf
from assembler.evidence.readers.pdf_ladder import rewrite_as_shown
from assembler.evidence.readers.word import list_word_engines, print_word
from assembler.evidence.refusal import Refused
from assembler.evidence.repair import compare_pages
from assembler.model import Finding, Severity
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code
from assembler.runtime.passwords import read_passwords
from assembler.runtime.rule_catalog import make_finding

# file name extensions of the kinds we can use
_ENDINGS = frozenset(
    (
        ".pdf",
        ".docx",
        ".jpg",
        ".jpeg",
        ".png",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
        ".webp",
        ".avif",
        ".gif",
        ".bmp",
    )
)
_WORD_KINDS = ("docm", "word-other", "word-lock", "locked-office", "cut-office")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One source file to open; `path` is relative to `folder`."""

    folder: Path
    path: str
    sha256: str
    cache: Cache
    accept_reading: str = ""  # sha256 for which a person accepts the pages that PDFium shows


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSource:
    """A file that opened (`pdf` is set), or the findings that say why it did not."""

    path: str
    sha256: str
    pdf: Path | None
    pages: tuple[MeasuredPage, ...]
    removed: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    faults: tuple[str, ...] = ()  # repaired damage
    losses: tuple[Loss, ...] = ()  # content that a bundle cannot or should not contain
    steps: tuple[str, ...] = ()  # readers tried
    disagreement: str = ""  # what readers show differently, if a person accepted one of them
    is_converted: bool = False  # a Word file, whose pages are those of `pdf` alone


def open_file(job: Job) -> OpenedSource:
    """Open a file; what is wrong with it is returned as a finding, never raised."""
    data = (job.folder / job.path).read_bytes()
    if hashlib.sha256(data).hexdigest() != job.sha256:
        return _report_failure(
            job, "EVID.CHANGED", "the file changed while this run was reading it", "rerun"
        )
    passwords = read_passwords(job.folder)
    password = passwords.of(job.path)
    accepted = job.accept_reading == job.sha256
    key = [
        "open",
        digest_code("evidence", "documents/word_to_pdf"),
        *_list_reader_versions(sniff(data)),
        job.sha256,
        *(["as shown"] if accepted else []),
    ]
    try:
        entry = job.cache.get_or_make(
            key, lambda folder: _make(data, password, folder, accepted=accepted)
        )
        fields = json.loads((entry / "pages.json").read_text())
        _check_password(data, password, fields)
    except Refused as error:
        refused = mention_unusable_passwords(error, passwords)
        problem, remedy = refused.problem, refused.remedy
        if refused.rule == "EVID.FORMAT":
            problem += _describe_wrong_ending(job.path, sniff(data))
        if refused.acceptable:
            remedy += _explain_acceptance(job.sha256)
        return _report_failure(job, refused.rule, problem, remedy)
    return OpenedSource(
        path=job.path,
        sha256=job.sha256,
        pdf=entry / "normal.pdf",
        pages=tuple(parse_page(page) for page in fields["pages"]),
        removed=tuple((kind, count) for kind, count in fields["removed"]),
        findings=(),
        faults=tuple(fields["faults"]),
        losses=tuple(_parse_loss(loss) for loss in fields["losses"]),
        steps=tuple(fields["steps"]),
        disagreement=fields["disagreement"],
        is_converted=fields["is_converted"],
    )


def _describe_wrong_ending(path: str, kind: str) -> str:
    """Return a note if the file name has an extension we can use, but the content is not that."""
    ending = PurePosixPath(path).suffix.lower()
    is_word = ending in (".docx", ".doc") and kind in _WORD_KINDS
    is_misnamed = ending in _ENDINGS and kind in REFUSED and not is_word
    return f", though its name ends in {ending}" if is_misnamed else ""


def _explain_acceptance(sha256: str) -> str:
    return (
        "; or, if a person has looked at every page in Chrome and in another viewer, and Chrome "
        "shows them right, put "
        f'"accept_reading": "{sha256}" on the file in case.json'
    )


def _report_failure(job: Job, rule: str, problem: str, remedy: str) -> OpenedSource:
    finding = make_finding(rule, job.path, problem, remedy, file=job.path)
    return OpenedSource(
        path=job.path, sha256=job.sha256, pdf=None, pages=(), removed=(), findings=(finding,)
    )


def _check_password(data: bytes, password: str, fields: dict[str, Any]) -> None:
    """Raise Refused if a cached file needed a password that is now missing: the proof needs it."""
    if any(kind == LOCK for kind, _ in fields["removed"]) and not can_open_with(data, password):
        raise refuse_without_password(password)


def _make(data: bytes, password: str, folder: Path, *, accepted: bool) -> None:
    """Fill a cache entry with normal.pdf and pages.json."""
    kind = sniff(data)
    if kind in REFUSED:
        description, remedy = REFUSED[kind]
        raise Refused("EVID.FORMAT", f"the file is {description}", remedy)
    target = folder / "normal.pdf"
    disagreement = ""
    if kind in picture.KINDS:
        normalized, places = _convert_pictures(data, kind, target)
        measured = measure_pages(target, places)
    elif kind == "docx":
        normalized = _convert_word(data, target, folder / "word")
        measured = measure_pages(target)
    else:
        normalized, measured, disagreement = _normalize(data, password, target, accepted=accepted)
    losses = (*normalized.losses, *measured.losses)
    fields = {
        "pages": [
            convert_page_to_json(replace(page, redrawn=index in normalized.redrawn))
            for index, page in enumerate(measured.pages)
        ],
        "removed": normalized.removed,
        "faults": normalized.faults,
        "losses": [asdict(loss) for loss in losses],
        "steps": normalized.steps,
        "disagreement": disagreement,
        "is_converted": kind == "docx",
    }
    (folder / "pages.json").write_text(json.dumps(fields))


def _normalize(
    data: bytes, password: str, target: Path, *, accepted: bool
) -> tuple[NormalizedPdf, MeasuredFile, str]:
    """Write `target` from a PDF.

    Returns the findings, the measured pages, and what readers show differently if a person accepted
    what PDFium shows.
    """
    try:
        return *_normalize_and_compare(data, password, target), ""
    except Refused as error:
        if not (error.acceptable and accepted):
            raise
        disagreement = error.problem
    normalized = normalize_pdf(rewrite_as_shown(data, password), target)
    losses = [loss for loss in list_losses(data, password) if loss.page is None]
    compare_pages(data, password, target, normalized.redrawn, acceptable=False)
    normalized = replace(normalized, faults=(), losses=(*losses, *normalized.losses))
    return normalized, measure_pages(target), disagreement


def _normalize_and_compare(
    data: bytes, password: str, target: Path
) -> tuple[NormalizedPdf, MeasuredFile]:
    """Write `target`; raise Refused if the file has faults and another reader shows other pages."""
    normalized = normalize_pdf(data, target, password)
    measured = measure_pages(target)
    faults = (*normalized.faults, *measured.faults)
    if faults or normalized.slips:
        compare_pages(data, password, target, normalized.redrawn)
    steps = (*normalized.steps, *(f"passed over: {slip}" for slip in normalized.slips))
    return replace(normalized, faults=faults, steps=steps), measured


def _convert_pictures(
    data: bytes, kind: str, target: Path
) -> tuple[NormalizedPdf, list[PicturePlace]]:
    """Write `target`, one picture per page; return what was removed and where each picture is."""
    removed: Counter[str] = Counter()
    places: list[PicturePlace] = []
    losses: list[Loss] = []
    source = 0
    with pikepdf.new() as book:
        for picture_page in make_picture_pages(data, kind):
            source += int(picture_page.strip is None or picture_page.strip.part == 1)
            with pikepdf.open(io.BytesIO(picture_page.pdf)) as page:
                book.pages.extend(page.pages)
            removed.update(picture_page.removed)
            losses += report_placement(picture_page, source)
            places.append(
                PicturePlace(
                    box=picture_page.box,
                    turned=picture_page.turned,
                    dpi=picture_page.dpi,
                    source=source,
                    strip=picture_page.strip,
                    background=picture_page.background,
                )
            )
        with open_deferring_errors(target) as out:
            book.save(out, deterministic_id=True)
    normalized = NormalizedPdf(
        removed=tuple(sorted(removed.items())),
        redrawn=frozenset(),
        faults=(),
        losses=tuple(losses),
        steps=(),
    )
    return normalized, places


def _convert_word(data: bytes, target: Path, scratch: Path) -> NormalizedPdf:
    """Write `target` as Word would print the file; losses of the engine's own PDF are not the
    client's."""
    try:
        printed = print_word(data, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    normalized = normalize_pdf(printed.pdf, target)
    links = Counter({kind: count for kind, count in normalized.removed if kind.startswith("link ")})
    link_losses = tuple(loss for loss in normalized.losses if loss.rule == "EVID.LINK")
    return replace(
        normalized,
        removed=tuple(sorted((printed.removed + links).items())),
        losses=(*printed.losses, *link_losses),
        steps=(printed.engine, *normalized.steps),
    )


def _parse_loss(raw: dict[str, Any]) -> Loss:
    region = tuple(raw["region"]) if raw["region"] else None
    return Loss(**{**raw, "severity": Severity(raw["severity"]), "region": region})


def _list_reader_versions(kind: str) -> tuple[str, ...]:
    """Return the versions of what opens a file of this kind."""
    versions: tuple[str, ...] = ()
    if kind in picture.KINDS:
        versions = picture.list_decoder_versions()
    elif kind == "docx":
        versions = list_word_engines()
    return (f"pikepdf {pikepdf.__version__}", f"pdfium {pdfium.PYPDFIUM_INFO}", *versions)
