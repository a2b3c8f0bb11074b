"""The page Evidence: the board of exhibits, uploads, proposals, and pictures of pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assembler.desk import exhibit_edits as edits
from assembler.desk.answers import (
    answer_change,
    find_case,
    get_desk,
    get_number,
    get_text,
    get_texts,
    read_body,
    show_case_page,
)
from assembler.desk.board_plan import BoardPlan, list_accepted, plan_board, read_choices
from assembler.desk.case_files import CaseFiles, FileFacts, FileJob, identify_file
from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_store import Edit, EditRefused
from assembler.desk.desk_state import Desk
from assembler.desk.evidence_view import BoardInputs, make_board, make_panel
from assembler.desk.evidence_work import ProposeOutcome, ProposeWork, propose
from assembler.desk.field_edits import FieldEdit
from assembler.desk.page_images import (
    MEDIA_TYPE,
    SIDES,
    DrawnPages,
    PageWords,
    PictureJob,
    WordsJob,
    draw_pages,
    read_words,
)
from assembler.desk.page_refs import Counts
from assembler.desk.uploads import receive_file
from assembler.evidence.refused_kinds import REFUSED
from assembler.intake.proposals.known_case import read_people
from assembler.intake.untyped_values import read_listed_paths
from assembler.pipeline.propose_exhibits import describe_case
from assembler.runtime.background_job import describe_failure
from assembler.runtime.queued_workers import QueuedWorkers

_FIRST_LOOK = 0.35  # seconds that the first view of a case waits for its files
_LONG_LOOK = 20.0  # seconds that a picture waits for its file to be found, after a restart
_MAX_WORKERS = 2  # that draw pages at the same time
_MAX_CHOICES = 5_000  # pages moved at once
_FOREVER = "private, max-age=31536000, immutable"
_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="85" height="110" viewBox="0 0 85 110">'
    '<path d="M28 38h20l10 10v26H28zM38 56l10 10m0-10-10 10" fill="none" stroke="#838c99" '
    'stroke-width="2"/></svg>'
)


def _get_workers(desk: Desk) -> QueuedWorkers:
    if "page workers" not in desk.notes:
        desk.notes["page workers"] = QueuedWorkers(min(desk.workers, _MAX_WORKERS))
    workers: QueuedWorkers = desk.notes["page workers"]
    return workers


def _get_files(desk: Desk, case: CaseFolder) -> CaseFiles:
    key = f"files {case.id}"
    if key not in desk.notes:
        desk.notes[key] = CaseFiles(case.folder)
    files: CaseFiles = desk.notes[key]
    return files


async def _read_inputs(desk: Desk, case: CaseFolder, wait: float = 0.0) -> BoardInputs:
    """Return what the page is made of. Raises CaseRejected if case.json cannot be read."""
    version = desk.open_store(case).read()
    files = _get_files(desk, case)
    await files.refresh(_get_workers(desk), list_accepted(version.value), wait)
    known = f"plan {case.id}"
    stamp = (version.version, desk.as_of, tuple(files.facts), _read_build_time(case.folder))
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
        files=files.facts,
        categories=read_choices(desk.shelf, "category"),
        languages=dict(sorted(languages.items(), key=lambda pair: (pair[0] != "en", pair[1]))),
        people=_label_people(version.value),
    )


def _read_build_time(folder: Path) -> int:
    try:
        return (folder / "build").stat().st_mtime_ns
    except OSError:
        return 0


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
    inputs = await _read_inputs(desk, case, _FIRST_LOOK)
    files = _get_files(desk, case)
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
    files = _get_files(desk, case)
    version = desk.open_store(case).read()
    await files.refresh(_get_workers(desk), list_accepted(version.value))
    return JSONResponse({"revision": files.revision, "busy": files.is_busy})


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
    _refuse_announced_size(request)
    try:
        upload = await receive_file(case.folder, name, request.stream())
    except ClientDisconnect:
        return Response(status_code=400)
    job = FileJob(folder=case.folder, path=upload.path)
    kind = await asyncio.wrap_future(_get_workers(desk).submit(identify_file, job, urgent=True))
    files = _get_files(desk, case)
    if isinstance(kind, str) and kind in REFUSED:
        description, remedy = REFUSED[kind]
        (case.folder / upload.path).unlink(missing_ok=True)
        return JSONResponse({"refused": True, "problem": f"it is {description}", "remedy": remedy})
    same = files.find_by_sha256(upload.sha256)
    version = desk.open_store(case).read()
    await files.refresh(_get_workers(desk), list_accepted(version.value))
    is_same = same is not None and same.path != upload.path and same.path in files.facts
    return JSONResponse(
        {"path": upload.path, "same_as": same.path if same is not None and is_same else ""}
    )


def _refuse_announced_size(request: Request) -> None:
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
    return JSONResponse({"started": True})


async def change_exhibits(request: Request) -> Response:
    """Make one change of the exhibits; the page says which version it saw."""
    desk, case, body = get_desk(request), find_case(request), await read_body(request)
    read_edit = _EDITS.get(request.path_params["action"])
    if read_edit is None:
        raise HTTPException(404, "there is no such change")
    counts = _get_files(desk, case).counts
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
    place, fields = get_number(body, "place"), get_texts(body, "fields")
    return lambda case: edits.confirm_fields(case, place, fields)


def _read_field(body: Mapping[str, Any], _counts: Counts) -> Edit:
    place, exhibit_id = get_number(body, "place"), get_text(body, "id")
    edit = FieldEdit(pointer=get_text(body, "field"), value=body.get("value"), was=body.get("was"))
    return lambda case: edits.set_field(case, place, exhibit_id, edit)


def _read_pages(body: Mapping[str, Any], counts: Counts) -> Edit:
    place, index = get_number(body, "place"), get_number(body, "index")
    pages, was = get_text(body, "pages"), get_text(body, "was")
    return lambda case: edits.set_pages(case, place, index, pages, was, counts)


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
}


async def _find_file(request: Request) -> tuple[FileFacts, FileJob]:
    """Return the file of the content in an address, which is looked up, and how a worker gets it.
    Raises HTTPException."""
    desk, case = get_desk(request), find_case(request)
    files, sha256 = _get_files(desk, case), request.path_params["sha256"]
    facts = files.find_by_sha256(sha256)
    accepted = list_accepted(desk.open_store(case).read().value)
    if facts is None:
        await files.refresh(_get_workers(desk), accepted, _LONG_LOOK)
        facts = files.find_by_sha256(sha256)
    if facts is None or not 0 < request.path_params["number"] <= (facts.pages or 0):
        raise HTTPException(404, "there is no such page any more")
    path = facts.path
    return facts, FileJob(folder=case.folder, path=path, accept_reading=accepted.get(path, ""))


async def show_picture(request: Request) -> Response:
    """Return a picture of a page; its address names the content, so it may be kept for ever."""
    size = request.path_params["size"]
    if size not in SIDES:
        raise HTTPException(404, "there is no picture of this size")
    desk, case = get_desk(request), find_case(request)
    number = request.path_params["number"]
    drawn = desk.notes.setdefault("pictures", {})
    key = (case.id, request.path_params["sha256"], size, number)
    data = await run_in_threadpool(_read_picture, drawn.get(key), number)
    if data is None:
        facts, file = await _find_file(request)
        job = PictureJob(file=file, sha256=facts.sha256, page=number, size=size)
        result = await _work(desk, draw_pages, job, ("draw", case.id, job.sha256, size, job.first))
        if not isinstance(result, DrawnPages) or result.folder is None:
            _note_undrawn(_get_files(desk, case), facts.path, result)
            headers = {"cache-control": "no-store"}
            return Response(_NO_PICTURE, media_type="image/svg+xml", headers=headers)
        drawn[key] = result.folder
        data = await run_in_threadpool(_read_picture, result.folder, number)
    if data is None:
        raise HTTPException(404, "there is no such page any more")
    return Response(data, media_type=MEDIA_TYPE, headers={"cache-control": _FOREVER})


def _read_picture(folder: Path | None, number: int) -> bytes | None:
    """Return a picture from the cache; None if it is not there."""
    try:
        return (folder / f"{number}.webp").read_bytes() if folder is not None else None
    except OSError:
        return None


def _note_undrawn(files: CaseFiles, path: str, result: object) -> None:
    if isinstance(result, DrawnPages):
        files.note_problem(path, result.problem, result.remedy)
        return
    files.note_problem(
        path,
        "its pages cannot be drawn",
        "print it to a new PDF, or ask for the file again",
    )


async def _work(desk: Desk, function: Callable[[Any], Any], job: Any, key: Any) -> Any:
    """Return the result of a worker; when a browser goes, the work goes on for whoever else
    waits."""
    future = _get_workers(desk).submit(function, job, key)
    return await asyncio.shield(asyncio.wrap_future(future))


async def show_words(request: Request) -> Response:
    """Return the words of a page, if they can be had at once."""
    return await _answer_words(request, recognize=False)


async def recognize_words(request: Request) -> Response:
    """Recognize the words of a page, and return them."""
    await read_body(request)
    return await _answer_words(request, recognize=True)


async def _answer_words(request: Request, *, recognize: bool) -> Response:
    desk = get_desk(request)
    facts, file = await _find_file(request)
    language = request.query_params.get("language", "en")
    turn = request.query_params.get("turn", "")
    known = desk.shelf.schema("languages.json")["languages"]
    job = WordsJob(
        file=file,
        sha256=facts.sha256,
        page=request.path_params["number"],
        language=language if language.partition("-")[0] in known else "en",
        turn=int(turn) if turn in ("0", "90", "180", "270") else None,
        recognize=recognize,
    )
    result = await _work(desk, read_words, job, None)
    if not isinstance(result, PageWords):
        result = PageWords(problem="the words of this page cannot be read")
    return JSONResponse(
        {
            "read": result.is_read,
            "lines": result.lines,
            "turned": result.turned,
            "problem": result.problem,
        }
    )


ROUTES = [
    Route("/cases/{case_id}/evidence", show_board),
    Route("/cases/{case_id}/evidence/state", tell_state),
    Route("/cases/{case_id}/evidence/exhibits/{place:int}", show_panel),
    Route("/cases/{case_id}/evidence/files", add_file, methods=["POST"]),
    Route("/cases/{case_id}/evidence/propose", start_proposing, methods=["POST"]),
    Route("/cases/{case_id}/evidence/change/{action}", change_exhibits, methods=["POST"]),
    Route("/cases/{case_id}/pages/{sha256}/{number:int}/{size}.webp", show_picture),
    Route("/cases/{case_id}/pages/{sha256}/{number:int}/words", show_words),
    Route("/cases/{case_id}/pages/{sha256}/{number:int}/words", recognize_words, methods=["POST"]),
]
