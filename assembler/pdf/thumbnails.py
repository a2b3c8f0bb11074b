"""Make small pictures of a bundle's pages and their sources for a person; drawn once, cached by
content.

The proof draws each page of a bundle and its source anyway, so it leaves these behind; `review`
draws what the proof did not. Both give the same bytes, since the result of a build must not depend
on what a cache holds.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from assembler.model import Fingerprint, LedgerEntry
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import Sources
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code
from assembler.runtime.machine_failures import raise_if_machine_failed

DPI = 96  # of a sheet, for the person and for the proof
# points of the longer side, slightly more than Tabloid: a larger page is drawn only as large as it
# is displayed
_MAX_SHEET = 1_300.0
_BATCH = 12  # pages of one exhibit drawn together, since neighbors share a source


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStyle:
    """Sizes and encoding of the pictures of a page and of its source, both equally sharp.

    `widths`: pixels, the sharpest first; a page takes the first with which it fits `most`.
    `most`: characters of both pictures together; a source that is drawn like its page counts once.
    """

    widths: tuple[int, ...]
    most: int
    format: str  # "JPEG" is drawn in half the time, "WEBP" is half as large
    quality: int
    has_sources: bool = True

    @property
    def width(self) -> int:
        """Return the width of the sharpest picture, in pixels."""
        return self.widths[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page and its source as data: URLs; "" where there is none. `bare`: the page without its
    stamp."""

    page: str
    source: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailOrder:
    """Pictures of pages that are drawn anyway, to be left in the cache."""

    key: tuple[str, ...]
    style: PictureStyle
    cache: Cache


SHEET_WIDTH = 816  # pixels of a Letter page at DPI
# (packet pages up to which a style is used, style); 1,000 pages stay below 25 MB
_STYLES = (
    (120, PictureStyle(widths=(1224, 816), most=220_000, format="JPEG", quality=40)),
    (200, PictureStyle(widths=(816, 640), most=110_000, format="JPEG", quality=40)),
    (400, PictureStyle(widths=(816, 640, 500), most=58_000, format="WEBP", quality=30)),
    (1200, PictureStyle(widths=(680, 560, 440, 340, 260), most=21_000, format="WEBP", quality=20)),
)
_SMALLEST = PictureStyle(widths=(280,), most=20_000, format="WEBP", quality=20, has_sources=False)


def choose_style(pages: int) -> PictureStyle:
    """Return the picture style for a packet of this many pages."""
    return next((style for limit, style in _STYLES if pages <= limit), _SMALLEST)


def is_drawn_by_proof(style: PictureStyle) -> bool:
    """Return whether the proof, which draws sheets at DPI, draws pages as sharp as a style has
    them."""
    return style.width <= SHEET_WIDTH


def split_ledger(ledger: Sequence[LedgerEntry]) -> Iterator[tuple[LedgerEntry, ...]]:
    """Split the pages of one bundle file into batches of one exhibit, so that batches stay the same
    when pages are inserted elsewhere."""
    for _, run in groupby(ledger, key=lambda entry: (entry.exhibit, entry.source is not None)):
        entries = tuple(run)
        yield from (entries[start : start + _BATCH] for start in range(0, len(entries), _BATCH))


def make_thumbnail_key(
    entries: Sequence[LedgerEntry],
    prints: Sequence[Fingerprint],
    style: PictureStyle,
    *,
    sources: bool,
) -> tuple[str, ...]:
    """Return the cache key of these pages' pictures; () if the content of a page is not known.

    `prints`: fingerprints of every page of the bundle. `sources`: whether the client's files are
    available.
    """
    expected = (
        [(prints[entry.number - 1], bool(entry.stamp)) for entry in entries] if prints else []
    )
    if not expected or not all(
        print_.digest and print_.stamped == stamped for print_, stamped in expected
    ):
        return ()
    pages = (part for print_, stamped in expected for part in (print_.digest, str(stamped)))
    return ("pictures", *pages, *list_thumbnail_versions(entries, style, sources=sources))


def list_thumbnail_versions(
    entries: Sequence[LedgerEntry], style: PictureStyle, *, sources: bool
) -> tuple[str, ...]:
    """Return the parts of the cache key that are not page content."""
    files = (json.dumps(asdict(entry.source), sort_keys=True) for entry in entries if entry.source)
    return (digest_code("pdf"), *files, repr(style), str(sources), f"pdfium {pdfium.PYPDFIUM_INFO}")


def is_sheet(size: Sequence[float]) -> bool:
    """Return whether a page of this width and height, in points, is drawn at DPI."""
    return max(size) <= _MAX_SHEET


def draw_sheet(page: Any) -> Image.Image:
    """Render a PDFium page in color at DPI."""
    picture: Image.Image = page.render(scale=DPI / 72, may_draw_forms=True).to_pil()
    return picture


def draw_page(page: Any, width: int) -> Image.Image:
    """Render a PDFium page in color: a sheet at DPI, a larger page, or one that is to be sharper
    than that, `width` pixels wide."""
    if is_sheet(page.get_size()) and width <= SHEET_WIDTH:
        return draw_sheet(page)
    picture: Image.Image = page.render(scale=width / page.get_width(), may_draw_forms=True).to_pil()
    return picture


def make_picture(
    page: Image.Image, source: Image.Image | None, style: PictureStyle, *, bare: bool
) -> Picture:
    """Encode a page from `draw_page`, and its source, as sharp as the style's limit allows."""
    for width in style.widths:
        picture = Picture(
            page=_encode_picture(page, width, style),
            source=_encode_picture(source, width, style) if source and style.has_sources else "",
            bare=bare,
        )
        is_source_alike = picture.source == picture.page
        if len(picture.page) + (0 if is_source_alike else len(picture.source)) <= style.most:
            break
    return picture


def draw_source(
    entry: LedgerEntry, sources: Sources | None, style: PictureStyle
) -> Image.Image | None:
    """Render the client's page as a viewer shows it; None for our own pages, for files
    without pages of their own, and for pages that show several of the client's. Raises
    ToolFailed if the machine cannot read it."""
    if sources is None or entry.source is None or not style.has_sources or entry.source.tiles:
        return None
    try:
        if sources.is_converted(entry.source.key):
            return None  # a picture of our own conversion would show nothing of the file
        source = sources.open(entry.source.key)
        if isinstance(source, PictureFile):
            return source.draw_ledger_page(entry, style.width)
    except (OSError, ValueError, IndexError) as error:
        raise_if_machine_failed(error)
        return None
    return draw_page(source[entry.source.page - 1], style.width)


def write_pictures(folder: Path, pictures: Sequence[Picture]) -> None:
    """Write pictures into a cache entry."""
    text = json.dumps([asdict(picture) for picture in pictures])
    (folder / "pictures.json").write_text(text, encoding="utf8")


def read_pictures(folder: Path) -> tuple[Picture, ...]:
    """Read what `write_pictures` wrote."""
    text = (folder / "pictures.json").read_text(encoding="utf8")
    return tuple(Picture(**fields) for fields in json.loads(text))


def _encode_picture(picture: Image.Image, width: int, style: PictureStyle) -> str:
    """Encode a picture as a data: URL, at most `width` wide and four times as high."""
    small = picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
    small.thumbnail((width, 4 * width), Image.Resampling.BILINEAR, reducing_gap=1.0)
    out = io.BytesIO()
    options = {"method": 0} if style.format == "WEBP" else {}
    small.save(out, style.format, quality=style.quality, **options)
    return f"data:image/{style.format.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"
