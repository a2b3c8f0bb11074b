"""Draw pages of a case's files for the browser, and read their words. Runs in workers.

Pictures are drawn from the file as a build opens it, so nothing is done twice, and are kept in the
cache of the case, in batches of neighboring pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembler.desk.case_files import FileJob, use_cache
from assembler.errors import AssemblerError, OutputNotWritten
from assembler.evidence.file_preparation import Job, OpenedSource, open_file
from assembler.evidence.ocr import Policy
from assembler.evidence.page_recognition import Job as ReadJob
from assembler.evidence.page_recognition import RecognizedPage, read_page
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code

BATCH = 8  # pages drawn together
SMALL, LARGE = "small", "large"
# pixels of the longer side: twice a thumbnail's; enough to read small print
SIDES = {SMALL: 272, LARGE: 1_700}
_QUALITY = {SMALL: 60, LARGE: 75}
_TRIES = 2  # a run that starts meanwhile may sweep a half-made entry away
MEDIA_TYPE = "image/webp"
# text, and left, top, right, bottom as fractions of the page as displayed
PlacedWord = tuple[str, float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureJob:
    """Pages of a file to draw: the batch that has page `page`, from 1."""

    file: FileJob
    sha256: str
    page: int
    size: str

    @property
    def first(self) -> int:
        """Return the first page of the batch; large pictures are drawn one by one."""
        return self.page if self.size == LARGE else (self.page - 1) // BATCH * BATCH + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsJob:
    """A page whose words to read. `recognize`: also if that takes seconds."""

    file: FileJob
    sha256: str
    page: int
    language: str = "en"
    turn: int | None = None  # as in case.json
    recognize: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPages:
    """Pictures of pages in a folder of the cache, or why there are none."""

    folder: Path | None
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """The words of a page in reading order; `is_read` is False if it was not recognized yet;
    `turned`: clockwise degrees by which the packet turns the page, the words' places are of the
    turned page."""

    lines: tuple[tuple[PlacedWord, ...], ...] = ()
    is_read: bool = False
    turned: int = 0
    problem: str = ""


class _NotCached(Exception):
    """Work that is not in the cache, and that would take long."""


class _CachedOnly(Cache):
    """A cache that makes nothing new."""

    def get_or_make(self, key: Sequence[str], make: Callable[[Path], None]) -> Path:
        """Return an entry. Raises _NotCached if there is none."""
        if not self.has(key):
            raise _NotCached
        return super().get_or_make(key, make)


class _Unopened(Exception):
    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def draw_pages(job: PictureJob) -> DrawnPages:
    """Return the pictures of a batch of pages, drawn now unless the cache has them."""
    key = ["desk pictures", digest_code("evidence", "documents/word_to_pdf"), job.sha256]
    key += [str(job.first), job.size, str(SIDES[job.size])]
    for attempt in range(_TRIES):
        try:
            with use_cache(job.file.folder) as cache:
                return DrawnPages(
                    folder=cache.get_or_make(key, lambda folder: _draw(job, cache, folder))
                )
        except _Unopened as error:
            return DrawnPages(folder=None, problem=error.problem, remedy=error.remedy)
        except (OutputNotWritten, OSError):
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def _draw(job: PictureJob, cache: Cache, folder: Path) -> None:
    import pypdfium2 as pdfium

    opened = _open(job.file, job.sha256, cache)
    last = job.first if job.size == LARGE else job.first + BATCH - 1
    document = pdfium.PdfDocument(opened.pdf)
    try:
        for number in range(job.first, last + 1):
            # a long picture that was cut is shown by its first piece
            index = next((n for n, page in enumerate(opened.pages) if page.source == number), None)
            if index is None:
                break
            page = document[index]
            scale = SIDES[job.size] / max(page.get_size())
            picture = page.render(scale=scale, may_draw_forms=False).to_pil()
            page.close()
            picture = picture if picture.mode in ("RGB", "L") else picture.convert("RGB")
            options = {"quality": _QUALITY[job.size], "method": 1}
            picture.save(folder / f"{number}.webp", "WEBP", **options)
    finally:
        document.close()


def _open(file: FileJob, sha256: str, cache: Cache) -> OpenedSource:
    """Return the opened file. Raises _Unopened if it cannot be used as it is."""
    opened = open_file(
        Job(
            folder=file.folder,
            path=file.path,
            sha256=sha256,
            cache=cache,
            accept_reading=file.accept_reading,
        )
    )
    if opened.pdf is None:
        raise _Unopened(opened.findings[0].problem, opened.findings[0].remedy)
    return opened


def read_words(job: WordsJob) -> PageWords:
    """Return the words of a page: of its text layer, or as recognized."""
    try:
        with use_cache(job.file.folder) as cache:
            return _read_words(job, cache)
    except _NotCached:
        return PageWords()
    except _Unopened as error:
        return PageWords(problem=f"{error.problem}; {error.remedy}")
    except AssemblerError as error:
        return PageWords(problem=str(error))


def _read_words(job: WordsJob, cache: Cache) -> PageWords:
    usable = cache if job.recognize else _CachedOnly(cache.root)
    opened = _open(job.file, job.sha256, cache)
    index = next((n for n, page in enumerate(opened.pages) if page.source == job.page), None)
    if index is None or opened.pdf is None:
        return PageWords(problem="the file has no such page")
    page = opened.pages[index]
    if page.has_text:
        return PageWords(lines=_read_text_layer(opened.pdf, index), is_read=True)
    if page.blank:
        return PageWords(is_read=True)
    recognized = read_page(
        ReadJob(
            pdf=opened.pdf,
            index=index,
            sha256=job.sha256,
            language=job.language,
            policy=Policy(),
            cache=usable,
            box=page.box,
            turn=job.turn,
        )
    )
    sides = (page.width, page.height)
    sides = sides if recognized.turned % 180 == 0 else (sides[1], sides[0])
    return PageWords(
        lines=_place_recognized(recognized, sides), is_read=True, turned=recognized.turned
    )


def _read_text_layer(pdf: Path, index: int) -> tuple[tuple[PlacedWord, ...], ...]:
    """Return the lines of a page with text, each as one piece with its place."""
    import pypdfium2 as pdfium

    from assembler.evidence.page_texts import locate_lines

    document = pdfium.PdfDocument(pdf)
    try:
        page = document[index]
        width, height = page.get_size()
        layer = page.get_textpage()
        text = layer.get_text_range()
        boxes = locate_lines(page, layer, text)
        return tuple(
            ((line.strip(), box[0] / width, box[1] / height, box[2] / width, box[3] / height),)
            for line, box in zip(text.splitlines(keepends=True), boxes, strict=True)
            if box is not None
        )
    finally:
        document.close()


def _place_recognized(
    recognized: RecognizedPage, sides: tuple[float, float]
) -> tuple[tuple[PlacedWord, ...], ...]:
    """Return the recognized words by lines: a word that starts left of the one before, or well
    below it, begins a new line."""
    rows: list[list[Any]] = json.loads(recognized.boxes.read_text(encoding="utf8"))
    lines: list[list[PlacedWord]] = []
    for text, left, top, right, bottom, *_ in rows:
        word = (
            str(text),
            left / sides[0],
            top / sides[1],
            right / sides[0],
            bottom / sides[1],
        )
        before = lines[-1][-1] if lines else None
        if before is None or word[1] < before[1] or word[2] > before[4]:
            lines.append([])
        lines[-1].append(word)
    return tuple(map(tuple, lines))
