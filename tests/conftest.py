"""Shared by all tests: one small case, built once; the program fails any test that would leave
files in the home folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from assembler import pipeline
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.process_setup import lift_picture_limit, limit_threads
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.support.worker_reuse import workers_reused

AS_OF = date(2026, 11, 23)


def build(folder: Path, *, jobs: int = 2) -> tuple[pipeline.BuiltPacket, ...]:
    """Bundle a case in-process."""
    with Workshop(folder / ".assembler", jobs=jobs) as shop:
        return pipeline.build_packets(
            pipeline.make_context(folder, Shelf.default(), shop, pipeline.Options(as_of=AS_OF))
        )


def unseal(folder: Path) -> None:
    """Let the finished packets of a case be another version's, so that they are built again and
    not only proved again."""
    for path in folder.glob(f"build/*/{MANIFEST_FILE}"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "seal": "another version's"}))


@pytest.fixture(scope="session", autouse=True)
def set_up_like_a_worker() -> Iterator[None]:
    """Tests call in their own process what the program runs in workers only."""
    limit_threads()
    lift_picture_limit()
    with workers_reused():
        yield


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of a small case, bundled and proved. Tests must copy it before they change it.

    The first process of a test run that needs it builds it; each has a copy of its own.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "small-built" / "case"
    with FileLock(shared / "small-built.lock"):
        if not (folder / "build/child" / MANIFEST_FILE).exists():
            shutil.rmtree(folder.parent, ignore_errors=True)
            build(factories.small_case(folder))
    return Path(shutil.copytree(folder, base / "small" / "case"))


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    """A copy of the small case, free to change."""
    return Path(shutil.copytree(small, tmp_path / "case"))
