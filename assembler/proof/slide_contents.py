"""Read the slides of a PowerPoint file, independently of the code that prints them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from assembler.model import FileOptions, PassageKind
from assembler.proof.file_contents import FileContents, NumberedText, make_contents
from assembler.proof.package_xml import (
    find_attribute,
    find_main_part,
    find_relations,
    is_picture_file,
    list_named,
    name_of,
    read_xml,
)

_NO = ("0", "false")


def read_slide_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the texts of the visible slides, and how many pictures are placed on them."""
    numbered: list[NumberedText] = []
    pictures = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = find_main_part(archive, "ppt/presentation.xml")
        relations = find_relations(archive, main)
        entries = list(list_named(read_xml(archive, main), "sldId"))
        for number, entry in enumerate(entries, 1):
            part = relations[find_attribute(entry, "id")][1]
            slide = read_xml(archive, part)
            if slide.get("show", "1") in _NO:
                continue
            own = find_relations(archive, part)
            words = list(_read_words(archive, slide, own))
            text = "\n".join(word for word in words if word.strip())
            if text:
                numbered.append(NumberedText(kind=PassageKind.SLIDE, number=number, text=text))
            pictures += _count_pictures(archive, slide, own)
    return make_contents((), tuple(numbered), pictures=pictures)


def _walk(element: Element) -> Iterator[Element]:
    """Yield all elements that are shown: one version of what a file has in two, no hidden shape."""
    for child in element:
        name = name_of(child)
        if name == "AlternateContent":
            choice = [entry for entry in child if name_of(entry) == "Choice"]
            yield from _walk(choice[0] if choice else child)
        elif name in ("sp", "pic", "grpSp", "graphicFrame") and _is_hidden(child):
            continue
        else:
            yield child
            yield from _walk(child)


def _is_hidden(shape: Element) -> bool:
    return any(
        properties.get("hidden", "0") not in _NO
        for head in shape
        if name_of(head) in ("nvSpPr", "nvPicPr")
        for properties in head
        if name_of(properties) == "cNvPr"
    )


def _read_words(
    archive: zipfile.ZipFile, slide: Element, relations: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    """Yield the texts of paragraphs, those of diagrams too."""
    for element in _walk(slide):
        name = name_of(element)
        if name == "p":
            yield "".join(
                (piece.text or "") if name_of(piece) == "t" else " "
                for piece in element.iter()
                if name_of(piece) in ("t", "br")
            )
        elif name == "relIds":
            part = relations.get(find_attribute(element, "dm"), ("", ""))[1]
            if part in archive.namelist():
                for point in list_named(read_xml(archive, part), "pt"):
                    yield " ".join(text.text or "" for text in _list_leaf_texts(point))


def _list_leaf_texts(point: Element) -> Iterator[Element]:
    return (text for body in list_named(point, "p") for text in list_named(body, "t"))


def _count_pictures(
    archive: zipfile.ZipFile, slide: Element, relations: Mapping[str, tuple[str, str]]
) -> int:
    return sum(
        is_picture_file(archive, relations.get(find_attribute(blip, "embed"), ("", ""))[1])
        for picture in _walk(slide)
        if name_of(picture) == "pic"
        for blip in list_named(picture, "blip")
    )
