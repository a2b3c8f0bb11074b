"""Extract the text of every page of prepared exhibits, for checks against the facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium

from assembler.evidence import ocr
from assembler.evidence.language import identify_language
from assembler.evidence.ocr.mrz_zones import find_page_mrz_lines
from assembler.model import PageText, Prepared, PreparedPage
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_LATIN_CONFIDENCE = 85.0  # not reached by other scripts when read with English data


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A prepared exhibit; for each of its pages the language and whether it was recognized."""

    pdf: Path
    languages: tuple[str, ...]
    scripts: tuple[str, ...]  # detected
    recognized: tuple[bool, ...]
    readable: tuple[bool, ...]  # false if recognized without the data of its language
    cache: Cache


def read_texts(prepared: Sequence[Prepared], workshop: Workshop) -> dict[str, tuple[PageText, ...]]:
    """Return the text of the pages by exhibit.

    An exhibit that could not be read is left out: it is not searched, and the report says so.
    """
    jobs = [
        Job(
            pdf=exhibit.pdf,
            languages=tuple(page.language for page in exhibit.pages),
            scripts=tuple(map(_detected_script, exhibit.pages)),
            recognized=tuple(page.method == "ocr" for page in exhibit.pages),
            readable=tuple(
                page.method != "ocr" or ocr.has_language(page.language) for page in exhibit.pages
            ),
            cache=workshop.cache,
        )
        for exhibit in prepared
    ]
    texts: dict[str, tuple[PageText, ...]] = {}
    for exhibit, result in zip(prepared, workshop.map(read_exhibit, jobs), strict=True):
        if not isinstance(result, Failure):
            texts[exhibit.exhibit] = tuple(
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
                for page, (text, lines, seems) in zip(exhibit.pages, result, strict=True)
            )
    return texts


def _detected_script(page: PreparedPage) -> str:
    """Return the script detected in recognition; Latin if English data alone read the page well."""
    is_english_only = page.method == "ocr" and not ocr.has_language(page.language)
    is_latin = is_english_only and (page.confidence or 0) >= _LATIN_CONFIDENCE
    return page.script or ("Latin" if is_latin else "")


def read_exhibit(job: Job) -> tuple[tuple[str, str, str], ...]:
    """Return (text, MRZ lines, language) of each page, cached with the prepared exhibit."""
    key = [
        "texts",
        code_digest("evidence"),
        job.pdf.parent.name,
        repr((job.languages, job.scripts, job.recognized, job.readable)),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        ocr.engine_version(),
    ]
    entry = job.cache.get_or_make(key, lambda folder: _make(job, folder))
    return tuple(
        (text, lines, seems)
        for text, lines, seems in json.loads((entry / "texts.json").read_text(encoding="utf8"))
    )


def _make(job: Job, folder: Path) -> None:
    job.cache.check_unchanged([job.pdf])
    document = pdfium.PdfDocument(job.pdf)
    try:
        pages = [
            _read_page(page, recognized=recognized)
            for page, recognized in zip(document, job.recognized, strict=True)
        ]
    finally:
        document.close()
    declared = zip(job.languages, job.scripts, job.readable, strict=True)
    texts = [
        (text, lines, identify_language(text, language, seen_script=script, readable=readable))
        for (text, lines), (language, script, readable) in zip(pages, declared, strict=True)
    ]
    (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf8")


def _read_page(page: pdfium.PdfPage, *, recognized: bool) -> tuple[str, str]:
    """Return text and MRZ lines; those of a recognized page were read in its recognition."""
    text = page.get_textpage().get_text_range()
    return text, "" if recognized else find_page_mrz_lines(page, text)
