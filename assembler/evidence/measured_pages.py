"""Measure each page of a normalized PDF as a viewer shows it: size, text, picture, ink."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import miniatures
from assembler.evidence.hidden_text import find_hidden_text
from assembler.evidence.losses import Loss
from assembler.evidence.readers.picture import Strip
from assembler.evidence.repair import has_undrawn_picture
from assembler.model import Ink, Miniature
from assembler.pdf.ink import convert_ink_to_json, find_marks, parse_ink, render_for_ink

# the replacement character, private use characters, control characters except line ends and
# PDFium's hyphen
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\x00\x01\x03-\x08\x0b\x0e-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePlace:
    """Where a picture is on its page; its number in its file, and its strip if it was cut."""

    box: tuple[float, float, float, float]
    turned: int
    dpi: float
    source: int
    strip: Strip | None
    background: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPage:
    """One page of a normalized PDF as a viewer shows it."""

    width: float
    height: float
    has_text: bool
    words: int
    dpi: float | None
    ink: Ink
    blank: bool
    box: tuple[float, float, float, float] | None  # where an image is on its page
    turned: int
    miniature: Miniature  # not rotated upright if the page needs it
    redrawn: bool = False
    source: int = 1  # its page in the file, from 1
    part: int = 1  # of `parts`, if a page was cut into several
    parts: int = 1
    crop: tuple[int, int, int, int] | None = None  # pixels of the upright picture
    background: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFile:
    """The pages of a normalized PDF, the losses on them, and the faults of pictures that do not
    render."""

    pages: tuple[MeasuredPage, ...]
    losses: tuple[Loss, ...]
    faults: tuple[str, ...]


def measure_pages(target: Path, places: Sequence[PicturePlace] = ()) -> MeasuredFile:
    """Measure every page of a normalized PDF; `places`: of the pictures, if it was made of them."""
    pages: list[MeasuredPage] = []
    losses: list[Loss] = []
    faults: list[str] = []
    document = pdfium.PdfDocument(target)
    try:
        for index in range(len(places) or len(document)):
            page, number = document[index], index + 1
            measured, hidden = _measure_page(number, page, places[index] if places else None)
            pages.append(measured)
            losses += hidden
            if has_undrawn_picture(page):
                faults.append(f"a picture in it does not decode (page {number})")
    finally:
        document.close()
    return MeasuredFile(pages=tuple(pages), losses=tuple(losses), faults=tuple(faults))


def _measure_page(
    number: int, page: Any, place: PicturePlace | None
) -> tuple[MeasuredPage, tuple[Loss, ...]]:
    """Return the measures of a page, and its hidden text."""
    width, height = page.get_size()
    box = place.box if place else None
    coverage, image_dpi = _measure_largest_image(page, width, height)
    gray = render_for_ink(page, scanned=coverage > 0.5)
    ink = find_marks(gray, (width, height))
    layer = page.get_textpage()
    letters, meaningless, words = _count_text(layer)
    losses = find_hidden_text(number, page, layer, gray, scanned=coverage > 0.5)
    layer.close()
    is_legible = letters > 0 and meaningless <= 0.2 * letters
    usable = is_legible and not (coverage > 0.5 and letters < 100)
    measured = MeasuredPage(
        width=width,
        height=height,
        has_text=usable,
        words=words if usable else 0,
        dpi=place.dpi if place else image_dpi,
        ink=ink,
        blank=not usable and not any(ink.bits),
        box=box,
        turned=place.turned if place else 0,
        miniature=miniatures.make_miniature(
            Image.fromarray(gray), miniatures.find_picture_frame(box, (width, height), 0)
        ),
    )
    if place is None:
        measured = replace(measured, source=number)
    else:
        measured = replace(measured, source=place.source, background=place.background)
        if strip := place.strip:
            measured = replace(measured, part=strip.part, parts=strip.parts, crop=strip.crop)
    return measured, losses


def _count_text(layer: Any) -> tuple[int, int, int]:
    """Count letters and digits, meaningless characters, and words of the page's text."""
    text = layer.get_text_bounded()
    return sum(map(str.isalnum, text)), len(_MEANINGLESS.findall(text)), len(text.split())


def _measure_largest_image(page: Any, width: float, height: float) -> tuple[float, float | None]:
    """Return the fraction of the page its largest image covers, and that image's effective dpi."""
    best, dpi = 0.0, None
    for item in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        area = max(0.0, right - left) * max(0.0, top - bottom)
        if area / (width * height) > best:
            pixels = item.get_px_size()
            best = area / (width * height)
            dpi = max(pixels) / (max(right - left, top - bottom) / 72)
    return best, dpi if best > 0.3 else None


def convert_page_to_json(page: MeasuredPage) -> dict[str, Any]:
    """Return a page as JSON data for the cache."""
    raw = asdict(page)
    raw["ink"] = convert_ink_to_json(page.ink)
    raw["miniature"] = miniatures.write_miniature(page.miniature)
    return raw


def parse_page(raw: dict[str, Any]) -> MeasuredPage:
    """Rebuild a page from `convert_page_to_json`."""
    box = tuple(raw["box"]) if raw["box"] else None
    crop = tuple(raw["crop"]) if raw["crop"] else None
    return MeasuredPage(
        **{
            **raw,
            "ink": parse_ink(raw["ink"]),
            "box": box,
            "crop": crop,
            "miniature": miniatures.read_miniature(raw["miniature"]),
        }
    )
