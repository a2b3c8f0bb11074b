"""The text of a page as PDFium reads it, our stamp left out, in forms that can be compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# PDFium's signs for a hyphen at the end of a line, and the soft hyphen; they stand for a hyphen
# that is printed
_LINE_HYPHENS = str.maketrans(
    {"\x02": "-", "\ufffe": "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-"}
)
_DASHES = str.maketrans({"\u2012": "–", "\u2014": "–", "\u2212": "–"})


def read_text(page: Any) -> str:
    """Return all text of a page of PDFium, in the order in which it is drawn; objects that are
    hidden have none."""
    layer = page.get_textpage()
    try:
        return str(layer.get_text_range())
    finally:
        layer.close()


def squeeze(text: str) -> str:
    """Return every sign of a text but blanks, ligatures spelled out: what two drawings of one text
    have in common."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text.translate(_LINE_HYPHENS))).replace(
        "\0", ""
    )


def fold(text: str) -> str:
    """Return a text squeezed, in one case, with one kind of dash, without hyphens and invisible
    signs.

    It is compared with words of the ledger, which a line may break at a hyphen and an engine may
    print without its soft ones.
    """
    plain = squeeze(text).translate(_DASHES).casefold()
    return "".join(sign for sign in plain if sign != "-" and unicodedata.category(sign) != "Cf")


def letters(text: str) -> str:
    """Return only the letters and digits of a text, folded."""
    return "".join(filter(str.isalnum, fold(text)))


def is_right_to_left(text: str) -> bool:
    """Tell whether a text has letters that run to the left; readers give those in one order or the
    other."""
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)
