"""Decide whether a command kept its promises although the machine failed it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assembler.errors import ExitCode
from benchmarks.faults.tree import FOLDER, Tree, select_below

# what a run may leave in a case's work folder, and what it may not
_WORK = re.compile(r"(^|/)\.assembler(/|$)")
_LEFT_IN_WORK = re.compile(r"(^|/)\.assembler/(scratch/|cache/(new|users)/|.*\.new$)")
_TRACEBACK = "Traceback (most recent call last)"
_MOST = 4  # paths that a violation names


class State(StrEnum):
    """What an output is after a run."""

    ABSENT = "absent"
    OLD = "old"
    NEW = "new"
    OTHER = "something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a command may change. `outputs`: paths that change as a whole or not at all; `old`: the
    folder before; `new`: the folder after a run without faults, or after one of several."""

    outputs: tuple[str, ...]
    old: Tree
    new: tuple[Tree, ...]
    code: int = 0  # of a run without faults
    code_tells: bool = True  # whether this code says that the outputs are there
    loose: tuple[str, ...] = ()  # files that differ from run to run
    canaries: tuple[str, ...] = ()
    printed: str = ""  # by a run without faults
    partial: str = ""  # printed by a run that could not do all, and says what it left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a class of faults may cause: exit codes, a death by signal, until the next run a missing
    output or leftovers (where nothing can be removed), inputs that somebody else changed."""

    codes: frozenset[int]
    may_die: bool = False
    may_be_absent: bool = False
    may_leave: bool = False
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that ended. `code`: negative if a signal ended it; `processes`: still alive after it;
    `limit`: seconds it may take."""

    code: int
    tree: Tree
    stdout: str = ""
    stderr: str = ""
    processes: int = 0
    seconds: float = 0.0
    limit: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which promises were broken, and what became of the outputs."""

    violations: tuple[str, ...]
    states: Mapping[str, State]


def judge_trial(
    promise: Promise, allowance: Allowance, run: Run, again: Run | None = None
) -> Verdict:
    """Judge a run that met a fault, and the run after it without one (None: not done)."""
    states = {place: find_state(place, run.tree, promise) for place in promise.outputs}
    violations = [
        *_judge_code(promise, allowance, run, states),
        *_judge_outputs(promise, allowance, run, states),
        *_judge_inputs(promise, allowance, run.tree),
        *([] if _is_dead(run) or allowance.may_leave else _judge_leftovers(promise, run.tree)),
        *_judge_process(promise, run),
    ]
    if again is not None:
        violations += [f"next run: {text}" for text in _judge_next(promise, again, states)]
    return Verdict(violations=tuple(violations), states=states)


def find_state(place: str, tree: Tree, promise: Promise) -> State:
    """Return whether an output is the old one, a new one, absent or something else."""
    content = select_below(tree, place)
    if any(content == select_below(new, place) for new in promise.new) and content:
        return State.NEW
    if content == select_below(promise.old, place):
        return State.OLD if content else State.ABSENT
    return State.OTHER if content else State.ABSENT


def _is_dead(run: Run) -> bool:
    return run.code < 0


def _judge_code(
    promise: Promise, allowance: Allowance, run: Run, states: Mapping[str, State]
) -> Iterator[str]:
    if _is_dead(run):
        if not allowance.may_die:
            yield f"a signal ended the program ({-run.code})"
        return
    if run.code not in {int(code) for code in ExitCode}:
        yield f"exit code {run.code} is not documented"
    elif run.code not in allowance.codes:
        yield f"exit code {run.code} does not fit the fault"
    if run.code not in (0, promise.code) and not run.stderr.strip():
        yield f"exit code {run.code} without a word"
    is_partial = bool(promise.partial) and promise.partial in run.stdout
    if run.code == promise.code and promise.code_tells and not is_partial:
        for place, state in states.items():
            if state is not State.NEW and select_below(promise.new[0], place):
                yield f"exit code {run.code}, but {place} is {state}"


def _judge_outputs(
    promise: Promise, allowance: Allowance, run: Run, states: Mapping[str, State]
) -> Iterator[str]:
    for place, state in states.items():
        was_there = bool(select_below(promise.old, place))
        may_be_absent = not was_there or _is_dead(run) or allowance.may_be_absent
        if state is State.OTHER:
            expected = {**select_below(promise.new[0], place)}
            content = select_below(run.tree, place)
            yield f"{place} is half made: {_name_paths(_list_differences(expected, content))}"
        elif state is State.ABSENT and not may_be_absent:
            yield f"{place} is gone"


def _judge_inputs(promise: Promise, allowance: Allowance, tree: Tree) -> Iterator[str]:
    mine = {path: text for path, text in promise.old.items() if not _is_ours(path, promise)}
    changed = [
        path
        for path, text in mine.items()
        if tree.get(path) != text and path not in allowance.changed
    ]
    if changed:
        yield f"changed or removed: {_name_paths(changed)}"


def _judge_leftovers(promise: Promise, tree: Tree) -> Iterator[str]:
    known = {path for version in (promise.old, *promise.new) for path in version}
    left = [
        path
        for path in tree
        if (path not in known and not _is_ours(path, promise) and not _WORK.search(path))
        or (_LEFT_IN_WORK.search(path) and tree[path] != FOLDER and path not in promise.old)
    ]
    if left:
        yield f"left behind: {_name_paths(left)}"


def _is_ours(path: str, promise: Promise) -> bool:
    """Return whether a path is an output, in one, or in a work folder."""
    return bool(_WORK.search(path)) or any(
        path == place or path.startswith(f"{place}/")
        for place in (*promise.outputs, *promise.loose)
    )


def _judge_process(promise: Promise, run: Run) -> Iterator[str]:
    if run.processes:
        yield f"{run.processes} processes left"
    if run.seconds > run.limit:
        yield f"took {run.seconds:.0f} s, more than {run.limit:.0f}"
    if _TRACEBACK in run.stdout + run.stderr:
        yield "printed a traceback"
    shown = [
        canary
        for canary in promise.canaries
        if canary not in promise.printed and canary in run.stdout + run.stderr
    ]
    if shown:
        yield f"printed {len(shown)} facts of the client"


def _judge_next(promise: Promise, run: Run, before: Mapping[str, State]) -> Iterator[str]:
    is_done = all(state is State.NEW for state in before.values())
    if run.code != promise.code and not (is_done and run.code in {int(code) for code in ExitCode}):
        yield f"exit code {run.code}, not {promise.code}"
    for place in promise.outputs:
        state = find_state(place, run.tree, promise)
        if state is not State.NEW and select_below(promise.new[0], place):
            yield f"{place} is {state}, not as after a run without a fault"
    yield from _judge_leftovers(promise, run.tree)
    yield from _judge_process(promise, run)


def _list_differences(first: Tree, second: Tree) -> list[str]:
    return [path for path in {**first, **second} if first.get(path) != second.get(path)]


def _name_paths(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST
    return ", ".join(sorted(paths)[:_MOST]) + (f" and {more} more" if more > 0 else "")
