"""How often the rules on the text of the evidence are right: `python -m benchmarks.text_rules`.

Faults and their harmless twins: letters in fourteen languages with an honest translation
(tests/support/translated_letters.py), and the invented papers of `benchmarks.unseen`, which were
written before these rules, about families of several countries. A paper is checked with its own
family and with all others. Printed, not asserted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assembler import crosscheck
from assembler.evidence.language import identify_language
from assembler.model import (
    Case,
    Exhibit,
    FilePart,
    Finding,
    Name,
    PageText,
    Passport,
    Person,
    Request,
)
from assembler.runtime.resources import Shelf
from benchmarks import unseen
from tests.support.page_texts import make_page_text
from tests.support.translated_letters import LANGUAGES, draw_letter, list_parts

LETTERS = 20  # of each language
RULES = (
    *("TRANS.PARTIAL", "TRANS.EMBEDDED", "CHECK.NOBODY", "CHECK.DATE_ORDER", "TRANS.DATE_ORDER"),
)
_APRIL = date(2026, 4, 3)
_ENGLISH = (
    "To whom it may concern: I am a neighbor of Ada Brixen. A man left this at her door.\n",
    "\nAfter that day she did not leave the house, and she asked us for help.",
)


@dataclass(slots=True)
class Tally:
    """What a rule says of faults, and of what is right."""

    faults: int = 0
    found: int = 0
    harmless: int = 0
    alarms: int = 0

    def add(self, findings: Sequence[Finding], rule: str, *, faulty: bool) -> bool:
        told = any(finding.rule == rule for finding in findings)
        if faulty:
            self.faults, self.found = self.faults + 1, self.found + told
        else:
            self.harmless, self.alarms = self.harmless + 1, self.alarms + told
        return told


def check(
    pages: Sequence[PageText], exhibit: Exhibit, people: Sequence[Person]
) -> tuple[Finding, ...]:
    shelf = Shelf.default()
    case = Case(
        id="c",
        kind="parole",
        reasons=("urgent-medical",),
        petitioner=people[0],
        beneficiaries=tuple(people[1:]) or (people[0],),
        supporters=(),
        attorney=None,
        request=Request(filing="online", fee="pay", length_months=12),
        declarations=(),
        exhibits=(exhibit,),
    )
    data, languages = shelf.schema("crosscheck.json"), shelf.schema("languages.json")["languages"]
    return crosscheck.check(case, {"e": tuple(pages)}, unseen.AS_OF, data, languages).findings


def make_exhibit(category: str, language: str = "en", day: date | None = None) -> Exhibit:
    return Exhibit(
        id="e",
        title="t",
        category=category,
        parts=(FilePart(path="evidence/a.pdf"),),
        language=language,
        date=day,
    )


# --- letters ---


def score_letters(language: str) -> dict[str, Tally]:
    """Every rule, on letters of one language."""
    tallies = {rule: Tally() for rule in RULES}
    ada = [Person(id="p", name=Name(given="Ada", family="Brixen"))]
    exhibit = make_exhibit("letter", language)
    for seed in range(LETTERS):
        letter = draw_letter(language, "Ada Brixen", seed=seed)
        original = letter.make_original()
        found = check([*original, letter.make_translation()], exhibit, ada)
        for rule in RULES:
            if rule not in ("CHECK.DATE_ORDER",):
                tallies[rule].add(found, rule, faulty=False)
        for parts in ((0, 1), (0, 1, 2)):
            found = check([*original, letter.make_translation(*parts)], exhibit, ada)
            tallies["TRANS.PARTIAL"].add(found, "TRANS.PARTIAL", faulty=True)
        stranger = draw_letter(language, "Ottilie Quandt", seed=seed)
        found = check(stranger.make_original(), exhibit, ada)
        tallies["CHECK.NOBODY"].add(found, "CHECK.NOBODY", faulty=True)
        if letter.day.day != letter.day.month:
            _score_dates(letter, ada, tallies)
    for parts in (1, 2, 3):
        for start in range(4 - parts):
            text = "\n".join(list_parts(language, "Ada Brixen")[start : start + parts])
            page = make_page_text(text.join(_ENGLISH), "evidence/a.pdf", seems="en")
            found = check([page], make_exhibit("letter"), ada)
            tallies["TRANS.EMBEDDED"].add(found, "TRANS.EMBEDDED", faulty=True)
    return tallies


def _score_dates(letter: Any, ada: Sequence[Person], tallies: Mapping[str, Tally]) -> None:
    turned = date(letter.day.year, letter.day.day, letter.day.month)
    original = letter.make_original()
    for day in (letter.day, turned):
        found = check(original, make_exhibit("letter", letter.language, day), ada)
        tallies["CHECK.DATE_ORDER"].add(found, "CHECK.DATE_ORDER", faulty=day == turned)
    written, wrong = (f"{day:%B} {day.day}, {day.year}" for day in (letter.day, turned))
    english = "\n".join(letter.english).replace(written, wrong)
    found = check(
        [*original, letter.make_translation(text=english)],
        make_exhibit("letter", letter.language),
        ada,
    )
    tallies["TRANS.DATE_ORDER"].add(found, "TRANS.DATE_ORDER", faulty=True)


# --- papers ---


def read_family(raw: Mapping[str, Any]) -> list[Person]:
    """The petitioner, the beneficiaries and all others of a family."""
    people = [
        raw["petitioner"],
        *raw.get("beneficiaries", ()),
        *(supporter["person"] for supporter in raw.get("supporters", ())),
        *raw.get("others", ()),
    ]
    return [_read_person(person) for person in people if "same_as" not in person]


def _read_person(raw: Mapping[str, Any]) -> Person:
    number = raw.get("passport", {}).get("number", "")
    return Person(
        id=raw["id"],
        name=Name(**{"given": "", **raw["name"]}),
        native_name=raw.get("native_name", ""),
        other_names=tuple(Name(**{"given": "", **name}) for name in raw.get("other_names", ())),
        a_number=raw.get("a_number", ""),
        passport=Passport(number=number, country="UTO") if number else None,
    )


def score_papers(*, misses: bool) -> dict[str, Tally]:
    """Each paper with its own family and with the others, and with its own day and the day that is
    its other reading."""
    tallies = {rule: Tally() for rule in RULES}
    raw = json.loads((unseen.PAPERS / "families.json").read_text(encoding="utf8"))
    families = {name: read_family(family) for name, family in raw.items()}
    limits = Shelf.default().schema("crosscheck.json")["nobody"]["categories"]
    for paper in (paper for name in unseen.SETS for paper in unseen.read_papers(name)):
        category = paper.categories[0] if paper.categories else "other"
        page = make_page_text(
            paper.text,
            "evidence/a.pdf",
            language=paper.language,
            seems=identify_language(paper.text, paper.language),
        )
        exhibit = make_exhibit(category, paper.language, paper.date)
        own = families[paper.family]
        found = check([page], exhibit, own)
        told = [
            rule
            for rule in ("TRANS.EMBEDDED", "CHECK.DATE_ORDER")
            if tallies[rule].add(found, rule, faulty=False)
        ]
        if paper.person and category in limits:
            if tallies["CHECK.NOBODY"].add(found, "CHECK.NOBODY", faulty=False):
                told.append("CHECK.NOBODY")
            for name, family in families.items():
                if name != paper.family:
                    others = check([page], exhibit, family)
                    if not tallies["CHECK.NOBODY"].add(others, "CHECK.NOBODY", faulty=True):
                        told.append(f"not CHECK.NOBODY, family {name}")
        if misses and told:
            print(paper.id, category, paper.language, *told)
    return tallies


def _format_rows(title: str, tallies: Mapping[str, Tally]) -> Iterator[str]:
    for rule, tally in tallies.items():
        if tally.faults or tally.harmless:
            yield (
                f"{title:<8} {rule:<17} {tally.found:>4} of {tally.faults:<4} found, "
                f"{tally.alarms:>3} false alarms of {tally.harmless}"
            )


def main() -> None:
    totals = {rule: Tally() for rule in RULES}
    for language in LANGUAGES:
        tallies = score_letters(language)
        for rule, tally in tallies.items():
            total = totals[rule]
            total.faults, total.found = total.faults + tally.faults, total.found + tally.found
            total.harmless, total.alarms = (
                total.harmless + tally.harmless,
                total.alarms + tally.alarms,
            )
        print(*_format_rows(language, tallies), sep="\n")
    print(*_format_rows("letters", totals), sep="\n")
    print(*_format_rows("papers", score_papers(misses="--misses" in sys.argv)), sep="\n")


if __name__ == "__main__":
    main()
