"""What links would say, read from the text of our own pages: for a receiver that wants no links."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assembler.model import Check

_CITE = re.compile(r"\bEx\. ([A-Z]+|\d+) at (\d+\w*)")
_BEGINS = 10  # characters of a title by which its row is found: a table's lines are read one by one
_NEAR = 300  # characters within which a row ends

Texts = Sequence[tuple[int, str]]  # page of the bundle, its text


def row_faults(row: Mapping[str, Any], texts: Texts, index: set[int], printed: str) -> list[str]:
    """What is wrong with an exhibit's row in the printed index, and with its tab sheet."""
    listed = _plain("".join(text for number, text in texts if number in index))
    at = listed.find(_plain(row["tab"] + row["title"][:_BEGINS]))
    there = at >= 0 and _plain(printed) in listed[at : at + _NEAR]
    faults = [] if there else ["the index does not print its tab, title and pages"]
    sheet = _plain("".join(text for number, text in texts if number == row["sheet"]))
    if row["sheet"] != row["first"] and _plain(printed) not in sheet:
        faults.append("the tab sheet does not print its pages")
    return faults


def cites(texts: Texts, ledger: Sequence[Mapping[str, Any]]) -> Check:
    """Whether each citation prints a page of the exhibit it names. Of an exhibit that is not here, it is not one of ours."""
    tabs = {entry["tab"] for entry in ledger if entry["tab"]}
    homes = {str(entry.get("label", entry["number"])): entry["tab"] for entry in ledger if entry["kind"] == "exhibit"}
    found = [(page, tab, number) for page, text in texts for tab, number in _CITE.findall(text) if tab in tabs]
    bad = sorted({page for page, tab, number in found if homes.get(number) != tab})
    detail = f"{len(found)} citations print a page of their exhibit" if not bad else f"a citation is wrong on page {bad[0]}"
    return Check(name="cites", ok=not bad, detail=detail, page=bad[0] if bad else None)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text).replace("-", "–")
