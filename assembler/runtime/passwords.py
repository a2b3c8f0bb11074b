"""Read the passwords of encrypted evidence files where they are needed; never pass on or show them.

They are in `evidence_passwords.json` beside case.json, or in the variable
ASSEMBLER_EVIDENCE_PASSWORDS: the path of such a file, or its text. Never in case.json, on the
command line, in a log, the manifest or the name of a kept file.
"""

from __future__ import annotations

import json
import os
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assembler.runtime.system import ABILITIES

NAME = "evidence_passwords.json"
VARIABLE = "ASSEMBLER_EVIDENCE_PASSWORDS"
PASSWORD_HINT = f'{{"evidence/file.pdf": "the password"}} in {NAME} beside case.json'
_MAX_SIZE = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Passwords:
    """Password by path in NFC. `unusable`: the places whose text could not be used."""

    by_path: Mapping[str, str] = field(default_factory=dict, repr=False)
    unusable: tuple[str, ...] = ()

    def of(self, path: str) -> str:
        """Return the password of a file; "" if none is known, which opens a file that needs
        none."""
        return self.by_path.get(_normalize(path), "")


def read_passwords(folder: Path) -> Passwords:
    """Return the passwords of the environment and of the case folder's file, which wins.

    Raises nothing: a wrong file opens nothing.
    """
    passwords: dict[str, str] = {}
    unusable: list[str] = []
    for name, text in ((VARIABLE, _read_variable()), (NAME, _read_text(folder / NAME))):
        parsed = {} if text is None else _parse(text)
        if parsed is None:
            unusable.append(name)
        else:
            passwords |= parsed
    return Passwords(passwords, tuple(unusable))


def is_readable_by_others(folder: Path) -> bool:
    """Return whether other users of this machine may read the case's password file."""
    try:
        mode = (folder / NAME).stat().st_mode
    except OSError:
        return False
    return ABILITIES.has_file_modes and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _read_variable() -> str | None:
    value = os.environ.get(VARIABLE, "").strip()
    if not value or value.startswith("{"):
        return value or None
    return _read_text(Path(value)) or ""  # a path to nothing is a mistake worth reporting


def _read_text(path: Path) -> str | None:
    """Return the file's text; None if it does not exist, "" (not JSON) if it is unreadable or too
    large."""
    try:
        if not path.exists():
            return None
        return (
            path.read_text(encoding="utf-8-sig")
            if path.is_file() and path.stat().st_size <= _MAX_SIZE
            else ""
        )
    except (OSError, UnicodeDecodeError):
        return ""


def _parse(text: str) -> dict[str, str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not all(
        isinstance(password, str) for password in value.values()
    ):
        return None
    return {_normalize(path): password for path, password in value.items()}


def _normalize(path: str) -> str:
    """Return the path in NFC, since macOS spells accents in another way than other systems."""
    return unicodedata.normalize("NFC", path)
