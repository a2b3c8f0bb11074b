"""What became of all trials: a row for each class, a column for each command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.faults.trial import Outcome


def format_table(outcomes: Sequence[Outcome], *, brief: bool) -> Iterator[str]:
    """Yield the lines of a Markdown table: faults met, and violations after a slash."""
    commands = [] if brief else list(dict.fromkeys(item.job.command for item in outcomes))
    columns = ["class", "trials", "faults met", "violations", "survived", *commands]
    yield f"| {' | '.join(columns)} |"
    yield "|---" + "|---:" * (len(columns) - 1) + "|"
    for name in sorted({item.job.fault_class for item in outcomes}):
        yield _format_row(
            name, [item for item in outcomes if item.job.fault_class == name], commands
        )
    yield _format_row("**all**", outcomes, commands)


def _format_row(name: str, outcomes: Sequence[Outcome], commands: Sequence[str]) -> str:
    survived = sum(item.code == 0 for item in outcomes if item.hit)
    cells = [name, len(outcomes), _count_met(outcomes), _count_broken(outcomes), survived]
    for command in commands:
        some = [item for item in outcomes if item.job.command == command]
        cells.append(f"{_count_met(some)} / {_count_broken(some)}" if some else "")
    return f"| {' | '.join(map(str, cells))} |"


def _count_met(outcomes: Sequence[Outcome]) -> int:
    return sum(bool(item.hit) for item in outcomes)


def _count_broken(outcomes: Sequence[Outcome]) -> int:
    return sum(bool(item.violations) for item in outcomes)


def format_violation(outcome: Outcome) -> str:
    """Return what was broken, and how to do that trial again."""
    job = outcome.job
    how = f"--seed {job.seed} --trial {job.trial} --only {job.fault_class} --command {job.command}"
    lines = ("; ".join(outcome.violations), f"{outcome.note}, met at {outcome.hit or '-'}", how)
    return "\n    ".join(lines)
