"""Helpers that several tests share: commands2."""

from __future__ import annotations

from click.testing import CliRunner

from assembler.cli import main

DAY = ["--as-of", "2026-11-23"]


def run(*args: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command, in this process."""
    ran = CliRunner().invoke(main, [str(arg) for arg in args])
    return ran.exit_code, ran.stdout, ran.stderr
