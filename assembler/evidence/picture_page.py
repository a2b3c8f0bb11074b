"""Put pictures on Letter pages: upright, as large as fits, without metadata."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import img2pdf
import pikepdf
from pikepdf import Matrix

from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.readers.picture import Frame, Strip, read_frames
from assembler.pdf.geometry import format_operands

LETTER = (612.0, 792.0)  # points
MARGIN = 18.0  # points on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePage:
    """A one-page PDF whose picture fills `box` (x, y, width, height in points) of the page as
    shown."""

    pdf: bytes
    box: tuple[float, float, float, float]
    turned: int
    dpi: float
    removed: tuple[str, ...]
    strip: Strip | None = None
    overlapping: int = 0
    background: str = ""


def make_picture_pages(data: bytes, kind: str) -> Iterator[PicturePage]:
    """Yield each page of a picture file as a PDF.

    Raises Refused if one does not decode completely or is too large.
    """
    return map(_make_page, read_frames(data, kind))


def _make_page(frame: Frame) -> PicturePage:
    width, height = float(frame.width), frame.height * frame.stretch
    upright = frame.strip.upright if frame.strip else height >= width
    page = LETTER if upright else LETTER[::-1]
    scale = (
        frame.strip.scale
        if frame.strip
        else min((page[0] - 2 * MARGIN) / width, (page[1] - 2 * MARGIN) / height)
    )
    size = (width * scale, height * scale)
    left, bottom = (page[0] - size[0]) / 2, (page[1] - size[1]) / 2
    if frame.strip:  # a strip starts at the start of its page
        left, bottom = (left, page[1] - MARGIN - size[1]) if upright else (MARGIN, bottom)
    return PicturePage(
        pdf=_make_pdf(frame, page, (left, bottom, *size)),
        box=(left, bottom, *size),
        turned=frame.turned,
        dpi=72 / scale / max(frame.stretch, 1.0),
        removed=frame.removed,
        strip=frame.strip,
        overlapping=frame.overlapping,
        background=frame.background,
    )


def _make_pdf(
    frame: Frame, page: tuple[float, float], box: tuple[float, float, float, float]
) -> bytes:
    """Draw the picture in its box; it is rotated by the page's /Rotate, so that its bytes stay the
    same."""
    sideways = frame.turned % 180
    paper = page[::-1] if sideways else page
    size = box[:1:-1] if sideways else box[2:]
    pdf_bytes = img2pdf.convert(
        frame.plain,
        layout_fun=lambda *_: (*paper, *size),
        rotation=img2pdf.Rotation.none,
        nodate=True,
        engine=img2pdf.Engine.pikepdf,
    )
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        if frame.turned:
            pdf.pages[0].Rotate = frame.turned
        if frame.strip:  # img2pdf centers a picture on its page
            matrix = format_operands(Matrix(box[2], 0, 0, box[3], box[0], box[1]))
            pdf.pages[0].Contents = pdf.make_stream(b"q " + matrix + b" cm /Im0 Do Q")
        del pdf.docinfo
        if "/ID" in pdf.trailer:
            del pdf.trailer.ID  # half of it would be kept, and it depends on the time
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def report_placement(placed: PicturePage, page: int) -> Iterator[Loss]:
    """Yield what a person should know about how picture `page` of its file was put on paper."""
    strip = placed.strip
    if strip and strip.part == 1:
        overlap = (
            f"; {placed.overlapping} of the cuts found no gap, so pages overlap there"
            if placed.overlapping
            else ""
        )
        yield make_loss(
            "EVID.CUT",
            f"picture {page} is so long that its text would be too small: it was split over "
            f"{strip.parts} pages{overlap}",
            "check that each page begins and ends where it should; citations count these pages",
        )
    if placed.background and (strip is None or strip.part == 1):
        yield make_loss(
            "EVID.BACKGROUND",
            f"picture {page} is light on a transparent background: it was placed on gray or "
            f"black, since white would hide it",
            "nothing to do if it is easy to see",
        )
