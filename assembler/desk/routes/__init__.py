"""The addresses of the desk. Each module has those of one page; all are listed here."""

from starlette.routing import Route

from assembler.desk.routes import (
    all_cases,
    build_routes,
    case_edits,
    case_events,
    check,
    evidence,
    facts,
    form_routes,
    packet_routes,
    picture_routes,
    start_cases,
)


def list_routes() -> list[Route]:
    """Return the routes of all pages."""
    return [
        *all_cases.ROUTES,
        *start_cases.ROUTES,
        *facts.ROUTES,
        *form_routes.ROUTES,
        *check.ROUTES,
        *evidence.ROUTES,
        *picture_routes.ROUTES,
        *build_routes.ROUTES,
        *packet_routes.ROUTES,
        *case_edits.ROUTES,
        *case_events.ROUTES,
    ]


__all__ = ["list_routes"]
