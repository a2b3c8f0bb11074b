"""What is known of the cases below the root: read in worker processes, kept while nothing changes.

The page lists names at once; states follow as they are read. A worker reads a few cases at a time,
so that the server keeps its memory small and answers meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from assembler import intake, rules
from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_people import name_people
from assembler.errors import AssemblerError
from assembler.model import Readiness
from assembler.model.case_texts import FILL_IN
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.case_file import CASE
from assembler.pipeline.case_status import BuildState, CaseStatus, read_status
from assembler.runtime.background_reader import BackgroundReader
from assembler.runtime.folder_walk import find_in_folders
from assembler.runtime.resources import Shelf
from assembler.runtime.sign_off import SIGN_OFF_FILE
from assembler.runtime.worker_pool import Limits

_BATCH = 6  # cases that a worker reads before it tells
_MAX_NAMES = 200  # characters
_LIMITS = Limits(seconds=300)
_SYNTAX = frozenset(("CASE.SYNTAX", "CASE.FILE", "CASE.TYPE"))  # nothing of the case can be read
Stamp = tuple[object, ...]


class CaseState(StrEnum):
    """Where a case stands, the most urgent first."""

    BROKEN = "broken"
    TO_FIX = "to-fix"
    CHANGED = "changed"
    NOT_BUILT = "not-built"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What the list says of a case.

    `people`: names of the beneficiaries; `label`: the state in words; `missing`: what keeps it from
    being filed, in short; `deadline`: the next one, ISO; `built`: when its packets were written
    last, ISO with minutes; "" for none.
    """

    id: str
    case_id: str = ""
    people: str = ""
    state: CaseState
    label: str
    missing: str = ""
    deadline: str = ""
    deadline_title: str = ""
    built: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRequest:
    """Cases to read in one go, in a worker: each with its id and folder."""

    cases: tuple[tuple[str, Path], ...]
    shelf: Shelf
    as_of: date


def make_stamp(folder: Path, as_of: date) -> Stamp:
    """Return what changes when a case, its packets or the names of its files do."""
    build = folder / "build"
    try:
        packets = sorted(build.iterdir())
    except OSError:
        packets = []
    watched = [folder / CASE, folder / "evidence", folder / "forms"]
    watched += [packet / name for packet in packets for name in (MANIFEST_FILE, SIGN_OFF_FILE)]
    return (as_of, *(_stamp_file(path) for path in watched))


def _stamp_file(path: Path) -> tuple[int, int]:
    try:
        state = path.lstat()
    except OSError:
        return (0, 0)
    return (state.st_mtime_ns, state.st_size)


def read_rows(request: RowRequest) -> tuple[CaseRow, ...]:
    """Read the status of some cases, in a worker."""
    library = rules.load_library(request.shelf)
    return tuple(
        read_row(case_id, folder, request.shelf, library, request.as_of)
        for case_id, folder in request.cases
    )


def read_row(
    case_id: str, folder: Path, shelf: Shelf, library: rules.Library, as_of: date
) -> CaseRow:
    """Return what the list says of one case; a case that cannot be read is broken."""
    built = _find_built(folder)
    try:
        status = read_status(folder, shelf, library, as_of)
    except (AssemblerError, OSError) as error:
        problem = str(error) if isinstance(error, AssemblerError) else "it cannot be read"
        return CaseRow(
            id=case_id,
            state=CaseState.BROKEN,
            label="Cannot be read",
            missing=problem,
            built=built,
        )
    return replace(make_row(case_id, status, as_of, built), people=_name_beneficiaries(folder))


def _name_beneficiaries(folder: Path) -> str:
    """Return the names of the beneficiaries; "" if the case cannot be read."""
    try:
        raw, _ = intake.read_raw_case(folder)
    except (AssemblerError, OSError):
        return ""
    names = [name for name in name_people(raw).values() if FILL_IN not in name]
    return ", ".join(names)[:_MAX_NAMES]


def make_row(case_id: str, status: CaseStatus, as_of: date, built: str) -> CaseRow:
    """Return what the list says of a case, from its status."""
    broken = next((found for found in status.findings if found.rule in _SYNTAX), None)
    if broken is not None:
        return CaseRow(
            id=case_id,
            state=CaseState.BROKEN,
            label="Cannot be read",
            missing=f"{broken.where}: {broken.problem}",
            built=built,
        )
    state, label = _choose_state(status)
    deadline = status.next_deadline(as_of)
    return CaseRow(
        id=case_id,
        case_id=status.case_id,
        state=state,
        label=label,
        missing=_describe_missing(status),
        deadline=deadline.day.isoformat() if deadline else "",
        deadline_title=deadline.title if deadline else "",
        built=built,
    )


def _choose_state(status: CaseStatus) -> tuple[CaseState, str]:
    verdict = status.verdict
    open_points = verdict.to_fix + len(verdict.missing_forms)
    if open_points:
        return CaseState.TO_FIX, f"{open_points} to fix"
    if status.state is BuildState.CHANGED:
        return CaseState.CHANGED, "Changed since built"
    if status.state is BuildState.NOT_BUILT:
        return CaseState.NOT_BUILT, "Not built"
    ready = verdict.readiness is Readiness.READY
    return CaseState.READY, "Ready to file" if ready else "Ready to sign"


def _describe_missing(status: CaseStatus) -> str:
    verdict = status.verdict
    parts = []
    if verdict.missing_forms:
        parts.append(f"{', '.join(verdict.missing_forms)} missing")
    if verdict.to_fix:
        parts.append(f"{verdict.to_fix} to fix")
    if verdict.to_check:
        parts.append(f"{verdict.to_check} to check")
    if status.state is BuildState.CHANGED:
        parts.append("a new build, since something changed")
    elif status.state is BuildState.NOT_BUILT:
        parts.append("the packet")
    elif verdict.readiness is Readiness.EXCEPT_SIGNATURES:
        parts.append("signatures")
    return " · ".join(parts)


def _find_built(folder: Path) -> str:
    """Return when the newest packet in build/ was written, in local time; "" if there is none."""
    times = []
    for manifest in find_in_folders(folder / "build", MANIFEST_FILE):
        if ".kept-" not in manifest.parent.name and not manifest.is_symlink():
            with suppress(FileNotFoundError):  # a build is replacing it
                times.append(manifest.lstat().st_mtime)
    if not times:
        return ""
    return datetime.fromtimestamp(max(times)).astimezone().strftime("%Y-%m-%d %H:%M")


class CaseIndex:
    """The rows of all cases, read in the background. Used from the event loop; never waits."""

    def __init__(self, shelf: Shelf, workers: int) -> None:
        self._shelf = shelf
        self._reader = BackgroundReader(read_rows, _LIMITS, workers)
        self._rows: dict[str, tuple[int, CaseRow]] = {}  # with the number of the news
        self._stamps: dict[str, Stamp] = {}
        self._waiting: dict[str, Stamp] = {}
        self._news = 0

    def refresh(self, stamps: Mapping[str, tuple[Path, Stamp]], as_of: date) -> None:
        """Have cases read that are new or changed; forget those that are gone.

        Args:
            stamps: folder and stamp of every case, by its id.
        """
        for case_id in self._stamps.keys() - stamps.keys():
            self._rows.pop(case_id, None)
            self._waiting.pop(case_id, None)
        changed = [
            (case_id, folder)
            for case_id, (folder, stamp) in stamps.items()
            if self._stamps.get(case_id) != stamp
        ]
        self._stamps = {case_id: stamp for case_id, (_, stamp) in stamps.items()}
        self._waiting |= {case_id: self._stamps[case_id] for case_id, _ in changed}
        self._reader.read(
            [
                RowRequest(
                    cases=tuple(changed[start : start + _BATCH]), shelf=self._shelf, as_of=as_of
                )
                for start in range(0, len(changed), _BATCH)
            ]
        )

    def list_rows(self, after: int = 0) -> tuple[tuple[CaseRow, ...], int, int]:
        """Return the rows that were read after so many news, how many are still to be read, and
        how many news there are now."""
        self._take_in()
        rows = tuple(row for number, row in self._rows.values() if number > after)
        return rows, len(self._waiting), self._news

    def get_rows(self) -> Mapping[str, CaseRow]:
        """Return what is known, by case; without cases that are being read again."""
        self._take_in()
        return {key: row for key, (_, row) in self._rows.items() if key not in self._waiting}

    def _take_in(self) -> None:
        """Keep what was read; cases over which a worker died are said to be broken."""
        for request, rows in self._reader.poll():
            known = {row.id: row for row in rows} if isinstance(rows, tuple) else {}
            for case_id, _ in request.cases:
                self._waiting.pop(case_id, None)
                if case_id in self._stamps:
                    self._news += 1
                    row = known.get(case_id) or _make_unread(case_id)
                    self._rows[case_id] = (self._news, row)


def stamp_cases(cases: Sequence[CaseFolder], as_of: date) -> Mapping[str, tuple[Path, Stamp]]:
    """Return folder and stamp of every case, by its id."""
    return {case.id: (case.folder, make_stamp(case.folder, as_of)) for case in cases}


def _make_unread(case_id: str) -> CaseRow:
    return CaseRow(
        id=case_id,
        state=CaseState.BROKEN,
        label="Cannot be read",
        missing="reading it took too long; open it to see more",
    )
