"""Announced changes of what a dated fact or the map of a form holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An announced change."""

    seen_on: date
    announced: str  # a clause: "the filing location changed"
    effective: date | None  # first day of the change; None: announced without a day
    source: str
    confidence: str
    accepted_until: date | None = None  # last day on which the former value is accepted


def read_notice(raw: Mapping[str, Any]) -> Notice:
    """Return the notice of a JSON object that follows its schema. Raises KeyError, TypeError or
    ValueError for another."""
    return Notice(
        seen_on=date.fromisoformat(raw["seen_on"]),
        announced=raw["announced"],
        effective=read_day(raw, "effective"),
        source=raw["source"],
        confidence=raw["confidence"],
        accepted_until=read_day(raw, "accepted_until"),
    )


def read_day(raw: Mapping[str, Any], key: str) -> date | None:
    """Return the day under a key; None if it is null or left out."""
    return date.fromisoformat(raw[key]) if raw.get(key) else None
