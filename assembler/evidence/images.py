"""Pictures onto Letter pages: upright, as large as fits, without metadata."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import img2pdf
import pikepdf

from assembler.evidence.pictures import Frame, frames

LETTER = (612.0, 792.0)  # points
MARGIN = 18.0  # points, a quarter inch on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A one-page PDF; the picture fills `box` (x, y, width, height in points) of the page as shown."""

    pdf: bytes
    box: tuple[float, float, float, float]
    turned: int
    dpi: float
    removed: tuple[str, ...]


def place(data: bytes, kind: str) -> Iterator[Placed]:
    """Each page of a picture file as a PDF. Raises Refused if one does not decode whole or is too large."""
    return map(_placed, frames(data, kind))


def _placed(frame: Frame) -> Placed:
    width, height = float(frame.width), frame.height * frame.stretch
    page = LETTER if height >= width else LETTER[::-1]
    scale = min((page[0] - 2 * MARGIN) / width, (page[1] - 2 * MARGIN) / height)
    size = (width * scale, height * scale)
    box = ((page[0] - size[0]) / 2, (page[1] - size[1]) / 2, *size)
    dpi = 72 / scale / max(frame.stretch, 1.0)
    return Placed(pdf=_page(frame, page, size), box=box, turned=frame.turned, dpi=dpi, removed=frame.removed)


def _page(frame: Frame, page: tuple[float, float], size: tuple[float, float]) -> bytes:
    """The picture centred on the page; turned by the page's /Rotate, so that its bytes stay as they are."""
    sideways = frame.turned % 180
    paper = page[::-1] if sideways else page
    drawn = size[::-1] if sideways else size
    made = img2pdf.convert(
        frame.plain,
        layout_fun=lambda *_: (*paper, *drawn),
        rotation=img2pdf.Rotation.none,
        nodate=True,
        engine=img2pdf.Engine.pikepdf,
    )
    with pikepdf.open(io.BytesIO(made)) as pdf:
        if frame.turned:
            pdf.pages[0].Rotate = frame.turned
        del pdf.docinfo
        if "/ID" in pdf.trailer:
            del pdf.trailer.ID  # half of it would be kept, and it holds the time
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
