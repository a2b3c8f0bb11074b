"""Find what a signed S/MIME envelope holds, independently of the code that prints it."""

from __future__ import annotations

import re

_SIGNED = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701a0")  # type "data", then the content
_LENGTH = re.compile(rb"[\x00-\x80]|\x81.|\x82..|\x83...|\x84....", re.DOTALL)


def find_signed_content(data: bytes) -> bytes | None:
    """Return the content of an envelope; None if it is encrypted, or none is found."""
    if _SIGNED not in data[:40]:
        return None
    place = data.find(_DATA)
    if place < 0:
        return None
    place = _skip_length(data, place + len(_DATA))
    pieces = []
    if data[place : place + 1] == b"\x24":  # a string in parts
        place = _skip_length(data, place + 1)
    while data[place : place + 1] == b"\x04":
        length, place = _read_length(data, place + 1)
        pieces.append(data[place : place + length])
        place += length
    return b"".join(pieces) or None


def _skip_length(data: bytes, place: int) -> int:
    match = _LENGTH.match(data, place)
    return match.end() if match else len(data)


def _read_length(data: bytes, place: int) -> tuple[int, int]:
    """Return a length, and where its value starts."""
    end = _skip_length(data, place)
    digits = data[place:end]
    if len(digits) == 1:
        return digits[0], end
    return int.from_bytes(digits[1:], "big"), end
