"""One run's workshop: lock, scratch folder, cache, workers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from filelock import FileLock, Timeout

from assembler.errors import AssemblerError, OutputNotWritten
from assembler.workshop import upkeep
from assembler.workshop.cache import Cache
from assembler.workshop.pool import Failure, Limits, Pool, room_of
from assembler.workshop.timings import Spent, Stopwatch

T = TypeVar("T")
R = TypeVar("R")

CACHE_MB = 5_000


class Workshop:
    """Use as a context manager. `home` is made with mode 0700; `jobs` is the number of worker processes.

    `temporary`: remove `home` at the end. `pool`: somebody else's workers, left running at the end, instead of `jobs`
    own ones. `cache`: a folder that cases share, instead of one in `home`; `cache_mb`: its size, kept at the end by taking
    away what was used longest ago. Raises OutputNotWritten if another run holds `home`, or it cannot be made.
    """

    def __init__(
        self,
        home: Path,
        *,
        jobs: int = 1,
        use_cache: bool = True,
        temporary: bool = False,
        pool: Pool | None = None,
        cache: Path | None = None,
        cache_mb: int = CACHE_MB,
    ) -> None:
        self.home = home = home.resolve()  # workers and programs are handed whole paths
        self.scratch = home / "scratch" / str(os.getpid())
        self._shared = cache.resolve() if cache else None
        self.cache = Cache(self._shared or home / "cache", use_cache)
        self._cache_mb = cache_mb
        self._user = upkeep.User(self.cache.root)
        self.jobs = jobs
        self._lock = FileLock(home / "lock", mode=0o600)
        self._temporary = temporary
        self._pool = pool or Pool(jobs)
        self._lent = pool is not None
        self._stopwatch = Stopwatch()

    def __enter__(self) -> Workshop:
        try:
            for folder in filter(None, (self.home, self._shared)):
                _make_tagged(folder)
            self._lock.acquire(timeout=0)
            self._sweep()
            self._user.enter()
            self._pool.begin()
            self.scratch.mkdir(mode=0o700, parents=True)
        except Timeout as error:
            raise OutputNotWritten(
                "another run is working on this case", where=self.home.parent.name, remedy="wait until it has finished"
            ) from error
        except OSError as error:
            raise OutputNotWritten(
                "the work folder cannot be made", where=f"{self.home.parent.name}/{self.home.name}",
                remedy="make the case folder writable, or copy it to a place that is",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._lent:
            self._pool.close()
        self._user.leave()
        self._sweep_cache()
        if not (self._shared and self._lent):  # else whoever lends the workers looks after the folder they share
            upkeep.trim(self.cache.root, self._cache_mb * 1_000_000)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._lock.release()
        if self._temporary:
            shutil.rmtree(self.home, ignore_errors=True)

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        *,
        limits: Limits | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[R | Failure, ...]:
        """Run a top-level function over picklable items in worker processes; results in the order of the items.

        An AssemblerError raised by the function is raised here, the first in order, after all items have finished.
        """
        with self._stopwatch.during(room_of(function), len(items), self._pool):
            outcomes = self._pool.run(function, items, limits or Limits(), progress)
        for outcome in outcomes:
            if isinstance(outcome, AssemblerError):
                raise outcome
        return tuple(outcomes)

    def timings(self) -> tuple[Spent, ...]:
        """Where the time has gone since this workshop was made."""
        return self._stopwatch.rows()

    def folder(self, name: str) -> Path:
        """A new, empty folder in the scratch space."""
        path = self.scratch / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700, parents=True)
        return path

    def _sweep(self) -> None:
        """Remove what killed runs left behind; with the lock held, every scratch folder here is such a one."""
        shutil.rmtree(self.home / "scratch", ignore_errors=True)
        self._sweep_cache()

    def _sweep_cache(self) -> None:
        """What workers that were killed left half-made holds pages of the client."""
        if self._shared:
            upkeep.sweep(self._shared)
        else:
            shutil.rmtree(self.cache.root / "new", ignore_errors=True)


def _make_tagged(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / upkeep.TAG).write_text(upkeep.SIGNATURE)
