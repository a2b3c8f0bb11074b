"""Measure where the time of a run went: each module whose functions ran in workers, and this
process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assembler.runtime.worker_pool import Pool

HERE = "this process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time of one module: items, `wall` seconds the run waited, `cpu` seconds of all processes."""

    module: str
    items: int
    wall: float
    cpu: float


class Stopwatch:
    """Adds up the time inside `during`; the remaining wall and CPU time is this process's own."""

    def __init__(self) -> None:
        self._start = (time.monotonic(), time.process_time())
        self._modules: dict[str, Spent] = {}

    @contextmanager
    def measure_time(self, module: str, items: int, pool: Pool) -> Iterator[None]:
        """Add the time a pool spends on the items of a module's function."""
        name, wall, cpu = module.removeprefix("assembler."), time.monotonic(), pool.spent[module]
        try:
            yield
        finally:
            before = self._modules.get(name, Spent(module=name, items=0, wall=0.0, cpu=0.0))
            self._modules[name] = Spent(
                module=name,
                items=before.items + items,
                wall=before.wall + time.monotonic() - wall,
                cpu=before.cpu + pool.spent[module] - cpu,
            )

    def list_rows(self) -> tuple[Spent, ...]:
        """Return the modules in the order in which they first ran, then this process."""
        modules = tuple(self._modules.values())
        wall = time.monotonic() - self._start[0] - sum(row.wall for row in modules)
        cpu = time.process_time() - self._start[1]
        return (*modules, Spent(module=HERE, items=1, wall=wall, cpu=cpu))


def sum_by_module(rows: Iterator[Spent]) -> tuple[Spent, ...]:
    """Add up the rows of many runs by module."""
    totals: dict[str, Spent] = {}
    for row in rows:
        total = totals.get(row.module, Spent(module=row.module, items=0, wall=0.0, cpu=0.0))
        totals[row.module] = Spent(
            module=row.module,
            items=total.items + row.items,
            wall=total.wall + row.wall,
            cpu=total.cpu + row.cpu,
        )
    return tuple(totals.values())
