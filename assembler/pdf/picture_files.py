"""Open picture files as viewers show them: a photo is one page, a TIFF as many as it has images."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from assembler.model import LedgerEntry

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "AVIF", "HEIF")
_REDUCED = 1  # bit of a TIFF image's NewSubfileType: a smaller copy of another image
_JPEG = ("JPEG", "MPO")
_ORIENTATION, _TURNED, _MIRRORED = 274, {3: 180, 6: 90, 8: 270}, (2, 4, 5, 7)
_TYPE, _WHITE_IS_ZERO, _PHOTOMETRIC = 254, 0, 262


class PictureFile:
    """An open picture file. Raises OSError (UnidentifiedImageError) if it is not a picture."""

    def __init__(self, data: bytes) -> None:
        pillow_heif.register_heif_opener()
        self._data = data
        self._lossless = b"VP8L" in _list_riff_chunks(data)  # WebP only
        self._open = Image.open(io.BytesIO(data), formats=_FORMATS)
        self._frames = (
            _list_tiff_pages(self._open) if self._open.format == "TIFF" else [self._open.tell()]
        )

    def __len__(self) -> int:
        return len(self._frames)

    def page(self, number: int, background: str = "") -> Image.Image:
        """Return page `number`, from 1: upright, on white or `background`, 8 bits per channel,
        square pixels.

        Raises IndexError, OSError.
        """
        if not 1 <= number <= len(self):
            raise IndexError(number)
        self._open.seek(self._frames[number - 1])
        across, down = _read_resolution(self._open)
        inverted = self._is_inverted()
        stored = self._open.size
        picture = _simplify_picture(
            ImageOps.exif_transpose(self._open), inverted=inverted, background=background
        )
        if self._open.format == "TIFF" and stored != picture.size:  # rotated by a quarter turn
            across, down = down, across
        return _stretch_to_square(picture, across, down)

    def draw_ledger_page(self, entry: LedgerEntry, width: int | None = None) -> Image.Image:
        """Return the page a ledger entry names, or the strip of it if the page was cut into
        several. Raises as `page`.

        Args:
            width: pixels that are enough; a larger page may come smaller, but no narrower.
        """
        transform = entry.client_transform
        if transform.crop:
            page = self.page(entry.client_source.page, transform.background)
            return page.crop(transform.crop)
        file = self._open_reduced(width) if width and self._open.format == "JPEG" else self
        return file.page(entry.client_source.page, transform.background)

    def _open_reduced(self, width: int) -> PictureFile:
        """Open a JPEG so that no more of it is decoded than a drawing of this width needs: a
        quarter of the time and memory of a large photograph."""
        reduced = PictureFile(self._data)
        reduced._open.draft(None, (width, width))
        return reduced

    def read_stored_pixels(self, entry: LedgerEntry) -> Image.Image:
        """Return the pixels of the page or strip a ledger entry names, at the file's resolution.

        8 bits per channel; upright except for `find_stored_rotation`. It may be the open file
        itself, since a copy of a large photograph takes much memory: do not change it. Raises
        IndexError, OSError.
        """
        transform, rotation = entry.client_transform, self.find_stored_rotation(entry)
        inverted = self._is_inverted()
        is_as_stored = rotation or self._open.getexif().get(_ORIENTATION, 1) == 1
        picture = self._open if is_as_stored else ImageOps.exif_transpose(self._open)
        plain = _simplify_picture(picture, inverted=inverted, background=transform.background)
        return plain.crop(transform.crop) if transform.crop else plain

    def find_stored_rotation(self, entry: LedgerEntry) -> int:
        """Return the clockwise degrees by which `read_stored_pixels` must be rotated for display.

        A JPEG that is neither mirrored nor cut is kept as stored. Raises IndexError, OSError.
        """
        number = entry.client_source.page
        if not 1 <= number <= len(self):
            raise IndexError(number)
        self._open.seek(self._frames[number - 1])
        stored = self.is_jpeg and not self.is_recoded and not entry.client_transform.crop
        return _TURNED.get(self._open.getexif().get(_ORIENTATION, 1), 0) if stored else 0

    @property
    def is_jpeg(self) -> bool:
        """Return whether the file is a JPEG."""
        return self._open.format in _JPEG

    @property
    def has_profile(self) -> bool:
        """Return whether the current page has a color profile of its own."""
        return bool(self._open.info.get("icc_profile"))

    @property
    def is_recoded(self) -> bool:
        """Return whether a bundle must store the current page anew, as JPEG.

        True where a PDF cannot hold the page's encoding as it is.
        """
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


def _list_riff_chunks(data: bytes) -> set[bytes]:
    """Return the chunk names of a RIFF file, such as WebP."""
    names, offset = set(), 12
    while data.startswith(b"RIFF") and offset + 8 <= len(data):
        names.add(data[offset : offset + 4])
        length = int.from_bytes(data[offset + 4 : offset + 8], "little")
        offset += 8 + length + length % 2
    return names


def _list_tiff_pages(image: Any) -> list[int]:
    """Return the images that are pages.

    Leaves out smaller copies of the image before them, and small images before the first large one.
    """
    frames: list[int] = []
    size = (0, 0)
    previous_reduced = False
    for index in range(image.n_frames):
        image.seek(index)
        reduced = bool(int(image.tag_v2.get(_TYPE, 0)) & _REDUCED)
        smaller = image.width < size[0] and image.height < size[1]
        if frames and smaller and reduced:
            continue
        if (
            previous_reduced
            and len(frames) == 1
            and image.width > size[0]
            and image.height > size[1]
        ):
            frames.clear()
        frames.append(index)
        size, previous_reduced = image.size, reduced
    return frames


def _simplify_picture(picture: Image.Image, *, inverted: bool, background: str = "") -> Image.Image:
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
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def _to_screen(picture: Image.Image, profile: Any) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        converted = None  # an unusable profile is ignored, as viewers do
    return converted or picture.convert("RGB")


def _stretch_to_square(picture: Image.Image, across: float, down: float) -> Image.Image:
    """Stretch a picture to square pixels; a fax has twice the resolution across as down."""
    longest = max(across, down)
    if not 1.1 < longest / min(across, down) < 10:
        return picture
    return picture.resize(
        (round(picture.width * longest / across), round(picture.height * longest / down))
    )


def _read_resolution(image: Any) -> tuple[float, float]:
    """Return pixels per inch across and down, or numbers in that ratio.

    A photo has square pixels, even if it states otherwise.
    """
    if image.format != "TIFF":
        return 1.0, 1.0
    across, down = (
        float(value) for value in image.info.get("dpi") or image.info.get("resolution") or (1, 1)
    )
    return (across, down) if across > 0 and down > 0 else (1.0, 1.0)
