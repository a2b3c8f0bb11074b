"""Check that each message, line or row of a printed file is on the pages that the ledger names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assembler.model import Passage, PassageKind
from assembler.proof.file_contents import Choice, NumberedText
from assembler.proof.word_losses import count_missing_words
from assembler.proof.word_reader import VisibleThings

_Place = tuple[PassageKind, str, tuple[int, ...]]  # what is counted, and where
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def find_passage_trouble(
    numbered: Sequence[NumberedText],
    passages: Sequence[Sequence[Passage]],
    texts: Sequence[str],
    *,
    is_whole: bool,
) -> str:
    """Return "message 3 is on no page", or that its words are not on the pages that the ledger
    names; "" if all is well.

    Args:
        numbered: everything in the file that is counted.
        passages: by page, what the ledger says it shows.
        texts: the text of these pages.
        is_whole: all pages of the file are there, so that everything must be on some page.
    """
    pages = _find_pages(passages)
    for entry in numbered:
        name = Passage(
            kind=entry.kind,
            first=entry.number,
            last=entry.number,
            within=entry.within,
            attachment=entry.attachment,
        ).describe()
        places = pages.get((entry.kind, entry.within, entry.attachment), {}).get(entry.number, [])
        if not places:
            if is_whole:
                return f"{name} is on no page"
            continue
        if not is_whole and _may_go_on(places, len(texts)):
            continue
        shown = "\n".join(texts[place] for place in places)
        if count_missing_words([_spell_text(entry.text, shown)], shown):
            return f"words of {name} are not on the pages that the ledger names"
    return ""


def find_choice_trouble(choices: Sequence[Choice], texts: Sequence[str]) -> str:
    """Return that the length of a file, or the like, is on none of its pages; "" if all are."""
    shown = " ".join(" ".join(texts).split())
    for choice in choices:
        if not any(
            re.search(rf"(?<![\w:]){re.escape(text)}(?![\w:])", shown) for text in choice.texts
        ):
            return f"the {choice.name} of it is on none of its pages, or is another one"
    return ""


def _find_pages(
    passages: Sequence[Sequence[Passage]],
) -> Mapping[_Place, Mapping[int, list[int]]]:
    """Return, for each number of each place, the indexes of the pages that show it."""
    pages: dict[_Place, dict[int, list[int]]] = {}
    for index, page in enumerate(passages):
        for passage in page:
            numbers = pages.setdefault((passage.kind, passage.within, passage.attachment), {})
            for number in range(passage.first, passage.last + 1):
                numbers.setdefault(number, []).append(index)
    return pages


def _may_go_on(places: Sequence[int], count: int) -> bool:
    """Return whether a text may have more pages than those used: it is on the first or last one, or
    the used pages have a gap there."""
    return places[0] == 0 or places[-1] == count - 1 or len(places) > 1


def spell_symbols(things: VisibleThings, texts: Sequence[str]) -> VisibleThings:
    """Return the things with the name of each symbol that the pages do not show: it may have been
    printed by its name, where no font has it."""
    shown = "\n".join(texts)
    return replace(things, paragraphs=tuple(_spell_text(text, shown) for text in things.paragraphs))


def _spell_text(text: str, shown: str) -> str:
    return "".join(
        character if character in shown or character.isalnum() else _spell_symbol(character)
        for character in text
    )


def _spell_symbol(character: str) -> str:
    """Return the name of a symbol, the letter of half a flag, nothing for a skin tone; all other
    characters stay."""
    code = ord(character)
    if code in _FLAG_LETTERS:
        return chr(code - _FLAG_LETTERS.start + ord("A"))
    category = unicodedata.category(character)
    if category == "Sk" and code > 0xFFFF:
        return ""
    if category == "So" or (category == "Sm" and code > 0xFFFF):
        return f" {unicodedata.name(character, '').lower()} "
    return character
