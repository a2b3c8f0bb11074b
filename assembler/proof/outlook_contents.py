"""Read an Outlook message, independently of the code that prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from assembler.model import FileOptions, PassageKind
from assembler.proof.compound_file import Folder, read_compound_file
from assembler.proof.file_contents import (
    AttachedContents,
    FileContents,
    NumberedText,
    UnknownContents,
)
from assembler.proof.html_words import read_html_words
from assembler.proof.mail_contents import (
    MessageWords,
    count_pictures,
    is_inline,
    join_messages,
    read_message_words,
)
from assembler.proof.mime_parts import decode_letters, parse_part
from assembler.proof.rich_words import read_rich_lines
from assembler.proof.signed_octets import find_signed_content

_PREFIX = "__substg1.0_"
_SUBJECT, _BODY, _HTML, _RICH, _CLASS = "0037", "1000", "1013", "1009", "001A"
_CODEPAGE = b"\x03\x00\xde\x3f"  # of the body: type and number of the property
_DATA, _CONTENT_ID, _LOCATION = "3701", "3712", "3713"
_RECIPIENT_NAME = "3001"
_DEEPEST = 10


def read_outlook_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the words of a message and the files attached to it. Raises UnknownContents if it is
    encrypted, ValueError if it is damaged."""
    return join_messages([_read_message(read_compound_file(data), (), 0)])


def _read_message(folder: Folder, attachment: tuple[int, ...], depth: int) -> MessageWords:
    if depth > _DEEPEST:
        raise UnknownContents("messages within messages")
    files = [
        inner
        for name, inner in sorted(folder.folders.items())
        if name.startswith("__attach_version1.0_")
    ]
    if "SMIME" in _read_text(folder, _CLASS).upper():
        sealed = next((_read_bytes(file, _DATA) for file in files), b"")
        if sealed[:1] == b"\x30":
            sealed = find_signed_content(sealed) or b""
        return read_message_words(parse_part(sealed), 1, attachment, attachment)
    markup = _read_markup(folder)
    pages = [read_html_words(text) for text in markup]
    words = MessageWords()
    texts = [*markup, *map(unquote, markup)]
    inline = {
        address: data
        for file in files
        if (data := _read_bytes(file, _DATA))
        for address in _list_addresses(file)
        if is_inline(address, data, texts)
    }
    words.pictures = count_pictures(
        [address for page in pages for address in page.pictures], inline
    )
    shown = {id(data) for data in inline.values()}
    listed = [file for file in files if id(_read_bytes(file, _DATA)) not in shown]
    _add_files(listed, words, attachment, depth)
    lines = [_read_text(folder, _SUBJECT), *_list_recipients(folder)]
    if markup:
        lines += [line for page in pages for line in page.lines]
    elif packed := _read_bytes(folder, _RICH):
        lines += [re.sub(r"^>[> ]*", "", line) for line in read_rich_lines(packed)]
    else:
        body = _read_text(folder, _BODY)
        lines += [re.sub(r"^>[> ]*", "", line) for line in body.splitlines()]
    text = "\n".join(filter(None, lines)).replace("\u00ad", "")
    words.numbered.insert(
        0, NumberedText(kind=PassageKind.MESSAGE, number=1, text=text, attachment=attachment)
    )
    return words


def _add_files(
    files: Sequence[Folder], words: MessageWords, attachment: tuple[int, ...], depth: int
) -> None:
    """Add the attachments of a message, and the words of messages within it."""
    for place, file in enumerate(files, 1):
        path = (*attachment, place)
        inner = file.folders.get(f"{_PREFIX}{_DATA}000D")
        if inner is not None and "__properties_version1.0" in inner.streams:
            below = _read_message(inner, path, depth + 1)
            words.numbered += below.numbered
            words.attached += below.attached
            words.pictures += below.pictures
        elif data := _read_bytes(file, _DATA):
            words.attached.append(AttachedContents(attachment=path, data=data))


def _read_bytes(folder: Folder, number: str) -> bytes:
    return folder.streams.get(f"{_PREFIX}{number}0102", b"")


def _read_text(folder: Folder, number: str) -> str:
    wide = folder.streams.get(f"{_PREFIX}{number}001F", b"")
    if wide:
        return wide.decode("utf-16-le", "ignore").rstrip("\0")
    return decode_letters(folder.streams.get(f"{_PREFIX}{number}001E", b"").rstrip(b"\0"), "")


def _read_markup(folder: Folder) -> list[str]:
    """Return the HTML of a message; [] if it has none."""
    data = _read_bytes(folder, _HTML)
    properties = folder.streams.get("__properties_version1.0", b"")
    place = properties.find(_CODEPAGE)
    page = int.from_bytes(properties[place + 8 : place + 12], "little") if place >= 0 else 0
    charset = {65001: "utf-8", 28591: "cp1252", 0: "", 20127: ""}.get(page, f"cp{page}")
    text = decode_letters(data, charset) if data else _read_text(folder, _HTML)
    return [text] if text.strip() else []


def _list_addresses(file: Folder) -> list[str]:
    name, location = _read_text(file, _CONTENT_ID).strip("<> "), _read_text(file, _LOCATION)
    return [*([f"cid:{name}"] if name else []), *([location.strip()] if location.strip() else [])]


def _list_recipients(folder: Folder) -> list[str]:
    """Return the names of the recipients, unless the header as it was sent has others."""
    if f"{_PREFIX}007D001F" in folder.streams or f"{_PREFIX}007D001E" in folder.streams:
        return []
    return [
        _read_text(inner, _RECIPIENT_NAME)
        for name, inner in sorted(folder.folders.items())
        if name.startswith("__recip_version1.0_")
    ]
