"""sight: what several rooms must see of a file: a client's file as a viewer shows it, the fonts a page does without,
how much a page weighs.

Opens read-only, in a worker. Judges nothing.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Object, Stream
from PIL import Image, ImageOps

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


class Sources:
    """The client's files of a case folder, one open at a time: neighbouring pages have the same one, and sixteen photographs
    at once would be half a gigabyte."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = ""
        self._open: Any = None

    def open(self, path: str) -> Any:
        """A PDFium document, or a picture the right way up, on white, with 8 bits a colour.

        Raises OSError for what is neither, PdfiumError for a PDF that does not open.
        """
        if path != self._path:
            self.close()
            self._open, self._path = _opened(self._folder / path), path
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open, self._path = None, ""


def _opened(path: Path) -> Any:
    data = path.read_bytes()
    if b"%PDF-" in data[:1024]:
        document = pdfium.PdfDocument(data)
        document.init_forms()
        return document
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    if picture.mode.startswith("I"):
        picture = picture.point(lambda value: value / 256)
    return picture


def weight(page: Object, seen: set[tuple[int, int]]) -> int:
    """Bytes of all streams a page draws, as stored, that are not in `seen` yet (object number, generation); it is added to."""
    total = 0
    waiting = [page.get(key) for key in (Name.Contents, Name.Resources)]
    waiting += [note.get(Name.AP) for note in page.get(Name.Annots, ())]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Object) or (item.is_indirect and item.objgen in seen):
            continue
        if item.is_indirect:
            seen.add(item.objgen)
        if isinstance(item, Stream):
            total += int(item.stream_dict.get(Name.Length, 0))
            waiting += [item.stream_dict[key] for key in item.stream_dict.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Dictionary):
            waiting += [item[key] for key in item.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Array):
            waiting += list(item)
    return total


def bare_fonts(page: Any) -> int:
    """How many fonts of a page, as pypdf reads it, are not in the file; those of drawings within it are not counted."""
    resources = page.get("/Resources")
    fonts: Any = resources.get_object().get("/Font") if resources is not None else None
    return sum(not _embedded(font.get_object()) for font in fonts.get_object().values()) if fonts is not None else 0


def _embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        font = font["/DescendantFonts"].get_object()[0].get_object()
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in _FONT_FILES)
