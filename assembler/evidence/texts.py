"""The text of every page of prepared exhibits, for checks against the facts; machine-readable lines are read again."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdfium2 as pdfium

from assembler import mrz, ocr
from assembler.evidence.tongues import seems_in
from assembler.model import PageText, Prepared
from assembler.workshop import Cache, Failure, Workshop

VERSION = "10"  # raise it when anything here changes what comes out
# from which part of the page's height down, and how large it is drawn, points to pixels: one of them is usually read well
_TRIES = ((0.5, 2.6), (0.5, 3.0), (0.5, 2.2), (0.0, 3.6), (0.5, 3.6), (0.0, 2.2))
_MOST_PIXELS = 6000  # on the longer side of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A prepared exhibit. `zones`: look for machine-readable lines, too."""

    pdf: Path
    boxes: tuple[Path | None, ...]  # PreparedPage.boxes of its pages
    languages: tuple[str, ...]  # PreparedPage.language of its pages
    scripts: tuple[str, ...]  # PreparedPage.script of its pages
    readable: tuple[bool, ...]  # whether its pages' letters are what is printed: not if they were recognised as another language
    zones: bool
    as_of: date
    cache: Cache


def read_texts(
    prepared: Sequence[Prepared], with_zones: Collection[str], as_of: date, workshop: Workshop
) -> dict[str, tuple[PageText, ...]]:
    """By exhibit, the text of its pages. `with_zones`: exhibits that should carry machine-readable lines.

    An exhibit that could not be read is left out: nothing is looked for in it, and the report says so.
    """
    jobs = [
        Job(
            pdf=one.pdf, boxes=tuple(page.boxes for page in one.pages), zones=one.exhibit in with_zones, as_of=as_of,
            languages=tuple(page.language for page in one.pages), scripts=tuple(page.script for page in one.pages),
            readable=tuple(page.method != "ocr" or ocr.has_language(page.language) for page in one.pages), cache=workshop.cache,
        )
        for one in prepared
    ]  # fmt: skip
    found: dict[str, tuple[PageText, ...]] = {}
    for one, result in zip(prepared, workshop.map(read, jobs), strict=True):
        if not isinstance(result, Failure):
            found[one.exhibit] = tuple(
                PageText(
                    path=page.path, page=page.source_page, role=page.role, text=text, lines=lines, method=page.method,
                    confidence=page.confidence, turned=page.turned, sha256=page.sha256, language=page.language, seems=seems,
                )
                for page, (text, lines, seems) in zip(one.pages, result, strict=True)
            )  # fmt: skip
    return found


def read(job: Job) -> tuple[tuple[str, str, str], ...]:
    """(text, machine-readable lines, language) of each page; cached with the prepared exhibit it belongs to."""
    key = [
        "texts",
        VERSION,
        job.pdf.parent.name,
        str(job.zones),
        str(job.as_of.year),
        repr((job.languages, job.scripts, job.readable)),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        ocr.version(),
    ]
    made = job.cache.once(key, lambda folder: _make(job, folder))
    return tuple((text, lines, seems) for text, lines, seems in json.loads((made / "texts.json").read_text(encoding="utf8")))


def _make(job: Job, folder: Path) -> None:
    document = pdfium.PdfDocument(job.pdf)
    try:
        pages = [_page(page, boxes, job) for page, boxes in zip(document, job.boxes, strict=True)]
    finally:
        document.close()
    declared = zip(job.languages, job.scripts, job.readable, strict=True)
    told = [
        (text, lines, seems_in(text, language, seen_script=script, readable=readable))
        for (text, lines), (language, script, readable) in zip(pages, declared, strict=True)
    ]
    (folder / "texts.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf8")


def _page(page: pdfium.PdfPage, boxes: Path | None, job: Job) -> tuple[str, str]:
    text = page.get_textpage().get_text_range()
    if not job.zones or mrz.read(text, job.as_of):
        return text, text if job.zones else ""
    seen = boxes is not None and any(_like_lines(row[0]) for row in json.loads(boxes.read_text(encoding="utf8")))
    return text, _zone(page, job.as_of) if seen or mrz.looks_like(text) else ""


def _like_lines(word: str) -> bool:
    return "<<" in word or (len(word) >= 26 and word.isupper())


def _zone(page: pdfium.PdfPage, as_of: date) -> str:
    """The lines read again with the alphabet they are made of; "" if no check digit holds."""
    for top, wanted in _TRIES:
        scale = min(wanted, _MOST_PIXELS / max(page.get_size()))
        image = page.render(scale=scale, grayscale=True).to_pil()
        lines = ocr.read_lines(image.crop((0, round(image.height * top), image.width, image.height)), round(scale * 72))
        if mrz.read(lines, as_of):
            return lines
    return ""
