"""Readers of web pages, rich text, sheets, slides, Word files, texts, PDFs and ZIP archives."""

from __future__ import annotations

import io
import math
import warnings
import zipfile

import pikepdf
from lxml import etree

from assembler.documents.word_to_pdf.normal_form import normalize_docx
from assembler.documents.word_to_pdf.picture_count import count_drawings
from assembler.documents.word_to_pdf.plain_copy import write_plain
from assembler.documents.word_to_pdf.word_text import (
    DoctypeDeclared,
    read_printed_paragraphs,
)
from assembler.documents.word_to_pdf.word_threats import find_threats
from assembler.evidence.archive_types import identify_archive
from assembler.evidence.file_types import sniff
from assembler.evidence.integrity import find_damage
from assembler.evidence.long_numbers import shorten_numbers
from assembler.evidence.readers import number_formats, rich_text
from assembler.evidence.readers.chat_archive import ChatArchive
from assembler.evidence.readers.excel_workbook import read_excel
from assembler.evidence.readers.html_blocks import make_html_blocks
from assembler.evidence.readers.inline_pictures import decode_data_address
from assembler.evidence.readers.ods_workbook import read_ods
from assembler.evidence.readers.office_documents import read_rich_text
from assembler.evidence.readers.office_package import open_package
from assembler.evidence.readers.pdf_ladder import open_pdf
from assembler.evidence.readers.separated_text import read_separated_text
from assembler.evidence.readers.slide_content import read_slides
from assembler.evidence.readers.slides import freeze_fields
from assembler.evidence.readers.text import read_text
from assembler.evidence.readers.web_page import read_web_archive, read_web_page
from assembler.evidence.refusal import Refused
from assembler.evidence.xref_positions import has_cut_off_update, has_nothing_cut_out
from benchmarks.fuzz.target import Target, as_text, require
from benchmarks.fuzz.targets.packing import pack, packed, unpack
from tests import factories, wordfiles
from tests.support import office_files
from tests.support.readings import read

_HTML = tuple(
    word.encode()
    for word in (
        *(
            "<table>",
            "<tr>",
            "<td colspan=9>",
            "</td>",
            "<ul>",
            "<ol start=-1 type=i>",
            "<li>",
            "<p>",
        ),
        *(
            "<div style='display:none'>",
            "<b>",
            "</b>",
            "<blockquote>",
            "<a href='x'>",
            "<img src='data:",
        ),
        *(
            "<pre>",
            "<br>",
            "<hr>",
            "<input value=x>",
            "<select><option selected>",
            "<!--",
            "-->",
            "&#0;",
        ),
        *(
            "&#xD800;",
            "&nbsp;",
            "<title>",
            "<base href=//x>",
            "<script>",
            "<style>",
            "rowspan=99999",
        ),
        *(
            "<details>",
            "<svg>",
            "<math>",
            "width=1e9",
            "<ruby><rt>",
            "<textarea>",
            "<meta charset=utf-16>",
        ),
    )
)
_OFFICE = tuple(
    word.encode()
    for word in (
        *(
            "<c r='A1' t='s'>",
            "<v>",
            "</v>",
            "<row r='1'>",
            "<mergeCell ref='A1:XFD9'/>",
            "t='inlineStr'",
        ),
        *(
            "<sheet ",
            "r:id=",
            "formatCode=",
            "table:number-columns-repeated='9999'",
            "<table:table-cell",
        ),
        *("table:number-rows-repeated='9'", "<text:p>", "<text:s text:c='9999'/>", "<draw:frame>"),
        *(
            "<a:t>",
            "<p:sp>",
            "<a:tbl>",
            "<a:tr>",
            "gridSpan='9'",
            "<w:p>",
            "<w:r>",
            "<w:t>",
            "<w:tbl>",
        ),
        *("<w:tc>", "w:val=", "'99999999999'", "<w:numPr>", "<w:ilvl w:val='9'/>", "<w:fldSimple "),
        *("Target='../../x'", "TargetMode='External'", "<!DOCTYPE x [", "<!ENTITY a 'b'>]>", "&a;"),
        *("xmlns:w='x'", "hidden='1'", "xml:space='preserve'", "\n=part=word/document.xml=\n"),
    )
)
_CODES = (
    b"0.00|1234.5",
    b'#,##0.00;[Red]-#,##0.00;"-";@|-5',
    b"mmm d, yyyy h:mm AM/PM|45000.5",
    b"[h]:mm:ss|1.75",
    b"0.0%|0.256",
    b"# ?/?|1.25",
    b"0.00E+00|12345",
    b'[$-409]"x"* _)\\y|2',
)
_DROPPED = ("docProps", "xl/theme", "ppt/theme", "word/theme", "xl/media", "ppt/media")


def _make_blocks(data: bytes) -> None:
    make_html_blocks(as_text(data), lambda _address: None)


def _parse_rich_text(data: bytes) -> None:
    rich_text.list_all_blocks(rich_text.parse_rich_text(data))


def _read_slides(data: bytes) -> None:
    freeze_fields(pack(data))
    with open_package(pack(data), "PowerPoint file") as package:
        read_slides(package)


def _format_numbers(data: bytes) -> None:
    code, _, number = as_text(data).partition("|")
    try:
        value = float(number[:30])
    except ValueError:
        value = 45_000.25
    if not math.isfinite(value):
        return
    for since_1904 in (False, True):
        number_formats.format_value(value, code, since_1904=since_1904)
    number_formats.format_text(number, code)
    number_formats.is_hiding(code)


def _read_word(data: bytes) -> None:
    docx = pack(data)
    if any(find_threats(docx, 10_000_000)):
        return
    plain = normalize_docx(docx)
    for lists in ("kept", "bullets", "written"):
        write_plain(plain, range(0x250), lists)
    count_drawings(plain)
    read_printed_paragraphs(io.BytesIO(plain))


def _draw_word() -> list[bytes]:
    body = wordfiles.paragraph(wordfiles.run("Hello"), wordfiles.field("DATE", "1 May"))
    body += wordfiles.paragraph(wordfiles.check_box(True), wordfiles.drop_down(("a", "b"), 1))
    return [unpack(wordfiles.document(body), _DROPPED)]


def _open_archives(data: bytes) -> None:
    kind = identify_archive(data)
    require(kind == "" or kind.isprintable(), "a kind is a name")
    sniff(data)
    try:
        archive = ChatArchive(data)
        for name in archive.names:
            archive.read(name)
    except Refused:
        pass
    with open_package(data, "file") as package:
        for name in list(package.names):
            package.read(name)


def _sniff(data: bytes) -> None:
    require(sniff(data).isascii(), "a kind is a name")
    decode_data_address(as_text(data))


def _check_pdf(data: bytes) -> None:
    has_nothing_cut_out(data)
    has_cut_off_update(data)
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            list(find_damage(pdf))
            shorten_numbers(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.QpdfRuntimeError):
        pass
    reading = open_pdf(data)
    reading.pdf.close()


def _draw_pdfs() -> list[bytes]:
    return [
        factories.text_pdf([["Hello"]]),
        factories.form_pdf("x", "name"),
        factories.linked_pdf("a", 0),
    ]


TARGETS = (
    Target(
        name="html",
        modules=("assembler.evidence.readers.html",),
        parse=_make_blocks,
        seeds=lambda: (
            office_files.make_page().encode()[:3_000],
            b"<ol><li>a<ul><li>b</ul><table><tr><th>x<td>y</table></ol><p>c<br>d",
        ),
        refusals=(Refused,),
        tokens=_HTML,
        largest=16_384,
    ),
    Target(
        name="web-page",
        modules=("assembler.evidence.readers.web_page", "assembler.evidence.readers.html"),
        parse=lambda data: read(read_web_page, data, "html"),
        seeds=lambda: (office_files.make_page().encode(),),
        refusals=(Refused,),
        tokens=_HTML,
        largest=16_384,
    ),
    Target(
        name="web-archive",
        modules=("assembler.evidence.readers.web_page",),
        parse=lambda data: read(read_web_archive, data, "web-archive"),
        seeds=lambda: (
            office_files.make_mhtml("<p>Hello<img src='a.jpg'>"),
            office_files.make_safari_archive("<p>Hello"),
        ),
        refusals=(Refused,),
        tokens=(
            *_HTML[:12],
            b"Content-Location: ",
            b"bplist00",
            b"\x5f\x10",
            b"\xd1",
            b"WebMainResource",
        ),
    ),
    Target(
        name="rich-text",
        modules=("assembler.evidence.readers.rich_text",),
        parse=lambda data: read(read_rich_text, data, "rtf"),
        seeds=lambda: (
            office_files.make_rtf("Hello \\'e9 \\u1044?\\par {\\b bold}\\cell\\row\\tab x"),
            office_files.make_rtf(
                "\\trowd\\cellx100\\cellx200 a\\cell b\\cell\\row{\\pict\\pngblip 89504e}"
            ),
        ),
        refusals=(Refused,),
        tokens=tuple(
            f"{word}".encode()
            for word in (
                *(
                    "{",
                    "}",
                    "\\par ",
                    "\\'",
                    "\\u-10179?\\u-8704?",
                    "\\uc0 ",
                    "\\bin9 ",
                    "\\cell ",
                    "\\row ",
                ),
                *(
                    "\\trowd ",
                    "\\cellx9 ",
                    "\\clmgf",
                    "\\pict",
                    "\\field",
                    "{\\*\\fldinst ",
                    "\\ansicpg932",
                ),
                *(
                    "\\f1 ",
                    "\\fcharset128 ",
                    "\\itap2 ",
                    "\\nestcell ",
                    "\\v ",
                    "\\deleted ",
                    "\\ilvl9 ",
                ),
            )
        ),
        largest=16_384,
    ),
    Target(
        name="excel",
        modules=(
            "assembler.evidence.readers.excel_workbook",
            "assembler.evidence.readers.workbook_parts",
            "assembler.evidence.readers.sheet_tables",
            "assembler.evidence.readers.office_package",
        ),
        parse=packed(lambda data: read(read_excel, data, "excel")),
        seeds=lambda: [
            unpack(office_files.make_workbook([["a", 1.5, None], [3, True, "b"]], "0.00"), _DROPPED)
        ],
        refusals=(Refused,),
        tokens=_OFFICE,
    ),
    Target(
        name="ods",
        modules=(
            "assembler.evidence.readers.ods_workbook",
            "assembler.evidence.readers.sheet_tables",
        ),
        parse=packed(lambda data: read(read_ods, data, "opendocument-table")),
        seeds=lambda: [
            unpack(
                office_files.make_ods(
                    "<table:table table:name='S'><table:table-column/><table:table-row>"
                    "<table:table-cell office:value-type='string'><text:p>a<text:s/>b</text:p>"
                    "</table:table-cell></table:table-row></table:table>"
                )
            )
        ],
        refusals=(Refused,),
        tokens=_OFFICE,
    ),
    Target(
        name="slides",
        modules=("assembler.evidence.readers.slide_content", "assembler.evidence.readers.slides"),
        parse=_read_slides,
        seeds=lambda: [
            unpack(
                office_files.make_deck(
                    (office_files.make_shape("Hello"), office_files.make_slide_table([["a", "b"]])),
                    hidden=(2,),
                    notes="n",
                ),
                _DROPPED,
            )
        ],
        refusals=(Refused,),
        tokens=_OFFICE,
    ),
    Target(
        name="number-formats",
        modules=("assembler.evidence.readers.number_formats",),
        parse=_format_numbers,
        seeds=lambda: _CODES,
        tokens=(
            b"0",
            b"#",
            b"?",
            b"/",
            b"%",
            b"E+",
            b";",
            b"[h]",
            b"[Red]",
            b"[>9]",
            b"mmm",
            b"yyyy",
            b"AM/PM",
            b"@",
            b"*",
            b"_",
            b'"',
            b"\\",
            b"|",
            b"-1e308",
            b"nan",
            b"inf",
            b"General",
            b".",
        ),
        largest=1_024,
    ),
    Target(
        name="separated-text",
        modules=("assembler.evidence.readers.separated_text", "assembler.evidence.readers.text"),
        parse=lambda data: read(read_separated_text, data, "table-text"),
        seeds=lambda: (
            b'Name,Date\n"Ana, M",03/04/1990\n',
            b"a;b\n1;2\n",
            "é\tb\nc\td\n".encode("cp1252"),
        ),
        refusals=(Refused,),
        tokens=(b",", b";", b"\t", b"|", b'"', b"\n", b"\r", b"\xff\xfe", b"\xef\xbb\xbf"),
        largest=16_384,
    ),
    Target(
        name="plain-text",
        modules=("assembler.evidence.readers.text", "assembler.evidence.text_types"),
        parse=lambda data: (sniff(data), read(read_text, data, "text")),
        seeds=lambda: (b"Hello\nworld\n", "Дорога".encode("cp1251"), "x\u2028y".encode("utf-16")),
        refusals=(Refused,),
        tokens=(b"\n", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b$B", b"\0"),
        largest=16_384,
    ),
    Target(
        name="word-file",
        modules=("assembler.documents.word_to_pdf",),
        parse=_read_word,
        seeds=_draw_word,
        refusals=(DoctypeDeclared, etree.XMLSyntaxError, zipfile.BadZipFile, KeyError, ValueError),
        tokens=_OFFICE,
    ),
    Target(
        name="zip-archives",
        modules=(
            "assembler.evidence.archive_types",
            "assembler.evidence.readers.office_package",
            "assembler.evidence.readers.chat_archive",
        ),
        parse=_open_archives,
        seeds=lambda: (
            office_files.pack({"word/document.xml": "<a/>", "[Content_Types].xml": "<b/>"}),
            office_files.pack(
                {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}
            ),
            office_files.pack({"result.json": '{"chats": {"list": []}}', "photos/a.jpg": "x"}),
        ),
        refusals=(Refused,),
        tokens=(
            b"PK\x01\x02",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"PK\x06\x06",
            b"PK\x06\x07",
            b"\x08\0",
            b"\x63\0",
            b"../",
            b"\\",
            b"\x01\0\x10\0",
            b"main.jsonl",
            b"metadata.json",
        ),
    ),
    Target(
        name="file-kinds",
        modules=(
            "assembler.evidence.file_types",
            "assembler.evidence.text_types",
            "assembler.evidence.archive_types",
        ),
        parse=_sniff,
        seeds=lambda: (
            b"%PDF-1.7\n",
            b"\xff\xd8\xff\xe0",
            b"From: a\nDate: b\n\nx",
            b"{\\rtf1}",
            b"<html><p>",
            b"data:image/png;base64,iVBORw0KGgo=",
            b"a,b\n1,2\n3,4\n",
            b"\0\0\0 ftypisom",
        ),
        tokens=(
            *_HTML[:8],
            b"ftyp",
            b"RIFF",
            b"WAVE",
            b"ID3",
            b"BEGIN:VCALENDAR",
            b"\xff\xfe",
            b"From ",
            b"MIME-Version:",
            b"data:",
            b";base64,",
            b"%41",
        ),
        largest=16_384,
    ),
    Target(
        name="pdf",
        modules=(
            "assembler.evidence.integrity",
            "assembler.evidence.xref_positions",
            "assembler.evidence.long_numbers",
            "assembler.evidence.readers.pdf_ladder",
            "assembler.evidence.parser_warnings",
        ),
        parse=_check_pdf,
        seeds=_draw_pdfs,
        refusals=(Refused,),
        tokens=(
            b"obj",
            b"endobj",
            b"stream\n",
            b"endstream",
            b"xref",
            b"trailer",
            b"startxref",
            b"%%EOF",
            b"/Prev ",
            b"/Kids [",
            b"/Count ",
            b"/Filter /FlateDecode",
            b"/DCTDecode",
            b"/Length ",
            b"0 R",
            b"<<",
            b">>",
            b"/Type /Page",
            b"/DecodeParms",
            b"/ASCII85Decode",
            b"0000000000 65535 f",
        ),
    ),
)
warnings.filterwarnings("ignore", category=UserWarning)
