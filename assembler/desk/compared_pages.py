"""Draw a page of a client's file as viewers show it, and as it was prepared for the packet, so that
a person can compare both. The work runs in a contained worker."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembler.desk.case_store import WORK_FOLDER
from assembler.intake.file_check import check_path
from assembler.runtime.atomic_files import find_link_below
from assembler.runtime.worker_pool import Limits, Pool

_SIDE = 1_400  # pixels of the longer side: enough to read small print
_QUALITY = 75
_LIMITS = Limits(seconds=60.0, memory_mb=2_048, output_mb=512)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPage:
    """A page to draw, from 1; 0 to count the pages only. `is_prepared`: as in the packet, else as
    the client sent it."""

    folder: Path
    path: str
    page: int
    is_prepared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPage:
    """A WebP picture of a page, and how many pages there are; `data` is empty if it cannot be
    drawn."""

    count: int = 0
    data: bytes = b""


def is_usable_path(folder: Path, path: str) -> bool:
    """Return whether a path of the case leads to a file inside its folder, through no link."""
    return check_path(path) is None and find_link_below(folder / path, folder) is None


def draw_in_worker(job: ComparedPage) -> DrawnPage:
    """Return the drawn page. Waits for a worker; without a picture if it fails."""
    pool = Pool(1)
    try:
        (result,) = pool.run(draw_compared, [job], _LIMITS, None)
    finally:
        pool.close()
    return result if isinstance(result, DrawnPage) else DrawnPage()


def draw_compared(job: ComparedPage) -> DrawnPage:
    """Return the drawn page. Runs in a worker."""
    return _draw_prepared(job) if job.is_prepared else _draw_original(job)


def _draw_original(job: ComparedPage) -> DrawnPage:
    from assembler.pdf.picture_files import PictureFile
    from assembler.pdf.source_files import ClientFiles, Sources

    sources = Sources(ClientFiles(folder=job.folder))
    try:
        document = sources.open(job.path)
        count = len(document)
        if not 0 < job.page <= count:
            return DrawnPage(count=count)
        if isinstance(document, PictureFile):
            return DrawnPage(count=count, data=_encode(document.page(job.page)))
        return DrawnPage(count=count, data=_render(document, job.page - 1))
    finally:
        sources.close()


def _draw_prepared(job: ComparedPage) -> DrawnPage:
    import pypdfium2 as pdfium

    from assembler.evidence.file_preparation import Job, open_file
    from assembler.runtime.cache import Cache
    from assembler.runtime.cache_upkeep import CacheUser

    cache = Cache(job.folder.resolve() / WORK_FOLDER / "cache")
    user = CacheUser(cache.root)
    user.enter()
    try:
        sha256 = hashlib.sha256((job.folder / job.path).read_bytes()).hexdigest()
        opened = open_file(
            # as it will be once the person accepts it
            Job(
                folder=job.folder,
                path=job.path,
                sha256=sha256,
                cache=cache,
                accept_reading=sha256,
            )
        )
        if opened.pdf is None:
            return DrawnPage()
        count = max((page.source for page in opened.pages), default=0)
        index = next((n for n, page in enumerate(opened.pages) if page.source == job.page), None)
        if index is None:
            return DrawnPage(count=count)
        document = pdfium.PdfDocument(opened.pdf)
        try:
            return DrawnPage(count=count, data=_render(document, index))
        finally:
            document.close()
    finally:
        user.leave()


def _render(document: Any, index: int) -> bytes:
    page = document[index]
    try:
        return _encode(page.render(scale=_SIDE / max(page.get_size())).to_pil())
    finally:
        page.close()


def _encode(picture: Any) -> bytes:
    picture = picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
    picture.thumbnail((_SIDE, _SIDE))
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=_QUALITY, method=1)
    return stream.getvalue()
