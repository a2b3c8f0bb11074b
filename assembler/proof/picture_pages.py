"""Build the page that the bundle must have for a picture file: the picture, decoded independently,
placed as the ledger records.

The pixels come from the client's file, decoded by PDFium itself where the file is a JPEG whose
colors need no profile, else by Pillow. The place of the bundle's picture is read from the bundle
and compared with the ledger; the picture is then drawn with the same numbers, to the last bit.
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
from assembler.proof.placement import Frame, Matrix, Placement, is_same_place, transform_box
from assembler.proof.source_drawing import Source

_LIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
# levels of a pixel's lightness: JPEG of quality 90 changes 28 at hard edges of full colors, 20
# elsewhere
_MAX_LIGHTNESS_CHANGE = 40
_MAX_COLOR_CHANGE = 80  # levels of blurred colors: JPEG stores color at half the resolution
_MAX_FORMS = 2  # nested forms that may hold the picture: a page that is drawn smaller has one
_ROWS = 512  # rows of pixels compared at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a page of the bundle cannot be the picture, as text to follow "page 5: "."""

    trouble: str


def draw_picture_source(
    page: Any, album: PictureFile, data: bytes, entry: LedgerEntry, placement: Placement
) -> Source | Fault:
    """Return a page with only the picture, to be compared with the bundle's page.

    Raises IndexError or OSError.
    """
    picture_and_matrix = _find_picture(page)
    if picture_and_matrix is None:
        return Fault(trouble="it is not a page with one picture")
    item, matrix = picture_and_matrix
    rotation = album.find_stored_rotation(entry)
    paper = _find_paper(placement, rotation)
    place = entry.client_transform.placement
    frame = Frame(box=(0.0, 0.0, *paper), turned=rotation)
    if place is None or not _is_placed(matrix, place, frame):
        return Fault(trouble="its picture is not where the ledger says")
    content = _rebuild_picture(item, album, data, entry, placement)
    if content is None:
        return Fault(trouble="its picture is not that of its source")
    document = _make_document(*content, matrix, paper)
    rotated = document[0]
    raw.FPDFPage_SetRotation(rotated, rotation // 90)
    rotated.close()
    a, _, _, d, e, f = matrix
    return Source(document=document, index=0, pictures=((e, f, e + a, f + d),))


def _rebuild_picture(
    item: Any, album: PictureFile, data: bytes, entry: LedgerEntry, placement: Placement
) -> tuple[Image.Image | None, bytes] | None:
    """Return the picture as pixels or as a JPEG if the bundle's picture is the same; None if it is
    not.

    A picture that was coded anew as JPEG is drawn from the bundle's own data: its pixels were
    compared one by one, so the rest of the page can be compared exactly. One that was drawn again
    for a receiver's limits, or in gray, is compared as drawn.
    """
    is_cut = bool(entry.client_transform.crop)  # a strip keeps every decoded pixel
    is_recoded = album.is_recoded and not is_cut
    jpeg = b"" if is_cut or is_recoded or not album.is_jpeg else data
    if not placement.lossless or placement.gray:
        can_use_jpeg = jpeg and not album.has_profile
        return (None, jpeg) if can_use_jpeg else (album.read_stored_pixels(entry), b"")
    if jpeg and _has_same_coding(item, jpeg):
        return (album.read_stored_pixels(entry), b"") if album.has_profile else (None, jpeg)
    # not earlier: decoding a large photo twice takes much memory
    pixels = album.read_stored_pixels(entry)
    if not _has_same_pixels(item, pixels, recoded=is_recoded):
        return None
    is_coded = (is_recoded or (jpeg and not album.has_profile)) and (
        _list_filters(item) == ["DCTDecode"]
    )
    return (None, _read_raw_data(item)) if is_coded else (pixels, b"")


def _find_picture(page: Any) -> tuple[Any, Matrix] | None:
    """Return the only picture of a page, and its matrix where it is drawn; None if there is not
    exactly one.

    A page that is drawn smaller has one form around its picture.
    """
    count = raw.FPDFPage_CountObjects(page)
    items = [raw.FPDFPage_GetObject(page, place) for place in range(count)]
    for _ in range(_MAX_FORMS):
        images = [item for item in items if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE]
        if images:
            return (images[0], read_matrix(images[0])) if len(images) == 1 else None
        forms = [item for item in items if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM]
        if not forms:
            return None
        items = [
            raw.FPDFFormObj_GetObject(forms[0], place)
            for place in range(raw.FPDFFormObj_CountObjects(forms[0]))
        ]
    return None


def is_same_picture(item: Any, album: PictureFile, data: bytes, entry: LedgerEntry) -> bool:
    """Return whether a picture of a PDF is the one a ledger entry names: a JPEG unchanged, any
    other pixel by pixel, or within what JPEG loses where it had to be stored anew.

    Raises IndexError or OSError.
    """
    album.find_stored_rotation(entry)  # turns to the page
    jpeg = data if album.is_jpeg and not album.is_recoded else b""
    if jpeg and _has_same_coding(item, jpeg):
        return True
    is_recoded = album.is_recoded
    return _has_same_pixels(item, album.read_stored_pixels(entry), recoded=is_recoded)


def read_matrix(item: Any) -> Matrix:
    """Return the matrix of a page object."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _find_paper(placement: Placement, rotation: int) -> tuple[float, float]:
    """Return the page's width and height in its own coordinates, turned as the camera recorded and
    then as recognition turned it."""
    width, height = placement.source_size
    return (height, width) if (rotation + placement.turned) % 180 else (width, height)


def _is_placed(matrix: Matrix, place: tuple[float, float, float, float], frame: Frame) -> bool:
    a, b, c, d, e, f = matrix
    if b or c or a <= 0 or d <= 0:
        return False
    left, bottom, right, top = transform_box(frame.shown, (e, f, e + a, f + d))
    x, y, width, height = place
    actual, expected = (
        (right - left, 0.0, 0.0, top - bottom, left, bottom),
        (width, 0.0, 0.0, height, x, y),
    )
    return is_same_place(actual, expected, (0.0, 0.0, 1.0, 1.0))


def _make_document(
    pixels: Image.Image | None, jpeg: bytes, matrix: Matrix, paper: tuple[float, float]
) -> Any:
    """Return a document of one page with the picture."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(*paper)
    item = raw.FPDFPageObj_NewImageObj(document)
    if pixels is None:
        _load(item, jpeg)
    else:
        bitmap = pdfium.PdfBitmap.from_pil(
            pixels if pixels.mode == "RGB" else pixels.convert("RGB")
        )
        raw.FPDFImageObj_SetBitmap(None, 0, item, bitmap)
    raw.FPDFPageObj_SetMatrix(item, raw.FS_MATRIX(*matrix))
    raw.FPDFPage_InsertObject(page, item)
    raw.FPDFPage_GenerateContent(page)
    page.close()
    return document


def _load(item: Any, jpeg: bytes) -> None:
    def copy_block(_: Any, start: int, target: Any, size: int) -> int:
        ctypes.memmove(target, jpeg[start : start + size], size)
        return 1

    access = raw.FPDF_FILEACCESS()
    access.m_FileLen = len(jpeg)
    access.m_GetBlock = type(access.m_GetBlock)(copy_block)
    raw.FPDFImageObj_LoadJpegFileInline(None, 0, item, access)


# --- pixels ---


def _has_same_pixels(item: Any, pixels: Image.Image, *, recoded: bool) -> bool:
    """Return whether the bundle's picture has the pixels of the file, within what JPEG loses if it
    was reencoded."""
    handle = raw.FPDFImageObj_GetBitmap(item)
    if not handle:
        return False
    stored = pdfium.PdfBitmap.from_raw(handle)
    try:
        if (stored.width, stored.height) != pixels.size:
            return False
        return all(
            np.array_equal(*strip) or (recoded and not _is_different(*strip))
            for strip in _cut_into_strips(stored, pixels)
        )
    finally:
        stored.close()


def _has_same_coding(item: Any, data: bytes) -> bool:
    """Return whether the bundle has a JPEG's data unchanged, except for what cameras write beside
    the picture."""
    stored = _digest_jpeg(_read_raw_data(item)) if _list_filters(item) == ["DCTDecode"] else b""
    return bool(stored) and stored == _digest_jpeg(data)


def _read_raw_data(item: Any) -> bytes:
    """Return the data of a picture as it is in the file."""
    size = raw.FPDFImageObj_GetImageDataRaw(item, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFImageObj_GetImageDataRaw(item, buffer, size)
    return buffer.raw


def _list_filters(item: Any) -> list[str]:
    return [
        _read_filter(item, place) for place in range(raw.FPDFImageObj_GetImageFilterCount(item))
    ]


def _read_filter(item: Any, place: int) -> str:
    buffer = ctypes.create_string_buffer(64)
    raw.FPDFImageObj_GetImageFilter(item, place, buffer, 64)
    return buffer.value.decode()


def _digest_jpeg(jpeg: bytes) -> bytes:
    """Return a hash of the JPEG segments that decide its pixels, without comments and application
    data; b"" if it is not a JPEG."""
    digest, start = hashlib.sha256(), 2
    while jpeg.startswith(b"\xff\xd8") and start + 4 <= len(jpeg) and jpeg[start] == 0xFF:
        marker = jpeg[start + 1]
        if marker == 0xFF:
            start += 1
            continue
        if marker == 0xD9:
            return digest.digest()
        end = start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")
        if marker == 0xDA:
            end = _end_of_scan(jpeg, end)
        if not (0xE0 <= marker <= 0xED or marker in (0xEF, 0xFE)):
            digest.update(jpeg[start:end])
        start = end
    return b""


def _end_of_scan(jpeg: bytes, start: int) -> int:
    while (start := jpeg.find(b"\xff", start)) >= 0:
        following = jpeg[start + 1 : start + 2]
        if following and following[0] not in (0x00, 0x01, 0xFF, *range(0xD0, 0xD8)):
            return start
        start += 1
    return len(jpeg)


def _cut_into_strips(
    stored: Any, expected: Image.Image
) -> Iterator[tuple[pixel_difference.Pixels, pixel_difference.Pixels]]:
    """Yield the rows of a PDFium bitmap and of a picture, some at a time, as red, green and blue;
    all of a large photograph at once would take much memory."""
    rows = stored.to_numpy()
    for top in range(0, expected.height, _ROWS):
        part = rows[top : top + _ROWS]
        wanted = expected.crop((0, top, expected.width, min(top + _ROWS, expected.height)))
        yield (
            np.repeat(part[:, :, None], 3, axis=2) if part.ndim == 2 else part[:, :, 2::-1],
            np.asarray(wanted.convert("RGB")),
        )


def _is_different(stored: pixel_difference.Pixels, expected: pixel_difference.Pixels) -> bool:
    """Return whether two strips of pixels differ by more than JPEG changes: it keeps the lightness
    of each pixel, and blurs colors."""
    if np.abs(stored @ _LIGHTNESS - expected @ _LIGHTNESS).max(initial=0) > _MAX_LIGHTNESS_CHANGE:
        return True
    return bool(pixel_difference.find_differing_near(stored, expected, _MAX_COLOR_CHANGE).any())
