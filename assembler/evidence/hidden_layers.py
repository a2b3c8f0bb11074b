"""Find layers of a PDF that a viewer hides on opening."""

from __future__ import annotations

from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf

ObjectId = tuple[int, int]


def list_hidden_layers(pdf: Pdf) -> frozenset[ObjectId]:
    """Return the layers that are switched off."""
    properties = pdf.Root.get(Name.OCProperties)
    if not isinstance(properties, Dictionary):
        return frozenset()
    default = properties.get(Name.D, Dictionary())
    groups = _list_dictionaries(default.get(Name.OFF))
    if default.get(Name.BaseState) == Name.OFF:
        on = {group.objgen for group in _list_dictionaries(default.get(Name.ON))}
        groups = [
            group
            for group in _list_dictionaries(properties.get(Name.OCGs))
            if group.objgen not in on
        ]
    return frozenset(group.objgen for group in groups)


def is_switched_off(note: Any, off: frozenset[ObjectId]) -> bool:
    """Return whether an annotation belongs to layers that are off."""
    layer = note.get(Name.OC)
    if not off or not isinstance(layer, Dictionary):
        return False
    if layer.get(Name.Type) != Name.OCMD:
        return layer.objgen in off
    groups = layer.get(Name.OCGs)
    members = [groups] if isinstance(groups, Dictionary) else _list_dictionaries(groups)
    hidden = [group.objgen in off for group in members]
    if not hidden:
        return False
    policy = str(layer.get(Name.P, "/AnyOn"))
    is_shown = {"/AllOn": not any(hidden), "/AnyOff": any(hidden), "/AllOff": all(hidden)}.get(
        policy, not all(hidden)
    )
    return not is_shown


def _list_dictionaries(values: Any) -> list[Any]:
    if not isinstance(values, Array):
        return []
    return [value for value in values if isinstance(value, Dictionary)]
