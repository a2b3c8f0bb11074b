"""Name the kinds of files for a reader."""

from __future__ import annotations

from collections.abc import Mapping

from assembler.evidence.refused_kinds import REFUSED

_NAMES: Mapping[str, str] = {
    "pdf": "PDF",
    "docx": "Word document",
    "jpeg": "JPEG picture",
    "png": "PNG picture",
    "gif": "GIF picture",
    "bmp": "BMP picture",
    "tiff": "TIFF picture",
    "heic": "HEIC picture",
    "webp": "WebP picture",
    "avif": "AVIF picture",
    "text": "Text",
    "mail": "E-mail",
    "outlook": "Outlook message",
    "html": "Web page",
    "web-archive": "Saved web page",
    "table-text": "Table (CSV)",
    "excel": "Excel workbook",
    "old-excel": "Excel workbook",
    "opendocument-table": "Spreadsheet",
    "powerpoint": "PowerPoint slides",
    "old-powerpoint": "PowerPoint slides",
    "opendocument-slides": "Presentation",
    "rtf": "Rich text (RTF)",
    "old-word": "Word document",
    "opendocument-text": "Text document",
    "calendar": "Calendar entry",
    "card": "Address card",
    "sound": "Sound recording",
    "film": "Film",
    "zip": "ZIP archive",
}
_ARTICLES = ("a ", "an ", "the ")


def describe_kind(kind: str) -> str:
    """Return the name of a kind of file as `file_types.sniff` returns it: "PDF"."""
    if kind in _NAMES:
        return _NAMES[kind]
    name = REFUSED[kind][0] if kind in REFUSED else kind
    plain = next((name.removeprefix(a) for a in _ARTICLES if name.startswith(a)), name)
    return plain[:1].upper() + plain[1:]
