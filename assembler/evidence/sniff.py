"""What a file is, by its first bytes; never by its name."""

from __future__ import annotations

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"{\\rtf", "rtf"),
)

# kind → how a person knows it, and what to do with it
REFUSED = {
    "tiff": ("a TIFF image", "save it as PDF"),
    "heic": ("a HEIC photo", "export it as JPEG"),
    "webp": ("a WebP image", "save it as PNG or JPEG"),
    "gif": ("a GIF image", "save the picture as PNG"),
    "bmp": ("a BMP image", "save it as PNG"),
    "zip": ("a Word, Excel or ZIP file", "print it to PDF, or unpack it"),
    "ole": ("an old Word or Excel file", "print it to PDF"),
    "rtf": ("an RTF text", "print it to PDF"),
    "html": ("a web page", "print it to PDF"),
    "unknown": ("of no kind we can read", "send it as PDF, JPEG or PNG"),
}


def sniff(data: bytes) -> str:
    """"pdf", "jpeg", "png", or a key of REFUSED."""
    head = data[:1024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if b"%PDF-" in head:
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"):
        return "heic"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    text = head.lstrip().lower()
    return "html" if text.startswith((b"<!doctype html", b"<html")) else "unknown"
