"""Find a statement or letter of one beneficiary's packet that is about another one. Pure.

Members of a family name each other, so a narrative is told of only if it names a beneficiary whose
packet it does not go into, and none whose packet it does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from assembler.crosscheck.results import (
    CheckContext,
    ExhibitPage,
    PageSpot,
    Result,
    find_spot,
    make_page_finding,
)
from assembler.crosscheck.statements import list_declaration_places
from assembler.crosscheck.text_matching import (
    NOT_MISREAD,
    MisreadLetters,
    find_word,
    has_misread_word,
    has_name,
    split_words,
)
from assembler.model import Person
from assembler.runtime.rule_catalog import make_finding

_RULE = "LEAK.NARRATIVE"
_REMEDY = (
    "read it: correct `belongs_to` if it is in the wrong packet, or the name if it was carried "
    "over from another text; leave it if it is intended"
)


def check_narratives(context: CheckContext) -> Iterator[Result]:
    """Check the declarations, and exhibits of the categories that tell a story, of a case with
    several beneficiaries."""
    if len(context.case.beneficiaries) < 2:
        return
    yield from _check_declarations(context)
    for exhibit in context.case.exhibits:
        if exhibit.category not in context.data["narrative"] or not exhibit.belongs_to:
            continue
        pages = context.list_pages(exhibit)
        text = "\n".join(page.text for page in pages)
        misread = context.list_misread_letters(pages)
        other = _find_other(context, exhibit.belongs_to, text, misread)
        if other is None:
            continue
        yield from (
            make_page_finding(_RULE, spot, _describe(spot.describe(), other), _REMEDY)
            for spot in _find_first_spot(
                context, other, [ExhibitPage(exhibit, page) for page in pages]
            )
        )


def _check_declarations(context: CheckContext) -> Iterator[Result]:
    for number, declaration in enumerate(context.case.declarations):
        packets = declaration.belongs_to
        if not packets or declaration.declarant in packets:  # who speaks of oneself says "I"
            continue
        other = _find_other(context, packets, "\n".join(declaration.paragraphs))
        if other is None:
            continue
        for place, paragraph in list_declaration_places(context, number):
            if _find_name(context, other, paragraph) is not None:
                yield make_finding(
                    _RULE,
                    place.where,
                    _describe(place.described, other),
                    _REMEDY,
                    file=place.file,
                    pointer=place.pointer,
                    line=place.line,
                    source="house rule",
                )
                break


def _describe(place: str, other: Person) -> str:
    return (
        f"{place} names {other.id}, whose packet it does not go into, and the text names no one "
        f"whose packet it goes into"
    )


def _find_other(
    context: CheckContext,
    packets: Collection[str],
    text: str,
    misread: MisreadLetters = NOT_MISREAD,
) -> Person | None:
    """Return the beneficiary whom a text names, if it goes into others' packets only and names
    none of these."""
    own, others = (
        [person for person in context.case.beneficiaries if (person.id in packets) is belongs]
        for belongs in (True, False)
    )
    if any(_may_be_named(context, person, text, misread) for person in own):
        return None
    return next(
        (person for person in others if _find_name(context, person, text, misread) is not None),
        None,
    )


def _may_be_named(
    context: CheckContext, person: Person, text: str, misread: MisreadLetters
) -> bool:
    """Return whether a text may name a person, if by one given name only."""
    words = split_words(text)
    given = " ".join(name.given for name in (person.name, *person.other_names))
    return (
        bool({*words} & {*split_words(given)})
        or has_misread_word(words, given, misread)
        or has_name(text, person, context.data["name_likeness"], misread=misread)
    )


def _find_name(
    context: CheckContext, person: Person, text: str, misread: MisreadLetters = NOT_MISREAD
) -> int | None:
    """Return where a text has a given name that only this beneficiary has, if the family name is
    in it, too."""
    shared = {
        word
        for other in context.list_people().values()
        if other.id != person.id
        for name in (other.name, *other.other_names)
        for word in split_words(name.full)
    }
    words, family = split_words(text), person.name.family
    if not {*split_words(family)} & {*words} and not has_misread_word(words, family, misread):
        return None
    places = [
        place
        for written in person.name.given.split()
        for word in split_words(written)
        if word not in shared and (place := find_word(text, word, written, misread)) is not None
    ]
    return min(places, default=None)


def _find_first_spot(
    context: CheckContext, other: Person, places: Sequence[ExhibitPage]
) -> Iterator[PageSpot]:
    for place in places:
        misread = context.list_misread_letters([place.page])
        offset = _find_name(context, other, place.page.text, misread)
        if offset is not None:
            yield find_spot(place, offset)
            return
    yield from (find_spot(place, 0) for place in places[:1])
