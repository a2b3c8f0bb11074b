"""How much a page weighs in its file."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Stream


def weight(page: Object, seen: set[tuple[int, int]]) -> int:
    """Bytes of all streams a page draws, as stored, that are not in `seen` yet (object number,
    generation); it is added to."""
    total = 0
    waiting = [page.get(key) for key in (Name.Contents, Name.Resources)]
    waiting += [note.get(Name.AP) for note in page.get(Name.Annots, ())]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Object) or (item.is_indirect and item.objgen in seen):
            continue
        if item.is_indirect:
            seen.add(item.objgen)
        if isinstance(item, Stream):
            total += int(item.stream_dict.get(Name.Length, 0))
            waiting += [item.stream_dict[key] for key in item.stream_dict.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Dictionary):
            waiting += [item[key] for key in item.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Array):
            waiting += list(item)
    return total
