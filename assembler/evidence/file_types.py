"""Identify what a file is by its content, never by its name.

We use our own table instead of a library: libraries return a media type, which says neither whether
we can use a file nor what a person should do with it, and they guess if an archive is cut off or a
text has no byte order mark.
"""

from __future__ import annotations

import re

from assembler.evidence.archive_types import identify_archive
from assembler.evidence.refused_kinds import REFUSED
from assembler.evidence.text_types import identify_text, is_plain_text

__all__ = ["REFUSED", "sniff"]

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"PK00PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\xffWPC", "wordperfect"),
    (b"\xdb\xa5\x2d\x00", "old-word"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "onenote"),
    (b"!BDN", "mailbox"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"8BPS", "psd"),
    (b"%!PS", "postscript"),
    (b"\x04%!PS", "postscript"),
    (b"\xc5\xd0\xd3\xc6", "postscript"),
    (b"%FDF-", "form-data"),
    (b"AT&TFORM", "djvu"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"\x00\x00\x00\x0cJXL ", "picture-other"),
    (b"\xff\x0a", "picture-other"),
    (b"II\xbc\x01", "picture-other"),
    (b"\xd7\xcd\xc6\x9a", "picture-other"),
    (b"gimp xcf", "picture-other"),
    (b"v/1\x01", "picture-other"),
    (b"SIMPLE  =", "picture-other"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"\x00\x00\x02\x00", "icon"),
    (b"icns", "icon"),
    (b"FUJIFILMCCD-RAW", "raw"),
    (b"IIRO", "raw"),
    (b"IIRS", "raw"),
    (b"MMOR", "raw"),
    (b"IIU\x00", "raw"),
    (b"FOVb", "raw"),
    (b"\x00MRM", "raw"),
    (b"AC10", "drawing"),
    (b"AutoCAD Binary DXF", "drawing"),
    (b"\x06\x06\xed\xf5\xd8\x1d\x46\xe5", "design"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"MSCF\x00", "archive"),
    (b"\x1f\x9d", "archive"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
    (b"#!AMR", "sound"),
    (b"#!SILK", "sound"),
    (b"\x02#!SILK", "sound"),
    (b"MThd", "sound"),
    (b"caff\x00", "sound"),
    (b".snd\x00", "sound"),
    (b"\x1aE\xdf\xa3", "film"),
    (b"FLV\x01", "film"),
    (b"\x00\x00\x01\xba", "film"),
    (b"\x00\x00\x01\xb3", "film"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "film"),
    (b"SQLite format 3\x00", "database"),
    (b"\x00\x01\x00\x00Standard ", "database"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "link"),
    (b"OTTO", "font"),
    (b"wOFF", "font"),
    (b"wOF2", "font"),
    (b"\x00\x01\x00\x00\x00", "font"),
    (b"\x00\x05\x16\x07", "mac-fork"),
    (b"\x00\x05\x16\x00", "mac-fork"),
    (b"-----BEGIN PGP", "sealed"),
    (b"-----BEGIN PKCS7", "sealed"),
    (b"-----BEGIN CMS", "sealed"),
)
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_BRANDS = {
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"hevx": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
    b"heif": "heic",
    b"miaf": "heic",
    b"avif": "avif",
    b"avis": "avif",
    b"crx ": "raw",
    b"M4A ": "sound",
    b"M4B ": "sound",
    b"M4P ": "sound",
    b"f4a ": "sound",
    b"3ga ": "sound",
    b"jp2 ": "jp2",
    b"jpx ": "jp2",
}
_PICTURE_BRANDS = frozenset(("heic", "avif"))
# first boxes of old QuickTime films, which have no list of brands
_QUICKTIME_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_RIFF = {b"WEBP": "webp", b"WAVE": "sound", b"RMID": "sound", b"AVI ": "film", b"CDR": "design"}
# sizes of a bitmap's second header, since a text may also start with BM
_BITMAP_HEADS = (12, 40, 52, 56, 64, 108, 124)
_CANON_RAW = re.compile(rb"CR\x02\x00")  # in the header of a file that otherwise is a TIFF
_OLE_STREAMS = (  # name of a stream in an old Office file, kind
    ("__properties_version1.0", "outlook"),  # which may hold files of all others
    ("__nameid_version1.0", "outlook"),
    ("EncryptedPackage", "locked-office"),
    ("WordDocument", "old-word"),
    ("Workbook", "old-excel"),
    ("PowerPoint Document", "old-powerpoint"),
    ("VisioDocument", "visio"),
    ("Quill", "publisher"),
)
_DER_SIGNED = re.compile(
    rb"\A\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02\x03]", re.DOTALL
)
# a backup of Signal: the length of its header, and the header, a vector and a salt
_SIGNAL_BACKUP = re.compile(
    rb"\A\0\0\0(?:\x36\x0a\x34|\x38\x0a\x36)\x0a\x10.{16}\x12\x20", re.DOTALL
)
_LOCK_SIZES = (162, 165)  # of the lock files of Word, Excel and PowerPoint


def sniff(data: bytes) -> str:
    """Return "pdf", "docx", one of `picture.KINDS`, of `registry.READERS`, or of REFUSED."""
    if kind := _identify_by_magic(data):
        return kind
    if b"%PDF-" in data[:1024]:
        return "pdf"
    for identify in (_identify_picture, _identify_iso_media, _identify_riff, _identify_other):
        if kind := identify(data):
            return kind
    return (
        identify_text(data[:65536])
        or _identify_sound(data)
        or ("late-pdf" if b"%PDF-1." in data[:1_000_000] else "unknown")
    )


def _identify_by_magic(data: bytes) -> str:
    is_text = is_plain_text(data[:4096])  # a letter may start with MZ
    for magic, kind in _MAGIC:
        if data.startswith(magic) and not (is_text and magic.isalnum()):
            if kind == "zip":
                return identify_archive(data)
            return _identify_old_office(data) if kind == "ole" else kind
    return ""


def _identify_picture(data: bytes) -> str:
    if data.startswith(_TIFF):
        return "raw" if _CANON_RAW.match(data, 8) else "tiff"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BITMAP_HEADS:
        return "bmp"
    if (
        data[40:44] == b" EMF"
        or re.match(rb"P[1-7]\s+(#[^\n]*\n\s*)*\d+\s+\d+\s", data)
        or data[:3] == b"\x0a\x05\x01"
    ):
        return "picture-other"
    return "dicom" if data[128:132] == b"DICM" else ""


def _identify_iso_media(data: bytes) -> str:
    """Identify a file of ISO boxes by the picture's brand, which may be only among the compatible
    brands."""
    if data[4:8] in _QUICKTIME_BOXES:
        return "film"
    if data[4:8] != b"ftyp":
        return ""
    length = int.from_bytes(data[:4], "big")
    brands = [data[8:12], *(data[i : i + 4] for i in range(16, min(length, 1024), 4))]
    kinds = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if kinds and (kinds[0] in _PICTURE_BRANDS or data[8:12] in _BRANDS):
        return kinds[0]
    return next((kind for kind in kinds if kind in _PICTURE_BRANDS), "film")


def _identify_riff(data: bytes) -> str:
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "sound"
    if data[:4] not in (b"RIFF", b"RIFX"):
        return ""
    return _RIFF.get(data[8:12]) or _RIFF.get(data[8:11]) or "unknown"


def _identify_sound(data: bytes) -> str:
    """Identify MP3 and AAC without a header: frames whose first eleven bits are ones."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return ""
    layer, rate, sampling = data[1] >> 1 & 3, data[2] >> 4, data[2] >> 2 & 3
    if data[1] & 0xF6 == 0xF0:  # AAC
        return "sound" if data[2] >> 2 & 15 < 13 else ""
    is_mp3 = data[1] >> 3 & 3 != 1 and layer and rate not in (0, 15) and sampling != 3
    return "sound" if is_mp3 else ""


def _identify_other(data: bytes) -> str:
    is_bplist = data.startswith(b"bplist00")
    checks = (
        (data[257:262] == b"ustar", "archive"),
        (data[2:5] in (b"-lh", b"-lz"), "archive"),
        (data[32769:32774] == b"CD001", "archive"),
        (data[-512:-508] == b"koly", "archive"),
        (is_bplist and b"WebMainResource" in data, "web-archive"),
        (is_bplist and b"URL" in data[:4096], "link"),
        (is_bplist, "unknown"),
        (data[60:68] == b"BOOKMOBI", "epub"),
        (_DER_SIGNED.match(data[:64]) is not None, "sealed"),
        (_SIGNAL_BACKUP.match(data[:64]) is not None, "signal-backup"),
        (_is_word_lock(data), "word-lock"),
        (bool(data) and not data.strip(b"\0"), "zeros"),
    )
    return next((kind for matches, kind in checks if matches), "")


def _is_word_lock(data: bytes) -> bool:
    """Return whether it is a lock file: the length of the user's name, the name, padding, the name
    in UTF-16."""
    return (
        len(data) in _LOCK_SIZES
        and 0 < data[0] <= 53
        and data[1 : data[0] + 1].isascii()
        and b"\0" in data[data[0] + 1 :]
    )


def _identify_old_office(data: bytes) -> str:
    """Identify what an OLE file contains by the names of its streams."""
    return next((kind for name, kind in _OLE_STREAMS if name.encode("utf-16-le") in data), "ole")
