"""Find what a Word file shows and the pages made from it lack: words, signs, boxes, pictures."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from assembler.pdf.opening import open_pdf_file
from assembler.proof.word_reader import VisibleThings

_TICKED, _EMPTY = "\u2612", "\u2610"
_SAME_SIGN = {
    **dict.fromkeys("☑☒✓✔✗✘⊠🗹🗷🗸🗵🗴🗶⮽", _TICKED),
    **dict.fromkeys("☐□◻▢❏❐❑❒⬜🗆🞎🞏", _EMPTY),
    **dict.fromkeys("‐‑−﹣－\u00ad\x02\ufffe", "-"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
    **dict.fromkeys("•∙●⚫", "•"),
    **dict.fromkeys("∗*", "*"),
}
_LAM_ALEF = re.compile("(ل)([اأإآ])")  # one glyph; LibreOffice writes its letters as drawn
_MAX_DEPTH = 15  # depth of nested forms


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInventory:
    """What is on a page: its text, how many pictures, and how many lines and areas."""

    text: str
    pictures: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How many things of each kind are on none of the pages."""

    words: int
    signs: int
    boxes: int
    pictures: int

    def describe(self) -> str:
        """Return "2 words and 1 box of it are on none of its pages"; "" if nothing is missing."""
        counts = {
            "word": self.words,
            "sign": self.signs,
            "box": self.boxes,
            "picture or drawing": self.pictures,
        }
        phrases = [
            f"{count} {_pluralize_kind(kind) if count > 1 else kind}"
            for kind, count in counts.items()
            if count
        ]
        if not phrases:
            return ""
        verb = "is" if sum(counts.values()) == 1 else "are"
        return (
            f"{' and '.join(filter(None, (', '.join(phrases[:-1]), phrases[-1])))} of it {verb} on "
            f"none of its pages"
        )


def _pluralize_kind(kind: str) -> str:
    return {"box": "boxes", "picture or drawing": "pictures or drawings"}.get(kind, f"{kind}s")


def read_pages(places: Sequence[tuple[Path, int]]) -> list[PageInventory]:
    """Read pages of PDFs, each (file, index); pages that a file does not have are left out."""
    contents = []
    for path in dict.fromkeys(path for path, _ in places):
        document = open_pdf_file(path)
        try:
            contents += [
                _read_page(document[index])
                for place_path, index in places
                if place_path == path and index < len(document)
            ]
        finally:
            document.close()
    return contents


def _read_page(page: Any) -> PageInventory:
    kinds = Counter(item.type for item in page.get_objects(max_depth=_MAX_DEPTH))
    lines = kinds[pdfium.raw.FPDF_PAGEOBJ_PATH] + kinds[pdfium.raw.FPDF_PAGEOBJ_SHADING]
    return PageInventory(
        text=page.get_textpage().get_text_bounded(),
        pictures=kinds[pdfium.raw.FPDF_PAGEOBJ_IMAGE],
        lines=lines,
    )


def find_missing(things: VisibleThings, pages: Sequence[PageInventory]) -> Missing:
    """Count what a Word file shows and none of these pages does.

    Signs of a right-to-left text are not compared, except boxes: brackets are mirrored in it.
    """
    shown = "\n".join(page.text for page in pages)
    wanted_signs, signs_on_pages = _count_signs("\n".join(things.paragraphs)), _count_signs(shown)
    lost_signs = wanted_signs - signs_on_pages
    boxes = lost_signs.pop(_TICKED, 0) + lost_signs.pop(_EMPTY, 0)
    extra_signs = max(0, sum(signs_on_pages.values()) - sum(wanted_signs.values()))
    signs = (
        0
        if things.right_to_left
        else sum(lost_signs.values()) + max(0, things.some_signs - extra_signs)
    )
    pictures, lines = sum(page.pictures for page in pages), sum(page.lines for page in pages)
    drawn_outlines = pictures - things.pictures + (things.outlines if lines else 0)
    return Missing(
        words=count_missing_words(things.paragraphs, shown),
        signs=signs,
        boxes=boxes,
        pictures=max(0, things.pictures - pictures)
        + max(0, things.outlines - max(0, drawn_outlines)),
    )


def _count_signs(text: str) -> Counter[str]:
    """Count every character that is neither a letter, a digit, a blank nor an accent; similar ones
    count as the same."""
    unified = "".join(_SAME_SIGN.get(sign, sign) for sign in text)
    plain = "".join(_SAME_SIGN.get(sign, sign) for sign in unicodedata.normalize("NFKC", unified))
    return Counter(
        sign
        for sign in plain
        if not sign.isalnum() and unicodedata.category(sign)[0] in "PS" and sign != "\ufffc"
    )


def count_missing_words(paragraphs: Sequence[str], shown: str) -> int:
    """Count the words that are on no page.

    Whole paragraphs are matched first, the longest before the others; then the words of those that
    no page has in one piece. A short word may use up letters of a longer one, so words that then
    seem missing are also counted by blanks.
    """
    letters = _Letters(shown)
    ordered = sorted(
        ((_normalize_text(text), text) for text in paragraphs),
        key=lambda pair: len(pair[0]),
        reverse=True,
    )
    unmatched_texts = [text for plain, text in ordered if not letters.take(plain)]
    words = [_normalize_text(word) for text in unmatched_texts for word in text.split()]
    unmatched = [
        word
        for word in sorted(filter(None, words), key=len, reverse=True)
        if not _take_word(letters, word)
    ]
    words_on_pages = Counter(map(_normalize_text, shown.split()))
    words_in_file = Counter(_normalize_text(word) for text in paragraphs for word in text.split())
    return sum(words_on_pages[word] < words_in_file[word] for word in unmatched)


def _take_word(letters: _Letters, word: str) -> bool:
    """Take a word wherever it is, else in the parts that a page break may have left.

    Letters of a script without blanks are taken one by one; with numbers or Latin letters among
    them, in two parts.
    """
    spellings = (word, word[::-1], _LAM_ALEF.sub(r"\2\1", word))
    if any(map(letters.take, spellings)):
        return True
    can_break = [_may_need_no_blank(letter) for letter in word]
    if len(word) > 1 and all(can_break):
        return all(letters.take(letter) for letter in word)
    breaks = [n for n in range(1, len(word)) if can_break[n - 1] or can_break[n]]
    return any(letters.take_both(word[:n], word[n:]) for n in breaks)


def _may_need_no_blank(letter: str) -> bool:
    """Return whether a letter is of a script that may be written without blanks; Hebrew and Arabic
    have blanks, so a word of theirs is one piece."""
    return unicodedata.category(letter) == "Lo" and unicodedata.bidirectional(letter) == "L"


def _normalize_text(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum()
    )


class _Letters:
    """The letters and digits of a text, each to be matched once."""

    def __init__(self, text: str) -> None:
        self._text = _normalize_text(text)
        self._taken = bytearray(len(self._text))
        self._cursor = 0

    def take(self, wanted: str) -> bool:
        """Take the first untaken run of these letters; return whether there is one."""
        place = self._find(wanted)
        if place < 0:
            return not wanted
        end = place + len(wanted)
        self._taken[place:end] = b"\1" * len(wanted)
        self._cursor = end
        return True

    def take_both(self, first: str, second: str) -> bool:
        """Take two runs, or neither of them."""
        if self._find(first) < 0 or self._find(second) < 0:
            return False
        return self.take(first) and self.take(second)

    def _find(self, wanted: str) -> int:
        for begin in (self._cursor, 0):
            place = self._text.find(wanted, begin)
            while place >= 0:
                last_taken = self._taken.rfind(1, place, place + len(wanted))
                if last_taken < 0:
                    return place
                place = self._text.find(wanted, last_taken + 1)
        return -1
