"""Check names, birth dates and numbers in the papers that should have them; whose passport it is;
and whose it must not be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from assembler.crosscheck.people_mentions import is_unnamed
from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    PageSpot,
    Result,
    find_spot,
    has_enough_words,
    iterate_pages,
    make_exhibit_finding,
    make_line_spot,
    make_page_finding,
)
from assembler.crosscheck.statements import find_passport_numbers, locate_a_numbers
from assembler.crosscheck.text_matching import (
    has_date,
    has_name,
    has_number,
    is_same_name,
    normalize_number,
)
from assembler.model import Contradiction, Exhibit, PageText, Person, SearchResult, Severity, mrz

# a page is evidence, and case.json may be what is wrong: nothing is dropped before somebody looked
_WHOSE = (
    "check whose it is: remove the page only if it is another client's; otherwise add the person "
    "to `others`, or compare it with case.json and correct what is wrong"
)
_DOC_9303 = "ICAO Doc 9303"  # specification of machine-readable lines
_FILLERS = 4  # signs "<" from which a line of text is a machine-readable one
_SEX = {"M": "male", "F": "female"}


def check_expected_facts(context: CheckContext) -> Iterator[Result]:
    """Search for the facts that exhibits of each category should show."""
    for exhibit in context.case.exhibits:
        expected, pages = context.list_expected_facts(exhibit), context.list_pages(exhibit)
        if not expected:
            yield SearchResult(
                exhibit=exhibit.id,
                what="names and numbers",
                result="not checked",
                why="not checked for this category",
            )
        elif not pages or not has_enough_words(pages, context.data):
            yield SearchResult(
                exhibit=exhibit.id,
                what="names and numbers",
                result="not checked",
                why="too little could be read",
            )
        else:
            yield from _check_name(context, exhibit)
            if exhibit.person:
                yield from _check_person(context, exhibit, context.list_people()[exhibit.person])


def _check_name(context: CheckContext, exhibit: Exhibit) -> Iterator[Result]:
    pages = context.list_pages(exhibit)
    text, misread = "\n".join(page.text for page in pages), context.list_misread_letters(pages)
    zone_names = [f"{zone.given} {zone.family}" for zone in _read_zones(context, exhibit)]
    people, likeness = context.list_people_of(exhibit), context.data["name_likeness"]
    family_only = "name" not in context.list_expected_facts(exhibit)
    is_found = any(
        has_name(text, person, likeness, family_only=family_only, misread=misread)
        or any(is_same_name(name, person.name.full, likeness) for name in zone_names)
        for person in people
    )
    who = exhibit.person or "the people it may be about"
    yield SearchResult(
        exhibit=exhibit.id, what=f"name of {who}", result="found" if is_found else "not found"
    )
    is_expected = bool({"name", "family_name"} & {*context.list_expected_facts(exhibit)})
    if not is_found and is_expected and not is_unnamed(context, exhibit):
        yield make_exhibit_finding(
            "CHECK.NAME",
            exhibit,
            context,
            f"the name of {who} was not found in the text that could be read",
            "check whose document it is; set `person` or `other_names`, add the person to "
            "`others`, or rescan it",
        )


def _check_person(context: CheckContext, exhibit: Exhibit, person: Person) -> Iterator[Result]:
    text = "\n".join(page.text for page in context.list_pages(exhibit))
    zones = _read_zones(context, exhibit)
    if "birth_date" in context.list_expected_facts(exhibit) and person.birth_date:
        is_found = has_date(text, person.birth_date) or any(
            zone.birth_date == person.birth_date for zone in zones
        )
        yield from _report_search(
            context, exhibit, is_found, "birth date", person, "CHECK.BIRTH_DATE"
        )
    if "passport" in context.list_expected_facts(exhibit) and person.passport:
        is_found = has_number(text, person.passport.number) or any(
            normalize_number(zone.number) == normalize_number(person.passport.number)
            for zone in zones
        )
        yield from _report_search(
            context, exhibit, is_found, "passport number", person, "CHECK.PASSPORT"
        )


def _report_search(
    context: CheckContext, exhibit: Exhibit, is_found: bool, fact: str, person: Person, rule: str
) -> Iterator[Result]:
    yield SearchResult(
        exhibit=exhibit.id,
        what=f"{fact} of {person.id}",
        result="found" if is_found else "not found",
    )
    if not is_found:
        yield make_exhibit_finding(
            rule,
            exhibit,
            context,
            f"the {fact} of {person.id} was not found in the text that could be read",
            "compare it with case.json by eye; rescan the page if it is hard to read",
        )


# --- machine-readable lines ---


def _read_zones(context: CheckContext, exhibit: Exhibit) -> list[mrz.Mrz]:
    return [
        zone for page in context.list_pages(exhibit) for zone in mrz.read(page.lines, context.as_of)
    ]


def check_machine_lines(context: CheckContext) -> Iterator[Result]:
    """Check whose machine-readable lines they are, and whether case.json agrees about that
    person."""
    for exhibit in context.case.exhibits:
        zones = [
            (page, zone)
            for page in context.list_pages(exhibit)
            for zone in mrz.read(page.lines, context.as_of)
        ]
        if not zones and "mrz" not in context.list_expected_facts(exhibit):
            continue
        result = "found" if zones else "not found"
        yield SearchResult(
            exhibit=exhibit.id,
            what="machine-readable lines",
            result=result,
            why="" if zones else "none with matching check digits",
        )
        for page, zone in zones:
            yield from _check_zone(context, _locate_zone(ExhibitPage(exhibit, page)), zone)


def _locate_zone(place: ExhibitPage) -> ExhibitPage | PageSpot:
    """Return where the machine-readable lines are on a page; the page itself if that is unknown."""
    numbers = [
        number
        for number, line in enumerate(place.page.text.splitlines())
        if line.count("<") >= _FILLERS
    ]
    boxes = [box for number in numbers if (box := make_line_spot(place, number).region)]
    if not boxes:
        return place
    left, top, right, bottom = zip(*boxes, strict=True)
    region = (min(left), min(top), max(right), max(bottom))
    return make_line_spot(place, numbers[0])._replace(region=region)


def _check_zone(
    context: CheckContext, place: ExhibitPage | PageSpot, zone: mrz.Mrz
) -> Iterator[Result]:
    owner = _find_owner(context, zone)
    if owner is None:
        yield make_page_finding(
            "LEAK.PASSPORT",
            place,
            "its machine-readable lines belong to no one in this case",
            _WHOSE,
            Severity.ERROR,
            source=_DOC_9303,
        )
        return
    yield from _check_owner(context, place, owner)
    yield from _compare_facts(place, owner, zone, context)
    if zone.expires < context.as_of:
        yield make_page_finding(
            "CHECK.EXPIRED",
            place,
            "the document has expired",
            "enclose a valid document, or explain why there is none",
        )
    elif zone.expires < context.as_of + timedelta(days=context.data["expires_within_days"]):
        yield make_page_finding(
            "CHECK.EXPIRES",
            place,
            "the document expires soon",
            "consider renewing it before travel",
        )


def _find_owner(context: CheckContext, zone: mrz.Mrz) -> Person | None:
    """Return the owner by name and birth date; else by number, or by name, since the other facts
    may be misread or mistyped."""
    people = list(context.list_people().values())
    likeness = context.data["name_likeness"]
    by_number = [
        person
        for person in people
        if person.passport
        and normalize_number(person.passport.number) == normalize_number(zone.number)
    ]
    by_name = [
        person
        for person in people
        if any(
            is_same_name(f"{zone.given} {zone.family}", name.full, likeness)
            for name in (person.name, *person.other_names)
        )
    ]
    by_name_and_birth = [
        person for person in by_name if person.birth_date in (None, zone.birth_date)
    ]
    return next(iter((*by_name_and_birth, *by_number, *by_name)), None)


def _check_owner(
    context: CheckContext, place: ExhibitPage | PageSpot, owner: Person
) -> Iterator[Result]:
    """Check the owner against the person the exhibit names and, in a family, the packets it goes
    into."""
    exhibit = place.exhibit
    beneficiaries = {person.id for person in context.case.beneficiaries}
    if exhibit.person and exhibit.person != owner.id:
        yield make_page_finding(
            "CHECK.PERSON",
            place,
            f"it is the document of {owner.id}, but the exhibit says {exhibit.person}",
            "correct `person`, or put the right file here",
            source=_DOC_9303,
        )
    if owner.id in beneficiaries and len(beneficiaries) > 1 and {*exhibit.belongs_to} != {owner.id}:
        is_in_own = any(
            other.person == owner.id
            and other.category == exhibit.category
            and (not other.belongs_to or owner.id in other.belongs_to)
            for other in context.case.exhibits
        )
        severity = (
            Severity.WARNING
            if not exhibit.belongs_to or owner.id in exhibit.belongs_to or is_in_own
            else Severity.ERROR
        )
        yield make_page_finding(
            "LEAK.FAMILY",
            place,
            f"the document of {owner.id} goes into another family member's packet",
            f'set "belongs_to": ["{owner.id}"], unless it is intended as evidence there, too',
            severity,
        )


def _compare_facts(
    place: ExhibitPage | PageSpot, owner: Person, zone: mrz.Mrz, context: CheckContext
) -> Iterator[Result]:
    """Compare machine-readable lines with what case.json says of their owner."""
    pointer = _find_pointer(context, owner)
    for fact, key, expected, actual in _pair_facts(owner, zone):
        if expected is None or actual is None or expected == actual:
            continue
        # nationality and sex have no check digit, and a corrected number is not proved
        is_proved = fact in ("birth date", "expiry") or (fact == "passport number" and zone.sure)
        yield make_page_finding(
            "CHECK.DIFFERS",
            place,
            f"the {fact} in its machine-readable lines differs from {pointer}/{key}",
            "compare both with other papers: correct case.json if it is mistyped, replace the file "
            "if it is not the right document, and ask an attorney if the document itself is wrong",
            Severity.ERROR if is_proved else Severity.WARNING,
            source=_DOC_9303,
        )
        yield Contradiction(
            what=fact,
            case_place=f"case.json {pointer}/{key}",
            case_value=str(expected),
            other_place=f"{place.page.prepared.path}, page {place.page.prepared.source_page}",
            other_value=str(actual),
        )
    likeness = context.data["name_likeness"]
    if not is_same_name(f"{zone.given} {zone.family}", owner.name.full, likeness):
        yield make_page_finding(
            "CHECK.SPELLING",
            place,
            f"the name in its machine-readable lines differs from {pointer}/name",
            "compare both: spell the name as in the passport, or add the spelling to "
            "`other_names`; ask an attorney if the passport is wrong",
            source=_DOC_9303,
        )


def _pair_facts(owner: Person, zone: mrz.Mrz) -> Iterator[tuple[str, str, object, object]]:
    """Yield fact, key in case.json, and its values in case.json and in machine-readable lines."""
    passport = owner.passport
    yield "birth date", "birth_date", owner.birth_date, zone.birth_date
    if zone.kind == "P" and passport and zone.state in ("", passport.country):
        if normalize_number(passport.number) != normalize_number(zone.number):
            yield "passport number", "passport/number", passport.number, zone.number
        yield "expiry", "passport/expires", passport.expires, zone.expires
    if zone.kind == "P":
        yield "nationality", "nationality", owner.nationality or None, zone.nationality
    yield "sex", "sex", owner.sex or None, _SEX.get(zone.sex)


def _find_pointer(context: CheckContext, owner: Person) -> str:
    for n, person in enumerate(context.case.beneficiaries):
        if person.id == owner.id:
            return f"/beneficiaries/{n}"
    if owner.id == context.case.petitioner.id:
        return "/petitioner"
    for n, supporter in enumerate(context.case.supporters):
        if supporter.person.id == owner.id:
            return f"/supporters/{n}/person"
    return f"/others/{[person.id for person in context.case.others].index(owner.id)}"


# --- numbers of strangers ---


def check_unknown_numbers(context: CheckContext) -> Iterator[Result]:
    """Find A-Numbers and passport numbers, in the evidence and on completed forms, of nobody in
    this case."""
    for exhibit, page in (*iterate_pages(context), *context.iterate_form_pages()):
        yield from _check_a_numbers(context, exhibit, page)
        yield from _check_passport_numbers(context, exhibit, page)
    yield SearchResult(
        exhibit="",
        what="A-Numbers and passport numbers of other people",
        result="searched for on every page with text",
    )


def _check_a_numbers(context: CheckContext, exhibit: Exhibit, page: PageText) -> Iterator[Result]:
    known = {
        person.a_number.zfill(9) for person in context.list_people().values() if person.a_number
    }
    for number, offset in sorted(locate_a_numbers(page.text).items()):
        if number in known:
            continue
        spot = find_spot(ExhibitPage(exhibit, page), offset)
        yield make_page_finding(
            "LEAK.A_NUMBER",
            spot,
            f"an A-Number in {spot.describe()} belongs to no one in this case",
            _WHOSE,
            Severity.WARNING if _may_be_misread(number, known, page) else Severity.ERROR,
        )


def _check_passport_numbers(
    context: CheckContext, exhibit: Exhibit, page: PageText
) -> Iterator[Result]:
    """Check numbers that the page calls a passport's; beside the name of a person of the case it
    may be an older passport of theirs."""
    everyone = context.list_people().values()
    known = {normalize_number(person.passport.number) for person in everyone if person.passport}
    likeness, misread = context.data["name_likeness"], context.list_misread_letters([page])
    for number, offset in find_passport_numbers(page.text).items():
        if normalize_number(number) in known or len(normalize_number(number)) < 6:
            continue
        mentioned = [
            person
            for person in everyone
            if has_name(page.text, person, likeness, family_only=True, misread=misread)
        ]
        if any(person.passport is None for person in mentioned):
            continue  # it may be theirs: case.json gives no number
        spot = find_spot(ExhibitPage(exhibit, page), offset)
        yield make_page_finding(
            "LEAK.PASSPORT",
            spot,
            f"a passport number in {spot.describe()} belongs to no one in this case",
            _WHOSE,
            Severity.WARNING
            if mentioned or _may_be_misread(normalize_number(number), known, page)
            else Severity.ERROR,
        )


def _may_be_misread(number: str, known: Collection[str], page: PageText) -> bool:
    """Return whether a number is one character apart from a known one on a recognized page."""
    return page.prepared.method == "ocr" and any(
        len(candidate) == len(number)
        and sum(a != b for a, b in zip(number, candidate, strict=True)) == 1
        for candidate in known
    )
