"""Read what a page sends, and answer it: pages from templates, results and errors as JSON."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from assembler import __version__
from assembler.desk.case_folders import CaseFolder
from assembler.desk.case_store import CaseChanged, CaseVersion
from assembler.desk.desk_state import Desk, NoSuchCase
from assembler.errors import AssemblerError, FindingsError
from assembler.intake.json_text import BadJson, decode_text, parse_json
from assembler.model import Finding

ASSETS = Path(__file__).parent / "assets"
MAX_BODY = 1_000_000  # bytes of a change; files have a limit of their own
MAX_POINTER = 1_000  # characters
MAX_STEPS = 30  # of a pointer; case.json is never so deep
STALL_SECONDS = 30.0  # in which a browser must send something
BODY_SECONDS = 60.0  # in which it must send all of a change


class PlaceConvertor(IntegerConvertor):
    """A number in an address, "{page:place}", of no more digits than Python reads at once."""

    regex = "[0-9]{1,9}"


register_url_convertor("place", PlaceConvertor())


class JsonAnswer(JSONResponse):
    """Any value as JSON; in ASCII, since case.json may have half of a character."""

    def render(self, content: Any) -> bytes:
        """Return the bytes of the answer."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def get_desk(request: Request) -> Desk:
    """Return the desk that a request is for."""
    desk: Desk = request.app.state.desk
    return desk


def find_case(request: Request) -> CaseFolder:
    """Return the case in the address of a request. Raises NoSuchCase."""
    return get_desk(request).find_case(request.path_params["case_id"])


async def read_chunks(
    stream: AsyncIterator[bytes], stall: float, total: float
) -> AsyncIterator[bytes]:
    """Yield the body of a request as it arrives.

    Args:
        stall: seconds in which something must come.
        total: seconds in which all of it must come.

    Raises TimeoutError.
    """
    end = time.monotonic() + total
    while True:
        chunk = await asyncio.wait_for(anext(stream, None), min(stall, end - time.monotonic()))
        if chunk is None:
            return
        yield chunk


async def read_body(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request.

    Raises HTTPException if it is too large, comes too slowly, or is not a JSON object.
    """
    data = bytearray()
    try:
        async for chunk in read_chunks(request.stream(), STALL_SECONDS, BODY_SECONDS):
            data += chunk
            if len(data) > MAX_BODY:
                raise HTTPException(413, "the request is too large")
    except (TimeoutError, ClientDisconnect) as error:
        raise HTTPException(408, "the request came too slowly") from error
    try:
        text = decode_text(bytes(data))
        value = parse_json(text)[0]
        if "\\u" in text:  # an escape may be half of a character, which no text can keep
            json.dumps(value, ensure_ascii=False).encode()
    except (BadJson, UnicodeError) as error:
        raise HTTPException(400, "the request is not JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "the request is not a JSON object")
    return value


def get_text(body: Mapping[str, Any], name: str) -> str:
    """Return a text of a request. Raises HTTPException if it is none."""
    value = body.get(name)
    if not isinstance(value, str):
        raise HTTPException(400, f"{name} must be a text")
    return value


def get_pointer(body: Mapping[str, Any], name: str = "pointer") -> str:
    """Return a JSON pointer to a place below the case. Raises HTTPException if it is none."""
    pointer = get_text(body, name)
    if not pointer.startswith("/") or len(pointer) > MAX_POINTER or pointer.count("/") > MAX_STEPS:
        raise HTTPException(400, f"{name} must be a JSON pointer")
    return pointer


def read_whole_number(text: str, most: int) -> int | None:
    """Return a number from 0 to `most`, as an address has it; None for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    return int(text) if is_number and int(text) <= most else None


def get_number(body: Mapping[str, Any], name: str) -> int:
    """Return a whole number of a request, 0 or more. Raises HTTPException if it is none."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise HTTPException(400, f"{name} must be a number")
    return value


def get_texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts of a request. Raises HTTPException if it is none."""
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise HTTPException(400, f"{name} must be a list of texts")
    return tuple(value)


def show_page(
    request: Request, template: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """Return a page made of a template."""
    text = (
        _load_templates()
        .get_template(template)
        .render(csrf=request.state.csrf, program=__version__, **context)
    )
    # case.json may have half of a character, as an escape; the findings say so
    return HTMLResponse(text.encode(errors="replace"), status)


def show_case_page(
    request: Request, template: str, case: CaseFolder, context: Mapping[str, Any]
) -> Response:
    """Return a page of a case, with its navigation, undo and state.

    Raises CaseRejected if case.json cannot be read.
    """
    store = get_desk(request).open_store(case)
    version = store.read()
    return show_page(
        request,
        template,
        {
            "case": case,
            "base": f"/cases/{case.id}",
            "version": version.version,
            "can_undo": store.has_undo(version.text),
            "can_redo": store.has_redo(version.text),
            **context,
        },
    )


def answer_change(
    request: Request, case: CaseFolder, version: CaseVersion, **more: Any
) -> Response:
    """Return the answer to a change: the version of the case now, and whether it can be undone."""
    store = get_desk(request).open_store(case)
    return JsonAnswer(
        {
            "version": version.version,
            "undo": store.has_undo(version.text),
            "redo": store.has_redo(version.text),
            **more,
        }
    )


def answer_error(request: Request, error: Exception) -> Response:
    """Return the answer for an AssemblerError: JSON for a script, a page for a person."""
    if not isinstance(error, AssemblerError):
        raise error
    status = (
        409 if isinstance(error, CaseChanged) else 404 if isinstance(error, NoSuchCase) else 400
    )
    findings = error.findings if isinstance(error, FindingsError) else ()
    rows = [
        {"where": finding.where, "problem": finding.problem, "remedy": finding.remedy}
        for finding in findings
        if isinstance(finding, Finding)
    ]
    row = {"where": error.where, "problem": error.problem, "remedy": error.remedy}
    if "text/html" in request.headers.get("accept", ""):
        address = request.url.path if request.method == "GET" else "/"
        context = {"error": row, "findings": rows, "address": address}
        return show_page(request, "error.html", context, status)
    return JsonAnswer({**row, "findings": rows}, status)


@cache
def _load_templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tojson_text"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.filters["address"] = lambda text: quote(str(text), safe="")
    return environment
