"""Invented scans of printed pages: ink drawn, turned, skewed, scaled, lit, with grain, coded."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter

PRINT_DPI = 300
Box = tuple[float, float, float, float]  # left, bottom, right, top in points


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLook:
    """How a sheet was scanned."""

    dpi: int = 200
    turned: int = 0  # clockwise degrees: 0, 90, 180, 270
    skew: float = 0.0  # degrees
    scale: float = 1.0  # of the print
    shift: tuple[float, float] = (0.0, 0.0)  # of the sheet on the glass, part of its sides
    blur: float = 0.5  # pixels
    noise: float = 4.0  # gray levels
    shadow: float = 0.0  # levels darker at one edge
    bilevel: bool = False
    quality: int = 75  # of the JPEG


def print_page(pdf: Path, number: int) -> Image.Image:
    """Draw a page as a printer prints it, gray."""
    with pdfium.PdfDocument(pdf) as document:
        picture: Image.Image = (
            document[number - 1].render(scale=PRINT_DPI / 72, grayscale=True).to_pil()
        )
        return picture


def draw_signature(sheet: Image.Image, box: Box, dice: random.Random, shade: int = 40) -> None:
    """Draw a signature by hand over a box of the printed page: some connected loops."""
    scale = PRINT_DPI / 72
    left, bottom, right, _ = box
    width = min(right - left, dice.uniform(80, 190)) * scale
    height = dice.uniform(16, 34) * scale
    x0 = (left + dice.uniform(0, max(0.0, right - left - width / scale) * 0.4)) * scale
    y0 = sheet.height - bottom * scale - dice.uniform(0.2, 0.6) * height
    steps = 160
    loops = dice.uniform(4, 8)
    phase, wobble = dice.uniform(0, 6), dice.uniform(0.2, 0.5)
    points = []
    for step in range(steps):
        part = step / steps
        x = x0 + width * (part + 0.04 * math.sin(loops * 2 * math.pi * part + phase))
        swing = math.sin(loops * 2 * math.pi * part) * (0.35 + wobble * math.sin(5 * part + phase))
        points.append((x, y0 - height * swing))
    ImageDraw.Draw(sheet).line(points, fill=shade, width=dice.choice((4, 5, 6, 7)), joint="curve")


def scan_sheet(sheet: Image.Image, look: ScanLook, dice: random.Random) -> Image.Image:
    """Return a printed sheet as a scanner gives it."""
    ratio = PRINT_DPI / look.dpi
    turned = look.turned % 180 == 90
    width, height = (sheet.height, sheet.width) if turned else sheet.size
    size = (round(width / ratio), round(height / ratio))
    angle = math.radians(look.turned + look.skew)
    cos, sin = math.cos(angle) * ratio / look.scale, math.sin(angle) * ratio / look.scale
    cx, cy = size[0] / 2 + look.shift[0] * size[0], size[1] / 2 + look.shift[1] * size[1]
    middle = (sheet.width / 2, sheet.height / 2)
    soft = sheet.filter(ImageFilter.GaussianBlur(max(0.0, ratio / 2 - 0.3)))
    scan = soft.transform(
        size,
        Image.Transform.AFFINE,
        (
            cos,
            sin,
            middle[0] - cos * cx - sin * cy,
            -sin,
            cos,
            middle[1] + sin * cx - cos * cy,
        ),
        resample=Image.Resampling.BICUBIC,
        fillcolor=dice.choice((255, 250, 240)),
    ).filter(ImageFilter.GaussianBlur(look.blur))
    return _light(scan, look, dice)


def _light(scan: Image.Image, look: ScanLook, dice: random.Random) -> Image.Image:
    grain = np.random.default_rng(dice.randrange(2**32))
    pixels = np.asarray(scan, dtype=np.float32)
    slope = np.linspace(0, look.shadow, pixels.shape[dice.randrange(2)])
    pixels = pixels * 0.9 + 22
    pixels = pixels - (slope[:, None] if len(slope) == pixels.shape[0] else slope[None, :])
    pixels = pixels + grain.normal(0, look.noise, pixels.shape)
    gray = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return (
        gray.point(lambda level: 255 if level > 150 else 0).convert("1") if look.bilevel else gray
    )


def draw_look(dice: random.Random) -> ScanLook:
    """Return a look drawn by lot, within what offices and phones' scanner apps give."""
    return ScanLook(
        dpi=dice.choice((150, 200, 240, 300)),
        turned=dice.choice((0, 0, 0, 90, 180, 270)),
        skew=dice.uniform(-5, 5) if dice.random() < 0.5 else dice.uniform(-1, 1),
        scale=dice.choice((1.0, 1.0, dice.uniform(0.93, 1.0))),
        shift=(dice.uniform(-0.01, 0.01), dice.uniform(-0.01, 0.01)),
        blur=dice.uniform(0.2, 0.8),
        noise=dice.uniform(1, 8),
        shadow=dice.choice((0.0, dice.uniform(0, 60))),
        bilevel=dice.random() < 0.12,
        quality=dice.randint(50, 90),
    )


def code_scan(scan: Image.Image, dpi: int, quality: int = 75) -> bytes:
    """Return the file of a scan: JPEG, or PNG of one bit."""
    out = io.BytesIO()
    if scan.mode == "1":
        scan.save(out, "PNG", dpi=(dpi, dpi))
    else:
        scan.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def swap_character(
    pdf: Path, number: int, sheet: Image.Image, dice: random.Random, digits: bool = True
) -> Box | None:
    """Change one printed character of a sheet into another of the same page and size; return where
    it is (points), or None if the page has no two to swap."""
    with pdfium.PdfDocument(pdf) as document:
        layer = document[number - 1].get_textpage()
        chars = list(_list_characters(layer))
    kind = str.isdigit if digits else str.isalpha
    chars = [char for char in chars if kind(char[0])]
    dice.shuffle(chars)
    for text, box in chars:
        for other, source in chars:
            alike = abs(_height(source) - _height(box)) < 0.6 and abs(
                _width(source) - _width(box)
            ) < (1.2 if digits else 0.5)
            if other != text and alike and box[3] - box[1] > 4:
                _paste(sheet, source, box)
                return box
    return None


def _list_characters(layer: Any) -> Sequence[tuple[str, Box]]:
    found = []
    for index in range(layer.count_chars()):
        text = layer.get_text_range(index, 1)
        if text.strip():
            found.append((text, layer.get_charbox(index)))
    return found


def _height(box: Box) -> float:
    return box[3] - box[1]


def _width(box: Box) -> float:
    return box[2] - box[0]


def _paste(sheet: Image.Image, source: Box, target: Box) -> None:
    scale = PRINT_DPI / 72

    def to_pixels(box: Box) -> tuple[int, int, int, int]:
        return (
            round(box[0] * scale) - 1,
            round(sheet.height - box[3] * scale) - 1,
            round(box[2] * scale) + 1,
            round(sheet.height - box[1] * scale) + 1,
        )

    left, top, right, bottom = to_pixels(source)
    glyph = sheet.crop((left, top, right, bottom))
    area = to_pixels(target)
    sheet.paste(255, area)
    middle = (area[0] + area[2]) // 2 - glyph.width // 2
    sheet.paste(glyph, (middle, area[3] - glyph.height))
