"""Machine-readable lines of a page, read once more with the alphabet they are made of where the
first reading proves none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import ocr
from assembler.evidence.legibility.word_measures import Words
from assembler.model import mrz

_BAND = (
    2.6,
    3.0,
    2.2,
    3.6,
)  # how large the lines are drawn, points to pixels: one of them is usually read well
# from which part of the page's height down, where it is not known where the lines are, or they were
# not proved there
_TRIES = ((0.5, 2.6), (0.5, 3.0), (0.5, 2.2), (0.0, 3.6), (0.5, 3.6), (0.0, 2.2))
_MOST_PIXELS = 6000  # on the longer side of the page
_ROOM = (
    1.2  # of the height of the lines, left above and below them: a line that was not found at first
)


def lines_in(words: Words, text: str, again: Callable[[float], Image.Image]) -> str:
    """The lines of a recognized page, as text that `mrz.read` proves; "" where there are none, or
    none can be proved.

    `words`: of the first reading, in order; `text`: the same by lines. `again` draws the page
    upright and gray, at so many pixels a point.
    """
    if mrz.proved(text):
        return text
    there = [box for word, _, box in words if _like(word)]
    if not there and not mrz.looks_like(text):
        return ""
    return (_band(there, again) if there else "") or _anywhere(again)


def page_lines(page: pdfium.PdfPage, text: str) -> str:
    """The lines of a page that has a text layer: as the layer says, or read on its picture."""
    if mrz.proved(text):
        return text
    return _anywhere(lambda scale: _drawn(page, scale)) if mrz.looks_like(text) else ""


def _like(word: str) -> bool:
    return "<<" in word or (len(word) >= 26 and word.isupper())


def _band(
    there: Sequence[tuple[float, float, float, float]], again: Callable[[float], Image.Image]
) -> str:
    """Only the strip of the page in which words like such lines stand: a tenth of the page, and
    of the time."""
    top, bottom = min(box[1] for box in there), max(box[3] for box in there)
    room = _ROOM * max(box[3] - box[1] for box in there)
    for scale in _BAND:
        image = again(scale)
        high = image.height
        strip = (
            0,
            max(0, round((top - room) * high)),
            image.width,
            min(high, round((bottom + room) * high)),
        )
        lines = ocr.read_lines(image.crop(strip), round(scale * 72))
        if mrz.proved(lines):
            return lines
    return ""


def _anywhere(again: Callable[[float], Image.Image]) -> str:
    for top, scale in _TRIES:
        image = again(scale)
        lines = ocr.read_lines(
            image.crop((0, round(image.height * top), image.width, image.height)), round(scale * 72)
        )
        if mrz.proved(lines):
            return lines
    return ""


def _drawn(page: pdfium.PdfPage, wanted: float) -> Image.Image:
    image: Image.Image = page.render(
        scale=min(wanted, _MOST_PIXELS / max(page.get_size())), grayscale=True
    ).to_pil()
    return image
