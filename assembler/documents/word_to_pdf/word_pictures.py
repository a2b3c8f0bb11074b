"""Place pictures anew that a simple engine loses or draws wrong: each in the line, cropped and
turned as Word shows it.

Pictures of groups, of Word 2003's drawings, under a link or in a frame; turned, mirrored and
cropped ones.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf.word_fields import unwrap
from assembler.documents.word_to_pdf.word_text import R, W, parse_part, resolve_target

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_WPG = "{http://schemas.microsoft.com/office/word/2010/wordprocessingGroup}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_V = "{urn:schemas-microsoft-com:vml}"
_O = "{urn:schemas-microsoft-com:office:office}"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
# lengths of VML, in EMU
_UNITS = {
    "pt": 12_700,
    "in": 914_400,
    "cm": 360_000,
    "mm": 36_000,
    "px": 9_525,
    "": 12_700,
}
_WIDEST = 914_400 * 6.5
_MOST_LOSSLESS = 4_000_000  # dots; a larger picture that has to be drawn again becomes a JPEG
_INLINE = (
    f'<w:drawing xmlns:w="{W[1:-1]}" xmlns:wp="{_WP[1:-1]}" xmlns:a="{_A[1:-1]}" '
    f'xmlns:pic="{_PIC[1:-1]}" xmlns:r="{R[1:-1]}">'
    '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr '
    'id="1" name="picture"/>'
    f'<a:graphic><a:graphicData uri="{_PIC[1:-1]}"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" '
    f'name="picture"/><pic:cNvPicPr/>'
    "</pic:nvPicPr><pic:blipFill><a:blip "
    'r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
    '<a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom '
    'prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
    "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placing:
    """How a picture is placed: its relationship, size in EMU, and the part that is shown, turned
    clockwise by degrees."""

    relation: str
    width: float
    height: float
    turn: float = 0.0
    mirrored: bool = False
    upside_down: bool = False
    crop: tuple[float, float, float, float] = (0, 0, 0, 0)  # shares of left, top, right, bottom

    def is_plain(self) -> bool:
        return not (self.turn % 360 or self.mirrored or self.upside_down or any(self.crop))


def place_pictures(root: Any, part: str, parts: MutableMapping[str, bytes]) -> bool:
    """Change a part in place, with new pictures and relationships in `parts`; return whether there
    was anything to change."""
    changed = _remove_links_and_frames(root)
    for holder in [
        node
        for node in root.iter(f"{W}drawing", f"{W}pict", f"{W}object")
        if not _is_fallback(node)
    ]:
        placings = list(_list_placings(holder))
        if placings and not _is_simple(holder, placings):
            changed |= _replace(holder, placings, part, parts)
    return changed


def _is_simple(holder: Any, placings: list[tuple[Any, _Placing]]) -> bool:
    """Return whether any engine draws it: one picture, uncropped and upright, not in a group."""
    return (
        holder.tag == f"{W}drawing"
        and len(placings) == 1
        and placings[0][1].is_plain()
        and not _is_grouped(holder)
    )


def _remove_links_and_frames(root: Any) -> bool:
    """Remove links and frames around pictures: engines do not draw those pictures."""
    links = [node for node in root.iter(f"{W}hyperlink") if _has_picture(node)]
    for node in links:
        unwrap(node)
    frames = [
        node for node in root.iter(f"{W}framePr") if _has_picture(node.getparent().getparent())
    ]
    for node in frames:
        node.getparent().remove(node)
    return bool(links or frames)


def _has_picture(node: Any) -> bool:
    return next(node.iter(f"{_A}blip", f"{_V}imagedata"), None) is not None


def _is_fallback(node: Any) -> bool:
    return any(
        parent.tag == f"{_MC}Fallback" and len(parent.getparent()) > 1
        for parent in node.iterancestors()
    )


def _is_grouped(holder: Any) -> bool:
    return next(holder.iter(f"{_WPG}wgp"), None) is not None


def _list_placings(holder: Any) -> Iterator[tuple[Any, _Placing]]:
    """Yield the pictures of a drawing itself, not of its text boxes, with how they are placed."""
    for node in holder.iter(f"{_PIC}pic", f"{_V}imagedata"):
        nearest = next(node.iterancestors(f"{W}drawing", f"{W}pict", f"{W}object"), None)
        if nearest is not holder:
            continue
        placing = _read_drawing(node, holder) if node.tag == f"{_PIC}pic" else _read_vml(node)
        if placing is not None:
            yield node, placing


def _read_drawing(picture: Any, holder: Any) -> _Placing | None:
    blip, frame = picture.find(f"{_PIC}blipFill/{_A}blip"), picture.find(f"{_PIC}spPr/{_A}xfrm")
    relation = blip.get(f"{R}embed") if blip is not None else None
    size = frame.find(f"{_A}ext") if frame is not None else None
    size = size if size is not None else next(holder.iter(f"{_WP}extent"), None)
    if not relation or size is None:
        return None
    scale = math.prod(
        _compute_scale(group) for group in picture.iterancestors(f"{_WPG}wgp", f"{_WPG}grpSp")
    )
    crop = picture.find(f"{_PIC}blipFill/{_A}srcRect")
    shares = [
        _parse_number(crop.get(side, "0")) / 100_000 if crop is not None else 0.0 for side in "ltrb"
    ]
    transform = frame if frame is not None else {}
    return _Placing(
        relation=relation,
        width=_parse_number(size.get("cx")) * scale,
        height=_parse_number(size.get("cy")) * scale,
        turn=_parse_number(transform.get("rot", "0")) / 60_000,
        mirrored=transform.get("flipH", "0") in ("1", "true"),
        upside_down=transform.get("flipV", "0") in ("1", "true"),
        crop=_clamp_shares(shares),
    )


def _compute_scale(group: Any) -> float:
    """Return how much smaller a group draws its content."""
    frame = group.find(f"{_WPG}grpSpPr/{_A}xfrm")
    outer, inner = (
        (frame.find(f"{_A}{name}") for name in ("ext", "chExt"))
        if frame is not None
        else (None, None)
    )
    if outer is None or inner is None or not _parse_number(inner.get("cx")):
        return 1.0
    return _parse_number(outer.get("cx")) / _parse_number(inner.get("cx"))


def _read_vml(data: Any) -> _Placing | None:
    shape, relation = (
        data.getparent(),
        data.get(f"{R}id") or data.get(f"{R}pict") or data.get(f"{_O}relid"),
    )
    style = dict(re.findall(r"([a-z-]+)\s*:\s*([^;]+)", shape.get("style", "").lower()))
    if not relation:
        return None
    # a group has units of its own, so sizes in it mean nothing here
    grouped = next(shape.iterancestors(f"{_V}group"), None) is not None
    width, height = (
        0.0 if grouped else _parse_length(style.get(name, "")) for name in ("width", "height")
    )
    flip = style.get("flip", "")
    crop = [
        _parse_share(data.get(f"crop{side}", "")) for side in ("left", "top", "right", "bottom")
    ]
    return _Placing(
        relation=relation,
        width=width,
        height=height,
        turn=_parse_number(style.get("rotation", "0")),
        mirrored="x" in flip,
        upside_down="y" in flip,
        crop=_clamp_shares(crop),
    )


def _parse_length(text: str) -> float:
    match = re.match(r"([\d.]+)\s*([a-z]*)", text.strip())
    return _parse_number(match[1]) * _UNITS.get(match[2], 0) if match else 0.0


def _parse_share(text: str) -> float:
    """Return a cropped share of VML: "0.25", or "16384f" in 65,536ths."""
    return _parse_number(text.rstrip("f")) / (65_536 if text.endswith("f") else 1)


def _clamp_shares(shares: list[float]) -> tuple[float, float, float, float]:
    """Return crop shares without negative ones; none at all if they would leave nothing."""
    left, top, right, bottom = (max(0.0, share) for share in shares)
    return (
        (left, top, right, bottom)
        if left + right < 0.99 and top + bottom < 0.99
        else (0.0, 0.0, 0.0, 0.0)
    )


def _parse_number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _replace(
    holder: Any, placings: list[tuple[Any, _Placing]], part: str, parts: MutableMapping[str, bytes]
) -> bool:
    """Put each picture into the line, after the drawing that held it; its other content, such as
    text, stays."""
    drawings = [
        drawing
        for _, placing in placings
        if (drawing := _draw_inline(placing, part, parts)) is not None
    ]
    if len(drawings) < len(placings):
        return False
    outer = next((node for node in holder.iterancestors(f"{_MC}AlternateContent")), holder)
    run = outer.getparent()
    # each in a run of its own: an engine may draw only one item of a run
    for drawing in reversed(drawings):
        new_run = etree.Element(f"{W}r")
        new_run.append(drawing)
        run.addnext(new_run)
    if next(holder.iter(f"{W}txbxContent"), None) is None:
        outer.getparent().remove(outer)
    else:
        for node, _ in placings:
            node.getparent().remove(node)
    return True


def _draw_inline(placing: _Placing, part: str, parts: MutableMapping[str, bytes]) -> Any:
    """Return a picture in the line as it is placed; None for one that cannot be drawn."""
    from PIL import Image, UnidentifiedImageError

    listing = _locate_relations(part)
    targets = (
        {entry.get("Id"): entry.get("Target", "") for entry in parse_part(parts[listing])}
        if listing in parts
        else {}
    )
    data = parts.get(resolve_target(targets.get(placing.relation, ""), part), b"")
    try:
        with Image.open(io.BytesIO(data)) as image:
            relation = placing.relation
            if not placing.is_plain():
                relation = _add(_redraw_picture(image, placing), part, parts)
            width, height = _measure_picture(placing, image.size)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return etree.fromstring(_INLINE.format(cx=round(width), cy=round(height), relation=relation))


def _measure_picture(placing: _Placing, dots: tuple[int, int]) -> tuple[float, float]:
    """Return width and height on the page, in EMU; of a turned picture those of the box around
    it."""
    width, height = placing.width, placing.height
    if width <= 0 or height <= 0:
        width, height = dots[0] * 9_525.0, dots[1] * 9_525.0
    angle = math.radians(placing.turn)
    across = abs(width * math.cos(angle)) + abs(height * math.sin(angle))
    down = abs(width * math.sin(angle)) + abs(height * math.cos(angle))
    shrink = min(1.0, _WIDEST / across)
    return across * shrink, down * shrink


def _redraw_picture(image: Any, placing: _Placing) -> tuple[str, bytes]:
    """Return the picture as Word shows it: its file ending, and its bytes."""
    from PIL import Image

    left, top, right, bottom = placing.crop
    size = image.size
    shown = (
        image.convert("RGBA")
        if image.mode in ("P", "LA", "PA") or "transparency" in image.info
        else image
    )
    shown = shown.convert("RGB") if shown.mode not in ("RGB", "RGBA", "L") else shown
    corners = (left * size[0], top * size[1], (1 - right) * size[0], (1 - bottom) * size[1])
    shown = shown.crop(tuple(map(round, corners)))
    shown = shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if placing.mirrored else shown
    shown = shown.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if placing.upside_down else shown
    white = {"L": 255, "RGB": (255, 255, 255), "RGBA": (255, 255, 255, 0)}[shown.mode]
    shown = shown.rotate(
        -placing.turn, expand=True, resample=Image.Resampling.BICUBIC, fillcolor=white
    )
    out = io.BytesIO()
    if shown.mode != "RGBA" and shown.width * shown.height > _MOST_LOSSLESS:
        shown.save(out, "JPEG", quality=92)
        return "jpeg", out.getvalue()
    shown.save(out, "PNG")
    return "png", out.getvalue()


def _add(picture: tuple[str, bytes], part: str, parts: MutableMapping[str, bytes]) -> str:
    """Add a picture to the file; return the id of its relationship."""
    ending, data = picture
    number = sum(name.startswith("word/media/placed") for name in parts) + 1
    parts[f"word/media/placed{number}.{ending}"] = data
    listing = _locate_relations(part)
    root = parse_part(parts[listing])
    name = f"rIdPlaced{number}"
    entry = {"Id": name, "Type": _IMAGE, "Target": f"/word/media/placed{number}.{ending}"}
    etree.SubElement(root, f"{{{_PACKAGE}/relationships}}Relationship", entry)
    parts[listing] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    types = parse_part(parts["[Content_Types].xml"])
    if ending not in [node.get("Extension", "").lower() for node in types]:
        kind = {"Extension": ending, "ContentType": f"image/{ending}"}
        types.insert(0, etree.Element(f"{{{_PACKAGE}/content-types}}Default", kind))
        parts["[Content_Types].xml"] = etree.tostring(
            types, xml_declaration=True, encoding="UTF-8", standalone=True
        )
    return name


def _locate_relations(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"
