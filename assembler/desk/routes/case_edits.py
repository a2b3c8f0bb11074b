"""Changes of fields, undo and redo."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assembler.desk.field_edits import FieldEdit, edit_fields
from assembler.desk.page_answers import answer_change, find_case, get_desk, get_pointer, read_body


async def change_fields(request: Request) -> Response:
    """Change fields: {"changes": [{"pointer", "value", "was"}]}; a value of null removes one."""
    case, body = find_case(request), await read_body(request)
    changes = body.get("changes")
    if not isinstance(changes, list) or not all(isinstance(entry, dict) for entry in changes):
        raise HTTPException(400, "changes must be a list of objects")
    edits = [_read_edit(entry) for entry in changes]
    store = get_desk(request).open_store(case)
    return answer_change(request, case, store.change(lambda value: edit_fields(value, edits)))


def _read_edit(entry: dict[str, Any]) -> FieldEdit:
    pointer = get_pointer(entry)
    return FieldEdit(pointer=pointer, value=entry.get("value"), was=entry.get("was"))


async def undo(request: Request) -> Response:
    """Take the last change back."""
    case = find_case(request)
    return answer_change(request, case, get_desk(request).open_store(case).undo())


async def redo(request: Request) -> Response:
    """Make the change again that was taken back."""
    case = find_case(request)
    return answer_change(request, case, get_desk(request).open_store(case).redo())


ROUTES = [
    Route("/cases/{case_id}/fields", change_fields, methods=["POST"]),
    Route("/cases/{case_id}/undo", undo, methods=["POST"]),
    Route("/cases/{case_id}/redo", redo, methods=["POST"]),
]
