"""Decode picture files: complete, upright, on white, in colors that every screen shows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import img2pdf
import PIL
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from assembler.evidence.long_pictures import find_cuts, may_be_long
from assembler.evidence.readers import tiff
from assembler.evidence.readers.jpeg import check_complete, strip_jpeg
from assembler.evidence.refusal import Refused
from assembler.evidence.refused_kinds import REFUSED
from assembler.evidence.transparency import choose_background
from assembler.pdf.picture_errors import PICTURE_ERRORS

MAX_PIXELS = 250_000_000  # of one picture; phones make 200 million
KINDS = ("jpeg", "png", "tiff", "heic", "webp", "avif", "gif", "bmp")
REDRAWN = "the encoding of the picture (saved again as JPEG)"
_FORMATS = {"heic": "HEIF"}  # Pillow's name of a kind, if it differs
_ORIENTATION, _PHOTOMETRIC, _CAMERA, _GPS = 0x0112, 262, 0x8769, 0x8825
# TIFF tags: description, maker, model, page name, program, date, author, computer, rights
_TEXTS = {270, 271, 272, 285, 305, 306, 315, 316, 33432}
_ROTATIONS = {3: 180, 6: 90, 8: 270}  # EXIF orientation → clockwise degrees to show it upright
_MIRRORED = {2, 4, 5, 7}
_SHOWN = {"1", "L", "P", "RGB"}
_QUALITY = 90
_AGAIN = "send the original file again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A part of a picture that was cut into several pages, and its pixels in the upright
    picture."""

    part: int  # from 1
    parts: int
    crop: tuple[int, int, int, int]  # left, top, right, bottom
    scale: float  # printed points per pixel
    upright: bool  # strips are below each other; else side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One page of a picture file: an image file to embed, its size in pixels as shown, and how to
    show it."""

    plain: bytes  # JPEG, PNG, or TIFF of one bit
    width: int  # pixels, upright
    height: int
    turned: int = 0  # clockwise degrees by which `plain` must be rotated
    stretch: float = 1.0  # height of a pixel divided by its width: 2 in faxes
    removed: tuple[str, ...] = ()
    strip: Strip | None = None
    overlapping: int = 0  # cuts that are not at a gap, so that strips overlap
    background: str = ""  # behind a transparent picture, if not white: "#606060"


def read_frames(data: bytes, kind: str) -> Iterator[Frame]:
    """Yield the pages of a file of one of KINDS, in order.

    Raises Refused if any does not decode completely or is too large.
    """
    pillow_heif.register_heif_opener()
    if kind == "tiff" and tiff.is_raw(data):
        description, remedy = REFUSED["raw"]
        raise Refused("EVID.FORMAT", f"the file is {description}", remedy)
    directories = tiff.list_directories(data) if kind == "tiff" else []
    try:
        image = Image.open(io.BytesIO(data), formats=[_FORMATS.get(kind, kind.upper())])
        if kind == "jpeg":
            yield from _read_jpeg(image, data)
        elif kind == "tiff":
            yield from _read_tiff(image, directories)
        else:
            yield from _read_single(image, data, kind)
    except PICTURE_ERRORS as error:
        raise Refused("EVID.BROKEN", "the picture cannot be decoded", _AGAIN) from error


def list_decoder_versions() -> tuple[str, ...]:
    """Return the versions of the libraries that decode pictures."""
    return (
        f"Pillow {PIL.__version__}",
        f"pillow-heif {pillow_heif.__version__}",
        f"img2pdf {img2pdf.__version__}",
    )


def _read_jpeg(image: Image.Image, data: bytes) -> Iterator[Frame]:
    """Yield the first picture of the file, with its encoding kept unless it is mirrored, in print
    colors, or cut."""
    metadata = _list_metadata(image, data)
    _check_size(image)
    plain = strip_jpeg(data)
    check_complete(plain, len(image.getbands()))
    orientation = _read_orientation(image)
    if image.mode in ("L", "RGB") and orientation not in _MIRRORED:
        image.load()
        turned = _ROTATIONS.get(orientation, 0)
        width, height = image.size[::-1] if turned % 180 else image.size
        if may_be_long(width, height):
            strips = tuple(_cut_strips(_decode(image).picture, metadata))
            if strips:
                yield from strips
                return
        yield Frame(plain=plain, width=width, height=height, turned=turned, removed=metadata)
    else:
        yield from _encode_as_jpeg(image, metadata)


def _read_tiff(image: Any, directories: list[tiff.Directory]) -> Iterator[Frame]:
    pages = tiff.find_pages(directories)
    if image.n_frames != len(directories):
        problem = f"two readers disagree on its pictures ({len(directories)} and {image.n_frames})"
        raise Refused("EVID.PAGECOUNT", problem, "save it as PDF and compare every page")
    for place, (index, following) in enumerate(pairwise([*pages, len(directories)])):
        image.seek(index)
        copies = following - index - 1 + (0 if place else index)
        removed = _list_metadata(image, b"") + ("a smaller copy of the picture",) * copies
        is_jpeg = image.info.get("compression") == "jpeg"
        yield from (_encode_as_jpeg if is_jpeg else _keep_pixels)(image, removed)


def _read_single(image: Any, data: bytes, kind: str) -> Iterator[Frame]:
    """Read a picture that must not be animated; a HEIC photo may have others beside it."""
    if kind != "heic" and getattr(image, "n_frames", 1) > 1:
        raise Refused(
            "EVID.FRAMES", "the picture is animated", "save the frame that matters as PNG"
        )
    _check_size(image)  # a PNG is decoded to look for its metadata
    lossy = kind in ("heic", "avif") or (kind == "webp" and b"VP8L" not in _list_riff_chunks(data))
    return (_encode_as_jpeg if lossy else _keep_pixels)(image, _list_metadata(image, data))


def _list_riff_chunks(data: bytes) -> set[bytes]:
    """Return the chunk names of a RIFF file, such as WebP."""
    names, offset = set(), 12
    while offset + 8 <= len(data):
        names.add(data[offset : offset + 4])
        length = int.from_bytes(data[offset + 4 : offset + 8], "little")
        offset += 8 + length + length % 2
    return names


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Refused(
            "EVID.LIMIT",
            f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels",
            "save it at 300 dpi",
        )


def _keep_pixels(image: Image.Image, removed: tuple[str, ...]) -> Iterator[Frame]:
    """Keep every pixel: a fax as a fax, everything else as PNG."""
    stretch = _measure_stretch(image)
    decoded = _decode(image)
    if stretch == 1.0 and (
        strips := tuple(_cut_strips(decoded.picture, removed, decoded.background))
    ):
        yield from strips
        return
    yield Frame(
        plain=_encode_lossless(decoded.picture),
        width=decoded.picture.width,
        height=decoded.picture.height,
        stretch=stretch,
        removed=removed,
        background=decoded.background,
    )


def _encode_lossless(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    if picture.mode == "1":
        picture.save(out, "TIFF", compression="group4")
    else:
        picture.save(out, "PNG")
    return out.getvalue()


def _encode_as_jpeg(image: Image.Image, removed: tuple[str, ...]) -> Iterator[Frame]:
    """Encode as JPEG what no PDF can hold as it is and what would be many times as large without
    loss."""
    stretch = _measure_stretch(image)
    decoded = _decode(image)
    picture = decoded.picture
    if stretch == 1.0 and (strips := tuple(_cut_strips(picture, removed, decoded.background))):
        yield from strips
        return
    out = io.BytesIO()
    plain = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    plain.save(out, "JPEG", quality=_QUALITY)
    yield Frame(
        plain=out.getvalue(),
        width=picture.width,
        height=picture.height,
        stretch=stretch,
        removed=(*removed, REDRAWN),
        background=decoded.background,
    )


def _cut_strips(
    picture: Image.Image, removed: tuple[str, ...], background: str = ""
) -> Iterator[Frame]:
    """Yield the strips of a picture whose text would be too small on one page, every pixel kept;
    none if it fits."""
    cuts = find_cuts(picture)
    if cuts is None:
        return
    for part, crop in enumerate(cuts.strips, 1):
        piece = picture.crop(crop)
        strip = Strip(
            part=part, parts=len(cuts.strips), crop=crop, scale=cuts.scale, upright=cuts.upright
        )
        yield Frame(
            plain=_encode_lossless(piece),
            width=piece.width,
            height=piece.height,
            removed=removed if part == 1 else (),
            strip=strip,
            overlapping=cuts.overlapping if part == 1 else 0,
            background=background,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoded:
    """A decoded picture, and the background that shows it if it is transparent and white on
    white."""

    picture: Image.Image
    background: str = ""


def _decode(image: Image.Image) -> _Decoded:
    """Decode a picture: upright, without metadata, on white or a background that shows it.

    Scales 16 bits to 8; converts print colors and profiles to the screen's.
    """
    _check_size(image)
    image.load()
    inverted = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0
    picture = (
        ImageOps.exif_transpose(image)
        if _read_orientation(image) in {*_MIRRORED, *_ROTATIONS}
        else image
    )
    profile, background = picture.info.get("icc_profile"), ""
    if picture.mode.startswith("I;16"):
        picture = picture.convert("I").point(lambda v: v / 256).convert("L")
        picture = ImageOps.invert(picture) if inverted else picture
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        background = choose_background(clear)
        paper = Image.new("RGBA", picture.size, background or "white")
        picture = Image.alpha_composite(paper, clear).convert("RGB")
    if picture.mode == "LAB" or (profile and picture.mode in ("RGB", "CMYK")):
        picture = _to_screen(picture, profile)
    if picture.mode in ("I", "F"):
        raise Refused(
            "EVID.FORMAT",
            "the picture's pixels have a format that no screen shows",
            "save it with 8 bits per color",
        )
    picture = picture if picture.mode in _SHOWN else picture.convert("RGB")
    picture = picture.copy()
    picture.info.clear()
    return _Decoded(picture=picture, background=background)


def _to_screen(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to the colors of the screen; an unusable profile is ignored, as viewers do."""
    source: Any = (
        ImageCms.createProfile("LAB") if picture.mode == "LAB" else io.BytesIO(profile or b"")
    )
    try:
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        converted = None
    return converted or picture.convert("RGB")


def _read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1..8; 1 for anything else. A TIFF is rotated when it is
    decoded."""
    value = image.getexif().get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 and image.format != "TIFF" else 1


def _measure_stretch(image: Image.Image) -> float:
    """Return the height of a pixel divided by its width, where a TIFF states it and it is
    plausible."""
    across, down = image.info.get("dpi") or image.info.get("resolution") or (1, 1)
    if image.format != "TIFF" or not (across > 0 and down > 0):
        return 1.0
    stretch = float(across) / float(down)
    if image.getexif().get(_ORIENTATION) in (5, 6, 7, 8):
        stretch = 1 / stretch
    return stretch if 1.1 < max(stretch, 1 / stretch) < 10 else 1.0


def _list_metadata(image: Any, data: bytes) -> tuple[str, ...]:
    exif = image.getexif()
    is_tiff = image.format == "TIFF"
    texts = {key for key, value in image.info.items() if isinstance(value, str)} - {
        "compression",
        "icc_profile_type",
    }
    kinds = {
        "camera data": bool(exif) and (not is_tiff or _CAMERA in exif),
        "place (GPS)": bool(exif.get_ifd(_GPS)),
        "XMP": b"http://ns.adobe.com/xap/" in data[:65536] or "xmp" in image.info,
        "text": bool(texts) or (is_tiff and bool(_TEXTS & set(exif))),
        "further pictures": not is_tiff and getattr(image, "n_frames", 1) > 1,
    }
    return tuple(name for name, is_present in kinds.items() if is_present)
