"""Find what the cover letter says from dated facts: fee, address, forms, marks, legal basis. Pure.

A sentence whose fact the library lacks is None, such a list is empty. A fact that was superseded
since it was checked, or that nobody has read, is never printed: a marked blank is in its place, in
brackets and capitals.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assembler.model import Case
from assembler.rules.fact_state import judge_fact
from assembler.rules.fee_rules import list_required_forms
from assembler.rules.library import Fact, Library
from assembler.rules.rule_context import RuleContext

_PAPER = "addresses/paper"  # how the ids of paper addresses begin
_BLANK_ADDRESS = (
    "U.S. Citizenship and Immigration Services",
    "[FILING ADDRESS TO BE CONFIRMED]",
    "______________________________",
    "______________________________",
)
# kind of fact → the marked blank in its place
_BLANKS = {
    "fees": "[FILING FEE TO BE CONFIRMED: ____________]",
    "forms": "edition [TO BE CONFIRMED: ________]",
    "law": "[LEGAL BASIS TO BE CONFIRMED: ____________]",
    "parole-fee": "[PAROLE FEE EXCEPTION TO BE CONFIRMED: ____________]",
}


def find_letter_facts(case: Case, library: Library, as_of: date) -> dict[str, object]:
    """Return the values that a letter template finds under `facts`.

    fee_sentence, parole_fee_sentence, original_submission, expedite_mark, legal_basis,
    request_line, via: str or None; address_lines, forms: tuples of str.
    """
    return read_letter_facts(RuleContext(case, library, as_of))


def read_letter_facts(context: RuleContext) -> dict[str, object]:
    """Return the letter's values, with the facts used noted in the context."""
    case = context.case
    law = context.use_printed_fact(f"law/{case.kind}")
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
        "parole_fee_sentence": _describe_parole_fee(context),
        "forms": tuple(_list_forms(context)) if case.kind != "rfe-response" else (),
        "legal_basis": str(law["cite"]) if law else _find_blank(context, f"law/{case.kind}"),
        "request_line": str(law["line"]) if law else None,
    }


def _find_address(context: RuleContext) -> tuple[tuple[str, ...], str | None]:
    """Return the lines of the envelope, and how it travels. A response goes only to the address in
    the notice."""
    case = context.case
    if case.rfe:
        return (case.rfe.address.lines if case.rfe.address else ()), None
    if case.request.filing == "online":
        fact = context.use_printed_fact("addresses/online")
    else:
        fact = _choose_paper_address(context)
        if fact is None and any(name.startswith(_PAPER) for name in context.blanks):
            return _BLANK_ADDRESS, None
    if fact is None or case.kind not in fact["kinds"]:
        return (), None
    return tuple(fact["lines"]), f"By {fact['via']}" if fact["via"] else None


def _choose_paper_address(context: RuleContext) -> Fact | None:
    """Return the first paper address of this kind of request that may be printed; None, with the
    first of them noted as a blank, if none may be."""
    facts = [
        fact
        for name, fact in sorted(context.library.facts.items())
        if name.startswith(_PAPER) and context.case.kind in fact["kinds"]
    ]
    if not facts:
        context.note_unchecked("where to send the request: no address is in schemas/facts")
        return None
    usable = (
        fact
        for fact in facts
        if judge_fact(fact, context.library, context.as_of).is_usable and fact["lines"]
    )
    return context.use_printed_fact(next(usable, facts[0]).id)


def _find_blank(context: RuleContext, name: str) -> str | None:
    """Return the marked blank for a fact that may not be printed; None if the library lacks it."""
    return _BLANKS[name.partition("/")[0]] if name in context.blanks else None


def _describe_fee(context: RuleContext) -> str | None:
    request, people = context.case.request, len(context.case.beneficiaries)
    if request.fee == "waiver":
        waiver = context.use_printed_fact("fees/waiver")
        return str(waiver["sentence"]) if waiver else _find_blank(context, "fees/waiver")
    if request.fee == "exempt":
        exemptions = context.use_printed_fact("fees/exemptions")
        reason = exemptions["exemptions"].get(request.fee_exemption) if exemptions else None
        if reason:
            return f"No filing fee is due: {reason}."
        return _find_blank(context, "fees/exemptions")
    name = f"fees/i-131-{context.case.kind}"
    known = context.library.facts.get(name)
    if known is None or known.data.get("unknown"):
        return None  # without a sentence, the letter has no gap
    fee = context.use_printed_fact(name)
    amount = fee.data.get(f"{request.filing}_usd") if fee else None
    if fee is None or amount is None:
        return _find_blank(context, name)
    total = f", ${amount * people:,} in all" if people > 1 else ""
    return (
        f"The filing fee for Form I-131 is ${amount:,} for each {fee['per']}{total}, according "
        f"to {fee['schedule']}."
    )


def _describe_parole_fee(context: RuleContext) -> str | None:
    """Return the exception to the parole fee that the case names, or that its collection is paused
    for the person."""
    if not context.case.request.parole_fee_exception:
        return _describe_paused_fee(context)
    name = f"parole-fee/{context.case.request.parole_fee_exception}"
    if name not in context.library.facts or "text" not in context.library.facts[name].data:
        return None
    exception = context.use_printed_fact(name)
    if exception is None:
        return _find_blank(context, name)
    return (
        f"The exception of 8 U.S.C. § 1804 to the immigration parole fee applies: "
        f"{exception['text']}."
    )


def _describe_paused_fee(context: RuleContext) -> str | None:
    case = context.case
    is_asking = case.request.ms_l_class and case.kind != "rfe-response"
    paused = context.use_printed_fact("litigation/ms-l") if is_asking else None
    if paused is None or context.as_of < date.fromisoformat(paused["from"]):
        return None
    return str(paused["sentence"])


def _list_forms(context: RuleContext) -> Iterator[str]:
    """Yield the forms of this filing with their editions, in the order they are enclosed."""
    for form in list_required_forms(context):
        name = f"forms/{form}"
        fact = context.use_printed_fact(name)
        if fact:
            yield (
                f"{fact['title']}, edition {fact['edition']}"
                if fact["edition"]
                else str(fact["title"])
            )
        elif name in context.blanks:
            yield f"{context.library.facts[name]['title']}, {_BLANKS['forms']}"
