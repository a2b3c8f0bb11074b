"""Read the characters of a page in PDFium's order, and find words and their places among them."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pypdfium2 import raw

from assembler.proof.kept_drafts import Word
from assembler.proof.page_appearance import read_letter
from assembler.proof.page_text import is_right_to_left

# PDFium's codes for hyphens
_PLAIN = {0: None, **dict.fromkeys(map(ord, "\x02\ufffe\u00ad\u2010\u2011"), "-")}


class PageCharacters:
    """The characters of a page's text without blanks, each with its index among PDFium's."""

    def __init__(self, page: Any) -> None:
        self.layer = page.get_textpage()
        count = self.layer.count_chars()
        codes = [raw.FPDFText_GetUnicode(self.layer, place) for place in range(count)]
        self.characters = [
            (character, place)
            for place, code in enumerate(codes)
            for character in keep_visible_characters(read_letter(code))
        ]

    @property
    def text(self) -> str:
        return "".join(character for character, _ in self.characters)

    def drop_end(self, text: str) -> None:
        """Remove the text that a page ends with."""
        end = keep_visible_characters(text)
        if end and self.text.endswith(end):
            del self.characters[len(self.characters) - len(end) :]

    def drop_letters(self, words: Sequence[Word]) -> None:
        """Remove as many letters from the end as these words have; what is left is the page's own
        text."""
        del self.characters[self.start_of(words) :]

    def start_of(self, words: Sequence[Word], passed_over: int = 0) -> int:
        """Return the place after which there are as many letters as these words have, less
        `passed_over`."""
        return start_of(
            self.text, [keep_visible_characters(word.text) for word in words], passed_over
        )


def keep_visible_characters(text: str) -> str:
    """Return every character except blanks, decomposed: letters and their marks, ligatures; a
    line-end hyphen is a hyphen.

    A character that stands for letters, such as a trademark sign, stays one character, as
    recognition counts it.
    """
    return "".join("".join(map(_decompose, text.translate(_PLAIN))).split())


@lru_cache(maxsize=4096)
def _decompose(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    return (
        character if any(map(str.isalnum, decomposed)) and not character.isalnum() else decomposed
    )


def keep_letters_and_digits(text: str) -> str:
    return "".join(filter(str.isalnum, text))


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
    opening = first[
        : next((number for number, character in enumerate(first) if character.isalnum()), 0)
    ]
    return place - len(opening) if text.endswith(opening, 0, place) else place


def is_ending_with(content: str, words: Sequence[str]) -> bool:
    """Return whether a text ends with these words, complete and in order, with only punctuation
    between two.

    Of right-to-left words, whose order differs between readers, only the letters are compared.
    """
    if any(map(is_right_to_left, words)):
        return keep_letters_and_digits(content).endswith(keep_letters_and_digits("".join(words)))
    return find_word_places(content[start_of(content, words) :], words) is not None


def find_word_places(layer: str, words: Sequence[str]) -> list[int] | None:
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


def find_word_middle(
    page: Any, characters: PageCharacters, place: int, word: str
) -> tuple[float, float]:
    """Return the middle of a word as PDFium places it, from the top left corner of the page as
    shown."""
    left, top, right, bottom = find_word_box(page, characters, place, word)
    return (left + right) / 2, (top + bottom) / 2


def find_word_box(
    page: Any, characters: PageCharacters, place: int, word: str
) -> tuple[float, float, float, float]:
    """Return the box of a word as PDFium places it: left, top, right and bottom from the top left
    corner of the page as shown."""
    letters = [number for number, character in enumerate(word) if character.isalnum()] or [0]
    # its ends give the length, even of a passport line that ends with fillers; letters give the
    # height
    numbers = {0, len(word) - 1, letters[0], letters[-1]}
    boxes = [
        find_character_box(characters.layer, characters.characters[place + number][1])
        for number in sorted(numbers)
    ]
    xs = [x for left, right, _, _ in boxes for x in (left, right)]
    ys = [y for _, _, bottom, top in boxes for y in (bottom, top)]
    corners = _transform_point(page, min(xs), min(ys)), _transform_point(page, max(xs), max(ys))
    (left, right), (top, bottom) = (sorted(sides) for sides in zip(*corners, strict=True))
    return left, top, right, bottom


def find_character_middle(page: Any, box: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the middle of a letter's box (left, right, bottom, top) on the page as shown."""
    left, right, bottom, top = box
    return _transform_point(page, (left + right) / 2, (bottom + top) / 2)


def find_character_box(layer: Any, place: int) -> tuple[float, float, float, float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(layer, place, left, right, bottom, top)
    return left.value, right.value, bottom.value, top.value


def _transform_point(page: Any, x: float, y: float) -> tuple[float, float]:
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
