"""The cases and workers of a simulation, drawn from the parameters and their seed."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from benchmarks.scale_simulation.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCase:
    """What a case costs on a core of usual speed. `kind`: "good", "crash", "hang"."""

    pages: int
    cpu: float
    read_mb: float
    written_mb: float
    trips: float
    kind: str


def draw_cases(given: Parameters) -> list[SimulatedCase]:
    """Return the cases, those with most evidence first, as they are handed out."""
    chance = random.Random(f"{given.seed} cases")
    middle = math.log(given.pages_mean) - given.pages_spread**2 / 2
    cases = []
    for number in range(given.cases):
        pages = max(1, round(chance.lognormvariate(middle, given.pages_spread)))
        huge = round(chance.uniform(given.huge_pages / 4, given.huge_pages))
        cases.append(_draw_case(given, huge if number < given.huge_cases else pages, chance))
    return sorted(cases, key=lambda case: -case.read_mb)


def _draw_case(given: Parameters, pages: int, chance: random.Random) -> SimulatedCase:
    scans = pages * chance.triangular(0.3, 1.0, min(1.0, max(0.3, 3 * given.scanned_share - 1.3)))
    cpu = (
        given.cpu_per_scan * scans
        + given.cpu_per_page * pages
        + given.cpu_per_bound_page * given.bound_per_page * pages
        + given.cpu_per_case
    )
    memory = given.memory_base_mb + given.memory_per_page_mb * pages
    memory += given.memory_scans_mb * (chance.random() < given.large_scans_share)
    fate = chance.random()
    kind = "crash" if fate < given.crash_share or memory > given.memory_mb else "good"
    if given.crash_share <= fate < given.crash_share + given.hang_share:
        kind = "hang"
    evidence = given.mb_per_page * pages
    return SimulatedCase(
        pages=pages,
        cpu=cpu * chance.lognormvariate(0, given.cpu_spread),
        read_mb=given.read_share * evidence,
        written_mb=_count_written_mb(given, evidence, scans),
        trips=_count_trips(given, pages),
        kind=kind,
    )


def _count_written_mb(given: Parameters, evidence: float, scans: float) -> float:
    """Return what a build writes to the shared storage: with a local cache only the bundle."""
    cached = given.cache_share * evidence + given.picture_mb * scans
    return given.bundle_share * evidence + (cached if given.cache != "local" else 0.0)


def _count_trips(given: Parameters, pages: int) -> float:
    """Return the round trips for names and locks. In a cache that cases share, a build looks at the
    mark of every worker when it begins and when it ends."""
    trips = given.trips_per_page * pages
    if given.cache != "local":
        trips += given.cache_trips_per_page * pages
    if given.cache == "shared":
        trips += 2 * given.trips_per_mark * given.workers
    return trips


def count_trimming_trips(given: Parameters) -> float:
    """Return the round trips that keep a full cache small: every entry and mark is looked at."""
    mb_per_page = given.cache_share * given.mb_per_page
    entries = given.cache_limit_mb / mb_per_page * given.entries_per_page
    return entries * given.trips_per_entry + given.trips_per_mark * given.workers


def draw_slowness(given: Parameters) -> list[float]:
    """Return how many times as long each worker takes as one of usual speed."""
    chance = random.Random(f"{given.seed} workers")
    usual = [chance.lognormvariate(0, given.speed_spread) for _ in range(given.workers)]
    return [
        slowness * chance.uniform(1.5, max(1.5, given.slow_factor))
        if chance.random() < given.slow_share
        else slowness
        for slowness in usual
    ]
