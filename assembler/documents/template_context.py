"""Build what a template can print: the case's own words, page numbers of the layout, citations as
links. Pure but for docxtpl."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import bidirectional

from jinja2 import UndefinedError

from assembler.documents.citation_writer import Citer
from assembler.documents.sandbox import Template
from assembler.layout.upload_set import describe_place, format_order
from assembler.model import Case, DocumentId, Exhibit, IndexRow, Layout, PartKind, Person
from assembler.model.case_texts import select_request

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

MOST_LISTED = 3  # exhibits that a letter lists one by one even where an index follows
_INDEX = DocumentId.draft("index")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateValues:
    """Everything one document is filled from."""

    case: Case
    beneficiary: str
    declaration: str
    exhibit: str = ""  # for a translator's certificate
    layout: Layout
    facts: tuple[tuple[str, object], ...]
    languages: tuple[tuple[str, str], ...]  # BCP 47 → English name
    countries: tuple[tuple[str, str], ...]  # code → name
    letter_date: date | None
    enclosures: str = "list"  # how a letter lists the exhibits, from the recipe
    extra_names: tuple[tuple[str, object], ...] = ()  # further names of one template: ("sheet", …)


def build_context(values: TemplateValues, template: Template, where: str) -> dict[str, Any]:
    """Return the names a template may use."""
    cite = Citer(values.layout, template, where)
    return {
        **_describe_case(values),
        **_describe_certificate(values),
        **_describe_packet(values, cite),
        "facts": {**dict.fromkeys(FACTS), **dict(values.facts)},
        "cite": cite,
        "prose": cite.prose,
        **dict(values.extra_names),
    }


def _describe_case(values: TemplateValues) -> dict[str, Any]:
    """Return the names for the case, its people, and who writes when."""
    case = values.case
    beneficiary = next(person for person in case.beneficiaries if person.id == values.beneficiary)
    declaration = next(
        (declaration for declaration in case.declarations if declaration.id == values.declaration),
        None,
    )
    return {
        "case": case,
        "request": select_request(case.request, beneficiary.id),
        "petitioner": case.petitioner,
        "beneficiary": beneficiary,
        "supporters": [
            supporter
            for supporter in case.supporters
            if not supporter.beneficiaries or beneficiary.id in supporter.beneficiaries
        ],
        "attorney": case.attorney,
        "rfe": case.rfe,
        "declaration": declaration,
        "declarant": find_person(case, declaration.declarant) if declaration else None,
        "sender": describe_sender(case),
        "own_behalf": case.petitioner.id == beneficiary.id,
        "letter_date": format_long_date(values.letter_date) if values.letter_date else "",
        "days_left": count_days_left(values),
        "expedite": (case.request.expedite_reason,) if case.request.expedite_reason else (),
    }


def _describe_certificate(values: TemplateValues) -> dict[str, Any]:
    """Return the names for a translator's certificate: its exhibit, and from which language."""
    exhibits = values.case.exhibits
    exhibit = next((exhibit for exhibit in exhibits if exhibit.id == values.exhibit), None)
    tag = find_source_language(exhibit) if exhibit else ""
    return {
        "exhibit": exhibit,
        "translator": exhibit.translator if exhibit else None,
        "source_language": dict(values.languages).get(tag, tag) if exhibit else None,
    }


def _describe_packet(values: TemplateValues, cite: Citer) -> dict[str, Any]:
    """Return the names for what is in the packet, and on which pages."""
    index = list_index_rows(values, cite)
    return {
        "points": list_points(values.case, index),
        "enclosed": list_enclosures(values),
        "index": index,
        "exhibits_enclosed": summarize_exhibits(values),
        "has_languages": has_language_column(index),
        "has_dates": any(row["date"] for row in index),
        "sheets": [row for row in index if row["sheeted"]],
        "topics": list_topics(values.layout, cite),
        "files": list_files(values.layout),
        "plan_title": values.layout.title,
        "supplement": values.layout.frozen,
    }


def build_filters(values: TemplateValues) -> dict[str, Callable[..., object]]:
    """Return filters that a template may use besides Jinja's own harmless ones."""
    languages, countries = dict(values.languages), dict(values.countries)
    return {
        "longdate": format_long_date,
        "months": _format_months,
        "language": lambda tag: languages.get(tag, tag),
        "country": lambda code: countries.get(code, code),
    }


def _format_months(count: object) -> str:
    if count == 1:
        return "one month"
    return "one year" if count == 12 else f"{count} months"


def format_long_date(day: date | None) -> str:
    """Format a date as "January 5, 2026": 01/05 is read two ways. A date the case does not give is
    an error."""
    if day is None:
        raise UndefinedError("it prints the date of nothing (a value the case does not give)")
    return f"{day:%B} {day.day}, {day.year}"


def find_person(case: Case, person: str) -> Person:
    """Return the person of the case with this id. Raises KeyError; `intake` has checked that there
    is one."""
    everyone = (
        case.petitioner,
        *case.beneficiaries,
        *(supporter.person for supporter in case.supporters),
        *case.others,
    )
    return {candidate.id: candidate for candidate in reversed(everyone)}[person]


def describe_sender(case: Case) -> dict[str, Any]:
    """Return who writes: the attorney, or the petitioner without one."""
    attorney = case.attorney
    if attorney is None:
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
    lines = (
        *(attorney.address.lines if attorney.address else ()),
        *filter(None, (attorney.phone, attorney.email)),
    )
    bar = f", {attorney.bar_state} bar no. {attorney.bar_number}" if attorney.bar_number else ""
    role = f"Attorney for the petitioner{bar}"
    return {
        "heading": (attorney.firm or attorney.name.full,),
        "lines": lines,
        "name": attorney.name.full,
        "role": role,
    }


def list_enclosures(values: TemplateValues) -> tuple[str, ...]:
    """Return forms, declarations and further enclosures of the packet; exhibits are listed from the
    index."""
    case = values.case
    forms = dict(values.facts).get("forms") or _list_bound_forms(values.layout)
    listed = [str(text) for text in forms] if isinstance(forms, tuple) else []
    declarations = [
        declaration.title
        for declaration in case.declarations
        if not declaration.belongs_to or values.beneficiary in declaration.belongs_to
    ]
    return (*listed, *declarations, *case.request.enclosures)


def has_language_column(index: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the index prints languages: a column that says the same in every row says
    nothing.

    It stays beside titles that are written from right to left: without it, LibreOffice's text layer
    joins the page numbers with them, and a word cannot be found.
    """
    letters = (letter for row in index for letter in str(row["title"]))
    is_right_to_left = any(bidirectional(letter) in ("R", "AL") for letter in letters)
    return is_right_to_left or len({row["language"] for row in index}) > 1


def summarize_exhibits(values: TemplateValues) -> str:
    """Return the line of a letter that stands for all exhibits and points to their index; "" if
    each exhibit has a line of its own: the recipe asks for it, there are few, or no index."""
    rows, leaves = values.layout.index, values.layout.leaves
    page = next((leaf.label for leaf in leaves if leaf.document == _INDEX), "")
    if values.enclosures == "list" or len(rows) <= MOST_LISTED or not page:
        return ""
    count = sum(leaf.kind is PartKind.EXHIBIT for leaf in leaves)
    return (
        f"Exhibits {rows[0].tab} to {rows[-1].tab}: {len(rows)} exhibits, {count} pages, listed in "
        f"the index on page {page}"
    )


def find_source_language(exhibit: Exhibit) -> str:
    """Return the BCP 47 tag of the language an exhibit is translated from: the translator's, else
    its own, else that of one of its pages."""
    tags = (
        exhibit.translator.language if exhibit.translator else "",
        exhibit.language,
        *(part.language for part in exhibit.parts),
    )
    return next((tag for tag in tags if tag and tag.partition("-")[0] != "en"), "")


def _list_bound_forms(layout: Layout) -> tuple[str, ...]:
    """Return the titles of the forms in the packet, each once: a response lists only what is
    there."""
    forms = {leaf.number for leaf in layout.leaves if leaf.kind is PartKind.FORM}
    return tuple(dict.fromkeys(mark.title for mark in layout.bookmarks if mark.number in forms))


def count_days_left(values: TemplateValues) -> int | None:
    """Return days from the date of the letter to the end of the current parole; None if unknown or
    over."""
    until, day = values.case.request.i94_admit_until, values.letter_date
    return (until - day).days if until and day and until > day else None


def list_points(case: Case, index: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the points of a notice with the answers, and the index rows of the exhibits in this
    packet."""
    rows = {row["exhibit"]: row for row in index}
    return [
        {
            "number": number,
            "asked": point.asked,
            "answer": point.answer,
            "exhibits": [rows[exhibit] for exhibit in point.exhibits if exhibit in rows],
        }
        for number, point in enumerate(case.rfe.points if case.rfe else (), 1)
    ]


def list_files(layout: Layout) -> list[dict[str, str]]:
    """Return the files of a bundle that takes several, in the order of upload."""
    rows, last = [], len(layout.leaves)  # a guessed layout may have fewer pages than the files
    for number, volume in enumerate(layout.files, 1):
        tabs = list(
            dict.fromkeys(
                leaf.tab for leaf in layout.leaves[volume.first - 1 : volume.last] if leaf.tab
            )
        )
        pages = list(
            dict.fromkeys(
                (layout.label(min(volume.first, last)), layout.label(min(volume.last, last)))
            )
        )
        rows.append(
            {
                "number": format_order(number, len(layout.files))
                if layout.upload_set
                else str(number),
                "name": volume.path,
                "range": "–".join(pages),
                "exhibits": "–".join(dict.fromkeys((*tabs[:1], *tabs[-1:]))),
            }
        )
    return rows


def list_index_rows(values: TemplateValues, cite: Citer) -> list[dict[str, Any]]:
    """Return the index, one dictionary per exhibit, with ready-made links."""
    languages = dict(values.languages)
    rows, group = [], ""
    for row in values.layout.index:
        heading, group = (row.group if row.group != group else ""), row.group
        place = describe_place(values.layout, row.first, row.last)
        places = [place.capitalize()] if place else []
        rows.append(
            {
                "heading": heading,
                "exhibit": row.exhibit,
                "sheeted": row.sheeted,
                "tab": row.tab,
                "title": row.title,
                "date": row.date,
                "language": languages.get(row.language, row.language),
                "range": f"page {row.pages}" if row.first == row.last else f"pages {row.pages}",
                "excerpts": list(row.excerpts),
                "details": [*places, *row.excerpts, *_list_details(row)],
                "link": cite.link(f"Exhibit {row.tab}", f"tab/{row.exhibit}"),
                "tab_link": cite.link(row.tab, f"tab/{row.exhibit}"),
                "title_link": cite.link(row.title, f"tab/{row.exhibit}"),
                "pages_link": cite.link(row.pages, f"exhibit/{row.exhibit}/1"),
                "sheet_link": cite.link(_format_pages(row), f"exhibit/{row.exhibit}/1"),
            }
        )
    return rows


def list_topics(layout: Layout, cite: Citer) -> list[dict[str, Any]]:
    """Return the thematic index: each topic with its entries, which have ready-made links."""
    topics: dict[str, list[dict[str, Any]]] = {}
    for row in layout.topics:
        address = f"exhibit/{row.exhibit}/{row.page}"
        number = dict(layout.addresses)[address]
        entry = {
            "tab": row.tab,
            "title": row.title,
            "page": row.label,
            "note": row.note,
            "link": cite.link(
                f"Ex. {row.tab} at {row.label}{cite.write_place(number, number)}", address
            ),
        }
        topics.setdefault(row.topic, []).append(entry)
    return [{"topic": topic, "entries": entries} for topic, entries in topics.items()]


def _format_pages(row: IndexRow) -> str:
    return f"Page {row.pages}" if row.first == row.last else f"Pages {row.pages}"


def _list_details(row: IndexRow) -> list[str]:
    """Return where original, translation and certificate are, for an exhibit that has more than an
    original."""
    if len(row.parts) < 2:
        return []
    return [
        f"{_MARGIN_WORDS[role]}: {first}" + ("" if first == last else f"–{last}")
        for role, first, last in row.parts
    ]
