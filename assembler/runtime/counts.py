"""Write counts in words."""

from __future__ import annotations


def format_count(count: int, singular: str, plural: str = "") -> str:
    """Return "1 chart" or "2 charts"."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"
