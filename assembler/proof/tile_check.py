"""Check pages that show several pictures: each is a client's picture, whole, upright, where the
ledger says, in order, with its number and caption under it, and nothing else is on the page.

The bundle's pages are compared with the PDF that was kept of them, as those of other printed files
are. Here that PDF is compared with the client's pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from assembler.model import Check, LedgerEntry, Manifest, TextMethod, Tile
from assembler.model.manifest import Transform
from assembler.pdf.opening import open_pdf_file
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import ClientFiles
from assembler.proof.page_characters import keep_letters_and_digits
from assembler.proof.picture_pages import is_same_picture, read_matrix
from assembler.proof.placement import Box, Matrix
from assembler.runtime.file_names import resolve_spelling
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_NAME = "tiles"
_NEAR = 0.05  # points that a place may differ by
_DPI = 100
_MOST_DIFFERENT = 12  # mean difference of gray levels of a picture, drawn by two programs
_PAPER = 250  # gray level above which there is no ink
_INK = 128
_CAPTION = 40.0  # points below a picture in which its caption is
_BETWEEN = 14.0  # points between the captions of neighbors
_EDGE = 2  # pixels around a picture that its blurred edge may take
_ERRORS = (pdfium.PdfiumError, OSError, ValueError, IndexError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A page with several pictures, the PDF kept of it, and the folder of the client's files."""

    entry: LedgerEntry
    kept: Path
    folder: Path
    columns: int


def show_tiles(entry: LedgerEntry) -> tuple[LedgerEntry, ...]:
    """Return an entry for each picture of a page, as if each had a page of its own; the entry
    itself for any other page."""
    if entry.source is None or not entry.source.tiles:
        return (entry,)
    return tuple(_show_tile(entry, tile) for tile in entry.source.tiles)


def _show_tile(entry: LedgerEntry, tile: Tile) -> LedgerEntry:
    source = replace(
        entry.client_source,
        path=tile.path,
        sha256=tile.sha256,
        page=tile.page,
        options="",
        tiles=(tile,),
    )
    transform = Transform(
        turned=tile.turned,
        placement=tile.placement,
        redrawn=False,
        background=tile.background,
    )
    # nothing but case.json turns a picture among others
    text = replace(entry.client_text, method=TextMethod.TEXT)
    return replace(entry, source=source, transform=transform, text=text)


def check_tiles(
    manifest: Manifest, files: ClientFiles | None, workshop: Workshop
) -> Iterator[Check]:
    """Yield one check for each exhibit with pages that show several pictures."""
    for exhibit in manifest.exhibits:
        entries = [
            entry
            for entry in manifest.ledger
            if entry.exhibit == exhibit.id and entry.source is not None
        ]
        tiled = [entry for entry in entries if entry.client_source.tiles]
        if not tiled:
            continue
        trouble = _find_ledger_trouble(manifest, exhibit.id, tiled)
        if not trouble and files is not None:
            trouble = _find_page_trouble(tiled, exhibit.layout, files, workshop)
        count = sum(len(entry.client_source.tiles) for entry in tiled)
        detail = (
            f"{count} pictures on {len(tiled)} pages are whole, in order and where they should be"
        )
        yield Check(name=_NAME, ok=not trouble, detail=trouble or detail, exhibit=exhibit.id)


def _find_ledger_trouble(manifest: Manifest, exhibit_id: str, tiled: Sequence[LedgerEntry]) -> str:
    """Return where numbers, captions or files of an exhibit's tiles are not those of the case."""
    exhibit = next(exhibit for exhibit in manifest.exhibits if exhibit.id == exhibit_id)
    if exhibit.layout is None:
        return "a page shows several pictures, and the exhibit has no layout"
    tiles = [tile for entry in tiled for tile in entry.client_source.tiles]
    if [tile.number for tile in tiles] != list(range(1, len(tiles) + 1)):
        return "the pictures are not numbered 1, 2, 3, …"
    for entry in tiled:
        if len(entry.client_source.tiles) > exhibit.layout.capacity:
            return f"page {entry.number} has more pictures than its layout"
        if order := _find_order_trouble(entry):
            return f"page {entry.number}: {order}"
    return ""


def _find_order_trouble(entry: LedgerEntry) -> str:
    """Return that pictures are not in reading order, or overlap."""
    boxes = [_make_box(tile) for tile in entry.client_source.tiles]
    for number, box in enumerate(boxes):
        if any(_is_overlapping(box, other) for other in boxes[:number]):
            return "two pictures overlap"
    for first, second in pairwise(boxes):
        is_beside = second[0] >= first[2] - _NEAR
        is_below = second[3] <= first[1] + _NEAR
        if not is_beside and not is_below:
            return "the pictures are not in order"
    return ""


def _make_box(tile: Tile) -> Box:
    x, y, width, height = tile.placement
    return (x, y, x + width, y + height)


def _is_overlapping(first: Box, second: Box) -> bool:
    return (
        first[0] < second[2] - _NEAR
        and second[0] < first[2] - _NEAR
        and first[1] < second[3] - _NEAR
        and second[1] < first[3] - _NEAR
    )


def _find_page_trouble(
    tiled: Sequence[LedgerEntry], layout: Any, files: ClientFiles, workshop: Workshop
) -> str:
    jobs = []
    for entry in tiled:
        kept = files.conversions.get(entry.client_source.key)
        if kept is None:
            return f"the pages with the pictures of page {entry.number} are not kept"
        jobs.append(Job(entry=entry, kept=kept, folder=files.folder, columns=layout.columns))
    for job, result in zip(jobs, workshop.map(find_trouble, jobs), strict=True):
        if isinstance(result, Failure):
            return f"page {job.entry.number} cannot be compared with its pictures"
        if result:
            return f"page {job.entry.number}: {result}"
    return ""


def find_trouble(job: Job) -> str:
    """Return what of a page is not as its pictures and the ledger say; "" if all is well; in a
    worker."""
    try:
        document = open_pdf_file(job.kept)
    except _ERRORS:
        return "the PDF kept of it does not open"
    try:
        page = document[job.entry.client_source.page - 1]
        return (
            _find_object_trouble(page, job)
            or _find_drawing_trouble(page, job)
            or _find_caption_trouble(page, job)
        )
    except _ERRORS:
        return "one of its pictures does not open"
    finally:
        document.close()


def _find_object_trouble(page: Any, job: Job) -> str:
    """Return that the page has other objects than its pictures and letters, or that a picture has
    other data than the client's, or another place than the ledger says."""
    count = raw.FPDFPage_CountObjects(page)
    items = [raw.FPDFPage_GetObject(page, place) for place in range(count)]
    kinds = [raw.FPDFPageObj_GetType(item) for item in items]
    if any(kind not in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_TEXT) for kind in kinds):
        return "something other than pictures and captions is on it"
    if raw.FPDFPage_GetAnnotCount(page) or raw.FPDFPage_GetRotation(page):
        return "it has comments, or is turned"
    images = [
        item for item, kind in zip(items, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_IMAGE
    ]
    shown = show_tiles(job.entry)
    if len(images) != len(shown):
        return f"it shows {len(images)} pictures, and the ledger names {len(shown)}"
    for number, (item, entry) in enumerate(zip(images, shown, strict=True), 1):
        album, data = _open_picture(job.folder, entry)
        try:
            rotation = album.find_stored_rotation(entry) + entry.turned
            if not _is_placed(read_matrix(item), entry.client_transform.placement, rotation):
                return f"picture {number} of it is not where the ledger says"
            if not is_same_picture(item, album, data, entry):
                return f"picture {number} of it is not that of {entry.client_source.path}"
        finally:
            album.close()
    return ""


def _open_picture(folder: Path, entry: LedgerEntry) -> tuple[PictureFile, bytes]:
    data = (folder / resolve_spelling(folder, entry.client_source.path)).read_bytes()
    return PictureFile(data), data


def _is_placed(
    matrix: Matrix, place: tuple[float, float, float, float] | None, clockwise: int
) -> bool:
    """Return whether a matrix puts the corners of a picture where the ledger says, turned."""
    if place is None:
        return False
    x, y, width, height = place
    corners = [(x, y), (x, y + height), (x + width, y + height), (x + width, y)]
    # a picture turned clockwise has its lower left corner where the upper left one was
    turns = clockwise // 90 % 4
    expected = [*corners[turns:], *corners[:turns]]
    a, b, c, d, e, f = matrix
    actual = [(e, f), (c + e, d + f), (a + c + e, b + d + f), (a + e, b + f)]
    return all(
        abs(actual_side - expected_side) <= _NEAR
        for pair in zip(actual, expected, strict=True)
        for actual_side, expected_side in zip(*pair, strict=True)
    )


def _find_drawing_trouble(page: Any, job: Job) -> str:
    """Return that a picture as drawn does not look like the client's, or that there is ink outside
    pictures and letters."""
    drawing = page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L")
    width, height = page.get_size()
    paper = np.array(drawing)
    for entry in show_tiles(job.entry):
        place = entry.client_transform.placement
        if place is None:
            return "a picture has no place"
        left, top, right, bottom = (
            round(side * _DPI / 72)
            for side in (
                place[0],
                height - place[1] - place[3],
                place[0] + place[2],
                height - place[1],
            )
        )
        album, _ = _open_picture(job.folder, entry)
        try:
            picture = album.draw_ledger_page(entry)
        finally:
            album.close()
        upright = picture.convert("L").rotate(-entry.turned, expand=True)
        wanted = upright.resize((right - left, bottom - top), Image.Resampling.BOX)
        actual = drawing.crop((left, top, right, bottom))
        difference = np.abs(np.asarray(wanted, np.float32) - np.asarray(actual, np.float32))
        if difference.size and difference.mean() > _MOST_DIFFERENT:
            return f"{entry.client_source.path} looks different on it"
        paper[max(0, top - _EDGE) : bottom + _EDGE, max(0, left - _EDGE) : right + _EDGE] = 255
    boxes = [_make_box(tile) for tile in job.entry.client_source.tiles]
    if any(min(box[:2]) < 0 or box[2] > width or box[3] > height for box in boxes):
        return "a picture is not wholly on it"
    for box in _list_letter_boxes(page):
        if any(_is_overlapping(box, other) for other in boxes):
            return "there are letters on a picture"
        left, top, right, bottom = _convert_to_pixels(box, height)
        paper[max(0, top) : bottom, max(0, left) : right] = 255
    return "there is ink outside its pictures and captions" if (paper < _PAPER).any() else ""


def _convert_to_pixels(box: Box, height: float) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom in pixels, with an edge."""
    left, bottom, right, top = (side * _DPI / 72 for side in box)
    across = height * _DPI / 72
    return (
        int(left) - _EDGE,
        int(across - top) - _EDGE,
        int(right) + _EDGE + 1,
        int(across - bottom) + _EDGE + 1,
    )


def _list_letter_boxes(page: Any) -> list[Box]:
    return [item.get_bounds() for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])]


def _find_caption_trouble(page: Any, job: Job) -> str:
    """Return that the number and caption of a picture are not visible below it, or that the page
    has other words."""
    drawing = np.array(page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L"))
    width, height = page.get_size()
    half = width / job.columns / 2 - _BETWEEN
    layer = page.get_textpage()
    try:
        total = 0
        for tile in job.entry.client_source.tiles:
            x, y, across, _ = tile.placement
            area = (x + across / 2 - half, y - _CAPTION, x + across / 2 + half, y + _NEAR)
            text = layer.get_text_bounded(*area)
            wanted = keep_letters_and_digits(tile.label)
            total += len(wanted)
            if sorted(keep_letters_and_digits(text)) != sorted(wanted):
                return f"the caption of picture {tile.number} is not below it"
            left, top, right, bottom = _convert_to_pixels(area, height)
            if not (drawing[max(0, top) : bottom, max(0, left) : right] < _INK).any():
                return f"the caption of picture {tile.number} cannot be seen"
        if len(keep_letters_and_digits(layer.get_text_bounded())) != total:
            return "it has other words than its captions"
    finally:
        layer.close()
    return ""


def list_grid_keys(manifest: Manifest) -> frozenset[str]:
    """Return the names of the pages that show several pictures; see `ClientFiles.grids`."""
    return frozenset(
        entry.client_source.key
        for entry in manifest.ledger
        if entry.source is not None and entry.client_source.tiles
    )


def find_mixed_keys(ledger: Sequence[LedgerEntry]) -> Mapping[str, int]:
    """Return the number of the first page that has the name of pages with several pictures, and
    none itself: it would be compared with a PDF that nothing else is compared with."""
    tiled = {
        entry.client_source.key
        for entry in ledger
        if entry.source is not None and entry.client_source.tiles
    }
    mixed: dict[str, int] = {}
    for entry in ledger:
        if entry.source is not None and not entry.client_source.tiles:
            key = entry.client_source.key
            if key in tiled:
                mixed.setdefault(key, entry.number)
    return mixed
