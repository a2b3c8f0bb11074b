"""The files of a bundle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One file of the bundle, with its first and last page; a bundle that is not split has one."""

    path: str  # file name in the build folder
    first: int
    last: int
