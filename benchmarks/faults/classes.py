"""The classes of faults: dice and the number of calls of a clean run in, one fault out."""

from __future__ import annotations

import errno
import random
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assembler.errors import ExitCode
from benchmarks.faults.judge import Allowance
from benchmarks.faults.shim import FOREVER, Counts, Injection, Kind, Mode, Who

_NEED_SPACE = (Kind.OPEN_WRITE, Kind.WRITE, Kind.MKDIR, Kind.RENAME, Kind.LINK, Kind.SYNC_FILE)
_CHANGE = (
    *(Kind.OPEN_WRITE, Kind.MKDIR, Kind.RENAME, Kind.LINK, Kind.UNLINK, Kind.RMDIR, Kind.CHMOD),
    *(Kind.UTIME, Kind.SYMLINK, Kind.TRUNCATE),
)
_OPEN = (Kind.OPEN_READ, Kind.OPEN_WRITE, Kind.LIST)
_HOLD_HANDLE = (Kind.OPEN_READ, Kind.READ, Kind.LIST, Kind.OPEN_WRITE, Kind.WRITE, Kind.SYNC_FILE)
_ANY = tuple(kind for kind in Kind if kind is not Kind.CREATE)
_DAY = 86_400  # seconds
_CLOCK_JUMPS = (-3_600, -30 * _DAY, -20_000 * _DAY, 3_600, 400 * _DAY, 4_500 * _DAY, 27_000 * _DAY)
# what a network drive may refuse: kind of call → errors seen in practice
_REFUSALS: Mapping[str, tuple[Kind, tuple[int, ...]]] = {
    "locks": (Kind.LOCK, (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)),
    "names of files that exist": (Kind.RENAME, (errno.EEXIST, errno.EACCES, errno.EPERM)),
    "hard links": (Kind.LINK, (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)),
    "permissions": (Kind.CHMOD, (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)),
    "flushing of folders": (Kind.SYNC_FOLDER, (errno.EINVAL, errno.EACCES, errno.EBADF)),
    "times": (Kind.UTIME, (errno.EPERM, errno.ENOSYS)),
    "symbolic links": (Kind.SYMLINK, (errno.EPERM, errno.EOPNOTSUPP)),
}
_DONE, _WRITE = int(ExitCode.OK), int(ExitCode.OUTPUT_NOT_WRITTEN)
_READ, _CASE = int(ExitCode.EVIDENCE_UNREADABLE), int(ExitCode.CASE_REJECTED)
_TOOL, _STOPPED = int(ExitCode.TOOL_FAILED), int(ExitCode.INTERRUPTED)
_TEMPLATE = int(ExitCode.TEMPLATE_BROKEN)
# a packet that cannot be read back once is not proved, and the previous one is kept
_PROOF = int(ExitCode.PROOF_FAILED)


class Special(StrEnum):
    """What the harness does beside, or instead of, the shim."""

    NONE = ""
    DAMAGE_CACHE = "damage the cache"
    CHANGE_INPUT = "change an input"
    SECOND_RUN = "second run"
    POWER_LOSS = "power loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. `open_files`: limit of the program, 0 for none; `memory_mb`: what the program may
    take above what it has, 0 for no limit; `seed`: of what the harness does beside the shim."""

    injection: Injection = field(default_factory=Injection)
    allowance: Allowance
    note: str
    open_files: int = 0
    memory_mb: int = 0
    special: Special = Special.NONE
    next_clock: int = 0  # seconds by which the clock is off in the next run
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultClass:
    """A class of faults. `only`: commands to which it applies, all if empty."""

    name: str
    draw: Callable[[random.Random, Counts], Fault]
    only: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()


def _allow(*codes: int, injection: Injection | None = None, may_die: bool = False) -> Allowance:
    """Return what is allowed; where names can no longer be changed, they stay as they are."""
    kinds = injection.kinds if injection and injection.mode is Mode.FAIL else frozenset()
    return Allowance(
        codes=frozenset(codes),
        may_die=may_die,
        may_be_absent=Kind.RENAME in kinds,
        may_leave=bool({Kind.UNLINK, Kind.RMDIR, Kind.LIST, Kind.OPEN_READ} & kinds),
    )


def _choose_call(
    dice: random.Random, counts: Counts, kinds: tuple[Kind, ...], who: Who = Who.ANYONE
) -> tuple[frozenset[Kind], int]:
    """Return a kind of call that a clean run makes, and which one; kinds are equally likely, so
    that the few renames are hit as often as the many reads."""
    used = [kind for kind in kinds if counts.total(frozenset((kind,)), who)]
    if not used:
        return frozenset(kinds), 1
    chosen = frozenset((dice.choice(used),))
    return chosen, dice.randint(1, counts.total(chosen, who))


def _name(kinds: frozenset[Kind], first: int) -> str:
    return f"{'/'.join(sorted(kind.name.lower() for kind in kinds))} {first}"


def _fail(
    dice: random.Random, counts: Counts, kinds: tuple[Kind, ...], error: int, lasting: int
) -> tuple[Injection, str]:
    chosen, first = _choose_call(dice, counts, kinds)
    # a condition that lasts concerns every kind of call, whatever the first one was
    after = frozenset(kinds) if lasting == FOREVER else chosen
    if after != chosen:
        total = counts.total(after, Who.ANYONE)
        first = max(1, round(first * total / max(1, counts.total(chosen, Who.ANYONE))))
    injection = Injection(mode=Mode.FAIL, kinds=after, first=first, lasting=lasting, error=error)
    times = "from then on" if lasting == FOREVER else f"{lasting} times"
    return injection, f"{errno.errorcode[error]} at {_name(after, first)}, {times}"


def _draw_full_disk(dice: random.Random, counts: Counts) -> Fault:
    error = dice.choice((errno.ENOSPC, errno.ENOSPC, errno.EDQUOT))
    lasting = dice.choice((1, FOREVER))
    injection, note = _fail(dice, counts, _NEED_SPACE, error, lasting)
    return Fault(
        injection=injection,
        note=note,
        allowance=_allow(_DONE, _WRITE, injection=injection),
    )


def _draw_io_error(dice: random.Random, counts: Counts) -> Fault:
    kinds = tuple(kind for kind in _ANY if kind not in (Kind.LOCK, Kind.UTIME))
    lasting = dice.choice((1, 1, FOREVER))
    injection, note = _fail(dice, counts, kinds, errno.EIO, lasting)
    allowance = _allow(*(_DONE, _CASE, _READ, _TOOL, _WRITE, _PROOF), injection=injection)
    return Fault(injection=injection, note=note, allowance=allowance)


def _draw_short_write(dice: random.Random, counts: Counts) -> Fault:
    chosen, first = _choose_call(dice, counts, (Kind.WRITE,))
    lasting = dice.choice((1, 1, 40))
    injection = Injection(mode=Mode.SHORT, kinds=chosen, first=first, lasting=lasting)
    return Fault(
        injection=injection,
        allowance=_allow(_DONE),
        note=f"short {_name(chosen, first)}, {lasting} times",
    )


def _draw_read_only(dice: random.Random, counts: Counts) -> Fault:
    error = dice.choice((errno.EROFS, errno.EACCES, errno.EPERM))
    injection, note = _fail(dice, counts, _CHANGE, error, FOREVER)
    if dice.random() < 0.3:
        injection = Injection(
            mode=Mode.FAIL, kinds=injection.kinds, error=error, first=1, lasting=FOREVER
        )
        note = f"{errno.errorcode[error]} from the start"
    return Fault(
        injection=injection, note=note, allowance=_allow(_DONE, _WRITE, injection=injection)
    )


def _draw_no_handles(dice: random.Random, counts: Counts) -> Fault:
    if dice.random() < 0.4:
        files = dice.randint(8, 60)
        allowance = _allow(_DONE, _READ, _TOOL, _WRITE, _PROOF)
        return Fault(open_files=files, allowance=allowance, note=f"{files} open files allowed")
    error = dice.choice((errno.EMFILE, errno.ENFILE))
    injection, note = _fail(dice, counts, _OPEN, error, dice.choice((1, 3, FOREVER)))
    allowance = _allow(_DONE, _CASE, _READ, _TOOL, _WRITE, injection=injection)
    return Fault(injection=injection, note=note, allowance=allowance)


def _draw_no_memory(dice: random.Random, counts: Counts) -> Fault:
    # a worker without memory cannot tell an endless loop in a template, or a form that fills all
    # memory, from a small machine
    allowance = _allow(_DONE, _CASE, _READ, _TEMPLATE, _TOOL, _WRITE)
    if dice.random() < 0.5:
        memory = round(2 ** dice.uniform(0, 7))
        note = f"{memory} MB more allowed to the program"
        return Fault(memory_mb=memory, allowance=allowance, note=note)
    who = dice.choice((Who.PROGRAM, Who.WORKERS))
    chosen, first = _choose_call(dice, counts, _ANY, who)
    injection = Injection(
        mode=Mode.LIMIT_MEMORY,
        kinds=chosen,
        first=first,
        who=who,
        amount=dice.choice((0, 1, 4, 16)),
    )
    note = f"{injection.amount} MB left at {_name(chosen, first)} of {who.name.lower()}"
    return Fault(injection=injection, allowance=allowance, note=note)


def _draw_kill(dice: random.Random, counts: Counts) -> Fault:
    who = dice.choice((Who.PROGRAM, Who.PROGRAM, Who.ANYONE, Who.WORKERS))
    chosen, first = _choose_call(dice, counts, _ANY, who)
    of_worker = who is Who.WORKERS
    injection = Injection(
        mode=Mode.SIGNAL_CALLER if of_worker else Mode.SIGNAL_PROGRAM,
        kinds=chosen,
        first=first,
        who=who,
        signal=signal.SIGKILL,
    )
    note = f"kill -9 of the {'worker' if of_worker else 'program'} at {_name(chosen, first)}"
    # a worker that was killed once is replaced, and nobody notices
    allowance = _allow(_DONE, _TOOL) if of_worker else _allow(_DONE, may_die=True)
    return Fault(injection=injection, allowance=allowance, note=note)


def _draw_stop(dice: random.Random, counts: Counts) -> Fault:
    number = dice.choice((signal.SIGINT, signal.SIGTERM))
    who = dice.choice((Who.PROGRAM, Who.PROGRAM, Who.ANYONE))
    chosen, first = _choose_call(dice, counts, _ANY, who)
    injection = Injection(
        mode=Mode.SIGNAL_PROGRAM, kinds=chosen, first=first, who=who, signal=number
    )
    return Fault(
        injection=injection,
        allowance=_allow(_DONE, _STOPPED),
        note=f"{signal.Signals(number).name} at {_name(chosen, first)}",
    )


def _draw_power_loss(dice: random.Random, _counts: Counts) -> Fault:
    return Fault(
        special=Special.POWER_LOSS,
        allowance=_allow(may_die=True),
        seed=dice.randrange(1 << 30),
        note="power loss",
    )


def _draw_clock(dice: random.Random, counts: Counts) -> Fault:
    chosen, first = _choose_call(dice, counts, _ANY)
    jump, later = dice.choice(_CLOCK_JUMPS), dice.choice((0, *_CLOCK_JUMPS))
    injection = Injection(mode=Mode.MOVE_CLOCK, kinds=chosen, first=first, clock_seconds=jump)
    return Fault(
        injection=injection,
        next_clock=later,
        allowance=_allow(_DONE),
        note=f"clock {jump:+} s at {_name(chosen, first)}, {later:+} s in the next run",
    )


def _draw_two_runs(dice: random.Random, counts: Counts) -> Fault:
    allowance = _allow(_DONE, _WRITE)
    note = "a second run while the first is at"
    return _draw_pause(dice, counts, Special.SECOND_RUN, allowance, note)


def _draw_changed_input(dice: random.Random, counts: Counts) -> Fault:
    allowance = _allow(_DONE, _CASE, _READ, _WRITE)
    return _draw_pause(dice, counts, Special.CHANGE_INPUT, allowance, "an input changes at")


def _draw_pause(
    dice: random.Random, counts: Counts, special: Special, allowance: Allowance, note: str
) -> Fault:
    """Draw a call at which the program is stopped while the harness does something."""
    chosen, first = _choose_call(dice, counts, _ANY, Who.PROGRAM)
    injection = Injection(
        mode=Mode.SIGNAL_PROGRAM,
        kinds=chosen,
        first=first,
        who=Who.PROGRAM,
        signal=signal.SIGSTOP,
    )
    return Fault(
        injection=injection,
        special=special,
        allowance=allowance,
        seed=dice.randrange(1 << 30),
        note=f"{note} {_name(chosen, first)}",
    )


def _draw_damaged_cache(dice: random.Random, _counts: Counts) -> Fault:
    return Fault(
        special=Special.DAMAGE_CACHE,
        allowance=_allow(_DONE),
        seed=dice.randrange(1 << 30),
        note="damaged cache",
    )


def _draw_network_drive(dice: random.Random, counts: Counts) -> Fault:
    if dice.random() < 0.25:
        injection, note = _fail(dice, counts, _HOLD_HANDLE, errno.ESTALE, dice.choice((1, 3)))
        allowance = _allow(_DONE, _CASE, _READ, _TOOL, _WRITE, _PROOF)
        return Fault(injection=injection, note=note, allowance=allowance)
    names = dice.sample(list(_REFUSALS), dice.choice((1, 1, 2, len(_REFUSALS))))
    always = {_REFUSALS[name][0]: dice.choice(_REFUSALS[name][1]) for name in names}
    # a file that may not take the place of another cannot be replaced whole: then nothing changes
    codes = (_DONE, _WRITE) if Kind.RENAME in always else (_DONE,)
    note = ", ".join(
        f"{kind.name.lower()} {errno.errorcode[error]}" for kind, error in always.items()
    )
    return Fault(injection=Injection(always=always), allowance=_allow(*codes), note=note)


CLASSES = {
    entry.name: entry
    for entry in (
        FaultClass(name="full-disk", draw=_draw_full_disk),
        FaultClass(name="io-error", draw=_draw_io_error),
        FaultClass(name="short-write", draw=_draw_short_write),
        FaultClass(name="read-only", draw=_draw_read_only),
        FaultClass(name="no-handles", draw=_draw_no_handles),
        FaultClass(name="no-memory", draw=_draw_no_memory),
        FaultClass(name="kill", draw=_draw_kill),
        FaultClass(name="stop", draw=_draw_stop),
        FaultClass(
            name="power-loss", draw=_draw_power_loss, not_for=frozenset(("desk", "batch", "purge"))
        ),
        FaultClass(name="clock", draw=_draw_clock),
        FaultClass(name="two-runs", draw=_draw_two_runs, not_for=frozenset(("desk",))),
        FaultClass(name="changed-input", draw=_draw_changed_input, only=frozenset(("bundle",))),
        FaultClass(
            name="damaged-cache",
            draw=_draw_damaged_cache,
            only=frozenset(("bundle", "rebundle", "propose", "batch", "desk")),
        ),
        FaultClass(name="network-drive", draw=_draw_network_drive),
    )
}
