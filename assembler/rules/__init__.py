"""Check a case against the dated facts and checklists of `schemas/`. Pure, and no legal advice.

In: a `Case`, a `Library` (parsed once from the files of `schemas/`) and a day. Out: findings, the
matrix of requirements and exhibits, the facts of the letter, and the start of a new case. Holds no
legal fact itself.
"""

from assembler.rules.case_check import FactUsed, Judgment, check_case
from assembler.rules.claim_matrix import ClaimRow
from assembler.rules.claim_rows import list_claims, list_relied_facts
from assembler.rules.deadlines import list_deadlines
from assembler.rules.letter_facts import find_letter_facts
from assembler.rules.library import (
    Checklist,
    Fact,
    Library,
    Line,
    Provenance,
    Rule,
    find_current_editions,
    list_library_files,
    load_library,
    parse_library,
)
from assembler.rules.new_case import CaseStart, draft_case, format_gather_list, make_case_id
from assembler.rules.readiness import decide_verdict, is_blocker
from assembler.rules.rule_help import FACT_PACKAGES, Explanation, explain_rules, list_rule_help

__all__ = [
    "FACT_PACKAGES",
    "CaseStart",
    "Checklist",
    "ClaimRow",
    "Explanation",
    "Fact",
    "FactUsed",
    "Judgment",
    "Library",
    "Line",
    "Provenance",
    "Rule",
    "check_case",
    "decide_verdict",
    "draft_case",
    "explain_rules",
    "find_current_editions",
    "find_letter_facts",
    "format_gather_list",
    "is_blocker",
    "list_claims",
    "list_deadlines",
    "list_library_files",
    "list_relied_facts",
    "list_rule_help",
    "load_library",
    "make_case_id",
    "parse_library",
]
