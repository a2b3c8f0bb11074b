"""What a template can say: the case's own words, page numbers from the layout, citations as
links. Pure but for docxtpl."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from docxtpl import RichText
from jinja2 import UndefinedError

from assembler.documents.sandbox import Template
from assembler.errors import TemplateBroken
from assembler.layout.page_order import HOST
from assembler.model import Case, Exhibit, IndexRow, Layout, PartKind, Person
from assembler.model.citations import Cite, parse

_MARGIN_WORDS = {
    "document": "Original",
    "translation": "English translation",
    "certificate": "Translator's certificate",
}
FACTS = (
    "address_lines",
    "via",
    "original_submission",
    "expedite_mark",
    "fee_sentence",
    "parole_fee_sentence",
    "forms",
    "legal_basis",
    "request_line",
)
_LEADS_UP = re.compile(r"(\([^()]*|\b[Ss]ee(?: also)?\s+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Everything one document is filled from; frozen, so that its repr is a key."""

    case: Case
    beneficiary: str
    declaration: str
    exhibit: str = ""  # for a translator's certificate
    layout: Layout
    facts: tuple[tuple[str, object], ...]
    languages: tuple[tuple[str, str], ...]  # BCP 47 → English name
    countries: tuple[tuple[str, str], ...]  # code → name
    letter_date: date | None
    more: tuple[tuple[str, object], ...] = ()  # further names of one template: ("sheet", …)


def context(values: Values, template: Template, where: str) -> dict[str, Any]:
    """The names a template may use."""
    case = values.case
    beneficiary = next(person for person in case.beneficiaries if person.id == values.beneficiary)
    declaration = next((d for d in case.declarations if d.id == values.declaration), None)
    exhibit = next((e for e in case.exhibits if e.id == values.exhibit), None)
    cite = Citer(values.layout, template, where)
    index = rows(values, cite)
    return {
        "case": case,
        "request": case.request,
        "petitioner": case.petitioner,
        "beneficiary": beneficiary,
        "supporters": [
            s for s in case.supporters if not s.beneficiaries or beneficiary.id in s.beneficiaries
        ],
        "attorney": case.attorney,
        "rfe": case.rfe,
        "points": points(case, index),
        "exhibit": exhibit,
        "translator": exhibit.translator if exhibit else None,
        "source_language": dict(values.languages).get(tag := source_language(exhibit), tag)
        if exhibit
        else None,
        "declaration": declaration,
        "declarant": declarant(case, declaration.declarant) if declaration else None,
        "sender": sender(case),
        "own_behalf": case.petitioner.id == beneficiary.id,
        "letter_date": longdate(values.letter_date) if values.letter_date else "",
        "days_left": days_left(values),
        "expedite": (case.request.expedite_reason,) if case.request.expedite_reason else (),
        "enclosed": enclosed(values),
        "index": index,
        "sheets": [row for row in index if row["sheeted"]],
        "files": files(values.layout),
        "plan_title": values.layout.title,
        "supplement": values.layout.frozen,
        "facts": {**dict.fromkeys(FACTS), **dict(values.facts)},
        "cite": cite,
        "prose": cite.prose,
        **dict(values.more),
    }


def filters(values: Values) -> dict[str, Callable[..., object]]:
    """Filters a template may use besides Jinja's own harmless ones."""
    languages, countries = dict(values.languages), dict(values.countries)
    return {
        "longdate": longdate,
        "months": lambda count: (
            "one month" if count == 1 else "one year" if count == 12 else f"{count} months"
        ),
        "language": lambda tag: languages.get(tag, tag),
        "country": lambda code: countries.get(code, code),
    }


def longdate(day: date | None) -> str:
    """ "January 5, 2026": spelled out, since 01/05 is read two ways. A day the case does not give
    is an error."""
    if day is None:
        raise UndefinedError("it prints the date of nothing (a value the case does not give)")
    return f"{day:%B} {day.day}, {day.year}"


def declarant(case: Case, person: str) -> Person:
    """The person of the case with this id. Raises KeyError; the door has checked that there is
    one."""
    everyone = (
        case.petitioner,
        *case.beneficiaries,
        *(s.person for s in case.supporters),
        *case.others,
    )
    return {one.id: one for one in reversed(everyone)}[person]


def sender(case: Case) -> dict[str, Any]:
    """Who writes: the attorney, or the petitioner without one."""
    who = case.attorney
    if who is None:
        person = case.petitioner
        lines = (
            *(person.address.lines if person.address else ()),
            *filter(None, (person.phone, person.email)),
        )
        return {
            "heading": (person.name.full,),
            "lines": lines,
            "name": person.name.full,
            "role": "Petitioner",
        }
    lines = (*(who.address.lines if who.address else ()), *filter(None, (who.phone, who.email)))
    bar = f", {who.bar_state} bar no. {who.bar_number}" if who.bar_number else ""
    role = f"Attorney for the petitioner{bar}"
    return {
        "heading": (who.firm or who.name.full,),
        "lines": lines,
        "name": who.name.full,
        "role": role,
    }


def enclosed(values: Values) -> tuple[str, ...]:
    """Forms, declarations and further enclosures of the packet; exhibits are listed from the
    index."""
    case = values.case
    forms = dict(values.facts).get("forms") or _bound_forms(values.layout)
    listed = [str(text) for text in forms] if isinstance(forms, tuple) else []
    sworn = [
        d.title for d in case.declarations if not d.belongs_to or values.beneficiary in d.belongs_to
    ]
    return (*listed, *sworn, *case.request.enclosures)


def source_language(exhibit: Exhibit) -> str:
    """BCP 47 tag of the language an exhibit is translated from: the translator's, else its own,
    else of a page of it."""
    named = (
        exhibit.translator.language if exhibit.translator else "",
        exhibit.language,
        *(p.language for p in exhibit.parts),
    )
    return next((tag for tag in named if tag and tag.partition("-")[0] != "en"), "")


def _bound_forms(layout: Layout) -> tuple[str, ...]:
    """Titles of the forms that are in the packet, each once: a response says only what is there."""
    forms = {leaf.number for leaf in layout.leaves if leaf.kind is PartKind.FORM}
    return tuple(dict.fromkeys(mark.title for mark in layout.bookmarks if mark.number in forms))


def days_left(values: Values) -> int | None:
    """Days from the date of the letter to the end of the current parole; None if it is not
    known, or over."""
    until, day = values.case.request.i94_admit_until, values.letter_date
    return (until - day).days if until and day and until > day else None


def points(case: Case, index: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a notice asks, with the answers, and the rows of those exhibits that are in this
    packet."""
    here = {row["exhibit"]: row for row in index}
    return [
        {
            "number": number,
            "asked": point.asked,
            "answer": point.answer,
            "exhibits": [here[one] for one in point.exhibits if one in here],
        }
        for number, point in enumerate(case.rfe.points if case.rfe else (), 1)
    ]


def files(layout: Layout) -> list[dict[str, str]]:
    """The files of a bundle that takes several, in the order of upload."""
    made, last = [], len(layout.leaves)  # of a layout that is only guessed, there may be fewer
    for number, one in enumerate(layout.files, 1):
        tabs = list(
            dict.fromkeys(leaf.tab for leaf in layout.leaves[one.first - 1 : one.last] if leaf.tab)
        )
        pages = list(
            dict.fromkeys((layout.label(min(one.first, last)), layout.label(min(one.last, last))))
        )
        made.append(
            {
                "number": str(number),
                "name": one.path,
                "range": "–".join(pages),
                "exhibits": "–".join(dict.fromkeys((*tabs[:1], *tabs[-1:]))),
            }
        )
    return made


def rows(values: Values, cite: Citer) -> list[dict[str, Any]]:
    """The index, one dictionary per exhibit, with ready-made links."""
    languages = dict(values.languages)
    made, group = [], ""
    for row in values.layout.index:
        heading, group = (row.group if row.group != group else ""), row.group
        made.append(
            {
                "heading": heading,
                "exhibit": row.exhibit,
                "sheeted": row.sheeted,
                "tab": row.tab,
                "title": row.title,
                "date": row.date,
                "language": languages.get(row.language, row.language),
                "range": f"page {row.pages}" if row.first == row.last else f"pages {row.pages}",
                "details": _details(row),
                "link": cite.link(f"Exhibit {row.tab}", f"tab/{row.exhibit}"),
                "tab_link": cite.link(row.tab, f"tab/{row.exhibit}"),
                "title_link": cite.link(row.title, f"tab/{row.exhibit}"),
                "pages_link": cite.link(row.pages, f"exhibit/{row.exhibit}/1"),
                "sheet_link": cite.link(_pages(row), f"exhibit/{row.exhibit}/1"),
            }
        )
    return made


def _pages(row: IndexRow) -> str:
    return f"Page {row.pages}" if row.first == row.last else f"Pages {row.pages}"


def _details(row: IndexRow) -> list[str]:
    """Where the original, the translation and the certificate are, for an exhibit that has more
    than an original."""
    if len(row.parts) < 2:
        return []
    return [
        f"{_MARGIN_WORDS[role]}: {first}" + ("" if first == last else f"–{last}")
        for role, first, last in row.parts
    ]


def grouped(text: str) -> list[str | list[Cite]]:
    """The text in pieces; citations that stand together, "[@a; @b]", in one list."""
    groups: list[str | list[Cite]] = []
    for piece in parse(text):
        if isinstance(piece, str):
            groups.append(piece)
        elif len(groups) > 1 and groups[-1] == "; " and isinstance(together := groups[-2], list):
            groups.pop()
            together.append(piece)
        else:
            groups.append([piece])
    return groups


class _Link(RichText):  # type: ignore[misc]
    """A link that enters its document when it is printed: a paper that lists no exhibit does not
    change with the list."""

    def __init__(self, text: str, url: str, template: Template) -> None:
        super().__init__()
        self._of = text, url, template

    def __str__(self) -> str:
        text, url, template = self._of
        printed = RichText()
        printed.add(text, url_id=template.link_id(url))
        return str(printed)


class Citer:
    """Makes citations: called in a template as cite('id', 2), or on a paragraph of the case
    through `prose`."""

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
        """A paragraph of the case, its citations as links, in parentheses unless the sentence
        leads up to them."""
        rich, before = RichText(), ""
        for piece in grouped(text):
            if isinstance(piece, str):
                rich.add(piece)
                before += piece
                continue
            bare = _LEADS_UP.search(before)
            for number, cite in enumerate(piece):
                rich.add("; " if number else "" if bare else "(")
                self._add(rich, cite)
            rich.add("" if bare else ")")
        return rich

    def link(self, text: str, address: str) -> RichText:
        """Text that leads to one of our own addresses."""
        return _Link(text, HOST + address, self._template)

    def _add(self, rich: RichText, cite: Cite) -> None:
        row = self._rows.get(cite.exhibit)
        if row is None:
            near = get_close_matches(cite.exhibit, self._rows, 1)
            raise TemplateBroken(
                f"there is no exhibit {cite.exhibit!r} to cite in this packet",
                where=self._where,
                remedy=f"did you mean {near[0]!r}?"
                if near
                else "use the id of an exhibit of case.json",
            )
        number = self._number(cite, cite.page or 1, row)
        text = f"Ex. {row.tab} at {number}"
        if cite.last and cite.last > (cite.page or 1):
            text += f"–{self._number(cite, cite.last, row)}"
        rich.add(
            text, url_id=self._template.link_id(f"{HOST}exhibit/{cite.exhibit}/{cite.page or 1}")
        )

    def _number(self, cite: Cite, page: int, row: IndexRow) -> str:
        number = self._addresses.get(f"exhibit/{cite.exhibit}/{page}")
        if number is None:
            raise TemplateBroken(
                f"page {page} of exhibit {cite.exhibit!r} is cited, which has "
                f"{row.last - row.first + 1} pages",
                where=self._where,
                remedy="correct the page of the citation",
            )
        return self._layout.label(number)
