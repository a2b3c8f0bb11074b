"""The header of an e-mail as a reader wants it: who wrote to whom, when, about what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from email.utils import parsedate_tz

from assembler.evidence.readers.mail_text import decode_header

# field → label, in the order in which they are printed
_FIELDS = (
    ("from", "From"),
    ("sender", "Sender"),
    ("reply-to", "Reply to"),
    ("to", "To"),
    ("cc", "Cc"),
    ("bcc", "Bcc"),
    ("date", "Date"),
    ("subject", "Subject"),
    ("resent-from", "Resent from"),
    ("resent-to", "Resent to"),
    ("resent-cc", "Resent cc"),
    ("resent-date", "Resent on"),
)
_WHERE_DIFFERENT = ("sender", "reply-to")  # printed if they differ from the sender's address
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,200}@[^\s<>,;:\"()]{1,200}")


def list_headers(fields: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return label and text of the fields that are printed.

    Args:
        fields: name and raw value of all fields of the message, in order.
    """
    values: dict[str, list[str]] = {}
    for name, raw in fields:
        if text := decode_header(raw):
            values.setdefault(name.lower().strip(), []).append(text)
    return tuple(
        (label, "\n".join(values[name]))
        for name, label in _FIELDS
        if name in values and not (name in _WHERE_DIFFERENT and _is_sender(values, name))
    )


def _is_sender(values: Mapping[str, Sequence[str]], name: str) -> bool:
    """Return whether a field has no other addresses than those of the sender."""
    addresses = _list_addresses(values[name])
    return bool(addresses) and addresses <= _list_addresses(values.get("from", ()))


def _list_addresses(values: Sequence[str]) -> set[str]:
    return {match.lower() for value in values for match in _ADDRESS.findall(value)}


def read_day(fields: Sequence[tuple[str, str]]) -> date | None:
    """Return the day of the message's date in the zone that it names; None without a date."""
    raw = next((value for name, value in fields if name.lower() == "date"), "")
    try:
        parsed = parsedate_tz(decode_header(raw)[:200])
        return date(*parsed[:3]) if parsed is not None else None
    except (ValueError, IndexError, TypeError, OverflowError):
        return None  # a date that no calendar has
