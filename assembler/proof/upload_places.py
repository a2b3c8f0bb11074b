"""Find where a page of the packet is in an upload set: in which file, on which page of it. Pure.

The proof's own reading of what index and citations must print, from the files of the manifest.
"""

from __future__ import annotations

from bisect import bisect_right

from assembler.model import Manifest

_MIN_DIGITS = 2


class UploadPlaces:
    """The files of a packet. A packet that is no upload set prints no places."""

    def __init__(self, manifest: Manifest) -> None:
        self._is_set = manifest.upload_set
        self._firsts = [volume.first for volume in manifest.volumes]
        self._digits = max(_MIN_DIGITS, len(str(len(self._firsts))))

    def number_file(self, position: int) -> str:
        """Return the printed number of the file at a position from 1."""
        return str(position).zfill(self._digits) if self._is_set else str(position)

    def write(self, first: int, last: int) -> str:
        """Return what must be printed for pages of the packet; "" if it is no upload set."""
        if not self._is_set:
            return ""
        file, page = self._find(first)
        last_file, last_page = self._find(last)
        if (file, page) == (last_file, last_page):
            return f"file {file}, page {page}"
        if file == last_file:
            return f"file {file}, pages {page}–{last_page}"
        return f"file {file}, page {page}, to file {last_file}, page {last_page}"

    def _find(self, number: int) -> tuple[str, int]:
        position = bisect_right(self._firsts, number)
        return self.number_file(position), number - self._firsts[position - 1] + 1
