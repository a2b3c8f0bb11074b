"""Standard output and standard error: what cannot be written there is said, and ends the run;
any locale can be written."""

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

_ESCAPES = "assembler.escapes"
_PRINTERS = ("click", "rich")  # whose failing to write is that of a standard stream


class Unwritten(OutputNotWritten):
    """A standard stream cannot be written, so that a result or a message is lost."""


def prepare(*, restart: bool) -> None:
    """Make the standard streams safe to use. `restart`: begin again in UTF-8 where file names have
    another encoding.

    A closed one gets the null device, since the next file that is opened would take its place.
    """
    if (
        restart
        and os.name == "posix"
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
    if (
        sys.stdout is None and os.name == "posix"
    ):  # whoever writes to it hears that it is closed; on Windows a window has none
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf8")
    codecs.register_error(_ESCAPES, _escaped)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPES)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as \\u escapes, which are also those of JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    escapes = (f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))
    return "".join(escapes), error.end


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def write(text: str, *, err: bool = False) -> None:
    """Write a text and a line end. Raises Unwritten."""
    try:
        click.echo(text, err=err)
    except OSError as error:
        raise unwritten(error, err=err) from error


def unwritten(error: OSError, *, err: bool = False) -> Unwritten:
    """Return the error to raise where the system refused to write to a standard stream."""
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    remedies = {
        errno.EPIPE: "the program that reads it has ended",
        errno.EBADF: "let it lead to a file or a program",
    }
    remedy = remedies.get(error.errno or 0, "free some space there")
    return Unwritten(
        f"cannot be written ({reason})",
        where="standard error" if err else "standard output",
        remedy=remedy,
    )


def is_of_printing(error: OSError) -> bool:
    """Return whether an error rose while something was printed."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and any(part in _PRINTERS for part in Path(frames[-1].filename).parts)


def give_up(error: Unwritten) -> NoReturn:
    """Say what could not be written, if it can be said, and end with its exit code."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        _let_go(stream)
    sys.exit(int(ExitCode.OUTPUT_NOT_WRITTEN)) if error.where == "standard error" else None
    with contextlib.suppress(OSError):
        click.echo(str(error), err=True)
    sys.exit(int(ExitCode.OUTPUT_NOT_WRITTEN))


def _let_go(stream: object) -> None:
    """Forget what a stream still holds where it cannot be flushed: the interpreter would try
    again as it ends, and complain."""
    try:
        stream.flush()  # type: ignore[attr-defined]
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())  # type: ignore[attr-defined]
        os.close(null)
