"""Count pictures and drawings: those a Word file places, and those on the pages made from it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assembler.documents.word_to_pdf.word_text import (
    R,
    W,
    find_printed_parts,
    parse_part,
    read_relations,
    resolve_target,
)

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_V = "{urn:schemas-microsoft-com:vml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_OUTLINES = (".emf", ".wmf", ".emz", ".wmz", ".svg")
_PATH, _PICTURE, _SHADING = 2, 3, 4  # of FPDF_PAGEOBJ
_PLAIN_SHAPES = tuple(
    f"{_V}{name}"
    for name in ("rect", "oval", "line", "roundrect", "polyline", "arc", "curve", "shape")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawings:
    """What a Word file places: pictures, vector pictures (EMF, WMF, SVG), charts, and shapes
    without a text.

    `broken`: pictures that are not in the file or do not decode, which Word itself shows as an
    empty frame.
    """

    pictures: int = 0
    outlines: int = 0
    broken: int = 0
    charts: int = 0
    diagrams: int = 0
    shapes: int = 0
    equations: int = 0


def count_drawings(docx: bytes, pages: int | None = None) -> Drawings:
    """Count what the printed parts of a Word file place. `pages`: how many pages it has, if
    known."""
    counts = dict.fromkeys(Drawings.__slots__, 0)
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        for name in find_printed_parts(archive, pages):
            for kind in _list_kinds(archive, name):
                counts[kind] += 1
    return Drawings(**counts)


def _list_kinds(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    targets = read_relations(archive, part)
    for node in _iterate_shown(parse_part(archive.read(part))):
        if node.tag in (f"{_A}blip", f"{_V}imagedata"):
            relation = next(
                (node.get(key) for key in (f"{R}embed", f"{R}id", f"{R}pict") if node.get(key)),
                None,
            )
            if relation:
                target = targets.get(relation, ("", ""))[1]
                yield _classify_picture(archive, resolve_target(target, part))
        elif (
            node.tag == f"{W}object"
            and next(node.iter(f"{_V}imagedata", f"{_A}blip"), None) is None
        ):
            yield "broken"  # an embedded object without its picture
        elif node.tag == f"{_M}oMath":
            yield "equations"
        elif node.tag in (f"{_C}chart", f"{_CX}chart"):
            yield "charts"
        elif node.tag == f"{_DGM}relIds":
            yield "diagrams"
        elif _is_plain_shape(node):
            yield "shapes"


def _is_plain_shape(node: Any) -> bool:
    """Return whether a shape has no text or picture in it: a line, an arrow, a box."""
    if node.tag == f"{_WPS}wsp":
        return node.find(f"{_WPS}txbx") is None
    return (
        node.tag in _PLAIN_SHAPES
        and next(node.iter(f"{_V}imagedata", f"{_V}textbox", f"{_V}textpath"), None) is None
    )


def _iterate_shown(root: Any) -> Iterator[Any]:
    """Yield all elements but the fallbacks for Word 2007 that newer programs ignore."""
    for child in root:
        if child.tag == f"{_MC}Fallback" and root.find(f"{_MC}Choice") is not None:
            continue
        if isinstance(child.tag, str):
            yield child
            yield from _iterate_shown(child)


def _classify_picture(archive: zipfile.ZipFile, name: str) -> str:
    if name not in archive.namelist():
        return "broken"
    if name.lower().endswith(_OUTLINES):
        return "outlines"
    return "pictures" if _can_decode(archive.read(name)) else "broken"


def _can_decode(data: bytes) -> bool:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


def count_placed(pdf: bytes) -> tuple[int, int]:
    """Return how many pictures, and how many lines and areas, are on the pages of a PDF."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        kinds = [item.type for page in document for item in page.get_objects(max_depth=15)]
    finally:
        document.close()
    return sum(kind == _PICTURE for kind in kinds), sum(kind in (_PATH, _SHADING) for kind in kinds)


def count_missing_drawings(expected: Drawings, pdf: bytes) -> int:
    """Return how many of the pictures, charts and drawings are certainly not on the pages."""
    pictures, lines = count_placed(pdf)
    missing = max(0, expected.pictures - pictures)
    rasterized = max(0, pictures - expected.pictures - expected.broken)
    outlined = expected.outlines + expected.charts
    return missing + (0 if lines else max(0, outlined - rasterized))
