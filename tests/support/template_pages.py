"""Templates filled and drawn."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from assembler import rules
from assembler.model import Case, Rfe, RfePoint
from tests import letters
from tests.letters import case, exhibit

ROOT = Path(__file__).parents[2]
POINTS = (
    RfePoint(
        id="one",
        asked="Evidence of means.",
        answer=("It is enclosed [@scan, p. 2].", "It suffices."),
        exhibits=("scan",),
    ),
    RfePoint(
        id="two",
        asked="Evidence of relationship.",
        answer=("There is no record, as the aunt declares.",),
    ),
)
RFE = Rfe(
    receipt_number="IOE0912345678",
    notice_date=date(2026, 11, 2),
    due_date=date(2027, 1, 25),
    notice_exhibit="notice",
    points=POINTS,
    address=letters.ADDRESS,
)
UNTIL = date(2027, 4, 1)
KNOWN = rules.parse_library(letters.SHELF.read, rules.list_library_files(letters.SHELF.names))


def of_kind(kind: str, request: Any = None, **more: Any) -> Case:
    """A case of the kind, with what its letter must have."""
    asked = {"i94_admit_until": UNTIL} if kind == "re-parole" else {}
    notice = (exhibit("notice", "Request for Evidence"),) if kind == "rfe-response" else ()
    given = {"kind": kind, "rfe": RFE if notice else None} | more
    return case(
        exhibit("letter"), exhibit("scan"), *notice, request=asked | dict(request or {}), **given
    )
