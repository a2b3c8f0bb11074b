"""Fuzz one target: mutate inputs, keep those that reach new lines, judge every run.

A run fails if it raises what is not a documented refusal, breaks a promise, takes more than half a
second of processor time, or needs more than 300 MB. The input of a run is written into shared
memory before it starts, so that one that ends its process is known, too.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from mmap import mmap
from types import FrameType

from benchmarks.fuzz.guidance import ROOT, Guidance
from benchmarks.fuzz.mutator import Mutator
from benchmarks.fuzz.target import Target

MOST_SECONDS = 0.5  # of processor time, for an input
HANG_SECONDS = (
    2.0  # after which a run is ended; of processor time, since others may use the machine
)
_WATCHED = 3  # watching takes most of the time, so that one of so many mutants is watched
_REDUCE_SECONDS = 4.0  # spent on making an input shorter
_KEPT = 2_000  # inputs of a corpus


class Hang(BaseException):
    """A run took too long. Not an Exception, so that no parser catches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that a parser handles wrongly. `key`: equal for failures with the same cause."""

    key: str
    detail: str
    data: bytes


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one target."""

    target: str
    inputs: int = 0
    refused: int = 0
    lines: int = 0  # of the modules under test, reached by the seeds
    new_lines: int = 0  # reached by mutants only
    kept: int = 0  # mutants that reached new lines
    seconds: float = 0.0  # of processor time: others may use the machine
    failures: list[Failure] = field(default_factory=list)


class Session:
    """Fuzzes one target in this process."""

    def __init__(self, target: Target, seed: int, place: mmap | None = None) -> None:
        self.target, self.place = target, place
        self.guidance = Guidance(target.modules)
        self.mutator = Mutator(
            random.Random(f"{target.name} {seed}"), target.tokens, target.largest
        )
        self.outcome = Outcome(target=target.name)
        self._keys: set[str] = set()
        self._is_refused = False  # the last input

    def run(self, seconds: float, most_inputs: int | None = None) -> Outcome:
        """Fuzz for so many seconds of processor time, or a number of inputs. A seed that is refused
        is a failure."""
        seeds = list(self.target.seeds())
        for data in seeds:
            self._judge(data, is_seed=True)
            self.mutator.corpus.append(data)
        self.outcome.lines = self.guidance.reached
        gc.collect()
        gc.freeze()
        start = time.process_time()
        while time.process_time() - start < seconds:
            if most_inputs is not None and self.outcome.inputs >= most_inputs:
                break
            self._try_mutant()
        self.outcome.new_lines = self.guidance.reached - self.outcome.lines
        self.outcome.seconds = time.process_time() - start
        return self.outcome

    def _try_mutant(self) -> None:
        corpus, dice = self.mutator.corpus, self.mutator.dice
        # the newest inputs have been tried least
        place = max(dice.randrange(len(corpus)), dice.randrange(len(corpus)))
        data = self.mutator.mutate(corpus[place])
        before = self.guidance.reached
        self._judge(data)
        if self.guidance.reached > before and len(corpus) < _KEPT:
            corpus.append(data)
            self.outcome.kept += 1

    def _judge(self, data: bytes, *, is_seed: bool = False) -> None:
        self.outcome.inputs += 1
        watched = is_seed or self.outcome.inputs % _WATCHED == 0
        with self.guidance.watch() if watched else nullcontext():
            failure = self.try_input(data, is_seed=is_seed)
        self.outcome.refused += self._is_refused
        if failure is not None and failure.key not in self._keys:
            self._keys.add(failure.key)
            self.outcome.failures.append(self._reduce(failure))

    def try_input(self, data: bytes, *, is_seed: bool = False) -> Failure | None:
        """Run the parser; return what is wrong."""
        if self.place is not None:
            self.place[:8] = len(data).to_bytes(8, "little")
            self.place[8 : 8 + len(data)] = data
        self._is_refused = False
        memory, start = measure_memory(), time.process_time()
        try:
            with limit_time():
                self.target.parse(data)
        except self.target.refusals as error:
            self._is_refused = True
            if is_seed:
                return _describe("a refused seed", error, data)
        except Hang as error:
            return _describe("hang", error, data)
        except Exception as error:  # noqa: BLE001 - any other exception is what is looked for
            return _describe(type(error).__name__, error, data)
        return self._check_cost(data, time.process_time() - start, measure_memory() - memory)

    def _check_cost(self, data: bytes, seconds: float, memory: int) -> Failure | None:
        if seconds > MOST_SECONDS and self._measure_again(data) > MOST_SECONDS:
            detail = f"{seconds:.1f} s for {len(data):,} bytes"
            return Failure(key="slow", detail=detail, data=data)
        if memory > self.target.most_memory:
            detail = f"{memory // 1_000_000} MB for {len(data):,} bytes"
            return Failure(key="memory", detail=detail, data=data)
        return None

    def _measure_again(self, data: bytes) -> float:
        """Return the time without the cost of watching."""
        trace = sys.gettrace()
        sys.settrace(None)
        start = time.process_time()
        try:
            with limit_time():
                self.target.parse(data)
        except (*self.target.refusals, Hang):
            pass
        finally:
            sys.settrace(trace)
        return time.process_time() - start

    def _reduce(self, failure: Failure) -> Failure:
        """Return the same failure with a shorter input."""
        end = time.monotonic() + _REDUCE_SECONDS
        width = max(1, len(failure.data) // 2)
        while width and time.monotonic() < end:
            for start in range(0, len(failure.data), width):
                data = failure.data[:start] + failure.data[start + width :]
                shorter = self.try_input(data)
                if shorter is not None and shorter.key == failure.key:
                    failure = shorter
                    break
                if time.monotonic() >= end:
                    break
            else:
                width //= 2
        return failure


@contextmanager
def limit_time() -> Iterator[None]:
    """Raise Hang in the body after two seconds of processor time, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _raise_hang)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise_hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def _describe(kind: str, error: BaseException, data: bytes) -> Failure:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(str(ROOT / "assembler"))]
    place = ours[-1] if ours else frames[-1]
    name = os.path.relpath(place.filename, ROOT)
    # the lines where a hang is noticed differ
    where = f"{name} {place.name}" if kind == "hang" else f"{name}:{place.lineno} {place.name}"
    return Failure(key=f"{kind} in {where}", detail=f"{error}"[:200], data=data)


def _make_memory_gauge() -> Callable[[], int]:
    """Return a function that returns the most memory that this process ever used, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return lambda: 0
    unit = 1 if sys.platform == "darwin" else 1024
    return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


measure_memory = _make_memory_gauge()
