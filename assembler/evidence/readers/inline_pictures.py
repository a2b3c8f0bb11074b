"""Make the pictures of a paper from pictures of any kind that stand between the words of a file."""

from __future__ import annotations

import base64
import binascii
import io
import re
from urllib.parse import unquote_to_bytes

from PIL import Image

from assembler.documents.paper_blocks import Picture
from assembler.evidence.file_types import sniff
from assembler.evidence.readers.picture import KINDS, MAX_PIXELS, Frame, read_frames
from assembler.evidence.refusal import Refused
from assembler.pdf.picture_errors import PICTURE_ERRORS

_DPI = 220  # of a printed picture, at most; what Word keeps for print
_POINTS_PER_PIXEL = 72 / 96
_WIDEST = 504.0  # points, of a picture on a Letter page
_QUALITY = 90
_ANIMATED = ("gif", "webp", "png", "avif")  # kinds that may be animated
_DATA_ADDRESS = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)


def make_inline_picture(data: bytes, width: float, text: str) -> Picture | None:
    """Return a picture file as one picture of a paper: upright, without metadata, at most 220 dpi.

    Args:
        data: a picture file of any kind. Of an animated one, the first frame is used.
        width: in points at most; 0 for as wide as its pixels at 96 dpi.
        text: what it is, for people who do not see it.

    Returns None if it cannot be decoded, so that the caller names it.
    """
    frames = _list_frames(data)
    if not frames:
        return None
    if len(frames) == 1:
        return _make_picture(frames[0], width, text)
    joined = _join_frames(frames)
    out = io.BytesIO()
    joined.save(out, "PNG")
    return _make_picture(
        Frame(plain=out.getvalue(), width=joined.width, height=joined.height), width, text
    )


def make_inline_pictures(data: bytes, width: float, text: str) -> tuple[Picture, ...]:
    """Return the pages of a picture file, or the parts of one that is too long for a page; none if
    it cannot be decoded. Arguments as for `make_inline_picture`."""
    return tuple(
        _make_picture(frame, frame.width * frame.strip.scale if frame.strip else width, text)
        for frame in _list_frames(data)
    )


def decode_data_address(address: str) -> bytes | None:
    """Return what a data: address holds (RFC 2397); None if it is no such address, or broken."""
    match = _DATA_ADDRESS.match(address.strip())
    if match is None:
        return None
    content = unquote_to_bytes(address.strip()[match.end() :])
    if ";base64" not in match[2].lower():
        return content
    plain = re.sub(rb"[^A-Za-z0-9+/_-]", b"", content).translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except binascii.Error:
        return None


def _list_frames(data: bytes) -> list[Frame]:
    kind = sniff(data)
    if kind not in KINDS:
        return []
    try:
        return list(read_frames(_keep_first_frame(data) if kind in _ANIMATED else data, kind))
    except Refused:
        return []


def _keep_first_frame(data: bytes) -> bytes:
    """Return the picture as it is or, of an animated one, its first frame in the same format."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            is_animated = getattr(image, "n_frames", 1) > 1
            if not is_animated or image.width * image.height > MAX_PIXELS:
                return data
            image.seek(0)
            out = io.BytesIO()
            image.convert("RGBA").save(out, image.format, lossless=True)
    except PICTURE_ERRORS:
        return data  # which will not decode
    return out.getvalue()


def _make_picture(frame: Frame, width: float, text: str) -> Picture:
    printed = min(width or frame.width * _POINTS_PER_PIXEL, _WIDEST)
    pixels = max(1, round(printed / 72 * _DPI))
    is_kept = frame.width <= pixels and not frame.turned and frame.stretch == 1.0
    if is_kept and (frame.plain.startswith(b"\x89PNG") or frame.plain[6:10] == b"JFIF"):
        return Picture(data=frame.plain, width=printed, text=text)
    image = Image.open(io.BytesIO(frame.plain))
    is_photo = image.format == "JPEG"
    picture = _draw_upright(image, frame)
    if picture.width > pixels:
        height = max(1, round(picture.height * pixels / picture.width))
        picture = picture.convert("L" if picture.mode in ("1", "L") else "RGB")
        picture = picture.resize((pixels, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if is_photo:
        picture.save(out, "JPEG", quality=_QUALITY)
    else:
        picture.save(out, "PNG")
    return Picture(data=out.getvalue(), width=printed, text=text)


def _draw_upright(image: Image.Image, frame: Frame) -> Image.Image:
    """Return the picture of a frame as shown, with square pixels."""
    image.load()
    picture = image.rotate(-frame.turned, expand=True) if frame.turned else image
    if frame.stretch != 1.0:
        size = (picture.width, max(1, round(picture.height * frame.stretch)))
        picture = picture.resize(size)
    return picture


def _join_frames(frames: list[Frame]) -> Image.Image:
    """Return the parts of a long picture at their places; pages below each other."""
    pictures = [_draw_upright(Image.open(io.BytesIO(frame.plain)), frame) for frame in frames]
    places, top = [], 0
    for frame, picture in zip(frames, pictures, strict=True):
        places.append((frame.strip.crop[0], frame.strip.crop[1]) if frame.strip else (0, top))
        top += picture.height
    pairs = list(zip(places, pictures, strict=True))
    size = (
        max(place[0] + picture.width for place, picture in pairs),
        max(place[1] + picture.height for place, picture in pairs),
    )
    joined = Image.new("RGB", size, "white")
    for place, picture in pairs:
        joined.paste(picture, place)
    return joined
