"""Find external programs, ask their version, run them with a time limit and a clean environment.

Takes a program name and arguments, returns its result. The only package that starts programs; it
never interprets their output and never trusts an exit code of 0 (callers look at the files).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assembler.errors import ToolFailed, ToolMissing
from assembler.runtime.process_control import ProgramJob
from assembler.runtime.system import System, name_system

_KEPT_VARIABLES = (
    *("PATH", "LANG", "LC_ALL", "TEMP", "TMP", "TESSDATA_PREFIX"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PATHEXT", "COMSPEC"),  # Windows programs need them
)
# where installers put programs that they do not add to PATH
_KNOWN_PLACES = {
    ("soffice", System.MACOS): ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    # .com is the one that prints to a console, and is waited for
    ("soffice", System.WINDOWS): (
        "C:/Program Files/LibreOffice/program/soffice.com",
        "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    ),
}
_OUTPUT_LIMIT = 1_000_000  # bytes kept of each output; endless printing must not fill memory
_CHUNK = 65_536  # bytes read at a time
_DRAIN_SECONDS = 5.0  # to read what is still in a pipe after its program has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Exit code and output of a program, decoded leniently because programs print in any
    encoding."""

    returncode: int
    stdout: str
    stderr: str


def find(program: str) -> Path | None:
    """Return where the program is, on PATH or where its installer puts it; None if nowhere."""
    if path := shutil.which(program):
        return Path(path)
    places = map(Path, list_known_places(program, name_system()))
    return next((place for place in places if place.is_file()), None)


def list_known_places(program: str, system: System) -> tuple[str, ...]:
    """Return where the installer for a system puts a program, without adding it to PATH."""
    return _KNOWN_PLACES.get((program, system), ())


def read_version(
    program: str, args: Sequence[str] = ("--version",), *, timeout: float = 20
) -> str | None:
    """Return the first line of a program's version output; None if it is missing or does not
    answer."""
    if find(program) is None:
        return None
    try:
        result = run(program, args, timeout=timeout, cwd=Path.cwd())
    except ToolFailed:
        return None
    lines = (result.stdout + "\n" + result.stderr).strip().splitlines()
    return lines[0].strip() if lines else None


def run(
    program: str,
    args: Sequence[str],
    *,
    timeout: float,
    cwd: Path,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run a program to its end in its own session, without stdin and with a minimal environment.

    `timeout` in seconds; on timeout the whole process group is killed, since a surviving child may
    still write. Raises ToolMissing if the program is not there, ToolFailed if it hangs. A non-zero
    exit is returned, not raised.
    """
    path = find(program)
    if path is None:
        raise ToolMissing(
            f"{program} is not installed", remedy=f"install {program}, or run `assembler doctor`"
        )
    clean = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    process = subprocess.Popen(
        [str(path), *args],
        cwd=cwd,
        env={**clean, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    job = ProgramJob(process)
    outputs: list[_Output] = []
    try:
        outputs += [_Output(stream) for stream in (process.stdout, process.stderr) if stream]
        process.wait(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(
            f"{program} did not finish in {timeout:.0f} seconds",
            remedy="try again, or use another engine",
        ) from error
    finally:
        _end(process, job)
        for output in outputs:
            output.drain(_DRAIN_SECONDS)
    stdout, stderr = (output.text() for output in outputs)
    return Result(returncode=process.returncode, stdout=stdout, stderr=stderr)


class _Output:
    """The first bytes of a program's output; a thread reads all of it and drops the rest.

    The thread owns the stream and closes it: closing it elsewhere while it is read could let the
    thread read another file that got the same descriptor.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                self._kept += chunk[: _OUTPUT_LIMIT - len(self._kept)]

    def drain(self, seconds: float) -> None:
        """Wait for the end of the output; a process that left the group may hold it longer."""
        self._thread.join(seconds)

    def text(self) -> str:
        """Return the kept output, decoded leniently."""
        return bytes(self._kept).decode(errors="replace")


def _end(process: subprocess.Popen[bytes], job: ProgramJob) -> None:
    """Kill what the program left running in its group, also after a clean exit, and reap it."""
    job.end()
    if hasattr(os, "killpg") and hasattr(signal, "SIGKILL"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is empty
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
