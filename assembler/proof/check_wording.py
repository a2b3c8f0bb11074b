"""Word the details of checks."""

from __future__ import annotations

from collections.abc import Sequence


def list_values(values: Sequence[object], limit: int = 8) -> str:
    """Return the first `limit` values as text, and how many more there are."""
    shown = ", ".join(str(value) for value in values[:limit])
    return shown if len(values) <= limit else f"{shown} and {len(values) - limit} more"
