"""Survey a finished PDF in a worker, with pypdf and PDFium, without judging it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import Destination, DictionaryObject
from pypdfium2 import raw

from assembler.pdf.embedded_fonts import count_unembedded_fonts
from assembler.pdf.streaming import StreamedPages
from assembler.runtime.machine_failures import raise_if_machine_failed

_SAMPLE = 200  # characters of a page whose direction is checked
_TILT = math.radians(30)
_COARSE = 36  # dots per inch at which colors are searched for
_TINT, _POINTS = 24, 4  # levels between the colors of a point; this many such points are color
_DEEP = 50  # levels of form XObjects or outline entries followed
_ACTIVE = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/GoToE",
    "/RichMediaExecute",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedPage:
    """One page as a reader shows it."""

    width: float
    height: float
    label: str
    characters: int  # that search finds
    upright: bool  # most characters are upright; True if there are none
    dpi: float  # of the finest picture; 0 = no picture
    links: int
    bare_fonts: int  # fonts that are not in the file
    colored: bool = False  # something on it is not gray; False if it was not checked
    active: bool  # a script or an action other than a link to a page or an address


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedFile:
    """A PDF file; `trouble` is why nothing more could be read. `outline`: title and page (0 = none)
    of each bookmark."""

    name: str
    size: int  # bytes
    pages: tuple[SurveyedPage, ...] = ()
    outline: tuple[tuple[str, int], ...] = ()
    encrypted: bool = False
    scripts: bool = False
    attachments: bool = False
    fields: int = 0
    zoom: float | None = None  # per cent at which it opens; None = it does not say
    trouble: str = ""


def survey_pdf(path: Path, colors: bool = False) -> SurveyedFile:
    """Return everything the checks need of one file. Never raises.

    Args:
        colors: find out which pages have colors; they are rendered for it.
    """
    name, size = path.name, path.stat().st_size
    try:
        # given a path, the reader would load the entire file into memory
        with path.open("rb") as stream:
            reader = PdfReader(stream)
            if reader.is_encrypted:
                return SurveyedFile(name=name, size=size, encrypted=True)
            return _survey_file(path, size, reader, colors)
    except (
        PyPdfError,
        pdfium.PdfiumError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
    ) as error:
        raise_if_machine_failed(error)
        return SurveyedFile(name=name, size=size, trouble=type(error).__name__)


def _survey_file(path: Path, size: int, reader: PdfReader, colors: bool) -> SurveyedFile:
    root = reader.root_object
    names: Any = root["/Names"].get_object() if "/Names" in root else {}
    form: Any = root["/AcroForm"].get_object() if "/AcroForm" in root else {}
    labels = list(reader.page_labels)
    with StreamedPages(path) as rendered:
        if len(labels) != len(rendered):
            return SurveyedFile(
                name=path.name, size=size, trouble="two readers disagree on the page count"
            )
        pages = tuple(
            _survey_page(rendered.page(n), page, labels[n], colors)
            for n, page in enumerate(reader.pages)
        )
    return SurveyedFile(
        name=path.name,
        size=size,
        pages=pages,
        outline=tuple(_read_outline(reader, reader.outline)),
        scripts="/JavaScript" in names or "/AA" in root or _is_active(root.get("/OpenAction")),
        attachments="/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root,
        fields=len(form.get("/Fields", ())),
        zoom=_read_zoom(root.get("/OpenAction")),
    )


def _read_outline(reader: PdfReader, items: Any, depth: int = 0) -> Iterator[tuple[str, int]]:
    for item in items:
        if isinstance(item, list):
            if depth < _DEEP:
                yield from _read_outline(reader, item, depth + 1)
        else:
            page = (
                reader.get_destination_page_number(item) if isinstance(item, Destination) else None
            )
            yield str(item.title), 0 if page is None or page < 0 else page + 1


def _read_zoom(action: Any) -> float | None:
    """Return the zoom in per cent if the file opens at a place on one of its pages."""
    destination = action.get_object() if action is not None else None
    if isinstance(destination, DictionaryObject):
        destination = (
            destination["/D"].get_object()
            if destination.get("/S") == "/GoTo" and "/D" in destination
            else None
        )
    if isinstance(destination, list) and len(destination) == 5 and destination[1] == "/XYZ":
        factor = destination[4].get_object()
        return float(factor) * 100 if isinstance(factor, int | float) and factor else None
    return None


def _is_active(action: Any) -> bool:
    action = action.get_object() if action is not None else None
    return isinstance(action, DictionaryObject) and (
        action.get("/S") in _ACTIVE or "/Next" in action
    )


def _survey_page(page: Any, entries: Any, label: str, colors: bool) -> SurveyedPage:
    width, height = page.get_size()
    text = page.get_textpage()
    annotations = [annotation.get_object() for annotation in entries.get("/Annots", ())]
    return SurveyedPage(
        width=round(width, 2),
        height=round(height, 2),
        label=label,
        characters=len("".join(text.get_text_bounded().split())),
        upright=_is_upright(text, page.get_rotation()),
        dpi=max(_iterate_resolutions(page), default=0.0),
        links=sum(annotation.get("/Subtype") == "/Link" for annotation in annotations),
        bare_fonts=count_unembedded_fonts(entries),
        colored=colors and _is_colored(page),
        active="/AA" in entries
        or any(
            "/AA" in annotation or _is_active(annotation.get("/A")) for annotation in annotations
        ),
    )


def _is_colored(page: Any) -> bool:
    """Return whether a few points of the page, rendered coarsely, are not gray."""
    pixels = page.render(scale=_COARSE / 72).to_numpy()[:, :, :3].astype(np.int16)
    return int((pixels.max(axis=2) - pixels.min(axis=2) > _TINT).sum()) >= _POINTS


def _is_upright(text: Any, turned: int) -> bool:
    """Return whether most characters are upright once the page is turned `turned` degrees
    clockwise, as readers do."""
    step = max(1, text.count_chars() // _SAMPLE)
    angles = [
        raw.FPDFText_GetCharAngle(text, index) for index in range(0, text.count_chars(), step)
    ]
    tilts = [
        math.remainder(angle + math.radians(turned), math.tau) for angle in angles if angle >= 0
    ]
    return sum(abs(tilt) > _TILT for tilt in tilts) * 2 <= len(tilts)


def _iterate_resolutions(page: Any) -> Iterator[float]:
    """Yield the dots per inch of each picture, in its finest direction."""
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEP):
        columns, rows = item.get_px_size()
        matrix, holder = item.get_matrix(), item.container
        while holder is not None:
            matrix = matrix.multiply(holder.get_matrix())
            holder = holder.container
        across, down = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
        if across > 1 and down > 1:
            yield round(max(columns / across, rows / down) * 72, 1)
