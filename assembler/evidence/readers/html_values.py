"""What single elements of HTML show that is not their text: marks of lists, addresses of links,
values of form fields, sizes of pictures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

# characters that are printed of an address: one that tracks people is far longer than its text
_LONGEST_ADDRESS = 100
_BULLETS = ("•", "◦", "▪")
_NUMBERING = {
    "a": "a",
    "lower-alpha": "a",
    "lower-latin": "a",
    "A": "A",
    "upper-alpha": "A",
    "upper-latin": "A",
    "i": "i",
    "lower-roman": "i",
    "I": "I",
    "upper-roman": "I",
}
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d{0,6})?\s*(?:px)?\s*\Z")
_INTEGER = re.compile(r"\s*(-?\d{1,6})\s*\Z")
_SHORT = 8  # characters, of an emoji with its modifiers
_SILENT_FIELDS = frozenset(("hidden", "password", "file", "image"))
_TICKED, _EMPTY = "☒", "☐"


@dataclass(slots=True, kw_only=True)
class ItemList:
    """An open list: how its items are marked, and the number of the next one."""

    numbering: str  # "1", "a", "A", "i", "I"; "" for bullets
    bullet: str
    number: int = 1
    step: int = 1

    def take_mark(self, item: Any) -> str:
        """Return what stands before an item, "3. " or "• "; "" for a list without marks."""
        if not self.numbering:
            return f"{self.bullet} " if self.bullet else ""
        self.number = _read_integer(item.get("value"), self.number)
        number, self.number = self.number, self.number + self.step
        return f"{format_number(number, self.numbering)}. "


def open_list(element: Any, declarations: Mapping[str, str], depth: int) -> ItemList:
    """Return a list; `depth`: how many it is within."""
    kind = declarations.get("list-style-type") or declarations.get("list-style", "")
    if kind.split()[:1] == ["none"]:
        return ItemList(numbering="", bullet="")
    if element.tag != "ol":
        return ItemList(numbering="", bullet=_BULLETS[min(depth, len(_BULLETS) - 1)])
    is_reversed = "reversed" in element.attrib
    first = sum(1 for _ in element.iterchildren("li")) if is_reversed else 1
    return ItemList(
        numbering=_NUMBERING.get(element.get("type") or kind.partition(" ")[0], "1"),
        bullet="",
        number=_read_integer(element.get("start"), first),
        step=-1 if is_reversed else 1,
    )


def format_number(number: int, numbering: str) -> str:
    """Return 4 as "4", "d", "D", "iv" or "IV"."""
    if number < 1 or numbering == "1" or (numbering in "iI" and number >= 4000):
        return str(number)
    letters = ""
    if numbering in "aA":
        while number:
            number, place = divmod(number - 1, 26)
            letters = chr(ord("a") + place) + letters
    else:
        for value, spelling in _ROMAN:
            count, number = divmod(number, value)
            letters += spelling * count
    return letters.upper() if numbering.isupper() else letters


def describe_address(href: str, shown: str) -> str:
    """Return the address of a link to the web or to a mailbox, as it is printed behind the text of
    the link; "" if that shows it already, or if it leads elsewhere."""
    address = "".join(href.split())
    scheme = address.partition(":")[0].lower()
    if scheme == "mailto":
        address = unquote(address[len("mailto:") :].partition("?")[0])
    elif scheme not in ("http", "https"):
        return ""
    if not address or _simplify_address(address) in _simplify_address(shown):
        return ""
    if len(address) > _LONGEST_ADDRESS:
        return f"{address[:_LONGEST_ADDRESS]}…"
    return address


def _simplify_address(address: str) -> str:
    plain = "".join(address.split()).casefold()
    return re.sub(r"\bhttps?://", "", plain).rstrip("/")


def read_field(element: Any) -> str:
    """Return the value that a field of a form shows: its text, its choice, ☒ or ☐."""
    if element.tag == "textarea":
        return "".join(element.itertext()) or _bracket(element.get("placeholder"))
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib]
        texts = [" ".join("".join(option.itertext()).split()) for option in chosen or options[:1]]
        return ", ".join(texts)
    kind = (element.get("type") or "text").lower()
    if kind in _SILENT_FIELDS:
        return ""
    if kind in ("checkbox", "radio"):
        return _TICKED if "checked" in element.attrib else _EMPTY
    return element.get("value") or _bracket(element.get("placeholder"))


def _bracket(text: str | None) -> str:
    return f"[{text}]" if text else ""


def read_pixels(element: Any, declarations: Mapping[str, str], name: str) -> int | None:
    """Return the width or height of an element in pixels, where it says so."""
    for value in (declarations.get(name), element.get(name)):
        match = _PIXELS.match(value or "")
        if match:
            return int(match[1])
    return None


def read_picture_address(element: Any) -> str:
    """Return the address of a picture; "" if it has none."""
    source = (element.get("src") or "").strip()
    several = (element.get("srcset") or "").split()
    return source or (several[0] if several else "")


def is_emoji(text: str) -> bool:
    """Return whether a text is a single symbol, for which mail programs send pictures."""
    return 0 < len(text) <= _SHORT and all(
        unicodedata.category(character) in ("So", "Sk", "Cf", "Mn") for character in text
    )


def _read_integer(value: str | None, default: int) -> int:
    match = _INTEGER.match(value or "")
    return int(match[1]) if match else default
