"""Keep some file handles from the start of a run for its cleanup.

To remove a folder, it must be opened. A run that ends because it has no handle left could not do
that, and would leave a client's pages behind.
"""

from __future__ import annotations

import os

_HANDLES = 8  # our folders are not as deep; each level needs one


class HandleReserve:
    """Open handles of nothing. May be taken and given back any number of times."""

    def __init__(self) -> None:
        self._handles: list[int] = []

    def take(self) -> None:
        """Open them. Raises OSError if there are not as many."""
        while len(self._handles) < _HANDLES:
            self._handles.append(os.open(os.devnull, os.O_RDONLY))

    def give_back(self) -> None:
        """Close them, so that what follows can open as many files."""
        while self._handles:
            os.close(self._handles.pop())
