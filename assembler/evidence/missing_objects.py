"""Check that everything the pages of a PDF draw is in the file: objects, fonts, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

# keys that point outside the page and draw nothing
_SKIPPED_KEYS = frozenset(
    (
        "/Parent",
        "/P",
        "/Popup",
        "/A",
        "/AA",
        "/Dest",
        "/StructParent",
        "/StructParents",
        "/IRT",
        "/Metadata",
    )
)
_KINDS = {
    "Tf": "/Font",
    "Do": "/XObject",
    "gs": "/ExtGState",
    "sh": "/Shading",
    "cs": "/ColorSpace",
    "CS": "/ColorSpace",
    "scn": "/Pattern",
    "SCN": "/Pattern",
}
_BUILT_IN_SPACES = frozenset(("/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"))
_STRING = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_REFERENCE = re.compile(rb"(?<![\w.])(\d+) (\d+) R\b")
_MAX_PARENTS = 64  # of a page
_MAX_NESTING = 12  # of form XObjects


def has_everything_drawn(pdf: Pdf) -> bool:
    """Return whether the file has every object, font and picture that its pages and form XObjects
    use."""
    visited: set[tuple[int, int]] = set()
    try:
        for page in pdf.pages:
            resources = find_inherited_page_entry(page.obj, Name.Resources)
            if any(_is_missing_below(pdf, part, visited) for part in (page.obj, resources)):
                return False
            if not _has_known_names(page, resources, resources, set(), 0):
                return False
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError, ValueError, TypeError, RecursionError):
        return False
    return True


def find_inherited_page_entry(page: Any, key: Name) -> Any:
    """Return a page's entry, or that of the nearest parent that has it; None if none has."""
    node = page
    for _ in range(_MAX_PARENTS):
        if not isinstance(node, Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get(Name.Parent)
    return None


def _is_missing_below(pdf: Pdf, root: Any, visited: set[tuple[int, int]]) -> bool:
    """Return whether something below an object refers to a missing object, ignoring the skipped
    keys."""
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Dictionary | Array | Stream):
            continue
        if item.is_indirect:
            if item.objgen in visited:
                continue
            visited.add(item.objgen)
        for reference, value in _iterate_children(item):
            if value is None and any(pdf.get_object(number) is None for number in reference):
                return True
            waiting.append(value)
    return False


def _iterate_children(item: Any) -> Iterator[tuple[list[tuple[int, int]], Any]]:
    """Yield each value within an object; for those that resolve to nothing, all references in
    it."""
    values = list(item) if isinstance(item, Array) else [item.get(key) for key in _list_keys(item)]
    if any(value is None for value in values):
        plain = (item.stream_dict if isinstance(item, Stream) else item).unparse(resolved=True)
        references = _REFERENCE.findall(_drop_skipped(_STRING.sub(b"()", plain)))
        yield [(int(number), int(generation)) for number, generation in references], None
    for value in values:
        if value is not None:
            yield [], value


def _list_keys(item: Any) -> list[str]:
    return [key for key in item.keys() if key not in _SKIPPED_KEYS]  # noqa: SIM118 - not a dict


def _drop_skipped(plain: bytes) -> bytes:
    names = b"|".join(
        re.escape(name.encode()) for name in sorted(_SKIPPED_KEYS, key=len, reverse=True)
    )
    return re.sub(rb"(?:" + names + rb") \d+ \d+ R", b"", plain)


def _has_known_names(
    content: Any, resources: Any, fallback: Any, visited: set[tuple[int, int]], depth: int
) -> bool:
    """Return whether each font, picture and color that a content stream names is in its resources,
    also in form XObjects."""
    for instruction in pikepdf.parse_content_stream(content):
        operands, kind = instruction.operands, _KINDS.get(str(instruction.operator))
        name = (
            next((operand for operand in operands if isinstance(operand, Name)), None)
            if kind
            else None
        )
        if kind is None or name is None or str(name) in _BUILT_IN_SPACES:
            continue
        group = resources.get(Name(kind)) if isinstance(resources, Dictionary) else None
        value = group.get(name) if isinstance(group, Dictionary) else None
        if value is None:
            return False
        if (
            kind != "/XObject"
            or value.get(Name.Subtype) != Name.Form
            or value.objgen in visited
            or depth >= _MAX_NESTING
        ):
            continue
        visited.add(value.objgen)
        own = value.get(Name.Resources, fallback)
        if not _has_known_names(value, own, fallback, visited, depth + 1):
            return False
    return True
