"""What a file without pages of its own shows, as the proof reads it: the records of its readers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from assembler.model import PassageKind
from assembler.proof.word_reader import VisibleThings


class UnknownContents(ValueError):
    """A file that the proof cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedText:
    """A message, line, row or slide, with its words. The numbers are as in `Passage`."""

    kind: PassageKind
    number: int
    text: str
    within: str = ""
    attachment: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedContents:
    """A file within the file, such as an attachment."""

    attachment: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something of a file, such as its length, of which one of these texts must be on a page."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContents:
    """Everything of a file that must be on its pages: texts, pictures, numbered things, files
    within it, and texts of which one is enough.

    `placed`: the picture files among `things.pictures`, once for each place, where one that cannot
    be shown is named by its number.
    """

    things: VisibleThings
    numbered: tuple[NumberedText, ...] = ()
    attached: tuple[AttachedContents, ...] = ()
    choices: tuple[Choice, ...] = ()
    placed: tuple[AttachedContents, ...] = ()


def make_contents(
    paragraphs: tuple[str, ...],
    numbered: tuple[NumberedText, ...] = (),
    attached: tuple[AttachedContents, ...] = (),
    pictures: int = 0,
    choices: tuple[Choice, ...] = (),
) -> FileContents:
    """Return contents; the text of numbered things and `paragraphs` together are all of it.

    Args:
        paragraphs: texts that belong to no numbered thing.
        pictures: that are placed between the texts.
    """
    texts = (*paragraphs, *(entry.text for entry in numbered))
    lines = tuple(line for text in texts for line in text.splitlines() if line.strip())
    is_right_to_left = any(
        unicodedata.bidirectional(letter) in ("R", "AL") for line in lines for letter in line
    )
    return FileContents(
        things=VisibleThings(
            paragraphs=lines,
            pictures=pictures,
            outlines=0,
            some_signs=0,
            right_to_left=is_right_to_left,
        ),
        numbered=numbered,
        attached=attached,
        choices=choices,
    )


def place_contents(contents: FileContents, attachment: tuple[int, ...]) -> FileContents:
    """Return the contents of a file as those of an attachment."""
    return replace(
        contents,
        numbered=tuple(
            replace(entry, attachment=(*attachment, *entry.attachment))
            for entry in contents.numbered
        ),
        attached=tuple(
            replace(entry, attachment=(*attachment, *entry.attachment))
            for entry in contents.attached
        ),
        placed=tuple(
            replace(entry, attachment=(*attachment, *entry.attachment)) for entry in contents.placed
        ),
    )


def join_contents(first: FileContents, second: FileContents) -> FileContents:
    """Return the contents of two files on the same pages."""
    a, b = first.things, second.things
    return FileContents(
        things=VisibleThings(
            paragraphs=(*a.paragraphs, *b.paragraphs),
            pictures=a.pictures + b.pictures,
            outlines=a.outlines + b.outlines,
            some_signs=a.some_signs + b.some_signs,
            right_to_left=a.right_to_left or b.right_to_left,
        ),
        numbered=(*first.numbered, *second.numbered),
        attached=(*first.attached, *second.attached),
        choices=(*first.choices, *second.choices),
        placed=(*first.placed, *second.placed),
    )
