"""Pages whose text is known, made worse step by step: blur, skew, coarse, dark, faint, grain,
shadow."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from scripts.sample_cases import draw

CORPUS = (
    Path(os.environ.get("ASSEMBLER_CORPUS") or Path(__file__).parents[2] / "shared/corpus")
    / "scans"
)
DPI = 200  # of the drawn sheets
TEXT = (
    "# Statement of a neighbor",
    *(
        "The quick brown fox jumps over the lazy dog near the river bank on Tuesday, 14 March "
        "2023.",
        "Every page of this file was made for a test, and nothing that it says is true or about a "
        "person.",
        "It holds lines of plain text with names like Testina Exemplar and amounts such as "
        "1,250.00 dollars.",
    )
    * 4,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A picture and what is written on it. `set`: where it is from."""

    set: str
    name: str
    picture: Image.Image
    text: str


def drawn() -> Iterator[Page]:
    """Typed sheets in three sizes of print."""
    for size in (8, 11, 14):
        yield Page(
            set="drawn",
            name=f"{size} points",
            picture=draw.sheet(TEXT, DPI, size),
            text=" ".join((*TEXT, draw.NOTE)),
        )


def real() -> Iterator[Page]:
    """Scans with ground truth, where the corpus is at hand: a typed page, receipts."""
    typed = CORPUS / "tesseract/tess__phototest.tif"
    if typed.is_file():
        text = (CORPUS / "tesseract/tess__phototest.gold.txt").read_text(encoding="utf8")
        yield Page(set="typed", name=typed.name, picture=Image.open(typed).convert("L"), text=text)
    for path in sorted((CORPUS / "receipts_sroie_gt").glob("*.img.jpg")):
        yield Page(
            set="receipts",
            name=path.name,
            picture=Image.open(path).convert("L"),
            text=_receipt(path),
        )


def _receipt(path: Path) -> str:
    with path.with_name(path.name.replace(".img.jpg", ".box.csv")).open(
        encoding="utf8", errors="replace", newline=""
    ) as file:
        return "\n".join(
            ",".join(row[8:]) for row in csv.reader(file, quoting=csv.QUOTE_NONE) if len(row) > 8
        )


def _grain(picture: Image.Image, sigma: float) -> Image.Image:
    noise = np.random.default_rng(7).normal(0, sigma, (picture.height, picture.width))
    return Image.fromarray(
        np.clip(np.asarray(picture, dtype=np.float32) + noise, 0, 255).astype(np.uint8)
    )


def _shadow(picture: Image.Image, darkest: float) -> Image.Image:
    fall = np.linspace(1, darkest, picture.width)[None, :]
    return Image.fromarray((np.asarray(picture, dtype=np.float32) * fall).astype(np.uint8))


def _dark(picture: Image.Image, part: float) -> Image.Image:
    return _grain(picture.point(lambda v: v * part), 3)


def _faint(picture: Image.Image, part: float) -> Image.Image:
    return _grain(picture.point(lambda v: 215 - (215 - v * 0.84) * part), 3)


def _blur(picture: Image.Image, points: float) -> Image.Image:
    """`points`: standard deviation, for a page of letter width."""
    return picture.filter(ImageFilter.GaussianBlur(points * picture.width / 612))


def _coarse(picture: Image.Image, dpi: float) -> Image.Image:
    part = dpi * 8.5 / picture.width
    return picture.resize(
        (round(picture.width * part), round(picture.height * part)), Image.Resampling.BOX
    )


STEPS: dict[str, tuple[Callable[[Image.Image, float], Image.Image], Sequence[float]]] = {
    "as it is": (lambda picture, _: picture, (0,)),
    "blur, points": (_blur, (0.4, 0.8, 1.1, 1.5, 2, 3)),
    "turned, degrees": (
        lambda picture, angle: draw.scanned(picture, angle, 4, 1),
        (1, 3, 5, 7, 10, 15),
    ),
    "coarse, dpi": (_coarse, (120, 90, 70, 55, 45, 35, 25)),
    "dark, part of the light": (_dark, (0.5, 0.25, 0.12, 0.05)),
    "faint, part of the contrast": (_faint, (0.5, 0.25, 0.15, 0.06)),
    "grain, gray levels": (_grain, (15, 30, 50, 80)),
    "shadow, part of the light at its darkest": (_shadow, (0.6, 0.3, 0.1)),
}


def words_of(text: str) -> Counter[str]:
    """Words without case and punctuation, counted."""
    return Counter(re.findall(r"\w+", text.casefold()))


def recall(read: str, true: str) -> float:
    """Part of the true words that were read."""
    wanted = words_of(true)
    return sum((words_of(read) & wanted).values()) / max(1, wanted.total())


def precision(read: str, true: str) -> float:
    """Part of the read words that are true."""
    got = words_of(read)
    return sum((got & words_of(true)).values()) / max(1, got.total())
