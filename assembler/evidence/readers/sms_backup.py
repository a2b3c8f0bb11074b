"""Read a backup of text messages (SMS and MMS) by the app SMS Backup & Restore, which is XML."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from assembler.documents.paper_blocks import Run
from assembler.evidence.readers.chat_messages import Chat, ChatMedia, ChatMessage, Conversation
from assembler.evidence.refusal import Refused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # from which the times are counted
_OWNER = "(this phone)"
_NO_VALUE = ("", "null", "(Unknown)")
# the app writes symbols beyond U+FFFF as two numbers, which XML does not allow
_SURROGATES = re.compile(rb"&#(5[56]\d{3});&#(5[67]\d{3});")
_REFERENCE = re.compile(rb"&#(\d{1,7}|x[0-9a-fA-F]{1,6});")
_STATES = {"3": "A draft, not sent.", "5": "Not sent: it failed.", "6": "Waiting to be sent."}
_SENT = ("2", "3", "4", "5", "6")
_FROM, _LAYOUT = (
    "137",
    "application/smil",
)  # the sender's address of an MMS; what arranges its parts
_SAME_DIGITS = 10  # of telephone numbers that are the same, with and without a country's code
_NOTE = (
    "Times are in UTC, from the milliseconds in the file; below them is the date that the app "
    "wrote, in the time zone of the phone."
)


@dataclass(slots=True, kw_only=True)
class _Thread:
    """A conversation that is being read: the spellings of its addresses, and names."""

    addresses: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    messages: list[tuple[int, ChatMessage]] = field(default_factory=list)  # with milliseconds


class SmsFiles:
    """The files of a backup, in base64 as it has them."""

    def __init__(self) -> None:
        self._contents: dict[str, str] = {}

    def add(self, content: str) -> str:
        """Keep a file, and return its key."""
        key = str(len(self._contents) + 1)
        self._contents[key] = content
        return key

    def read(self, name: str) -> bytes:
        """Return a file; what is no base64 is left out. Raises Refused."""
        try:
            return base64.b64decode(self._contents[name])
        except (binascii.Error, ValueError) as error:
            raise _refuse_damaged() from error


def _refuse_damaged() -> Refused:
    return Refused(
        "EVID.BROKEN",
        "the backup of messages is damaged",
        "make the backup again, and copy it without opening it",
    )


def read_sms_backup(data: bytes) -> tuple[Chat, SmsFiles]:
    """Return the messages of a backup by conversation, and their files. Raises Refused."""
    files, threads = SmsFiles(), dict[str, _Thread]()
    try:
        for number, element in enumerate(_iterate_messages(data), 1):
            _add_message(threads, number, element, files)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refuse_damaged() from error
    conversations = tuple(
        Conversation(
            name=_name_thread(thread),
            messages=tuple(
                message
                for _, message in sorted(
                    thread.messages, key=lambda entry: (entry[0], entry[1].number)
                )
            ),
        )
        for thread in threads.values()
    )
    return Chat(
        title="Text messages",
        program="SMS Backup & Restore",
        conversations=conversations,
        notes=(_NOTE,),
    ), files


def _iterate_messages(data: bytes) -> Iterator[Any]:
    """Yield the elements of messages, each cleared when the next is read. Raises XMLSyntaxError,
    and ValueError if the file declares entities."""
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", data):
        raise ValueError("a document type is not allowed")
    source = io.BytesIO(_mend_references(data))
    events = etree.iterparse(
        source,
        events=("end",),
        tag=("sms", "mms"),
        resolve_entities=False,
        no_network=True,
        huge_tree=True,  # a picture is one attribute; the size of the file is limited
        load_dtd=False,
    )
    for _, element in events:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _mend_references(data: bytes) -> bytes:
    """Join the halves of symbols, and drop references to characters that XML does not have."""

    def join(match: re.Match[bytes]) -> bytes:
        high, low = int(match[1]), int(match[2])
        if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
            return match[0]
        return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))

    def drop(match: re.Match[bytes]) -> bytes:
        digits = match[1]
        code = int(digits[1:], 16) if digits[:1] == b"x" else int(digits)
        is_allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
        return match[0] if is_allowed or 0x10000 <= code < 0x110000 else b""

    return _REFERENCE.sub(drop, _SURROGATES.sub(join, data))


def _get(element: Any, name: str) -> str:
    value = str(element.get(name) or "")
    return "" if value in _NO_VALUE else value


def _add_message(threads: dict[str, _Thread], number: int, element: Any, files: SmsFiles) -> None:
    address, name = _get(element, "address"), _get(element, "contact_name")
    key = "~".join(sorted(_fold_address(piece) for piece in address.split("~")))
    thread = threads.setdefault(key, _Thread())
    thread.addresses.setdefault(address)
    if name:
        thread.names.setdefault(name)
    milliseconds = _read_milliseconds(_get(element, "date"))
    state = _get(element, "type" if element.tag == "sms" else "msg_box")
    sender = _OWNER if state in _SENT else _name_sender(element, address, name)
    runs, media = _read_content(element, files)
    moment = _make_moment(milliseconds)
    thread.messages.append(
        (
            milliseconds,
            ChatMessage(
                number=number,
                day=moment.date() if moment else None,
                time=f"{moment:%H:%M:%S} UTC" if moment else "",
                written_time=_get(element, "readable_date"),
                sender=sender,
                runs=runs,
                media=media,
                notes=(_STATES[state],) if state in _STATES else (),
            ),
        )
    )


def _fold_address(address: str) -> str:
    """Return what spellings of a telephone number have in common."""
    digits = re.sub(r"\D", "", address)
    return digits[-_SAME_DIGITS:] if len(digits) >= _SAME_DIGITS else address.strip().casefold()


def _name_sender(element: Any, address: str, name: str) -> str:
    """Return who sent a message that was received: of several people, the one whose address it
    names."""
    if "~" in address:
        for entry in element.iter("addr"):
            if _get(entry, "type") == _FROM and _get(entry, "address"):
                return _get(entry, "address")
    return name or address


def _read_milliseconds(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,16}", text) else -1


def _make_moment(milliseconds: int) -> datetime | None:
    try:  # Windows knows no year after 3000 by itself
        return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds >= 0 else None
    except OverflowError:
        return None


def _read_content(element: Any, files: SmsFiles) -> tuple[tuple[Run, ...], tuple[ChatMedia, ...]]:
    """Return the text and the files of a message."""
    subject = _get(element, "subject" if element.tag == "sms" else "sub")
    lines = [f"Subject: {subject}"] if subject else []
    media: list[ChatMedia] = []
    if element.tag == "sms":
        lines.append(str(element.get("body") or ""))
    for part in element.iter("part"):
        kind = _get(part, "ct").partition(";")[0].strip().lower()
        if kind == _LAYOUT:
            continue
        text, data = _get(part, "text"), str(part.get("data") or "")
        if text:
            lines.append(text)
        elif data and data != "null":
            name = next(
                (name for key in ("cl", "name", "fn") if (name := _get(part, key))), "a file"
            )
            lines.append(name)
            key = files.add(data)
            media.append(ChatMedia(name=name, key=key, number=int(key)))
    return (Run(text="\n".join(lines)),), tuple(media)


def _name_thread(thread: _Thread) -> str:
    names = ", ".join(thread.names) or "no name"
    addresses: Sequence[str] = [address.replace("~", ", ") for address in thread.addresses]
    return f"{names}: {' / '.join(addresses)}"
