"""Commands run in this process, and what they leave."""

from __future__ import annotations

import os
from pathlib import Path

from click.testing import CliRunner

from assembler.cli import main
from tests.factories import CASE

MAILED = {**CASE["request"], "filing": "paper"}
DAY = ["--as-of", "2026-11-23"]
ROOT = Path(__file__).parents[2]
BLANKS = Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared/corpus")) / "forms"


def run(*args: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command, in this process."""
    ran = CliRunner().invoke(main, [str(arg) for arg in args])
    return ran.exit_code, ran.stdout, ran.stderr


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
