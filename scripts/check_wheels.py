"""Ask PyPI, through pip, whether every run-time dependency has a wheel for every supported system and Python.

`python -m scripts.check_wheels` prints a table, and exits with 1 if a wheel is missing that is not a
known gap of a system that the project does not support (docs/systems.md says what its users do). It
needs the network. The versions are those of requirements/run.txt. pip reads indexes and metadata only
(--dry-run), so nothing is downloaded or installed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.lock_files import Group, Pin, read_group

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_GLIBC = range(
    5, 29
)  # minor versions of glibc 2 whose wheels run on RHEL 8, Debian 11 and Ubuntu 20.04 or newer
_MISSING = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)==")


class PipFailed(Exception):
    """pip stopped for another reason than a missing wheel, for example because there is no network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A system, as people and as pip call it."""

    name: str
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A dependency that a target has no wheel of, for one version of Python."""

    package: str
    target: str
    python: str


def _name_linux(machine: str) -> tuple[str, ...]:
    """Return the platforms whose wheels run on Linux: pip compares each name as it is."""
    older = ("manylinux1", "manylinux2010", "manylinux2014")
    return tuple(
        f"{name}_{machine}" for name in (*older, *(f"manylinux_2_{minor}" for minor in _GLIBC))
    )


TARGETS = (
    Target(name="Windows x86-64", platforms=("win_amd64",)),
    Target(name="macOS 15 Apple silicon", platforms=("macosx_15_0_arm64",)),
    Target(name="macOS 15 Intel", platforms=("macosx_15_0_x86_64",)),
    Target(name="Linux x86-64", platforms=_name_linux("x86_64")),
    Target(name="Linux ARM 64", platforms=_name_linux("aarch64")),
)


# recorded in docs/systems.md; none of a supported system
KNOWN_GAPS = frozenset(
    {
        ("cryptography", "macOS 15 Intel"),
        ("office2pdf-python", "macOS 15 Intel"),
        ("pikepdf", "macOS 15 Intel"),
        ("office2pdf-python", "Linux ARM 64"),
    }
)


def list_new_gaps(gaps: Iterable[Gap]) -> list[Gap]:
    """Return the gaps that are not known."""
    return [gap for gap in gaps if (gap.package, gap.target) not in KNOWN_GAPS]


def list_closed_gaps(gaps: Iterable[Gap]) -> list[tuple[str, str]]:
    """Return the known gaps (package, target) that are none any more, to be removed here and from docs/systems.md."""
    return sorted(KNOWN_GAPS - {(gap.package, gap.target) for gap in gaps})


def map_versions(pins: Iterable[Pin]) -> dict[str, str]:
    """Return the version of each package. One that only some systems need counts for all."""
    return {pin.name: pin.version for pin in pins}


def write_pip_arguments(
    pins: Mapping[str, str], target: Target, python: str, folder: Path
) -> list[str]:
    """Return what to call pip with, so that it looks for a wheel of each package for another system."""
    platforms = [argument for name in target.platforms for argument in ("--platform", name)]
    return [
        *(
            "-m",
            "pip",
            "install",
            "--dry-run",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ),
        *("--only-binary", ":all:", "--no-deps", "--ignore-installed", "--target", str(folder)),
        *("--python-version", python, "--implementation", "cp", *platforms),
        *(f"{name}=={version}" for name, version in pins.items()),
    ]


def read_missing(errors: str) -> str:
    """Return the package of which pip found no wheel. Raises PipFailed if it failed otherwise."""
    match = _MISSING.search(errors)
    if match is None:
        raise PipFailed(errors.strip()[-500:])
    return match[1].lower().replace("_", "-")


def find_gaps(pins: Mapping[str, str], target: Target, python: str) -> list[Gap]:
    """Ask pip until every package without a wheel is known: it stops at the first. Raises PipFailed."""
    left, gaps = dict(pins), []
    with tempfile.TemporaryDirectory() as folder:
        while left:
            command = [sys.executable, *write_pip_arguments(left, target, python, Path(folder))]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if ran.returncode == 0:
                break
            package = read_missing(ran.stderr)
            if left.pop(package, None) is None:
                raise PipFailed(f"pip asked for {package}, which is no dependency")
            gaps.append(Gap(package=package, target=target.name, python=python))
    return gaps


def format_table(
    pins: Mapping[str, str], gaps: Sequence[Gap], targets: Sequence[Target] = TARGETS
) -> str:
    """Return a Markdown table: a row for each package that lacks a wheel somewhere, and one for all others."""
    incomplete = {gap.package for gap in gaps}
    rows = [("package", *(target.name for target in targets))]
    rows.append(tuple("---" for _ in rows[0]))
    for package in sorted(incomplete):
        cells = []
        for target in targets:
            versions = [
                gap.python for gap in gaps if (gap.package, gap.target) == (package, target.name)
            ]
            cells.append(f"none for {', '.join(versions)}" if versions else "yes")
        rows.append((f"{package} {pins[package]}", *cells))
    others = len(pins) - len(incomplete)
    rows.append(
        (f"{'the other ' if incomplete else 'all '}{others} packages", *("yes" for _ in targets))
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> int:
    """Print the table; return 1 if a wheel is missing that was there before, 2 if pip could not be asked."""
    pins = map_versions(read_group(Group.RUN))
    gaps: list[Gap] = []
    for target in TARGETS:
        for python in PYTHONS:
            try:
                gaps += find_gaps(pins, target, python)
            except PipFailed as error:
                print(f"{target.name}, Python {python}: pip failed: {error}", file=sys.stderr)
                return 2
            print(f"{target.name}, Python {python}: asked", file=sys.stderr)
    print(format_table(pins, gaps))
    for package, name in list_closed_gaps(gaps):
        print(
            f"{package} has a wheel for {name} now: remove it from KNOWN_GAPS and docs/systems.md"
        )
    new = list_new_gaps(gaps)
    for gap in new:
        print(f"{gap.package}: no wheel for {gap.target}, Python {gap.python}")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
