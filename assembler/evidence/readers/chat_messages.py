"""The records of a chat, whatever program it was exported from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from assembler.documents.paper_blocks import Run


class MediaSource(Protocol):
    """Where the files of a chat are."""

    def read(self, name: str) -> bytes:
        """Return a file of the chat. Raises Refused if it is damaged or too large."""
        ...


class NoFiles:
    """The files of a chat that came without any."""

    def read(self, name: str) -> bytes:
        """Raise KeyError, since no message has a file."""
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMedia:
    """A file of a message.

    `name`: as the chat names it. `key`: its name in the `MediaSource`; "" if it is not there.
    `number`: its place among all files of the chat that are there, from 1; 0 if it is not there.
    """

    name: str
    key: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """A message, or a line of the program's own, such as "Ana added Luis".

    `number`: its place in the file, from 1. `time`: as the file has it, without the day.
    `written_time`: day and time in other words of the file, if it has them twice.
    `omitted`: how many files the export left out of it. `notes`: our words about it.
    """

    number: int
    day: date | None
    time: str = ""
    written_time: str = ""
    sender: str = ""
    runs: tuple[Run, ...] = ()
    is_system: bool = False
    is_deleted: bool = False
    is_edited: bool = False
    omitted: int = 0
    media: tuple[ChatMedia, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return its text without looks."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Messages in the order they are read in. `name`: "" if the file does not name it."""

    messages: tuple[ChatMessage, ...]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A file of messages.

    `title`: of its pages. `program`: that exported it. `notes`: our words about all of it.
    `preface`: text before the first message. `unnamed`: names of files that no message names.
    """

    title: str
    program: str
    conversations: tuple[Conversation, ...]
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    preface: str = ""
    unnamed: tuple[str, ...] = ()

    @property
    def messages(self) -> Iterator[ChatMessage]:
        """Return the messages of all conversations."""
        return (message for part in self.conversations for message in part.messages)
