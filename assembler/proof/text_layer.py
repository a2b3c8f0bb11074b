"""Check the text of each page of evidence, in workers: the source's own, and the recognized words
in their places."""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from assembler.model import LedgerEntry, Manifest, TextMethod, Volume
from assembler.pdf import stamp_area
from assembler.pdf.picture_files import PictureFile
from assembler.pdf.source_files import NoPages, Sources
from assembler.pdf.streaming import StreamedPages
from assembler.proof import field_values
from assembler.proof.kept_drafts import Kept, KeptWords, Word
from assembler.proof.page_frame import flatten_page
from assembler.proof.page_text import is_right_to_left, read_content, read_text
from assembler.proof.page_view import Box, Glyph, View, glyphs_of, inside, letter_of
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_PAGES_PER_JOB = 200  # pages of a job: its source is opened once for all of them
# the middle of most words may be off by this many points, or this part of their height
_USUAL_OFFSET, _USUAL_PART = 3.0, 0.4
# a word may be off by this many points, or its whole height: the OCR engine levels the lines of a
# skewed scan
_FAR_OFFSET = 12.0
_SOME_FAR = 0.1  # part of the words of a page that may be further off
_MAX_OFFSET = 72.0  # no word may be off by this many points, or its height
# letters that PDFium may skip: this many, or this part of a page's
_SKIPPED_LETTERS, _SKIPPED_PART = 8, 0.05
_EDGE = 1.0  # points; a character may be inside a box on one page and beside it on the other
_MAX_PLACES = 200  # places of a word on a page that are tried
_TICKS = "48lnuH"  # letters that ticks, crosses, circles and boxes read as in ZapfDingbats
# PDFium's codes for hyphens
_PLAIN = {0: None, **dict.fromkeys(map(ord, "\x02\ufffe\u00ad\u2010\u2011"), "-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some pages of one source in one file of the bundle, whose first page has the number `first`.

    `words`: what was recognized on each page; None for a page whose text is the source's own.
    """

    bundle: Path
    first: int
    entries: tuple[LedgerEntry, ...]
    words: tuple[KeptWords | None, ...]
    case_folder: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPage:
    """The result of one page. `trouble`: what is wrong with its text, "" if nothing is. `unread`:
    whether its source could not be read."""

    number: int
    trouble: str = ""
    unread: bool = False


def read_layers(
    packet: Path,
    manifest: Manifest,
    parts: Sequence[Volume],
    kept: Kept,
    case_folder: Path | None,
    workshop: Workshop,
) -> dict[int, LayerPage]:
    """Read the text of every page of evidence, by the page's number."""
    jobs = list(_jobs(packet, manifest.ledger, parts, kept, case_folder))
    pages: dict[int, LayerPage] = {}
    for job, result in zip(jobs, workshop.map(compare_layers, jobs), strict=True):
        if isinstance(result, Failure):
            trouble = f"could not be read ({result.kind}: {result.detail})"
            pages |= {page.number: page for page in _failed_pages(job, trouble)}
        else:
            pages |= {page.number: page for page in result}
    return pages


def _jobs(
    packet: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    kept: Kept,
    case_folder: Path | None,
) -> Iterator[Job]:
    for volume in parts:
        entries: list[LedgerEntry] = []
        for entry in ledger[volume.first - 1 : volume.last]:
            if entry.source is None:
                continue
            if entries and (
                len(entries) == _PAGES_PER_JOB
                or entry.client_source.path != entries[-1].client_source.path
            ):
                yield _job(packet / volume.path, volume.first, entries, kept, case_folder)
                entries = []
            entries.append(entry)
        if entries:
            yield _job(packet / volume.path, volume.first, entries, kept, case_folder)


def _job(
    bundle: Path, first: int, entries: Sequence[LedgerEntry], kept: Kept, case_folder: Path | None
) -> Job:
    words = tuple(
        kept.words.get((entry.document, entry.index), KeptWords(size=(0, 0), words=()))
        if entry.client_text.method is TextMethod.OCR
        else None
        for entry in entries
    )
    return Job(
        bundle=bundle, first=first, entries=tuple(entries), words=words, case_folder=case_folder
    )


def compare_layers(job: Job) -> tuple[LayerPage, ...]:
    """Compare the text of pages with their source and with what was recognized, in a worker; never
    raise for a bad file."""
    sources = Sources(job.case_folder) if job.case_folder else None
    try:
        with StreamedPages(job.bundle) as book:
            return tuple(
                _page(book, job, sources, *pair)
                for pair in zip(job.entries, job.words, strict=True)
            )
    except (pdfium.PdfiumError, OSError) as error:
        return _failed_pages(job, f"could not be read ({type(error).__name__})")
    finally:
        if sources:
            sources.close()


def _failed_pages(job: Job, trouble: str) -> tuple[LayerPage, ...]:
    return tuple(LayerPage(number=entry.number, trouble=trouble) for entry in job.entries)


def _page(
    book: StreamedPages,
    job: Job,
    sources: Sources | None,
    entry: LedgerEntry,
    words: KeptWords | None,
) -> LayerPage:
    number = entry.number
    if not 0 <= number - job.first < len(book):
        return LayerPage(number=number, trouble="is not there")
    page = book.page(number - job.first)
    # if the stamp cannot be hidden, the check of the stamps reports it
    is_hidden = stamp_area.hide_stamp(page, entry.stamp)
    stamp_text = entry.stamp.text if entry.stamp and not is_hidden else ""
    text, trouble = _own_text(page, entry, words, stamp_text)
    if trouble and words is not None:
        text, trouble = _own_text_by_content(page, job, entry, words, trouble)
    if trouble and words is not None and sources is not None:
        text, trouble = _own_text_by_source(page, job, entry, words, sources, trouble)
    if trouble or sources is None:
        return LayerPage(number=number, trouble=trouble, unread=sources is None)
    try:
        trouble = _compare_with_source(text, page, sources, entry, recognized=words is not None)
    except NoPages:
        return LayerPage(number=number, unread=True)
    except (pdfium.PdfiumError, OSError, IndexError):
        trouble = "cannot be compared: its source does not open"
    return LayerPage(number=number, trouble=trouble)


def _own_text(
    page: Any, entry: LedgerEntry, words: KeptWords | None, stamp_text: str
) -> tuple[str, str]:
    """Return the text of a page without its stamp and recognized words, and what is wrong with the
    latter."""
    if words is None:
        text = read_text(page)
        return (_characters(text).removesuffix(_characters(stamp_text)) if stamp_text else text), ""
    signs = Signs(page)
    signs.drop_end(stamp_text)
    trouble = _check_recognized_words(page, signs, words, entry)
    signs.drop_letters(words.words)
    return signs.text, trouble


def _own_text_by_content(
    page: Any, job: Job, entry: LedgerEntry, words: KeptWords, trouble: str
) -> tuple[str, str]:
    """Return the same as `_own_text`, read with pypdf in the order of the content.

    PDFium reorders lines that are close to each other, and skips a letter that lies on another of
    its kind. `trouble` is returned where the content has other words than were recognized, or
    PDFium other letters than the content.
    """
    stamp_text, content = _read_own_content(job, entry)
    texts = [_characters(word.text) for word in words.words]
    signs = Signs(page)
    signs.drop_end(stamp_text)
    letters, shown = _letters(content), _letters(signs.text)
    same_count = len(words.words) == entry.client_text.words
    if not same_count or not ends_with(content, texts) or Counter(shown) - Counter(letters):
        return signs.text, trouble
    passed_over = len(letters) - len(shown)
    if passed_over > _max_skipped(texts):
        return signs.text, trouble
    start = signs.start_of(words.words, passed_over)
    return signs.text[:start], _judge_places(page, signs, words, entry, passed_over)


def _read_own_content(job: Job, entry: LedgerEntry) -> tuple[str, str]:
    """Return the text of a page's stamp, and the characters of its content before the stamp."""
    stamp_text = entry.stamp.text if entry.stamp else ""
    content = _characters(read_content(job.bundle, entry.number - job.first))
    return stamp_text, content.removesuffix(_characters(stamp_text))


def _max_skipped(texts: Sequence[str]) -> float:
    """Return how many letters of these words PDFium may skip."""
    return max(_SKIPPED_LETTERS, _SKIPPED_PART * len(_letters("".join(texts))))


def _own_text_by_source(
    page: Any, job: Job, entry: LedgerEntry, words: KeptWords, sources: Sources, trouble: str
) -> tuple[str, str]:
    """Return the same as `_own_text`, for a page on whose own letters two readers do not agree.

    PDFium must read the same letters as from the source and the recognized words together, except
    for those it skips, in any order; the recognized words must end the page's content, complete and
    in order.
    """
    try:
        source = sources.open(entry.client_source.path)
        if isinstance(source, PictureFile):
            return "", trouble
        own_page = source[entry.client_source.page - 1]
        own_text, own_signs = read_text(own_page), Signs(own_page)
    except (NoPages, pdfium.PdfiumError, OSError, IndexError):
        return "", trouble
    stamp_text, content = _read_own_content(job, entry)
    texts = [_characters(word.text) for word in words.words]
    signs = Signs(page)
    signs.drop_end(stamp_text)
    expected = Counter(_letters(own_signs.text)) + Counter(_letters("".join(texts)))
    shown = Counter(_letters(signs.text))
    passed_over = (expected - shown).total()
    is_as_kept = (
        len(words.words) == entry.client_text.words
        and not shown - expected
        and passed_over <= _max_skipped(texts)
        and ends_with(content, texts)
    )
    if not is_as_kept:
        return "", trouble
    return own_text, _judge_places(page, signs, words, entry, passed_over)


def _judge_places(
    page: Any, signs: Signs, kept: KeptWords, entry: LedgerEntry, passed_over: int
) -> str:
    """Return what is wrong if words are not where they were recognized, in whatever order PDFium
    reads them; "" if they are.

    A word that PDFium does not have whole must have its letters around its place, except for those
    it skips.
    """
    offsets, heights, misplaced, missing_letters = [], [], 0, 0
    letters = [
        (sign, _middle(page, [_box(signs.layer, place)]))
        for sign, place in signs.signs
        if sign.isalnum()
    ]
    line = _line_height([_height(word, entry) for word in kept.words])
    for word in kept.words:
        expected, height = _expected_middle(word, kept.size, entry), _height(word, entry)
        limit = max(_FAR_OFFSET, height, line)
        offset = _nearest(page, signs, _characters(word.text), expected)
        if 0 <= offset <= limit:
            offsets.append(offset)
            heights.append(height)
            continue
        half_size = (word.right - word.left) * entry.scale / 2, height / 2
        letters_around = Counter(
            sign
            for sign, (x, y) in letters
            if abs(x - expected[0]) <= half_size[0] + limit
            and abs(y - expected[1]) <= half_size[1] + limit
        )
        missing = (Counter(_letters(_characters(word.text))) - letters_around).total()
        misplaced, missing_letters = misplaced + bool(missing), missing_letters + missing
    if missing_letters > passed_over:
        return (
            f"has {misplaced} of {len(kept.words)} recognized words "
            f"in another place than they are seen"
        )
    return _judge_offsets(offsets, heights, line)


def _nearest(page: Any, signs: Signs, word: str, expected: tuple[float, float]) -> float:
    """Return the distance from where this word should be to its nearest place, in points; -1 if
    PDFium does not have it whole."""
    text, place = signs.text, signs.text.find(word)
    distances: list[float] = []
    while place >= 0 and len(distances) < _MAX_PLACES:
        distances.append(_distance(middle_of(page, signs, place, word), expected))
        place = text.find(word, place + 1)
    return min(distances, default=-1.0) if word else -1.0


class Signs:
    """The characters of a page's text without blanks, each with its index among PDFium's."""

    def __init__(self, page: Any) -> None:
        self.layer = page.get_textpage()
        count = self.layer.count_chars()
        codes = [raw.FPDFText_GetUnicode(self.layer, place) for place in range(count)]
        self.signs = [
            (sign, place)
            for place, code in enumerate(codes)
            for sign in _characters(letter_of(code))
        ]

    @property
    def text(self) -> str:
        return "".join(sign for sign, _ in self.signs)

    def drop_end(self, text: str) -> None:
        """Remove the text that a page ends with."""
        end = _characters(text)
        if end and self.text.endswith(end):
            del self.signs[len(self.signs) - len(end) :]

    def drop_letters(self, words: Sequence[Word]) -> None:
        """Remove as many letters from the end as these words have; what is left is the page's own
        text."""
        del self.signs[self.start_of(words) :]

    def start_of(self, words: Sequence[Word], passed_over: int = 0) -> int:
        """Return the place after which there are as many letters as these words have, less
        `passed_over`."""
        return start_of(self.text, [_characters(word.text) for word in words], passed_over)


def _characters(text: str) -> str:
    """Return every character except blanks, decomposed: letters and their marks, ligatures; a
    line-end hyphen is a hyphen.

    A character that stands for letters, such as a trademark sign, stays one character, as
    recognition counts it.
    """
    return "".join("".join(map(_decompose, text.translate(_PLAIN))).split())


@lru_cache(maxsize=4096)
def _decompose(sign: str) -> str:
    decomposed = unicodedata.normalize("NFKD", sign)
    return sign if any(map(str.isalnum, decomposed)) and not sign.isalnum() else decomposed


# --- the source's own text ---


def _compare_with_source(
    text: str, shown: Any, sources: Sources, entry: LedgerEntry, *, recognized: bool
) -> str:
    """Return what is wrong if a page's own text is not that of its source; "" if it is.

    `shown`: the page with its stamp hidden. Raises NoPages, OSError, PdfiumError or IndexError.
    """
    path, index = entry.client_source.path, entry.client_source.page - 1
    source = sources.open(path)
    if isinstance(source, PictureFile):
        return "" if not _letters(text) else "has text, and its source is a picture"
    page = source[index]
    original = read_text(page)
    if text == original:
        return ""
    # only letters show where the page's own text ends and the recognized words begin
    comparable: Callable[[str], str] = _letters if recognized else str
    text, expected = comparable(_characters(text)), comparable(_characters(original))
    if text == expected:
        return ""
    if raw.FPDFPage_GetAnnotCount(page):
        flattened = [
            comparable(_flattened(sources, path, index, filled=filled)) for filled in (False, True)
        ]
        if text in flattened:
            return ""
        if recognized:
            extra = Counter(_letters(text.removeprefix(expected)))
            known_letters = _annotation_letters(source, page) + Counter(
                _letters("".join(flattened))
            )
            known_letters += Counter(
                _letters(_characters(field_values.text_on(*sources.read_file(path), index)))
            )
            same = text.startswith(expected) and not extra - known_letters
        else:
            same = _same_outside_fields(shown, sources, entry)
        if same:
            return ""  # the check of the fields decides where in a field its value is
    return "has other text than its source"


def _same_outside_fields(shown: Any, sources: Sources, entry: LedgerEntry) -> bool:
    """Return whether a page has the characters of its source, except in fields and marks that we
    drew, in any order.

    A program may draw the pictures of comments in another order than PDFium flattens them.
    """
    path, index = entry.client_source.path, entry.client_source.page - 1
    boxes = field_values.boxes_on(entry, sources)
    view = View(entry, sources.open(path)[index])
    actual = glyphs_of(shown)
    for filled in (False, True):
        with _flat(sources, path, index, filled=filled) as flat:
            expected = glyphs_of(flat, view)
        if not _outside(actual, boxes) - _outside(expected, boxes, edge=_EDGE) and not (
            _outside(expected, boxes) - _outside(actual, boxes, edge=_EDGE)
        ):
            return True
    return False


def _outside(glyphs: Sequence[Glyph], boxes: Sequence[Box], edge: float = 0.0) -> Counter[str]:
    """Count the characters that are not in these boxes, or not deeper in them than an edge, in
    points."""
    smaller = [
        (left + edge, bottom + edge, right - edge, top - edge) for left, bottom, right, top in boxes
    ]
    ids_inside = {id(glyph) for box in smaller for glyph in inside(glyphs, box)}
    return Counter(
        sign
        for glyph in glyphs
        if id(glyph) not in ids_inside
        for sign in _characters(glyph.letter)
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _flattened(sources: Sources, path: str, index: int, *, filled: bool) -> str:
    """Return the text of a page with its fields and comments flattened, as the bundle has it."""
    with _flat(sources, path, index, filled=filled) as page:
        return _characters(read_text(page))


@contextmanager
def _flat(sources: Sources, path: str, index: int, *, filled: bool) -> Iterator[Any]:
    """Open a page with its fields and comments flattened.

    `filled`: with fields as PDFium draws them, else with the file's own pictures.
    """
    document = sources.open_without_forms(path)
    try:
        if filled:
            document.init_forms()
        flatten_page(document[index])
        yield document[index]
    finally:
        document.close()


def _annotation_letters(source: Any, page: Any) -> Counter[str]:
    """Count the letters of a page's fields and comments: the values that their pictures may
    print."""
    letters: Counter[str] = Counter()
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        letters += Counter(_TICKS)
        note = raw.FPDFPage_GetAnnot(page, number)
        for key in (b"V", b"Contents", b"DV"):
            letters += Counter(
                _letters(_characters(_string(raw.FPDFAnnot_GetStringValue, note, key)))
            )
        if source.formenv:
            form = source.formenv.raw
            letters += Counter(
                _letters(_characters(_string(raw.FPDFAnnot_GetFormFieldValue, form, note)))
            )
            for option in range(raw.FPDFAnnot_GetOptionCount(form, note)):
                label = _string(raw.FPDFAnnot_GetOptionLabel, form, note, option)
                letters += Counter(_letters(_characters(label)))
        raw.FPDFPage_CloseAnnot(note)
    return letters


def _string(read_string: Any, *where: Any) -> str:
    """Return a string from PDFium, which is called first for its length."""
    length = read_string(*where, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    read_string(*where, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")


# --- recognized words ---


def _check_recognized_words(page: Any, signs: Signs, kept: KeptWords, entry: LedgerEntry) -> str:
    """Return what is wrong if the recognized words are not on the page as recognized; "" if they
    are."""
    if len(kept.words) != entry.client_text.words:
        expected = entry.client_text.words
        return f"should have {expected} recognized words, and {len(kept.words)} are kept"
    start, texts = signs.start_of(kept.words), [_characters(word.text) for word in kept.words]
    layer = signs.text[start:]
    if any(map(is_right_to_left, texts)):  # readers differ on the order of such words
        has_same_letters = Counter(filter(str.isalnum, layer)) == Counter(
            filter(str.isalnum, "".join(texts))
        )
        return "" if has_same_letters else "does not have the letters that were recognized on it"
    places = places_of(layer, texts)
    if places is None:
        return (
            f"lacks {_missing(page, texts)} of {len(texts)} recognized words, or has them in "
            f"another order"
        )
    return _check_places(page, signs, kept, entry, [start + place for place in places])


def start_of(text: str, words: Sequence[str], passed_over: int = 0) -> int:
    """Return the place in a text after which there are as many letters as these words have, less
    `passed_over`.

    Punctuation that the first word begins with, such as a bracket, belongs to it.
    """
    remaining = sum(map(str.isalnum, "".join(words))) - passed_over
    place = len(text)
    while remaining and place:
        place -= 1
        remaining -= text[place].isalnum()
    first = words[0] if words else ""
    opening = first[: next((number for number, sign in enumerate(first) if sign.isalnum()), 0)]
    return place - len(opening) if text.endswith(opening, 0, place) else place


def ends_with(content: str, words: Sequence[str]) -> bool:
    """Return whether a text ends with these words, complete and in order, with only punctuation
    between two.

    Of right-to-left words, whose order differs between readers, only the letters are compared.
    """
    if any(map(is_right_to_left, words)):
        return _letters(content).endswith(_letters("".join(words)))
    return places_of(content[start_of(content, words) :], words) is not None


def places_of(layer: str, words: Sequence[str]) -> list[int] | None:
    """Return where each word is in the layer, with only punctuation between two; None if one is
    not."""
    places, end = [], 0
    for word in words:
        place = layer.find(word, end)
        if place < 0 or any(map(str.isalnum, layer[end:place])):
            return None
        places.append(place)
        end = place + len(word)
    return None if any(map(str.isalnum, layer[end:])) else places


def _missing(page: Any, words: Sequence[str]) -> int:
    """Count the missing words, by the longest runs of those that are there in order; at least
    one."""
    words_on_page = [_characters(word) for word in read_text(page).split()]
    blocks = SequenceMatcher(None, words, words_on_page, autojunk=False).get_matching_blocks()
    return max(1, len(words) - sum(block.size for block in blocks))


def _check_places(
    page: Any, signs: Signs, kept: KeptWords, entry: LedgerEntry, places: Sequence[int]
) -> str:
    """Return what is wrong if words are not where they were recognized, since a search would
    highlight another place."""
    offsets = [
        _distance(
            middle_of(page, signs, place, _characters(word.text)),
            _expected_middle(word, kept.size, entry),
        )
        for word, place in zip(kept.words, places, strict=True)
    ]
    heights = [_height(word, entry) for word in kept.words]
    return _judge_offsets(offsets, heights, _line_height(heights))


def _height(word: Word, entry: LedgerEntry) -> float:
    return float((word.bottom - word.top) * entry.scale)


def _line_height(heights: Sequence[float]) -> float:
    """Return the usual height of a page's words, in points: the OCR engine puts a comma or an i in
    the middle of its line."""
    return median(heights) if heights else 0.0


def _judge_offsets(offsets: Sequence[float], heights: Sequence[float], line: float) -> str:
    """Return what is wrong if words of these heights are too far from their places, all in points;
    "" if they are not."""
    pairs = list(zip(offsets, heights, strict=True))
    usual_ratio = (
        median(offset / max(_USUAL_OFFSET, _USUAL_PART * height) for offset, height in pairs)
        if pairs
        else 0.0
    )
    far_words = sum(offset > max(_FAR_OFFSET, height, line) for offset, height in pairs)
    has_lost_word = any(offset > max(_MAX_OFFSET, height) for offset, height in pairs)
    if usual_ratio > 1 or far_words > max(1, _SOME_FAR * len(offsets)) or has_lost_word:
        return (
            f"has {max(1, far_words)} of {len(offsets)} recognized words "
            f"in another place than they are seen"
        )
    return ""


def _distance(point: tuple[float, float], other: tuple[float, float]) -> float:
    return max(abs(point[0] - other[0]), abs(point[1] - other[1]))


def _expected_middle(
    word: Word, size: tuple[float, float], entry: LedgerEntry
) -> tuple[float, float]:
    """Return the middle of a word on the bundle's page; a page that is drawn smaller keeps its top
    edge and horizontal center."""
    scale = entry.scale
    left = (entry.size[0] - size[0] * scale) / 2
    return left + (word.left + word.right) / 2 * scale, (word.top + word.bottom) / 2 * scale


def middle_of(page: Any, signs: Signs, place: int, word: str) -> tuple[float, float]:
    """Return the middle of a word as PDFium places it, from the top left corner of the page as
    shown."""
    letters = [number for number, sign in enumerate(word) if sign.isalnum()] or [0]
    # its ends give the length, even of a passport line that ends with fillers; letters give the
    # height
    numbers = {0, len(word) - 1, letters[0], letters[-1]}
    return _middle(
        page, [_box(signs.layer, signs.signs[place + number][1]) for number in sorted(numbers)]
    )


def _middle(page: Any, boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """Return the middle of letter boxes (left, right, bottom, top) on the page as shown."""
    xs = [x for left, right, _, _ in boxes for x in (left, right)]
    ys = [y for _, _, bottom, top in boxes for y in (bottom, top)]
    return _shown(page, (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def _box(layer: Any, place: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(layer, place, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    """Return a point of the page's own coordinates as the page is shown, from the top left
    corner."""
    x0, y0, x1, y1 = page.get_bbox()
    match page.get_rotation():
        case 90:
            return y - y0, x - x0
        case 180:
            return x1 - x, y - y0
        case 270:
            return y1 - y, x1 - x
        case _:
            return x - x0, y1 - y
