"""The readers of files without pages of their own, by kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib.metadata import version

from assembler.evidence.readers.chat import read_chat
from assembler.evidence.readers.excel_workbook import read_excel
from assembler.evidence.readers.mail import read_mail
from assembler.evidence.readers.media_decoder import find_version
from assembler.evidence.readers.ods_workbook import read_ods
from assembler.evidence.readers.office_documents import (
    read_old_workbook,
    read_other_document,
    read_other_slides,
    read_rich_text,
)
from assembler.evidence.readers.outlook import read_outlook
from assembler.evidence.readers.reading import Reader
from assembler.evidence.readers.recording import read_recording
from assembler.evidence.readers.separated_text import read_separated_text
from assembler.evidence.readers.slides import read_powerpoint
from assembler.evidence.readers.text import read_text
from assembler.evidence.readers.web_page import read_web_archive, read_web_page
from assembler.model import FileOptions

# kind, as `file_types.sniff` names it → its reader
READERS: Mapping[str, Reader] = {
    "chat": read_chat,
    "text": read_text,
    "sound": read_recording,
    "film": read_recording,
    "mail": read_mail,
    "outlook": read_outlook,
    "table-text": read_separated_text,
    "excel": read_excel,
    "opendocument-table": read_ods,
    "powerpoint": read_powerpoint,
    "rtf": read_rich_text,
    "html": read_web_page,
    "web-archive": read_web_archive,
    "old-excel": read_old_workbook,
    "old-word": read_other_document,
    "opendocument-text": read_other_document,
    "old-powerpoint": read_other_slides,
    "opendocument-slides": read_other_slides,
}
# kind → what a person calls such a file
DESCRIPTIONS: Mapping[str, str] = {
    "chat": "an exported chat",
    "text": "a plain text",
    "sound": "a sound recording",
    "film": "a film",
    "mail": "an e-mail",
    "outlook": "an Outlook message (.msg)",
    "table-text": "a table as plain text (CSV)",
    "excel": "an Excel file",
    "opendocument-table": "an OpenDocument spreadsheet (.ods)",
    "powerpoint": "a PowerPoint file",
    "rtf": "an RTF text",
    "html": "a web page",
    "web-archive": "a saved web page",
    "old-excel": "an old Excel file (.xls)",
    "old-word": "an old Word file (.doc)",
    "opendocument-text": "an OpenDocument text (.odt)",
    "old-powerpoint": "an old PowerPoint file (.ppt)",
    "opendocument-slides": "an OpenDocument presentation (.odp)",
}
# kind → the distributions whose versions can change what a reader returns
_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "chat": ("charset-normalizer", "lxml"),
    "text": ("charset-normalizer",),
    "mail": ("charset-normalizer", "lxml"),
    "outlook": ("olefile", "lxml"),
    "table-text": ("charset-normalizer",),
    "excel": ("lxml",),
    "opendocument-table": ("lxml",),
    "powerpoint": ("lxml",),
    "html": ("charset-normalizer", "lxml"),
}
# kind → the options of a file in case.json that apply to it
_OPTIONS: Mapping[str, frozenset[str]] = {
    "sound": frozenset(("kept_at",)),
    "film": frozenset(("kept_at", "stills")),
    "mail": frozenset(("messages", "since", "until")),
    "chat": frozenset(("messages", "since", "until", "date_order")),
    "excel": frozenset(("sheets",)),
    "opendocument-table": frozenset(("sheets",)),
    "old-excel": frozenset(("sheets",)),
}
# kinds whose pages only stand for a file that cannot be printed
_RECORDINGS = frozenset(("sound", "film"))


def is_printed(kind: str) -> bool:
    """Return whether files of a kind have no pages of their own, and a reader."""
    return kind in READERS


def is_recording(kind: str) -> bool:
    """Return whether the pages of a kind are a sheet that stands for a recording."""
    return kind in _RECORDINGS


def list_options(kind: str) -> frozenset[str]:
    """Return the names of the options of a file in case.json that apply to files of a kind."""
    return _OPTIONS.get(kind, frozenset())


def list_unused_options(kind: str, options: FileOptions) -> tuple[str, ...]:
    """Return the names of the options that are set, and do not apply to files of a kind."""
    applying = list_options(kind)
    return tuple(
        field.name
        for field in fields(options)
        if getattr(options, field.name) != field.default and field.name not in applying
    )


def list_library_versions() -> tuple[str, ...]:
    """Return the versions of all libraries that readers use; a file may hold files of any kind."""
    names = {name for names in _LIBRARIES.values() for name in names}
    decoder = find_version()
    return (
        *(f"{name} {version(name)}" for name in sorted(names)),
        *([f"av {decoder}"] if decoder else []),
    )
