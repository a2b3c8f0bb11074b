"""What links would say, read from the text of our own pages: for a receiver that wants no links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assembler.model import Check
from assembler.model.page_labels import LABEL
from assembler.proof.page_text import fold, is_right_to_left

_CITE = re.compile(rf"\bEx\. ([A-Za-z0-9]+) at ({LABEL})")  # "Ex. C1 at 57-1", of a frozen packet too
_BEGINS = 10  # characters of a title by which its row is found: a table's lines are read one by one
_NEAR = 300  # characters within which a row ends

Texts = Sequence[tuple[int, str]]  # page of the bundle, its text


def row_faults(row: Mapping[str, Any], texts: Texts, index: set[int], printed: str) -> list[str]:
    """What is wrong with an exhibit's row in the printed index, and with its tab sheet."""
    listed, wanted = fold("".join(text for number, text in texts if number in index)), fold(printed)
    begin = fold(row["tab"] + ("" if is_right_to_left(row["title"]) else row["title"][:_BEGINS]))
    near = len(fold(row["title"])) + _NEAR
    rows = (listed[match.end() : match.end() + near] for match in re.finditer(f"(?={re.escape(begin)})", listed))
    there = any(wanted in rest for rest in rows)
    faults = [] if there else ["the index does not print its tab, title and pages"]
    sheet = fold("".join(text for number, text in texts if number == row["sheet"]))
    if row["sheet"] != row["first"] and wanted not in sheet:
        faults.append("the tab sheet does not print its pages")
    return faults


def cites(texts: Texts, ledger: Sequence[Mapping[str, Any]], *, kept: bool) -> Check:
    """Whether each citation prints a page of the exhibit it names. Of an exhibit that is not here, it is not one of ours.

    `kept`: the packet keeps its drafts, whose links say which citations are ours; those are compared there. Any other a
    person typed, perhaps of another filing, and it is no fault.
    """
    tabs = {entry["tab"] for entry in ledger if entry["tab"]}
    homes = {str(entry.get("label", entry["number"])): entry["tab"] for entry in ledger if entry["kind"] == "exhibit"}
    found = [(page, tab, number) for page, text in texts for tab, number in _CITE.findall(_plain(text)) if tab in tabs]
    good = [page for page, tab, number in found if homes.get(number) == tab]
    bad = [] if kept else sorted({page for page, tab, number in found if homes.get(number) != tab})
    detail = f"{len(good)} citations print a page of their exhibit" if not bad else f"a citation is wrong on page {bad[0]}"
    return Check(name="cites", ok=not bad, detail=detail, page=bad[0] if bad else None)


def _plain(text: str) -> str:
    """Return a text with the hyphens that the reader gives another sign for at the end of a line."""
    return re.sub("[\x02\ufffe]\\s*", "-", text)
