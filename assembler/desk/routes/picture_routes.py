"""Pictures of the pages of a case's files, and their words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk.board_plan import list_accepted
from assembler.desk.case_files import CaseFiles, FileFacts, FileJob
from assembler.desk.desk_state import Desk
from assembler.desk.page_answers import JsonAnswer, find_case, get_desk, read_body
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
from assembler.desk.routes.evidence import get_files
from assembler.errors import OutputNotWritten

_LONG_LOOK = 20.0  # seconds that a picture waits for its file to be found, after a restart
_FOREVER = "private, max-age=31536000, immutable"
_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="85" height="110" viewBox="0 0 85 110">'
    '<path d="M28 38h20l10 10v26H28zM38 56l10 10m0-10-10 10" fill="none" stroke="#838c99" '
    'stroke-width="2"/></svg>'
)


async def _find_file(request: Request) -> tuple[FileFacts, FileJob]:
    """Return the file of the content in an address, which is looked up, and how a worker gets it.
    Raises HTTPException."""
    desk, case = get_desk(request), find_case(request)
    files, sha256 = get_files(desk, case), request.path_params["sha256"]
    facts = files.find_by_sha256(sha256)
    accepted = list_accepted(desk.open_store(case).read().value)
    if facts is None:
        await files.refresh(desk.page_workers, accepted, _LONG_LOOK)
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
            _note_undrawn(get_files(desk, case), facts.path, result)
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
    if isinstance(result, OutputNotWritten):
        return  # the next try may find a place for the picture
    if isinstance(result, OutputNotWritten):
        return  # the next try may find a place for the picture
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
    future = desk.page_workers.submit(function, job, key)
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
    return JsonAnswer(
        {
            "read": result.is_read,
            "lines": result.lines,
            "turned": result.turned,
            "problem": result.problem,
        }
    )


_WORDS = "/cases/{case_id}/pages/{sha256}/{number:place}/words"
ROUTES = [
    Route("/cases/{case_id}/pages/{sha256}/{number:place}/{size}.webp", show_picture),
    Route(_WORDS, show_words),
    Route(_WORDS, recognize_words, methods=["POST"]),
]
