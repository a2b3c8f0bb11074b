"""The page of checks: all findings with the verdict, what to do next, and fixes by one click."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk.case_fixes import Fix, FixSubject, find_fix
from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_store import EditRefused
from assembler.desk.compared_pages import ComparedPage, draw_in_worker, is_usable_path
from assembler.desk.desk_state import Desk
from assembler.desk.evidence_check import CheckOrder, check_evidence
from assembler.desk.fact_checks import (
    EvidenceCheck,
    check_facts_of,
    convert_result,
    get_evidence_check,
    get_library,
    keep_evidence_check,
)
from assembler.desk.findings_view import (
    FindingData,
    describe_verdict,
    judge,
    list_next_steps,
    make_key,
    show_deadlines,
    show_sections,
)
from assembler.desk.page_answers import (
    JsonAnswer,
    answer_change,
    find_case,
    get_desk,
    get_text,
    read_body,
    show_case_page,
)
from assembler.model import Finding, Readiness
from assembler.pipeline import BuildState, read_status
from assembler.report.review.finding_view import split_code
from assembler.rules import FACT_PACKAGES, list_rule_help

KIND = "check"  # of the job


async def show_check(request: Request) -> Response:
    """Show all findings of a case."""
    desk, case = get_desk(request), find_case(request)
    version = desk.open_store(case).read()
    library = get_library(desk)
    facts = await check_facts_of(desk, case, version.version)
    evidence = _take_result(desk, case)
    of_evidence = _select_evidence_findings(desk, evidence) if evidence else None
    base = f"/cases/{case.id}"
    verdict = judge(facts, of_evidence)
    findings = [*facts.findings, *(of_evidence or ())]
    data = FindingData(case=version.value, fields=library.fields, base=base)
    words, rest = describe_verdict(verdict)
    job = desk.find_job(case)
    return show_case_page(
        request,
        "check.html",
        case,
        {
            "page": "check",
            "verdict": verdict,
            "verdict_words": words,
            "verdict_rest": rest,
            "sections": show_sections(findings, data, library.explanations),
            "steps": list(list_next_steps(verdict, base, is_evidence_checked=evidence is not None)),
            "deadlines": show_deadlines(facts.deadlines, desk.as_of, base),
            "not_checked": facts.not_checked,
            "evidence": evidence,
            "split_code": split_code,
            "is_outdated": evidence is not None and evidence.version != version.version,
            "is_running": job is not None and job.kind == KIND and job.is_running,
            "rule_count": len(list_rule_help(library.rules, FACT_PACKAGES)),
        },
    )


def _take_result(desk: Desk, case: CaseFolder) -> EvidenceCheck | None:
    """Return the last check of the evidence; one that has just ended is kept first."""
    job = desk.find_job(case)
    started = desk.notes.get(f"evidence-check-started:{case.id}")
    if job is not None and job.kind == KIND and not job.is_running and started is not None:
        del desk.notes[f"evidence-check-started:{case.id}"]
        keep_evidence_check(desk, case, convert_result(job.job.result, started))
    return get_evidence_check(desk, case)


def _select_evidence_findings(desk: Desk, evidence: EvidenceCheck) -> tuple[Finding, ...]:
    """Return what the evidence alone shows; the facts are judged anew each time."""
    help_of_facts = list_rule_help(get_library(desk).rules, FACT_PACKAGES)
    of_facts = {rule.id for rule in help_of_facts}
    return tuple(
        finding
        for finding in evidence.findings
        if finding.rule not in of_facts and make_key(finding) not in evidence.fixed
    )


async def tell_state(request: Request) -> Response:
    """Return whether the packets are built and current; what their build found then counts as a
    check of the evidence, if there was none since. Reads all files, so the page asks for it
    later."""
    desk, case = get_desk(request), find_case(request)
    version = desk.open_store(case).read().version
    rules = get_library(desk).rules
    status = await run_in_threadpool(read_status, case.folder, desk.shelf, rules, desk.as_of)
    evidence = _take_result(desk, case)
    is_current = status.state is BuildState.CURRENT
    is_news = is_current and (evidence is None or evidence.version != version)
    if is_news:
        check = EvidenceCheck(version=version, findings=status.findings)
        keep_evidence_check(desk, case, check)
    signed = status.verdict.readiness is Readiness.READY
    return JsonAnswer(
        {"state": status.state.value, "current": is_current, "signed": signed, "news": is_news}
    )


async def start_check(request: Request) -> Response:
    """Start the check of the evidence."""
    desk, case = get_desk(request), find_case(request)
    version = desk.open_store(case).read()
    order = CheckOrder(folder=case.folder, shelf=desk.shelf, as_of=desk.as_of, workers=desk.workers)
    desk.start_job(case, KIND, check_evidence, order)
    desk.notes[f"evidence-check-started:{case.id}"] = version.version
    return JsonAnswer({"started": True})


async def stop_check(request: Request) -> Response:
    """Stop the check of the evidence."""
    desk, case = get_desk(request), find_case(request)
    job = desk.find_job(case)
    if job is not None and job.kind == KIND:
        desk.notes.pop(f"evidence-check-started:{case.id}", None)
        job.job.ask_to_end()
    return JsonAnswer({"started": False})


async def fix_finding(request: Request) -> Response:
    """Fix a finding: {"key", "seen", "answer"}; "answer" where the fix asks a question."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    key, seen = get_text(body, "key"), get_text(body, "seen")
    answer = get_text(body, "answer") if "answer" in body else ""
    store = desk.open_store(case)
    finding = await _find_current(desk, case, key)
    evidence = get_evidence_check(desk, case)
    fields = get_library(desk).fields

    def edit(value: dict[str, Any]) -> dict[str, Any]:
        subject = FixSubject(case=value, finding=finding, fields=fields)
        return _require_fix(find_fix(subject), finding, answer).change(answer)

    version = store.change(edit, seen=seen)
    if evidence is not None:
        fixed = evidence.fixed | {key}
        keep_evidence_check(desk, case, replace(evidence, fixed=fixed))
    return answer_change(request, case, version)


def _require_fix(fix: Fix | None, finding: Finding, answer: str) -> Fix:
    if fix is None:
        raise EditRefused(
            "there is no single fix", where=finding.where, remedy="change the field itself"
        )
    if fix.question and not answer.strip():
        raise EditRefused("the reason is empty", where=finding.where, remedy="write why")
    return fix


async def count_pages(request: Request) -> Response:
    """Return how many pages the file of a finding has, and whether it could be prepared."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    job = await _find_page(desk, case, get_text(body, "key"), 0)
    original = await run_in_threadpool(draw_in_worker, job)
    prepared = await run_in_threadpool(draw_in_worker, replace(job, is_prepared=True))
    count = max(original.count, prepared.count)
    return JsonAnswer({"count": count, "prepared": prepared.count > 0})


async def show_compared(request: Request) -> Response:
    """Return a picture of a page of the file of a finding, as it is or as prepared."""
    desk, case, params = get_desk(request), find_case(request), request.path_params
    job = await _find_page(desk, case, params["key"], params["page"])
    is_prepared = params["how"] == "prepared"
    drawn = await run_in_threadpool(draw_in_worker, replace(job, is_prepared=is_prepared))
    if not drawn.data:
        raise HTTPException(404, "this page cannot be drawn")
    return Response(drawn.data, media_type="image/webp")


async def _find_page(desk: Desk, case: CaseFolder, key: str, page: int) -> ComparedPage:
    """Return the page of the file of a finding. Raises HTTPException."""
    finding = await _find_current(desk, case, key)
    if not finding.file or not is_usable_path(case.folder, finding.file):
        raise HTTPException(404, "this finding is about no file that can be shown")
    return ComparedPage(folder=case.folder, path=finding.file, page=page, is_prepared=False)


async def _find_current(desk: Desk, case: CaseFolder, key: str) -> Finding:
    """Return the finding of a key, of the facts now or of the last check. Raises EditRefused."""
    facts = await check_facts_of(desk, case, desk.open_store(case).read().version)
    evidence = _take_result(desk, case)
    findings = [*facts.findings, *(evidence.findings if evidence else ())]
    for finding in findings:
        if make_key(finding) == key:
            return finding
    raise EditRefused(
        "this finding is gone", where="Check", remedy="the page now shows the case as it is"
    )


ROUTES = [
    Route("/cases/{case_id}/check", show_check),
    Route("/cases/{case_id}/check/state", tell_state),
    Route("/cases/{case_id}/check/evidence", start_check, methods=["POST"]),
    Route("/cases/{case_id}/check/stop", stop_check, methods=["POST"]),
    Route("/cases/{case_id}/check/fix", fix_finding, methods=["POST"]),
    Route("/cases/{case_id}/check/pages", count_pages, methods=["POST"]),
    Route("/cases/{case_id}/check/{how}/{key}/{page:place}.webp", show_compared),
]
