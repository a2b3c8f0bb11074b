"""What the Build page shows: receivers, packets, how the last work ended, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assembler import receivers, rules
from assembler.desk.build_progress import (
    BUILD_STEPS,
    RunningStep,
    StepTime,
    describe_step,
    estimate,
    format_seconds,
)
from assembler.desk.case_work import BuildResult, VerifyResult, find_before
from assembler.desk.desk_state import CaseJob
from assembler.desk.packet_downloads import BUILD, PacketFile, list_files, list_places
from assembler.errors import AssemblerError, FindingsError, ProofFailed
from assembler.model import Finding, Manifest, Profile
from assembler.report.formats.grouped import FindingGroup, group_findings, shorten_place
from assembler.report.packet_diff import Change, as_text, compare
from assembler.runtime.manifest_reader import read_digest, read_manifest
from assembler.runtime.resources import Shelf
from assembler.runtime.sign_off import is_signed_off
from assembler.runtime.worker_pool import Failure

_MOST_LINES = 8  # findings of a rule that are listed
_KINDS = {
    "build": "Building",
    "print": "Making the print set",
    "verify": "Verifying",
    "file": "Keeping the filed packet",
    "propose": "Looking through the evidence",
    "check": "Checking",
    "fill": "Filling forms",
}
_TONES = {"blocker": "Fix before filing", "check": "Check", "hint": "Hints"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverView:
    """A receiver to choose. `points`: what is particular about it."""

    id: str
    title: str
    points: tuple[str, ...]


def list_receivers(shelf: Shelf, case_folder: Path) -> tuple[ReceiverView, ...]:
    """Return all receivers that a case can be built for, without those whose profile is broken."""
    views = []
    for name in receivers.list_profile_ids(shelf, case_folder):
        try:
            profile = receivers.load_profile(shelf, name, case_folder)
        except AssemblerError:
            continue
        views.append(ReceiverView(id=name, title=profile.title, points=describe_profile(profile)))
    # what most cases need first
    return tuple(sorted(views, key=lambda view: (not view.id.startswith("uscis"), view.title)))


def describe_profile(profile: Profile) -> tuple[str, ...]:
    """Return what is particular about a receiver, in a few words each."""
    paper = {"letter": "Letter paper", "a4": "A4 paper"}.get(profile.paper, "")
    filing = {"paper": "Printed and mailed", "online": "Filed online"}.get(profile.filing, "")
    size = f"files up to {profile.max_bytes / 1_000_000:,.0f} MB" if profile.max_bytes else ""
    points = (
        filing,
        paper,
        size,
        "one file" if profile.single_file else "",
        "divider sheets" if profile.dividers else "",
        "gray only" if profile.color == "gray" else "",
        "no links" if profile.links == "none" else "",
        f"at most {profile.max_dpi} dpi" if profile.max_dpi else "",
    )
    named = [point.replace(" ", "\N{NO-BREAK SPACE}") for point in points if point]
    return tuple(point[0].upper() + point[1:] if n == 0 else point for n, point in enumerate(named))


def choose_receiver(views: Sequence[ReceiverView], last: str, raw: Mapping[str, Any]) -> str:
    """Return the receiver to start with: the one of the last build, else the one that fits how
    the case is filed."""
    known = {view.id for view in views}
    request = raw.get("request")
    filing = request.get("filing") if isinstance(request, dict) else None
    wanted = last or ("uscis-online" if filing == "online" else receivers.DEFAULT)
    return wanted if wanted in known else receivers.DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketSummary:
    """A finished packet. `place`: "build", or its folder in filed/; `frozen_of`: the day of the
    filed packet whose page numbers it keeps; `problem`: why nothing else is known."""

    place: str
    name: str
    files: tuple[PacketFile, ...] = ()
    pages: int = 0
    exhibits: int = 0
    checks: int = 0
    built: str = ""
    profile: str = ""
    digest: str = ""
    verdict: str = ""
    is_ready: bool = False
    is_signed: bool = False
    frozen_of: str = ""
    has_before: bool = False
    problem: str = ""

    @property
    def has_print_set(self) -> bool:
        """Return whether files for the printer are there."""
        return any(file.group == "print" for file in self.files)


def summarize_packets(case_folder: Path) -> tuple[PacketSummary, ...]:
    """Return all packets of a case: those in build/ first, then the filed ones, the last first.
    Runs in a worker."""
    places = list_places(case_folder)
    built = [key for key in places if key[0] == BUILD]
    filed = [key for key in reversed(tuple(places)) if key[0] != BUILD]
    return tuple(
        _summarize(place, name, places[place, name], case_folder) for place, name in built + filed
    )


def _summarize(place: str, name: str, packet: Path, case_folder: Path) -> PacketSummary:
    try:
        manifest = read_manifest(packet)
    except (OSError, ProofFailed) as error:
        problem = str(error) if isinstance(error, ProofFailed) else "it cannot be read"
        return PacketSummary(place=place, name=name, problem=problem)
    is_signed = is_signed_off(packet, manifest)
    verdict = rules.decide_verdict(manifest.findings, is_signed=is_signed)
    return PacketSummary(
        place=place,
        name=name,
        files=list_files(packet, manifest),
        pages=len(manifest.ledger),
        exhibits=len(manifest.index),
        checks=len(manifest.proof),
        built=_read_time(packet),
        profile=manifest.profile,
        digest=read_digest(packet),
        verdict=str(verdict),
        is_ready=verdict.is_ready,
        is_signed=is_signed,
        frozen_of=manifest.frozen.as_of if manifest.frozen else "",
        has_before=place == BUILD and find_before(case_folder, packet) is not None,
    )


def _read_time(packet: Path) -> str:
    seconds = (packet / "manifest.json").stat().st_mtime
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesRequest:
    """A packet of a case, to be compared with others. `filed`: folder of the same packet as it was
    filed last, if it was."""

    case_folder: Path
    packet: Path
    filed: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed between two packets. `changes`: None if they cannot be compared, and `why`
    not."""

    title: str
    changes: tuple[Change, ...] | None = None
    summary: str = ""
    why: str = ""


def compare_packet(request: ChangesRequest) -> tuple[Comparison, ...]:
    """Compare a packet with the one that it replaced, and with the filed one. Runs in a worker."""
    new = read_manifest(request.packet, complete=True)
    before = find_before(request.case_folder, request.packet)
    comparisons = [_compare("The build before", before, new)]
    if request.filed is not None:
        title = f"The packet filed on {request.filed.parent.name}"
        comparisons.append(_compare(title, request.filed, new))
    return tuple(comparisons)


def _compare(title: str, old: Path | None, new: Manifest) -> Comparison:
    if old is None:
        return Comparison(
            title=title,
            why="There is nothing to compare with: this is the first build, or the one before was "
            "made with another program.",
        )
    try:
        changes = compare(read_manifest(old, complete=True), new)
    except (OSError, ProofFailed):
        return Comparison(title=title, why="Its manifest cannot be read any more.")
    return Comparison(title=title, changes=changes, summary=as_text(changes).rpartition("\n")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A line of the log. `state`: "done", "now" or "next"."""

    title: str
    state: str
    time: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """Work that is going on. `percent`: None if nobody can know."""

    kind: str
    title: str
    percent: int | None
    remaining: str
    elapsed: str
    steps: tuple[StepView, ...]


def describe_progress(job: CaseJob, now: float, earlier: Sequence[StepTime]) -> ProgressView:
    """Return how far work is.

    Args:
        now: seconds since it began.
        earlier: steps of the last build of the case.
    """
    times = _measure_steps(job, now)
    past, current = times[:-1], times[-1] if times else StepTime(step="", seconds=now)
    progress = job.progress
    running = RunningStep(
        step=current.step, done=progress.done, total=progress.total, seconds=current.seconds
    )
    is_build = job.kind == "build"
    guess = estimate(past, running, earlier) if is_build and times else None
    return ProgressView(
        kind=job.kind,
        title=_KINDS.get(job.kind, "Working"),
        percent=guess.percent if guess else None,
        remaining=guess.remaining if guess else "",
        elapsed=format_seconds(now),
        steps=(
            *(_make_line(entry, "done") for entry in past),
            *([_make_line(current, "now", running)] if times else []),
            *(_list_next(times) if is_build else ()),
        ),
    )


def _measure_steps(job: CaseJob, now: float) -> list[StepTime]:
    if not job.steps:
        return []
    ends = [start for _, start in job.steps[1:]] + [now]
    return [
        StepTime(step=step, seconds=end - start)
        for (step, start), end in zip(job.steps, ends, strict=True)
    ]


def _make_line(entry: StepTime, state: str, running: RunningStep | None = None) -> StepView:
    counts = running is not None and running.total > 1
    detail = f"{running.done} of {running.total}" if running is not None and counts else ""
    return StepView(
        title=describe_step(entry.step),
        state=state,
        time=format_seconds(entry.seconds),
        detail=detail,
    )


def _list_next(times: Sequence[StepTime]) -> list[StepView]:
    """Return the steps that are still to come, as far as they are known."""
    last = times[-1].step if times else ""
    start = BUILD_STEPS.index(last) + 1 if last in BUILD_STEPS else 0
    return [StepView(title=describe_step(step), state="next") for step in BUILD_STEPS[start:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """A finding in words."""

    where: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsView:
    """Findings of one rule that stopped the work, the first few; `more`: how many are left out."""

    heading: str
    tone: str
    lines: tuple[FindingLine, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeView:
    """How work ended. `tone`: "good", "bad", "check" or ""; `groups`: findings that stopped it;
    `notes`: what else to say."""

    kind: str
    title: str
    text: str
    tone: str
    groups: tuple[FindingsView, ...] = ()
    notes: tuple[str, ...] = ()
    verified: VerifyResult | None = None
    steps: tuple[StepView, ...] = field(default=())


def describe_outcome(job: CaseJob) -> OutcomeView | None:
    """Return how the last work of this page ended; None for work of other pages."""
    if job.is_running or job.kind not in ("build", "print", "verify", "file"):
        return None
    steps = tuple(_make_line(entry, "done") for entry in _measure_steps(job, job.seconds))
    result = job.job.result
    if isinstance(result, AssemblerError):
        return _describe_error(job.kind, result, steps)
    if isinstance(result, Failure):
        return _describe_failure(job.kind, result, steps)
    if isinstance(result, BuildResult):
        return _describe_build(result, job.seconds, steps)
    if isinstance(result, VerifyResult):
        return _describe_verified(result)
    text = {
        "print": str(result),
        "file": f"A copy is in filed/{result} of the case folder. Later builds can keep its page "
        "numbers.",
    }[job.kind]
    title = {"print": "The print set is ready", "file": "Kept as filed"}[job.kind]
    return OutcomeView(kind=job.kind, title=title, text=text, tone="good")


def _describe_build(
    result: BuildResult, seconds: float, steps: tuple[StepView, ...]
) -> OutcomeView:
    is_again = all(packet.again for packet in result.packets)
    title = "Nothing had changed: proved again" if is_again else "Built and proved"
    kept = [
        f"build/{packet.beside} keeps files that you changed, or that belong to the build before: "
        f"{', '.join(packet.kept)}"
        for packet in result.packets
        if packet.kept
    ]
    return OutcomeView(
        kind="build",
        title=f"{title} in {format_seconds(seconds)}",
        text=result.verdict,
        tone="good" if result.is_ready else "check",
        notes=tuple(kept),
        steps=steps,
    )


def _describe_verified(result: VerifyResult) -> OutcomeView:
    failed = sum(not check.ok for check in result.checks)
    total = len(result.checks)
    return OutcomeView(
        kind="verify",
        title=f"{result.packet}: verification {'passed' if not failed else 'failed'}",
        text=f"{total - failed} of {total} checks passed."
        if failed
        else f"All {total} checks passed: every page is as its sources, and every number is true.",
        tone="bad" if failed else "good",
        verified=result,
        notes=tuple(f"Not checked: {sentence}" for sentence in result.not_checked),
    )


def _describe_error(kind: str, error: AssemblerError, steps: tuple[StepView, ...]) -> OutcomeView:
    problems = error.findings if isinstance(error, FindingsError) else ()
    findings = [problem for problem in problems if isinstance(problem, Finding)]
    others = [str(problem) for problem in problems if not isinstance(problem, Finding)]
    place = f"{error.where}: " if error.where else ""
    failure = "the proof failed" if isinstance(error, ProofFailed) else ""
    if findings and not any(map(rules.is_blocker, findings)):
        failure = "warnings stop this build, as you asked"
    verdict = str(rules.decide_verdict(findings, failure=failure)) if kind == "build" else ""
    title = {"build": "No packet was built", "file": "Nothing was kept"}.get(
        kind, "It did not work"
    )
    text = f"{place}{error.problem}{f'; {error.remedy}' if error.remedy else ''}."
    return OutcomeView(
        kind=kind,
        title=title,
        text=verdict if verdict and findings else text,
        tone="bad",
        groups=tuple(map(_describe_group, group_findings(findings))),
        notes=tuple(others),
        steps=steps,
    )


def _describe_group(group: FindingGroup) -> FindingsView:
    return FindingsView(
        heading=_TONES.get(group.tone.value, ""),
        tone=group.tone.value,
        lines=tuple(
            FindingLine(
                where=shorten_place(finding.where), problem=finding.problem, remedy=finding.remedy
            )
            for finding in group.findings[:_MOST_LINES]
        ),
        more=max(0, len(group.findings) - _MOST_LINES),
    )


def _describe_failure(kind: str, failure: Failure, steps: tuple[StepView, ...]) -> OutcomeView:
    if failure.kind == "ended":
        return OutcomeView(
            kind=kind,
            title="Stopped",
            text="The packet from before, if there was one, is as it was.",
            tone="",
            steps=steps,
        )
    return OutcomeView(
        kind=kind,
        title="It did not work",
        text=f"A defect of assembler, or too little memory ({failure.detail}). The packet from "
        "before, if there was one, is as it was.",
        tone="bad",
        steps=steps,
    )
