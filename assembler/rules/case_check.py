"""Check a case by all rules and checklists: findings, the matrix, facts used, what was not checked.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from assembler.model import Case, ConfirmedFact, Finding, Severity
from assembler.rules import (
    claim_matrix as matrix,
)
from assembler.rules import (
    declaration_rules,
    exhibit_rules,
    fee_rules,
    payment_rules,
    people_rules,
    photo_rules,
    program_rules,
    request_rules,
    signature_rules,
)
from assembler.rules.claim_matrix import ClaimRow
from assembler.rules.fact_state import (
    STALE,
    FactState,
    explain_useless,
    find_limit,
    judge_fact,
    list_coming_changes,
)
from assembler.rules.letter_facts import read_letter_facts
from assembler.rules.library import CATALOG, Library, Line, Provenance
from assembler.rules.rule_context import Hit, RuleContext

_CHECKS: tuple[Callable[[RuleContext], Iterator[Hit]], ...] = (
    people_rules.check_people,
    exhibit_rules.check_exhibits,
    declaration_rules.check_declarations,
    fee_rules.check_fees,
    payment_rules.check_payment,
    request_rules.check_request,
    program_rules.check_programs,
    photo_rules.check_photos,
    signature_rules.check_signers,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUsed:
    """A dated entry that the judgment relies on."""

    id: str  # "fees/i-131-parole", or a checklist line
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """All results of the rules for a case on a day. `not_checked`: sentences for a person, without
    client facts."""

    findings: tuple[Finding, ...]
    matrix: tuple[ClaimRow, ...]
    not_checked: tuple[str, ...]
    facts_used: tuple[FactUsed, ...]


def check_case(case: Case, library: Library, as_of: date) -> Judgment:
    """Check a case by the library on a day. All findings are in the order of case.json, stale facts
    last."""
    context = RuleContext(case, library, as_of)
    claim_rows = list(matrix.build_claim_rows(context))
    findings = [
        context.make_finding(hit) for check_rules in _CHECKS for hit in check_rules(context)
    ]
    findings += [
        context.make_finding(hit)
        for row, line in claim_rows
        for hit in matrix.find_outdated(row, line, context)
    ]
    findings += [
        matrix.make_unmet_finding(row, line, context) for row, line in claim_rows if not row.is_met
    ]
    findings.sort(
        key=lambda finding: (
            finding.line or 0,
            finding.pointer or "",
            finding.rule,
            finding.exhibit or "",
        )
    )
    read_letter_facts(context)  # the letter relies on facts, too
    context.use_fact(STALE)
    facts_used = tuple(_list_used(context, [line for _, line in claim_rows]))
    findings += _find_useless_confirmations(context)
    findings += _find_superseded(context)
    findings += _find_coming_changes(context)
    findings += _find_stale(context, facts_used)
    return Judgment(
        findings=tuple(findings),
        matrix=tuple(row for row, _ in claim_rows),
        facts_used=facts_used,
        not_checked=tuple(_list_unchecked(context, facts_used)),
    )


def _list_used(context: RuleContext, lines: Iterable[Line]) -> Iterator[FactUsed]:
    for name, fact in sorted(context.used.items()):
        yield FactUsed(id=name, provenance=fact.provenance)
    for line in dict.fromkeys(lines):
        yield FactUsed(id=line.id, provenance=line.provenance)


def _find_superseded(context: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each fact that was superseded, or that nobody has read: an error where
    the letter has a blank for it, a warning where it is only compared."""
    rules = context.library.rules
    for name, fact in sorted(context.used.items()):
        status = judge_fact(fact, context.library, context.as_of)
        values = {"fact": name, "why": status.why}
        if status.state is FactState.SUPERSEDED:
            finding = rules["FACT.SUPERSEDED"].make_finding(fact.provenance.file, values)
            if name not in context.blanks:
                finding = replace(finding, severity=Severity.WARNING)
        elif name in context.blanks:
            finding = rules["FACT.UNKNOWN"].make_finding(fact.provenance.file, values)
        else:
            continue
        yield context.locate(finding, "/confirmed_facts")  # where it can be settled


def _find_coming_changes(context: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each announced change of a fact relied on that has no day yet, or a later
    one. Editions of forms that are in the folder are judged with their files."""
    in_folder = {f"forms/{form.form}" for form in context.case.forms}
    for name, fact in sorted(context.used.items()):
        if name in in_folder:
            continue
        for notice in list_coming_changes(fact, context.as_of):
            values = {
                "fact": name,
                "announced": notice.announced,
                "seen": notice.seen_on.isoformat(),
                "when": f"on {notice.effective}" if notice.effective else "on a day not yet known",
            }
            yield context.library.find_rule("FACT.NOTICE").make_finding(
                fact.provenance.file, values
            )


def _find_useless_confirmations(context: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each fact that the case confirms, but that changes nothing."""
    for number, entry in enumerate(context.case.confirmed_facts):
        if why := explain_useless(entry, context.library, context.as_of):
            hit = Hit(
                rule="FACT.CONFIRMATION",
                pointer=f"/confirmed_facts/{number}",
                values={"fact": _name_fact(entry, context), "why": why},
            )
            yield context.make_finding(hit)


def _name_fact(entry: ConfirmedFact, context: RuleContext) -> str:
    """Return the id of a confirmed fact; one that does not exist may be anything, and is not
    repeated."""
    return entry.fact if entry.fact in context.library.facts else "this fact"


def _find_stale(context: RuleContext, facts_used: Iterable[FactUsed]) -> Iterator[Finding]:
    """Yield one finding if entries that were relied on were not checked lately."""
    entries = [(fact.id, fact.provenance) for fact in facts_used] + [
        (rule.id, rule.provenance) for rule in context.library.rules.values()
    ]
    ages: list[tuple[int, int]] = []
    files: set[str] = set()
    for name, provenance in entries:
        limit = find_limit(name, provenance, context.library)
        days = (context.as_of - provenance.checked_on).days
        if limit is not None and days > limit and name not in context.blanks:
            ages.append((days, limit))
            files.add(provenance.file)
    if ages:
        days, limit = max(ages)
        values = {"count": len(ages), "days": days, "limit": limit}
        yield context.library.find_rule("FACT.STALE").make_finding(", ".join(sorted(files)), values)


def _list_unchecked(context: RuleContext, facts_used: Iterable[FactUsed]) -> Iterator[str]:
    yield from context.not_checked
    yield from dict.fromkeys(
        f"{checklist.caveat}" for checklist in context.checklists if checklist.caveat
    )
    unverified: dict[str, list[str]] = {}
    for fact in facts_used:
        if not fact.provenance.is_verified:
            unverified.setdefault(fact.provenance.file, []).append(fact.id)
    for file, ids in sorted(unverified.items()):
        yield (
            f"{file}, common knowledge of the field, not read at a source; to be confirmed: "
            f"{', '.join(ids)}"
        )
    unverified_rules = sorted(
        rule.id for rule in context.library.rules.values() if not rule.provenance.is_verified
    )
    if unverified_rules:
        yield (
            f"{CATALOG}, common knowledge of the field, not read at a source; to be confirmed: "
            f"{', '.join(unverified_rules)}"
        )
