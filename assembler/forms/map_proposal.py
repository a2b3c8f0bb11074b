"""Propose a map for a new edition from an older edition's map, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from assembler.forms.form_reader import FieldRow, fingerprint_fields, read_fields, recognize_form

_NEAR = 40.0  # points
_ALIKE = 0.75  # of two names


def propose_map(old: Mapping[str, Any], new_pdf: Path) -> dict[str, Any]:
    """Return the old map's JSON with each field found again, by name, then by position, and a
    `proposal`.

    The proposal says how each field was found. "name": same name, page and place; "moved": same
    name, other place; "place": another name near the old place; "lost": not found, the old entry
    kept for reference under `proposal` only. Raises FormUnreadable.
    """
    rows = read_fields(new_pdf)
    recognized = recognize_form(new_pdf)
    finder = _Finder(rows)
    items = [
        new_entry for item in old["items"] if (new_entry := finder.match_item(item)) is not None
    ]
    signatures = [
        new_entry
        for signature in old["signatures"]
        if (new_entry := finder.match_entry(signature, ("signature", "date"))) is not None
    ]
    blocks = [
        new_entry
        for block in old.get("continuation", {}).get("blocks", ())
        if (new_entry := finder.match_entry(block, ("page", "part", "number", "text"))) is not None
    ]
    draft: dict[str, Any] = {
        **old,
        "edition": recognized.edition or "00/00/00",
        "pages": len(recognized.pages),
        "checked_on": "",
        "fingerprint": {"fields": len(rows), "sha256": fingerprint_fields(rows)},
        "items": items,
        "signatures": signatures,
        "untouched": sorted(row.short for row in rows if "BarCode" in row.short),
    }
    if blocks:
        draft["continuation"] = {"part": old["continuation"]["part"], "blocks": blocks}
    unmapped = [
        row.short for row in rows if row.short not in finder.used and "BarCode" not in row.short
    ]
    return {**draft, "proposal": {"fields": finder.notes, "not_in_old_map": unmapped}}


class _Finder:
    """Match old fields to new rows, each row once, and note how."""

    def __init__(self, rows: Sequence[FieldRow]) -> None:
        self.rows = rows
        self.by_name = {row.short: row for row in rows}
        self.used: set[str] = set()
        self.notes: list[dict[str, str]] = []

    def match_item(self, old: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return an item with its field or boxes in the new form, or None if none is there."""
        new = dict(old)
        if "field" in old:
            new["field"] = self.match_field(old["field"])
        if "boxes" in old:
            new["boxes"] = {
                key: new_box
                for key, box in old["boxes"].items()
                if (new_box := self.match_field(box)) is not None
            }
        if ("field" in old and new["field"] is None) or ("boxes" in old and not new["boxes"]):
            return None
        shown = new.get("field") or next(iter(new.get("boxes", {}).values()), None)
        return {**new, "page": shown["page"]} if shown else new

    def match_entry(self, old: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any] | None:
        """Return an entry if all its fields are in the new form."""
        new_fields = {key: self.match_field(old[key]) for key in keys if key in old}
        return None if None in new_fields.values() else {**old, **new_fields}

    def match_field(self, old: Mapping[str, Any]) -> dict[str, Any] | None:
        row, method = self._search(old)
        self.notes.append({"old": old["name"], "new": row.short if row else "", "found": method})
        if row is None:
            return None
        self.used.add(row.short)
        new = {
            **old,
            "name": row.short,
            "page": row.page,
            "rect": [round(value) for value in row.rect],
        }
        for key, value in (("max", row.max), ("comb", row.comb)):
            new.pop(key, None)
            new |= {key: value} if value else {}
        return {**new, "on": row.states[0]} if "on" in old and len(row.states) == 1 else new

    def _search(self, old: Mapping[str, Any]) -> tuple[FieldRow | None, str]:
        namesake = self.by_name.get(old["name"])
        kind = "box" if "on" in old else ""
        if (
            namesake is not None
            and namesake.short not in self.used
            and (not kind or namesake.kind == kind)
        ):
            return namesake, "name" if _measure_distance(
                old, namesake
            ) < _NEAR and namesake.page == old["page"] else "moved"
        candidates = [row for row in self.rows if self._is_candidate(old, row, kind)]
        best = max(candidates, key=lambda row: _measure_likeness(old, row), default=None)
        if best is not None and _measure_likeness(old, best) >= _ALIKE:
            return best, "place"
        return None, "lost"

    def _is_candidate(self, old: Mapping[str, Any], row: FieldRow, kind: str) -> bool:
        if row.short in self.used or (row.kind == "box") != (kind == "box"):
            return False
        return row.page == old["page"] and _measure_distance(old, row) < _NEAR


def _measure_distance(old: Mapping[str, Any], row: FieldRow) -> float:
    return float(
        max(abs(before - after) for before, after in zip(old["rect"], row.rect, strict=True))
    )


def _measure_likeness(old: Mapping[str, Any], row: FieldRow) -> float:
    """Return how alike the last parts of two names are, without item numbers, plus up to 0.25 for
    nearness."""
    before, after = (
        re.sub(r"\[\d+\]|\d+", "", name.rpartition(".")[2])
        for name in (str(old["name"]), row.short)
    )
    return (
        SequenceMatcher(None, before, after).ratio()
        + (_NEAR - _measure_distance(old, row)) / _NEAR / 4
    )
