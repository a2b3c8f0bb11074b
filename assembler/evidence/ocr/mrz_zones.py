"""Read a page's machine-readable zone (MRZ) again with its own alphabet if the first reading is not
proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import ocr
from assembler.evidence.legibility.word_measures import Words
from assembler.model import mrz

# pixels per point at which the lines are tried; one of them usually reads well
_BAND_SCALES = (2.6, 3.0, 2.2, 3.6)
# (top as a fraction of the page's height, pixels per point), tried if the place of the lines is
# unknown or they were not proved there
_PAGE_TRIES = ((0.5, 2.6), (0.5, 3.0), (0.5, 2.2), (0.0, 3.6), (0.5, 3.6), (0.0, 2.2))
_MAX_PIXELS = 6000  # longer side of the page
# line heights added above and below the lines, for a line that was not recognized at first
_MARGIN = 1.2
Render = Callable[[float], Image.Image]  # draws the page upright and gray, at pixels per point


def find_mrz_lines(words: Words, text: str, render: Render) -> str:
    """Return the MRZ lines of a recognized page, as text that `mrz.read` proves; "" if none are
    proved.

    `words`: of the first reading, in order; `text`: the same, by lines.
    """
    if mrz.has_right_digits(text):
        return text
    boxes = [box for word, _, box in words if _is_like_mrz(word)]
    if not boxes and not mrz.may_have_zone(text):
        return ""
    return (_read_band(boxes, render) if boxes else "") or _read_page(render)


def find_page_mrz_lines(page: pdfium.PdfPage, text: str) -> str:
    """Return the MRZ lines of a page with a text layer: from the layer, or read from its
    picture."""
    if mrz.has_right_digits(text):
        return text
    return _read_page(lambda scale: _draw(page, scale)) if mrz.may_have_zone(text) else ""


def _is_like_mrz(word: str) -> bool:
    return "<<" in word or (len(word) >= 26 and word.isupper())


def _read_band(boxes: Sequence[tuple[float, float, float, float]], render: Render) -> str:
    """Read only the band of the page with words like MRZ lines, which takes a tenth of the time."""
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    margin = _MARGIN * max(box[3] - box[1] for box in boxes)
    for scale in _BAND_SCALES:
        image = render(scale)
        high = image.height
        strip = (
            0,
            max(0, round((top - margin) * high)),
            image.width,
            min(high, round((bottom + margin) * high)),
        )
        lines = ocr.read_lines(image.crop(strip), round(scale * 72))
        if mrz.has_right_digits(lines):
            return lines
    return ""


def _read_page(render: Render) -> str:
    for top, scale in _PAGE_TRIES:
        image = render(scale)
        lines = ocr.read_lines(
            image.crop((0, round(image.height * top), image.width, image.height)), round(scale * 72)
        )
        if mrz.has_right_digits(lines):
            return lines
    return ""


def _draw(page: pdfium.PdfPage, scale: float) -> Image.Image:
    scale = min(scale, _MAX_PIXELS / max(page.get_size()))
    image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return image
