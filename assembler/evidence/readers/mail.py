"""Read e-mail: a message (.eml, .emlx), or chosen messages of a mailbox (.mbox)."""

from __future__ import annotations

from assembler.evidence.losses import make_loss
from assembler.evidence.readers.mail_headers import read_day
from assembler.evidence.readers.mail_message import MailMessage
from assembler.evidence.readers.mail_paper import NumberedMessage, lay_out_messages
from assembler.evidence.readers.mail_parts import read_fields, read_message
from assembler.evidence.readers.mailbox_messages import (
    is_mailbox,
    split_mailbox,
    unwrap_message,
)
from assembler.evidence.readers.message_choice import choose_messages, describe_numbers
from assembler.evidence.readers.reading import FileReading, ReadRequest
from assembler.evidence.refusal import Refused

MAX_UNCHOSEN = 200  # messages of a mailbox that are printed without a choice
_STEP = "Python's e-mail parser"


def read_mail(request: ReadRequest) -> FileReading:
    """Return the pages of a message or mailbox. Raises Refused if it is too large, encrypted, or if
    no message is chosen."""
    data = unwrap_message(request.data)
    if not is_mailbox(data):
        choose_messages([read_day(read_fields(data))], request.options)
        return _read_single(data, request)
    return _read_mailbox(data, request)


def _read_single(data: bytes, request: ReadRequest) -> FileReading:
    message = read_message(data)
    refuse_encrypted(message)
    return lay_out_single(message, request, _STEP)


def lay_out_single(message: MailMessage, request: ReadRequest, step: str) -> FileReading:
    """Return the pages of a file with one message; `step`: name of the reader."""
    entry = NumberedMessage(
        message=message,
        number=1,
        heading=_name_single(request.attachment),
        attachment=request.attachment,
        files=request.attachment,
        sha256=request.sha256,
    )
    return lay_out_messages([entry], (), step)


def refuse_encrypted(message: MailMessage) -> None:
    """Raise Refused if a message is encrypted."""
    if message.encrypted:
        raise Refused(
            "EVID.FORMAT",
            f"the message is encrypted ({message.encrypted})",
            "open it in the mail program of its owner, and print it to PDF with its attachments",
        )


def _name_single(attachment: tuple[int, ...]) -> str:
    if not attachment:
        return "E-mail"
    return f"Attachment {'.'.join(map(str, attachment))}: e-mail"


def _read_mailbox(data: bytes, request: ReadRequest) -> FileReading:
    sources = split_mailbox(data)
    days = [read_day(read_fields(source)) for source in sources]
    choice = choose_messages(days, request.options, MAX_UNCHOSEN)
    entries = [
        NumberedMessage(
            message=read_message(sources[number - 1]),
            number=number,
            heading=f"E-mail {number} of {len(sources)}",
            attachment=request.attachment,
            files=(*request.attachment, number),
        )
        for number in choice.numbers
    ]
    count = f"{len(sources)} in the mailbox"
    if len(choice.numbers) < len(sources):
        count += f"; here: {describe_numbers(choice.numbers)}"
    facts = (("Messages", count), ("sha256", request.sha256))
    reading = lay_out_messages(entries, facts, _STEP)
    if not choice.undated:
        return reading
    noun = "1 message has" if choice.undated == 1 else f"{choice.undated} messages have"
    problem = f"{noun} no date, so that `since` and `until` do not choose them"
    loss = make_loss("EVID.MAIL", problem, "choose them by number with `messages`")
    return FileReading(
        sections=reading.sections,
        removed=reading.removed,
        losses=(*reading.losses, loss),
        steps=reading.steps,
    )
