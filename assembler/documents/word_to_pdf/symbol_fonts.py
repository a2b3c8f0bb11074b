"""Translate codes of Symbol, Wingdings and Webdings into characters that ordinary fonts have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

# the fonts of the tables, which take long to load, and most documents need none
FACES = frozenset(("symbol", "webdings", "wingdings", "wingdings 2", "wingdings 3"))
_TURNS = {
    "UP DOWN": "↕",
    "LEFT RIGHT": "↔",
    "NORTH WEST": "↖",
    "NORTH EAST": "↗",
    "SOUTH WEST": "↙",
    "SOUTH EAST": "↘",
    "RIGHTWARDS": "→",
    "LEFTWARDS": "←",
    "UPWARDS": "↑",
    "DOWNWARDS": "↓",
    "RIGHT-POINTING": "►",
    "LEFT-POINTING": "◄",
    "UP-POINTING": "▲",
    "DOWN-POINTING": "▼",
}
# words of a character's Unicode name → the like of it that many fonts have; the first that fits
# counts
_LIKENESSES = (
    (r"BALLOT BOX WITH .*CHECK", "☑"),
    (r"BALLOT BOX WITH", "☒"),
    (r"CHECK MARK", "✓"),
    (r"BALLOT .*X|SCRIPT X", "✗"),
    (r"BLACK .*SQUARE|BLACK SQUARE", "■"),
    (r"WHITE .*SQUARE", "☐"),
    (r"BLACK .*CIRCLE|FISHEYE", "●"),
    (r"CIRCLED( BOLD)? X", "⊗"),
    (r"(WHITE|HEAVY|SHADOWED) .*CIRCLE|HEAVY CIRCLE", "○"),
    (r"BLACK .*(DIAMOND|LOZENGE)", "◆"),
    (r"DIAMOND|LOZENGE", "◇"),
    (r"BLACK .*STAR|ASTERISK", "★"),
    (r"STAR", "☆"),
    (r"SALTIRE", "✖"),
    (r"GREEK CROSS", "✚"),
    (r"TELEPHONE", "☎"),
    (r"ENVELOPE", "✉"),
    (r"(RIGHT) POINTING.* INDEX", "☞"),
    (r"LEFT POINTING.* INDEX", "☜"),
    (r" UP POINTING.* INDEX", "☝"),
    (r"DOWN POINTING.* INDEX", "☟"),
    (r"PENCIL|PEN$", "✎"),
)
_LIKE = {
    "\u2b1c": "☐",
    "\u2b1b": "■",
    "\u3008": "⟨",
    "\u3009": "⟩",
    "\u23af": "—",
    "\u23d0": "|",
    "\U0001f5d9": "✗",
}


def is_symbol_face(face: str) -> bool:
    """Return whether a font shows something else than the letters written in it."""
    return face.strip().lower() in FACES


def find_sign(face: str, code: int) -> str:
    """Return the character that a code of a symbol font shows, plain or F0xx; "" if unknown."""
    if not is_symbol_face(face):
        return ""
    sign = (
        _load_tables()
        .get(face.strip().lower(), {})
        .get(code & 0xFF if code >= 0xF000 else code, "")
    )
    return "" if sign and unicodedata.category(sign) == "Co" else sign


def find_likeness(sign: str, covered: Collection[int]) -> str:
    """Return the sign if `covered`, else the most similar character that is; "" if there is
    none."""
    if ord(sign) in covered:
        return sign
    name = unicodedata.name(sign, "")
    arrow = next((like for direction, like in _TURNS.items() if direction in name), "")
    like = _LIKE.get(sign) or next(
        (like for words, like in _LIKENESSES if re.search(words, name)), ""
    )
    chosen = arrow if "ARROW" in name or "TRIANGLE" in name else like
    return chosen if chosen and ord(chosen) in covered else ""


@cache
def _load_tables() -> dict[str, dict[int, str]]:
    """Return the characters of each font's codes, by the font's name in small letters."""
    from mammoth.docx.dingbats import dingbats

    tables: dict[str, dict[int, str]] = {}
    for (face, code), value in dingbats.items():
        tables.setdefault(face.lower(), {})[code] = chr(value)
    return tables
