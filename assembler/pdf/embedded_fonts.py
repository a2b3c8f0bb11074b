"""Fonts a page names and its file does not hold."""

from __future__ import annotations

from typing import Any

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def bare_fonts(page: Any) -> int:
    """How many fonts of a page, as pypdf reads it, are not in the file; those of drawings within
    it are not counted."""
    resources = page.get("/Resources")
    fonts: Any = resources.get_object().get("/Font") if resources is not None else None
    return (
        sum(not _embedded(font.get_object()) for font in fonts.get_object().values())
        if fonts is not None
        else 0
    )


def _embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        font = font["/DescendantFonts"].get_object()[0].get_object()
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in _FONT_FILES)
