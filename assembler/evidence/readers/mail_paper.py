"""Lay out messages as papers: header, body, list of attachments, and the attachments themselves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from assembler.documents.paper_blocks import (
    Block,
    Cell,
    PageBreak,
    Paper,
    Row,
    Table,
    TextStyle,
    make_cell,
    make_paragraph,
)
from assembler.evidence.file_types import sniff
from assembler.evidence.kind_names import describe_kind
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers import picture
from assembler.evidence.readers.html_blocks import Missing, describe_missing, make_html_blocks
from assembler.evidence.readers.mail_message import MailMessage, MailPart, MailText
from assembler.evidence.readers.plain_bodies import make_text_blocks
from assembler.evidence.readers.reading import (
    MAX_DEPTH,
    AttachedFile,
    FileReading,
    PaperTemplate,
    PrintedPaper,
    Section,
)
from assembler.evidence.refusal import Refused
from assembler.model import Passage, PassageKind, Severity

_HEADER_WIDTHS = (1.0, 5.5)
_LIST_WIDTHS = (0.4, 4.6, 1.1, 0.6)
_ALWAYS = ("From", "Date", "Subject")  # labels that are printed even if the message has none
_PRINT = "print the message to PDF in the mail program"
# what a page shows other than the file's words; named on it, and in a finding
_OUTSIDE = (Missing.PICTURE, Missing.EMBEDDED, Missing.BACKGROUND, Missing.DRAWING)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedMessage:
    """A message, its number in the file, and its heading.

    `attachment`: the numbers that lead to its file, as in `ReadRequest`. `files`: those that its
    attachments are numbered below; of a mailbox, with the number of the message. `sha256`: of the
    file, if the message is all of it.
    """

    message: MailMessage
    number: int
    heading: str
    attachment: tuple[int, ...]
    files: tuple[int, ...]
    sha256: str = ""


def lay_out_messages(
    messages: Sequence[NumberedMessage], facts: tuple[tuple[str, str], ...], step: str
) -> FileReading:
    """Return the pages of messages of a file, with the pages of what is attached to them.

    Args:
        facts: about the file, for its first page.
        step: name of the reader.
    """
    layout = _Layout(facts)
    for entry in messages:
        layout.add_message(entry)
    return layout.finish(step)


class _Layout:
    """Collects papers and attached files."""

    def __init__(self, facts: tuple[tuple[str, str], ...]) -> None:
        self._sections: list[Section] = []
        self._title, self._facts = "", facts
        self._blocks: list[Block] = []
        self._missing: Counter[str] = Counter()
        self._removed: Counter[str] = Counter()
        self._losses: list[Loss] = []
        self._guessed = self._signatures = 0

    def add_message(self, entry: NumberedMessage) -> None:
        """Add a message with all that is attached to it. Raises Refused if files are too deep."""
        if len(entry.files) >= MAX_DEPTH:
            raise Refused(
                "EVID.LIMIT",
                f"it holds messages within messages, more than {MAX_DEPTH - 1} deep",
                "save the inner messages, and list those that matter as exhibits",
            )
        message = entry.message
        passage = Passage(
            kind=PassageKind.MESSAGE,
            first=entry.number,
            last=entry.number,
            attachment=entry.attachment,
        )
        if self._blocks:
            heading = make_paragraph(entry.heading, TextStyle.HEADING_1, passage)
            self._blocks += [PageBreak(), heading, _make_header(entry, None)]
        else:
            self._title = entry.heading
            self._blocks.append(_make_header(entry, passage))
        files = _list_files(message)
        numbers = {id(part): number for number, part in enumerate(files, 1)}
        self._add_body(message, numbers)
        self._report(message)
        if files:
            self._blocks.append(make_paragraph("Attachments", TextStyle.HEADING_3))
            self._blocks.append(_make_list(files, entry.files))
        self._add_files(files, entry.files)

    def finish(self, step: str) -> FileReading:
        """Return everything that was added."""
        self._end_paper()
        self._losses += _make_losses(self._missing, self._guessed, self._signatures)
        return FileReading(
            sections=tuple(self._sections),
            removed=self._removed,
            losses=tuple(self._losses),
            steps=(step,),
        )

    def _end_paper(self) -> None:
        if not self._blocks:
            return
        paper = Paper(title=self._title, facts=self._facts, blocks=tuple(self._blocks))
        self._sections.append(PrintedPaper(template=PaperTemplate.EMAIL, paper=paper))
        self._blocks, self._facts = [], ()

    def _add_body(self, message: MailMessage, numbers: dict[int, int]) -> None:
        """Add the texts of a message, and the places of files between them."""
        missing: Counter[str] = Counter()
        count = len(self._blocks)
        last_text = max(
            (place for place, item in enumerate(message.body) if isinstance(item, MailText)),
            default=-1,
        )
        for place, item in enumerate(message.body):
            if isinstance(item, MailText):
                missing += self._add_text(item, message)
            elif place < last_text and id(item) in numbers:
                note = f"[attachment {numbers[id(item)]} is here]"
                self._blocks.append(make_paragraph(note, TextStyle.NOTE))
        if message.encrypted:
            self._add_note(f"The message is encrypted ({message.encrypted}) and cannot be shown.")
        elif len(self._blocks) == count:
            self._add_note("The message has no text.")
        for sentence in describe_missing(missing):
            self._add_note(f"{sentence}.")
        if message.signatures:
            self._add_note("The message has a digital signature, which was not checked.")
        for fault in message.faults:
            self._add_note(f"The message is damaged: {fault}.")
        self._missing += missing

    def _add_text(self, text: MailText, message: MailMessage) -> Counter[str]:
        if not text.is_html:
            self._blocks += make_text_blocks(text)
            return Counter()
        pictures = {address: part.data for part in message.parts for address in part.addresses}
        result = make_html_blocks(text.text, lambda address: find_part(pictures, address))
        self._blocks += result.blocks
        return result.missing

    def _add_note(self, sentence: str) -> None:
        self._blocks.append(make_paragraph(sentence, TextStyle.NOTE))

    def _report(self, message: MailMessage) -> None:
        """Note what a person must know about a message."""
        self._removed += message.removed
        self._guessed += message.guessed
        self._signatures += message.signatures > 0
        if message.encrypted:
            problem = f"a message is encrypted ({message.encrypted}), and its text cannot be shown"
            remedy = "open it in the mail program of its owner, and print it to PDF"
            self._losses.append(make_loss("EVID.ATTACHED", problem, remedy, Severity.ERROR))
        for fault in message.faults:
            problem = f"a message is damaged: {fault}"
            remedy = "ask for the message again, or compare the pages with the mail program"
            self._losses.append(make_loss("EVID.MAIL", problem, remedy))

    def _add_files(self, files: Sequence[MailPart], within: tuple[int, ...]) -> None:
        for number, part in enumerate(files, 1):
            path = (*within, number)
            name = f"attachment {'.'.join(map(str, path))}"
            if part.missing:
                problem = f"{name} is not in the file: {part.missing}"
                remedy = "save it from the mail program, and list it as an exhibit"
                self._losses.append(make_loss("EVID.ATTACHED", problem, remedy, Severity.ERROR))
            elif part.message is not None:
                self._end_paper()
                heading = f"{name[:1].upper()}{name[1:]}: e-mail"
                self.add_message(
                    NumberedMessage(
                        message=part.message,
                        number=1,
                        heading=heading,
                        attachment=path,
                        files=path,
                    )
                )
                self._end_paper()
            else:
                self._end_paper()
                self._sections.append(AttachedFile(data=part.data, attachment=path))


def find_part(parts: dict[str, bytes], address: str) -> bytes | None:
    """Return the file that HTML names by an address; None if the message does not have it."""
    return parts.get(address) or parts.get(_decode_address(address))


def _decode_address(address: str) -> str:
    scheme, colon, rest = address.partition(":")
    return f"{scheme.lower()}{colon}{unquote(rest)}" if colon else unquote(address)


def _list_files(message: MailMessage) -> list[MailPart]:
    """Return the attachments: all files but the pictures that the text shows."""
    texts = [item.text for item in message.body if isinstance(item, MailText) and item.is_html]
    texts += [unquote(text) for text in texts]
    return [
        part
        for part in message.parts
        if not any(address in text for text in texts for address in part.addresses)
        or sniff(part.data) not in picture.KINDS
    ]


def _make_header(entry: NumberedMessage, passage: Passage | None) -> Table:
    present = {label for label, _ in entry.message.headers}
    first = [(label, "") for label in _ALWAYS[:1] if label not in present]
    last = [(label, "") for label in _ALWAYS[1:] if label not in present]
    rows = [*first, *entry.message.headers, *last]
    if entry.sha256:
        rows.append(("sha256", entry.sha256))
    return Table(
        widths=_HEADER_WIDTHS,
        rows=tuple(
            Row(
                cells=(make_cell(label, TextStyle.TABLE_HEADING), _make_value(value)),
                starts=passage if not place else None,
            )
            for place, (label, value) in enumerate(rows)
        ),
    )


def _make_value(value: str) -> Cell:
    return make_cell(value) if value else make_cell("none", TextStyle.NOTE)


def _make_list(files: Sequence[MailPart], within: tuple[int, ...]) -> Table:
    labels = ("No.", "Name", "Kind", "Size")
    heading = Row(cells=tuple(make_cell(label, TextStyle.TABLE_HEADING) for label in labels))
    rows = [
        _make_list_row(part, ".".join(map(str, (*within, number))))
        for number, part in enumerate(files, 1)
    ]
    return Table(widths=_LIST_WIDTHS, rows=(heading, *rows), headings=1)


def _make_list_row(part: MailPart, number: str) -> Row:
    name = make_paragraph(part.name or "without a name", TextStyle.TABLE)
    if part.missing:
        note = make_paragraph(f"not in the file: {part.missing}", TextStyle.NOTE)
        return Row(
            cells=(make_cell(number), Cell(blocks=(name, note)), make_cell(""), make_cell(""))
        )
    if part.message is not None:
        subject = dict(part.message.headers).get("Subject", "")
        name = make_paragraph(part.name or subject or "without a name", TextStyle.TABLE)
        return Row(
            cells=(make_cell(number), Cell(blocks=(name,)), make_cell("E-mail"), make_cell(""))
        )
    digest = make_paragraph(f"sha256 {hashlib.sha256(part.data).hexdigest()}", TextStyle.NOTE)
    return Row(
        cells=(
            make_cell(number),
            Cell(blocks=(name, digest)),
            make_cell(describe_kind(sniff(part.data))),
            make_cell(format_size(len(part.data))),
        )
    )


def format_size(size: int) -> str:
    """Return "812 bytes", "14 KB" or "2.3 MB"."""
    if size < 1_000:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 999_500:
        return f"{size / 1_000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"


def _make_losses(missing: Counter[str], guessed: int, signatures: int) -> list[Loss]:
    losses = [
        make_loss("EVID.REMOTE", sentence, f"if it matters, {_PRINT}")
        for kind in _OUTSIDE
        for sentence in describe_missing({kind: missing[kind]})
    ]
    broken: dict[str, int] = {Missing.BROKEN_PICTURE: missing[Missing.BROKEN_PICTURE]}
    losses += [
        make_loss("EVID.ATTACHED", sentence, _PRINT, Severity.ERROR)
        for sentence in describe_missing(broken)
    ]
    if guessed:
        noun = "1 text does" if guessed == 1 else f"{guessed} texts do"
        problem = f"{noun} not say a usable encoding, so the most likely one was used"
        losses.append(make_loss("EVID.ENCODING", problem, "check the letters with accents"))
    if signatures:
        noun = "1 message has" if signatures == 1 else f"{signatures} messages have"
        problem = f"{noun} a digital signature, which was not checked"
        remedy = "keep the client's file unchanged; the manifest has its sha256"
        losses.append(make_loss("EVID.SIGNATURE", problem, remedy))
    return losses
