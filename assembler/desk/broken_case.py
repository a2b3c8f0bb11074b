"""Say where a case.json that cannot be read is broken, with the lines around the place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assembler.errors import CaseRejected
from assembler.intake.json_text import MAX_BYTES
from assembler.model import Finding
from assembler.pipeline.case_file import CASE

_AROUND = 3  # lines before and after the place
_MAX_WIDTH = 160  # characters of a line that are shown
_COLUMN = re.compile(r"column (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line of case.json. `is_place`: whether the problem is here."""

    number: int
    text: str
    is_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenCase:
    """Why a case cannot be read. `pointer_line`: spaces and an arrow below the place, "" if the
    column is not shown."""

    where: str
    problem: str
    remedy: str
    lines: tuple[TextLine, ...] = ()
    pointer_line: str = ""


def describe_broken(folder: Path, error: CaseRejected) -> BrokenCase:
    """Return what is wrong with the case.json of a folder, and the text around the place."""
    finding = next((found for found in error.findings if isinstance(found, Finding)), None)
    if finding is None:
        return BrokenCase(where=error.where, problem=error.problem, remedy=error.remedy)
    lines = _read_lines(folder / CASE)
    column = int(match[1]) if (match := _COLUMN.search(finding.where)) else 0
    number = finding.line or 0
    shown = tuple(
        TextLine(number=place, text=lines[place - 1][:_MAX_WIDTH], is_place=place == number)
        for place in range(max(1, number - _AROUND), min(len(lines), number + _AROUND) + 1)
        if number
    )
    return BrokenCase(
        where=finding.where,
        problem=finding.problem,
        remedy=finding.remedy,
        lines=shown,
        pointer_line=" " * (column - 1) + "^" if shown and 0 < column <= _MAX_WIDTH else "",
    )


def _read_lines(path: Path) -> list[str]:
    """Return the lines of a text; [] if it is none, or too long."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return []
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return []
    if "\0" in text:
        return []
    return [
        "".join(
            c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" if c != "\t" else " "
            for c in line
        )
        for line in text.split("\n")
    ]
