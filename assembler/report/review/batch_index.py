"""index.html over many cases: what became of each. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from assembler.report.review.html_page import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case of a batch. `links`: relative addresses of the review pages of its packets."""

    case: str
    state: str  # "built", "skipped", "failed", "quarantined"
    summary: str
    errors: int = 0
    warnings: int = 0
    pages: int = 0
    links: tuple[str, ...] = ()


def index(rows: Sequence[Row]) -> str:
    """The page over these cases; usable with thousands: the table is drawn in pieces, sorted and
    filtered in the browser."""
    states = Counter(row.state for row in rows)
    values = [asdict(row) for row in rows]
    pages = sum(row.pages for row in rows)
    return page(
        "batch",
        {"rows": values, "states": sorted(states.items()), "total": len(rows), "pages": pages},
    )
