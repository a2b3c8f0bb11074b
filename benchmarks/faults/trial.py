"""One trial: a folder, a command, a fault; what became of it; and the next run without a fault."""

from __future__ import annotations

import pickle
import random
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.faults import power_loss
from benchmarks.faults.cache_damage import damage_cache
from benchmarks.faults.classes import CLASSES, Fault, Special
from benchmarks.faults.commands import CANARIES, COMMANDS, Command, change_title, make_letter
from benchmarks.faults.desk_session import Session, use_desk
from benchmarks.faults.judge import Promise, Run, State, judge_trial
from benchmarks.faults.machine import Ended, Program, ProgramLimits
from benchmarks.faults.shim import Control, Counts, Injection, Mode
from benchmarks.faults.tree import read_tree, select_below

_EVERY = 4  # one trial in so many is followed by a run without a fault; after a kill, every one
_FOLLOWED = (Special.POWER_LOSS, Special.SECOND_RUN, Special.CHANGE_INPUT)
_WAIT_FOR_SECOND = 6.0  # seconds; a run waits five for a folder that another one holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which trial to do. The same job meets the same fault."""

    fault_class: str
    command: str
    seed: int
    trial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a trial. `hit`: where the fault was met, "" if nowhere."""

    job: Job
    note: str
    hit: str
    code: int
    states: tuple[str, ...]
    violations: tuple[str, ...]
    seconds: float
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A command without faults: what it promises, how many calls it makes, what it changes.

    `changed`: inputs that may change meanwhile, and the folder after a run with each.
    """

    promise: Promise
    counts: Counts
    changed: dict[str, Promise]


class WrongBaseline(Exception):
    """A command fails without any fault, or changes what it should not."""


class Bench:
    """A place where one trial after the other is done."""

    def __init__(self, home: Path, place: Path, control: Control) -> None:
        self.templates, self.place, self.control = home / "templates", place, control
        self.root = place / "trial"
        self._baselines: dict[str, Baseline] = {}

    # --- without faults ---

    def prepare(self, name: str) -> None:
        """Make the folder before a command, and learn what a run without faults does."""
        command, template = COMMANDS[name], self.templates / name
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        command.prepare(self.root, self._run_quietly)
        (self.root / "tmp").mkdir()
        shutil.copytree(self.root, template, symlinks=True)
        promise, counts = self._learn(command, "")
        changed = {
            what: self._learn(command, what)[0] for what in (_CHANGES if name == "bundle" else ())
        }
        baseline = Baseline(promise=promise, counts=counts, changed=changed)
        (self.templates / f"{name}.pickle").write_bytes(pickle.dumps(baseline))
        if name == "bundle":
            self._prove(self.root / command.outputs[0])

    def _learn(self, command: Command, change: str) -> tuple[Promise, Counts]:
        self._restore(command)
        if change:
            _CHANGES[change](self.root / "case")
        old = read_tree(self.root)
        ended = self._run(command, Injection())[0]
        new, counts = read_tree(self.root), self.control.read_counts()
        promise = Promise(
            outputs=command.outputs,
            old=old,
            new=(new,),
            code=ended.code,
            code_tells=command.name != "desk",  # a person reads there what was refused
            loose=command.loose,
            partial=command.partial,
            canaries=CANARIES,
            printed=ended.stdout + ended.stderr,
        )
        run = Run(code=ended.code, tree=new, processes=ended.processes, limit=command.limit)
        verdict = judge_trial(
            promise, CLASSES["damaged-cache"].draw(random.Random(), counts).allowance, run
        )
        missing = [place for place in command.outputs if not select_below(new, place)]
        if verdict.violations or missing:
            problems = "; ".join((*verdict.violations, *missing))
            raise WrongBaseline(f"{command.name}: {problems}\n{ended.stdout}{ended.stderr}")
        return promise, counts

    def _prove(self, packet: Path) -> None:
        """Prove the packet that all trials are compared with."""
        self._run_quietly(("verify", str(packet.relative_to(self.root)), "--jobs", "1"))

    def _run_quietly(self, arguments: Sequence[str]) -> None:
        (self.root / "tmp").mkdir(exist_ok=True)
        self.control.disarm()
        ended = Program(arguments, self.root, self.place / "prepare", self.control).wait(300)
        (self.root / "tmp").rmdir()
        if ended.code:
            raise WrongBaseline(f"{' '.join(arguments)}: exit code {ended.code}\n{ended.stderr}")

    # --- with a fault ---

    def try_out(self, job: Job) -> Outcome:
        """Do one trial."""
        command, baseline = COMMANDS[job.command], self._find_baseline(job.command)
        dice = random.Random(f"{job.seed}/{job.fault_class}/{job.command}/{job.trial}")
        fault = CLASSES[job.fault_class].draw(dice, baseline.counts)
        self._restore(command)
        if fault.special is Special.POWER_LOSS:
            return self._lose_power(job, command, baseline, fault)
        return self._meet_fault(job, command, baseline, fault)

    def _meet_fault(self, job: Job, command: Command, baseline: Baseline, fault: Fault) -> Outcome:
        extra, promise, note = random.Random(fault.seed), baseline.promise, fault.note
        beside: list[Ended] = []
        changes: list[str] = []
        if fault.special is Special.DAMAGE_CACHE:
            note = damage_cache(self.root, extra)

        def while_stopped() -> None:
            if fault.special is Special.SECOND_RUN:
                beside.append(self._run_beside(command))
            elif fault.special is Special.CHANGE_INPUT:
                changes.append(extra.choice(list(_CHANGES)))
                _CHANGES[changes[0]](self.root / "case")

        limits = ProgramLimits(open_files=fault.open_files, memory_mb=fault.memory_mb)
        ended, session = self._run(command, fault.injection, limits, while_stopped)
        hit = self._describe_hit(fault, beside, changes)
        allowance = fault.allowance
        if changes:
            other = baseline.changed[changes[0]]
            promise = replace(promise, new=(*promise.new, *other.new))
            allowance = replace(allowance, changed=_INPUTS)
            note = f"{note}: {changes[0]}"
        # a build of the desk is a run in a process of its own, which the desk does not start again
        is_job_killed = command.name == "desk" and fault.injection.signal == signal.SIGKILL
        if is_job_killed:
            allowance = replace(allowance, may_leave=True)
        run = self._describe_run(command, ended)
        again = None
        if ended.code < 0 or is_job_killed or fault.special in _FOLLOWED or job.trial % _EVERY == 0:
            again = self._run_again(command, fault.next_clock)
        judged = judge_trial(
            promise,
            allowance,
            run,
            # after a change, the next run makes the packet of what is there now
            None if changes and again and again.code else again,
        )
        violations = [*judged.violations, *_judge_beside(beside)]
        if session.broken:
            violations.append(f"the desk gave {session.broken} broken answers")
        return self._conclude(job, note, hit, run, judged.states, violations)

    def _lose_power(self, job: Job, command: Command, baseline: Baseline, fault: Fault) -> Outcome:
        changes = self._record(command)
        self._restore(command)
        note = power_loss.apply_some(changes, self.root, random.Random(fault.seed))
        run = Run(code=-9, tree=read_tree(self.root))
        again = self._run_again(command, 0)
        promise = replace(baseline.promise)
        judged = judge_trial(promise, fault.allowance, run, again)
        return self._conclude(job, note, note, run, judged.states, list(judged.violations))

    def _record(self, command: Command) -> tuple[power_loss.Change, ...]:
        """Return the changes of a run without a fault; recorded once."""
        kept = self.templates / f"{command.name}.changes"
        if not kept.exists():
            self.control.log.unlink(missing_ok=True)
            self._run(command, Injection(), logging=True)
            changes = power_loss.read_changes(self.control.log, self.root)
            self.control.log.unlink()
            draft = kept.with_suffix(f".{self.place.name}")
            draft.write_bytes(pickle.dumps(changes))
            draft.replace(kept)
        recorded: tuple[power_loss.Change, ...] = pickle.loads(kept.read_bytes())
        return recorded

    # --- parts ---

    def _find_baseline(self, name: str) -> Baseline:
        if name not in self._baselines:
            data = (self.templates / f"{name}.pickle").read_bytes()
            self._baselines[name] = pickle.loads(data)
        return self._baselines[name]

    def _restore(self, command: Command) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.templates / command.name, self.root, symlinks=True)

    def _run(
        self,
        command: Command,
        injection: Injection,
        limits: ProgramLimits | None = None,
        while_stopped: object = None,
        *,
        logging: bool = False,
    ) -> tuple[Ended, Session]:
        self.control.arm(self.root, injection, logging=logging)
        program = Program(command.arguments, self.root, self.place / "run", self.control, limits)
        try:
            if command.name == "desk":
                return use_desk(program, command.limit)
            waiting = while_stopped if callable(while_stopped) else None
            return program.wait(command.limit * 1.5, waiting), Session()
        finally:
            self.control.disarm()

    def _run_beside(self, command: Command) -> Ended:
        """Run the command while the first one is stopped, for as long as it needs."""
        program = Program(command.arguments, self.root, self.place / "beside", self.control)
        return program.wait(command.limit)

    def _run_again(self, command: Command, clock_seconds: int) -> Run:
        injection = Injection()
        if clock_seconds:
            injection = Injection(mode=Mode.MOVE_CLOCK, first=0, clock_seconds=clock_seconds)
        return self._describe_run(command, self._run(command, injection)[0])

    def _describe_run(self, command: Command, ended: Ended) -> Run:
        return Run(
            code=ended.code,
            tree=read_tree(self.root),
            stdout=ended.stdout,
            stderr=ended.stderr,
            processes=ended.processes,
            seconds=ended.seconds,
            limit=command.limit,
        )

    def _describe_hit(self, fault: Fault, beside: list[Ended], changes: list[str]) -> str:
        if fault.special is Special.SECOND_RUN:
            return f"second run: {beside[0].code}" if beside else ""
        if fault.special is Special.CHANGE_INPUT:
            return changes[0] if changes else ""
        if fault.injection.always or fault.special is Special.DAMAGE_CACHE:
            return fault.note
        if fault.open_files or fault.memory_mb or fault.injection.mode is Mode.MOVE_CLOCK:
            return fault.note
        hit = self.control.read_hit()
        return f"{hit.kind.name.lower()} {hit.path}" if hit else ""

    def _conclude(
        self,
        job: Job,
        note: str,
        hit: str,
        run: Run,
        states: dict[str, State] | object,
        violations: list[str],
    ) -> Outcome:
        known = states if isinstance(states, dict) else {}
        return Outcome(
            job=job,
            note=note,
            hit=hit,
            code=run.code,
            states=tuple(str(state) for state in known.values()),
            violations=tuple(violations),
            seconds=run.seconds,
            message=run.stderr[-2_000:] if violations else "",
        )


def _judge_beside(beside: Sequence[Ended]) -> list[str]:
    """Return what is wrong with a second run: it works, or says that another one does."""
    return [f"second run: exit code {ended.code}" for ended in beside if ended.code not in (0, 8)]


def _replace_letter(case: Path) -> None:
    (case / "evidence/letter.pdf").write_bytes(make_letter("It is about somebody else."))


def _replace_title(case: Path) -> None:
    change_title(case, "Letter of another doctor")


_CHANGES = {"another letter": _replace_letter, "another title": _replace_title}
_INPUTS = ("case/evidence/letter.pdf", "case/case.json")
