"""Shorten numbers of a file that have more digits than any reader needs.

qpdf copies a number as the file writes it, and readers have limits: pypdf refuses one of 64
characters. PDF's own precision is that of a float (PDF 32000-1, annex C), so fifteen digits are
enough.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Pdf, Stream

_MAX_LENGTH = 60  # characters of a number that is kept, since PDFium may use all of them
_LONG = re.compile(rb"[0-9.]{%d}" % _MAX_LENGTH)


def shorten_numbers(pdf: Pdf) -> None:
    """Write every overlong number of dictionaries and arrays with fifteen digits; content streams
    stay as they are."""
    for value in pdf.objects:
        holder: Any = value.stream_dict if isinstance(value, Stream) else value
        # searching the bytes first is fast, since almost no object has such a number
        if isinstance(holder, Array | Dictionary) and _LONG.search(holder.unparse(resolved=True)):
            _shorten(holder)


def _shorten(holder: Any) -> None:
    keys = list(holder.keys()) if isinstance(holder, Dictionary) else range(len(holder))
    for key in keys:
        value = holder[key]
        if isinstance(value, Decimal) and len(str(value)) >= _MAX_LENGTH:
            holder[key] = value  # pikepdf writes a Decimal with fifteen digits
        elif isinstance(value, Array | Dictionary) and not value.is_indirect:
            _shorten(value)
