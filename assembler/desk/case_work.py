"""Long work on a case, each a function for a process of its own: build, print, verify, file.

A function takes a picklable order and `report_progress(step, done, total)`; it returns a small
result, since the desk keeps it.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler import pipeline
from assembler.desk.build_progress import StepTime
from assembler.desk.case_store import WORK_FOLDER
from assembler.model import Check
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.filed_packets import keep_filed, list_packets
from assembler.runtime.atomic_files import is_plain_folder, write_atomic
from assembler.runtime.background_job import ReportProgress
from assembler.runtime.manifest_reader import read_digest
from assembler.runtime.resources import Shelf
from assembler.runtime.user_files import read_record
from assembler.runtime.workshop import Workshop

TIMES_FILE = "build-times.json"  # in the work folder: how long each step of the last build took
BEFORE_FOLDER = "before"  # in the work folder: the manifest that each packet had before


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOrder:
    """What to build. `filed`: folder of filed packets whose page numbers stay; `late`: where new
    exhibits go then."""

    folder: Path
    shelf: Shelf
    as_of: date
    workers: int
    profile: str
    strict: bool = False
    filed: Path | None = None
    late: str = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltSummary:
    """What was built, for the page. `again`: nothing had changed, so it was only proved again;
    `kept`: files that a person changed, or of the build before, which are now in the folder
    `beside`."""

    packet: str
    pages: int
    exhibits: int
    checks: int
    again: bool
    kept: tuple[str, ...] = ()
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """The result of a build: its packets, and the verdict as the command prints it."""

    packets: tuple[BuiltSummary, ...]
    verdict: str
    is_ready: bool


def build_case(order: BuildOrder, report_progress: ReportProgress) -> BuildResult:
    """Build and prove all packets of a case. Raises as `pipeline.build_packets`."""
    if order.filed is not None:
        pipeline.refuse_filed_in_target(order.filed, order.folder / "build")
    options = pipeline.Options(
        as_of=order.as_of,
        profile=order.profile,
        strict=order.strict,
        freeze=pipeline.read_filed_packets(order.filed) if order.filed else (),
        late=order.late,
    )
    clock = StepClock(report_progress)
    home = order.folder / WORK_FOLDER
    with Workshop(home, jobs=order.workers) as workshop:
        before = _read_manifests(order.folder)
        context = pipeline.make_context(order.folder, order.shelf, workshop, options, clock.report)
        packets = pipeline.build_packets(context)
        _keep_before(before, order.folder)
        is_new = not all(packet.again for packet in packets)
        if is_new:
            _write_times(home, clock.list_times())
        verdict = pipeline.judge_packets(packets)
    return BuildResult(
        packets=tuple(
            BuiltSummary(
                packet=packet.packet,
                pages=packet.pages,
                exhibits=packet.exhibits,
                checks=len(packet.proof.checks),
                again=packet.again,
                kept=packet.kept.moved,
                beside=packet.kept.beside.name if packet.kept.beside else "",
            )
            for packet in packets
        ),
        verdict=str(verdict),
        is_ready=verdict.is_ready,
    )


class StepClock:
    """Passes progress on, and notes how long each step took."""

    def __init__(self, report_progress: ReportProgress) -> None:
        self._report = report_progress
        self._starts: list[tuple[str, float]] = []

    def report(self, step: str, done: int, total: int) -> None:
        """Take in news of a step."""
        if not self._starts or self._starts[-1][0] != step:
            self._starts.append((step, time.monotonic()))
        self._report(step, done, total)

    def list_times(self) -> tuple[StepTime, ...]:
        """Return the steps until now, with the seconds that each took."""
        ends = [start for _, start in self._starts[1:]] + [time.monotonic()]
        return tuple(
            StepTime(step=step, seconds=end - start)
            for (step, start), end in zip(self._starts, ends, strict=True)
        )


def _write_times(home: Path, times: tuple[StepTime, ...]) -> None:
    rows = [[entry.step, round(entry.seconds, 2)] for entry in times]
    write_atomic(home / TIMES_FILE, json.dumps({"steps": rows}).encode())


def read_times(folder: Path) -> tuple[StepTime, ...]:
    """Return how long each step of the last build of a case took; () if that is not known."""
    rows = (read_record(folder / WORK_FOLDER / TIMES_FILE) or {}).get("steps")
    return tuple(
        StepTime(step=str(row[0]), seconds=float(row[1]))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, list) and len(row) == 2 and isinstance(row[1], int | float)
    )


def _read_manifests(folder: Path) -> dict[str, bytes]:
    return {packet.name: (packet / MANIFEST_FILE).read_bytes() for packet in list_packets(folder)}


def _keep_before(before: dict[str, bytes], folder: Path) -> None:
    """Keep the manifest that each packet had before it was replaced, and which one replaced it."""
    home = folder / WORK_FOLDER / BEFORE_FOLDER
    for packet, data in before.items():
        place = folder / "build" / packet
        if not (place / MANIFEST_FILE).is_file():
            continue
        after = read_digest(place)
        if hashlib.sha256(data).hexdigest() == after or home.is_symlink():
            continue
        home.mkdir(mode=0o700, exist_ok=True)
        # the note first: with an older manifest beside it, the two do not belong together
        note = {"before": hashlib.sha256(data).hexdigest(), "after": after}
        write_atomic(home / f"{packet}.note.json", json.dumps(note).encode())
        write_atomic(home / f"{packet}.json", data)


def find_before(folder: Path, packet: Path) -> Path | None:
    """Return the manifest that a packet replaced; None if the build before is not known, since
    it was not made here, or there was none."""
    home = folder / WORK_FOLDER / BEFORE_FOLDER
    manifest = home / f"{packet.name}.json"
    note = read_record(home / f"{packet.name}.note.json") or {}
    if not is_plain_folder(home) or manifest.is_symlink() or not manifest.is_file():
        return None
    is_pair = hashlib.sha256(manifest.read_bytes()).hexdigest() == note.get("before")
    return manifest if is_pair and read_digest(packet) == note.get("after") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketOrder:
    """What to do with one packet. `is_supplement`: print only what was not filed before."""

    case_folder: Path
    packet: Path
    shelf: Shelf
    as_of: date
    workers: int
    is_supplement: bool = False


def print_packet(order: PacketOrder, report_progress: ReportProgress) -> str:
    """Make the print set of a packet; return its instructions as a text."""
    from assembler.bundle.print_set import write_instructions

    report_progress("print", 0, 0)
    with Workshop(order.packet / ".verify", jobs=order.workers, temporary=True) as workshop:
        run = pipeline.print_packet(
            order.packet, order.shelf, workshop, order.as_of, late=order.is_supplement
        )
    return write_instructions(run.summary)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """The result of proving a packet again."""

    packet: str
    checks: tuple[Check, ...]
    not_checked: tuple[str, ...]

    @property
    def is_proved(self) -> bool:
        """Return whether every check passed."""
        return all(check.ok for check in self.checks)


def verify_packet(order: PacketOrder, report_progress: ReportProgress) -> VerifyResult:
    """Prove a packet again, from its files and those of the case."""
    report_progress("prove", 0, 0)
    with Workshop(order.packet / ".verify", jobs=order.workers, temporary=True) as workshop:
        proof = pipeline.verify(order.packet, order.case_folder, workshop)
    return VerifyResult(
        packet=order.packet.name, checks=tuple(proof.checks), not_checked=tuple(proof.not_checked)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrder:
    """Packets to keep as filed on a day."""

    folder: Path
    day: date


def file_packets(order: FileOrder, report_progress: ReportProgress) -> str:
    """Keep the packets of a case as they are filed; return the name of their folder."""
    report_progress("file", 0, 0)
    with Workshop(order.folder / WORK_FOLDER):  # nobody builds meanwhile
        return keep_filed(order.folder, order.day).name
