"""Check what only the ledger of our own packets shows: order, divider sheets, stamps. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assembler.layout.stamp_placement import is_in_zone
from assembler.model import (
    DECLARATION_PREFIX,
    PLACEHOLDER_SUFFIX,
    Finding,
    LedgerEntry,
    Marking,
    PartKind,
    Profile,
)
from assembler.runtime.rule_catalog import make_finding

Ledger = Sequence[LedgerEntry]
_AGAIN = "build it with --profile "


def check_ledger(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    """Yield findings about the pages of a packet; none if the ledger is unknown."""
    yield from _check_order(ledger, profile)
    yield from _check_dividers(ledger, profile)
    yield from _check_wording(ledger, profile)
    yield from _check_clear_zones(ledger, profile)


def _make_ledger_finding(
    rule: str, where: str, problem: str, remedy: str, source: str, page: int | None = None
) -> Finding:
    return make_finding(f"PROFILE.{rule}", where, problem, remedy, page=page, source=source or None)


def _check_order(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    """Check the order of parts: those before "*" come first, those after it last; a notice has no
    name of its own here."""
    sheeted = {entry.exhibit for entry in ledger if entry.kind is PartKind.TAB}
    parts = list(
        dict.fromkeys(
            _name_entry(entry)
            for entry in ledger
            if entry.kind is not PartKind.EXHIBIT or entry.exhibit in sheeted
        )
    )
    order = profile.order if "*" in profile.order else (*profile.order, "*")
    first_parts = [part for part in order[: order.index("*")] if part in parts]
    last_parts = [part for part in order[order.index("*") + 1 :] if part in parts]
    if (
        parts[: len(first_parts)] != first_parts
        or parts[len(parts) - len(last_parts) :] != last_parts
    ):
        wanted = ", ".join(name if name != "*" else "all others" for name in order)
        yield _make_ledger_finding(
            "ORDER",
            "the packet",
            f"its parts are not in the required order: {wanted}",
            _AGAIN + profile.id,
            profile.source("order"),
        )


def _name_entry(entry: LedgerEntry) -> str:
    """Return the id in the recipe of what a page belongs to: several forms, and all declarations,
    come from one entry each."""
    if entry.kind is PartKind.FORM:
        return re.sub(r"-\d+$", "", entry.part)
    if entry.kind is PartKind.DRAFT and entry.part.startswith(DECLARATION_PREFIX):
        return "declarations"
    return entry.part.removesuffix(PLACEHOLDER_SUFFIX)


def _check_dividers(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    """Check divider sheets. A notice has none: it is on top of the packet."""
    sheets = {entry.exhibit for entry in ledger if entry.kind is PartKind.TAB}
    evidence = [entry for entry in ledger if entry.kind is PartKind.EXHIBIT]
    without_sheet = {
        entry.exhibit: entry for entry in reversed(evidence) if entry.exhibit not in sheets
    }
    for exhibit, entry in sorted(without_sheet.items()) if profile.dividers else ():
        if entry is not evidence[0]:
            yield _make_ledger_finding(
                "DIVIDER",
                f"exhibit {exhibit}",
                "there is no divider sheet before it",
                "add one",
                profile.source("dividers"),
                entry.number,
            )


def _check_wording(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    wrong = [
        entry
        for entry in ledger
        if entry.stamp and entry.stamp.text != _write_stamp(entry, len(ledger), profile.marking)
    ]
    if wrong:
        yield _make_ledger_finding(
            "STAMP",
            f"page {wrong[0].number}",
            f"{len(wrong)} pages are not stamped in the receiver's wording",
            _AGAIN + profile.id,
            profile.source("stamp"),
            wrong[0].number,
        )


def _write_stamp(entry: LedgerEntry, total: int, marking: Marking) -> str:
    by_kind = {PartKind.EXHIBIT: marking.exhibit, PartKind.TAB: marking.tab}
    wording = by_kind.get(entry.kind, marking.other)
    return wording.format(
        tab=entry.tab,
        page=entry.exhibit_page,
        pages=entry.exhibit_pages,
        number=entry.label,
        total=total,
    )


def _check_clear_zones(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    zones = profile.marking.clear
    wrong = [
        entry for entry in ledger if entry.stamp and is_in_zone(entry.stamp, *entry.size, zones)
    ]
    if wrong:
        problem = f"{len(wrong)} stamps are where the receiver prints its own"
        yield _make_ledger_finding(
            "CLEAR",
            f"page {wrong[0].number}",
            problem,
            _AGAIN + profile.id,
            profile.source("clear"),
            wrong[0].number,
        )
