"""Put a mutant into this process, and see which lines a test runs."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType
from typing import Any

from benchmarks.mutation.mutants import Mutant, compile_mutant

Line = tuple[str, int]
_CACHED = type(functools.cache(len))


class NotApplicable(Exception):
    """The mutant's function cannot be replaced in a running process."""


def apply_mutant(mutant: Mutant) -> None:
    """Give the function of this process the mutant's code. Results that are cached stay; see
    `clear_caches`. Raises NotApplicable."""
    module = sys.modules.get(mutant.module)
    if module is None:
        raise NotApplicable
    owner: Any = module
    for name in mutant.function.split(".")[:-1]:
        owner = vars(owner)[name]
    function = _find_function(vars(owner).get(mutant.function.rpartition(".")[2]))
    try:
        function.__code__ = compile_mutant(mutant)
    except (ValueError, SyntaxError, StopIteration) as error:
        raise NotApplicable from error


def _find_function(value: Any) -> FunctionType:
    """Return the function within what decorators made of it."""
    value = getattr(value, "fget", None) or getattr(value, "__func__", None) or value
    value = getattr(value, "func", value)  # of a cached property
    function = inspect.unwrap(value) if callable(value) else value
    if not isinstance(function, FunctionType):
        raise NotApplicable
    return function


def clear_caches() -> None:
    """Forget the cached results of the program."""
    for name, module in list(sys.modules.items()):
        if name.startswith("assembler"):
            for value in list(vars(module).values()):
                if isinstance(value, _CACHED):
                    value.cache_clear()


@contextmanager
def watch_lines(folder: str, lines: set[Line]) -> Iterator[None]:
    """Add the lines of files below a folder that the body runs."""

    def enter(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        code: CodeType = frame.f_code
        if not code.co_filename.startswith(folder):
            return None
        lines.add((code.co_filename, frame.f_lineno))
        return reach

    def reach(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return reach

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)
