"""Office files and saved web pages as clients send them, drawn here."""

from __future__ import annotations

import base64
import datetime
import io
import plistlib
import zipfile
from collections.abc import Mapping, Sequence
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from PIL import Image

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_SPACES = f'xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}" xmlns:r="{_OFFICE}"'
PAGE_ADDRESS = "https://news.example.org/2026/attack.html"


def draw_png(color: str = "red", size: tuple[int, int] = (80, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def pack(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def make_budget() -> bytes:
    """An Excel workbook of two visible sheets, with everything that a reader may miss."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Budget 2026")
        money = book.add_format({"num_format": '"$"#,##0.00'})
        day = book.add_format({"num_format": "mmm d, yyyy"})
        share = book.add_format({"num_format": "0.0%"})
        sheet.merge_range("A1:D1", "Household budget")
        sheet.write_row(2, 0, ["Date", "Item", "Amount", "Share", "Remark"])
        for row in range(3, 50):
            sheet.write_datetime(row, 0, datetime.datetime(2026, 1, 1 + row % 28), day)
            sheet.write(
                row, 1, ("Renta para la señora Núñez", "Квартплата", "إيجار البيت")[row % 3]
            )
            sheet.write(row, 2, 1234.567 * row, money)
            sheet.write(row, 3, row / 64, share)
        sheet.set_row(9, None, None, {"hidden": True})
        sheet.write(9, 4, "kept from view")
        sheet.set_column(6, 6, None, None, {"hidden": True})
        sheet.write(5, 6, "also kept from view")
        sheet.write_formula(50, 2, "=SUM(C4:C50)", money, 98765.43)
        sheet.write_url(51, 0, "https://example.org/receipts", string="Receipts")
        sheet.write_comment("B4", "a comment")
        sheet.insert_image("I2", "x.png", {"image_data": io.BytesIO(draw_png())})
        sheet.insert_textbox("I20", "Words in a box")
        wide = book.add_worksheet("Wide")
        for row in range(4):
            wide.write_row(row, 0, [f"value {row} of {column}" for column in range(30)])
        book.add_worksheet("Hidden").hide()
        book.add_worksheet("Locked away").very_hidden()
    return out.getvalue()


def make_workbook(rows: Sequence[Sequence[object]], code: str = "") -> bytes:
    """An Excel workbook of one sheet; `code`: the number format of all cells."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S")
        look = book.add_format({"num_format": code}) if code else None
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value, look)
    return out.getvalue()


def add_chart() -> bytes:
    """An Excel workbook with a chart."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Chart")
        sheet.write_column(0, 0, [1, 2, 3])
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Chart!$A$1:$A$3"})
        sheet.insert_chart("C1", chart)
    return out.getvalue()


def make_ods(table: str, styles: str = "", parts: Mapping[str, bytes] | None = None) -> bytes:
    """An OpenDocument spreadsheet; `table`: the XML of its tables."""
    return _make_open_document("spreadsheet", table, styles, parts or {})


def make_odt(body: str, styles: str = "") -> bytes:
    """An OpenDocument text; `body`: the XML of its paragraphs."""
    return _make_open_document("text", body, styles, {})


def _make_open_document(kind: str, body: str, styles: str, parts: Mapping[str, bytes]) -> bytes:
    prefix = "urn:oasis:names:tc:opendocument:xmlns"
    names = ("office", "table", "text", "style", "drawing")
    spaces = " ".join(
        f'xmlns:{"draw" if name == "drawing" else name}="{prefix}:{name}:1.0"' for name in names
    )
    mime = f"application/vnd.oasis.opendocument.{kind}"
    content = (
        f'<?xml version="1.0"?><office:document-content office:version="1.2" {spaces} '
        f'xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    space = f"{prefix}:manifest:1.0"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return pack(
        {"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest, **parts}
    )


def make_deck(slides: Sequence[str], *, hidden: Sequence[int] = (), notes: str = "") -> bytes:
    """A PowerPoint file; `slides`: the XML of the shapes of each; `notes`: of the first slide."""
    parts: dict[str, str | bytes] = {"[Content_Types].xml": _list_types(len(slides), bool(notes))}
    parts["_rels/.rels"] = _relate({"r1": ("officeDocument", "ppt/presentation.xml")})
    numbers = range(1, len(slides) + 1)
    entries = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in numbers)
    parts["ppt/presentation.xml"] = (
        f"<p:presentation {_SPACES}><p:sldIdLst>{entries}</p:sldIdLst>"
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
        "</p:presentation>"
    )
    parts["ppt/_rels/presentation.xml.rels"] = _relate(
        {f"s{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}
    )
    for number, shapes in enumerate(slides, 1):
        show = ' show="0"' if number in hidden else ""
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {_SPACES}{show}><p:cSld><p:spTree>{_GROUP}{shapes}</p:spTree></p:cSld></p:sld>"
        )
        relations = {"p1": ("image", "../media/image1.png")}
        if notes and number == 1:
            relations["n1"] = ("notesSlide", "../notesSlides/notesSlide1.xml")
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relate(relations)
    parts["ppt/media/image1.png"] = draw_png("blue")
    if notes:
        parts["ppt/notesSlides/notesSlide1.xml"] = (
            f"<p:notes {_SPACES}><p:cSld><p:spTree>{_GROUP}{make_shape(notes, 'body')}</p:spTree>"
            "</p:cSld></p:notes>"
        )
    return pack(parts)


_GROUP = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'


def make_shape(text: str, kind: str = "") -> str:
    """A shape with a paragraph for each line."""
    place = f'<p:ph type="{kind}"/>' if kind else ""
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="s"/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
        '<p:spPr><a:xfrm><a:off x="500000" y="500000"/><a:ext cx="8000000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f"<p:txBody><a:bodyPr/>{lines}</p:txBody></p:sp>"
    )


def make_slide_picture() -> str:
    return (
        '<p:pic><p:nvPicPr><p:cNvPr id="4" name="p"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill>'
        '<a:blip r:embed="p1"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm>'
        '<a:off x="500000" y="3000000"/><a:ext cx="1600000" cy="800000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def make_slide_table(rows: Sequence[Sequence[str]]) -> str:
    columns = '<a:gridCol w="2000000"/>' * len(rows[0])
    body = "".join(
        '<a:tr h="400000">'
        + "".join(
            f"<a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:txBody></a:tc>"
            for cell in row
        )
        + "</a:tr>"
        for row in rows
    )
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name="t"/><p:cNvGraphicFramePr/>'
        '<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="500000" y="4200000"/>'
        '<a:ext cx="6000000" cy="900000"/></p:xfrm><a:graphic><a:graphicData uri="'
        f'{_DRAWING[:-4]}table"><a:tbl><a:tblGrid>{columns}</a:tblGrid>{body}</a:tbl>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def _relate(relations: Mapping[str, tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in relations.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}">{entries}</Relationships>'


def _list_types(count: int, has_notes: bool) -> str:
    kind = "application/vnd.openxmlformats-officedocument.presentationml"
    slides = "".join(
        f'<Override PartName="/ppt/slides/slide{n}.xml" ContentType="{kind}.slide+xml"/>'
        for n in range(1, count + 1)
    )
    notes = (
        '<Override PartName="/ppt/notesSlides/notesSlide1.xml" '
        f'ContentType="{kind}.notesSlide+xml"/>'
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/ppt/presentation.xml" ContentType="{kind}.presentation.main+xml"/>'
        f"{slides}{notes if has_notes else ''}</Types>"
    )


def make_rtf(body: str, head: str = "\\ansi\\ansicpg1252") -> bytes:
    """An RTF text; `body`: its control words and letters, in ASCII."""
    return (
        "{\\rtf1" + head + "{\\fonttbl{\\f0\\fcharset0 Serif;}{\\f1\\fcharset204 Cyr;}"
        "{\\f2\\fcharset128 Jap;}}" + body + "}"
    ).encode("ascii")


def make_rtf_picture(data: bytes, kind: str = "pngblip") -> str:
    return "{\\*\\shppict{\\pict\\" + kind + " " + data.hex() + "}}"


def make_page(picture: str = "page_files/photo.jpg") -> str:
    """A news page as a browser saves it."""
    inner = base64.b64encode(draw_png("green")).decode()
    return f"""<!DOCTYPE html>
<!-- saved from url=(0041){PAGE_ADDRESS} -->
<html><head><meta charset="utf-8"><title>Attack on the market</title>
<script>var no = 1;</script></head>
<body><ul><li><a href="https://news.example.org/">Home</a><li>Sports</ul>
<h1>Attack on the market</h1><p>By <b>Ana Núñez</b></p>
<img src="{picture}" alt="The market"><p>Armed men came &mdash; witnesses said.</p>
<img src="data:image/png;base64,{inner}"><div style="display:none">hidden advertising</div>
<table><tr><th>Day<th>Victims<tr><td>Monday<td>3<tr><td>Tuesday<td>1</table>
<p>Пострадавшие рассказали.</p><p dir="rtl">قال الشهود</p>
<iframe src="https://ads.example.org"></iframe>
</body></html>"""


def make_mhtml(page: str) -> bytes:
    """The page as Chrome saves it, with its picture."""
    message = MIMEMultipart("related", type="text/html", boundary="part")
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = PAGE_ADDRESS
    text = MIMEText(page, "html", "utf-8")
    text["Content-Location"] = PAGE_ADDRESS
    picture = MIMEImage(draw_png("orange"))
    picture["Content-Location"] = "https://news.example.org/2026/page_files/photo.jpg"
    message.attach(text)
    message.attach(picture)
    return message.as_bytes()


def make_safari_archive(page: str) -> bytes:
    """The page as Safari saves it, with its picture."""
    return plistlib.dumps(
        {
            "WebMainResource": {
                "WebResourceData": page.encode(),
                "WebResourceURL": PAGE_ADDRESS,
                "WebResourceTextEncodingName": "UTF-8",
            },
            "WebSubresources": [
                {
                    "WebResourceURL": "https://news.example.org/2026/page_files/photo.jpg",
                    "WebResourceData": draw_png("pink"),
                }
            ],
        },
        fmt=plistlib.FMT_BINARY,
    )
