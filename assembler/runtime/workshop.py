"""One run's workshop: lock, scratch folder, cache, workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from filelock import FileLock, Timeout

from assembler.errors import AssemblerError, OutputNotWritten
from assembler.runtime import cache_upkeep
from assembler.runtime.atomic_files import not_written, probe, refuse_bytes, writing
from assembler.runtime.cache import Cache
from assembler.runtime.publishing import remove_tree
from assembler.runtime.timings import Spent, Stopwatch
from assembler.runtime.worker_pool import Failure, Limits, Pool, room_of

T = TypeVar("T")
R = TypeVar("R")

CACHE_MB = 5_000


class Workshop:
    """Use as a context manager. `home` is made with mode 0700; `jobs` is the number of worker
    processes.

    `temporary`: remove `home` at the end. `pool`: somebody else's workers, left running at the end,
    instead of `jobs` own ones. `cache`: a folder that cases share, instead of one in `home`;
    `cache_mb`: its size, kept at the end by taking away what was used longest ago. Raises
    OutputNotWritten if another run holds `home`, or it cannot be made.
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
        self.home = home = (
            home.parent.resolve() / home.name
        )  # workers and programs are handed whole paths
        self.scratch = home / "scratch" / str(os.getpid())
        self._shared = cache.resolve() if cache else None
        self.cache = Cache(self._shared or home / "cache", use_cache)
        self._cache_mb = cache_mb
        self._user = cache_upkeep.User(self.cache.root)
        self.jobs = jobs
        self._lock = FileLock(home / "lock", mode=0o600)
        self._temporary = temporary
        self._pool = pool or Pool(jobs)
        self._lent = pool is not None
        self._stopwatch = Stopwatch()

    def __enter__(self) -> Workshop:
        with ExitStack() as undo:  # a run that cannot begin leaves nothing behind
            try:
                self._begin(undo)
            except Timeout as error:
                raise OutputNotWritten(
                    "another run is working on this case",
                    where=self.home.parent.name,
                    remedy="wait until it has finished",
                ) from error
            except OSError as error:
                raise OutputNotWritten(
                    f"the work folder cannot be made ({os.strerror(error.errno or 0)})",
                    where=f"{self.home.parent.name}/{self.home.name}",
                    remedy="make the case folder writable, or copy it to a place that is, with "
                    "some space left",
                ) from error
            undo.pop_all()
        return self

    def _begin(self, undo: ExitStack) -> None:
        """Take the work folder, and make what a run needs in it; `undo` hears of what must be
        given back."""
        for folder in filter(None, (self.home, self._shared)):
            refuse_bytes(folder)
        cache_upkeep.claim_home(self.home)
        if self._shared:
            cache_upkeep.claim_shared(self._shared)
        self._lock.acquire(timeout=0)
        undo.callback(self._lock.release)
        self._sweep()
        undo.callback(self._user.leave)
        self._user.enter()
        self._pool.begin()
        undo.callback(remove_tree, self.scratch)
        self.scratch.mkdir(mode=0o700, parents=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        place = f"{self.home.parent.name}/{self.home.name}"
        with (
            suppress(OutputNotWritten) if error else nullcontext(),
            writing(place, self.home),
            ExitStack() as last,
        ):
            if self._temporary:
                last.callback(cache_upkeep.remove_home, self.home)
            last.callback(self._lock.release)
            last.callback(remove_tree, self.scratch)
            if not (
                self._shared and self._lent
            ):  # else whoever lends the workers looks after the folder they share
                last.callback(cache_upkeep.trim, self.cache.root, self._cache_mb * 1_000_000)
            last.callback(self._sweep_cache)
            last.callback(self._user.leave)
            if not self._lent:
                last.callback(self._pool.close)

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        *,
        limits: Limits | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[R | Failure, ...]:
        """Run a top-level function over picklable items in worker processes; results in the order
        of the items.

        An AssemblerError raised by the function is raised here, the first in order, after all items
        have finished.
        """
        with self._stopwatch.during(room_of(function), len(items), self._pool):
            outcomes = self._pool.run(function, items, limits or Limits(), progress)
        for outcome in outcomes:
            if isinstance(outcome, AssemblerError):
                raise outcome
        if any(isinstance(outcome, Failure) for outcome in outcomes):
            self._stop_if_full()
        return tuple(outcomes)

    def _stop_if_full(self) -> None:
        """Raise OutputNotWritten if an item may have failed only because its worker could write
        no more."""
        for folder in (self.scratch, self.cache.root):
            if refusal := probe(folder):
                raise not_written(f"{self.home.parent.name}/{self.home.name}", refusal)

    def timings(self) -> tuple[Spent, ...]:
        """Where the time has gone since this workshop was made."""
        return self._stopwatch.rows()

    def folder(self, name: str) -> Path:
        """A new, empty folder in the scratch space."""
        path = self.scratch / name
        with writing(f"{self.home.parent.name}/{self.home.name}", self.home):
            remove_tree(path)
            path.mkdir(mode=0o700, parents=True)
        return path

    def _sweep(self) -> None:
        """Remove what killed runs left behind; with the lock held, every scratch folder here is
        such a one."""
        cache_upkeep.sweep_own(self.home)
        self._sweep_cache()

    def _sweep_cache(self) -> None:
        """What workers that were killed left half-made holds pages of the client."""
        if self._shared:
            cache_upkeep.sweep(self._shared)
        else:
            cache_upkeep.sweep_own_cache(self.cache.root)
