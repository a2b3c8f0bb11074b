"""Building many cases over one crew of processes; what a case does to its process costs that
case only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assembler import pipeline
from assembler.errors import AssemblerError, ExitCode, FindingsError
from assembler.model import Finding, Severity
from assembler.pipeline.batch.case_list import Outcome
from assembler.runtime.cache_upkeep import trim_cache
from assembler.runtime.driver_pool import DriverPool
from assembler.runtime.manifest_reader import digest_of
from assembler.runtime.resources import Shelf
from assembler.runtime.worker_pool import Failure, Pool
from assembler.runtime.workshop import CACHE_MB, Workshop

SECONDS = 3600.0  # a case that takes longer is hung: its pages have shorter limits of their own
TRIES = 3  # a case may lose its process twice to bad luck
TRIM_EVERY = 50  # cases: a look at every entry of a large cache takes a while


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One case to build; what is sent to another process or machine: paths and options, no
    content."""

    folder: Path
    shelf: Shelf
    options: pipeline.Options
    resume: bool = False  # leave alone what is as it would be made now
    cache: Path | None = None  # a folder of prepared evidence that the cases share
    cache_mb: int = CACHE_MB


def build(order: Order, pool: Pool | None = None) -> Outcome:
    """One case, to the end, with these workers (None: one of its own); a failure comes back as
    its outcome."""
    if order.resume and (stands := _stands(order)):
        return stands
    try:
        with Workshop(
            order.folder / ".assembler", pool=pool, cache=order.cache, cache_mb=order.cache_mb
        ) as workshop:
            built = pipeline.build_packets(
                pipeline.make_context(order.folder, order.shelf, workshop, order.options)
            )
            timings = workshop.timings()
    except AssemblerError as error:
        found = tuple(one for one in getattr(error, "findings", ()) if isinstance(one, Finding))
        return outcome_of(order, "failed", error.exit_code, _sentence(error), findings=found)
    pages = sum(one.pages for one in built)
    return Outcome(
        case=order.folder.name,
        code=ExitCode.OK,
        summary=f"{len(built)} packet{'s' if len(built) > 1 else ''}, {pages} pages, "
        f"proved{' again' if built[0].again else ''}",
        findings=built[0].findings,
        folders=tuple(str(one.folder) for one in built),
        digests=tuple(one.digest for one in built),
        where=str(order.folder),
        state="built",
        pages=pages,
        timings=timings,
    )


def _stands(order: Order) -> Outcome | None:
    """The outcome of a case that need not be built, because its manifests prove that nothing has
    changed."""
    try:
        manifests = pipeline.find_current_packets(order.folder, order.shelf, order.options)
    except AssemblerError:
        return None  # building it will say why
    if not manifests:
        return None
    pages = sum(len(manifest.ledger) for manifest in manifests)
    summary = (
        f"{len(manifests)} packet{'s' if len(manifests) > 1 else ''}, {pages} pages, proved before"
    )
    packets = [order.folder / "build" / manifest.packet for manifest in manifests]
    return replace(
        outcome_of(order, "skipped", ExitCode.OK, summary),
        folders=tuple(map(str, packets)),
        pages=pages,
        digests=tuple(map(digest_of, packets)),
    )


def run(
    orders: Sequence[Order],
    jobs: int,
    finished: Callable[[Outcome], None],
    *,
    seconds: float = SECONDS,
    function: Callable[[Order, Pool], Outcome] = build,
    crew: DriverPool | None = None,
) -> tuple[Outcome, ...]:
    """Every case, in the order given; `finished` hears of each as it ends. The largest are begun
    first.

    Interrupted, no case is half-made. `function`: top-level, what is done with each. `crew`: one
    that lasts.
    """
    places = largest_first(orders)
    outcomes: dict[int, Outcome] = {}

    def keep(index: int, result: object, took: float) -> None:
        order = orders[places[index]]
        outcome = replace(_judged(order, result), seconds=round(took, 2))
        outcomes[places[index]] = outcome
        finished(outcome)
        if len(outcomes) % TRIM_EVERY == 0 or len(outcomes) == len(orders):
            keep_small(order)

    crew = crew or DriverPool(jobs, seconds=seconds, tries=TRIES)
    crew.run(function, [orders[place] for place in places], keep)
    return tuple(outcomes[place] for place in range(len(orders)))


def keep_small(order: Order) -> None:
    if order.cache:
        trim_cache(order.cache, order.cache_mb * 1_000_000)


def _judged(order: Order, result: object) -> Outcome:
    if isinstance(result, Outcome):
        return result
    if isinstance(result, AssemblerError):  # of the driver itself: a full disk, for one
        return outcome_of(order, "failed", result.exit_code, _sentence(result))
    if isinstance(result, Failure) and result.kind == "error":
        return outcome_of(
            order,
            "failed",
            ExitCode.BUG,
            f"a bug ({result.detail}); report it, without client data",
        )
    return quarantined(
        order, result if isinstance(result, Failure) else Failure(kind="crashed", detail="")
    )


def quarantined(order: Order, failure: Failure) -> Outcome:
    """No further try: named, so that a person looks at it; what its dead process left half-made
    is swept away."""
    with (
        contextlib.suppress(AssemblerError),
        Workshop(order.folder / ".assembler", cache=order.cache),
    ):
        pass
    times = (
        "took too long"
        if failure.kind == "timeout"
        else f"ended the process that built it {TRIES} times"
    )
    finding = Finding(
        rule="BATCH.QUARANTINE",
        severity=Severity.ERROR,
        where=order.folder.name,
        problem=f"the case {times}",
        remedy="run `assembler bundle` on it alone, and look for the file that does it",
    )
    return outcome_of(
        order, "quarantined", ExitCode.TOOL_FAILED, f"quarantined: it {times}", findings=(finding,)
    )


def outcome_of(
    order: Order, state: str, code: ExitCode, summary: str, findings: tuple[Finding, ...] = ()
) -> Outcome:
    return Outcome(
        case=order.folder.name,
        code=code,
        summary=summary,
        findings=findings,
        where=str(order.folder),
        state=state,
    )


def largest_first(orders: Sequence[Order]) -> list[int]:
    """The places of the orders, those with most evidence first."""
    return sorted(range(len(orders)), key=lambda place: (-_weight(orders[place].folder), place))


def _weight(folder: Path) -> int:
    """Bytes of evidence: a large case that came last would keep one core busy while the others
    idle."""
    return sum(
        (Path(home) / name).lstat().st_size
        for home, _, names in os.walk(folder / "evidence")
        for name in names
    )


def _sentence(error: AssemblerError) -> str:
    """The error's own sentence; its findings are carried apart."""
    return AssemblerError.__str__(error) if not isinstance(error, FindingsError) else error.args[0]
