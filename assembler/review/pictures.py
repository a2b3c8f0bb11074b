"""Small pictures of the bundle's pages and of their sources, drawn in workers; cached by content."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from assembler.model import Fingerprint
from assembler.sight import Album, Sources, stamp
from assembler.workshop import Cache

VERSION = "3"  # raise it when anything here changes what comes out
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
    """Some pages of one file of the bundle, whose first page has the number `first`.

    `prints`: what each looks like but for its stamp; empty where that is not known.
    """

    bundle: Path
    sha256: str
    first: int
    entries: tuple[Entry, ...]
    prints: tuple[str, ...]
    case_folder: Path | None
    look: Look
    cache: Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page, and what it was made from, as data: addresses; "" where there is none. `bare`: the page without its stamp."""

    page: str
    source: str = ""
    bare: bool = False


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
    bundle: Path, sha256: str, first: int, ledger: Sequence[Entry], look: Look, case_folder: Path | None, cache: Cache,
    prints: Sequence[Fingerprint] = (),
) -> list[Job]:  # fmt: skip
    """The work on one file of a bundle, in pieces of one exhibit each, so that they stay the same when others come between.

    `prints`: of every page of the bundle.
    """
    made = []
    for some in _pieces(ledger):
        known = [prints[entry["number"] - 1] for entry in some] if prints else []
        usable = known and all(one.digest and one.stamped == bool(entry["stamp"]) for one, entry in zip(known, some, strict=True))
        made.append(
            Job(bundle=bundle, sha256=sha256, first=first, entries=some, case_folder=case_folder, look=look, cache=cache,
                prints=tuple(one.digest for one in known) if usable else ())
        )  # fmt: skip
    return made


def _pieces(ledger: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    groups: dict[str, list[Entry]] = {}
    for entry in ledger:
        groups.setdefault(entry["exhibit"] if "source" in entry else "", []).append(entry)
    for entries in groups.values():
        for start in range(0, len(entries), _CHUNK):
            yield tuple(entries[start : start + _CHUNK])


def draw(job: Job) -> tuple[tuple[int, Picture], ...]:
    """The pictures of these pages, each with its number."""
    made = job.cache.once(_key(job), lambda folder: _make(job, folder))
    found = json.loads((made / "pictures.json").read_text())
    return tuple((entry["number"], Picture(**one)) for entry, one in zip(job.entries, found, strict=True))


def _key(job: Job) -> list[str]:
    """What pictures depend on: the content of the pages where it is known, else the file and the numbers."""
    numbers = [str(entry["number"]) for entry in job.entries]
    pages = [*job.prints, *(str(bool(entry["stamp"])) for entry in job.entries)] if job.prints else [job.sha256, *numbers]
    sources = [json.dumps(entry["source"], sort_keys=True) for entry in job.entries if "source" in entry]
    engine = f"pdfium {pdfium.PYPDFIUM_INFO}"
    return ["review", VERSION, *pages, *sources, repr(job.look), str(job.case_folder is None), engine]


def _make(job: Job, folder: Path) -> None:
    document = pdfium.PdfDocument(job.bundle)
    sources = Sources(job.case_folder) if job.case_folder and job.look.source else None
    try:
        found = [_both(job, document[entry["number"] - job.first], entry, sources) for entry in job.entries]
    finally:
        if sources:
            sources.close()
        document.close()
    (folder / "pictures.json").write_text(json.dumps(found))


def _both(job: Job, page: pdfium.PdfPage, entry: Entry, sources: Sources | None) -> dict[str, str | bool]:
    """Where the page is known by its content, its stamp is left out: that changes with every page that comes before."""
    bare = bool(job.prints) and stamp.hide(page, entry["stamp"])
    return {"page": _drawn(page, job.look.width, job.look), "source": _source(job.look, entry, sources), "bare": bare}


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
