"""What the page Evidence shows: the exhibits of a packet with their pages, and the files that are
in none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assembler.desk.board_plan import (
    BoardPlan,
    PlannedPacket,
    estimate_pages,
    list_beneficiaries,
    list_exhibits,
)
from assembler.desk.case_files import EVIDENCE, FileFacts
from assembler.desk.page_refs import WHOLE, PageRef, read_pages
from assembler.intake.untyped_values import read_objects, read_path
from assembler.model import Finding, Severity

_STRIPS = {"document": "Document", "translation": "Translation", "certificate": "Certificate"}
FIELD_LABELS = {
    "title": "Title",
    "category": "Category",
    "files": "Files",
    "date": "Date",
    "language": "Language",
    "translation": "Translation",
    "supports": "Supports",
    "belongs_to": "Belongs to",
    "person": "Person",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that a field may have, as a list shows it."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """A page. `index`: in its exhibit, from 0; `page`: 0 for a whole file whose pages are not
    known; `picture`: address of its picture below the case, "" if there is none; `state`: why
    there is none: "problem", "missing" or "pending"."""

    index: int
    path: str
    page: int
    label: str
    picture: str = ""
    width: int = 85
    height: int = 110
    turn: int | None = None
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Neighboring pages of one role."""

    role: str
    label: str
    start: int  # index of its first page
    thumbs: tuple[Thumb, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding, as a badge and a list show it."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """An exhibit on the board. `place`: in case.json; `numbers`: its pages in the packet."""

    place: int
    id: str
    title: str
    tab: str
    category: str
    category_label: str
    date: str
    language: str
    language_tag: str
    person: str
    pages: int | None
    numbers: str
    unconfirmed: tuple[tuple[str, str], ...]
    findings: tuple[FindingRow, ...]
    problems: tuple[str, ...]  # of its files
    strips: tuple[Strip, ...]

    @property
    def severity(self) -> str:
        """Return the worst severity of its findings; "" without any."""
        severities = [row.severity for row in self.findings]
        return next((name for name in ("error", "warning", "info") if name in severities), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Exhibits under one heading of the index."""

    title: str
    exhibits: tuple[ExhibitRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseFile:
    """A file in evidence/ of which pages are in no exhibit."""

    path: str
    name: str
    is_listed: bool  # whether other pages of it are in an exhibit
    problem: str
    thumbs: tuple[Thumb, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredFile:
    """A file that is left out of the packet."""

    path: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """A file that a password opens."""

    path: str
    name: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole page."""

    packets: tuple[Choice, ...]
    is_complete: bool
    groups: tuple[Group, ...]
    outside: tuple[ExhibitRow, ...]  # exhibits of other packets
    loose: tuple[LooseFile, ...]
    ignored: tuple[IgnoredFile, ...]
    locked: tuple[LockedFile, ...]
    exhibit_count: int
    page_count: int
    unconfirmed_count: int

    @property
    def new_files(self) -> int:
        """Return how many files can be proposed as exhibits."""
        return sum(not file.is_listed and not file.problem for file in self.loose)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to show."""
        return not (self.exhibit_count or self.loose or self.ignored)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardInputs:
    """What a board is made of. `categories`, `languages`, `people`: labels by value; `fronts`:
    pages before the first tab, by beneficiary, of the last build."""

    raw: Mapping[str, Any]
    plan: BoardPlan
    files: Mapping[str, FileFacts]
    categories: Mapping[str, str]
    languages: Mapping[str, str]
    people: Mapping[str, str]
    fronts: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int | None]:
        """Return the number of pages of each file."""
        return {path: facts.pages for path, facts in self.files.items()}


def make_board(inputs: BoardInputs, beneficiary: str = "") -> Board:
    """Return the board of one beneficiary's packet; of the first if there is none of this id."""
    packets = inputs.plan.packets
    packet = next((plan for plan in packets if plan.beneficiary == beneficiary), packets[0])
    pages = {
        place: read_pages(entry, inputs.counts)
        for place, entry in enumerate(list_exhibits(inputs.raw))
        if isinstance(entry, dict)
    }
    rows = make_rows(inputs, packet, pages)
    shown = [exhibit.place for exhibit in packet.exhibits]
    groups = tuple(
        Group(title=title, exhibits=tuple(rows[exhibit.place] for exhibit in run))
        for title, run in groupby(packet.exhibits, key=lambda exhibit: exhibit.group)
    )
    return Board(
        packets=tuple(
            Choice(
                value=name,
                label=inputs.people.get(name, name),
                is_chosen=name == packet.beneficiary,
            )
            for name in list_beneficiaries(inputs.raw)
        ),
        is_complete=inputs.plan.is_complete,
        groups=groups,
        outside=tuple(row for place, row in rows.items() if place not in shown),
        loose=tuple(_list_loose(inputs, pages)),
        ignored=tuple(_list_ignored(inputs.raw)),
        locked=tuple(_list_locked(inputs)),
        exhibit_count=len(rows),
        page_count=sum(row.pages or 0 for row in rows.values()),
        unconfirmed_count=sum(bool(row.unconfirmed) for row in rows.values()),
    )


def make_rows(
    inputs: BoardInputs, packet: PlannedPacket, pages: Mapping[int, Sequence[PageRef]]
) -> dict[int, ExhibitRow]:
    """Return exhibits as a packet has them, by place, each with these pages."""
    counts = {
        place: None if any(page.page == WHOLE for page in sequence) else len(sequence)
        for place, sequence in pages.items()
    }
    front = inputs.fronts.get(packet.beneficiary)
    numbers = estimate_pages(packet, counts, front) if inputs.plan.is_complete else {}
    tabs = {exhibit.place: exhibit.tab for exhibit in packet.exhibits}
    findings = _sort_findings(inputs)
    rows = {}
    for place, sequence in pages.items():
        entry = list_exhibits(inputs.raw)[place]
        rows[place] = ExhibitRow(
            place=place,
            id=read_text(entry.get("id")),
            title=read_text(entry.get("title")) or "Untitled exhibit",
            tab=tabs.get(place, ""),
            category=read_text(entry.get("category")),
            category_label=inputs.categories.get(read_text(entry.get("category")), "No category"),
            date=read_text(entry.get("date")),
            language=_label_language(entry, inputs.languages),
            language_tag=read_text(entry.get("language")) or "en",
            person=inputs.people.get(
                read_text(entry.get("person")), read_text(entry.get("person"))
            ),
            pages=counts[place],
            numbers=_format_numbers(numbers.get(place)),
            unconfirmed=list_unconfirmed(entry),
            findings=findings.get(place, ()),
            problems=tuple(_list_problems(sequence, inputs.files)),
            strips=tuple(_make_strips(sequence, inputs.files)),
        )
    return rows


def read_text(value: Any) -> str:
    """Return the value if it is a text, else ""."""
    return value if isinstance(value, str) else ""


def _label_language(entry: Mapping[str, Any], languages: Mapping[str, str]) -> str:
    language = read_text(entry.get("language"))
    return languages.get(language, language) if language not in ("", "en") else ""


def _format_numbers(numbers: tuple[int, int] | None) -> str:
    if numbers is None:
        return ""
    first, last = numbers
    return f"about p. {first}" if first == last else f"about pp. {first}–{last}"


def list_unconfirmed(exhibit: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the fields that nobody has confirmed, with their labels."""
    names = exhibit.get("unconfirmed")
    listed = names if isinstance(names, list) else []
    texts = [name for name in listed if isinstance(name, str)]
    return tuple((name, FIELD_LABELS[name]) for name in texts if name in FIELD_LABELS)


def _list_problems(sequence: Sequence[PageRef], files: Mapping[str, FileFacts]) -> Iterator[str]:
    """Yield why files of an exhibit cannot be used, each once."""
    for path in dict.fromkeys(page.path for page in sequence):
        if problem := describe_problem(path, files):
            yield f"{shorten_path(path)}: {problem}"


def describe_problem(path: str, files: Mapping[str, FileFacts]) -> str:
    """Return why a file cannot be used; "" if it can."""
    if not path:
        return "an entry of its files cannot be understood; correct case.json"
    facts = files.get(path)
    if facts is None:
        return "the file is not in the case folder; add it, or take it out of the exhibit"
    return f"{facts.problem}; {facts.remedy}" if facts.problem else ""


def shorten_path(path: str) -> str:
    """Return a path as a person sees it: below evidence/."""
    return path.removeprefix(f"{EVIDENCE}/")


def _make_strips(sequence: Sequence[PageRef], files: Mapping[str, FileFacts]) -> Iterator[Strip]:
    numbered = enumerate(sequence)
    for role, run in groupby(numbered, key=lambda pair: pair[1].role):
        pages = [*run]
        yield Strip(
            role=role,
            label=_STRIPS[role],
            start=pages[0][0],
            thumbs=tuple(_make_thumb(index, page, files.get(page.path)) for index, page in pages),
        )


def _make_thumb(index: int, page: PageRef, facts: FileFacts | None) -> Thumb:
    name = shorten_path(page.path) or "entry that cannot be understood"
    label = ", ".join(
        filter(None, (name, f"page {page.page}" if page.page else "", page.printed_part))
    )
    if facts is None or facts.problem or not page.page:
        state = "missing" if facts is None else "problem" if facts.problem else "pending"
        return Thumb(index=index, path=page.path, page=page.page, label=label, state=state)
    width, height = _fit(facts.get_size(page.page))
    return Thumb(
        index=index,
        path=page.path,
        page=page.page,
        label=label,
        picture=f"pages/{facts.sha256}/{page.page}/small.webp",
        width=width,
        height=height,
        turn=page.turn,
    )


def _fit(size: tuple[float, float], side: float = 110.0) -> tuple[int, int]:
    """Return the size of a page in a square, in pixels."""
    scale = side / max(*size, 1.0)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _list_loose(inputs: BoardInputs, pages: Mapping[int, Sequence[PageRef]]) -> Iterator[LooseFile]:
    """Yield the files with pages that no exhibit has; those listed as a whole are left out, and
    those of which an excerpt is chosen."""
    used: dict[str, set[int]] = {}
    excerpted: set[str] = set()
    for sequence in pages.values():
        for page in sequence:
            used.setdefault(page.path, set()).add(page.page)
            excerpted |= {page.path} if page.is_of_excerpt else set()
    others = {read_path(entry) for _, entry in read_objects(dict(inputs.raw), "ignored_files")}
    for path, facts in inputs.files.items():
        here = used.get(path, set())
        if path in {*others, *excerpted} or WHOLE in here or (here and facts.pages is None):
            continue
        numbers = [n for n in range(1, (facts.pages or 0) + 1) if n not in here]
        if here and not numbers:
            continue
        refs = [PageRef(path=path, page=n) for n in numbers] or [PageRef(path=path, page=WHOLE)]
        yield LooseFile(
            path=path,
            name=shorten_path(path),
            is_listed=bool(here),
            problem=f"{facts.problem}; {facts.remedy}" if facts.problem else "",
            thumbs=tuple(_make_thumb(n, page, facts) for n, page in enumerate(refs)),
        )


def _list_ignored(raw: Mapping[str, Any]) -> Iterator[IgnoredFile]:
    for _, entry in read_objects(dict(raw), "ignored_files"):
        if path := read_path(entry):
            yield IgnoredFile(path=path, name=shorten_path(path), why=read_text(entry.get("why")))


def _list_locked(inputs: BoardInputs) -> Iterator[LockedFile]:
    left_out = {entry.path for entry in _list_ignored(inputs.raw)}
    for path, facts in inputs.files.items():
        if facts.is_locked and path not in left_out:
            yield LockedFile(path=path, name=shorten_path(path), problem=facts.problem)


def _sort_findings(inputs: BoardInputs) -> dict[int, tuple[FindingRow, ...]]:
    """Return the errors and warnings about each exhibit, by place."""
    places = {
        read_text(entry.get("id")): place
        for place, entry in enumerate(list_exhibits(inputs.raw))
        if isinstance(entry, dict)
    }
    rows: dict[int, list[FindingRow]] = {}
    for finding in inputs.plan.findings:
        place = _find_place(finding, places)
        if place is not None and finding.severity is not Severity.INFO:
            text = f"{finding.problem}; {finding.remedy}"
            row = FindingRow(severity=finding.severity.value, text=text[:1].upper() + text[1:])
            rows.setdefault(place, []).append(row)
    return {place: tuple(dict.fromkeys(shown)) for place, shown in rows.items()}


def _find_place(finding: Finding, places: Mapping[str, int]) -> int | None:
    steps = (finding.pointer or "").split("/")
    if len(steps) > 2 and steps[1] == "exhibits" and steps[2].isdecimal():
        return int(steps[2])
    return places.get(finding.exhibit or "")
