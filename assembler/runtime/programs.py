"""Other programs: is it there, which version, run it with a time limit and a clean environment.

A program name and arguments come in, its result goes out. The only room that starts programs; it never reads their
output for meaning, and never trusts an exit code of 0 (callers look at the files).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.errors import ToolFailed, ToolMissing

_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TESSDATA_PREFIX")
_OUTPUT_LIMIT = 1_000_000  # bytes kept of what a program prints; the rest is read and thrown away by the cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a program left behind; output decoded leniently, since programs babble in any encoding."""

    returncode: int
    stdout: str
    stderr: str


def find(program: str) -> Path | None:
    """Where the program is on PATH, or None."""
    found = shutil.which(program)
    return Path(found) if found else None


def version(program: str, args: Sequence[str] = ("--version",), *, timeout: float = 20) -> str | None:
    """First line a program prints of its version, or None if it is absent or does not answer."""
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
    """Run a program to its end in its own session, with nothing on stdin and an environment of a few names.

    `timeout` in seconds; on timeout the whole process group is killed, since a child left alive may still write.
    Raises ToolMissing if the program is not there, ToolFailed if it hangs. A non-zero exit is returned, not raised.
    """
    path = find(program)
    if path is None:
        raise ToolMissing(f"{program} is not installed", remedy=f"install {program}, or run `assembler doctor`")
    clean = {name: os.environ[name] for name in _KEPT if name in os.environ}
    process = subprocess.Popen(
        [str(path), *args],
        cwd=cwd,
        env={**clean, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(
            f"{program} did not finish in {timeout:.0f} seconds", remedy="try again, or use another engine"
        ) from error
    finally:
        _end(process)
    return Result(
        returncode=process.returncode,
        stdout=stdout[:_OUTPUT_LIMIT].decode(errors="replace"),
        stderr=stderr[:_OUTPUT_LIMIT].decode(errors="replace"),
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever the program left running in its group, also after a clean exit, and reap it."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody left in the group
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
