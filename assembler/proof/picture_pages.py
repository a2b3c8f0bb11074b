"""A picture file's page as the bundle must have it: the picture, decoded by other means, placed as
the ledger says.

The dots come from the client's file, by PDFium itself where the file is a JPEG whose colors need no
profile, else by Pillow. Where the bundle's picture lies is read from the bundle and held against
the ledger; it is then drawn by those numbers, to the last bit.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from assembler.model import LedgerEntry
from assembler.pdf.picture_files import PictureFile
from assembler.proof import pixel_difference
from assembler.proof.page_comparison import Source
from assembler.proof.placement import Frame, Matrix, Placement, moved_box, same_place

_LIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
# levels of lightness of a dot: JPEG of quality 90 changes 28 at hard edges of full colors, 20
# elsewhere
_LIGHTER = 40
_OTHER_COLOR = 80  # levels of softened colors: it keeps colors at half the fineness
_DEEP = 2  # forms that a picture may lie in: of a page drawn smaller
_ROWS = 512  # rows of dots compared at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a page of the bundle cannot be the picture; a text to stand after "page 5: "."""

    trouble: str


def picture_source(
    page: Any, album: PictureFile, data: bytes, entry: LedgerEntry, placement: Placement
) -> Source | Fault:
    """The picture on a page of its own, to be compared with the bundle's page. Raises
    IndexError, OSError."""
    found = _picture_on(page)
    if found is None:
        return Fault(trouble="it is not a page with one picture")
    item, matrix = found
    turned = album.stored_rotation(entry)
    paper = _paper(placement, turned)
    place = entry.client_transform.placement
    frame = Frame(box=(0.0, 0.0, *paper), turned=turned)
    if place is None or not _is_placed(matrix, place, frame):
        return Fault(trouble="its picture is not where the ledger says")
    made = _rebuilt(item, album, data, entry, placement)
    if made is None:
        return Fault(trouble="its picture is not that of its source")
    document = _document(*made, matrix, paper)
    rotated = document[0]
    raw.FPDFPage_SetRotation(rotated, turned // 90)
    rotated.close()
    a, _, _, d, e, f = matrix
    return Source(document=document, index=0, pictures=((e, f, e + a, f + d),))


def _rebuilt(
    item: Any, album: PictureFile, data: bytes, entry: LedgerEntry, placement: Placement
) -> tuple[Image.Image | None, bytes] | None:
    """The picture as dots or as a JPEG, once the bundle's is found to be the same; None where it is
    not.

    A picture stored anew as JPEG is then drawn from the bundle's own: its dots were compared one by
    one, and the rest of the page can be compared to the last pixel. One that was drawn again for a
    receiver's limits, or in gray, is compared as drawn.
    """
    cut = bool(entry.client_transform.crop)  # a strip keeps every dot of what was decoded
    recoded = album.is_recoded and not cut
    jpeg = b"" if cut or recoded or not album.is_jpeg else data
    if not placement.lossless or placement.gray:
        plain = jpeg and not album.has_profile
        return (None, jpeg) if plain else (album.stored_pixels(entry), b"")
    if jpeg and _coded_alike(item, jpeg):
        return (album.stored_pixels(entry), b"") if album.has_profile else (None, jpeg)
    # not earlier: decoding a large photo twice takes much memory
    dots = album.stored_pixels(entry)
    if not _same_dots(item, dots, recoded=recoded):
        return None
    return (None, _raw(item)) if recoded and _filters(item) == ["DCTDecode"] else (dots, b"")


def _picture_on(page: Any) -> tuple[Any, Matrix] | None:
    """The only picture of a page, and its matrix where it is drawn; the page drawn smaller is
    one form around it."""
    count = raw.FPDFPage_CountObjects(page)
    items = [raw.FPDFPage_GetObject(page, place) for place in range(count)]
    for _ in range(_DEEP):
        images = [item for item in items if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE]
        if images:
            return (images[0], _matrix(images[0])) if len(images) == 1 else None
        forms = [item for item in items if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM]
        if not forms:
            return None
        items = [
            raw.FPDFFormObj_GetObject(forms[0], place)
            for place in range(raw.FPDFFormObj_CountObjects(forms[0]))
        ]
    return None


def _matrix(item: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _paper(placement: Placement, turned: int) -> tuple[float, float]:
    """The page's width and height in its own coordinates: it is turned by what the camera says,
    then by what was recognized."""
    wide, high = placement.source_size
    return (high, wide) if (turned + placement.turned) % 180 else (wide, high)


def _is_placed(matrix: Matrix, place: tuple[float, float, float, float], frame: Frame) -> bool:
    a, b, c, d, e, f = matrix
    if b or c or a <= 0 or d <= 0:
        return False
    left, bottom, right, top = moved_box(frame.shown, (e, f, e + a, f + d))
    x, y, wide, high = place
    given, wanted = (
        (right - left, 0.0, 0.0, top - bottom, left, bottom),
        (wide, 0.0, 0.0, high, x, y),
    )
    return same_place(given, wanted, (0.0, 0.0, 1.0, 1.0))


def _document(
    dots: Image.Image | None, jpeg: bytes, matrix: Matrix, paper: tuple[float, float]
) -> Any:
    """One page with the picture."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(*paper)
    item = raw.FPDFPageObj_NewImageObj(document)
    if dots is None:
        _load(item, jpeg)
    else:
        bitmap = pdfium.PdfBitmap.from_pil(dots.convert("RGB"))
        raw.FPDFImageObj_SetBitmap(None, 0, item, bitmap)
    raw.FPDFPageObj_SetMatrix(item, raw.FS_MATRIX(*matrix))
    raw.FPDFPage_InsertObject(page, item)
    raw.FPDFPage_GenerateContent(page)
    page.close()
    return document


def _load(item: Any, jpeg: bytes) -> None:
    def block(_: Any, start: int, target: Any, size: int) -> int:
        ctypes.memmove(target, jpeg[start : start + size], size)
        return 1

    access = raw.FPDF_FILEACCESS()
    access.m_FileLen = len(jpeg)
    access.m_GetBlock = type(access.m_GetBlock)(block)
    raw.FPDFImageObj_LoadJpegFileInline(None, 0, item, access)


# --- dots ---


def _same_dots(item: Any, dots: Image.Image, *, recoded: bool) -> bool:
    """Whether the bundle's picture has the dots of the file, each of them; of one stored anew as
    JPEG, to what that loses."""
    stored = _bitmap(item)
    wanted = np.asarray(dots.convert("RGB"))
    if stored is None or stored.shape != wanted.shape:
        return False
    if not recoded:
        return bool(np.array_equal(stored, wanted))
    return not any(_apart(one, other) for one, other in _strips(stored, wanted))


def _coded_alike(item: Any, data: bytes) -> bool:
    """Whether a JPEG stands in the bundle as it is in the file but for what cameras write beside
    the picture."""
    stored = _picture_data(_raw(item)) if _filters(item) == ["DCTDecode"] else b""
    return bool(stored) and stored == _picture_data(data)


def _raw(item: Any) -> bytes:
    """The data of a picture as it stands in the file."""
    size = raw.FPDFImageObj_GetImageDataRaw(item, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFImageObj_GetImageDataRaw(item, buffer, size)
    return buffer.raw


def _filters(item: Any) -> list[str]:
    return [_filter(item, place) for place in range(raw.FPDFImageObj_GetImageFilterCount(item))]


def _filter(item: Any, place: int) -> str:
    buffer = ctypes.create_string_buffer(64)
    raw.FPDFImageObj_GetImageFilter(item, place, buffer, 64)
    return buffer.value.decode()


def _picture_data(jpeg: bytes) -> bytes:
    """A hash of the segments of a JPEG that decide its dots: all but comments and what
    applications write; b"" if it is none."""
    made, at = hashlib.sha256(), 2
    while jpeg.startswith(b"\xff\xd8") and at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            return made.digest()
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xDA:
            end = _end_of_scan(jpeg, end)
        if not (0xE0 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            made.update(jpeg[at:end])
        at = end
    return b""


def _end_of_scan(jpeg: bytes, at: int) -> int:
    while (at := jpeg.find(b"\xff", at)) >= 0:
        following = jpeg[at + 1 : at + 2]
        if following and following[0] not in (0x00, 0x01, 0xFF, *range(0xD0, 0xD8)):
            return at
        at += 1
    return len(jpeg)


def _bitmap(item: Any) -> pixel_difference.Pixels | None:
    """The dots of a picture of PDFium, red first."""
    handle = raw.FPDFImageObj_GetBitmap(item)
    if not handle:
        return None
    return np.array(
        pdfium.PdfBitmap.from_raw(handle).to_pil().convert("RGB")
    )  # frees what PDFium made


def _strips(
    one: pixel_difference.Pixels, other: pixel_difference.Pixels
) -> Iterator[tuple[pixel_difference.Pixels, pixel_difference.Pixels]]:
    for top in range(0, one.shape[0], _ROWS):
        yield one[top : top + _ROWS], other[top : top + _ROWS]


def _apart(one: pixel_difference.Pixels, other: pixel_difference.Pixels) -> bool:
    """Whether two strips of dots differ by more than JPEG does: it keeps the lightness of each
    dot, and softens colors."""
    if np.abs(one @ _LIGHTNESS - other @ _LIGHTNESS).max(initial=0) > _LIGHTER:
        return True
    return bool(pixel_difference.differing_near(one, other, _OTHER_COLOR).any())
