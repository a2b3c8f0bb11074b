"""Links: ours become page destinations, dead ones of evidence fall silent, all follow a page
that was shrunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pikepdf import Array, Dictionary, Name, NameTree, Object, OutlineItem, Page, Pdf

from assembler.bundle.other_volumes import Elsewhere
from assembler.errors import TemplateBroken
from assembler.layout.page_order import HOST
from assembler.model import Layout, PartKind
from assembler.pdf.geometry import Matrix

Moves = Mapping[tuple[int, int], Matrix]  # page → how its content was moved

# what stands behind the fit type of a destination: x or y of the page, in that order
_AXES = {"/XYZ": "xy", "/FitH": "y", "/FitBH": "y", "/FitV": "x", "/FitBV": "x", "/FitR": "xyxy"}


def connect(layout: Layout, pages: Sequence[Page], away: Elsewhere) -> None:
    """Point every link to the reserved host at its page. Raises TemplateBroken for one that leads
    nowhere.

    Only in what was made from our templates: evidence that uses the host (a draft of another
    packet, say) means nothing by it here, and its link falls silent.
    """
    numbers = dict(layout.addresses)
    here = {leaf.number: page for leaf, page in zip(layout.leaves, pages, strict=True)}
    for leaf, page in zip(layout.leaves, pages, strict=True):
        for annotation in page.get(Name.Annots, ()):
            action = annotation.get(Name.A)
            if not isinstance(action, Dictionary) or not str(action.get(Name.URI, "")).startswith(
                HOST
            ):
                continue
            number = numbers.get(str(action.URI).removeprefix(HOST))
            del annotation[Name.A]
            if leaf.kind not in (PartKind.DRAFT, PartKind.TAB):
                continue
            if number is None:
                raise TemplateBroken(
                    "a link leads to a page that is not in the bundle",
                    where=leaf.part,
                    remedy="check the citations and links of its template",
                )
            if number in here:
                annotation.Dest = Array([here[number].obj, Name.XYZ, None, None, None])
            else:
                annotation.A = away.action(number)
            annotation.Border = Array([0, 0, 0])


def remove(pages: Iterable[Page]) -> None:
    """Take every link from the pages; what tags still say of one leads nowhere."""
    for page in pages:
        notes = list(page.get(Name.Annots, ()))
        for note in notes:
            for key in (Name.A, Name.Dest):
                if note.get(Name.Subtype) == Name.Link and key in note:
                    del note[key]
        kept = [note for note in notes if note.get(Name.Subtype) != Name.Link]
        if len(kept) != len(notes):
            page.Annots = Array(kept)


def silence(page: Page, dropped: frozenset[str]) -> int:
    """Take the goal from links to a destination in `dropped`, or to a page that was not copied;
    returns how many."""
    dead = 0
    for annotation in page.get(Name.Annots, ()):
        for owner, key in list(_goals(annotation)):
            goal = owner[key]
            there = (
                bool(goal) and isinstance(goal[0], Dictionary)
                if isinstance(goal, Array)
                else str(goal) not in dropped
            )
            if not there:
                del annotation[Name.Dest if key == Name.Dest else Name.A]
                dead += 1
    return dead


def follow(book: Pdf, pages: Iterable[Page], outlines: Iterable[OutlineItem], moves: Moves) -> None:
    """Move the places on shrunk pages that links, names and outlines lead to."""
    if not moves:
        return
    owners = [
        goal
        for page in pages
        for annotation in page.get(Name.Annots, ())
        for goal in _goals(annotation)
    ]
    for owner, key in (*owners, *_named(book)):
        moved = _moved(owner[key], moves)
        if moved is not None:
            owner[key] = moved
    _follow_outline(outlines, moves)


def _follow_outline(items: Iterable[OutlineItem], moves: Moves) -> None:
    for item in items:
        moved = _moved(item.destination, moves)
        if moved is not None:
            item.destination = moved
        _follow_outline(item.children, moves)


def _goals(annotation: Object) -> Iterator[tuple[Object, Name]]:
    """Where an annotation holds a destination within this file."""
    if Name.Dest in annotation:
        yield annotation, Name.Dest
    action = annotation.get(Name.A)
    if isinstance(action, Dictionary) and action.get(Name.S) == Name.GoTo and Name.D in action:
        yield action, Name.D


def _named(book: Pdf) -> Iterator[tuple[Object, Name]]:
    """Where the named destinations, of both kinds, hold theirs."""
    strings = book.Root.get(Name.Names, Dictionary()).get(Name.Dests)
    entries = [] if strings is None else list(NameTree(strings).values())
    entries += list(book.Root.get(Name.Dests, Dictionary()).values())
    for entry in entries:
        if isinstance(entry, Dictionary):
            yield entry, Name.D


def _moved(goal: object, moves: Moves) -> Array | None:
    """The destination with its coordinates moved; None if it leads to no page that was."""
    if not isinstance(goal, Array) or len(goal) < 2 or not isinstance(goal[0], Dictionary):
        return None
    move = moves.get(goal[0].objgen)
    if move is None:
        return None
    moved = Array(list(goal))
    # a page is shrunk evenly and shifted, so x depends on x alone, and y on y
    scale = {"x": (move[0], move[4]), "y": (move[3], move[5])}
    for place, axis in enumerate(_AXES.get(str(goal[1]), "")[: len(goal) - 2], 2):
        if goal[place] is not None:
            factor, shift = scale[axis]
            moved[place] = round(float(goal[place]) * factor + shift, 3)
    return moved
