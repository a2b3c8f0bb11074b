"""Read a chat that Telegram exported as JSON (result.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from assembler.documents.paper_blocks import Run
from assembler.evidence.readers.chat_archive import PathTable
from assembler.evidence.readers.chat_messages import Chat, ChatMedia, ChatMessage, Conversation
from assembler.evidence.refusal import Refused

_MAX_DEPTH = 8  # of values within a message
_MAX_OFFSET = 14 * 60  # minutes, between the time of a place and UTC
_NOT_INCLUDED = "("  # begins what stands for a file that was left out
# what the program does not show, and what is shown in other ways
_SILENT = frozenset(
    (
        *("id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id"),
        *("actor", "actor_id", "text", "text_entities", "thumbnail", "thumbnail_file_size"),
        *("photo", "photo_file_size", "file", "file_size", "width", "height", "mime_type"),
        *("action", "forwarded_from", "forwarded_from_id", "reply_to_message_id", "reactions"),
        *("reply_to_peer_id", "contact_vcard", "contact_vcard_file_size", "poll", "message_id"),
        *("forwarded_date", "forwarded_date_unixtime", "saved_from_id", "via_bot_id", "game_id"),
        *("document_id", "chat_id", "peer_id", "user_id", "data", "dataBase64", "button_id"),
        *("inline_bot_buttons", "file_name", "icon_emoji_id", "gift_id", "new_icon_emoji_id"),
    )
)
_FILES = ("photo", "file", "contact_vcard")
_LOOKS: Mapping[str, Mapping[str, bool]] = {
    "bold": {"bold": True},
    "italic": {"italic": True},
    "underline": {"underlined": True},
    "strikethrough": {"struck": True},
}


def read_telegram_json(content: object, names: Sequence[str] = (), folder: str = "") -> Chat:
    """Return the messages of a chat.

    Args:
        content: what the JSON text holds.
        names: the files that came with it; `folder`: where in the archive it is.

    Raises Refused if it is an export of several chats, or no chat.
    """
    if isinstance(content, dict) and "chats" in content and "messages" not in content:
        raise Refused(
            "EVID.FORMAT",
            "the file is an export of all of a person's chats",
            "export the one chat that matters: open it in Telegram Desktop, ⋮, Export chat history",
        )
    if not isinstance(content, dict) or not isinstance(content.get("messages"), list):
        raise _refuse_broken()
    records = [record for record in content["messages"] if isinstance(record, dict)]
    reader = _Reader(records, PathTable(names, folder))
    messages = tuple(
        reader.read_message(number, record) for number, record in enumerate(records, 1)
    )
    name = read_text(content.get("name"))
    return Chat(
        title="Telegram chat",
        program="Telegram",
        conversations=(Conversation(messages=messages),),
        facts=(("Name of the chat", name),) if name else (),
        notes=(_describe_zone(records),),
        unnamed=reader.files.list_unnamed(),
    )


def _refuse_broken() -> Refused:
    return Refused("EVID.BROKEN", "the file of the chat is damaged", "export the chat again")


def read_text(value: object) -> str:
    """Return a text, a number, or the texts of a list of styled pieces."""
    return "".join(run.text for run in _make_runs(value))


def _make_runs(value: object) -> tuple[Run, ...]:
    """Return a text with its looks; the address of a link after its text, where it differs."""
    if isinstance(value, str):
        return (Run(text=value),) if value else ()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (Run(text=str(value)),)
    if not isinstance(value, list):
        return ()
    runs: list[Run] = []
    for piece in value:
        if isinstance(piece, str):
            runs.append(Run(text=piece))
        elif isinstance(piece, dict) and isinstance(piece.get("text"), str):
            look = _LOOKS.get(str(piece.get("type")), {})
            runs.append(Run(text=piece["text"], **look))
            address = piece.get("href")
            if isinstance(address, str) and address != piece["text"]:
                runs.append(Run(text=f" ({address})"))
    return tuple(runs)


class _Reader:
    """Reads messages, and remembers their numbers by their ids."""

    def __init__(self, records: Sequence[Mapping[str, Any]], files: PathTable) -> None:
        self.files = files
        self._numbers = {str(record.get("id")): n for n, record in enumerate(records, 1)}

    def read_message(self, number: int, record: Mapping[str, Any]) -> ChatMessage:
        """Return a message. Raises Refused."""
        day, time = _read_moment(record.get("date"))
        is_service = record.get("type") == "service"
        sender = read_text(record.get("from") or record.get("actor"))
        if not sender and not is_service and "from" in record:
            sender = "Deleted Account"  # as the program shows it
        lines = [*self._list_lines_before(record)]
        before = "".join(f"{line}\n" for line in lines)
        after = "".join(f"\n{line}" for line in self._list_lines_after(record))
        text = _make_runs(record.get("text"))
        runs = (
            Run(text=before if text else before.rstrip("\n"), italic=True),
            *text,
            Run(text=after, italic=True),
        )
        return ChatMessage(
            number=number,
            day=day,
            time=time,
            sender=sender,
            runs=_strip_runs(runs),
            is_system=is_service,
            is_edited="edited" in record,
            omitted=sum(
                1 for key in _FILES if read_text(record.get(key)).startswith(_NOT_INCLUDED)
            ),
            media=tuple(self._list_media(record)),
            notes=tuple(_list_notes(record)),
        )

    def _list_lines_before(self, record: Mapping[str, Any]) -> Iterator[str]:
        if record.get("type") == "service":
            yield read_text(record.get("action")).replace("_", " ")
        if "forwarded_from" in record:
            origin = read_text(record.get("forwarded_from")) or "a deleted account"
            moment = read_text(record.get("forwarded_date")).replace("T", " ")
            yield f"Forwarded from {origin}{f', {moment}' if moment else ''}"
        if "reply_to_message_id" in record:
            number = self._numbers.get(str(record.get("reply_to_message_id")))
            yield f"Reply to message {number}" if number else "Reply to a message not in the export"

    def _list_lines_after(self, record: Mapping[str, Any]) -> Iterator[str]:
        for key in _FILES:
            if path := read_text(record.get(key)):
                yield f"File: {path if path.startswith('(') else path.rpartition('/')[2]}"
        name = read_text(record.get("file_name"))
        if name and name not in (read_text(record.get(key)).rpartition("/")[2] for key in _FILES):
            yield f"File name: {name}"
        yield from _describe_poll(record.get("poll"))
        for key, value in record.items():
            if key not in _SILENT and (words := flatten_value(value)):
                yield f"{_name_key(key)}: {words}"
        yield from _describe_buttons(record.get("inline_bot_buttons"))
        yield from _describe_reactions(record.get("reactions"))

    def _list_media(self, record: Mapping[str, Any]) -> Iterator[ChatMedia]:
        for key in _FILES:
            path = read_text(record.get(key))
            if path and not path.startswith(_NOT_INCLUDED):
                yield self.files.take(path)
        self.files.use(read_text(record.get("thumbnail")))


def _strip_runs(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Return the runs without empty ones, and without line breaks at both ends."""
    kept = [run for run in runs if run.text]
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip("\n"))
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip("\n"))
    return tuple(kept)


def _read_moment(value: object) -> tuple[date | None, str]:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None, ""
    return moment.date(), f"{moment:%H:%M:%S}"


def _list_notes(record: Mapping[str, Any]) -> Iterator[str]:
    if "edited" in record:
        day, time = _read_moment(record.get("edited"))
        when = f" on {day.isoformat()}, {time}" if day else ""
        yield f"The message was edited{when}; the export has its last text only."


def _name_key(key: str) -> str:
    return key.replace("_", " ").capitalize()


def flatten_value(value: object, depth: int = 0) -> str:
    """Return all texts and numbers of a value of any kind, with their names. Raises Refused."""
    if depth > _MAX_DEPTH:
        raise _refuse_broken()
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        pieces = [flatten_value(piece, depth + 1) for piece in value]
        return ", ".join(filter(None, pieces))
    if isinstance(value, dict):
        if isinstance(value.get("text"), str) and set(value) <= {"type", "text", "href"}:
            return read_text([value])
        named = [
            (str(key), flatten_value(piece, depth + 1))
            for key, piece in value.items()
            if key == "text" or key not in _SILENT
        ]
        return "; ".join(f"{key.replace('_', ' ')}: {words}" for key, words in named if words)
    return ""


def _describe_poll(poll: object) -> Iterator[str]:
    if not isinstance(poll, dict):
        return
    yield f"Poll: {read_text(poll.get('question'))}"
    answers = poll.get("answers")
    for answer in answers if isinstance(answers, list) else []:
        if isinstance(answer, dict):
            votes = read_text(answer.get("voters"))
            chosen = ", chosen" if answer.get("chosen") is True else ""
            yield f"• {read_text(answer.get('text'))} ({votes or 0} votes{chosen})"
    state = "closed" if poll.get("closed") is True else "open"
    yield f"{read_text(poll.get('total_voters')) or 0} voters, {state}"


def _describe_buttons(rows: object) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, dict) and (words := read_text(button.get("text"))):
                address = read_text(button.get("data")) if button.get("type") == "url" else ""
                yield f"[{words}]{f' ({address})' if address else ''}"


def _describe_reactions(reactions: object) -> Iterator[str]:
    pieces = []
    for reaction in reactions if isinstance(reactions, list) else []:
        if isinstance(reaction, dict):
            sign = read_text(reaction.get("emoji")) or read_text(reaction.get("type"))
            recent = reaction.get("recent")
            names = [
                read_text(entry.get("from"))
                for entry in (recent if isinstance(recent, list) else [])
                if isinstance(entry, dict)
            ]
            people = ", ".join(filter(None, names))
            count = read_text(reaction.get("count"))
            pieces.append(f"{sign} {count}{f' ({people})' if people else ''}")
    if pieces:
        yield f"Reactions: {'; '.join(pieces)}"


def _describe_zone(records: Sequence[Mapping[str, Any]]) -> str:
    """Return what is known of the time zone: the difference to the seconds of UTC in the file."""
    minutes = {offset for record in records if (offset := _find_offset(record)) is not None}
    if not minutes:
        return (
            "The export does not say the time zone of its times: they are those of the computer "
            "that made it."
        )
    zones = " and ".join(format_offset(offset) for offset in sorted(minutes))
    return f"Times are those of the computer that made the export: {zones}."


def _find_offset(record: Mapping[str, Any]) -> int | None:
    """Return by how many minutes the time of a message is ahead of UTC."""
    try:
        local = datetime.fromisoformat(str(record.get("date"))).replace(tzinfo=UTC)
        seconds = int(local.timestamp()) - int(str(record.get("date_unixtime")))
    except (ValueError, OverflowError):
        return None
    return seconds // 60 if seconds % 60 == 0 and abs(seconds) <= _MAX_OFFSET * 60 else None


def format_offset(minutes: int) -> str:
    """Return "UTC−05:00"."""
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
