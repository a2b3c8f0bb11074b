"""What became of all mutants: a row for each kind, and whether any miss is unexplained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.mutants.change import KINDS
from benchmarks.mutants.trial import Outcome

_SHIFT = (
    "PDFium sets letters on whole dots of 96 dpi, so that less than half a dot (0.38 pt) may move "
    "none"
)
# kinds of which some pass and may: why. Anything else that matters and passes makes the command
# fail.
EXPLAINED: Mapping[str, str] = {
    "manifest: key of how it came about missing or other": "no file of the packet shows it true "
    "or false",
    "manifest: text of a page another": "how many words a page has is told only; the words "
    "themselves are compared",
    "structure: a file beside the bundle": "PDF files are refused; others are named, not refused: "
    "people keep papers there",
}
# of these kinds, mutants of at most this size may pass: why
EXPLAINED_UP_TO: Mapping[str, tuple[float, str]] = {
    "copied page: shifted": (0.37, _SHIFT),
    "placed page: shifted": (0.37, _SHIFT),
    "placed page: words shifted": (
        0.55,
        f"{_SHIFT}; half a point of a page that is drawn smaller is less",
    ),
    "own page: shifted": (0.37, _SHIFT),
    "form page: shifted": (0.37, _SHIFT),
    "form page: words shifted": (
        1.0,
        "a value in a form field, drawn by us; two programs place it up to a point apart, and its "
        "words are compared",
    ),
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
    matter = [item for item in outcomes if item.matters]
    missed = [item for item in matter if not item.caught]
    return Row(
        name=name,
        mutants=len(outcomes),
        matter=len(matter),
        caught=len(matter) - len(missed),
        others=sum(item.caught for item in outcomes if not item.matters),
        crashed=sum(bool(item.crash) for item in outcomes),
        smallest=_size(
            min, [item.size for item in outcomes if item.caught and item.size is not None], unit
        ),
        largest=_size(max, [item.size for item in missed if item.size is not None], unit),
        seeds=tuple(item.seed for item in missed),
    )


def _size(which: object, sizes: Sequence[float], unit: str) -> str:
    return f"{which(sizes):.4g} {unit}" if unit and sizes and callable(which) else ""


def rows(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """One for each kind, groups one after the other."""
    for name in KINDS:
        some = [item for item in outcomes if item.kind == name and not item.control and item.packet]
        if some:
            yield row_of(name, some)


def groups(outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """One for each group, and one for all."""
    own = [item for item in outcomes if not item.control and item.packet]
    for group in dict.fromkeys(kind.group for kind in KINDS.values()):
        some = [item for item in own if KINDS[item.kind].group == group]
        if some:
            yield row_of(group, some)
    yield row_of("all", own)


def unexplained(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What fails the command: mutants that matter and pass, of a kind that nobody explained; and
    proofs that raised."""
    own = [item for item in outcomes if not item.control and item.packet]
    return [
        item
        for item in own
        if item.crash or (item.matters and not item.caught and not is_explained(item))
    ]


def is_explained(item: Outcome) -> bool:
    """Return whether a mutant may pass, for a reason above."""
    limit = EXPLAINED_UP_TO.get(item.kind)
    is_small = limit is not None and item.size is not None and abs(item.size) <= limit[0]
    return item.kind in EXPLAINED or is_small


def share_caught(outcomes: Sequence[Outcome]) -> float:
    """Which part of the mutants that matter is caught, those of explained kinds left out."""
    matter = [
        item
        for item in outcomes
        if not item.control and item.packet and item.matters and not is_explained(item)
    ]
    return sum(item.caught for item in matter) / len(matter) if matter else 1.0


def blocked(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Controls that do not pass, although they should."""
    return [
        item
        for item in outcomes
        if item.control and (item.checks or item.crash) and item.kind not in BY_DESIGN
    ]


def printed(outcomes: Sequence[Outcome], *, full: bool = True) -> Iterator[str]:
    """The tables, as lines of Markdown."""
    columns = (
        "class|mutants|visible, findable or acting|caught|missed|caught of the "
        "others|smallest caught|largest missed"
    )
    yield "| " + columns.replace("|", " | ") + " |"
    yield "|---|---:|---:|---:|---:|---:|---|---|"
    for row in (*groups(outcomes), *(rows(outcomes) if full else ())):
        others = f"{row.others} of {row.mutants - row.matter}"
        crashed = f" ({row.crashed} crashed)" if row.crashed else ""
        name = row.name if ":" in row.name else f"**{row.name}**"
        cells = (
            name,
            row.mutants,
            row.matter,
            row.caught,
            f"{row.missed}{crashed}",
            others,
            row.smallest,
            row.largest,
        )
        yield "| " + " | ".join(map(str, cells)) + " |"
    controls = [item for item in outcomes if item.control]
    for name in dict.fromkeys(item.kind for item in controls):
        some = [item for item in controls if item.kind == name]
        failed = sorted({check for item in some for check in (*item.checks, item.crash) if check})
        passed = sum(not (item.checks or item.crash) for item in some)
        yield (
            f"| control: {name} | {len(some)} | | | {passed} passed | {', '.join(failed)} | "
            f"{BY_DESIGN.get(name, '')} | |"
        )


def seeds(outcomes: Sequence[Outcome], most: int = 5) -> Iterator[str]:
    """How to make each unexplained miss again."""
    by_kind: dict[str, list[Outcome]] = {}
    for item in unexplained(outcomes):
        by_kind.setdefault(item.kind, []).append(item)
    for name, some in by_kind.items():
        yield f"{name}: {len(some)} passed"
        for item in some[:most]:
            how = ", ".join(
                word
                for word, is_so in (
                    ("seen", item.verdict.visible),
                    ("found", item.verdict.findable),
                    ("acts", item.acts),
                )
                if is_so
            )
            what = f"{item.crash} raised" if item.crash else how
            yield f"  --class '{name}' --only {item.seed}   {item.packet}, {item.note} ({what})"
