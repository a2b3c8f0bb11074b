"""Write an edited case.json, for every command that changes one in place."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from assembler.errors import OutputNotWritten
from assembler.intake.json_text import parse_json
from assembler.runtime.atomic_files import hold_folder, write_atomic

CASE = "case.json"


class CaseFileChanged(OutputNotWritten):
    """case.json was changed since it was read; it stays as it is."""


def make_changed_error() -> CaseFileChanged:
    """Return the error for a case.json that was changed since it was read."""
    return CaseFileChanged(
        "it was changed meanwhile", where=CASE, remedy="run the same command again"
    )


def write_edited_case(folder: Path, before: str, after: str, expected: Any) -> None:
    """Replace the text of case.json by an edited one; who may read it stays.

    Args:
        before: the text that was read and edited.
        expected: the value that the edited text must have.

    Raises:
        CaseFileChanged: case.json was changed since it was read.
        OutputNotWritten: the edited text says something else, or it cannot be written.
    """
    if parse_json(after)[0] != expected:
        raise OutputNotWritten(
            "case.json could not be changed without touching the rest of it",
            where=folder.name,
            remedy="change it by hand",
        )
    path = folder / CASE
    with hold_folder(folder):
        try:
            now, mode = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
        except OSError:
            now, mode = b"", 0o600
        if now != before.encode():
            raise make_changed_error()
        write_atomic(path, after.encode(), mode)
