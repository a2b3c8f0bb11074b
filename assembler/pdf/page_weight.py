"""Measure how many bytes a page takes in its file."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Stream


def count_page_bytes(page: Object, counted: set[tuple[int, int]]) -> int:
    """Return the stored bytes of all streams a page draws that are not in `counted` yet.

    `counted` holds (object number, generation) and is added to.
    """
    total = 0
    waiting = [page.get(key) for key in (Name.Contents, Name.Resources)]
    waiting += [note.get(Name.AP) for note in page.get(Name.Annots, ())]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Object) or (item.is_indirect and item.objgen in counted):
            continue
        if item.is_indirect:
            counted.add(item.objgen)
        if isinstance(item, Stream):
            total += int(item.stream_dict.get(Name.Length, 0))
            waiting += [item.stream_dict[key] for key in item.stream_dict.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Dictionary):
            waiting += [item[key] for key in item.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Array):
            waiting += list(item)
    return total
