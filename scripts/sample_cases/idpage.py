"""The data page of a passport: drawn from the facts its machine-readable lines are made of. Every holder is invented."""

from __future__ import annotations

import math
from datetime import date

from PIL import Image, ImageDraw, ImageFilter

from scripts.sample_cases.draw import NOTE, font, png
from scripts.sample_cases.mrz import td3

Pen = ImageDraw.ImageDraw
WINE = (92, 28, 44)


def passport(
    state: str,
    country: str,
    family: str,
    given: str,
    number: str,
    born: date,
    sex: str,
    issued: date,
    expires: date,
    *,
    nationality: str,
    place: str,
    authority: str,
    word: str = "PASSPORT",
    remark: str = "",
    colour: tuple[int, int, int] = WINE,
) -> bytes:
    """A flatbed scanner's PNG. `state`: ICAO code; `sex`: M, F or X; `word`: how the country says passport."""
    page = Image.new("RGB", (1500, 1056), (240, 243, 240))
    pen = ImageDraw.Draw(page)
    guilloche(pen, (0, 100, 1500, 850), (214, 226, 222))
    pen.rectangle((0, 0, 1500, 96), colour)
    pen.text((50, 22), country, "white", font("Plex-Bold", 44))
    pen.text((1000, 30), word, "white", font("Sans-Regular", 32))
    portrait(pen, 50, 170, 390, 470)
    rows = [
        ("Type", "P", 480, 150),
        ("Code of State", state, 680, 150),
        ("Passport No.", number, 1060, 150),
        ("Surname", family.upper(), 480, 250),
        ("Given names", given.upper(), 480, 350),
        ("Nationality", nationality, 480, 450),
        ("Sex", sex, 860, 450),
        ("Place of birth", place, 1060, 450),
        ("Date of birth", _day(born), 480, 550),
        ("Date of issue", _day(issued), 860, 550),
        ("Date of expiry", _day(expires), 1180, 550),
        ("Authority", authority, 480, 650),
    ]
    for label, value, x, y in rows:
        pen.text((x, y), label, (96, 104, 110), font("Sans-Regular", 19))
        pen.text((x, y + 26), value, (18, 18, 26), font("Sans-Bold", 31))
    pen.text((480, 760), remark, (96, 104, 110), font("Plex-Italic", 24))
    pen.text((50, 800), NOTE, (120, 60, 60), font("Plex-Italic", 24))
    pen.rectangle((0, 850, 1500, 1056), (250, 250, 250))
    lines = td3(
        state,
        family.upper(),
        given.upper(),
        number,
        state,
        f"{born:%y%m%d}",
        sex,
        f"{expires:%y%m%d}",
    )
    for y, line in zip((886, 964), lines, strict=True):
        for column, character in enumerate(line):  # ten to the inch, as ICAO Doc 9303 wants them
            pen.text((64 + column * 31.1, y), character, (10, 10, 10), font("Mono-Regular", 48))
    return png(page.filter(ImageFilter.GaussianBlur(0.5)).quantize(64, dither=Image.Dither.NONE))


def guilloche(pen: Pen, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    """Waves, as security paper has them."""
    left, top, right, bottom = box
    for wave in range(26):
        points = [
            (x, top + (bottom - top) * wave / 25 + 22 * math.sin(x / 70 + wave / 2))
            for x in range(left, right + 1, 10)
        ]
        pen.line([point for point in points if point[1] < bottom], colour, 2)


def portrait(pen: Pen, x: float, y: float, wide: float, high: float) -> None:
    """A grey silhouette instead of a photograph."""
    pen.rectangle((x, y, x + wide, y + high), (203, 210, 216), (130, 138, 146), 3)
    pen.pieslice(
        (x + wide * 0.12, y + high * 0.6, x + wide * 0.88, y + high * 1.4),
        180,
        360,
        (150, 158, 168),
    )
    pen.ellipse(
        (x + wide * 0.28, y + high * 0.16, x + wide * 0.72, y + high * 0.62), (150, 158, 168)
    )
    pen.rectangle((x, y + high, x + wide, y + high * 1.42), (240, 243, 240))
    pen.line((x, y + high, x + wide, y + high), (130, 138, 146), 3)
    pen.text(
        (x + 10, y + high + 10), "no photograph: sample", (110, 110, 116), font("Sans-Italic", 20)
    )


def _day(day: date) -> str:
    return f"{day:%d %b %Y}".upper()
