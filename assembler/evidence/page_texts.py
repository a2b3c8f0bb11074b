"""Extract the text of every page of prepared exhibits, for checks against the facts."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from assembler.evidence import ocr
from assembler.evidence.language import identify_language
from assembler.evidence.ocr.mrz_zones import find_page_mrz_lines
from assembler.model import PageText, Prepared, PreparedPage
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

LineBox = tuple[float, float, float, float]

_FINE = 10  # parts of a point to which PDFium, which counts in whole units, places a line
_LATIN_CONFIDENCE = 85.0  # not reached by other scripts when read with English data


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A prepared exhibit; for each of its pages the language and whether it was recognized."""

    pdf: Path
    languages: tuple[str, ...]
    scripts: tuple[str, ...]  # detected
    recognized: tuple[bool, ...]
    readable: tuple[bool, ...]  # false if recognized with data of other letters
    cache: Cache


class ExtractedText(NamedTuple):
    """The text of a page as the cache has it; the fields as in `PageText`."""

    text: str
    lines: str
    seems: str
    line_boxes: tuple[LineBox | None, ...]


def read_texts(prepared: Sequence[Prepared], workshop: Workshop) -> dict[str, tuple[PageText, ...]]:
    """Return the text of the pages by exhibit.

    An exhibit that could not be read is left out: it is not searched, and the report says so.
    """
    jobs = [
        Job(
            pdf=exhibit.pdf,
            languages=tuple(page.language for page in exhibit.pages),
            scripts=tuple(map(_find_script, exhibit.pages)),
            recognized=tuple(page.method == "ocr" for page in exhibit.pages),
            readable=tuple(map(_is_readable, exhibit.pages)),
            cache=workshop.cache,
        )
        for exhibit in prepared
    ]
    texts: dict[str, tuple[PageText, ...]] = {}
    for exhibit, result in zip(prepared, workshop.map(read_exhibit, jobs), strict=True):
        if not isinstance(result, Failure):
            texts[exhibit.exhibit] = tuple(
                PageText(
                    prepared=page,
                    text=extracted.text,
                    lines=page.lines or extracted.lines,
                    seems=extracted.seems,
                    line_boxes=extracted.line_boxes,
                    loses_accents=_loses_accents(page),
                    is_readable=_is_readable(page),
                )
                for page, extracted in zip(exhibit.pages, result, strict=True)
            )
    return texts


def _loses_accents(page: PreparedPage) -> bool:
    return page.method == "ocr" and not ocr.choose_data(page.language).keeps_accents


def _is_readable(page: PreparedPage) -> bool:
    return page.method != "ocr" or ocr.choose_data(page.language).can_read


def _find_script(page: PreparedPage) -> str:
    """Return the script detected in recognition; Latin if English data alone read the page well."""
    is_english_only = page.method == "ocr" and not ocr.has_language(page.language)
    is_latin = is_english_only and (page.confidence or 0) >= _LATIN_CONFIDENCE
    return page.script or ("Latin" if is_latin else "")


def read_exhibit(job: Job) -> tuple[ExtractedText, ...]:
    """Return the text of each page, cached with the prepared exhibit."""
    key = [
        "texts",
        digest_code("evidence"),
        job.pdf.parent.name,
        repr((job.languages, job.scripts, job.recognized, job.readable)),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        ocr.read_engine_version(),
    ]
    entry = job.cache.get_or_make(key, lambda folder: _make(job, folder))
    return tuple(
        ExtractedText(text, lines, seems, tuple(tuple(box) if box else None for box in line_boxes))
        for text, lines, seems, line_boxes in json.loads(
            (entry / "texts.json").read_text(encoding="utf8")
        )
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
        ExtractedText(
            text,
            lines,
            identify_language(text, language, seen_script=script, readable=readable),
            line_boxes,
        )
        for (text, lines, line_boxes), (language, script, readable) in zip(
            pages, declared, strict=True
        )
    ]
    (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf8")


def _read_page(
    page: pdfium.PdfPage, *, recognized: bool
) -> tuple[str, str, tuple[LineBox | None, ...]]:
    """Return text, MRZ lines and the boxes of its lines; the MRZ lines of a recognized page were
    read in its recognition."""
    layer = page.get_textpage()
    text = layer.get_text_range()
    lines = "" if recognized else find_page_mrz_lines(page, text)
    return text, lines, tuple(locate_lines(page, layer, text))


def locate_lines(
    page: pdfium.PdfPage, layer: pdfium.PdfTextPage, text: str
) -> Iterator[LineBox | None]:
    """Yield where each line of the text is on the page as displayed; None for an empty line."""
    start = 0
    for line in text.splitlines(keepends=True):
        printed = line.strip()
        first = start + line.find(printed)
        yield _locate_run(page, layer, first, len(printed)) if printed else None
        start += len(line)


def _locate_run(
    page: pdfium.PdfPage, layer: pdfium.PdfTextPage, first: int, count: int
) -> LineBox | None:
    """Return the box around a run of the page's text, left, top, right, bottom in points as
    displayed.

    Args:
        first: index into the text, which lacks some characters of the page that have a place.
    """
    begin, end = (
        pdfium_c.FPDFText_GetCharIndexFromTextIndex(layer, index)
        for index in (first, first + count - 1)
    )
    if min(begin, end) < 0:
        return None
    width, height = page.get_size()
    corners: list[tuple[float, float]] = []
    for n in range(layer.count_rects(begin, end - begin + 1)):
        left, bottom, right, top = layer.get_rect(n)
        corners += [
            _convert_to_displayed(page, x, y, (width, height))
            for x, y in ((left, top), (right, bottom))
        ]
    if not corners:
        return None
    across, down = zip(*corners, strict=True)
    return (
        max(0.0, min(across)),
        max(0.0, min(down)),
        min(width, max(across)),
        min(height, max(down)),
    )


def _convert_to_displayed(
    page: pdfium.PdfPage, x: float, y: float, size: tuple[float, float]
) -> tuple[float, float]:
    """Return a point of the page as points from the upper left of the page as displayed."""
    across, down = ctypes.c_int(), ctypes.c_int()
    sides = (round(size[0] * _FINE), round(size[1] * _FINE))
    pdfium_c.FPDF_PageToDevice(
        page, 0, 0, *sides, 0, x, y, ctypes.byref(across), ctypes.byref(down)
    )
    return across.value / _FINE, down.value / _FINE
