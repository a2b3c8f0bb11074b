"""Whether everything that the pages of a PDF draw is in the file: the objects they refer to, the
fonts and pictures they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

_ELSEWHERE = frozenset(
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
_SPACES = frozenset(("/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"))  # need no entry
_STRING = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_REFERENCE = re.compile(rb"(?<![\w.])(\d+) (\d+) R\b")
_DEEPEST = 64  # parents of a page
_NESTED = 12  # drawings within drawings


def everything_drawn_is_there(pdf: Pdf) -> bool:
    """Whether no page, nor a drawing on it, refers to an object or names a font or picture that
    the file does not hold."""
    seen: set[tuple[int, int]] = set()
    try:
        for page in pdf.pages:
            resources = inherited(page.obj, Name.Resources)
            if any(_is_missing_below(pdf, part, seen) for part in (page.obj, resources)):
                return False
            if not _names_are_known(page, resources, resources, set(), 0):
                return False
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError, ValueError, TypeError, RecursionError):
        return False
    return True


def inherited(page: Any, key: Name) -> Any:
    """A page's entry, or that of the nearest parent that has it; None if none has."""
    node = page
    for _ in range(_DEEPEST):
        if not isinstance(node, Dictionary):
            break
        if key in node:
            return node[key]
        node = node.get(Name.Parent)
    return None


def _is_missing_below(pdf: Pdf, root: Any, seen: set[tuple[int, int]]) -> bool:
    """Whether something below an object refers to what is not there; what only leads elsewhere
    is not asked."""
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Dictionary | Array | Stream):
            continue
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        for reference, value in _children(item):
            if value is None and any(pdf.get_object(found) is None for found in reference):
                return True
            waiting.append(value)
    return False


def _children(item: Any) -> Iterator[tuple[list[tuple[int, int]], Any]]:
    """Each value within an object, with the reference that stands for it where it resolves to
    nothing."""
    values = list(item) if isinstance(item, Array) else [item.get(key) for key in _keys(item)]
    if any(value is None for value in values):
        plain = (item.stream_dict if isinstance(item, Stream) else item).unparse(resolved=True)
        yield (
            [
                (int(a), int(b))
                for a, b in _REFERENCE.findall(_without_elsewhere(_STRING.sub(b"()", plain)))
            ],
            None,
        )
    for value in values:
        if value is not None:
            yield [], value


def _keys(item: Any) -> list[str]:
    return [key for key in item.keys() if key not in _ELSEWHERE]  # noqa: SIM118 - not a dict


def _without_elsewhere(plain: bytes) -> bytes:
    names = b"|".join(
        re.escape(name.encode()) for name in sorted(_ELSEWHERE, key=len, reverse=True)
    )
    return re.sub(rb"(?:" + names + rb") \d+ \d+ R", b"", plain)


def _names_are_known(
    content: Any, resources: Any, fallback: Any, seen: set[tuple[int, int]], depth: int
) -> bool:
    """Whether each font, picture and color that a content stream names is among its resources,
    those of drawings in it too."""
    for instruction in pikepdf.parse_content_stream(content):
        operands, kind = instruction.operands, _KINDS.get(str(instruction.operator))
        name = next((one for one in operands if isinstance(one, Name)), None) if kind else None
        if kind is None or name is None or str(name) in _SPACES:
            continue
        group = resources.get(Name(kind)) if isinstance(resources, Dictionary) else None
        value = group.get(name) if isinstance(group, Dictionary) else None
        if value is None:
            return False
        if (
            kind != "/XObject"
            or value.get(Name.Subtype) != Name.Form
            or value.objgen in seen
            or depth >= _NESTED
        ):
            continue
        seen.add(value.objgen)
        own = value.get(Name.Resources, fallback)
        if not _names_are_known(value, own, fallback, seen, depth + 1):
            return False
    return True
