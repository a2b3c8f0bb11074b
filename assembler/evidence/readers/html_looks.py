"""How an element of HTML looks: its style, emphasis and level, and whether a browser shows it.

Only what the element itself says counts (its name, `style` and `hidden`). Style sheets may depend
on the width of a window: leaving out what they hide could leave out what a person saw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assembler.documents.paper_blocks import TextStyle

BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "html"),
        *("legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup", "option", "p"),
        *("plaintext", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot"),
        *("th", "thead", "tr", "ul", "xmp"),
    )
)
_BOLD = frozenset(("b", "strong", "th", "dt", "summary", "legend"))
_ITALIC = frozenset(("i", "em", "cite", "dfn", "var", "address"))
_UNDERLINED = frozenset(("u", "ins"))
_STRUCK = frozenset(("s", "strike", "del"))
_PREFORMATTED = frozenset(("pre", "listing", "xmp", "plaintext"))
_HEADINGS = {
    "h1": TextStyle.HEADING_1,
    "h2": TextStyle.HEADING_2,
    "h3": TextStyle.HEADING_3,
    "h4": TextStyle.HEADING_3,
    "h5": TextStyle.HEADING_3,
    "h6": TextStyle.HEADING_3,
}
_CELL_STYLES = (TextStyle.TABLE, TextStyle.TABLE_HEADING)
_INDENTED = frozenset(("blockquote", "ul", "ol", "menu", "dir", "dd"))
_SHIFTED = frozenset(("sup", "sub"))
_CAPTIONS = frozenset(("figcaption", "caption"))
_ITEMS = frozenset(("li", "dd"))
_NAMED = _BOLD.union(
    *(_ITALIC, _UNDERLINED, _STRUCK, _PREFORMATTED, _HEADINGS, _INDENTED, _SHIFTED, _CAPTIONS),
    _ITEMS,
)
_MAX_LEVEL = 8  # of indentation; more would leave no room for words
_BOLD_WEIGHT = 600
_NUMBER = re.compile(r"\d{0,6}\.?\d{0,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How text looks. `shift`: "sup" or "sub". `invisible`: takes room but is not drawn; `tiny`: of
    no size; what is within may be visible again."""

    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False
    shift: str = ""
    preformatted: bool = False
    style: TextStyle = TextStyle.TEXT
    level: int = 0
    invisible: bool = False
    tiny: bool = False


def read_declarations(element: Any) -> Mapping[str, str]:
    """Return the declarations of an element's `style`, in lower case."""
    pairs = (part.partition(":") for part in (element.get("style") or "").lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip()
        for name, separator, value in pairs
        if separator
    }


def is_hidden(element: Any, declarations: Mapping[str, str]) -> bool:
    """Return whether a browser shows nothing of an element and of all within it."""
    return (
        "hidden" in element.attrib
        or declarations.get("display") == "none"
        or _is_zero(declarations.get("opacity", ""))
        or (element.tag == "dialog" and "open" not in element.attrib)
    )


def is_block(element: Any, declarations: Mapping[str, str]) -> bool:
    """Return whether an element starts a new line."""
    return element.tag in BLOCKS or declarations.get("display") in ("block", "table", "list-item")


def change_look(look: Look, element: Any, declarations: Mapping[str, str]) -> Look:
    """Return how an element looks within one of a given look."""
    changed = _change_by_name(look, element.tag) if element.tag in _NAMED else look
    return _apply_declarations(changed, declarations) if declarations else changed


def _change_by_name(look: Look, tag: str) -> Look:
    changed = replace(
        look,
        bold=look.bold or tag in _BOLD,
        italic=look.italic or tag in _ITALIC,
        underlined=look.underlined or tag in _UNDERLINED,
        struck=look.struck or tag in _STRUCK,
        shift=tag if tag in _SHIFTED else look.shift,
        preformatted=look.preformatted or tag in _PREFORMATTED,
        level=min(_MAX_LEVEL, look.level + (tag in _INDENTED)),
    )
    if look.style not in _CELL_STYLES:
        return replace(changed, style=_choose_style(look.style, tag))
    return replace(changed, bold=changed.bold or tag in _HEADINGS)


def _choose_style(style: TextStyle, tag: str) -> TextStyle:
    if tag in _HEADINGS:
        return _HEADINGS[tag]
    if tag in _PREFORMATTED:
        return TextStyle.PREFORMATTED
    if tag in _CAPTIONS:
        return TextStyle.CAPTION
    if tag == "blockquote":
        return TextStyle.QUOTE
    if tag in _ITEMS and style is TextStyle.TEXT:
        return TextStyle.LIST
    return style


def _apply_declarations(look: Look, declarations: Mapping[str, str]) -> Look:
    weight, decoration = (
        declarations.get("font-weight", ""),
        declarations.get("text-decoration", ""),
    )
    decoration += f" {declarations.get('text-decoration-line', '')}"
    blanks, shown = declarations.get("white-space", ""), declarations.get("visibility", "")
    size = declarations.get("font-size", "")
    slant = declarations.get("font-style", "")
    if weight:
        is_number = weight.isdecimal() and len(weight) < 5
        is_bold = int(weight) >= _BOLD_WEIGHT if is_number else weight.startswith("bold")
        look = replace(look, bold=is_bold)
    if slant:
        look = replace(look, italic=slant in ("italic", "oblique"))
    if blanks:
        look = replace(look, preformatted=blanks.startswith(("pre", "break-spaces")))
    if shown:
        look = replace(look, invisible=shown in ("hidden", "collapse"))
    if size:
        look = replace(look, tiny=_is_zero(size))
    return replace(
        look,
        underlined=look.underlined or "underline" in decoration,
        struck=look.struck or "line-through" in decoration,
    )


def _is_zero(size: str) -> bool:
    """Return whether a number, or a length of any unit, is 0."""
    match = _NUMBER.match(size)
    digits = match[0] if match else ""
    return any(letter.isdigit() for letter in digits) and not digits.strip("0.")
