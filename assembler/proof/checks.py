"""Prove a packet: run each check separately and report one line per exhibit, with the pages that
failed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from assembler.errors import ProofFailed
from assembler.model import Check, LedgerEntry, Manifest, PartKind, Proof, Stamp, TextMethod, Volume
from assembler.model.manifest import FileRecord, ManifestIndexRow, StampWording
from assembler.model.page_labels import LABEL
from assembler.proof import (
    cut_pages,
    draft_checks,
    field_values,
    filed_labels,
    known_pages,
    ledger_check,
    link_check,
    page_check,
    printed_references,
    source_links,
    source_pages,
    unlisted_files,
    volume_check,
    word_evidence,
)
from assembler.proof import structure as structure_reader
from assembler.proof.kept_drafts import SINCE
from assembler.proof.page_text import fold
from assembler.runtime.file_names import resolve_spelling
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.workshop import Workshop

_WORDING = StampWording(
    exhibit="Exhibit {tab} · {page} of {pages} · page {number} of {total}",
    tab="Exhibit {tab} · page {number} of {total}",
    other="page {number} of {total}",
)
_CITE = re.compile(rf"Ex\. (\S+) at ({LABEL})")
_NO_SOURCES = "whether pages look like their sources: the case folder was not given"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    """A build folder with its manifest, and the case folder, None if it is not available.

    `source_digests`: sha256 of the sources as they are now.
    """

    build: Path
    manifest: Manifest
    case_folder: Path | None
    source_digests: Mapping[str, str]
    workshop: Workshop

    @property
    def bundle(self) -> known_pages.Bundle:
        """Return what is needed to look at the pages."""
        return known_pages.Bundle(
            build=self.build,
            ledger=self.manifest.ledger,
            parts=self.manifest.volumes,
            case_folder=self.case_folder,
            source_digests=self.source_digests,
        )


def prove(
    build: Path,
    case_folder: Path | None,
    workshop: Workshop,
    *,
    remember: bool = False,
    pictures: bool = False,
) -> Proof:
    """Prove a build folder from its files alone.

    `case_folder`: where the sources are, None if they are gone. `remember`: skip drawing pages that
    the workshop's cache lists as compared with the same source, and note those compared now;
    without it nothing is taken from the cache. `pictures`: leave thumbnails of the pages that are
    drawn in the cache, for review.html.
    """
    try:
        manifest = read_manifest(build)
    except ProofFailed as error:
        return Proof(checks=(Check(name="files", ok=False, detail=str(error)),))
    parts = manifest.volumes
    source_digests = _digests(case_folder, manifest.inputs) if case_folder else {}
    output_digests = _digests(build, manifest.outputs)
    edited = draft_checks.find_edited_files(build, manifest.outputs, output_digests)
    files = [
        *_check_files(manifest, output_digests, edited, source_digests if case_folder else None),
        *ledger_check.checks(manifest),
    ]
    if not files[-1].ok:  # nothing more can be checked against a manifest that contradicts itself
        return Proof(checks=tuple(files))
    counts = list(_check_ledger(manifest, case_folder, workshop))
    if missing := volume_check.missing(build, parts):
        detail = f"there is no {missing[0]}"
        return Proof(checks=(*files, Check(name="files", ok=False, detail=detail)))
    page_order = volume_check.holding_each_page(manifest, parts)
    if not page_order.ok:  # it is not known which page is where
        return Proof(checks=(*files, *counts, page_order))
    packet = _Packet(
        build=build,
        manifest=manifest,
        case_folder=case_folder,
        source_digests=source_digests,
        workshop=workshop,
    )
    looked = known_pages.look(packet.bundle, workshop, remember=remember, pictures=pictures)
    checks, not_checked = _check_bundle(packet, looked.results, list(edited.values()))
    return Proof(
        checks=(*files, *counts, *checks),
        not_checked=not_checked,
        drawn=looked.drawn,
        known=looked.known,
        prints=looked.prints,
    )


def _check_bundle(
    packet: _Packet, results: Mapping[int, page_check.PageResult], edited: Sequence[str]
) -> tuple[list[Check], tuple[str, ...]]:
    """Return the checks of the bundle's content, and what was not checked.

    `results`: of each page by its number. `edited`: what is not checked of files that a
    person has worked on.
    """
    build, manifest, case_folder = packet.build, packet.manifest, packet.case_folder
    ledger, parts, workshop = manifest.ledger, manifest.volumes, packet.workshop
    structures = structure_reader.read_all(build, ledger, parts, workshop, manifest.linked)
    structure = structure_reader.together(structures)
    checks = [
        *filed_labels.checks(manifest),
        *volume_check.checks(build, manifest, parts),
        *unlisted_files.checks(build, manifest, parts),
    ]
    kept = draft_checks.check_kept(build, manifest, parts, case_folder, workshop)
    checks += _check_pixels(ledger, results, case_folder)
    checks += _check_stamps(manifest, results)
    checks += () if kept.complete else _check_words(ledger, results)
    checks += kept.checks
    checks += field_values.checks(build, ledger, parts, case_folder, workshop)
    checks += word_evidence.checks(build, manifest, parts, results, case_folder, workshop)
    not_checked = [] if case_folder else [_NO_SOURCES]
    not_checked += [*_not_compared(ledger, results), *kept.not_checked, *edited]
    if not structure.trouble:
        checks += [
            *_check_agreement(manifest, structure),
            *_check_bookmarks(manifest, parts, structures),
        ]
        checks += volume_check.listed(manifest, parts, structure.texts)
        guides = _guides(packet, structures)
        checks += guides.checks()
        not_checked += guides.not_checked()
    checks += _check_nothing_else(structure)
    not_checked += unlisted_files.not_checked(build, manifest)
    return checks, tuple(not_checked)


# --- files and ledger ---


def _check_files(
    manifest: Manifest,
    output_digests: Mapping[str, str],
    edited: Mapping[str, str],
    source_digests: Mapping[str, str] | None,
) -> Iterator[Check]:
    outputs = [file for file in manifest.outputs if file.path not in edited]
    yield _unchanged("outputs", outputs, output_digests, "as written")
    if source_digests is not None:
        yield _unchanged("sources", manifest.inputs, source_digests, "unchanged")


def _unchanged(
    kind: str, records: Sequence[FileRecord], digests: Mapping[str, str], state: str
) -> Check:
    wrong = [file.path for file in records if digests[file.path] != file.sha256]
    detail = (
        f"{len(records)} {kind} are {state}" if not wrong else f"changed or missing: {_list(wrong)}"
    )
    return Check(name=kind, ok=not wrong, detail=detail)


def _digests(folder: Path, records: Sequence[FileRecord]) -> dict[str, str]:
    """Return the sha256 of files as they are now; "" where one is missing, has another size, or is
    reached by a link."""
    return {
        file.path: _digest(folder, resolve_spelling(folder, file.path), file.size)
        for file in records
    }


def _digest(folder: Path, name: str, size: int) -> str:
    path = folder / name
    path_and_parents = [path, *path.parents[: name.count("/")]]
    if (
        any(part.is_symlink() for part in path_and_parents)
        or not path.is_file()
        or path.stat().st_size != size
    ):
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_ledger(
    manifest: Manifest, case_folder: Path | None, workshop: Workshop
) -> Iterator[Check]:
    ledger = manifest.ledger
    numbers = [entry.number for entry in ledger]
    in_order = numbers == list(range(1, len(ledger) + 1))
    yield Check(
        name="ledger",
        ok=in_order,
        detail=f"pages 1 to {len(ledger)}, each once" if in_order else "numbers have gaps",
    )
    counts = source_pages.source_pages(manifest, case_folder, workshop)
    sizes = cut_pages.cut_sizes(ledger, case_folder, workshop)
    for exhibit in manifest.exhibits:
        actual = cut_pages.whole_pages(
            [entry for entry in ledger if entry.exhibit == exhibit.id and entry.source is not None],
            sizes,
        )
        expected = [
            page for part in exhibit.parts for page in source_pages.wanted(part, counts, actual)
        ]
        is_complete = actual == expected and bool(actual)
        detail = f"{len(actual)} of {len(expected)} pages of its files are in, in order"
        yield Check(name="ledger", ok=is_complete, detail=detail, exhibit=exhibit.id)


# --- pages ---


def _check_pixels(
    ledger: Sequence[LedgerEntry],
    results: Mapping[int, page_check.PageResult],
    case_folder: Path | None,
) -> Iterator[Check]:
    if case_folder is None:
        return
    for exhibit, group in _by_exhibit(ledger):
        numbers = [entry.number for entry in group]
        wrong = [number for number in numbers if not results[number].alike]
        not_compared = [
            number for number in numbers if results[number].alike and results[number].trouble
        ]
        detail = (
            f"{len(numbers) - len(wrong) - len(not_compared)} of {len(numbers)} pages look like "
            f"their source"
        )
        if not_compared:
            source_trouble = results[not_compared[0]].trouble
            pages = _list(not_compared)
            detail += f"; page {pages} cannot be compared: its source {source_trouble}"
        if repaired := sum(results[number].secondhand for number in numbers):
            detail += (
                f" ({repaired} of them as another reader repaired it, since PDFium does not "
                f"open it)"
            )
        if wrong:
            trouble = next(
                (results[number].trouble for number in wrong if results[number].trouble), ""
            )
            detail += f"; not page {_list(wrong)}" + (f": {trouble}" if trouble else "")
        yield Check(
            name="pixels",
            ok=not wrong,
            detail=detail,
            exhibit=exhibit,
            page=wrong[0] if wrong else None,
        )


def _not_compared(
    ledger: Sequence[LedgerEntry], results: Mapping[int, page_check.PageResult]
) -> Iterator[str]:
    """Yield one line for each file whose pages could not be compared, with the reason."""
    troubles = {
        entry.client_source.path: results[entry.number].trouble
        for entry in ledger
        if entry.source is not None
        and results[entry.number].alike
        and results[entry.number].trouble
    }
    for path, trouble in troubles.items():
        yield f"whether the pages of {path} look like it: it {trouble}"


def _check_stamps(
    manifest: Manifest, results: Mapping[int, page_check.PageResult]
) -> Iterator[Check]:
    ledger = manifest.ledger
    wrong = [entry.number for entry in ledger if not results[entry.number].stamped]
    count = sum(entry.stamp is not None for entry in ledger)
    detail = (
        f"{count} stamps read back as printed"
        if not wrong
        else f"the stamp is wrong or missing on page {_list(wrong)}"
    )
    yield Check(name="stamp", ok=not wrong, detail=detail, page=wrong[0] if wrong else None)
    misprinted = [
        entry.number
        for entry in ledger
        if entry.stamp and not _is_true_stamp(entry, entry.stamp, manifest)
    ]
    if misprinted:
        detail = f"the stamp text is not true on page {_list(misprinted)}"
        yield Check(name="stamp", ok=False, detail=detail, page=misprinted[0])


def _is_true_stamp(entry: LedgerEntry, stamp: Stamp, manifest: Manifest) -> bool:
    """Return whether a stamp has the text for its page, in the receiver's own wording where it has
    one."""
    wording = manifest.marking.of(entry.kind) or _WORDING.of(entry.kind)
    if manifest.frozen:
        return filed_labels.true_stamp(entry, wording)
    text = wording.format(
        tab=entry.tab,
        page=entry.exhibit_page,
        pages=entry.exhibit_pages,
        number=entry.number,
        total=len(manifest.ledger),
    )
    return stamp.text == text


def _check_words(
    ledger: Sequence[LedgerEntry], results: Mapping[int, page_check.PageResult]
) -> Iterator[Check]:
    """Check that each recognized page has its words as text, besides those of the stamp.

    Nine in ten are enough, since two readers separate words differently.
    """
    for exhibit, group in _by_exhibit(ledger):
        searchable = [entry for entry in group if entry.client_text.method is not TextMethod.NONE]
        wrong = [
            entry.number
            for entry in searchable
            if results[entry.number].words < 0.9 * entry.client_text.words
        ]
        detail = (
            f"{len(searchable) - len(wrong)} of {len(searchable)} pages with text are searchable"
        )
        if wrong:
            detail += f"; not page {_list(wrong)}"
        yield Check(
            name="words",
            ok=not wrong,
            detail=detail,
            exhibit=exhibit,
            page=wrong[0] if wrong else None,
        )


def _by_exhibit(ledger: Sequence[LedgerEntry]) -> Iterator[tuple[str, list[LedgerEntry]]]:
    """Yield the pages of the client's files: exhibits by their id, completed forms by their
    document."""
    evidence = [entry for entry in ledger if entry.is_evidence]
    for exhibit, group in groupby(evidence, key=lambda entry: entry.group):
        yield exhibit, list(group)


# --- structure ---


def _check_agreement(manifest: Manifest, structure: structure_reader.Structure) -> Iterator[Check]:
    """Check that index row, printed stamp, page label, bookmark and links agree for each
    exhibit."""
    ledger = manifest.ledger
    same_count = structure.pages == len(ledger)
    yield Check(
        name="count",
        ok=same_count,
        detail=f"the bundle has {structure.pages} pages, the ledger {len(ledger)}",
    )
    wrong = [
        entry.label
        for actual, entry in zip(structure.labels, ledger, strict=False)
        if actual != entry.label
    ]
    are_right = not wrong and len(structure.labels) == len(ledger)
    detail = (
        "page labels are the printed numbers"
        if are_right
        else f"wrong label on page {_list(wrong)}"
    )
    yield Check(name="label", ok=are_right, detail=detail)
    places = {entry.number: entry for entry in ledger}
    index = {entry.number for entry in ledger if entry.part == "index"}
    linked = manifest.linked
    for row in manifest.index:
        yield _row_agrees(row, structure, index, places, linked)
    if linked:
        yield _cites_agree(structure, places, manifest.index)
    else:
        yield printed_references.cites(structure.texts, ledger, kept=manifest.format >= SINCE)


def _check_bookmarks(
    manifest: Manifest, parts: Sequence[Volume], structures: Sequence[structure_reader.Structure]
) -> Iterator[Check]:
    marks = [(mark.level, mark.title, mark.number) for mark in manifest.bookmarks]
    for part, structure in zip(parts, structures, strict=True):
        yield from _bookmarks_of(
            volume_check.expected(marks, part),
            structure,
            max((mark[0] for mark in marks), default=0),
        )


def _bookmarks_of(
    expected: Sequence[volume_check.Mark], structure: structure_reader.Structure, top_levels: int
) -> Iterator[Check]:
    # the evidence's own outlines hang one level below their exhibit's bookmark
    actual = [item for item in structure.outline if item[0] <= top_levels]
    titles = {item[1] for item in expected}
    actual = [
        item for item in actual if item[0] < top_levels or item[1] in titles or top_levels == 0
    ]
    wrong = [
        position
        for position, (expected_item, item) in enumerate(zip(expected, actual, strict=False), 1)
        if expected_item != item
    ]
    are_right = not wrong and len(expected) == len(actual)
    detail = (
        f"{len(expected)} bookmarks lead where they say"
        if are_right
        else f"bookmark {_list(wrong or [len(actual)])} is wrong"
    )
    yield Check(name="bookmark", ok=are_right, detail=detail)


def _guides(packet: _Packet, structures: Sequence[structure_reader.Structure]) -> link_check.Guides:
    """Return the check of links and bookmarks against the files they were made from."""
    manifest = packet.manifest
    haves = [
        link_check.Have(
            volume=part, sheets=structure.sheets, marks=structure.marks, tags=structure.tags
        )
        for part, structure in zip(manifest.volumes, structures, strict=True)
    ]
    origins = source_links.read_all(packet.build, manifest, packet.case_folder, packet.workshop)
    return link_check.Guides(manifest, haves, origins)


def _row_agrees(
    row: ManifestIndexRow,
    structure: structure_reader.Structure,
    index: set[int],
    places: Mapping[int, LedgerEntry],
    linked: bool,
) -> Check:
    first, last, sheet = row.first, row.last, row.sheet
    exhibit_pages = [
        number
        for number, entry in places.items()
        if entry.exhibit == row.exhibit and entry.kind is PartKind.EXHIBIT
    ]
    printed = "–".join(
        dict.fromkeys(places[number].label for number in (first, last) if number in places)
    )
    faults = []
    if (
        not exhibit_pages
        or (min(exhibit_pages), max(exhibit_pages)) != (first, last)
        or row.pages != printed
    ):
        faults.append("the index row has other pages than the bundle")
    if not _sheet_in_front(row, places):
        faults.append("its tab sheet is not in front of it")
    if linked:
        faults += _link_faults(row, structure, index, printed)
    else:
        faults += printed_references.row_faults(row, structure.texts, index, printed)
    detail = (
        "; ".join(faults)
        or f"index row, stamps, labels, bookmark and links agree on pages {printed}"
    )
    return Check(
        name="agreement",
        ok=not faults,
        detail=detail,
        exhibit=row.exhibit,
        page=sheet if faults else None,
    )


def _link_faults(
    row: ManifestIndexRow, structure: structure_reader.Structure, index: set[int], printed: str
) -> Iterator[str]:
    first, sheet = row.first, row.sheet
    on_index = [link for link in structure.links if link.page in index]
    if _plain(printed) not in _texts_to(first, on_index):
        yield "no index link prints these pages and leads to the first of them"
    if not any(link.text == row.tab and link.target == sheet for link in on_index):
        yield "no index link prints its tab and leads to the tab sheet"
    if sheet != first and not any(
        link.page == sheet and link.target == first for link in structure.links
    ):
        yield "the tab sheet does not lead to the evidence"


def _texts_to(target: int, links: Sequence[structure_reader.Link]) -> set[str]:
    """Return the texts of links to a page, and those of consecutive pieces joined: a narrow column
    breaks "1057a–1063b"."""
    texts: set[str] = set()
    for goal, run in groupby(links, key=lambda link: link.target):
        pieces = [_plain(link.text) for link in run] if goal == target else []
        texts |= {
            "".join(pieces[start:end])
            for start in range(len(pieces))
            for end in range(start + 1, len(pieces) + 1)
        }
    return texts


def _sheet_in_front(row: ManifestIndexRow, places: Mapping[int, LedgerEntry]) -> bool:
    """Return whether an exhibit's own tab sheet is right before its first page; a notice must have
    no sheet at all."""
    sheets = [
        number
        for number, entry in places.items()
        if entry.kind is PartKind.TAB and entry.exhibit == row.exhibit
    ]
    expected = [] if row.sheet == row.first else [row.first - 1]
    return sheets == expected and row.sheet in (*expected, row.first)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", re.sub("[\x02\ufffe]", "-", text)).replace("-", "–")


def _cites_agree(
    structure: structure_reader.Structure,
    places: Mapping[int, LedgerEntry],
    rows: Sequence[ManifestIndexRow],
) -> Check:
    titles: dict[int, list[str]] = {}
    for row in rows:
        titles.setdefault(row.sheet, []).append(fold(row.title))
    # a title may hold a citation of another filing; what is printed of it is compared with the
    # draft's links
    links = [
        link
        for link in structure.links
        if not _is_of_title(fold(link.text), titles.get(link.target, ()))
    ]
    citations = [(link, match) for link in links if (match := _CITE.search(link.text))]
    broken = [link.page for link in links if structure_reader.cut_short(link.text)]
    wrong = [
        link.page
        for link, match in citations
        if (entry := places.get(link.target)) is None
        or entry.label != match[2]
        or entry.tab != match[1]
    ]
    wrong_pages = sorted({*broken, *wrong})
    detail = (
        f"{len(citations)} citations lead to the page they print"
        if not wrong_pages
        else f"a citation is wrong on page {_list(wrong_pages)}"
    )
    return Check(
        name="cites",
        ok=not wrong_pages,
        detail=detail,
        page=wrong_pages[0] if wrong_pages else None,
    )


def _is_of_title(text: str, titles: Sequence[str]) -> bool:
    """Return whether the text under a link to a tab sheet is the title of its exhibit, or a line of
    it."""
    return any(text in title or title in text for title in titles if text and title)


def _check_nothing_else(structure: structure_reader.Structure) -> Iterator[Check]:
    if structure.trouble:
        yield Check(name="structure", ok=False, detail=structure.trouble)
        return
    forbidden = structure.forbidden
    yield Check(
        name="nothing-else",
        ok=not forbidden,
        detail=f"found: {_list(forbidden)}"
        if forbidden
        else "no script, action, attachment, form field, encryption or metadata",
    )
    pages_without_font = structure.unembedded
    detail = (
        f"a font is missing on page {_list(pages_without_font)}"
        if pages_without_font
        else "every font of our own pages is embedded"
    )
    yield Check(
        name="fonts",
        ok=not pages_without_font,
        detail=detail,
        page=pages_without_font[0] if pages_without_font else None,
    )


def _list(values: Sequence[object], limit: int = 8) -> str:
    shown = ", ".join(str(value) for value in values[:limit])
    return shown if len(values) <= limit else f"{shown} and {len(values) - limit} more"
