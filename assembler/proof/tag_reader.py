"""Read the tags of a PDF: the structure tree that a screen reader reads aloud."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from assembler.proof.pypdf_values import resolve_reference

_MAX_DEPTH = 64  # levels of a tree; the Word engines need about ten
_MAX_ELEMENTS = 200_000
_TEXTS = ("/T", "/Alt", "/ActualText", "/E", "/Lang")
_RENAMED = ("/Headers", "/ID")  # names of elements, which are made unique when drafts are joined


def read_branches(reader: PdfReader) -> tuple[str, ...]:
    """Return a digest of each branch directly below the root of the tag tree, in order.

    A digest covers the standard roles, texts and attributes of all elements of the branch, their
    order, and their marked content. Two files with the same branches are read aloud alike. Never
    raises for an odd tree: what is too deep, circular or of a wrong type has a digest of its own.
    """
    root = resolve_reference(reader.root_object.get("/StructTreeRoot"))
    if not isinstance(root, DictionaryObject):
        return ()
    tree = _Tree(resolve_reference(root.get("/RoleMap")))
    return tuple(tree.digest(kid, 0) for kid in _list_kids(root))


class _Tree:
    def __init__(self, role_map: Any) -> None:
        self._roles = role_map if isinstance(role_map, DictionaryObject) else DictionaryObject()
        self._seen: set[int] = set()

    def digest(self, raw: Any, depth: int) -> str:
        """Return a digest of an element and everything below it."""
        parts = hashlib.sha256()
        for line in self._describe_element(raw, depth):
            parts.update(line.encode("utf8", "surrogatepass") + b"\n")
        return parts.hexdigest()

    def _describe_element(self, raw: Any, depth: int) -> Iterator[str]:
        if isinstance(raw, IndirectObject):
            if raw.idnum in self._seen or len(self._seen) > _MAX_ELEMENTS:
                yield "circular"
                return
            self._seen.add(raw.idnum)
        element = resolve_reference(raw)
        if isinstance(element, int):
            yield f"content {int(element)}"
            return
        if not isinstance(element, DictionaryObject) or depth > _MAX_DEPTH:
            yield "unreadable"
            return
        kind = resolve_reference(element.get("/Type"))
        if kind in ("/MCR", "/OBJR"):
            yield f"{kind} {resolve_reference(element.get('/MCID'))}"
            return
        yield f"role {self._resolve_role(resolve_reference(element.get('/S')))}"
        for key in _TEXTS:
            if key in element:
                yield f"{key} {resolve_reference(element.get(key))!r}"
        for key in ("/A", "/C"):
            if key in element:
                yield f"{key} {_normalize_value(element.raw_get(key), 0)}"
        for kid in _list_kids(element):
            yield self.digest(kid, depth + 1)

    def _resolve_role(self, role: Any) -> str:
        """Return the standard role that a role of this file stands for."""
        for _ in range(_MAX_DEPTH):
            meaning = resolve_reference(self._roles.get(role)) if isinstance(role, str) else None
            if meaning is None or meaning == role:
                return str(role)
            role = meaning
        return "circular"


def _list_kids(element: DictionaryObject) -> list[Any]:
    if "/K" not in element:
        return []
    kids = resolve_reference(element.raw_get("/K"))
    return list(list.__iter__(kids)) if isinstance(kids, ArrayObject) else [element.raw_get("/K")]


def _normalize_value(raw: Any, depth: int) -> Any:
    """Return attributes as plain values that can be compared between files."""
    value = resolve_reference(raw)
    if depth > _MAX_DEPTH:
        return "too deep"
    if isinstance(value, DictionaryObject):
        keys = sorted(key for key in value if key not in _RENAMED)
        return [(str(key), _normalize_value(value.raw_get(key), depth + 1)) for key in keys]
    if isinstance(value, ArrayObject):
        return [_normalize_value(item, depth + 1) for item in list.__iter__(value)]
    return round(float(value), 2) if isinstance(value, int | float) else str(value)
