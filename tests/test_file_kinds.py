"""evidence: each kind of file is named by its content, with what to do; names that look the same
are the same; litter is none."""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner

from assembler.cli import main
from assembler.evidence import file_preparation
from assembler.evidence.file_types import sniff
from assembler.evidence.readers.picture import KINDS
from assembler.evidence.readers.registry import DESCRIPTIONS, READERS
from assembler.evidence.refused_kinds import REFUSED
from assembler.intake.case_reader import examine_case
from assembler.runtime.cache import Cache
from assembler.runtime.passwords import NAME, read_passwords
from assembler.runtime.resources import Shelf
from tests import factories
from tests.conftest import build


def packed(names: Iterable[str], mime: str = "", *, cut: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if mime:
            archive.writestr("mimetype", mime, zipfile.ZIP_STORED)
        for name in names:
            archive.writestr(name, "x" * 500)
    return out.getvalue()[: len(out.getvalue()) // 2] if cut else out.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def old_office(*names: str) -> bytes:
    """A file whose list of parts names these."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + b"".join(n.encode("utf-16-le").ljust(128, b"\0") for n in names)
    )


def boxed(brand: bytes, *others: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(others)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\0\x08mdat"


WORD, SHEET, SLIDES = (
    ["[Content_Types].xml", "_rels/.rels", f"{folder}/document.xml", f"{folder}/media/image1.jpeg"]
    for folder in ("word", "xl", "ppt")
)
ODF = "application/vnd.oasis.opendocument"
MAIL = (
    "Return-Path: <a@example.org>\r\nSubject: Re\r\nMIME-Version: 1.0\r\n\r\nDear Aunt,\r\nI "
    "shall come.\r\n"
)
CSV = (
    'date,amount,note\n2026-01-02,12.50,"rent, '
    'paid"\n2026-02-02,12.50,rent\n2026-03-02,12.50,rent\n'
)
MP3 = b"\xff\xfb\x90\x00" + bytes(413)
KINDS_OF_FILES: dict[str, tuple[bytes, str]] = {
    "a.pages": (
        packed(["Index/Document.iwa", "Metadata/Properties.plist", "preview.jpg"]),
        "iwork",
    ),
    "a.numbers": (packed(["Index/Document.iwa", "Index/CalculationEngine.iwa"]), "iwork"),
    "a.key": (packed(["Index/Slide.iwa", "Index/Document.iwa"]), "iwork"),
    "old.pages": (packed(["index.xml", "buildVersionHistory.plist"]), "iwork"),
    "a.epub": (packed(["META-INF/container.xml", "a.xhtml"], "application/epub+zip"), "epub"),
    "nameless.epub": (packed(["META-INF/container.xml", "a.xhtml"]), "epub"),
    "a.pkpass": (packed(["pass.json", "manifest.json", "signature", "icon.png"]), "wallet-pass"),
    "a.xps": (
        packed(
            ["[Content_Types].xml", "FixedDocumentSequence.fdseq", "Documents/1/FixedDocument.fdoc"]
        ),
        "xps",
    ),
    "a.oxps": (packed(["FixedDocSeq.fdseq", "Documents/1/Pages/1.fpage"]), "xps"),
    "a.xlsx": (packed(SHEET), "excel"),
    "a.pptx": (packed(SLIDES), "powerpoint"),
    "a.docm": (packed([*WORD, "word/vbaProject.bin"]), "docm"),
    "a.docx": (packed(WORD), "docx"),
    "odd.docx": (packed(["[Content_Types].xml", "word/document2.xml"]), "word-other"),
    "a.vsdx": (packed(["[Content_Types].xml", "visio/document.xml"]), "visio"),
    "cut.docx": (packed(WORD, cut=True), "cut-office"),
    "cut.xlsx": (packed(SHEET, cut=True), "cut-office"),
    "cut.zip": (packed(["a/b.jpg", "a/c.jpg"], cut=True), "cut-zip"),
    "a.zip": (packed(["scan.jpg"]), "zip"),
    "empty.zip": (packed([]), "zip"),
    "a.odt": (packed(["content.xml"], f"{ODF}.text"), "opendocument-text"),
    "a.ods": (packed(["content.xml"], f"{ODF}.spreadsheet"), "opendocument-table"),
    "a.odp": (packed(["content.xml"], f"{ODF}.presentation"), "opendocument-slides"),
    "a.fodt": (b'<?xml version="1.0"?>\n<office:document xmlns:office="x"/>', "opendocument"),
    "a.doc": (old_office("Root Entry", "WordDocument"), "old-word"),
    "a.xls": (old_office("Workbook"), "old-excel"),
    "a.ppt": (old_office("PowerPoint Document"), "old-powerpoint"),
    "a.msg": (old_office("__properties_version1.0", "__substg1.0_0037001F"), "outlook"),
    "locked.docx": (old_office("EncryptionInfo", "EncryptedPackage"), "locked-office"),
    "a.pub": (old_office("Quill"), "publisher"),
    "other.ole": (old_office("Contents"), "ole"),
    "a.rtf": (b"{\\rtf1\\ansi Hello}", "rtf"),
    "a.wpd": (b"\xffWPC\x10\0\0\0\x01\x0a" + bytes(50), "wordperfect"),
    "a.one": (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d" + bytes(50), "onenote"),
    "~$letter.docx": (
        b"\x08Probanda".ljust(54, b" ")
        + b"\x08\0"
        + "Probanda".encode("utf-16-le").ljust(106, b"\0"),
        "word-lock",
    ),
    "a.eml": (MAIL.encode(), "mail"),
    "utf16.eml": (MAIL.encode("utf-16"), "mail"),
    "nomark.eml": (MAIL.encode("utf-16-be"), "mail"),
    "a.emlx": (b"1234\n" + MAIL.encode(), "mail"),
    "a.mbox": (b"From a@example.org Mon Jan 1\n" + MAIL.encode(), "mail"),
    "a.mht": (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n\r\n<html>", "web-archive"),
    "winmail.dat": (b"\x78\x9f\x3e\x22\x01\0", "tnef"),
    "a.ics": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "calendar"),
    "a.vcf": (b"\xef\xbb\xbfBEGIN:VCARD\r\nVERSION:3.0\r\n", "card"),
    "a.p7m": (
        b"\x30\x82\x12\x34\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + bytes(60),
        "sealed",
    ),
    "a.asc": (b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n", "sealed"),
    "a.html": (b"\n<!DOCTYPE html>\n<html>", "html"),
    "page.pdf": (b"<html><body>Please log in</body></html>", "html"),
    "commented.html": (b"<!-- saved from x -->\n<html>", "html"),
    "a.xhtml": (b'<?xml version="1.0"?>\n<!DOCTYPE html><html/>', "html"),
    "utf16.html": ("<html>Grüße</html>".encode("utf-16"), "html"),
    "a.webarchive": (b"bplist00\xd1WebMainResource", "web-archive"),
    "a.svg": (
        b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        "svg",
    ),
    "a.txt": (b"I was there.\n", "text"),
    "chat.txt": (b"1/31/24, 9:41 PM - Ana: hi\n1/31/24, 9:42 PM - Bo: ok\n", "chat"),
    "ios.txt": (b"[31.01.24, 21:41:05] Ana: hi\n[31.01.24, 21:42:05] Bo: ok\n", "chat"),
    "chat.zip": (
        zipped({"_chat.txt": b"1/31/24, 9:41 PM - A: a\n1/31/24, 9:42 PM - B: b\n"}),
        "chat",
    ),
    "diary.txt": (b"1/31/24 - I was there.\n2/1/24 - I was home: sick.\n", "text"),
    "server.txt": (b"2024-01-31 21:41:05 - INFO: a\n2024-01-31 21:41:06 - INFO: b\n", "text"),
    "texts.zip": (zipped({"a.txt": b"I was there: yes.\n", "b.jpg": b"x"}), "zip"),
    "sms.xml": (b"<?xml version='1.0'?>\n<!-- x -->\n<smses count='1'><sms /></smses>", "chat"),
    "result.json": (b'{"name": "A", "type": "personal_chat", "id": 1, "messages": []}', "chat"),
    "other.json": (b'{"type": "chat room", "messages": "none"}', "json"),
    "main.jsonl": (b'{"version": "1", "backupTimeMs": "17"}\n{"account": {}}\n', "signal-export"),
    "signal.zip": (packed(["main.jsonl", "metadata.json", "files/00/a"]), "signal-export"),
    "signal.backup": (
        b"\0\0\0\x36\x0a\x34\x0a\x10" + bytes(16) + b"\x12\x20" + bytes(90),
        "signal-backup",
    ),
    "latin.txt": ("Er ging über die Straße.".encode("latin-1"), "text"),
    "cyrillic.txt": ("Он пришёл домой.".encode("cp1251"), "text"),
    "utf16.txt": ("Hello".encode("utf-16"), "text"),
    "utf16be.txt": (b"\xfe\xff" + "Он пришёл".encode("utf-16-be"), "text"),
    "utf32.txt": ("Hello there".encode("utf-32"), "text"),
    "nomark.txt": ("Testina was born in Springfield.".encode("utf-16-le"), "text"),
    "mz.txt": (b"MZ is the name of the street.", "text"),
    "bm.txt": (b"BMW sold the car to me.", "text"),
    "a.csv": (CSV.encode(), "table-text"),
    "a.tsv": (b"a\tb\tc\n1\t2\t3\n4\t5\t6\n", "table-text"),
    "a.json": (b'{"a": [1, 2]}', "json"),
    "a.xml": (b'<?xml version="1.0"?><note><to>x</to></note>', "xml"),
    "a.url": (b"[InternetShortcut]\r\nURL=https://example.org/\r\n", "link"),
    "a.gdoc": (b'{"url": "https://docs.google.com/open?id=x"}', "link"),
    "a.webloc": (
        b'<?xml version="1.0"?><!DOCTYPE plist><plist><dict><key>URL</key></dict></plist>',
        "link",
    ),
    "a.lnk": (b"\x4c\0\0\0\x01\x14\x02\0" + bytes(60), "link"),
    "a.mp3": (MP3, "sound"),
    "tagged.mp3": (b"ID3\x04\0" + bytes(30), "sound"),
    "a.m4a": (boxed(b"M4A ", b"mp42"), "sound"),
    "a.amr": (b"#!AMR\n<\x91", "sound"),
    "a.wav": (b"RIFF\x24\0\0\0WAVEfmt ", "sound"),
    "a.aac": (b"\xff\xf1\x50\x80" + bytes(99), "sound"),
    "a.opus": (b"OggS\0" + bytes(30), "sound"),
    "a.aiff": (b"FORM\0\0\0\x08AIFF", "sound"),
    "a.flac": (b"fLaC\0\0\0\x22", "sound"),
    "a.mp4": (boxed(b"isom", b"avc1"), "film"),
    "a.mov": (boxed(b"qt  "), "film"),
    "old.mov": (b"\0\0\0\x08wide\0\0\0\0mdat", "film"),
    "a.3gp": (boxed(b"3gp4"), "film"),
    "a.avi": (b"RIFF\0\0\0\0AVI LIST", "film"),
    "a.webm": (b"\x1aE\xdf\xa3\x01", "film"),
    "a.wmv": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "film"),
    "a.heic": (boxed(b"heic", b"mif1"), "heic"),
    "a.heif": (boxed(b"mif1", b"heif"), "heic"),
    "b.heif": (boxed(b"heif"), "heic"),
    "burst.heic": (boxed(b"msf1", b"hevc"), "heic"),
    "a.avif": (boxed(b"avif"), "avif"),
    "a.cr3": (boxed(b"crx ", b"isom"), "raw"),
    "a.cr2": (b"II*\0\x10\0\0\0CR\x02\0" + bytes(30), "raw"),
    "a.raf": (b"FUJIFILMCCD-RAW 0201", "raw"),
    "a.orf": (b"IIRO\x08\0", "raw"),
    "a.psd": (b"8BPS\0\x01", "psd"),
    "a.ps": (b"%!PS-Adobe-3.0\n", "postscript"),
    "a.eps": (b"\xc5\xd0\xd3\xc6" + bytes(30), "postscript"),
    "old.ai": (b"%!PS-Adobe-3.0\n%%Creator: Adobe Illustrator\n", "postscript"),
    "new.ai": (b"%PDF-1.5\n%AI\n", "pdf"),
    "a.dwg": (b"AC1032\0\0", "drawing"),
    "a.dxf": (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "drawing"),
    "a.cdr": (b"RIFF\0\0\0\0CDRAvrsn", "design"),
    "a.indd": (b"\x06\x06\xed\xf5\xd8\x1d\x46\xe5", "design"),
    "a.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    "a.jxl": (b"\0\0\0\x0cJXL \r\n\x87\n", "picture-other"),
    "a.ico": (b"\0\0\x01\0\x01\0", "icon"),
    "a.dcm": (bytes(128) + b"DICM\x02\0", "dicom"),
    "a.emf": (b"\x01\0\0\0" + bytes(36) + b" EMF", "picture-other"),
    "a.pgm": (b"P5\n# x\n4 4\n255\n" + bytes(16), "picture-other"),
    "a.djvu": (b"AT&TFORM\0\0\0\0DJVM", "djvu"),
    "a.fdf": (b"%FDF-1.2\n", "form-data"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "archive"),
    "a.rar": (b"Rar!\x1a\x07\x01\0", "archive"),
    "a.tar": (bytes(257) + b"ustar\x0000" + bytes(200), "archive"),
    "a.gz": (b"\x1f\x8b\x08\0", "archive"),
    "a.sqlite": (b"SQLite format 3\0" + bytes(30), "database"),
    "a.exe": (b"MZ\x90\0\x03\0", "program"),
    "a.ttf": (b"\0\x01\0\0\0\x11", "font"),
    "._a.pdf": (b"\0\x05\x16\x07\0\x02", "mac-fork"),
    "zeros.jpg": (bytes(4000), "zeros"),
    "noise.dat": (b"\x01\x02\x03\x80" * 9, "unknown"),
    "late.pdf": (b"junk \x01\n" * 300 + b"%PDF-1.4\n", "late-pdf"),
    "letter.jpg": (b"%PDF-1.4\n", "pdf"),
}


@pytest.mark.parametrize("name", list(KINDS_OF_FILES))
def test_a_file_is_known_by_its_content(name: str) -> None:
    data, kind = KINDS_OF_FILES[name]

    assert sniff(data) == kind
    assert kind in REFUSED or kind in ("pdf", "docx", *KINDS, *READERS)


def opened(name: str, data: bytes, home: Path) -> file_preparation.OpenedSource:
    (home / name).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return file_preparation.open_file(
        file_preparation.Job(
            folder=home, path=name, sha256=digest, cache=Cache(home / "cache", enabled=False)
        )
    )


@pytest.mark.parametrize(
    "name",
    ["a.pages", "cut.docx", "a.7z", "locked.docx", "zeros.jpg", "a.epub"],
)
def test_what_is_refused_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    data, kind = KINDS_OF_FILES[name]

    (stopped,) = opened(name, data, tmp_path).findings

    what, remedy = REFUSED[kind]
    assert (stopped.rule, stopped.remedy) == ("EVID.FORMAT", remedy)
    assert stopped.problem.startswith(f"the file is {what}")


def test_a_name_that_promises_something_else_is_told(tmp_path: Path) -> None:
    (page,) = opened("g-28.pdf", b"<html><body>Please log in</body></html>", tmp_path).findings
    (cut,) = opened("letter.docx", KINDS_OF_FILES["cut.docx"][0], tmp_path).findings

    assert page.problem == "the file is a web page, though its name ends in .pdf"
    assert "name" not in cut.problem


def test_a_text_is_not_printed_under_the_name_of_a_pdf(tmp_path: Path) -> None:
    (stopped,) = opened("letter.pdf", b"Please log in.\n", tmp_path).findings

    assert stopped.rule == "EVID.FORMAT"
    assert stopped.problem == "the file is a plain text, though its name ends in .pdf"


def test_every_reader_has_a_name_for_its_files() -> None:
    assert DESCRIPTIONS.keys() == READERS.keys()


def test_a_pdf_is_one_whatever_its_name_says(tmp_path: Path) -> None:
    assert opened("letter.jpg", factories.text_pdf(), tmp_path).findings == ()


# --- names ---

ACCENTED = "evidence/Pasaporte José Đặng.pdf"
FORMS: Mapping[str, str] = {form: unicodedata.normalize(form, ACCENTED) for form in ("NFC", "NFD")}  # type: ignore[arg-type]


def case_with(
    folder: Path, listed: str, on_disk: str, data: bytes | None = None, **more: Any
) -> Path:
    """The small case with one more exhibit: its file is called `listed` in case.json, and
    `on_disk` on the disk."""
    case = deepcopy(factories.CASE)
    case["exhibits"].append(
        {
            "id": "pass",
            "title": "Passport",
            "category": "photo",
            "files": [{"path": listed, **more}],
        }
    )
    made = factories.small_case(folder / "case", case)
    (made / on_disk).write_bytes(data or factories.text_pdf([["Passport of nobody"]]))
    return made


def twice_spelled(folder: Path) -> bool:
    """Whether this disk keeps two names that look the same apart; one of a Mac does not."""
    (folder / unicodedata.normalize("NFD", "é")).write_bytes(b"")
    return not (folder / "é").exists()


@pytest.mark.parametrize(("listed", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_names_that_look_the_same_are_the_same_file(
    tmp_path: Path, listed: str, on_disk: str
) -> None:
    folder = case_with(tmp_path, FORMS[listed], FORMS[on_disk])

    (built,) = build(folder)

    assert built.proof.ok
    verified = CliRunner().invoke(main, ["verify", str(folder / "build/child")])
    assert verified.exit_code == 0


def test_a_bundle_is_verified_after_its_folder_was_copied_to_another_system(tmp_path: Path) -> None:
    if not twice_spelled(tmp_path):
        pytest.skip("this disk knows one spelling only")
    folder = case_with(tmp_path, FORMS["NFC"], FORMS["NFD"])
    build(folder)

    (folder / FORMS["NFD"]).rename(folder / FORMS["NFC"])

    assert CliRunner().invoke(main, ["verify", str(folder / "build/child")]).exit_code == 0


def test_two_files_that_differ_in_spelling_alone_are_told(tmp_path: Path) -> None:
    if not twice_spelled(tmp_path):
        pytest.skip("this disk knows one spelling only")
    folder = case_with(tmp_path, FORMS["NFC"], FORMS["NFC"])
    (folder / FORMS["NFD"]).write_bytes(factories.text_pdf())

    _, found = examine_case(folder, Shelf.default())

    assert [finding.rule for finding in found if finding.rule.startswith("EVID")] == [
        "EVID.TWINS",
        "EVID.UNLISTED",
    ]
    assert (found[0].where, found[0].file) == (FORMS["NFC"], FORMS["NFC"])


def test_ignored_files_and_passwords_are_found_under_either_spelling(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(factories.text_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="owner"))
    folder = case_with(tmp_path, FORMS["NFC"], FORMS["NFD"], out.getvalue())
    case = json.loads((folder / "case.json").read_text(encoding="utf8"))
    case["ignored_files"] = [
        {"path": unicodedata.normalize("NFC", "evidence/Él.pdf"), "why": "a copy"}
    ]
    factories.write_case(folder, case)
    (folder / unicodedata.normalize("NFD", "evidence/Él.pdf")).write_bytes(b"x")
    (folder / NAME).write_text(json.dumps({FORMS["NFD"]: "secret"}), encoding="utf8")
    (folder / NAME).chmod(0o600)

    (built,) = build(folder)

    assert built.proof.ok
    assert read_passwords(folder).of(FORMS["NFC"]) == "secret"


LITTER = [
    ".DS_Store",
    "._scan.pdf",
    "Thumbs.db",
    "thumbs.db",
    "Desktop.ini",
    "desktop.ini",
    "~$letter.docx",
    "~WRL0001.tmp",
    "1A2B3C4D.tmp",
    ".~lock.letter.odt#",
    ".directory",
    "Icon\r",
    ".localized",
    "ehthumbs.db",
    "__MACOSX/._scan.pdf",
    "__MACOSX/evidence/a.pdf",
    "@eaDir/scan.pdf/SYNOFILE_THUMB_M.jpg",
    ".Trash/old.pdf",
    ".Trash-1000/files/old.pdf",
    ".Trashes/501/x",
    "$RECYCLE.BIN/x.pdf",
    ".Spotlight-V100/store",
    "System Volume Information/x",
    "sub/.DS_Store",
    "sub/__MACOSX/x",
    ".nfs000000000123",
    "#recycle/a.pdf",
]
NO_LITTER = [
    "scan~1.pdf",
    "tmp.pdf",
    "DS_Store.pdf",
    "notes.tmp.pdf",
    "MACOSX/a.pdf",
    "trash/a.pdf",
    ".hidden.pdf",
]


@pytest.mark.parametrize("name", [*LITTER, *NO_LITTER])
def test_what_systems_leave_behind_is_no_evidence(tmp_path: Path, name: str) -> None:
    folder = factories.small_case(tmp_path / "case")
    path = folder / "evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")

    _, found = examine_case(folder, Shelf.default())

    assert [finding.rule for finding in found] == (["EVID.UNLISTED"] if name in NO_LITTER else [])
