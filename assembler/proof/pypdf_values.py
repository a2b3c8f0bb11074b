"""Values of a PDF as pypdf reads them, references followed, and texts so that two spellings of
one are equal."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pypdf.generic import ArrayObject, ByteStringObject, NameObject, StreamObject

from assembler.proof.page_view import Box

_HIDDEN = 2 | 32  # flags of an annotation no viewer shows
_LANGUAGE = re.compile("\x1b[^\x1b]*\x1b")


def plain(value: Any) -> Any:
    """Return a value itself, where it is a reference; None for null."""
    found = value.get_object() if hasattr(value, "get_object") else value
    return None if found is None or type(found).__name__ == "NullObject" else found


def integer_of(value: Any) -> int:
    """Return a whole number; 0 for anything else."""
    found = plain(value)
    return int(found) if isinstance(found, int | float) else 0


def numbers_of(value: Any) -> list[float]:
    """Return the numbers of an array; none for anything else."""
    found = plain(value)
    if not isinstance(found, ArrayObject):
        return []
    return [float(one) if isinstance(one := plain(raw), int | float) else 0.0 for raw in found]


def text_of(value: Any) -> str:
    """Return a text string, stream or name as text."""
    value = plain(value)
    if isinstance(value, StreamObject):
        data = value.get_data()
        for mark, code in (
            (b"\xfe\xff", "utf-16"),
            (b"\xff\xfe", "utf-16"),
            (b"\xef\xbb\xbf", "utf-8-sig"),
        ):
            if data.startswith(mark):
                return _LANGUAGE.sub("", data.decode(code, "replace"))
        return data.decode("latin-1")
    if isinstance(value, NameObject):
        return str(value)[1:]
    if isinstance(value, ByteStringObject):
        return bytes(value).decode("latin-1")
    return _LANGUAGE.sub("", str(value)) if isinstance(value, str | int | float) else ""


def rect_of(value: Any) -> Box | None:
    """Return a rectangle, whichever corners it names; None for one too small to show anything."""
    numbers = numbers_of(value)
    if len(numbers) != 4:
        return None
    x0, y0, x1, y1 = numbers
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[2] - box[0] >= 1 and box[3] - box[1] >= 1 else None


def flags_hide(note: Any) -> bool:
    """Return whether the flags of an annotation say that no viewer shows it."""
    return bool(integer_of(note.get("/F")) & _HIDDEN)


def squeezed(text: str) -> str:
    """Return a text without spaces, joined letters taken apart."""
    taken = unicodedata.normalize("NFKD", text)
    return "".join(
        one for one in taken if not one.isspace() and unicodedata.category(one) not in ("Cc", "Cf")
    )
