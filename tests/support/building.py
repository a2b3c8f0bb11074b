"""Cases bundled in this process. They start with what was prepared of the small case, which most of
them repeat: a page that is the same is not recognized again in each test."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

from assembler import pipeline
from assembler.runtime.cache import DONE
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.support.sharing import is_of_this_run, share

AS_OF = date(2026, 11, 23)


def build(folder: Path, *, jobs: int = 2, cold: bool = False) -> tuple[pipeline.BuiltPacket, ...]:
    """Bundle a case in-process; if `cold`, with what it has in its own cache only."""
    if not cold:
        warm_up(folder)
    with Workshop(folder / ".assembler", jobs=jobs) as shop:
        return pipeline.build_packets(
            pipeline.make_context(folder, Shelf.default(), shop, pipeline.Options(as_of=AS_OF))
        )


def build_small(folder: Path) -> None:
    """Make the small case in `folder`, and bundle it."""
    build(factories.small_case(folder / "case"), cold=True)


def warm_up(folder: Path) -> None:
    """Give the cases below a folder of this test run that were never built the small case's
    cache."""
    if is_of_this_run(folder):
        for path in folder.rglob("case.json"):
            if not os.path.lexists(path.parent / ".assembler") and os.access(path.parent, os.W_OK):
                lend_cache(path.parent)


def lend_cache(case: Path) -> None:
    """Let a case start with the cache that the small case was built with. What the proof remembers
    stays behind: each test proves its own pages."""

    def leave_out(folder: str, names: list[str]) -> list[str]:
        entries = Path(folder).parent.name == "cache"
        return [name for name in names if entries and _is_empty(Path(folder, name))]

    cache = share("small", build_small) / "case/.assembler/cache"
    shutil.copytree(cache, case / ".assembler/cache", ignore=leave_out)


def _is_empty(entry: Path) -> bool:
    return [path.name for path in entry.iterdir()] == [DONE] if entry.is_dir() else False
