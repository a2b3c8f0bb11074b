"""Read the pages of scans: PDF files, JPEG, PNG and TIFF pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageOps, ImageSequence
from pypdfium2 import raw

from assembler.pdf.opening import open_pdf_file
from assembler.pdf.picture_errors import PICTURE_ERRORS

_MIN_DPI, _MAX_DPI = 100, 300
_MAX_PIXELS = 60_000_000  # of a scan
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One page of a file of scans."""

    path: Path
    index: int  # page in the file, from 0
    file: int  # place of the file among those given, from 1
    packet: int | None = None  # of a scan that was put back earlier: the packet it is in

    @property
    def kept(self) -> bool:
        """Return whether the scan was put back by an earlier run."""
        return self.packet is not None


def count_scans(path: Path) -> int:
    """Return how many pages a file of scans has; 0 if it cannot be read."""
    try:
        if _is_pdf(path):
            with open_pdf_file(path) as document:
                return len(document)
        with Image.open(path, formats=_FORMATS) as picture:
            return int(getattr(picture, "n_frames", 1)) if picture.format == "TIFF" else 1
    except (pdfium.PdfiumError, *PICTURE_ERRORS):
        return 0


def read_scan(scan: Scan) -> Image.Image | None:
    """Return the picture of a scan, gray or in color; None if it cannot be read."""
    try:
        return _draw_pdf(scan) if _is_pdf(scan.path) else _open_picture(scan)
    except (pdfium.PdfiumError, *PICTURE_ERRORS):
        return None


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as stream:
        return b"%PDF-" in stream.read(1024)


def _open_picture(scan: Scan) -> Image.Image:
    with Image.open(scan.path, formats=_FORMATS) as opened:
        picture: Image.Image = opened
        if scan.index:
            picture = next(
                frame
                for number, frame in enumerate(ImageSequence.Iterator(opened))
                if number == scan.index
            )
        if picture.width * picture.height > _MAX_PIXELS:
            raise ValueError("too large")
        upright = ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "PA", "P"):
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright.convert("RGBA"))
        return upright.convert("L" if upright.mode in ("1", "L", "I", "I;16", "F") else "RGB")


def _draw_pdf(scan: Scan) -> Image.Image:
    """Draw a page at the resolution of its largest picture."""
    with open_pdf_file(scan.path) as document:
        page = document[scan.index]
        width, height = page.get_size()
        dpi = min(_MAX_DPI, max(_MIN_DPI, round(_find_dpi(page))))
        scale = min(dpi / 72, (_MAX_PIXELS / (width * height)) ** 0.5)
        picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
        return picture.convert("RGB")


def _find_dpi(page: pdfium.PdfPage) -> float:
    resolutions = [_MIN_DPI]
    for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = item.get_bounds()
        pixels = item.get_px_size()
        sides = max(right - left, top - bottom), min(right - left, top - bottom)
        if sides[1] > 72:
            resolutions.append(round(max(pixels) / sides[0] * 72))
    return max(resolutions)
