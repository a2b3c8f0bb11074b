"""What the desk knows while it runs: the cases, their stores, and the work that is going on."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assembler.desk.case_folders import CaseFolder, list_case_folders, make_case_folder
from assembler.desk.case_store import CaseStore, EditRefused
from assembler.errors import AssemblerError, ExitCode
from assembler.pipeline.case_file import CASE
from assembler.runtime.background_job import BackgroundJob, JobProgress, ReportProgress
from assembler.runtime.queued_workers import QueuedWorkers
from assembler.runtime.resources import Shelf

_EXIT_SECONDS = 4.0  # for work to clean up when the desk ends
_MAX_PAGE_WORKERS = 2  # that draw pages at the same time
_MAX_LOG = 200  # steps that a finished job still tells about


class NoSuchCase(AssemblerError):
    """An address names no case below the root."""

    exit_code = ExitCode.CASE_REJECTED


@dataclass(slots=True)
class CaseJob:
    """Work on a case that is going on, or the last one that ended. `kind`: "propose", "build", …;
    `steps`: those it has gone through, with the second at which each began."""

    kind: str
    job: BackgroundJob
    started: float
    steps: list[tuple[str, float]] = field(default_factory=list)
    seconds: float = 0.0  # that it took, once it has ended

    @property
    def progress(self) -> JobProgress:
        """Return how far it is."""
        return self.job.progress

    @property
    def is_running(self) -> bool:
        """Return whether it is still at work."""
        return self.job.is_running

    def poll(self) -> bool:
        """Take in news; return whether there were any."""
        is_news = self.job.poll()
        step = self.job.progress.step
        passed = time.monotonic() - self.started
        if step and (not self.steps or self.steps[-1][0] != step):
            self.steps = [*self.steps, (step, passed)][-_MAX_LOG:]
        if is_news and not self.is_running:
            self.seconds = passed
        return is_news


class Desk:
    """The state of one run of the desk. Used from the event loop only.

    Args:
        root: folder whose cases are shown.
        workers: processes that read pages at the same time.
    """

    def __init__(self, root: Path, shelf: Shelf, as_of: Callable[[], date], workers: int) -> None:
        self.root, self.shelf, self.workers = root, shelf, workers
        self._as_of = as_of
        self._folders: dict[str, CaseFolder] = {}
        self._stores: dict[str, CaseStore] = {}
        self._jobs: dict[str, CaseJob] = {}
        self._capabilities: dict[str, str] = {}
        self._page_workers = QueuedWorkers(min(workers, _MAX_PAGE_WORKERS))
        self.notes: dict[str, Any] = {}  # what views remember between requests, by their own keys

    @property
    def page_workers(self) -> QueuedWorkers:
        """Return the workers that open the files of all cases for pages; none runs before the
        first work."""
        return self._page_workers

    @property
    def as_of(self) -> date:
        """Return the day by which facts are judged."""
        return self._as_of()

    def list_cases(self) -> tuple[CaseFolder, ...]:
        """Return the cases as they are on disk now."""
        cases = list_case_folders(self.root)
        self.note_cases(cases)
        return cases

    def note_cases(self, cases: Iterable[CaseFolder]) -> None:
        """Know the cases that were just listed."""
        self._folders = {case.id: case for case in cases}

    def find_case(self, case_id: str) -> CaseFolder:
        """Return the case of an id. Raises NoSuchCase."""
        if case_id not in self._folders:
            self.list_cases()
        case = self._folders.get(case_id)
        if case is None:
            raise NoSuchCase(
                "there is no such case", where="desk", remedy="go back to the list of cases"
            )
        return case

    def note_new_case(self, folder: Path) -> CaseFolder:
        """Return the case of a folder that was just made."""
        case = make_case_folder(folder, self.root)
        self._folders[case.id] = case
        return case

    def open_store(self, case: CaseFolder) -> CaseStore:
        """Return the store of a case, the same one each time."""
        return self._stores.setdefault(case.id, CaseStore(case.folder))

    def start_job(
        self, case: CaseFolder, kind: str, function: Callable[[Any, ReportProgress], Any], item: Any
    ) -> CaseJob:
        """Start work on a case. Raises EditRefused while other work on it is going on, or if it is
        not there any more: its folder would be made anew."""
        if not (case.folder / CASE).is_file():
            raise EditRefused(
                "there is no case.json in this folder any more",
                where=case.name,
                remedy="put it back, or go back to the list of cases",
            )
        running = self._jobs.get(case.id)
        if running is not None and running.is_running:
            raise EditRefused(
                f"the case is busy ({running.kind})",
                where=case.name,
                remedy="wait until it has finished, or stop it",
            )
        job = CaseJob(kind=kind, job=BackgroundJob(function, item), started=time.monotonic())
        self._jobs[case.id] = job
        return job

    def find_job(self, case: CaseFolder) -> CaseJob | None:
        """Return the work on a case that is going on, or the last one that ended."""
        return self._jobs.get(case.id)

    def list_running(self) -> tuple[CaseJob, ...]:
        """Return all work that is going on."""
        return tuple(job for job in self._jobs.values() if job.is_running)

    def poll_jobs(self) -> None:
        """Take in the news of all work."""
        for job in self._jobs.values():
            job.poll()

    def end_jobs(self) -> None:
        """End all work; together, so that it takes no longer than the slowest."""
        for job in self.list_running():
            job.job.ask_to_end(_EXIT_SECONDS)
        while self.list_running():
            self.poll_jobs()
            time.sleep(0.02)

    def make_capability(self, case: CaseFolder) -> str:
        """Return the secret part of the addresses of a case's packet files."""
        for capability, case_id in self._capabilities.items():
            if case_id == case.id:
                return capability
        capability = secrets.token_urlsafe(24)
        self._capabilities[capability] = case.id
        return capability

    def find_by_capability(self, capability: str) -> CaseFolder:
        """Return the case of a capability. Raises NoSuchCase, without looking for new cases."""
        case = self._folders.get(self._capabilities.get(capability, ""))
        if case is None:
            raise NoSuchCase(
                "this address is of an earlier run of the desk",
                where="desk",
                remedy="open the file from the Build page",
            )
        return case
