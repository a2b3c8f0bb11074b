"""Return the claim-to-evidence matrix of one packet, with its page numbers, and the facts relied
on. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from assembler.model import IndexRow, Layout, Plan
from assembler.model.manifest import Claim, ClaimExhibit, FactUsed
from assembler.rules.case_check import FactUsed as JudgedFact
from assembler.rules.case_check import Judgment
from assembler.rules.claim_matrix import ClaimRow
from assembler.rules.library import Fact

_PEOPLE = "/beneficiaries/"


def list_claims(
    judged: Judgment, plan: Plan, layout: Layout, beneficiaries: Iterable[str]
) -> tuple[Claim, ...]:
    """Return each requirement of this packet: its text, whether it is met, by which exhibits on
    which pages.

    Exhibits that are in other packets only are omitted.

    Args:
        beneficiaries: ids in the order of case.json.
    """
    own = f"{_PEOPLE}{list(beneficiaries).index(plan.beneficiary)}"
    index = {row.exhibit: row for row in layout.index}
    return tuple(
        _make_claim(row, index)
        for row in judged.matrix
        if not row.pointer.startswith(_PEOPLE) or row.pointer == own
    )


def list_relied_facts(judged: Judgment) -> tuple[FactUsed, ...]:
    """Return every dated fact and checklist line that the judgment relies on, with its source."""
    return list_facts_used(judged.facts_used)


def list_facts_used(facts: Iterable[Fact | JudgedFact]) -> tuple[FactUsed, ...]:
    """Return dated facts with their sources."""
    return tuple(
        FactUsed(
            id=fact.id,
            file=fact.provenance.file,
            source=fact.provenance.source,
            checked_on=fact.provenance.checked_on.isoformat(),
            confidence=fact.provenance.confidence,
        )
        for fact in facts
    )


def _make_claim(row: ClaimRow, index: dict[str, IndexRow]) -> Claim:
    exhibits = [index[exhibit] for exhibit in row.exhibits if exhibit in index]
    return Claim(
        checklist=row.checklist,
        line=row.line,
        level=row.level,
        text=row.text,
        pointer=row.pointer,
        met=row.is_met,
        facts=row.facts,
        exhibits=tuple(
            ClaimExhibit(
                id=exhibit.exhibit,
                tab=exhibit.tab,
                first=exhibit.first,
                last=exhibit.last,
                pages=exhibit.pages,
            )
            for exhibit in exhibits
        ),
    )
