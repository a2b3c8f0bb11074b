"""Look into a ZIP archive for an exported chat, and read its files within limits."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assembler.evidence.readers.chat_messages import ChatMedia
from assembler.evidence.readers.whatsapp_lines import is_whatsapp_text
from assembler.evidence.refusal import Refused

_MAX_PARTS = 20_000
_MAX_BYTES = 1_000_000_000  # of all files that are read from one archive
_MAX_FILE = 200_000_000  # of one of them
_HEAD = 65_536  # of a file, which tells what it is
_CANDIDATES = 20  # texts that are looked at
_SYSTEM_FOLDERS = ("__MACOSX",)
_SYSTEM_FILES = (".DS_Store", "Thumbs.db", "desktop.ini")
_PROGRAM_FOLDERS = ("css", "js", "images")  # of Telegram's pages, the same in every export
_TELEGRAM_PAGE = re.compile(r"messages(\d*)\.html", re.IGNORECASE)
ZIP_ERRORS = (
    zipfile.BadZipFile,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    zlib.error,
)


class ChatFormat(StrEnum):
    """The forms of exported chats."""

    WHATSAPP = "WhatsApp"
    TELEGRAM_JSON = "Telegram (JSON)"
    TELEGRAM_HTML = "Telegram (HTML)"
    SMS = "SMS Backup & Restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChat:
    """The files of an archive that have the messages, in order; `folder`: "" or "name/"."""

    format: ChatFormat
    parts: tuple[str, ...]
    folder: str


def find_chat(archive: zipfile.ZipFile) -> FoundChat | None:
    """Return the chat of an archive; None if it has none. Raises one of ZIP_ERRORS."""
    names = [name for name in list_names(archive) if name.count("/") <= 2]
    by_depth = sorted(names, key=lambda name: (name.count("/"), name))
    for name in by_depth:
        folder, _, base = name.rpartition("/")
        folder = f"{folder}/" if folder else ""
        if base == "result.json" and is_telegram_json(_read_head(archive, name)):
            return FoundChat(format=ChatFormat.TELEGRAM_JSON, parts=(name,), folder=folder)
    for name in by_depth:
        folder, _, base = name.rpartition("/")
        folder = f"{folder}/" if folder else ""
        if base == "messages.html" and is_telegram_html(_read_head(archive, name)):
            return FoundChat(
                format=ChatFormat.TELEGRAM_HTML,
                parts=_list_pages(names, folder),
                folder=folder,
            )
    texts = [name for name in by_depth if name.lower().endswith(".txt")]
    texts.sort(key=lambda name: (name.count("/"), not name.endswith("_chat.txt")))
    for name in texts[:_CANDIDATES]:
        if is_whatsapp_text(_decode_head(_read_head(archive, name))):
            folder, _, _ = name.rpartition("/")
            return FoundChat(
                format=ChatFormat.WHATSAPP, parts=(name,), folder=f"{folder}/" if folder else ""
            )
    return None


def _list_pages(names: list[str], folder: str) -> tuple[str, ...]:
    """Return messages.html, messages2.html and so on."""
    pages = {}
    for name in names:
        match = _TELEGRAM_PAGE.fullmatch(name.removeprefix(folder))
        if match and name.startswith(folder):
            pages[int(match[1] or 1)] = name
    return tuple(pages[number] for number in sorted(pages))


def list_names(archive: zipfile.ZipFile) -> list[str]:
    """Return the files of an archive, without those that systems put into it."""
    return [
        name
        for name in archive.namelist()
        if not name.endswith("/")
        and name.split("/")[0] not in _SYSTEM_FOLDERS
        and name.rpartition("/")[2] not in _SYSTEM_FILES
    ]


def _read_head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_HEAD)


def _decode_head(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 2 * 2].decode("utf-16", "ignore")
    return data.decode("utf-8", "ignore")


def is_telegram_json(head: bytes) -> bool:
    """Return whether a text begins as Telegram's export of one chat, or of all, does."""
    text = head[:4096]
    is_chat = re.search(
        rb'"type"\s*:\s*"(?:[a-z]+_)*(?:chat|group|supergroup|channel|messages)"', text
    )
    has_messages = re.search(rb'"messages"\s*:\s*\[', head) is not None
    is_all = re.search(rb'"chats"\s*:\s*\{\s*"about"', head) is not None
    return text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and (
        (is_chat is not None and has_messages) or is_all
    )


def is_telegram_html(head: bytes) -> bool:
    """Return whether a text begins as a page of Telegram's export does."""
    text = head.lower()
    return b"chat_page" in text and b'class="history"' in text


def is_sms_backup(head: bytes) -> bool:
    """Return whether a text begins as a backup of text messages by SMS Backup & Restore."""
    text = head[:4096].lower()
    return re.search(rb"<smses[\s>]", text) is not None


def has_chat(archive: zipfile.ZipFile) -> bool:
    """Return whether an archive has a chat that can be read; one that is locked has none."""
    try:
        return find_chat(archive) is not None
    except ZIP_ERRORS:
        return False


def find_text_format(head: bytes) -> ChatFormat | None:
    """Return what chat a text in UTF-8 is, by its beginning; None if it is none."""
    checks = (
        (is_sms_backup, ChatFormat.SMS),
        (is_telegram_html, ChatFormat.TELEGRAM_HTML),
        (is_telegram_json, ChatFormat.TELEGRAM_JSON),
    )
    for is_format, form in checks:
        if is_format(head[:_HEAD]):
            return form
    return ChatFormat.WHATSAPP if is_whatsapp_text(_decode_head(head[:_HEAD])) else None


class ChatArchive:
    """The files of an archive with a chat, each read when it is needed."""

    def __init__(self, data: bytes) -> None:
        """Open an archive. Raises Refused if it is damaged, locked or too large."""
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            names = list_names(self._archive)
            self.chat = find_chat(self._archive)
        except ZIP_ERRORS as error:
            raise _refuse_damaged() from error
        if len(names) > _MAX_PARTS:
            raise Refused(
                "EVID.LIMIT",
                f"the archive holds {len(names)} files, more than {_MAX_PARTS}",
                "export the chat again, without media; list the pictures that matter",
            )
        self.names = tuple(names)
        self._read = 0

    def read(self, name: str) -> bytes:
        """Return a file. Raises Refused if it is damaged, or the archive too large."""
        try:
            info = self._archive.getinfo(name)
            if info.file_size > _MAX_FILE or self._read + info.file_size > _MAX_BYTES:
                raise Refused(
                    "EVID.LIMIT",
                    "the archive is too large when unpacked",
                    "choose a range of messages, or export the chat without media",
                )
            with self._archive.open(name) as part:
                data = part.read(_MAX_FILE + 1)
        except ZIP_ERRORS as error:
            raise _refuse_damaged() from error
        self._read += len(data)
        return data


def _refuse_damaged() -> Refused:
    return Refused("EVID.BROKEN", "the archive of the chat is damaged", "export the chat again")


class NameTable:
    """Finds files of an archive by their names, however these are encoded."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names: dict[str, str] = {}
        for name in names:
            self._names.setdefault(_normalize(name.rpartition("/")[2]), name)

    def find(self, name: str) -> str:
        """Return the file of this name, in any folder; "" if there is none."""
        return self._names.get(_normalize(name), "")


class PathTable:
    """Finds files of an archive by the paths that a chat gives, and numbers them in that order."""

    def __init__(self, names: Sequence[str], folder: str) -> None:
        self._paths = {_normalize(name.removeprefix(folder)): name for name in names}
        self._numbers: dict[str, int] = {}
        self._used: set[str] = set()

    def take(self, path: str) -> ChatMedia:
        """Return a file that a message names."""
        name = path.rpartition("/")[2]
        key = self._paths.get(_normalize(path), "")
        if not key:
            return ChatMedia(name=name)
        self._used.add(key)
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        return ChatMedia(name=name, key=key, number=number)

    def use(self, path: str) -> None:
        """Note that a file belongs to the chat, such as a smaller copy of a picture."""
        self._used.add(self._paths.get(_normalize(path), ""))

    def list_unnamed(self) -> tuple[str, ...]:
        """Return the files that no message names."""
        return tuple(
            name
            for path, name in self._paths.items()
            if name not in self._used and path.split("/")[0] not in _PROGRAM_FOLDERS
        )


def _normalize(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def read_json(data: bytes) -> object:
    """Return what a JSON text holds. Raises Refused if it is damaged or nested too deeply."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(
            "EVID.BROKEN", "the file of the chat is damaged", "export the chat again"
        ) from error
