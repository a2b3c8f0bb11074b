"""`--timings`: where the time went, as a table and as a file; never in the manifest, which is
the same each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assembler.runtime.timings import Spent

NAME = "timings.json"  # named by the help of --timings, too


def times(spent: Sequence[Spent]) -> str:
    """A line for each room: items, seconds waited for, CPU seconds and their share."""
    cpu = sum(one.cpu for one in spent) or 1.0
    rows = [
        f"{one.room:<34} {one.items:>7} {one.wall:>9.2f} s {one.cpu:>9.2f} s "
        f"{100 * one.cpu / cpu:>5.1f} %"
        for one in spent
    ]
    head = f"{'room':<34} {'items':>7} {'waited':>11} {'CPU':>11} {'share':>7}"
    foot = f"{'together':<34} {'':>7} {sum(one.wall for one in spent):>9.2f} s {cpu:>9.2f} s"
    return "\n".join([head, *rows, foot])


def keep(case: Path, spent: Sequence[Spent]) -> None:
    """Write the same beside the case's cache."""
    from assembler.runtime.atomic_files import write_atomic

    write_atomic(
        case / ".assembler" / NAME, json.dumps([asdict(one) for one in spent], indent=1).encode()
    )
