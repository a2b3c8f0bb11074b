"""PDFs written letter by letter, so that each rule of the format can be broken alone."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font "
    b"<< /F1 5 0 R >> >> >>"
)
TEXT = b"BT /F1 24 Tf 72 700 Td (Nothing is missing here.) Tj 0 -40 Td (Its number is 1237.) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(
    data: bytes, entries: bytes = b"", length: int | None = -1, end: bytes = b"\nendstream"
) -> bytes:
    """A stream object; `length` -1: the right one, None: no /Length at all."""
    size = b"" if length is None else b"/Length %d" % (len(data) if length < 0 else length)
    return b"<< " + entries + b" " + size + b" >>\nstream\n" + data + end


def packed(data: bytes, entries: bytes = b"", cut: int = 0) -> bytes:
    """A compressed stream object, its last bytes cut off."""
    body = zlib.compress(data)
    return stream(body[: len(body) - cut], b"/Filter /FlateDecode " + entries)


def objects(**changed: bytes) -> dict[int, bytes]:
    """A letter of one page: catalog, list of pages, page, content, font; `o3=b"..."` replaces
    object 3."""
    whole = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: PAGE,
        4: packed(TEXT),
        5: FONT,
    }
    return whole | {int(name[1:]): body for name, body in changed.items()}


def written(
    parts: Mapping[int, bytes],
    *,
    moved: Callable[[int], int] = lambda place: place,
    start: Callable[[int], int] = lambda place: place,
    first: int = 0,
    trailer: bytes = b"",
    before: bytes = b"",
) -> bytes:
    """A file of these objects; `moved` and `start` spoil the places of the table, `first` its
    numbers."""
    out, places = bytearray(before + b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in parts.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    size, table = max(parts) + 1, len(out)
    out += b"xref\n%d %d\n0000000000 65535 f \n" % (first, size)
    for number in range(1, size):
        out += (
            b"%010d 00000 n \n" % moved(places[number])
            if number in places
            else b"0000000000 00001 f \n"
        )
    out += (
        b"trailer\n<< /Size %d /Root 1 0 R " % size
        + trailer
        + b" >>\nstartxref\n%d\n%%%%EOF\n" % start(table)
    )
    return bytes(out)
