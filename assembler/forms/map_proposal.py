"""A proposal of a map for a new edition, from an older edition's map: by name, then by position;
for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from assembler.forms.form_reader import FieldRow, fields, fingerprint, recognize

_NEAR = 40.0  # points
_ALIKE = 0.75  # of two names


def draft_map(old: Mapping[str, Any], new_pdf: Path) -> dict[str, Any]:
    """The old map's JSON with each field found again in the new form, and a `proposal` that says
    how sure each one is.

    "name": same name, page and place; "moved": same name, other place; "place": another name near
    the old place; "lost": not found, the old entry kept for reference under `proposal` only. Raises
    FormUnreadable.
    """
    rows = fields(new_pdf)
    known = recognize(new_pdf)
    finder = _Finder(rows)
    items = [made for one in old["items"] if (made := finder.item(one)) is not None]
    signatures = [
        made
        for one in old["signatures"]
        if (made := finder.whole(one, ("signature", "date"))) is not None
    ]
    blocks = [
        made
        for one in old.get("continuation", {}).get("blocks", ())
        if (made := finder.whole(one, ("page", "part", "number", "text"))) is not None
    ]
    draft: dict[str, Any] = {
        **old,
        "edition": known.edition or "00/00/00",
        "pages": len(known.pages),
        "checked_on": "",
        "fingerprint": {"fields": len(rows), "sha256": fingerprint(rows)},
        "items": items,
        "signatures": signatures,
        "untouched": sorted(row.short for row in rows if "BarCode" in row.short),
    }
    if blocks:
        draft["continuation"] = {"part": old["continuation"]["part"], "blocks": blocks}
    new = [row.short for row in rows if row.short not in finder.used and "BarCode" not in row.short]
    return {**draft, "proposal": {"fields": finder.notes, "not_in_old_map": new}}


class _Finder:
    """Finds old fields among new rows, each row once, and notes how."""

    def __init__(self, rows: Sequence[FieldRow]) -> None:
        self.rows = rows
        self.by_name = {row.short: row for row in rows}
        self.used: set[str] = set()
        self.notes: list[dict[str, str]] = []

    def item(self, old: Mapping[str, Any]) -> dict[str, Any] | None:
        """An item with its field or boxes found again; None if none was."""
        new = dict(old)
        if "field" in old:
            new["field"] = self.field(old["field"])
        if "boxes" in old:
            new["boxes"] = {
                key: found
                for key, one in old["boxes"].items()
                if (found := self.field(one)) is not None
            }
        if ("field" in old and new["field"] is None) or ("boxes" in old and not new["boxes"]):
            return None
        shown = new.get("field") or next(iter(new.get("boxes", {}).values()), None)
        return {**new, "page": shown["page"]} if shown else new

    def whole(self, old: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any] | None:
        """An entry all of whose fields were found again."""
        found = {key: self.field(old[key]) for key in keys if key in old}
        return None if None in found.values() else {**old, **found}

    def field(self, old: Mapping[str, Any]) -> dict[str, Any] | None:
        row, how = self._search(old)
        self.notes.append({"old": old["name"], "new": row.short if row else "", "found": how})
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
        same = self.by_name.get(old["name"])
        kind = "box" if "on" in old else ""
        if same is not None and same.short not in self.used and (not kind or same.kind == kind):
            return same, "name" if _distance(old, same) < _NEAR and same.page == old[
                "page"
            ] else "moved"
        near = [row for row in self.rows if self._may(old, row, kind)]
        best = max(near, key=lambda row: _likeness(old, row), default=None)
        if best is not None and _likeness(old, best) >= _ALIKE:
            return best, "place"
        return None, "lost"

    def _may(self, old: Mapping[str, Any], row: FieldRow, kind: str) -> bool:
        if row.short in self.used or (row.kind == "box") != (kind == "box"):
            return False
        return row.page == old["page"] and _distance(old, row) < _NEAR


def _distance(old: Mapping[str, Any], row: FieldRow) -> float:
    return float(max(abs(one - two) for one, two in zip(old["rect"], row.rect, strict=True)))


def _likeness(old: Mapping[str, Any], row: FieldRow) -> float:
    """How alike the last parts of two names are, item numbers left out, 0 to 1; the nearer, the
    more."""
    one, two = (
        re.sub(r"\[\d+\]|\d+", "", name.rpartition(".")[2])
        for name in (str(old["name"]), row.short)
    )
    return SequenceMatcher(None, one, two).ratio() + (_NEAR - _distance(old, row)) / _NEAR / 4
