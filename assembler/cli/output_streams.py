"""Write to standard output and standard error, in any locale; a stream that cannot be written ends
the run with a message."""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from assembler.errors import ExitCode, OutputNotWritten
from assembler.runtime.system import System, name_system

_ESCAPES = "assembler.escapes"
_STARTING = "starting..."
_PRINTERS = ("click", "rich")  # packages that write only to standard streams


class Unwritten(OutputNotWritten):
    """Raised if a standard stream cannot be written, so that a result or a message is lost."""


def prepare(*, restart: bool) -> None:
    """Make the standard streams safe to use.

    A closed stream gets the null device, since the next opened file would take its descriptor.

    Args:
        restart: start the program again in UTF-8 mode if file names have another encoding.
    """
    if (
        restart
        and name_system() is not System.WINDOWS  # where file names are UTF-16
        and not _is_utf8(sys.getfilesystemencoding())
        and not sys.flags.utf8_mode
    ):
        os.environ.setdefault(
            "PYTHONIOENCODING",
            f"{getattr(sys.stdout, 'encoding', None) or 'ascii'}:backslashreplace",
        )
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - this program itself
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf8")  # noqa: SIM115 - for as long as the program runs
    # writing to it must fail; a Windows program without a console has no standard output
    if sys.stdout is None and name_system() is not System.WINDOWS:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf8")
    codecs.register_error(_ESCAPES, _escape_characters)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPES)


def _escape_characters(error: UnicodeError) -> tuple[str, int]:
    """Write characters that an encoding lacks as \\u escapes, as JSON does."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    escapes = (f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))
    return "".join(escapes), error.end


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


class StartLine:
    """A line on a terminal that says at once that the program runs, until there is more to say: the
    imports of a build take about a second."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._is_shown = False

    def show(self) -> None:
        """Show it, if standard error is a terminal. Raises Unwritten."""
        if sys.stderr.isatty():
            _echo(f"{_STARTING}\r", err=True, nl=False)
            self._is_shown = True

    def clear(self) -> None:
        """Remove it, if it is shown. Raises Unwritten."""
        if self._is_shown:
            self._is_shown = False
            _echo(f"{' ' * len(_STARTING)}\r", err=True, nl=False)


start_line = StartLine()


def write(text: str, *, err: bool = False) -> None:
    """Write a text and a line end. Raises Unwritten."""
    start_line.clear()
    _echo(text, err=err)


def _echo(text: str, *, err: bool, nl: bool = True) -> None:
    try:
        click.echo(text, err=err, nl=nl)
    except OSError as error:
        raise make_unwritten(error, err=err) from error


def make_unwritten(error: OSError, *, err: bool = False) -> Unwritten:
    """Return the error to raise if the system refused to write to a standard stream."""
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    remedies = {
        errno.EPIPE: "the program reading it has ended",
        errno.EBADF: "redirect it to a file or a program",
    }
    remedy = remedies.get(error.errno or 0, "free some space there")
    return Unwritten(
        f"cannot be written ({reason})",
        where="standard error" if err else "standard output",
        remedy=remedy,
    )


def is_of_printing(error: OSError) -> bool:
    """Return True if the error was raised while printing."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and any(part in _PRINTERS for part in Path(frames[-1].filename).parts)


def give_up(error: Unwritten) -> NoReturn:
    """Report which stream could not be written, if possible, and end with its exit code."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        _discard_unflushed(stream)
    if error.where != "standard error":
        with contextlib.suppress(OSError):
            click.echo(str(error), err=True)
    sys.exit(int(ExitCode.OUTPUT_NOT_WRITTEN))


def _discard_unflushed(stream: object) -> None:
    """Discard the buffer of a stream that cannot be flushed: the interpreter would try again at
    exit, and print an error."""
    try:
        stream.flush()  # type: ignore[attr-defined]
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[attr-defined]
        os.close(null)
