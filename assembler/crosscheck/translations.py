"""Translations and their certificates, missing and doubled pages, names that are spelled in two
ways. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from assembler.crosscheck.results import Desk, Looked, Result, everything, told, told_of
from assembler.crosscheck.statements import Place, differing, texts, there
from assembler.crosscheck.text_matching import has_date, has_name, words
from assembler.model import Contradiction, Exhibit, PageText, Person, Severity

_COUNTED = re.compile(
    r"\b(?:page|página|pagina|seite|p\.)\s*(\d{1,3})\s*(?:of|de|von|/)\s*(\d{1,3})\b", re.IGNORECASE
)
_DATED = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2},? \d{4}"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{4})\b",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\(?\d(?:[ ()./-]{0,2}\d){6,14}")
_STREET = re.compile(r"\b\d{1,6}[A-Za-z]?,? [^\W\d_]{2,}|\b[^\W\d_]{3,}[.,]? \d{1,6}[a-z]?\b")
_RULE = "8 CFR 103.2(b)(3)"


def certificates(desk: Desk) -> Iterator[Result]:
    """What a translator's certificate must say; that it is signed only a person can see."""
    for exhibit in desk.case.exhibits:
        pages = [page for page in desk.read(exhibit) if page.role == "certificate"]
        if not pages:
            continue
        text = "\n".join(page.text for page in pages)
        missing = list(_missing(text, exhibit, desk))
        if len(words(text)) < desk.data["few_words"]:
            yield Looked(
                exhibit=exhibit.id,
                what="certificate of translation",
                result="not looked at",
                why="too little could be read",
            )
            continue
        yield Looked(
            exhibit=exhibit.id,
            what="certificate of translation",
            result="not found" if missing else "found",
        )
        sure = all(
            page.method == "text" or (page.confidence or 0) >= desk.data["sure_confidence"]
            for page in pages
        )
        for what in missing:
            yield told(
                "TRANS.CERT_TEXT",
                Severity.ERROR if sure else Severity.WARNING,
                pages[0],
                exhibit,
                f"the certificate does not state {what}",
                "let the translator complete it; `assembler draft certificate` writes one to sign",
                _RULE,
            )


def _missing(text: str, exhibit: Exhibit, desk: Desk) -> Iterator[str]:
    there = set(words(text))
    asked = desk.data["certificate"]
    if "unsigned draft" in " ".join(words(text)):
        yield "that it is final: it is marked as an unsigned draft"
    if not there & {*asked["complete"]}:
        yield "that the translation is complete"
    if not there & {*asked["accurate"]}:
        yield "that the translation is accurate"
    if not there & {*asked["competence"]}:
        yield "that the translator is competent"
    name = desk.languages.get(exhibit.language, "")
    if name and not {*words(name)} & there:
        yield "the language it was translated from"
    translator = exhibit.translator
    if translator and not has_name(
        text, Person(id="translator", name=translator.name), desk.data["name_likeness"]
    ):
        yield "the translator's name that case.json gives"
    if not (
        _DATED.search(text) or (translator and translator.date and has_date(text, translator.date))
    ):
        yield "a date"
    if desk.contact:
        yield from _contact(text, exhibit)


def _contact(text: str, exhibit: Exhibit) -> Iterator[str]:
    """Address and telephone: those of case.json where it gives them, else anything that may be
    one."""
    bare, translator = _DATED.sub(" ", text), exhibit.translator
    digits = re.sub(r"\D", "", bare)
    phone = re.sub(r"\D", "", translator.phone) if translator else ""
    if phone[-7:] not in digits if phone else not _PHONE.search(bare):
        yield "the translator's telephone number"
    without = _PHONE.sub(" ", bare)
    street = translator.address.street if translator and translator.address else ""
    if not {*words(street)} <= {*words(text)} if street else not _STREET.search(without):
        yield "the translator's address"


def languages(desk: Desk) -> Iterator[Result]:
    """Pages that seem to be in another language than case.json says: one that is not English
    needs a translation."""
    for exhibit in desk.case.exhibits:
        unknown = sum(bool(page.text.strip()) and not page.seems for page in desk.read(exhibit))
        if unknown:
            yield Looked(
                exhibit=exhibit.id,
                what=f"language of {unknown} pages",
                result="not looked at",
                why="it cannot be told: few words, or recognized without the data of the language",
            )
    for exhibit, page in everything(desk):
        said = page.language.split("-", maxsplit=1)[0].lower()
        seems = desk.languages.get(page.seems, "") or desk.data["scripts"].get(page.seems, "")
        if page.seems == said or not seems:
            continue
        foreign = page.seems != "en"
        yield told(
            "TRANS.LANGUAGE",
            Severity.WARNING if foreign else Severity.INFO,
            page,
            exhibit,
            f"it seems to be in {seems}, and case.json says {desk.languages.get(said, said)}",
            "set `language`, and add the translation with its certificate"
            if foreign
            else "set `language`, if all of it is",
            _RULE,
        )


def dates(desk: Desk) -> Iterator[Result]:
    """Letters and reports that print dates, and not the one case.json gives the exhibit: every
    rule about age would be misled."""
    for exhibit in desk.case.exhibits:
        pages = desk.read(exhibit)
        text = "\n".join(page.text for page in pages)
        if (
            exhibit.date is None
            or exhibit.category not in desk.data["dated"]
            or not _DATED.search(text)
        ):
            continue
        found = has_date(text, exhibit.date)
        yield Looked(
            exhibit=exhibit.id, what="date of the exhibit", result="found" if found else "not found"
        )
        if not found:
            yield told_of(
                "CHECK.DATE",
                Severity.WARNING,
                exhibit,
                desk,
                "the date case.json gives it is none of those printed on it",
                "compare `date` with the document",
            )


def sequences(desk: Desk) -> Iterator[Result]:
    """Pages that count themselves, "page 3 of 7", and do not all follow."""
    for exhibit in desk.case.exhibits:
        ranged = {part.path for part in exhibit.parts if part.pages}
        for path in dict.fromkeys(page.path for page in desk.read(exhibit)):
            pages = [page for page in desk.read(exhibit) if page.path == path]
            counted = [
                (page, int(n), int(of))
                for page in pages
                for n, of in _COUNTED.findall(page.text)[-1:]
                if 0 < int(n) <= int(of)
            ]
            for total in dict.fromkeys(of for _, _, of in counted):
                yield from _sequence(
                    exhibit,
                    [(page, n) for page, n, of in counted if of == total],
                    total,
                    whole=path not in ranged,
                )


def _sequence(
    exhibit: Exhibit, seen: list[tuple[PageText, int]], total: int, *, whole: bool
) -> Iterator[Result]:
    numbers = [n for _, n in seen]
    gone = sorted({*range(1, total + 1)} - {*numbers})
    if gone and total <= 200 and (len(seen) > 1 or total > 1):
        severity = Severity.WARNING if whole else Severity.INFO
        yield told(
            "PAGES.MISSING",
            severity,
            seen[0][0],
            exhibit,
            f"the pages count to {total}, and {_listed(gone)} of them cannot be seen",
            "look whether the document is whole, and scan what is missing",
        )
    elif numbers != sorted(numbers):
        yield told(
            "PAGES.ORDER",
            Severity.WARNING,
            seen[0][0],
            exhibit,
            "the pages count themselves in another order",
            "put them in order",
        )


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:8]))
    return shown if len(numbers) <= 8 else f"{shown} and {len(numbers) - 8} more"


def turned(desk: Desk) -> Iterator[Result]:
    """A single page of a file that stood the other way up; it was turned, and somebody should
    know."""
    for exhibit in desk.case.exhibits:
        pages = desk.read(exhibit)
        odd = [page for page in pages if page.turned]
        if len(pages) > 2 and len(odd) == 1:
            yield told(
                "PAGES.TURNED",
                Severity.INFO,
                odd[0],
                exhibit,
                "this page alone stood another way up, and was turned",
                "see that it is right",
            )


def spellings(desk: Desk) -> Iterator[Result]:
    """A name in the texts of case.json that is nearly, but not quite, that of a person of the
    case."""
    for pointer, text in texts(desk):
        line = desk.case.line(pointer)
        where = Place(
            where=f"case.json line {line} ({pointer})", file="case.json", pointer=pointer, line=line
        )
        yield from spelt(desk, where, text)


def spelt(desk: Desk, where: Place, text: str) -> Iterator[Result]:
    """Names in a text that are nearly, but not quite, those of people of the case."""
    names = {
        person.name.full: person
        for person in desk.people().values()
        if len(words(person.name.full)) > 1
    }
    known = {word for name in (*names, *_helpers(desk)) for word in words(name)}
    for name, person in names.items():
        for said in _near(text, name):
            if not {*words(said)} <= known:
                problem = f"a name is written nearly, but not quite, as that of {person.id}"
                here = f"case.json, name of {person.id}"
                at_odds = Contradiction(
                    what="name", here=here, says=name, there=there(where), but=said
                )
                yield from differing(
                    "CHECK.TWO_SPELLINGS", where, problem, "write it as in `name`", at_odds
                )


def _helpers(desk: Desk) -> Iterator[str]:
    """Names of those who have a part in the case without being of it."""
    case = desk.case
    interpreters = [one.interpreter for one in case.declarations if one.interpreter]
    translators = [one.translator for one in case.exhibits if one.translator]
    yield from (one.name.full for one in (case.attorney, *interpreters, *translators) if one)


def _near(text: str, name: str) -> Iterator[str]:
    """Runs of capitalised words as long as the name that differ from it by a letter or two."""
    size = len(name.split())
    tokens = re.findall(r"[^\W\d_][\w’'-]*", text)
    for start in range(len(tokens) - size + 1):
        run = tokens[start : start + size]
        said = " ".join(run)
        if (
            all(word[0].isupper() for word in run)
            and said != name
            and 86 <= fuzz.ratio(said.casefold(), name.casefold()) < 100
        ):
            yield said


def unread(desk: Desk) -> Iterator[Result]:
    """Exhibits whose pages could not be read at all."""
    for exhibit in desk.case.exhibits:
        if exhibit.id not in desk.pages:
            yield Looked(
                exhibit=exhibit.id,
                what="everything",
                result="not looked at",
                why="its text could not be read",
            )
            yield told_of(
                "CHECK.UNREAD",
                Severity.WARNING,
                exhibit,
                desk,
                "its text could not be read, so nothing was compared",
                "look at it by eye",
            )
        pictures = sum(not page.text.strip() for page in desk.read(exhibit))
        if pictures:
            yield Looked(
                exhibit=exhibit.id,
                what=f"{pictures} pages without text",
                result="not looked at",
                why="there is no text on them",
            )
