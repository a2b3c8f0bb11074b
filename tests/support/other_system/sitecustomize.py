"""Make this Linux Python behave as Windows does where our program can notice.

Python imports a module of this name when it starts, if its folder is on PYTHONPATH. Processes
inherit that variable, so workers, drivers and commands live on the other system, too.

What is emulated: modules and functions of POSIX are absent; only the spawn start method exists; a
file that a program of this run has open cannot be renamed, replaced or removed; nor can a file
that is read-only; a folder cannot be opened; a rename never replaces; a file that was opened for
reading cannot be flushed; os.kill ends a process at once and asks nothing; names that Windows
reserves and paths of 260 characters cannot be made; text has encoding cp1252 and line ends of two
characters where a program does not say otherwise, and the console is strict cp1252.

What is not: drive letters and backslashes, names that ignore case, job objects, the registry.
`sys.platform` and `os.name` stay as they are, since the libraries here are those of Linux.
"""

from __future__ import annotations

import builtins
import errno
import io
import multiprocessing
import multiprocessing.context
import multiprocessing.popen_fork
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import filelock  # before fcntl goes: on Windows it has other locks, as hard as those of POSIX

_MODULES = ("fcntl", "grp", "multiprocessing.forkserver", "pty", "pwd", "resource", "termios")
_FUNCTIONS_OF_OS = (
    *("fork", "forkpty", "killpg", "setsid", "getsid", "getpgid", "setpgid", "geteuid", "getegid"),
    *("mkfifo", "mknod", "chown", "fchown", "lchown", "fchmod", "sched_getaffinity"),
    *("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC"),
)
_FUNCTIONS_OF_SIGNAL = (
    *("SIGKILL", "SIGALRM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGXFSZ", "SIGXCPU"),
    *("setitimer", "getitimer", "alarm", "pause", "ITIMER_REAL"),
)
_MAX_PATH = 260  # characters, with the zero at the end
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE
)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')

_os = types.ModuleType("os")
_os.__dict__.update(os.__dict__)
_open = io.open
_ROOT = int(os.environ.setdefault("ASSEMBLER_EMULATION_ROOT", str(os.getpid())))


def _refuse(number: int, path: object) -> OSError:
    return OSError(number, os.strerror(number), os.fspath(path))  # type: ignore[call-overload]


def _check_name(path: object) -> None:
    """Raise what Windows does for a new file or folder that it cannot name."""
    text = os.path.abspath(os.fsdecode(os.fspath(path)))  # type: ignore[call-overload]
    name = os.path.basename(text)
    if _RESERVED.fullmatch(name) or _FORBIDDEN.search(name):
        raise _refuse(errno.EINVAL, path)
    if len(text) >= _MAX_PATH:
        raise _refuse(errno.ENOENT, path)


def _list_family() -> Iterator[int]:
    """Yield the processes of this run: the first that was started there, and its children."""
    waiting = [_ROOT]
    while waiting:
        process = waiting.pop()
        yield process
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                with _open(f"/proc/{process}/task/{task}/children", encoding="ascii") as stream:
                    waiting += map(int, stream.read().split())
        except OSError:  # it has ended meanwhile
            continue


def _list_open_paths(process: int) -> Iterator[str]:
    """Yield the files that a process has open, and the folder it is in."""
    try:
        yield os.readlink(f"/proc/{process}/cwd")
        for number in os.listdir(f"/proc/{process}/fd"):
            yield os.readlink(f"/proc/{process}/fd/{number}")
    except OSError:
        return


def _check_unused(path: object, processes: Iterable[int]) -> None:
    """Raise PermissionError for a file in use, or a folder with one, as Windows does."""
    place = os.path.realpath(os.path.dirname(os.fsdecode(os.path.abspath(path))))  # type: ignore[call-overload]
    place = os.path.join(place, os.path.basename(os.fsdecode(path)))  # type: ignore[arg-type]
    for process in processes:
        for used in _list_open_paths(process):
            if used == place or used.startswith(f"{place}/"):
                raise _refuse(errno.EACCES, path)


def _check_writable(path: object) -> None:
    try:
        mode = os.lstat(path).st_mode  # type: ignore[arg-type]
    except OSError:
        return
    if mode & 0o170000 == 0o100000 and not mode & 0o200:
        raise _refuse(errno.EACCES, path)


def _rename(source: Any, target: Any, **options: Any) -> None:
    if os.path.lexists(target) and os.path.realpath(source) != os.path.realpath(target):
        raise _refuse(errno.EEXIST, target)
    _check_unused(source, _list_family())
    _check_name(target)
    _os.rename(source, target, **options)


def _replace(source: Any, target: Any, **options: Any) -> None:
    if os.path.isdir(target):
        raise _refuse(errno.EACCES, target)
    family = list(_list_family())
    _check_unused(source, family)
    _check_unused(target, family)
    _check_writable(target)
    _check_name(target)
    _os.replace(source, target, **options)


def _unlink(path: Any, **options: Any) -> None:
    if not options:
        _check_unused(path, [os.getpid()])  # of all, it would take too long where trees are removed
        _check_writable(path)
    _os.unlink(path, **options)


def _rmdir(path: Any, **options: Any) -> None:
    if not options:
        _check_unused(path, [os.getpid()])
    _os.rmdir(path, **options)


def _mkdir(path: Any, *arguments: Any, **options: Any) -> None:
    _check_name(path)
    _os.mkdir(path, *arguments, **options)


def _open_descriptor(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
    if os.path.isdir(path):
        raise _refuse(errno.EACCES, path)
    if flags & os.O_CREAT:
        _check_name(path)
    return int(_os.open(path, flags, *arguments, **options))


def _open_file(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Any,
) -> Any:
    writes = set(mode) & set("wxa")
    if not isinstance(file, int) and writes:
        _check_name(file)
    # in the process of the tests themselves text is as on Linux: they compare what they write
    if "b" not in mode and "pytest" not in sys.modules:
        encoding = "cp1252" if encoding in (None, "locale") else encoding
        newline = "\r\n" if newline is None and writes else newline
    return _open(file, mode, buffering, encoding, errors, newline, **options)


def _make_sync(get_flags: Callable[[int], int]) -> Callable[[Any], None]:
    def sync(descriptor: Any) -> None:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        if get_flags(number) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        _os.fsync(descriptor)

    return sync


def _kill(pid: int, number: int) -> None:
    if number == 0:  # it would press Ctrl-C
        raise OSError(errno.EINVAL, "os.kill(pid, 0) asks nothing on Windows")
    _os.kill(pid, 2 if number == 2 else 9)  # a test presses Ctrl-C with 2


def _start_only_by_spawning() -> None:
    context = multiprocessing.context
    for name in ("fork", "forkserver"):
        context._concrete_contexts.pop(name, None)
    default = context._default_context
    default._default_context = context._concrete_contexts["spawn"]
    context.DefaultContext.get_all_start_methods = lambda _self: ["spawn"]
    multiprocessing.get_all_start_methods = default.get_all_start_methods


def _emulate() -> None:
    import fcntl

    real_signal = types.ModuleType("signal")
    real_signal.__dict__.update(signal.__dict__)
    # what these modules do on Windows needs none of it
    subprocess.signal = multiprocessing.popen_fork.signal = real_signal  # type: ignore[attr-defined]
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == filelock.__name__ and getattr(module, "os", None) is os:
            module.os = _os  # type: ignore[attr-defined]
    tempfile._os = _os  # type: ignore[attr-defined]  # Windows removes such files when they are closed
    os.fsync = _make_sync(lambda number: fcntl.fcntl(number, fcntl.F_GETFL))
    for name in _MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for home, names in ((os, _FUNCTIONS_OF_OS), (signal, _FUNCTIONS_OF_SIGNAL)):
        for name in names:
            if hasattr(home, name):
                delattr(home, name)
    _start_only_by_spawning()
    os.rename, os.replace, os.rmdir, os.mkdir = _rename, _replace, _rmdir, _mkdir
    os.unlink = os.remove = _unlink
    os.open, os.kill = _open_descriptor, _kill
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    shutil.rmtree.avoids_symlink_attacks = False  # type: ignore[attr-defined]
    io.open = builtins.open = _open_file
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="cp1252", errors="strict")


assert filelock.has_fcntl
_emulate()
