"""Tags of a PDF made from Word."""

from __future__ import annotations

import io
from typing import Any

import pikepdf


def tags(pdf: bytes) -> list[str]:
    found: list[str] = []

    def walk(element: Any) -> None:
        if isinstance(element, pikepdf.Array):
            for kid in element:
                walk(kid)
        elif isinstance(element, pikepdf.Dictionary):
            found.extend([str(element.S)] if "/S" in element else [])
            walk(element.get("/K"))

    with pikepdf.open(io.BytesIO(pdf)) as book:
        walk(book.Root.StructTreeRoot.K)
    return found
