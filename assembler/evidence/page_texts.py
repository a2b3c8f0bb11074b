"""The text of every page of prepared exhibits, for checks against the facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from assembler.evidence import ocr
from assembler.evidence.language import seems_in
from assembler.evidence.ocr.mrz_zones import find_page_mrz_lines
from assembler.model import PageText, Prepared, PreparedPage
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_WELL = 85.0  # confidence that other letters than Latin do not reach with English data


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A prepared exhibit, and of each of its pages the language and whether it was recognized."""

    pdf: Path
    languages: tuple[str, ...]
    scripts: tuple[str, ...]  # what they seem to be written in
    recognized: tuple[bool, ...]
    readable: tuple[
        bool, ...
    ]  # whether its letters are what is printed: not if it was recognized as another language
    cache: Cache


def read_texts(prepared: Sequence[Prepared], workshop: Workshop) -> dict[str, tuple[PageText, ...]]:
    """By exhibit, the text of its pages.

    An exhibit that could not be read is left out: nothing is looked for in it, and the report says
    so.
    """
    jobs = [
        Job(
            pdf=one.pdf,
            languages=tuple(page.language for page in one.pages),
            scripts=tuple(map(_script, one.pages)),
            recognized=tuple(page.method == "ocr" for page in one.pages),
            readable=tuple(
                page.method != "ocr" or ocr.has_language(page.language) for page in one.pages
            ),
            cache=workshop.cache,
        )
        for one in prepared
    ]
    found: dict[str, tuple[PageText, ...]] = {}
    for one, result in zip(prepared, workshop.map(read, jobs), strict=True):
        if not isinstance(result, Failure):
            found[one.exhibit] = tuple(
                PageText(
                    path=page.path,
                    page=page.source_page,
                    role=page.role,
                    text=text,
                    lines=page.lines or lines,
                    method=page.method,
                    confidence=page.confidence,
                    turned=page.turned,
                    sha256=page.sha256,
                    language=page.language,
                    seems=seems,
                    miniature=page.miniature,
                )
                for page, (text, lines, seems) in zip(one.pages, result, strict=True)
            )
    return found


def _script(page: PreparedPage) -> str:
    """What a page seems to be written in: as was seen when it was recognized, or as it was read
    so well by English data alone."""
    alone = page.method == "ocr" and not ocr.has_language(page.language)
    return page.script or ("Latin" if alone and (page.confidence or 0) >= _WELL else "")


def read(job: Job) -> tuple[tuple[str, str, str], ...]:
    """(text, machine-readable lines, language) of each page; cached with the prepared exhibit it
    belongs to."""
    key = [
        "texts",
        code_digest("evidence"),
        job.pdf.parent.name,
        repr((job.languages, job.scripts, job.recognized, job.readable)),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        ocr.engine_version(),
    ]
    made = job.cache.get_or_make(key, lambda folder: _make(job, folder))
    return tuple(
        (text, lines, seems)
        for text, lines, seems in json.loads((made / "texts.json").read_text(encoding="utf8"))
    )


def _make(job: Job, folder: Path) -> None:
    job.cache.check_unchanged([job.pdf])
    document = pdfium.PdfDocument(job.pdf)
    try:
        pages = [
            _page(page, recognized=read)
            for page, read in zip(document, job.recognized, strict=True)
        ]
    finally:
        document.close()
    declared = zip(job.languages, job.scripts, job.readable, strict=True)
    told = [
        (text, lines, seems_in(text, language, seen_script=script, readable=readable))
        for (text, lines), (language, script, readable) in zip(pages, declared, strict=True)
    ]
    (folder / "texts.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf8")


def _page(page: pdfium.PdfPage, *, recognized: bool) -> tuple[str, str]:
    """Text and machine-readable lines; those of a recognized page were read with it."""
    text = page.get_textpage().get_text_range()
    return text, "" if recognized else find_page_mrz_lines(page, text)
