"""Split an e-mail into its parts, independently of the code that prints it."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.errors import HeaderParseError
from email.header import decode_header
from urllib.parse import unquote

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_PARAMETER = re.compile(r";\s*([\w*.-]{1,40})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]*))")
_CHARSETS = {"us-ascii": "utf-8", "iso-8859-1": "cp1252", "gb2312": "gb18030", "": "utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MimePart:
    """A part of an e-mail: its fields by lower-case name, and the bytes of its body."""

    fields: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """Return the content type, such as "text/plain"."""
        kind = self.fields.get("content-type", "").partition(";")[0].strip().lower()
        return kind if re.fullmatch(r"[^\s/]+/[^\s/]+", kind) else "text/plain"

    @property
    def disposition(self) -> str:
        """Return "inline", "attachment" or ""."""
        return self.fields.get("content-disposition", "").partition(";")[0].strip().lower()

    def read_parameter(self, name: str, field: str = "content-type") -> str:
        """Return a parameter of a field; "" if it has none."""
        for match in _PARAMETER.finditer(f";{self.fields.get(field, '').partition(';')[2]}"):
            value = match[2] if match[2] is not None else match[3]
            if match[1].lower() == name:
                return value
            if match[1].lower() == f"{name}*":  # RFC 2231: charset, language and value
                return unquote(value.rpartition("'")[2])
        return ""

    def decode(self) -> bytes:
        """Return the bytes of the body without their transfer encoding."""
        encoding = self.fields.get("content-transfer-encoding", "").strip().lower()
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        if encoding == "base64":
            return decode_base64(self.body)
        return self.body

    def read_text(self) -> str:
        """Return the body as text; of an encoding that does not fit, only the letters of ASCII."""
        name = self.read_parameter("charset").strip("'\" ").lower()
        return decode_letters(self.decode(), name)

    @property
    def has_name(self) -> bool:
        """Return whether it is the part of a file with a name."""
        text = self.fields.get("content-disposition", "") + self.fields.get("content-type", "")
        return re.search(r"(?i);\s*(?:file)?name\*?[\d*]*\s*=", text) is not None

    def list_children(self) -> list[MimePart]:
        """Return the parts of a multipart; none if its boundary is not found."""
        boundary = self.read_parameter("boundary").rstrip().encode("utf-8", "surrogateescape")
        if not self.kind.startswith("multipart/") or not boundary:
            return []
        children = [parse_part(piece) for piece in _split(self.body, boundary)]
        if self.kind == "multipart/digest":
            default = {"content-type": "message/rfc822"}
            children = [replace(child, fields=default | child.fields) for child in children]
        return children


def parse_part(data: bytes) -> MimePart:
    """Return the header fields and the body of a message or part."""
    fields: dict[str, list[bytes]] = {}
    name, place = "", 0
    if data.startswith((b"From ", b">From ")):
        place = data.find(b"\n") + 1 or len(data)
    while place < len(data):
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end + 1
        line = data[place:end]
        match = _FIELD.match(line.rstrip(b"\r\n"))
        if line[:1] in b" \t" and name:
            fields[name][-1] += line.rstrip(b"\r\n")
        elif match:
            name = match[1].decode().lower()
            fields.setdefault(name, []).append(match[2])
        else:
            place = end if not line.strip() else place
            break
        place = end
    texts = {
        name: "\n".join(value.decode("utf-8", "surrogateescape") for value in values)
        for name, values in fields.items()
    }
    return MimePart(fields=texts, body=data[place:])


def _split(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield the bytes of each part."""
    mark = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$\n?")
    start: int | None = None
    for match in mark.finditer(body):
        if start is not None:
            yield body[start : match.start()].removesuffix(b"\n").removesuffix(b"\r")
        start = match.end()
        if match[1]:
            return
    if start is not None:
        yield body[start:]


def decode_base64(data: bytes) -> bytes:
    """Return what base64 holds, as far as it can be read."""
    plain = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))
    except binascii.Error:
        return b""


def decode_letters(data: bytes, charset: str) -> str:
    """Return a text; of an encoding that does not fit, only the letters of ASCII, which are the
    same in all that are likely."""
    try:
        return data.decode(_CHARSETS.get(charset, charset))
    except (UnicodeError, LookupError, ValueError):
        return "".join(chr(byte) if byte < 0x80 else " " for byte in data)


def decode_field(raw: str) -> str:
    """Return a field as a person reads it; what is not readable is left out."""
    joined = re.sub(r"\?=\s+=\?", "?==?", " ".join(raw.split()))
    try:
        pieces: Sequence[tuple[bytes | str, str | None]] = decode_header(joined)
    except (HeaderParseError, binascii.Error, ValueError, IndexError):
        return ""
    texts = []
    for piece, charset in pieces:
        data = piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece
        texts.append(decode_letters(data, (charset or "").lower()))
    return "".join(texts)
