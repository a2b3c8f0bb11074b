"""Read a chat that WhatsApp exported, with or without its media."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assembler.documents.paper_blocks import Run
from assembler.evidence.readers.chat_archive import NameTable
from assembler.evidence.readers.chat_dates import find_orders, read_date
from assembler.evidence.readers.chat_messages import Chat, ChatMedia, ChatMessage, Conversation
from assembler.evidence.readers.whatsapp_lines import (
    RawChat,
    RawMessage,
    remove_marks,
    split_messages,
    strip_marks,
)
from assembler.evidence.readers.whatsapp_phrases import (
    is_deleted_message,
    is_edited_message,
    is_omitted_file,
)
from assembler.evidence.refusal import Refused
from assembler.model.file_options import DateOrder

_ZONE = "The export does not say the time zone of its times: they are those of the phone."
# "<attached: NAME>" (iOS) and "NAME (file attached)" (Android), in any language
_IN_BRACKETS = re.compile(r"<[^<>:：\n]{1,40}[:：] ?(?P<name>[^<>/\n]{1,255}\.\w{1,5})>")
_BEFORE_BRACKETS = re.compile(r"(?P<name>[^\n]{1,255}) \((?P<phrase>[^()\n]{1,60})\)")
# the names that WhatsApp gives
_NAME = re.compile(
    r"(?:(?:IMG|VID|AUD|PTT|STK|DOC|GIF)-\d{8}-WA\d+|\d{6,8}-[A-Z]+-[\d-]+)\.\w{1,5}", re.IGNORECASE
)
_OWN_MARK = "\u200e"  # iOS writes it before words of WhatsApp's own


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppSource:
    """A chat to read. `names`: the files that came with its text. `text_name`: that of the text, ""
    if it came alone."""

    text: str
    names: tuple[str, ...] = ()
    text_name: str = ""
    date_order: DateOrder | None = None


def read_whatsapp(source: WhatsAppSource) -> Chat:
    """Return the messages of a chat. Raises Refused if its dates cannot be told."""
    raw = split_messages(source.text)
    order = choose_order(raw, source.date_order)
    files = _Files(source.names, raw)
    messages = tuple(
        _make_message(number, message, order, files)
        for number, message in enumerate(raw.messages, 1)
    )
    name = source.text_name.rpartition("/")[2]
    return Chat(
        title="WhatsApp chat",
        program="WhatsApp",
        conversations=(Conversation(messages=messages),),
        facts=(("File of the chat", name),) if name else (),
        notes=(_ZONE, *_describe_calendar(raw)),
        preface=raw.preface,
        unnamed=files.list_unnamed(),
    )


def choose_order(raw: RawChat, chosen: DateOrder | None) -> DateOrder:
    """Return the order of the numbers of the dates. Raises Refused if the file does not tell, or
    not all dates fit the one that a person chose."""
    dates = [message.date for message in raw.messages]
    if raw.has_islamic_dates:
        raise Refused(
            "EVID.DATES",
            "the dates of the chat are in the Islamic calendar, whose days depend on the country",
            "set the phone to the Gregorian calendar, and export the chat again",
        )
    if chosen is not None:
        if wrong := sum(read_date(numbers, chosen) is None for numbers in dates):
            raise Refused(
                "EVID.DATES",
                f"{wrong} dates of the chat are no days in the `date_order` of case.json",
                "correct `date_order`, or remove it",
            )
        return chosen
    orders = find_orders(dates)
    if len(orders) == 1:
        return orders[0]
    if not orders:
        raise Refused(
            "EVID.DATES",
            "the dates of the chat are in no one order of day, month and year",
            "export the chat again; do not edit its text",
        )
    values = " or ".join(f'"date_order": "{order}"' for order in orders)
    raise Refused(
        "EVID.DATES",
        "the dates of the chat can be read in more than one way: no day is above 12",
        f"ask which order the phone uses, and put {values} into the file in case.json",
    )


def _describe_calendar(raw: RawChat) -> tuple[str, ...]:
    years = {number for message in raw.messages for number in message.date if number > 1000}
    if any(1369 <= year < 1426 for year in years):
        return ("The file has dates of the Persian calendar; here they are converted.",)
    if any(2500 < year < 2700 for year in years):
        return ("The file has years of the Buddhist calendar; here 543 is subtracted.",)
    return ()


def _make_message(number: int, raw: RawMessage, order: DateOrder, files: _Files) -> ChatMessage:
    is_own = raw.text.startswith(_OWN_MARK)
    text = strip_marks(raw.text)
    plain = remove_marks(text)
    media = files.find_media(plain)
    is_deleted = not media and is_deleted_message(plain)
    is_omitted = not (media or is_deleted) and is_omitted_file(plain, is_own=is_own)
    is_system = not raw.sender or (is_own and not media)
    return ChatMessage(
        number=number,
        day=read_date(raw.date, order),
        time=raw.time,
        sender=raw.sender,
        runs=(Run(text=text, italic=is_system or is_deleted or is_omitted),),
        is_system=is_system,
        is_deleted=is_deleted,
        is_edited=is_edited_message(plain),
        omitted=int(is_omitted),
        media=media,
    )


class _Files:
    """Finds the files that messages name, and numbers them in that order."""

    def __init__(self, names: Sequence[str], raw: RawChat) -> None:
        self._names, self._table = names, NameTable(names)
        self._numbers: dict[str, int] = {}  # by their names in the archive
        # "file attached", in the language of the phone: what follows names that are surely files
        self._phrases = frozenset(
            match["phrase"]
            for message in raw.messages
            if (match := _match_first_line(remove_marks(message.text)))
            and (_NAME.fullmatch(match["name"]) or self._table.find(match["name"]))
        )

    def find_media(self, plain: str) -> tuple[ChatMedia, ...]:
        """Return the files that a message names. People write such words too, so a name that
        WhatsApp does not give counts only if the file is there, or after the usual phrase."""
        names = [
            match["name"]
            for match in _IN_BRACKETS.finditer(plain)
            if self._table.find(match["name"]) or _NAME.fullmatch(match["name"])
        ]
        match = _match_first_line(plain)
        if match and (self._table.find(match["name"]) or match["phrase"] in self._phrases):
            names.append(match["name"])
        return tuple(map(self._make_media, names))

    def _make_media(self, name: str) -> ChatMedia:
        key = self._table.find(name)
        if not key:
            return ChatMedia(name=name)
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        return ChatMedia(name=name, key=key, number=number)

    def list_unnamed(self) -> tuple[str, ...]:
        """Return the files that no message names."""
        return tuple(name for name in self._names if name not in self._numbers)


def _match_first_line(plain: str) -> re.Match[str] | None:
    return _BEFORE_BRACKETS.fullmatch(plain.split("\n", 1)[0])
