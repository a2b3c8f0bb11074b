"""Printed numbers: the places in the bundle, or, of a packet that was filed before, the filed
ones with new ones between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from assembler.model import Check, LedgerEntry, Manifest, PartKind
from assembler.model.manifest import FrozenPage, filled_form
from assembler.model.page_labels import follows, whole


def checks(manifest: Manifest) -> Iterator[Check]:
    """Each number once, in order; and every filed page of evidence and forms there, with its
    number, content and stamp."""
    ledger, frozen = manifest.ledger, manifest.frozen
    if not frozen:
        wrong = [entry.label for entry in ledger if entry.label != str(entry.number)]
        yield _check(
            "numbers",
            wrong,
            "each printed number is the page's place in the bundle",
            "another place has the number",
        )
        return
    own = {page.label for page in frozen.pages if page.is_ours}
    pairs = pairwise(["0", *(entry.label for entry in ledger)])
    wrong = [
        other for one, other in pairs if not (follows(one, other) or _left_out(one, other, own))
    ]
    yield _check(
        "numbers",
        wrong,
        "each printed number is there once, in order",
        "out of order is the number",
    )
    here = {entry.label: entry for entry in ledger}
    files = manifest.digests
    handed = [page for page in frozen.pages if page.label not in own]
    gone = [page.label for page in handed if not _is(page, here.get(page.label), files)]
    yield _check(
        "frozen",
        gone,
        f"{len(handed)} filed pages are as they were filed",
        "not as it was filed is page",
    )


def _check(name: str, wrong: list[str], well: str, ill: str) -> Check:
    return Check(name=name, ok=not wrong, detail=f"{ill} {', '.join(wrong[:8])}" if wrong else well)


def _left_out(before: str, after: str, own: set[str]) -> bool:
    """Whether the numbers between are of filed pages of ours that are no longer there: a letter
    that is shorter now."""
    first, last = whole(before), whole(after)
    return last > first and all(str(number) in own for number in range(first + 1, last))


def _is(page: FrozenPage, entry: LedgerEntry | None, files: Mapping[str, str]) -> bool:
    """Whether this ledger entry is the filed page: its document, its content, and the text of
    its stamp."""
    if entry is None or (entry.kind, entry.document) != (page.kind, page.document):
        return False
    text = entry.stamp.text if entry.stamp else ""
    return bool((_content(entry, files), text) == (page.content, page.stamp))


def _content(entry: LedgerEntry, files: Mapping[str, str]) -> str:
    """Hash of a page's file, its page in it, its turn; of a form, the filled file beside the
    bundle or else the completed one."""
    if entry.kind is PartKind.EXHIBIT and entry.source is not None:
        source = entry.source
        part = f":{source.part}" if source.part > 1 else ""
        return f"{source.sha256}:{source.page}:{entry.client_transform.turned}{part}"
    sha256 = files.get(filled_form(entry.document)) or files.get(entry.document.name)
    return f"{sha256}:{entry.index + 1}:0" if sha256 else ""


def true_stamp(entry: LedgerEntry, filed: str) -> bool:
    """Whether a stamp of a frozen packet says the page's exhibit and number; totals are those of
    the day it was filed.

    `filed`: how the receiver's stamps are worded; pages that came late say it in our words, without
    totals.
    """
    place = rf"page {re.escape(entry.label)}"
    if entry.kind is PartKind.EXHIBIT:
        place = rf"Exhibit {re.escape(entry.tab)} · (?:\d+ of \d+ · )?{place}"
    elif entry.kind is PartKind.TAB:
        place = f"Exhibit {re.escape(entry.tab)} · {place}"
    stamp_text = entry.stamp.text if entry.stamp else ""
    return any(re.fullmatch(form, stamp_text) for form in (_worded(filed, entry), place))


def _worded(wording: str, entry: LedgerEntry) -> str:
    """A regular expression of a stamp's wording, with this page's exhibit and number in it."""
    known = {"tab": re.escape(entry.tab), "number": re.escape(entry.label)}
    pieces = re.split(r"\{(tab|page|pages|number|total)\}", wording)
    return "".join(
        known.get(one, r"\d+") if place % 2 else re.escape(one) for place, one in enumerate(pieces)
    )
