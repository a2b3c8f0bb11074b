"""Parse citations in free text, in pandoc's form: `[@hospital-letter]`, `[@hospital-letter, p. 2]`,
`[@a; @b, p. 3]`.

Takes text; returns it in pieces, plain strings and `Cite` values. Must not know which exhibits
exist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_GROUP = re.compile(r"\[(@[^\[\]]*)\]")
# spaces are taken once and for all (*+): a long run of them must not be divided in every way
_CITATION = re.compile(
    r"\s*+@(?P<id>[a-z0-9][a-z0-9-]*)\s*+"
    r"(?:,\s*+(?:pp?\.|pages?)?\s*+(?P<page>[0-9]{1,5})\s*+(?:[-–]\s*+(?P<last>[0-9]{1,5})\s*+)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """A reference to an exhibit, or to page `page` (to `last`) of its evidence, counted from 1."""

    exhibit: str
    page: int | None = None
    last: int | None = None


class BadCite(ValueError):
    """Raised for a bracket that starts like a citation but is not one; `text` is the bracket."""

    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.offset = offset  # characters from the start of the text
        super().__init__("a citation reads [@exhibit-id] or [@exhibit-id, p. 2]")


def parse(text: str) -> tuple[str | Cite, ...]:
    """Split text at its citations; several in one bracket come out joined by "; ". Raises
    BadCite."""
    pieces: list[str | Cite] = []
    end = 0
    for group in _GROUP.finditer(text):
        pieces.append(text[end : group.start()])
        pieces.extend(_parse_group(group))
        end = group.end()
    pieces.append(text[end:])
    return tuple(piece for piece in pieces if piece != "")


def list_cites(text: str) -> tuple[Cite, ...]:
    """Return the citations of a text, in order. Raises BadCite."""
    return tuple(piece for piece in parse(text) if isinstance(piece, Cite))


def _parse_group(group: re.Match[str]) -> list[str | Cite]:
    pieces: list[str | Cite] = []
    for citation in group[1].split(";"):
        match = _CITATION.fullmatch(citation)
        if match is None:
            raise BadCite(group[0], group.start())
        page, last = match["page"], match["last"]
        pieces += ["; "] if pieces else []
        pieces.append(
            Cite(
                exhibit=match["id"],
                page=int(page) if page else None,
                last=int(last) if last else None,
            )
        )
    return pieces
