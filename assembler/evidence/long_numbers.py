"""Numbers of a file with more digits than any reader needs, written short.

qpdf copies a number as the file spells it, and readers have limits: pypdf refuses one of 64
characters. PDF's own precision is that of a float (PDF 32000-1, annex C), so fifteen digits say
the same.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pikepdf import Array, Dictionary, Pdf, Stream

_LONGEST = 60  # characters of a number that is left as it is: PDFium may draw by the last of them
_LONG = re.compile(rb"[0-9.]{%d}" % _LONGEST)


def shorten_numbers(pdf: Pdf) -> None:
    """Write every overlong number of dictionaries and arrays with fifteen digits.

    Content streams stay as they are.
    """
    for value in pdf.objects:
        holder: Any = value.stream_dict if isinstance(value, Stream) else value
        # Looking at the bytes first is quick: nearly no object has such a number.
        if isinstance(holder, Array | Dictionary) and _LONG.search(holder.unparse(resolved=True)):
            _shorten(holder)


def _shorten(holder: Any) -> None:
    keys = list(holder.keys()) if isinstance(holder, Dictionary) else range(len(holder))
    for key in keys:
        value = holder[key]
        if isinstance(value, Decimal) and len(str(value)) >= _LONGEST:
            holder[key] = value  # pikepdf writes a Decimal with fifteen digits
        elif isinstance(value, Array | Dictionary) and not value.is_indirect:
            _shorten(value)
