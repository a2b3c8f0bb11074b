"""Build the typed `Case` from the checked value. Nothing can be wrong any more: this only moves
fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from assembler.intake.page_ranges import TITLE_PAGE
from assembler.model import (
    Address,
    Attorney,
    Biographic,
    Case,
    Consulate,
    DateOrder,
    Declaration,
    Event,
    EventKind,
    Exhibit,
    FileOptions,
    FilePart,
    FormFile,
    GridLayout,
    History,
    Income,
    Interpreter,
    Name,
    ParagraphOwners,
    PartRole,
    Passport,
    Payment,
    PaymentMethod,
    Person,
    Request,
    Rfe,
    RfePoint,
    SourceFile,
    Supporter,
    Topic,
    Translator,
    read_confirmed_fact,
)
from assembler.model.case_texts import REQUEST_PARAGRAPHS

Raw = Mapping[str, Any]


def build_case(
    raw: Raw,
    files: Mapping[str, SourceFile],
    lines: Mapping[str, int],
    names: Mapping[str, str],
) -> Case:
    """Build the case.

    Args:
        files: by path.
        lines: of case.json, by JSON pointer.
        names: what a person calls each place, by JSON pointer.
    """
    beneficiaries = tuple(_build_person(entry) for entry in raw["beneficiaries"])
    others = tuple(_build_person(entry) for entry in raw.get("others", ()))
    people = {person.id: person for person in (*beneficiaries, *others)}
    for raw_person in (
        raw["petitioner"],
        *(supporter["person"] for supporter in raw.get("supporters", ())),
    ):
        if "id" in raw_person:
            people[raw_person["id"]] = _build_person(raw_person)
    return Case(
        id=raw["id"],
        kind=raw["kind"],
        reasons=tuple(raw["reasons"]),
        petitioner=_find_person(raw["petitioner"], people),
        beneficiaries=beneficiaries,
        supporters=tuple(_build_supporter(entry, people) for entry in raw.get("supporters", ())),
        attorney=_build_attorney(raw["attorney"]) if raw["attorney"] else None,
        request=_build_request(raw["request"]),
        declarations=tuple(_build_declaration(entry) for entry in raw.get("declarations", ())),
        exhibits=tuple(_build_exhibit(entry) for entry in raw["exhibits"]),
        others=others,
        forms=tuple(_build_form(entry) for entry in raw.get("forms", ())),
        rfe=_build_rfe(raw["rfe"]) if "rfe" in raw else None,
        confirmed_facts=tuple(
            read_confirmed_fact(entry) for entry in raw.get("confirmed_facts", ())
        ),
        files=tuple(files[path] for path in sorted(files)),
        lines=tuple(sorted(lines.items())),
        names=tuple(sorted(names.items())),
    )


def as_paragraphs(value: str | list[str] | None) -> tuple[str, ...]:
    """Return paragraphs; a single string is one paragraph."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def parse_page_ranges(text: str) -> tuple[tuple[int, int | None], ...]:
    """Parse "1-3,5,7-" as ((1, 3), (5, 5), (7, None))."""
    ranges = []
    for page_range in text.split(","):
        first, dash, last = page_range.partition("-")
        if not dash:
            last = first
        ranges.append((int(first), int(last) if last else None))
    return tuple(ranges)


def _parse_day(raw: Raw, key: str) -> date | None:
    return date.fromisoformat(raw[key]) if key in raw else None


def _select_fields(raw: Raw, *keys: str) -> dict[str, Any]:
    return {key: raw[key] for key in keys if key in raw}


def _keep_digits(raw: Raw, key: str) -> str:
    return re.sub(r"[^0-9]", "", raw.get(key, ""))


def _build_name(raw: Raw) -> Name:
    return Name(**raw)


def _build_address(raw: Raw, key: str) -> Address | None:
    return Address(**raw[key]) if key in raw else None


def _find_person(raw: Raw, people: Mapping[str, Person]) -> Person:
    return people[raw["same_as"] if "same_as" in raw else raw["id"]]


def _build_person(raw: Raw) -> Person:
    return Person(
        **_select_fields(
            raw,
            "id",
            "native_name",
            "sex",
            "birth_city",
            "birth_country",
            "nationality",
            "uscis_account",
            "phone",
            "email",
            "marital_status",
            "status",
            "in_us",
            "relationship",
            "guardian",
            "occupation",
            "class_of_admission",
            "i94_number",
        ),
        name=_build_name(raw["name"]),
        other_names=tuple(_build_name(other_name) for other_name in raw.get("other_names", ())),
        birth_date=_parse_day(raw, "birth_date"),
        a_number=_keep_digits(raw, "a_number"),
        ssn=_keep_digits(raw, "ssn"),
        passport=_build_passport(raw["passport"]) if "passport" in raw else None,
        address=_build_address(raw, "address"),
        mailing_address=_build_address(raw, "mailing_address"),
        biographic=_build_biographic(raw["biographic"]) if "biographic" in raw else None,
        history=History(**raw["history"]) if "history" in raw else None,
    )


def _build_passport(raw: Raw) -> Passport:
    return Passport(
        number=raw["number"],
        country=raw["country"],
        issued=_parse_day(raw, "issued"),
        expires=_parse_day(raw, "expires"),
    )


def _build_biographic(raw: Raw) -> Biographic:
    return Biographic(**{**raw, "race": tuple(raw.get("race", ()))})


def _build_supporter(raw: Raw, people: Mapping[str, Person]) -> Supporter:
    return Supporter(
        **_select_fields(raw, "assets_usd", "organization"),
        person=_find_person(raw["person"], people),
        beneficiaries=tuple(raw.get("beneficiaries", ())),
        income=Income(**raw["income"]) if "income" in raw else None,
        contributions=tuple(raw.get("contributions", ())),
    )


def _build_attorney(raw: Raw) -> Attorney:
    return Attorney(
        **{**raw, "name": _build_name(raw["name"]), "address": _build_address(raw, "address")}
    )


def _build_request(raw: Raw) -> Request:
    return Request(
        **_select_fields(
            raw,
            "filing",
            "fee",
            "length_months",
            "fee_exemption",
            "parole_fee_exception",
            "expedite_reason",
            "parole_program",
            "work_permit",
            "ms_l_class",
        ),
        basis=_list_paragraphs(raw.get("basis")),
        length_reason=_list_paragraphs(raw.get("length_reason")),
        why_no_visa=_list_paragraphs(raw.get("why_no_visa")),
        departure_plan=_list_paragraphs(raw.get("departure_plan")),
        support_plan=_list_paragraphs(raw.get("support_plan")),
        changed_circumstances=_list_paragraphs(raw.get("changed_circumstances")),
        payment=_build_payment(raw["payment"]) if "payment" in raw else None,
        events=tuple(
            Event(kind=EventKind(entry["kind"]), date=date.fromisoformat(entry["date"]))
            for entry in raw.get("events", ())
        ),
        owners=tuple(_iterate_owners(raw)),
        letter_date=_parse_day(raw, "letter_date"),
        arrival_date=_parse_day(raw, "arrival_date"),
        i94_admit_until=_parse_day(raw, "i94_admit_until"),
        consulate=Consulate(**raw["consulate"]) if "consulate" in raw else None,
        enclosures=tuple(raw.get("enclosures", ())),
    )


def _build_payment(raw: Raw) -> Payment:
    return Payment(method=PaymentMethod(raw["method"]), account_in_us=raw.get("account_in_us"))


def _list_paragraphs(value: str | list[str | Raw] | None) -> tuple[str, ...]:
    """Return paragraphs of the request, whoever they are for."""
    entries = value if isinstance(value, list) else as_paragraphs(value)
    return tuple(entry if isinstance(entry, str) else entry["text"] for entry in entries)


def _iterate_owners(raw: Raw) -> Iterator[ParagraphOwners]:
    """Yield the owners of the paragraphs that are for some beneficiaries only."""
    for name in REQUEST_PARAGRAPHS:
        value = raw.get(name)
        for number, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, dict):
                belongs_to = tuple(entry["belongs_to"])
                yield ParagraphOwners(field=name, number=number, belongs_to=belongs_to)


def _build_declaration(raw: Raw) -> Declaration:
    return Declaration(
        **_select_fields(raw, "id", "declarant", "title", "signed_in_us", "place", "language"),
        paragraphs=as_paragraphs(raw["paragraphs"]),
        interpreter=_build_interpreter(raw["interpreter"]) if "interpreter" in raw else None,
        belongs_to=tuple(raw.get("belongs_to", ())),
    )


def _build_interpreter(raw: Raw) -> Interpreter:
    return Interpreter(
        **{**raw, "name": _build_name(raw["name"]), "address": _build_address(raw, "address")}
    )


def _build_translator(raw: Raw) -> Translator:
    return Translator(
        **{
            **raw,
            "name": _build_name(raw["name"]),
            "address": _build_address(raw, "address"),
            "date": _parse_day(raw, "date"),
        }
    )


def _build_part(raw: str | Raw, role: PartRole) -> FilePart:
    if isinstance(raw, str):
        return FilePart(path=raw, role=role)
    return FilePart(
        **_select_fields(
            raw, "path", "language", "accept_repair", "accept_reading", "turn", "caption"
        ),
        role=PartRole(raw.get("role", role)),
        pages=parse_page_ranges(raw["pages"]) if "pages" in raw else (),
        accept_loss=tuple(raw.get("accept_loss", ())),
        options=_build_options(raw),
        excerpt=raw.get("excerpt", False),
        title_page=raw.get("title_page", TITLE_PAGE) if raw.get("excerpt") else 0,
    )


def _build_options(raw: Raw) -> FileOptions:
    return FileOptions(
        messages=parse_page_ranges(raw["messages"]) if "messages" in raw else (),
        since=_parse_day(raw, "since"),
        until=_parse_day(raw, "until"),
        date_order=DateOrder(raw["date_order"]) if "date_order" in raw else None,
        sheets=tuple(raw.get("sheets", ())),
        stills=tuple(map(_parse_time, raw.get("stills", ()))),
        kept_at=raw.get("kept_at", ""),
    )


def _parse_time(text: str) -> float:
    """Return the seconds of "1:05" or "1:02:03.5"."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _add_title_pages(parts: Sequence[FilePart]) -> Iterator[FilePart]:
    """Yield the parts of an exhibit; an excerpt that does not list its title page has it first, if
    no other part has it."""
    added: set[tuple[str, int]] = set()
    for part in parts:
        page = (part.path, part.title_page)
        is_listed = page in added or any(
            first <= part.title_page <= (last or part.title_page)
            for other in parts
            if other.path == part.path
            for first, last in other.pages or ((1, None),)
        )
        if not part.title_page or is_listed:
            yield part
            continue
        added.add(page)
        yield replace(part, pages=((part.title_page, part.title_page), *part.pages))


def _build_topics(raw: Raw, parts: Sequence[FilePart]) -> Iterator[Topic]:
    """Yield the topics; one without a file is of the exhibit's only document."""
    documents = [part.path for part in parts if part.role is PartRole.DOCUMENT]
    for entry in raw.get("topics", ()):
        yield Topic(
            topic=entry["topic"],
            path=entry.get("file") or (documents or [parts[0].path])[0],
            page=entry["page"],
            note=entry.get("note", ""),
        )


def _build_exhibit(raw: Raw) -> Exhibit:
    translation = raw.get("translation", {})
    parts = [_build_part(entry, PartRole.DOCUMENT) for entry in raw["files"]]
    parts += [_build_part(entry, PartRole.TRANSLATION) for entry in translation.get("files", ())]
    parts += [
        _build_part(entry, PartRole.CERTIFICATE) for entry in translation.get("certificate", ())
    ]
    return Exhibit(
        **_select_fields(raw, "id", "title", "category", "language", "person"),
        parts=tuple(_add_title_pages(parts)),
        topics=tuple(_build_topics(raw, parts)),
        date=_parse_day(raw, "date"),
        layout=GridLayout(raw["layout"]) if "layout" in raw else None,
        supports=tuple(raw.get("supports", ())),
        belongs_to=tuple(raw.get("belongs_to", ())),
        unconfirmed=tuple(raw.get("unconfirmed", ())),
        translator=_build_translator(translation["translator"])
        if "translator" in translation
        else None,
    )


def _build_form(raw: Raw) -> FormFile:
    return FormFile(**{**raw, "belongs_to": tuple(raw.get("belongs_to", ()))})


def _build_rfe(raw: Raw) -> Rfe:
    return Rfe(
        receipt_number=raw["receipt_number"],
        notice_date=date.fromisoformat(raw["notice_date"]),
        due_date=date.fromisoformat(raw["due_date"]),
        notice_exhibit=raw["notice_exhibit"],
        points=tuple(
            RfePoint(
                id=point["id"],
                asked=point["asked"],
                answer=as_paragraphs(point["answer"]),
                exhibits=tuple(point.get("exhibits", ())),
            )
            for point in raw["points"]
        ),
        address=_build_address(raw, "address"),
    )
