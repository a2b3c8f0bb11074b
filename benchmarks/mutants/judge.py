"""Could a person see it, or a search find it? Poppler says so, which neither makes bundles nor
proves them.

Before and after are drawn at 192 dots per inch, which is 200 % of a usual screen. Where Poppler is
not installed PDFium draws.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

DPI = 192
# a sharp change: so many pixels (a square of 0.75 points) by so many of 255 levels; a soft one: the
# mean of some block
SHARP_PIXELS, SHARP_LEVELS, SOFT_LEVELS, BLOCK = 4, 48, 5.0, 32
_PATIENCE = 180  # seconds, on a busy machine
Pixels = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`levels`: the largest difference of any pixel; `area`: pixels that differ sharply;
    `found`: extracted words differ."""

    visible: bool = False
    findable: bool = False
    levels: int = 0
    area: int = 0


def has_poppler() -> bool:
    return shutil.which("pdftoppm") is not None and shutil.which("pdftotext") is not None


def judge(before: Path, after: Path, pages: Iterable[int], memory: Path) -> Verdict:
    """Compare pages (from 0) of two files. `memory`: where drawings of the untouched file are
    kept."""
    visible = findable = False
    levels = area = 0
    for page in pages:
        item, other = _kept(before, page, memory), (_draw(after, page), _words(after, page))
        if item[0].shape != other[0].shape:
            return Verdict(visible=True, findable=True, levels=255, area=item[0].size)
        difference = _difference(item[0], other[0])
        sharp = int((difference >= SHARP_LEVELS).sum())
        levels, area = max(levels, int(difference.max(initial=0))), area + sharp
        visible = visible or sharp >= SHARP_PIXELS or _softest(difference) >= SOFT_LEVELS
        findable = findable or item[1] != other[1]
        if visible and findable:
            break
    return Verdict(visible=visible, findable=findable, levels=levels, area=area)


def _difference(item: Pixels, other: Pixels) -> Pixels:
    """The largest difference of any color, of each pixel; drawn pages mostly agree, so only rows
    that differ are looked at."""
    difference = np.zeros(item.shape[:2], np.int16)
    rows = np.flatnonzero((item != other).any(axis=(1, 2)))
    if rows.size:
        part = slice(rows[0], rows[-1] + 1)
        apart = np.abs(item[part].astype(np.int16) - other[part])
        difference[part] = np.maximum(np.maximum(apart[:, :, 0], apart[:, :, 1]), apart[:, :, 2])
    return difference


def _softest(difference: Pixels) -> float:
    rows, columns = difference.shape[0] // BLOCK * BLOCK, difference.shape[1] // BLOCK * BLOCK
    if not rows or not columns:
        return float(difference.mean())
    blocks = difference[:rows, :columns].reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())


def _kept(path: Path, page: int, memory: Path) -> tuple[Pixels, list[str]]:
    drawing = memory / f"{page}.npy"
    if not drawing.exists():
        memory.mkdir(parents=True, exist_ok=True)
        (memory / f"{page}.txt").write_text("\n".join(_words(path, page)), encoding="utf8")
        own = memory / f"{page}-{os.getpid()}.npy"
        np.save(own, _draw(path, page))
        own.replace(drawing)  # another process may be at the same page
    words = (memory / f"{page}.txt").read_text(encoding="utf8")
    return np.load(drawing, mmap_mode="r"), words.split("\n") if words else []


def _draw(path: Path, page: int) -> Pixels:
    if not has_poppler():
        return _with_pdfium(path, page)
    number = str(page + 1)
    command = ["pdftoppm", "-r", str(DPI), "-f", number, "-l", number, str(path)]
    drawn = _output(command)
    if not drawn:
        return np.zeros((1, 1, 3), np.uint8)  # a viewer shows nothing: another size than before
    kind, wide, high, _ = drawn.split(maxsplit=4)[:4]
    if kind != b"P6":
        return np.asarray(Image.open(io.BytesIO(drawn)).convert("RGB"))
    return np.frombuffer(drawn, np.uint8, offset=len(drawn) - 3 * int(wide) * int(high)).reshape(
        int(high), int(wide), 3
    )


def _words(path: Path, page: int) -> list[str]:
    if not has_poppler():
        return _words_with_pdfium(path, page)
    number = str(page + 1)
    command = ["pdftotext", "-f", number, "-l", number, "-enc", "UTF-8", str(path), "-"]
    return _output(command).decode("utf8", "replace").split()


def _output(command: list[str]) -> bytes:
    """What a program prints; nothing if it hangs, as a viewer then would."""
    try:
        return subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False).stdout
    except subprocess.TimeoutExpired:
        return b""


def _with_pdfium(path: Path, page: int) -> Pixels:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    try:
        return np.asarray(document[page].render(scale=DPI / 72).to_pil().convert("RGB"))
    except (pdfium.PdfiumError, IndexError):
        return np.zeros((1, 1, 3), np.uint8)
    finally:
        document.close()


def _words_with_pdfium(path: Path, page: int) -> list[str]:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    try:
        words: list[str] = document[page].get_textpage().get_text_bounded().split()
        return words
    except (pdfium.PdfiumError, IndexError):
        return []
    finally:
        document.close()
