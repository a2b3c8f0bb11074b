"""Tell open pages at once what changes: the case, by whomever, and the work on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from assembler.desk.case_folders import CaseFolder
from assembler.desk.desk_state import Desk
from assembler.desk.page_answers import find_case, get_desk

_LOOK_SECONDS = 0.4  # between two looks at case.json and at the work
_BEAT = 25  # looks without news after which a comment keeps the connection open


async def follow(request: Request) -> StreamingResponse:
    """Send `case` events with the version of case.json, and `job` events with the work on it."""
    desk, case = get_desk(request), find_case(request)
    return StreamingResponse(
        _list_events(request, desk, case),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _list_events(request: Request, desk: Desk, case: CaseFolder) -> AsyncIterator[str]:
    presence = request.app.state.presence
    presence.open_pages += 1
    try:
        shown: dict[str, str] = {}
        quiet = 0
        while not await request.is_disconnected():
            news = {
                "case": json.dumps({"version": desk.open_store(case).read_version()}),
                "job": json.dumps(describe_job(desk, case)),
            }
            quiet += 1
            for name, data in news.items():
                if shown.get(name) != data:
                    shown[name], quiet = data, 0
                    yield f"event: {name}\ndata: {data}\n\n"
            if quiet >= _BEAT:
                quiet = 0
                yield ": still here\n\n"
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        presence.open_pages -= 1


def describe_job(desk: Desk, case: CaseFolder) -> dict[str, Any]:
    """Return what a page shows of the work on a case; {} if there was none."""
    job = desk.find_job(case)
    if job is None:
        return {}
    return {
        "kind": job.kind,
        "running": job.is_running,
        "step": job.progress.step,
        "done": job.progress.done,
        "total": job.progress.total,
        "started": job.started,
    }


ROUTES = [Route("/cases/{case_id}/events", follow)]
