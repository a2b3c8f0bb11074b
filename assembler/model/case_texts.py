"""List the texts of a case that a person wrote and that may cite exhibits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assembler.model.case import Case

FILL_IN = "FILL IN"  # what `init` writes where a person must write
REQUEST_TEXTS = (
    "basis",
    "length_reason",
    "why_no_visa",
    "departure_plan",
    "support_plan",
    "changed_circumstances",
    "expedite_reason",
)
# names of the fields in case.json whose texts may cite exhibits, at any place
CITING_FIELDS = frozenset((*REQUEST_TEXTS, "paragraphs", "answer"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """One text of case.json, in paragraphs."""

    pointer: str  # JSON pointer
    paragraphs: tuple[str, ...]
    declaration: str = ""  # id of the declaration that it is part of

    def numbered(self) -> Iterator[tuple[str, str]]:
        """Yield the pointer of each paragraph, and the paragraph."""
        if self.pointer.endswith("/expedite_reason"):  # a text, not a list of paragraphs
            yield from ((self.pointer, paragraph) for paragraph in self.paragraphs)
            return
        for number, paragraph in enumerate(self.paragraphs):
            yield f"{self.pointer}/{number}", paragraph


def citing_texts(case: Case) -> Iterator[CaseText]:
    """Yield every text of a case that may cite: of the request, the declarations, the answers to
    a notice."""
    for name in REQUEST_TEXTS:
        value = getattr(case.request, name)
        paragraphs = ((value,) if value else ()) if isinstance(value, str) else value
        yield CaseText(pointer=f"/request/{name}", paragraphs=paragraphs)
    for number, declaration in enumerate(case.declarations):
        yield CaseText(
            pointer=f"/declarations/{number}/paragraphs",
            paragraphs=declaration.paragraphs,
            declaration=declaration.id,
        )
    for number, point in enumerate(case.rfe.points if case.rfe else ()):
        yield CaseText(pointer=f"/rfe/points/{number}/answer", paragraphs=point.answer)
