"""Read and change the case.json of one folder, with undo; somebody else's change is never lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembler import intake
from assembler.desk.case_history import CaseHistory
from assembler.errors import AssemblerError, ExitCode
from assembler.intake.json_edit import is_same_json, rewrite_json
from assembler.intake.json_text import parse_json
from assembler.pipeline.case_file import CASE, write_edited_case
from assembler.runtime.cache_upkeep import claim_home

WORK_FOLDER = ".assembler"
Edit = Callable[[dict[str, Any]], dict[str, Any]]


class EditRefused(AssemblerError):
    """A change cannot be made; the message says why, in words for the page."""

    exit_code = ExitCode.CASE_REJECTED


class CaseChanged(EditRefused):
    """The case is not as the page showed it: another browser or an editor changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVersion:
    """A case.json as it was read. `version`: of its text; changes with every character."""

    text: str
    value: Mapping[str, Any]
    version: str


class CaseStore:
    """The case.json of a folder. Used from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._history = CaseHistory(folder / WORK_FOLDER)

    def read(self) -> CaseVersion:
        """Return the case. Raises CaseRejected if it is not a JSON object."""
        value, text = intake.read_raw_case(self.folder)
        return CaseVersion(text=text, value=value, version=make_version(text))

    def read_version(self) -> str:
        """Return the version of the text, whatever it says; "" if it cannot be read."""
        try:
            return make_version((self.folder / CASE).read_bytes().decode())
        except (OSError, UnicodeError):
            return ""

    def change(self, edit: Edit, *, seen: str = "") -> CaseVersion:
        """Change the case with a pure function from its value to the new one; return the result.

        Args:
            seen: the version that the person saw, for a change of what is in which place; "" for
                one that finds its place by itself.

        Raises:
            CaseChanged: the case is at another version.
            EditRefused: the function refuses.
            CaseRejected, OutputNotWritten: it cannot be read or written.
        """
        case = self.read()
        if seen and seen != case.version:
            raise CaseChanged(
                "the case was changed meanwhile, by an editor or in another window",
                where=CASE,
                remedy="the page now shows it as it is; make the change again",
            )
        value = edit(dict(case.value))
        if is_same_json(value, case.value):
            return case
        text = rewrite_json(case.text, value)
        self._write(case.text, text, value)
        return CaseVersion(text=text, value=value, version=make_version(text))

    def note_change(self, before: str, after: str) -> None:
        """Note a change that another part of the program wrote, so that it can be undone."""
        claim_home(self.folder / WORK_FOLDER)
        self._history.record(before, after)

    def undo(self) -> CaseVersion:
        """Go back one change. Raises EditRefused if there is none."""
        return self._go(self._history.find_undo, "there is nothing to undo")

    def redo(self) -> CaseVersion:
        """Make a change again that was undone. Raises EditRefused if there is none."""
        return self._go(self._history.find_redo, "there is nothing to redo")

    def has_undo(self, text: str) -> bool:
        """Return whether a change led to this text."""
        return self._history.find_undo(text) is not None

    def has_redo(self, text: str) -> bool:
        """Return whether a change was undone that can be made again."""
        return self._history.find_redo(text) is not None

    def _go(self, find: Callable[[str], str | None], otherwise: str) -> CaseVersion:
        case = self.read()
        text = find(case.text)
        if text is None:
            raise EditRefused(otherwise, where=CASE, remedy="change the case instead")
        value = parse_json(text)[0]
        write_edited_case(self.folder, case.text, text, value)
        self._history.mark(text, after=case.text)
        return CaseVersion(text=text, value=value, version=make_version(text))

    def _write(self, before: str, after: str, value: dict[str, Any]) -> None:
        """Write the step first: if the program is killed in between, undo still finds its way."""
        claim_home(self.folder / WORK_FOLDER)
        self._history.record(before, after)
        write_edited_case(self.folder, before, after, value)


def make_version(text: str) -> str:
    """Return a name for a text that no other text has."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
