"""What of a Word file is on none of the pages made from it: words, signs, boxes, pictures."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

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
_MOST_DEEP = 15  # forms within forms


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContent:
    """What is on a page: its text, how many pictures, and how many lines and areas."""

    text: str
    pictures: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How many things of a kind are on none of the pages."""

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
        named = [
            f"{count} {_plural(what) if count > 1 else what}"
            for what, count in counts.items()
            if count
        ]
        if not named:
            return ""
        verb = "is" if sum(counts.values()) == 1 else "are"
        return (
            f"{' and '.join(filter(None, (', '.join(named[:-1]), named[-1])))} of it {verb} on "
            f"none of its pages"
        )


def _plural(what: str) -> str:
    return {"box": "boxes", "picture or drawing": "pictures or drawings"}.get(what, f"{what}s")


def read_pages(places: Sequence[tuple[Path, int]]) -> list[PageContent]:
    """Read pages of PDFs: (file, index) each. Pages that a file does not have are left out."""
    contents = []
    for path in dict.fromkeys(path for path, _ in places):
        document = pdfium.PdfDocument(path)
        try:
            contents += [
                _read_page(document[index])
                for of, index in places
                if of == path and index < len(document)
            ]
        finally:
            document.close()
    return contents


def _read_page(page: Any) -> PageContent:
    kinds = Counter(item.type for item in page.get_objects(max_depth=_MOST_DEEP))
    lines = kinds[pdfium.raw.FPDF_PAGEOBJ_PATH] + kinds[pdfium.raw.FPDF_PAGEOBJ_SHADING]
    return PageContent(
        text=page.get_textpage().get_text_bounded(),
        pictures=kinds[pdfium.raw.FPDF_PAGEOBJ_IMAGE],
        lines=lines,
    )


def find_missing(things: VisibleThings, pages: Sequence[PageContent]) -> Missing:
    """Count what a Word file shows and none of these pages does.

    Of a text that runs from right to left the signs are not compared, but for boxes: brackets are
    drawn mirrored in it.
    """
    shown = "\n".join(page.text for page in pages)
    wanted, there = _signs("\n".join(things.paragraphs)), _signs(shown)
    lost = wanted - there
    boxes = lost.pop(_TICKED, 0) + lost.pop(_EMPTY, 0)
    spare = max(0, sum(there.values()) - sum(wanted.values()))
    signs = 0 if things.right_to_left else sum(lost.values()) + max(0, things.some_signs - spare)
    pictures, lines = sum(page.pictures for page in pages), sum(page.lines for page in pages)
    outlined = pictures - things.pictures + (things.outlines if lines else 0)
    return Missing(
        words=_missing_words(things.paragraphs, shown),
        signs=signs,
        boxes=boxes,
        pictures=max(0, things.pictures - pictures) + max(0, things.outlines - max(0, outlined)),
    )


def _signs(text: str) -> Counter[str]:
    """Every character that is neither a letter, a digit, a blank nor an accent; the like of each
    other as one."""
    alike = "".join(_SAME_SIGN.get(c, c) for c in text)
    plain = "".join(_SAME_SIGN.get(c, c) for c in unicodedata.normalize("NFKC", alike))
    return Counter(
        c for c in plain if not c.isalnum() and unicodedata.category(c)[0] in "PS" and c != "\ufffc"
    )


def _missing_words(paragraphs: Sequence[str], shown: str) -> int:
    """Account for whole paragraphs first, the longest at the head; then for the words of those that
    no page has in one piece.

    A short one may take letters out of a longer word, so what then seems missing is counted as it
    stands between blanks, too.
    """
    letters = _Letters(shown)
    ordered = sorted(
        ((_plain(text), text) for text in paragraphs), key=lambda pair: len(pair[0]), reverse=True
    )
    broken = [text for plain, text in ordered if not letters.take(plain)]
    words = [_plain(word) for text in broken for word in text.split()]
    lost = [
        word
        for word in sorted(filter(None, words), key=len, reverse=True)
        if not _take_word(letters, word)
    ]
    there = Counter(map(_plain, shown.split()))
    wanted = Counter(_plain(word) for text in paragraphs for word in text.split())
    return sum(there[word] < wanted[word] for word in lost)


def _take_word(letters: _Letters, word: str) -> bool:
    """Take a word wherever it is, else in the parts a page break may have left: signs of a
    script without blanks stand alone; with numbers or Latin letters among them, in two parts."""
    ways = (word, word[::-1], _LAM_ALEF.sub(r"\2\1", word))
    if any(map(letters.take, ways)):
        return True
    signs = [_stands_alone(c) for c in word]
    if len(word) > 1 and all(signs):
        return all(letters.take(c) for c in word)
    breaks = [n for n in range(1, len(word)) if signs[n - 1] or signs[n]]
    return any(letters.take_both(word[:n], word[n:]) for n in breaks)


def _stands_alone(letter: str) -> bool:
    """Whether a letter is of a script that may be written without blanks: of Hebrew and Arabic,
    which have blanks, a word is one piece."""
    return unicodedata.category(letter) == "Lo" and unicodedata.bidirectional(letter) == "L"


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


class _Letters:
    """The letters and digits of a text, each to be accounted for once."""

    def __init__(self, text: str) -> None:
        self._text = _plain(text)
        self._taken = bytearray(len(self._text))
        self._cursor = 0

    def take(self, wanted: str) -> bool:
        """Account for a run of letters where it stands first, untaken; whether it does."""
        place = self._find(wanted)
        if place < 0:
            return not wanted
        end = place + len(wanted)
        self._taken[place:end] = b"\1" * len(wanted)
        self._cursor = end
        return True

    def take_both(self, first: str, second: str) -> bool:
        """Account for two runs, or for none of them."""
        if self._find(first) < 0 or self._find(second) < 0:
            return False
        return self.take(first) and self.take(second)

    def _find(self, wanted: str) -> int:
        for begin in (self._cursor, 0):
            place = self._text.find(wanted, begin)
            while place >= 0:
                taken = self._taken.rfind(1, place, place + len(wanted))
                if taken < 0:
                    return place
                place = self._text.find(wanted, taken + 1)
        return -1
