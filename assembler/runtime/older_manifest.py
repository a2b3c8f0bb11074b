"""Convert manifests of earlier formats: keys that were renamed, and keys that were added.

Formats 1 and 2 had other names for some keys; both are read as if written today. Version 0.1.0
lacked some keys. A packet that was filed with that version keeps its numbers with `--freeze`, and
can be compared. Its proof needs what is missing, so `verify` refuses it by the name of the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assembler.model.manifest import BUNDLE_FILE

_ADDED: dict[str, Any] = {
    "max_bytes": None,
    "linked": True,
    "marking": {
        "exhibit": "Exhibit {tab} · {page} of {pages} · page {number} of {total}",
        "tab": "Exhibit {tab} · page {number} of {total}",
        "other": "page {number} of {total}",
    },
    "seal": "",
    "frozen": None,
    "opened": [],
    "matrix": [],
    "facts_used": [],
    "searches": [],
    "contradictions": [],
}


_RENAMED = {"looked": "searches"}  # by format 3
_RENAMED_IN_OPENED = {"mended": "repairs"}
_RENAMED_IN_CONTRADICTIONS = {
    "here": "case_place",
    "says": "case_value",
    "there": "other_place",
    "but": "other_value",
}


def rename_keys(value: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest of format 1 or 2 with the key names of format 3. What is not of the
    expected type stays as it is: the schema reports it."""
    renamed = _rename_keys(value, _RENAMED)
    for key, names in (
        ("opened", _RENAMED_IN_OPENED),
        ("contradictions", _RENAMED_IN_CONTRADICTIONS),
    ):
        rows = renamed.get(key)
        if isinstance(rows, list):
            renamed[key] = [
                _rename_keys(row, names) if isinstance(row, dict) else row for row in rows
            ]
    return renamed


def _rename_keys(value: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the object with new names for old keys; a key whose new name exists, too, is kept."""
    return {
        names[key] if key in names and names[key] not in value else key: entry
        for key, entry in value.items()
    }


def complete_manifest(value: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest with the keys that came later. What is not of the expected type stays as
    it is: the schema says so."""
    ledger, index = value.get("ledger"), value.get("index")
    if not isinstance(ledger, list) or not isinstance(index, list):
        return value
    return {
        **_ADDED,
        "volumes": [{"path": BUNDLE_FILE, "first": 1, "last": len(ledger)}],
        **value,
        "ledger": [_convert_entry(entry) for entry in ledger],
        "index": [_convert_row(row) for row in index],
    }


def _convert_entry(entry: Any) -> Any:
    """A page's printed number was its place in the bundle."""
    if not isinstance(entry, dict) or "number" not in entry:
        return entry
    return {"label": str(entry["number"]), **entry}


def _convert_row(row: Any) -> Any:
    """Printed numbers were the places in the bundle."""
    if not isinstance(row, dict) or not {"first", "last", "parts"} <= set(row):
        return row
    parts = row["parts"]
    if isinstance(parts, list) and all(isinstance(part, list) for part in parts):
        parts = [[part[0], *map(str, part[1:])] if part else part for part in parts]
    return {"printed": [str(row["first"]), str(row["last"])], **row, "parts": parts}
