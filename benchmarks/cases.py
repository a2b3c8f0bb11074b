"""Small cases in number: ten pages of evidence each, half of them scans, every page with the
case's own word on it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from scripts.sample_cases import draw

_PARAGRAPH = (
    "This page was made to measure a program, and nothing on it is true.",
    "The patient named above was seen at the outpatient department.",
    "Treatment of this kind is not offered in the region at present.",
    "A further visit is planned for the month after the next one.",
)
_PERSON = {"given": "Probanda", "family": "Muster"}


def canary(number: int) -> str:
    """A word that stands in one case only; letters that recognition does not take for others."""
    digits = "ABDEHKMNRT"
    return "CASE" + "".join(digits[int(digit)] for digit in f"{number:05}") + "MARK"


def make(folder: Path, number: int) -> Path:
    """A parole case: three scans of two pages, a photo, and three pages of text."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    for scan in range(3):
        sheets = [_sheet(number, f"scan {scan} page {page}", 200) for page in range(2)]
        tilted = [draw.scanned(sheet, 0.4, 5, number * 10 + scan) for sheet in sheets]
        (evidence / f"scan-{scan}.pdf").write_bytes(draw.scan_pdf(tilted, 200))
    (evidence / "photo.jpg").write_bytes(draw.photo(_sheet(number, "photo", 150), 6))
    (evidence / "letter.pdf").write_bytes(_letter(number))
    (folder / "case.json").write_text(
        json.dumps(_case(folder.name, number), indent=1), encoding="utf8"
    )
    return folder


def make_small(folder: Path, number: int) -> Path:
    """The same with one scanned page and two pages of text: quick to draw and to build."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    (evidence / "scan.png").write_bytes(draw.png(_sheet(number, "scan", 150)))
    (evidence / "letter.pdf").write_bytes(_letter(number, 2))
    (folder / "case.json").write_text(
        json.dumps(_case(folder.name, number, ("scan.png", "letter.pdf"))), encoding="utf8"
    )
    return folder


def _lines(number: int, title: str) -> list[str]:
    return [f"{canary(number)} {title}", *_PARAGRAPH, canary(number), *_PARAGRAPH]


def _sheet(number: int, title: str, dpi: int) -> Any:
    return draw.sheet(_lines(number, title), dpi)


def _letter(number: int, pages: int = 3) -> bytes:
    return text_pdf([_lines(number, f"letter page {page}") for page in range(pages)])


def text_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A typed PDF."""
    paper = draw.Paper((612, 792), note="test")
    for number, lines in enumerate(pages):
        if number:
            paper.new_page()
        for line in lines:
            paper.text(line)
    return paper.done()


def prose(seed: int) -> list[str]:
    """Ten to forty lines: pages of evidence are neither alike nor equally full."""
    chance = random.Random(seed)
    return [f"Record {seed}", *chance.choices(_sentences(), k=chance.randint(8, 28))]


@cache
def _sentences() -> tuple[str, ...]:
    """Of our own documentation, without what is no plain English."""
    texts = (
        path.read_text(encoding="utf8")
        for path in sorted((Path(__file__).parent.parent / "docs").glob("*.md"))
    )
    found = {
        one
        for text in texts
        for one in re.findall(r"[A-Z][a-z]+(?:,? [a-z]+){6,24}\.", text.replace("\n", " "))
    }
    return tuple(sorted(found))


# required lines of the checklists which every exhibit is said to meet
SHOWN = ["ID.BENEFICIARY", "ID.PETITIONER", "STATUS.PETITIONER", "STATEMENT.LENGTH"]
FILES = ("scan-0.pdf", "scan-1.pdf", "scan-2.pdf", "photo.jpg", "letter.pdf")


def _case(name: str, number: int, files: Sequence[str] = FILES, each: int = 1) -> dict[str, Any]:
    """`each`: files of an exhibit."""
    groups = [files[start : start + each] for start in range(0, len(files), each)]
    exhibit: dict[str, Any] = {"category": "medical", "date": "2026-10-01", "supports": SHOWN}
    mark = canary(number)
    return {
        "id": name,
        "kind": "parole",
        "reasons": ["urgent-medical"],
        "petitioner": {
            "id": "aunt",
            "name": _PERSON,
            "status": "us-citizen",
            "address": {
                "street": "1 Sample Street",
                "city": "Springfield",
                "state": "IL",
                "postal_code": "62701",
                "country": "United States",
            },
        },
        "beneficiaries": [
            {
                "id": "child",
                "name": {"given": "Testina", "family": mark.capitalize()},
                "birth_date": "2018-04-05",
                "nationality": "UTO",
            }
        ],
        "supporters": [],
        "attorney": None,
        "declarations": [],
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 12,
            "letter_date": "2026-11-20",
            "basis": [f"See [@e{n}]." for n in range(len(groups))],
            "why_no_visa": "There is no time.",
        },
        "exhibits": [
            {
                "id": f"e{n}",
                "title": f"Record {n} {mark}",
                "files": [f"evidence/{file}" for file in group],
                **exhibit,
            }
            for n, group in enumerate(groups)
        ],
    }
