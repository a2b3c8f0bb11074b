"""Maps of ink for pages that do not exist."""

from __future__ import annotations

from assembler.model import Ink


def ink(width: float = 612, height: float = 792, fill: int = 0, cell: float = 4) -> Ink:
    """A page with no mark (fill 0) or nothing but marks (fill 255)."""
    columns, rows = round(width / cell + 0.49), round(height / cell + 0.49)
    return Ink(
        cell=cell, columns=columns, rows=rows, bits=bytes([fill]) * (columns * rows // 8 + 1)
    )
