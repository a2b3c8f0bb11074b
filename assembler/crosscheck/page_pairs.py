"""Facts about each two pages of a case, in little memory: a bit for each pair. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np

Flags = np.ndarray[Any, np.dtype[np.bool_]]  # one for each page


class PagePairs:
    """Whether something holds for each two pages, by number; it does not at first."""

    def __init__(self, pages: int) -> None:
        self._pages = pages
        self._bits = np.zeros((pages, (pages + 7) // 8), dtype=np.uint8)

    def set_rows(self, rows: slice, flags: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        """Set some rows. `flags`: a row for each of them, a column for each page."""
        self._bits[rows] = np.packbits(flags, axis=1)

    def get_row(self, page: int) -> Flags:
        """Return for each page whether it holds with this one."""
        return np.unpackbits(self._bits[page], count=self._pages).astype(bool)

    def holds(self, page: int, other: int) -> bool:
        """Return whether it holds for two pages."""
        return bool(self._bits[page, other >> 3] & (0x80 >> (other & 7)))
