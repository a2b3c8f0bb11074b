"""rules: the dated facts and checklists of `schemas/` against a case. Pure, and no legal advice.

A `Case`, a `Library` (parsed once from the files of `schemas/`) and a day come in; findings, the matrix of requirements
and exhibits, the facts of the letter, and the start of a new case go out. Holds no legal fact itself.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from assembler.model import Case
from assembler.rules import earlier
from assembler.rules.earlier import findings, uncited
from assembler.rules.gather import skeleton, to_gather
from assembler.rules.helping import helps
from assembler.rules.judge import Judgement, Used, check
from assembler.rules.letter import letter_facts as _letter_facts
from assembler.rules.library import Checklist, Fact, Library, Line, Provenance, Rule, library, names
from assembler.rules.matrix import Row


def letter_facts(case: Case, known: Library | Mapping[str, Any], as_of: date | int = 1) -> dict[str, object]:
    """What the cover letter says from dated facts, by a Library on a day.

    Still takes what it took before: the parsed schemas/facts/filing.json, and the number of people.
    """
    if isinstance(known, Library) and isinstance(as_of, date):
        return _letter_facts(case, known, as_of)
    if isinstance(known, Mapping) and isinstance(as_of, int):
        return earlier.letter_facts(case, known, as_of)
    raise TypeError("a Library and a day, or a mapping and a number of people")


__all__ = [
    "Checklist",
    "Fact",
    "Judgement",
    "Library",
    "Line",
    "Provenance",
    "Row",
    "Rule",
    "Used",
    "check",
    "findings",
    "helps",
    "letter_facts",
    "library",
    "names",
    "skeleton",
    "to_gather",
    "uncited",
]
