"""Send the files of packets, and forms that were filled by themselves.

Their addresses carry a secret instead of the cookie: review.html runs its own script, so it is
shown in a sandbox, as a stranger to the desk, that could not change anything even if it were
forged.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from assembler.desk.desk_state import NoSuchCase
from assembler.desk.packet_downloads import (
    ServedFile,
    find_file,
    list_filled_forms,
    list_places,
)
from assembler.desk.page_answers import get_desk
from assembler.pipeline import FILLED_FORMS

# a link out of the page opens a plain window: a PDF viewer does not work in a sandbox
_REVIEW_POLICY = (
    "sandbox allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox "
    "allow-modals; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FILE_POLICY = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'none'"


async def send_packet_file(request: Request) -> Response:
    """Send a file of a packet: shown if a browser can, else saved."""
    params = request.path_params
    try:
        case = get_desk(request).find_by_capability(params["capability"])
    except NoSuchCase:
        return PlainTextResponse("there is no such file", 404)
    list_folders = list_filled_forms if params["place"] == FILLED_FORMS else list_places
    places = await run_in_threadpool(list_folders, case.folder)
    packet = places.get((params["place"], params["packet"]))
    served = await run_in_threadpool(find_file, packet, params["path"]) if packet else None
    if served is None:
        return PlainTextResponse("there is no such file", 404)
    return _answer(served, is_download="download" in request.query_params)


def _answer(served: ServedFile, *, is_download: bool) -> Response:
    headers = {"content-security-policy": _REVIEW_POLICY if served.is_review else _FILE_POLICY}
    # a page in a sandbox may not ask for a group of windows of its own
    headers |= {"cross-origin-opener-policy": "unsafe-none"} if served.is_review else {}
    return FileResponse(
        served.path,
        media_type=served.media_type,
        filename=served.path.name,
        content_disposition_type="inline" if served.is_inline and not is_download else "attachment",
        headers=headers,
    )


ROUTES = [Route("/packets/{capability}/{place}/{packet}/{path:path}", send_packet_file)]
