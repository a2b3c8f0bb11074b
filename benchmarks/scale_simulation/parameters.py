"""What the simulation takes as given: each parameter has a value and says where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

PLACES = ("case", "shared", "local")  # of the cache: in each case, `--cache` on storage, on a disk


def _given(value: Any, origin: str) -> Any:
    return field(default=value, metadata={"origin": origin})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Times in seconds, data in MB, unless the name says otherwise."""

    cases: int = _given(50_000, "asked")
    workers: int = _given(200, "asked; one core each")
    seed: int = _given(1, "asked")
    # --- cases
    pages_mean: float = _given(120.0, "assumed: the plan's case")
    pages_spread: float = _given(0.8, "assumed: sigma of a lognormal distribution")
    scanned_share: float = _given(2 / 3, "assumed: the plan's 80 of 120 pages; by case 0.3 to 1")
    huge_cases: int = _given(10, "assumed")
    huge_pages: float = _given(8_000.0, "assumed: from a quarter of this; most that was measured")
    mb_per_page: float = _given(0.5, "assumed: the plan's evidence")
    # --- seconds of a core
    cpu_per_scan: float = _given(0.38, "measured: the plan")
    cpu_per_page: float = _given(0.015, "measured: the plan")
    cpu_per_bound_page: float = _given(0.023, "measured: the plan")
    cpu_per_case: float = _given(2.7, "measured: the plan, one packet")
    bound_per_page: float = _given(160 / 120, "assumed: the plan's bundle")
    cpu_spread: float = _given(
        0.16, "derived: RESULTS, measured / formula 0.85, 0.97, 1.05; doubled, lognormal"
    )
    core_use: float = _given(0.95, "the plan; RESULTS: 1.96 on two cores")
    # --- machines
    speed_spread: float = _given(0.08, "measured: RESULTS, a case among 40 or 200 / among 10")
    slow_share: float = _given(0.03, "assumed: share of workers that are stragglers")
    slow_factor: float = _given(3.0, "assumed: 1.5 (the plan's older machine) to this")
    memory_mb: float = _given(1_000.0, "the plan: 0.5 + 0.4 GB a core, rounded up")
    memory_base_mb: float = _given(500.0, "the plan")
    memory_scans_mb: float = _given(400.0, "the plan: if large scans are read")
    large_scans_share: float = _given(0.1, "assumed: share of cases")
    memory_per_page_mb: float = _given(0.065, "measured: RESULTS, 518 MB for 8,000 pages")
    # --- storage
    cache: str = _given("case", "the default; or shared, local (--cache)")
    cache_limit_mb: float = _given(5_000.0, "the default of --cache-size")
    storage_mb_s: float = _given(1_000.0, "assumed: read and written together")
    network_mb_s: float = _given(250.0, "assumed: most for one worker")
    read_share: float = _given(1.0, "assumed: a machine fetches evidence once; measured 8 reads")
    bundle_share: float = _given(1.1, "the plan: MB written per MB of evidence")
    cache_share: float = _given(2.5, "the plan: the same")
    picture_mb: float = _given(0.0, "the code: a page for recognition is in memory (on Linux)")
    storage_trips_s: float = _given(20_000.0, "assumed: operations on names and locks per second")
    trip_seconds: float = _given(0.0005, "assumed: latency of one")
    trips_per_page: float = _given(3.9, "measured: 467 / 120, evidence and build/")
    cache_trips_per_page: float = _given(
        70.3, "measured: (8,887 - 450) / 120, .assembler/cache without pictures of pages"
    )
    entries_per_page: float = _given(1.7, "measured: 202 / 120, entries of the cache")
    trips_per_entry: float = _given(5.4, "measured: when a shared cache is kept small")
    trips_per_mark: float = _given(3.0, "the code: of a worker that uses a shared cache")
    trims_every: int = _given(50, "the code: cases after which `batch` keeps a shared cache small")
    worker_trims_every: int = _given(50, "the code: the same, cases of one Dask worker")
    # --- the program that hands out
    hand_out_seconds: float = _given(0.009, "measured: client and scheduler, 2 to 800 workers")
    list_trips: float = _given(39.0, "measured: to find and weigh a case of 22 files")
    report_seconds: float = _given(0.00015, "measured: a case, table and index.html and JUnit")
    lost_first: bool = _given(
        True, "the code: a case that lost its worker is the next; or the last"
    )
    # --- failures
    failures_per_hour: float = _given(0.01, "assumed: of a worker, per hour of work")
    silent_share: float = _given(0.5, "assumed: a machine that vanishes, not a killed process")
    silent_seconds: float = _given(300.0, "Dask: worker-ttl")
    restart_seconds: float = _given(60.0, "assumed: until a new worker is there")
    crash_share: float = _given(0.001, "assumed: cases that end their driver each time")
    hang_share: float = _given(0.0002, "assumed: cases that never end")
    limit_seconds: float = _given(3_600.0, "the code")
    tries: int = _given(3, "the code")

    def __post_init__(self) -> None:
        if self.cache not in PLACES:
            raise ValueError(f"cache: one of {', '.join(PLACES)}")
        counts = (self.cases, self.workers, self.storage_mb_s, self.storage_trips_s, self.tries)
        if min(*counts, self.trims_every, self.worker_trims_every) <= 0:
            raise ValueError("cases, workers, storage, tries and trims must be more than 0")


def format_parameters(given: Parameters) -> str:
    """Return a table of names, values and origins, as Markdown."""
    rows = [
        f"| `{one.name}` | {_format_value(getattr(given, one.name))} | {one.metadata['origin']} |"
        for one in fields(given)
    ]
    return "\n".join(["| parameter | value | origin |", "|---|---:|---|", *rows])


def _format_value(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.4g}"
