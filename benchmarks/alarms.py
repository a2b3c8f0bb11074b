"""How often a check speaks of what is right, and how often it finds what is wrong: `python -m
benchmarks.alarms`.

Beside each fault, look-alikes of it are put into the samples: papers of one template, names as
people write them, photographs of documents. All are drawn. Printed, not asserted.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from assembler import evidence, receivers, rules
from assembler.errors import EvidenceUnreadable
from assembler.model import (
    Case,
    Exhibit,
    FilePart,
    Name,
    PageText,
    Person,
    Prepared,
    Profile,
    Request,
    SourceFile,
)
from assembler.rules.rule_context import add_months
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks import lookalikes, planted, rescans
from benchmarks.planted_faults import AS_OF, Planted, Subject

ROOT = Path(__file__).parent.parent
SCANS = 4  # of each kind of look-alike papers, since each is recognized
TIMES = 40  # of each fault and look-alike that needs no recognition


@dataclass(slots=True)
class Tally:
    """What was found of a rule: among the faults, and among the look-alikes."""

    faults: int = 0
    found: int = 0
    harmless: int = 0
    alarms: int = 0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.alarms) if self.found + self.alarms else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.faults if self.faults else 1.0


def _rules_of(case: Case, texts: planted.Texts) -> set[str]:
    return {finding.rule for finding in planted.findings(case, texts)}


def _add(tally: Tally, *, faulty: bool, told: bool) -> None:
    if faulty:
        tally.faults, tally.found = tally.faults + 1, tally.found + told
    else:
        tally.harmless, tally.alarms = tally.harmless + 1, tally.alarms + told


# --- papers of one template ---


def _draw_papers(task: tuple[str, int]) -> tuple[str, dict[str, PageText]]:
    """Two papers of a kind, as text and as scans, and the first one scanned again."""
    kind, number = task
    dice = random.Random(f"{kind} {number}")
    first, second = lookalikes.pair(kind, dice)
    return kind, {
        "text": lookalikes.as_text(first, "evidence/first.pdf"),
        "other text": lookalikes.as_text(second, "evidence/second.pdf"),
        "copy": lookalikes.as_text(first, "evidence/copy.pdf"),
        "scan": lookalikes.as_scan(first, "evidence/first.png", dice),
        "other scan": lookalikes.as_scan(second, "evidence/second.png", dice),
        "again": lookalikes.as_scan(first, "evidence/again.png", dice),
    }


PAIRS = (  # papers, and whether they are the same
    ("text", "copy", True),
    ("text", "scan", True),
    ("scan", "again", True),
    ("text", "other text", False),
    ("text", "other scan", False),
    ("scan", "other scan", False),
)


def score_papers(subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """The same page twice, by kinds of paper. A certificate may stand behind two documents, so it
    is harmless in any case."""
    tasks = [(kind, number) for kind in lookalikes.KINDS for number in range(SCANS)]
    tallies = {kind: Tally() for kind in lookalikes.KINDS}
    with ProcessPoolExecutor(2) as pool:
        for place, (kind, papers) in enumerate(pool.map(_draw_papers, tasks)):
            one = subjects[place % len(subjects)]
            for first, second, same in PAIRS:
                case, texts = _with_pages(one, [papers[first], papers[second]])
                told = "PAGES.TWICE" in _rules_of(case, texts)
                _add(tallies[kind], faulty=same and kind != lookalikes.CERTIFICATES, told=told)
    yield from tallies.items()


def _with_pages(one: Subject, pages: Sequence[PageText], **exhibit: object) -> Planted:
    """A sample with one more exhibit, of these pages."""
    added = Exhibit(
        id="added",
        title="Papers",
        category="financial",
        parts=tuple(FilePart(path=page.prepared.path) for page in pages),
    )
    changed = replace(added, **exhibit)  # type: ignore[arg-type]
    case = replace(one.case, exhibits=(*one.case.exhibits, changed))
    return case, {**one.texts, added.id: tuple(pages)}


# --- names ---


def _harmless_names(name: Name, dice: random.Random) -> str:
    """A name as people write it, with all its letters right."""
    family, first = name.family, name.given.split()[0]
    return dice.choice(
        [
            f"{dice.choice(['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Sr.', 'Sra.', 'Miss'])} {family} came.",
            f"{first} came to us, and {first}’s mother with {name.full}’s papers.",
            f"It was {name.full.upper()} who came; {name.full}'s child did, too.",
            f"{first[0]}. {family} came with me.",
            f"{family}, {name.given} is on the list, and so is the {family} family.",
            f"Dear {dice.choice(['Señora', 'Doctor', 'Attorney'])} {family}, I write to you.",
        ]
    )


def _misspelt(name: Name, dice: random.Random) -> str:
    full = name.full
    places = [n for n, sign in enumerate(full) if sign.isalpha() and sign.islower()]
    place = dice.choice(places)
    letter = dice.choice([sign for sign in "aeioulnr" if sign != full[place]])
    return f"Then {full[:place]}{letter}{full[place + 1 :]} came with me."


def score_names(subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """Names spelled in two ways."""
    dice, tally = random.Random("names"), Tally()
    told_of = [one for one in subjects if one.case.declarations]
    for number in range(TIMES):
        one = told_of[number % len(told_of)]
        name = dice.choice([one.case.petitioner, *one.case.beneficiaries]).name
        for write, faulty in ((_misspelt, True), (_harmless_names, False)):
            declaration = one.case.declarations[0]
            said = replace(declaration, paragraphs=(*declaration.paragraphs, write(name, dice)))
            case = replace(one.case, declarations=(said, *one.case.declarations[1:]))
            told = "CHECK.TWO_SPELLINGS" in _rules_of(case, one.texts)
            _add(tally, faulty=faulty, told=told)
    yield "CHECK.TWO_SPELLINGS", tally


# --- citations, passports, profiles, narratives ---


def score_citations(subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """Exhibits that no text cites: those that meet a line of a checklist are no fault."""
    tally, library = Tally(), rules.load_library(Shelf.default())
    for one in subjects:
        page = lookalikes.as_text("A paper.", "evidence/paper.pdf")
        needed = {
            category
            for sheet in library.select_checklists(one.case.kind, one.case.reasons)
            for line in sheet.lines
            if not line.when and line.subject == "case"
            for category in line.categories
        }
        for category in [*sorted(needed), "other"]:
            case, texts = _with_pages(one, [page], category=category)
            told = any(
                finding.rule == "CITE.UNUSED" and finding.exhibit == "added"
                for finding in planted.findings(case, texts)
            )
            _add(tally, faulty=category not in needed, told=told)
    yield "CITE.UNUSED", tally


def score_passports(subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """Passports that expire a day before the stay ends, or on its last day and later."""
    dice, tally = random.Random("passports"), Tally()
    for number in range(TIMES):
        one = subjects[number % len(subjects)]
        request, person = one.case.request, one.case.beneficiaries[0]
        if person.passport is None:
            continue
        start = max(AS_OF, request.arrival_date or AS_OF, request.i94_admit_until or AS_OF)
        end = add_months(start, request.length_months)
        for days, faulty in ((-dice.choice([1, 1, 20]), True), (dice.choice([0, 1, 90]), False)):
            day = max(AS_OF, end + timedelta(days=days))
            passport = replace(person.passport, expires=day)
            holder = replace(person, passport=passport)
            case = replace(one.case, beneficiaries=(holder, *one.case.beneficiaries[1:]))
            told = "DATE.PASSPORT_STAY" in _rules_of(case, one.texts)
            _add(tally, faulty=faulty, told=told)
    yield "DATE.PASSPORT_STAY", tally


def score_profiles(subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """Every sample, filed either way, with every shipped profile."""
    tally, shelf = Tally(), Shelf.default()
    profiles = [receivers.load_profile(shelf, name) for name in receivers.list_profile_ids(shelf)]
    for one in subjects:
        for filing in ("paper", "online"):
            case = replace(one.case, request=replace(one.case.request, filing=filing))
            for profile in profiles:
                told = bool(receivers.check_filing_mode(case, profile))
                _add(tally, faulty=_is_mismatch(profile, filing), told=told)
    yield "FILING.PROFILE", tally


def _is_mismatch(profile: Profile, filing: str) -> bool:
    takes = {"uscis-paper": "paper", "uk-strict": filing}.get(profile.id, "online")
    return takes != filing


def score_narratives(subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """Letters of one member's packet: about another one, about both, about nobody by name."""
    dice, tally = random.Random("narratives"), Tally()
    for number in range(TIMES):
        one = subjects[number % len(subjects)]
        case, own, other = _family(one, dice)
        sayings = [
            (f"I ask you to let {other.name.full} come. {other.name.given} is ill.", True),
            (f"{own.name.full} and {other.name.full} are brother and sister.", False),
            (f"{own.name.given} needs the care that {other.name.given} cannot give.", False),
            (f"I have known {own.name.full} for ten years.", False),
            (f"The {other.name.family} family is known to all of us.", False),
        ]
        for words, faulty in sayings:
            page = lookalikes.as_text(words, "evidence/letter.pdf")
            family = replace(one, case=case)
            planted_case, texts = _with_pages(
                family, [page], category="letter", belongs_to=(own.id,)
            )
            told = "LEAK.NARRATIVE" in _rules_of(planted_case, texts)
            _add(tally, faulty=faulty, told=told)
    yield "LEAK.NARRATIVE", tally


def _family(one: Subject, dice: random.Random) -> tuple[Case, Person, Person]:
    """The case with two beneficiaries at least, and two of them."""
    case = one.case
    if len(case.beneficiaries) == 1:
        first = case.beneficiaries[0]
        sibling = replace(first, id="sibling", passport=None, name=replace(first.name, given="Zoe"))
        case = replace(case, beneficiaries=(first, sibling))
    own, other = dice.sample(case.beneficiaries, 2)
    return case, own, other


# --- photographs of documents ---


def _photograph(task: tuple[str, int]) -> bool:
    """Whether a document is found apart in a drawn photograph. `task`: its kind, a seed."""
    kind, number = task
    dice = random.Random(f"{kind} {number}")
    cards = sorted((ROOT / "samples").glob("*/evidence/*passport*.png"))
    card = Image.open(dice.choice(cards)).convert("L")
    card.thumbnail((900, 900))
    if kind == "whole":
        picture = card
    elif kind == "scanner":
        picture = _laid(card, 250, 1.0, dice)
    elif kind == "close":
        picture = _laid(card, dice.randint(40, 110), 0, dice)
    else:
        picture = _laid(card, dice.randint(30, 125), 9, dice)
    made, _, _ = rescans.recognize(picture)
    return made.measures.document_at is not None


def _laid(card: Image.Image, tone: int, grain: float, dice: random.Random) -> Image.Image:
    """The card on a ground of this tone; a close photograph shows hardly any of it."""
    around = 1.06 if grain == 0 else dice.uniform(1.5, 2.2)
    size = (round(card.width * around), round(card.height * around))
    noise = np.random.default_rng(dice.randrange(2**32)).normal(tone, grain, size[::-1])
    ground = Image.fromarray(noise.clip(0, 255).astype(np.uint8))
    turned = card.rotate(dice.uniform(-3, 3), expand=True, fillcolor=tone)
    left, top = ((side - own) // 2 for side, own in zip(ground.size, turned.size, strict=True))
    ground.paste(turned, (max(0, left), max(0, top)))
    return ground


def score_photographs(_subjects: Sequence[Subject]) -> Iterator[tuple[str, Tally]]:
    """Passports photographed on a table, and the same filling the picture or on a scanner."""
    tally = Tally()
    kinds = {"table": True, "whole": False, "scanner": False, "close": False}
    tasks = [(kind, n) for kind, faulty in kinds.items() for n in range(12 if faulty else 5)]
    with ProcessPoolExecutor(2) as pool:
        for (kind, _), told in zip(tasks, pool.map(_photograph, tasks), strict=True):
            _add(tally, faulty=kinds[kind], told=told)
    yield "LEGIBLE.SURROUNDINGS", tally


# --- files nobody here made ---


def list_corpus_findings(corpus: Path, home: Path) -> Iterator[str]:
    """What is said of bundles, receipts and identity documents of a corpus, each file an exhibit of
    one case: pages twice, blank backs, documents with their surroundings."""
    texts: dict[str, Sequence[PageText]] = {}
    exhibits: list[Exhibit] = []
    for folder, category in _CORPUS.items():
        for path in sorted((corpus / folder).rglob("*")):
            if path.suffix.lower() not in (".pdf", ".jpg", ".jpeg", ".png"):
                continue
            exhibit = Exhibit(
                id=f"e{len(exhibits)}",
                title=path.name,
                category=category,
                parts=(FilePart(path=path.name),),
            )
            try:
                prepared, pages = _prepare_alone(exhibit, path, home / exhibit.id)
            except EvidenceUnreadable as error:
                yield f"refused {path.name}: {error.findings[0].rule}"
                continue
            exhibits.append(exhibit)
            texts[exhibit.id] = pages
            yield from (str(found) for found in prepared.findings if found.rule in _SEEN)
    stranger = Person(id="nobody", name=Name(given="Nemo", family="Nusquam"))
    case = Case(
        id="corpus",
        kind="parole",
        reasons=(),
        petitioner=stranger,
        beneficiaries=(stranger,),
        supporters=(),
        attorney=None,
        request=Request(filing="paper", fee="pay", length_months=12),
        declarations=(),
        exhibits=tuple(exhibits),
    )
    found = [one for one in planted.check(case, texts).findings if one.rule in _SEEN]
    yield from map(str, found)
    yield f"{len(exhibits)} files, {sum(map(len, texts.values()))} pages"


_SEEN = ("PAGES.TWICE", "PAGES.ORDER", "LEGIBLE.BLANK_BACKS", "LEGIBLE.SURROUNDINGS")
_CORPUS = {
    "legal_bundles": "court",
    "scans/receipts_sroie_gt": "financial",
    "scans/paperless": "financial",
    "scans/synthetic_ids": "identity",
}


def _prepare_alone(exhibit: Exhibit, path: Path, home: Path) -> tuple[Prepared, Sequence[PageText]]:
    data = path.read_bytes()
    file = SourceFile(path=path.name, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    case = Case(
        id="file",
        kind="parole",
        reasons=(),
        petitioner=Person(id="p", name=Name(given="", family="P")),
        beneficiaries=(),
        supporters=(),
        attorney=None,
        request=Request(filing="paper", fee="pay", length_months=12),
        declarations=(),
        exhibits=(exhibit,),
        files=(file,),
    )
    with Workshop(home, jobs=1) as workshop:
        (prepared,) = evidence.prepare(case, path.parent, workshop)
        return prepared, evidence.read_texts([prepared], workshop)[exhibit.id]


Score = Callable[[Sequence[Subject]], Iterator[tuple[str, Tally]]]
SCORES: tuple[Score, ...] = (
    score_names,
    score_citations,
    score_passports,
    score_profiles,
    score_narratives,
    score_papers,
    score_photographs,
)


def load_subjects(home: Path) -> list[Subject]:
    """All samples, prepared and read."""
    read = partial(planted.read, home=home)
    return [read(path.parent) for path in sorted((ROOT / "samples").glob("*/case.json"))]


def main() -> None:
    """Print the table. `python -m benchmarks.alarms <file>` takes the samples as an earlier run
    read them, or leaves them there."""
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if kept and kept.is_file():
        subjects = pickle.loads(kept.read_bytes())
    else:
        with tempfile.TemporaryDirectory() as home:
            subjects = load_subjects(Path(home))
        if kept:
            kept.write_bytes(pickle.dumps(subjects))
    print("| what | faults | found | look-alikes | alarms | recall | precision |")
    print("|---|---|---|---|---|---|---|")
    for run in SCORES:
        for name, one in run(subjects):
            counts = f"{one.faults} | {one.found} | {one.harmless} | {one.alarms}"
            print(f"| {name} | {counts} | {one.recall:.3f} | {one.precision:.3f} |", flush=True)
    corpus = Path(os.environ.get("ASSEMBLER_CORPUS", ""))
    if (corpus / "legal_bundles").is_dir():
        with tempfile.TemporaryDirectory() as home:
            for line in list_corpus_findings(corpus, Path(home)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
