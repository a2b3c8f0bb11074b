"""Remove the color of a document: its pictures and the colors it sets become the gray of the same
lightness.

Colors set in other ways (shadings, patterns, calibrated colors, named inks) stay; the linter
reports them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Name, Object, Operator, Page, Pdf

from assembler.bundle.optimize import picture_coding
from assembler.bundle.optimize.page_work import CANNOT, list_tool_versions
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache

_FILL = {"rg": 3, "k": 4}
_LINE = {"RG": 3, "K": 4}
_OWN = {"sc": "g", "scn": "g", "SC": "G", "SCN": "G"}
_DEEP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayJob:
    """A document whose color is to be removed."""

    pdf: Path
    sha256: str
    cache: Cache


def make_gray(job: GrayJob) -> Path:
    """Return the document without color, in a worker."""
    return (
        job.cache.get_or_make(
            ["gray", *list_tool_versions(), job.sha256], lambda folder: _make(job.pdf, folder)
        )
        / "gray.pdf"
    )


def _make(source: Path, folder: Path) -> None:
    with Pdf.open(source) as pdf:
        visited: set[tuple[int, int]] = set()
        for page in pdf.pages:
            _remove_color(pdf, page, visited, 0)
        with open_deferring_errors(folder / "gray.pdf") as out:
            pdf.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )


def _remove_color(
    pdf: Pdf, owner: Page | Object, visited: set[tuple[int, int]], depth: int
) -> None:
    """Remove the color of a page, or of a drawing within one, and of everything it draws."""
    try:
        data = pikepdf.unparse_content_stream(list(_convert_instructions(owner)))
    except CANNOT:
        return
    if isinstance(owner, Page):
        owner.Contents = pdf.make_stream(data)
    else:
        owner.write(data)
    resources = owner.get(Name.Resources)
    drawings = resources.get(Name.XObject) if resources is not None else None
    for drawing in list(drawings.values()) if drawings is not None and depth < _DEEP else ():
        if drawing.objgen not in visited:
            visited.add(drawing.objgen)
            if drawing.get(Name.Subtype) == Name.Form:
                _remove_color(pdf, drawing, visited, depth + 1)
            elif drawing.get(Name.Subtype) == Name.Image:
                _recode_picture(drawing)


def _recode_picture(image: Object) -> None:
    try:
        coded = picture_coding.recode_gray(image)
    except CANNOT:
        return
    if coded is not None:
        picture_coding.store_picture(image, coded)


def _convert_instructions(owner: Page | Object) -> Iterator[Any]:
    """Yield the content's instructions with its colors as grays. `spaces`: components of the spaces
    in force, for filling and for lines."""
    resources = owner.get(Name.Resources)
    named_spaces: Any = resources.get(Name.ColorSpace) if resources is not None else None
    spaces: dict[str, int] = {"g": 1, "G": 1}
    stack: list[dict[str, int]] = []
    for instruction in pikepdf.parse_content_stream(owner):
        operator, values = str(instruction.operator), instruction.operands
        if operator == "q":
            stack.append(dict(spaces))
        elif operator == "Q" and stack:
            spaces = stack.pop()
        elif operator in ("cs", "CS"):
            spaces["g" if operator == "cs" else "G"] = _count_colors(values[0], named_spaces)
        elif (operator in _FILL or operator in _LINE) and not _is_neutral(list(values)):
            yield (
                [round(_compute_lightness(list(values)), 4)],
                Operator("g" if operator in _FILL else "G"),
            )
            continue
        elif operator in _OWN and spaces[_OWN[operator]] == len(values) > 1:
            yield [round(_compute_lightness(list(values)), 4)], Operator(_OWN[operator])
            continue
        yield instruction


def _count_colors(name: Any, named: Mapping[str, Any] | None) -> int:
    """Return how many numbers make a color of red, green and blue, or of four inks; 0 for any other
    space."""
    space = named[str(name)] if named is not None and str(name) in named else name
    kind = str(space[0]) if isinstance(space, Array) else str(space)
    if kind == "/ICCBased":
        return {3: 3, 4: 4}.get(int(space[1].get(Name.N, 0)), 0)
    return {"/DeviceRGB": 3, "/DeviceCMYK": 4}.get(kind, 0)


def _is_neutral(values: Sequence[Any]) -> bool:
    """Return whether a color is already gray: black ink alone looks a little lighter than no red,
    green and blue."""
    return len({float(value) for value in values[:3]}) == 1


def _compute_lightness(values: Sequence[Any]) -> float:
    """Return the lightness of a color of three or four numbers (ITU-R BT.601, as pictures are made
    gray)."""
    parts = [min(1.0, max(0.0, float(value))) for value in values]
    if len(parts) == 4:
        parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
    red, green, blue = parts
    return 0.299 * red + 0.587 * green + 0.114 * blue
