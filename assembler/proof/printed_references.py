"""What links would say, read from the text of our own pages: for a receiver that wants no links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assembler.model import Check, LedgerEntry, PartKind
from assembler.model.manifest import ManifestIndexRow
from assembler.model.page_labels import LABEL, key
from assembler.proof.page_text import fold, is_right_to_left, join_lines

# "Ex. C at 57", "Ex. C1 at 57a–57-1": a packet that was filed has such labels
_CITE = re.compile(rf"\bEx\. ([A-Za-z0-9]+) at ({LABEL})(?:–({LABEL}))?")
_BEGINS = 10  # characters of a title by which its row is found: a table's lines are read one by one
_NEAR = 300  # characters within which a row ends

Texts = Sequence[tuple[int, str]]  # page of the bundle, its text


def row_faults(row: ManifestIndexRow, texts: Texts, index: set[int], printed: str) -> list[str]:
    """What is wrong with an exhibit's row in the printed index, and with its tab sheet."""
    listed, wanted = fold("".join(text for number, text in texts if number in index)), fold(printed)
    begin = fold(row.tab + ("" if is_right_to_left(row.title) else row.title[:_BEGINS]))
    near = len(fold(row.title)) + _NEAR
    rows = (
        listed[match.end() : match.end() + near]
        for match in re.finditer(f"(?={re.escape(begin)})", listed)
    )
    there = any(wanted in rest for rest in rows)
    faults = [] if there else ["the index does not print its tab, title and pages"]
    sheet = fold("".join(text for number, text in texts if number == row.sheet))
    if row.sheet != row.first and wanted not in sheet:
        faults.append("the tab sheet does not print its pages")
    return faults


def cites(texts: Texts, ledger: Sequence[LedgerEntry], *, kept: bool) -> Check:
    """Whether each citation prints a page of the exhibit it names. Of an exhibit that is not here,
    it is not one of ours.

    `kept`: the packet keeps its drafts, whose links say which citations are ours; those are
    compared there. Any other a person typed, perhaps of another filing, and it is no fault.
    """
    tabs = {entry.tab for entry in ledger if entry.tab}
    homes = {entry.label: entry.tab for entry in ledger if entry.kind is PartKind.EXHIBIT}
    cited = [
        (page, _is_true(tab, first, last, homes))
        for page, text in texts
        for tab, first, last in _CITE.findall(join_lines(text))
        if tab in tabs
    ]
    good = sum(is_true for _, is_true in cited)
    bad = [] if kept else sorted({page for page, is_true in cited if not is_true})
    detail = (
        f"{good} citations print a page of their exhibit"
        if not bad
        else f"a citation is wrong on page {bad[0]}"
    )
    return Check(name="cites", ok=not bad, detail=detail, page=bad[0] if bad else None)


def _is_true(tab: str, first: str, last: str, homes: Mapping[str, str]) -> bool:
    """Tell whether both ends of a citation are pages of its exhibit, in order; `last` may be ""."""
    if homes.get(first) != tab or (last and homes.get(last) != tab):
        return False
    return not last or key(last) > key(first)
