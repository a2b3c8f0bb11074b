"""Find what the cover letter says from dated facts: fee, address, forms, marks, legal basis. Pure.

A sentence whose fact is unknown is None, an unknown list is empty: nothing is printed with a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assembler.model import Case
from assembler.rules.fee_rules import list_required_forms
from assembler.rules.library import Library
from assembler.rules.rule_context import RuleContext


def find_letter_facts(case: Case, library: Library, as_of: date) -> dict[str, object]:
    """Return the values that a letter template finds under `facts`.

    fee_sentence, parole_fee_sentence, original_submission, expedite_mark, legal_basis,
    request_line, via: str or None; address_lines, forms: tuples of str.
    """
    return read_letter_facts(RuleContext(case, library, as_of))


def read_letter_facts(context: RuleContext) -> dict[str, object]:
    """Return the letter's values, with the facts used noted in the context."""
    case = context.case
    law = context.use_fact(f"law/{case.kind}")
    mark = (
        context.use_fact("expedite/mark")
        if case.request.expedite_reason and case.kind != "rfe-response"
        else None
    )
    lines, via = _find_address(context)
    return {
        "address_lines": lines,
        "via": via,
        "original_submission": "Original submission." if case.kind == "parole" else None,
        "expedite_mark": str(mark["text"]) if mark else None,
        "fee_sentence": _describe_fee(context) if case.kind != "rfe-response" else None,
        "parole_fee_sentence": _describe_parole_fee(context)
        if case.request.parole_fee_exception
        else None,
        "forms": tuple(_list_forms(context)) if case.kind != "rfe-response" else (),
        "legal_basis": str(law["cite"]) if law else None,
        "request_line": str(law["line"]) if law else None,
    }


def _find_address(context: RuleContext) -> tuple[tuple[str, ...], str | None]:
    """Return the lines of the envelope, and how it travels. A response goes only to the address in
    the notice."""
    case = context.case
    if case.rfe:
        return (case.rfe.address.lines if case.rfe.address else ()), None
    fact = context.use_fact(
        "addresses/online" if case.request.filing == "online" else "addresses/paper-courier"
    )
    if fact is None or case.kind not in fact["kinds"]:
        return (), None
    return tuple(fact["lines"]), f"By {fact['via']}" if fact["via"] else None


def _describe_fee(context: RuleContext) -> str | None:
    request, people = context.case.request, len(context.case.beneficiaries)
    if request.fee == "waiver":
        waiver = context.use_fact("fees/waiver")
        return str(waiver["sentence"]) if waiver else None
    if request.fee == "exempt":
        exemptions = context.use_fact("fees/exemptions")
        reason = exemptions["exemptions"].get(request.fee_exemption) if exemptions else None
        return f"No filing fee is due: {reason}." if reason else None
    fee = context.use_fact("fees/i-131-parole") if context.case.kind == "parole" else None
    if fee is None:
        return None
    amount = fee[f"{request.filing}_usd"]
    total = f", ${amount * people:,} in all" if people > 1 else ""
    return (
        f"The filing fee for Form I-131 is ${amount:,} for each {fee['per']}{total}, according "
        f"to {fee['schedule']}."
    )


def _describe_parole_fee(context: RuleContext) -> str | None:
    name = f"parole-fee/{context.case.request.parole_fee_exception}"
    if name not in context.library.facts or "text" not in context.library.facts[name].data:
        return None
    return (
        f"The exception of 8 U.S.C. § 1804 to the immigration parole fee applies: "
        f"{context.library.facts[name]['text']}."
    )


def _list_forms(context: RuleContext) -> Iterator[str]:
    """Yield the forms of this filing with their editions, in the order they are enclosed."""
    for form in list_required_forms(context):
        fact = context.use_fact(f"forms/{form}")
        if fact:
            yield (
                f"{fact['title']}, edition {fact['edition']}"
                if fact["edition"]
                else str(fact["title"])
            )
