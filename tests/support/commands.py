"""Commands run in this process, and what they leave."""

from __future__ import annotations

import os
from pathlib import Path

from click.testing import CliRunner

from assembler.cli import main
from tests.factories import CASE
from tests.support.building import warm_up

MAILED = {**CASE["request"], "filing": "paper"}
DAY = ["--as-of", "2026-11-23"]
ROOT = Path(__file__).parents[2]
_PREPARING = ("bundle", "batch", "check", "draft")  # commands that prepare evidence
BLANKS = Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared/corpus")) / "forms"


def run(*args: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command, in this process; cases to be bundled may start with
    the small case's cache."""
    if args and args[0] in _PREPARING and "--cache" not in args:
        for folder in (arg for arg in args if isinstance(arg, Path) and arg.is_dir()):
            warm_up(folder)
    ran = CliRunner().invoke(main, [str(arg) for arg in args])
    return ran.exit_code, ran.stdout, ran.stderr


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
