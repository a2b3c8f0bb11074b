"""Read the messages of an e-mail file or mailbox, independently of the code that prints them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote

from PIL import Image

from assembler.model import FileOptions, PassageKind
from assembler.pdf.picture_errors import PICTURE_ERRORS
from assembler.proof.file_contents import (
    AttachedContents,
    FileContents,
    NumberedText,
    UnknownContents,
    make_contents,
)
from assembler.proof.html_words import read_html_words
from assembler.proof.mime_parts import MimePart, decode_field, decode_letters, parse_part
from assembler.proof.signed_octets import find_signed_content

_SHOWN_FIELDS = ("from", "to", "cc", "bcc", "subject", "date")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
_SMALL = 2  # pixels
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"\b(\d{1,2})[ -]+([A-Za-z]{3})[a-z]*\.?[ -]+(\d{4}|\d{2})\b")
_HEADER_LINE = re.compile(rb"[!-9;-~]{1,100}[ \t]*:|>?From ")
_DATED = re.compile(rb"(?i)\d:\d\d|\b(?:mon|tue|wed|thu|fri|sat|sun)\b.*\d")
_SEALS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_UNLISTED = (
    *("application/pgp-signature", "application/pkcs7-signature"),
    *("application/x-pkcs7-signature", "application/applefile"),
)
_MESSAGES = ("message/rfc822", "message/global", "message/news")
_DEEPEST = 60


def read_mail_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return the words of the chosen messages, and the files attached to them. Raises
    UnknownContents for a message whose parts are nested too deep."""
    plain = strip_wrapping(data)
    if not plain.startswith(b"From "):
        return join_messages([read_message_words(parse_part(plain), 1, (), ())])
    parts = [parse_part(piece) for piece in split_messages(plain)]
    return join_messages(
        [
            read_message_words(part, number, (), (number,))
            for number, part in enumerate(parts, 1)
            if _is_chosen(part, number, options)
        ]
    )


def strip_wrapping(data: bytes) -> bytes:
    """Return an e-mail as UTF-8, without the length that Apple Mail writes before it."""
    plain = data.removeprefix(b"\xef\xbb\xbf")
    if plain[:2] in (b"\xff\xfe", b"\xfe\xff"):
        plain = plain.decode("utf-16", "replace").encode()
    elif b"\0" in plain[:200]:
        wide = "utf-16-le" if plain[1:2] == b"\0" else "utf-16-be"
        plain = plain.decode(wide, "replace").encode()
    first, _, rest = plain.partition(b"\n")
    if first.strip().isdigit() and len(first) < 13:
        plain = rest[: int(first)]
    return plain.lstrip(b"\r\n")


def split_messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox."""
    lines = data.splitlines(keepends=True)
    pending: list[bytes] = []
    for index, line in enumerate(lines):
        is_start = line.startswith(b"From ") and (
            not index
            or (
                _DATED.search(line) is not None
                and _HEADER_LINE.match(lines[index + 1] if index + 1 < len(lines) else b"")
                is not None
            )
        )
        if is_start:
            if index:
                yield b"".join(pending)
            pending = []
        elif re.match(rb">+From ", line):
            pending.append(line[1:])
        else:
            pending.append(line)
    yield b"".join(pending)


def _is_chosen(part: MimePart, number: int, options: FileOptions) -> bool:
    ranges = options.messages
    if ranges and not any(first <= number <= (last or number) for first, last in ranges):
        return False
    if options.since is None and options.until is None:
        return True
    day = _read_day(part.fields.get("date", ""))
    return day is not None and (options.since or day) <= day <= (options.until or day)


def _read_day(text: str) -> date | None:
    match = _DAY.search(text)
    if match is None or match[2].lower() not in _MONTHS:
        return None
    year = int(match[3])
    if year < 100:
        year += 1900 if year > 68 else 2000
    try:
        return date(year, _MONTHS.index(match[2].lower()) + 1, int(match[1]))
    except ValueError:
        return None


@dataclass(slots=True)
class MessageWords:
    """What a message shows: its words, its pictures, its files, and the messages within it."""

    numbered: list[NumberedText] = field(default_factory=list)
    attached: list[AttachedContents] = field(default_factory=list)
    pictures: int = 0


def join_messages(messages: Sequence[MessageWords]) -> FileContents:
    """Return the contents of a file with these messages."""
    return make_contents(
        (),
        tuple(entry for message in messages for entry in message.numbered),
        tuple(entry for message in messages for entry in message.attached),
        sum(message.pictures for message in messages),
    )


@dataclass(slots=True)
class _MailContent:
    """The texts and files of a message, in order."""

    texts: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    files: list[MimePart] = field(default_factory=list)


def read_message_words(
    part: MimePart, number: int, attachment: tuple[int, ...], within: tuple[int, ...]
) -> MessageWords:
    """Return what a message shows.

    Args:
        number: of the message in its file.
        attachment: the numbers that lead to its file.
        within: the numbers that those of its own attachments follow.
    """
    content = _MailContent()
    _collect(part, content, 0)
    lines = [decode_field(part.fields.get(name, "")) for name in _SHOWN_FIELDS]
    lines += [line for text in content.texts for line in text.splitlines()]
    pages = [read_html_words(markup) for markup in content.markup]
    lines += [line for page in pages for line in page.lines]
    words = MessageWords()
    markup = [*content.markup, *map(unquote, content.markup)]
    inline = {
        address: file
        for file in content.files
        for address in list_addresses(file)
        if is_inline(address, file.decode(), markup)
    }
    words.pictures = count_pictures(
        [address for page in pages for address in page.pictures],
        {address: file.decode() for address, file in inline.items()},
    )
    shown = {id(file) for file in inline.values()}
    files = [file for file in content.files if id(file) not in shown]
    for place, file in enumerate(files, 1):
        path = (*within, place)
        if file.kind in _MESSAGES:
            data = file.decode() if "base64" in str(file.fields.get(_TRANSFER)) else file.body
            inner = read_message_words(parse_part(data.lstrip(b"\r\n")), 1, path, path)
            words.numbered += inner.numbered
            words.attached += inner.attached
            words.pictures += inner.pictures
        elif data := file.decode():
            words.attached.append(AttachedContents(attachment=path, data=data))
    text = "\n".join(filter(None, lines)).replace("\u00ad", "")  # drawn at ends of lines only
    words.numbered.insert(
        0,
        NumberedText(kind=PassageKind.MESSAGE, number=number, text=text, attachment=attachment),
    )
    return words


_TRANSFER = "content-transfer-encoding"


def _collect(part: MimePart, content: _MailContent, depth: int) -> None:
    """Collect the texts and files of a part."""
    if depth > _DEEPEST:
        raise UnknownContents("parts within parts")
    children = part.list_children()
    if children:
        _collect_children(part, children, content, depth + 1)
    elif part.kind in _UNLISTED:
        return
    elif part.kind in _SEALS:
        signed = find_signed_content(part.decode())
        if signed is None:
            return  # it is encrypted, so that a page says that it cannot be shown
        _collect(parse_part(signed), content, depth + 1)
    elif _is_body(part, content, depth):
        _add_text(part, content)
    elif part.kind.startswith("multipart/"):
        text = decode_letters(part.body, "")  # its parts cannot be told apart
        content.texts.append(re.sub(r"(?m)^--[^ ].*$", "", text))
    elif part.kind == "message/partial":
        return
    elif part.kind == "message/external-body":
        content.files.append(MimePart(fields=part.fields, body=b""))
    elif part.kind.startswith("message/") and part.kind not in _MESSAGES:
        content.texts.append(decode_letters(part.body, ""))
    else:
        content.files.append(part)


def _is_body(part: MimePart, content: _MailContent, depth: int) -> bool:
    if part.kind not in ("text/plain", "text/html"):
        return False
    if not depth and part.disposition != "attachment":
        return True
    if part.disposition == "attachment" or (part.has_name and part.disposition != "inline"):
        return False
    return not (part.has_name and (content.texts or content.markup or content.files))


def _collect_children(
    part: MimePart, children: Sequence[MimePart], content: _MailContent, depth: int
) -> None:
    if part.kind == "multipart/encrypted":
        return
    if part.kind != "multipart/alternative":
        start = part.read_parameter("start").strip("<> ")
        roots = [child for child in children if start and _read_id(child) == start]
        for child in (*roots, *(child for child in children if child not in roots)):
            _collect(child, content, depth)
        return
    texts = [child for child in children if child.kind in ("text/plain", "text/html", _AMP)]
    formatted = [child for child in children if _has_kind(child, "text/html", 0)]
    for child in children:
        is_other_version = child in texts and formatted and child is not formatted[-1]
        if is_other_version and _shows_something(formatted[-1]):
            continue
        if not formatted and child in texts and child is not texts[-1]:
            continue
        _collect(child, content, depth)


_AMP = "text/x-amp-html"


def _has_kind(part: MimePart, kind: str, depth: int) -> bool:
    if depth > _DEEPEST:
        raise UnknownContents("parts within parts")
    children = part.list_children()
    if children:
        return any(_has_kind(child, kind, depth + 1) for child in children)
    return part.kind == kind and part.disposition != "attachment" and not part.has_name


def _shows_something(part: MimePart) -> bool:
    content = _MailContent()
    _collect(part, content, 1)
    return not content.markup or any(
        page.lines or page.pictures for page in map(read_html_words, content.markup)
    )


def _add_text(part: MimePart, content: _MailContent) -> None:
    text = part.read_text()
    if part.kind == "text/html":
        content.markup.append(text)
        return
    if text.lstrip().startswith("-----BEGIN PGP MESSAGE-----"):
        return
    if part.read_parameter("delsp").lower() == "yes":
        text = re.sub(r" \r?\n", "", text)
    content.texts.append(re.sub(r"(?m)^>[> ]*", "", text))


def _read_id(part: MimePart) -> str:
    return part.fields.get("content-id", "").strip("<> \t\r\n")


def list_addresses(part: MimePart) -> list[str]:
    """Return what HTML may call a part."""
    location = "".join(part.fields.get("content-location", "").split())
    name = _read_id(part)
    return [*([f"cid:{name}"] if name else []), *([location] if location else [])]


def is_inline(address: str, data: bytes, markup: Sequence[str]) -> bool:
    """Return whether HTML shows a picture, so that it is no attachment."""
    is_picture = data.startswith(_PICTURES) or data[4:8] == b"ftyp"
    return is_picture and any(address in text for text in markup)


def count_pictures(addresses: Sequence[str], inline: dict[str, bytes]) -> int:
    """Return how many pictures of a text the file holds, and can be seen."""
    return sum(_can_be_seen(inline.get(address, b"")) for address in addresses)


def _can_be_seen(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return max(picture.size) > _SMALL
    except PICTURE_ERRORS:
        return False
