"""The list of cases."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from assembler.desk.answers import find_case, get_desk, show_page


async def show_cases(request: Request) -> Response:
    """Show all cases below the root."""
    desk = get_desk(request)
    return show_page(request, "cases.html", {"cases": desk.list_cases(), "root": desk.root.name})


async def open_case(request: Request) -> Response:
    """Lead to the first page of a case."""
    return RedirectResponse(f"/cases/{find_case(request).id}/evidence", 303)


ROUTES = [Route("/", show_cases), Route("/cases/{case_id}", open_case)]
