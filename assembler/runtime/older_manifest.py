"""Manifests of version 0.1.0, which lacked some keys: brought to the form of format 1.

A packet that was filed with that version keeps its numbers with `--freeze`, and can be compared.
Its proof needs what is missing, so `verify` refuses it by the name of the key.
"""

from __future__ import annotations

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
    "looked": [],
    "contradictions": [],
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
        "ledger": [_entry(entry) for entry in ledger],
        "index": [_row(row) for row in index],
    }


def _entry(entry: Any) -> Any:
    """A page's printed number was its place in the bundle."""
    if not isinstance(entry, dict) or "number" not in entry:
        return entry
    return {"label": str(entry["number"]), **entry}


def _row(row: Any) -> Any:
    """Printed numbers were the places in the bundle."""
    if not isinstance(row, dict) or not {"first", "last", "parts"} <= set(row):
        return row
    parts = row["parts"]
    if isinstance(parts, list) and all(isinstance(part, list) for part in parts):
        parts = [[part[0], *map(str, part[1:])] if part else part for part in parts]
    return {"printed": [str(row["first"]), str(row["last"])], **row, "parts": parts}
