"""Check whether the appearance of a form field shows the field's value, as PDFium reads it.

Each appearance is put alone on a page of its own.
"""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Matrix, Name, Pdf

from assembler.evidence.annotations.form_fields import read_number

_MAX_SIDE = 14_000.0  # points
_INK = 24  # gray levels between the paper of a picture and its ink
_MAX_SCALE = 4.0  # pixels per point, for a small picture
_OVERHANG = 1.0  # points a letter may extend over the edge, as the tail of a g does
Size = tuple[float, float]


class Showing(StrEnum):
    """The content of a picture."""

    VALUE = "value"
    PART = "part"  # some of the letters of the value
    OTHER = "other"  # other letters than those of the value
    UNREADABLE = "unreadable"  # ink without text, or text without a Unicode mapping
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An appearance stream and the value it should show; `is_part`: among other texts."""

    stream: Any
    texts: tuple[str, ...]
    is_part: bool = False


def classify_pictures(pictures: Sequence[Picture]) -> list[Showing]:
    """Return what each picture shows."""
    if not pictures:
        return []
    with Pdf.new() as book:
        sizes = [_add_page(book, picture.stream) for picture in pictures]
        out = io.BytesIO()
        book.save(out)
    document = pdfium.PdfDocument(out.getvalue())
    try:
        return [
            Showing.NOTHING if size is None else _classify(document[number], picture)
            for number, (picture, size) in enumerate(zip(pictures, sizes, strict=True))
        ]
    finally:
        document.close()


def fold_text(text: str) -> str:
    """Return a text without spaces and with ligatures split, so that two spellings of it are
    equal."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        letter
        for letter in plain
        if not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf")
    )


def _add_page(book: Pdf, stream: Any) -> Size | None:
    """Add a page as large as a picture, with the picture on it; return None for a picture without a
    size."""
    box = _transform_box(stream)
    size = (box[2] - box[0], box[3] - box[1]) if box else (1.0, 1.0)
    if box is None or not 0 < min(size) <= max(size) < _MAX_SIDE:
        book.add_blank_page(page_size=(3, 3))
        return None
    page = book.add_blank_page(page_size=(max(3.0, size[0]), max(3.0, size[1])))
    copied = book.copy_foreign(stream)
    page.Resources = Dictionary(XObject=Dictionary({"/Picture": copied}))
    page.Contents = book.make_stream(f"1 0 0 1 {-box[0]:.4f} {-box[1]:.4f} cm /Picture Do".encode())
    return size


def _transform_box(stream: Any) -> tuple[float, float, float, float] | None:
    """Return the box of a picture after its own matrix."""
    raw, turn = stream.get(Name.BBox), stream.get(Name.Matrix)
    if not isinstance(raw, Array) or len(raw) != 4:
        return None
    x0, y0, x1, y1 = (read_number(value, 0) for value in raw)
    matrix = Matrix()
    if isinstance(turn, Array) and len(turn) == 6:
        a, b, c, d, e, f = (read_number(value, 0) for value in turn)
        matrix = Matrix(a, b, c, d, e, f)
    corners = [matrix.transform((x, y)) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _classify(page: Any, picture: Picture) -> Showing:
    layer = page.get_textpage()
    try:
        letters = fold_text(layer.get_text_bounded())
        is_uncut = all(
            _is_within(layer, page.get_size(), index) for index in range(layer.count_chars())
        )
    finally:
        layer.close()
    if not _has_ink(page):
        return Showing.NOTHING
    texts = [fold_text(text) for text in picture.texts if fold_text(text)]
    if not texts:
        return Showing.OTHER if letters else Showing.UNREADABLE
    if not any(map(str.isalnum, letters)) and any(map(str.isalnum, "".join(texts))):
        return Showing.UNREADABLE
    if picture.is_part:
        return Showing.VALUE if all(text in letters for text in texts) else Showing.OTHER
    shown, value = Counter(letters), Counter("".join(texts))
    if is_uncut and shown == value:
        return Showing.VALUE
    return Showing.PART if letters and shown <= value else Showing.OTHER


def _is_within(layer: Any, size: Size, index: int) -> bool:
    """Return whether a letter is within its picture, where all else is clipped."""
    left, bottom, right, top = layer.get_charbox(index)
    if right - left < 0.01 or top - bottom < 0.01:
        return True
    return bool(
        left >= -_OVERHANG
        and bottom >= -_OVERHANG - 0.25 * (top - bottom)
        and right <= size[0] + _OVERHANG
        and top <= size[1] + _OVERHANG + 0.25 * (top - bottom)
    )


def _has_ink(page: Any) -> bool:
    """Return whether there is more than one color, leaving out the border."""
    scale = min(_MAX_SCALE, 400 / max(page.get_size()))
    gray = np.asarray(page.render(scale=scale).to_pil().convert("L")).astype(np.int16)
    edge = max(1, round(1.5 * scale))
    inner = gray[edge:-edge, edge:-edge] if min(gray.shape) > 3 * edge else gray
    return bool(inner.size and int(inner.max()) - int(inner.min()) > _INK)
