"""Options of a file of an exhibit, as a person types them: which of it is printed, and how. Pure.

Which options a file has depends on its kind; one that case.json gives is always shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assembler.desk.case_store import EditRefused
from assembler.desk.page_refs import PRINT_OPTIONS
from assembler.evidence.readers import picture
from assembler.evidence.readers.registry import list_options

CAPTION = "caption"
OPTIONS = (*sorted(PRINT_OPTIONS), CAPTION)
_SEPARATOR = re.compile(r"[,;\n]")
_MESSAGES = re.compile(r"[0-9]{1,6}(-[0-9]{0,6})?(,[0-9]{1,6}(-[0-9]{0,6})?)*")
_TIME = re.compile(r"([0-9]{1,2}:)?[0-9]{1,3}:[0-5][0-9]([.][0-9]{1,3})?")
_ORDERS = ("dmy", "mdy", "ymd")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOption:
    """An option of an entry. `text`: its value as a person types it, "" if it has none."""

    name: str
    label: str
    help: str
    text: str
    example: str


def list_entry_options(
    entry: Mapping[str, Any], kind: str, schema: Mapping[str, Any], *, has_layout: bool
) -> Iterator[EntryOption]:
    """Yield the options of an entry of an exhibit.

    Args:
        kind: of its file, as `file_types.sniff` names it; "" if it is not known.
        schema: of the case.
        has_layout: pictures of the exhibit share pages, and have captions.
    """
    properties = schema["$defs"]["file"]["oneOf"][1]["properties"]
    offered = list_options(kind)
    for name in OPTIONS:
        is_caption = name == CAPTION and has_layout and kind in picture.KINDS
        if name in entry or name in offered or is_caption:
            field = properties[name]
            example = (field.get("examples") or [""])[0]
            yield EntryOption(
                name=name,
                label=field.get("title", name),
                help=field.get("description", ""),
                text=format_option(entry.get(name)),
                example=format_option(example),
            )


def format_option(value: Any) -> str:
    """Return a value of case.json as a person types it; "" for none."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else ""


def parse_option(name: str, text: str) -> Any:
    """Return the value for case.json of what a person typed; None for none. Raises EditRefused."""
    text = text.strip()
    return (_PARSERS.get(name, _keep_text)(text) or None) if text else None


def _keep_text(text: str) -> str:
    return text


def _parse_messages(text: str) -> str:
    ranges = re.sub(r"\s", "", text).replace("–", "-")
    if not _MESSAGES.fullmatch(ranges):
        raise EditRefused(
            "messages are numbers and ranges, joined by commas",
            where="Messages",
            remedy="write 120-180",
        )
    return ranges


def _parse_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise EditRefused(
            "a day is year, month and day", where="Day", remedy="write 2026-01-31"
        ) from error


def _parse_order(text: str) -> str:
    order = text.lower()
    if order not in _ORDERS:
        raise EditRefused(
            "the order of dates is dmy, mdy or ymd",
            where="Date order",
            remedy="write dmy if the day comes first",
        )
    return order


def _parse_stills(text: str) -> list[str]:
    times = _split(text)
    if not all(map(_TIME.fullmatch, times)):
        raise EditRefused(
            "a time is minutes and seconds", where="Stills", remedy="write 0:12, 1:05"
        )
    return times


def _split(text: str) -> list[str]:
    parts = (part.strip() for part in _SEPARATOR.split(text))
    return list(dict.fromkeys(part for part in parts if part))


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "messages": _parse_messages,
    "since": _parse_day,
    "until": _parse_day,
    "date_order": _parse_order,
    "sheets": _split,
    "stills": _parse_stills,
}
