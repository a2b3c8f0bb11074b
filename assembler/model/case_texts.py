"""List the texts of a case that a person wrote and that may cite exhibits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from assembler.model.case import Case, Request

FILL_IN = "FILL IN"  # what `init` writes where a person must write
# texts of the request in paragraphs, each of which may be for some beneficiaries only
REQUEST_PARAGRAPHS = (
    "basis",
    "length_reason",
    "why_no_visa",
    "departure_plan",
    "support_plan",
    "changed_circumstances",
)
REQUEST_TEXTS = (*REQUEST_PARAGRAPHS, "expedite_reason")
# names of the fields in case.json whose texts may cite exhibits, at any place; "text" is that of
# a paragraph with `belongs_to`
CITING_FIELDS = frozenset((*REQUEST_TEXTS, "paragraphs", "answer", "text"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """One text of case.json, in paragraphs."""

    pointer: str  # JSON pointer
    paragraphs: tuple[str, ...]
    declaration: str = ""  # id of the declaration that it is part of
    # paragraph's number from 0 → ids of the beneficiaries it is for; none: for all
    owners: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def iterate_numbered(self, beneficiary: str | None = None) -> Iterator[tuple[str, str]]:
        """Yield the pointer of each paragraph, and the paragraph; of those for one beneficiary, if
        an id is given."""
        if self.pointer.endswith("/expedite_reason"):  # a text, not a list of paragraphs
            yield from ((self.pointer, paragraph) for paragraph in self.paragraphs)
            return
        owners = dict(self.owners)
        for number, paragraph in enumerate(self.paragraphs):
            if beneficiary is None or beneficiary in owners.get(number, (beneficiary,)):
                yield f"{self.pointer}/{number}", paragraph


def list_citing_texts(case: Case) -> Iterator[CaseText]:
    """Yield every text of a case that may cite: of the request, the declarations, the answers to
    a notice."""
    for name in REQUEST_TEXTS:
        value = getattr(case.request, name)
        paragraphs = ((value,) if value else ()) if isinstance(value, str) else value
        owners = tuple(
            (owner.number, owner.belongs_to) for owner in case.request.owners if owner.field == name
        )
        yield CaseText(pointer=f"/request/{name}", paragraphs=paragraphs, owners=owners)
    for number, declaration in enumerate(case.declarations):
        yield CaseText(
            pointer=f"/declarations/{number}/paragraphs",
            paragraphs=declaration.paragraphs,
            declaration=declaration.id,
        )
    for number, point in enumerate(case.rfe.points if case.rfe else ()):
        yield CaseText(pointer=f"/rfe/points/{number}/answer", paragraphs=point.answer)


def select_request(request: Request, beneficiary: str) -> Request:
    """Return the request without the paragraphs that are for other beneficiaries only.

    Args:
        beneficiary: the id of a beneficiary of the case.
    """
    others = {
        (owner.field, owner.number)
        for owner in request.owners
        if beneficiary not in owner.belongs_to
    }
    fields = dict.fromkeys(field for field, _ in others)
    kept: dict[str, Any] = {
        field: tuple(
            text
            for number, text in enumerate(getattr(request, field))
            if (field, number) not in others
        )
        for field in fields
    }
    return replace(request, owners=(), **kept)
