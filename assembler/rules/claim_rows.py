"""The claim-to-evidence matrix of one packet, with its page numbers, and the facts relied on, as
plain values. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assembler.model import IndexRow, Layout, Plan
from assembler.rules.case_check import Judgment
from assembler.rules.claim_matrix import Row

_PEOPLE = "/beneficiaries/"


def claims(
    judged: Judgment, plan: Plan, layout: Layout, beneficiaries: Iterable[str]
) -> list[dict[str, Any]]:
    """Each requirement asked of this packet: what it says, whether it is met, by which exhibits at
    which pages.

    `beneficiaries`: ids in the order of case.json. Exhibits bound into other packets only are left
    out.
    """
    own = f"{_PEOPLE}{list(beneficiaries).index(plan.beneficiary)}"
    index = {row.exhibit: row for row in layout.index}
    return [
        _claim(row, index)
        for row in judged.matrix
        if not row.pointer.startswith(_PEOPLE) or row.pointer == own
    ]


def relied(judged: Judgment) -> list[dict[str, str]]:
    """Every dated fact and checklist line the judgment stands on, with its source."""
    return [
        {
            "id": one.id,
            "file": one.provenance.file,
            "source": one.provenance.source,
            "checked_on": one.provenance.checked_on.isoformat(),
            "confidence": one.provenance.confidence,
        }
        for one in judged.facts_used
    ]


def _claim(row: Row, index: dict[str, IndexRow]) -> dict[str, Any]:
    shown = [index[exhibit] for exhibit in row.exhibits if exhibit in index]
    return {
        "checklist": row.checklist,
        "line": row.line,
        "level": row.level,
        "text": row.text,
        "pointer": row.pointer,
        "met": row.met,
        "facts": list(row.facts),
        "exhibits": [
            {
                "id": one.exhibit,
                "tab": one.tab,
                "first": one.first,
                "last": one.last,
                "pages": one.pages,
            }
            for one in shown
        ],
    }
