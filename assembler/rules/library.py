"""Parse the data of `schemas/` that the rules work with: checklists, dated facts, the catalog of
rules.

In: bytes of JSON files. Out: a frozen `Library`. Nothing is opened here: the caller passes a
reader.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from assembler.errors import TemplateBroken
from assembler.model import (
    ConfirmedFact,
    Finding,
    Notice,
    Severity,
    read_confirmed_fact,
    read_day,
    read_notice,
)

if TYPE_CHECKING:
    from assembler.runtime.resources import Shelf

CATALOG = "schemas/rules.json"
CONFIRMED = "schemas/confirmed-facts.json"  # of a firm's shelf
CHECKLISTS = "schemas/checklists"
FACTS = "schemas/facts"
SUBJECTS = ("case", "beneficiary", "petitioner", "supporter")
CONDITIONS = (
    "another-person",
    "criminal-history",
    "fee-exempt",
    "fee-waiver",
    "first-parole",
    "has-us-status",
    "minor",
    "minor-case",
    "no-supporter",
    "removal-history",
)
_SCHEMAS = ((FACTS, "facts"), (CHECKLISTS, "checklist"), (CATALOG, "rules"))
_REMEDY = "start from the shipped file"
LEVELS = {"required": Severity.ERROR, "core": Severity.WARNING, "supporting": Severity.INFO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where an entry comes from. Confidence: A read in a copy of this year, B in an older or
    secondary copy, K common knowledge of the field, ? uncertain, house: this program's own rule,
    which cannot become stale, firm: confirmed by the firm or in the case."""

    file: str
    source: str
    checked_on: date
    confidence: str
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Return whether somebody has read it at a source."""
        return self.confidence in ("A", "B", "house", "firm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dated fact; `data` holds its values, read with []."""

    id: str  # "fees/i-131-parole"
    data: Mapping[str, Any]
    provenance: Provenance

    def __getitem__(self, key: str) -> Any:
        """Return a value. Raises TemplateBroken if there is none, since a firm's own file may lack
        it."""
        if key not in self.data:
            problem = f"the fact {self.id.partition('/')[2]} has no {key}"
            raise TemplateBroken(problem, where=self.provenance.file, remedy=_REMEDY)
        return self.data[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a checklist, and what satisfies it."""

    id: str
    level: str  # "required", "core" or "supporting"
    text: str
    provenance: Provenance
    # checked once for the "case", or for each "beneficiary", "petitioner", "supporter"
    subject: str = "case"
    about: bool = False  # only exhibits about that person count
    when: tuple[str, ...] = ()  # conditions, all of which must hold
    categories: tuple[str, ...] = ()  # the one that fits best first
    facts: tuple[str, ...] = ()  # JSON pointers; any that is filled in satisfies
    minimum: int = 1
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A checklist for certain kinds of case."""

    id: str
    title: str
    kinds: tuple[str, ...]
    lines: tuple[Line, ...]
    reason: str = ""  # "" = for all reasons
    levels: tuple[tuple[str, str], ...] = ()  # for this kind, every line counts as that level
    caveat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the catalog.

    The package `rules` reports `problem` and `remedy` with their {places} filled in; other packages
    word their findings themselves, and the two explain what such a finding means.
    """

    id: str
    severity: Severity  # as it is usually reported
    title: str
    provenance: Provenance
    problem: str = ""
    remedy: str = ""
    packages: tuple[str, ...] = ("rules",)  # that report it
    docs: str = ""  # page and anchor: "docs/evidence.md#rules"
    # its other severities, and when each is reported
    other_severities: Mapping[Severity, str] = field(default_factory=dict)

    @property
    def severities(self) -> frozenset[Severity]:
        """Return every severity the rule can be reported with."""
        return frozenset((self.severity, *self.other_severities))

    def make_finding(
        self, where: str, values: Mapping[str, str | int], exhibit: str | None = None
    ) -> Finding:
        """Make a finding in the words of this catalog, which may be a firm's own.

        Args:
            values: what the {places} of problem and remedy are filled with; no client facts.

        Raises:
            TemplateBroken: a text has a place that this rule has no value for.
        """
        try:
            problem, remedy = self.problem.format_map(values), self.remedy.format_map(values)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            wrong = f"the texts of {self.id} have a place that cannot be filled in"
            raise TemplateBroken(wrong, where=self.provenance.file, remedy=_REMEDY) from error
        return Finding(
            rule=self.id,
            severity=self.severity,
            where=where,
            problem=problem,
            remedy=remedy,
            exhibit=exhibit,
            source=self.provenance.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All data of the rules."""

    checklists: tuple[Checklist, ...]
    facts: Mapping[str, Fact]  # as shipped, or as the firm's own file has them
    rules: Mapping[str, Rule]
    lines: Mapping[str, Line]  # of all checklists, by id
    confirmed: tuple[ConfirmedFact, ...] = ()  # by the firm; later ones replace earlier ones

    def find_rule(self, rule: str) -> Rule:
        """Return a rule of the catalog. Raises TemplateBroken if a firm's own catalog lacks it."""
        if rule not in self.rules:
            raise TemplateBroken(f"it has no rule {rule}", where=CATALOG, remedy=_REMEDY)
        return self.rules[rule]

    def select_checklists(self, kind: str, reasons: Iterable[str]) -> tuple[Checklist, ...]:
        """Return the checklists of a request, general ones first, then in the order of the
        reasons."""
        order = {"": 0} | {reason: place for place, reason in enumerate(reasons, 1)}
        matching = [
            checklist
            for checklist in self.checklists
            if kind in checklist.kinds and checklist.reason in order
        ]
        return tuple(sorted(matching, key=lambda checklist: order[checklist.reason]))


def parse_library(read: Callable[[str], bytes], names: Iterable[str]) -> Library:
    """Parse the library from the files of these names ("schemas/facts/fees.json", …).

    Args:
        read: returns the bytes of a file.

    Raises:
        TemplateBroken: naming the file and what is wrong in it.
    """
    checklists: list[Checklist] = []
    facts: dict[str, Fact] = {}
    rules: dict[str, Rule] = {}
    confirmed: tuple[ConfirmedFact, ...] = ()
    for name in sorted(names):
        raw = _parse_object(read(name), name)
        try:
            if name.startswith(FACTS):
                facts |= _parse_facts(raw, name)
            elif name.startswith(CHECKLISTS):
                checklists.append(_parse_checklist(raw, name))
            elif name == CONFIRMED:
                confirmed = tuple(read_confirmed_fact(entry) for entry in raw["confirmed"])
            else:
                rules |= {key: _parse_rule(key, entry, name) for key, entry in raw["rules"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            remedy = "compare it with the schema it names"
            raise TemplateBroken(
                f"an entry is missing or wrong ({error})", where=name, remedy=remedy
            ) from error
    return Library(
        checklists=tuple(checklists),
        facts=facts,
        rules=rules,
        lines=_index_lines(checklists, rules),
        confirmed=confirmed,
    )


def load_library(shelf: Shelf) -> Library:
    """Return the library of a shelf, to be read once for any number of cases. Raises
    TemplateBroken, also for a firm's own file that does not follow its schema."""
    names = list_library_files(shelf.names)
    library = parse_library(shelf.read, names)
    for name in names:
        for beginning, schema in _SCHEMAS:
            if name.startswith(beginning):
                shelf.require_schema(name, f"{schema}.schema.json")
    return library


def find_accepted_editions(library: Library) -> dict[str, dict[str, date | None]]:
    """Return the older editions that are accepted beside the one in force, with the last day (None:
    no end is announced): {"g-28": {"05/23/18": None}}."""
    forms = [fact for name, fact in library.facts.items() if name.startswith("forms/")]
    return {
        fact.id.partition("/")[2]: {
            entry["edition"]: date.fromisoformat(entry["until"]) if entry["until"] else None
            for entry in fact.data.get("also_accepted", ())
        }
        for fact in forms
    }


def list_library_files(list_files: Callable[[str, str], Iterable[str]]) -> tuple[str, ...]:
    """Return the names of the files of a library; `list_files` gives the files of a folder, as
    `Shelf.names` does."""
    confirmed = (name for name in list_files("schemas", ".json") if name == CONFIRMED)
    return (*list_files(CHECKLISTS, ".json"), *list_files(FACTS, ".json"), CATALOG, *confirmed)


def _parse_object(data: bytes, name: str) -> dict[str, Any]:
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise TemplateBroken("not readable as JSON", where=name) from error
    if not isinstance(raw, dict):
        raise TemplateBroken("not a JSON object", where=name)
    return raw


def _index_lines(checklists: Iterable[Checklist], rules: Mapping[str, Rule]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for checklist in checklists:
        for line in checklist.lines:
            if line.id in lines or line.id in rules:
                raise TemplateBroken(
                    f"{line.id} appears twice",
                    where=f"{CHECKLISTS}/{checklist.id}.json",
                    remedy="rename one",
                )
            lines[line.id] = line
    return lines


def _parse_provenance(raw: Mapping[str, Any], name: str) -> Provenance:
    return Provenance(
        file=name,
        source=raw["source"],
        checked_on=date.fromisoformat(raw["checked_on"]),
        confidence=raw["confidence"],
        note=raw.get("note", ""),
        valid_from=read_day(raw, "valid_from"),
        valid_until=read_day(raw, "valid_until"),
        notices=tuple(read_notice(notice) for notice in raw.get("notices", ())),
    )


def _parse_facts(raw: Mapping[str, Any], name: str) -> dict[str, Fact]:
    stem = name.rpartition("/")[2].removesuffix(".json")
    facts = (
        Fact(id=f"{stem}/{key}", data=entry, provenance=_parse_provenance(entry, name))
        for key, entry in raw["facts"].items()
    )
    return {fact.id: fact for fact in facts}


def _parse_rule(key: str, raw: Mapping[str, Any], name: str) -> Rule:
    return Rule(
        id=key,
        severity=Severity(raw["severity"]),
        title=raw["title"],
        provenance=_parse_provenance(raw, name),
        problem=raw.get("problem", ""),
        remedy=raw.get("remedy", ""),
        packages=tuple(raw.get("packages", ("rules",))),
        docs=raw.get("docs", ""),
        other_severities={
            Severity(severity): when for severity, when in raw.get("other_severities", {}).items()
        },
    )


def _parse_checklist(raw: Mapping[str, Any], name: str) -> Checklist:
    return Checklist(
        id=raw["id"],
        title=raw["title"],
        kinds=tuple(raw["kinds"]),
        lines=tuple(_parse_line(line, name) for line in raw["lines"]),
        reason=raw.get("reason", ""),
        levels=tuple(raw.get("levels", {}).items()),
        caveat=raw.get("caveat", ""),
    )


def _parse_line(raw: Mapping[str, Any], name: str) -> Line:
    ways = raw["satisfied_by"]["any"]
    if not isinstance(raw["id"], str):
        raise TypeError("an id is no text")
    _require_known(raw["id"], "level", [raw["level"]], LEVELS)
    _require_known(raw["id"], "for", [raw.get("for", "case")], SUBJECTS)
    _require_known(raw["id"], "when", raw.get("when", []), CONDITIONS)
    return Line(
        id=raw["id"],
        level=raw["level"],
        text=raw["text"],
        provenance=_parse_provenance(raw, name),
        subject=raw.get("for", "case"),
        about=raw.get("about", False),
        when=tuple(raw.get("when", ())),
        categories=tuple(way["category"] for way in ways if "category" in way),
        facts=tuple(way["fact"] for way in ways if "fact" in way),
        minimum=raw["satisfied_by"].get("min", 1),
        max_age_days=raw.get("max_age_days"),
    )


def _require_known(line: str, field: str, used: Iterable[str], known: Iterable[str]) -> None:
    """Raise ValueError for an unknown word: a firm's own checklist may have one."""
    for word in used:
        if word not in known:
            raise ValueError(f"{line}: {field} is {word!r}, none of {', '.join(known)}")
