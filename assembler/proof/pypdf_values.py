"""Read values of a PDF with pypdf: follow references, and normalize texts for comparison."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pypdf.generic import ArrayObject, ByteStringObject, NameObject, StreamObject

from assembler.proof.page_appearance import Box

_HIDDEN = 2 | 32  # flags of an annotation that no viewer shows
_LANGUAGE = re.compile("\x1b[^\x1b]*\x1b")


def resolve_reference(value: Any) -> Any:
    """Return the value that a reference leads to, or the value itself; None for null."""
    resolved = value.get_object() if hasattr(value, "get_object") else value
    return None if resolved is None or type(resolved).__name__ == "NullObject" else resolved


def read_integer(value: Any) -> int:
    """Return a whole number; 0 for anything else."""
    number = resolve_reference(value)
    return int(number) if isinstance(number, int | float) else 0


def read_numbers(value: Any) -> list[float]:
    """Return the numbers of an array; none for anything else."""
    array = resolve_reference(value)
    if not isinstance(array, ArrayObject):
        return []
    return [
        float(number) if isinstance(number := resolve_reference(raw), int | float) else 0.0
        for raw in array
    ]


def read_text_value(value: Any) -> str:
    """Return a text string, stream or name as text."""
    value = resolve_reference(value)
    if isinstance(value, StreamObject):
        data = value.get_data()
        for byte_order_mark, encoding in (
            (b"\xfe\xff", "utf-16"),
            (b"\xff\xfe", "utf-16"),
            (b"\xef\xbb\xbf", "utf-8-sig"),
        ):
            if data.startswith(byte_order_mark):
                return _LANGUAGE.sub("", data.decode(encoding, "replace"))
        return data.decode("latin-1")
    if isinstance(value, NameObject):
        return str(value)[1:]
    if isinstance(value, ByteStringObject):
        return bytes(value).decode("latin-1")
    return _LANGUAGE.sub("", str(value)) if isinstance(value, str | int | float) else ""


def read_rectangle(value: Any) -> Box | None:
    """Return a rectangle from any two opposite corners; None for one too small to show anything."""
    numbers = read_numbers(value)
    if len(numbers) != 4:
        return None
    x0, y0, x1, y1 = numbers
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[2] - box[0] >= 1 and box[3] - box[1] >= 1 else None


def is_hidden_by_flags(note: Any) -> bool:
    """Return whether the flags of an annotation say that no viewer shows it."""
    return bool(read_integer(note.get("/F")) & _HIDDEN)


def remove_blanks(text: str) -> str:
    """Return a text without blanks and control characters, ligatures decomposed."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(
        letter
        for letter in decomposed
        if not letter.isspace() and unicodedata.category(letter) not in ("Cc", "Cf")
    )
