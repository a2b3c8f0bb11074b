"""The three phases in order, for all exhibits of a case at once, so that both cores stay busy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium

from assembler.errors import EvidenceUnreadable, ToolFailed
from assembler.evidence import (
    acceptance,
    exhibit_pdf,
    file_preparation,
    legibility,
    ocr,
    page_recognition,
)
from assembler.evidence.encryption import warn_of_readable_passwords
from assembler.evidence.legibility.findings import ExhibitPage, report_legibility
from assembler.model import (
    Case,
    Exhibit,
    FilePart,
    Finding,
    Ink,
    OpenedFile,
    Prepared,
    PreparedPage,
    Removed,
    Severity,
)
from assembler.runtime import passwords
from assembler.runtime.resources import Shelf
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

Progress = Callable[[str, int, int], None]  # step, done, total


def _shipped() -> legibility.Limits:
    return legibility.read_limits(Shelf.default().schema("legibility.json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """From where a page is reported (`legible`), how hard recognition tries, what a worker may
    take."""

    legible: legibility.Limits = field(default_factory=_shipped)
    policy: ocr.Policy = field(default_factory=ocr.Policy)
    limits: Limits = field(default_factory=Limits)


def prepare(
    case: Case,
    folder: Path,
    workshop: Workshop,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> tuple[Prepared, ...]:
    """Every exhibit of the case as a prepared PDF, in the order of case.json.

    Raises EvidenceUnreadable with all findings of all files if any file cannot be used as it is.
    """
    settings = settings or Settings()
    tell = progress or (lambda _step, _done, _total: None)
    opened = _open(case, folder, workshop, settings, tell)
    chosen = {exhibit.id: _pages_of(exhibit, opened) for exhibit in case.exhibits}
    bad = [finding for one in opened.values() for finding in one.findings]
    bad += [finding for exhibit in case.exhibits for finding in _ranges(exhibit, opened, case)]
    told = {exhibit.id: _told(exhibit, chosen[exhibit.id], opened) for exhibit in case.exhibits}
    bad += [
        finding
        for findings in told.values()
        for finding in findings
        if finding.severity is Severity.ERROR
    ]
    if bad:
        raise EvidenceUnreadable(
            f"{len(bad)} problems in the evidence", bad, where=case.id, remedy="fix these first"
        )
    reads = _read(chosen, opened, workshop, settings, tell)
    made = _join(case, chosen, opened, reads, told, workshop, settings, tell)
    if made and passwords.is_readable_by_others(folder):
        warned = (*made[0].findings, warn_of_readable_passwords(made[0].exhibit))
        return (replace(made[0], findings=warned), *made[1:])
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A page of a file as an exhibit uses it."""

    part: FilePart
    index: int
    language: str


def _open(
    case: Case, folder: Path, workshop: Workshop, settings: Settings, tell: Progress
) -> dict[str, file_preparation.Opened]:
    paths = dict.fromkeys(part.path for exhibit in case.exhibits for part in exhibit.parts)
    accepted = {
        part.path: part.accept_reading
        for exhibit in case.exhibits
        for part in exhibit.parts
        if part.accept_reading
    }
    jobs = [
        file_preparation.Job(
            folder=folder,
            path=path,
            sha256=case.file(path).sha256,
            cache=workshop.cache,
            accept_reading=accepted.get(path, ""),
        )
        for path in paths
    ]
    jobs.sort(
        key=lambda job: (-case.file(job.path).size, job.path)
    )  # largest first keeps both cores busy to the end
    results = workshop.map(
        file_preparation.open_file,
        jobs,
        limits=settings.limits,
        progress=lambda n: tell("open evidence", n, len(jobs)),
    )
    return {job.path: _opened(job, result) for job, result in zip(jobs, results, strict=True)}


def _opened(
    job: file_preparation.Job, result: file_preparation.Opened | Failure
) -> file_preparation.Opened:
    if isinstance(result, file_preparation.Opened):
        return result
    problem = {
        "timeout": "reading the file takes too long",
        "memory": "reading the file needs too much memory",
    }.get(result.kind, f"the file breaks the program that reads it ({result.detail})")
    finding = Finding(
        rule="EVID.CRASH",
        severity=Severity.ERROR,
        where=job.path,
        problem=problem,
        remedy="print it to a new PDF, or ask for the file again",
        file=job.path,
    )
    return file_preparation.Opened(
        path=job.path, sha256=job.sha256, pdf=None, pages=(), removed=(), findings=(finding,)
    )


def _pages_of(exhibit: Exhibit, opened: dict[str, file_preparation.Opened]) -> tuple[_Use, ...]:
    """The pages an exhibit uses, in order; page numbers outside a file are left to `_ranges`."""
    uses: list[_Use] = []
    for part in exhibit.parts:
        places = _places(opened[part.path])
        count = len(places)
        language = part.language or (exhibit.language if part.role == "document" else "en")
        for first, last in part.pages or ((1, None),):
            numbers = range(first, min(last or count, count) + 1)
            uses += [
                _Use(part=part, index=index, language=language)
                for number in numbers
                for index in places[number]
            ]
    return tuple(uses)


def _places(file: file_preparation.Opened) -> dict[int, list[int]]:
    """By page of a file (from 1), the pages made of it (from 0): several where it was cut."""
    places: dict[int, list[int]] = {}
    for index, page in enumerate(file.pages):
        places.setdefault(page.source, []).append(index)
    return places


def _ranges(
    exhibit: Exhibit, opened: dict[str, file_preparation.Opened], case: Case
) -> list[Finding]:
    place = [e.id for e in case.exhibits].index(exhibit.id)
    found = []
    for part in exhibit.parts:
        count = len(_places(opened[part.path]))
        if count and any(max(first, last or first) > count for first, last in part.pages):
            found.append(
                Finding(
                    rule="EVID.RANGE",
                    severity=Severity.ERROR,
                    where=f"exhibit {exhibit.id}, {part.path}",
                    problem=f"the pages asked for go beyond the file, which has {count}",
                    remedy="correct `pages` in case.json",
                    file="case.json",
                    exhibit=exhibit.id,
                    pointer=f"/exhibits/{place}",
                    line=case.line(f"/exhibits/{place}"),
                )
            )
    return found


def _told(
    exhibit: Exhibit, uses: Sequence[_Use], opened: dict[str, file_preparation.Opened]
) -> tuple[Finding, ...]:
    """What was mended in an exhibit's files and what its pages lose, as far as that is or is not
    accepted."""
    found: dict[Finding, None] = {}
    for part in exhibit.parts:
        pages = {use.index + 1 for use in uses if use.part == part}
        found |= dict.fromkeys(acceptance.report_file(exhibit.id, part, opened[part.path], pages))
    return tuple(found)


Reads = dict[
    tuple[str, int, str], page_recognition.RecognizedPage
]  # by sha256, page index, language


def _read(
    chosen: dict[str, tuple[_Use, ...]],
    opened: dict[str, file_preparation.Opened],
    workshop: Workshop,
    settings: Settings,
    tell: Progress,
) -> Reads:
    jobs: dict[tuple[str, int, str], page_recognition.Job] = {}
    for uses in chosen.values():
        for use in uses:
            one = opened[use.part.path]
            page = one.pages[use.index]
            if one.pdf is not None and not page.has_text and not page.blank:
                jobs[one.sha256, use.index, use.language] = page_recognition.Job(
                    pdf=one.pdf,
                    index=use.index,
                    sha256=one.sha256,
                    language=use.language,
                    policy=settings.policy,
                    cache=workshop.cache,
                    box=page.box,
                )
    work = list(jobs.values())
    results = workshop.map(
        page_recognition.read_page,
        work,
        limits=settings.limits,
        progress=lambda n: tell("read pages", n, len(work)),
    )
    for job, result in zip(work, results, strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"recognition of page {job.index + 1} failed ({result.kind}: {result.detail})",
                where=next(path for path, one in opened.items() if one.sha256 == job.sha256),
                remedy="scan the page again, or run `assembler doctor`",
            )
    return {
        key: result
        for key, result in zip(jobs, results, strict=True)
        if isinstance(result, page_recognition.RecognizedPage)
    }


def _join(
    case: Case,
    chosen: dict[str, tuple[_Use, ...]],
    opened: dict[str, file_preparation.Opened],
    reads: Reads,
    told: dict[str, tuple[Finding, ...]],
    workshop: Workshop,
    settings: Settings,
    tell: Progress,
) -> tuple[Prepared, ...]:
    jobs = []
    for exhibit in case.exhibits:
        pieces = tuple(_piece(use, opened, reads) for use in chosen[exhibit.id])
        jobs.append(exhibit_pdf.Job(exhibit=exhibit.id, pieces=pieces, cache=workshop.cache))
    results = workshop.map(
        exhibit_pdf.join_exhibit,
        jobs,
        limits=settings.limits,
        progress=lambda n: tell("join exhibits", n, len(jobs)),
    )
    prepared = []
    for exhibit, result in zip(case.exhibits, results, strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pages could not be joined ({result.kind}: {result.detail})",
                where=f"exhibit {exhibit.id}",
                remedy="print its files to new PDFs",
            )
        made = _prepared(exhibit, result, chosen[exhibit.id], opened, reads, settings)
        prepared.append(replace(made, findings=(*told[exhibit.id], *made.findings)))
    return tuple(prepared)


def _key(use: _Use, opened: dict[str, file_preparation.Opened]) -> tuple[str, int, str]:
    return (opened[use.part.path].sha256, use.index, use.language)


def _piece(
    use: _Use, opened: dict[str, file_preparation.Opened], reads: Reads
) -> exhibit_pdf.Piece:
    one = opened[use.part.path]
    if one.pdf is None:
        raise ToolFailed("a file that did not open reached the joining", where=one.path)
    return exhibit_pdf.Piece(
        pdf=one.pdf, sha256=one.sha256, index=use.index, read=reads.get(_key(use, opened))
    )


def _prepared(
    exhibit: Exhibit,
    pdf: Path,
    uses: tuple[_Use, ...],
    opened: dict[str, file_preparation.Opened],
    reads: Reads,
    settings: Settings,
) -> Prepared:
    pages = tuple(_page(use, opened[use.part.path], reads.get(_key(use, opened))) for use in uses)
    seen = [
        ExhibitPage(page=p, part=use.part, recognized=reads.get(_key(use, opened)))
        for p, use in zip(pages, uses, strict=True)
    ]
    removed = tuple(
        Removed(path=path, what=what, count=count)
        for path in dict.fromkeys(use.part.path for use in uses)
        for what, count in opened[path].removed
    )
    return Prepared(
        exhibit=exhibit.id,
        pdf=pdf,
        pages=pages,
        removed=removed,
        findings=tuple(report_legibility(exhibit, seen, settings.legible)),
        steps=(
            f"pikepdf {pikepdf.__version__}",
            f"pdfium {pdfium.PYPDFIUM_INFO}",
            ocr.engine_version(),
        ),
        files=tuple(_file(opened[path]) for path in dict.fromkeys(use.part.path for use in uses)),
    )


def _file(one: file_preparation.Opened) -> OpenedFile:
    mended = (*one.faults, *([one.disagreement] if one.disagreement else []))
    return OpenedFile(
        path=one.path,
        sha256=one.sha256,
        outcome="repaired" if mended else "accepted",
        mended=mended,
        steps=one.steps,
    )


def _page(
    use: _Use, one: file_preparation.Opened, read: page_recognition.RecognizedPage | None
) -> PreparedPage:
    page = one.pages[use.index]
    sideways = bool(read and read.turned % 180)
    return PreparedPage(
        path=one.path,
        sha256=one.sha256,
        source_page=page.source,
        role=use.part.role,
        language=use.language,
        width=page.height if sideways else page.width,
        height=page.width if sideways else page.height,
        method="text" if page.has_text else "ocr" if read and read.words else "none",
        words=read.words if read else page.words,
        confidence=read.confidence if read else None,
        turned=read.turned if read else 0,
        placement=page.box,
        dpi=page.dpi,
        ink=_turned_ink(page, read.turned) if read and read.turned else page.ink,
        blank=page.blank,
        redrawn=page.redrawn,
        boxes=read.boxes if read else None,
        script=read.script if read else "",
        miniature=read.miniature if read else page.miniature,
        lines=read.lines if read else "",
        part=page.part,
        parts=page.parts,
        crop=page.crop,
        background=page.background,
    )


def _turned_ink(page: file_preparation.Page, turned: int) -> Ink:
    import numpy as np

    flat = np.unpackbits(np.frombuffer(page.ink.bits, dtype=np.uint8))[
        : page.ink.rows * page.ink.columns
    ]
    cells = np.rot90(flat.reshape(page.ink.rows, page.ink.columns), k=-(turned // 90))
    return Ink(
        cell=page.ink.cell,
        columns=cells.shape[1],
        rows=cells.shape[0],
        bits=np.packbits(cells).tobytes(),
    )
