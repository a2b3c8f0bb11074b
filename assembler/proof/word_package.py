"""Read the parts, relations and styles of a Word file, and the properties of its elements."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from PIL import Image

from assembler.pdf.picture_errors import PICTURE_ERRORS


class WordPackage:
    """The parts of a Word file and the relations between them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self.main = next(
            (
                target
                for kind, target, _ in self.read_relations("").values()
                if kind == "officeDocument"
            ),
            "",
        )
        styles = next(
            (
                target
                for kind, target, _ in self.read_relations(self.main).values()
                if kind == "styles"
            ),
            "",
        )
        self.styles = read_styles(self.read_root(styles)) if styles in self._names else {}

    def read_root(self, name: str) -> Any:
        """Return the root element of a part. Raises KeyError for a part that is not there."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.fromstring(self._archive.read(name), parser)

    def has(self, name: str) -> bool:
        return name in self._names

    def has_picture(self, name: str) -> bool:
        """Return whether a part is there and can be decoded: Word shows an empty frame for one that
        cannot."""
        try:
            with Image.open(io.BytesIO(self._archive.read(name))) as picture:
                picture.load()
        except PICTURE_ERRORS:  # a part that is missing is a KeyError
            return False
        return True

    def read_relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Return, by relationship id: the last word of its type, its part or address, and whether
        it is external."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self._names:
            return {}
        relations = {}
        for entry in self.read_root(listing):
            if isinstance(entry.tag, str):
                is_external = entry.get("TargetMode") == "External"
                target = entry.get("Target", "")
                destination = (
                    target
                    if is_external
                    else posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                )
                relations[entry.get("Id", "")] = (
                    entry.get("Type", "").rpartition("/")[2],
                    destination,
                    is_external,
                )
        return relations


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    based_on: str
    hides: bool | None
    face: str
    right_to_left: bool


def read_styles(root: Any) -> dict[str, Style]:
    styles = {}
    for style in list_children(root, "style"):
        properties = find_child(style, "rPr")
        styles[find_attribute(style, "styleId")] = Style(
            based_on=find_attribute(find_child(style, "basedOn"), "val"),
            hides=is_on(find_child(properties, "vanish")),
            face=read_font_name(properties),
            right_to_left=bool(is_on(find_child(find_child(style, "pPr"), "bidi"))),
        )
    return styles


def list_style_chain(styles: Mapping[str, Style], name: str) -> Iterator[Style]:
    visited: set[str] = set()
    while name in styles and name not in visited:
        visited.add(name)
        yield styles[name]
        name = styles[name].based_on


def list_printed_margins(package: WordPackage, body: Any) -> list[str]:
    """Return the headers and footers that certainly show: those of first pages, and the others if
    no page differs."""
    related, settings = package.read_relations(package.main), "word/settings.xml"
    has_even_pages = package.has(settings) and bool(
        is_on(find_child(package.read_root(settings), "evenAndOddHeaders"))
    )
    names: dict[str, None] = {}
    for number, section in enumerate(body.iter("{*}sectPr")):
        if number and find_attribute(find_child(section, "type"), "val") == "continuous":
            continue  # it may begin on a page that already has its headers
        has_first_page = bool(is_on(find_child(section, "titlePg")))
        shown = {"first"} if has_first_page else set() if has_even_pages else {"default"}
        for reference in (
            *list_children(section, "headerReference"),
            *list_children(section, "footerReference"),
        ):
            target = related.get(find_attribute(reference, "id"), ("", "", True))[1]
            if find_attribute(reference, "type", "default") in shown and package.has(target):
                names[target] = None
    return list(names)


def list_children(element: Any, name: str) -> Sequence[Any]:
    return [] if element is None else list(element.iterchildren(f"{{*}}{name}"))


def find_child(element: Any, name: str) -> Any:
    return next(iter(list_children(element, name)), None)


def find_attribute(element: Any, name: str, default: str = "") -> str:
    """Return an attribute in any namespace."""
    if element is None:
        return default
    return next(
        (str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name),
        default,
    )


def is_on(element: Any) -> bool | None:
    """Return the value of an on-off property; None if there is none."""
    return (
        None
        if element is None
        else find_attribute(element, "val", "true").lower() not in ("0", "false", "off")
    )


def read_font_name(properties: Any) -> str:
    fonts = find_child(properties, "rFonts")
    if find_attribute(fonts, "asciiTheme") or find_attribute(fonts, "hAnsiTheme"):
        return ""
    return (find_attribute(fonts, "ascii") or find_attribute(fonts, "hAnsi")).lower()
