"""Check printed page numbers: the places in the bundle, or, for a packet filed before, the filed
numbers with new ones between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from assembler.model import Check, LedgerEntry, Manifest, PartKind
from assembler.model.manifest import FrozenPage, locate_filled_form
from assembler.model.page_labels import may_follow, read_whole_number


def check_labels(manifest: Manifest) -> Iterator[Check]:
    """Check that each number is there once, in order, and every filed page of evidence and forms
    with its number, content and stamp."""
    ledger, frozen = manifest.ledger, manifest.frozen
    if not frozen:
        wrong = [entry.label for entry in ledger if entry.label != str(entry.number)]
        yield _check(
            "numbers",
            wrong,
            "each printed number is the page's place in the bundle",
            "another page has the number",
        )
        return
    own_labels = {page.label for page in frozen.pages if page.is_ours}
    pairs = pairwise(["0", *(entry.label for entry in ledger)])
    wrong = [
        label
        for previous, label in pairs
        if not (may_follow(previous, label) or _has_left_out(previous, label, own_labels))
    ]
    yield _check(
        "numbers",
        wrong,
        "each printed number is there once, in order",
        "out of order is the number",
    )
    entries = {entry.label: entry for entry in ledger}
    digests = manifest.digests
    client_pages = [page for page in frozen.pages if page.label not in own_labels]
    changed = [
        page.label
        for page in client_pages
        if not _is_filed_page(page, entries.get(page.label), digests)
    ]
    yield _check(
        "frozen",
        changed,
        f"{len(client_pages)} filed pages are as they were filed",
        "not as it was filed is page",
    )


def _check(name: str, wrong: list[str], passed: str, failed: str) -> Check:
    return Check(
        name=name, ok=not wrong, detail=f"{failed} {', '.join(wrong[:8])}" if wrong else passed
    )


def _has_left_out(previous_label: str, next_label: str, own_labels: set[str]) -> bool:
    """Return whether the numbers between are of filed pages of ours that are gone, as when a letter
    is shorter now."""
    first, last = read_whole_number(previous_label), read_whole_number(next_label)
    return last > first and all(str(number) in own_labels for number in range(first + 1, last))


def _is_filed_page(page: FrozenPage, entry: LedgerEntry | None, digests: Mapping[str, str]) -> bool:
    """Return whether this ledger entry is the filed page: its document, its content, and the text
    of its stamp."""
    if entry is None or (entry.kind, entry.document) != (page.kind, page.document):
        return False
    text = entry.stamp.text if entry.stamp else ""
    return bool((_identify_content(entry, digests), text) == (page.content, page.stamp))


def _identify_content(entry: LedgerEntry, digests: Mapping[str, str]) -> str:
    """Return the hash of a page's file, with its page number and rotation; for a form, of the
    filled file beside the bundle, else of the completed one."""
    if entry.kind is PartKind.EXHIBIT and entry.source is not None:
        source = entry.source
        part = f":{source.part}" if source.part > 1 else ""
        return f"{source.content}:{source.page}:{entry.client_transform.turned}{part}"
    sha256 = digests.get(locate_filled_form(entry.document)) or digests.get(entry.document.name)
    return f"{sha256}:{entry.index + 1}:0" if sha256 else ""


def is_true_stamp(entry: LedgerEntry, filed: str) -> bool:
    """Return whether a stamp of a frozen packet has the page's exhibit and number; its totals are
    those at filing.

    `filed`: how the receiver's stamps are worded; pages added later use our wording, without
    totals.
    """
    place = rf"page {re.escape(entry.label)}"
    if entry.kind is PartKind.EXHIBIT:
        place = rf"Exhibit {re.escape(entry.tab)} · (?:\d+ of \d+ · )?{place}"
    elif entry.kind is PartKind.TAB:
        place = f"Exhibit {re.escape(entry.tab)} · {place}"
    stamp_text = entry.stamp.text if entry.stamp else ""
    return any(
        re.fullmatch(form, stamp_text) for form in (_make_stamp_pattern(filed, entry), place)
    )


def _make_stamp_pattern(wording: str, entry: LedgerEntry) -> str:
    """Return a regular expression for a stamp's wording, with this page's exhibit and number in
    it."""
    values = {"tab": re.escape(entry.tab), "number": re.escape(entry.label)}
    pieces = re.split(r"\{(tab|page|pages|number|total)\}", wording)
    return "".join(
        values.get(piece, r"\d+") if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    )
