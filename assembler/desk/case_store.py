"""Read and change the case.json of one folder, with undo; somebody else's change is never lost."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assembler import intake
from assembler.desk.case_history import CaseHistory
from assembler.errors import AssemblerError, ExitCode
from assembler.intake.json_edit import is_same_json, rewrite_json
from assembler.intake.json_text import MAX_BYTES, BadJson, decode_text, parse_json
from assembler.pipeline.case_file import CASE, CaseFileChanged, write_edited_case
from assembler.runtime.atomic_files import hold_folder, write_error
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
        """Return the version of the text, whatever it says; "" if it cannot be read, or is no
        file that may be read: a pipe would be waited for."""
        path = self.folder / CASE
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
                return ""
            return make_version(path.read_bytes().decode())
        except (OSError, UnicodeError):
            return ""

    def change(self, edit: Edit, *, seen: str = "") -> CaseVersion:
        """Change the case with a pure function from its value to the new one; return the result.

        Args:
            seen: the version that the person saw, for a change of what is in which place; "" for
                one that finds its place by itself.

        Raises:
            CaseChanged: the case is at another version.
            EditRefused: the function refuses, or the case could not be read any more.
            CaseRejected, OutputNotWritten: it cannot be read or written.
        """
        with hold_folder(self.folder):
            case = self.read()
            if seen and seen != case.version:
                raise _make_conflict()
            value = edit(dict(case.value))
            if is_same_json(value, case.value):
                return case
            text = rewrite_json(case.text, value)
            _refuse_unreadable(text)
            self.note_change(case.text, text)  # first, so that undo finds its way after a kill
            self._write(case.text, text, value)
        return CaseVersion(text=text, value=value, version=make_version(text))

    def note_change(self, before: str, after: str) -> None:
        """Note a change, so that it can be undone. Raises OutputNotWritten."""
        try:
            claim_home(self.folder / WORK_FOLDER)
            self._history.record(before, after)
        except OSError as error:
            raise write_error(f"{self.folder.name}/{WORK_FOLDER}", error) from error

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
        with hold_folder(self.folder):
            case = self.read()
            text = find(case.text)
            if text is None:
                raise EditRefused(otherwise, where=CASE, remedy="change the case instead")
            value = _refuse_unreadable(text)
            self._write(case.text, text, value)
            self._history.mark(text, after=case.text)
        return CaseVersion(text=text, value=value, version=make_version(text))

    def _write(self, before: str, after: str, value: dict[str, Any]) -> None:
        try:
            write_edited_case(self.folder, before, after, value)
        except CaseFileChanged as error:
            raise _make_conflict() from error


def _make_conflict() -> CaseChanged:
    return CaseChanged(
        "the case was changed meanwhile, by an editor or in another window",
        where=CASE,
        remedy="the page now shows it as it is; make the change again",
    )


def _refuse_unreadable(text: str) -> Any:
    """Return the value of a text. Raises EditRefused for one that could not be read again: too
    long, too deep, too many values, half a character."""
    try:
        return parse_json(decode_text(text.encode()))[0]
    except BadJson as error:
        raise EditRefused(
            f"with this change the case could not be read any more: {error.problem}",
            where=CASE,
            remedy=error.remedy,
        ) from error
    except UnicodeError as error:
        raise EditRefused(
            "the text has half a character, which no file can keep",
            where=CASE,
            remedy="type it again",
        ) from error


def make_version(text: str) -> str:
    """Return a name for a text that no other text has."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
