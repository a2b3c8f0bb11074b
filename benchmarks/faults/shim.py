"""Compile the shim and write its control page, which all processes of a command share."""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType

SOURCE = Path(__file__).with_name("shim.c")
VARIABLE = "FAULT_SHIM"
_SLOTS = 32  # of the tables in the control page
_ROOT = 512  # bytes
FOREVER = 1 << 60


class Kind(IntEnum):
    """A kind of system call, in the order of shim.c."""

    OPEN_READ = 0
    OPEN_WRITE = 1
    READ = 2
    WRITE = 3
    SYNC_FILE = 4
    SYNC_FOLDER = 5
    RENAME = 6
    LINK = 7
    UNLINK = 8
    MKDIR = 9
    RMDIR = 10
    CHMOD = 11
    UTIME = 12
    TRUNCATE = 13
    LOCK = 14
    LIST = 15
    SYMLINK = 16
    CREATE = 17


class Mode(IntEnum):
    """What happens at the chosen calls, in the order of shim.c."""

    COUNT = 0
    FAIL = 1
    SHORT = 2
    SIGNAL_CALLER = 3
    SIGNAL_PROGRAM = 4
    LIMIT_MEMORY = 5
    MOVE_CLOCK = 6


class Who(IntEnum):
    """Whose calls count, in the order of shim.c."""

    ANYONE = 0
    PROGRAM = 1
    WORKERS = 2


class NoCompiler(Exception):
    """There is no C compiler, or it refused the shim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """What the shim does. `first` and `lasting`: number of the first affected call, and of affected
    calls; `always`: the error of every call of a kind; `amount`: MB that a process may still take;
    `clock_seconds`: how far the clock jumps."""

    mode: Mode = Mode.COUNT
    kinds: frozenset[Kind] = frozenset()
    first: int = 1
    lasting: int = 1
    error: int = 0
    who: Who = Who.ANYONE
    signal: int = 0
    amount: int = 0
    clock_seconds: int = 0
    always: Mapping[Kind, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often each kind of call happened, in all processes and in the program's own."""

    all: Mapping[Kind, int]
    program: Mapping[Kind, int]

    def total(self, kinds: frozenset[Kind], who: Who) -> int:
        """Return the number of calls of these kinds."""
        everyone = sum(self.all[kind] for kind in kinds)
        program = sum(self.program[kind] for kind in kinds)
        return {Who.ANYONE: everyone, Who.PROGRAM: program, Who.WORKERS: everyone - program}[who]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where a fault hit first, and how often. `path` is below the root of the trial."""

    times: int
    kind: Kind
    path: str


class _Page(ctypes.Structure):
    """The control page; `struct control` of shim.c."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("first", "last", "count", "fired")),
        *((name, ctypes.c_int64) for name in ("clock_offset", "amount")),
        ("seen", ctypes.c_int64 * _SLOTS),
        ("seen_by_program", ctypes.c_int64 * _SLOTS),
        ("always", ctypes.c_int32 * _SLOTS),
        *((name, ctypes.c_int32) for name in ("armed", "mode", "error", "mask", "who")),
        *((name, ctypes.c_int32) for name in ("program", "signal", "logging", "lock")),
        ("fired_kind", ctypes.c_int32),
        ("root", ctypes.c_char * _ROOT),
        ("fired_path", ctypes.c_char * _ROOT),
    )


class Control:
    """The control page in a file. The processes that count must have been started with
    `make_environment`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(bytes(ctypes.sizeof(_Page)))
        with path.open("r+b") as stream:
            self._page = _Page.from_buffer(mmap.mmap(stream.fileno(), 0))

    @property
    def log(self) -> Path:
        """The file that a run with `logging` fills."""
        return self.path.with_name(f"{self.path.name}.log")

    def arm(self, root: Path, injection: Injection, *, logging: bool = False) -> None:
        """Count calls below `root` from now on, and inject."""
        page = self._page
        page.armed = 0
        page.root = os.fsencode(root.resolve())
        page.first, page.last = injection.first, injection.first + injection.lasting - 1
        page.count = page.fired = page.lock = page.fired_kind = 0
        page.fired_path = b""
        page.mode, page.error, page.who = injection.mode, injection.error, injection.who
        page.mask = sum(1 << kind for kind in injection.kinds)
        page.signal, page.amount = injection.signal, injection.amount
        page.clock_offset = injection.clock_seconds
        page.logging, page.program = int(logging), 0
        for slot in range(_SLOTS):
            page.seen[slot] = page.seen_by_program[slot] = page.always[slot] = 0
        for kind, error in injection.always.items():
            page.always[kind] = error
        page.armed = 1

    def name_program(self) -> None:
        """Take this process for the program; all others are its workers."""
        self._page.program = os.getpid()

    def disarm(self) -> None:
        """Count and inject nothing more."""
        self._page.armed = 0

    def read_counts(self) -> Counts:
        """Return what was counted since `arm`."""
        page = self._page
        return Counts(
            all={kind: page.seen[kind] for kind in Kind},
            program={kind: page.seen_by_program[kind] for kind in Kind},
        )

    def read_hit(self) -> Hit | None:
        """Return where the fault hit; None if it did not."""
        page = self._page
        if not page.fired:
            return None
        path = bytes(page.fired_path).decode(errors="replace").lstrip("/")
        return Hit(times=page.fired, kind=Kind(page.fired_kind), path=path)


def compile_shim(folder: Path) -> Path:
    """Return the compiled shim in `folder`. Raises NoCompiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoCompiler(
            "there is no C compiler on this machine (cc), and faults are injected by a small C "
            "library; install one (apt-get install gcc libc6-dev)"
        )
    library = folder / "shim.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise NoCompiler(f"{SOURCE.name} cannot be compiled:\n{ended.stderr}")
    return library


def make_environment(library: Path, control: Path) -> dict[str, str]:
    """Return the environment of a process whose calls are counted."""
    return {**os.environ, "LD_PRELOAD": str(library), VARIABLE: str(control)}
