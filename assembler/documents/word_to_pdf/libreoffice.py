"""Run LibreOffice: a throw-away profile, our fonts, no macro or outside link followed; dropped
links are restored."""

from __future__ import annotations

import ctypes
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from assembler.documents.word_to_pdf.word_text import R, W, parse_part, read_relations
from assembler.errors import ToolFailed
from assembler.runtime import programs
from assembler.runtime.zip_files import UndatedZipFile

_SECONDS = 100  # less than a worker has: if the worker ended first, the office would run on
_MOST_LINKS = 32 * 32 * 32 - 1  # the number of near-black colors
Piece = tuple[int, tuple[float, float, float, float], str]  # page index, rectangle, address


def run_libreoffice(docx: Path, where: str, fonts: Sequence[Path], scratch: Path) -> bytes:
    """Return the PDF of a document. Raises ToolMissing, ToolFailed."""
    colored, addresses = _color_links(docx.read_bytes())
    pdf = _convert(colored, ".docx", _FILTER, fonts, scratch)
    if not pdf:
        raise ToolFailed(
            "LibreOffice made no PDF", where=where, remedy="open it in Word and save it again"
        )
    return _add_links(pdf, addresses)


def convert_office_file(
    data: bytes, ending: str, target: str, fonts: Sequence[Path], scratch: Path
) -> bytes:
    """Return a file in another format: of any program that LibreOffice reads, with what it shows.

    Args:
        ending: of the file's name, for LibreOffice: ".pptx".
        target: one of `OFFICE_TARGETS`.
        scratch: a folder that need not exist.

    Raises ToolMissing, and ToolFailed if LibreOffice cannot read it, or lacks the part that does
    (Calc, Impress).
    """
    converted = _convert(data, ending, OFFICE_TARGETS[target], fonts, scratch)
    if not converted:
        raise ToolFailed(
            "LibreOffice cannot read it, or is installed without the part that does",
            remedy="install all of LibreOffice (Writer, Calc, Impress)",
        )
    return _add_links(converted, ()) if target == "slides" else converted


def _convert(data: bytes, ending: str, export: str, fonts: Sequence[Path], scratch: Path) -> bytes:
    """Return what LibreOffice makes of a file; empty if nothing."""
    profile, out = scratch / "profile", scratch / "out"
    (profile / "user").mkdir(parents=True)
    out.mkdir()
    (profile / "user/registrymodifications.xcu").write_text(_PROFILE, encoding="utf8")
    (scratch / "fonts.conf").write_text(_write_font_config(fonts, scratch), encoding="utf8")
    source = scratch / f"draft{ending}"
    source.write_bytes(data)
    programs.run(
        "soffice",
        [
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            export,
            "--outdir",
            str(out),
            str(source),
        ],
        timeout=_SECONDS,
        cwd=scratch,
        env={"FONTCONFIG_FILE": str(scratch / "fonts.conf"), "HOME": str(scratch)},
    )
    converted = out / f"draft.{export.partition(':')[0]}"
    # its exit code is always 0, so only the file counts
    return converted.read_bytes() if converted.is_file() else b""


def _color_links(data: bytes) -> tuple[bytes, list[str]]:
    """Give each link a unique near-black color, by which it is found again in the PDF.

    Debian's headless LibreOffice 7.4 writes no link annotation with any export options.
    """
    addresses: list[str] = []
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        UndatedZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            content = source.read(name)
            if b"<w:hyperlink" in content:
                root = parse_part(content)
                targets = read_relations(source, name)
                for link in root.iter(f"{W}hyperlink"):
                    _, address = targets.get(link.get(f"{R}id"), ("", ""))
                    if address and len(addresses) < _MOST_LINKS:
                        addresses.append(address)
                        _color_link(link, len(addresses))
                content = etree.tostring(
                    root, xml_declaration=True, encoding="UTF-8", standalone=True
                )
            copy.writestr(name, content)
    return out.getvalue(), addresses


def _color_link(link: etree._Element, number: int) -> None:
    for run in link.iter(f"{W}r"):
        properties = run.find(f"{W}rPr")
        if properties is None:
            properties = etree.Element(f"{W}rPr")
            run.insert(0, properties)
        for old in properties.findall(f"{W}color"):
            properties.remove(old)
        color = etree.SubElement(properties, f"{W}color")
        color.set(f"{W}val", f"{number >> 10:02X}{number >> 5 & 31:02X}{number & 31:02X}")


def _add_links(pdf: bytes, addresses: Sequence[str]) -> bytes:
    """Return the PDF with a link over every text in a link's color; without dates, producer and
    random id."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages if addresses else ():
            if "/Annots" in page:
                del page.Annots  # where LibreOffice does write links, these are the same
        for index, box, address in _find_colored_text(pdf, addresses):
            annotation = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=pikepdf.Array([round(side, 2) for side in box]),
                Border=pikepdf.Array([0, 0, 0]),
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(address)),
            )
            page = document.pages[index]
            if "/Annots" not in page:
                page.Annots = pikepdf.Array()
            page.Annots.append(document.make_indirect(annotation))
        if "/Metadata" in document.Root:
            del document.Root.Metadata
        for key in {"/Info", "/DocChecksum", "/ID"} & set(document.trailer.keys()):
            del document.trailer[key]
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _find_colored_text(pdf: bytes, addresses: Sequence[str]) -> Iterator[Piece]:
    """Yield one rectangle for each line of each link, in reading order."""
    import pypdfium2 as pdfium

    if not addresses:
        return
    document = pdfium.PdfDocument(pdf)
    try:
        for index in range(len(document)):
            yield from _find_on_page(document[index], index, addresses)
    finally:
        document.close()


def _find_on_page(page: object, index: int, addresses: Sequence[str]) -> Iterator[Piece]:
    text = page.get_textpage()  # type: ignore[attr-defined]
    number, box = 0, (0.0, 0.0, 0.0, 0.0)
    for position in range(text.count_chars()):
        link = _read_link_number(text.raw, position)
        if not 0 < link <= len(addresses):
            continue
        left, bottom, right, top = text.get_charbox(position, loose=True)
        if link == number and bottom < (box[1] + box[3]) / 2 < top:
            box = (min(box[0], left), min(box[1], bottom), max(box[2], right), max(box[3], top))
            continue
        if number:
            yield index, box, addresses[number - 1]
        number, box = link, (left, bottom, right, top)
    if number:
        yield index, box, addresses[number - 1]


def _read_link_number(text: object, position: int) -> int:
    """Return the number of the link a character belongs to, read from its color; 0 for black."""
    from pypdfium2 import raw

    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFText_GetFillColor(text, position, red, green, blue, alpha):
        return 0
    if max(red.value, green.value, blue.value) > 31:
        return 0
    return red.value << 10 | green.value << 5 | blue.value


def _write_font_config(fonts: Sequence[Path], scratch: Path) -> str:
    folders = "".join(
        f"<dir>{escape(str(folder))}</dir>"
        for folder in dict.fromkeys(font.parent for font in fonts)
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{folders}'
        f"<cachedir>{escape(str(scratch / 'fonts'))}</cachedir></fontconfig>"
    )


_FILTER = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
# what a file becomes → the filter of LibreOffice
OFFICE_TARGETS = {
    "word": "docx:MS Word 2007 XML",
    "excel": "xlsx:Calc MS Excel 2007 XML",
    "powerpoint": "pptx:Impress MS PowerPoint 2007 XML",
    "slides": "pdf:impress_pdf_Export",  # hidden slides are left out
}
_SETTINGS = (  # path below org.openoffice.Office, name, value
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Calc/Content/Update", "Link", "2"),  # never
)
_PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n'
    + "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">\n'
        f"<value>{value}</value></prop></item>\n"
        for path, name, value in _SETTINGS
    )
    + "</oor:items>\n"
)
