"""The text of each page of evidence, in workers: its source's own, and the words recognized on it,
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

_MANY = 200  # pages of a job: its source is read as a whole
# points, or part of its height, by which the middle of most words may be off
_USUAL, _USUAL_PART = 3.0, 0.4
# points, or its whole height, by which a word may be off: the engine lays lines of a skewed scan
# level
_FAR = 12.0
_SOME_FAR = 0.1  # part of the words of a page that may be further off
_INCH = 72.0  # points, or its height, that no word is off
# letters that PDFium may pass over: so many, or so large a part of a page's
_FEW_LETTERS, _PASSED_OVER = 8, 0.05
_EDGE = 1.0  # points by which the same sign may lie in a box on one page and beside it on the other
_MOST_PLACES = 200  # of a word on a page that are looked at
_TICKS = "48lnuH"  # what a tick, cross, circle or box reads as in the font of ticks
# hyphens, as PDFium gives them
_PLAIN = {0: None, **dict.fromkeys(map(ord, "\x02\ufffe\u00ad\u2010\u2011"), "-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some pages of one source in one file of the bundle, whose first page has the number `first`.

    `words`: what was recognized on each page; None of a page whose text is the source's own.
    """

    bundle: Path
    first: int
    entries: tuple[LedgerEntry, ...]
    words: tuple[KeptWords | None, ...]
    case_folder: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPage:
    """`trouble`: how a page's text is not what it should be, "" where it is. `unread`: whether its
    source could not be read."""

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
            result = _lost(job, f"could not be read ({result.kind}: {result.detail})")  # noqa: PLW2901
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
        run: list[LedgerEntry] = []
        for entry in ledger[volume.first - 1 : volume.last]:
            if entry.source is None:
                continue
            if run and (
                len(run) == _MANY or entry.client_source.path != run[-1].client_source.path
            ):
                yield _job(packet / volume.path, volume.first, run, kept, case_folder)
                run = []
            run.append(entry)
        if run:
            yield _job(packet / volume.path, volume.first, run, kept, case_folder)


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
    raises for a bad file."""
    sources = Sources(job.case_folder) if job.case_folder else None
    try:
        with StreamedPages(job.bundle) as book:
            return tuple(
                _page(book, job, sources, *pair)
                for pair in zip(job.entries, job.words, strict=True)
            )
    except (pdfium.PdfiumError, OSError) as error:
        return _lost(job, f"could not be read ({type(error).__name__})")
    finally:
        if sources:
            sources.close()


def _lost(job: Job, trouble: str) -> tuple[LayerPage, ...]:
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
    # where the stamp cannot be left out, the check of the stamps says what is wrong with it
    is_left_out = stamp_area.hide_stamp(page, entry.stamp)
    stamped = entry.stamp.text if entry.stamp and not is_left_out else ""
    text, trouble = _own_text(page, entry, words, stamped)
    if trouble and words is not None:
        text, trouble = _own_text_by_content(page, job, entry, words, trouble)
    if trouble and words is not None and sources is not None:
        text, trouble = _own_text_by_source(page, job, entry, words, sources, trouble)
    if trouble or sources is None:
        return LayerPage(number=number, trouble=trouble, unread=sources is None)
    try:
        trouble = _as_source(text, page, sources, entry, recognized=words is not None)
    except NoPages:
        return LayerPage(number=number, unread=True)
    except (pdfium.PdfiumError, OSError, IndexError):
        trouble = "cannot be compared: its source does not open"
    return LayerPage(number=number, trouble=trouble)


def _own_text(
    page: Any, entry: LedgerEntry, words: KeptWords | None, stamped: str
) -> tuple[str, str]:
    """The text that a page has besides its stamp and what was recognized; what is wrong with
    that."""
    if words is None:
        text = read_text(page)
        return (_spelled(text).removesuffix(_spelled(stamped)) if stamped else text), ""
    signs = Signs(page)
    signs.drop_end(stamped)
    trouble = _recognized(page, signs, words, entry)
    signs.drop_letters(words.words)
    return signs.text, trouble


def _own_text_by_content(
    page: Any, job: Job, entry: LedgerEntry, words: KeptWords, trouble: str
) -> tuple[str, str]:
    """As `_own_text`, read in the order of the content, by pypdf.

    PDFium gives lines that stand close to each other in another order than they were written, and
    passes over a letter that lies on another of its kind. `trouble` stays where the content has
    other words than were recognized, or PDFium other letters than the content.
    """
    stamp_text = entry.stamp.text if entry.stamp else ""
    content = _spelled(read_content(job.bundle, entry.number - job.first))
    content = content.removesuffix(_spelled(stamp_text))
    texts = [_spelled(word.text) for word in words.words]
    signs = Signs(page)
    signs.drop_end(stamp_text)
    letters, shown = _letters(content), _letters(signs.text)
    same_count = len(words.words) == entry.client_text.words
    if not same_count or not ends_with(content, texts) or Counter(shown) - Counter(letters):
        return signs.text, trouble
    passed_over = len(letters) - len(shown)
    if passed_over > max(_FEW_LETTERS, _PASSED_OVER * len(_letters("".join(texts)))):
        return signs.text, trouble
    start = signs.start_of(words.words, passed_over)
    return signs.text[:start], _judge_places(page, signs, words, entry, passed_over)


def _own_text_by_source(
    page: Any, job: Job, entry: LedgerEntry, words: KeptWords, sources: Sources, trouble: str
) -> tuple[str, str]:
    """As `_own_text`, of a page whose own codes stand for no letters that two readers agree on.

    What PDFium reads must be what it reads of the source and the recognized words, no letter more
    and none less but those it passes over, in whatever order it gives them; the recognized words
    must end the page's content whole and in order.
    """
    try:
        source = sources.open(entry.client_source.path)
        if isinstance(source, PictureFile):
            return "", trouble
        own_page = source[entry.client_source.page - 1]
        own, own_signs = read_text(own_page), Signs(own_page)
    except (NoPages, pdfium.PdfiumError, OSError, IndexError):
        return "", trouble
    stamp_text = entry.stamp.text if entry.stamp else ""
    content = _spelled(read_content(job.bundle, entry.number - job.first))
    texts = [_spelled(word.text) for word in words.words]
    signs = Signs(page)
    signs.drop_end(stamp_text)
    wanted = Counter(_letters(own_signs.text)) + Counter(_letters("".join(texts)))
    shown = Counter(_letters(signs.text))
    passed_over = (wanted - shown).total()
    is_as_kept = (
        len(words.words) == entry.client_text.words
        and not shown - wanted
        and passed_over <= max(_FEW_LETTERS, _PASSED_OVER * len(_letters("".join(texts))))
        and ends_with(content.removesuffix(_spelled(stamp_text)), texts)
    )
    if not is_as_kept:
        return "", trouble
    return own, _judge_places(page, signs, words, entry, passed_over)


def _judge_places(
    page: Any, signs: Signs, kept: KeptWords, entry: LedgerEntry, passed_over: int
) -> str:
    """Say that words do not lie where they were recognized, whatever order PDFium gives them in; ""
    where they do.

    A word that is nowhere whole must have its letters about its place, but for those that PDFium
    passes over.
    """
    offs, heights, away, lacking = [], [], 0, 0
    letters = [
        (sign, _middle(page, [_box(signs.layer, place)]))
        for sign, place in signs.signs
        if sign.isalnum()
    ]
    line = _line_height([_height(word, entry) for word in kept.words])
    for word in kept.words:
        wanted, height = _wanted(word, kept.size, entry), _height(word, entry)
        far = max(_FAR, height, line)
        off = _nearest(page, signs, _spelled(word.text), wanted)
        if 0 <= off <= far:
            offs.append(off)
            heights.append(height)
            continue
        half = (word.right - word.left) * entry.scale / 2, height / 2
        around = Counter(
            sign
            for sign, (x, y) in letters
            if abs(x - wanted[0]) <= half[0] + far and abs(y - wanted[1]) <= half[1] + far
        )
        missing = (Counter(_letters(_spelled(word.text))) - around).total()
        away, lacking = away + bool(missing), lacking + missing
    if lacking > passed_over:
        return (
            f"has {away} of {len(kept.words)} recognized words in another place than they are seen"
        )
    return _judge_offs(offs, heights, line)


def _nearest(page: Any, signs: Signs, word: str, wanted: tuple[float, float]) -> float:
    """How far the nearest place of this word is from where it should be; -1 where PDFium has it
    nowhere whole."""
    text, place = signs.text, signs.text.find(word)
    offs: list[float] = []
    while place >= 0 and len(offs) < _MOST_PLACES:
        offs.append(_distance(middle_of(page, signs, place, word), wanted))
        place = text.find(word, place + 1)
    return min(offs, default=-1.0) if word else -1.0


class Signs:
    """The signs of a page's text, blanks left out, each with its place among PDFium's
    characters."""

    def __init__(self, page: Any) -> None:
        self.layer = page.get_textpage()
        count = self.layer.count_chars()
        codes = [raw.FPDFText_GetUnicode(self.layer, place) for place in range(count)]
        self.signs = [
            (sign, place) for place, code in enumerate(codes) for sign in _spelled(letter_of(code))
        ]

    @property
    def text(self) -> str:
        return "".join(sign for sign, _ in self.signs)

    def drop_end(self, text: str) -> None:
        """Leave out the text that a page ends with."""
        end = _spelled(text)
        if end and self.text.endswith(end):
            del self.signs[len(self.signs) - len(end) :]

    def drop_letters(self, words: Sequence[Word]) -> None:
        """Leave out so many letters at the end as these words have: what is left is the page's own
        text."""
        del self.signs[self.start_of(words) :]

    def start_of(self, words: Sequence[Word], passed_over: int = 0) -> int:
        """Return the place from which on there are as many letters as these words have, but for
        some."""
        return start_of(self.text, [_spelled(word.text) for word in words], passed_over)


def _spelled(text: str) -> str:
    """Every sign but blanks, taken apart: letters and their marks, ligatures; a hyphen at the end
    of a line is one. A sign that stands for letters, as that of a trade mark, stays one sign:
    recognition counts it so.
    """
    return "".join("".join(map(_taken_apart, text.translate(_PLAIN))).split())


@lru_cache(maxsize=4096)
def _taken_apart(sign: str) -> str:
    apart = unicodedata.normalize("NFKD", sign)
    return sign if any(map(str.isalnum, apart)) and not sign.isalnum() else apart


# --- the source's own text ---


def _as_source(
    text: str, shown: Any, sources: Sources, entry: LedgerEntry, *, recognized: bool
) -> str:
    """Say that a page's own text is not that of its source; "" where it is. `shown`: the page, its
    stamp left out.

    Raises NoPages, OSError, PdfiumError or IndexError.
    """
    path, index = entry.client_source.path, entry.client_source.page - 1
    source = sources.open(path)
    if isinstance(source, PictureFile):
        return "" if not _letters(text) else "has text, and its source is a picture"
    page = source[index]
    original = read_text(page)
    if text == original:
        return ""
    # where a page's own signs end and those of the layer begin, only letters tell
    form: Callable[[str], str] = _letters if recognized else str
    text, plain = form(_spelled(text)), form(_spelled(original))
    if text == plain:
        return ""
    if raw.FPDFPage_GetAnnotCount(page):
        flat = [form(_flattened(sources, path, index, filled=filled)) for filled in (False, True)]
        if text in flat:
            return ""
        if recognized:
            extra = Counter(_letters(text.removeprefix(plain)))
            known = _letters_of_notes(source, page) + Counter(_letters("".join(flat)))
            known += Counter(
                _letters(_spelled(field_values.text_on(*sources.read_file(path), index)))
            )
            same = text.startswith(plain) and not extra - known
        else:
            same = _same_outside_fields(shown, sources, entry)
        if same:
            return ""  # where in a field its value stands is for the check of the fields
    return "has other text than its source"


def _same_outside_fields(shown: Any, sources: Sources, entry: LedgerEntry) -> bool:
    """Whether a page has the signs of its source but for the places of fields and marks whose
    values we drew, in any order: a program may draw the pictures of comments in another order
    than PDFium makes them part of a page."""
    path, index = entry.client_source.path, entry.client_source.page - 1
    boxes = field_values.boxes_on(entry, sources)
    view = View(entry, sources.open(path)[index])
    now = glyphs_of(shown)
    for filled in (False, True):
        with _flat(sources, path, index, filled=filled) as flat:
            then = glyphs_of(flat, view)
        if not _outside(now, boxes) - _outside(then, boxes, edge=_EDGE) and not (
            _outside(then, boxes) - _outside(now, boxes, edge=_EDGE)
        ):
            return True
    return False


def _outside(glyphs: Sequence[Glyph], boxes: Sequence[Box], edge: float = 0.0) -> Counter[str]:
    """The signs that do not lie in these boxes, or not deeper in them than an edge, in points."""
    smaller = [
        (left + edge, bottom + edge, right - edge, top - edge) for left, bottom, right, top in boxes
    ]
    within = {id(glyph) for box in smaller for glyph in inside(glyphs, box)}
    return Counter(
        sign for glyph in glyphs if id(glyph) not in within for sign in _spelled(glyph.letter)
    )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _flattened(sources: Sources, path: str, index: int, *, filled: bool) -> str:
    """The text with the pictures of fields and comments made part of the page, as binding does."""
    with _flat(sources, path, index, filled=filled) as page:
        return _spelled(read_text(page))


@contextmanager
def _flat(sources: Sources, path: str, index: int, *, filled: bool) -> Iterator[Any]:
    """A page with the pictures of fields and comments made part of it.

    `filled`: as PDFium draws fields, else as the file's own pictures show them.
    """
    again = sources.open_without_forms(path)
    try:
        if filled:
            again.init_forms()
        flatten_page(again[index])
        yield again[index]
    finally:
        again.close()


def _letters_of_notes(source: Any, page: Any) -> Counter[str]:
    """Every letter of a page's fields and comments: their values, which a picture of them may
    print."""
    found: Counter[str] = Counter()
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        found += Counter(_TICKS)
        note = raw.FPDFPage_GetAnnot(page, number)
        for key in (b"V", b"Contents", b"DV"):
            found += Counter(_letters(_spelled(_string(raw.FPDFAnnot_GetStringValue, note, key))))
        if source.formenv:
            form = source.formenv.raw
            found += Counter(
                _letters(_spelled(_string(raw.FPDFAnnot_GetFormFieldValue, form, note)))
            )
            for option in range(raw.FPDFAnnot_GetOptionCount(form, note)):
                label = _string(raw.FPDFAnnot_GetOptionLabel, form, note, option)
                found += Counter(_letters(_spelled(label)))
        raw.FPDFPage_CloseAnnot(note)
    return found


def _string(read: Any, *where: Any) -> str:
    """A string of PDFium, which is asked for its length first."""
    length = read(*where, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    read(*where, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").rstrip("\0")


# --- recognized words ---


def _recognized(page: Any, signs: Signs, kept: KeptWords, entry: LedgerEntry) -> str:
    """Say how the recognized words are not on the page as they were recognized; "" where they
    are."""
    if len(kept.words) != entry.client_text.words:
        wanted = entry.client_text.words
        return f"should have {wanted} recognized words, and {len(kept.words)} are kept"
    start, texts = signs.start_of(kept.words), [_spelled(word.text) for word in kept.words]
    there = signs.text[start:]
    if any(map(is_right_to_left, texts)):  # readers give such words in one order or the other
        same = Counter(filter(str.isalnum, there)) == Counter(filter(str.isalnum, "".join(texts)))
        return "" if same else "does not have the letters that were recognized on it"
    places = places_of(there, texts)
    if places is None:
        return (
            f"lacks {_missing(page, texts)} of {len(texts)} recognized words, or has them in "
            f"another order"
        )
    return _misplaced(page, signs, kept, entry, [start + place for place in places])


def start_of(there: str, words: Sequence[str], passed_over: int = 0) -> int:
    """Return the place in a text from which on there are as many letters as these words have,
    but for some; what the first word begins with, a bracket say, belongs to it."""
    left = sum(map(str.isalnum, "".join(words))) - passed_over
    place = len(there)
    while left and place:
        place -= 1
        left -= there[place].isalnum()
    first = words[0] if words else ""
    opening = first[: next((number for number, sign in enumerate(first) if sign.isalnum()), 0)]
    return place - len(opening) if there.endswith(opening, 0, place) else place


def ends_with(content: str, words: Sequence[str]) -> bool:
    """Tell whether a text ends with these words, whole and in order, nothing but signs between
    two; of words that run to the left, which readers give in one order or the other, only the
    letters are asked for."""
    if any(map(is_right_to_left, words)):
        return _letters(content).endswith(_letters("".join(words)))
    return places_of(content[start_of(content, words) :], words) is not None


def places_of(there: str, words: Sequence[str]) -> list[int] | None:
    """Where each word stands in the layer, nothing but signs without meaning between two; None
    where one does not."""
    places, end = [], 0
    for word in words:
        place = there.find(word, end)
        if place < 0 or any(map(str.isalnum, there[end:place])):
            return None
        places.append(place)
        end = place + len(word)
    return None if any(map(str.isalnum, there[end:])) else places


def _missing(page: Any, words: Sequence[str]) -> int:
    """How many words, by the longest run of those that are there in order; at least one."""
    there = [_spelled(word) for word in read_text(page).split()]
    blocks = SequenceMatcher(None, words, there, autojunk=False).get_matching_blocks()
    return max(1, len(words) - sum(block.size for block in blocks))


def _misplaced(
    page: Any, signs: Signs, kept: KeptWords, entry: LedgerEntry, places: Sequence[int]
) -> str:
    """Say that words do not lie where they were recognized: a search would show another place."""
    offs = [
        _distance(
            middle_of(page, signs, place, _spelled(word.text)), _wanted(word, kept.size, entry)
        )
        for word, place in zip(kept.words, places, strict=True)
    ]
    heights = [_height(word, entry) for word in kept.words]
    return _judge_offs(offs, heights, _line_height(heights))


def _height(word: Word, entry: LedgerEntry) -> float:
    return float((word.bottom - word.top) * entry.scale)


def _line_height(heights: Sequence[float]) -> float:
    """The usual height of a page's words, in points: the engine lays a comma or an i in the
    middle of its line."""
    return median(heights) if heights else 0.0


def _judge_offs(offs: Sequence[float], heights: Sequence[float], line: float) -> str:
    """Say that words of these heights are too far from their places, all in points; "" where
    they are not."""
    pairs = list(zip(offs, heights, strict=True))
    usual = (
        median(off / max(_USUAL, _USUAL_PART * height) for off, height in pairs) if pairs else 0.0
    )
    far = sum(off > max(_FAR, height, line) for off, height in pairs)
    elsewhere = any(off > max(_INCH, height) for off, height in pairs)
    if usual > 1 or far > max(1, _SOME_FAR * len(offs)) or elsewhere:
        return (
            f"has {max(1, far)} of {len(offs)} recognized words in another place than they are seen"
        )
    return ""


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _wanted(word: Word, size: tuple[float, float], entry: LedgerEntry) -> tuple[float, float]:
    """The middle of a word on the bundle's page: one that is drawn smaller keeps its top edge and
    its middle."""
    scale = entry.scale
    left = (entry.size[0] - size[0] * scale) / 2
    return left + (word.left + word.right) / 2 * scale, (word.top + word.bottom) / 2 * scale


def middle_of(page: Any, signs: Signs, place: int, word: str) -> tuple[float, float]:
    """The middle of a word as PDFium places it, from the top left corner of the page as it is
    shown."""
    letters = [number for number, sign in enumerate(word) if sign.isalnum()] or [0]
    # the ends say how long it is, also of a line of a passport that ends with fillers; letters say
    # how high
    numbers = {0, len(word) - 1, letters[0], letters[-1]}
    return _middle(
        page, [_box(signs.layer, signs.signs[place + number][1]) for number in sorted(numbers)]
    )


def _middle(page: Any, boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """The middle of letters, given as left, right, bottom, top, on the page as it is shown."""
    xs = [x for left, right, _, _ in boxes for x in (left, right)]
    ys = [y for _, _, bottom, top in boxes for y in (bottom, top)]
    return _shown(page, (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def _box(layer: Any, place: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(layer, place, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value


def _shown(page: Any, x: float, y: float) -> tuple[float, float]:
    """A point of the page's own coordinates as the page is shown, from the top left corner."""
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
