"""Read where the links of a PDF lead within it."""

from __future__ import annotations

from collections.abc import Iterator

from pikepdf import Dictionary, Name, NameTree, Object, Pdf


def iterate_goals(annotation: Object) -> Iterator[tuple[Object, Name]]:
    """Yield the owner and key of each destination of an annotation within this file."""
    if not isinstance(annotation, Dictionary):
        return
    if Name.Dest in annotation:
        yield annotation, Name.Dest
    action = annotation.get(Name.A)
    if isinstance(action, Dictionary) and action.get(Name.S) == Name.GoTo and Name.D in action:
        yield action, Name.D


def iterate_names(document: Pdf) -> Iterator[tuple[str, Object]]:
    """Yield each named destination, of both kinds: those of the older kind begin with a slash."""
    strings = document.Root.get(Name.Names, Dictionary()).get(Name.Dests)
    if strings is not None:
        yield from NameTree(strings).items()
    yield from document.Root.get(Name.Dests, Dictionary()).items()
