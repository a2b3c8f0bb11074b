"""One mutant: made, judged and proved, in a process that keeps its packets and its workers."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.runtime.workshop import Workshop
from benchmarks.mutants import layer, manifests, pages, pictures, stamps, structure
from benchmarks.mutants.change import KINDS, Change, Nothing, files_of
from benchmarks.mutants.controls import CONTROLS
from benchmarks.mutants.judge import Verdict, judge
from benchmarks.mutants.packets import PACKETS, Packet, load

__all__ = ["KINDS", "Job", "Outcome", "begin", "end", "make", "run"]
GROUPS = (pages, pictures, stamps, layer, structure, manifests)  # each registers its kinds
_TRIES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A kind of mutant, or a control, and its seed."""

    kind: str
    seed: int
    control: bool = False
    keep: Path | None = None  # leave the mutant there


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a mutant. `checks`: names of the checks that failed; `crash`: the proof
    raised this instead."""

    kind: str
    seed: int
    packet: str
    note: str
    size: float | None
    checks: tuple[str, ...] = ()
    crash: str = ""
    verdict: Verdict = field(default_factory=Verdict)
    acts: bool = False
    seconds: float = 0.0
    control: bool = False
    details: tuple[str, ...] = ()
    digest: str = ""  # of the packet's name and the changed files

    @property
    def caught(self) -> bool:
        return bool(self.checks) and not self.crash

    @property
    def matters(self) -> bool:
        """Whether a person could see it, a search could find it, or something acts otherwise."""
        return self.verdict.visible or self.verdict.findable or self.acts


@dataclass(slots=True)
class _Desk:
    """What a process keeps between mutants."""

    home: Path
    scratch: Path
    workshop: Workshop
    packets: dict[str, Packet] = field(default_factory=dict)

    def packet(self, name: str) -> Packet:
        if name not in self.packets:
            self.packets[name] = load(self.home, name)
        return self.packets[name]

    def folder(self, packet: Packet) -> Path:
        """This process's own copy of the packet."""
        folder = self.scratch / str(os.getpid()) / packet.name / "build/child"
        if not folder.exists():
            shutil.copytree(packet.folder, folder)
        return folder


_DESK: list[_Desk] = []


def begin(home: Path, scratch: Path) -> None:
    """Get a process ready; its one worker is kept until the process ends."""
    workshop = Workshop(scratch / f"shop-{os.getpid()}", jobs=1).__enter__()
    _DESK[:] = [_Desk(home, scratch, workshop)]


def end() -> None:
    """Let the worker go."""
    while _DESK:
        _DESK.pop().workshop.__exit__(None, None, None)


def make(job: Job, packet_of: dict[str, Packet] | None = None) -> tuple[Change, dict[str, bytes]]:
    """The changed packet, and its files. The same for the same seed. Raises Nothing if nothing
    can be changed so."""
    rng = random.Random(f"{job.kind} {job.seed}")
    names = list(PACKETS) if job.control else list(KINDS[job.kind].packets or PACKETS)
    for _ in range(_TRIES):
        name = names[job.seed % len(names)] if job.control else rng.choice(names)
        packet = packet_of[name] if packet_of else _DESK[0].packet(name)
        change = Change(packet, random.Random(rng.random()))
        try:
            CONTROLS[job.kind](change) if job.control else KINDS[job.kind].make(change)
        except Nothing:
            continue
        files = files_of(change)
        if job.control or _differs(change):
            return change, files
    raise Nothing


def _differs(change: Change) -> bool:
    """Whether anything but the spelling of the files is changed."""
    pristine = change.packet.documents
    same = all(
        document.objects == pristine[path].objects and document.trailer == pristine[path].trailer
        for path, document in change.documents.items()
    )
    same_manifest = (
        change.manifest is not None
        and change.raw_manifest is None
        and _without_sums(change.manifest) == _without_sums(change.packet.manifest)
    )
    return not (same and same_manifest and not change.extra and not change.raw)


def _without_sums(data: object) -> object:
    if isinstance(data, dict) and isinstance(data.get("outputs"), list):
        rows = [
            {k: v for k, v in row.items() if k not in ("size", "sha256")}
            if isinstance(row, dict)
            else row
            for row in data["outputs"]
        ]
        return (
            {**data, "outputs": rows}
            if not any(row.get("path") == "" for row in rows if isinstance(row, dict))
            else data
        )
    return data


def run(job: Job) -> Outcome:
    """In a process that `begin` made ready."""
    start = time.perf_counter()
    desk = _DESK[0]
    try:
        change, files = make(job)
    except Nothing:
        return Outcome(
            kind=job.kind,
            seed=job.seed,
            packet="",
            note="nothing to change so",
            size=None,
            control=job.control,
        )
    folder = desk.folder(change.packet)
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        if job.keep:
            shutil.copytree(folder, job.keep, dirs_exist_ok=True)
        checks, crash, details = _proved(folder, change.packet.case, desk.workshop)
        verdict = Verdict() if job.control else _judged(change, job, folder, desk)
    finally:
        _restore(folder, change.packet, files)
    kind = None if job.control else KINDS[job.kind]
    return Outcome(
        kind=job.kind,
        seed=job.seed,
        packet=change.packet.name,
        note=change.note,
        size=change.size,
        checks=checks,
        crash=crash,
        verdict=verdict,
        acts=bool(kind and (kind.acts or kind.plain)),
        seconds=time.perf_counter() - start,
        control=job.control,
        details=details,
        digest=_digest(change.packet, files),
    )


def _digest(packet: Packet, files: dict[str, bytes]) -> str:
    whole = hashlib.sha256(packet.name.encode())
    for name, data in sorted(files.items()):
        whole.update(name.encode() + hashlib.sha256(data).digest())
    return whole.hexdigest()


def _proved(
    folder: Path, case: Path, workshop: Workshop
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """The names of the checks that fail, as `verify` would print them; or what the proof raised,
    which it never should."""
    try:
        proof = prove(folder, case, workshop)
    except Exception as error:  # noqa: BLE001 - that is what is counted
        return (), type(error).__name__, ()
    bad = [check for check in proof.checks if not check.ok]
    return tuple(sorted({check.name for check in bad})), "", tuple(check.detail for check in bad)


def _judged(change: Change, job: Job, folder: Path, desk: _Desk) -> Verdict:
    if KINDS[job.kind].plain or not change.touched:
        return Verdict(visible=KINDS[job.kind].plain)
    visible = findable = False
    levels = area = 0
    for path in sorted({change.packet.home(number)[0] for number in change.touched}):
        places = sorted(
            change.packet.home(number)[1]
            for number in change.touched
            if change.packet.home(number)[0] == path
        )
        memory = desk.scratch / "judge" / change.packet.name / path
        item = judge(change.packet.folder / path, folder / path, places, memory)
        visible, findable, levels, area = (
            visible or item.visible,
            findable or item.findable,
            max(levels, item.levels),
            area + item.area,
        )
    return Verdict(visible=visible, findable=findable, levels=levels, area=area)


def _restore(folder: Path, packet: Packet, files: dict[str, bytes]) -> None:
    for name in (*files, MANIFEST_FILE):
        if (packet.folder / name).exists():
            shutil.copyfile(packet.folder / name, folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
