"""passwords: what opens an encrypted evidence file, read where it is needed, never handed on, never
shown.

They stand in `evidence_passwords.json` beside case.json, or where the variable
ASSEMBLER_EVIDENCE_PASSWORDS says: the path of such a file, or its text. Never in case.json, on the
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

NAME = "evidence_passwords.json"
VARIABLE = "ASSEMBLER_EVIDENCE_PASSWORDS"
HOW = f'{{"evidence/file.pdf": "the password"}} in {NAME} beside case.json'
_MOST = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Passwords:
    """Password by path, composed (NFC); `unusable`: the places whose text could not be used."""

    by_path: Mapping[str, str] = field(default_factory=dict, repr=False)
    unusable: tuple[str, ...] = ()

    def of(self, path: str) -> str:
        """The password of a file; "" if none is known, which opens a file that asks for none."""
        return self.by_path.get(_composed(path), "")


def read_passwords(folder: Path) -> Passwords:
    """What the environment says, and the case folder's own file, which wins. Nothing is raised:
    a wrong file opens nothing."""
    found: dict[str, str] = {}
    unusable: list[str] = []
    for name, text in ((VARIABLE, _from_environment()), (NAME, _text(folder / NAME))):
        known = {} if text is None else _parsed(text)
        if known is None:
            unusable.append(name)
        else:
            found |= known
    return Passwords(found, tuple(unusable))


def open_to_others(folder: Path) -> bool:
    """Whether other users of this machine may read the case's password file."""
    try:
        mode = (folder / NAME).stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _from_environment() -> str | None:
    value = os.environ.get(VARIABLE, "").strip()
    if not value or value.startswith("{"):
        return value or None
    return _text(Path(value)) or ""  # a path that leads nowhere is a mistake worth telling


def _text(path: Path) -> str | None:
    """Its text, None if it is not there; "" (which is no JSON) if it is unreadable, or much too
    large to be what it should."""
    try:
        if not path.exists():
            return None
        return (
            path.read_text(encoding="utf-8-sig")
            if path.is_file() and path.stat().st_size <= _MOST
            else ""
        )
    except (OSError, UnicodeDecodeError):
        return ""


def _parsed(text: str) -> dict[str, str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        return None
    return {_composed(path): password for path, password in value.items()}


def _composed(path: str) -> str:
    """Paths that look the same are the same: a Mac spells accents otherwise than other systems
    do."""
    return unicodedata.normalize("NFC", path)
