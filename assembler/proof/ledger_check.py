"""Check that a manifest agrees with itself: each page once, and rows, bookmarks, addresses and
stamps as in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import groupby

from assembler.model import Check, DocumentId, LedgerEntry, Manifest, PartKind
from assembler.model.manifest import MANIFEST_FILE, locate_kept_conversion
from assembler.proof import tile_check
from assembler.proof.excerpt_check import write_excerpts

Fault = tuple[str, str]  # JSON pointer, what is wrong there


def check_manifest(manifest: Manifest) -> Iterator[Check]:
    """Yield one check: the first place at which the manifest contradicts itself."""
    pointer, problem = next(_find_faults(manifest), ("", ""))
    detail = (
        f"{MANIFEST_FILE} {pointer}: {problem}" if pointer else "the manifest agrees with itself"
    )
    yield Check(name="manifest", ok=not pointer, detail=detail)


def _find_faults(manifest: Manifest) -> Iterator[Fault]:
    yield from _check_numbers(manifest.ledger)
    yield from _check_pages(manifest)
    yield from _check_sources(manifest)
    yield from _check_rows(manifest)
    yield from _check_bookmarks(manifest)
    yield from _check_addresses(manifest)
    yield from _check_topics(manifest)
    yield from _check_stamps(manifest.ledger)
    yield from _check_files(manifest)


def _check_numbers(ledger: Sequence[LedgerEntry]) -> Iterator[Fault]:
    for place, entry in enumerate(ledger):
        if entry.number != place + 1:
            yield f"/ledger/{place}/number", "pages are not numbered 1, 2, 3, …"


def _check_pages(manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault unless each page of a document is there once, and counted within its
    exhibit."""
    ledger = manifest.ledger
    kept = manifest.kept  # None in packets of format 1, whose forms do not record their source
    # forms that we filled
    filled = (
        {form.document for form in kept.forms} if kept else {entry.document for entry in ledger}
    )
    pages_found: set[tuple[str, int]] = set()
    counts = Counter(entry.exhibit for entry in ledger if entry.kind is PartKind.EXHIBIT)
    pages_so_far: Counter[str] = Counter()
    parts: set[str] = set()
    part_of_document: dict[str, str] = {}
    previous_part = ""
    for index, entry in enumerate(ledger):
        pointer = f"/ledger/{index}"
        if (entry.document, entry.index) in pages_found:
            yield f"{pointer}/index", "a page of a document is there twice"
        pages_found.add((entry.document, entry.index))
        if entry.document.kind is not entry.kind.document_kind:
            yield f"{pointer}/document", "the document is of another kind than the page"
        is_exhibit = entry.kind is PartKind.EXHIBIT
        pages_so_far[entry.exhibit] += int(is_exhibit)
        expected_count = (
            (pages_so_far[entry.exhibit], counts[entry.exhibit]) if is_exhibit else (0, 0)
        )
        if (entry.exhibit_page, entry.exhibit_pages) != expected_count:
            yield f"{pointer}/exhibit_page", "it is not the page of its exhibit that it says"
        yield from _check_exhibit(pointer, entry, filled)
        if entry.part != previous_part and entry.part in parts:
            yield f"{pointer}/part", "the pages of a part are not together"
        parts.add(entry.part)
        if (
            entry.kind is not PartKind.TAB
            and part_of_document.setdefault(entry.document, entry.part) != entry.part
        ):
            yield f"{pointer}/part", "the pages of a document are in two parts"
        previous_part = entry.part


def _check_exhibit(
    pointer: str, entry: LedgerEntry, filled: Container[DocumentId]
) -> Iterator[Fault]:
    """Yield a fault where source, tab or document do not fit the kind of page.

    `filled`: the forms that we filled, which have no source.
    """
    is_exhibit = entry.kind is PartKind.EXHIBIT
    has_tab = entry.kind in (PartKind.EXHIBIT, PartKind.TAB)
    needs_source = is_exhibit or (entry.kind is PartKind.FORM and entry.document not in filled)
    if needs_source != (entry.source is not None) or not has_tab == bool(entry.tab) == bool(
        entry.exhibit
    ):
        yield pointer, "what it says of an exhibit does not fit what it is"
    if is_exhibit and (entry.document, entry.index) != (
        DocumentId.exhibit(entry.exhibit),
        entry.exhibit_page - 1,
    ):
        yield f"{pointer}/document", "it is not the page of its exhibit's document"


def _check_sources(manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault unless every page's file is one of the client's, with the same hash, and listed
    for its exhibit."""
    inputs = {file.path: file.sha256 for file in manifest.inputs}
    opened = {file.path: file.sha256 for file in manifest.opened}
    parts = {exhibit.id: [part.path for part in exhibit.parts] for exhibit in manifest.exhibits}
    tabs = {exhibit.id: exhibit.tab for exhibit in manifest.exhibits}
    if len(inputs) != len(manifest.inputs) or len(tabs) != len(manifest.exhibits):
        yield (
            "/inputs" if len(inputs) != len(manifest.inputs) else "/exhibits",
            "one of them is there twice",
        )
    for place, entry in enumerate(manifest.ledger):
        pointer = f"/ledger/{place}"
        if entry.exhibit and tabs.get(entry.exhibit) != entry.tab:
            yield f"{pointer}/tab", "the exhibit has another tab"
        if entry.source is not None:
            path, sha256 = entry.client_source.path, entry.client_source.sha256
            if inputs.get(path) != sha256 or opened.get(path) != sha256:
                yield (
                    f"{pointer}/source",
                    "the file is not one of the client's files, as they are listed",
                )
            for tile in entry.client_source.tiles:
                is_listed = inputs.get(tile.path) == opened.get(tile.path) == tile.sha256
                if not is_listed or tile.path not in parts.get(entry.exhibit, ()):
                    yield f"{pointer}/source/tiles", "a picture is not one of the exhibit's files"
            if path not in parts.get(entry.exhibit, ()) and entry.document != DocumentId.form(path):
                yield f"{pointer}/source/path", "the file does not belong to this exhibit"
    for number in tile_check.find_mixed_keys(manifest.ledger).values():
        yield f"/ledger/{number - 1}/source", "it lacks the pictures that it shows"
    missing = set(tabs) - {
        entry.exhibit for entry in manifest.ledger if entry.kind is PartKind.EXHIBIT
    }
    if missing:
        yield "/exhibits", "an exhibit has no page"


def _check_rows(manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault unless each exhibit has a row, in the order of the pages, that agrees with the
    ledger."""
    runs = [
        (exhibit, list(run))
        for exhibit, run in groupby(
            _select_kind(manifest.ledger, PartKind.EXHIBIT), key=lambda entry: entry.exhibit
        )
    ]
    sheets = {entry.exhibit: entry.number for entry in _select_kind(manifest.ledger, PartKind.TAB)}
    excerpts = {exhibit.id: write_excerpts(exhibit) for exhibit in manifest.exhibits}
    if [row.exhibit for row in manifest.index] != [exhibit for exhibit, _ in runs]:
        yield "/index", "its rows are not the exhibits, in the order of their pages"
        return
    for place, (row, (exhibit, run)) in enumerate(zip(manifest.index, runs, strict=True)):
        first, last = run[0], run[-1]
        printed = (first.label, last.label)
        if (row.tab, row.first, row.last) != (
            first.tab,
            first.number,
            last.number,
        ):
            yield f"/index/{place}", "it names other pages than the ledger"
        if row.sheet != sheets.get(exhibit, first.number):
            yield f"/index/{place}/sheet", "it names another tab sheet than the ledger"
        if row.printed != printed or row.pages != "–".join(
            dict.fromkeys(printed) if len(run) == 1 else printed
        ):
            yield f"/index/{place}/pages", "it prints other pages than the ledger"
        roles = [
            (role, list(pages))
            for role, pages in groupby(run, key=lambda entry: entry.client_source.role)
        ]
        if row.parts != tuple((role, pages[0].label, pages[-1].label) for role, pages in roles):
            yield f"/index/{place}/parts", "it names other parts than the ledger"
        if row.excerpts != excerpts.get(exhibit, ()):
            yield f"/index/{place}/excerpts", "it names other pages than the exhibit's files"


def _select_kind(ledger: Sequence[LedgerEntry], kind: PartKind) -> list[LedgerEntry]:
    return [entry for entry in ledger if entry.kind is kind]


def _check_bookmarks(manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault unless each exhibit has a bookmark with its tab, title and pages, and the
    others lead to the beginning of a part, all in order."""
    rows = {str(DocumentId.exhibit(row.exhibit)): row for row in manifest.index}
    begins = {
        next(entries).number
        for _, entries in groupby(manifest.ledger, key=lambda entry: entry.part)
    }
    previous_number = 0
    for place, mark in enumerate(manifest.bookmarks):
        pointer = f"/bookmarks/{place}"
        row = rows.pop(mark.document, None)
        if mark.number < previous_number or mark.number not in begins:
            yield (
                f"{pointer}/number",
                "it does not lead to the beginning of a part, or is out of order",
            )
        previous_number = mark.number
        if (row is None) != (not mark.document) or (mark.level and not place):
            yield pointer, "it is of no exhibit that is here, or hangs below nothing"
        if row and (mark.title, mark.number) != (
            f"Exhibit {row.tab} – {row.title} ({row.pages})",
            row.sheet,
        ):
            yield pointer, "it says of its exhibit what the index does not"
    if rows:
        yield "/bookmarks", "an exhibit has none"


def _check_addresses(manifest: Manifest) -> Iterator[Fault]:
    expected: dict[str, int] = {}
    for entry in manifest.ledger:
        expected.setdefault(f"part/{entry.part}", entry.number)
        if entry.kind is PartKind.TAB:
            expected[f"tab/{entry.exhibit}"] = entry.number
        elif entry.kind is PartKind.EXHIBIT:
            expected[f"exhibit/{entry.exhibit}/{entry.exhibit_page}"] = entry.number
            expected.setdefault(f"tab/{entry.exhibit}", entry.number)
    if manifest.addresses != expected:
        yield "/addresses", "links would lead to other pages than the ledger says"


def _check_topics(manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault unless each entry of the thematic index is the first page of the bundle that
    shows the page of the file that it names, and entries of one topic are together, in order."""
    firsts: dict[tuple[str, str, int], LedgerEntry] = {}
    for entry in _select_kind(manifest.ledger, PartKind.EXHIBIT):
        for path, page in entry.client_source.shown:
            firsts.setdefault((entry.exhibit, path, page), entry)
    titles = {row.exhibit: row.title for row in manifest.index}
    previous, topics = (0, ""), set()
    for place, row in enumerate(manifest.topics):
        pointer = f"/topics/{place}"
        shown = firsts.get((row.exhibit, row.path, row.source_page))
        if shown is None:
            yield pointer, "it names a page that its exhibit does not have"
            return
        if (row.tab, row.page, row.label) != (shown.tab, shown.exhibit_page, shown.label):
            yield pointer, "it names another page than the ledger"
        if row.title != titles.get(row.exhibit):
            yield f"{pointer}/title", "it is not that of the exhibit"
        is_new = row.topic != previous[1]
        if (is_new and row.topic in topics) or (not is_new and shown.number < previous[0]):
            yield pointer, "the entries of a topic are not together, in the order of the pages"
        topics.add(row.topic)
        previous = (shown.number, row.topic)


_BOX_HEIGHT = 1.25  # height of a stamp's box in font sizes
_TOLERANCE = 0.02  # points


def _check_stamps(ledger: Sequence[LedgerEntry]) -> Iterator[Fault]:
    """Yield a fault unless each stamp is within its page; only forms, and pages that the packet's
    order leaves unmarked, have none."""
    for place, entry in enumerate(ledger):
        box = entry.stamp
        if box is None:
            if entry.is_ours:
                yield f"/ledger/{place}/stamp", "a page of ours has none"
            continue
        width, height = entry.size
        if (
            min(box.x, box.y, box.size) < 0
            or box.x + box.width > width + 1
            or box.y + box.height > height + 1
        ):
            yield f"/ledger/{place}/stamp", "it is not on the page"
        if abs(box.height - _BOX_HEIGHT * box.size) > _TOLERANCE:
            yield f"/ledger/{place}/stamp/height", "it is not that of one line of its size"


def _check_files(manifest: Manifest) -> Iterator[Fault]:
    outputs = Counter(file.path for file in manifest.outputs)
    folded = Counter(path.casefold() for path in outputs)
    if max(outputs.values()) > 1 or max(folded.values()) > 1:
        yield "/outputs", "a file is listed twice"
    if MANIFEST_FILE in folded:
        yield "/outputs", "the manifest lists itself"
    for place, volume in enumerate(manifest.volumes):
        if volume.path not in outputs:
            yield f"/volumes/{place}/path", "the file is not among the outputs"
        if volume.last < volume.first:
            yield f"/volumes/{place}", "it ends before it begins"
    kept_paths = [document.pdf for document in manifest.kept_documents]
    if manifest.kept:
        kept_paths.append(manifest.kept.words)
        kept_paths += [draft.docx for draft in manifest.kept.drafts if draft.docx]
        kept_paths += manifest.conversions.values()
        yield from _check_conversions(manifest)
    if any(path not in outputs for path in kept_paths):
        yield "/kept", "a file is not among the outputs"
    for place, check in enumerate(manifest.proof):
        if not check.ok:
            yield f"/proof/{place}", "it failed when the packet was built"


def _check_conversions(manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault unless the PDF kept of each printed file has the place for it, and each is kept
    once."""
    inputs = {file.path: file.sha256 for file in manifest.inputs}
    kept = (manifest.kept.conversions if manifest.kept else None) or ()
    for place, conversion in enumerate(kept):
        if conversion.pdf != locate_kept_conversion(
            inputs.get(conversion.path, ""), conversion.options
        ):
            yield f"/kept/conversions/{place}", "it is not that of one of the client's files"
    if len(manifest.conversions) != len(kept):
        yield "/kept/conversions", "one of them is there twice"
