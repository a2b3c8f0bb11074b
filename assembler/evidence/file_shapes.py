"""Describe a file by its shape, for a bug report: kind, size, pages; no name, no content."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pillow_heif
import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from assembler.evidence.file_types import sniff
from assembler.evidence.readers import picture

_MAX_PAGES = 1_000
_DEEP = 3  # levels of form XObjects in which pictures are searched for
_MAX_BYTES = 500_000_000
_BITS = {"1": 1, "L": 8, "P": 8, "LA": 16, "I;16": 16, "I": 32, "F": 32, "RGB": 24, "YCbCr": 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageShape:
    """A page, and how many like it the file has. Points are whole, pixels to ten. `dpi`, to ten,
    and `bits` (of a pixel) are those of its finest picture; 0 = none, or the file does not say."""

    width: int
    height: int
    unit: str  # "pt" or "px"
    dpi: int
    bits: int
    has_text: bool
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """A file. `trouble`: class of the exception that ended reading its pages."""

    kind: str
    kilobytes: int  # to two digits
    page_count: int = 0
    pages: tuple[PageShape, ...] = ()  # of the first 1,000
    trouble: str = ""


def describe_file(path: Path) -> FileShape:
    """Return the shape of a file. Runs in a worker, as everything that opens a stranger's file."""
    size = path.stat().st_size
    kilobytes = round_size(size)
    if size > _MAX_BYTES:
        return FileShape(kind="too large to look at", kilobytes=kilobytes)
    data = path.read_bytes()
    kind = sniff(data)
    try:
        if kind == "pdf":
            count, pages = _describe_pdf(data)
        elif kind in picture.KINDS:
            count, pages = _describe_picture(data)
        else:
            return FileShape(kind=kind, kilobytes=kilobytes)
    # parsers of bad files raise anything, and the class is what a report wants to know
    except Exception as error:  # noqa: BLE001
        return FileShape(kind=kind, kilobytes=kilobytes, trouble=type(error).__name__)
    groups = tuple(replace(page, count=number) for page, number in Counter(pages).items())
    return FileShape(kind=kind, kilobytes=kilobytes, page_count=count, pages=groups)


def round_size(size: int) -> int:
    """Return a size in kilobytes, to two digits: an exact size can identify the file."""
    kilobytes = max(1, round(size / 1_000))
    step = 10 ** max(0, math.floor(math.log10(kilobytes)) - 1)
    return int(round(kilobytes / step) * step)


def _describe_pdf(data: bytes) -> tuple[int, list[PageShape]]:
    document = pdfium.PdfDocument(data)
    try:
        pages = [_describe_page(document[n]) for n in range(min(len(document), _MAX_PAGES))]
        return len(document), pages
    finally:
        document.close()


def _describe_page(page: pdfium.PdfPage) -> PageShape:
    width, height = page.get_size()
    pictures = list(_list_pictures(page))
    text = page.get_textpage()
    try:
        has_text = text.count_chars() > 0
    finally:
        text.close()
    return PageShape(
        width=round(width),
        height=round(height),
        unit="pt",
        dpi=max((dpi for dpi, _ in pictures), default=0),
        bits=max((bits for _, bits in pictures), default=0),
        has_text=has_text,
    )


def _list_pictures(page: pdfium.PdfPage) -> Iterator[tuple[int, int]]:
    """Yield the resolution of each picture of a page, to ten dpi, and the bits of its pixels."""
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEP):
        facts = image.get_metadata()
        yield _round_dpi(max(facts.horizontal_dpi, facts.vertical_dpi)), facts.bits_per_pixel


def _round_dpi(dpi: float) -> int:
    return round(dpi / 10) * 10 if math.isfinite(dpi) else 0


def _describe_picture(data: bytes) -> tuple[int, list[PageShape]]:
    pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(data)) as opened:
        count = int(getattr(opened, "n_frames", 1))
        pages = []
        for frame in range(min(count, _MAX_PAGES)):
            opened.seek(frame)
            across = opened.info.get("dpi", (0, 0))[0]
            pages.append(
                PageShape(
                    width=round(opened.width / 10) * 10,
                    height=round(opened.height / 10) * 10,
                    unit="px",
                    dpi=_round_dpi(float(across)),
                    bits=_BITS.get(opened.mode, 32),
                    has_text=False,
                )
            )
        return count, pages
