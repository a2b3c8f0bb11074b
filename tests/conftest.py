"""Shared by all tests: one small case, built once; the program fails any test that would leave
files in the home folder."""

from __future__ import annotations

import gc
import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.process_setup import lift_picture_limit, limit_threads
from tests.support.browsers import open_browser
from tests.support.building import AS_OF, build, build_small
from tests.support.memory_folder import choose_memory
from tests.support.sharing import made_once, set_folders
from tests.support.worker_reuse import workers_reused

__all__ = ["AS_OF", "build", "unseal"]


choose_memory()

# how long an example takes depends on what else the machine does
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the modules of all tests, which stay to the end."""
    gc.collect()
    gc.freeze()


def unseal(folder: Path) -> None:
    """Let the finished packets of a case be another version's, so that they are built again and
    not only proved again."""
    for path in folder.glob(f"build/*/{MANIFEST_FILE}"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "seal": "another version's"}))


@pytest.fixture(scope="session", autouse=True)
def set_up_like_a_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests call in their own process what the program runs in workers only."""
    # a shell starts its background jobs with SIGINT ignored; tests of ^C must not depend on that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    limit_threads()
    lift_picture_limit()
    set_folders(tmp_path_factory)
    with workers_reused():
        yield


@pytest.fixture(scope="session")
def small() -> Path:
    """The folder of a small case, bundled and proved. Tests must copy it before they change it."""
    return made_once("small", build_small) / "case"


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    """A copy of the small case, free to change."""
    return Path(shutil.copytree(small, tmp_path / "case"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium. Not for longer than a module: its driver keeps an event loop running."""
    with open_browser() as chromium:
        yield chromium
