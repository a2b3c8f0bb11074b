"""How well exhibits are proposed from real files that nobody here wrote, as far as their truth is
known.

    python -m benchmarks.corpus_proposals FOLDER [--cache FOLDER] [--misses]

FOLDER has `scans/` and `legal_bundles/`, each with a folder for each source. The files of a source
are the evidence of one case. What is known of them: that most are one document each, that none is
a translation, the language of most by the name of the source or file, that specimens of passports
are of identity and filings of a court are of a court, the day of a receipt in its `.key.json`, the
days that a court printed after "Filed", and that two files are blank. Titles, persons and the other
categories have no truth here.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pypdf

from assembler.intake.proposals import Proposal, Proposals
from assembler.pipeline.propose_exhibits import propose
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks.proposing import AS_OF, SAMPLES

ROOTS = ("scans", "legal_bundles")
MEASURES = ("read", "grouping", "role", "language", "category", "date", "blank left out")
_TRUTH_BESIDE = (".txt", ".md", ".json", ".csv", ".xml", ".zip")
# what a path holds → language; the first that fits
_LANGUAGES = (
    ("arabic_", "ar"),
    ("french_", "fr"),
    ("fr_olap", "fr"),
    ("hebrew", "he"),
    ("hebtypo", "he"),
    ("chi_sim", "zh"),
    ("japanese", "ja"),
    ("thai", "th"),
    ("phototest", "en"),
    ("easyocr__english", "en"),
    ("layout-parser", "en"),
    ("receipts_", "en"),
    ("court_filings", "en"),
    ("exhibits/", "en"),
    ("immigration_forms_pack", "en"),
    ("scotus", "en"),
    ("typewriter.png", "en"),
    ("sample-usa-passport", "en"),
)
# of these, several files are one document, or one file is several, or two are the same
_NOT_ALONE = ("arabic_", "french_", "paperless", "exif_", "ocrmypdf", "tesseract", "layout-parser")
_CATEGORIES = (("passport", "identity"), ("court_filings", "court"), ("support-order", "court"))
_FILED = re.compile(
    r"Filed:? *(\d\d/\d\d/\d{4}|\d\d/\d\d/\d\d|[A-Z][a-z]+ \d{1,2}, \d{4})", re.IGNORECASE
)
_BLANK = ("__blank.pdf", "__trivial.pdf")  # nothing is drawn on their pages
_FORMS = ("%m/%d/%Y", "%m/%d/%y", "%B %d, %Y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field whose truth is known, of a file."""

    measure: str
    file: str
    is_right: bool
    wanted: str
    proposed: str
    confidence: float


def list_sources(corpus: Path) -> Iterator[Path]:
    """Yield the folders of files from one source."""
    for root in ROOTS:
        yield from sorted(path for path in (corpus / root).iterdir() if path.is_dir())


def list_files(source: Path) -> list[Path]:
    """Return the evidence of a source, without the truth beside it."""
    return sorted(path for path in source.iterdir() if path.suffix.casefold() not in _TRUTH_BESIDE)


def propose_source(source: Path, cache: Path, scratch: Path) -> Proposals:
    """Return what is proposed for the files of a source in a case of their own."""
    folder = scratch / source.name
    (folder / "evidence").mkdir(parents=True)
    for path in list_files(source):
        shutil.copyfile(path, folder / "evidence" / path.name)
    case = json.loads((SAMPLES / "urgent-medical/case.json").read_text(encoding="utf8"))
    del case["exhibits"]
    (folder / "case.json").write_text(json.dumps(case), encoding="utf8")
    with Workshop(folder / ".assembler", jobs=os.cpu_count() or 1, cache=cache) as workshop:
        proposals = propose(folder, Shelf.default(), workshop, AS_OF)
    shutil.rmtree(folder)
    return proposals


def compare(source: Path, proposals: Proposals) -> Iterator[Row]:
    """Yield a row for every field of every file whose truth is known."""
    for path in list_files(source):
        name = f"{source.parent.name}/{source.name}/{path.name}"
        listed = f"evidence/{path.name}"
        holders = [
            proposal
            for proposal in proposals.exhibits
            if any(part.path == listed for part in proposal.parts)
        ]
        is_left_out = any(left.path == listed for left in proposals.left_out)
        if path.name.endswith(_BLANK):
            yield _row("blank left out", name, is_left_out, "left out", f"{len(holders)} exhibits")
            continue
        yield _row("read", name, bool(holders), "a proposal", "left out" if is_left_out else "none")
        if holders:
            yield from _compare_file(path, name, holders)


def _compare_file(path: Path, name: str, holders: list[Proposal]) -> Iterator[Row]:
    best = holders[0]
    parts = [part for proposal in holders for part in proposal.parts]
    if not any(sign in name for sign in _NOT_ALONE):
        is_alone = len(holders) == 1 and {part.path for part in parts} == {f"evidence/{path.name}"}
        shown = f"{len(holders)} exhibits of {len({part.path for part in parts})} files"
        yield _row("grouping", name, is_alone, "one", shown, best.files.confidence)
    roles = {part.role.value for part in parts if part.path == f"evidence/{path.name}"}
    yield _row("role", name, roles == {"document"}, "document", ", ".join(sorted(roles)))
    for sign, language in _LANGUAGES:
        if sign in name:
            guess = best.language
            right = guess.value == language
            yield _row("language", name, right, language, guess.value, guess.confidence)
            break
    for sign, category in _CATEGORIES:
        if sign in name.casefold():
            kind = best.category
            right = kind.value == category
            yield _row("category", name, right, category, kind.value, kind.confidence)
            break
    if days := _read_days(path):
        wanted = " or ".join(map(str, sorted(days)))
        right = best.date.value in days
        yield _row("date", name, right, wanted, str(best.date.value), best.date.confidence)


def _row(
    measure: str, file: str, right: bool, wanted: str, proposed: str, confidence: float = 0.0
) -> Row:
    return Row(
        measure=measure,
        file=file,
        is_right=right,
        wanted=wanted,
        proposed=proposed,
        confidence=confidence,
    )


def _read_days(path: Path) -> set[date]:
    """Return the days on any of which a file may be listed; none if that is not known."""
    key = path.with_name(path.name.replace(".img.jpg", ".key.json"))
    if key != path and key.exists():
        text = json.loads(key.read_text(encoding="utf8"))["date"]
        forms = ("%d/%m/%Y", "%d %b %Y", "%d %B %Y")  # they are of Malaysia
        return {day for form in forms if (day := _parse(text.title(), form))}
    if path.parent.name != "court_filings":
        return set()
    text = pypdf.PdfReader(path).pages[0].extract_text()
    return {
        day for found in _FILED.findall(text) for form in _FORMS if (day := _parse(found, form))
    }


def _parse(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def main() -> None:
    """Measure all sources and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was wrong")
    options = parser.parse_args()
    rows: dict[str, list[Row]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        for source in list_sources(options.corpus):
            cache = options.cache or Path(scratch) / "cache"
            proposals = propose_source(source, cache, Path(scratch))
            for row in compare(source, proposals):
                rows[row.measure].append(row)
                if options.misses and not row.is_right:
                    print(
                        row.measure, row.file, row.wanted, row.proposed, row.confidence, sep=" | "
                    )
    for measure in MEASURES:
        right = [row.is_right for row in rows[measure]]
        if right:
            print(f"  {measure:<14} {sum(right) / len(right):.3f} of {len(right):>3}")
    sure = [row.is_right for found in rows.values() for row in found if row.confidence >= 0.9]
    if sure:
        print(f"  confidence 0.9 and more: {sum(sure) / len(sure):.3f} right of {len(sure)}")


if __name__ == "__main__":
    main()
