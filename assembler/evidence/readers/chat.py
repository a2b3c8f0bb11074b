"""Read an exported chat of any program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assembler.evidence.readers.chat_archive import (
    ChatArchive,
    ChatFormat,
    FoundChat,
    find_text_format,
    read_json,
)
from assembler.evidence.readers.chat_messages import Chat, NoFiles
from assembler.evidence.readers.chat_paper import make_chat_reading
from assembler.evidence.readers.reading import FileReading, ReadRequest
from assembler.evidence.readers.sms_backup import read_sms_backup
from assembler.evidence.readers.telegram_html import read_telegram_html
from assembler.evidence.readers.telegram_json import read_telegram_json
from assembler.evidence.readers.text import decode_text, report_guessed_encoding
from assembler.evidence.readers.whatsapp import WhatsAppSource, read_whatsapp
from assembler.evidence.refusal import Refused

_ZIP = b"PK"


def read_chat(request: ReadRequest) -> FileReading:
    """Return the messages of a chat, with its pictures and files. Raises Refused."""
    if request.data.startswith(_ZIP):
        archive = ChatArchive(request.data)
        if archive.chat is None:
            raise Refused("EVID.BROKEN", "the archive has no chat", "export the chat again")
        parts = [archive.read(name) for name in archive.chat.parts]
        chat = _read_parts(archive.chat, parts, archive.names, request)
        return make_chat_reading(chat, archive, request)
    text, encoding = decode_text(request.data)
    data = text.encode("utf-8")
    form = find_text_format(data)
    if form is ChatFormat.SMS:
        sms, files = read_sms_backup(request.data)
        return make_chat_reading(sms, files, request)
    export = FoundChat(format=form or ChatFormat.WHATSAPP, parts=("",), folder="")
    reading = make_chat_reading(_read_parts(export, [data], (), request), NoFiles(), request)
    losses = tuple(report_guessed_encoding(encoding))
    return replace(reading, losses=(*reading.losses, *losses))


def _read_parts(
    export: FoundChat, parts: Sequence[bytes], names: Sequence[str], request: ReadRequest
) -> Chat:
    """Return the messages of an exported chat, from the files that have them. Raises Refused."""
    others = tuple(name for name in names if name not in export.parts)
    if export.format is ChatFormat.TELEGRAM_JSON:
        return read_telegram_json(read_json(parts[0]), others, export.folder)
    if export.format is ChatFormat.TELEGRAM_HTML:
        return read_telegram_html(parts, others, export.folder)
    text, _ = decode_text(parts[0])
    source = WhatsAppSource(
        text=text,
        names=others,
        text_name=export.parts[0],
        date_order=request.options.date_order,
    )
    return read_whatsapp(source)
