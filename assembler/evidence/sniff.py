"""What a file is, by its first bytes; never by its name."""

from __future__ import annotations

import io
import re
import zipfile

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"{\\rtf", "rtf"),
    (b"8BPS", "psd"),
    (b"%!PS", "postscript"),
    (b"\xc5\xd0\xd3\xc6", "postscript"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"\x1aE\xdf\xa3", "film"),
)
_BRANDS = {
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic", b"hevx": "heic", b"mif1": "heic",
    b"msf1": "heic", b"avif": "avif", b"avis": "avif",
}  # fmt: skip
_RIFF = {b"WEBP": "webp", b"WAVE": "sound", b"AVI ": "film"}
_FIELD = rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)"  # of the head of an e-mail (RFC 5322)
_MAIL = re.compile(rb"(?im)\A" + _FIELD + rb"{0,30}?(?:from|received|return-path|delivered-to|mime-version):")
_LOCKED = "EncryptedPackage".encode("utf-16-le")

# kind → how a person knows it, and what to do with it
REFUSED = {
    "docm": ("a Word file with macros", "save it as .docx, or print it to PDF"),
    "excel": ("an Excel file", "print it to PDF, and look that every column is on the page"),
    "powerpoint": ("a PowerPoint file", "print it to PDF"),
    "opendocument": ("an OpenDocument file", "print it to PDF"),
    "zip": ("a ZIP archive", "unpack it, and list its files"),
    "archive": ("an archive", "unpack it, and list its files"),
    "ole": ("an old Word, Excel or Outlook file", "print it to PDF; save attachments as files of their own"),
    "locked-office": ("a Word or Excel file that asks for a password", "open it with the password, and print it to PDF"),
    "rtf": ("an RTF text", "print it to PDF"),
    "html": ("a web page", "print it to PDF"),
    "mail": ("an e-mail", "print it to PDF, and save its attachments as files of their own"),
    "text": ("a plain text", "print it to PDF"),
    "svg": ("an SVG drawing", "print it to PDF"),
    "psd": ("a Photoshop file", "save the picture as PNG"),
    "postscript": ("a PostScript file", "convert it to PDF"),
    "jp2": ("a JPEG 2000 image", "save the picture as PNG"),
    "sound": ("a sound recording", "file a transcript"),
    "film": ("a film", "file stills as JPEG, or a transcript"),
    "unknown": ("of no kind we can read", "send it as PDF, JPEG, PNG, TIFF or Word file"),
}


def sniff(data: bytes) -> str:
    """"pdf", "docx", one of `pictures.KINDS`, or a key of REFUSED."""
    head = data[:1024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return _office(data, kind)
    if b"%PDF-" in head:
        return "pdf"
    if head[4:8] == b"ftyp":
        return _boxed(head)
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "unknown")
    return _written(data[:65536])


def _boxed(head: bytes) -> str:
    """A file of ISO boxes: the brand of the picture, which may be named among those it is compatible with."""
    length = int.from_bytes(head[:4], "big")
    named = [head[8:12], *(head[at : at + 4] for at in range(16, min(length, len(head)), 4))]
    return next((_BRANDS[brand] for brand in named if brand in _BRANDS), "film")


def _office(data: bytes, kind: str) -> str:
    """The same kind, told more closely where it is what office programs write."""
    if kind == "ole" and _LOCKED in data:
        return "locked-office"
    return _packed(data) if kind == "zip" else kind


def _packed(data: bytes) -> str:
    """What kind of office file an archive is, by the names of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "zip"
    if "word/document.xml" in names:
        return "docm" if "word/vbaProject.bin" in names else "docx"
    if "[Content_Types].xml" in names:
        return "excel" if any(name.startswith("xl/") for name in names) else "powerpoint"
    return "opendocument" if {"mimetype", "content.xml"} <= names else "zip"


def _written(data: bytes) -> str:
    """What kind of text it is, if it is one."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "html"
    if text.startswith((b"<svg", b"<?xml")):
        return "svg" if b"<svg" in text else "text"
    if _MAIL.match(data[:8192]):
        return "mail"
    plain = not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in data)
    return "text" if plain and data.strip() else "unknown"
