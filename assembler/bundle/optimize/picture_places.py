"""Find the pictures of a PDF on its pages, and their resolution there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Matrix, Name, Object, Page, Pdf

_DEEP = 8  # levels of drawings within drawings that are followed
_WHOLE = (1, 0, 0, 1, 0, 0)

Key = tuple[int, int]  # a picture's object number and generation


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPicture:
    """A picture of a page: `dpi` where it is drawn largest, in its finest direction."""

    key: Key
    image: Object
    dpi: float


def find_pictures(pdf: Pdf) -> tuple[tuple[PlacedPicture, ...], ...]:
    """Return the pictures of each page. One that several pages draw belongs to the first; its `dpi`
    is the least of all.

    A page whose drawing cannot be followed has none.
    """
    owner: dict[Key, int] = {}
    images: dict[Key, Object] = {}
    least: dict[Key, float] = {}
    for number, page in enumerate(pdf.pages):
        try:
            drawn = list(_iterate_drawn(page, Matrix(), 0))
        except (pikepdf.PdfError, ValueError, TypeError):
            continue
        for image, matrix in drawn:
            dpi = _compute_dpi(image, matrix)
            if image.is_indirect and dpi:
                key = image.objgen
                owner.setdefault(key, number)
                images[key] = image
                least[key] = min(dpi, least.get(key, dpi))
    return tuple(
        tuple(
            PlacedPicture(key=key, image=images[key], dpi=least[key])
            for key, owner_page in owner.items()
            if owner_page == number
        )
        for number in range(len(pdf.pages))
    )


def _iterate_drawn(
    owner: Page | Object, matrix: Matrix, depth: int
) -> Iterator[tuple[Object, Matrix]]:
    """Yield each picture that a page, or a drawing within it, draws, and its matrix."""
    resources = owner.get(Name.Resources)
    drawings = resources.get(Name.XObject) if resources is not None else None
    if drawings is None or depth > _DEEP:
        return
    stack: list[Matrix] = []
    for instruction in pikepdf.parse_content_stream(owner, "q Q cm Do"):
        operands, operator = instruction.operands, instruction.operator
        match str(operator):
            case "q":
                stack.append(matrix)
            case "Q":
                matrix = stack.pop() if stack else matrix
            case "cm":
                matrix = _make_matrix(operands) @ matrix
            case "Do" if str(operands[0]) in drawings:
                drawing = drawings[str(operands[0])]
                if drawing.get(Name.Subtype) == Name.Image:
                    yield drawing, matrix
                elif drawing.get(Name.Subtype) == Name.Form:
                    inner = _make_matrix(drawing.get(Name.Matrix, _WHOLE)) @ matrix
                    yield from _iterate_drawn(drawing, inner, depth + 1)


def _make_matrix(values: object) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in values)  # type: ignore[attr-defined]
    return Matrix(a, b, c, d, e, f)


def _compute_dpi(image: Object, matrix: Matrix) -> float:
    across, down = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    if across < 1 or down < 1:
        return 0.0
    return round(
        max(int(image.get(Name.Width, 0)) / across, int(image.get(Name.Height, 0)) / down) * 72, 1
    )
