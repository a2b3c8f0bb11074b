"""Find what a page loses when it is printed on Letter and scanned in black and white, in workers.

A simple scanner separates black from white at a level half way between the page's paper and its
darkest ink. The page is divided into places of about 2 mm, in each of which it may lose faint marks
(half or more of their pixels turn white), detail of dark parts (it runs together), and colors.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from assembler.bundle.print_set.sheets import fit
from assembler.pdf.opening import open_pdf_file

_PLACE = 16  # pixels at 200 dpi: 2 mm
_MARK = 36  # gray levels between a mark and its surroundings
_MIN_PIXELS = 6  # of a mark in a place
_COLOR = 60  # levels between a pixel's strongest and weakest color
_THIN = 3  # pixels
_EDGE = 2  # pixels: the soft edge of a black line is not a mark of its own
FAINT, DARK, COLOR = "faint marks", "detail of dark parts", "colors"
Pixels = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Some neighboring pages of one file of the bundle."""

    bundle: Path
    first: int  # place in the bundle of the file's first page
    numbers: tuple[int, ...]
    dpi: int
    places: int  # places of a page that must lose content for it to count
    always: frozenset[int]  # pages whose words are known to be lost
    out: Path  # folder for the pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A page that loses content."""

    number: int
    loses: tuple[str, ...]
    width: int
    height: int
    path: Path  # its picture: packed bits, 1 = white, deflated


def measure_losses(job: Job) -> tuple[Loss, ...]:
    """Return the pages of the job that lose content."""
    document = open_pdf_file(job.bundle)
    try:
        losses_by_page = (
            _find_loss(document[number - job.first], number, job) for number in job.numbers
        )
        return tuple(loss for loss in losses_by_page if loss)
    finally:
        document.close()


def _find_loss(page: Any, number: int, job: Job) -> Loss | None:
    """Draw a page as it is scanned; write its picture and return its loss, or None."""
    _, scale = fit(page.get_size())
    bitmap = page.render(scale=scale * job.dpi / 72, rev_byteorder=True)
    pixels = bitmap.to_numpy()[:, :, :3]
    gray = _convert_to_gray(pixels)
    white = gray > find_threshold(gray)
    loses = find_losses(pixels, gray, white, job.places, max(4, round(_PLACE * job.dpi / 200)))
    if not loses and number not in job.always:
        return None
    path = job.out / f"{number}.bits"
    path.write_bytes(zlib.compress(np.packbits(white, axis=1).tobytes(), 6))
    return Loss(number=number, loses=loses, width=white.shape[1], height=white.shape[0], path=path)


def _convert_to_gray(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L"))


def find_threshold(gray: Pixels) -> int:
    """Return the gray level at which the scanner separates black from white; on a page of one tone,
    a level below it."""
    counts = np.cumsum(Image.fromarray(gray).histogram())
    ink, paper = (int(np.searchsorted(counts, part * counts[-1])) for part in (0.002, 0.95))
    return (ink + paper) // 2 if paper - ink > _MARK else paper - _MARK


def find_losses(
    pixels: Pixels, gray: Pixels, white: Pixels, places: int, side: int = _PLACE
) -> tuple[str, ...]:
    """Return the kinds of content that are lost in at least `places` places of `side` pixels."""
    light, dark = (
        _split_into_tiles(gray, side).max(axis=(1, 3)),
        _split_into_tiles(gray, side).min(axis=(1, 3)),
    )
    drawn = light.astype(np.int16) - dark > _MARK
    below = (
        _split_into_tiles(gray, side)
        < (np.maximum(light, _MARK) - np.uint8(_MARK))[:, None, :, None]
    )
    lost = below & ~_split_into_tiles(_grow_mask(~white), side)
    lost_pixels = lost.sum(axis=(1, 3))
    faint = (
        drawn
        & (lost_pixels >= _MIN_PIXELS)
        & (2 * lost_pixels >= below.sum(axis=(1, 3)))
        & ~_is_plain(lost)
    )
    run_together = drawn & ~_split_into_tiles(_grow_mask(white), side).any(axis=(1, 3))
    red, green, blue = (pixels[:, :, channel] for channel in range(3))
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    colored = (_split_into_tiles(spread, side) > _COLOR).sum(axis=(1, 3)) >= _MIN_PIXELS
    masks = ((FAINT, faint), (DARK, run_together), (COLOR, colored))
    return tuple(kind for kind, mask in masks if int(mask.sum()) >= places)


def _is_plain(marks: Pixels) -> Pixels:
    """Return the places that have only a thin straight line, as between the rows of a table, or the
    edge of a shaded area."""
    rows, columns = marks.any(axis=3).sum(axis=1), marks.any(axis=1).sum(axis=2)
    turns = (marks[:, 1:] != marks[:, :-1]).sum(axis=(1, 3)) + (
        marks[:, :, :, 1:] != marks[:, :, :, :-1]
    ).sum(axis=(1, 3))
    plain: Pixels = (np.minimum(rows, columns) <= _THIN) | (turns <= 1.25 * marks.shape[1])
    return plain


def _split_into_tiles(pixels: Pixels, side: int) -> Pixels:
    """Return the pixels as tiles, [row, y, column, x]; the rest at the right and bottom edges is
    left out."""
    rows, columns = max(1, pixels.shape[0] // side), max(1, pixels.shape[1] // side)
    cropped = pixels[: rows * side, : columns * side]
    if cropped.shape != (rows * side, columns * side):
        cropped = np.pad(
            cropped,
            ((0, rows * side - cropped.shape[0]), (0, columns * side - cropped.shape[1])),
            mode="edge",
        )
    tiled: Pixels = cropped.reshape(rows, side, columns, side)
    return tiled


def _grow_mask(mask: Pixels) -> Pixels:
    """Return the mask with everything within `_EDGE` pixels of it."""
    grown = mask.copy()
    for axis in (0, 1):
        before = grown.copy()
        for step in range(1, _EDGE + 1):
            ahead = [slice(None)] * 2
            behind = [slice(None)] * 2
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            grown[tuple(ahead)] |= before[tuple(behind)]
            grown[tuple(behind)] |= before[tuple(ahead)]
    return grown
