"""Turn text of any origin into text that can be printed: no control characters, and a name in
brackets for each symbol that no font has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

# what XML 1.0 does not allow in a document (https://www.w3.org/TR/xml/#charsets), and carriage
# returns, which a line feed follows or stands for
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# choose between two looks of the symbol before them; fonts without the symbol have no use for them
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)  # two of them are the code of a country
_JOINER = "\u200d"


def remove_unprintable(text: str) -> str:
    """Return the text without control characters and selectors; each line ends with a line feed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    lines = lines.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x0c", "\n")
    return _SELECTORS.sub("", _ILLEGAL.sub("", lines))


def name_symbols(text: str, uncovered: Collection[str]) -> str:
    """Return the text with "[name]" in place of each symbol that is among the uncovered characters.

    Letters and digits stay as they are, since a name would not say what is written; a letter in
    fancy dress, such as a mathematical one, becomes the plain letter. A skin tone is left out, and
    so are invisible marks; the two letters of a flag become "[flag UA]".
    """
    if not uncovered or not any(character in uncovered for character in text):
        return text
    pieces: list[str] = []
    letters = ""  # of a flag
    for character in text:
        code = ord(character)
        if code in _FLAG_LETTERS and character in uncovered:
            letters += chr(code - _FLAG_LETTERS.start + ord("A"))
            if len(letters) == 2:
                pieces.append(f"[flag {letters}]")
                letters = ""
            continue
        if letters:
            pieces.append(f"[{letters}]")
            letters = ""
        if code in _SKIN_TONES:
            continue
        pieces.append(_spell(character) if character in uncovered else character)
    if letters:
        pieces.append(f"[{letters}]")
    return "".join(pieces).replace(f"]{_JOINER}", "]")


def _spell(character: str) -> str:
    """Return what is printed for a character that no font has; a letter stays as it is."""
    category = unicodedata.category(character)
    if category == "Cf":  # invisible: marks of direction, the tags of some flags
        return ""
    if category == "Co":  # of private use: a symbol that only one maker's fonts have
        return f"[symbol U+{ord(character):04X}]"
    if is_symbol(character) or category == "Me":
        return f"[{unicodedata.name(character, '').lower()}]"
    return unicodedata.normalize("NFKC", character)


def is_symbol(character: str) -> bool:
    """Return whether a character is a symbol or a sign that has a name in Unicode."""
    return unicodedata.category(character)[0] in "SP" and bool(unicodedata.name(character, ""))


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter of a text is of a script that runs from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
