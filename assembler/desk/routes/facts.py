"""The page of facts: a form made from the schema, with the findings beside the fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_form import FormData
from assembler.desk.case_store import CaseVersion, Edit
from assembler.desk.desk_state import Desk
from assembler.desk.entry_edits import (
    add_entry,
    choose_alternative,
    move_entry,
    remove_entry,
    rename_id,
)
from assembler.desk.fact_checks import DeskLibrary, check_facts_of, get_library
from assembler.desk.facts_view import (
    Section,
    SectionState,
    build_sections,
    judge_sections,
    list_choices,
    list_citable,
    list_codes,
    place_findings,
)
from assembler.desk.findings_view import FindingData, ShownFinding, count_errors, show_finding
from assembler.desk.page_answers import (
    JsonAnswer,
    answer_change,
    find_case,
    get_desk,
    get_number,
    get_pointer,
    get_text,
    read_body,
    show_case_page,
)
from assembler.desk.routes.form_routes import describe_forms
from assembler.desk.typed_values import read_typed
from assembler.errors import AssemblerError
from assembler.intake.case_fields import CaseFields
from assembler.model import Plan
from assembler.pipeline import make_plans
from assembler.pipeline.batch.case_list import FactCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the page shows of a version of the case."""

    version: CaseVersion
    check: FactCheck
    sections: tuple[Section, ...]
    findings: tuple[ShownFinding, ...]
    states: Mapping[str, SectionState]
    placed: Mapping[str, list[tuple[str, ShownFinding]]]
    errors: int


async def _view_page(desk: Desk, case: CaseFolder) -> _Page:
    version = desk.open_store(case).read()
    library = get_library(desk)
    check = await check_facts_of(desk, case, version.version)
    return await run_in_threadpool(_make_page, version, check, library, f"/cases/{case.id}")


def _make_page(version: CaseVersion, check: FactCheck, library: DeskLibrary, base: str) -> _Page:
    choices = list_choices(library.rules)
    sections = build_sections(FormData(fields=library.fields, case=version.value, choices=choices))
    data = FindingData(case=version.value, fields=library.fields, base=base)
    findings = tuple(show_finding(finding, data) for finding in check.findings)
    return _Page(
        version=version,
        check=check,
        sections=sections,
        findings=findings,
        states=judge_sections(sections, findings, len(check.missing_forms)),
        placed=place_findings(findings, sections),
        errors=count_errors(check.findings),
    )


async def show_facts(request: Request) -> Response:
    """Show the form."""
    desk, case = get_desk(request), find_case(request)
    page = await _view_page(desk, case)
    words = get_library(desk).words
    return show_case_page(
        request,
        "facts.html",
        case,
        {
            "page": "facts",
            "sections": page.sections,
            "states": page.states,
            "placed": page.placed,
            "elsewhere": [finding for finding in page.findings if not any(finding.pointers)],
            "codes": list_codes(words),
            "code_names": {name: dict(table.names) for name, table in words.tables.items()},
            "exhibit_count": _count_exhibits(page.version.value),
            **await describe_forms(desk, case, page.version, page.check),
        },
    )


def _count_exhibits(case: Any) -> int:
    exhibits = case.get("exhibits")
    return len(exhibits) if isinstance(exhibits, list) else 0


async def list_findings(request: Request) -> Response:
    """Return the findings of the facts, for the page to show beside the fields, and the state of
    each section."""
    desk, case = get_desk(request), find_case(request)
    if "count" in request.query_params:
        check = await check_facts_of(desk, case, desk.open_store(case).read_version())
        return JsonAnswer({"errors": count_errors(check.findings)})
    page = await _view_page(desk, case)
    return JsonAnswer(
        {
            "version": page.version.version,
            "errors": page.errors,
            "findings": {
                pointer: [_convert(words, finding) for words, finding in findings]
                for pointer, findings in page.placed.items()
            },
            "sections": {
                name: {"words": state.words, "class": state.css_class}
                for name, state in page.states.items()
            },
        }
    )


def _convert(words: str, finding: ShownFinding) -> dict[str, Any]:
    return {**finding.convert_to_json(), "words": words}


async def list_exhibits(request: Request) -> Response:
    """Return the exhibits that a text can cite, with their tabs as they will be."""
    desk, case = get_desk(request), find_case(request)
    value = desk.open_store(case).read().value
    plans = await run_in_threadpool(_plan, desk, case)
    return JsonAnswer({"exhibits": list_citable(value, plans)})


def _plan(desk: Desk, case: CaseFolder) -> tuple[Plan, ...]:
    """Return the plans of the packets; none as long as the case cannot be read."""
    try:
        return make_plans(case.folder, desk.shelf)
    except AssemblerError:
        return ()


async def read_text(request: Request) -> Response:
    """Return what a typed text means in a field: {"pointer", "text"} → {"value"} or, where it can
    be read in several ways, {"choices"}."""
    desk, body = get_desk(request), await read_body(request)
    find_case(request)
    library = get_library(desk)
    field = library.fields.field(get_pointer(body))
    typed = read_typed(get_text(body, "text"), field.node, library.words)
    return JsonAnswer({"value": typed.value, "label": typed.label, "choices": typed.choices})


async def change_entries(request: Request) -> Response:
    """Add, remove or move an entry, choose another alternative, rename an id."""
    case, body = find_case(request), await read_body(request)
    desk = get_desk(request)
    edit = _choose_edit(body, get_library(desk).fields)
    store = desk.open_store(case)
    return answer_change(request, case, store.change(edit, seen=get_text(body, "seen")))


def _choose_edit(body: dict[str, Any], fields: CaseFields) -> Edit:
    """Return the change that a page asks for. Raises HTTPException if there is no such."""
    action, pointer = get_text(body, "action"), get_pointer(body)
    edits: dict[str, Edit] = {
        "add": lambda case: add_entry(case, fields, pointer),
        "remove": lambda case: remove_entry(case, pointer),
        "up": lambda case: move_entry(case, pointer, -1),
        "down": lambda case: move_entry(case, pointer, 1),
    }
    if action == "choose":
        number = get_number(body, "number")
        return lambda case: choose_alternative(case, fields, pointer, number)
    if action == "rename":
        new = get_text(body, "value")
        return lambda case: rename_id(case, pointer, new)
    if action not in edits:
        raise HTTPException(400, "there is no such change")
    return edits[action]


ROUTES = [
    Route("/cases/{case_id}/facts", show_facts),
    Route("/cases/{case_id}/findings", list_findings),
    Route("/cases/{case_id}/facts/exhibits", list_exhibits),
    Route("/cases/{case_id}/facts/read", read_text, methods=["POST"]),
    Route("/cases/{case_id}/facts/entries", change_entries, methods=["POST"]),
]
