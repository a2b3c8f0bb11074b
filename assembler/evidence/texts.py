"""The text of every page of prepared exhibits, for checks against the facts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler import ocr
from assembler.evidence.zones import page_lines
from assembler.model import PageText, Prepared
from assembler.workshop import Cache, Failure, Workshop

VERSION = "10"  # raise it when anything here changes what comes out
_FEW, _SURE = 20, 0.999  # words, likelihood: below these no language is told
_ENGLISH = frozenset(  # small words, and those of accounts and forms
    "the of and to for that with this from by are not have name date number year every shown return".split()  # noqa: SIM905
)
_PART, _KINDS = 0.05, 3  # of a text, and how many of them, to be plainly English: other languages have less than 0.04 of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A prepared exhibit, and of each of its pages the language and whether it was recognised."""

    pdf: Path
    languages: tuple[str, ...]
    recognised: tuple[bool, ...]
    cache: Cache


def read_texts(prepared: Sequence[Prepared], workshop: Workshop) -> dict[str, tuple[PageText, ...]]:
    """By exhibit, the text of its pages.

    An exhibit that could not be read is left out: nothing is looked for in it, and the report says so.
    """
    jobs = [
        Job(
            pdf=one.pdf, languages=tuple(page.language for page in one.pages),
            recognised=tuple(page.method == "ocr" for page in one.pages), cache=workshop.cache,
        )
        for one in prepared
    ]  # fmt: skip
    found: dict[str, tuple[PageText, ...]] = {}
    for one, result in zip(prepared, workshop.map(read, jobs), strict=True):
        if not isinstance(result, Failure):
            found[one.exhibit] = tuple(
                PageText(
                    path=page.path, page=page.source_page, role=page.role, text=text, lines=page.lines or lines,
                    method=page.method,
                    confidence=page.confidence, turned=page.turned, sha256=page.sha256, language=page.language, seems=seems,
                    miniature=page.miniature,
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
        " ".join(job.languages),
        str(job.recognised),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        ocr.version(),
    ]
    made = job.cache.once(key, lambda folder: _make(job, folder))
    return tuple((text, lines, seems) for text, lines, seems in json.loads((made / "texts.json").read_text(encoding="utf8")))


def _make(job: Job, folder: Path) -> None:
    document = pdfium.PdfDocument(job.pdf)
    try:
        pages = [_page(page, recognised=read) for page, read in zip(document, job.recognised, strict=True)]
    finally:
        document.close()
    told = [(text, lines, seems_in(text, declared)) for (text, lines), declared in zip(pages, job.languages, strict=True)]
    (folder / "texts.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf8")


def _page(page: pdfium.PdfPage, *, recognised: bool) -> tuple[str, str]:
    """Text and machine-readable lines; those of a recognised page were read with it."""
    text = page.get_textpage().get_text_range()
    return text, "" if recognised else page_lines(page, text)


def seems_in(text: str, declared: str) -> str:
    """The language a text said to be English seems to be in; "" where it is too short or the identifier not sure.

    The identifier takes half a second to load: most pages are plainly English without it.
    """
    found = re.findall(r"[^\W\d_]{2,}", text)
    if not declared.startswith("en") or len(found) < _FEW:
        return ""
    common = [word for word in map(str.casefold, found) if word in _ENGLISH]
    if len({*common}) >= _KINDS and len(common) >= _PART * len(found):
        return "en"
    guess, likelihood = _identifier().classify(" ".join(found))
    return str(guess) if likelihood >= _SURE else ""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
