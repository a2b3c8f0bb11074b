"""Draw how a page's stamp must look from the ledger alone: its text, place and size, in the font
file itself.

The bundle holds a subset of that font without hinting instructions, so they are removed here too.
PDFium then draws the same glyphs at the same places, pixel for pixel, unless the bundle's font,
text, place, size or color differs.
"""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.model import Stamp
from assembler.proof.page_frame import read_frame
from assembler.proof.placement import Frame, Matrix, combine_matrices, invert_matrix, is_same_place
from assembler.runtime.resources import stamp_font

_BASELINE = 0.3  # of the font size, above the lower edge of the stamp's box
_MARGIN = 6.0  # points around the box; no glyph reaches further
_LARGE = 48.0  # pixels of the font size
_NUDGE = 0.001  # points; more than rounding, less than a pixel of any drawing
_HINTS = ("fpgm", "prep", "cvt ", "gasp", "hdmx", "VDMX", "LTSH")
_LAYOUT = ("GPOS", "GSUB", "GDEF")  # not used for stamps, and slow to read (half a second)
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("·–’")  # of nearly all stamps
Pixels = np.ndarray[Any, Any]
Mask = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """A stamp's ink: its first column and row in the drawing of a whole page, and how much of the
    paper is left at each pixel, 0 (black) to 255.

    `rounding`: levels by which a letter's edge may differ, on anything but white, or where it is so
    large that PDFium draws its outline instead of the glyph. `draw_nudged`: draws the same ink
    slightly shifted, each way.
    """

    column: int
    row: int
    left: Pixels
    rounding: int = 1
    draw_nudged: Callable[[], tuple[Pixels, ...]] = tuple

    def print_on(self, base: Pixels, top: int = 0) -> None:
        """Print the stamp over a drawing, in place, whose first row is row `top` of the page.

        As PDFium does, round down.
        """
        first = max(self.row, top)
        last = min(self.row + self.left.shape[0], top + base.shape[0])
        if first < last:
            left = self.left[first - self.row : last - self.row, :, None]
            part = base[first - top : last - top, self.column : self.column + left.shape[1]]
            part[...] = part.astype(np.uint16) * left // 255

    def is_between_pixels(self, seen: Pixels, paper: Pixels, top: int = 0) -> Mask:
        """Return a mask of the pixels that match what PDFium may draw of a letter between two
        pixels.

        The last digit of a letter's place decides which of the two PDFium uses, and the order in
        which numbers were added decides the last digit. `paper`: the drawing without the stamp.
        """
        inks = (self.left, *self.draw_nudged())
        least, most = paper.copy(), paper.copy()
        replace(self, left=np.minimum.reduce(inks)).print_on(least, top)
        replace(self, left=np.maximum.reduce(inks)).print_on(most, top)
        may_differ = (least != most).any(axis=2)
        inside = ((seen >= least) & (seen <= most)).all(axis=2)
        return np.asarray(may_differ & inside)

    def mask_edges(self, shape: tuple[int, ...], top: int = 0) -> Mask:
        """Return a mask of the pixels at the edge of a letter, where ink and paper mix, in a
        drawing of these rows and columns."""
        rows, columns = shape
        mask = np.zeros((rows, columns), dtype=bool)
        first, last = max(self.row, top), min(self.row + self.left.shape[0], top + rows)
        if first < last:
            left = self.left[first - self.row : last - self.row]
            mixed = (left > 0) & (left < 255)
            if (
                self.rounding > 1
            ):  # pixels around a large letter may have a trace of ink, or lack it
                mixed[:] = True
            mask[first - top : last - top, self.column : self.column + left.shape[1]] = mixed
        return mask


def measure_stamp_ink(stamp: Stamp, page: Any, drawing: tuple[int, int]) -> Ink:
    """Return the ink of a stamp on a PDFium page of the bundle. `drawing`: size of the page in
    pixels."""
    width, height = page.get_size()
    scale_x, scale_y = drawing[0] / width, drawing[1] / height
    x0 = max(0, math.floor((stamp.x - _MARGIN) * scale_x))
    x1 = min(drawing[0], math.ceil((stamp.x + stamp.width + _MARGIN) * scale_x))
    y0 = max(0, math.floor((height - stamp.y - stamp.height - _MARGIN) * scale_y))
    y1 = min(drawing[1], math.ceil((height - stamp.y + _MARGIN) * scale_y))
    if x1 <= x0 or y1 <= y0:
        return Ink(column=0, row=0, left=np.zeros((0, 0), np.uint8))
    rounding = 8 if stamp.size * scale_y > _LARGE else 1
    frame = read_frame(page)
    matrix = _find_matrix(stamp, page, frame)
    line = _Line(text=stamp.text, size=stamp.size, matrix=matrix, frame=frame)
    part = (x0, y0, x1 - x0, y1 - y0)

    def draw_nudged() -> tuple[Pixels, ...]:
        steps = (-_NUDGE, 0.0, _NUDGE)
        lines = [
            replace(line, matrix=combine_matrices(matrix, (1.0, 0.0, 0.0, 1.0, x, y)))
            for x in steps
            for y in steps
            if x or y  # unmoved it is drawn already
        ]
        return tuple(_draw_stamp(nudged, drawing, part) for nudged in lines)

    return Ink(
        column=x0,
        row=y0,
        rounding=rounding,
        left=_draw_stamp(line, drawing, part),
        draw_nudged=draw_nudged,
    )


def _find_matrix(stamp: Stamp, page: Any, frame: Frame) -> Matrix:
    """Return where the stamp's text begins, in the page's own coordinates.

    It is where the ledger says, but with the bundle's exact numbers: the last digit of one decides
    which of two pixels PDFium uses for a letter between them.
    """
    shown: Matrix = (1.0, 0.0, 0.0, 1.0, stamp.x, stamp.y + _BASELINE * stamp.size)
    expected = combine_matrices(shown, invert_matrix(frame.shown))
    count, actual = raw.FPDFPage_CountObjects(page), raw.FS_MATRIX()
    last = raw.FPDFPage_GetObject(page, count - 1) if count else None
    if last is None or raw.FPDFPageObj_GetType(last) != raw.FPDF_PAGEOBJ_TEXT:
        return expected
    raw.FPDFPageObj_GetMatrix(last, actual)
    bundle_matrix = (actual.a, actual.b, actual.c, actual.d, actual.e, actual.f)
    return (
        bundle_matrix
        if is_same_place(bundle_matrix, expected, (0.0, 0.0, stamp.width, stamp.size))
        else expected
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A stamp's text, where it begins, and the page it is on."""

    text: str
    size: float
    matrix: Matrix
    frame: Frame


@lru_cache(maxsize=4)  # a page's stamp is drawn by itself, and on its page
def _draw_stamp(line: _Line, drawing: tuple[int, int], part: tuple[int, int, int, int]) -> Pixels:
    """Draw a part (left, top, width, height in pixels) of a white page with nothing but the
    stamp."""
    document, font = _load_document(is_plain=frozenset(line.text) <= _PLAIN)
    left, bottom, right, top = line.frame.box
    page = document.new_page(right - left, top - bottom)
    try:
        raw.FPDFPage_SetMediaBox(page, *line.frame.box)
        raw.FPDFPage_SetCropBox(page, *line.frame.box)
        raw.FPDFPage_SetRotation(page, line.frame.turned // 90)
        text = raw.FPDFPageObj_CreateTextObj(document, font, line.size)
        raw.FPDFText_SetText(text, _encode_utf16(line.text))
        raw.FPDFPageObj_SetMatrix(text, raw.FS_MATRIX(*line.matrix))
        raw.FPDFPage_InsertObject(page, text)
        bitmap = pdfium.PdfBitmap.new_native(part[2], part[3], raw.FPDFBitmap_BGR)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, part[2], part[3])
        raw.FPDF_RenderPageBitmap(bitmap, page, -part[0], -part[1], *drawing, 0, raw.FPDF_ANNOT)
        return np.array(bitmap.to_numpy()[:, :, 0])
    finally:
        page.close()
        document.del_page(0)


def _encode_utf16(text: str) -> Any:
    data = (text + "\0").encode("utf-16-le")
    return ctypes.cast(
        ctypes.create_string_buffer(data, len(data)), ctypes.POINTER(ctypes.c_ushort)
    )


@cache
def _load_document(*, is_plain: bool) -> tuple[Any, Any]:
    """Return a document and the stamp's font in it, for the lifetime of this worker.

    `is_plain`: only plain characters are drawn.
    """
    data = stamp_font().read_bytes()
    data = _cut_out_plain(data) if is_plain else _remove_hints(data)
    document = pdfium.PdfDocument.new()
    font = raw.FPDFText_LoadFont(
        document,
        (ctypes.c_uint8 * len(data)).from_buffer_copy(data),
        len(data),
        raw.FPDF_FONT_TRUETYPE,
        1,
    )
    return document, font


def _cut_out_plain(data: bytes) -> bytes:
    """Return a font without hints, and with plain characters only: a fifth of the time of
    `_remove_hints`."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    face = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    for table in _LAYOUT:
        if table in face:
            del face[table]
    options = subset.Options(hinting=False, notdef_outline=True)
    options.drop_tables += ["meta"]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(_PLAIN))
    cutter.subset(face)
    out = io.BytesIO()
    face.save(out)
    return out.getvalue()


def _remove_hints(data: bytes) -> bytes:
    """Return a font without hints."""
    from fontTools.ttLib import TTFont

    face = TTFont(io.BytesIO(data), recalcTimestamp=False, recalcBBoxes=False)
    for table in (*_HINTS, *_LAYOUT):
        if table in face:
            del face[table]
    for name in face["glyf"].keys():  # noqa: SIM118 - not a dict
        face["glyf"][name].removeHinting()
    out = io.BytesIO()
    face.save(out)
    return out.getvalue()
