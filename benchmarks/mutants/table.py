"""What became of all mutants: a row for each kind, and whether any miss is unexplained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.mutants.change import KINDS
from benchmarks.mutants.trial import Outcome

# kinds of which some pass and may: why. Anything else that matters and passes makes the command fail.
EXPLAINED: Mapping[str, str] = {
    "manifest: key of how it came about missing or other": "no file of the packet shows it true or false",
}
# rewrites that the proof refuses by design: none
BY_DESIGN: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Counts of one kind, or of several together."""

    name: str
    mutants: int
    matter: int
    caught: int  # of those that matter
    others: int  # caught of those nobody could notice
    crashed: int
    smallest: str = ""
    largest: str = ""
    seeds: tuple[int, ...] = ()  # of misses that matter

    @property
    def missed(self) -> int:
        return self.matter - self.caught


def row_of(name: str, outcomes: Sequence[Outcome]) -> Row:
    """A row of the table."""
    unit = KINDS[name].unit if name in KINDS else ""
    matter = [one for one in outcomes if one.matters]
    missed = [one for one in matter if not one.caught]
    return Row(
        name=name, mutants=len(outcomes), matter=len(matter), caught=len(matter) - len(missed),
        others=sum(one.caught for one in outcomes if not one.matters), crashed=sum(bool(one.crash) for one in outcomes),
        smallest=_size(min, [one.size for one in outcomes if one.caught and one.size is not None], unit),
        largest=_size(max, [one.size for one in missed if one.size is not None], unit),
        seeds=tuple(one.seed for one in missed),
    )  # fmt: skip


def _size(which: object, sizes: Sequence[float], unit: str) -> str:
    return f"{which(sizes):.4g} {unit}" if unit and sizes and callable(which) else ""


def rows(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """One for each kind, groups one after the other."""
    for name in KINDS:
        some = [one for one in outcomes if one.kind == name and not one.control and one.packet]
        if some:
            yield row_of(name, some)


def groups(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """One for each group, and one for all."""
    own = [one for one in outcomes if not one.control and one.packet]
    for group in dict.fromkeys(kind.group for kind in KINDS.values()):
        some = [one for one in own if KINDS[one.kind].group == group]
        if some:
            yield row_of(group, some)
    yield row_of("all", own)


def unexplained(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What fails the command: mutants that matter and pass, of a kind that nobody explained; and proofs that raised."""
    own = [one for one in outcomes if not one.control and one.packet]
    return [one for one in own if one.crash or (one.matters and not one.caught and one.kind not in EXPLAINED)]


def blocked(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Controls that do not pass, although they should."""
    return [one for one in outcomes if one.control and (one.checks or one.crash) and one.kind not in BY_DESIGN]


def printed(outcomes: Sequence[Outcome], *, full: bool = True) -> Iterator[str]:
    """The tables, as lines of Markdown."""
    columns = "class|mutants|visible, findable or acting|caught|missed|caught of the others|smallest caught|largest missed"
    yield "| " + columns.replace("|", " | ") + " |"
    yield "|---|---:|---:|---:|---:|---:|---|---|"
    for row in (*groups(outcomes), *(rows(outcomes) if full else ())):
        others = f"{row.others} of {row.mutants - row.matter}"
        crashed = f" ({row.crashed} crashed)" if row.crashed else ""
        name = row.name if ":" in row.name else f"**{row.name}**"
        cells = (name, row.mutants, row.matter, row.caught, f"{row.missed}{crashed}", others, row.smallest, row.largest)
        yield "| " + " | ".join(map(str, cells)) + " |"
    controls = [one for one in outcomes if one.control]
    for name in dict.fromkeys(one.kind for one in controls):
        some = [one for one in controls if one.kind == name]
        failed = sorted({check for one in some for check in (*one.checks, one.crash) if check})
        passed = sum(not (one.checks or one.crash) for one in some)
        yield f"| control: {name} | {len(some)} | | | {passed} passed | {', '.join(failed)} | {BY_DESIGN.get(name, '')} | |"


def seeds(outcomes: Sequence[Outcome], most: int = 5) -> Iterator[str]:
    """How to make each unexplained miss again."""
    by_kind: dict[str, list[Outcome]] = {}
    for one in unexplained(outcomes):
        by_kind.setdefault(one.kind, []).append(one)
    for name, some in by_kind.items():
        yield f"{name}: {len(some)} passed"
        for one in some[:most]:
            how = ", ".join(
                word for word, is_so in (("seen", one.verdict.seen), ("found", one.verdict.found), ("acts", one.acts)) if is_so
            )
            what = f"{one.crash} raised" if one.crash else how
            yield f"  --class '{name}' --only {one.seed}   {one.packet}, {one.note} ({what})"
