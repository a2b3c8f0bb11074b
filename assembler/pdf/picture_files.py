"""Pictures as viewers show them: a photograph is one page, a TIFF file as many as it has
pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageOps

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "AVIF", "HEIF")
_REDUCED = 1  # bit of a TIFF picture's NewSubfileType: a smaller copy of another one
_JPEG = ("JPEG", "MPO")
_ORIENTATION, _TURNED, _MIRRORED = 274, {3: 180, 6: 90, 8: 270}, (2, 4, 5, 7)
_TYPE, _WHITE_IS_ZERO, _PHOTOMETRIC = 254, 0, 262


class Album:
    """A picture file opened. Raises OSError (UnidentifiedImageError) if it is none."""

    def __init__(self, data: bytes) -> None:
        pillow_heif.register_heif_opener()
        self._lossless = b"VP8L" in _parts(data)  # of a WebP
        self._open = Image.open(io.BytesIO(data), formats=_FORMATS)
        self._frames = (
            _tiff_pages(self._open) if self._open.format == "TIFF" else [self._open.tell()]
        )

    def __len__(self) -> int:
        return len(self._frames)

    def page(self, number: int, background: str = "") -> Image.Image:
        """Page `number`, from 1: upright, on white or `background`, 8 bits a color, square dots.
        Raises IndexError, OSError."""
        if not 1 <= number <= len(self):
            raise IndexError(number)
        self._open.seek(self._frames[number - 1])
        across, down = _resolution(self._open)
        inverted = self._is_inverted()
        stored = self._open.size
        picture = _plain(
            ImageOps.exif_transpose(self._open), inverted=inverted, background=background
        )
        turned = self._open.format == "TIFF" and stored != picture.size
        return _square(picture, down if turned else across, across if turned else down)

    def shown(self, entry: Mapping[str, Any]) -> Image.Image:
        """The page that an entry of the ledger names, or the strip of it where it was cut over
        several. Raises as `page`."""
        how = entry.get("transform", {})
        picture = self.page(entry["source"]["page"], how.get("background", ""))
        return picture.crop(tuple(how["crop"])) if how.get("crop") else picture

    def dots(self, entry: Mapping[str, Any]) -> Image.Image:
        """The dots of the page an entry of the ledger names, or of a strip of it, as many as the
        file has, 8 bits a color.

        They are upright but for `turned`. Raises IndexError, OSError.
        """
        how, turned = entry["transform"], self.turned(entry)
        inverted = self._is_inverted()
        picture = self._open.copy() if turned else ImageOps.exif_transpose(self._open)
        plain = _plain(picture, inverted=inverted, background=how.get("background", ""))
        return plain.crop(tuple(how["crop"])) if how.get("crop") else plain

    def turned(self, entry: Mapping[str, Any]) -> int:
        """The clockwise degrees by which those dots have to be turned to be shown. Raises
        IndexError, OSError.

        A JPEG that is neither mirrored nor cut is kept as it is stored.
        """
        number = entry["source"]["page"]
        if not 1 <= number <= len(self):
            raise IndexError(number)
        self._open.seek(self._frames[number - 1])
        stored = self.is_jpeg and not self.recoded and not entry["transform"].get("crop")
        return _TURNED.get(self._open.getexif().get(_ORIENTATION, 1), 0) if stored else 0

    @property
    def is_jpeg(self) -> bool:
        """Whether the file is a JPEG."""
        return self._open.format in _JPEG

    @property
    def has_profile(self) -> bool:
        """Whether the open page's colors are those of a profile of its own."""
        return bool(self._open.info.get("icc_profile"))

    @property
    def recoded(self) -> bool:
        """Whether a bundle cannot hold the open page's coding as it is: it is stored anew, as
        JPEG."""
        kind, info = self._open.format, self._open.info
        if kind in _JPEG:
            orientation = self._open.getexif().get(_ORIENTATION, 1)
            return self._open.mode not in ("L", "RGB") or orientation in _MIRRORED
        return (
            kind in ("HEIF", "AVIF")
            or (kind == "WEBP" and not self._lossless)
            or (kind == "TIFF" and info.get("compression") == "jpeg")
        )

    def close(self) -> None:
        self._open.close()

    def _is_inverted(self) -> bool:
        tags = getattr(self._open, "tag_v2", {})
        return tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and self._open.mode.startswith("I")


def _parts(data: bytes) -> set[bytes]:
    """The names of the parts of a RIFF file, which WebP is."""
    names, at = set(), 12
    while data.startswith(b"RIFF") and at + 8 <= len(data):
        names.add(data[at : at + 4])
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return names


def _tiff_pages(opened: Any) -> list[int]:
    """The pictures that are no smaller copies of the one before them, nor small ones before the
    first large one."""
    frames: list[int] = []
    size = (0, 0)
    copied = False
    for number in range(opened.n_frames):
        opened.seek(number)
        reduced = bool(int(opened.tag_v2.get(_TYPE, 0)) & _REDUCED)
        smaller = opened.width < size[0] and opened.height < size[1]
        if frames and smaller and reduced:
            continue
        if copied and len(frames) == 1 and opened.width > size[0] and opened.height > size[1]:
            frames.clear()
        frames.append(number)
        size, copied = opened.size, reduced
    return frames


def _plain(picture: Image.Image, *, inverted: bool, background: str = "") -> Image.Image:
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, background or "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
        return ImageOps.invert(picture) if inverted else picture
    if picture.mode in ("P", "1"):
        picture = picture.convert("RGB" if picture.mode == "P" else "L")
    if picture.mode == "LAB":
        return _to_screen(picture, ImageCms.createProfile("LAB"))
    if profile and picture.mode in ("RGB", "CMYK"):
        return _to_screen(picture, io.BytesIO(profile))
    return picture if picture.mode == "L" else picture.convert("RGB")


def _to_screen(picture: Image.Image, profile: Any) -> Image.Image:
    try:
        shown = ImageCms.profileToProfile(
            picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        shown = None  # a profile nobody can use is passed over, as viewers do
    return shown or picture.convert("RGB")


def _square(picture: Image.Image, across: float, down: float) -> Image.Image:
    """A fax has twice as many dots across as down; drawn as they are its letters would be flat."""
    longest = max(across, down)
    if not 1.1 < longest / min(across, down) < 10:
        return picture
    return picture.resize(
        (round(picture.width * longest / across), round(picture.height * longest / down))
    )


def _resolution(opened: Any) -> tuple[float, float]:
    """Dots an inch across and down, or numbers in that relation; a photograph's dots are square
    whatever it says."""
    if opened.format != "TIFF":
        return 1.0, 1.0
    across, down = (
        float(value) for value in opened.info.get("dpi") or opened.info.get("resolution") or (1, 1)
    )
    return (across, down) if across > 0 and down > 0 else (1.0, 1.0)
