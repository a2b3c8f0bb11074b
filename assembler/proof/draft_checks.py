"""Run the checks that need what a packet keeps for its proof: our own pages, what they print, and
the text of the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from assembler.model import Check, LedgerEntry, Manifest, TextMethod, Volume
from assembler.model.manifest import OutputFile
from assembler.pdf.source_files import ClientFiles
from assembler.proof.font_encodings import find_pages_with_other_fonts
from assembler.proof.kept_drafts import SINCE, Kept, read_kept
from assembler.proof.own_pages import OwnPage, read_own_pages
from assembler.proof.printed_index import HEADS
from assembler.proof.printed_packet import is_worded
from assembler.proof.printed_statements import check_statements, find_typed_citations
from assembler.proof.text_layer import LayerPage, read_layers
from assembler.proof.upload_check import SET_ALONE
from assembler.proof.word_draft_text import Job, compare_all
from assembler.runtime.workshop import Workshop

_OLD = (
    "whether our own pages and the recognized words are unchanged: the packet was built by a "
    "version that did not keep them"
)
_TYPED = (
    "whether a citation that was typed by hand is true, since no page of that exhibit has "
    "its number: page {number}"
)
_EDITED = "whether {path} still matches the bundle: someone has edited it since"
_OTHER_FONT = "has a font that reads or draws letters in another way than its source"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithKept:
    """Checks, and sentences about what was not checked. `complete`: the packet keeps what they
    need."""

    checks: tuple[Check, ...]
    not_checked: tuple[str, ...] = ()
    complete: bool = True


def check_kept(
    build: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    files: ClientFiles | None,
    workshop: Workshop,
) -> WithKept:
    """Compare a bundle with what its packet keeps; a packet that should keep it and does not
    fails."""
    try:
        kept = read_kept(build, manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        detail = f"the files kept for the proof cannot be read ({type(error).__name__})"
        return WithKept(checks=(Check(name="kept", ok=False, detail=detail),))
    if kept is None:
        is_alone = manifest.upload_set and manifest.format >= SINCE
        return WithKept(checks=(), not_checked=(SET_ALONE if is_alone else _OLD,), complete=False)
    ledger = manifest.ledger
    recognized = {
        (entry.document, entry.index)
        for entry in ledger
        if entry.text is not None and entry.text.method is TextMethod.OCR
    }
    if set(kept.words) - recognized:
        detail = "words are kept of a page that was not recognized, as the manifest says"
        return WithKept(checks=(Check(name="kept", ok=False, detail=detail),))
    pages = read_own_pages(build, ledger, parts, kept, workshop)
    layers = read_layers(build, manifest, parts, kept, files, workshop)
    if files:
        for number in find_pages_with_other_fonts(build, ledger, parts, files, workshop):
            if not layers[number].trouble:
                layers[number] = LayerPage(number=number, trouble=_OTHER_FONT)
    word_files = _check_word_files(build, manifest, kept, workshop)
    typed = [_TYPED.format(number=number) for number in find_typed_citations(manifest, kept, pages)]
    return WithKept(
        checks=(
            *_check_own_pages(ledger, kept, pages),
            word_files,
            *check_statements(manifest, kept, pages),
            *_check_layers(ledger, layers),
        ),
        not_checked=tuple(typed),
    )


def find_edited_files(
    build: Path, outputs: Sequence[OutputFile], sums: Mapping[str, str]
) -> dict[str, str]:
    """Return the files for a person to work on that have changed since they were written, each with
    a sentence for the proof.

    `sums`: their sha256 as they are now.
    """
    changed = [file.path for file in outputs if sums[file.path] != file.sha256]
    editable = [path for path in changed if path.endswith(".docx") or path.startswith("forms/")]
    existing = [
        path for path in editable if (build / path).is_file() and not (build / path).is_symlink()
    ]
    return {path: _EDITED.format(path=path) for path in existing}


def _check_own_pages(
    ledger: Sequence[LedgerEntry], kept: Kept, pages: Mapping[int, OwnPage]
) -> Iterator[Check]:
    """Yield one check for each document of ours: all its pages are there, and look and read like
    the kept ones."""
    ours = {entry.document for entry in ledger if entry.is_ours}
    for document in sorted(ours | set(kept.documents)):
        entries = [entry for entry in ledger if entry.document == document]
        name = document.name
        results = [pages[entry.number] for entry in entries if entry.number in pages]
        if document not in kept.documents:
            yield Check(
                name="own-pages",
                ok=False,
                detail=f"no draft of {name} is kept",
                page=entries[0].number,
            )
            continue
        faults = list(_find_faults(entries, results))
        detail = f"{len(results)} pages of {name} look and read like its draft"
        page = next((number for number, _ in faults), None)
        fault_text = "; ".join(
            f"page {number}: {fault}" if number else fault for number, fault in faults[:4]
        )
        yield Check(
            name="own-pages",
            ok=not faults,
            detail=f"{name}: {fault_text}" if faults else detail,
            page=page,
        )


def _find_faults(
    entries: Sequence[LedgerEntry], pages: Sequence[OwnPage]
) -> Iterator[tuple[int | None, str]]:
    for page in pages:
        if page.trouble:
            yield page.number, page.trouble
        elif not page.reads_alike:
            yield page.number, "it has different text than its draft"
    counts = {page.drafted for page in pages}
    if sorted(entry.index for entry in entries) != list(range(max(counts, default=0))):
        yield None, "its draft has different pages than the bundle"


def _check_word_files(build: Path, manifest: Manifest, kept: Kept, workshop: Workshop) -> Check:
    """Check all Word files that are as they were written."""
    digests = {file.path: file.sha256 for file in manifest.outputs}
    drafts = [draft for draft in kept.documents.values() if draft.docx]
    jobs = [
        Job(
            docx=build / draft.docx,
            pdf=build / draft.pdf,
            sha256=digests.get(draft.docx, ""),
            heads=HEADS,
            worded=is_worded(manifest, kept, draft.document),
        )
        for draft in drafts
    ]
    results = list(zip(drafts, compare_all(jobs, workshop), strict=True))
    faults = [f"{draft.docx} {result.trouble}" for draft, result in results if result.trouble]
    unchanged = sum(not result.edited for _, result in results)
    detail = "; ".join(faults[:4]) or f"{unchanged} Word files match their printed pages"
    return Check(name="word-files", ok=not faults, detail=detail)


def _check_layers(
    ledger: Sequence[LedgerEntry], layers: Mapping[int, LayerPage]
) -> Iterator[Check]:
    """Yield one check for each exhibit and completed form: its pages have their source's text and
    the recognized words."""
    evidence = [entry for entry in ledger if entry.is_evidence]
    for exhibit, group in groupby(evidence, key=lambda entry: entry.group):
        entries = list(group)
        wrong = [page for entry in entries if (page := layers.get(entry.number)) and page.trouble]
        not_read = [entry.number for entry in entries if entry.number not in layers]
        recognized = sum(entry.client_text.method is TextMethod.OCR for entry in entries)
        detail = f"{len(entries) - len(wrong)} of {len(entries)} pages have their own text"
        detail += f", {recognized} of them as recognized" if recognized else ""
        if wrong or not_read:
            numbers = ", ".join(
                str(number) for number in [*(page.number for page in wrong), *not_read][:8]
            )
            reason = (
                f"page {wrong[0].number} {wrong[0].trouble}"
                if wrong
                else "they are not in the ledger as they should be"
            )
            detail += f"; not page {numbers}: {reason}"
        page_number = wrong[0].number if wrong else not_read[0] if not_read else None
        yield Check(
            name="words",
            ok=not (wrong or not_read),
            detail=detail,
            exhibit=exhibit,
            page=page_number,
        )
