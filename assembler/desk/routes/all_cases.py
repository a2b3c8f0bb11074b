"""The list of cases, and a case that cannot be read."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from assembler import intake
from assembler.desk.broken_case import describe_broken
from assembler.desk.case_folders import CaseFolder, list_case_folders
from assembler.desk.case_index import CaseIndex, stamp_cases
from assembler.desk.cases_view import STATE_TITLES, convert_row, list_choices, make_entries
from assembler.desk.desk_state import Desk
from assembler.desk.page_answers import (
    JsonAnswer,
    find_case,
    get_desk,
    read_whole_number,
    show_page,
)
from assembler.errors import CaseRejected
from assembler.pipeline.case_file import CASE

_MAX_NEWS = 10**12
_INDEX = "case-index"  # in the notes of the desk


def get_index(desk: Desk) -> CaseIndex:
    """Return what is known of all cases."""
    index: CaseIndex = desk.notes.setdefault(_INDEX, CaseIndex(desk.shelf, _count_readers(desk)))
    return index


def _count_readers(desk: Desk) -> int:
    return max(1, desk.workers - 1)  # one core is for the browser that shows the list meanwhile


async def show_cases(request: Request) -> Response:
    """Show all cases below the root; their states follow as they are read."""
    desk = get_desk(request)
    index = get_index(desk)
    cases = await _look_again(desk)
    schema = desk.shelf.schema("case.schema.json")
    properties = schema["properties"]
    filing = schema["$defs"]["request"]["properties"]["filing"]
    _, waiting, news = index.list_rows()
    return show_page(
        request,
        "cases.html",
        {
            "entries": make_entries(cases, index.get_rows()),
            "states": STATE_TITLES,
            "root": desk.root.resolve().name,
            "is_single": (desk.root / CASE).is_file(),
            "waiting": waiting,
            "news": news,
            "kinds": list_choices(properties["kind"]),
            "reasons": list_choices(properties["reasons"]["items"]),
            "filings": list_choices(filing),
        },
    )


async def _look_again(desk: Desk) -> tuple[CaseFolder, ...]:
    """Return the cases as they are on disk now; what changed of them is read in the background."""
    cases = await run_in_threadpool(list_case_folders, desk.root)
    desk.note_cases(cases)
    stamps = await run_in_threadpool(stamp_cases, cases, desk.as_of)
    get_index(desk).refresh(stamps, desk.as_of)
    return cases


async def list_news(request: Request) -> Response:
    """Return the rows that were read after so many news; with `look`, after looking for changes."""
    after = read_whole_number(request.query_params.get("after", ""), _MAX_NEWS) or 0
    if "look" in request.query_params:
        await _look_again(get_desk(request))
    index = get_index(get_desk(request))
    rows, waiting, news = index.list_rows(after)
    return JsonAnswer(
        {"rows": [convert_row(row) for row in rows], "waiting": waiting, "news": news}
    )


async def open_case(request: Request) -> Response:
    """Lead to the first page of a case, or say where its case.json is broken."""
    case = find_case(request)
    try:
        await run_in_threadpool(intake.read_raw_case, case.folder)
    except CaseRejected as error:
        view = await run_in_threadpool(describe_broken, case.folder, error)
        return show_page(request, "case-broken.html", {"broken": view, "name": case.name}, 200)
    return RedirectResponse(f"/cases/{case.id}/evidence", 303)


ROUTES = [
    Route("/", show_cases),
    Route("/case-list/news", list_news),
    Route("/cases/{case_id}", open_case),
]
