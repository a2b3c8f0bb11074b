"""Read the XML parts of office files with Python's own parser, which the code that prints them does
not use."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from PIL import Image

from assembler.pdf.picture_errors import PICTURE_ERRORS

_MOST_BYTES = 400_000_000
_PICTURES = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")


def read_xml(archive: zipfile.ZipFile, name: str) -> Element:
    """Return the root of a part. Raises KeyError, and ValueError for one that is no plain XML."""
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise ValueError("a part is too large")
    return parse_xml(archive.read(name))


def parse_xml(data: bytes) -> Element:
    """Return the root of an XML file without a document type, which could hold entities.

    Raises ValueError.
    """
    parser = XMLParser(target=_PlainBuilder())  # noqa: S314 - a document type is refused
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        raise ValueError("a part is no XML") from error
    return root


class _PlainBuilder(TreeBuilder):
    """Builds a tree, and refuses a document type."""

    def doctype(self, _name: str, _public: str, _system: str) -> None:
        """Raise ValueError; the parser calls this."""
        raise ValueError("a document type declaration")


def name_of(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def list_named(root: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a name below another, in order, whatever their namespace."""
    return (element for element in root.iter() if name_of(element) == name)


def find_attribute(element: Element, name: str) -> str:
    """Return an attribute, whatever its namespace; "" if it is not there. One of a namespace comes
    first: `r:id` before `id`."""
    values = [value for key, value in element.attrib.items() if key.endswith(f"}}{name}")]
    return values[0] if values else element.get(name, "")


def find_relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return id → (last word of the type, name of the part) of the relations of a part to others in
    the file."""
    folder, _, name = part.rpartition("/")
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive.namelist():
        return {}
    spellings = {name.lower(): name for name in archive.namelist()}  # case does not matter

    def locate(target: str) -> str:
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return spellings.get(path.lower(), path)

    return {
        entry.get("Id", ""): (
            entry.get("Type", "").rpartition("/")[2],
            locate(entry.get("Target", "")),
        )
        for entry in read_xml(archive, path)
        if entry.get("TargetMode") != "External"
    }


def find_main_part(archive: zipfile.ZipFile, usual: str) -> str:
    """Return the name of the main part of an Office file; `usual` if the file does not say."""
    targets = find_relations(archive, "").values()
    return next((target for kind, target in targets if kind == "officeDocument"), usual)


def is_picture_file(archive: zipfile.ZipFile, name: str) -> bool:
    """Return whether a part is a picture that opens."""
    if name not in archive.namelist():
        return False
    return is_picture(archive.read(name))


def is_picture(data: bytes) -> bool:
    """Return whether bytes are a picture that opens."""
    try:
        with Image.open(io.BytesIO(data), formats=_PICTURES) as picture:
            picture.load()
    except PICTURE_ERRORS:
        return False
    return True
