"""Write index.html, the list of many cases with the outcome of each. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assembler.model import Readiness
from assembler.report.review.html_page import page

# the order of the list: what needs work comes first
_ORDER = (Readiness.NOT_READY, Readiness.EXCEPT_SIGNATURES, Readiness.READY)
_DONE_STATES = ("built", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case of a batch."""

    case: str
    state: str  # "built", "skipped", "failed", "quarantined"
    summary: str
    verdict: str = ""  # whether it can be filed
    errors: int = 0
    warnings: int = 0
    pages: int = 0
    links: tuple[str, ...] = ()  # relative addresses of the review pages of its packets


def index(rows: Sequence[Row]) -> str:
    """Return the HTML of the list of cases, those that cannot be filed first.

    It works with thousands of cases: the browser draws the table in pieces, and sorts and filters
    it.
    """
    values = sorted(
        (_view_row(row) for row in rows), key=lambda value: (value["rank"], value["case"])
    )
    counts = Counter(value["rank"] for value in values)
    states = Counter(row.state for row in rows)
    return page(
        "batch",
        {
            "rows": values,
            "verdicts": [
                (rank, readiness.capitalize(), counts[rank])
                for rank, readiness in enumerate(_ORDER)
            ],
            "states": sorted(states.items()),
            "total": len(rows),
            "pages": sum(row.pages for row in rows),
        },
    )


def _view_row(row: Row) -> dict[str, Any]:
    """Return what the browser shows of a case; `rank` is the place of its verdict in `_ORDER`."""
    readiness = _find_readiness(row)
    is_done = row.state in _DONE_STATES
    return {
        **asdict(row),
        "rank": _ORDER.index(readiness),
        "readiness": readiness.capitalize(),
        "rest": row.verdict.removeprefix(readiness).lstrip(": ·"),
        # of a case that failed: the file, and why
        "reason": "" if is_done else row.summary,
    }


def _find_readiness(row: Row) -> Readiness:
    """Return the verdict on a case; one that could not be built is not ready."""
    stated = (readiness for readiness in _ORDER if row.verdict.startswith(readiness))
    default = (
        Readiness.EXCEPT_SIGNATURES
        if row.state in _DONE_STATES and not row.errors
        else Readiness.NOT_READY
    )
    return next(stated, default)
