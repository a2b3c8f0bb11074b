"""Small pictures of the bundle's pages and of their sources, drawn in workers; cached by content."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from assembler.sight import Album, Sources
from assembler.workshop import Cache

VERSION = "2"  # raise it when anything here changes what comes out
_CHUNK = 16  # pages for a worker
Entry = Mapping[str, Any]  # of the manifest's ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How large pictures are: widths in pixels; 0 = no picture of the source."""

    width: int
    source: int
    format: str  # "JPEG" is drawn in half the time, "WEBP" is half as large
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some neighbouring pages of one file of the bundle, whose first page has the number `first`."""

    bundle: Path
    sha256: str
    first: int
    entries: tuple[Entry, ...]
    case_folder: Path | None
    look: Look
    cache: Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page, and what it was made from, as data: addresses; "" where there is none."""

    page: str
    source: str = ""


# pages up to which a packet is drawn so; sizes are such that 1,000 pages stay below 25 MB
_LOOKS = (
    (150, Look(width=800, source=420, format="JPEG", quality=40)),
    (400, Look(width=640, source=300, format="WEBP", quality=30)),
    (1200, Look(width=440, source=200, format="WEBP", quality=20)),
)
_LEAST = Look(width=280, source=0, format="WEBP", quality=20)


def look_for(pages: int) -> Look:
    """How large the pictures of a packet of so many pages are."""
    return next((look for most, look in _LOOKS if pages <= most), _LEAST)


def jobs(
    bundle: Path, sha256: str, first: int, ledger: Sequence[Entry], look: Look, case_folder: Path | None, cache: Cache
) -> list[Job]:
    """The work on one file of a bundle, in pieces."""
    return [
        Job(bundle=bundle, sha256=sha256, first=first, entries=tuple(ledger[n : n + _CHUNK]), case_folder=case_folder,
            look=look, cache=cache)
        for n in range(0, len(ledger), _CHUNK)
    ]  # fmt: skip


def draw(job: Job) -> tuple[Picture, ...]:
    """The pictures of these pages, in order."""
    numbers = f"{job.entries[0]['number']}-{job.entries[-1]['number']}"
    key = ["review", VERSION, job.sha256, numbers, repr(job.look), str(job.case_folder is None), f"pdfium {pdfium.PYPDFIUM_INFO}"]
    made = job.cache.once(key, lambda folder: _make(job, folder))
    return tuple(Picture(**one) for one in json.loads((made / "pictures.json").read_text()))


def _make(job: Job, folder: Path) -> None:
    document = pdfium.PdfDocument(job.bundle)
    sources = Sources(job.case_folder) if job.case_folder and job.look.source else None
    try:
        found = [
            {
                "page": _drawn(document[entry["number"] - job.first], job.look.width, job.look),
                "source": _source(job.look, entry, sources),
            }
            for entry in job.entries
        ]
    finally:
        if sources:
            sources.close()
        document.close()
    (folder / "pictures.json").write_text(json.dumps(found))


def _source(look: Look, entry: Entry, sources: Sources | None) -> str:
    """The page of the client's file, as a viewer shows it; "" for our own pages, and for a file of another kind."""
    if sources is None or "source" not in entry:
        return ""
    try:
        one = sources.open(entry["source"]["path"])
        if isinstance(one, Album):
            return _encoded(one.page(entry["source"]["page"]), look.source, look)
    except (OSError, ValueError, IndexError):
        return ""
    return _drawn(one[entry["source"]["page"] - 1], look.source, look)


def _drawn(page: pdfium.PdfPage, width: int, look: Look) -> str:
    return _encoded(page.render(scale=width / max(page.get_width(), 1), may_draw_forms=True).to_pil(), width, look)


def _encoded(picture: Image.Image, width: int, look: Look) -> str:
    """The picture as a data: address, not wider than `width` nor higher than four times that."""
    small = picture.convert("RGB")
    small.thumbnail((width, 4 * width))
    out = io.BytesIO()
    small.save(out, look.format, quality=look.quality, **({"method": 0} if look.format == "WEBP" else {}))
    return f"data:image/{look.format.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"
