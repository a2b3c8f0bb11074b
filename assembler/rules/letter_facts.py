"""What the cover letter says from dated facts: fee, address, forms, marks, legal basis. Pure.

A sentence whose fact is not known is None, an unknown list is empty: never printed with a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assembler.model import Case
from assembler.rules.fee_rules import wanted
from assembler.rules.library import Library
from assembler.rules.rule_context import Scene


def letter_facts(case: Case, library: Library, as_of: date) -> dict[str, object]:
    """The values a letter template finds under `facts`.

    fee_sentence, parole_fee_sentence, original_submission, expedite_mark, legal_basis,
    request_line, via: str or None; address_lines, forms: tuples of str.
    """
    return said(Scene(case, library, as_of))


def said(scene: Scene) -> dict[str, object]:
    """The same, of a scene, which remembers the facts that were used."""
    case = scene.case
    law = scene.fact(f"law/{case.kind}")
    mark = (
        scene.fact("expedite/mark")
        if case.request.expedite_reason and case.kind != "rfe-response"
        else None
    )
    lines, via = _address(scene)
    return {
        "address_lines": lines,
        "via": via,
        "original_submission": "Original submission." if case.kind == "parole" else None,
        "expedite_mark": str(mark["text"]) if mark else None,
        "fee_sentence": _fee(scene) if case.kind != "rfe-response" else None,
        "parole_fee_sentence": _parole_fee(scene) if case.request.parole_fee_exception else None,
        "forms": tuple(_forms(scene)) if case.kind != "rfe-response" else (),
        "legal_basis": str(law["cite"]) if law else None,
        "request_line": str(law["line"]) if law else None,
    }


def _address(scene: Scene) -> tuple[tuple[str, ...], str | None]:
    """Lines of the envelope, and how it travels. A response goes to the address in the notice,
    and nowhere else."""
    case = scene.case
    if case.rfe:
        return (case.rfe.address.lines if case.rfe.address else ()), None
    fact = scene.fact(
        "addresses/online" if case.request.filing == "online" else "addresses/paper-courier"
    )
    if fact is None or case.kind not in fact["kinds"]:
        return (), None
    return tuple(fact["lines"]), f"By {fact['via']}" if fact["via"] else None


def _fee(scene: Scene) -> str | None:
    request, people = scene.case.request, len(scene.case.beneficiaries)
    if request.fee == "waiver":
        waiver = scene.fact("fees/waiver")
        return str(waiver["sentence"]) if waiver else None
    if request.fee == "exempt":
        known = scene.fact("fees/exemptions")
        reason = known["exemptions"].get(request.fee_exemption) if known else None
        return f"No filing fee is due: {reason}." if reason else None
    fee = scene.fact("fees/i-131-parole") if scene.case.kind == "parole" else None
    if fee is None:
        return None
    amount = fee[f"{request.filing}_usd"]
    total = f", ${amount * people:,} in all" if people > 1 else ""
    return (
        f"The filing fee for Form I-131 is ${amount:,} for each {fee['per']}{total}, according "
        f"to {fee['schedule']}."
    )


def _parole_fee(scene: Scene) -> str | None:
    name = f"parole-fee/{scene.case.request.parole_fee_exception}"
    if name not in scene.library.facts or "text" not in scene.library.facts[name].data:
        return None
    return (
        f"The exception of 8 U.S.C. § 1804 to the immigration parole fee applies: "
        f"{scene.library.facts[name]['text']}."
    )


def _forms(scene: Scene) -> Iterator[str]:
    """The forms this filing consists of, with their editions, in the order they are enclosed."""
    for form in wanted(scene):
        fact = scene.fact(f"forms/{form}")
        if fact:
            yield (
                f"{fact['title']}, edition {fact['edition']}"
                if fact["edition"]
                else str(fact["title"])
            )
