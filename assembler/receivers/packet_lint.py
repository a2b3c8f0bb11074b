"""What can be said of a packet of ours only, from its ledger: order, divider sheets, stamps.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assembler.layout.stamp_placement import is_in_zone
from assembler.model import Finding, Marking, Profile, Severity, Stamp

Ledger = Sequence[Mapping[str, Any]]
_AGAIN = "build it with --profile "


def judge(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    """Findings about the pages of a packet; none where the ledger is not known."""
    yield from _order(ledger, profile)
    yield from _dividers(ledger, profile)
    yield from _wording(ledger, profile)
    yield from _clear(ledger, profile)


def _finding(
    rule: str, where: str, problem: str, remedy: str, source: str, page: int | None = None
) -> Finding:
    return Finding(
        rule=f"PROFILE.{rule}",
        severity=Severity.WARNING,
        where=where,
        problem=problem,
        remedy=remedy,
        page=page,
        source=source or None,
    )


def _order(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    """Parts named before "*" lie on top in that order, those after it at the end; a notice goes
    by another name here."""
    sheeted = {entry["exhibit"] for entry in ledger if entry["kind"] == "tab"}
    parts = list(
        dict.fromkeys(
            e["part"] for e in ledger if e["kind"] != "exhibit" or e["exhibit"] in sheeted
        )
    )
    order = profile.order if "*" in profile.order else (*profile.order, "*")
    top = [one for one in order[: order.index("*")] if one in parts]
    end = [one for one in order[order.index("*") + 1 :] if one in parts]
    if parts[: len(top)] != top or parts[len(parts) - len(end) :] != end:
        wanted = ", ".join(one if one != "*" else "all others" for one in order)
        yield _finding(
            "ORDER",
            "the packet",
            f"its parts are not in the order asked for: {wanted}",
            _AGAIN + profile.id,
            profile.source("order"),
        )


def _dividers(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    """A notice has no sheet: it lies on top of the packet."""
    sheets = {entry["exhibit"] for entry in ledger if entry["kind"] == "tab"}
    evidence = [entry for entry in ledger if entry["kind"] == "exhibit"]
    bare = {
        entry["exhibit"]: entry for entry in reversed(evidence) if entry["exhibit"] not in sheets
    }
    for exhibit, entry in sorted(bare.items()) if profile.dividers else ():
        if entry is not evidence[0]:
            yield _finding(
                "DIVIDER",
                f"exhibit {exhibit}",
                "no divider sheet lies in front of it",
                "add one",
                profile.source("dividers"),
                entry["number"],
            )


def _wording(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    wrong = [
        entry
        for entry in ledger
        if entry["stamp"] and entry["stamp"]["text"] != _text(entry, len(ledger), profile.marking)
    ]
    if wrong:
        yield _finding(
            "STAMP",
            f"page {wrong[0]['number']}",
            f"{len(wrong)} pages are not stamped in the receiver's words",
            _AGAIN + profile.id,
            profile.source("stamp"),
            wrong[0]["number"],
        )


def _text(entry: Mapping[str, Any], total: int, marking: Marking) -> str:
    wording = {"exhibit": marking.exhibit, "tab": marking.tab}.get(entry["kind"], marking.other)
    return wording.format(
        tab=entry["tab"],
        page=entry["exhibit_page"],
        pages=entry["exhibit_pages"],
        number=entry.get("label", entry["number"]),
        total=total,
    )


def _clear(ledger: Ledger, profile: Profile) -> Iterator[Finding]:
    zones, stamped = profile.marking.clear, [entry for entry in ledger if entry["stamp"]]
    wrong = [
        one
        for one in stamped
        if is_in_zone(Stamp(**one["stamp"]), one["size"][0], one["size"][1], zones)
    ]
    if wrong:
        problem = f"{len(wrong)} stamps stand where the receiver prints its own"
        yield _finding(
            "CLEAR",
            f"page {wrong[0]['number']}",
            problem,
            _AGAIN + profile.id,
            profile.source("clear"),
            wrong[0]["number"],
        )
