"""Check translations and their certificates, missing and repeated pages, names that are spelled in
two ways. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    PageSpot,
    Result,
    find_spot,
    iterate_pages,
    make_exhibit_finding,
    make_page_finding,
)
from assembler.crosscheck.statements import (
    TextPlace,
    describe_place,
    iterate_texts,
    report_contradiction,
)
from assembler.crosscheck.text_matching import (
    DATED,
    MisreadLetters,
    has_all_words,
    has_date,
    has_name,
    split_words,
)
from assembler.model import Contradiction, Exhibit, PageText, Person, SearchResult, Severity
from assembler.model.language_tags import find_primary_language

_COUNTED = re.compile(
    r"\b(?:page|página|pagina|seite|p\.)\s*(\d{1,3})\s*(?:of|de|von|/)\s*(\d{1,3})\b", re.IGNORECASE
)
_PHONE = re.compile(r"\+?\(?\d(?:[ ()./-]{0,2}\d){6,14}")
_STREET = re.compile(r"\b\d{1,6}[A-Za-z]?,? [^\W\d_]{2,}|\b[^\W\d_]{3,}[.,]? \d{1,6}[a-z]?\b")
_RULE = "8 CFR 103.2(b)(3)"
_RESPELL = (
    "compare both with the passport, and correct the one that is wrong; if it is somebody else, "
    "add the person to `others`"
)
_NAME_WORD = re.compile(r"[^\W\d_][\w’']*")
_POSSESSIVE = re.compile(r"(?<=\w)[’'](?:s|S)?(?!\w)")
_NAME_LIKENESS = 86  # of 100: how alike a spelling must be to be meant for the name
_SHORT_WORD = 5  # letters up to which a word of a name may differ by one only


def check_certificates(context: CheckContext) -> Iterator[Result]:
    """Check the statements of a translator's certificate; whether it is signed only a person can
    see."""
    for exhibit in context.case.exhibits:
        pages = [
            page for page in context.list_pages(exhibit) if page.prepared.role == "certificate"
        ]
        if not pages:
            continue
        text = "\n".join(page.text for page in pages)
        misread = context.list_misread_letters(pages)
        missing = list(_find_missing(text, exhibit, context, misread))
        if len(split_words(text)) < context.data["few_words"]:
            yield SearchResult(
                exhibit=exhibit.id,
                what="certificate of translation",
                result="not checked",
                why="too little could be read",
            )
            continue
        yield SearchResult(
            exhibit=exhibit.id,
            what="certificate of translation",
            result="not found" if missing else "found",
        )
        is_sure = all(
            page.prepared.method == "text"
            or (page.prepared.confidence or 0) >= context.data["sure_confidence"]
            for page in pages
        )
        for statement in missing:
            yield make_page_finding(
                "TRANS.CERT_TEXT",
                ExhibitPage(exhibit, pages[0]),
                f"the certificate does not state {statement}",
                "have the translator complete it; `assembler draft certificate` writes one to sign",
                Severity.ERROR if is_sure else Severity.WARNING,
                source=_RULE,
            )


def _find_missing(
    text: str, exhibit: Exhibit, context: CheckContext, misread: MisreadLetters
) -> Iterator[str]:
    text_words = set(split_words(text))
    required = context.data["certificate"]
    if "unsigned draft" in " ".join(split_words(text)):
        yield "that it is final: it is marked as an unsigned draft"
    if not text_words & {*required["complete"]}:
        yield "that the translation is complete"
    if not text_words & {*required["accurate"]}:
        yield "that the translation is accurate"
    if not text_words & {*required["competence"]}:
        yield "that the translator is competent"
    name = context.languages.get(exhibit.language, "")
    if name and not {*split_words(name)} & text_words:
        yield "the language it was translated from"
    translator = exhibit.translator
    if translator and not has_name(
        text,
        Person(id="translator", name=translator.name),
        context.data["name_likeness"],
        misread=misread,
    ):
        yield "the translator's name that case.json gives"
    if not (
        DATED.search(text) or (translator and translator.date and has_date(text, translator.date))
    ):
        yield "a date"
    if context.contact:
        yield from _check_contact(text, exhibit, misread)


def _check_contact(text: str, exhibit: Exhibit, misread: MisreadLetters) -> Iterator[str]:
    """Check address and telephone: those of case.json if it gives them, else anything that may be
    one."""
    undated, translator = DATED.sub(" ", text), exhibit.translator
    digits = re.sub(r"\D", "", undated)
    phone = re.sub(r"\D", "", translator.phone) if translator else ""
    if phone[-7:] not in digits if phone else not _PHONE.search(undated):
        yield "the translator's telephone number"
    without_phones = _PHONE.sub(" ", undated)
    street = translator.address.street if translator and translator.address else ""
    if not has_all_words(text, street, misread) if street else not _STREET.search(without_phones):
        yield "the translator's address"


def check_languages(context: CheckContext) -> Iterator[Result]:
    """Find pages that seem to be in another language than case.json says: one that is not English
    needs a translation."""
    for exhibit in context.case.exhibits:
        unknown = sum(
            bool(page.text.strip()) and not page.seems for page in context.list_pages(exhibit)
        )
        if unknown:
            yield SearchResult(
                exhibit=exhibit.id,
                what=f"language of {unknown} pages",
                result="not checked",
                why="too few words, or recognized with data of other letters",
            )
    for exhibit, page in iterate_pages(context):
        stated = find_primary_language(page.prepared.language)
        seems = context.languages.get(page.seems, "") or context.data["scripts"].get(page.seems, "")
        if page.seems == stated or not seems:
            continue
        stated_name = context.languages.get(stated, stated)
        foreign = page.seems != "en"
        yield make_page_finding(
            "LANG.PAGE",
            ExhibitPage(exhibit, page),
            f"it seems to be in {seems}, and case.json says {stated_name}",
            "look at it; if all of it is, set `language`, and add a translation with its "
            "certificate"
            if foreign
            else "set `language`, if the whole document is in English",
            Severity.WARNING if foreign else Severity.INFO,
            source=_RULE,
        )


def check_dates(context: CheckContext) -> Iterator[Result]:
    """Find letters and reports that print dates, but not the one in case.json, which would mislead
    every rule about age."""
    for exhibit in context.case.exhibits:
        pages = context.list_pages(exhibit)
        text = "\n".join(page.text for page in pages)
        if (
            exhibit.date is None
            or exhibit.category not in context.data["dated"]
            or not any(DATED.search(page.text) for page in pages)
        ):
            continue
        is_found = has_date(text, exhibit.date)
        yield SearchResult(
            exhibit=exhibit.id,
            what="date of the exhibit",
            result="found" if is_found else "not found",
        )
        if not is_found:
            spot = _locate_first_date(exhibit, pages)
            yield make_page_finding(
                "CHECK.DATE",
                spot,
                f"a date is printed in {spot.describe()}, and neither it nor another one printed "
                f"in the exhibit is its `date` in case.json",
                "compare `date` with the document",
            )


def _locate_first_date(exhibit: Exhibit, pages: Sequence[PageText]) -> PageSpot:
    """Return the line of the first date that is printed on the pages of an exhibit."""
    return next(
        find_spot(ExhibitPage(exhibit, page), match.start())
        for page in pages
        if (match := DATED.search(page.text))
    )


def check_page_counts(context: CheckContext) -> Iterator[Result]:
    """Check pages that number themselves, "page 3 of 7", for gaps and order."""
    for exhibit in context.case.exhibits:
        severities = {part.path: Severity.INFO for part in exhibit.parts if part.pages}
        # an excerpt is meant to leave pages out, and says so in the index
        excerpts = {part.path for part in exhibit.parts if part.excerpt}
        for path in dict.fromkeys(page.prepared.path for page in context.list_pages(exhibit)):
            pages = [page for page in context.list_pages(exhibit) if page.prepared.path == path]
            counted = [
                (page, int(n), int(of))
                for page in pages
                for n, of in _COUNTED.findall(page.text)[-1:]
                if 0 < int(n) <= int(of)
            ]
            for total in dict.fromkeys(of for _, _, of in counted):
                yield from _check_sequence(
                    exhibit,
                    [(page, n) for page, n, of in counted if of == total],
                    total,
                    None if path in excerpts else severities.get(path, Severity.WARNING),
                )


def _check_sequence(
    exhibit: Exhibit,
    numbered: list[tuple[PageText, int]],
    total: int,
    severity_of_gaps: Severity | None,
) -> Iterator[Result]:
    """Yield a finding on missing pages, of this severity if any, or on pages out of order."""
    numbers = [n for _, n in numbered]
    missing = sorted({*range(1, total + 1)} - {*numbers})
    has_gaps = missing and total <= 200 and (len(numbered) > 1 or total > 1)
    if has_gaps and severity_of_gaps:
        yield make_page_finding(
            "PAGES.MISSING",
            ExhibitPage(exhibit, numbered[0][0]),
            f"the pages are numbered to {total}, and {_format_numbers(missing)} of them were not "
            "found",
            "check that the document is complete, and scan what is missing",
            severity_of_gaps,
        )
    elif numbers != sorted(numbers) and not _has_whole_copies(numbers, total):
        yield make_page_finding(
            "PAGES.ORDER",
            ExhibitPage(exhibit, numbered[0][0]),
            "the pages are not in the order of their own page numbers",
            "put them in order",
        )


def _has_whole_copies(numbers: list[int], total: int) -> bool:
    """Return whether the pages are several documents of the same length, one behind the other."""
    whole = list(range(1, total + 1))
    return all(numbers[start : start + total] == whole for start in range(0, len(numbers), total))


def _format_numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:8]))
    return shown if len(numbers) <= 8 else f"{shown} and {len(numbers) - 8} more"


def check_turned_pages(context: CheckContext) -> Iterator[Result]:
    """Report a single page of a file that was upside down or sideways and was turned."""
    for exhibit in context.case.exhibits:
        pages = context.list_pages(exhibit)
        # where case.json says how to turn a page, a person has looked at it
        turned = [
            page for page in pages if page.prepared.turned and not page.prepared.is_turn_given
        ]
        if len(pages) > 2 and len(turned) == 1:
            yield make_page_finding(
                "PAGES.TURNED",
                ExhibitPage(exhibit, turned[0]),
                "this page was oriented differently from the rest, and was rotated",
                "check that it is upright; if it is not, give its file `turn` in case.json",
            )


def check_spellings(context: CheckContext) -> Iterator[Result]:
    """Find names in the texts of case.json that are nearly, but not quite, those of people of the
    case."""
    for place, text in iterate_texts(context):
        yield from check_names(context, place, text)


def check_names(context: CheckContext, place: TextPlace, text: str) -> Iterator[Result]:
    """Find names in a text that are nearly, but not quite, those of people of the case."""
    names = {
        person.name.full: person
        for person in context.list_people().values()
        if len(split_words(person.name.full)) > 1
    }
    known = {
        word
        for name in (*names, *_iterate_other_names(context), *_iterate_helpers(context))
        for word in split_words(name)
    }
    for name, person in names.items():
        for spelling in _find_near(text, name, context.data["titles"]):
            if not {*split_words(spelling)} <= known:
                problem = (
                    f"a name in {place.described} is spelled almost, but not exactly, like that "
                    f"of {person.id}"
                )
                contradiction = Contradiction(
                    what="name",
                    case_place=f"case.json, name of {person.id}",
                    case_value=name,
                    other_place=describe_place(place),
                    other_value=spelling,
                )
                yield from report_contradiction(
                    "CHECK.TWO_SPELLINGS", place, problem, _RESPELL, contradiction
                )


def _iterate_other_names(context: CheckContext) -> Iterator[str]:
    """Yield the other names of the people of the case, which are no misspellings."""
    for person in context.list_people().values():
        yield from (name.full for name in person.other_names)
        yield person.native_name


def _iterate_helpers(context: CheckContext) -> Iterator[str]:
    """Yield names of those who have a part in the case without being one of its people."""
    case = context.case
    interpreters = [
        declaration.interpreter for declaration in case.declarations if declaration.interpreter
    ]
    translators = [exhibit.translator for exhibit in case.exhibits if exhibit.translator]
    yield from (party.name.full for party in (case.attorney, *interpreters, *translators) if party)


def _find_near(text: str, name: str, titles: Collection[str]) -> Iterator[str]:
    """Yield sequences of words as long as the name that differ from it by a letter or two of a
    word.

    A title or an initial in the place of a given name, capitals and a possessive are no such
    difference.
    """
    name_words, words = _NAME_WORD.findall(name), _NAME_WORD.findall(_POSSESSIVE.sub("", text))
    size = len(name_words)
    for start in range(len(words) - size + 1):
        run = words[start : start + size]
        differences = [
            (word, right)
            for word, right in zip(run, name_words, strict=True)
            if word.casefold() != right.casefold()
        ]
        spelling = " ".join(run)
        if (
            differences
            and all(
                word[0].isupper() or right[0].islower()
                for word, right in zip(run, name_words, strict=True)
            )
            and all(_is_misspelling(word, right, titles) for word, right in differences)
            and fuzz.ratio(spelling.casefold(), name.casefold()) >= _NAME_LIKENESS
        ):
            yield spelling


def _is_misspelling(word: str, right: str, titles: Collection[str]) -> bool:
    """Return whether a word differs from a word of a name by a letter or two, and is neither an
    initial nor a title."""
    if min(len(word), len(right)) < 2 or word.casefold() in titles:
        return False
    letters = 1 if len(right) <= _SHORT_WORD else 2
    return OSA.distance(word.casefold(), right.casefold()) <= letters


def check_unread_exhibits(context: CheckContext) -> Iterator[Result]:
    """Report exhibits whose pages could not be read at all."""
    for exhibit in context.case.exhibits:
        if exhibit.id not in context.pages:
            yield SearchResult(
                exhibit=exhibit.id,
                what="everything",
                result="not checked",
                why="its text could not be read",
            )
            yield make_exhibit_finding(
                "CHECK.UNREAD",
                exhibit,
                context,
                "its text could not be read, so nothing was compared",
                "check it by eye",
            )
        pictures = sum(not page.text.strip() for page in context.list_pages(exhibit))
        if pictures:
            yield SearchResult(
                exhibit=exhibit.id,
                what=f"{pictures} pages without text",
                result="not checked",
                why="there is no text on them",
            )
