"""Write the citations of a document, and its other references to our own pages, as links. Pure but
for docxtpl."""

from __future__ import annotations

import re
from difflib import get_close_matches

from docxtpl import RichText

from assembler.documents.sandbox import Template
from assembler.errors import TemplateBroken
from assembler.layout.page_order import HOST
from assembler.layout.upload_set import describe_place
from assembler.model import IndexRow, Layout
from assembler.model.citations import Cite, parse

_LEADS_UP = re.compile(r"(\([^()]*|\b[Ss]ee(?: also)?\s+)$")


def group_citations(text: str) -> list[str | list[Cite]]:
    """Split a text into pieces; adjacent citations, "[@a; @b]", are one list."""
    groups: list[str | list[Cite]] = []
    for piece in parse(text):
        if isinstance(piece, str):
            groups.append(piece)
        elif len(groups) > 1 and groups[-1] == "; " and isinstance(group := groups[-2], list):
            groups.pop()
            group.append(piece)
        else:
            groups.append([piece])
    return groups


class _Link(RichText):  # type: ignore[misc]
    """A link that enters its document when it is printed: a paper that lists no exhibit does not
    change with the list."""

    def __init__(self, text: str, url: str, template: Template) -> None:
        super().__init__()
        self._link = text, url, template

    def __str__(self) -> str:
        text, url, template = self._link
        printed = RichText()
        printed.add(text, url_id=template.link_id(url))
        return str(printed)


class Citer:
    """Write citations: called in a template as cite('id', 2), or on a paragraph of the case through
    `prose`."""

    def __init__(self, layout: Layout, template: Template, where: str) -> None:
        self._rows = {row.exhibit: row for row in layout.index}
        self._layout = layout
        self._addresses = dict(layout.addresses)
        self._template = template
        self._where = where

    def __call__(self, exhibit: str, page: int | None = None, last: int | None = None) -> RichText:
        rich = RichText()
        self._add(rich, Cite(exhibit=exhibit, page=page, last=last))
        return rich

    def prose(self, text: str) -> RichText:
        """Return a paragraph of the case, its citations as links, in parentheses unless the
        sentence leads up to them."""
        rich, before = RichText(), ""
        for piece in group_citations(text):
            if isinstance(piece, str):
                rich.add(piece)
                before += piece
                continue
            opening, closing = ("", "") if _LEADS_UP.search(before) else ("(", ")")
            for number, cite in enumerate(piece):
                rich.add("; " if number else opening)
                self._add(rich, cite)
            rich.add(closing)
        return rich

    def link(self, text: str, address: str) -> RichText:
        """Return text that links to one of our own addresses."""
        return _Link(text, HOST + address, self._template)

    def _add(self, rich: RichText, cite: Cite) -> None:
        row = self._rows.get(cite.exhibit)
        if row is None:
            suggestions = get_close_matches(cite.exhibit, self._rows, 1)
            raise TemplateBroken(
                f"there is no exhibit {cite.exhibit!r} to cite in this packet",
                where=self._where,
                remedy=f"did you mean {suggestions[0]!r}?"
                if suggestions
                else "use the id of an exhibit of case.json",
            )
        first = self._find_number(cite, cite.page or 1, row)
        text, last = f"Ex. {row.tab} at {self._layout.label(first)}", first
        if cite.last and cite.last > (cite.page or 1):
            last = self._find_number(cite, cite.last, row)
            text += f"–{self._layout.label(last)}"
        rich.add(
            text + self.write_place(first, last),
            url_id=self._template.link_id(f"{HOST}exhibit/{cite.exhibit}/{cite.page or 1}"),
        )

    def write_place(self, first: int, last: int) -> str:
        """Return what follows a citation in an upload set, " [file 04, page 3]"; "" elsewhere."""
        place = describe_place(self._layout, first, last)
        return f" [{place}]" if place else ""

    def _find_number(self, cite: Cite, page: int, row: IndexRow) -> int:
        number = self._addresses.get(f"exhibit/{cite.exhibit}/{page}")
        if number is None:
            raise TemplateBroken(
                f"page {page} of exhibit {cite.exhibit!r} is cited, which has "
                f"{row.last - row.first + 1} pages",
                where=self._where,
                remedy="correct the page of the citation",
            )
        return number
