"""Read the lock: the files in requirements/ that pin every dependency to a version and its hashes.

A package is in one file only, so no two files can disagree. Each file adds to those before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parent.parent / "requirements"
_PIN = re.compile(
    r"(?m)^(?P<requirement>[^#\s][^\\\n]*?) \\\n(?P<hashes>(?: +--hash=\S+(?: \\)?\n)+)"
)


class Group(StrEnum):
    """The files of the lock, in the order in which they add to each other."""

    RUN = "run"
    EXTRAS = "extras"
    DEV = "dev"
    DOCS = "docs"
    LOCK = "lock"

    @property
    def path(self) -> Path:
        return FOLDER / f"{self}.txt"


# what pyproject.toml calls the dependencies that a file adds; run.txt has those without a name
EXTRAS_OF_GROUP: dict[Group, tuple[str, ...]] = {
    Group.RUN: (),
    Group.EXTRAS: ("cluster", "film"),
    Group.DEV: ("dev",),
    Group.DOCS: ("docs",),
    Group.LOCK: ("lock",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One dependency: canonical name, version, marker, and the SHA-256 of each of its files."""

    name: str
    version: str
    marker: str  # "" if every supported system needs it
    hashes: tuple[str, ...]

    def format(self) -> str:
        """Return the lines of a requirements file."""
        marker = f" ; {self.marker}" if self.marker else ""
        hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in self.hashes)
        return f"{self.name}=={self.version}{marker}{hashes}\n"


def parse_pins(text: str) -> tuple[Pin, ...]:
    """Return each pinned requirement of a requirements file.

    Raises ValueError for a line that is neither a comment nor a pin with SHA-256 hashes.
    """
    rest = re.sub(r"(?m)^#.*\n|^\n", "", _PIN.sub("", text))
    if rest:
        raise ValueError(f"not a pin with hashes: {rest.splitlines()[0]}")
    return tuple(_parse_pin(match) for match in _PIN.finditer(text))


def _parse_pin(match: re.Match[str]) -> Pin:
    requirement = Requirement(match["requirement"])
    specifiers = list(requirement.specifier)
    hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})(?= \\\n|\n)", match["hashes"])
    if len(specifiers) != 1 or specifiers[0].operator != "==":
        raise ValueError(f"not one exact version: {requirement}")
    if len(hashes) != match["hashes"].count("--hash="):
        raise ValueError(f"{requirement.name}: a hash that is not SHA-256")
    return Pin(
        name=canonicalize_name(requirement.name),
        version=specifiers[0].version,
        marker=str(requirement.marker or ""),
        hashes=tuple(hashes),
    )


def read_group(group: Group) -> tuple[Pin, ...]:
    """Return the pins of one file of the lock."""
    return parse_pins(group.path.read_text(encoding="utf-8"))
