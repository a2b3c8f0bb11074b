"""Faults put into the samples, and which of them the comparison with the facts finds: `python -m
benchmarks.planted`.

For each check at least twenty faults; the untouched samples are the negatives. Also what
machine-readable lines are read in pictures nobody here made, and what the comparison costs beside
recognition. Printed, not asserted.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from assembler import crosscheck, evidence, intake, rules
from assembler.evidence import ocr
from assembler.model import Case, Finding, mrz
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks.planted_faults import (
    AS_OF,
    FAULTS,
    HARMLESS,
    IN_LETTERS,
    PICTURES,
    Fault,
    Subject,
    Texts,
    stale_template,
)

ROOT = Path(__file__).parent.parent
TIMES = 20


def read(folder: Path, home: Path) -> Subject:
    """A sample, prepared and read, with the CPU seconds of recognition and of everything the
    comparison does."""
    case = intake.read_case(folder, Shelf.default())
    with Workshop(home / folder.name, jobs=os.cpu_count() or 1) as workshop:
        prepared = evidence.prepare(case, folder, workshop)
        texts = evidence.read_texts(prepared, workshop)
        start = time.process_time()
        check(case, texts)
        compared = time.process_time() - start
        spent = {row.module: row.cpu for row in workshop.list_timings()}
    return Subject(
        name=folder.name,
        folder=folder,
        case=case,
        texts=texts,
        recognition=spent["evidence.page_recognition"],
        comparison=spent["evidence.page_texts"] + compared,
    )


def check(case: Case, texts: Texts) -> crosscheck.CrosscheckReport:
    shelf = Shelf.default()
    return crosscheck.check(
        case,
        texts,
        AS_OF,
        shelf.schema("crosscheck.json"),
        shelf.schema("languages.json")["languages"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    fault: str
    planted: int
    caught: int
    false: int  # findings of these rules on untouched samples

    @property
    def recall(self) -> float:
        return self.caught / self.planted if self.planted else 0.0

    @property
    def precision(self) -> float:
        return self.caught / (self.caught + self.false) if self.caught else 0.0


def findings(case: Case, texts: Texts) -> tuple[Finding, ...]:
    """Of the comparison, and of the rules about exhibits."""
    return (
        *check(case, texts).findings,
        *rules.check_case(case, rules.load_library(Shelf.default()), AS_OF).findings,
    )


def score(
    subjects: Sequence[Subject], times: int = TIMES, faults: Mapping[str, Fault] = FAULTS
) -> Iterator[Score]:
    """Each fault planted at least `times` times, over all subjects in turn."""
    before = {one.name: findings(one.case, one.texts) for one in subjects}
    for fault, (plant, ids) in faults.items():
        dice, planted, caught = random.Random(fault), 0, 0
        for _ in range(times):
            for one in subjects:
                if planted >= times:
                    break
                known = {(f.rule, f.where, f.problem) for f in before[one.name]}
                for case, texts in plant(one, dice):
                    new = {
                        f.rule
                        for f in findings(case, texts)
                        if (f.rule, f.where, f.problem) not in known
                    }
                    planted += 1
                    caught += bool(new & {*ids})
        false = sum(finding.rule in ids for found in before.values() for finding in found)
        for _, one in zip(range(times), cycle(subjects), strict=False):
            for case, texts in HARMLESS[fault](one, dice) if fault in HARMLESS else ():
                false += sum(finding.rule in ids for finding in findings(case, texts))
        yield Score(fault=fault, planted=planted, caught=caught, false=false)
    yield _in_letters(subjects, times)


def _in_letters(subjects: Sequence[Subject], times: int) -> Score:
    dice, planted, caught, false = random.Random(IN_LETTERS), 0, 0, 0
    data = Shelf.default().schema("crosscheck.json")
    for number in range(times):
        for case, letter in stale_template(subjects[number % len(subjects)], dice):
            planted += 1
            caught += bool(crosscheck.check_documents(case, {"letter": letter}, data, ()).findings)
            right = letter.partition(",")[0]
            false += bool(crosscheck.check_documents(case, {"letter": right}, data, ()).findings)
    return Score(fault=IN_LETTERS, planted=planted, caught=caught, false=false)


def zones(folder: Path) -> Iterator[tuple[str, str]]:
    """What is read of each picture's machine-readable lines: "read", "misread", or "refused"."""
    from PIL import Image, ImageOps

    for path in sorted(folder.iterdir()):
        image = ImageOps.exif_transpose(Image.open(path)).convert("L")
        found = None
        for wide in (1200, 1800, 2400):
            scaled = image.resize((wide, round(image.height * wide / image.width)))
            for top in (0.0, 0.5, 0.7):
                text = ocr.read_lines(
                    scaled.crop((0, round(scaled.height * top), wide, scaled.height)), 300
                )
                found = found or next(iter(mrz.read(text, AS_OF)), None)
        truth = (
            "M70689098" if "Korean" in path.name else "FB1234567"
        )  # as a person reads it on the picture
        yield (
            path.name,
            "refused" if found is None else "read" if found.number == truth else "misread",
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        subjects = [
            read(path.parent, Path(home)) for path in sorted((ROOT / "samples").glob("*/case.json"))
        ]
    for one in score(subjects, faults={**FAULTS, **PICTURES}):
        found = f"{one.planted:>4} planted {one.caught:>4} found"
        print(
            f"{one.fault:<48} {found}  recall {one.recall:.3f}  precision {one.precision:.3f}",
            flush=True,
        )
    errors = [f for one in subjects for f in findings(one.case, one.texts) if f.severity == "error"]
    print(f"errors on untouched samples: {len(errors)}")
    taken, beside = (
        sum(one.comparison for one in subjects),
        sum(one.recognition for one in subjects),
    )
    for one in subjects:
        print(
            f"{one.name:<24} comparison {one.comparison:.2f} s, recognition {one.recognition:.1f} "
            f"s: "
            f"{100 * one.comparison / one.recognition:.1f} %"
        )
    print(
        f"all together: comparison {taken:.1f} CPU seconds beside recognition {beside:.1f}: "
        f"{100 * taken / beside:.1f} %"
    )
    corpus = (
        Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared/corpus"))
        / "scans/synthetic_ids"
    )
    if corpus.is_dir():
        for name, verdict in zones(corpus):
            print(f"{name:<70} {verdict}")


if __name__ == "__main__":
    main()
