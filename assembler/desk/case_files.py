"""What is known of the files in evidence/ of a case: their pages, or why they cannot be used."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assembler.desk.case_store import WORK_FOLDER
from assembler.desk.watched_files import Stamp, WatchedFiles
from assembler.errors import OutputNotWritten
from assembler.intake.file_check import MAX_FILE, WATCHED, record_file
from assembler.model import SourceFile
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.cache import Cache
from assembler.runtime.cache_upkeep import CacheUser, claim_home
from assembler.runtime.folder_walk import find_in_folders
from assembler.runtime.passwords import PASSWORD_HINT
from assembler.runtime.queued_workers import Future

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assembler.runtime.queued_workers import QueuedWorkers

EVIDENCE = WATCHED[0]
_RETRY_SECONDS = 10.0  # after a file could not be looked at, since nothing could be written
_MAX_SIZES = 5_000  # pages of a file whose sizes are kept
_LETTER = (612.0, 792.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file of a case. `sizes`: width and height of each page as displayed, in points or pixels;
    `pages`: None if not known yet, or if it cannot be opened; `problem`: why it cannot be used."""

    path: str
    size: int = 0  # bytes
    sha256: str = ""
    kind: str = ""
    pages: int | None = None
    sizes: tuple[tuple[float, float], ...] = ()
    problem: str = ""
    remedy: str = ""
    is_read: bool = False  # whether a worker has looked at it
    is_locked: bool = False  # whether a password would open it

    def get_size(self, page: int) -> tuple[float, float]:
        """Return the size of a page, from 1; that of a Letter page if it is not known."""
        return self.sizes[page - 1] if 0 < page <= len(self.sizes) else _LETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJob:
    """A file for a worker; `folder` is the case's."""

    folder: Path
    path: str
    accept_reading: str = ""


@contextmanager
def use_cache(folder: Path) -> Iterator[Cache]:
    """Use the cache of a case beside a run that may be working there.

    Raises OutputNotWritten if the work folder is not ours, or cannot be written.
    """
    home = folder.resolve() / WORK_FOLDER
    claim_home(home)
    cache = Cache(home / "cache")
    user = CacheUser(cache.root)
    user.enter()
    try:
        yield cache
    finally:
        user.leave()


def identify_file(job: FileJob) -> str:
    """Return the kind of a file by its content. Runs in a worker."""
    from assembler.evidence.file_types import sniff

    return sniff((job.folder / job.path).read_bytes())


def look_at_file(job: FileJob) -> FileFacts:
    """Return what a file is, and the sizes of its pages. Runs in a worker."""
    record = record_file(job.folder, job.path, True)
    if not isinstance(record, SourceFile):
        return FileFacts(path=job.path, problem=record[1], remedy=record[2], is_read=True)
    from assembler.evidence.file_types import REFUSED, sniff

    kind = sniff((job.folder / job.path).read_bytes())
    facts = FileFacts(
        path=job.path, size=record.size, sha256=record.sha256, kind=kind, is_read=True
    )
    if kind in REFUSED:
        description, remedy = REFUSED[kind]
        return replace(facts, problem=f"the file is {description}", remedy=remedy)
    sizes = _measure_quickly(job) if kind != "docx" else ()
    if sizes:
        return replace(facts, pages=len(sizes), sizes=sizes[:_MAX_SIZES])
    return _measure_opened(job, facts)


def _measure_quickly(job: FileJob) -> tuple[tuple[float, float], ...]:
    """Return the sizes of the pages as a viewer shows them; () if that does not work."""
    from assembler.pdf.picture_files import PictureFile
    from assembler.pdf.source_files import ClientFiles, Sources

    sources = Sources(ClientFiles(folder=job.folder))
    try:
        document = sources.open(job.path)
        if isinstance(document, PictureFile):
            pictures = range(1, len(document) + 1)
            return tuple(_find_picture_size(document, n) for n in pictures)
        return tuple(document.get_page_size(n) for n in range(len(document)))
    except Exception:  # noqa: BLE001 - any parser; then it is opened with care
        return ()
    finally:
        sources.close()


def _find_picture_size(document: Any, number: int) -> tuple[float, float]:
    width, height = document.page(number).size
    return float(width), float(height)


def _measure_opened(job: FileJob, facts: FileFacts) -> FileFacts:
    """Return the facts of a file that only the normalizing reader opens."""
    from assembler.evidence.file_preparation import Job, open_file

    with use_cache(job.folder) as cache:
        opened = open_file(
            Job(
                folder=job.folder,
                path=job.path,
                sha256=facts.sha256,
                cache=cache,
                accept_reading=job.accept_reading,
            )
        )
    if opened.pdf is None:
        finding = opened.findings[0]
        if finding.rule == "EVID.PASSWORD" and PASSWORD_HINT in finding.remedy:
            remedy = "type it under Locked files"
            return replace(facts, problem=finding.problem, remedy=remedy, is_locked=True)
        return replace(facts, problem=finding.problem, remedy=finding.remedy)
    sizes = {page.source: (page.width, page.height) for page in reversed(opened.pages)}
    return replace(facts, pages=len(sizes), sizes=tuple(sizes[n] for n in sorted(sizes)))


class CaseFiles(WatchedFiles[FileFacts]):
    """The files in evidence/ of one case. Used from the event loop only.

    `fronts`: pages before the first tab of each packet of the last build.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, EVIDENCE)
        self.fronts: Mapping[str, int] = {}
        self._retries: dict[str, float] = {}  # not before, by path
        self._built = 0  # when build/ changed last
        self._by_sha256: dict[str, str] = {}

    @property
    def counts(self) -> dict[str, int | None]:
        """Return the number of pages of each file; None where it is not known."""
        return {path: facts.pages for path, facts in self.known.items()}

    def find_by_sha256(self, sha256: str) -> FileFacts | None:
        """Return a file of this content; None if there is none, or if it is not known yet."""
        path = self._by_sha256.get(sha256, "")
        facts = self.known.get(path)
        if facts is not None and facts.sha256 == sha256:
            return facts
        # the file that was known by it is gone or has changed; another may have the same content
        return next((facts for facts in self.known.values() if facts.sha256 == sha256), None)

    async def refresh(
        self, workers: QueuedWorkers, accepted: Mapping[str, str], wait: float = 0.0
    ) -> None:
        """Take in which files there are, and have new and changed ones looked at.

        Args:
            accepted: by path, the sha256 of files whose reading a person accepted.
            wait: seconds to wait for the looks at most.
        """

        def begin(path: str, stamp: Stamp) -> Future[Any] | None:
            if stamp[1] > MAX_FILE:
                self._known[path] = FileFacts(
                    path=path,
                    size=stamp[1],
                    problem=f"the file is larger than {MAX_FILE // 1_000_000} MB",
                    remedy="split it, or scan at 300 dpi",
                    is_read=True,
                )
                return None
            self._known[path] = FileFacts(path=path, size=stamp[1])
            job = FileJob(folder=self.folder, path=path, accept_reading=accepted.get(path, ""))
            key = ("look", self.folder, path, stamp)
            return workers.submit(look_at_file, job, key, urgent=True)

        await self.take_stock(begin, wait)

    def look_at_builds(
        self, workers: QueuedWorkers, read_fronts: Callable[[Path], dict[str, int]]
    ) -> None:
        """Have the page numbers of the last build read, if there is a new one."""
        manifests = find_in_folders(self.folder / "build", MANIFEST_FILE)
        built = max(map(_read_time, manifests), default=0)
        if built != self._built:
            self._built = built
            look = workers.submit(read_fronts, self.folder)
            self._follow("build/", look, self._take_in_fronts)

    def _take_in_fronts(self, outcome: Any) -> None:
        if isinstance(outcome, dict):
            self.fronts = outcome
            self.revision += 1

    def forget(self, path: str) -> None:
        """Have a file looked at again, as if it were new."""
        self._stamps.pop(path, None)
        self._retries.pop(path, None)

    def note_problem(self, path: str, problem: str, remedy: str) -> None:
        """Take in why the pages of a file cannot be drawn."""
        facts = self.known.get(path)
        if facts is not None and facts.problem != problem:
            self._known[path] = replace(facts, problem=problem, remedy=remedy)
            self.revision += 1

    def _may_look(self, path: str) -> bool:
        return time.monotonic() > self._retries.get(path, 0.0)

    def _conclude(self, path: str, outcome: Any) -> FileFacts:
        if isinstance(outcome, FileFacts):
            if outcome.sha256:
                self._by_sha256[outcome.sha256] = path
            return outcome
        if isinstance(outcome, OutputNotWritten):  # it says nothing about the file
            self._stamps.pop(path)
            self._retries[path] = time.monotonic() + _RETRY_SECONDS
            return replace(
                self._known[path], problem=str(outcome), remedy="load the page again then"
            )
        return replace(
            self._known[path],
            problem="the file makes the program that reads it fail",
            remedy="print it to a new PDF, or ask for the file again",
            is_read=True,
        )


def _read_time(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0
