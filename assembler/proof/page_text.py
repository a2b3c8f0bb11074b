"""Read the text of a page with PDFium, and normalize it for comparison."""

from __future__ import annotations

import logging
import re
import struct
import unicodedata
import zlib
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

# PDFium's codes for a line-end hyphen, and the soft hyphen; all mean a printed hyphen
_LINE_HYPHENS = str.maketrans(
    {"\x02": "-", "\ufffe": "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-"}
)
_UNREAD = (
    PyPdfError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    OSError,
    zlib.error,
    struct.error,
)
_DASHES = str.maketrans({"\u2012": "–", "\u2014": "–", "\u2212": "–"})


def read_text(page: Any) -> str:
    """Return all text of a PDFium page in drawing order; hidden objects have none."""
    layer = page.get_textpage()
    try:
        return str(layer.get_text_range())
    finally:
        layer.close()


def read_content(path: Path, index: int) -> str:
    """Return all text of page `index` (from 0) of a file, read by pypdf in the order of its
    content; "" if it cannot be read.

    A second reader beside PDFium, which skips a letter that lies on another of its kind.
    """
    pieces: list[str] = []
    logging.getLogger("pypdf").setLevel(
        logging.CRITICAL
    )  # its messages contain content of the file
    try:
        PdfReader(path).pages[index].extract_text(visitor_text=lambda text, *_: pieces.append(text))
    except _UNREAD:
        return ""
    return "".join(pieces)


def squeeze(text: str) -> str:
    """Return a text without blanks, ligatures decomposed: what two drawings of the same text have
    in common."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text.translate(_LINE_HYPHENS))).replace(
        "\0", ""
    )


def fold(text: str) -> str:
    """Return a text squeezed, in one case, with one kind of dash, without hyphens and invisible
    characters.

    For comparison with words of the ledger, which a line may break at a hyphen and an engine may
    print without soft hyphens.
    """
    return fold_labels(text).replace("-", "")


def fold_labels(text: str) -> str:
    """Return a text folded, but with its hyphens: page 57-1 is not page 571."""
    plain = squeeze(text).translate(_DASHES).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


def join_lines(text: str) -> str:
    """Return a text as one line with plain hyphens, since a label may break at its hyphen."""
    whole = re.sub("[\x02\ufffe]\\s*", "-", text).translate(_LINE_HYPHENS)
    return " ".join(whole.split())


def keep_letters(text: str) -> str:
    """Return only the letters and digits of a text, folded."""
    return "".join(filter(str.isalnum, fold(text)))


def is_right_to_left(text: str) -> bool:
    """Return whether a text has right-to-left letters, whose order differs between readers."""
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def has_words(text: str, words: str) -> bool:
    """Return whether all words are in a folded text, in any reading order of a table."""
    return fold(words) in text or all(fold(word) in text for word in words.split())
