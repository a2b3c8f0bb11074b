"""Read the messages, pictures and files of an exported chat, independently of the code that prints
them."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assembler.model import FileOptions, PassageKind
from assembler.pdf.picture_files import PictureFile
from assembler.proof.chat_records import ReadMessage
from assembler.proof.file_contents import (
    AttachedContents,
    FileContents,
    NumberedText,
    make_contents,
)
from assembler.proof.sms_contents import read_sms_messages
from assembler.proof.telegram_contents import read_html_messages, read_json_messages
from assembler.proof.text_contents import decode_words
from assembler.proof.whatsapp_contents import is_whatsapp_chat, read_whatsapp_messages

_HEAD = 65_536
_IN_BRACKETS = re.compile(r"<[^<>:：\n]*[:：] ?([^<>\n]+)>")
_BEFORE_BRACKETS = re.compile(r"(.+) \([^()]+\)")
_PICTURE_ERRORS = (OSError, ValueError, IndexError, SyntaxError)
ContentsReader = Callable[[bytes, FileOptions], FileContents]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadChat:
    """A chat: its messages, the files that they show, each with the number of its message and its
    own, and other texts."""

    messages: Sequence[ReadMessage]
    files: Sequence[tuple[int, int, bytes]] = ()
    texts: Sequence[str] = ()


def choose_chat_reader(data: bytes) -> ContentsReader | None:
    """Return the reader of a chat; None if a file is none."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return read_chat_archive if _find_chat(archive)[0] else None
    return read_chat_text if _name_text(data[:_HEAD]) else None


def _name_text(head: bytes) -> str:
    """Return the program that wrote a text; "" if it is no chat."""
    if re.search(rb"<smses[\s>]", head[:4096]):
        return "sms"
    if b"chat_page" in head and b'class="history"' in head:
        return "telegram html"
    if re.match(rb'(?:\xef\xbb\xbf)?\s*\{\s*"', head) and re.search(rb'"messages"\s*:\s*\[', head):
        has_type = re.search(rb'"type"\s*:\s*"[a-z_]*(?:chat|group|channel|messages)"', head[:4096])
        return "telegram json" if has_type else ""
    return "whatsapp" if is_whatsapp_chat(decode_words(head)) else ""


def read_chat_text(data: bytes, options: FileOptions) -> FileContents:
    """Return the messages of a chat that came without its files."""
    name = _name_text(data[:_HEAD])
    if name == "sms":
        messages, files, addresses = read_sms_messages(data)
        numbered = [(number, index, content) for index, (number, content) in enumerate(files, 1)]
        return _make_contents(
            _ReadChat(messages=messages, files=numbered, texts=addresses), options
        )
    if name == "whatsapp":
        messages, preface = read_whatsapp_messages(decode_words(data), options.date_order)
        return _make_contents(_ReadChat(messages=messages, texts=[preface]), options)
    if name == "telegram html":
        messages, _, texts = read_html_messages([data])
    else:
        messages, _, texts = read_json_messages(data)
    return _make_contents(_ReadChat(messages=messages, texts=texts), options)


def read_chat_archive(data: bytes, options: FileOptions) -> FileContents:
    """Return the messages of a chat with its files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name, parts = _find_chat(archive)
        others = [file for file in _list_files(archive) if file not in parts]
        contents = [archive.read(part) for part in parts]
        if name == "whatsapp":
            messages, preface = read_whatsapp_messages(
                decode_words(contents[0]), options.date_order
            )
            table = {_fold(file.rpartition("/")[2]): file for file in reversed(others)}
            mentions = [
                (message.number, table[_fold(named)])
                for message in messages
                for named in _list_names(message.text)
                if _fold(named) in table
            ]
            texts = [preface]
        else:
            read = read_html_messages(contents) if name == "telegram html" else None
            messages, paths, texts = read or read_json_messages(contents[0])
            folder = parts[0].rpartition("/")[0]
            table = {_fold(file[len(folder) :].lstrip("/")): file for file in others}
            mentions = [
                (number, table[_fold(path)]) for number, path in paths if _fold(path) in table
            ]
        numbers = {
            file: number
            for number, file in enumerate(dict.fromkeys(file for _, file in mentions), 1)
        }
        chosen = {message.number for message in _choose(messages, options)}
        files = [
            (number, numbers[file], archive.read(file))
            for number, file in mentions
            if number in chosen
        ]
    if name == "whatsapp":
        texts += [file.rpartition("/")[2] for file in others if file not in numbers]
    return _make_contents(_ReadChat(messages=messages, files=files, texts=texts), options)


def _find_chat(archive: zipfile.ZipFile) -> tuple[str, list[str]]:
    """Return the program that wrote the chat of an archive, and the files that have its messages;
    "" if there is none."""
    files = [name for name in _list_files(archive) if name.count("/") < 3]
    files.sort(key=lambda name: (name.count("/"), name))
    for base, kind in (("result.json", "telegram json"), ("messages.html", "telegram html")):
        for name in files:
            if name.split("/")[-1] == base and _name_text(_read_head(archive, name)) == kind:
                folder = name[: -len(base)]
                pages = [
                    (int(match[1] or 1), file)
                    for file in files
                    if (match := re.fullmatch(rf"{re.escape(folder)}messages(\d*)\.html", file))
                ]
                return kind, [name] if base == "result.json" else [f for _, f in sorted(pages)]
    texts = [name for name in files if name.lower().endswith(".txt")]
    for name in sorted(texts, key=lambda n: (n.count("/"), not n.endswith("_chat.txt"))):
        if _name_text(_read_head(archive, name)) == "whatsapp":
            return "whatsapp", [name]
    return "", []


def _read_head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(_HEAD)


def _list_files(archive: zipfile.ZipFile) -> list[str]:
    return [
        name
        for name in archive.namelist()
        if not name.endswith(("/", ".DS_Store", "Thumbs.db", "desktop.ini"))
        and not name.startswith("__MACOSX/")
    ]


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _list_names(text: str) -> list[str]:
    """Return what may be names of files in a message of WhatsApp."""
    names = _IN_BRACKETS.findall(text)
    first = _BEFORE_BRACKETS.fullmatch(text.split("\n", 1)[0])
    return [*names, *([first[1]] if first else [])]


def _choose(messages: Iterable[ReadMessage], options: FileOptions) -> list[ReadMessage]:
    """Return the messages that case.json chooses."""
    since, until = options.since or date.min, options.until or date.max
    is_dated = options.since is not None or options.until is not None
    return [
        message
        for message in messages
        if (
            not options.messages
            or any(a <= message.number <= (b or message.number) for a, b in options.messages)
        )
        and (not is_dated or (message.day is not None and since <= message.day <= until))
    ]


def _make_contents(chat: _ReadChat, options: FileOptions) -> FileContents:
    """Return the words of the chosen messages, how many pictures are among them, and all other
    files, which follow them or are named."""
    chosen = _choose(chat.messages, options)
    numbers = {message.number for message in chosen}
    numbered = tuple(
        NumberedText(kind=PassageKind.MESSAGE, number=message.number, text=message.words)
        for message in chosen
    )
    files = [(number, data) for message, number, data in chat.files if message in numbers]
    pictures = {number for number, data in dict(files).items() if _is_picture(data)}
    attached = tuple(
        AttachedContents(attachment=(number,), data=data)
        for number, data in dict(files).items()
        if number not in pictures
    )
    placed = tuple(
        AttachedContents(attachment=(number,), data=data)
        for number, data in files
        if number in pictures
    )
    contents = make_contents(tuple(chat.texts), numbered, attached, pictures=len(placed))
    return replace(contents, placed=placed)


def _is_picture(data: bytes) -> bool:
    try:
        return PictureFile(data).page(1) is not None
    except _PICTURE_ERRORS:
        return False
