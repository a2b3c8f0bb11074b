"""Write index.html, the list of many cases with the outcome of each. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from assembler.report.review.html_page import page


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
    """Return the HTML of the list of cases.

    It works with thousands of cases: the browser draws the table in pieces, and sorts and filters
    it.
    """
    states = Counter(row.state for row in rows)
    values = [asdict(row) for row in rows]
    pages = sum(row.pages for row in rows)
    return page(
        "batch",
        {"rows": values, "states": sorted(states.items()), "total": len(rows), "pages": pages},
    )
