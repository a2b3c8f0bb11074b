"""Set up what one run works with: lock, scratch folder, cache, workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from filelock import Timeout

from assembler.errors import AssemblerError, OutputNotWritten
from assembler.runtime import cache_upkeep
from assembler.runtime.atomic_files import (
    probe_folder,
    refuse_long_path,
    refuse_non_utf8,
    remove_tree,
    report_write_errors,
    write_error,
)
from assembler.runtime.cache import Cache
from assembler.runtime.file_locks import LockFile
from assembler.runtime.handle_reserve import HandleReserve
from assembler.runtime.process_setup import defer_interrupts
from assembler.runtime.timings import Spent, Stopwatch
from assembler.runtime.worker_pool import Failure, Limits, Pool, get_module

T = TypeVar("T")
R = TypeVar("R")

CACHE_MB = 5_000
LONGEST_BELOW = 130  # characters of a path below a work folder: half-made cache entries are longest

_LONG_WORK = 3.0  # CPU seconds; starting workers anew takes a fiftieth of it


class Workshop:
    """The lock, scratch folder, cache and workers of one run; use as a context manager.

    `home` is created with mode 0700. `jobs`: number of worker processes. `temporary`: remove `home`
    at the end. `pool`: workers of the caller, left running at the end, instead of `jobs` own ones.
    `cache`: a folder that cases share, instead of one in `home`; `cache_mb`: its size limit,
    enforced at the end by removing what was used longest ago. Raises OutputNotWritten if another
    run holds `home`, or if it cannot be created.
    """

    def __init__(
        self,
        home: Path,
        *,
        jobs: int = 1,
        temporary: bool = False,
        pool: Pool | None = None,
        cache: Path | None = None,
        cache_mb: int = CACHE_MB,
    ) -> None:
        # absolute, since workers and programs get paths below it
        self.home = home = home.parent.resolve() / home.name
        self.scratch = home / "scratch" / str(os.getpid())
        self._shared = cache.resolve() if cache else None
        self.cache = Cache(self._shared or home / "cache")
        self._cache_mb = cache_mb
        self._user = cache_upkeep.CacheUser(self.cache.root)
        self.jobs = jobs
        self._lock = LockFile(home / "lock")
        self._reserve = HandleReserve()
        self._temporary = temporary
        self._pool = pool or Pool(jobs)
        self._lent = pool is not None
        self._stopwatch = Stopwatch()

    def __enter__(self) -> Workshop:
        try:
            with ExitStack() as undo:  # a run that cannot begin leaves nothing behind
                try:
                    self._begin(undo)
                except BaseException:
                    self._reserve.give_back()
                    raise
                undo.pop_all()
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
        return self

    def _begin(self, undo: ExitStack) -> None:
        """Take the work folder and set up what a run needs in it; `undo` collects what must be
        released."""
        self._reserve.take()
        for folder in filter(None, (self.home, self._shared)):
            refuse_non_utf8(folder)
            refuse_long_path(folder, LONGEST_BELOW)
        with defer_interrupts():  # else a folder could stay whose lock is not known to be ours
            self._take_folder(undo)
        self._sweep()
        undo.callback(self._user.leave)
        self._user.enter()
        self._pool.begin()
        undo.callback(remove_tree, self.scratch)
        self.scratch.mkdir(mode=0o700, parents=True)

    def _take_folder(self, undo: ExitStack) -> None:
        cache_upkeep.claim_home(self.home)
        if self._shared:
            cache_upkeep.claim_shared(self._shared)
        try:
            self._lock.acquire()
        except OSError as error:
            if self._temporary and not isinstance(error, Timeout):
                cache_upkeep.remove_home(self.home)
            raise
        if self._temporary:
            undo.callback(cache_upkeep.remove_home, self.home)
        undo.callback(self._lock.release)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        place = f"{self.home.parent.name}/{self.home.name}"
        with (
            defer_interrupts(),
            suppress(OutputNotWritten) if error else nullcontext(),
            report_write_errors(place, self.home),
            ExitStack() as last,
        ):
            self._reserve.give_back()
            if self._temporary:
                last.callback(cache_upkeep.remove_home, self.home)
            last.callback(self._lock.release)
            last.callback(remove_tree, self.scratch)
            # a lender of workers to several runs trims the cache they share
            if not (self._shared and self._lent):
                last.callback(cache_upkeep.trim_cache, self.cache.root, self._cache_mb * 1_000_000)
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
        is_large: bool = False,
    ) -> tuple[R | Failure, ...]:
        """Run a top-level function over picklable items in worker processes; results in item order.

        An AssemblerError raised by the function is raised here, the first in order, after all items
        have finished.

        Args:
            is_large: the function leaves its workers with much memory that no other function needs;
                they are ended after long work.
        """
        module = get_module(function)
        before = self._pool.spent[module]
        with self._stopwatch.measure_time(module, len(items), self._pool):
            outcomes = self._pool.run(function, items, limits or Limits(), progress)
        if is_large and self._pool.spent[module] - before > _LONG_WORK:
            self._pool.renew()
        for outcome in outcomes:
            if isinstance(outcome, AssemblerError):
                raise outcome
        if any(isinstance(outcome, Failure) for outcome in outcomes):
            self._stop_if_full()
        return tuple(outcomes)

    def _stop_if_full(self) -> None:
        """Raise OutputNotWritten if an item may have failed only because its worker could not
        write."""
        for folder in (self.scratch, self.cache.root):
            if refusal := probe_folder(folder):
                raise write_error(f"{self.home.parent.name}/{self.home.name}", refusal)

    def list_timings(self) -> tuple[Spent, ...]:
        """Return where the time has gone since this workshop was created."""
        return self._stopwatch.list_rows()

    def make_folder(self, name: str) -> Path:
        """Return a new, empty folder in the scratch space."""
        path = self.scratch / name
        with report_write_errors(f"{self.home.parent.name}/{self.home.name}", self.home):
            remove_tree(path)
            path.mkdir(mode=0o700, parents=True)
        return path

    def _sweep(self) -> None:
        """Remove what killed runs left behind; while we hold the lock, that is every scratch folder
        here."""
        cache_upkeep.sweep_scratch(self.home)
        self._sweep_cache()

    def _sweep_cache(self) -> None:
        """Remove what killed workers left half-made, since it holds client pages."""
        if self._shared:
            cache_upkeep.sweep_shared_cache(self._shared)
        else:
            cache_upkeep.sweep_own_cache(self.cache.root)
