"""Read the messages of a Telegram export, independently of the code that prints them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from assembler.proof.chat_records import ReadMessage

# fields whose texts the program does not show, or which repeat others
_UNSEEN = re.compile(
    r"(?:.*_)?(?:id|unixtime|size|type)|type|date|edited|width|height|thumbnail|text_entities|"
    r"data|dataBase64|from|actor|forwarded_from|action|file|photo|contact_vcard|file_name|text|href"
)
_PATHS = ("photo", "file", "contact_vcard")
_VOID = frozenset(("img", "br", "meta", "link", "input", "hr"))
_BREAKS = frozenset(("div", "br", "p", "pre", "blockquote"))


def read_json_messages(data: bytes) -> tuple[list[ReadMessage], list[tuple[int, str]], list[str]]:
    """Return the messages of a result.json, the paths of their files with their numbers, and other
    texts. Raises ValueError."""
    content = json.loads(data.decode("utf-8-sig"))
    messages, paths = [], []
    records = [record for record in content["messages"] if isinstance(record, dict)]
    for number, record in enumerate(records, 1):
        moment = _read_moment(record.get("date"))
        sender = record.get("from") or record.get("actor") or ""
        words = list(_list_words(record))
        messages.append(
            ReadMessage(
                number=number,
                day=moment.date() if moment else None,
                sender=str(sender),
                text="\n".join(words),
                clock=moment.strftime("%H:%M:%S") if moment else "",
            )
        )
        for key in _PATHS:
            path = record.get(key)
            if isinstance(path, str) and path and not path.startswith("("):
                paths.append((number, path))
    name = content.get("name")
    return messages, paths, [name] if isinstance(name, str) else []


def _read_moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _list_words(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a message that a person sees."""
    if record.get("type") == "service":
        yield str(record.get("action") or "").replace("_", " ")
    if isinstance(record.get("forwarded_from"), str):
        yield record["forwarded_from"]
    yield _join_pieces(record.get("text"))
    names = []
    for key in _PATHS:
        value = record.get(key)
        if isinstance(value, str):
            names.append(value if value.startswith("(") else value.split("/")[-1])
    file_name = record.get("file_name")
    yield from dict.fromkeys([*names, *([file_name] if isinstance(file_name, str) else [])])
    for key, value in record.items():
        if key == "media_type":
            yield str(value)
        elif key == "reactions":
            yield from _list_reactions(value)
        elif key == "inline_bot_buttons" or not _UNSEEN.fullmatch(key):
            yield from _walk(value, 0)


def _join_pieces(value: object) -> str:
    if isinstance(value, str):
        return value
    pieces = []
    for piece in value if isinstance(value, list) else []:
        if isinstance(piece, str):
            pieces.append(piece)
        elif isinstance(piece, dict):
            text, address = str(piece.get("text", "")), piece.get("href")
            pieces.append(f"{text} {address}" if address and address != text else text)
    return "".join(pieces)


def _list_reactions(value: object) -> Iterator[str]:
    for reaction in value if isinstance(value, list) else []:
        if not isinstance(reaction, dict):
            continue
        yield str(reaction.get("emoji") or "")
        for entry in reaction.get("recent") or []:
            if isinstance(entry, dict) and isinstance(entry.get("from"), str):
                yield entry["from"]


def _walk(value: object, depth: int) -> Iterator[str]:
    """Yield the texts within a value that are no ids."""
    if depth > 8:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for piece in value:
            yield from _walk(piece, depth + 1)
    elif isinstance(value, dict):
        for key, piece in value.items():
            if key == "text" or not _UNSEEN.fullmatch(str(key)):
                yield from [_join_pieces(piece)] if key == "text" else _walk(piece, depth + 1)


def read_html_messages(
    pages: Sequence[bytes],
) -> tuple[list[ReadMessage], list[tuple[int, str]], list[str]]:
    """Return what `read_json_messages` does, of the pages of an export."""
    parsed: list[_Message] = []
    for page in pages:
        parser = _PageParser()
        parser.feed(page.decode("utf-8", "replace"))
        parser.close()
        parsed += parser.messages
    messages, paths, sender = [], [], ""
    for number, message in enumerate(parsed, 1):
        sender = message.sender or sender
        moment = re.match(r"\s*(\d+)\.(\d+)\.(\d+) (\d+:\d+:\d+)", message.moment)
        messages.append(
            ReadMessage(
                number=number,
                day=date(*(int(moment[n]) for n in (3, 2, 1))) if moment else None,
                sender="" if message.is_service else " ".join(sender.split()),
                text="".join(message.texts),
                clock=moment[4] if moment else "",
            )
        )
        paths += [(number, path) for path in dict.fromkeys(message.paths)]
    return messages, paths, []


class _Message:
    """A message while it is read."""

    def __init__(self, *, is_service: bool) -> None:
        self.is_service = is_service
        self.sender = self.moment = ""
        self.texts: list[str] = []
        self.paths: list[str] = []


class _PageParser(HTMLParser):
    """Gathers the messages of a page: all text in the body of each, other than its date and
    sender."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[_Message] = []
        self._open: list[tuple[str, str]] = []  # names of elements, and what each is
        self._link = ("", "")  # address and text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element is."""
        values = {key: value or "" for key, value in attrs}
        classes = values.get("class", "").split()
        role = self._find_role(classes, values)
        if tag in _BREAKS and self.messages:
            self.messages[-1].texts.append("\n")
        if tag == "a" and self.messages and self._is_in_body():
            self._add_link(values.get("href", ""))
        if tag not in _VOID:
            self._open.append((tag, role))

    def _find_role(self, classes: list[str], values: Mapping[str, str]) -> str:
        roles = [role for _, role in self._open]
        if "message" in classes:
            if "service" in classes and values.get("id", "").startswith("message-"):
                return "skip"
            self.messages.append(_Message(is_service="service" in classes))
            return "message"
        if not roles or "message" not in roles:
            return ""
        if roles[-1] == "message":
            return "body" if "body" in classes else "skip"
        if roles[-1] == "body" and "date" in classes:
            self.messages[-1].moment = values.get("title", "")
            return "skip"
        return "sender" if roles[-1] == "body" and "from_name" in classes else "inner"

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those in it that were left open."""
        if tag in _BREAKS and self.messages:
            self.messages[-1].texts.append("\n")
        names = [name for name, _ in self._open]
        if tag not in names:
            return
        last = len(names) - 1 - names[::-1].index(tag)
        del self._open[last:]
        if tag == "a" and self._link[0]:
            self._end_link()

    def handle_data(self, data: str) -> None:
        """Add a text to its message."""
        roles = [role for _, role in self._open]
        if "message" not in roles or "skip" in roles or "body" not in roles:
            return
        if "sender" in roles:
            self.messages[-1].sender += data
        else:
            self.messages[-1].texts.append(data)
            self._link = (self._link[0], self._link[1] + data) if self._link[0] else ("", "")

    def _is_in_body(self) -> bool:
        roles = [role for _, role in self._open]
        return "body" in roles and "skip" not in roles

    def _add_link(self, address: str) -> None:
        if re.match(r"[a-zA-Z][\w+.-]*:|//", address):
            self._link = (address.strip(), "")
        elif address and not address.startswith("#"):
            path = unquote(address)
            self.messages[-1].paths.append(path)
            self.messages[-1].texts.append(f"\n{path.split('/')[-1]}\n")

    def _end_link(self) -> None:
        address, text = self._link[0], self._link[1].strip()
        self._link = ("", "")
        if address.removeprefix("https://").removeprefix("http://").removeprefix("mailto:") not in (
            text,
            text.removeprefix("https://").removeprefix("http://"),
        ):
            self.messages[-1].texts.append(f" {address} ")
