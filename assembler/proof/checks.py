"""The proof: each check by itself, one line for each exhibit, failures with their pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
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
    link_check,
    printed_references,
    source_links,
    source_pages,
    unlisted_files,
)
from assembler.proof import ledger_check as ledgers
from assembler.proof import page_check as paging
from assembler.proof import structure as structuring
from assembler.proof import volume_check as volumed
from assembler.proof import (
    word_evidence as wording,
)
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


def prove(
    build: Path,
    case_folder: Path | None,
    workshop: Workshop,
    *,
    remember: bool = False,
    pictures: bool = False,
) -> Proof:
    """Prove a build folder from its files alone; `case_folder`: where the sources are, None if they
    are gone.

    `remember`: pages whose content was compared with the same source before, as the workshop's
    cache says, are not drawn again, and those compared now are noted there. Without it nothing is
    taken on trust. `pictures`: of the pages that are drawn small pictures are left in the cache,
    for review.html.
    """
    try:
        manifest = read_manifest(build)
    except ProofFailed as error:
        return Proof(checks=(Check(name="files", ok=False, detail=str(error)),))
    ledger = manifest.ledger
    parts = manifest.volumes
    sums = _sums(case_folder, manifest.inputs) if case_folder else {}
    written = _sums(build, manifest.outputs)
    edited = draft_checks.worked_on(build, manifest.outputs, written)
    files = [
        *_files(manifest, written, edited, sums if case_folder else None),
        *ledgers.checks(manifest),
    ]
    if not files[-1].ok:  # of what contradicts itself nothing more can be said
        return Proof(checks=tuple(files))
    counts = list(_ledger(manifest, case_folder, workshop))
    if gone := volumed.missing(build, parts):
        return Proof(
            checks=(*files, Check(name="files", ok=False, detail=f"there is no {gone[0]}"))
        )
    if not (
        held := volumed.holding_each_page(manifest, parts)
    ).ok:  # nobody can say which page is where
        return Proof(checks=(*files, *counts, held))
    looked = known_pages.look(
        build, ledger, parts, case_folder, sums, workshop, remember=remember, pictures=pictures
    )
    seen = looked.seen
    structures = structuring.read_all(build, ledger, parts, workshop, manifest.linked)
    structure = structuring.together(structures)
    checks = [
        *files,
        *counts,
        *filed_labels.checks(manifest),
        *volumed.checks(build, manifest, parts),
        *unlisted_files.checks(build, manifest, parts),
    ]
    kept = draft_checks.check_kept(build, manifest, parts, case_folder, workshop)
    checks += [
        *_pixels(ledger, seen, case_folder),
        *_stamps(manifest, seen),
        *(() if kept.complete else _words(ledger, seen)),
    ]
    checks += kept.checks
    checks += list(field_values.checks(build, ledger, parts, case_folder, workshop))
    checks += list(wording.checks(build, manifest, parts, seen, case_folder, workshop))
    if not structure.trouble:
        checks += [*_agreement(manifest, structure), *_bookmarks(manifest, parts, structures)]
        checks += volumed.listed(manifest, parts, structure.texts)
        guide = _guides(build, manifest, case_folder, parts, structures, workshop)
        checks += guide.checks()
    checks += list(_nothing_else(structure))
    missing = (
        ()
        if case_folder
        else ("whether pages look like their sources: the case folder was not given",)
    )
    guided = () if structure.trouble else guide.not_checked()
    unseen = (
        *missing,
        *_not_seen(ledger, seen),
        *kept.not_checked,
        *edited.values(),
        *guided,
        *unlisted_files.not_checked(build, manifest),
    )
    return Proof(
        checks=tuple(checks),
        not_checked=unseen,
        drawn=looked.drawn,
        known=looked.known,
        prints=looked.prints,
    )


# --- files and ledger ---


def _files(
    manifest: Manifest,
    sums: Mapping[str, str],
    edited: Mapping[str, str],
    sources: Mapping[str, str] | None,
) -> Iterator[Check]:
    outputs = [file for file in manifest.outputs if file.path not in edited]
    yield _unchanged("outputs", outputs, sums, "as written")
    if sources is not None:
        yield _unchanged("sources", manifest.inputs, sources, "unchanged")


def _unchanged(
    what: str, records: Sequence[FileRecord], sums: Mapping[str, str], said: str
) -> Check:
    wrong = [file.path for file in records if sums[file.path] != file.sha256]
    detail = (
        f"{len(records)} {what} are {said}" if not wrong else f"changed or missing: {_list(wrong)}"
    )
    return Check(name=what, ok=not wrong, detail=detail)


def _sums(folder: Path, records: Sequence[FileRecord]) -> dict[str, str]:
    """The sha256 of files as they are now; "" where one is missing, has another size, or is
    reached by a link."""
    return {
        file.path: _sum(folder, resolve_spelling(folder, file.path), file.size) for file in records
    }


def _sum(folder: Path, name: str, size: int) -> str:
    path = folder / name
    inside = [path, *path.parents[: name.count("/")]]
    if any(one.is_symlink() for one in inside) or not path.is_file() or path.stat().st_size != size:
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _ledger(manifest: Manifest, case_folder: Path | None, workshop: Workshop) -> Iterator[Check]:
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
        have = cut_pages.whole_pages(
            [e for e in ledger if e.exhibit == exhibit.id and e.source is not None], sizes
        )
        want = [page for part in exhibit.parts for page in source_pages.wanted(part, counts, have)]
        ok = have == want and bool(have)
        detail = f"{len(have)} of {len(want)} pages of its files are in, in order"
        yield Check(name="ledger", ok=ok, detail=detail, exhibit=exhibit.id)


# --- pages ---


def _pixels(
    ledger: Sequence[LedgerEntry], seen: Mapping[int, paging.PageResult], case_folder: Path | None
) -> Iterator[Check]:
    if case_folder is None:
        return
    for exhibit, group in _by_exhibit(ledger):
        numbers = [entry.number for entry in group]
        bad = [number for number in numbers if not seen[number].alike]
        unseen = [number for number in numbers if seen[number].alike and seen[number].trouble]
        detail = (
            f"{len(numbers) - len(bad) - len(unseen)} of {len(numbers)} pages look like "
            f"their source"
        )
        if unseen:
            detail += (
                f"; page {_list(unseen)} cannot be compared: its source {seen[unseen[0]].trouble}"
            )
        if second := sum(seen[number].secondhand for number in numbers):
            detail += (
                f" ({second} of them as another reader repaired it, since PDFium does not open it)"
            )
        if bad:
            why = next((seen[number].trouble for number in bad if seen[number].trouble), "")
            detail += f"; not page {_list(bad)}" + (f": {why}" if why else "")
        yield Check(
            name="pixels", ok=not bad, detail=detail, exhibit=exhibit, page=bad[0] if bad else None
        )


def _not_seen(
    ledger: Sequence[LedgerEntry], seen: Mapping[int, paging.PageResult]
) -> Iterator[str]:
    """One line for each file whose pages could not be compared, and why."""
    why = {
        entry.client_source.path: seen[entry.number].trouble
        for entry in ledger
        if entry.source is not None and seen[entry.number].alike and seen[entry.number].trouble
    }
    for path, trouble in why.items():
        yield f"whether the pages of {path} look like it: it {trouble}"


def _stamps(manifest: Manifest, seen: Mapping[int, paging.PageResult]) -> Iterator[Check]:
    ledger = manifest.ledger
    bad = [entry.number for entry in ledger if not seen[entry.number].stamped]
    count = sum(entry.stamp is not None for entry in ledger)
    detail = (
        f"{count} stamps read back as printed"
        if not bad
        else f"the stamp is wrong or missing on page {_list(bad)}"
    )
    yield Check(name="stamp", ok=not bad, detail=detail, page=bad[0] if bad else None)
    misprinted = [
        entry.number
        for entry in ledger
        if entry.stamp and not _true_stamp(entry, entry.stamp, manifest)
    ]
    if misprinted:
        detail = f"the stamp text is not true on page {_list(misprinted)}"
        yield Check(name="stamp", ok=False, detail=detail, page=misprinted[0])


def _true_stamp(entry: LedgerEntry, stamp: Stamp, manifest: Manifest) -> bool:
    """Whether the stamp says what its place is, in the receiver's own words where it has some."""
    worded = manifest.marking.of(entry.kind) or _WORDING.of(entry.kind)
    if manifest.frozen:
        return filed_labels.true_stamp(entry, worded)
    text = worded.format(
        tab=entry.tab,
        page=entry.exhibit_page,
        pages=entry.exhibit_pages,
        number=entry.number,
        total=len(manifest.ledger),
    )
    return stamp.text == text


def _words(ledger: Sequence[LedgerEntry], seen: Mapping[int, paging.PageResult]) -> Iterator[Check]:
    """Each recognized page has its words as text (the stamp has some too); 9 in 10, since two
    readers cut differently."""
    for exhibit, group in _by_exhibit(ledger):
        read = [entry for entry in group if entry.client_text.method is not TextMethod.NONE]
        bad = [e.number for e in read if seen[e.number].words < 0.9 * e.client_text.words]
        detail = f"{len(read) - len(bad)} of {len(read)} pages with text are searchable"
        if bad:
            detail += f"; not page {_list(bad)}"
        yield Check(
            name="words", ok=not bad, detail=detail, exhibit=exhibit, page=bad[0] if bad else None
        )


def _by_exhibit(ledger: Sequence[LedgerEntry]) -> Iterator[tuple[str, list[LedgerEntry]]]:
    """Pages of the client's files: exhibits by their id, completed forms by their document."""
    evidence = [entry for entry in ledger if entry.is_evidence]
    for exhibit, group in groupby(evidence, key=lambda entry: entry.group):
        yield exhibit, list(group)


# --- structure ---


def _agreement(manifest: Manifest, structure: structuring.Structure) -> Iterator[Check]:
    """Index row, printed stamp, page label, bookmark and links say the same of each exhibit."""
    ledger = manifest.ledger
    count = structure.pages == len(ledger)
    yield Check(
        name="count",
        ok=count,
        detail=f"the bundle has {structure.pages} pages, the ledger {len(ledger)}",
    )
    wrong = [
        entry.label
        for have, entry in zip(structure.labels, ledger, strict=False)
        if have != entry.label
    ]
    labels = not wrong and len(structure.labels) == len(ledger)
    detail = (
        "page labels are the printed numbers" if labels else f"wrong label on page {_list(wrong)}"
    )
    yield Check(name="label", ok=labels, detail=detail)
    places = {entry.number: entry for entry in ledger}
    index = {entry.number for entry in ledger if entry.part == "index"}
    linked = manifest.linked
    for row in manifest.index:
        yield _row_agrees(row, structure, index, places, linked)
    if linked:
        yield _cites_agree(structure, places, manifest.index)
    else:
        yield printed_references.cites(structure.texts, ledger, kept=manifest.format >= SINCE)


def _bookmarks(
    manifest: Manifest, parts: Sequence[Volume], structures: Sequence[structuring.Structure]
) -> Iterator[Check]:
    marks = [(mark.level, mark.title, mark.number) for mark in manifest.bookmarks]
    for part, structure in zip(parts, structures, strict=True):
        yield from _bookmarks_of(
            volumed.expected(marks, part), structure, max((mark[0] for mark in marks), default=0)
        )


def _bookmarks_of(
    want: Sequence[volumed.Mark], structure: structuring.Structure, tops: int
) -> Iterator[Check]:
    # the evidence's own outlines hang one level below their exhibit's bookmark
    have = [item for item in structure.outline if item[0] <= tops]
    titles = {item[1] for item in want}
    have = [item for item in have if item[0] < tops or item[1] in titles or tops == 0]
    wrong = [
        position
        for position, (one, other) in enumerate(zip(want, have, strict=False), 1)
        if one != other
    ]
    ok = not wrong and len(want) == len(have)
    detail = (
        f"{len(want)} bookmarks lead where they say"
        if ok
        else f"bookmark {_list(wrong or [len(have)])} is wrong"
    )
    yield Check(name="bookmark", ok=ok, detail=detail)


def _guides(
    build: Path,
    manifest: Manifest,
    case_folder: Path | None,
    parts: Sequence[Volume],
    structures: Sequence[structuring.Structure],
    workshop: Workshop,
) -> link_check.Guides:
    """Links and bookmarks as they are, and what says how they must be."""
    haves = [
        link_check.Have(volume=part, sheets=one.sheets, marks=one.marks, tags=one.tags)
        for part, one in zip(parts, structures, strict=True)
    ]
    return link_check.Guides(
        manifest, haves, source_links.read_all(build, manifest, case_folder, workshop)
    )


def _row_agrees(
    row: ManifestIndexRow,
    structure: structuring.Structure,
    index: set[int],
    places: Mapping[int, LedgerEntry],
    linked: bool,
) -> Check:
    first, last, sheet = row.first, row.last, row.sheet
    mine = [
        number
        for number, entry in places.items()
        if entry.exhibit == row.exhibit and entry.kind is PartKind.EXHIBIT
    ]
    printed = "–".join(
        dict.fromkeys(places[number].label for number in (first, last) if number in places)
    )
    faults = []
    if not mine or (min(mine), max(mine)) != (first, last) or row.pages != printed:
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
    row: ManifestIndexRow, structure: structuring.Structure, index: set[int], printed: str
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


def _texts_to(target: int, links: Sequence[structuring.Link]) -> set[str]:
    """The texts of links to a page, and those of pieces that follow each other: a narrow column
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
    """Its own sheet, right before its first page; or, of a notice, no sheet anywhere."""
    sheets = [
        number
        for number, entry in places.items()
        if entry.kind is PartKind.TAB and entry.exhibit == row.exhibit
    ]
    wanted = [] if row.sheet == row.first else [row.first - 1]
    return sheets == wanted and row.sheet in (*wanted, row.first)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", re.sub("[\x02\ufffe]", "-", text)).replace("-", "–")


def _cites_agree(
    structure: structuring.Structure,
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
    found = [(link, match) for link in links if (match := _CITE.search(link.text))]
    broken = [link.page for link in links if structuring.cut_short(link.text)]
    wrong = [
        link.page
        for link, match in found
        if (entry := places.get(link.target)) is None
        or entry.label != match[2]
        or entry.tab != match[1]
    ]
    bad = sorted({*broken, *wrong})
    detail = (
        f"{len(found)} citations lead to the page they print"
        if not bad
        else f"a citation is wrong on page {_list(bad)}"
    )
    return Check(name="cites", ok=not bad, detail=detail, page=bad[0] if bad else None)


def _is_of_title(text: str, titles: Sequence[str]) -> bool:
    """Whether the text under a link to a tab sheet is the title of its exhibit, or a line of it."""
    return any(text in title or title in text for title in titles if text and title)


def _nothing_else(structure: structuring.Structure) -> Iterator[Check]:
    if structure.trouble:
        yield Check(name="structure", ok=False, detail=structure.trouble)
        return
    found = structure.forbidden
    yield Check(
        name="nothing-else",
        ok=not found,
        detail=f"found: {_list(found)}"
        if found
        else "no script, action, attachment, form field, encryption or metadata",
    )
    bare = structure.unembedded
    detail = (
        f"a font is missing on page {_list(bare)}"
        if bare
        else "every font of our own pages is embedded"
    )
    yield Check(name="fonts", ok=not bare, detail=detail, page=bare[0] if bare else None)


def _list(values: Sequence[object], most: int = 8) -> str:
    shown = ", ".join(str(value) for value in values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most} more"
