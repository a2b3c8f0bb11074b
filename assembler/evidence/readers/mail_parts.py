"""Read a message (RFC 5322, MIME) into its header, what a mail program shows of its body, and its
files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from assembler.evidence.readers.html_blocks import make_html_blocks
from assembler.evidence.readers.mail_headers import list_headers, read_day
from assembler.evidence.readers.mail_message import MailMessage, MailPart, MailText
from assembler.evidence.readers.mail_text import (
    decode_base64,
    decode_body,
    decode_header,
    decode_transfer,
)
from assembler.evidence.readers.reading import MAX_DEPTH
from assembler.evidence.readers.signed_content import read_signed_content
from assembler.evidence.refusal import Refused

MAX_PARTS = 2_000  # of a message, with those within its parts
_MAX_NESTING = 60  # of parts
_SPLIT = "save the files that matter from the mail program, and list them as exhibits"
PLAIN_REMOVED = "the plain text of a message that is shown as formatted"
_SIGNATURES = frozenset(
    ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
)
_SEALED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_MESSAGES = frozenset(("message/rfc822", "message/global", "message/news"))
_PARTIAL, _OUTSIDE = "message/partial", "message/external-body"
# how `_Part` names parts that the parser would take for messages
_REPORT, _ELSEWHERE = "text/x-report", "text/x-elsewhere"
_MAC_FILES = "application/applefile"
_PGP_MESSAGE = re.compile(r"\s*-----BEGIN PGP MESSAGE-----")
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_DEFECTS = {
    "StartBoundaryNotFoundDefect": "its parts cannot be told apart",
    "CloseBoundaryNotFoundDefect": "it is cut off",
    "NoBoundaryInMultipartDefect": "its parts cannot be told apart",
}
_HEADER_ERRORS = (ValueError, TypeError, IndexError, KeyError, LookupError, AssertionError)


def read_message(data: bytes) -> MailMessage:
    """Return a message. Raises Refused if it has too many parts, one within the other."""
    try:
        parsed = _parse(data)
        return _Collector().collect(parsed, 0)
    except RecursionError as error:
        raise _make_nesting_error() from error


def read_fields(data: bytes) -> list[tuple[str, str]]:
    """Return name and raw value of all fields of the header of a message."""
    parsed = BytesParser(policy=compat32).parsebytes(data, headersonly=True)
    return list(parsed.raw_items())


class _Part(Message):
    """A part. Reports about delivery and the like are texts, not messages within the message."""

    def get_content_type(self) -> str:
        """Return the content type."""
        kind = super().get_content_type()
        if not kind.startswith("message/") or kind in _MESSAGES or kind == _PARTIAL:
            return kind
        return _ELSEWHERE if kind == _OUTSIDE else _REPORT


def _parse(data: bytes) -> Any:
    return BytesParser(_Part, policy=compat32).parsebytes(data)


def _make_nesting_error() -> Refused:
    return Refused("EVID.LIMIT", "the message has too many parts within parts", _SPLIT)


class _Collector:
    """Collects messages; counts the parts of all of them."""

    def __init__(self) -> None:
        self._parts = 0

    def collect(self, message: Any, depth: int) -> MailMessage:
        """Return a message that is within `depth` others."""
        walk = _Walk(self, depth)
        walk.add(message, 0)
        fields = list(message.raw_items())
        return MailMessage(
            headers=list_headers(fields),
            day=read_day(fields),
            body=tuple(walk.body),
            parts=tuple(walk.parts),
            removed=walk.removed,
            faults=tuple(dict.fromkeys(walk.faults)),
            guessed=walk.guessed,
            signatures=walk.signatures,
            encrypted=walk.encrypted,
        )

    def count_part(self, nesting: int) -> None:
        """Raise Refused if there are too many parts, or too many within each other."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            problem = f"the message has more than {MAX_PARTS} parts"
            raise Refused("EVID.LIMIT", problem, _SPLIT)
        if nesting > _MAX_NESTING:
            raise _make_nesting_error()


class _Walk:
    """Walks through the parts of one message."""

    def __init__(self, collector: _Collector, depth: int) -> None:
        self.body: list[MailText | MailPart] = []
        self.parts: list[MailPart] = []
        self.removed: Counter[str] = Counter()
        self.faults: list[str] = []
        self.guessed = self.signatures = 0
        self.encrypted = ""
        self._collector, self._depth = collector, depth

    def add(self, part: Any, nesting: int) -> None:
        """Add a part with all parts within it."""
        self._collector.count_part(nesting)
        kind = part.get_content_type()
        self.faults += [
            _DEFECTS[name]
            for name in (type(defect).__name__ for defect in part.defects)
            if name in _DEFECTS
        ]
        if kind in _MESSAGES:
            self._add_message(part)
        elif kind == _ELSEWHERE:
            self._add_part(MailPart(name=_read_name(part), missing="it is kept elsewhere"))
        elif kind == _REPORT:
            self._add_text(part, is_html=False)
        elif part.is_multipart():
            self._add_multipart(part, kind, nesting + 1)
        elif kind in _SIGNATURES:
            self.signatures += 1
        elif kind in _SEALED:
            self._add_sealed(part, nesting + 1)
        elif kind == _MAC_FILES:
            self.removed["macOS metadata for another file"] += 1
        elif kind in ("text/plain", "text/html") and self._is_shown(part, nesting):
            self._add_text(part, is_html=kind == "text/html")
        elif part.get_content_maintype() == "multipart" and not _is_attachment(part):
            self._add_text(part, is_html=False)  # no boundary was found in it
        else:
            self._add_file(part)

    def _is_shown(self, part: Any, nesting: int) -> bool:
        """Return whether a text is a part of the body; a further one with a name is a file."""
        if not nesting and _get_disposition(part) != "attachment":
            return True
        return not _is_attachment(part) and not (self.body and _read_name(part))

    def _add_multipart(self, part: Any, kind: str, nesting: int) -> None:
        children = list(part.get_payload())
        if kind == _PARTIAL:
            self.faults.append("it is one part of a message that was sent in several")
        if kind == "multipart/alternative":
            self._add_alternative(children, nesting)
        elif kind == "multipart/encrypted":
            self.encrypted = "PGP"
        elif kind == "multipart/signed":
            self.signatures += 1
            for child in children:
                if child.get_content_type() not in _SIGNATURES:
                    self.add(child, nesting)
        elif kind == "multipart/related":
            root = _find_root(part, children)
            if root is not None:
                self.add(root, nesting)
            for child in children:
                if child is not root:
                    self.add(child, nesting)
        else:
            for child in children:
                self.add(child, nesting)

    def _add_alternative(self, children: Sequence[Any], nesting: int) -> None:
        """Add the version that a mail program shows: the last one with HTML, else the last text."""
        if not children:
            return
        chosen = _find_last(children, "text/html") or _find_last(children, "text/plain")
        for child in children:
            is_text = child.get_content_type() in ("text/plain", "text/html", "text/x-amp-html")
            if child is chosen or not is_text:
                self.add(child, nesting)
                continue
            self._collector.count_part(nesting)
            if chosen is None or self._has_nothing(chosen):
                self.add(child, nesting)
            else:
                self.removed[PLAIN_REMOVED] += 1

    def _has_nothing(self, part: Any) -> bool:
        """Return whether a version of the text is empty, so that the other one is shown."""
        leaf = next((leaf for leaf in _list_leaves(part) if _is_text(leaf)), part)
        data = decode_transfer(_read_payload(leaf), _read_transfer(leaf))[0]
        is_html = leaf.get_content_type() == "text/html"
        text = decode_body(data, _read_parameter(leaf, "charset"), is_html=is_html)[0]
        return not (make_html_blocks(text, lambda _: None).blocks if is_html else text.strip())

    def _add_text(self, part: Any, *, is_html: bool) -> None:
        data, fault = decode_transfer(_read_payload(part), _read_transfer(part))
        if fault:
            self.faults.append(f"a text of it is damaged: {fault}")
        charset = _read_parameter(part, "charset")
        text, is_guessed = decode_body(data, charset, is_html=is_html)
        self.guessed += is_guessed
        if not is_html and _PGP_MESSAGE.match(text):
            self.encrypted = "PGP"
            return
        self.signatures += not is_html and _PGP_SIGNED in text
        is_flowed = not is_html and _read_parameter(part, "format").lower() == "flowed"
        self.body.append(
            MailText(
                text=text,
                is_html=is_html,
                is_flowed=is_flowed,
                deletes_blank=_read_parameter(part, "delsp").lower() == "yes",
            )
        )

    def _add_message(self, part: Any) -> None:
        """Add a message within the message."""
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        name = _read_name(part)
        if inner is None:
            self.parts.append(MailPart(name=name, missing="it is empty"))
            return
        if self._depth >= MAX_DEPTH:
            raise _make_nesting_error()
        if _read_transfer(part).strip().lower() == "base64":  # not allowed, but sent
            data = decode_base64(inner.as_bytes())[0]
            inner = _parse(data)
        message = self._collector.collect(inner, self._depth + 1)
        self._add_part(MailPart(name=name, message=message))

    def _add_sealed(self, part: Any, nesting: int) -> None:
        """Add the content of an S/MIME envelope that is signed, not encrypted (RFC 8551)."""
        data = decode_transfer(_read_payload(part), _read_transfer(part))[0]
        content = read_signed_content(data)
        if content is None:
            self.encrypted = "S/MIME"
            return
        self.signatures += 1
        self.add(_parse(content), nesting)

    def _add_file(self, part: Any) -> None:
        data, fault = decode_transfer(_read_payload(part), _read_transfer(part))
        missing = _find_reason_missing(part, data)
        if fault and not missing:
            self.faults.append(f"an attachment of it is damaged: {fault}")
        addresses = _list_addresses(part)
        self._add_part(
            MailPart(name=_read_name(part), data=data, addresses=addresses, missing=missing)
        )

    def _add_part(self, part: MailPart) -> None:
        self.parts.append(part)
        if self.body and not part.addresses:
            self.body.append(part)


def _is_text(part: Any) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and not _is_attachment(part)


def _is_attachment(part: Any) -> bool:
    """Return whether a text is a file, rather than a part of the body."""
    disposition = _get_disposition(part)
    return disposition == "attachment" or (bool(_read_name(part)) and disposition != "inline")


def _get_disposition(part: Any) -> str:
    return str(part.get("content-disposition", "")).partition(";")[0].strip().lower()


def _list_leaves(part: Any) -> list[Any]:
    return [leaf for leaf in part.walk() if not leaf.is_multipart()]


def _find_last(children: Sequence[Any], kind: str) -> Any:
    """Return the last child that is a text of a kind or has one; None if there is none."""
    for child in reversed(children):
        if any(leaf.get_content_type() == kind and _is_text(leaf) for leaf in _list_leaves(child)):
            return child
    return None


def _find_root(part: Any, children: Sequence[Any]) -> Any:
    """Return the part of a multipart/related that shows the others; None if it has no parts."""
    start = _read_parameter(part, "start").strip("<> ")
    for child in children:
        if start and str(child.get("content-id", "")).strip("<> \t\r\n") == start:
            return child
    return children[0] if children else None


def _read_payload(part: Any) -> bytes:
    """Return the bytes of a part as they were sent."""
    if part.is_multipart():
        return b""
    plain: Any = Message(policy=compat32)  # without a transfer encoding, nothing is decoded
    plain.set_payload(part._payload)
    payload = plain.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _read_transfer(part: Any) -> str:
    return str(part.get("content-transfer-encoding", ""))


def _read_parameter(part: Any, name: str) -> str:
    """Return a parameter of a part's content type; "" if it has none, or a broken one."""
    try:
        value = part.get_param(name, "")
    except _HEADER_ERRORS:
        return ""
    return str(value[2] if isinstance(value, tuple) else value)


def _read_name(part: Any) -> str:
    """Return the name of the file in a part; "" if it has none."""
    try:
        name = part.get_filename("")
    except _HEADER_ERRORS:
        return ""
    return decode_header(name)


def _list_addresses(part: Any) -> frozenset[str]:
    """Return what HTML may call a part."""
    content_id = str(part.get("content-id", "")).strip("<> \t\r\n")
    location = "".join(str(part.get("content-location", "")).split())
    return frozenset(filter(None, (f"cid:{content_id}" if content_id else "", location)))


def _find_reason_missing(part: Any, data: bytes) -> str:
    """Return why the data of a file is not in the message; "" if it is."""
    if "x-mozilla-external-attachment-url" in part or "x-apple-content-length" in part:
        return "" if data.strip() else "the mail program kept it in another place"
    return "" if data else "it is empty"
