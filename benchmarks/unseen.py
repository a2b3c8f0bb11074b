"""How well papers are recognized that no cue was chosen by: invented texts, written from how
such papers are printed, none of a sample.

    python -m benchmarks.unseen [--misses] [--set second]

Each text of `unseen_papers/*.txt` is one document in a file of its own, with the facts of one of
the families of `families.json` as the case. `first` and `second` were written before the cues were
changed, `third` and `fourth`, which have few words, after. Errors of all but `second` were looked
at, so `second` says most; what the others said at first sight is in docs/propose.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler.evidence.language import identify_language
from assembler.intake.proposals import KnownCase, PageReading, Proposal, parse_cues
from assembler.intake.proposals import propose_exhibits as propose_pages
from assembler.intake.proposals.known_case import read_people
from assembler.runtime.resources import Shelf

PAPERS = Path(__file__).resolve().parent / "unseen_papers"
SETS = ("first", "second", "third", "fourth")
MEASURES = ("one document", "category", "date", "language", "person")
AS_OF = date(2026, 11, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A text, and what a person would list for it."""

    id: str
    categories: tuple[str, ...]  # any of these is right; empty: not asked
    language: str
    date: date | None
    person: str  # "" if it is about nobody in particular
    family: str
    text: str


def read_papers(name: str) -> Iterator[Paper]:
    """Yield the papers of a set."""
    for block in (PAPERS / f"{name}.txt").read_text(encoding="utf8").split("### ")[1:]:
        head, _, text = block.partition("\n")
        paper_id, categories, language, day, person, family = head.split(" | ")
        yield Paper(
            id=paper_id,
            categories=() if categories == "*" else tuple(categories.split(",")),
            language=language,
            date=None if day == "-" else date.fromisoformat(day),
            person="" if person == "-" else person,
            family=family,
            text=text,
        )


def propose_paper(paper: Paper) -> tuple[Proposal, ...]:
    """Return what is proposed for a paper alone in the folder of its family."""
    shelf = Shelf.default()
    families = json.loads((PAPERS / "families.json").read_text(encoding="utf8"))
    exhibit = shelf.schema("case.schema.json")["$defs"]["exhibit"]["properties"]
    case = KnownCase(
        as_of=AS_OF,
        people=read_people(families[paper.family]),
        categories=tuple(exhibit["category"]["enum"]),
        languages=tuple(sorted(shelf.schema("languages.json")["languages"].items())),
    )
    page = PageReading(
        path="evidence/scan_001.pdf",
        page=1,
        text=paper.text,
        sha256=paper.id,
        language=identify_language(paper.text, "en"),
        recognized=True,
    )
    return propose_pages([page], case, parse_cues(shelf.read("schemas/categories.json"))).exhibits


def compare(paper: Paper) -> Iterator[tuple[str, bool, float, object, object]]:
    """Yield (measure, right, confidence, wanted, proposed) for every field with a truth."""
    proposals = propose_paper(paper)
    proposal = proposals[0]
    yield "one document", len(proposals) == 1, proposal.files.confidence, 1, len(proposals)
    category, day, person = proposal.category, proposal.date, proposal.person
    if paper.categories:
        yield (
            "category",
            category.value in paper.categories,
            category.confidence,
            paper.categories,
            f"{category.value} ({proposal.kind})",
        )
    if paper.date:
        yield "date", day.value == paper.date, day.confidence, paper.date, day.value
    elif day.value:
        yield "date where there is none", False, day.confidence, "", day.value
    language = proposal.language
    yield (
        "language",
        language.value == paper.language,
        language.confidence,
        paper.language,
        language.value,
    )
    if paper.person:
        yield (
            "person",
            person.value == paper.person,
            person.confidence,
            paper.person,
            person.value,
        )
    elif person.value:
        yield "person where there is none", False, person.confidence, "", person.value


def main() -> None:
    """Measure the sets and print a table for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--misses", action="store_true", help="print what was wrong")
    parser.add_argument("--set", choices=SETS)
    options = parser.parse_args()
    for name in [options.set] if options.set else SETS:
        papers = list(read_papers(name))
        rows = [(paper, *row) for paper in papers for row in compare(paper)]
        print(f"\n{name}: {len(papers)} papers")
        for measure in MEASURES:
            right = [row[2] for row in rows if row[1] == measure]
            print(f"  {measure:<12} {sum(right) / len(right):.3f} of {len(right):>3}")
        for measure in ("date where there is none", "person where there is none"):
            print(f"  {measure}: {sum(row[1] == measure for row in rows)}")
        sure = [row[2] for row in rows if row[3] >= 0.9]
        print(f"  confidence 0.9 and more: {sum(sure) / len(sure):.3f} right of {len(sure)}")
        if options.misses:
            for paper, measure, right, confidence, wanted, proposed in rows:
                if not right:
                    print("  ", measure, paper.id, confidence, wanted, proposed, sep=" | ")


if __name__ == "__main__":
    main()
