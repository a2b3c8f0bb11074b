"""List by person what is signed in a packet: on the signing sheet, in print.json and print.txt.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assembler.model import (
    LedgerEntry,
    Manifest,
    SignaturePlace,
    SignatureState,
    SignerRole,
)
from assembler.runtime.counts import format_count

_UNNAMED = {
    SignerRole.SERVER: "Whoever serves the papers",
    SignerRole.ACCOUNT_HOLDER: "Holder of the card or account",
    SignerRole.TRANSLATOR: "Translator",
    SignerRole.INTERPRETER: "Interpreter",
    SignerRole.PREPARER: "Preparer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToSign:
    """A person, and the places that this person signs, in the order of the pages."""

    name: str
    places: tuple[SignaturePlace, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the pages in the bundle that the person signs, each once."""
        return tuple(dict.fromkeys(place.number for place in self.places))

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the capacities in which the person signs, each once."""
        return tuple(dict.fromkeys(place.role.words for place in self.places))


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningList:
    """Who signs which pages of a packet.

    `needed`: places without ink, by person; `expected`: places that should be signed already;
    `pages`: the pages to sign, each once, with those of one person together.
    """

    needed: tuple[PersonToSign, ...] = ()
    expected: tuple[PersonToSign, ...] = ()

    @property
    def pages(self) -> tuple[tuple[PersonToSign, tuple[int, ...]], ...]:
        """Return the pages to sign by the person whose signature is the first on each."""
        groups = (
            (person, tuple(number for number in person.numbers if self._is_first(person, number)))
            for person in self.needed
        )
        return tuple(group for group in groups if group[1])

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the pages to sign in the order of the signing packet."""
        return tuple(number for _, numbers in self.pages for number in numbers)

    def _is_first(self, person: PersonToSign, number: int) -> bool:
        """Return whether nobody signs a page above this person."""
        heights = {
            other.name: max(_find_height(place) for place in other.places if place.number == number)
            for other in self.needed
            if number in other.numbers
        }
        return person.name == max(heights, key=lambda name: heights[name])


def _find_height(place: SignaturePlace) -> float:
    """Return how high on its page a place is; one that is not known is at the bottom."""
    return place.box[3] if place.box else 0.0


def list_signing(manifest: Manifest, ledger: Sequence[LedgerEntry]) -> SigningList:
    """Return who signs which of these pages. One person who interpreted twice is one person: places
    belong together if they name the same signer or signers of the same name."""
    printed = {entry.number for entry in ledger}
    names = {signer.id: signer.name for signer in manifest.signers}
    places = [place for place in manifest.signatures if place.number in printed]
    needed = [place for place in places if place.state is SignatureState.NEEDED]
    expected = [place for place in places if place.state is not SignatureState.NEEDED]
    return SigningList(
        needed=_group_by_person(needed, names), expected=_group_by_person(expected, names)
    )


def _group_by_person(
    places: Sequence[SignaturePlace], names: Mapping[str, str]
) -> tuple[PersonToSign, ...]:
    people: dict[str, PersonToSign] = {}
    for place in places:
        name = names.get(place.signer, "") or _UNNAMED.get(place.role, "Not named in case.json")
        known = people.get(name) or PersonToSign(name=name, places=())
        people[name] = replace(known, places=(*known.places, place))
    return tuple(people.values())


def summarize_signing(signing: SigningList, labels: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return a row for each place, by person, without names: for print.json."""
    return [
        {
            "signer": place.signer,
            "role": place.role.value,
            "page": labels[place.number],
            "paper": place.paper,
            "state": place.state.value,
            "copy_allowed": place.copy_allowed,
            "on_behalf_of": place.on_behalf_of,
        }
        for person in (*signing.needed, *signing.expected)
        for place in person.places
    ]


def describe_signing(
    signing: SigningList, labels: Mapping[int, str], *, with_names: bool
) -> Iterator[str]:
    """Yield the lines of print.txt about signatures.

    Args:
        with_names: False for the console, which names people by their roles only.
    """
    if signing.needed:
        count = sum(len(person.places) for person in signing.needed)
        pages = format_count(len(signing.numbers), "page")
        yield (
            f"Sign {format_count(count, 'place')} on {pages}: hand out "
            "signing.pdf, and put the signed pages in place of the same pages of print.pdf"
        )
        for person in signing.needed:
            yield f"  {_describe_person(person, with_names)}: {_list_papers(person, labels)}"
    if signing.expected:
        yield "Check that these pages, which came completed, are signed by hand"
        for person in signing.expected:
            yield f"  {_describe_person(person, with_names)}: {_list_papers(person, labels)}"
    if not signing.needed and not signing.expected:
        yield "No page is listed to be signed; a packet of an earlier version does not list them."


def _describe_person(person: PersonToSign, with_names: bool) -> str:
    roles = ", ".join(person.roles)
    return f"{person.name} ({roles})" if with_names else roles


def _list_papers(person: PersonToSign, labels: Mapping[int, str]) -> str:
    return "; ".join(f"page {labels[place.number]}, {place.paper}" for place in person.places)
