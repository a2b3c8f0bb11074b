"""Picture files decoded: whole, upright, on white, in colors every screen shows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import img2pdf
import PIL
import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from assembler.evidence.long_pictures import cuts_of, may_be_long
from assembler.evidence.readers import tiff as tiffs
from assembler.evidence.readers.jpeg import check_whole, strip_jpeg
from assembler.evidence.refusal import Refused
from assembler.evidence.refused_kinds import REFUSED
from assembler.evidence.transparency import background_of

MAX_PIXELS = 250_000_000  # of one picture; phones make 200 million
KINDS = ("jpeg", "png", "tiff", "heic", "webp", "avif", "gif", "bmp")
REDRAWN = "the coding of the picture (drawn again as JPEG)"
_FORMATS = {"heic": "HEIF"}  # Pillow's name of a kind, where it is another one
_ORIENTATION, _PHOTOMETRIC, _CAMERA, _GPS = 0x0112, 262, 0x8769, 0x8825
# of a TIFF: description, maker, model, page name, program, date, author, computer, rights
_TEXTS = {270, 271, 272, 285, 305, 306, 315, 316, 33432}
_TURNED = {3: 180, 6: 90, 8: 270}  # EXIF orientation → clockwise degrees to show it upright
_MIRRORED = {2, 4, 5, 7}
_SHOWN = {"1", "L", "P", "RGB"}
_QUALITY = 90
_AGAIN = "send the original file again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A part of a picture that was cut over several pages: which of how many, and its dots in
    the upright picture."""

    part: int  # from 1
    parts: int
    crop: tuple[int, int, int, int]  # left, top, right, bottom
    scale: float  # points a dot is printed at
    upright: bool  # strips below each other; else side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One page of a picture file: an image file to embed, its size in dots as shown, and how
    that is to be brought about."""

    plain: bytes  # JPEG, PNG, or TIFF of one bit
    width: int  # dots, upright
    height: int
    turned: int = 0  # clockwise degrees by which `plain` has to be turned
    stretch: float = 1.0  # how much higher than wide a dot is: faxes have 2
    removed: tuple[str, ...] = ()
    strip: Strip | None = None
    overlapping: int = 0  # cuts that are not at a gap, so that strips overlap
    background: str = ""  # what a transparent picture lies on, if not on white: "#606060"


def frames(data: bytes, kind: str) -> Iterator[Frame]:
    """The pages of a file of one of KINDS, in order. Raises Refused if any does not decode
    whole, or is too large."""
    pillow_heif.register_heif_opener()
    if kind == "tiff" and tiffs.is_raw(data):
        what, remedy = REFUSED["raw"]
        raise Refused("EVID.FORMAT", f"the file is {what}", remedy)
    found = tiffs.directories(data) if kind == "tiff" else []
    try:
        opened = Image.open(io.BytesIO(data), formats=[_FORMATS.get(kind, kind.upper())])
        if kind == "jpeg":
            yield from _jpeg(opened, data)
        elif kind == "tiff":
            yield from _tiff(opened, found)
        else:
            yield from _single(opened, data, kind)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        RuntimeError,
    ) as error:
        raise Refused("EVID.BROKEN", "the picture does not decode", _AGAIN) from error


def versions() -> tuple[str, ...]:
    """Of what decodes pictures."""
    return (
        f"Pillow {PIL.__version__}",
        f"pillow-heif {pillow_heif.__version__}",
        f"img2pdf {img2pdf.__version__}",
    )


def _jpeg(opened: Image.Image, data: bytes) -> Iterator[Frame]:
    """The first picture of the file, its coding kept, unless it is mirrored, in the colors of
    print, or cut."""
    removed = _metadata_found(opened, data)
    _within_limits(opened)
    plain = strip_jpeg(data)
    check_whole(plain, len(opened.getbands()))
    orientation = _orientation(opened)
    if opened.mode in ("L", "RGB") and orientation not in _MIRRORED:
        opened.load()
        turned = _TURNED.get(orientation, 0)
        width, height = opened.size[::-1] if turned % 180 else opened.size
        cut = tuple(_strips(_shown(opened).picture, removed)) if may_be_long(width, height) else ()
        yield from cut or (
            Frame(plain=plain, width=width, height=height, turned=turned, removed=removed),
        )
    else:
        yield from _drawn_again(opened, removed)


def _tiff(opened: Any, found: list[tiffs.Directory]) -> Iterator[Frame]:
    pages = tiffs.pages(found)
    if opened.n_frames != len(found):
        problem = f"two readers disagree on its pictures ({len(found)} and {opened.n_frames})"
        raise Refused("EVID.PAGECOUNT", problem, "save it as PDF and compare every page")
    for place, number in enumerate(pages):
        opened.seek(number)
        removed = _metadata_found(opened, b"")
        copies = (
            (pages[place + 1] if place + 1 < len(pages) else len(found))
            - number
            - 1
            + (0 if place else number)
        )
        removed += ("a smaller copy of the picture",) * copies
        yield from (_drawn_again if opened.info.get("compression") == "jpeg" else _kept)(
            opened, removed
        )


def _single(opened: Any, data: bytes, kind: str) -> Iterator[Frame]:
    """A photo that may have others beside it, or a drawing that must not move."""
    if kind != "heic" and getattr(opened, "n_frames", 1) > 1:
        raise Refused(
            "EVID.FRAMES", "the picture is animated", "save the frame that matters as PNG"
        )
    lossy = kind in ("heic", "avif") or (kind == "webp" and b"VP8L" not in _chunks(data))
    return (_drawn_again if lossy else _kept)(opened, _metadata_found(opened, data))


def _chunks(data: bytes) -> set[bytes]:
    """The names of the parts of a RIFF file, which WebP is."""
    found, at = set(), 12
    while at + 8 <= len(data):
        found.add(data[at : at + 4])
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return found


def _within_limits(opened: Image.Image) -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise Refused(
            "EVID.LIMIT",
            f"the picture has more than {MAX_PIXELS // 1_000_000} million dots",
            "save it at 300 dpi",
        )


def _kept(opened: Image.Image, removed: tuple[str, ...]) -> Iterator[Frame]:
    """Every dot as it is: a fax as a fax, everything else as PNG."""
    stretch = _stretch(opened)
    shown = _shown(opened)
    if stretch == 1.0 and (cut := tuple(_strips(shown.picture, removed, shown.background))):
        yield from cut
        return
    yield Frame(
        plain=_lossless(shown.picture),
        width=shown.picture.width,
        height=shown.picture.height,
        stretch=stretch,
        removed=removed,
        background=shown.background,
    )


def _lossless(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    if picture.mode == "1":
        picture.save(out, "TIFF", compression="group4")
    else:
        picture.save(out, "PNG")
    return out.getvalue()


def _drawn_again(opened: Image.Image, removed: tuple[str, ...]) -> Iterator[Frame]:
    """What no PDF can hold as it is, and would be many times as large without loss."""
    stretch = _stretch(opened)
    shown = _shown(opened)
    picture = shown.picture
    if stretch == 1.0 and (cut := tuple(_strips(picture, removed, shown.background))):
        yield from cut
        return
    out = io.BytesIO()
    (picture if picture.mode in ("L", "RGB") else picture.convert("RGB")).save(
        out, "JPEG", quality=_QUALITY
    )
    yield Frame(
        plain=out.getvalue(),
        width=picture.width,
        height=picture.height,
        stretch=stretch,
        removed=(*removed, REDRAWN),
        background=shown.background,
    )


def _strips(
    picture: Image.Image, removed: tuple[str, ...], background: str = ""
) -> Iterator[Frame]:
    """The strips of a picture whose text would be too small on one page, every dot as it is;
    nothing if it can stay whole."""
    cuts = cuts_of(picture)
    if cuts is None:
        return
    for part, crop in enumerate(cuts.strips, 1):
        piece = picture.crop(crop)
        strip = Strip(
            part=part, parts=len(cuts.strips), crop=crop, scale=cuts.scale, upright=cuts.upright
        )
        yield Frame(
            plain=_lossless(piece),
            width=piece.width,
            height=piece.height,
            removed=removed if part == 1 else (),
            strip=strip,
            overlapping=cuts.overlapping if part == 1 else 0,
            background=background,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A decoded picture, and what it lies on if it is transparent and white hides it."""

    picture: Image.Image
    background: str = ""


def _shown(opened: Image.Image) -> _Shown:
    """Decoded, upright, without metadata; on white or what shows it, 16 bit scaled, print colors
    and profiles to the screen's."""
    _within_limits(opened)
    opened.load()
    inverted = getattr(opened, "tag_v2", {}).get(_PHOTOMETRIC) == 0
    picture = (
        ImageOps.exif_transpose(opened)
        if _orientation(opened) in {*_MIRRORED, *_TURNED}
        else opened
    )
    profile, background = picture.info.get("icc_profile"), ""
    if picture.mode.startswith("I;16"):
        picture = picture.convert("I").point(lambda v: v / 256).convert("L")
        picture = ImageOps.invert(picture) if inverted else picture
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        background = background_of(clear)
        paper = Image.new("RGBA", picture.size, background or "white")
        picture = Image.alpha_composite(paper, clear).convert("RGB")
    if picture.mode == "LAB" or (profile and picture.mode in ("RGB", "CMYK")):
        picture = _to_screen(picture, profile)
    if picture.mode in ("I", "F"):
        raise Refused(
            "EVID.FORMAT",
            "the picture's dots are numbers that no screen shows",
            "save it with 8 bits a color",
        )
    picture = picture if picture.mode in _SHOWN else picture.convert("RGB")
    picture = picture.copy()
    picture.info.clear()
    return _Shown(picture=picture, background=background)


def _to_screen(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colors of the screen; a profile nobody can use is passed over, as viewers do."""
    given: Any = (
        ImageCms.createProfile("LAB") if picture.mode == "LAB" else io.BytesIO(profile or b"")
    )
    try:
        shown = ImageCms.profileToProfile(
            picture, given, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        shown = None
    return shown or picture.convert("RGB")


def _orientation(opened: Image.Image) -> int:
    """1..8; anything else a camera may have written there means nothing, which is 1. A TIFF is
    turned when it is decoded."""
    value = opened.getexif().get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 and opened.format != "TIFF" else 1


def _stretch(opened: Image.Image) -> float:
    """How much higher than wide a dot is, where a TIFF says so and it can be believed."""
    across, down = opened.info.get("dpi") or opened.info.get("resolution") or (1, 1)
    if opened.format != "TIFF" or not (across > 0 and down > 0):
        return 1.0
    stretch = float(across) / float(down)
    if opened.getexif().get(_ORIENTATION) in (5, 6, 7, 8):
        stretch = 1 / stretch
    return stretch if 1.1 < max(stretch, 1 / stretch) < 10 else 1.0


def _metadata_found(opened: Any, data: bytes) -> tuple[str, ...]:
    exif = opened.getexif()
    tiff = opened.format == "TIFF"
    texts = {key for key, value in opened.info.items() if isinstance(value, str)} - {
        "compression",
        "icc_profile_type",
    }
    found = {
        "camera data": bool(exif) and (not tiff or _CAMERA in exif),
        "place (GPS)": bool(exif.get_ifd(_GPS)),
        "XMP": b"http://ns.adobe.com/xap/" in data[:65536] or "xmp" in opened.info,
        "text": bool(texts) or (tiff and bool(_TEXTS & set(exif))),
        "further pictures": not tiff and getattr(opened, "n_frames", 1) > 1,
    }
    return tuple(name for name, there in found.items() if there)
