"""Build many cases with a pool of processes; a case that ends its process fails alone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assembler import pipeline
from assembler.errors import AssemblerError, ExitCode, FindingsError
from assembler.model import Finding
from assembler.pipeline.batch.case_list import Outcome
from assembler.runtime.cache_upkeep import trim_cache
from assembler.runtime.driver_pool import DriverPool
from assembler.runtime.manifest_reader import read_digest
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.worker_pool import Failure, Pool
from assembler.runtime.workshop import CACHE_MB, Workshop

SECONDS = 3600.0  # a case that takes longer hangs; its pages have shorter limits of their own
TRIES = 3  # builds of a case, if its process ends
TRIM_EVERY = 50  # cases; reading every entry of a large cache takes a while


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One case to build, as sent to another process or machine: paths and options, no content."""

    folder: Path
    shelf: Shelf
    options: pipeline.Options
    resume: bool = False  # skip the case if it is current
    cache: Path | None = None  # a folder of prepared evidence that the cases share
    cache_mb: int = CACHE_MB


def build(order: Order, pool: Pool | None = None) -> Outcome:
    """Build one case and return its outcome, also if it fails.

    Args:
        pool: the workers; None for a pool of its own.
    """
    if order.resume and (skipped := _skip_current(order)):
        return skipped
    try:
        with Workshop(
            order.folder / ".assembler", pool=pool, cache=order.cache, cache_mb=order.cache_mb
        ) as workshop:
            packets = pipeline.build_packets(
                pipeline.make_context(order.folder, order.shelf, workshop, order.options)
            )
            timings = workshop.list_timings()
    except AssemblerError as error:
        findings = tuple(
            finding for finding in getattr(error, "findings", ()) if isinstance(finding, Finding)
        )
        return make_outcome(
            order, "failed", error.exit_code, _format_error(error), findings=findings
        )
    pages = sum(packet.pages for packet in packets)
    return Outcome(
        case=order.folder.name,
        code=ExitCode.OK,
        summary=f"{len(packets)} packet{'s' if len(packets) > 1 else ''}, {pages} pages, "
        f"proved{' again' if packets[0].again else ''}",
        findings=tuple(dict.fromkeys(finding for packet in packets for finding in packet.findings)),
        folders=tuple(str(packet.folder) for packet in packets),
        digests=tuple(packet.digest for packet in packets),
        where=str(order.folder),
        state="built",
        pages=pages,
        timings=timings,
    )


def _skip_current(order: Order) -> Outcome | None:
    """Return the outcome of a case that need not be built, since its manifests prove that nothing
    has changed; else None."""
    try:
        manifests = pipeline.find_current_packets(order.folder, order.shelf, order.options)
    except AssemblerError:
        return None  # the build will report it
    if not manifests:
        return None
    pages = sum(len(manifest.ledger) for manifest in manifests)
    summary = (
        f"{len(manifests)} packet{'s' if len(manifests) > 1 else ''}, {pages} pages, proved before"
    )
    packets = [order.folder / "build" / manifest.packet for manifest in manifests]
    findings = dict.fromkeys(finding for manifest in manifests for finding in manifest.findings)
    return replace(
        make_outcome(order, "skipped", ExitCode.OK, summary, tuple(findings)),
        folders=tuple(map(str, packets)),
        pages=pages,
        digests=tuple(map(read_digest, packets)),
    )


def run(
    orders: Sequence[Order],
    jobs: int,
    finished: Callable[[Outcome], None],
    *,
    seconds: float = SECONDS,
    function: Callable[[Order, Pool], Outcome] = build,
    crew: DriverPool | None = None,
    trims: bool = True,
) -> tuple[Outcome, ...]:
    """Build every case, the largest first, and return the outcomes in the given order.

    An interrupted run leaves no case half-made.

    Args:
        jobs: cases that are built at the same time.
        finished: called with each outcome as its case ends.
        seconds: time limit of a case.
        function: called for each case; must be at the top level of its module.
        crew: processes that are kept for later calls; by default new ones.
        trims: whether a shared cache is kept small on the way and at the end.
    """
    places = order_largest_first(orders)
    outcomes: dict[int, Outcome] = {}

    def keep(index: int, result: object, took: float) -> None:
        order = orders[places[index]]
        outcome = replace(_to_outcome(order, result), seconds=round(took, 2))
        outcomes[places[index]] = outcome
        finished(outcome)
        if trims and (len(outcomes) % TRIM_EVERY == 0 or len(outcomes) == len(orders)):
            keep_small(order)

    crew = crew or DriverPool(jobs, seconds=seconds, tries=TRIES)
    crew.run(function, [orders[place] for place in places], keep)
    return tuple(outcomes[place] for place in range(len(orders)))


def keep_small(order: Order) -> None:
    """Trim the shared cache, if there is one, to its largest size."""
    if order.cache:
        trim_cache(order.cache, order.cache_mb * 1_000_000)


def _to_outcome(order: Order, result: object) -> Outcome:
    """Return the outcome for the result of a process; a failed process is quarantined."""
    if isinstance(result, Outcome):
        return result
    if isinstance(result, AssemblerError):  # of the driver itself, such as a full disk
        return make_outcome(order, "failed", result.exit_code, _format_error(result))
    if isinstance(result, Failure) and result.kind == "error":
        return make_outcome(
            order,
            "failed",
            ExitCode.BUG,
            f"a bug ({result.detail}); report it with `assembler report-bug`",
        )
    return make_quarantined_outcome(
        order, result if isinstance(result, Failure) else Failure(kind="crashed", detail="")
    )


def make_quarantined_outcome(order: Order, failure: Failure) -> Outcome:
    """Return the outcome of a case that is not tried again, for a person to look at, and remove
    what its process left half-made."""
    with (
        contextlib.suppress(AssemblerError),
        Workshop(order.folder / ".assembler", cache=order.cache),
    ):
        pass
    reason = (
        "took too long"
        if failure.kind == "timeout"
        else f"crashed the process that built it {TRIES} times"
    )
    finding = make_finding(
        "BATCH.QUARANTINE",
        order.folder.name,
        f"the case {reason}",
        "run `assembler bundle` on this case alone, and find the file that causes it",
    )
    return make_outcome(
        order, "quarantined", ExitCode.TOOL_FAILED, f"quarantined: it {reason}", findings=(finding,)
    )


def make_outcome(
    order: Order, state: str, code: ExitCode, summary: str, findings: tuple[Finding, ...] = ()
) -> Outcome:
    """Return an outcome of the order's case."""
    return Outcome(
        case=order.folder.name,
        code=code,
        summary=summary,
        findings=findings,
        where=str(order.folder),
        state=state,
    )


def order_largest_first(orders: Sequence[Order]) -> list[int]:
    """Return the positions of the orders, those with most evidence first."""
    return sorted(
        range(len(orders)), key=lambda place: (-_weigh_evidence(orders[place].folder), place)
    )


def _weigh_evidence(folder: Path) -> int:
    """Return the bytes of evidence; a large case that starts last would keep one core busy while
    the others are idle."""
    return sum(
        (Path(home) / name).lstat().st_size
        for home, _, names in os.walk(folder / "evidence")
        for name in names
    )


def _format_error(error: AssemblerError) -> str:
    """Return the error's message without its findings, which the outcome has."""
    return AssemblerError.__str__(error) if not isinstance(error, FindingsError) else error.args[0]
