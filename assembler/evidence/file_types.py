"""What a file is, by its content; never by its name.

Our own table, and not a library's: those at hand give a media type, which says neither whether we
can use a file nor what a person should do with it, and they guess where an archive is cut off or a
text has no mark of its coding.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from assembler.evidence.refused_kinds import REFUSED

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
_BOXES = (
    b"moov",
    b"mdat",
    b"wide",
    b"free",
    b"skip",
    b"pnot",
)  # films of before there was a list of brands
_RIFF = {b"WEBP": "webp", b"WAVE": "sound", b"RMID": "sound", b"AVI ": "film", b"CDR": "design"}
_BITMAP_HEADS = (
    12,
    40,
    52,
    56,
    64,
    108,
    124,
)  # sizes of a bitmap's second head; a text may begin with BM
_CAMERAS = re.compile(rb"CR\x02\x00")  # of Canon, in the head of what is a TIFF otherwise
_FIELD = rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)"  # of the head of an e-mail (RFC 5322)
_MAIL = re.compile(  # what a mailbox or Apple Mail puts before it is passed over
    rb"(?im)\A(?:>?From [^\n]*\n|\d+ *\n)?"
    + _FIELD
    + rb"{0,60}?(?:from|received|return-path|delivered-to|mime-version):"
)
_SAVED_PAGE = re.compile(
    rb"(?i)saved by (windows internet explorer|blink|mozilla|webkit)|snapshot-content-location:"
)
_LOCAL_NAME = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_STREAMS = (  # of a file of old Office: the name of what it holds
    ("EncryptedPackage", "locked-office"),
    ("__properties_version1.0", "outlook"),
    ("__nameid_version1.0", "outlook"),
    ("WordDocument", "old-word"),
    ("Workbook", "old-excel"),
    ("PowerPoint Document", "old-powerpoint"),
    ("VisioDocument", "visio"),
    ("Quill", "publisher"),
)
_OFFICE = (("xl", "excel"), ("ppt", "powerpoint"), ("visio", "visio"), ("word", "word-other"))
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_CODINGS = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_DER_SIGNED = re.compile(
    rb"\A\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02\x03]", re.DOTALL
)
_LOCK_SIZES = (162, 165)  # of the files Word, Excel and PowerPoint keep beside an open document


def sniff(data: bytes) -> str:
    """ "pdf", "docx", one of `pictures.KINDS`, or a key of REFUSED."""
    head = data[:1024]
    readable = _is_plain(data[:4096])  # a letter may begin with MZ
    for magic, kind in _MAGIC:
        if head.startswith(magic) and not (readable and magic.isalnum()):
            return (
                _packed(data) if kind == "zip" else _of_old_office(data) if kind == "ole" else kind
            )
    if b"%PDF-" in head:
        return "pdf"
    for look in (_of_pictures, _of_boxes, _of_riff, _of_others):
        if found := look(data):
            return found
    return (
        _written(data[:65536])
        or _of_sound(data)
        or ("late-pdf" if b"%PDF-1." in data[:1_000_000] else "unknown")
    )


def _of_pictures(data: bytes) -> str:
    if data.startswith(_TIFF):
        return "raw" if _CAMERAS.match(data, 8) else "tiff"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BITMAP_HEADS:
        return "bmp"
    if (
        data[40:44] == b" EMF"
        or re.match(rb"P[1-7]\s+(#[^\n]*\n\s*)*\d+\s+\d+\s", data)
        or data[:3] == b"\x0a\x05\x01"
    ):
        return "picture-other"
    return "dicom" if data[128:132] == b"DICM" else ""


def _of_boxes(data: bytes) -> str:
    """A file of ISO boxes: the brand of the picture, which may be named among those it is
    compatible with."""
    if data[4:8] in _BOXES:
        return "film"
    if data[4:8] != b"ftyp":
        return ""
    length = int.from_bytes(data[:4], "big")
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, min(length, 1024), 4))]
    kinds = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if kinds and (kinds[0] in _PICTURE_BRANDS or data[8:12] in _BRANDS):
        return kinds[0]
    return next((kind for kind in kinds if kind in _PICTURE_BRANDS), "film")


def _of_riff(data: bytes) -> str:
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "sound"
    if data[:4] not in (b"RIFF", b"RIFX"):
        return ""
    return _RIFF.get(data[8:12]) or _RIFF.get(data[8:11]) or "unknown"


def _of_sound(data: bytes) -> str:
    """MP3 and AAC without a head: frames whose first eleven bits are ones."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return ""
    layer, rate, sampling = data[1] >> 1 & 3, data[2] >> 4, data[2] >> 2 & 3
    if data[1] & 0xF6 == 0xF0:  # AAC
        return "sound" if data[2] >> 2 & 15 < 13 else ""
    return (
        "sound" if data[1] >> 3 & 3 != 1 and layer and rate not in (0, 15) and sampling != 3 else ""
    )


def _of_others(data: bytes) -> str:
    packed = (
        data[257:262] == b"ustar" or data[2:5] in (b"-lh", b"-lz") or data[32769:32774] == b"CD001"
    )
    if packed or data[-512:-508] == b"koly":
        return "archive"
    if data.startswith(b"bplist00"):
        return (
            "web-archive"
            if b"WebMainResource" in data
            else "link"
            if b"URL" in data[:4096]
            else "unknown"
        )
    if data[60:68] == b"BOOKMOBI":
        return "epub"
    if _DER_SIGNED.match(data[:64]):
        return "sealed"
    return "word-lock" if _is_word_lock(data) else "zeros" if data and not data.strip(b"\0") else ""


def _is_word_lock(data: bytes) -> bool:
    """The name of who has a document open: its length, it, filling, and again in two bytes a
    letter."""
    return (
        len(data) in _LOCK_SIZES
        and 0 < data[0] <= 53
        and data[1 : data[0] + 1].isascii()
        and b"\0" in data[data[0] + 1 :]
    )


def _of_old_office(data: bytes) -> str:
    """What an OLE file holds, by the names of its parts."""
    return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in data), "ole")


def _packed(data: bytes) -> str:
    """What an archive is, by the names of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mime = archive.read("mimetype")[:100] if "mimetype" in names else b""
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
        return _cut(data)
    if locked:
        return "locked-opendocument"
    return _of_mimetype(mime) or _of_parts(names)


def _of_mimetype(mime: bytes) -> str:
    if mime.startswith(b"application/epub"):
        return "epub"
    if not mime.startswith(b"application/vnd.oasis.opendocument"):
        return ""
    kinds = ((b".text", "opendocument-text"), (b".spreadsheet", "opendocument-table"))
    return next((kind for word, kind in kinds if word in mime), "opendocument")


def _of_parts(names: set[str]) -> str:
    folders = {name.split("/")[0] for name in names if "/" in name}
    if "word/document.xml" in names:
        return "docm" if "word/vbaProject.bin" in names else "docx"
    telling = (
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
        ("META-INF/container.xml" in names, "epub"),
        ({"mimetype", "content.xml"} <= names, "opendocument"),
        (
            "[Content_Types].xml" in names,
            next((kind for folder, kind in _OFFICE if folder in folders), "office-other"),
        ),
    )
    return next((kind for holds, kind in telling if holds), "zip")


def _cut(data: bytes) -> str:
    """Of an archive without its directory, which stands at the end: what it was, by the names
    before each part."""
    names = set()
    for found in _LOCAL_NAME.finditer(data):
        length = int.from_bytes(found[1], "little")
        names.add(data[found.end() : found.end() + length].decode("utf-8", "replace"))
    office = any(
        name.startswith(("word/", "xl/", "ppt/", "[Content_Types]", "_rels/.rels", "docProps/"))
        for name in names
    )
    return "cut-office" if office else "cut-zip"


def _written(data: bytes) -> str:
    """What kind of text it is, if it is one; "" if it is none."""
    plain = _decoded(data)
    if plain is None:
        return ""
    text = plain.lstrip(b" \t\r\n").lower()
    for look in (_of_markup, _of_mail, _of_entries):
        if found := look(text, plain):
            return found
    return "text" if text else ""


def _of_markup(text: bytes, _: bytes) -> str:
    text = (
        re.sub(rb"\A(?:<\?xml[^>]*\?>|<!--.*?-->|\s)+", b"", text, count=1, flags=re.DOTALL)
        if b"<" in text[:1]
        else text
    )
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    if text.startswith(b"<!doctype svg") or re.match(rb"<(\w+:)?svg\b", text):
        return "svg"
    if text.startswith((b"<office:document",)):
        return "opendocument"
    if text.startswith((b"<!doctype plist", b"<plist")):
        return "link" if b"<key>url</key>" in text else "xml"
    return "xml" if re.match(rb"<[a-z_!?]", text) and b">" in text else ""


def _of_mail(_: bytes, plain: bytes) -> str:
    head = plain[:16384].replace(b"\r\n", b"\n").lstrip(b"\n")
    if not _MAIL.match(head):
        return ""
    if _SAVED_PAGE.search(head):
        return "web-archive"
    return "mail"


def _of_entries(text: bytes, plain: bytes) -> str:
    """Texts that programs exchange, told by how they begin."""
    for begins, kind in (
        (b"begin:vcalendar", "calendar"),
        (b"begin:vcard", "card"),
        (b"[internetshortcut]", "link"),
        (b"%!ps", "postscript"),
        (b"[desktop entry]", "link"),
        (b"smime", "sealed"),
        (b"  0\nsection", "drawing"),
        (b"0\nsection", "drawing"),
    ):
        if text.replace(b"\r\n", b"\n").startswith(begins):
            return kind
    if text[:1] in (b"{", b"[") and re.match(rb"(?s)[{\[]\s*(?:[{\[\"\]}]|-?\d)", text):
        return "link" if b"docs.google.com" in text[:400] and b'"url"' in text[:400] else "json"
    return "table-text" if _is_table(plain) else ""


def _is_table(plain: bytes) -> bool:
    """Whether the first lines have as many commas, semicolons or tabs each, and several."""
    lines = [line for line in plain.splitlines()[:12] if line.strip()]
    full = lines[:-1] if len(lines) > 3 else lines
    return len(full) > 1 and any(
        len({re.sub(rb'"[^"]*"', b"", line).count(sign) for line in full}) == 1
        and full[0].count(sign) > 1
        for sign in (b",", b";", b"\t")
    )


def _decoded(data: bytes) -> bytes | None:
    """A text in any coding as UTF-8 or as it is, without its mark; None for what is no text."""
    for mark, coding in _MARKS:
        if data.startswith(mark):
            return _in_plain(data[len(mark) :], coding)
    if b"\0" in data[:4096]:
        return next(
            (text for coding in _CODINGS if (text := _in_plain(data, coding)) is not None), None
        )
    return data if _is_plain(data) else None


def _in_plain(data: bytes, coding: str) -> bytes | None:
    """Text of this coding as UTF-8; None where it is none, as half of its characters would be of
    no script that people write."""
    width = 4 if "32" in coding else 2 if "16" in coding else 1
    try:
        text = data[: len(data) // width * width].decode(coding)
    except UnicodeDecodeError:
        return None if width > 1 else data
    common = sum(
        (character < "\u2e80" and character.isprintable()) or character in "\t\r\n\f"
        for character in text
    )
    plain = text.encode("utf-8")
    return plain if common >= 0.7 * len(text) and _is_plain(plain) else None


def _is_plain(data: bytes) -> bool:
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in data)
