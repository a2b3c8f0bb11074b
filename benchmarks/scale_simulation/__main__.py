"""Simulate many cases on many workers; see which part breaks first.

`python -m benchmarks.scale_simulation [--cases 50000 --workers 200 --seed 1 ...]` prints one run;
`--parameters` what it takes as given, and from where; `--sweep` a run for each change of one thing.
Nothing is measured or built.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from benchmarks.scale_simulation.parameters import PLACES, Parameters, format_parameters
from benchmarks.scale_simulation.simulation import Result, simulate

# measured: what a build wrote for recognition, 337 MB / 90 pages; opened 4 times, removed once
PICTURES_ON_STORAGE = {"picture_mb": 3.74, "cache_trips_per_page": 74.0}
LOSSES = ("storage", "failures", "start", "idle")
HEADS = (
    "what",
    "hours",
    "cores used",
    "storage",
    "failures",
    "start",
    "idle",
    "last 1 %",
    "quarantined",
    "built again",
    "busiest",
)


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_simulation")
    parser.add_argument("--parameters", action="store_true", help="their values and origins")
    parser.add_argument("--sweep", action="store_true", help="a run for each change of one thing")
    _add_options(parser)
    asked = vars(parser.parse_args())
    is_sweep, is_list = asked.pop("sweep"), asked.pop("parameters")
    given = Parameters(**asked)
    if is_list:
        print(format_parameters(given))
        return
    print(f"| {' | '.join(HEADS)} |\n|---|{'---:|' * (len(HEADS) - 2)}---|")
    for what, changed in list_changes(given) if is_sweep else [("as given", given)]:
        print(format_row(what, simulate(changed)), flush=True)


def _add_options(parser: argparse.ArgumentParser) -> None:
    for one in fields(Parameters):
        options: dict[str, Any] = {"type": type(one.default)}
        if isinstance(one.default, bool):
            options = {"action": argparse.BooleanOptionalAction}
        elif one.name == "cache":
            options["choices"] = PLACES
        parser.add_argument(
            f"--{one.name.replace('_', '-')}",
            default=one.default,
            help=one.metadata["origin"].replace("%", "%%"),
            **options,
        )


def list_changes(given: Parameters) -> Iterator[tuple[str, Parameters]]:
    """Yield the runs of the sweep: what is changed, and the parameters. First where the cache is;
    then one thing at a time, with a cache on a disk of each machine and no case that hangs."""
    yield "A: cache in each case (default)", replace(given, cache="case")
    wide = replace(given, cache="case", storage_mb_s=given.storage_mb_s * 4)
    yield "A, 4 times the bandwidth", wide
    quick = replace(given, cache="case", storage_trips_s=given.storage_trips_s * 4)
    yield "A, 4 times the names", quick
    both = replace(wide, storage_trips_s=quick.storage_trips_s)
    yield "A, 4 times the bandwidth and names", both
    yield "A, pictures of pages there too", replace(given, cache="case", **PICTURES_ON_STORAGE)
    shared = replace(given, cache="shared")
    yield "B: one cache on the storage", shared
    yield "B, kept small after each case", replace(shared, worker_trims_every=1)
    local = replace(given, cache="local")
    yield "C: caches on local disks", local
    base = replace(local, hang_share=0.0)
    yield "D: C, and no case hangs", base
    for what, changes in _list_single_changes(given):
        yield f"D, {what}", replace(base, **changes)


def _list_single_changes(given: Parameters) -> Iterator[tuple[str, dict[str, Any]]]:
    for value in (given.storage_mb_s / 2, given.storage_mb_s / 4):
        yield f"storage {value:g} MB/s", {"storage_mb_s": value}
    for value in (given.storage_trips_s / 10, given.storage_trips_s / 50):
        yield f"{value:g} names/s", {"storage_trips_s": value}
    for latency in (0.002, 0.01):
        yield f"{latency * 1000:g} ms a name", {"trip_seconds": latency}
    for times in (2, 4, 16):
        yield f"{given.workers * times:,} workers", {"workers": given.workers * times}
    for seconds in (0.03, 0.1):
        yield f"handing out in {seconds * 1000:g} ms", {"hand_out_seconds": seconds}
    for pages in (16_000.0, 32_000.0):
        yield f"huge cases up to {pages:,.0f} pages", {"huge_pages": pages}
    for rate in (0.1, 1.0):
        yield f"workers lost {rate:g} times an hour", {"failures_per_hour": rate}
    yield "the same, tried again last", {"failures_per_hour": 1.0, "lost_first": False}
    yield "30 % stragglers", {"slow_share": 0.3}
    for memory in (950.0, 850.0):
        yield f"{memory:.0f} MB a worker", {"memory_mb": memory}


def format_row(what: str, result: Result) -> str:
    """Return a row of the table: shares of all workers' time, minutes, numbers of cases."""
    total = result.workers * result.seconds
    busiest = max(result.busy, key=lambda name: result.busy[name])
    cells = (
        what,
        f"{result.seconds / 3600:.2f}",
        f"{result.utilization:.0%}",
        *(f"{result.spent[name] / total:.1%}" for name in LOSSES),
        f"{(result.seconds - result.seconds_to_99) / 60:.1f} min",
        f"{result.quarantined:,}",
        f"{result.retries:,}",
        f"{busiest} {result.busy[busiest]:.0%}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
