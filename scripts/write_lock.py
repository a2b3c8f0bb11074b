"""Write the lock, requirements/*.txt: version and hashes of every dependency on every system.

`make lock` keeps what is pinned and adds what the lock lacks; `make lock UPGRADE=1` takes the
newest allowed versions. uv resolves for all systems and Pythons at once. To install from the lock,
pip is enough.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.utils import canonicalize_name

from scripts.lock_files import EXTRAS_OF_GROUP, FOLDER, Group, Pin, parse_pins, read_group

ROOT = Path(__file__).parent.parent
# 3.11.5 and not 3.11: the oldest that the documentation's tools support
OPTIONS = ("--universal", "--python-version", "3.11.5", "--only-binary", ":all:")
OPTIONS += ("--no-annotate", "--no-header", "--quiet")
HEAD = """\
# {purpose}
# One version of each serves Python 3.11 to 3.14 on Linux and Windows (x86-64) and macOS 15 (arm64).
# `make lock` writes this file; `make setup` refuses a download whose hash is not listed.
"""
PURPOSES = {
    Group.RUN: "What assembler needs to run.",
    Group.EXTRAS: "What the extras `cluster` and `film` add to run.txt.",
    Group.DEV: "What development, tests and builds add to run.txt and extras.txt.",
    Group.DOCS: "What the documentation site adds to dev.txt.",
    Group.LOCK: "What writing the lock adds to dev.txt.",
}


def resolve(groups: tuple[Group, ...], target: Path, *more: str) -> str:
    """Return the closure of the dependencies of `groups` as uv resolves it: a requirements file.

    target: the file that uv writes; versions that it pins already are kept if they are allowed.
    """
    extras = [name for group in groups for name in EXTRAS_OF_GROUP[group]]
    options = [*OPTIONS, *more, *(f"--extra={name}" for name in extras)]
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        *options,
        "--output-file",
        str(target),
        "pyproject.toml",
    ]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return target.read_text(encoding="utf-8")


def list_closure(group: Group, whole: Path) -> set[str]:
    """Return the names of everything that this group and those before it need.

    whole: the file with the closure of all groups, whose versions hold.
    """
    groups = tuple(Group)[: tuple(Group).index(group) + 1]
    text = resolve(groups, whole.with_name(f"{group}.txt"), "--constraint", str(whole))
    return {canonicalize_name(name) for name in re.findall(r"(?m)^([\w.-]+)==", text)}


def divide(closures: dict[Group, set[str]], pins: tuple[Pin, ...]) -> dict[Group, tuple[Pin, ...]]:
    """Return each group's pins: those of its closure that no group before it has."""
    divided: dict[Group, tuple[Pin, ...]] = {}
    known: set[str] = set()
    for group, names in closures.items():
        divided[group] = tuple(pin for pin in pins if pin.name in names - known)
        known |= names
    return divided


def main(arguments: list[str]) -> int:
    upgrade = ["--upgrade"] if "--upgrade" in arguments else []
    with TemporaryDirectory() as scratch:
        whole = Path(scratch, "whole.txt")
        pinned = [pin for group in Group if group.path.exists() for pin in read_group(group)]
        whole.write_text("".join(pin.format() for pin in pinned), encoding="utf-8")
        pins = parse_pins(resolve(tuple(Group), whole, "--generate-hashes", *upgrade))
        closures = {group: list_closure(group, whole) for group in Group}
    FOLDER.mkdir(exist_ok=True)
    for group, chosen in divide(closures, pins).items():
        text = HEAD.format(purpose=PURPOSES[group]) + "".join(pin.format() for pin in chosen)
        group.path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
