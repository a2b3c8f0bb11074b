"""Format and save the result of `--timings`, which is not part of the manifest, since that is the
same in every run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assembler.runtime.timings import Spent

NAME = "timings.json"  # named by the help of --timings, too


def format_timings(spent: Sequence[Spent]) -> str:
    """Format a line for each module: items, seconds waited, CPU seconds and their share."""
    cpu = sum(row.cpu for row in spent) or 1.0
    lines = [
        f"{row.module:<34} {row.items:>7} {row.wall:>9.2f} s {row.cpu:>9.2f} s "
        f"{100 * row.cpu / cpu:>5.1f} %"
        for row in spent
    ]
    head = f"{'module':<34} {'items':>7} {'waited':>11} {'CPU':>11} {'share':>7}"
    foot = f"{'total':<34} {'':>7} {sum(row.wall for row in spent):>9.2f} s {cpu:>9.2f} s"
    return "\n".join([head, *lines, foot])


def write_timings(case: Path, spent: Sequence[Spent]) -> None:
    """Write the timings as JSON beside the case's cache."""
    from assembler.runtime.atomic_files import write_atomic

    data = json.dumps([asdict(row) for row in spent], indent=1).encode()
    write_atomic(case / ".assembler" / NAME, data)
