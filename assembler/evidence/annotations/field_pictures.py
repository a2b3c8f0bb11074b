"""Whether the picture a file has of a form field shows the field's value: PDFium reads it, alone
on a page of its own."""

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
from pikepdf import Array, Dictionary, Name, Pdf

from assembler.evidence.annotations.form_fields import number_of
from assembler.pdf.geometry import Matrix, apply

_LARGEST = 14_000.0  # points a side
_INK = 24  # gray levels between the paper of a picture and its ink
_MOST = 4.0  # pixels a point, for a picture that is small
_AROUND = 1.0  # points a letter may stand over the edge, as the tail of a g does
Size = tuple[float, float]


class Showing(StrEnum):
    """What a picture shows."""

    VALUE = "value"
    OTHER = "other"  # letters, and not those of the value
    UNREADABLE = "unreadable"  # ink that is no text, or text without a table of its letters
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An appearance stream and what it should show; `is_part`: among other things."""

    stream: Any
    texts: tuple[str, ...]
    is_part: bool = False


def pictures_show(pictures: Sequence[Picture]) -> list[Showing]:
    """Look at each picture."""
    if not pictures:
        return []
    with Pdf.new() as book:
        sizes = [_add_page(book, picture.stream) for picture in pictures]
        out = io.BytesIO()
        book.save(out)
    document = pdfium.PdfDocument(out.getvalue())
    try:
        return [
            Showing.NOTHING if size is None else _showing(document[number], picture)
            for number, (picture, size) in enumerate(zip(pictures, sizes, strict=True))
        ]
    finally:
        document.close()


def squeeze(text: str) -> str:
    """Return a text without spaces, joined letters taken apart, so that two spellings of it are
    equal."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        letter
        for letter in plain
        if not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf")
    )


def _add_page(book: Pdf, stream: Any) -> Size | None:
    """A page as large as a picture, with the picture on it; None for a picture without a size."""
    box = _shown_box(stream)
    size = (box[2] - box[0], box[3] - box[1]) if box else (1.0, 1.0)
    if box is None or not 0 < min(size) <= max(size) < _LARGEST:
        book.add_blank_page(page_size=(3, 3))
        return None
    page = book.add_blank_page(page_size=(max(3.0, size[0]), max(3.0, size[1])))
    copied = book.copy_foreign(stream)
    page.Resources = Dictionary(XObject=Dictionary({"/Picture": copied}))
    page.Contents = book.make_stream(f"1 0 0 1 {-box[0]:.4f} {-box[1]:.4f} cm /Picture Do".encode())
    return size


def _shown_box(stream: Any) -> tuple[float, float, float, float] | None:
    """The box of a picture after its own matrix."""
    raw, turn = stream.get(Name.BBox), stream.get(Name.Matrix)
    if not isinstance(raw, Array) or len(raw) != 4:
        return None
    x0, y0, x1, y1 = (number_of(value, 0) for value in raw)
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    if isinstance(turn, Array) and len(turn) == 6:
        a, b, c, d, e, f = (number_of(value, 0) for value in turn)
        matrix = (a, b, c, d, e, f)
    corners = [apply(matrix, x, y) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _showing(page: Any, picture: Picture) -> Showing:
    layer = page.get_textpage()
    try:
        letters = squeeze(layer.get_text_bounded())
        is_whole = all(
            _is_within(layer, page.get_size(), place) for place in range(layer.count_chars())
        )
    finally:
        layer.close()
    if not _has_ink(page):
        return Showing.NOTHING
    wanted = [squeeze(text) for text in picture.texts if squeeze(text)]
    if not wanted:
        return Showing.OTHER if letters else Showing.UNREADABLE
    if not any(map(str.isalnum, letters)) and any(map(str.isalnum, "".join(wanted))):
        return Showing.UNREADABLE
    if picture.is_part:
        return Showing.VALUE if all(text in letters for text in wanted) else Showing.OTHER
    return (
        Showing.VALUE
        if is_whole and Counter(letters) == Counter("".join(wanted))
        else Showing.OTHER
    )


def _is_within(layer: Any, size: Size, place: int) -> bool:
    """Whether a letter is within its picture, where all else is cut off."""
    left, bottom, right, top = layer.get_charbox(place)
    if right - left < 0.01 or top - bottom < 0.01:
        return True
    return bool(
        left >= -_AROUND
        and bottom >= -_AROUND - 0.25 * (top - bottom)
        and right <= size[0] + _AROUND
        and top <= size[1] + _AROUND + 0.25 * (top - bottom)
    )


def _has_ink(page: Any) -> bool:
    """Whether there is anything else than one color, the border left out."""
    scale = min(_MOST, 400 / max(page.get_size()))
    drawn = np.asarray(page.render(scale=scale).to_pil().convert("L")).astype(np.int16)
    edge = max(1, round(1.5 * scale))
    inner = drawn[edge:-edge, edge:-edge] if min(drawn.shape) > 3 * edge else drawn
    return bool(inner.size and int(inner.max()) - int(inner.min()) > _INK)
