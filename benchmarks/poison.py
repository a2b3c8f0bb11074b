"""Cases that must not harm the others: a file that brings down whatever draws it, one that
unpacks to gigabytes, a wrong fact; and two of which a file says to the drill's workers that they
shall die of it, or sleep over it, every time."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path

import pikepdf

# kind → how such a case must end, and by which rule
KINDS = {
    "crash": ("failed", "EVID.CRASH"),
    "kill": ("quarantined", "BATCH.QUARANTINE"),
    "bomb": ("failed", "EVID.LIMIT"),
    "hang": ("quarantined", "BATCH.QUARANTINE"),
    "schema": ("failed", "CASE."),
}
MARK = "poison"  # a file in the case folder that `benchmarks.drill.build` obeys: "kill" or "hang"


def spoil(folder: Path, kind: str) -> None:
    """Make a good case one of these kinds."""
    if kind in ("kill", "hang"):
        (folder / MARK).write_text(kind)
    elif kind == "crash":
        (folder / "evidence/letter.pdf").write_bytes(heavy())
    elif kind == "bomb":
        (folder / "evidence/scan.png").write_bytes(bomb())
    else:
        case = json.loads((folder / "case.json").read_text(encoding="utf8"))
        (folder / "case.json").write_text(json.dumps(case | {"kind": "pardon"}), encoding="utf8")


def heavy(dashes: int = 200_000, lines: int = 20_000) -> bytes:
    """A sound PDF of a few kilobytes; each of its lines has a dash pattern of its own, as long as
    a book: PDFium aborts for want of memory, within seconds."""
    out = io.BytesIO()
    pattern = b"[" + b"1 " * dashes + b"] 0 d\n"
    line = b"%d w 0 0 m 612 792 l S\n"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        page.Contents = pdf.make_stream(pattern + (line % 1 + line % 2) * (lines // 2))
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of less than a megabyte that is 900 megabytes of pixels."""
    packed = zlib.compressobj(9)
    row = b"\0" * (side + 1)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
