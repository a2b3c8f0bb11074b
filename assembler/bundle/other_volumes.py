"""Link to pages of the bundle that are in another of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pikepdf import Array, Dictionary, Name, NameTree, Object, Pdf, String

from assembler.model import Layout, Volume

T = TypeVar("T")


class OtherVolumes:
    """The pages that are not in `volume`, by number and by document; none without a volume."""

    def __init__(self, layout: Layout, volume: Volume | None, volumes: Sequence[Volume]) -> None:
        self._homes = {
            number: (other, number - other.first)
            for other in volumes
            if other != volume
            for number in range(other.first, other.last + 1)
        }
        # document → its page → number, of pages that are elsewhere
        self._elsewhere: dict[str, dict[int, int]] = {}
        for leaf in layout.leaves if volume else ():
            if leaf.number in self._homes:
                self._elsewhere.setdefault(leaf.document, {})[leaf.index] = leaf.number

    def make_action(self, number: int) -> Dictionary:
        """Return the action of a link to a page in another file."""
        volume, index = self._homes[number]
        destination = Array([index, Name.XYZ, None, None, None])
        return Dictionary(Type=Name.Action, S=Name.GoToR, F=String(volume.path), D=destination)

    def complete_drafts(self, drafts: Mapping[str, T]) -> dict[str, T]:
        """Return the documents without a page elsewhere: the tags of others would name pages that
        are not here."""
        return {name: draft for name, draft in drafts.items() if name not in self._elsewhere}

    def redirect_links(self, source: Pdf, document: str) -> None:
        """Turn links within `document` that lead to a page elsewhere into links to its file, before
        pages are copied."""
        elsewhere = self._elsewhere.get(document)
        if not elsewhere:
            return
        numbers = {
            page.obj.objgen: elsewhere[index]
            for index, page in enumerate(source.pages)
            if index in elsewhere
        }
        named = _list_named(source)
        for page in source.pages:
            for annotation in page.get(Name.Annots, ()):
                page_object = _find_goal(annotation, named)
                if page_object is not None and page_object.objgen in numbers:
                    for key in (Name.Dest, Name.A):
                        if key in annotation:
                            del annotation[key]
                    annotation.A = self.make_action(numbers[page_object.objgen])


def _find_goal(annotation: Object, named: Mapping[str, Object]) -> Object | None:
    """Return the page of this file that a link leads to."""
    action = annotation.get(Name.A)
    is_goto = isinstance(action, Dictionary) and action.get(Name.S) == Name.GoTo
    destination = annotation.get(
        Name.Dest, action.get(Name.D) if is_goto and action is not None else None
    )
    if destination is not None and not isinstance(destination, Array):
        destination = named.get(str(destination))
    if isinstance(destination, Dictionary):
        destination = destination.get(Name.D)
    return (
        destination[0]
        if isinstance(destination, Array)
        and len(destination)
        and isinstance(destination[0], Dictionary)
        else None
    )


def _list_named(source: Pdf) -> dict[str, Object]:
    strings = source.Root.get(Name.Names, Dictionary()).get(Name.Dests)
    destinations = {} if strings is None else dict(NameTree(strings).items())
    return destinations | {
        str(key): value for key, value in source.Root.get(Name.Dests, Dictionary()).items()
    }
