"""Build cases on many machines: Dask distributed assigns them to workers, each of which builds one
at a time in a process of its own.

Only orders and outcomes are sent: ids, paths, options, findings. Cases, templates and caches are on
storage that all machines reach under the same paths. A case that ends its process is quarantined
and does not end the worker; if a worker is killed, its case is given to another one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assembler.errors import AssemblerError, ExitCode, ToolFailed, ToolMissing
from assembler.pipeline.batch.case_builds import (
    SECONDS,
    TRIES,
    TRIM_EVERY,
    Order,
    build,
    keep_small,
    make_outcome,
    make_quarantined_outcome,
    order_largest_first,
    run,
)
from assembler.pipeline.batch.case_list import Outcome
from assembler.runtime.driver_pool import DriverPool
from assembler.runtime.worker_pool import Failure, Pool

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE = 60  # seconds to wait for a scheduler, and for its first worker
# a worker has one case at a time, so that a killed worker is counted for the right case; it may
# start processes, since it builds in one of its own
_SETTINGS = {
    "distributed.worker.daemon": False,
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.work-stealing": False,
    # even without a dashboard Dask lists its tasks over HTTP to everyone, unless it has no routes
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
Function = Callable[[Order, Pool], Outcome]


def run_on(
    address: str,
    orders: Sequence[Order],
    finished: Callable[[Outcome], None],
    *,
    tls: Path | None = None,
    function: Function = build,
    seconds: float = SECONDS,
) -> tuple[Outcome, ...]:
    """Build every case on the workers at an address; return the outcomes in the given order.

    Args:
        address: "local:N" for N workers of this machine, or a scheduler's "tls://host:port";
            tcp:// only on this machine.
        finished: called with each outcome as its case ends.
        tls: a folder with ca.pem, cert.pem and key.pem; by default Dask's own configuration.
        function, seconds: as in `run`.

    Raises:
        ToolMissing: Dask is not installed.
        ToolFailed: the address cannot be used, or has no workers.
    """
    with _connect_client(address, tls) as client:
        return _hand_out(client, orders, finished, function, seconds)


def _hand_out(
    client: Any,
    orders: Sequence[Order],
    finished: Callable[[Outcome], None],
    function: Function,
    seconds: float,
) -> tuple[Outcome, ...]:
    from distributed import wait

    waiting, running = deque(order_largest_first(orders)), dict[Any, int]()
    outcomes: dict[int, Outcome] = {}
    deaths: Counter[int] = Counter()
    while waiting or running:
        while waiting and len(running) < max(1, len(client.nthreads())):
            place = waiting.popleft()
            running[
                client.submit(build_on_worker, orders[place], function, seconds, pure=False)
            ] = place
        for future in wait(list(running), return_when="FIRST_COMPLETED").done:
            place = running.pop(future)
            outcome = _read_outcome(future, orders[place])
            deaths[place] += outcome is None
            if outcome is None and deaths[place] < TRIES:
                waiting.appendleft(place)  # it may be among the largest, and then last of all
                continue
            outcomes[place] = outcome or make_quarantined_outcome(
                orders[place], Failure(kind="crashed", detail="worker killed")
            )
            finished(outcomes[place])
            if len(outcomes) % TRIM_EVERY == 0 or len(outcomes) == len(orders):
                keep_small(orders[place])
    return tuple(outcomes[place] for place in range(len(orders)))


def _read_outcome(future: Any, order: Order) -> Outcome | None:
    """Return the outcome of the case; None if its worker was killed."""
    from distributed.scheduler import KilledWorker

    error = future.exception()
    if error is None:
        result: Outcome = future.result()
        return result
    if isinstance(error, KilledWorker):
        return None
    if isinstance(error, AssemblerError):
        return make_outcome(order, "failed", error.exit_code, str(error))
    return make_outcome(
        order, "failed", ExitCode.BUG, f"a bug ({type(error).__name__} on a worker); report it"
    )


def build_on_worker(order: Order, function: Function, seconds: float) -> Outcome:
    """Build one case on a worker, in the process that this worker keeps."""
    (outcome,) = run(
        [order],
        1,
        lambda _: None,
        function=function,
        crew=_start_crew(seconds),
        # looking through a cache takes longer than a small case
        trims=next(_number_cases()) % TRIM_EVERY == 0,
    )
    return outcome


@cache
def _number_cases() -> Iterator[int]:
    """Return the numbers of the cases that this worker builds."""
    return count(1)


@cache
def _start_crew(seconds: float) -> DriverPool:
    return DriverPool(1, seconds=seconds, tries=TRIES, lasting=True)


@contextmanager
def _connect_client(address: str, tls: Path | None) -> Iterator[Any]:
    try:
        import dask
        import distributed
    except ImportError as error:
        raise ToolMissing(
            "Dask is not installed", remedy="pip install 'assembler[cluster]'"
        ) from error
    with dask.config.set(_SETTINGS):
        if address.startswith("local:"):
            with (
                _start_local(_read_worker_count(address)) as cluster,
                distributed.Client(cluster) as client,
            ):
                yield client
            return
        _check_encrypted(address)
        try:
            client = distributed.Client(
                address, security=_make_security(address, tls), timeout=_PATIENCE
            )
        except (OSError, TimeoutError, TypeError, ValueError) as error:
            raise ToolFailed(
                f"no scheduler answers ({type(error).__name__})",
                where=address,
                remedy="see docs/scale.md for addresses and keys",
            ) from error
        with client:
            _check_workers(client, address)
            yield client


def _start_local(workers: int) -> Any:
    """Start workers on this machine; encrypted too, since anyone who can reach a scheduler can run
    code on its workers."""
    from distributed import LocalCluster, Security

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls://",
        memory_limit=None,
        dashboard_address=None,
        worker_dashboard_address=None,
        security=Security.temporary(),
        silence_logs="CRITICAL",
    )


def _read_worker_count(address: str) -> int:
    number = address.removeprefix("local:")
    if not number.isdecimal() or not 1 <= int(number) <= 256:
        raise ToolFailed(
            "not a number of workers",
            where=address,
            remedy="write local:2, or a scheduler's tls://host:port",
        )
    return int(number)


def _check_encrypted(address: str) -> None:
    """Raise ToolFailed for an address that would send orders over a network unencrypted."""
    parts = urlsplit(address)
    if parts.scheme == "tls" or (parts.scheme == "tcp" and parts.hostname in _LOOPBACK):
        return
    raise ToolFailed(
        "it is neither local nor encrypted",
        where=address,
        remedy="use local:N, or a scheduler's tls://host:port",
    )


def _make_security(address: str, tls: Path | None) -> Any:
    from distributed import Security

    if not address.startswith("tls://"):
        return None
    if tls is None:
        return Security(require_encryption=True)
    missing = [name for name in ("ca.pem", "cert.pem", "key.pem") if not (tls / name).is_file()]
    if missing:
        raise ToolFailed(
            f"there is no {', '.join(missing)}",
            where=tls.name,
            remedy="put the cluster's keys there",
        )
    return Security(
        require_encryption=True,
        tls_ca_file=str(tls / "ca.pem"),
        tls_client_cert=str(tls / "cert.pem"),
        tls_client_key=str(tls / "key.pem"),
    )


def _check_workers(client: Any, address: str) -> None:
    """Wait for a worker. Raises ToolFailed if none comes, or one has several threads."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise ToolFailed(
            "the scheduler has no workers", where=address, remedy="start some (docs/scale.md)"
        ) from error
    if max(client.nthreads().values()) > 1:
        raise ToolFailed(
            "a worker has several threads", where=address, remedy="start workers with --nthreads 1"
        )
