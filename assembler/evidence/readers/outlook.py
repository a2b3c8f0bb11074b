"""Read Outlook messages (.msg)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import format_datetime
from typing import Any

import olefile

from assembler.evidence.readers.mail import lay_out_single, refuse_encrypted
from assembler.evidence.readers.mail_headers import list_headers, read_day
from assembler.evidence.readers.mail_message import MailMessage, MailPart, MailText
from assembler.evidence.readers.mail_parts import MAX_PARTS, read_message
from assembler.evidence.readers.mail_text import decode_body
from assembler.evidence.readers.outlook_rtf import decompress_rtf, read_rtf
from assembler.evidence.readers.reading import MAX_DEPTH, FileReading, ReadRequest
from assembler.evidence.readers.signed_content import read_signed_content
from assembler.evidence.refusal import Refused

_STEP = "olefile"
_AGAIN = "open it in Outlook, and save or print it again"
# identifiers of properties ([MS-OXPROPS]), as streams name them
_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_HEADERS, _CLASS, _CODEPAGE, _BODY_CODEPAGE = 0x007D, 0x001A, 0x3FFD, 0x3FDE
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_AUTHOR_NAME, _AUTHOR_ADDRESS, _AUTHOR_SMTP = 0x0042, 0x0065, 0x5D02
_SENT, _RECEIVED = 0x0039, 0x0E06
_DISPLAY_TO, _DISPLAY_CC, _DISPLAY_BCC = 0x0E04, 0x0E03, 0x0E02
_NAME, _ADDRESS, _SMTP, _RECIPIENT_KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
_DATA, _LONG_NAME, _SHORT_NAME, _METHOD = 0x3701, 0x3707, 0x3704, 0x3705
_CONTENT_ID, _LOCATION = 0x3712, 0x3713
_RECIPIENT_LABELS = {1: "To", 2: "Cc", 3: "Bcc"}
_FIXED_START = {"root": 32, "message": 24, "other": 8}  # of the values in the property stream
_BY_REFERENCE = (2, 3, 4, 7)  # methods of attaching a file that is elsewhere
_MAIL_CLASSES = ("ipm.note", "ipm.post", "report.")
_ENVELOPE = b"\x30"  # the first byte of an S/MIME envelope; else it is a MIME message
_PGP_MESSAGE = b"-----BEGIN PGP MESSAGE-----"
_UTF8, _WIDE = 65001, 1200
_OLE_ERRORS = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    struct.error,
    RecursionError,
    OverflowError,
)


def read_outlook(request: ReadRequest) -> FileReading:
    """Return the pages of a message. Raises Refused if it is damaged, encrypted or too large."""
    try:
        with olefile.OleFileIO(request.data) as archive:
            _require_within(archive, archive.root.size)  # it holds all short streams
            message = _Archive(archive).read_message("", "root", 0)
    except _OLE_ERRORS as error:
        raise Refused("EVID.BROKEN", "the message is damaged", _AGAIN) from error
    refuse_encrypted(message)
    return lay_out_single(message, request, _STEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Storage:
    """The properties of a message, recipient or attachment."""

    archive: Any
    path: str  # "" or "name/"
    fixed: dict[int, bytes]  # values that need no stream
    charset: str = ""

    def read_bytes(self, number: int) -> bytes:
        """Return a property that is a stream; b"" if there is none."""
        return self._read_stream(f"{number:04X}0102")

    def read_text(self, number: int) -> str:
        """Return a property that is a text; "" if there is none."""
        wide = self._read_stream(f"{number:04X}001F")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._read_stream(f"{number:04X}001E").rstrip(b"\0")
        return decode_body(narrow, self.charset or "cp1252")[0] if narrow else ""

    def read_number(self, number: int) -> int:
        """Return a property that is a number; 0 if there is none."""
        return int.from_bytes(self.fixed.get(number, b"")[:4], "little")

    def read_time(self, number: int) -> datetime | None:
        """Return a property that is a time; None if there is none."""
        ticks = int.from_bytes(self.fixed.get(number, b"")[:8], "little")
        try:
            start = datetime(1601, 1, 1, tzinfo=UTC)
            return start + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def _read_stream(self, name: str) -> bytes:
        path = f"{self.path}__substg1.0_{name}"
        if not self.archive.exists(path) or self.archive.get_type(path) != olefile.STGTY_STREAM:
            return b""
        return _read_stream(self.archive, path)


def _read_stream(archive: Any, path: str) -> bytes:
    """Return a stream. Raises OSError if it says that it is longer than its file."""
    _require_within(archive, archive.get_size(path))
    with archive.openstream(path) as stream:
        data: bytes = stream.read()
    return data


def _require_within(archive: Any, size: int) -> None:
    """Raise OSError if a stream says that it is longer than its file: a chain that leads back to
    itself would fill memory."""
    if size > archive.fp.seek(0, io.SEEK_END):
        raise OSError("a stream longer than its file")


class _Archive:
    """Reads the messages of a file; counts what is attached to all of them."""

    def __init__(self, archive: Any) -> None:
        self._archive = archive
        self._entries = [tuple(entry) for entry in archive.listdir(streams=True, storages=True)]
        self._parts = 0

    def read_message(self, path: str, kind: str, depth: int) -> MailMessage:
        """Return the message at a path. Raises Refused."""
        if depth > MAX_DEPTH:
            problem = "it holds messages within messages, too many deep"
            raise Refused("EVID.LIMIT", problem, "save the inner messages from Outlook")
        storage = self._open(path, kind)
        message_class = storage.read_text(_CLASS).lower() or _MAIL_CLASSES[0]
        if not message_class.startswith(_MAIL_CLASSES):
            raise Refused(
                "EVID.FORMAT",
                "it is an appointment, a contact or another item of Outlook that is no e-mail",
                "print it to PDF from Outlook",
            )
        headers, day = self._read_headers(storage, path)
        parts = tuple(self._list_parts(path, depth))
        if "smime" in message_class:
            return _read_sealed(headers, day, parts)
        body = _read_body(storage)
        is_sealed = body is None and any(_PGP_MESSAGE in part.data[:200] for part in parts)
        return MailMessage(
            headers=headers,
            day=day,
            body=(body,) if body is not None else (),
            parts=parts,
            encrypted="PGP" if is_sealed else "",
        )

    def _open(self, path: str, kind: str) -> _Storage:
        name = f"{path}__properties_version1.0"
        data = b""
        if self._archive.exists(name):
            data = _read_stream(self._archive, name)
        start = _FIXED_START[kind]
        fixed = {
            int.from_bytes(data[place + 2 : place + 4], "little"): data[place + 8 : place + 16]
            for place in range(start, len(data) - 15, 16)
        }
        storage = _Storage(archive=self._archive, path=path, fixed=fixed)
        charset = _name_codepage(storage.read_number(_CODEPAGE))
        return _Storage(archive=self._archive, path=path, fixed=fixed, charset=charset)

    def _list_children(self, path: str, start: str) -> list[str]:
        """Return the paths of the storages below a path whose names have a start, in order."""
        above = tuple(filter(None, path.split("/")))
        return sorted(
            "/".join(entry) + "/"
            for entry in self._entries
            if entry[:-1] == above and entry[-1].startswith(start)
        )

    def _read_headers(
        self, storage: _Storage, path: str
    ) -> tuple[tuple[tuple[str, str], ...], date | None]:
        """Return the header as it was sent, with what only Outlook knows in its places."""
        sent = HeaderParser(policy=compat32).parsestr(storage.read_text(_HEADERS))
        fields = list(sent.raw_items())
        known = dict(list_headers(fields))
        day = read_day(fields)
        time = storage.read_time(_SENT) or storage.read_time(_RECEIVED)
        recipients = self._read_recipients(storage, path)
        own = {
            "From": _read_sender(storage),
            "To": recipients["To"],
            "Cc": recipients["Cc"],
            "Bcc": recipients["Bcc"],
            "Date": format_datetime(time) if time is not None else "",
            "Subject": storage.read_text(_SUBJECT),
        }
        labels = dict.fromkeys(("From", *known, *own))
        order = {label: place for place, label in enumerate(_ORDER)}
        headers = tuple(
            (label, known.get(label) or own.get(label, ""))
            for label in sorted(labels, key=lambda label: order.get(label, len(order)))
            if known.get(label) or own.get(label)
        )
        return headers, day or (time.date() if time is not None else None)

    def _read_recipients(self, storage: _Storage, path: str) -> dict[str, str]:
        shown = {
            "To": storage.read_text(_DISPLAY_TO),
            "Cc": storage.read_text(_DISPLAY_CC),
            "Bcc": storage.read_text(_DISPLAY_BCC),
        }
        people: dict[str, list[str]] = {}
        for child in self._list_children(path, "__recip_version1.0_"):
            self._count()
            recipient = self._open(child, "other")
            label = _RECIPIENT_LABELS.get(recipient.read_number(_RECIPIENT_KIND) & 0xF, "To")
            address = recipient.read_text(_SMTP) or recipient.read_text(_ADDRESS)
            people.setdefault(label, []).append(_join_address(recipient.read_text(_NAME), address))
        return {label: "; ".join(people.get(label, ())) or shown[label] for label in shown}

    def _list_parts(self, path: str, depth: int) -> list[MailPart]:
        parts = []
        for child in self._list_children(path, "__attach_version1.0_"):
            self._count()
            attached = self._open(child, "other")
            name = attached.read_text(_LONG_NAME) or attached.read_text(_SHORT_NAME)
            name = name or attached.read_text(_NAME)
            inner = f"{child}__substg1.0_{_DATA:04X}000D"
            if self._archive.exists(inner):
                parts.append(self._read_inner(f"{inner}/", name, depth))
                continue
            data = attached.read_bytes(_DATA)
            missing = "" if data else "it is empty"
            if attached.read_number(_METHOD) in _BY_REFERENCE and not data:
                missing = "it is kept elsewhere"
            content_id = attached.read_text(_CONTENT_ID).strip("<> ")
            location = attached.read_text(_LOCATION).strip()
            addresses = filter(None, (f"cid:{content_id}" if content_id else "", location))
            parts.append(
                MailPart(name=name, data=data, addresses=frozenset(addresses), missing=missing)
            )
        return parts

    def _read_inner(self, path: str, name: str, depth: int) -> MailPart:
        """Return a message within the message; other objects of Office have no pages."""
        if not self._archive.exists(f"{path}__properties_version1.0"):
            return MailPart(name=name, missing="it is an object of another program")
        return MailPart(name=name, message=self.read_message(path, "message", depth + 1))

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            problem = f"the message has more than {MAX_PARTS} recipients and attachments"
            raise Refused("EVID.LIMIT", problem, _AGAIN)


_ORDER = ("From", "Sender", "Reply to", "To", "Cc", "Bcc", "Date", "Subject")


def _name_codepage(number: int) -> str:
    if number in (_UTF8, _WIDE, 0):
        return "utf-8" if number == _UTF8 else ""
    return {20127: "ascii", 28591: "cp1252", 932: "cp932", 936: "gb18030", 949: "cp949"}.get(
        number, f"iso-8859-{number - 28590}" if 28591 <= number <= 28605 else f"cp{number}"
    )


def _join_address(name: str, address: str) -> str:
    """Return "Name <address>"; addresses within an office's directory say nothing."""
    name, address = name.strip().strip("'"), address.strip()
    if not address or address.upper().startswith("/O=") or address.lower() == name.lower():
        return name or address
    return f"{name} <{address}>" if name else address


def _read_sender(storage: _Storage) -> str:
    author = _join_address(
        storage.read_text(_AUTHOR_NAME),
        storage.read_text(_AUTHOR_SMTP) or storage.read_text(_AUTHOR_ADDRESS),
    )
    sender = _join_address(
        storage.read_text(_SENDER_NAME),
        storage.read_text(_SENDER_SMTP) or storage.read_text(_SENDER_ADDRESS),
    )
    return author or sender


def _read_body(storage: _Storage) -> MailText | None:
    """Return the text that Outlook shows: HTML, or rich text, or plain text."""
    charset = _name_codepage(storage.read_number(_BODY_CODEPAGE)) or storage.charset
    html = storage.read_bytes(_HTML)
    markup = decode_body(html, charset, is_html=True)[0] if html else storage.read_text(_HTML)
    if markup.strip():
        return MailText(text=markup, is_html=True)
    packed = storage.read_bytes(_RTF)
    text = storage.read_text(_BODY)
    if packed:
        rich = read_rtf(decompress_rtf(packed))
        if rich.text.strip():
            return rich
    return MailText(text=text) if text.strip() else None


def _read_sealed(
    headers: tuple[tuple[str, str], ...], day: date | None, parts: tuple[MailPart, ...]
) -> MailMessage:
    """Return a message that is in a signed envelope, its only attachment."""
    data = parts[0].data if parts else b""
    is_signed = data[:1] == _ENVELOPE
    content = read_signed_content(data) if is_signed else data
    inner = read_message(content) if content else None
    if inner is None or inner.encrypted or not (inner.body or inner.parts):
        return MailMessage(headers=headers, day=day, encrypted="S/MIME")
    return MailMessage(
        headers=headers,
        day=day,
        body=inner.body,
        parts=inner.parts,
        removed=inner.removed,
        faults=inner.faults,
        guessed=inner.guessed,
        signatures=inner.signatures + is_signed,
    )
