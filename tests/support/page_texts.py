"""Pages of evidence with their text, as reading the evidence gives them, without any file."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from assembler.model import Ink, PageText, PartRole, PreparedPage, TextMethod

_NO_INK = Ink(cell=792, columns=1, rows=1, bits=b"\0")
_OF_TEXT = frozenset(field.name for field in fields(PageText)) - {"prepared"}


def make_page_text(text: str, path: str, page: int = 1, **more: Any) -> PageText:
    """A page that has these words in its text layer; `more`: as `change_page` takes them."""
    prepared = PreparedPage(
        path=path,
        sha256="",
        source_page=page,
        role=PartRole.DOCUMENT,
        language="en",
        width=612,
        height=792,
        method=TextMethod.TEXT,
        words=len(text.split()),
        confidence=None,
        turned=0,
        placement=None,
        dpi=None,
        ink=_NO_INK,
    )
    return change_page(PageText(prepared=prepared, text=text), **more)


def change_page(page: PageText, **changes: Any) -> PageText:
    """The page with other values, of its text or of the prepared page."""
    of_text = {name: value for name, value in changes.items() if name in _OF_TEXT}
    of_page = {name: value for name, value in changes.items() if name not in _OF_TEXT}
    return replace(page, prepared=replace(page.prepared, **of_page), **of_text)
