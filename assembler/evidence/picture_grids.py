"""Put several pictures on a page: upright, in rows, uncropped, each with its number and caption."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Name

from assembler.errors import ToolFailed
from assembler.evidence.annotations.lettering import Lettering, make_font_resource
from assembler.evidence.annotations.text_box import Area, set_block
from assembler.evidence.measured_pages import (
    MeasuredPage,
    convert_page_to_json,
    measure_pages,
    parse_page,
)
from assembler.model import GridLayout, Tile
from assembler.pdf.geometry import format_operands
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code

_PAGE = (612.0, 792.0)  # points
_MARGIN = 36.0  # points on each side
_GAP = 14.0  # points between cells
_CAPTION = 30.0  # points below each picture, for three lines
_NUMBER = 13.0  # points below each picture, where none of the page has a caption
_SIZE = 8.5  # points of the letters
_DIGITS = 16  # of a sha256, as of options of a printed file
_CENTERED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPicture:
    """A picture to place: page `index` of the normal PDF made of its file, whose picture takes
    `size` points there as displayed. `tile`: everything known of it but its place."""

    pdf: Path
    index: int
    size: tuple[float, float]
    orientation: int  # clockwise degrees by which the stored picture is displayed
    tile: Tile


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Pictures that follow each other in an exhibit, and how they are laid out."""

    layout: GridLayout
    pictures: tuple[GridPicture, ...]
    cache: Cache

    @property
    def digest(self) -> str:
        """Return a short name of everything that is shown."""
        shown = repr((self.layout.value, [picture.tile for picture in self.pictures]))
        return hashlib.sha256(shown.encode()).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedGrid:
    """Pages with several pictures. `plain`: the same pages without numbers and captions, of which
    words are recognized."""

    pdf: Path
    plain: Path
    pages: tuple[MeasuredPage, ...]
    tiles: tuple[tuple[Tile, ...], ...]  # by page


def compose_grid(job: Job) -> ComposedGrid:
    """Lay out pictures, in a worker. Raises ToolFailed if a caption does not fit."""
    key = [
        "grid",
        digest_code("evidence"),
        pikepdf.__version__,
        job.digest,
        *(f"{picture.index} {picture.size} {picture.orientation}" for picture in job.pictures),
    ]
    entry = job.cache.get_or_make(key, lambda folder: _make(job, folder))
    return ComposedGrid(
        pdf=entry / "normal.pdf",
        plain=entry / "plain.pdf",
        pages=tuple(
            parse_page(page) for page in json.loads((entry / "pages.json").read_text("utf8"))
        ),
        tiles=tuple(place_tiles(pictures, job.layout) for pictures in split_into_pages(job)),
    )


def split_into_pages(job: Job) -> Iterator[tuple[GridPicture, ...]]:
    """Yield the pictures of each page."""
    for start in range(0, len(job.pictures), job.layout.capacity):
        yield job.pictures[start : start + job.layout.capacity]


def place_tiles(pictures: Sequence[GridPicture], layout: GridLayout) -> tuple[Tile, ...]:
    """Return the tiles of a page with their places: from left to right, then from top to bottom,
    each as large as its cell allows."""
    caption = _measure_caption(pictures)
    width, height = _measure_cell(layout)
    tiles = []
    for number, picture in enumerate(pictures):
        row, column = divmod(number, layout.columns)
        left = _MARGIN + column * (width + _GAP)
        top = _PAGE[1] - _MARGIN - row * (height + _GAP)
        across, down = picture.size if picture.tile.turned % 180 == 0 else picture.size[::-1]
        scale = min(width / across, (height - caption) / down)
        box = (
            round(left + (width - across * scale) / 2, 3),
            round(top - down * scale, 3),
            round(across * scale, 3),
            round(down * scale, 3),
        )
        tiles.append(replace(picture.tile, placement=box))
    return tuple(tiles)


def _measure_cell(layout: GridLayout) -> tuple[float, float]:
    """Return width and height of the place of a picture with its caption, in points."""
    return (
        (_PAGE[0] - 2 * _MARGIN - (layout.columns - 1) * _GAP) / layout.columns,
        (_PAGE[1] - 2 * _MARGIN - (layout.rows - 1) * _GAP) / layout.rows,
    )


def _measure_caption(pictures: Sequence[GridPicture]) -> float:
    return _CAPTION if any(picture.tile.caption for picture in pictures) else _NUMBER


def _make(job: Job, folder: Path) -> None:
    """Fill a cache entry with normal.pdf, plain.pdf and pages.json."""
    job.cache.check_unchanged(picture.pdf for picture in job.pictures)
    (folder / "plain.pdf").write_bytes(_draw(job, has_captions=False))
    (folder / "normal.pdf").write_bytes(_draw(job, has_captions=True))
    measured = measure_pages(folder / "normal.pdf").pages
    pages = [
        # its text is only ours: what the pictures say is still to be recognized
        replace(page, has_text=False, words=0, dpi=_find_lowest_dpi(job, pictures), blank=False)
        for page, pictures in zip(measured, split_into_pages(job), strict=True)
    ]
    text = json.dumps([convert_page_to_json(page) for page in pages])
    (folder / "pages.json").write_text(text, encoding="utf8")


def _find_lowest_dpi(job: Job, pictures: Sequence[GridPicture]) -> float:
    """Return the resolution of the picture of a page that has the lowest."""
    lowest = []
    for picture, tile in zip(pictures, place_tiles(pictures, job.layout), strict=True):
        with pikepdf.open(picture.pdf) as source:
            image = _get_image(source.pages[picture.index])
            longest = max(int(image.Width), int(image.Height))
        lowest.append(longest / max(tile.placement[2:]) * 72)
    return min(lowest)


def _draw(job: Job, *, has_captions: bool) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as book:
        lettering = Lettering(book)
        for pictures in split_into_pages(job):
            page = book.add_blank_page(page_size=_PAGE)
            resources = make_font_resource(lettering) if has_captions else Dictionary()
            images, content = Dictionary(), []
            tiles = place_tiles(pictures, job.layout)
            for number, (picture, tile) in enumerate(zip(pictures, tiles, strict=True)):
                images[f"/Im{number}"] = _copy_image(book, picture)
                matrix = _make_matrix(tile.placement, picture.orientation + tile.turned)
                content.append(b"q %s cm /Im%d Do Q\n" % (format_operands(matrix), number))
            if has_captions:
                height = _measure_caption(pictures)
                width, _ = _measure_cell(job.layout)
                content += [_set_caption(tile, width, height, lettering) for tile in tiles]
            resources.XObject = images
            page.Resources = resources
            page.Contents = book.make_stream(b"".join(content))
        if has_captions:
            lettering.finish()
        book.save(out, deterministic_id=True)
    return out.getvalue()


def _copy_image(book: pikepdf.Pdf, picture: GridPicture) -> Any:
    with pikepdf.open(picture.pdf) as source:
        return book.copy_foreign(_get_image(source.pages[picture.index]))


def _get_image(page: pikepdf.Page) -> Any:
    images = [item for item in page.Resources.XObject.values() if item.Subtype == Name.Image]
    if len(images) != 1:
        raise ToolFailed("the page of a picture does not have one picture", where="picture grid")
    return images[0]


def _make_matrix(box: tuple[float, float, float, float], clockwise: int) -> Matrix:
    """Return the matrix that draws a stored picture in a box, turned clockwise."""
    x, y, width, height = box
    return {
        0: Matrix(width, 0, 0, height, x, y),
        90: Matrix(0, -height, width, 0, x, y + height),
        180: Matrix(-width, 0, 0, -height, x + width, y + height),
        270: Matrix(0, height, -width, 0, x + width, y),
    }[clockwise % 360]


def _set_caption(tile: Tile, width: float, height: float, lettering: Lettering) -> bytes:
    """Return operators that draw the number and caption below a picture."""
    x, y, across, _ = tile.placement
    area = Area(
        left=x + (across - width) / 2,
        bottom=y - height,
        width=width,
        height=height - 2,
        size=_SIZE,
        quadding=_CENTERED,
    )
    setting = set_block(tile.label, area, lettering)
    if not setting.fits:
        raise ToolFailed(
            "a caption is too long for its place",
            where=tile.path,
            remedy="shorten `caption` in case.json",
        )
    return setting.data
