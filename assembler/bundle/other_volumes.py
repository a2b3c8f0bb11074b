"""Pages of the bundle that are in another of its files: links to them name that file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pikepdf import Array, Dictionary, Name, NameTree, Object, Pdf, String

from assembler.model import Layout, Volume

T = TypeVar("T")


class Elsewhere:
    """What is not in `volume`, by number and by document; without a volume, nothing is
    elsewhere."""

    def __init__(self, layout: Layout, volume: Volume | None, volumes: Sequence[Volume]) -> None:
        self._homes = {
            number: (one, number - one.first)
            for one in volumes
            if one != volume
            for number in range(one.first, one.last + 1)
        }
        self._away: dict[
            str, dict[int, int]
        ] = {}  # document → its page → number, of pages that are elsewhere
        for leaf in layout.leaves if volume else ():
            if leaf.number in self._homes:
                self._away.setdefault(leaf.document, {})[leaf.index] = leaf.number

    def action(self, number: int) -> Dictionary:
        """The action of a link to a page in another file."""
        home, index = self._homes[number]
        goal = Array([index, Name.XYZ, None, None, None])
        return Dictionary(Type=Name.Action, S=Name.GoToR, F=String(home.path), D=goal)

    def whole(self, drafts: Mapping[str, T]) -> dict[str, T]:
        """Those documents of which no page is elsewhere: the tags of the others would name pages
        that are not here."""
        return {name: draft for name, draft in drafts.items() if name not in self._away}

    def send(self, source: Pdf, document: str) -> None:
        """Turn links within `document` that lead to a page elsewhere into links to its file,
        before pages are copied."""
        away = self._away.get(document)
        if not away:
            return
        numbers = {
            page.obj.objgen: away[index] for index, page in enumerate(source.pages) if index in away
        }
        named = _named(source)
        for page in source.pages:
            for annotation in page.get(Name.Annots, ()):
                goal = _goal(annotation, named)
                if goal is not None and goal.objgen in numbers:
                    for key in (Name.Dest, Name.A):
                        if key in annotation:
                            del annotation[key]
                    annotation.A = self.action(numbers[goal.objgen])


def _goal(annotation: Object, named: Mapping[str, Object]) -> Object | None:
    """The page of this file that a link leads to."""
    action = annotation.get(Name.A)
    is_goto = isinstance(action, Dictionary) and action.get(Name.S) == Name.GoTo
    goal = annotation.get(Name.Dest, action.get(Name.D) if is_goto and action is not None else None)
    if goal is not None and not isinstance(goal, Array):
        goal = named.get(str(goal))
    if isinstance(goal, Dictionary):
        goal = goal.get(Name.D)
    return (
        goal[0]
        if isinstance(goal, Array) and len(goal) and isinstance(goal[0], Dictionary)
        else None
    )


def _named(source: Pdf) -> dict[str, Object]:
    strings = source.Root.get(Name.Names, Dictionary()).get(Name.Dests)
    found = {} if strings is None else dict(NameTree(strings).items())
    return found | {
        str(key): value for key, value in source.Root.get(Name.Dests, Dictionary()).items()
    }
