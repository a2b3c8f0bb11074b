"""Find the packets that a person names by a case, its build folder, or one packet."""

from __future__ import annotations

from pathlib import Path

import click


def find_packets(target: Path) -> tuple[Path, ...]:
    """Return the packets of a case or of its build folder, or the packet itself; none if there is
    none. Those that were set aside do not count."""
    from assembler.model.manifest import MANIFEST_FILE
    from assembler.runtime.folder_walk import find_in_folders

    if (target / MANIFEST_FILE).exists():
        return (target,)
    home = target / "build" if is_case(target) else target
    return tuple(
        path.parent
        for path in find_in_folders(home, MANIFEST_FILE)
        if ".kept-" not in path.parent.name
    )


def is_case(folder: Path) -> bool:
    """Return whether a folder is that of a case."""
    return (folder / "case.json").is_file()


def make_missing_error(target: Path) -> click.UsageError:
    """Return the error for a place without any packet."""
    return click.UsageError(f"{target} has no packet yet; build one: assembler bundle {target}")
