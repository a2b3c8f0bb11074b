"""Check a case against the dated facts and checklists of `schemas/`. Pure, and no legal advice.

In: a `Case`, a `Library` (parsed once from the files of `schemas/`) and a day. Out: findings, the
matrix of requirements and exhibits, the facts of the letter, and the start of a new case. Holds no
legal fact itself.
"""

from assembler.rules.case_check import FactUsed, Judgment, check_case
from assembler.rules.claim_matrix import ClaimRow
from assembler.rules.claim_rows import list_claims, list_facts_used, list_relied_facts
from assembler.rules.deadlines import list_deadlines
from assembler.rules.fact_state import (
    VALUE_FIELDS,
    FactState,
    FactStatus,
    confirm_facts,
    explain_useless,
    find_current_editions,
    judge_fact,
)
from assembler.rules.letter_facts import find_letter_facts
from assembler.rules.library import (
    CONFIRMED,
    Checklist,
    Fact,
    Library,
    Line,
    Provenance,
    Rule,
    find_accepted_editions,
    list_library_files,
    load_library,
    parse_library,
)
from assembler.rules.new_case import CaseStart, draft_case, format_gather_list, make_case_id
from assembler.rules.readiness import decide_verdict, is_blocker
from assembler.rules.rule_help import FACT_PACKAGES, Explanation, explain_rules, list_rule_help
from assembler.rules.signature_rules import SignatureDuty, list_duties, list_signers

__all__ = [
    "CONFIRMED",
    "FACT_PACKAGES",
    "VALUE_FIELDS",
    "CaseStart",
    "Checklist",
    "ClaimRow",
    "Explanation",
    "Fact",
    "FactState",
    "FactStatus",
    "FactUsed",
    "Judgment",
    "Library",
    "Line",
    "Provenance",
    "Rule",
    "SignatureDuty",
    "check_case",
    "confirm_facts",
    "decide_verdict",
    "draft_case",
    "explain_rules",
    "explain_useless",
    "find_accepted_editions",
    "find_current_editions",
    "find_letter_facts",
    "format_gather_list",
    "is_blocker",
    "judge_fact",
    "list_claims",
    "list_deadlines",
    "list_duties",
    "list_facts_used",
    "list_library_files",
    "list_relied_facts",
    "list_rule_help",
    "list_signers",
    "load_library",
    "make_case_id",
    "parse_library",
]
