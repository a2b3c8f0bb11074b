"""Run the three phases in order, each for all exhibits of a case at once, so that all cores stay
busy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    miniatures,
    ocr,
    page_recognition,
)
from assembler.evidence.encryption import warn_of_readable_passwords
from assembler.evidence.file_preparation import OpenedSource
from assembler.evidence.grid_plan import Grid, make_source, plan_grids, report_layout, use_grids
from assembler.evidence.legibility.findings import PartPage, report_legibility
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.page_uses import PageUse, Sources, Uses, index_pages, list_uses
from assembler.evidence.picture_grids import ComposedGrid, compose_grid
from assembler.model import (
    Case,
    Conversion,
    Exhibit,
    FileOutcome,
    Finding,
    Ink,
    OpenedFile,
    PartRole,
    Prepared,
    PreparedPage,
    Removed,
    Severity,
    TextMethod,
    make_source_key,
)
from assembler.runtime import passwords
from assembler.runtime.resources import Shelf, TemplateFile
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

Progress = Callable[[str, int, int], None]  # step, done, total


def _read_shipped_limits() -> legibility.Limits:
    return legibility.read_limits(Shelf.default().schema("legibility.json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Limits of legibility, the effort of recognition, and the limits of a worker."""

    legible: legibility.Limits = field(default_factory=_read_shipped_limits)
    policy: ocr.Policy = field(default_factory=ocr.Policy)
    limits: Limits = field(default_factory=Limits)
    # that files without pages of their own are printed with; empty = ours
    templates: tuple[TemplateFile, ...] = ()


def prepare(
    case: Case,
    folder: Path,
    workshop: Workshop,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> tuple[Prepared, ...]:
    """Return every exhibit of the case as a prepared PDF, in the order of case.json.

    Raises EvidenceUnreadable with all findings of all files if any file cannot be used as it is.
    """
    run = _Run(
        case=case,
        folder=folder,
        workshop=workshop,
        settings=settings or Settings(),
        report=progress or (lambda _step, _done, _total: None),
    )
    sources = _open_files(run)
    uses = {exhibit.id: list_uses(exhibit, sources) for exhibit in case.exhibits}
    findings = _check_files(case, uses, sources)
    grids = _compose_grids(run, uses, sources)
    uses, sources = (
        use_grids(uses, [grid for grid, _ in grids]),
        {**sources, **_list_grid_sources(grids)},
    )
    recognized = _recognize_pages(run, uses, sources)
    exhibits = tuple(
        replace(exhibit, findings=(*findings[exhibit.exhibit], *exhibit.findings))
        for exhibit in _join_exhibits(run, uses, sources, recognized)
    )
    if exhibits and passwords.is_readable_by_others(folder):
        warning = warn_of_readable_passwords(exhibits[0].exhibit)
        first = replace(exhibits[0], findings=(*exhibits[0].findings, warning))
        return (first, *exhibits[1:])
    return exhibits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The inputs of one call of `prepare`."""

    case: Case
    folder: Path
    workshop: Workshop
    settings: Settings
    report: Progress


PageKey = tuple[str, int, str, int | None]  # content of the file, page index, language, turn
Recognized = dict[PageKey, page_recognition.RecognizedPage]


def _open_files(run: _Run) -> Sources:
    case = run.case
    parts = {part.source_key: part for exhibit in case.exhibits for part in exhibit.parts}
    accepted = {
        part.path: part.accept_reading
        for exhibit in case.exhibits
        for part in exhibit.parts
        if part.accept_reading
    }
    jobs = [
        file_preparation.Job(
            folder=run.folder,
            path=part.path,
            sha256=case.file(part.path).sha256,
            cache=run.workshop.cache,
            accept_reading=accepted.get(part.path, ""),
            options=part.options,
            templates=run.settings.templates,
        )
        for part in parts.values()
    ]
    # largest first keeps all cores busy to the end
    jobs.sort(key=lambda job: (-case.file(job.path).size, job.path, job.options.digest))
    results = run.workshop.map(
        file_preparation.open_file,
        jobs,
        limits=run.settings.limits,
        progress=lambda n: run.report("open evidence", n, len(jobs)),
    )
    return {
        make_source_key(job.path, job.options.digest): _check_opened(job, result)
        for job, result in zip(jobs, results, strict=True)
    }


def _compose_grids(run: _Run, uses: Uses, sources: Sources) -> list[tuple[Grid, ComposedGrid]]:
    """Put the pictures of exhibits with a layout on pages. Raises ToolFailed if that fails."""
    grids = [
        grid
        for exhibit in run.case.exhibits
        for grid in plan_grids(exhibit, uses[exhibit.id], sources, run.workshop.cache)
    ]
    results = run.workshop.map(
        compose_grid,
        [grid.job for grid in grids],
        limits=run.settings.limits,
        progress=lambda n: run.report("lay out pictures", n, len(grids)),
    )
    composed: list[tuple[Grid, ComposedGrid]] = []
    for grid, result in zip(grids, results, strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pictures could not be laid out ({result.kind}: {result.detail})",
                where=f"exhibit {grid.exhibit}",
                remedy="remove `layout` of the exhibit in case.json",
            )
        composed.append((grid, result))
    return composed


def _list_grid_sources(grids: Sequence[tuple[Grid, ComposedGrid]]) -> Sources:
    return {grid.key: make_source(grid, composed) for grid, composed in grids}


def _check_opened(job: file_preparation.Job, result: OpenedSource | Failure) -> OpenedSource:
    if isinstance(result, OpenedSource):
        return result
    problem = {
        "timeout": "reading the file takes too long",
        "memory": "reading the file needs too much memory",
    }.get(result.kind, f"the file crashes the program that reads it ({result.detail})")
    remedy = "print it to a new PDF, or ask for the file again"
    finding = make_finding("EVID.CRASH", job.path, problem, remedy, file=job.path)
    return OpenedSource(
        path=job.path, sha256=job.sha256, pdf=None, pages=(), removed=(), findings=(finding,)
    )


def _check_files(case: Case, uses: Uses, sources: Sources) -> dict[str, tuple[Finding, ...]]:
    """Return the findings on the files by exhibit. Raises EvidenceUnreadable with all errors."""
    findings = {
        exhibit.id: _report_files(exhibit, uses[exhibit.id], sources) for exhibit in case.exhibits
    }
    errors = [finding for source in sources.values() for finding in source.findings]
    errors += _check_ranges(case, sources)
    errors += [
        finding
        for exhibit_findings in findings.values()
        for finding in exhibit_findings
        if finding.severity is Severity.ERROR
    ]
    if errors:
        problem = f"{len(errors)} problem{'' if len(errors) == 1 else 's'} in the evidence"
        raise EvidenceUnreadable(problem, errors, where=case.id, remedy="fix these first")
    return findings


def _check_ranges(case: Case, sources: Sources) -> Iterator[Finding]:
    """Yield the page ranges that go beyond their file."""
    for index, exhibit in enumerate(case.exhibits):
        for part in exhibit.parts:
            count = len(index_pages(sources[part.source_key]))
            if count and any(max(first, last or first) > count for first, last in part.pages):
                yield make_finding(
                    "EVID.RANGE",
                    f"exhibit {exhibit.id}, {part.path}",
                    f"`pages` goes beyond the end of the file, which has {count} "
                    f"{'page' if count == 1 else 'pages'}",
                    "correct `pages` in case.json",
                    file="case.json",
                    exhibit=exhibit.id,
                    pointer=f"/exhibits/{index}",
                    line=case.line(f"/exhibits/{index}"),
                )


def _report_files(
    exhibit: Exhibit, uses: Sequence[PageUse], sources: Sources
) -> tuple[Finding, ...]:
    """Return the repairs and losses of an exhibit's files, each once."""
    findings: dict[Finding, None] = {}
    for part in exhibit.parts:
        pages = {use.index + 1 for use in uses if use.part == part}
        source = sources[part.source_key]
        if source.is_recording and not _has_transcript(exhibit, sources):
            source = replace(source, losses=(*source.losses, _make_transcript_loss()))
        findings |= dict.fromkeys(acceptance.report_file(exhibit.id, part, source, pages))
    findings |= dict.fromkeys(report_layout(exhibit, uses, sources))
    return tuple(findings)


def _has_transcript(exhibit: Exhibit, sources: Sources) -> bool:
    """Return whether an exhibit has a file that can say what is said in a recording."""
    return any(
        part.role != PartRole.CERTIFICATE and not sources[part.source_key].is_recording
        for part in exhibit.parts
    )


def _make_transcript_loss() -> Loss:
    return make_loss(
        "EVID.TRANSCRIPT",
        "it is a recording, and no other file of the exhibit can be its transcript",
        "add the transcript as another file of the exhibit (under translation.files, if the "
        "recording is not in English); for a film in which nothing is said, accept the loss",
    )


def _recognize_pages(run: _Run, uses: Uses, sources: Sources) -> Recognized:
    """Recognize the pages without text. Raises ToolFailed if one fails."""
    jobs: dict[PageKey, page_recognition.Job] = {}
    for use in (use for exhibit_uses in uses.values() for use in exhibit_uses):
        source = sources[use.key]
        page = source.pages[use.index]
        if source.pdf is not None and not page.has_text and not page.blank:
            jobs[_make_key(use, source)] = page_recognition.Job(
                pdf=source.plain or source.pdf,
                index=use.index,
                sha256=source.content,
                language=use.language,
                policy=run.settings.policy,
                cache=run.workshop.cache,
                box=page.box,
                turn=use.part.turn,
            )
    results = run.workshop.map(
        page_recognition.read_page,
        list(jobs.values()),
        limits=run.settings.limits,
        progress=lambda n: run.report("read pages", n, len(jobs)),
        is_large=True,
    )
    recognized: Recognized = {}
    for (key, job), result in zip(jobs.items(), results, strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"recognition of page {job.index + 1} failed ({result.kind}: {result.detail})",
                where=next(s.path for s in sources.values() if s.content == job.sha256),
                remedy="scan the page again, or run `assembler doctor`",
            )
        recognized[key] = result
    return recognized


def _join_exhibits(
    run: _Run, uses: Uses, sources: Sources, recognized: Recognized
) -> tuple[Prepared, ...]:
    """Join the pages of each exhibit. Raises ToolFailed if one fails."""
    jobs = []
    for exhibit in run.case.exhibits:
        pieces = tuple(_make_piece(use, sources[use.key], recognized) for use in uses[exhibit.id])
        jobs.append(exhibit_pdf.Job(exhibit=exhibit.id, pieces=pieces, cache=run.workshop.cache))
    results = run.workshop.map(
        exhibit_pdf.join_exhibit,
        jobs,
        limits=run.settings.limits,
        progress=lambda n: run.report("join exhibits", n, len(jobs)),
    )
    prepared = []
    for exhibit, result in zip(run.case.exhibits, results, strict=True):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pages could not be joined ({result.kind}: {result.detail})",
                where=f"exhibit {exhibit.id}",
                remedy="print its files to new PDFs",
            )
        pages = [_make_exhibit_page(use, sources[use.key], recognized) for use in uses[exhibit.id]]
        used = {use.key: sources[use.key] for use in uses[exhibit.id]}
        # the pictures of a grid are files of the exhibit, too
        used |= {part.source_key: sources[part.source_key] for part in exhibit.parts}
        prepared.append(_assemble_prepared(exhibit, result, pages, used, run.settings))
    return tuple(prepared)


def _make_key(use: PageUse, source: OpenedSource) -> PageKey:
    return (source.content, use.index, use.language, use.part.turn)


def _find_turned(use: PageUse, recognized: page_recognition.RecognizedPage | None) -> int:
    """Return the clockwise degrees by which a page must be turned: as case.json says, else as its
    recognized text says."""
    if use.part.turn is not None:
        return use.part.turn
    return recognized.turned if recognized else 0


def _make_piece(use: PageUse, source: OpenedSource, recognized: Recognized) -> exhibit_pdf.Piece:
    if source.pdf is None:
        raise ToolFailed("a file that did not open reached the joining", where=source.path)
    page = recognized.get(_make_key(use, source))
    return exhibit_pdf.Piece(
        pdf=source.pdf,
        sha256=source.content,
        index=use.index,
        recognized=page,
        turned=_find_turned(use, page),
    )


def _make_exhibit_page(use: PageUse, source: OpenedSource, recognized: Recognized) -> PartPage:
    page = recognized.get(_make_key(use, source))
    return PartPage(page=_describe_page(use, source, page), part=use.part, recognized=page)


def _assemble_prepared(
    exhibit: Exhibit,
    pdf: Path,
    pages: Sequence[PartPage],
    used: Sources,
    settings: Settings,
) -> Prepared:
    files = tuple({source.path: source for source in used.values()}.values())
    return Prepared(
        exhibit=exhibit.id,
        pdf=pdf,
        pages=tuple(page.page for page in pages),
        removed=tuple(
            Removed(path=source.path, what=kind, count=count)
            for source in files
            for kind, count in source.removed
        ),
        findings=tuple(report_legibility(exhibit, pages, settings.legible)),
        steps=(
            f"pikepdf {pikepdf.__version__}",
            f"pdfium {pdfium.PYPDFIUM_INFO}",
            ocr.read_engine_version(),
        ),
        files=tuple(_record_opened_file(source) for source in files),
        conversions=tuple(
            Conversion(
                path=source.path,
                sha256=source.sha256,
                pdf=source.pdf,
                options=source.options,
                printed_kind=source.printed_kind,
            )
            for source in used.values()
            if source.is_converted and source.pdf is not None
        ),
        counts=tuple((key, len(index_pages(source))) for key, source in used.items()),
    )


def _record_opened_file(source: OpenedSource) -> OpenedFile:
    repairs = (*source.faults, *([source.disagreement] if source.disagreement else []))
    return OpenedFile(
        path=source.path,
        sha256=source.sha256,
        outcome=FileOutcome.REPAIRED if repairs else FileOutcome.ACCEPTED,
        repairs=repairs,
        steps=source.steps,
    )


def _describe_page(
    use: PageUse, source: OpenedSource, recognized: page_recognition.RecognizedPage | None
) -> PreparedPage:
    page = source.pages[use.index]
    turned = _find_turned(use, recognized)
    is_sideways = bool(turned % 180)
    method = TextMethod.TEXT if page.has_text else TextMethod.NONE
    if method is TextMethod.NONE and recognized and recognized.words:
        method = TextMethod.OCR
    return PreparedPage(
        path=source.path,
        sha256=source.sha256,
        source_page=page.source,
        options=source.options if source.is_converted else "",
        passages=source.passages[use.index] if source.passages else (),
        tiles=source.tiles[use.index] if source.tiles else (),
        role=use.part.role,
        language=use.language,
        width=page.height if is_sideways else page.width,
        height=page.width if is_sideways else page.height,
        method=method,
        words=recognized.words if recognized else page.words,
        confidence=recognized.confidence if recognized else None,
        turned=turned,
        placement=page.box,
        dpi=page.dpi,
        ink=_rotate_ink(page.ink, turned) if turned else page.ink,
        blank=page.blank,
        redrawn=page.redrawn,
        boxes=recognized.boxes if recognized else None,
        script=recognized.script if recognized else "",
        miniature=recognized.miniature
        if recognized
        else miniatures.rotate_miniature(page.miniature, turned),
        lines=recognized.lines if recognized else "",
        part=page.part,
        parts=page.parts,
        crop=page.crop,
        background=page.background,
        is_turn_given=use.part.turn is not None,
    )


def _rotate_ink(ink: Ink, clockwise: int) -> Ink:
    import numpy as np

    flat = np.unpackbits(np.frombuffer(ink.bits, dtype=np.uint8))[: ink.rows * ink.columns]
    cells = np.rot90(flat.reshape(ink.rows, ink.columns), k=-(clockwise // 90))
    return Ink(
        cell=ink.cell,
        columns=cells.shape[1],
        rows=cells.shape[0],
        bits=np.packbits(cells).tobytes(),
    )
