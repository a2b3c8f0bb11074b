"""rules: the dated facts of the filing against a case. Pure.

A `Case` and the facts of `schemas/facts/` come in; sentences for the letter and findings go out. Holds no legal fact
itself, and gives no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from assembler.cites import cited
from assembler.model import Case, Finding, Severity

STALE_DAYS = 90


def letter_facts(case: Case, facts: Mapping[str, Any], people: int = 1) -> dict[str, object]:
    """What the cover letter says from dated facts. A sentence whose fact is missing is left out, never printed with a gap."""
    address = facts["addresses"].get(case.request.filing, {})
    return {
        "address_lines": tuple(address.get("lines", ())),
        "original_submission": "Original submission." if case.kind == "parole" else "",
        "fee_sentence": _fee_sentence(case, facts, people),
        "forms": tuple(_forms(case, facts)),
    }


def findings(case: Case, facts: Mapping[str, Any], as_of: date) -> tuple[Finding, ...]:
    """What the facts say of the case on a day."""
    return (*_stale(facts, as_of), *_fee_findings(case, facts))


def uncited(case: Case) -> Iterator[Finding]:
    """Exhibits that no text of the case cites: the reader is never told to look at them."""
    used = {cite.exhibit for text in _texts(case) for cite in cited(text)}
    used |= {exhibit for point in (case.rfe.points if case.rfe else ()) for exhibit in point.exhibits}
    used |= {case.rfe.notice_exhibit} if case.rfe else set()
    for position, exhibit in enumerate(case.exhibits):
        if exhibit.id not in used:
            pointer = f"/exhibits/{position}"
            yield Finding(
                rule="CITE.UNUSED", severity=Severity.WARNING, where=f"case.json line {case.line(pointer)} ({pointer})",
                problem=f"no text cites the exhibit {exhibit.id}", remedy=f"cite it as [@{exhibit.id}], or leave it out",
                file="case.json", pointer=pointer, line=case.line(pointer), exhibit=exhibit.id,
            )


def _texts(case: Case) -> Iterator[str]:
    """Every text of the case that may cite."""
    request = case.request
    for paragraphs in (request.basis, request.length_reason, request.why_no_visa, request.departure_plan,
                       request.support_plan, request.changed_circumstances, (request.expedite_reason,)):  # fmt: skip
        yield from paragraphs
    for declaration in case.declarations:
        yield from declaration.paragraphs
    for point in case.rfe.points if case.rfe else ():
        yield from point.answer


def _fee_sentence(case: Case, facts: Mapping[str, Any], people: int) -> str:
    request, fee = case.request, facts["fees"].get("i-131-parole")
    if request.fee == "waiver":
        return "A waiver of the filing fee is requested on the enclosed Form I-912."
    if request.fee == "exempt":
        reason = facts["exemptions"].get(request.fee_exemption)
        return f"No filing fee is due: {reason}." if reason else ""
    if fee is None:
        return ""
    amount = fee["paper_usd" if request.filing == "paper" else "online_usd"]
    total = f", ${amount * people:,} in all" if people > 1 else ""
    return f"The filing fee for Form I-131 is ${amount:,} for each {fee['per']}{total}, according to {fee['schedule']}."


def _forms(case: Case, facts: Mapping[str, Any]) -> Iterator[str]:
    """The forms this filing consists of, with their editions, in the order they are enclosed."""
    wanted = {"i-912": case.request.fee == "waiver", "g-28": case.attorney is not None, "i-131": True,
              "i-134": bool(case.supporters)}  # fmt: skip
    for form, needed in wanted.items():
        if needed and form in facts["forms"]:
            fact = facts["forms"][form]
            yield f"{fact['title']}, edition {fact['edition']}"


def _stale(facts: Mapping[str, Any], as_of: date) -> Iterator[Finding]:
    for group, entries in facts.items():
        dated = [e for e in (entries, *entries.values()) if isinstance(e, Mapping) and "checked_on" in e]
        oldest = min((date.fromisoformat(one["checked_on"]) for one in dated), default=as_of)
        if (as_of - oldest).days > STALE_DAYS:
            yield Finding(
                rule="FACT.STALE", severity=Severity.WARNING, where=f"schemas/facts/filing.json, {group}",
                problem=f"checked {(as_of - oldest).days} days ago", remedy="confirm it at its source before filing",
                file="schemas/facts/filing.json", source=str(dated[0].get("source", "")),
            )


def _fee_findings(case: Case, facts: Mapping[str, Any]) -> Iterator[Finding]:
    request = case.request
    if request.fee == "waiver" and request.filing == "online":
        yield _of_case(
            case, "FEE.WAIVER_ONLINE", "/request/filing", "a request with a fee waiver cannot be filed online",
            "file it on paper", facts["fees"]["i-131-parole"]["source"],
        )
    if request.fee == "exempt" and request.fee_exemption not in facts["exemptions"]:
        yield _of_case(
            case, "FEE.EXEMPTION", "/request/fee_exemption", "the fee exemption is none that is known",
            "use an id of schemas/facts/filing.json", facts["exemptions"]["source"],
        )


def _of_case(case: Case, rule: str, pointer: str, problem: str, remedy: str, source: str) -> Finding:
    line = case.line(pointer)
    return Finding(
        rule=rule, severity=Severity.ERROR, where=f"case.json line {line} ({pointer})", problem=problem, remedy=remedy,
        file="case.json", pointer=pointer, line=line, source=source,
    )
