"""The government forms on the page of facts: add, list, leave out, fill."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_people import name_people
from assembler.desk.case_store import CaseVersion, EditRefused
from assembler.desk.desk_state import Desk
from assembler.desk.fact_checks import DeskLibrary, get_library
from assembler.desk.findings_view import FindingData, show_finding
from assembler.desk.form_cards import (
    FilledPacket,
    FormCatalog,
    group_filled,
    make_catalog,
    view_forms,
)
from assembler.desk.form_edits import add_form, leave_out, list_used, remove_form
from assembler.desk.form_files import FORMS, FormJob, WatchedForms, convert_outcome, look_at_form
from assembler.desk.form_work import FillOrder, FillResult, fill_case_forms
from assembler.desk.packet_downloads import list_filled_forms
from assembler.desk.page_answers import (
    JsonAnswer,
    answer_change,
    find_case,
    get_desk,
    get_text,
    read_body,
)
from assembler.desk.routes.evidence import refuse_announced_size
from assembler.desk.uploads import receive_file
from assembler.errors import AssemblerError, FindingsError
from assembler.forms import load_maps
from assembler.model import Finding
from assembler.pipeline.batch.case_list import FactCheck
from assembler.runtime.background_job import describe_failure
from assembler.runtime.file_names import normalize_name
from assembler.runtime.user_files import list_paths

_FIRST_LOOK = 0.35  # seconds that the first view of a case waits for its files
_OF_COMMAND = ", or choose another folder with --out"  # what a message says to who types commands


def get_form_files(desk: Desk, case: CaseFolder) -> WatchedForms:
    """Return what is known of the files in forms/ of a case, the same table each time."""
    key = f"forms {case.id}"
    if key not in desk.notes:
        desk.notes[key] = WatchedForms(case.folder, desk.shelf)
    files: WatchedForms = desk.notes[key]
    return files


def get_catalog(desk: Desk) -> FormCatalog:
    """Return the forms that a case can list, made again with the library."""
    library = get_library(desk)
    known: tuple[DeskLibrary, FormCatalog] | None = desk.notes.get("form catalog")
    if known is None or known[0] is not library:
        schema = desk.shelf.schema("case.schema.json")
        catalog = make_catalog(schema, library.rules, load_maps(desk.shelf), desk.as_of)
        known = desk.notes["form catalog"] = (library, catalog)
    return known[1]


async def describe_forms(
    desk: Desk, case: CaseFolder, version: CaseVersion, check: FactCheck
) -> dict[str, Any]:
    """Return what the template of the section needs."""
    files = get_form_files(desk, case)
    await files.refresh(desk.page_workers, _FIRST_LOOK)
    filled = await run_in_threadpool(_list_filled, case, version)
    return {
        "forms": view_forms(version.value, files.known, check.missing_forms, get_catalog(desk)),
        "forms_revision": files.revision,
        "forms_busy": files.is_busy,
        "filled": filled,
        "filled_base": f"/packets/{desk.make_capability(case)}/filled-forms",
        "fill": _describe_fill(desk, case, version),
    }


def _list_filled(case: CaseFolder, version: CaseVersion) -> tuple[FilledPacket, ...]:
    try:
        paths = [
            (packet, path)
            for (_, packet), folder in list_filled_forms(case.folder).items()
            for path in list_paths(folder)
        ]
    except OSError:
        return ()
    return group_filled(paths, name_people(version.value))


def _describe_fill(desk: Desk, case: CaseFolder, version: CaseVersion) -> dict[str, Any]:
    """Return how the filling of blanks goes, or went: while the desk runs, and nothing else was
    started."""
    job = desk.find_job(case)
    if job is None or job.kind != "fill":
        return {"running": False, "problem": "", "findings": (), "open": (), "count": None}
    result = job.job.result
    problem = "" if job.is_running else _write_problem(result)
    is_told = isinstance(result, FillResult | FindingsError)
    findings = (
        [finding for finding in result.findings if isinstance(finding, Finding)] if is_told else []
    )
    library = get_library(desk)
    data = FindingData(case=version.value, fields=library.fields, base=f"/cases/{case.id}")
    shown = [show_finding(finding, data) for finding in findings]
    by_place = {(finding.where, finding.href): finding for finding in reversed(shown)}
    return {
        "running": job.is_running,
        "problem": problem,
        "findings": shown,
        # an answer may be missing in several boxes
        "open": [view for view in reversed(by_place.values()) if view.css_class != "error"],
        "count": result.count if isinstance(result, FillResult) else None,
    }


def _write_problem(result: object) -> str:
    """Return why no form was filled; "" if that was not so."""
    if not isinstance(result, AssemblerError):
        return describe_failure(result)
    place = f"{result.where}: " if result.where else ""
    remedy = f"; {result.remedy.replace(_OF_COMMAND, '')}" if result.remedy else ""
    return f"No form was filled. {place}{result.problem}{remedy}."


async def tell_state(request: Request) -> Response:
    """Tell whether something new is known of the files."""
    desk, case = get_desk(request), find_case(request)
    files = get_form_files(desk, case)
    await files.refresh(desk.page_workers)
    return JsonAnswer({"revision": files.revision, "busy": files.is_busy})


async def add_file(request: Request) -> Response:
    """Write the body of the request into forms/, and list it in the case if it is recognized."""
    desk, case = get_desk(request), find_case(request)
    refuse_announced_size(request)
    name = request.query_params.get("name", "")
    try:
        upload = await receive_file(case.folder, name, request.stream(), FORMS)
    except ClientDisconnect:
        return Response(status_code=400)
    job = FormJob(folder=case.folder, path=upload.path, shelf=desk.shelf)
    work = desk.page_workers.submit(look_at_form, job, urgent=True)
    look = convert_outcome(await asyncio.wrap_future(work))
    if look.problem:
        await run_in_threadpool((case.folder / upload.path).unlink, missing_ok=True)
        return JsonAnswer({"refused": True, "problem": look.problem, "remedy": look.remedy})
    files = get_form_files(desk, case)
    await files.refresh(desk.page_workers, _FIRST_LOOK)
    known = {
        "path": upload.path,
        "form": look.form if look.form in get_catalog(desk).names else "",
        "completed": look.is_completed,
        "same_as": files.find_same(upload.path),
    }
    store = desk.open_store(case)
    version = store.read()
    is_listed = normalize_name(upload.path) in list_used(version.value)  # the case waited for it
    if is_listed or not known["form"]:
        return answer_change(request, case, version, **known, listed=is_listed)
    form, is_completed = look.form, look.is_completed
    version = store.change(
        lambda value: add_form(value, upload.path, form, is_completed=is_completed)
    )
    return answer_change(request, case, version, **known)


async def list_file(request: Request) -> Response:
    """List a file of forms/ as a form: {"path", "form", "completed"}."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    form, path = get_text(body, "form"), get_text(body, "path")
    if form not in get_catalog(desk).names:
        raise EditRefused("it is not chosen", where="Form", remedy="choose which form it is")
    is_completed = body.get("completed")
    if not isinstance(is_completed, bool):
        raise HTTPException(400, "completed must be true or false")
    files = get_form_files(desk, case)
    await files.refresh(desk.page_workers)
    if path not in files.known:
        raise EditRefused("there is no such file", where="Forms", remedy="load the page again")
    version = desk.open_store(case).change(
        lambda value: add_form(value, path, form, is_completed=is_completed)
    )
    return answer_change(request, case, version)


async def remove(request: Request) -> Response:
    """Leave a file of forms/ out, whether a form lists it or none: {"path", "reason", "listed"}."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    path, reason = get_text(body, "path"), get_text(body, "reason")
    files = get_form_files(desk, case)
    await files.refresh(desk.page_workers)
    present = files.known
    store = desk.open_store(case)
    if body.get("listed") is True:
        is_present = path in present
        version = store.change(
            lambda value: remove_form(value, path, reason, is_present=is_present)
        )
    else:
        version = store.change(lambda value: leave_out(value, path, reason, present))
    return answer_change(request, case, version)


async def start_filling(request: Request) -> Response:
    """Fill the blanks now, as work in a process of its own."""
    desk, case = get_desk(request), find_case(request)
    await read_body(request)
    order = FillOrder(folder=case.folder, shelf=desk.shelf, workers=desk.workers, as_of=desk.as_of)
    desk.start_job(case, "fill", fill_case_forms, order)
    return JsonAnswer({"started": True})


ROUTES = [
    Route("/cases/{case_id}/forms/state", tell_state),
    Route("/cases/{case_id}/forms/files", add_file, methods=["POST"]),
    Route("/cases/{case_id}/forms/list", list_file, methods=["POST"]),
    Route("/cases/{case_id}/forms/remove", remove, methods=["POST"]),
    Route("/cases/{case_id}/forms/fill", start_filling, methods=["POST"]),
]
