"""How well exhibits are proposed: the samples without their exhibits, their files renamed and
merged or split at random, compared with what a person listed.

    python -m benchmarks.proposing [--seeds 1,2] [--cache FOLDER] [--misses]

Two arrangements: `pile`, where the files of an exhibit follow each other, as a scanner numbers a
pile, and `loose`, where all files are shuffled. Aims: grouping 0.95, category 0.92, date 0.92,
language 0.98, person 0.92, role 0.98; of fields said with confidence 0.9 or more, 0.97 right.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf

from assembler.intake.proposals import Proposal, Proposals
from assembler.pipeline.propose_exhibits import propose
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
AIMS = {
    "grouping": 0.95,
    "category": 0.92,
    "date": 0.92,
    "language": 0.98,
    "person": 0.92,
    "role": 0.98,
}
AS_OF = date(2026, 11, 28)
SPLIT, MERGE = 0.4, 0.4  # how often a file is cut in two, or appended to the one before
Page = tuple[str, int]


@dataclass(kw_only=True)
class Truth:
    """What a person listed for an exhibit, with the pages where they are now."""

    raw: dict[str, Any]
    roles: dict[Page, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Piece:
    """Pages of a sample's file, on their way into a new one."""

    exhibit: str
    role: str
    source: Path
    pages: list[int]  # from 0; empty for a picture


def list_pieces(case: dict[str, Any], folder: Path) -> dict[str, list[Piece]]:
    """Return the files of each exhibit, with their roles."""
    pieces: dict[str, list[Piece]] = {}
    for exhibit in case["exhibits"]:
        translation = exhibit.get("translation", {})
        lists = (
            ("document", exhibit["files"]),
            ("translation", translation.get("files", [])),
            ("certificate", translation.get("certificate", [])),
        )
        for listed_role, files in lists:
            for entry in files:
                path = entry if isinstance(entry, str) else entry["path"]
                role = listed_role if isinstance(entry, str) else entry.get("role", listed_role)
                source = folder / path
                pages = []
                if source.suffix == ".pdf":
                    with pikepdf.open(source) as pdf:
                        pages = list(range(len(pdf.pages)))
                piece = Piece(exhibit=exhibit["id"], role=role, source=source, pages=pages)
                pieces.setdefault(exhibit["id"], []).append(piece)
    return pieces


def scramble(sample: Path, target: Path, seed: int, loose: bool) -> dict[str, Truth]:
    """Write the case without exhibits, its files renamed, merged and split; return the truth."""
    chance = random.Random(f"{sample.name} {seed} {loose}")
    case = json.loads((sample / "case.json").read_text(encoding="utf8"))
    by_exhibit = list(list_pieces(case, sample).values())
    chance.shuffle(by_exhibit)
    pieces = [piece for group in by_exhibit for piece in group]
    if loose:
        chance.shuffle(pieces)
    cut: list[Piece] = []
    for piece in pieces:
        if len(piece.pages) > 1 and chance.random() < SPLIT:
            at = chance.randrange(1, len(piece.pages))
            cut += [
                replace(piece, pages=piece.pages[:at]),
                replace(piece, pages=piece.pages[at:]),
            ]
        else:
            cut.append(piece)
    files: list[list[Piece]] = []
    for piece in cut:
        if files and piece.pages and files[-1][-1].pages and chance.random() < MERGE:
            files[-1].append(piece)
        else:
            files.append([piece])
    evidence = target / "evidence"
    evidence.mkdir(parents=True)
    truths = {exhibit["id"]: Truth(raw=exhibit) for exhibit in case["exhibits"]}
    for number, group in enumerate(files, 1):
        name = f"evidence/scan_{number:03}{group[0].source.suffix}"
        if not group[0].pages:
            shutil.copyfile(group[0].source, target / name)
            truths[group[0].exhibit].roles[name, 1] = group[0].role
            continue
        page_number = 0
        with pikepdf.new() as book:
            for piece in group:
                with pikepdf.open(piece.source) as pdf:
                    book.add_pages_from(pdf, pages=piece.pages)
                for _ in piece.pages:
                    page_number += 1
                    truths[piece.exhibit].roles[name, page_number] = piece.role
            book.save(target / name, deterministic_id=True)
    del case["exhibits"]
    case["$schema"] = "case.schema.json"
    (target / "case.json").write_text(
        json.dumps(case, indent=1, ensure_ascii=False), encoding="utf8"
    )
    return truths


def pages_of(proposal: Proposal) -> dict[Page, str]:
    """Return the pages of a proposal, with their roles."""
    return {
        (part.path, page): part.role.value
        for part in proposal.parts
        for page in range(part.first, part.last + 1)
    }


def compare(truths: dict[str, Truth], proposals: Proposals) -> Iterator[tuple[Any, ...]]:
    """Yield (measure, exhibit, right, confidence, wanted, proposed) for every field with a
    truth."""
    by_pages = [(proposal, pages_of(proposal)) for proposal in proposals.exhibits]
    for exhibit, truth in truths.items():
        wanted = set(truth.roles)
        best, pages = max(
            by_pages, key=lambda row: len(wanted & set(row[1])) / len(wanted | set(row[1]))
        )
        yield (
            "grouping",
            exhibit,
            set(pages) == wanted,
            best.files.confidence,
            sorted(wanted),
            sorted(pages),
        )
        raw = truth.raw
        category = best.category
        yield (
            "category",
            exhibit,
            category.value == raw["category"],
            category.confidence,
            raw["category"],
            f"{category.value} ({best.kind})",
        )
        if "date" in raw:
            said = best.date.value.isoformat() if best.date.value else None
            yield ("date", exhibit, said == raw["date"], best.date.confidence, raw["date"], said)
        language = best.language
        wanted_language = raw.get("language", "en")
        yield (
            "language",
            exhibit,
            language.value == wanted_language,
            language.confidence,
            wanted_language,
            language.value,
        )
        if "person" in raw:
            yield (
                "person",
                exhibit,
                best.person.value == raw["person"],
                best.person.confidence,
                raw["person"],
                best.person.value,
            )
        elif best.person.value:
            yield (
                "person where none is listed",
                exhibit,
                False,
                best.person.confidence,
                "",
                best.person.value,
            )
        for place, role in truth.roles.items():
            said_role = next((own[place] for _, own in by_pages if place in own), "left out")
            sure = next((p.roles.confidence for p, own in by_pages if place in own), 0.0)
            yield ("role", exhibit, said_role == role, sure, (place, role), said_role)


def main() -> None:
    """Measure all samples and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was wrong")
    parser.add_argument("--samples", default="")
    options = parser.parse_args()
    samples = [
        path.parent
        for path in sorted(SAMPLES.glob("*/case.json"))
        if not options.samples or path.parent.name in options.samples.split(",")
    ]
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        for seed in map(int, options.seeds.split(",")):
            for arrangement in ("pile", "loose"):
                for sample in samples:
                    folder = Path(scratch) / f"{sample.name}-{seed}-{arrangement}"
                    truths = scramble(sample, folder, seed, arrangement == "loose")
                    cache = options.cache or Path(scratch) / "cache"
                    home = folder / ".assembler"
                    with Workshop(home, jobs=os.cpu_count() or 1, cache=cache) as workshop:
                        proposals = propose(folder, Shelf.default(), workshop, AS_OF)
                    for row in compare(truths, proposals):
                        rows[arrangement].append(row)
                        if options.misses and not row[2]:
                            print(f"{arrangement} {sample.name}", *row, sep=" | ")
                    shutil.rmtree(folder)
    for arrangement, found in rows.items():
        print(f"\n{arrangement}: {len(samples)} samples, seeds {options.seeds}")
        print_table(found)
    print("\nCalibration, both arrangements")
    print_calibration([row for found in rows.values() for row in found])


def print_table(rows: list[tuple[Any, ...]]) -> None:
    """Print the share of right fields by measure, beside its aim."""
    for measure in (*AIMS, "person where none is listed"):
        right = [row[2] for row in rows if row[0] == measure]
        if measure in AIMS and right:
            share = sum(right) / len(right)
            verdict = "ok" if share >= AIMS[measure] else "below"
            print(
                f"  {measure:<10} {share:.3f} of {len(right):>4}  aim {AIMS[measure]:.2f} {verdict}"
            )
        elif right:
            print(f"  {measure}: {len(right)}")


def print_calibration(rows: list[tuple[Any, ...]]) -> None:
    """Print, by confidence said, how many fields are right."""
    limits = (0.0, 0.5, 0.7, 0.8, 0.9, 1.01)
    for low, high in pairwise(limits):
        right = [row[2] for row in rows if row[0] in AIMS and low <= row[3] < high]
        if right:
            print(
                f"  {low:.2f} to {min(high, 1):.2f}: {sum(right) / len(right):.3f} right "
                f"of {len(right)}"
            )
    for measure in AIMS:
        right = [row[2] for row in rows if row[0] == measure and row[3] >= 0.9]
        if right:
            print(f"  {measure}, 0.90 and more: {sum(right) / len(right):.3f} of {len(right)}")


if __name__ == "__main__":
    main()
