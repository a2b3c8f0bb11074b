"""Turn our links into page destinations, remove dead ones of evidence, and follow pages that were
shrunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pikepdf import Array, Dictionary, Matrix, Name, OutlineItem, Page, Pdf

from assembler.bundle.other_volumes import OtherVolumes
from assembler.errors import TemplateBroken
from assembler.layout.page_order import HOST
from assembler.model import Layout, PartKind
from assembler.pdf.link_goals import iterate_goals, iterate_names

Moves = Mapping[tuple[int, int], Matrix]  # page → how its content was moved

# coordinates after the fit type of a destination: x or y of the page, in that order
_AXES = {"/XYZ": "xy", "/FitH": "y", "/FitBH": "y", "/FitV": "x", "/FitBV": "x", "/FitR": "xyxy"}


def connect_links(layout: Layout, pages: Sequence[Page], other_volumes: OtherVolumes) -> None:
    """Point every link to the reserved host at its page. Raises TemplateBroken for one that leads
    nowhere.

    Only in what was made from our templates: evidence that uses the host (a draft of another
    packet, for example) means nothing by it here, and its link loses its action.
    """
    numbers = dict(layout.addresses)
    pages_by_number = {leaf.number: page for leaf, page in zip(layout.leaves, pages, strict=True)}
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
            if number in pages_by_number:
                annotation.Dest = Array([pages_by_number[number].obj, Name.XYZ, None, None, None])
            else:
                annotation.A = other_volumes.make_action(number)
            annotation.Border = Array([0, 0, 0])


def remove_links(pages: Iterable[Page]) -> None:
    """Remove every link from the pages; tags of a link lead nowhere then."""
    for page in pages:
        annotations = list(page.get(Name.Annots, ()))
        for annotation in annotations:
            for key in (Name.A, Name.Dest):
                if annotation.get(Name.Subtype) == Name.Link and key in annotation:
                    del annotation[key]
        kept = [
            annotation for annotation in annotations if annotation.get(Name.Subtype) != Name.Link
        ]
        if len(kept) != len(annotations):
            page.Annots = Array(kept)


def drop_dead_links(page: Page, dropped: frozenset[str]) -> int:
    """Remove the destination of links to one in `dropped`, or to a page that was not copied; return
    how many."""
    dead = 0
    for annotation in page.get(Name.Annots, ()):
        for owner, key in list(iterate_goals(annotation)):
            destination = owner[key]
            exists = (
                bool(destination) and isinstance(destination[0], Dictionary)
                if isinstance(destination, Array)
                else str(destination) not in dropped
            )
            if not exists:
                del annotation[Name.Dest if key == Name.Dest else Name.A]
                dead += 1
    return dead


def move_destinations(
    bundle: Pdf, pages: Iterable[Page], outlines: Iterable[OutlineItem], moves: Moves
) -> None:
    """Move the places on shrunk pages that links, names and outlines lead to."""
    if not moves:
        return
    owners = [
        destination
        for page in pages
        for annotation in page.get(Name.Annots, ())
        for destination in iterate_goals(annotation)
    ]
    named = [(entry, Name.D) for _, entry in iterate_names(bundle) if isinstance(entry, Dictionary)]
    for owner, key in (*owners, *named):
        moved = _move_destination(owner[key], moves)
        if moved is not None:
            owner[key] = moved
    _follow_outline(outlines, moves)


def _follow_outline(items: Iterable[OutlineItem], moves: Moves) -> None:
    for item in items:
        moved = _move_destination(item.destination, moves)
        if moved is not None:
            item.destination = moved
        _follow_outline(item.children, moves)


def _move_destination(destination: object, moves: Moves) -> Array | None:
    """Return the destination with its coordinates moved; None if its page was not."""
    if (
        not isinstance(destination, Array)
        or len(destination) < 2
        or not isinstance(destination[0], Dictionary)
    ):
        return None
    move = moves.get(destination[0].objgen)
    if move is None:
        return None
    moved = Array(list(destination))
    # a page is shrunk evenly and shifted, so x depends on x alone, and y on y
    scale = {"x": (move.a, move.e), "y": (move.d, move.f)}
    for place, axis in enumerate(_AXES.get(str(destination[1]), "")[: len(destination) - 2], 2):
        if destination[place] is not None:
            factor, shift = scale[axis]
            moved[place] = round(float(destination[place]) * factor + shift, 3)
    return moved
