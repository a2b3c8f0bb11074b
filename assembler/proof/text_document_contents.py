"""Read the words of OpenDocument texts and presentations, independently of the code that prints
them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assembler.model import FileOptions, PassageKind
from assembler.proof.file_contents import FileContents, NumberedText, make_contents
from assembler.proof.package_xml import (
    find_attribute,
    is_picture_file,
    list_named,
    name_of,
    read_xml,
)

# elements whose text is not printed, is counted anew by each program, or has no words
_UNSEEN = frozenset(
    (
        *("tracked-changes", "annotation", "annotation-end", "ruby-text", "note-citation"),
        *("object", "object-ole", "image", "title", "desc", "forms", "script", "plugin"),
        *("event-listeners", "sequence-decls", "variable-decls", "user-field-decls"),
        *("hidden-text", "hidden-paragraph", "page-number", "page-count", "index-source"),
        *("table-of-content-source", "bookmark-ref", "math", "notes", "date-time"),
    )
)


def read_odt_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the paragraphs of a text document, and how many pictures it has."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = read_xml(archive, "content.xml")
        hidden = _list_styles(root, "display", "none")
        paragraphs: list[str] = []
        pictures = 0
        for text in list_named(root, "text"):
            for element in _walk(text, hidden):
                if name_of(element) in ("p", "h"):
                    paragraphs.append("".join(_read_pieces(element, hidden)))
                elif name_of(element) == "frame":
                    pictures += _has_picture(archive, element)
    return make_contents(tuple(paragraphs), pictures=pictures)


def read_odp_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the texts of the visible slides of a presentation, and how many pictures they have."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = read_xml(archive, "content.xml")
        hidden_slides = _list_styles(root, "visibility", "hidden")
        numbered: list[NumberedText] = []
        pictures = 0
        for book in list_named(root, "presentation"):
            slides = [child for child in book if name_of(child) == "page"]
            for number, slide in enumerate(slides, 1):
                if find_attribute(slide, "style-name") in hidden_slides:
                    continue
                elements = list(_walk(slide, set()))
                text = "\n".join(
                    "".join(_read_pieces(element, set()))
                    for element in elements
                    if name_of(element) in ("p", "h")
                )
                if text.strip():
                    numbered.append(NumberedText(kind=PassageKind.SLIDE, number=number, text=text))
                pictures += sum(
                    _has_picture(archive, element)
                    for element in elements
                    if name_of(element) == "frame"
                )
    return make_contents((), tuple(numbered), pictures=pictures)


def _is_unseen(element: Element, hidden: set[str]) -> bool:
    if name_of(element) in _UNSEEN or find_attribute(element, "style-name") in hidden:
        return True
    return find_attribute(element, "display") in ("none", "condition")


def _list_styles(root: Element, attribute: str, value: str) -> set[str]:
    """Return the names of the styles whose properties have a value."""
    return {
        find_attribute(style, "name")
        for style in list_named(root, "style")
        if any(find_attribute(child, attribute) == value for child in style)
    }


def _walk(element: Element, hidden: set[str]) -> Iterator[Element]:
    for child in element:
        if not _is_unseen(child, hidden):
            yield child
            yield from _walk(child, hidden)


def _read_pieces(element: Element, hidden: set[str]) -> Iterator[str]:
    """Yield the text of a paragraph without that of paragraphs within it."""
    yield element.text or ""
    for child in element:
        name = name_of(child)
        if name in ("s", "tab", "line-break"):
            yield " "
        elif name not in ("p", "h", "frame", "note") and not _is_unseen(child, hidden):
            yield from _read_pieces(child, hidden)
        yield child.tail or ""


def _has_picture(archive: zipfile.ZipFile, frame: Element) -> bool:
    names = {name_of(child) for child in frame}
    return not names & {"object", "object-ole"} and any(
        is_picture_file(archive, find_attribute(image, "href").removeprefix("./"))
        for image in frame
        if name_of(image) == "image"
    )
