"""The proof's own readers of evidence."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

from lxml import etree

from assembler.model import NO_OPTIONS
from assembler.proof.printed_contents import read_contents
from benchmarks.fuzz.target import Target
from benchmarks.fuzz.targets import documents, media, messages
from benchmarks.fuzz.targets.packing import packed

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
        modules=tuple(f"assembler.proof.{module}" for module in modules.split()),
        parse=parse,
        seeds=lambda: [seed for target in targets for seed in target.seeds()],
        refusals=_REFUSALS,
        tokens=tuple(dict.fromkeys(token for target in targets for token in target.tokens)),
        largest=32_768,
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
