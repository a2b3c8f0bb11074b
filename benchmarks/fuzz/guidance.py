"""See which lines of the modules under test an input reached for the first time.

A line is reported once, so that the more is covered, the less it costs. From Python 3.12 on,
`sys.monitoring` does this at hardly any cost; before, `sys.settrace`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[2]


class Guidance:
    """The lines reached so far, in the files of the modules that begin with one of `modules`."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._beginnings = tuple(str(ROOT / module.replace(".", "/")) for module in modules)
        self._missing: dict[CodeType, set[int]] = {}
        self.reached = 0
        self._has_monitoring = hasattr(sys, "monitoring")

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count the lines that the body is the first to reach."""
        if self._has_monitoring:
            with self._monitor():
                yield
            return
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        code = frame.f_code
        missing = self._missing.get(code)
        if missing is None:
            missing = self._missing[code] = self._list_lines(code)
        return self._reach if missing else None

    def _reach(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            missing = self._missing[frame.f_code]
            if frame.f_lineno in missing:
                missing.discard(frame.f_lineno)
                self.reached += 1
        return self._reach

    def _list_lines(self, code: CodeType) -> set[int]:
        if not code.co_filename.startswith(self._beginnings):
            return set()
        return {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}

    @contextmanager
    def _monitor(self) -> Iterator[None]:
        monitoring: Any = vars(sys)["monitoring"]
        tool = monitoring.COVERAGE_ID
        monitoring.use_tool_id(tool, "fuzz")
        monitoring.register_callback(tool, monitoring.events.LINE, self._see_line)
        monitoring.set_events(tool, monitoring.events.LINE)
        try:
            yield
        finally:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)

    def _see_line(self, code: CodeType, line: int) -> object:
        missing = self._missing.get(code)
        if missing is None:
            missing = self._missing[code] = self._list_lines(code)
        if line in missing:
            missing.discard(line)
            self.reached += 1
        return vars(sys)["monitoring"].DISABLE
