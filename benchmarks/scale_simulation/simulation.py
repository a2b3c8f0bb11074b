"""The simulation: events in order of time, from the first case listed to the report written."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter, deque
from dataclasses import dataclass, field

from benchmarks.scale_simulation.drawn import (
    SimulatedCase,
    count_trimming_trips,
    draw_cases,
    draw_slowness,
)
from benchmarks.scale_simulation.parameters import Parameters
from benchmarks.scale_simulation.shared_resource import SharedResource

STAGES = ("names", "read", "compute", "write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of the cases, and where the workers' time went (`spent`: seconds of all workers
    together; the sum is workers × seconds)."""

    seconds: float
    finished: int
    quarantined: int
    retries: int
    core_seconds: float  # of the builds that count
    seconds_to_99: float  # until all but the last 1 % of the cases were done
    spent: dict[str, float]  # compute, storage, failures, idle at the start, idle later
    busy: dict[str, float]  # share of the time: bandwidth, names, handing out
    workers: int

    @property
    def utilization(self) -> float:
        """Core seconds that count / those there were."""
        return self.core_seconds / (self.workers * self.seconds)


@dataclass(slots=True)
class Attempt:
    """A build of a case by a worker."""

    case: int
    worker: int
    began: float
    trims: bool = False  # keeps a shared cache small
    stage: int = 0
    stage_began: float = 0.0
    compute: float = 0.0
    stored: float = 0.0
    chance: random.Random = field(default_factory=random.Random)


class Simulation:
    """One run; `run` can be called once."""

    def __init__(self, given: Parameters) -> None:
        self.given = given
        self.cases = draw_cases(given)
        self.slowness = draw_slowness(given)
        self._bandwidth = SharedResource(given.storage_mb_s, given.network_mb_s)
        self._names = SharedResource(given.storage_trips_s, 1 / given.trip_seconds)
        self._events: list[tuple[float, int, str, int]] = []
        self._numbers = itertools.count()
        self._waiting = deque(range(given.cases))
        self._idle: deque[int] = deque()
        self._attempts: dict[int, Attempt] = {}  # by number
        self._now = self._client_free = self._client_busy = 0.0
        self._deaths: Counter[int] = Counter()  # workers lost, by case
        self._crashes: Counter[int] = Counter()  # drivers lost, by case
        self._builds: Counter[int] = Counter()  # begun, by case
        self._handed_out: Counter[int] = Counter()  # by worker, since it is there
        self._ended: list[float] = []
        self._spent = dict.fromkeys(("compute", "storage", "failures"), 0.0)
        self._finished = self._quarantined = self._retries = 0
        self._core_seconds = 0.0

    def run(self) -> Result:
        """Return what became of the cases."""
        listed = self.given.cases * self.given.list_trips * self.given.trip_seconds
        self._now = self._client_free = listed
        for worker in range(self.given.workers):
            self._ask(worker)
        while len(self._ended) < self.given.cases:
            self._step()
        return self._sum_up(listed)

    def _step(self) -> None:
        """Let the next thing happen."""
        at, source, user = self._events[0][0] if self._events else math.inf, "event", -1
        for name, resource in (("names", self._names), ("bandwidth", self._bandwidth)):
            then, who = resource.find_next()
            if then < at:
                at, source, user = then, name, who
        self._now = max(self._now, at)
        if source != "event":
            self._leave_stage(user)
            return
        _, _, what, number = heapq.heappop(self._events)
        getattr(self, f"_on_{what}")(number)

    def _schedule(self, at: float, what: str, number: int) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), what, number))

    # --- handing out: one process, one case after the other

    def _ask(self, worker: int) -> None:
        """A worker waits for a case."""
        self._idle.append(worker)
        self._serve_idle()

    def _serve_idle(self) -> None:
        while self._idle and self._waiting:
            start = max(self._now, self._client_free)
            self._client_free = start + self.given.hand_out_seconds
            self._client_busy += self.given.hand_out_seconds
            worker, case = self._idle.popleft(), self._waiting.popleft()
            number = next(self._numbers)
            self._handed_out[worker] += 1
            self._attempts[number] = Attempt(
                case, worker, self._client_free, trims=self._is_time_to_trim(worker)
            )
            self._schedule(self._client_free, "begin", number)

    def _is_time_to_trim(self, worker: int) -> bool:
        return (
            self.given.cache == "shared"
            and self._handed_out[worker] % self.given.worker_trims_every == 0
        )

    def _on_restarted(self, worker: int) -> None:
        self._handed_out[worker] = 0  # it is another process
        self._spent["failures"] += self.given.restart_seconds
        self._ask(worker)

    def _on_again(self, case: int) -> None:
        """A case that lost its worker waits again, before all others."""
        if self.given.lost_first:
            self._waiting.appendleft(case)
        else:
            self._waiting.append(case)
        self._serve_idle()

    # --- a build

    def _on_begin(self, number: int) -> None:
        """A build begins; when its worker will be lost, or its time is up, is known now."""
        attempt = self._attempts[number]
        attempt.began = self._now
        attempt.chance.seed(self._number_build(attempt.case))
        rate = self.given.failures_per_hour / 3600
        lost = attempt.chance.expovariate(rate) if rate > 0 else math.inf
        if lost < self.given.limit_seconds:
            self._schedule(self._now + lost, "worker_lost", number)
        else:
            self._schedule(self._now + self.given.limit_seconds, "time_up", number)
        self._enter_stage(number)

    def _number_build(self, case: int) -> int:
        """Return a seed for the luck of a build, which does not depend on what else happens, so
        that two runs differ only by what was changed."""
        self._builds[case] += 1
        return (self.given.seed * self.given.cases + case) * 1_000 + self._builds[case]

    def _enter_stage(self, number: int) -> None:
        attempt = self._attempts[number]
        case, stage = self.cases[attempt.case], STAGES[attempt.stage]
        attempt.stage_began = self._now
        if stage == "names":
            trimming = count_trimming_trips(self.given) if attempt.trims else 0.0
            self._names.add(self._now, case.trips + trimming, number)
        elif stage == "compute":
            self._begin_compute(number, attempt, case)
        else:
            amount = case.read_mb if stage == "read" else case.written_mb
            self._bandwidth.add(self._now, amount, number)

    def _begin_compute(self, number: int, attempt: Attempt, case: SimulatedCase) -> None:
        seconds = case.cpu * self.slowness[attempt.worker] / self.given.core_use
        if case.kind == "hang":
            return
        if case.kind == "crash":
            self._schedule(self._now + seconds * attempt.chance.random(), "driver_lost", number)
        else:
            self._schedule(self._now + seconds, "computed", number)

    def _on_computed(self, number: int) -> None:
        if number in self._attempts:
            self._leave_stage(number)

    def _leave_stage(self, number: int) -> None:
        attempt = self._attempts[number]
        took = self._now - attempt.stage_began
        if STAGES[attempt.stage] == "compute":
            attempt.compute += took
        else:
            attempt.stored += took
            self._names.remove(self._now, number)
            self._bandwidth.remove(self._now, number)
        attempt.stage += 1
        if attempt.stage < len(STAGES):
            self._enter_stage(number)
            return
        self._spent["compute"] += attempt.compute
        self._spent["storage"] += attempt.stored
        self._core_seconds += attempt.compute * self.given.core_use
        self._finished += 1
        self._end_case(self._give_up(number).worker)

    def _give_up(self, number: int) -> Attempt:
        """Remove a build, finished or not."""
        self._names.remove(self._now, number)
        self._bandwidth.remove(self._now, number)
        return self._attempts.pop(number)

    def _end_case(self, worker: int) -> None:
        """A case is finished or quarantined; its worker asks for another."""
        self._ended.append(self._now)
        if self.given.cache == "shared" and len(self._ended) % self.given.trims_every == 0:
            # while it is kept small, no case is handed out
            trimmed = count_trimming_trips(self.given) * self.given.trip_seconds
            self._client_free = max(self._now, self._client_free) + trimmed
            self._client_busy += trimmed
        self._ask(worker)

    # --- failures

    def _on_driver_lost(self, number: int) -> None:
        """The worker's own pool tries again at once; its third loss is the case's end."""
        if number not in self._attempts:
            return
        attempt = self._lose(number)
        self._crashes[attempt.case] += 1
        if self._crashes[attempt.case] >= self.given.tries:
            self._quarantined += 1
            self._end_case(attempt.worker)
            return
        self._retries += 1
        again = next(self._numbers)
        self._attempts[again] = Attempt(attempt.case, attempt.worker, self._now)
        self._on_begin(again)

    def _on_time_up(self, number: int) -> None:
        if number not in self._attempts:
            return
        self._quarantined += 1
        self._end_case(self._lose(number).worker)

    def _on_worker_lost(self, number: int) -> None:
        """Another worker gets the case, once the loss is noticed; a new worker comes."""
        if number not in self._attempts:
            return
        attempt = self._lose(number)
        case = attempt.case
        self._deaths[case] += 1
        self._crashes[case] = 0  # the next worker counts from the start
        silent = attempt.chance.random() < self.given.silent_share
        noticed = self.given.silent_seconds if silent else 0.0
        self._schedule(self._now + self.given.restart_seconds, "restarted", attempt.worker)
        if self._deaths[case] < self.given.tries:
            self._retries += 1
            self._schedule(self._now + noticed, "again", case)
        else:
            self._quarantined += 1
            self._ended.append(self._now)

    def _lose(self, number: int) -> Attempt:
        attempt = self._give_up(number)
        self._spent["failures"] += self._now - attempt.began
        return attempt

    # --- the end

    def _sum_up(self, listed: float) -> Result:
        reported = self.given.cases * self.given.report_seconds
        seconds = self._now + reported
        spent = self._spent | {"start": self.given.workers * listed}
        spent["idle"] = self.given.workers * seconds - sum(spent.values())
        return Result(
            seconds=seconds,
            finished=self._finished,
            quarantined=self._quarantined,
            retries=self._retries,
            core_seconds=self._core_seconds,
            seconds_to_99=self._ended[max(0, math.ceil(0.99 * len(self._ended)) - 1)],
            spent=spent,
            busy={
                "bandwidth": self._bandwidth.served / self.given.storage_mb_s / seconds,
                "names": self._names.served / self.given.storage_trips_s / seconds,
                "handing out": self._client_busy / seconds,
            },
            workers=self.given.workers,
        )


def simulate(given: Parameters) -> Result:
    """Return what becomes of the cases; the same parameters, the same result."""
    return Simulation(given).run()
