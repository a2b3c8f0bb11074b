"""Start a case by hand or from a sheet, and import facts into one."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assembler import intake, pipeline
from assembler.desk.case_people import EVERYONE, name_people
from assembler.desk.case_store import EditRefused
from assembler.desk.cases_view import (
    check_folder_name,
    describe_conflicts,
    describe_values,
    read_start,
)
from assembler.desk.desk_state import Desk
from assembler.desk.import_upload import hold_upload
from assembler.desk.page_answers import (
    JsonAnswer,
    find_case,
    get_desk,
    get_text,
    read_body,
    read_whole_number,
    show_case_page,
    show_page,
)
from assembler.pipeline.case_file import CASE
from assembler.pipeline.import_facts import (
    ImportOptions,
    ImportRefused,
    ImportReport,
    import_into,
)
from assembler.pipeline.new_cases import import_new

_MAX_ROW = 1_000_000
_MAX_TAKEN = 1_000


async def start_case(request: Request) -> Response:
    """Make a case folder from the answers of the page; return its address."""
    desk, body = get_desk(request), await read_body(request)
    _refuse_nested(desk)
    schema = desk.shelf.schema("case.schema.json")
    answers = read_start(body, schema)
    name = check_folder_name(get_text(body, "folder"))
    folder = desk.root / name
    await run_in_threadpool(_refuse_existing, desk.root, name)
    await run_in_threadpool(pipeline.start, folder, desk.shelf, answers, with_exhibits=False)
    case = desk.note_new_case(folder)
    return JsonAnswer({"address": f"/cases/{case.id}/evidence"})


def _refuse_nested(desk: Desk) -> None:
    if (desk.root / CASE).is_file():
        raise EditRefused(
            "the desk shows a single case, and cases are not kept within one another",
            where=desk.root.resolve().name,
            remedy="start the desk on the folder above it",
        )


def _refuse_existing(root: Path, name: str) -> None:
    """Raise EditRefused if a file or folder has this name, in large or small letters."""
    if any(path.name.casefold() == name.casefold() for path in root.iterdir()):
        raise EditRefused(
            "there is already a folder or file of this name", where=name, remedy="name another"
        )


async def import_cases(request: Request) -> Response:
    """Make a case of each row of the file in the body; with `write=no`, show what would be made."""
    desk, query = get_desk(request), request.query_params
    _refuse_nested(desk)
    properties = desk.shelf.schema("case.schema.json")["properties"]
    kind = query.get("kind", "parole")
    reasons = tuple(query.getlist("reason"))
    if kind not in properties["kind"]["enum"] or any(
        reason not in properties["reasons"]["items"]["enum"] for reason in reasons
    ):
        raise HTTPException(400, "kind or reason is none of the choices")
    options = ImportOptions(
        date_order=_read_date_order(request),
        dry_run=not _is_written(request),
        kind=kind,
        reasons=reasons,
        today=desk.as_of,
    )
    async with hold_upload(request, desk.root) as source:
        report = await run_in_threadpool(import_new, source, desk.root, desk.shelf, options)
    return _show_report(request, report, "import-cases.html")


async def show_import(request: Request) -> Response:
    """Show the page on which facts are imported into a case."""
    case = find_case(request)
    raw, _ = await run_in_threadpool(intake.read_raw_case, case.folder)
    people = name_people(raw, EVERYONE).items()
    return show_case_page(request, "case-import.html", case, {"page": "facts", "people": people})


async def import_facts(request: Request) -> Response:
    """Import the file in the body into a case; show what would be written, or what both say."""
    desk, case, query = get_desk(request), find_case(request), request.query_params
    row, take = query.get("row", ""), tuple(query.getlist("take"))
    number = read_whole_number(row, _MAX_ROW)
    if (row and not number) or len(take) > _MAX_TAKEN:
        raise HTTPException(400, "row must be a number from 1")
    options = ImportOptions(
        date_order=_read_date_order(request),
        row=number,
        take=take,
        keep=query.get("keep") == "yes",
        dry_run=not _is_written(request),
        person=query.get("person", ""),
        today=desk.as_of,
    )
    store = desk.open_store(case)
    async with hold_upload(request, case.folder) as source:
        before = store.read()
        try:
            report = await run_in_threadpool(import_into, source, case.folder, desk.shelf, options)
        except ImportRefused as error:
            if not error.conflicts:
                raise
            conflicts = describe_conflicts(error.conflicts)
            others = [found for found in error.refusals if found.rule != "IMPORT.CONFLICT"]
            return show_page(
                request,
                "import-conflicts.html",
                {
                    "conflicts": conflicts,
                    "others": others,
                    "file": source.name,
                    "values": describe_values(error.values, written=False),
                },
            )
    if report.written:
        store.note_change(before.text, store.read().text)
    return _show_report(request, report, "import-facts.html")


def _is_written(request: Request) -> bool:
    return request.query_params.get("write") == "yes"


def _read_date_order(request: Request) -> str:
    order = request.query_params.get("dates", "")
    if order not in ("", "mdy", "dmy"):
        raise HTTPException(400, "dates must be mdy or dmy")
    return order


def _show_report(request: Request, report: ImportReport, template: str) -> Response:
    names = report.people or ("",) * len(report.cases)
    rows = [(path.name, name) for path, name in zip(report.cases, names, strict=True)]
    values = describe_values(report.values, written=report.written)
    return show_page(request, template, {"report": report, "rows": rows, "values": values})


ROUTES = [
    Route("/new-case", start_case, methods=["POST"]),
    Route("/import-cases", import_cases, methods=["POST"]),
    Route("/cases/{case_id}/import", show_import),
    Route("/cases/{case_id}/import", import_facts, methods=["POST"]),
]
