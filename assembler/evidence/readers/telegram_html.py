"""Read a chat that Telegram exported as web pages (messages.html, messages2.html and so on)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import unquote

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from assembler.documents.paper_blocks import Run
from assembler.evidence.readers.chat_archive import PathTable
from assembler.evidence.readers.chat_messages import Chat, ChatMedia, ChatMessage, Conversation
from assembler.evidence.readers.telegram_json import format_offset
from assembler.evidence.refusal import Refused

_MAX_DEPTH = 60  # of elements within a message
# the day, the time and the zone, where the pages have it
_MOMENT = re.compile(
    r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}:\d\d:\d\d)(?: UTC([+-])(\d\d):?(\d\d))?"
)
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "strong": {"bold": True},
    "b": {"bold": True},
    "em": {"italic": True},
    "i": {"italic": True},
    "u": {"underlined": True},
    "s": {"struck": True},
    "del": {"struck": True},
}
_LINES = frozenset(("div", "p", "pre", "blockquote", "li", "ul", "ol"))
_OUTSIDE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|#|//)", re.IGNORECASE)  # no path of the export
_REPLY = re.compile(r"#go_to_message(\d+)")
_NOT_INCLUDED = "not included, change data exporting settings"


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """What is gathered of one message."""

    runs: list[Run]
    media: list[ChatMedia]


def read_telegram_html(pages: Sequence[bytes], names: Sequence[str] = (), folder: str = "") -> Chat:
    """Return the messages of a chat.

    Args:
        pages: in order.
        names: the files that came with them; `folder`: where in the archive they are.

    Raises Refused if a page cannot be read.
    """
    elements, title = [], ""
    for page in pages:
        root = _parse(page)
        elements += root.xpath("//div[contains(concat(' ', @class, ' '), ' message ')]")
        title = title or _find_title(root)
    kept = [element for element in elements if not _is_day(element)]
    reader = _Reader(kept, PathTable(names, folder))
    messages = tuple(reader.read_message(n, element) for n, element in enumerate(kept, 1))
    return Chat(
        title="Telegram chat",
        program="Telegram",
        conversations=(Conversation(messages=messages),),
        facts=(("Name of the chat", title),) if title else (),
        notes=(_describe_zone(reader.zones),),
        unnamed=reader.files.list_unnamed(),
    )


def _parse(page: bytes) -> Any:
    try:
        return document_fromstring(
            page, parser=HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused(
            "EVID.BROKEN", "a page of the chat is damaged", "export the chat again"
        ) from error


def _find_title(root: Any) -> str:
    headers = root.xpath(
        "//div[contains(@class, 'page_header')]//div[contains(@class, 'text bold')]"
    )
    return " ".join("".join(headers[0].itertext()).split()) if headers else ""


def _is_day(element: Any) -> bool:
    """Return whether an element is the heading of a day, which is no message."""
    return "service" in _classes(element) and str(element.get("id") or "").startswith("message-")


def _classes(element: Any) -> list[str]:
    return str(element.get("class") or "").split()


class _Reader:
    """Reads messages, and remembers the last sender, whom following messages do not repeat."""

    def __init__(self, elements: Sequence[Any], files: PathTable) -> None:
        self.files = files
        self.zones: set[int] = set()
        self._sender = ""
        self._numbers = {
            str(element.get("id") or "").removeprefix("message"): number
            for number, element in enumerate(elements, 1)
        }

    def read_message(self, number: int, element: Any) -> ChatMessage:
        """Return a message. Raises Refused if its elements are nested too deeply."""
        is_service = "service" in _classes(element)
        body = next((child for child in element if "body" in _classes(child)), element)
        day, time = self._read_moment(body)
        if not is_service:
            self._sender = _find_sender(body) or self._sender
        gathered = _Gathered(runs=[], media=[])
        for child in body if not is_service else [body]:
            if not ({"from_name", "date"} & set(_classes(child))):
                self._gather(child, Run(text=""), gathered, 0)
                gathered.runs.append(Run(text="\n"))
        runs = tuple(_tidy_lines(gathered.runs))
        text = "".join(run.text for run in runs).lower()
        return ChatMessage(
            number=number,
            day=day,
            time=time,
            sender="" if is_service else self._sender,
            runs=tuple(replace(run, italic=True) for run in runs) if is_service else runs,
            is_system=is_service,
            omitted=text.count(_NOT_INCLUDED),
            media=tuple(dict.fromkeys(gathered.media)),
        )

    def _read_moment(self, body: Any) -> tuple[date | None, str]:
        for child in body:
            match = (
                _MOMENT.match(str(child.get("title") or "")) if "date" in _classes(child) else None
            )
            if match is None:
                continue
            if match[5]:
                sign = -1 if match[5] == "-" else 1
                self.zones.add(sign * (int(match[6]) * 60 + int(match[7])))
            try:
                return date(int(match[3]), int(match[2]), int(match[1])), match[4]
            except ValueError:
                return None, match[4]
        return None, ""

    def _gather(self, element: Any, look: Run, gathered: _Gathered, depth: int) -> None:
        """Add the text and the files of an element."""
        if depth > _MAX_DEPTH:
            raise Refused(
                "EVID.LIMIT", "a message of the chat is nested too deeply", "export the chat again"
            )
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            return
        look = replace(look, **_LOOKS.get(element.tag, {}))
        is_line = element.tag in _LINES
        if is_line or element.tag == "br":
            gathered.runs.append(Run(text="\n"))
        self._add_text(element.text, look, element, gathered)
        for child in element:
            self._gather(child, look, gathered, depth + 1)
            self._add_text(child.tail, look, element, gathered)
        if element.tag == "a":
            self._add_address(element, gathered)
        if is_line:
            gathered.runs.append(Run(text="\n"))

    def _add_text(self, text: str | None, look: Run, element: Any, gathered: _Gathered) -> None:
        if text and element.tag == "pre":
            gathered.runs.append(replace(look, text=text))
        elif text:
            gathered.runs.append(replace(look, text=re.sub(r"[ \t\r\n]+", " ", text)))

    def _add_address(self, element: Any, gathered: _Gathered) -> None:
        """Add where a link leads: to a message, a file of the export, or elsewhere."""
        address = str(element.get("href") or "").strip()
        if match := _REPLY.fullmatch(address):
            if number := self._numbers.get(match[1]):
                gathered.runs.append(Run(text=f" (message {number})"))
        elif address and not _OUTSIDE.match(address):
            media = self.files.take(unquote(address))
            gathered.media.append(media)
            gathered.runs.append(Run(text=f"\nFile: {media.name}\n"))
        elif address and not address.startswith("#"):
            shown = "".join(element.itertext()).strip()
            if address not in (shown, f"http://{shown}", f"https://{shown}", f"mailto:{shown}"):
                gathered.runs.append(Run(text=f" ({address})"))
        for image in element.iter("img"):
            self.files.use(unquote(str(image.get("src") or "")))


def _find_sender(body: Any) -> str:
    """Return who wrote a message; "" if it is the sender of the one before."""
    for child in body:
        if "from_name" in _classes(child):
            return " ".join("".join(child.itertext()).split())
    return ""


def _tidy_lines(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield the runs without empty lines and blanks around lines."""
    between = ""  # what stands before the next text, if there is one
    is_start = True  # of a line
    has_text = False
    for run in runs:
        for piece in re.split(r"(\n)", run.text):
            if piece == "\n":
                between, is_start = "\n", True
                continue
            text = piece.strip(" ")
            if not text:
                between += "" if is_start else piece
                continue
            lead = piece[: len(piece) - len(piece.lstrip(" "))]
            between += "" if is_start else lead
            if between and has_text:
                yield Run(text=between)
            yield replace(run, text=text)
            between = piece[len(piece.rstrip(" ")) :]
            is_start, has_text = False, True


def _describe_zone(zones: set[int]) -> str:
    if not zones:
        return "The export does not say the time zone of its times: they are those of the computer."
    names = " and ".join(format_offset(minutes) for minutes in sorted(zones))
    return f"Times are those of the computer that made the export: {names}."
