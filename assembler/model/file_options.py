"""What a person chose about a file without pages of its own: which of it is printed, and how."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SEPARATOR = "\n"  # between a path and options, since no path has it
_DIGITS = 16  # of a sha256, enough to tell the options of one file apart


class DateOrder(StrEnum):
    """The order of day, month and year in dates that are numbers only."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """The options of a file in case.json; each applies to some kinds of files only."""

    # of a mailbox or chat: 1-based inclusive ranges, None = to the end; empty = all
    messages: tuple[tuple[int, int | None], ...] = ()
    since: date | None = None  # of a mailbox or chat: the first and the last day of the messages
    until: date | None = None
    date_order: DateOrder | None = None  # of a chat whose dates can be read in two ways
    sheets: tuple[str, ...] = ()  # of a workbook, by name; empty = all that are visible
    stills: tuple[float, ...] = ()  # of a film: seconds from its beginning
    kept_at: str = ""  # of a recording: where the recording itself can be had

    @property
    def digest(self) -> str:
        """Return a short name of these options; "" if none is set."""
        if self == NO_OPTIONS:
            return ""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:_DIGITS]


NO_OPTIONS = FileOptions()


def make_source_key(path: str, options: str) -> str:
    """Return the name of a file as printed with options, given by their digest; the path itself
    where there are none."""
    return f"{path}{SEPARATOR}{options}" if options else path


def split_source_key(key: str) -> tuple[str, str]:
    """Return the path and the digest of the options of a key."""
    path, _, options = key.partition(SEPARATOR)
    return path, options
