"""Check that pages have no paper beyond what is visible, except where their sources have."""

from __future__ import annotations

from assembler.model import Check, LedgerEntry
from assembler.proof.bound_bundle import BoundBundle, is_close, locate_in_file
from assembler.proof.link_reader import Sheet
from assembler.proof.source_links import Origin


def check_paper(bundle: BoundBundle) -> Check:
    """Check that no page has more paper than is visible, unless its source has, too."""
    wrong = []
    for file in bundle.files:
        for place, sheet in enumerate(file.sheets):
            entry = bundle.entries.get(file.volume.first + place)
            origin = bundle.source(entry) if entry else None
            if entry and origin and not is_close(_find_paper(entry, origin, sheet), sheet.paper):
                wrong.append(entry.number)
    detail = (
        f"more paper than its file has, on page {wrong[0]}"
        if wrong
        else "no page has more paper than its file"
    )
    return Check(name="paper", ok=not wrong, detail=detail, page=wrong[0] if wrong else None)


def _find_paper(entry: LedgerEntry, origin: Origin, sheet: Sheet) -> tuple[float, float]:
    """Return the paper size that a page should have."""
    place = locate_in_file(entry)
    if origin.kind in ("ours", "picture") or entry.own_size is not None:
        return sheet.size
    if origin.kind != "pdf" or place >= len(origin.sheets):
        return sheet.paper
    paper = origin.sheets[place].paper
    return paper[::-1] if entry.turned % 180 else paper
