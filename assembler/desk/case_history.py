"""The texts that case.json had, for undo and redo, also after a restart.

They are in the work folder of the case, readable by its owner only, and go with it
(`assembler cache purge`). The step that case.json is at is found by comparing texts, so a killed
program or a change by an editor cannot confuse it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assembler.errors import OutputNotWritten
from assembler.runtime.atomic_files import write_atomic

FOLDER = "history"
_STEP = re.compile(r"[0-9]{8}\.json")
MAX_STEPS = 200
MAX_SIZE = 50_000_000  # bytes of all steps together


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """The steps of a case, numbered from the oldest that is kept. `home`: the case's work
    folder."""

    home: Path

    @property
    def folder(self) -> Path:
        """Return the folder of the steps."""
        return self.home / FOLDER

    def find_undo(self, text: str) -> str | None:
        """Return the text before this one; None if there is none."""
        steps = self._list_steps()
        place = self._find_place(steps, text)
        return _read(steps[place - 1]) if place is not None and place > 0 else None

    def find_redo(self, text: str) -> str | None:
        """Return the text that followed this one before it was undone; None if none did."""
        steps = self._list_steps()
        place = self._find_place(steps, text)
        is_last = place is None or place + 1 >= len(steps)
        return None if place is None or is_last else _read(steps[place + 1])

    def record(self, before: str, after: str) -> None:
        """Note a change; what had been undone before it cannot be redone any more.

        A text that somebody wrote outside the desk becomes a step of its own. Raises
        OutputNotWritten.
        """
        steps = self._list_steps()
        place = self._find_place(steps, before)
        if place is None:
            steps.append(self._write(self._next_number(steps), before))
            place = len(steps) - 1
        kept, undone = steps[: place + 1], steps[place + 1 :]
        kept.append(self._write(self._next_number(steps), after))
        for step in undone:  # last: if the disk is full, nothing is lost
            step.unlink(missing_ok=True)
        self._forget_old(kept)

    def _list_steps(self) -> list[Path]:
        if not self.folder.is_dir() or self.folder.is_symlink():
            return []
        return sorted(
            path
            for path in self.folder.iterdir()
            if _STEP.fullmatch(path.name) and path.is_file() and not path.is_symlink()
        )

    def _find_place(self, steps: list[Path], text: str) -> int | None:
        """Return the newest step with this text, or the one that undo went back to.

        Two steps may have the same text. Modification times tell which was used last.
        """
        data = text.encode()
        places = [place for place, step in enumerate(steps) if _is_same(step, data)]
        return max(places, key=lambda place: steps[place].stat().st_mtime_ns, default=None)

    def mark(self, text: str, *, after: str) -> None:
        """Note that undo or redo went from one text to another, which is next to it."""
        steps = self._list_steps()
        place = self._find_place(steps, after)
        for near in (place - 1, place + 1) if place is not None else ():
            if 0 <= near < len(steps) and _read(steps[near]) == text:
                steps[near].touch()
                return

    def _next_number(self, steps: list[Path]) -> int:
        return int(steps[-1].stem) + 1 if steps else 1

    def _write(self, number: int, text: str) -> Path:
        if self.folder.is_symlink():
            raise OutputNotWritten(
                "it is a symbolic link",
                where=f"{self.home.name}/{FOLDER}",
                remedy="remove it",
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{number:08}.json"
        write_atomic(path, text.encode())
        return path

    def _forget_old(self, steps: list[Path]) -> None:
        """Remove the oldest steps above the limits; the last two always stay."""
        size = sum(step.stat().st_size for step in steps)
        for count, step in enumerate(steps[:-2]):
            if len(steps) - count <= MAX_STEPS and size <= MAX_SIZE:
                return
            size -= step.stat().st_size
            step.unlink(missing_ok=True)


def _is_same(step: Path, data: bytes) -> bool:
    """Return whether a step has this text; most are told apart by their size, without reading."""
    try:
        return step.stat().st_size == len(data) and step.read_bytes() == data
    except OSError:
        return False


def _read(step: Path) -> str | None:
    """Return the text of a step; None if it was removed meanwhile."""
    try:
        return step.read_bytes().decode()
    except (OSError, UnicodeError):
        return None
