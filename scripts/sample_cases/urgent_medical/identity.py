"""Who the people are: passport, certificate of naturalization, resident card, the mother's visa."""

from __future__ import annotations

from datetime import date

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from scripts.sample_cases.draw import NOTE, Paper, font, photo
from scripts.sample_cases.idpage import guilloche
from scripts.sample_cases.idpage import passport as data_page
from scripts.sample_cases.urgent_medical.common import AUNT, as_scan


def passport() -> bytes:
    """The data page of a passport of Utopia, the specimen country of ICAO Doc 9303, as a flatbed scanner's PNG."""
    return data_page(
        "UTO",
        "REPUBLIC OF UTOPIA",
        "Exemplar Muestra",
        "Testina",
        "X12345678",
        date(2019, 4, 5),
        "F",
        date(2026, 1, 12),
        date(2031, 1, 11),
        nationality="UTOPIAN",
        place="PUERTO EJEMPLO",
        authority="DIRECCIÓN DE PASAPORTES, PUERTO EJEMPLO",
        word="PASSPORT / PASAPORTE",
        remark="Bearer is a minor: no signature",
    )


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
    paper.boxes(
        [
            [
                (
                    "Personal description of holder as of date of naturalization",
                    "Female, brown eyes, 5 ft 5 in",
                )
            ],
            [("Date of birth", "March 3, 1984"), ("Country of former nationality", "Utopia")],
            [("Marital status", "Single"), ("USCIS registration number", "A 000 000 000 (sample)")],
        ]
    )
    for text in (
        f"Be it known that, pursuant to an application filed with the Attorney General, at a ceremony held at Springfield, Illinois, on "
        f"July 4, 2015, the court having found that {AUNT.upper()}, then residing at Springfield, Illinois, intends to reside "
        "in the United States when so required by the naturalization laws, had in all other respects complied with the "
        "applicable provisions of those laws, and was entitled to be admitted to citizenship,",
        "such person, having taken the oath of allegiance, was admitted as a citizen of the United States of America.",
    ):
        paper.text(text, 11.5, gap=8)
    paper.sign("Clerica Sample", ["Clerk of the court (invented)"])
    paper.seal(440, 190, "SAMPLE DISTRICT COURT · ILLINOIS", 52)
    paper.new_page()
    paper.heading("Note of the attorney's office", 13)
    paper.text(
        "The preceding page is a photocopy of the original document shown at our office by its holder on November 3, 2026. "
        "The copy was compared with the original, front and back; the back bears no entry."
    )
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
    guilloche(pen, (0, 110, 1300, 820), (204, 218, 208))
    pen.rectangle((0, 0, 1300, 108), (46, 92, 72))
    pen.text((34, 14), "UNITED STATES OF AMERICA", "white", font("Sans-Bold", 40))
    pen.text((34, 64), "PERMANENT RESIDENT · SAMPLE, NOT A CARD", "white", font("Sans-Regular", 28))
    pen.rectangle((40, 160, 350, 560), (186, 196, 190), (120, 130, 124), 3)
    pen.ellipse((125, 220, 265, 390), (150, 160, 154))
    pen.pieslice((70, 410, 320, 710), 180, 360, (150, 160, 154))
    pen.rectangle((40, 562, 350, 715), (220, 230, 222))
    rows = [
        ("Surname", "BEISPIEL", 400, 140),
        ("Given name", "SUSTENTA", 400, 240),
        ("USCIS#", "000-000-000", 400, 340),
        ("Category", "F24", 840, 340),
        ("Country of birth", "Utopia", 400, 440),
        ("Sex", "F", 840, 440),
        ("Date of birth", "09 SEP 1979", 400, 540),
        ("Card expires", "01/15/31", 400, 640),
        ("Resident since", "01/15/11", 840, 640),
    ]
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
    rows = [
        ("Issuing post name", "PUERTO EJEMPLO", 240, 580),
        ("Control number", "00000000000000", 390, 580),
        ("Surname", "MUESTRA MODELO", 240, 545),
        ("Given name", "MADRINA", 240, 510),
        ("Visa type / class", "R   B1/B2", 390, 510),
        ("Passport number", "U7654321", 240, 475),
        ("Sex", "F", 340, 475),
        ("Birth date", "14JUN1990", 390, 475),
        ("Nationality", "UTOP", 460, 475),
        ("Entries", "M", 240, 440),
        ("Issue date", "20AUG2019", 320, 440),
        ("Expiration date", "19AUG2029", 420, 440),
        ("Annotation", "VISITS TO SISTER", 240, 405),
    ]
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
    paper.text(
        "Copied by the office of the attorney from the passport shown by its holder in a video call on November 4, 2026.",
        9,
    )
    return as_scan(paper.done(), (-0.7,), 31, dpi=300, quality=30)
