"""Make the papers of a chat: a table of its messages with their pictures, and the files that follow
it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from assembler.documents.paper_blocks import (
    Block,
    Cell,
    Paper,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    TextStyle,
    make_cell,
    make_paragraph,
)
from assembler.evidence.file_types import sniff
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.chat_messages import (
    Chat,
    ChatMedia,
    ChatMessage,
    Conversation,
    MediaSource,
)
from assembler.evidence.readers.inline_pictures import make_inline_pictures
from assembler.evidence.readers.message_choice import choose_messages, describe_numbers
from assembler.evidence.readers.picture import KINDS
from assembler.evidence.readers.reading import (
    AttachedFile,
    FileReading,
    PaperTemplate,
    PrintedPaper,
    ReadRequest,
    Section,
)
from assembler.evidence.refusal import Refused
from assembler.model import FileOptions, Passage, PassageKind

_HEADINGS = ("No.", "Date and time", "From", "Message")
_WIDTHS = (0.5, 1.6, 1.2, 3.2)  # inches
_PICTURE_WIDTH = 222.0  # points, at most
_STICKER_WIDTH = 100.0
_ROWS_OF_PAPER = 500  # messages in one paper: Word engines take longer the longer it is
_MAX_NAMES = 60  # of participants that are listed
_MAX_UNNAMED = 1_000  # files that are listed
# files that a page cannot show, by kind
_NOT_SHOWN = {
    "sound": ("sound recording", "sound recordings"),
    "film": ("film", "films"),
    "card": ("address card", "address cards"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def make_chat_reading(chat: Chat, files: MediaSource, request: ReadRequest) -> FileReading:
    """Return the pages of the chosen messages. Raises Refused if there are none or too many."""
    chosen, undated = _choose(chat, request.options)
    writer = _Writer(files, request.attachment)
    papers = tuple(_make_papers(chat, chosen, writer, request))
    messages = [message for part in chosen for message in part.messages]
    losses = (
        *writer.list_losses(),
        *_list_message_losses(messages, undated),
        *_list_chat_losses(chat),
    )
    return FileReading(sections=(*papers, *writer.attached), losses=losses, steps=(chat.program,))


def _choose(chat: Chat, options: FileOptions) -> tuple[tuple[Conversation, ...], int]:
    """Return the conversations with the messages that case.json chooses, and how many have no day
    by which they could be chosen. Raises Refused."""
    days = {message.number: message.day for message in chat.messages}
    if not days:
        raise Refused("EVID.BROKEN", "the chat has no messages", "export the chat again")
    choice = choose_messages([days[number] for number in sorted(days)], options)
    numbers = frozenset(choice.numbers)
    parts = (
        replace(part, messages=tuple(m for m in part.messages if m.number in numbers))
        for part in chat.conversations
    )
    return tuple(part for part in parts if part.messages), choice.undated


def _make_papers(
    chat: Chat, chosen: Sequence[Conversation], writer: _Writer, request: ReadRequest
) -> Iterator[Section]:
    name = chat.title
    if request.attachment:
        name = f"Attachment {'.'.join(map(str, request.attachment))}: {chat.title}"
    title, facts = name, tuple(_list_facts(chat, chosen, request.sha256))
    blocks: list[Block] = [make_paragraph(note, TextStyle.NOTE) for note in chat.notes]
    blocks += (make_paragraph(line) for line in chat.preface.split("\n") if line.strip())
    rows = 0
    for part in chosen:
        for begin in range(0, len(part.messages), _ROWS_OF_PAPER):
            messages = part.messages[begin : begin + _ROWS_OF_PAPER]
            if rows and rows + len(messages) > _ROWS_OF_PAPER:
                yield _make_paper(title, facts, blocks)
                title, facts, blocks, rows = f"{name}, continued", (), [], 0
            if part.name and not begin:
                blocks.append(make_paragraph(part.name, TextStyle.HEADING_2))
            blocks.append(writer.make_table(messages))
            rows += len(messages)
    blocks += _list_unnamed(chat)
    yield _make_paper(title, facts, blocks)


def _make_paper(
    title: str, facts: tuple[tuple[str, str], ...], blocks: Sequence[Block]
) -> PrintedPaper:
    paper = Paper(title=title, facts=facts, blocks=tuple(blocks))
    return PrintedPaper(template=PaperTemplate.CHAT, paper=paper)


def _list_facts(
    chat: Chat, chosen: Sequence[Conversation], sha256: str
) -> Iterator[tuple[str, str]]:
    yield from chat.facts
    yield "Participants", _describe_participants(chat)
    messages = [message for part in chosen for message in part.messages]
    yield "Messages", _describe_range(messages, sum(1 for _ in chat.messages))
    yield "sha256", sha256


def _describe_participants(chat: Chat) -> str:
    counts = Counter(message.sender for message in chat.messages if message.sender)
    names = [
        f"{name} ({_format_count(count, 'message')})"
        for name, count in counts.most_common(_MAX_NAMES)
    ]
    if len(counts) > _MAX_NAMES:
        names.append(f"and {len(counts) - _MAX_NAMES} more")
    return ", ".join(names) or "none is named"


def _describe_range(messages: Sequence[ChatMessage], total: int) -> str:
    """Return "120–180 of 5012; from Jan 3, 2025, 21:41, to Feb 1, 2025, 08:05"."""
    shown = describe_numbers(sorted(message.number for message in messages))
    dated = [message for message in messages if message.day is not None]
    if not dated:
        return f"{shown} of {total}"
    first = min(dated, key=lambda message: (message.day or date.min, message.number))
    last = max(dated, key=lambda message: (message.day or date.min, message.number))
    return f"{shown} of {total}; from {_format_moment(first)}, to {_format_moment(last)}"


def _format_moment(message: ChatMessage) -> str:
    return f"{format_day(message.day)}, {message.time}".strip(", ")


def format_day(day: date | None) -> str:
    """Return "Jan 3, 2025"."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}" if day else "no date"


def _format_count(count: int, singular: str, plural: str = "") -> str:
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def _list_unnamed(chat: Chat) -> Iterator[Block]:
    if not chat.unnamed:
        return
    count = _format_count(len(chat.unnamed), "file")
    note = f"The export has {count} that no message of the chat names:"
    yield make_paragraph(note, TextStyle.NOTE)
    for name in chat.unnamed[:_MAX_UNNAMED]:
        yield make_paragraph(name.rpartition("/")[2], TextStyle.LIST)


class _Writer:
    """Writes messages as rows of tables, and remembers their files."""

    def __init__(self, files: MediaSource, attachment: tuple[int, ...]) -> None:
        self.attached: list[AttachedFile] = []
        self._not_shown: Counter[str] = Counter()
        self._animated = self._missing = 0
        self._files, self._attachment = files, attachment
        self._descriptions: dict[int, tuple[Picture | Paragraph, ...]] = {}

    def make_table(self, messages: Sequence[ChatMessage]) -> Table:
        """Return a table of messages, with a heading for each day."""
        rows = [Row(cells=tuple(make_cell(text, TextStyle.TABLE_HEADING) for text in _HEADINGS))]
        day: date | None = None
        for message in messages:
            passage = Passage(
                kind=PassageKind.MESSAGE,
                first=message.number,
                last=message.number,
                attachment=self._attachment,
            )
            if message.day is not None and message.day != day:
                day = message.day
                heading = f"{_DAYS[day.weekday()]}, {format_day(day)}"
                cell = Cell(blocks=(make_paragraph(heading, TextStyle.TABLE_HEADING),), columns=4)
                # so that a heading at the end of a page is not taken for the message before it
                rows.append(Row(cells=(cell,), starts=passage))
                rows.append(Row(cells=self._make_cells(message)))
            else:
                rows.append(Row(cells=self._make_cells(message), starts=passage))
        return Table(widths=_WIDTHS, rows=tuple(rows), headings=1)

    def _make_cells(self, message: ChatMessage) -> tuple[Cell, ...]:
        return (
            make_cell(str(message.number)),
            make_cell("\n".join(filter(None, (_format_moment(message), message.written_time)))),
            make_cell(message.sender),
            Cell(blocks=tuple(self._make_blocks(message))),
        )

    def _make_blocks(self, message: ChatMessage) -> Iterator[Paragraph | Picture]:
        notes = list(message.notes)
        if message.is_deleted:
            notes.append("The message was deleted before the export.")
        if message.omitted:
            notes.append("The export left out the file of this message.")
        yield from _split_paragraphs(message.runs)
        for media in message.media:
            yield from self._show_media(media)
        for note in notes:
            yield make_paragraph(note, TextStyle.NOTE)

    def _show_media(self, media: ChatMedia) -> Iterator[Paragraph | Picture]:
        if not media.key:
            self._missing += 1
            yield make_paragraph("The file is not in the export.", TextStyle.NOTE)
            return
        if media.number in self._descriptions:
            yield from self._descriptions[media.number]
            return
        blocks = tuple(self._describe_media(media))
        self._descriptions[media.number] = blocks
        yield from blocks

    def _describe_media(self, media: ChatMedia) -> Iterator[Paragraph | Picture]:
        data = self._files.read(media.key)
        kind = sniff(data)
        name = f"Attachment {self._name_attachment(media)}"
        if kind in KINDS and (pictures := make_inline_pictures(data, 0.0, name)):
            most = _STICKER_WIDTH if kind == "webp" else _PICTURE_WIDTH
            for picture in pictures:
                yield replace(picture, width=min(picture.width, most))
            yield make_paragraph(f"{name}.", TextStyle.NOTE)
            return
        if kind in _NOT_SHOWN:
            self._not_shown[kind] += 1
            digest = hashlib.sha256(data).hexdigest()
            # the proof looks for "attachment … cannot be shown"
            yield make_paragraph(
                f"{_add_article(_NOT_SHOWN[kind][0])}: {name.lower()} cannot be shown. It has "
                f"{_format_count(len(data), 'byte')}, sha256 {digest}.",
                TextStyle.NOTE,
            )
            return
        path = (*self._attachment, media.number)
        self.attached.append(AttachedFile(data=data, attachment=path))
        yield make_paragraph(f"{name} is on the pages after the chat.", TextStyle.NOTE)

    def _name_attachment(self, media: ChatMedia) -> str:
        return ".".join(map(str, (*self._attachment, media.number)))

    def list_losses(self) -> Iterator[Loss]:
        """Yield what the pages do not show of the files that came with the messages."""
        if self._not_shown:
            kinds = ", ".join(
                _format_count(count, *_NOT_SHOWN[kind])
                for kind, count in sorted(self._not_shown.items())
            )
            problem = f"files of the chat are named with their sha256, but not shown: {kinds}"
            remedy = "file a transcript of the recordings that matter, and keep the export"
            yield make_loss("EVID.CHAT", problem, remedy)
        if self._missing:
            problem = f"the export lacks {_format_count(self._missing, 'file')} that messages name"
            remedy = "export the chat again with its media, as one ZIP file"
            yield make_loss("EVID.CHAT", problem, remedy)


def _split_paragraphs(runs: Iterable[Run]) -> Iterator[Paragraph]:
    """Yield a paragraph for each line."""
    line: list[Run] = []
    for run in runs:
        for number, piece in enumerate(run.text.split("\n")):
            if number:
                yield Paragraph(runs=tuple(line), style=TextStyle.TABLE)
                line = []
            if piece:
                line.append(replace(run, text=piece))
    yield Paragraph(runs=tuple(line), style=TextStyle.TABLE)


def _add_article(words: str) -> str:
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"


def _list_message_losses(messages: Sequence[ChatMessage], undated: int) -> Iterator[Loss]:
    if undated:
        count = _format_count(undated, "message")
        problem = f"{count} without a date, which `since` and `until` do not choose"
        yield make_loss("EVID.CHAT", problem, "choose by `messages`, if they matter")
    if omitted := sum(message.omitted for message in messages):
        problem = f"the export left out {_format_count(omitted, 'file')} of the messages"
        remedy = "export the chat again with its media, as one ZIP file"
        yield make_loss("EVID.CHAT", problem, remedy)
    if deleted := sum(message.is_deleted for message in messages):
        problem = f"{_format_count(deleted, 'message')} deleted before the chat was exported"
        remedy = "if they matter, ask the other people of the chat for their exports"
        yield make_loss("EVID.CHAT", problem, remedy)


def _list_chat_losses(chat: Chat) -> Iterator[Loss]:
    if chat.unnamed:
        problem = (
            f"{_format_count(len(chat.unnamed), 'file')} of the export, which no message names"
        )
        remedy = "look at them, and list those that matter as exhibits"
        yield make_loss("EVID.CHAT", f"{problem}, not shown", remedy)
