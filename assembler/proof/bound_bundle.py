"""Hold what the links and bookmarks of a bundle are compared with: ledger, files, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assembler.model import LedgerEntry, Manifest, Volume
from assembler.proof.link_reader import Sheet
from assembler.proof.outline_reader import Mark
from assembler.proof.source_links import Origin, Origins, split_into_runs

TOLERANCE = 0.75  # points by which rounding may move a link


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFile:
    """One file of the bundle: its pages with their links, and its bookmarks. Pages count from 0
    within the file."""

    volume: Volume
    sheets: tuple[Sheet, ...]
    marks: tuple[Mark, ...]
    tags: tuple[str, ...] = ()


class BoundBundle:
    """The files of a bundle as read back, its manifest, and the files its pages came from."""

    def __init__(self, manifest: Manifest, files: Sequence[BoundFile], origins: Origins) -> None:
        self.manifest, self.files, self.origins = manifest, files, origins
        self.entries = {entry.number: entry for entry in manifest.ledger}
        self.unmoved = frozenset(n for n, entry in self.entries.items() if is_unmoved(entry))
        self.runs = split_into_runs(manifest.ledger)
        self.volumes = {file.volume.path: file.volume for file in files}

    def source(self, entry: LedgerEntry) -> Origin | None:
        """Return the file of a page; None where its content is not known."""
        if entry.source is None:
            return self.origins.documents.get(
                entry.document, Origin(kind="ours" if entry.is_ours else "")
            )
        path = entry.client_source.key
        origin = self.origins.files.get(path, Origin())
        return None if path in self.origins.repaired else origin


def is_unmoved(entry: LedgerEntry) -> bool:
    """Return whether a page has the size and scale of its source."""
    return entry.scale == 1.0 and entry.own_size is None


def locate_in_file(entry: LedgerEntry) -> int:
    """Return the index of a page, from 0, in its source file, or in its document if it has none."""
    return int(entry.client_source.page - 1 if entry.source is not None else entry.index)


def is_close(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Return whether two sequences agree; numbers may differ by the rounding of points."""
    pairs = zip(first, second, strict=False)
    numbers = (int, float)
    return len(first) == len(second) and all(
        abs(a - b) <= TOLERANCE if isinstance(a, numbers) and isinstance(b, numbers) else a == b
        for a, b in pairs
    )
