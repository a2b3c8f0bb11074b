"""What several processes of a test run need: the first that needs it makes it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock


@dataclass(frozen=True, slots=True)
class _Folders:
    """The temporary folder of a test run, and this process's own below it."""

    run: Path
    own: Path


_folders: list[_Folders] = []


def set_folders(factory: pytest.TempPathFactory) -> None:
    """Call this once per process, before anything is shared."""
    own = factory.getbasetemp()
    _folders[:] = [_Folders(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own, own)]


def share(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder of this name that all processes share, filled by `make` in the first that
    asks for it. Nobody may change it."""
    home = _folders[0].run / "shared"
    home.mkdir(exist_ok=True)
    folder, done = home / name, home / f"{name}.done"
    with FileLock(home / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return this process's own copy of what `share` returns. Tests must copy it before they change
    it."""
    shared, own = share(name, make), _folders[0].own / "shared-copies" / name
    if not own.exists():
        shutil.copytree(shared, own)
    return own


def is_of_this_run(path: Path) -> bool:
    """Return whether something lies in the temporary folder of this test run."""
    return bool(_folders) and path.resolve().is_relative_to(_folders[0].run.resolve())
