"""The faults that `benchmarks.planted` puts into samples, one function each: a sample and dice
in, faulty copies out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from assembler import rules
from assembler.crosscheck.text_matching import has_date, split_words
from assembler.evidence import page_texts as evidence_texts
from assembler.evidence.miniatures import make_miniature
from assembler.model import Case, Exhibit, FilePart, FormFile, PageText, Person, TextMethod, mrz
from assembler.runtime.resources import Shelf
from benchmarks import rescans, scenes
from scripts.sample_cases.mrz import td3
from tests.support.page_texts import change_page, make_page_text

AS_OF = date(2026, 11, 23)
Texts = Mapping[str, Sequence[PageText]]
Planted = tuple[Case, Texts]
Drafted = tuple[Case, str]  # a case, and the words of a letter made from it


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A sample as it was read. `recognition`: CPU seconds its preparation took from nothing;
    `comparison`: the checks'."""

    name: str
    folder: Path
    case: Case
    texts: Texts
    recognition: float = 0.0
    comparison: float = 0.0


def _changed(texts: Texts, exhibit: str, number: int, text: str, lines: str | None = None) -> Texts:
    pages = list(texts[exhibit])
    pages[number] = replace(
        pages[number], text=text, lines=pages[number].lines if lines is None else lines
    )
    return {**texts, exhibit: tuple(pages)}


def passports(one: Subject) -> Iterator[tuple[str, int, mrz.Mrz]]:
    for key, pages in one.texts.items():
        for number, page in enumerate(pages):
            for found in mrz.read(page.lines, AS_OF):
                yield key, number, found


def _line(one: mrz.Mrz, **change: object) -> str:
    other = replace(one, **change)  # type: ignore[arg-type]
    dates = (f"{other.birth_date:%y%m%d}", f"{other.expires:%y%m%d}")
    return "\n".join(
        td3(
            other.state.ljust(3, "<"),
            other.family,
            other.given,
            other.number,
            other.nationality,
            dates[0],
            other.sex or "<",
            dates[1],
        )
    )


def owned(one: Subject) -> Iterator[tuple[str, int, mrz.Mrz]]:
    """Passports whose number the case knows."""
    known = {person.passport.number for person in one.case.beneficiaries if person.passport}
    yield from (found for found in passports(one) if found[2].number in known)


def wrong_digit(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, number, found in owned(one):
        days = timedelta(days=dice.randint(1, 900))
        change = dice.choice(
            [{"birth_date": found.birth_date - days}, {"expires": found.expires - days}]
        )
        yield one.case, _changed(one.texts, key, number, "", _line(found, **change))


def stranger(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, number, found in passports(one):
        lines = _line(
            found,
            family="FREMD",
            given=dice.choice(["ANNA", "OTTO"]),
            number=f"Z{dice.randint(10**7, 10**8 - 1)}",
            birth_date=found.birth_date + timedelta(days=400),
        )
        yield one.case, _changed(one.texts, key, number, "", lines)


def expired(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, number, found in passports(one):
        yield (
            one.case,
            _changed(
                one.texts,
                key,
                number,
                "",
                _line(found, expires=AS_OF - timedelta(days=dice.randint(1, 700))),
            ),
        )


def a_number(one: Subject, dice: random.Random) -> Iterator[Planted]:
    key = dice.choice([key for key, pages in one.texts.items() if pages])
    number = dice.randrange(len(one.texts[key]))
    digits = "".join(str(dice.randint(1, 9)) for _ in range(9))
    apart = f"{digits[:3]}{dice.choice('- ')}{digits[3:6]}{dice.choice('- ')}{digits[6:]}"
    forms = [
        "A{}",
        "A-{}",
        "A# {}",
        "A {}",
        "A#{}",
        "A-Number: {}",
        "Alien Registration Number {}",
        "Alien No. A{}",
        "USCIS# {}",
    ]
    shown = dice.choice(forms).format(dice.choice([digits, apart]))
    yield one.case, _changed(one.texts, key, number, f"{one.texts[key][number].text} {shown} ")


def other_person(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A paper in which the name is another one."""
    people = (
        one.case.petitioner,
        *one.case.beneficiaries,
        *(s.person for s in one.case.supporters),
        *one.case.others,
    )
    said = {
        word
        for person in people
        for name in (person.name, *person.other_names)
        for word in split_words(name.full)
    }
    for exhibit in one.case.exhibits:
        if exhibit.category in (
            "bank",
            "employment",
            "relationship",
            "immigration-history",
        ) and one.texts.get(exhibit.id):
            pages = tuple(
                replace(page, text=_without(page.text, said, dice), lines="")
                for page in one.texts[exhibit.id]
            )
            yield one.case, {**one.texts, exhibit.id: pages}


def _without(text: str, said: set[str], dice: random.Random) -> str:
    """The text with other words for these."""
    return re.sub(
        r"\w+",
        lambda found: (
            dice.choice(["Quibble", "Zyxon"]) if {*split_words(found[0])} & said else found[0]
        ),
        text,
    )


def certificate(one: Subject, _dice: random.Random) -> Iterator[Planted]:
    names = Shelf.default().schema("languages.json")["languages"]
    for exhibit in one.case.exhibits:
        for number, page in enumerate(one.texts.get(exhibit.id, ())):
            if page.prepared.role == "certificate":
                for word in ("complete", "accurate", "competent", names[exhibit.language]):
                    yield (
                        one.case,
                        _changed(one.texts, exhibit.id, number, page.text.replace(word, "")),
                    )


def missing_page(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, pages in one.texts.items():
        if len(pages) > 1:
            total = len(pages) + 1
            gone = dice.randint(1, total)
            shown = [n for n in range(1, total + 1) if n != gone]
            form = dice.choice(["Page {} of {}", "page {}/{}", "Página {} de {}"])
            path = pages[0].prepared.path
            counted = [
                change_page(page, path=path, text=f"{page.text}\n{form.format(n, total)}")
                for page, n in zip(pages, shown, strict=True)
            ]
            yield one.case, {**one.texts, key: tuple(counted)}


def rescanned(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A page once more, read with a few other mistakes, as from another angle.

    A translator's certificate is none: it may stand behind each of two documents.
    """
    long = [
        (key, page)
        for key, pages in one.texts.items()
        for page in pages
        if len(page.text.split()) > 60 and page.prepared.role != "certificate"
    ]
    for _, page in dice.sample(long, min(2, len(long))):
        noisy = "".join(
            dice.choice("eoainlrt") if c.isalpha() and dice.random() < 0.01 else c
            for c in page.text
        )
        again = change_page(
            page,
            text=noisy,
            path="evidence/again.pdf",
            source_page=1,
            sha256="other",
            method="ocr",
            confidence=88.0,
        )
        other = dice.choice(list(one.texts))
        yield one.case, {**one.texts, other: (*one.texts[other], again)}


def misspelt(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for n, declaration in enumerate(one.case.declarations):
        person = dice.choice([one.case.petitioner, *one.case.beneficiaries])
        name = person.name.full
        letters = [place for place, c in enumerate(name) if c.isalpha() and c.islower()]
        place = dice.choice(letters)
        wrong = (
            name[:place] + dice.choice([c for c in "aeiou" if c != name[place]]) + name[place + 1 :]
        )
        said = replace(
            declaration, paragraphs=(*declaration.paragraphs, f"Yesterday {wrong} wrote to me.")
        )
        declarations = (*one.case.declarations[:n], said, *one.case.declarations[n + 1 :])
        yield replace(one.case, declarations=declarations), one.texts


def misstated(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A declaration states a birth date, a number or a street that is nobody's."""
    for n, declaration in enumerate(one.case.declarations):
        person = dice.choice([one.case.petitioner, *one.case.beneficiaries])
        said = [f"I hold A-{dice.randint(10**8, 10**9 - 1)} since then."]
        if any(known.passport for known in one.case.beneficiaries):
            said.append(f"My passport number is Z{dice.randint(10**7, 10**8)}.")
        if person.birth_date:
            day = person.birth_date + timedelta(days=dice.randint(1, 300))
            said += [
                f"The child was born on {day:%B} {day.day}, {day.year}.",
                f"Date of birth: {day.isoformat()}.",
            ]
        if person.address and person.address.street[0].isdigit():
            said.append(f"We live at {dice.randint(1, 9)}{person.address.street} together.")
        stated = replace(declaration, paragraphs=(*declaration.paragraphs, dice.choice(said)))
        declarations = (*one.case.declarations[:n], stated, *one.case.declarations[n + 1 :])
        yield replace(one.case, declarations=declarations), one.texts


def passage(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A Spanish passage in the middle of an English page."""
    keys = [
        key
        for key, pages in one.texts.items()
        if pages and pages[0].seems == "en" and len(pages) == 1
    ]
    key = dice.choice(keys)
    lines = one.texts[key][0].text.splitlines()
    lines.insert(len(lines) // 2, " ".join(dice.sample(_SPANISH, 2)))
    yield one.case, _changed(one.texts, key, 0, "\n".join(lines))


def cut_translation(one: Subject, _dice: random.Random) -> Iterator[Planted]:
    """A translation of which only the beginning is left."""
    for exhibit in one.case.exhibits:
        for number, page in enumerate(one.texts.get(exhibit.id, ())):
            if page.prepared.role == "translation":
                words = page.text.split(" ")
                text = " ".join(words[: len(words) * 3 // 10])
                yield one.case, _changed(one.texts, exhibit.id, number, text)
                break


def misdated(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A letter whose date is mistyped in case.json."""
    dated = Shelf.default().schema("crosscheck.json")["dated"]
    for n, exhibit in enumerate(one.case.exhibits):
        pages = one.texts.get(exhibit.id, ())
        if (
            exhibit.date
            and exhibit.category in dated
            and any(has_date(page.text, exhibit.date) for page in pages)
        ):
            wrong = replace(exhibit, date=exhibit.date - timedelta(days=dice.randint(1, 400)))
            exhibits = (*one.case.exhibits[:n], wrong, *one.case.exhibits[n + 1 :])
            yield replace(one.case, exhibits=exhibits), one.texts


def swapped(one: Subject, _dice: random.Random) -> Iterator[Planted]:
    """The passport of one person filed as another's."""
    for passport in owned(one):
        others = [
            person
            for person in (one.case.petitioner, *one.case.others)
            if person.id not in {p.id for p in one.case.beneficiaries}
        ]
        if others:
            exhibits = tuple(
                replace(e, person=others[0].id) if e.id == passport[0] else e
                for e in one.case.exhibits
            )
            yield replace(one.case, exhibits=exhibits), one.texts


def mistyped(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A digit of a passport number is wrong in case.json."""
    for _, _, found in owned(one):
        owner = next(
            p for p in one.case.beneficiaries if p.passport and p.passport.number == found.number
        )
        if owner.passport:
            place = dice.choice([n for n, c in enumerate(found.number) if c.isdigit()])
            digit = str((int(found.number[place]) + dice.randint(1, 9)) % 10)
            number = found.number[:place] + digit + found.number[place + 1 :]
            yield (
                _with(one.case, replace(owner, passport=replace(owner.passport, number=number))),
                one.texts,
            )


def _with(case: Case, person: Person) -> Case:
    """The case with this person in every part they have."""
    return replace(
        case,
        petitioner=person if case.petitioner.id == person.id else case.petitioner,
        beneficiaries=tuple(person if p.id == person.id else p for p in case.beneficiaries),
        supporters=tuple(
            replace(s, person=person) if s.person.id == person.id else s for s in case.supporters
        ),
    )


# --- seen again ---


def photographed(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A page or photograph of the sample once more: turned, scaled, cut, lit otherwise, with
    grain, and recognized anew."""
    there = [
        (key, page)
        for key, pages in one.texts.items()
        for page in pages
        if page.prepared.role != "certificate"
    ]
    _, page = dice.choice(there)
    again = rescans.read_again(one.folder / page.prepared.path, page, dice)
    other = dice.choice(list(one.texts))
    yield one.case, {**one.texts, other: (*one.texts[other], again)}


def wordless(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """Three photographs without a word, and one of them taken again."""
    case, texts = _with_photographs(one, dice, 3)
    first = dice.choice(texts[_PHOTOGRAPHS])
    picture = scenes.scene(int(first.prepared.path.removeprefix(_SCENE)))
    yield (
        case,
        {
            **texts,
            _PHOTOGRAPHS: (*texts[_PHOTOGRAPHS], rescans.read(rescans.again(picture, dice), first)),
        },
    )


def other_scenes(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """Four photographs without a word, all of them different: no fault."""
    yield _with_photographs(one, dice, 4)


_PHOTOGRAPHS, _SCENE = "photographs", "evidence/scene-"


def _with_photographs(one: Subject, dice: random.Random, count: int) -> Planted:
    pages = tuple(_scene(seed) for seed in dice.sample(range(10_000), count))
    exhibit = replace(
        one.case.exhibits[0],
        id=_PHOTOGRAPHS,
        category="photo",
        title="Photographs",
        person="",
        language="en",
        date=None,
        parts=tuple(FilePart(path=page.prepared.path) for page in pages),
        translator=None,
    )
    return replace(one.case, exhibits=(*one.case.exhibits, exhibit)), {
        **one.texts,
        _PHOTOGRAPHS: pages,
    }


def _scene(seed: int) -> PageText:
    """A drawn photograph, on which recognition finds nothing: reading each of them takes
    seconds."""
    small = make_miniature(scenes.scene(seed), (0.0, 0.0, 1.0, 1.0))
    return make_page_text(
        "", f"{_SCENE}{seed}", method=TextMethod.NONE, sha256=str(seed), miniature=small
    )


def upside_down(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """One page of several stood on its head, and was turned when it was recognized."""
    for key, pages in one.texts.items():
        if len(pages) > 2 and not any(page.prepared.turned for page in pages):
            n = dice.randrange(len(pages))
            yield (
                one.case,
                {
                    **one.texts,
                    key: (*pages[:n], change_page(pages[n], turned=180), *pages[n + 1 :]),
                },
            )


def shuffled(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """Pages that count themselves lie in another order."""
    for key, pages in one.texts.items():
        if len(pages) > 1:
            order = list(range(1, len(pages) + 1))
            while order == sorted(order):
                dice.shuffle(order)
            counted = [
                change_page(
                    page, path=pages[0].prepared.path, text=f"{page.text}\nPage {n} of {len(pages)}"
                )
                for page, n in zip(pages, order, strict=True)
            ]
            yield one.case, {**one.texts, key: tuple(counted)}


def foreign(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A page said to be English that is in Spanish."""
    key = dice.choice(
        [
            key
            for key, pages in one.texts.items()
            if pages and pages[0].prepared.language.startswith("en")
        ]
    )
    page = one.texts[key][0]
    text = " ".join(dice.sample(_SPANISH, len(_SPANISH)))
    seems = evidence_texts.identify_language(text, page.prepared.language)
    yield one.case, {**one.texts, key: (replace(page, text=text, seems=seems), *one.texts[key][1:])}


_SPANISH = (
    "El suscrito médico certifica que la niña fue atendida en este hospital.",
    "Necesita una operación del corazón que no se puede realizar en nuestro país.",
    "La familia ha pedido ayuda porque no hay los equipos necesarios para hacerla.",
    "Por eso se extiende la presente constancia a petición de la parte interesada.",
)


# --- identity ---


def unlike(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """An identity document that prints another birth date and number, and whose machine-readable
    lines cannot be read."""
    people = {person.id: person for person in (one.case.petitioner, *one.case.beneficiaries)}
    for exhibit in one.case.exhibits:
        person = people.get(exhibit.person)
        if (
            exhibit.category == "identity"
            and person
            and person.birth_date
            and one.texts.get(exhibit.id)
        ):
            day = person.birth_date + timedelta(days=dice.randint(1, 3000))
            text = (
                f"Republic of Utopia Passport Type P Surname {person.name.family} Given names "
                f"{person.name.given} Born"
            )
            page = replace(
                one.texts[exhibit.id][0],
                text=f"{text} {day:%d %b %Y} Number Z{dice.randint(10**7, 10**8)}",
                lines="",
            )
            yield one.case, {**one.texts, exhibit.id: (page,)}


def misspelt_lines(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """The name in the machine-readable lines is another than in case.json; number and birth date
    agree."""
    for key, number, found in owned(one):
        wrong = "".join(dice.choice("BCDFGHKLMNPRSTVW") + dice.choice("AEIOU") for _ in range(4))
        yield (
            one.case,
            _changed(one.texts, key, number, "", _line(found, family=wrong, given=wrong[::-1])),
        )


def expires(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, number, found in passports(one):
        day = AS_OF + timedelta(days=dice.randint(1, 170))
        yield one.case, _changed(one.texts, key, number, "", _line(found, expires=day))


def of_the_family(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """The passport of one member goes into the packet of another; a case of one gets a brother."""
    case = one.case
    if len(case.beneficiaries) == 1:
        brother = replace(
            case.beneficiaries[0],
            id="brother",
            name=replace(case.beneficiaries[0].name, given="Fratello"),
            passport=None,
            birth_date=date(2001, 2, 3),
        )
        case = replace(case, beneficiaries=(*case.beneficiaries, brother))
    for key, _, found in owned(one):
        owner = next(
            p for p in case.beneficiaries if p.passport and p.passport.number == found.number
        )
        other = dice.choice([p.id for p in case.beneficiaries if p.id != owner.id])
        wrong = tuple(
            replace(e, belongs_to=(other,), person="") if e.id == key else e for e in case.exhibits
        )
        yield replace(case, exhibits=wrong), one.texts


def printed_passport(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A page of another client, with the number of their passport."""
    key = dice.choice([key for key, pages in one.texts.items() if pages])
    named = dice.choice(["no.", "number", "#"])
    text = (
        f"Consular record of Otto Fremd, passport {named} Z{dice.randint(10**7, 10**8 - 1)}, "
        f"issued abroad"
    )
    stray = change_page(one.texts[key][0], text=text, lines="", method="text")
    yield one.case, {**one.texts, key: (*one.texts[key], stray)}


# --- forms, letters, rules ---


def wrong_form(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A completed form of another client."""
    form = FormFile(form="i-131", path="forms/i-131.pdf", completed=True)
    number = "".join(str(dice.randint(1, 9)) for _ in range(9))
    shown = dice.choice(
        ["Alien Registration Number (A-Number) A- {}", "A-Number: {}", "USCIS# {}"]
    ).format(number)
    page = make_page_text(f"Form I-131 Part 1. Information about you {shown}", form.path)
    yield replace(one.case, forms=(form,)), {**one.texts, f"form:{form.path}": (page,)}


def stale_template(one: Subject, dice: random.Random) -> Iterator[Drafted]:
    """A letter in which an earlier client's number, birth date or name is left."""
    person = dice.choice([one.case.petitioner, *one.case.beneficiaries])
    said = [
        f"my file A{dice.randint(10**8, 10**9 - 1)}",
        f"passport number Z{dice.randint(10**7, 10**8 - 1)}",
        f"the child, born on {date(1999, 1, 1) + timedelta(days=dice.randint(1, 300)):%B %d, %Y}",
    ]
    if person.address and person.address.street[0].isdigit():
        said.append(f"of {dice.randint(1, 9)}{person.address.street}")
    yield (
        one.case,
        f"Re: request for parole of {person.name.full}, {dice.choice(said)}. Dear Officer,",
    )


def after_signing(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """An exhibit dated after the letter that encloses it."""
    n = dice.randrange(len(one.case.exhibits))
    day = AS_OF - timedelta(days=dice.randint(1, 20))
    late = replace(one.case.exhibits[n], date=day + timedelta(days=dice.randint(1, 60)))
    case = replace(one.case, request=replace(one.case.request, letter_date=day))
    yield replace(case, exhibits=(*case.exhibits[:n], late, *case.exhibits[n + 1 :])), one.texts


def too_old(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """All papers that meet a line of a checklist are older than it allows, by a day or by years."""
    library = rules.load_library(Shelf.default())
    limits = {
        line.id: line.max_age_days
        for sheet in library.select_checklists(one.case.kind, one.case.reasons)
        for line in sheet.lines
    }
    for row in rules.check_case(one.case, library, AS_OF).matrix:
        limit = limits[row.line]
        if limit and row.exhibits and not row.facts:
            day = AS_OF - timedelta(
                days=limit + dice.choice([1, dice.randint(2, 60), dice.randint(61, 3000)])
            )
            old = tuple(
                replace(e, date=day) if e.id in row.exhibits else e for e in one.case.exhibits
            )
            yield replace(one.case, exhibits=old), one.texts


def _translated(one: Subject) -> Iterator[tuple[int, Exhibit]]:
    wanted = {"translation", "certificate"}
    yield from (
        (n, e) for n, e in enumerate(one.case.exhibits) if {part.role for part in e.parts} >= wanted
    )


def _with_parts(one: Subject, n: int, parts: Sequence[FilePart]) -> Planted:
    exhibits = one.case.exhibits
    return replace(
        one.case,
        exhibits=(*exhibits[:n], replace(exhibits[n], parts=tuple(parts)), *exhibits[n + 1 :]),
    ), one.texts


def untranslated(one: Subject, _dice: random.Random) -> Iterator[Planted]:
    for n, exhibit in enumerate(one.case.exhibits):
        if not exhibit.language.startswith("en") or exhibit.translator is None:
            parts = [
                replace(part, role="document") for part in exhibit.parts if part.role == "document"
            ]
            case, texts = _with_parts(one, n, parts)
            told = tuple(
                replace(e, language="es") if e.id == exhibit.id else e for e in case.exhibits
            )
            yield replace(case, exhibits=told), texts


def uncertified(one: Subject, _dice: random.Random) -> Iterator[Planted]:
    for n, exhibit in _translated(one):
        yield _with_parts(one, n, [part for part in exhibit.parts if part.role != "certificate"])


def disordered(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for n, exhibit in _translated(one):
        parts = list(exhibit.parts)
        wrong = dice.choice([parts[::-1], [*parts[1:], parts[0]], [parts[0], *parts[:0:-1]]])
        yield _with_parts(one, n, wrong)


Plant = Callable[[Subject, random.Random], Iterator[Planted]]
Fault = tuple[
    Plant, tuple[str, ...]
]  # how it is planted, and the rules of which one should find it
FAULTS: dict[str, Fault] = {
    "another birth date or expiry in the lines": (wrong_digit, ("CHECK.DIFFERS",)),
    "a digit of the number mistyped": (mistyped, ("CHECK.DIFFERS", "LEAK.PASSPORT")),
    "another name in the lines": (misspelt_lines, ("CHECK.SPELLING",)),
    "birth date and number not on the passport": (unlike, ("CHECK.BIRTH_DATE", "CHECK.PASSPORT")),
    "another client's passport": (stranger, ("LEAK.PASSPORT",)),
    "another client's passport number": (printed_passport, ("LEAK.PASSPORT",)),
    "one's passport filed as another's": (swapped, ("CHECK.PERSON",)),
    "a member's passport in another's packet": (of_the_family, ("LEAK.FAMILY",)),
    "an expired passport": (expired, ("CHECK.EXPIRED",)),
    "a passport that expires soon": (expires, ("CHECK.EXPIRES",)),
    "a stranger's A-Number": (a_number, ("LEAK.A_NUMBER",)),
    "a stranger's completed form": (wrong_form, ("LEAK.A_NUMBER",)),
    "a paper about somebody else": (other_person, ("CHECK.NAME", "CHECK.NOBODY")),
    "a certificate without one of its elements": (certificate, ("TRANS.CERT_TEXT",)),
    "a translation of a part": (cut_translation, ("TRANS.PARTIAL",)),
    "a passage left in Spanish": (passage, ("TRANS.EMBEDDED",)),
    "a translation missing": (untranslated, ("TRANS.PRESENT",)),
    "a certificate missing": (uncertified, ("TRANS.CERT",)),
    "original, translation, certificate out of order": (disordered, ("TRANS.ORDER",)),
    "a Spanish page said to be English": (foreign, ("LANG.PAGE",)),
    "a page of a counted document removed": (missing_page, ("PAGES.MISSING",)),
    "counted pages out of order": (shuffled, ("PAGES.ORDER",)),
    "a page twice, misread otherwise": (rescanned, ("PAGES.TWICE",)),
    "a single page upside down": (upside_down, ("PAGES.TURNED",)),
    "a name misspelt in a declaration": (misspelt, ("CHECK.TWO_SPELLINGS",)),
    "a date, number or street misstated": (misstated, ("CHECK.STATED",)),
    "the date of a letter mistyped": (misdated, ("CHECK.DATE",)),
    "an exhibit dated after signing": (after_signing, ("DATE.AFTER_LETTER", "DATE.EXHIBIT_FUTURE")),
    "papers older than the checklist allows": (too_old, ("DATE.TOO_OLD",)),
}
# these read pictures anew for each fault: the tests plant fewer of them
PICTURES: dict[str, Fault] = {
    "a page photographed or scanned again": (photographed, ("PAGES.TWICE",)),
    "a photograph without text taken again": (wordless, ("PAGES.TWICE",)),
}
HARMLESS: dict[str, Plant] = {
    "a photograph without text taken again": other_scenes
}  # in which the fault may not be found
# planted by `stale_template`, found as CHECK.STATED
IN_LETTERS = "an earlier client's fact in a letter's template"
