"""How far a page is from its source: both drawn, the source as the ledger says that it was placed, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from pypdfium2 import raw

from assembler.ink import in_grey
from assembler.sight import Album, Sources, small

DPI = 48
_COPIED = 4.0  # worst mean difference of an 8 × 8 block, grey levels, of a page that was only copied
_RESAMPLED = 14.0  # of the means of a block of a page that was drawn again: scaled, or an image
_BLOCK = 8
_FINE = 4  # what was moved or scaled is drawn this much finer first, so that it lands within a quarter of a pixel
_SHOWN = small.DPI // DPI  # what was only copied is drawn as it is shown to a person, too
Grey = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How far a page is from its source (None: it has another size); both as a person is shown them, if drawn so."""

    difference: float | None
    page: Image.Image | None = None
    source: Image.Image | None = None


def limit(entry: Mapping[str, Any]) -> float:
    """How much a page may differ from its source."""
    return _COPIED if _only_copied(entry) else _RESAMPLED


def apart(page: Any, entry: Mapping[str, Any], sources: Sources, *, masked: bool) -> Drawn:
    """How much the page differs from its source."""
    shown = small.sheet(page) if _fine(entry) == _SHOWN else None
    drawn = shown.convert("L") if shown else in_grey(page, _fine(entry) * DPI / 72, scanned=False)
    seen = _reduced(np.asarray(drawn), _fine(entry))
    expected, original = _expected(entry, sources, seen.shape)
    if expected is None:
        return Drawn(difference=None)
    least = _difference(seen, expected, entry, masked=masked)
    for flat in (True,) if shown and original else (False, True):  # both were drawn in colour at once
        if least > limit(entry) and not isinstance(sources.open(entry["source"]["path"]), Album):
            least = min(least, _apart_in_colour(page, entry, sources, seen.shape, flat=flat, masked=masked))
    return Drawn(difference=least, page=shown, source=original)


def _fine(entry: Mapping[str, Any]) -> int:
    """How many times finer than DPI a page and its source are drawn."""
    if not _only_copied(entry):
        return _FINE
    return _SHOWN if small.is_sheet(entry["size"]) else 1


def _reduced(drawn: Grey, times: int) -> Grey:
    return drawn if times == 1 else np.asarray(Image.fromarray(np.ascontiguousarray(drawn)).reduce(times))


def _apart_in_colour(
    page: Any, entry: Mapping[str, Any], sources: Sources, shape: tuple[int, ...], *, flat: bool, masked: bool
) -> float:
    """Looked at again where the quick drawing in grey differs: there, PDFium mixes transparent colours wrongly.

    `flat`: with the file's own pictures of its form fields. Where forms may be filled PDFium draws fields anew, in its own style.
    """
    path, number, fine = entry["source"]["path"], entry["source"]["page"] - 1, _fine(entry)
    if flat:
        drawn = _with_own_pictures(sources.unfilled(path), number, _scale(entry))
    else:
        drawn = sources.open(path)[number].render(scale=_scale(entry), may_draw_forms=True).to_pil().convert("L")
    if drawn is None:
        return float("inf")
    expected = _arranged(np.asarray(drawn), entry, shape)
    seen = page.render(scale=fine * DPI / 72).to_pil().convert("L").reduce(fine)
    return float("inf") if expected is None else _difference(np.asarray(seen), expected, entry, masked=masked)


def _with_own_pictures(source: Any, number: int, scale: float) -> Image.Image | None:
    """A page with the file's own pictures of its form fields; None where it has none, or a value without one."""
    try:
        page = source[number]
        if not _pictured(page):
            return None
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        image: Image.Image = source[number].render(scale=scale).to_pil().convert("L")
        return image
    finally:
        source.close()


def _pictured(page: Any) -> bool:
    """Whether the page has form fields, and a picture of each that has a value; empty ones without are taken away."""
    fields = 0
    for number in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
        note = raw.FPDFPage_GetAnnot(page, number)
        field = raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_WIDGET
        bare = field and not raw.FPDFAnnot_HasKey(note, b"AP")
        valued = bare and raw.FPDFAnnot_HasKey(note, b"V")
        raw.FPDFPage_CloseAnnot(note)
        if valued:
            return False
        if bare:
            raw.FPDFPage_RemoveAnnot(page, number)
        fields += int(field)
    return fields > 0


def _only_copied(entry: Mapping[str, Any]) -> bool:
    """Whether the page stands in the bundle exactly as in its source; ours do, too."""
    if entry.get("grey") or not entry.get("fitted", {"lossless": True})["lossless"]:
        return False
    how = entry.get("transform", {"placement": None, "redrawn": False})
    return entry["scale"] == 1.0 and "own_size" not in entry and how["placement"] is None and not how["redrawn"]


def _expected(
    entry: Mapping[str, Any], sources: Sources, shape: tuple[int, ...]
) -> tuple[Grey | None, Image.Image | None]:
    """The page as it should look, drawn from its source (None if it has not the size it should have); and the source, if that is
    what a person is shown of it."""
    source = sources.open(entry["source"]["path"])
    if isinstance(source, Album):
        picture = source.shown(entry)
        return _placed(picture.convert("L"), entry, shape), picture
    page = source[entry["source"]["page"] - 1]
    if _fine(entry) == _SHOWN and small.is_sheet(page.get_size()):
        original = small.sheet(page)
        return _arranged(np.asarray(original.convert("L")), entry, shape), original
    return _arranged(np.asarray(in_grey(page, _scale(entry), scanned=False)), entry, shape), None


def _scale(entry: Mapping[str, Any]) -> float:
    """Pixels a point at which a source page is drawn. What comes onto other paper is drawn at once as small as it is there: it
    may be as large as a wall."""
    return float(_fine(entry) * DPI / 72 * (entry["scale"] if "own_size" in entry else 1.0))


def _arranged(drawn: Grey, entry: Mapping[str, Any], shape: tuple[int, ...]) -> Grey | None:
    """A source page as drawn, turned and scaled as the ledger says; None if it has not the size it should have."""
    fine = _fine(entry)
    drawn = np.rot90(drawn, k=-(entry["transform"]["turned"] // 90))
    if "own_size" in entry:
        return _on_paper(drawn, entry, shape)
    if abs(drawn.shape[0] - fine * shape[0]) > fine or abs(drawn.shape[1] - fine * shape[1]) > fine:
        return None
    return _fitted(_reduced(drawn, fine), shape) if _only_copied(entry) else _shrunk(drawn, entry["scale"], shape)


def _on_paper(drawn: Grey, entry: Mapping[str, Any], shape: tuple[int, ...]) -> Grey | None:
    """A page drawn as small as it is on its paper; None if it is not the page it should be, or does not lie on it as a whole."""
    wide, high = (side * _scale(entry) for side in entry["own_size"])
    if abs(drawn.shape[1] - wide) > _FINE or abs(drawn.shape[0] - high) > _FINE:
        return None
    if drawn.shape[1] > (shape[1] + 1) * _FINE or drawn.shape[0] > (shape[0] + 1) * _FINE:
        return None
    return _shrunk(drawn, 1.0, shape)


def _placed(picture: Image.Image, entry: Mapping[str, Any], shape: tuple[int, ...]) -> Grey:
    """A picture in its box on white paper, then turned by its text; what the camera says of itself is done on opening."""
    scale = _FINE * DPI / 72
    turns = entry["transform"]["turned"] // 90
    own = entry.get("own_size", entry["size"])
    high = own[0 if turns % 2 else 1]
    x, y, width, height = (value * scale for value in entry["transform"]["placement"])
    size = (max(1, round(width)), max(1, round(height)))
    rows, columns = (_FINE * side for side in shape[:: -1 if turns % 2 else 1])
    if "own_size" in entry:
        columns, rows = (round(side * scale) for side in own[:: -1 if turns % 2 else 1])
    paper = Image.new("L", (columns, rows), 255)
    paper.paste(picture.resize(size, Image.Resampling.BOX), (round(x), round(high * scale - y - height)))
    return _shrunk(np.rot90(np.asarray(paper), k=-turns), entry["scale"], shape)


def _fitted(drawn: Grey, shape: tuple[int, ...]) -> Grey:
    """Rounding may differ by a pixel at the edge."""
    fitted = np.full(shape, 255, dtype=np.uint8)
    rows, columns = min(shape[0], drawn.shape[0]), min(shape[1], drawn.shape[1])
    fitted[:rows, :columns] = drawn[:rows, :columns]
    return fitted


def _shrunk(drawn: Grey, scale: float, shape: tuple[int, ...]) -> Grey:
    """A finely drawn page at its final size, smaller by `scale`, its top edge and middle where they were."""
    height, width = drawn.shape
    shrunk = Image.fromarray(np.ascontiguousarray(drawn)).resize(
        (max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BOX
    )
    paper = Image.new("L", (shape[1] * _FINE, shape[0] * _FINE), 255)
    paper.paste(shrunk, (round((paper.width - width * scale) / 2), 0))
    return np.asarray(paper.reduce(_FINE))


def _difference(seen: Grey, expected: Grey, entry: Mapping[str, Any], *, masked: bool) -> float:
    """Worst difference of any block; `masked`: the stamp's box left out, since the stamp could not be.

    Of a copied page, the mean over the block of each pixel's difference. Of one drawn again, the difference of the
    blocks' means: a shift by a part of a pixel moves ink within a block, a lost line takes it away.
    """
    apart = seen.astype(np.float32) - expected.astype(np.float32)
    if _only_copied(entry):
        apart = np.abs(apart)
    if masked:
        _mask(apart, entry["stamp"])
    rows, columns = apart.shape[0] // _BLOCK, apart.shape[1] // _BLOCK
    if rows == 0 or columns == 0:
        return float(abs(apart.mean()))
    blocks = apart[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
    return float(np.abs(blocks.mean(axis=(1, 3))).max())


def _mask(apart: Grey, box: Mapping[str, float]) -> None:
    scale, height = DPI / 72, apart.shape[0]
    left, right = int((box["x"] - 2) * scale), int((box["x"] + box["width"] + 2) * scale) + 1
    top, bottom = int(height - (box["y"] + box["height"] + 2) * scale), int(height - (box["y"] - 2) * scale) + 1
    apart[max(0, top) : bottom, max(0, left) : right] = 0
