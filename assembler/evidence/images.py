"""JPEG and PNG onto a Letter page: upright, without metadata, the picture itself not re-encoded."""

from __future__ import annotations

import io
from dataclasses import dataclass

import img2pdf
import pikepdf
from PIL import Image, UnidentifiedImageError

from assembler.errors import EvidenceUnreadable

LETTER = (612.0, 792.0)  # points
MARGIN = 18.0  # points, a quarter inch on each side
MAX_PIXELS = 250_000_000
_TURNED = {3: 180, 6: 90, 8: 270}  # EXIF orientation → clockwise degrees to show it upright
_MIRRORED = {2, 4, 5, 7}


class BadImage(EvidenceUnreadable):
    """An image that cannot be used; `rule`, `problem` and `remedy` become a finding."""

    def __init__(self, rule: str, problem: str, remedy: str) -> None:
        super().__init__(problem, (), remedy=remedy)
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A one-page PDF; the picture fills `box` (x, y, width, height in points) of the page as shown."""

    pdf: bytes
    box: tuple[float, float, float, float]
    turned: int
    dpi: float
    removed: tuple[str, ...]


def place(data: bytes, kind: str) -> Placed:
    """One image file as a PDF page. Raises BadImage if it does not decode whole or is too large."""
    picture = _decoded(data)
    orientation = int(picture.getexif().get(0x0112, 1))
    removed = _metadata_found(picture, data)
    turned = _TURNED.get(orientation, 0)
    plain = strip_jpeg(data) if kind == "jpeg" and orientation not in _MIRRORED else _png(picture, orientation)
    width, height = picture.size[::-1] if turned % 180 else picture.size
    if orientation in (5, 7):
        width, height = picture.size[::-1]
    page = LETTER if height >= width else LETTER[::-1]
    scale = min((page[0] - 2 * MARGIN) / width, (page[1] - 2 * MARGIN) / height)
    size = (width * scale, height * scale)
    box = ((page[0] - size[0]) / 2, (page[1] - size[1]) / 2, *size)
    return Placed(pdf=_page(plain, page, size, turned), box=box, turned=turned, dpi=72 / scale, removed=removed)


def strip_jpeg(data: bytes) -> bytes:
    """The same scan data without Exif, XMP, comments and what follows it; colour profile and Adobe mark stay."""
    out, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise BadImage("EVID.BROKEN", "the JPEG is damaged", "send the original photo again")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at : at + 2 + length]
        if marker == 0xDA:
            return bytes(out) + data[at : _end_of_scan(data, at)]
        if not _is_metadata(marker, segment):
            out += segment
        at += 2 + length
    raise BadImage("EVID.BROKEN", "the JPEG has no picture in it", "send the original photo again")


def _end_of_scan(data: bytes, at: int) -> int:
    """Position after the end-of-image mark of the first picture (phones append a second one)."""
    while (at := data.find(b"\xff", at + 1)) >= 0:
        following = data[at + 1 : at + 2]
        if following == b"\xd9":
            return at + 2
    raise BadImage("EVID.BROKEN", "the JPEG is cut off", "send the original photo again")


def _is_metadata(marker: int, segment: bytes) -> bool:
    if marker == 0xFE:
        return True
    if not 0xE0 <= marker <= 0xEF:
        return False
    profile = marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\x00"
    adobe = marker == 0xEE and segment[4:9] == b"Adobe"
    jfif = marker == 0xE0 and segment[4:8] == b"JFIF"
    return not (profile or adobe or jfif)


def _decoded(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked first; a 200-megapixel phone photo is legitimate
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "MPO"))
        if picture.width * picture.height > MAX_PIXELS:
            raise BadImage("EVID.LIMIT", "the picture has too many pixels", "save it smaller, at 300 dpi")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadImage("EVID.BROKEN", "the picture does not decode", "send the original file again") from error
    if getattr(picture, "n_frames", 1) > 1 and picture.format == "PNG":
        raise BadImage("EVID.FRAMES", "the picture is animated", "save the frame that matters as PNG")
    return picture


def _png(picture: Image.Image, orientation: int) -> bytes:
    """The picture as a plain PNG: no metadata, transparency over white, 16 bit scaled, mirrored ones turned."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture) if orientation in _MIRRORED else picture
    if upright.mode.startswith("I"):
        upright = upright.point(lambda v: v / 256).convert("L")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright.convert("RGBA")).convert("RGB")
    if upright.mode not in ("1", "L", "P", "RGB"):
        upright = upright.convert("RGB")
    upright.info.clear()
    out = io.BytesIO()
    upright.save(out, "PNG")
    return out.getvalue()


def _page(plain: bytes, page: tuple[float, float], size: tuple[float, float], turned: int) -> bytes:
    """The picture centred on the page; turned by the page's /Rotate, so that its bytes stay as they are."""
    sideways = turned % 180
    paper = page[::-1] if sideways else page
    drawn = size[::-1] if sideways else size
    made = img2pdf.convert(
        plain,
        layout_fun=lambda *_: (*paper, *drawn),
        rotation=img2pdf.Rotation.none,
        nodate=True,
        engine=img2pdf.Engine.pikepdf,
    )
    with pikepdf.open(io.BytesIO(made)) as pdf:
        if turned:
            pdf.pages[0].Rotate = turned
        del pdf.docinfo
        if "/ID" in pdf.trailer:
            del pdf.trailer.ID  # half of it would be kept, and it holds the time
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _metadata_found(picture: Image.Image, data: bytes) -> tuple[str, ...]:
    exif = picture.getexif()
    found = {
        "camera data": bool(exif),
        "place (GPS)": bool(exif.get_ifd(0x8825)),
        "XMP": b"http://ns.adobe.com/xap/" in data[:65536] or "xmp" in picture.info,
        "text": any(isinstance(value, str) for value in picture.info.values()),
        "further pictures": getattr(picture, "n_frames", 1) > 1,
    }
    return tuple(name for name, there in found.items() if there)
