"""What is known of the files in forms/ of a case: which form each is, and whether it is blank."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assembler.desk.watched_files import Stamp, WatchedFiles
from assembler.intake.file_check import WATCHED, record_file
from assembler.model import SourceFile
from assembler.runtime.queued_workers import Future
from assembler.runtime.resources import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assembler.forms import FieldRow
    from assembler.runtime.queued_workers import QueuedWorkers

FORMS = WATCHED[1]
_ANSWERS = frozenset(("text", "box", "choice", "signature"))  # kinds of fields that people fill
_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024  # bytes, as readers allow
_NO_PDF = ("the file is not a PDF", "download the form as PDF, or scan it to one")
_UNREADABLE = (
    "the PDF is damaged, or needs a password",
    "download it again, or save it without a password",
)
_TOO_HEAVY = (
    "the file makes the program that reads it fail",
    "download the form again, or print it to a new PDF",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLook:
    """What a file in forms/ is. `form`: "i-131", "" if it is not recognized; `problem`: why it
    cannot be used; `is_read`: whether a worker has looked at it."""

    form: str = ""
    edition: str = ""
    has_fields: bool = False
    is_filled: bool = False
    size: int = 0  # bytes
    sha256: str = ""
    problem: str = ""
    remedy: str = ""
    is_read: bool = False

    @property
    def is_completed(self) -> bool:
        """Return whether it goes in as it is: only a form with empty fields can be filled."""
        return self.is_filled or not self.has_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class FormJob:
    """A file for a worker; `folder` is the case's."""

    folder: Path
    path: str
    shelf: Shelf


def look_at_form(job: FormJob) -> FormLook:
    """Return which form a file is. Runs in a worker."""
    from assembler import forms

    record = record_file(job.folder, job.path, True)
    if not isinstance(record, SourceFile):
        return FormLook(problem=record[1], remedy=record[2], is_read=True)
    look = FormLook(size=record.size, sha256=record.sha256, is_read=True)
    place = job.folder / job.path
    with place.open("rb") as stream:
        if _HEADER not in stream.read(_HEADER_WITHIN):
            return _refuse(look, _NO_PDF)
    try:
        recognized = forms.recognize_form(place, forms.load_maps(job.shelf))
        rows = forms.read_fields(place)
    except forms.FormUnreadable:
        return _refuse(look, _UNREADABLE)
    return FormLook(
        form=recognized.form,
        edition=recognized.edition,
        has_fields=recognized.fillable,
        is_filled=is_filled(rows),
        size=record.size,
        sha256=record.sha256,
        is_read=True,
    )


def is_filled(rows: Iterable[FieldRow]) -> bool:
    """Return whether somebody wrote into a form; what the agency itself wrote there is locked."""
    return any(
        row.kind in _ANSWERS and not row.readonly and row.value.strip() not in ("", "Off")
        for row in rows
    )


def convert_outcome(outcome: Any) -> FormLook:
    """Return what a worker found, also if it failed."""
    return outcome if isinstance(outcome, FormLook) else _refuse(FormLook(is_read=True), _TOO_HEAVY)


def _refuse(look: FormLook, why: tuple[str, str]) -> FormLook:
    return FormLook(size=look.size, sha256=look.sha256, problem=why[0], remedy=why[1], is_read=True)


class WatchedForms(WatchedFiles[FormLook]):
    """The files in forms/ of one case. Used from the event loop only."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        super().__init__(folder, FORMS)
        self._shelf = shelf

    def find_same(self, path: str) -> str:
        """Return another file of the same content; "" if there is none."""
        own = self.known.get(path, FormLook()).sha256
        return next(
            (
                other
                for other, look in self.known.items()
                if own and other != path and look.sha256 == own
            ),
            "",
        )

    async def refresh(self, workers: QueuedWorkers, wait: float = 0.0) -> None:
        """Take in which files there are, and have new and changed ones looked at.

        Args:
            wait: seconds to wait for the looks at most.
        """

        def begin(path: str, stamp: Stamp) -> Future[Any]:
            self._known[path] = FormLook(size=stamp[1])
            job = FormJob(folder=self.folder, path=path, shelf=self._shelf)
            key = ("form", self.folder, path, stamp)
            return workers.submit(look_at_form, job, key, urgent=True)

        await self.take_stock(begin, wait)

    def _conclude(self, _path: str, outcome: Any) -> FormLook:
        return convert_outcome(outcome)
