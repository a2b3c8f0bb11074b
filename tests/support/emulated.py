"""Programs on a system that behaves as Windows does, see tests/support/other_system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OTHER_SYSTEM = Path(__file__).parent / "other_system"
# set by `make test-portable`, which takes minutes; without it, `make test` runs the short part
IS_LONG_RUN = "ASSEMBLER_PORTABLE" in os.environ


def make_environment() -> dict[str, str]:
    """Return the variables that put a Python, and every Python it starts, on the other system."""
    folders = os.pathsep.join(map(str, (OTHER_SYSTEM, ROOT)))
    # files that this process has open are in use there, too
    return {**os.environ, "PYTHONPATH": folders, "ASSEMBLER_EMULATION_ROOT": str(os.getpid())}


def run_python(*arguments: object, seconds: float = 300) -> subprocess.CompletedProcess[bytes]:
    """Run Python there to its end."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=make_environment(),
        capture_output=True,
        check=False,
        timeout=seconds,
    )


def run_command(*arguments: object) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of an `assembler` command there."""
    ran = run_python("-m", "assembler", *arguments)
    return ran.returncode, ran.stdout.decode("cp1252"), ran.stderr.decode("cp1252")
