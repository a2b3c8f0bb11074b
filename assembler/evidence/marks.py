"""Comments and marks that a viewer draws otherwise than the page now shows them, or that have no picture of their own.

A highlight without a picture, a caret that is mixed with the paper: each viewer draws it, and flattening does not. So pages that
had marks are compared with the client's file as PDFium draws it, and where a mark's place differs, that place is put over the
page as a picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from assembler.evidence.losses import hidden_annotation
from assembler.geometry import Frame, after, apply, inverse, operands, to_page
from assembler.sight import document
from assembler.workshop import whole_file

_LEFT = frozenset(("/Link", "/Widget", "/Popup"))  # are not drawn by us, or have values drawn elsewhere
_SCALE = 1.0  # pixels a point, for comparing
_FINE = 200 / 72  # pixels a point, of the picture put over the page
_MOST = 4000  # pixels a side
_APART = 24  # grey levels of a pixel
_ENOUGH = 4  # pixels
_BORDER = 3.0  # points around a mark
Box = tuple[float, float, float, float]


def places(pdf: Pdf) -> dict[int, list[Box]]:
    """Boxes of all marks that show, in their pages' own coordinates, by page (from 0)."""
    found: dict[int, list[Box]] = {}
    for number, page in enumerate(pdf.pages):
        notes = page.get(Name.Annots)
        for note in notes if isinstance(notes, Array) else ():
            if not isinstance(note, Dictionary) or str(note.get(Name.Subtype)) in _LEFT or hidden_annotation(note):
                continue
            try:
                x0, y0, x1, y1 = (float(value) for value in note.get(Name.Rect, ()))
            except (TypeError, ValueError):
                continue
            found.setdefault(number, []).append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return found


def mend(data: bytes, password: str, made: Path, marks: Mapping[int, Sequence[Box]]) -> frozenset[int]:
    """Put pictures over the places of `made` where marks look otherwise than in the client's file; pages changed."""
    try:
        before, _ = document(data, password)
    except pdfium.PdfiumError:
        return frozenset()
    now = pdfium.PdfDocument(made)
    try:
        patches = {number: _patches(before[number], now[number], boxes) for number, boxes in marks.items()}
    finally:
        now.close()
        before.close()
    changed = frozenset(number for number, some in patches.items() if some)
    if changed:
        with Pdf.open(made, allow_overwriting_input=True) as pdf:
            for number in sorted(changed):
                _draw(pdf, pdf.pages[number], patches[number])
            with whole_file(made) as out:
                pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return changed


Patch = tuple[Image.Image, Box]  # a picture and its place on the page as seen


def _patches(before: Any, now: Any, boxes: Sequence[Box]) -> list[Patch]:
    x0, y0, x1, y1 = now.get_cropbox()
    frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=now.get_rotation())
    scale = min(_SCALE, _MOST / max(now.get_size()))
    one, other = _grey(before, scale), _grey(now, scale)
    if one.shape != other.shape:
        return []
    apart = np.abs(one.astype(np.int16) - other) > _APART
    places = [place for box in boxes if (place := _seen(box, frame)) and _differs(apart, place, scale, frame.height)]
    if not places:
        return []
    fine = min(_FINE, _MOST / max(now.get_size()))
    picture = before.render(scale=fine).to_pil().convert("RGB")
    return [(picture.crop(_pixels(place, fine, frame.height)), place) for place in dict.fromkeys(places)]


def _grey(page: Any, scale: float) -> np.ndarray[Any, Any]:
    """Drawn in colour first: PDFium mixes transparent colours wrongly where it draws in grey."""
    return np.asarray(page.render(scale=scale).to_pil().convert("L"))


def _seen(box: Box, frame: Frame) -> Box | None:
    """A box, with a border, on the page as seen; None where it is outside."""
    back = inverse(to_page(frame))
    corners = [apply(back, box[0], box[1]), apply(back, box[2], box[3])]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    left, right = max(0.0, xs[0] - _BORDER), min(frame.width, xs[1] + _BORDER)
    bottom, top = max(0.0, ys[0] - _BORDER), min(frame.height, ys[1] + _BORDER)
    return (left, bottom, right, top) if right - left > 1 and top - bottom > 1 else None


def _pixels(place: Box, scale: float, height: float) -> tuple[int, int, int, int]:
    left, bottom, right, top = place
    return round(left * scale), round((height - top) * scale), round(right * scale), round((height - bottom) * scale)


def _differs(apart: np.ndarray[Any, Any], place: Box, scale: float, height: float) -> bool:
    left, top, right, bottom = _pixels(place, scale, height)
    return int(apart[top:bottom, left:right].sum()) >= _ENOUGH


def _draw(pdf: Pdf, page: pikepdf.Page, patches: Sequence[Patch]) -> None:
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=int(page.get(Name.Rotate, 0)))
    drawn = []
    for number, (picture, (left, bottom, right, top)) in enumerate(patches):
        stream = pdf.make_stream(
            zlib.compress(picture.tobytes(), 9), Type=Name.XObject, Subtype=Name.Image, ColorSpace=Name.DeviceRGB,
            Width=picture.width, Height=picture.height, BitsPerComponent=8, Filter=Name.FlateDecode,
        )  # fmt: skip
        name = page.add_resource(stream, Name.XObject, name=Name(f"/AssemblerMark{number}"))
        matrix = after((right - left, 0, 0, top - bottom, left, bottom), to_page(frame))
        drawn.append(b"q " + operands(matrix) + b" cm " + str(name).encode() + b" Do Q\n")
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + b"".join(drawn), prepend=False)
