"""Where the time of a run went: for each room whose work the workers did, and for this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assembler.runtime.worker_pool import Pool

HERE = "this process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Time of one room: `wall` seconds the run waited for it, `cpu` seconds of all processes,
    how many items."""

    room: str
    items: int
    wall: float
    cpu: float


class Stopwatch:
    """Adds up what `during` encloses; the rest of wall and CPU time is this process's own."""

    def __init__(self) -> None:
        self._began = (time.monotonic(), time.process_time())
        self._rooms: dict[str, Spent] = {}

    @contextmanager
    def during(self, module: str, items: int, pool: Pool) -> Iterator[None]:
        """The time a pool spends on the items of a module's function."""
        room, wall, cpu = module.removeprefix("assembler."), time.monotonic(), pool.spent[module]
        try:
            yield
        finally:
            before = self._rooms.get(room, Spent(room=room, items=0, wall=0.0, cpu=0.0))
            self._rooms[room] = Spent(
                room=room,
                items=before.items + items,
                wall=before.wall + time.monotonic() - wall,
                cpu=before.cpu + pool.spent[module] - cpu,
            )

    def rows(self) -> tuple[Spent, ...]:
        """The rooms in the order in which they were first at work, then this process."""
        rooms = tuple(self._rooms.values())
        wall = time.monotonic() - self._began[0] - sum(one.wall for one in rooms)
        return (
            *rooms,
            Spent(room=HERE, items=1, wall=wall, cpu=time.process_time() - self._began[1]),
        )


def together(rows: Iterator[Spent]) -> tuple[Spent, ...]:
    """The rows of many runs added up, by room."""
    found: dict[str, Spent] = {}
    for one in rows:
        sofar = found.get(one.room, Spent(room=one.room, items=0, wall=0.0, cpu=0.0))
        found[one.room] = Spent(
            room=one.room,
            items=sofar.items + one.items,
            wall=sofar.wall + one.wall,
            cpu=sofar.cpu + one.cpu,
        )
    return tuple(found.values())
