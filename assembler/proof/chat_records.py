"""A message of a chat, as the readers of the proof return it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """A message as the proof reads it."""

    number: int
    day: date | None
    sender: str
    text: str
    clock: str

    @property
    def words(self) -> str:
        """Return all that a page must show of it: its day, time, sender and text."""
        return f"{self.number} {format_date(self.day)} {self.clock} {self.sender}\n{self.text}"


def format_date(day: date | None) -> str:
    """Return a day as pages have it."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}" if day else ""
