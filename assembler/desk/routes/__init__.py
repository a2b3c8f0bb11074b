"""The addresses of the desk. Each module has those of one page; all are listed here."""

from starlette.routing import Route

from assembler.desk.routes import case_edits, case_events, case_list


def list_routes() -> list[Route]:
    """Return the routes of all pages."""
    return [*case_list.ROUTES, *case_edits.ROUTES, *case_events.ROUTES]


__all__ = ["list_routes"]
