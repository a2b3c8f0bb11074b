"""Dated facts that a person has confirmed, for a case or for a firm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

_TYPES = {"edition": str, "paper_usd": int, "online_usd": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedFact:
    """A dated fact that a person has compared with its source. What is left out holds as before."""

    fact: str  # "addresses/paper-courier"
    checked_on: date
    source: str  # address of the page it was read on
    lines: tuple[str, ...] = ()  # of an address
    edition: str = ""  # of a form, "01/20/25"
    paper_usd: int | None = None
    online_usd: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Return the values that it gives, by field."""
        values = {
            "lines": self.lines,
            "edition": self.edition,
            "paper_usd": self.paper_usd,
            "online_usd": self.online_usd,
        }
        return {key: value for key, value in values.items() if value not in ((), "", None)}


def read_confirmed_fact(raw: Mapping[str, Any]) -> ConfirmedFact:
    """Return the confirmed fact of a JSON object, in case.json or in a firm's shelf. Raises
    KeyError, TypeError or ValueError for one that does not follow its schema."""
    values = {key: _require(raw[key], wanted) for key, wanted in _TYPES.items() if key in raw}
    return ConfirmedFact(
        fact=_require(raw["fact"], str),
        checked_on=date.fromisoformat(raw["checked_on"]),
        source=_require(raw["source"], str),
        lines=tuple(_require(line, str) for line in _require(raw.get("lines", []), list)),
        **values,
    )


def _require(value: Any, wanted: type) -> Any:
    """Return a value of this very type: true is no number. Raises TypeError."""
    if type(value) is not wanted:
        raise TypeError(f"{wanted.__name__} is expected")
    return value
