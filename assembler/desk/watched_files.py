"""The files of one folder of a case, each looked at in a worker once for each content.

The table is kept while the desk runs. What a look says of a file is decided by the subclasses.
"""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from assembler.intake.file_check import list_present_files
from assembler.runtime.queued_workers import Future

T = TypeVar("T")  # what is known of a file
Stamp = tuple[int, int, int]  # inode, size, time: changes when a file is written


class WatchedFiles(ABC, Generic[T]):
    """The files in a folder of one case. Used from the event loop only.

    `revision` changes whenever something new is known.

    Args:
        folder: of the case.
        part: name of its folder, one of WATCHED.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.folder, self.revision = folder, 0
        self._part = part
        self._known: dict[str, T] = {}
        self._stamps: dict[str, Stamp] = {}
        self._looks: dict[str, Future[Any]] = {}

    @property
    def known(self) -> Mapping[str, T]:
        """Return what is known of each file, by path."""
        return self._known

    @property
    def is_busy(self) -> bool:
        """Return whether files are still being looked at."""
        return bool(self._looks)

    async def take_stock(
        self, begin: Callable[[str, Stamp], Future[Any] | None], wait: float
    ) -> None:
        """Take in which files there are, and have new and changed ones looked at.

        Args:
            begin: notes a file in the table and returns the look at it; None if it needs none.
            wait: seconds to wait for the looks at most.
        """
        present = await run_in_threadpool(read_stamps, self.folder, self._part)
        for path in [path for path in self._known if path not in present]:
            del self._known[path]
            self._stamps.pop(path, None)
            self.revision += 1
        for path, stamp in present.items():
            if self._stamps.get(path) != stamp and self._may_look(path):
                self._stamps[path] = stamp
                look = begin(path, stamp)
                if look is not None:
                    self._follow(path, look, partial(self._take_in, path, stamp))
        looks = [asyncio.wrap_future(look) for look in self._looks.values()]
        if looks and wait:
            await asyncio.wait(looks, timeout=wait)
            await asyncio.sleep(0)  # for their news to be taken in

    def _follow(self, name: str, look: Future[Any], take_in: Callable[[Any], None]) -> None:
        """Have the result of a look taken in by the event loop; the table is busy until then."""
        self._looks[name] = look
        loop = asyncio.get_running_loop()

        def finish() -> None:
            if self._looks.get(name) is look:
                del self._looks[name]
            take_in(look.result())

        def tell(_look: Future[Any]) -> None:
            with suppress(RuntimeError):  # the desk has ended
                loop.call_soon_threadsafe(finish)

        look.add_done_callback(tell)

    def _take_in(self, path: str, stamp: Stamp, outcome: Any) -> None:
        if self._stamps.get(path) == stamp:
            self._known[path] = self._conclude(path, outcome)
            self.revision += 1

    def _may_look(self, _path: str) -> bool:
        return True

    @abstractmethod
    def _conclude(self, path: str, outcome: Any) -> T:
        """Return what is known of a file after a look, also after one that failed."""


def read_stamps(folder: Path, part: str) -> dict[str, Stamp]:
    """Return the files in a folder of a case; nothing if that is a link."""
    stamps: dict[str, Stamp] = {}
    if (folder / part).is_symlink():
        return stamps
    for path in list_present_files(folder, part):
        with suppress(OSError):
            status = os.lstat(folder / path)
            stamps[path] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return stamps
