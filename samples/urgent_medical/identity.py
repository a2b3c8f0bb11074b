"""Who the people are: passport, certificate of naturalization, resident card, the mother's visa."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from samples.draw import NOTE, Paper, font, photo, png
from samples.mrz import td3
from samples.urgent_medical.common import AUNT, as_scan

Pen = ImageDraw.ImageDraw


def passport() -> bytes:
    """The data page of a passport of Utopia, the specimen country of ICAO Doc 9303, as a flatbed scanner's PNG."""
    page = Image.new("RGB", (1500, 1056), (240, 243, 240))
    pen = ImageDraw.Draw(page)
    _guilloche(pen, (0, 100, 1500, 850), (214, 226, 222))
    pen.rectangle((0, 0, 1500, 96), (92, 28, 44))
    pen.text((50, 22), "REPUBLIC OF UTOPIA", "white", font("Plex-Bold", 44))
    pen.text((1000, 30), "PASSPORT / PASAPORTE", "white", font("Sans-Regular", 32))
    _portrait(pen, 50, 170, 390, 470)
    rows = [("Type", "P", 480, 150), ("Code of State", "UTO", 680, 150), ("Passport No.", "X12345678", 1060, 150),
            ("Surname", "EXEMPLAR MUESTRA", 480, 250), ("Given names", "TESTINA", 480, 350),
            ("Nationality", "UTOPIAN", 480, 450), ("Sex", "F", 860, 450), ("Place of birth", "PUERTO EJEMPLO", 1060, 450),
            ("Date of birth", "05 APR 2019", 480, 550), ("Date of issue", "12 JAN 2026", 860, 550),
            ("Date of expiry", "11 JAN 2031", 1180, 550),
            ("Authority", "DIRECCIÓN DE PASAPORTES, PUERTO EJEMPLO", 480, 650)]  # fmt: skip
    for label, value, x, y in rows:
        pen.text((x, y), label, (96, 104, 110), font("Sans-Regular", 19))
        pen.text((x, y + 26), value, (18, 18, 26), font("Sans-Bold", 31))
    pen.text((480, 760), "Bearer is a minor: no signature", (96, 104, 110), font("Plex-Italic", 24))
    pen.text((50, 800), NOTE, (120, 60, 60), font("Plex-Italic", 24))
    pen.rectangle((0, 850, 1500, 1056), (250, 250, 250))
    for y, line in zip((886, 964), td3("UTO", "EXEMPLAR MUESTRA", "TESTINA", "X12345678", "UTO", "190405", "F", "310111"), strict=True):
        for column, character in enumerate(line):  # ten to the inch, as ICAO Doc 9303 wants them
            pen.text((64 + column * 31.1, y), character, (10, 10, 10), font("Mono-Regular", 48))
    return png(page.filter(ImageFilter.GaussianBlur(0.5)).quantize(64, dither=Image.Dither.NONE))


def _guilloche(pen: Pen, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    """Waves, as security paper has them."""
    left, top, right, bottom = box
    for wave in range(26):
        points = [(x, top + (bottom - top) * wave / 25 + 22 * math.sin(x / 70 + wave / 2)) for x in range(left, right + 1, 10)]
        pen.line([point for point in points if point[1] < bottom], colour, 2)


def _portrait(pen: Pen, x: float, y: float, wide: float, high: float) -> None:
    """A grey silhouette instead of a photograph."""
    pen.rectangle((x, y, x + wide, y + high), (203, 210, 216), (130, 138, 146), 3)
    pen.pieslice((x + wide * 0.12, y + high * 0.6, x + wide * 0.88, y + high * 1.4), 180, 360, (150, 158, 168))
    pen.ellipse((x + wide * 0.28, y + high * 0.16, x + wide * 0.72, y + high * 0.62), (150, 158, 168))
    pen.rectangle((x, y + high, x + wide, y + high * 1.42), (240, 243, 240))
    pen.line((x, y + high, x + wide, y + high), (130, 138, 146), 3)
    pen.text((x + 10, y + high + 10), "no photograph: sample", (110, 110, 116), font("Sans-Italic", 20))


def naturalization() -> bytes:
    """A certificate and the office's note of comparison on a second sheet, scanned."""
    paper = Paper()
    canvas = paper.canvas
    for inset, width in ((46, 3), (52, 0.8), (58, 0.8)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, 612 - 2 * inset, 792 - 2 * inset - 4)
    paper.y = 680
    paper.centre("THE UNITED STATES OF AMERICA", 19)
    paper.centre("Certificate of Naturalization", 23, "Italic")
    paper.centre("No. 00000000  ·  SAMPLE, NOT A CERTIFICATE", 10)
    paper.space(16)
    paper.boxes([[("Personal description of holder as of date of naturalization", "Female, brown eyes, 5 ft 5 in")],
                 [("Date of birth", "March 3, 1984"), ("Country of former nationality", "Utopia")],
                 [("Marital status", "Single"), ("USCIS registration number", "A 000 000 000 (sample)")]])  # fmt: skip
    for text in (f"Be it known that, pursuant to an application filed with the Attorney General, at a ceremony held at Springfield, Illinois, on "
                 f"July 4, 2015, the court having found that {AUNT.upper()}, then residing at Springfield, Illinois, intends to reside "
                 "in the United States when so required by the naturalization laws, had in all other respects complied with the "
                 "applicable provisions of those laws, and was entitled to be admitted to citizenship,",
                 "such person, having taken the oath of allegiance, was admitted as a citizen of the United States of America."):  # fmt: skip
        paper.text(text, 11.5, gap=8)
    paper.sign("Clerica Sample", ["Clerk of the court (invented)"])
    paper.seal(440, 190, "SAMPLE DISTRICT COURT · ILLINOIS", 52)
    paper.new_page()
    paper.heading("Note of the attorney's office", 13)
    paper.text("The preceding page is a photocopy of the original document shown at our office by its holder on November 3, 2026. "
               "The copy was compared with the original, front and back; the back bears no entry.")  # fmt: skip
    paper.text("The holder keeps the original and can present it at any time.")
    paper.sign("A. Fictiva", ["Advocata Fictiva, attorney (invented)", "November 3, 2026"])
    return as_scan(paper.done(), (0.5, -0.6), 1, worn=True)


def resident_card() -> bytes:
    """A card on a table, photographed with a phone held upright: stored sideways, with orientation 6, place and camera."""
    random = np.random.default_rng(3)
    wood = np.full((2000, 1500, 3), (148, 120, 92), dtype=np.float32)
    wood += 9 * np.sin(np.arange(2000) / 23 + 2 * np.sin(np.arange(2000) / 190))[:, None, None]
    wood += random.normal(0, 4, (2000, 1500, 1))
    wood *= np.linspace(1.06, 0.86, 1500, dtype=np.float32)[None, :, None]
    table = Image.fromarray(np.clip(wood, 0, 255).astype(np.uint8))
    mask = Image.new("L", (1300, 820), 255).rotate(1.6, expand=True)
    table.paste((60, 48, 38), (88, 612), mask)
    table.paste(_card().rotate(1.6, expand=True), (78, 598), mask)
    return photo(table.filter(ImageFilter.GaussianBlur(0.8)), orientation=6, gps=True, quality=62)


def _card() -> Image.Image:
    card = Image.new("RGB", (1300, 820), (220, 230, 222))
    pen = ImageDraw.Draw(card)
    _guilloche(pen, (0, 110, 1300, 820), (204, 218, 208))
    pen.rectangle((0, 0, 1300, 108), (46, 92, 72))
    pen.text((34, 14), "UNITED STATES OF AMERICA", "white", font("Sans-Bold", 40))
    pen.text((34, 64), "PERMANENT RESIDENT · SAMPLE, NOT A CARD", "white", font("Sans-Regular", 28))
    pen.rectangle((40, 160, 350, 560), (186, 196, 190), (120, 130, 124), 3)
    pen.ellipse((125, 220, 265, 390), (150, 160, 154))
    pen.pieslice((70, 410, 320, 710), 180, 360, (150, 160, 154))
    pen.rectangle((40, 562, 350, 715), (220, 230, 222))
    rows = [("Surname", "BEISPIEL", 400, 140), ("Given name", "SUSTENTA", 400, 240), ("USCIS#", "000-000-000", 400, 340),
            ("Category", "F24", 840, 340), ("Country of birth", "Utopia", 400, 440), ("Sex", "F", 840, 440),
            ("Date of birth", "09 SEP 1979", 400, 540), ("Card expires", "01/15/31", 400, 640), ("Resident since", "01/15/11", 840, 640)]  # fmt: skip
    for label, value, x, y in rows:
        pen.text((x, y), label, (80, 92, 84), font("Sans-Regular", 24))
        pen.text((x, y + 30), value, (16, 20, 18), font("Sans-Bold", 40))
    pen.text((40, 772), NOTE, (90, 60, 60), font("Plex-Italic", 26))
    return card


def mother_visa() -> bytes:
    """The mother's visitor visa, a page of her passport copied onto Letter."""
    paper = Paper(family="Sans")
    paper.centre("Copy of page 9 of the passport of the mother", 11)
    canvas = paper.canvas
    canvas.setFillGray(0.93)
    canvas.rect(96, 350, 420, 310, stroke=1, fill=1)
    canvas.setFillGray(0)
    paper.at(112, 632, "UNITED STATES OF AMERICA", 15, "Bold")
    paper.at(112, 614, "VISA · SAMPLE, NOT A VISA", 10)
    rows = [("Issuing post name", "PUERTO EJEMPLO", 240, 580), ("Control number", "00000000000000", 390, 580), ("Surname", "MUESTRA MODELO", 240, 545),
            ("Given name", "MADRINA", 240, 510), ("Visa type / class", "R   B1/B2", 390, 510), ("Passport number", "U7654321", 240, 475),
            ("Sex", "F", 340, 475), ("Birth date", "14JUN1990", 390, 475), ("Nationality", "UTOP", 460, 475), ("Entries", "M", 240, 440),
            ("Issue date", "20AUG2019", 320, 440), ("Expiration date", "19AUG2029", 420, 440), ("Annotation", "VISITS TO SISTER", 240, 405)]  # fmt: skip
    for label, value, x, y in rows:
        paper.at(x, y + 11, label, 6.5)
        paper.at(x, y, value, 9.5, "Bold")
    canvas.setFillGray(0.75)
    canvas.rect(112, 420, 110, 150, stroke=1, fill=1)
    canvas.setFillGray(0.6)
    canvas.circle(167, 515, 28, stroke=0, fill=1)
    canvas.ellipse(125, 424, 209, 488, stroke=0, fill=1)
    canvas.setFillGray(0)
    paper.at(112, 366, "SPECIMEN   SPECIMEN   SPECIMEN   SPECIMEN", 13, "Bold")
    paper.y = 320
    paper.text("Copied by the office of the attorney from the passport shown by its holder in a video call on November 4, 2026.", 9)
    return as_scan(paper.done(), (-0.7,), 31, dpi=300, quality=30)
