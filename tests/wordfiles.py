"""Word files with everything a client's may hold, written as Word writes them; drawn when
needed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
_WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SPLIT = "\0"  # in a field's instruction: here one run of instructions ends, and the next begins
_MARGINS = '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/>'
_SECTION = f'<w:sectPr>{{0}}<w:pgSz w:w="12240" w:h="15840"/>{_MARGINS}</w:sectPr>'
_STYLES = (
    f'<w:styles {_DECLARED}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" '
    f'w:hAnsi="Calibri"/></w:rPr>'
    '</w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" '
    'w:styleId="Normal"><w:name w:val="Normal"/>'
    "</w:style></w:styles>"
)


def document(
    *body: str,
    pictures: Mapping[str, tuple[str, bytes]] | None = None,
    relations: Mapping[str, tuple[str, str, bool]] | None = None,
    parts: Mapping[str, bytes] | None = None,
    section: str = "",
) -> bytes:
    """A .docx of these blocks. `relations`: id → (kind, target, outside); `parts`: more parts,
    by name in the ZIP file."""
    related = {"rIdStyles": ("styles", "styles.xml", False), **(relations or {})}
    related |= {
        name: ("image", f"media/{file}", False) for name, (file, _) in (pictures or {}).items()
    }
    made = {
        "[Content_Types].xml": _content_types(parts or {}),
        "_rels/.rels": relationships({"rId1": ("officeDocument", "word/document.xml", False)}),
        "word/document.xml": part(
            "document", f"<w:body>{''.join(body)}{_SECTION.format(section)}</w:body>"
        ),
        "word/_rels/document.xml.rels": relationships(related),
        "word/styles.xml": _STYLES.encode(),
        **{f"word/media/{file}": data for file, data in (pictures or {}).values()},
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return out.getvalue()


def part(name: str, inside: str) -> bytes:
    """A part of WordprocessingML: `name` is its root element."""
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{declaration}<w:{name} {_DECLARED} mc:Ignorable="w14">{inside}</w:{name}>'.encode()


def relationships(entries: Mapping[str, tuple[str, str, bool]]) -> bytes:
    rows = (
        f'<Relationship Id="{name}" Type="{kind if ":" in kind else f"{OFFICE}/{kind}"}" '
        f'Target="{target}"' + (' TargetMode="External"/>' if outside else "/>")
        for name, (kind, target, outside) in entries.items()
    )
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(rows)}</Relationships>'.encode()
    )


def _content_types(parts: Mapping[str, bytes]) -> bytes:
    known = {
        "header": "header",
        "footer": "footer",
        "numbering": "numbering",
        "settings": "settings",
        "footnotes": "footnotes",
        "endnotes": "endnotes",
        "comments": "comments",
    }
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "ttf": "application/x-font-ttf",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "emf": "image/x-emf",
        "wmf": "image/x-wmf",
        "bin": "application/vnd.openxmlformats-officedocument.oleObject",
    }
    overrides = {
        "word/document.xml": f"{_WORDML}.document.main+xml",
        "word/styles.xml": f"{_WORDML}.styles+xml",
    }
    for name in parts:
        kind = next((kind for start, kind in known.items() if name.startswith(f"word/{start}")), "")
        overrides |= {name: f"{_WORDML}.{kind}+xml"} if kind else {}
    rows = [f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items()]
    rows += [
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    ]
    return f'<Types xmlns="{_PACKAGE}/content-types">{"".join(rows)}</Types>'.encode()


def png(color: str = "red", size: tuple[int, int] = (60, 40)) -> bytes:
    return encoded(Image.new("RGB", size, color))


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def paragraph(*runs: str, properties: str = "") -> str:
    return (
        f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"
        if properties
        else f"<w:p>{''.join(runs)}</w:p>"
    )


def run(text: str, *, face: str = "", more: str = "") -> str:
    fonts = f'<w:rFonts w:ascii="{face}" w:hAnsi="{face}"/>' if face else ""
    look = f"<w:rPr>{fonts}{more}</w:rPr>" if fonts or more else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'


def raw_run(inside: str) -> str:
    return f"<w:r>{inside}</w:r>"


def symbol(face: str, code: int) -> str:
    return raw_run(f'<w:sym w:font="{face}" w:char="{code:04X}"/>')


def field_marks(instruction: str, data: str = "") -> tuple[str, str]:
    """The runs before and after a field's result."""
    told = '<w:r><w:instrText xml:space="preserve">{}</w:instrText></w:r>'
    pieces = [
        piece if piece.startswith("<w:r>") else told.format(piece)
        for piece in instruction.split(SPLIT)
    ]
    begin = raw_run(f'<w:fldChar w:fldCharType="begin">{data}</w:fldChar>')
    separate, end = (
        raw_run(f'<w:fldChar w:fldCharType="{mark}"/>') for mark in ("separate", "end")
    )
    return begin + "".join(pieces) + separate, end


def field(instruction: str, result: str, data: str = "") -> str:
    begin, end = field_marks(instruction, data)
    return begin + result + end


def check_box(checked: bool | None, *, default: bool = False) -> str:
    """A check box of Word's old forms; None: nobody has touched it, and its default counts."""
    state = "" if checked is None else f'<w:checked w:val="{int(checked)}"/>'
    box = f'<w:checkBox><w:sizeAuto/><w:default w:val="{int(default)}"/>{state}</w:checkBox>'
    return field("FORMCHECKBOX", "", f'<w:ffData><w:name w:val="c"/>{box}</w:ffData>')


def drop_down(entries: tuple[str, ...], chosen: int | None) -> str:
    rows = "".join(f'<w:listEntry w:val="{entry}"/>' for entry in entries)
    result = "" if chosen is None else f'<w:result w:val="{chosen}"/>'
    return field("FORMDROPDOWN", "", f"<w:ffData><w:ddList>{result}{rows}</w:ddList></w:ffData>")


def content_control(properties: str, inside: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def content_check_box(sign: str) -> str:
    checked = int(sign != "\u2610")
    return content_control(
        f'<w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox>',
        run(sign, face="MS Gothic"),
    )


def word_art(text: str) -> str:
    path = f'<v:textpath style="font-family:&quot;Arial&quot;" string="{text}"/>'
    return raw_run(
        f'<w:pict><v:shape id="art" style="width:200pt;height:50pt">{path}</v:shape></w:pict>'
    )


def equation() -> str:
    """x, and one twenty-third."""
    one, below = "<m:r><m:t>1</m:t></m:r>", "<m:r><m:t>23</m:t></m:r>"
    fraction = f"<m:f><m:num>{one}</m:num><m:den>{below}</m:den></m:f>"
    return f"<m:oMath><m:r><m:t>x</m:t></m:r>{fraction}</m:oMath>"


def picture(
    relation: str, *, turned: int = 0, crop: str = "", linked: bool = False, name: str = "picture"
) -> str:
    """A picture in the line; `turned`: degrees clockwise; `crop`: attributes of a:srcRect, in
    thousandths of a percent."""
    source = f"<a:srcRect {crop}/>" if crop else ""
    blip = f'<a:blip r:{"link" if linked else "embed"}="{relation}"/>'
    frame = (
        f'<a:xfrm rot="{turned * 60_000}"><a:off x="0" y="0"/><a:ext cx="914400" '
        f'cy="609600"/></a:xfrm>'
    )
    inside = (
        f'<pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f"<pic:blipFill>{blip}{source}<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr>{frame}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    )
    return _drawing(inside, "http://schemas.openxmlformats.org/drawingml/2006/picture")


def _drawing(inside: str, kind: str) -> str:
    graphic = f'<a:graphic><a:graphicData uri="{kind}">{inside}</a:graphicData></a:graphic>'
    return raw_run(
        f'<w:drawing><wp:inline><wp:extent cx="914400" cy="609600"/><wp:docPr id="1" '
        f'name="d"/>{graphic}</wp:inline></w:drawing>'
    )


def vml_picture(relation: str, more: str = "") -> str:
    """A picture as Word 2003 wrote it; with `more`, that of an embedded object."""
    shape = (
        f'<v:shape id="s" style="width:60pt;height:40pt"><v:imagedata r:id="{relation}" '
        f'o:title=""/></v:shape>'
    )
    return raw_run(f"<w:object>{shape}{more}</w:object>" if more else f"<w:pict>{shape}</w:pict>")


def drawn_shape() -> str:
    """An arrow without a text."""
    form = '<a:prstGeom prst="rightArrow"><a:avLst/></a:prstGeom>'
    return _drawing(
        f"<wps:wsp><wps:cNvCnPr/><wps:spPr>{form}</wps:spPr><wps:bodyPr/></wps:wsp>", SPACES["wps"]
    )


def text_box(text: str) -> str:
    """A text box as Word writes it: twice, the second time for programs of 2007."""
    content = f"<w:txbxContent>{paragraph(run(text))}</w:txbxContent>"
    shape = (
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx>'
        + content
        + "</wps:txbx><wps:bodyPr/></wps:wsp>"
    )
    drawing = _drawing(shape, SPACES["wps"]).removeprefix("<w:r>").removesuffix("</w:r>")
    old = (
        f'<w:pict><v:shape id="t" '
        f'style="width:99pt;height:30pt"><v:textbox>{content}</v:textbox></v:shape></w:pict>'
    )
    choice = f'<mc:Choice Requires="wps">{drawing}</mc:Choice>'
    return raw_run(
        f"<mc:AlternateContent>{choice}<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
    )


def merged_table() -> str:
    """Two rows, the first cells merged; the covered one holds a text that nobody sees."""
    cell = "<w:tc><w:tcPr>{}</w:tcPr>{}</w:tc>"
    rows = (
        cell.format('<w:vMerge w:val="restart"/>', paragraph(run("merged")))
        + cell.format("", paragraph(run("first"))),
        cell.format("<w:vMerge/>", paragraph(run("covered")))
        + cell.format("", paragraph(run("second"))),
    )
    grid = '<w:tblGrid><w:gridCol w:w="2500"/><w:gridCol w:w="2500"/></w:tblGrid>'
    body = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr/>{grid}{body}</w:tbl>{paragraph()}"


def numbering(*levels: tuple[str, str, int]) -> bytes:
    """A numbering part with one list, numId 1: (format, text, start) of each level; numId 2
    starts level 0 at 7 anew."""
    rows = "".join(
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText '
        f'w:val="{text}"/></w:lvl>'
        for number, (kind, text, start) in enumerate(levels)
    )
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    again = f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{override}</w:num>'
    first = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return part(
        "numbering", f'<w:abstractNum w:abstractNumId="0">{rows}</w:abstractNum>{first}{again}'
    )


def item(text: str, level: int = 0, number: int = 1) -> str:
    """A paragraph of a list."""
    return paragraph(
        run(text),
        properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>',
    )
