"""The faults that `benchmarks.planted` puts into samples, one function each: a sample and dice in, faulty copies out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from assembler import mrz
from assembler.crosscheck.likeness import has_date, words
from assembler.model import Case, PageText, Person
from assembler.shelf import Shelf
from samples.mrz import td3

AS_OF = date(2026, 11, 23)
Texts = Mapping[str, Sequence[PageText]]
Planted = tuple[Case, Texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A sample as it was read. `recognition`: CPU seconds its preparation took from nothing; `comparison`: the checks'."""

    name: str
    folder: Path
    case: Case
    texts: Texts
    recognition: float = 0.0
    comparison: float = 0.0



def _changed(texts: Texts, exhibit: str, number: int, text: str, lines: str | None = None) -> Texts:
    pages = list(texts[exhibit])
    pages[number] = replace(pages[number], text=text, lines=pages[number].lines if lines is None else lines)
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
        change = dice.choice([{"birth_date": found.birth_date - days}, {"expires": found.expires - days}])
        yield one.case, _changed(one.texts, key, number, "", _line(found, **change))


def stranger(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, number, found in passports(one):
        lines = _line(found, family="FREMD", given=dice.choice(["ANNA", "OTTO"]), number=f"Z{dice.randint(10**7, 10**8 - 1)}",
                      birth_date=found.birth_date + timedelta(days=400))  # fmt: skip
        yield one.case, _changed(one.texts, key, number, "", lines)


def expired(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, number, found in passports(one):
        yield (
            one.case,
            _changed(one.texts, key, number, "", _line(found, expires=AS_OF - timedelta(days=dice.randint(1, 700)))),
        )


def a_number(one: Subject, dice: random.Random) -> Iterator[Planted]:
    key = dice.choice([key for key, pages in one.texts.items() if pages])
    number = dice.randrange(len(one.texts[key]))
    shown = dice.choice(["A{}", "A-{}", "A# {}", "A {}"]).format("".join(str(dice.randint(1, 9)) for _ in range(9)))
    yield one.case, _changed(one.texts, key, number, f"{one.texts[key][number].text} {shown} ")


def other_person(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A paper in which the name is another one."""
    people = (one.case.petitioner, *one.case.beneficiaries, *(s.person for s in one.case.supporters), *one.case.others)
    said = {word for person in people for name in (person.name, *person.other_names) for word in words(name.full)}
    for exhibit in one.case.exhibits:
        if exhibit.category in ("bank", "employment", "relationship", "immigration-history") and one.texts.get(exhibit.id):
            pages = tuple(replace(page, text=_without(page.text, said, dice), lines="") for page in one.texts[exhibit.id])
            yield one.case, {**one.texts, exhibit.id: pages}


def _without(text: str, said: set[str], dice: random.Random) -> str:
    """The text with other words for these."""
    return re.sub(r"\w+", lambda found: dice.choice(["Quibble", "Zyxon"]) if {*words(found[0])} & said else found[0], text)


def certificate(one: Subject, _dice: random.Random) -> Iterator[Planted]:
    names = Shelf.default().schema("languages.json")["languages"]
    for exhibit in one.case.exhibits:
        for number, page in enumerate(one.texts.get(exhibit.id, ())):
            if page.role == "certificate":
                for word in ("complete", "accurate", "competent", names[exhibit.language]):
                    yield one.case, _changed(one.texts, exhibit.id, number, page.text.replace(word, ""))


def missing_page(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for key, pages in one.texts.items():
        if len(pages) > 1:
            total = len(pages) + 1
            gone = dice.randint(1, total)
            shown = [n for n in range(1, total + 1) if n != gone]
            form = dice.choice(["Page {} of {}", "page {}/{}", "Página {} de {}"])
            path = pages[0].path
            counted = [
                replace(page, path=path, text=f"{page.text}\n{form.format(n, total)}")
                for page, n in zip(pages, shown, strict=True)
            ]
            yield one.case, {**one.texts, key: tuple(counted)}


def rescanned(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A page once more, read with a few other mistakes, as from another angle."""
    long = [(key, page) for key, pages in one.texts.items() for page in pages if len(page.text.split()) > 60]
    for _, page in dice.sample(long, min(2, len(long))):
        noisy = "".join(dice.choice("eoainlrt") if c.isalpha() and dice.random() < 0.01 else c for c in page.text)
        again = replace(page, text=noisy, path="evidence/again.pdf", page=1, sha256="other")
        other = dice.choice(list(one.texts))
        yield one.case, {**one.texts, other: (*one.texts[other], again)}


def misspelt(one: Subject, dice: random.Random) -> Iterator[Planted]:
    for n, declaration in enumerate(one.case.declarations):
        person = dice.choice([one.case.petitioner, *one.case.beneficiaries])
        name = person.name.full
        letters = [place for place, c in enumerate(name) if c.isalpha() and c.islower()]
        place = dice.choice(letters)
        wrong = name[:place] + dice.choice([c for c in "aeiou" if c != name[place]]) + name[place + 1 :]
        said = replace(declaration, paragraphs=(*declaration.paragraphs, f"Yesterday {wrong} wrote to me."))
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
            said += [f"The child was born on {day:%B} {day.day}, {day.year}.", f"Date of birth: {day.isoformat()}."]
        if person.address and person.address.street[0].isdigit():
            said.append(f"We live at {dice.randint(1, 9)}{person.address.street} together.")
        stated = replace(declaration, paragraphs=(*declaration.paragraphs, dice.choice(said)))
        declarations = (*one.case.declarations[:n], stated, *one.case.declarations[n + 1 :])
        yield replace(one.case, declarations=declarations), one.texts


def misdated(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A letter whose date is mistyped in case.json."""
    dated = Shelf.default().schema("crosscheck.json")["dated"]
    for n, exhibit in enumerate(one.case.exhibits):
        pages = one.texts.get(exhibit.id, ())
        if exhibit.date and exhibit.category in dated and any(has_date(page.text, exhibit.date) for page in pages):
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
            exhibits = tuple(replace(e, person=others[0].id) if e.id == passport[0] else e for e in one.case.exhibits)
            yield replace(one.case, exhibits=exhibits), one.texts


def mistyped(one: Subject, dice: random.Random) -> Iterator[Planted]:
    """A digit of a passport number is wrong in case.json."""
    for _, _, found in owned(one):
        owner = next(p for p in one.case.beneficiaries if p.passport and p.passport.number == found.number)
        if owner.passport:
            place = dice.choice([n for n, c in enumerate(found.number) if c.isdigit()])
            digit = str((int(found.number[place]) + dice.randint(1, 9)) % 10)
            number = found.number[:place] + digit + found.number[place + 1 :]
            yield _with(one.case, replace(owner, passport=replace(owner.passport, number=number))), one.texts


def _with(case: Case, person: Person) -> Case:
    """The case with this person in every part they have."""
    return replace(
        case,
        petitioner=person if case.petitioner.id == person.id else case.petitioner,
        beneficiaries=tuple(person if p.id == person.id else p for p in case.beneficiaries),
        supporters=tuple(replace(s, person=person) if s.person.id == person.id else s for s in case.supporters),
    )


FAULTS: dict[str, tuple[Callable[[Subject, random.Random], Iterator[Planted]], tuple[str, ...]]] = {
    "another birth date or expiry in the lines": (wrong_digit, ("CHECK.DIFFERS",)),
    "a digit of the number mistyped": (mistyped, ("CHECK.DIFFERS", "LEAK.PASSPORT")),
    "another client's passport": (stranger, ("LEAK.PASSPORT",)),
    "one's passport filed as another's": (swapped, ("CHECK.PERSON",)),
    "an expired passport": (expired, ("CHECK.EXPIRED",)),
    "a stranger's A-Number": (a_number, ("LEAK.A_NUMBER",)),
    "a paper about somebody else": (other_person, ("CHECK.NAME",)),
    "a certificate without one of its elements": (certificate, ("TRANS.CERT_TEXT",)),
    "a page of a counted document removed": (missing_page, ("PAGES.MISSING",)),
    "a page scanned twice": (rescanned, ("PAGES.TWICE",)),
    "a name misspelt in a declaration": (misspelt, ("CHECK.TWO_SPELLINGS",)),
    "a date, number or street misstated": (misstated, ("CHECK.STATED",)),
    "the date of a letter mistyped": (misdated, ("CHECK.DATE",)),
}
