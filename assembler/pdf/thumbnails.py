"""Small pictures of a bundle's pages and of their sources, for a person to look at: drawn once,
cached by content.

The proof draws each page of a bundle and its source in any case, so it leaves these behind; what it
did not draw, `review` draws. Both ways give the same bytes, since the result of a build must not
depend on what a cache holds.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from assembler.model import Fingerprint
from assembler.pdf.picture_files import Album
from assembler.pdf.source_files import Sources
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest

DPI = 96  # at which a sheet is drawn, for the person and for the proof
# points of the longer side, a little more than Tabloid: what is larger is drawn no larger than it
# is shown
_SHEET = 1_300.0
_PIECE = 12  # pages of one exhibit that are drawn together: neighbors, since they share a source
Entry = Mapping[str, Any]  # of the manifest's ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How large pictures are at most: widths in pixels; 0 = no picture of the source."""

    width: int
    source: int
    format: str  # "JPEG" is drawn in half the time, "WEBP" is half as large
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page, and what it was made from, as data: addresses; "" where there is none. `bare`: the
    page without its stamp."""

    page: str
    source: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Pictures of some pages that are drawn anyway, to be left in the cache."""

    key: tuple[str, ...]
    look: Look
    cache: Cache


# pages up to which a packet is drawn so; sizes are such that 1,000 pages stay below 25 MB
_LOOKS = (
    (150, Look(width=816, source=408, format="JPEG", quality=40)),
    (400, Look(width=640, source=300, format="WEBP", quality=30)),
    (1200, Look(width=440, source=200, format="WEBP", quality=20)),
)
_LEAST = Look(width=280, source=0, format="WEBP", quality=20)


def look_for(pages: int) -> Look:
    """How large the pictures of a packet of so many pages are."""
    return next((look for most, look in _LOOKS if pages <= most), _LEAST)


def pieces(ledger: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    """Pages of one file of a bundle, a few of one exhibit at a time, so that they stay together
    when others come between."""
    for _, run in groupby(ledger, key=lambda entry: (entry["exhibit"], "source" in entry)):
        entries = tuple(run)
        yield from (entries[start : start + _PIECE] for start in range(0, len(entries), _PIECE))


def key(
    entries: Sequence[Entry], prints: Sequence[Fingerprint], look: Look, *, sources: bool
) -> tuple[str, ...]:
    """What the pictures of these pages depend on; () where the content of one is not known.

    `prints`: of every page of the bundle. `sources`: whether the client's files are at hand.
    """
    known = (
        [(prints[entry["number"] - 1], bool(entry["stamp"])) for entry in entries] if prints else []
    )
    if not known or not all(one.digest and one.stamped == stamped for one, stamped in known):
        return ()
    pages = (part for one, stamped in known for part in (one.digest, str(stamped)))
    return ("pictures", *pages, *versions(entries, look, sources=sources))


def versions(entries: Sequence[Entry], look: Look, *, sources: bool) -> tuple[str, ...]:
    """What they depend on besides the pages themselves."""
    files = (json.dumps(entry["source"], sort_keys=True) for entry in entries if "source" in entry)
    return (code_digest("pdf"), *files, repr(look), str(sources), f"pdfium {pdfium.PYPDFIUM_INFO}")


def is_sheet(size: Sequence[float]) -> bool:
    """Whether a page of this width and height, in points, is drawn at DPI."""
    return max(size) <= _SHEET


def sheet(page: Any) -> Image.Image:
    """A page of PDFium in color, at DPI."""
    picture: Image.Image = page.render(scale=DPI / 72, may_draw_forms=True).to_pil()
    return picture


def drawn(page: Any, width: int) -> Image.Image:
    """A page of PDFium in color: a sheet at DPI, anything larger `width` pixels wide."""
    if is_sheet(page.get_size()):
        return sheet(page)
    picture: Image.Image = page.render(scale=width / page.get_width(), may_draw_forms=True).to_pil()
    return picture


def picture_of(page: Image.Image, source: Image.Image | None, look: Look, *, bare: bool) -> Picture:
    """Of a page as `drawn`, and its source."""
    return Picture(
        page=_encoded(page, look.width, look),
        source=_encoded(source, look.source, look) if source and look.source else "",
        bare=bare,
    )


def source_of(entry: Entry, sources: Sources | None, look: Look) -> Image.Image | None:
    """The page of the client's file, as a viewer shows it; None for our own pages, and for a
    file of another kind."""
    if sources is None or "source" not in entry or not look.source:
        return None
    try:
        one = sources.open(entry["source"]["path"])
        if isinstance(one, Album):
            return one.shown(entry)
    except (OSError, ValueError, IndexError):
        return None
    return drawn(one[entry["source"]["page"] - 1], look.source)


def keep(folder: Path, pictures: Sequence[Picture]) -> None:
    """Fill a folder of the cache."""
    (folder / "pictures.json").write_text(json.dumps([asdict(one) for one in pictures]))


def kept(folder: Path) -> tuple[Picture, ...]:
    """What `keep` wrote."""
    return tuple(Picture(**one) for one in json.loads((folder / "pictures.json").read_text()))


def _encoded(picture: Image.Image, width: int, look: Look) -> str:
    """The picture as a data: address, not wider than `width` nor higher than four times that."""
    small = picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
    small.thumbnail((width, 4 * width), Image.Resampling.BILINEAR, reducing_gap=1.0)
    out = io.BytesIO()
    small.save(
        out, look.format, quality=look.quality, **({"method": 0} if look.format == "WEBP" else {})
    )
    return f"data:image/{look.format.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"
