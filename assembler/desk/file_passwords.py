"""Keep the password of an encrypted file where every run looks for it: evidence_passwords.json
beside case.json, readable by its owner only. A password is never shown, logged or sent back."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from assembler.desk.case_store import EditRefused
from assembler.intake.json_text import BadJson, decode_text, parse_json
from assembler.runtime.atomic_files import hold_folder, write_atomic
from assembler.runtime.passwords import NAME

MAX_PASSWORD = 500  # characters
_MAX_SIZE = 1_000_000  # bytes


def keep_password(folder: Path, path: str, password: str) -> None:
    """Write the password of a file; an empty one removes it. Other passwords stay.

    Raises:
        EditRefused: the password is too long, or the file of passwords is none of ours.
        OutputNotWritten: it cannot be written.
    """
    if len(password) > MAX_PASSWORD:
        raise EditRefused(
            f"it is longer than {MAX_PASSWORD} characters", where="Password", remedy="shorten it"
        )
    with hold_folder(folder):
        known = _read_known(folder / NAME)
        same = unicodedata.normalize("NFC", path)
        others = {
            key: value for key, value in known.items() if unicodedata.normalize("NFC", key) != same
        }
        passwords = {**others, path: password} if password else others
        if passwords or known:
            text = json.dumps(passwords, ensure_ascii=False, indent=2)
            write_atomic(folder / NAME, f"{text}\n".encode(), 0o600)


def _read_known(place: Path) -> dict[str, Any]:
    """Return the passwords that are there. Raises EditRefused for a file that cannot be read."""
    if not place.exists() and not place.is_symlink():
        return {}
    try:
        if not place.is_symlink() and place.is_file() and place.stat().st_size <= _MAX_SIZE:
            value = parse_json(decode_text(place.read_bytes().removeprefix(b"\xef\xbb\xbf")))[0]
            if isinstance(value, dict):
                return value
    except (OSError, BadJson):
        pass
    raise EditRefused(
        "it cannot be read, so nothing is added to it",
        where=NAME,
        remedy="correct it, or move it away",
    )
