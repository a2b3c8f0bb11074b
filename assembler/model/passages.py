"""The passages of a file without pages of its own: which messages, rows or slides a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PassageKind(StrEnum):
    """What the numbers of a passage count."""

    MESSAGE = "message"  # of an e-mail file, a mailbox or a chat
    LINE = "line"  # of a text, as the file has it
    ROW = "row"  # of a sheet, as its program numbers it
    SLIDE = "slide"
    PAGE = "page"  # of an attached file that has pages of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A run of numbered things in a file.

    `within`: where they are in it: "Budget" for a sheet, "" for the file itself. `attachment`: the
    numbers of the attachments that lead to them, the outermost first; empty for the file itself.
    """

    kind: PassageKind
    first: int
    last: int
    within: str = ""
    attachment: tuple[int, ...] = ()

    def describe(self) -> str:
        """Return "messages 12–18", "rows 40–60 of Budget", or "attachment 2.1, page 3"."""
        numbers = f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"
        phrase = f"{self.kind}{'' if self.first == self.last else 's'} {numbers}"
        if self.within:
            phrase += f" of {self.within}"
        if self.attachment:
            phrase = f"attachment {'.'.join(map(str, self.attachment))}, {phrase}"
        return phrase


def describe_passages(passages: tuple[Passage, ...]) -> str:
    """Return what a page shows: "message 3; attachment 1, page 2"; "" if nothing is known."""
    return "; ".join(passage.describe() for passage in passages)
