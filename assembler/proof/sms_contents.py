"""Read the messages of a backup by SMS Backup & Restore, independently of the code that prints
them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.parsers import expat

from assembler.proof.chat_records import ReadMessage

_EMPTY = ("", "null", "(Unknown)")
_RECEIVED = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # from which the times are counted
_HALVES = re.compile(r"&#(\d{5});&#(\d{5});")
_NUMBER = re.compile(r"&#(?:(\d+)|x([0-9a-fA-F]+));")


@dataclass(slots=True, kw_only=True)
class _Record:
    """The attributes of a message, and those of its parts."""

    tag: str
    values: Mapping[str, str]
    parts: list[Mapping[str, str]] = field(default_factory=list)


def read_sms_messages(data: bytes) -> tuple[list[ReadMessage], list[tuple[int, bytes]], list[str]]:
    """Return the messages, their files with the numbers of the messages, and the telephone numbers.

    Raises ValueError if it is no such backup.
    """
    records: list[_Record] = []

    def start(tag: str, values: dict[str, str]) -> None:
        if tag in ("sms", "mms"):
            records.append(_Record(tag=tag, values=values))
        elif tag == "part" and records:
            records[-1].parts.append(values)

    def refuse(*_arguments: object) -> None:
        raise ValueError("a document type is not allowed")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    try:
        parser.Parse(_mend(data.decode("utf-8", "replace")).encode("utf-8"), True)
    except expat.ExpatError as error:
        raise ValueError("the backup is damaged") from error
    files: list[tuple[int, bytes]] = []
    messages = [_read_message(number, record, files) for number, record in enumerate(records, 1)]
    addresses = dict.fromkeys(
        address for record in records for address in _value(record.values, "address").split("~")
    )
    return messages, files, list(addresses)


def _mend(text: str) -> str:
    """Return the text without references that XML does not allow; the halves of symbols are
    joined."""
    text = re.sub(r"^\ufeff|<\?xml[^>]*\?>", "", text, count=2)

    def join(match: re.Match[str]) -> str:
        try:
            halves = bytes.fromhex(f"{int(match[1]):04x}{int(match[2]):04x}")
            joined = halves.decode("utf-16-be")
        except ValueError:
            return match[0]
        return f"&#{ord(joined)};" if len(joined) == 1 else match[0]

    def keep(match: re.Match[str]) -> str:
        code = int(match[1]) if match[1] else int(match[2], 16)
        is_legal = code in (9, 10, 13) or (code >= 32 and not 0xD800 <= code < 0xE000)
        return match[0] if is_legal and code < 0x110000 and code not in (0xFFFE, 0xFFFF) else ""

    return _NUMBER.sub(keep, _HALVES.sub(join, text))


def _value(values: Mapping[str, str], name: str) -> str:
    value = values.get(name) or ""
    return "" if value in _EMPTY else value


def _read_message(number: int, record: _Record, files: list[tuple[int, bytes]]) -> ReadMessage:
    values, is_sms = record.values, record.tag == "sms"
    received = _value(values, "type" if is_sms else "msg_box") == _RECEIVED
    moment = _read_moment(_value(values, "date"))
    lines = [_value(values, "subject" if is_sms else "sub"), _value(values, "readable_date")]
    lines += [values.get("body") or ""] if is_sms else []
    lines += _read_parts(number, record, files)
    is_group = "~" in _value(values, "address")
    sender = _value(values, "contact_name") or _value(values, "address")
    return ReadMessage(
        number=number,
        day=moment.date() if moment else None,
        sender=sender if received and not is_group else "",
        text="\n".join(lines),
        clock=moment.strftime("%H:%M:%S") if moment else "",
    )


def _read_moment(milliseconds: str) -> datetime | None:
    """Return a time; None if it has none, or one that no calendar has."""
    if not milliseconds.isdecimal():
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    except (ValueError, OverflowError):
        return None


def _read_parts(number: int, record: _Record, files: list[tuple[int, bytes]]) -> Iterator[str]:
    for part in record.parts:
        if _value(part, "ct").lower().startswith("application/smil"):
            continue
        if text := _value(part, "text"):
            yield text
        elif data := _value(part, "data"):
            files.append((number, base64.b64decode(data)))
            yield next((_value(part, key) for key in ("cl", "name", "fn") if _value(part, key)), "")
