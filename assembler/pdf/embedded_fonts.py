"""Count the fonts that a page uses but its file does not embed."""

from __future__ import annotations

from typing import Any

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def count_unembedded_fonts(page: Any) -> int:
    """Count the fonts of a pypdf page that are not embedded; fonts of form XObjects are not
    counted."""
    resources = page.get("/Resources")
    fonts: Any = resources.get_object().get("/Font") if resources is not None else None
    return (
        sum(not _is_embedded(font.get_object()) for font in fonts.get_object().values())
        if fonts is not None
        else 0
    )


def _is_embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        font = font["/DescendantFonts"].get_object()[0].get_object()
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in _FONT_FILES)
