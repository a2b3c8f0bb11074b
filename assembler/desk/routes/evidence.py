"""The page Evidence: the board of exhibits, uploads, proposals, and pictures of pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk import exhibit_edits as edits
from assembler.desk import exhibit_fields as fields
from assembler.desk.board_plan import (
    BoardPlan,
    list_accepted,
    plan_board,
    read_choices,
    read_fronts,
)
from assembler.desk.case_files import CaseFiles, FileJob, identify_file
from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_store import Edit, EditRefused
from assembler.desk.desk_state import Desk
from assembler.desk.evidence_view import BoardInputs, make_board
from assembler.desk.evidence_work import ProposeOutcome, ProposeWork, propose
from assembler.desk.exhibit_panel import make_panel
from assembler.desk.field_edits import FieldEdit
from assembler.desk.file_passwords import keep_password
from assembler.desk.import_upload import remove_abandoned
from assembler.desk.page_answers import (
    JsonAnswer,
    answer_change,
    find_case,
    get_desk,
    get_number,
    get_text,
    get_texts,
    read_body,
    show_case_page,
)
from assembler.desk.page_refs import Counts
from assembler.desk.uploads import receive_file, sweep_unfinished
from assembler.evidence.refused_kinds import REFUSED
from assembler.intake.proposals.known_case import read_people
from assembler.intake.untyped_values import read_listed_paths
from assembler.pipeline.propose_exhibits import describe_case
from assembler.runtime.background_job import describe_failure

_FIRST_LOOK = 0.35  # seconds that the first view of a case waits for its files
_LONG_LOOK = 30.0  # seconds that a person waits for a file to be opened
_MAX_CHOICES = 5_000  # pages moved at once


def get_files(desk: Desk, case: CaseFolder) -> CaseFiles:
    """Return what is known of the files of a case, the same table each time."""
    key = f"files {case.id}"
    if key not in desk.notes:
        desk.notes[key] = CaseFiles(case.folder)
    files: CaseFiles = desk.notes[key]
    return files


async def _read_inputs(desk: Desk, case: CaseFolder, wait: float = 0.0) -> BoardInputs:
    """Return what the page is made of. Raises CaseRejected if case.json cannot be read."""
    version = desk.open_store(case).read()
    files = get_files(desk, case)
    await files.refresh(desk.page_workers, list_accepted(version.value), wait)
    known = f"plan {case.id}"
    files.look_at_builds(desk.page_workers, read_fronts)
    stamp = (version.version, desk.as_of, tuple(files.known))
    if desk.notes.get(known, (None,))[0] != stamp:
        plan = await run_in_threadpool(
            plan_board, case.folder, version.value, desk.shelf, desk.as_of
        )
        desk.notes[known] = (stamp, plan)
    plan_known: BoardPlan = desk.notes[known][1]
    languages = desk.shelf.schema("languages.json")["languages"]
    return BoardInputs(
        raw=version.value,
        plan=plan_known,
        files=files.known,
        categories=read_choices(desk.shelf, "category"),
        languages=dict(sorted(languages.items(), key=lambda pair: (pair[0] != "en", pair[1]))),
        people=_label_people(version.value),
        fronts=files.fronts,
    )


def _label_people(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return how a list shows each person: name, then what the person is in the case."""
    labels = {}
    for person in read_people(dict(raw)):
        words = " ".join(filter(None, person.names[0])) if person.names else ""
        labels[person.id] = words or person.id
    return labels


async def show_board(request: Request) -> Response:
    """Show the exhibits of a case, and its files that are in none."""
    desk, case = get_desk(request), find_case(request)
    await run_in_threadpool(_clean_up, case)
    inputs = await _read_inputs(desk, case, _FIRST_LOOK)
    files = get_files(desk, case)
    board = make_board(inputs, request.query_params.get("packet", ""))
    return show_case_page(
        request,
        "evidence.html",
        case,
        {
            "page": "evidence",
            "board": board,
            "revision": files.revision,
            "is_busy": files.is_busy,
            "categories": inputs.categories,
            "outcome": _find_outcome(desk, case),
            "job": _describe_job(desk, case),
        },
    )


def _clean_up(case: CaseFolder) -> None:
    """Remove what a desk that was killed left in the case."""
    sweep_unfinished(case.folder)
    remove_abandoned(case.folder)


def _find_outcome(desk: Desk, case: CaseFolder) -> ProposeOutcome | None:
    job = desk.find_job(case)
    if job is None or job.kind != "propose" or job.is_running:
        return None
    return job.job.result if isinstance(job.job.result, ProposeOutcome) else None


def _describe_job(desk: Desk, case: CaseFolder) -> dict[str, Any]:
    job = desk.find_job(case)
    if job is None or job.kind != "propose":
        return {"running": False, "problem": ""}
    problem = "" if job.is_running else describe_failure(job.job.result)
    return {"running": job.is_running, "problem": problem}


async def tell_state(request: Request) -> Response:
    """Tell whether something new is known of the files."""
    desk, case = get_desk(request), find_case(request)
    files = get_files(desk, case)
    version = desk.open_store(case).read()
    await files.refresh(desk.page_workers, list_accepted(version.value))
    return JsonAnswer({"revision": files.revision, "busy": files.is_busy})


async def show_panel(request: Request) -> Response:
    """Return the part of a page in which one exhibit is edited."""
    desk, case = get_desk(request), find_case(request)
    inputs = await _read_inputs(desk, case)
    known = await run_in_threadpool(describe_case, dict(inputs.raw), desk.shelf, desk.as_of)
    panel = make_panel(
        inputs,
        request.path_params["place"],
        [(line.id, f"{line.id} · {line.text}") for line in known.lines],
        desk.shelf.schema("case.schema.json"),
    )
    if panel is None:
        raise HTTPException(404, "there is no such exhibit any more")
    return show_case_page(request, "evidence_panel.html", case, {"panel": panel})


async def add_file(request: Request) -> Response:
    """Write the body of the request into evidence/, and tell whether the file can be used."""
    desk, case = get_desk(request), find_case(request)
    name = request.query_params.get("name", "")
    refuse_announced_size(request)
    desk.open_store(case).read()  # a folder that was moved meanwhile is not made anew
    try:
        upload = await receive_file(case.folder, name, request.stream())
    except ClientDisconnect:
        return Response(status_code=400)
    job = FileJob(folder=case.folder, path=upload.path)
    kind = await asyncio.wrap_future(desk.page_workers.submit(identify_file, job, urgent=True))
    files = get_files(desk, case)
    if isinstance(kind, str) and kind in REFUSED:
        description, remedy = REFUSED[kind]
        (case.folder / upload.path).unlink(missing_ok=True)
        return JsonAnswer({"refused": True, "problem": f"it is {description}", "remedy": remedy})
    same = files.find_by_sha256(upload.sha256)
    version = desk.open_store(case).read()
    await files.refresh(desk.page_workers, list_accepted(version.value))
    is_same = same is not None and same.path != upload.path and same.path in files.known
    return JsonAnswer(
        {"path": upload.path, "same_as": same.path if same is not None and is_same else ""}
    )


async def unlock_file(request: Request) -> Response:
    """Keep the password of a file, if it opens it: {"path", "password"}."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    path, password = get_text(body, "path"), get_text(body, "password")
    files = get_files(desk, case)
    if path not in files.known or not password:
        raise EditRefused(
            "there is no such file" if password else "the password is empty",
            where="Locked files",
            remedy="load the page again" if password else "type the one that opens the file",
        )
    await run_in_threadpool(keep_password, case.folder, path, password)
    files.forget(path)
    accepted = list_accepted(desk.open_store(case).read().value)
    await files.refresh(desk.page_workers, accepted, _LONG_LOOK)
    facts = files.known.get(path)
    if facts is not None and facts.is_locked:
        await run_in_threadpool(keep_password, case.folder, path, "")
        raise EditRefused(
            "this password does not open it", where=path, remedy="ask who sent the file"
        )
    return JsonAnswer({"opened": True})


def refuse_announced_size(request: Request) -> None:
    """Raise EditRefused before a byte is read, if the browser says that the file is too large."""
    from assembler.intake.file_check import MAX_FILE

    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MAX_FILE:
        raise EditRefused(
            f"the file is larger than {MAX_FILE // 1_000_000} MB",
            where="Upload",
            remedy="split it, or scan at 300 dpi",
        )


async def start_proposing(request: Request) -> Response:
    """Propose exhibits for the files that are in none, as work in a process of its own."""
    desk, case = get_desk(request), find_case(request)
    await read_body(request)
    work = ProposeWork(folder=case.folder, shelf=desk.shelf, as_of=desk.as_of, workers=desk.workers)
    desk.start_job(case, "propose", propose, work)
    return JsonAnswer({"started": True})


async def stop_proposing(request: Request) -> Response:
    """End the work of proposing; case.json is as it was."""
    desk, case = get_desk(request), find_case(request)
    await read_body(request)
    job = desk.find_job(case)
    if job is not None and job.kind == "propose" and job.is_running:
        job.job.ask_to_end()
    return JsonAnswer({"ended": True})


async def change_exhibits(request: Request) -> Response:
    """Make one change of the exhibits; the page says which version it saw."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    read_edit = _EDITS.get(request.path_params["action"])
    if read_edit is None:
        raise HTTPException(404, "there is no such change")
    counts = get_files(desk, case).counts
    edit = read_edit(body, counts)
    seen = "" if request.path_params["action"] == "set-field" else get_text(body, "version")
    if not seen and request.path_params["action"] != "set-field":
        raise HTTPException(400, "version must be the one that the page shows")
    return answer_change(request, case, desk.open_store(case).change(edit, seen=seen))


def _read_choices(body: Mapping[str, Any]) -> list[edits.PageChoice]:
    rows = body.get("pages")
    if not isinstance(rows, list) or not 0 < len(rows) <= _MAX_CHOICES:
        raise HTTPException(400, "pages must be a list of pages")
    return [_read_choice(row) for row in rows]


def _read_choice(row: Any) -> edits.PageChoice:
    if not isinstance(row, dict):
        raise HTTPException(400, "pages must be a list of objects")
    is_loose = row.get("exhibit") == edits.LOOSE
    return edits.PageChoice(
        exhibit=edits.LOOSE if is_loose else get_number(row, "exhibit"),
        index=0 if is_loose else get_number(row, "index"),
        path=get_text(row, "path"),
        page=get_number(row, "page"),
    )


def _read_target(body: Mapping[str, Any]) -> edits.PageTarget:
    return edits.PageTarget(
        exhibit=get_number(body, "exhibit"),
        index=get_number(body, "index"),
        role=get_text(body, "role"),
    )


def _read_move_exhibit(body: Mapping[str, Any], _counts: Counts) -> Edit:
    place, before = get_number(body, "place"), get_number(body, "before")
    category = get_text(body, "category")
    return lambda case: edits.move_exhibit(case, place, before, category)


def _read_move_pages(body: Mapping[str, Any], counts: Counts) -> Edit:
    choices, target = _read_choices(body), _read_target(body)
    return lambda case: edits.move_pages(case, choices, target, counts)


def _read_take_out(body: Mapping[str, Any], counts: Counts) -> Edit:
    choices = _read_choices(body)
    return lambda case: edits.take_pages_out(case, choices, counts)


def _read_turn(body: Mapping[str, Any], counts: Counts) -> Edit:
    choices, degrees = _read_choices(body), get_number(body, "degrees")
    return lambda case: edits.turn_pages(case, choices, degrees, counts)


def _read_role(body: Mapping[str, Any], counts: Counts) -> Edit:
    choices, role = _read_choices(body), get_text(body, "role")
    return lambda case: edits.set_role(case, choices, role, counts)


def _read_make(body: Mapping[str, Any], counts: Counts) -> Edit:
    choices = _read_choices(body)
    return lambda case: edits.make_exhibit(case, choices, counts)


def _read_split(body: Mapping[str, Any], counts: Counts) -> Edit:
    place, index = get_number(body, "place"), get_number(body, "index")
    return lambda case: edits.split_exhibit(case, place, index, counts)


def _read_join(body: Mapping[str, Any], counts: Counts) -> Edit:
    place, other = get_number(body, "place"), get_number(body, "other")
    return lambda case: edits.join_exhibits(case, place, other, counts)


def _read_remove(body: Mapping[str, Any], _counts: Counts) -> Edit:
    place, reason = get_number(body, "place"), get_text(body, "reason")
    return lambda case: edits.remove_exhibit(case, place, reason)


def _read_ignore(body: Mapping[str, Any], counts: Counts) -> Edit:
    paths, reason = get_texts(body, "paths"), get_text(body, "reason")

    def ignore(case: dict[str, Any]) -> dict[str, Any]:
        known = {*counts, *(path for _, path in read_listed_paths(case))}
        for path in paths:
            if path not in known:
                raise EditRefused(
                    "there is no such file", where="Evidence", remedy="load the page again"
                )
            case = edits.ignore_file(case, path, reason)
        return case

    return ignore


def _read_restore(body: Mapping[str, Any], _counts: Counts) -> Edit:
    path = get_text(body, "path")
    return lambda case: edits.restore_file(case, path)


def _read_confirm(body: Mapping[str, Any], _counts: Counts) -> Edit:
    place, names = get_number(body, "place"), get_texts(body, "fields")
    return lambda case: fields.confirm_fields(case, place, names)


def _read_field(body: Mapping[str, Any], _counts: Counts) -> Edit:
    place, exhibit_id = get_number(body, "place"), get_text(body, "id")
    edit = FieldEdit(pointer=get_text(body, "field"), value=body.get("value"), was=body.get("was"))
    return lambda case: fields.set_field(case, place, exhibit_id, edit)


def _read_pages(body: Mapping[str, Any], counts: Counts) -> Edit:
    place, index = get_number(body, "place"), get_number(body, "index")
    pages, was = get_text(body, "pages"), get_text(body, "was")
    return lambda case: fields.set_pages(case, place, index, pages, was, counts)


def _read_excerpt(body: Mapping[str, Any], counts: Counts) -> Edit:
    place, index = get_number(body, "place"), get_number(body, "index")
    is_excerpt = body.get("value") is True
    return lambda case: fields.mark_excerpt(
        case, place, index, is_excerpt=is_excerpt, counts=counts
    )


def _read_option(body: Mapping[str, Any], counts: Counts) -> Edit:
    place, index = get_number(body, "place"), get_number(body, "index")
    name, text, was = (get_text(body, key) for key in ("name", "value", "was"))
    edit = FieldEdit(pointer=name, value=text, was=was)
    return lambda case: fields.set_option(case, place, index, edit, counts)


_EDITS: dict[str, Callable[[Mapping[str, Any], Counts], Edit]] = {
    "move-exhibit": _read_move_exhibit,
    "move-pages": _read_move_pages,
    "take-out": _read_take_out,
    "turn": _read_turn,
    "set-role": _read_role,
    "make-exhibit": _read_make,
    "split": _read_split,
    "join": _read_join,
    "remove-exhibit": _read_remove,
    "ignore": _read_ignore,
    "restore": _read_restore,
    "confirm": _read_confirm,
    "set-field": _read_field,
    "set-pages": _read_pages,
    "set-excerpt": _read_excerpt,
    "set-option": _read_option,
}


ROUTES = [
    Route("/cases/{case_id}/evidence", show_board),
    Route("/cases/{case_id}/evidence/state", tell_state),
    Route("/cases/{case_id}/evidence/exhibits/{place:place}", show_panel),
    Route("/cases/{case_id}/evidence/files", add_file, methods=["POST"]),
    Route("/cases/{case_id}/evidence/password", unlock_file, methods=["POST"]),
    Route("/cases/{case_id}/evidence/propose", start_proposing, methods=["POST"]),
    Route("/cases/{case_id}/evidence/propose/stop", stop_proposing, methods=["POST"]),
    Route("/cases/{case_id}/evidence/change/{action}", change_exhibits, methods=["POST"]),
]
