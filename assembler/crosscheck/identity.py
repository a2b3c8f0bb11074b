"""Names, birth dates and numbers in the papers that should carry them; whose passport it is;
whose it must not be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from assembler.crosscheck.results import Desk, Looked, Result, everything, legible, told, told_of
from assembler.crosscheck.statements import a_numbers, passport_numbers
from assembler.crosscheck.text_matching import has_date, has_name, has_number, plain, same_name
from assembler.model import Contradiction, Exhibit, PageText, Person, Severity, mrz

_SEX = {"M": "male", "F": "female"}


def facts(desk: Desk) -> Iterator[Result]:
    """The facts an exhibit should show, in the exhibits of the categories that show them."""
    for exhibit in desk.case.exhibits:
        wanted, pages = desk.expected(exhibit), desk.read(exhibit)
        if not wanted:
            yield Looked(
                exhibit=exhibit.id,
                what="names and numbers",
                result="not looked at",
                why="not asked of this category",
            )
        elif not pages or not legible(pages, desk.data):
            yield Looked(
                exhibit=exhibit.id,
                what="names and numbers",
                result="not looked at",
                why="too little could be read",
            )
        else:
            yield from _name(desk, exhibit)
            if exhibit.person:
                yield from _of_person(desk, exhibit, desk.people()[exhibit.person])


def _name(desk: Desk, exhibit: Exhibit) -> Iterator[Result]:
    text = "\n".join(page.text for page in desk.read(exhibit))
    lines = [f"{one.given} {one.family}" for one in _zones(desk, exhibit)]
    about, likeness = desk.about(exhibit), desk.data["name_likeness"]
    alone = "name" not in desk.expected(exhibit)
    found = any(
        has_name(text, one, likeness, family_only=alone)
        or any(same_name(name, one.name.full, likeness) for name in lines)
        for one in about
    )
    who = exhibit.person or "anybody it may be about"
    yield Looked(
        exhibit=exhibit.id, what=f"name of {who}", result="found" if found else "not found"
    )
    if not found and {"name", "family_name"} & {*desk.expected(exhibit)}:
        yield told_of(
            "CHECK.NAME",
            Severity.WARNING,
            exhibit,
            desk,
            f"the name of {who} was not found in what could be read of it",
            "see whose paper it is; set `person`, `other_names` or add them to `others`, or scan "
            "it again",
        )


def _of_person(desk: Desk, exhibit: Exhibit, person: Person) -> Iterator[Result]:
    text = "\n".join(page.text for page in desk.read(exhibit))
    zones = _zones(desk, exhibit)
    if "birth_date" in desk.expected(exhibit) and person.birth_date:
        found = has_date(text, person.birth_date) or any(
            one.birth_date == person.birth_date for one in zones
        )
        yield from _looked(desk, exhibit, found, "birth date", person, "CHECK.BIRTH_DATE")
    if "passport" in desk.expected(exhibit) and person.passport:
        found = has_number(text, person.passport.number) or any(
            plain(one.number) == plain(person.passport.number) for one in zones
        )
        yield from _looked(desk, exhibit, found, "passport number", person, "CHECK.PASSPORT")


def _looked(
    desk: Desk, exhibit: Exhibit, found: bool, what: str, person: Person, rule: str
) -> Iterator[Result]:
    yield Looked(
        exhibit=exhibit.id, what=f"{what} of {person.id}", result="found" if found else "not found"
    )
    if not found:
        yield told_of(
            rule,
            Severity.WARNING,
            exhibit,
            desk,
            f"the {what} of {person.id} was not found in what could be read of it",
            "compare it with case.json by eye; scan the page again if it is hard to read",
        )


# --- machine-readable lines ---


def _zones(desk: Desk, exhibit: Exhibit) -> list[mrz.Mrz]:
    return [one for page in desk.read(exhibit) for one in mrz.read(page.lines, desk.as_of)]


def passports(desk: Desk) -> Iterator[Result]:
    """Whose machine-readable lines they are, and whether case.json says the same of that person."""
    for exhibit in desk.case.exhibits:
        found = [
            (page, one) for page in desk.read(exhibit) for one in mrz.read(page.lines, desk.as_of)
        ]
        if not found and "mrz" not in desk.expected(exhibit):
            continue
        result = "found" if found else "not found"
        yield Looked(
            exhibit=exhibit.id,
            what="machine-readable lines",
            result=result,
            why="" if found else "none that its check digits prove",
        )
        for page, one in found:
            yield from _passport(desk, exhibit, page, one)


def _passport(desk: Desk, exhibit: Exhibit, page: PageText, one: mrz.Mrz) -> Iterator[Result]:
    owner = _owner(desk, one)
    if owner is None:
        yield told(
            "LEAK.PASSPORT",
            Severity.ERROR,
            page,
            exhibit,
            "its machine-readable lines belong to no one in this case",
            "take the page out if it is another client's; else correct name, birth date and "
            "passport number in case.json",
            "ICAO Doc 9303",
        )
        return
    yield from _whose(desk, exhibit, page, owner)
    yield from _differs(exhibit, page, owner, one, desk)
    if one.expires < desk.as_of:
        yield told(
            "CHECK.EXPIRED",
            Severity.WARNING,
            page,
            exhibit,
            "the document has expired",
            "enclose a valid one, or say why there is none",
        )
    elif one.expires < desk.as_of + timedelta(days=desk.data["expires_within_days"]):
        yield told(
            "CHECK.EXPIRES",
            Severity.WARNING,
            page,
            exhibit,
            "the document expires soon",
            "think of renewing it before the journey",
        )


def _owner(desk: Desk, one: mrz.Mrz) -> Person | None:
    """By number; else by name and birth date; else by either, where the other may be misread or
    mistyped."""
    people = list(desk.people().values())
    likeness = desk.data["name_likeness"]
    numbered = [p for p in people if p.passport and plain(p.passport.number) == plain(one.number)]
    named = [
        p
        for p in people
        if any(
            same_name(f"{one.given} {one.family}", n.full, likeness)
            for n in (p.name, *p.other_names)
        )
    ]
    both = [p for p in named if p.birth_date in (None, one.birth_date)]
    return next(iter((*both, *numbered, *named)), None)


def _whose(desk: Desk, exhibit: Exhibit, page: PageText, owner: Person) -> Iterator[Result]:
    """The person the exhibit names; in a family, the packets it goes into."""
    beneficiaries = {person.id for person in desk.case.beneficiaries}
    if exhibit.person and exhibit.person != owner.id:
        yield told(
            "CHECK.PERSON",
            Severity.ERROR,
            page,
            exhibit,
            f"it is the document of {owner.id}, and the exhibit says {exhibit.person}",
            "correct `person`, or put the right file here",
            "ICAO Doc 9303",
        )
    if owner.id in beneficiaries and len(beneficiaries) > 1 and {*exhibit.belongs_to} != {owner.id}:
        severity = (
            Severity.WARNING
            if not exhibit.belongs_to or owner.id in exhibit.belongs_to
            else Severity.ERROR
        )
        yield told(
            "LEAK.FAMILY",
            severity,
            page,
            exhibit,
            f"the document of {owner.id} goes into the packet of another member of the family",
            f'set "belongs_to": ["{owner.id}"]',
        )


def _differs(
    exhibit: Exhibit, page: PageText, owner: Person, one: mrz.Mrz, desk: Desk
) -> Iterator[Result]:
    pointer = _place(desk, owner)
    passport = owner.passport
    pairs: list[tuple[str, str, object, object]] = [
        ("birth date", "birth_date", owner.birth_date, one.birth_date)
    ]
    if one.kind == "P" and passport and one.state in ("", passport.country):
        if plain(passport.number) != plain(one.number):
            pairs.append(("passport number", "passport/number", passport.number, one.number))
        pairs.append(("expiry", "passport/expires", passport.expires, one.expires))
    if one.kind == "P":
        pairs.append(("nationality", "nationality", owner.nationality or None, one.nationality))
    pairs.append(("sex", "sex", owner.sex or None, _SEX.get(one.sex)))
    for what, key, says, but in pairs:
        if says is not None and but is not None and says != but:
            # nationality and sex have no check digit, and a number that had to be put right is not
            # proved
            proved = what in ("birth date", "expiry") or (what == "passport number" and one.sure)
            yield told(
                "CHECK.DIFFERS",
                Severity.ERROR if proved else Severity.WARNING,
                page,
                exhibit,
                f"the {what} in its machine-readable lines is not that of {pointer}/{key}",
                "correct case.json, or put the right document here",
                "ICAO Doc 9303",
            )
            yield Contradiction(
                what=what,
                here=f"case.json {pointer}/{key}",
                says=str(says),
                there=f"{page.path}, page {page.page}",
                but=str(but),
            )
    if not same_name(f"{one.given} {one.family}", owner.name.full, desk.data["name_likeness"]):
        yield told(
            "CHECK.SPELLING",
            Severity.WARNING,
            page,
            exhibit,
            f"the name in its machine-readable lines is not that of {pointer}/name",
            "write the name as the passport does, or add it to `other_names`",
            "ICAO Doc 9303",
        )


def _place(desk: Desk, owner: Person) -> str:
    for n, person in enumerate(desk.case.beneficiaries):
        if person.id == owner.id:
            return f"/beneficiaries/{n}"
    if owner.id == desk.case.petitioner.id:
        return "/petitioner"
    for n, supporter in enumerate(desk.case.supporters):
        if supporter.person.id == owner.id:
            return f"/supporters/{n}/person"
    return f"/others/{[one.id for one in desk.case.others].index(owner.id)}"


# --- numbers of strangers ---


def strangers(desk: Desk) -> Iterator[Result]:
    """A-Numbers and passport numbers, in the evidence and on completed forms, that belong to
    nobody in this case."""
    for exhibit, page in (*everything(desk), *desk.forms()):
        yield from _a_numbers(desk, exhibit, page)
        yield from _passport_numbers(desk, exhibit, page)
    yield Looked(
        exhibit="",
        what="A-Numbers and passport numbers of strangers",
        result="looked for on every page with text",
    )


def _a_numbers(desk: Desk, exhibit: Exhibit, page: PageText) -> Iterator[Result]:
    known = {person.a_number.zfill(9) for person in desk.people().values() if person.a_number}
    for number in sorted(a_numbers(page.text) - known):
        yield told(
            "LEAK.A_NUMBER",
            Severity.WARNING if _misread(number, known, page) else Severity.ERROR,
            page,
            exhibit,
            "an A-Number on it belongs to no one in this case",
            "take the page out if it is another client's; else add the person (`others`), or "
            "correct the number in case.json",
        )


def _passport_numbers(desk: Desk, exhibit: Exhibit, page: PageText) -> Iterator[Result]:
    """Those the page names by the word; beside the name of a person of the case it may be an
    older passport of theirs."""
    everyone = desk.people().values()
    known = {plain(person.passport.number) for person in everyone if person.passport}
    for number in passport_numbers(page.text):
        if plain(number) in known or len(plain(number)) < 6:
            continue
        named = [
            one
            for one in everyone
            if has_name(page.text, one, desk.data["name_likeness"], family_only=True)
        ]
        if any(one.passport is None for one in named):
            continue  # it may be theirs: case.json does not say
        yield told(
            "LEAK.PASSPORT",
            Severity.WARNING if named or _misread(plain(number), known, page) else Severity.ERROR,
            page,
            exhibit,
            "a passport number on it belongs to no one in this case",
            "take the page out if it is another client's; else add the person (`others`), or "
            "correct the number in case.json",
        )


def _misread(number: str, known: Collection[str], page: PageText) -> bool:
    """Whether it is one sign apart from a known one on a page that was recognized."""
    return page.method == "ocr" and any(
        len(one) == len(number) and sum(a != b for a, b in zip(number, one, strict=True)) == 1
        for one in known
    )
