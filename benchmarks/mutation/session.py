"""A pytest session that runs its tests once, and then again for each mutant, in forked children.

Children start with everything imported, collected and built, so that a mutant costs as much as the
tests that run its line. What the program does in worker processes happens in this one, so that the
mutants are there, too.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assembler.runtime import worker_pool
from benchmarks.mutation.apply import Line, NotApplicable, apply_mutant, clear_caches, watch_lines
from benchmarks.mutation.mutants import ROOT, Mutant, list_mutants

SLOW_SECONDS = 4.0  # a test that takes longer is not asked: a mutant must fail in a quick one
_MOST_SECONDS = 60.0  # for one mutant
_QUICK = "not slow and not tools and not worker"  # builds and programs are not asked
_KILLED, _SURVIVED, _NOT_APPLICABLE, _BROKEN = 1, 0, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to mutate. `places`: parts of names; only mutants whose name has one of them."""

    package: str
    sample: int
    seed: int
    places: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of the mutants, by name."""

    killed: list[str] = field(default_factory=list)
    survived: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)  # no quick test runs the line
    skipped: int = 0


class MutationPlugin:
    """The plugin: pytest calls `pytest_runtestloop` once all tests are collected."""

    def __init__(self, order: Order, notify: Callable[[str], None]) -> None:
        self.order, self.notify, self.report = order, notify, Report()
        self._lines: dict[str, set[Line]] = {}
        self._seconds: dict[str, float] = {}
        self._failed: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests, then all mutants."""
        worker_pool.Pool.run = _run_here  # type: ignore[method-assign]
        items = session.items
        for number, item in enumerate(items):
            self._run_watched(item, items[number + 1] if number + 1 < len(items) else items[0])
        if self._failed:
            self.notify(f"left out, as they fail without a mutant: {', '.join(self._failed)}")
        usable = [
            item
            for item in items
            if item.nodeid not in self._failed and self._seconds[item.nodeid] <= SLOW_SECONDS
        ]
        self.notify(f"{len(usable)} quick tests of {len(items)}")
        for mutant in self._choose():
            self._judge(mutant, usable)
        return True

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note tests that fail without a mutant."""
        if report.failed:
            self._failed.add(report.nodeid)

    def _run_watched(self, item: pytest.Item, following: pytest.Item) -> None:
        lines: set[Line] = set()
        clear_caches()  # else the lines of a cached function are those of one test only
        start = time.process_time()
        with watch_lines(str(ROOT / self.order.package), lines):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        self._lines[item.nodeid] = lines
        self._seconds[item.nodeid] = time.process_time() - start

    def _choose(self) -> Sequence[Mutant]:
        files = sorted((ROOT / self.order.package).rglob("*.py"))
        mutants = [mutant for path in files for mutant in list_mutants(path)]
        if self.order.places:
            mutants = [m for m in mutants if any(place in m.name for place in self.order.places)]
        chosen = random.Random(self.order.seed).sample(
            mutants, min(self.order.sample, len(mutants))
        )
        self.notify(f"{len(chosen)} of {len(mutants):,} mutants of {self.order.package}")
        return chosen

    def _judge(self, mutant: Mutant, items: Sequence[pytest.Item]) -> None:
        line = (str(mutant.path), mutant.line)
        touching = sorted(
            (item for item in items if line in self._lines[item.nodeid]),
            key=lambda item: self._seconds[item.nodeid],
        )
        if not touching:
            self.report.unreached.append(mutant.name)
            self.notify(f"UNREACHED {mutant.name}")
            return
        outcome = _run_in_child(mutant, touching)
        if outcome == _NOT_APPLICABLE:
            self.report.skipped += 1
        elif outcome == _BROKEN:
            raise AssertionError(f"the harness failed at {mutant.name}")
        elif outcome == _SURVIVED:
            self.report.survived.append(mutant.name)
            self.notify(f"SURVIVED {mutant.name} ({len(touching)} tests)")
        else:
            self.report.killed.append(mutant.name)


def _run_in_child(mutant: Mutant, items: Sequence[pytest.Item]) -> int:
    """Run the tests with the mutant until one fails; return 0 if none does."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        outcome = _BROKEN
        try:
            outcome = _try_mutant(mutant, items)
        finally:  # a child must never go on as the parent
            os._exit(outcome)
    end = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return _KILLED  # it hangs


def _try_mutant(mutant: Mutant, items: Sequence[pytest.Item]) -> int:
    failures: list[str] = []
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        apply_mutant(mutant)
    except NotApplicable:
        return _NOT_APPLICABLE
    clear_caches()
    manager = items[0].config.pluginmanager

    class Watcher:
        @pytest.hookimpl
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failures.append(report.nodeid)

    manager.register(Watcher())
    reporter = manager.get_plugin("terminalreporter")
    if reporter is not None:
        manager.unregister(reporter)
    for item in items:
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=items[0])
        except BaseException:  # noqa: BLE001 - whatever ends a test is a failure
            return _KILLED
        if failures:
            return _KILLED
    return _SURVIVED


def _run_here(
    _pool: Any,
    function: Callable[[Any], Any],
    items: Sequence[Any],
    _limits: Any,
    progress: Callable[[int], None] | None,
) -> list[Any]:
    """Do what workers do in this process. In the place of `Pool.run`."""
    results = []
    for number, item in enumerate(items, 1):
        results.append(worker_pool.call_guarded(function, item))
        if progress:
            progress(number)
    return results


def run_mutants(order: Order, tests: Sequence[Path], notify: Callable[[str], None]) -> Report:
    """Run the tests, then the mutants. Raises SystemExit if the tests cannot be collected."""
    plugin = MutationPlugin(order, notify)
    # no other process, no cover
    code = pytest.main(
        ["-q", "-m", _QUICK, "-p", "no:cacheprovider", "-p", "no:xdist", *map(str, tests)],
        plugins=[plugin],
    )
    if code not in (
        pytest.ExitCode.OK,
        pytest.ExitCode.TESTS_FAILED,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        raise SystemExit(f"pytest ended with {code}")
    return plugin.report
