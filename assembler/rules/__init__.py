"""rules: the dated facts and checklists of `schemas/` against a case. Pure, and no legal advice.

A `Case`, a `Library` (parsed once from the files of `schemas/`) and a day come in; findings, the
matrix of requirements and exhibits, the facts of the letter, and the start of a new case go out.
Holds no legal fact itself.
"""

from assembler.rules.case_check import Judgment, Used, check
from assembler.rules.claim_matrix import Row
from assembler.rules.claim_rows import claims, relied
from assembler.rules.letter_facts import letter_facts
from assembler.rules.library import (
    Checklist,
    Fact,
    Library,
    Line,
    Provenance,
    Rule,
    editions,
    from_shelf,
    library,
    names,
)
from assembler.rules.new_case import case_id, skeleton, to_gather
from assembler.rules.rule_help import FACT_PACKAGES, Explanation, explanations, helps

__all__ = [
    "FACT_PACKAGES",
    "Checklist",
    "Explanation",
    "Fact",
    "Judgment",
    "Library",
    "Line",
    "Provenance",
    "Row",
    "Rule",
    "Used",
    "case_id",
    "check",
    "claims",
    "editions",
    "explanations",
    "from_shelf",
    "helps",
    "letter_facts",
    "library",
    "names",
    "relied",
    "skeleton",
    "to_gather",
]
