"""Photographs in several codings."""

from __future__ import annotations

import struct


def reduced(data: bytes, number: int) -> bytes:
    """The same TIFF, little-endian, its picture `number` (from 1) marked as a smaller copy of
    another."""
    out, at = bytearray(data), int.from_bytes(data[4:8], "little")
    for _ in range(number - 1):
        at = int.from_bytes(
            out[at + 2 + 12 * int.from_bytes(out[at : at + 2], "little") :][:4], "little"
        )
    for tag in range(int.from_bytes(out[at : at + 2], "little")):
        place_of = at + 2 + 12 * tag
        if out[place_of : place_of + 2] == (305).to_bytes(
            2, "little"
        ):  # the program's name makes room for it
            out[place_of : place_of + 12] = struct.pack("<HHII", 254, 4, 1, 1)
    return bytes(out)
