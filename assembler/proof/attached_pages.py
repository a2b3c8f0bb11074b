"""Check that files within a printed file have all their pages, and that these look like theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageOps

from assembler.model import Passage, PassageKind
from assembler.pdf.picture_files import PictureFile
from assembler.proof.file_contents import AttachedContents

# both pages are drawn this small, in gray: what is compared is that it is the same page. Words are
# compared by the text of the pages, and lines that are thinner than a pixel may differ.
_SIDE = 64  # pixels
_MOST_DIFFERENT = 24  # mean difference of gray levels, 0..255, after the margins are cut off
_HEAD = 1024
_PICTURE_ERRORS = (OSError, ValueError, IndexError)


def find_attachment_trouble(
    attached: Sequence[AttachedContents],
    passages: Sequence[Sequence[Passage]],
    pages: Sequence[tuple[Path, int]],
    *,
    is_whole: bool,
) -> str:
    """Return which page of an attached file is missing or looks different; "" if all is well.

    Args:
        passages: by page, what the ledger says it shows.
        pages: these pages as they were printed, without stamps: file, and index in it.
        is_whole: all pages of the file are there, so that every page of an attachment must be.
    """
    places = _find_places(passages)
    for entry in attached:
        name = f"attachment {'.'.join(map(str, entry.attachment))}"
        drawn = _draw_pages(entry.data)
        if drawn is None:
            continue  # it does not open, so that a page says that it cannot be shown
        for number, picture in enumerate(drawn, 1):
            indexes = places.get((entry.attachment, number), [])
            if not indexes and is_whole:
                return f"page {number} of {name} is on no page"
            # a long picture is cut into several pages, none of which looks like the whole
            if len(indexes) == 1 and not _is_alike(picture, _draw_place(pages[indexes[0]])):
                return f"page {number} of {name} does not look like the attachment"
    return ""


def has_own_pages(data: bytes) -> bool:
    """Return whether a file is a PDF or a picture."""
    if b"%PDF-" in data[:_HEAD]:
        return True
    try:
        return len(PictureFile(data)) > 0
    except _PICTURE_ERRORS:
        return False


def _find_places(
    passages: Sequence[Sequence[Passage]],
) -> Mapping[tuple[tuple[int, ...], int], list[int]]:
    """Return the indexes of the pages that show each page of each attachment."""
    places: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for index, page in enumerate(passages):
        for passage in page:
            if passage.kind is PassageKind.PAGE:
                for number in range(passage.first, passage.last + 1):
                    places.setdefault((passage.attachment, number), []).append(index)
    return places


def _draw_pages(data: bytes) -> list[Image.Image] | None:
    """Return small pictures of the pages of a PDF or picture; None if it does not open."""
    if b"%PDF-" not in data[:_HEAD]:
        try:
            opened = PictureFile(data)
            return [opened.page(number + 1).convert("L") for number in range(len(opened))]
        except _PICTURE_ERRORS:
            return None
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return None
    try:
        document.init_forms()
        return [_draw_page(document, index) for index in range(len(document))]
    finally:
        document.close()


def _draw_place(place: tuple[Path, int]) -> Image.Image:
    document = pdfium.PdfDocument(place[0])
    try:
        document.init_forms()
        return _draw_page(document, place[1])
    finally:
        document.close()


def _draw_page(document: Any, index: int) -> Image.Image:
    page = document[index]
    try:
        scale = 4 * _SIDE / max(page.get_size())
        picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
        return picture
    finally:
        page.close()


def _is_alike(first: Image.Image, second: Image.Image) -> bool:
    """Return whether two pages show the same, wherever it is on them, and however it is turned."""
    wanted = _crop_content(first)
    differences = (
        float(np.abs(wanted - _crop_content(second.rotate(angle, expand=True))).mean())
        for angle in (0, 90, 180, 270)
    )
    return min(differences) <= _MOST_DIFFERENT


def _crop_content(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the part of a page that is not white, at one size."""
    box = ImageOps.invert(picture).point(lambda level: 255 if level > 24 else 0).getbbox()
    content = picture.crop(box) if box else picture
    return np.asarray(content.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)
