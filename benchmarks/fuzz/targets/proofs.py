"""The proof's own readers of evidence."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable

from lxml import etree

from assembler.model import NO_OPTIONS
from assembler.proof.printed_contents import read_contents
from benchmarks.fuzz.target import Target
from benchmarks.fuzz.targets import documents, media, messages
from benchmarks.fuzz.targets.packing import packed
from tests.support.compound_files import write_compound_file

# as `read_contents` documents
_REFUSALS = (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError)
_SOURCES: dict[str, Target] = {
    target.name: target for module in (documents, messages, media) for target in module.TARGETS
}


def _read(data: bytes) -> object:
    return read_contents(data, NO_OPTIONS)


def _make_target(
    name: str, modules: str, *sources: str, parse: Callable[[bytes], object] = _read
) -> Target:
    """Return a target with the seeds and tokens of those of the readers that print."""
    targets = [_SOURCES[source] for source in sources]
    return Target(
        name=name,
        modules=tuple(
            f"assembler.proof.{module}" for module in ("printed_contents", *modules.split())
        ),
        parse=parse,
        seeds=lambda: [seed for target in targets for seed in target.seeds()],
        refusals=_REFUSALS,
        tokens=tuple(dict.fromkeys(token for target in targets for token in target.tokens)),
        largest=32_768,
    )


def _draw_doc() -> bytes:
    """Return an old Word file of two paragraphs, one of them hidden."""
    text = b"Seen\rHidden\r"
    table = bytes.fromhex("02") + struct.pack(
        "<IIIHIH", 16, 0, len(text), 0, 0x40000000 | 0x400 * 2, 0
    )
    table += struct.pack("<III", 0x400, 0x400 + len(text), 3)
    document = bytearray(0x600)
    struct.pack_into("<HH", document, 0, 0xA5EC, 0xC1)
    struct.pack_into("<i", document, 0x4C, len(text))
    struct.pack_into("<II", document, 0xFA, 21, 12)
    struct.pack_into("<II", document, 0x01A2, 0, 21)
    document[0x400 : 0x400 + len(text)] = text
    runs = bytearray(512)
    struct.pack_into("<III", runs, 0, 0x400, 0x405, 0x400 + len(text))
    runs[13], runs[200:204], runs[511] = 100, b"\x03\x3c\x08\x01", 2
    return write_compound_file(
        {"WordDocument": bytes(document + runs), "0Table": table.ljust(5000, b"\0")}
    )


TARGETS = (
    _make_target(
        "proof-mail", "mail_contents mime_parts signed_octets html_words", "mail", "mailbox"
    ),
    _make_target("proof-outlook", "outlook_contents compound_file rich_words", "outlook"),
    _make_target(
        "proof-chats",
        "chat_contents whatsapp_contents telegram_contents sms_contents",
        "whatsapp",
        "telegram-json",
        "sms-backup",
    ),
    _make_target(
        "proof-chat-archive", "chat_contents telegram_contents", "chat-archive", parse=packed(_read)
    ),
    _make_target("proof-web", "web_contents html_words", "web-page", "web-archive"),
    _make_target("proof-rich-text", "rich_text_contents rich_words", "rich-text"),
    _make_target(
        "proof-office",
        "sheet_contents slide_contents text_document_contents word_reader word_package package_xml",
        "excel",
        "ods",
        "slides",
        "word-file",
        parse=packed(_read),
    ),
    Target(
        name="proof-old-office",
        modules=("assembler.proof.old_office_contents", "assembler.proof.compound_file"),
        parse=_read,
        seeds=lambda: [
            _draw_doc(),
            write_compound_file(
                {"PowerPoint Document": bytes.fromhex("0f00e803080000000000a80f00000000")}
            ),
        ],
        refusals=_REFUSALS,
        tokens=(
            b"\xfe\xff\xff\xff",
            b"\xff\xff\xff\xff",
            b"\x13",
            b"\x14",
            b"\x15",
            b"\x3c\x08\x01",
            b"\0\0\0\x40",
            b"\xa8\x0f",
            b"\xa0\x0f",
            b"\0\0\xe8\x03",
        ),
        largest=16_384,
    ),
    _make_target("proof-texts", "text_contents table_contents", "plain-text", "separated-text"),
    _make_target(
        "proof-recordings",
        "recording_contents",
        "iso-media",
        "matroska",
        "riff-media",
        "sound-streams",
    ),
)
