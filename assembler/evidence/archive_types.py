"""Identify what a ZIP archive is by the names of its parts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from assembler.evidence.readers.chat_archive import has_chat

_LOCAL_NAME = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_OFFICE = (("xl", "excel"), ("ppt", "powerpoint"), ("visio", "visio"), ("word", "word-other"))


def identify_archive(data: bytes) -> str:
    """Identify what an archive is by the names of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mime = archive.read("mimetype")[:100] if "mimetype" in names else b""
            is_chat = not mime and has_chat(archive)
            locked = (
                "META-INF/manifest.xml" in names
                and b"encryption-data" in archive.read("META-INF/manifest.xml")[:1_000_000]
            )
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        zlib.error,
    ):
        return _identify_cut_archive(data)
    if locked:
        return "locked-opendocument"
    kind = _identify_mimetype(mime) or _identify_parts(names)
    return "chat" if kind == "zip" and is_chat else kind


def _identify_mimetype(mime: bytes) -> str:
    if mime.startswith(b"application/epub"):
        return "epub"
    if not mime.startswith(b"application/vnd.oasis.opendocument"):
        return ""
    kinds = (
        (b".text", "opendocument-text"),
        (b".spreadsheet", "opendocument-table"),
        (b".presentation", "opendocument-slides"),
    )
    return next((kind for word, kind in kinds if word in mime), "opendocument")


def _identify_parts(names: set[str]) -> str:
    folders = {name.split("/")[0] for name in names if "/" in name}
    if "word/document.xml" in names:
        return "docm" if "word/vbaProject.bin" in names else "docx"
    checks = (
        (any(name.endswith((".fdseq", ".fdoc")) for name in names), "xps"),
        (
            bool(
                names
                & {
                    "Index/Document.iwa",
                    "Index/Metadata.iwa",
                    "Index.zip",
                    "index.apxl",
                    "index.xml",
                }
            ),
            "iwork",
        ),
        ({"pass.json", "manifest.json"} <= names, "wallet-pass"),
        (
            {"main.jsonl", "metadata.json"} <= {name.rpartition("/")[2] for name in names},
            "signal-export",
        ),
        ("META-INF/container.xml" in names, "epub"),
        ({"mimetype", "content.xml"} <= names, "opendocument"),
        (
            "[Content_Types].xml" in names,
            next((kind for folder, kind in _OFFICE if folder in folders), "office-other"),
        ),
    )
    return next((kind for matches, kind in checks if matches), "zip")


def _identify_cut_archive(data: bytes) -> str:
    """Identify an archive whose directory, at the end, is missing, by the names before each
    part."""
    names = set()
    for match in _LOCAL_NAME.finditer(data):
        length = int.from_bytes(match[1], "little")
        names.add(data[match.end() : match.end() + length].decode("utf-8", "replace"))
    prefixes = ("word/", "xl/", "ppt/", "[Content_Types]", "_rels/.rels", "docProps/")
    is_office = any(name.startswith(prefixes) for name in names)
    return "cut-office" if is_office else "cut-zip"
