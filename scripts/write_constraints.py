"""Write constraints.txt: the version of every dependency of this environment, so that a fresh machine gets the same.

`make constraints` first brings the environment to the newest allowed versions. The list is the closure of the
requirements in pyproject.toml with all its extras, on every supported system: a package that only another system needs
(colorama on Windows) cannot be looked up here, so its line in constraints.txt is kept as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "constraints.txt"
EXTRAS = ("cluster", "dev", "docs")
SYSTEMS = (
    {"sys_platform": "linux"},
    {"sys_platform": "darwin"},
    {"sys_platform": "win32", "os_name": "nt"},
)
HEAD = """\
# The versions this project is tested with. `make setup` installs them; `make constraints` renews this file.
# One version of each serves Python 3.11 to 3.14 on Linux (x86-64), Windows (x86-64) and macOS 15 (Apple silicon).
"""


def installed_closure(name: str, extras: Iterable[str]) -> dict[str, str | None]:
    """Return canonical name → installed version of everything `name` needs; None where it is not installed here."""
    versions: dict[str, str | None] = {}
    visited: set[tuple[str, frozenset[str]]] = set()
    waiting = [(canonicalize_name(name), frozenset(extras))]
    while waiting:
        package, wanted_extras = waiting.pop()
        if (package, wanted_extras) in visited:
            continue
        visited.add((package, wanted_extras))
        try:
            versions[package] = distribution(package).version
        except PackageNotFoundError:
            versions[package] = None
            continue
        waiting += [
            (canonicalize_name(requirement.name), frozenset(requirement.extras))
            for requirement in requirements_of(package, wanted_extras)
        ]
    del versions[canonicalize_name(name)]
    return versions


def requirements_of(package: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield each requirement of an installed package that some supported system has."""
    for line in distribution(package).requires or []:
        requirement = Requirement(line)
        marker = requirement.marker
        environments = (
            {**default_environment(), **system, "extra": extra}
            for system in SYSTEMS
            for extra in extras or {""}
        )
        if marker is None or any(marker.evaluate(environment) for environment in environments):
            yield requirement


def pinned_versions(text: str) -> dict[str, str]:
    """Return canonical name → version of each line `name==version` of a constraints file."""
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)", text)
    }


def main() -> int:
    known = pinned_versions(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    needed = installed_closure("assembler", EXTRAS)
    versions = {name: version or known.get(name) for name, version in needed.items()}
    unknown = sorted(name for name, version in versions.items() if version is None)
    if unknown:
        names = ", ".join(unknown)
        sys.stderr.write(
            f"{names}: not installed here, and not in constraints.txt; add each line by hand\n"
        )
        return 1
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    TARGET.write_text(HEAD + "".join(lines), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
