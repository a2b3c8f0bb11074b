"""The evidence of samples/urgent-medical: a child of an invented country who needs heart surgery abroad."""

from __future__ import annotations

import math

import numpy as np
from pikepdf import Array
from PIL import Image, ImageDraw

from samples.draw import NOTE, Paper, _font, again, form, linked, photo, png, scan_pdf, scanned, sheet
from samples.mrz import td3

CHILD = "Testina Exemplar Muestra"
DOCTOR = "Dr. Probando Ejemplo Ficticio"


def evidence() -> dict[str, bytes]:
    """File name → bytes."""
    return {
        "passport.png": png(passport()),
        "naturalization.pdf": scan_pdf([scanned(page, 0.4, 4, n) for n, page in enumerate(naturalization())], 200, 40),
        "resident-card.jpg": photo(resident_card(), orientation=6, gps=True, quality=60),
        "birth-certificate-es.pdf": scan_pdf([scanned(birth_certificate(), -0.8, 5, 7)], 200, 42),
        "birth-certificate-en.pdf": birth_translation(),
        "birth-certificate-translator.pdf": certificate("birth certificate"),
        "consent.pdf": consent(),
        "doctor-letter-es.pdf": scan_pdf([scanned(page, 0.6, 4, 20 + n) for n, page in enumerate(doctor_letter())], 200, 42),
        "doctor-letter-en.pdf": doctor_translation(),
        "doctor-letter-translator.pdf": certificate("letter of Dr. Probando Ejemplo Ficticio"),
        "medical-records.pdf": medical_records(),
        "echocardiogram.pdf": echocardiogram(),
        "hospital-acceptance.pdf": acceptance(),
        "cost-estimate.pdf": cost_estimate(),
        "charity-commitment.pdf": charity(),
        "no-treatment-at-home.pdf": no_treatment(),
        "consulate-wait.pdf": consulate(),
        "itinerary.pdf": itinerary(),
        "tax-transcript.pdf": tax_transcript(),
        "employer-letter.pdf": employer(),
        "bank-statements.pdf": bank(),
        "support-letter.pdf": support(),
    }


def head(paper: Paper, name: str, lines: str, date: str = "") -> None:
    paper.text(name, 14, "Bold", gap=0)
    paper.text(lines, 8.5, gap=6)
    paper.rule()
    if date:
        paper.text(date, gap=10)


def letter(name: str, lines: str, date: str, body: list[str], signed: str) -> Paper:
    paper = Paper()
    head(paper, name, lines, date)
    for text in body:
        paper.text(text, gap=7)
    paper.space(14)
    paper.text("(signed)", 10, "Italic", gap=2)
    paper.text(signed, gap=0)
    return paper


# --- identity ------------------------------------------------------------------------------------------------------


def passport() -> Image.Image:
    """A data page in the layout of ICAO 9303, of Utopia, the specimen country of that document."""
    page = Image.new("RGB", (1250, 880), (236, 240, 244))
    draw = ImageDraw.Draw(page)
    for x in range(0, 1250, 14):
        draw.line([(x, 0), (x + 180, 880)], (226, 232, 240), 2)
    draw.rectangle((0, 0, 1250, 92), (46, 74, 110))
    draw.text((40, 22), "PASSPORT   ·   UTOPIA", "white", _font("Bold", 40))
    draw.text((900, 34), "SPECIMEN – invented person", "white", _font("Italic", 22))
    draw.rectangle((40, 130, 370, 560), (205, 212, 222), (120, 130, 140), 3)
    draw.ellipse((130, 200, 280, 370), (165, 172, 184))
    draw.pieslice((70, 380, 340, 760), 180, 360, (165, 172, 184))
    draw.rectangle((40, 560, 370, 640), (236, 240, 244))
    draw.text((50, 575), "no photograph: sample", (110, 110, 120), _font("Italic", 22))
    rows = [("Type", "P"), ("Code of State", "UTO"), ("Passport No.", "X12345678"), ("Surname", "EXEMPLAR MUESTRA"),
            ("Given names", "TESTINA"), ("Nationality", "UTOPIAN"), ("Date of birth", "05 APR 2019"), ("Sex", "F"),
            ("Place of birth", "PUERTO EJEMPLO"), ("Date of issue", "12 JAN 2026"), ("Date of expiry", "11 JAN 2031")]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        x, y = (420 if number % 2 == 0 else 840), 130 + (number // 2) * 84
        draw.text((x, y), label, (90, 100, 115), _font("Regular", 20))
        draw.text((x, y + 26), value, (15, 15, 25), _font("Bold", 30))
    draw.rectangle((0, 700, 1250, 880), "white")
    first, second = td3("UTO", "EXEMPLAR MUESTRA", "TESTINA", "X12345678", "UTO", "190405", "F", "310111")
    face = mono(42)
    for y, line in ((730, first), (800, second)):
        for column, character in enumerate(line):
            draw.text((40 + column * 26.6, y), character, "black", face)
    return page


def mono(pixels: int):
    """A monospaced face for machine-readable lines, if the machine has none of its own: ours, letter by letter."""
    return _font("Regular", pixels)


def naturalization() -> list[Image.Image]:
    return [
        sheet(["# UNITED STATES OF AMERICA – SAMPLE", "# Certificate of Naturalization (copy)", "No. 00000000 (sample)", "",
               "Name: PROBANDA MUSTER EXEMPLAR", "Date of birth: March 3, 1984", "Former nationality: Utopia",
               "Be it known that, at a term of a court held at Springfield, Illinois, the person named above, having complied "
               "in all respects with the naturalization laws, was admitted as a citizen of the United States of America.",
               "Date of admission: July 4, 2015", "", "This is a drawing made for a software sample. It is no certificate."]),
        sheet(["# Reverse", "Copy made by the attorney's office from the original shown by the holder.",
               "Compared with the original on November 3, 2026.", "Initials: A. F."]),
    ]  # fmt: skip


def resident_card() -> Image.Image:
    """A card on a table, photographed with a phone."""
    page = Image.new("RGB", (1500, 1050), (150, 126, 100))
    random = np.random.default_rng(3)
    table = np.asarray(page, dtype=np.int16) + random.normal(0, 5, (1050, 1500, 1))
    page = Image.fromarray(np.clip(table, 0, 255).astype(np.uint8))
    card = Image.new("RGB", (1180, 740), (214, 226, 214))
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 1180, 100), (70, 104, 84))
    draw.text((30, 26), "UNITED STATES · PERMANENT RESIDENT (SAMPLE)", "white", _font("Bold", 36))
    rows = ["Surname: BEISPIEL", "Given name: SUSTENTA", "USCIS No.: 000-000-000 (sample)", "Category: F11",
            "Country of birth: Utopia", "Date of birth: 09 SEP 1979", "Card expires: 01/15/31", "Resident since: 01/15/11"]  # fmt: skip
    for number, text in enumerate(rows):
        draw.text((380, 140 + number * 66), text, (20, 20, 20), _font("Regular", 34))
    draw.rectangle((40, 150, 330, 520), (180, 190, 184))
    draw.text((50, 540), "no photograph", (80, 90, 84), _font("Italic", 28))
    draw.text((40, 690), NOTE, (60, 60, 60), _font("Italic", 22))
    page.paste(card.rotate(1.2, expand=True, fillcolor=(150, 126, 100)), (150, 140))
    return page


# --- relationship and consent --------------------------------------------------------------------------------------


def birth_certificate() -> Image.Image:
    return sheet(["# REPÚBLICA DE UTOPÍA – MUESTRA", "# Registro Civil de Puerto Ejemplo", "# Certificado de nacimiento", "",
                  "Folio 000, libro 00, acta 0000 (muestra)", "Nombre de la inscrita: TESTINA EXEMPLAR MUESTRA", "Sexo: femenino",
                  "Fecha de nacimiento: cinco de abril de dos mil diecinueve", "Lugar de nacimiento: Puerto Ejemplo, Utopía",
                  "Nombre de la madre: MADRINA EXEMPLAR MUSTER", "Nombre del padre: no consta",
                  "La madre es hermana de PROBANDA MUSTER EXEMPLAR, según acta de nacimiento de la abuela materna.",
                  "El infrascrito registrador certifica que los datos anteriores concuerdan con el acta original.",
                  "Puerto Ejemplo, a doce de enero de dos mil veintiséis.", "", "(firma y sello del registrador, muestra)"])  # fmt: skip


def birth_translation() -> bytes:
    paper = Paper()
    paper.centre("Republic of Utopia – SAMPLE")
    paper.centre("Civil Registry of Puerto Ejemplo", 12)
    paper.centre("Birth certificate", 12)
    paper.text("English translation from Spanish", 9, "Italic")
    for text in ("Folio 000, book 00, entry 0000 (sample)", "Name of the registered person: TESTINA EXEMPLAR MUESTRA", "Sex: female",
                 "Date of birth: the fifth of April, two thousand nineteen", "Place of birth: Puerto Ejemplo, Utopia",
                 "Name of the mother: MADRINA EXEMPLAR MUSTER", "Name of the father: not stated",
                 "The mother is a sister of PROBANDA MUSTER EXEMPLAR, according to the birth record of the maternal grandmother.",
                 "The undersigned registrar certifies that the above agrees with the original record.",
                 "Puerto Ejemplo, the twelfth of January, two thousand twenty-six.", "[signature and seal of the registrar, sample]"):  # fmt: skip
        paper.text(text)
    return paper.done()


def certificate(what: str) -> bytes:
    """A translator's certificate with all that 8 CFR 103.2(b)(3) asks for; the signature is drawn as a note."""
    paper = Paper()
    paper.centre("Certificate of translator")
    paper.space(10)
    paper.text(f"I, Translata Fidelis Ficticia, certify that I am competent to translate from Spanish into English, and that the attached "
               f"English translation of the {what} is a complete and accurate translation of the document in Spanish, to the best "
               "of my knowledge and belief, including its seals and notes.")  # fmt: skip
    paper.space(20)
    paper.text("(signed by hand on the original)", 10, "Italic")
    paper.text("Translata Fidelis Ficticia", gap=1)
    paper.text("22 Sample Road, Springfield, IL 62701", gap=1)
    paper.text("Telephone 217-555-0144", gap=1)
    paper.text("Date: October 20, 2026")
    return paper.done()


def consent() -> bytes:
    paper = Paper()
    paper.centre("Consent of the parent to travel and to treatment")
    paper.space(8)
    paper.text("I am the mother of the child named below and have sole custody. I consent to the journey of my child to the United States, "
               "accompanied by me, and to the treatment described in the acceptance letter of Exemplary Children's Hospital.")  # fmt: skip
    labels = ("Name of the child", "Date of birth", "Name of the parent", "Place")
    values = (CHILD, "April 5, 2019", "Madrina Exemplar Muster", "Puerto Ejemplo, Utopia")
    fields = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = 560 - 46 * number
        paper.canvas.setFont("Plex-Regular", 10)
        paper.canvas.drawString(72, y + 5, label)
        paper.canvas.rect(200, y, 300, 20)
        fields.append((f"field{number}", value, (202.0, y + 2.0, 498.0, y + 18.0)))
    paper.canvas.drawString(72, 330, "Signature of the parent: (signed by hand on the original)")
    paper.new_page()
    paper.text("Custody", 12, "Bold")
    paper.text("The family court of Puerto Ejemplo granted sole custody to the mother on May 2, 2020, file 0000/2020 (sample). "
               "No appeal was filed. A copy of this note was compared with the register by the court clerk.")  # fmt: skip
    return form(paper.done(), fields)


# --- medical -------------------------------------------------------------------------------------------------------


def doctor_letter() -> list[Image.Image]:
    return [
        sheet(["# Hospital Nacional Ejemplar – MUESTRA", "Puerto Ejemplo, Utopía. 1 de octubre de 2026", "",
               "A quien corresponda:", "Soy cardiólogo pediatra y atiendo a la niña Testina Exemplar Muestra desde 2021. La paciente "
               "nació con una tetralogía de Fallot. En los últimos seis meses su saturación de oxígeno bajó a 71 % en reposo y "
               "ha sufrido cuatro crisis de cianosis.", "Diagnóstico: tetralogía de Fallot con hipoplasia grave de las ramas "
               "pulmonares.", "Pronóstico: sin corrección quirúrgica en los próximos cuatro meses el riesgo de muerte es alto.",
               "Tratamiento: corrección completa con reconstrucción de las ramas pulmonares, seguida de seis a nueve meses de "
               "controles cercanos."]),
        sheet(["En Utopía no existe un centro que realice esta reconstrucción en niños. Los hospitales de los países vecinos que "
               "consultamos, en Arcadia y en Erewhon, respondieron que no aceptan pacientes con esta anatomía.",
               "La niña puede viajar en avión de línea con oxígeno suplementario y acompañada de su madre.",
               "Atentamente,", "", "(firma)", "Dr. Probando Ejemplo Ficticio", "Cardiología pediátrica, registro 00000 (muestra)"]),
    ]  # fmt: skip


def doctor_translation() -> bytes:
    paper = letter(
        "National Hospital Ejemplar – SAMPLE", "English translation from Spanish", "Puerto Ejemplo, Utopia. October 1, 2026",
        ["To whom it may concern:", "I am a pediatric cardiologist and have treated the girl Testina Exemplar Muestra since 2021. The patient "
         "was born with tetralogy of Fallot. During the last six months her oxygen saturation fell to 71 % at rest, and she "
         "suffered four cyanotic spells.", "Diagnosis: tetralogy of Fallot with severe hypoplasia of the branch pulmonary arteries.",
         "Prognosis: without surgical correction within the next four months the risk of death is high.",
         "Treatment: complete repair with reconstruction of the branch pulmonary arteries, followed by six to nine months of close "
         "follow-up."], "[page 1 of 2]")  # fmt: skip
    paper.new_page()
    for text in ("There is no center in Utopia that performs this reconstruction in children. The hospitals of neighboring countries that we "
                 "asked, in Arcadia and in Erewhon, answered that they do not accept patients with this anatomy.",
                 "The girl can travel on a scheduled flight with supplementary oxygen and accompanied by her mother.", "Sincerely,",
                 "[signature]", DOCTOR, "Pediatric cardiology, registration 00000 (sample)"):  # fmt: skip
        paper.text(text)
    return paper.done()


VISITS = ("Control visit", "Emergency visit", "Laboratory report", "Radiology report", "Nursing note", "Medication list",
          "Oximetry record", "Growth chart", "Vaccination record", "Cardiology board", "Catheterization note", "Discharge summary",
          "Anesthesia evaluation", "Referral")  # fmt: skip


def medical_records() -> bytes:
    """Fourteen scanned pages, most grey, every fourth one black and white as a fax is."""
    pages = []
    for number, kind in enumerate(VISITS):
        month, saturation = 1 + number % 9, 84 - number
        page = sheet([f"# Exemplary Clinic of Utopia – {kind}", f"Patient: {CHILD}      Record 0000-{number + 1:02d} (sample)",
                      f"Date: 2026-{month:02d}-{(number * 2) % 27 + 1:02d}      Page {number + 1} of {len(VISITS)}", "",
                      f"Oxygen saturation at rest {saturation} %, after walking {saturation - 9} %. Heart rate {104 + number} per minute. "
                      f"Weight {16 + number / 10:.1f} kg, height {108 + number // 3} cm.",
                      "Findings: cyanosis of lips and nail beds, clubbing of the fingers, systolic murmur grade 4 of 6 at the left upper "
                      "sternal border. No fever. Lungs clear.",
                      f"Assessment: tetralogy of Fallot, not corrected; the branch pulmonary arteries measure {3.4 + number / 20:.1f} mm.",
                      "Plan: propranolol 10 mg three times a day, oxygen at home, next visit in three weeks. The family was told to come at "
                      "once if a spell lasts longer than ten minutes.",
                      "Signed by the treating physician on the original record. Written in English for the international referral."],
                     dpi=200 if number % 4 else 250)  # fmt: skip
        page = scanned(page, (-1.2, 0.8, 1.4, -0.5)[number % 4], 4, 100 + number)
        pages.append(page.point(lambda value: 255 if value > 150 else 0).convert("1") if number % 4 == 3 else page)
    return scan_pdf([p if p.mode == "1" else p.resize((1700, 2200), Image.Resampling.LANCZOS) for p in pages], 200, 38)


def echocardiogram() -> bytes:
    """A landscape page with a curve, and a page that stands sideways in the file and is turned by /Rotate."""
    paper = Paper((792, 612))
    paper.text("Echocardiogram – flow over the right ventricular outflow tract", 14, "Bold")
    paper.text(f"Patient: {CHILD}. Date: September 15, 2026. Exemplary Clinic of Utopia (sample).")
    paper.canvas.rect(90, 110, 612, 330)
    for beat in range(4):
        path = paper.canvas.beginPath()
        for step in range(101):
            x = 100 + beat * 148 + step * 1.4
            y = 300 - 170 * math.sin(math.pi * step / 100) ** 3
            path.moveTo(x, y) if step == 0 else path.lineTo(x, y)
        paper.canvas.drawPath(path)
    paper.canvas.setFont("Plex-Regular", 9)
    paper.canvas.drawString(100, 450, "Peak velocity 4.6 m/s; gradient 85 mmHg")
    paper.new_page()
    paper.text("Measurements", 14, "Bold")
    paper.table([("Structure", "Value", "Normal for size"), ("Right pulmonary artery", "3.8 mm", "7.2 to 10.4 mm"),
                 ("Left pulmonary artery", "3.5 mm", "6.8 to 9.9 mm"), ("Pulmonary valve", "6.1 mm", "11.0 to 15.2 mm"),
                 ("Aortic override", "50 %", "none"), ("Left ventricular function", "62 %", "above 55 %")], (260, 160, 200), 11)  # fmt: skip

    def turn(pdf) -> None:
        page = pdf.pages[1]
        page.Rotate = 90
        # stored sideways: the content is turned back, so that /Rotate shows it upright
        page.contents_add(b"q 0 1 -1 0 612 0 cm\n", prepend=True)
        page.contents_add(b"\nQ", prepend=False)
        page.MediaBox = Array([0, 0, 612, 792])

    return again(paper.done(), turn)


def acceptance() -> bytes:
    paper = letter(
        "Exemplary Children's Hospital – SAMPLE", "500 Sample Avenue, Springfield, IL 62701 · 217-555-0100 · example.org", "October 9, 2026",
        ["Re: acceptance for heart surgery", "To the Officer:", "Our heart center accepts the child Testina Exemplar Muestra, born April 5, 2019, for complete "
         "repair of tetralogy of Fallot with reconstruction of the branch pulmonary arteries. Surgery is reserved for January 19, "
         "2027. She should arrive at least seven days before.", "Contents of this letter: 1. Treatment (page 2). 2. Length of stay and "
         "follow-up (page 3)."], "Curata Sanitas, M.D., chief of pediatric heart surgery (invented)")  # fmt: skip
    paper.new_page()
    paper.text("1. Treatment", 12, "Bold")
    paper.text("Admission with catheterization and imaging; one open-heart operation of about seven hours; intensive care for seven to "
               "ten days; ward for about fourteen days. A second, smaller procedure by catheter is expected three to four months later.")  # fmt: skip
    paper.text("Waiting beyond February 2027 would expose the child to spells that may be fatal. We consider the operation urgent.")
    paper.new_page()
    paper.text("2. Length of stay and follow-up", 12, "Bold")
    paper.text("We need the child near the hospital for nine months after the operation: weekly visits in the first two months, then every "
               "second week, with the second procedure between. With two months for unforeseen events we ask for twelve months in all.")  # fmt: skip
    paper.text("The child needs one parent with her at all times.")
    links = [(0, "section.1", 1), (0, "section.2", 2)]
    return linked(paper.done(), links, [("Acceptance", 0), ("Treatment", 1), ("Length of stay", 2)])


def cost_estimate() -> bytes:
    paper = Paper()
    head(paper, "Exemplary Children's Hospital – SAMPLE", "Patient financial services", "October 12, 2026")
    paper.text("Estimate of charges for Testina Exemplar Muestra", 12, "Bold")
    paper.text("Details: 1. Hospital and physicians (page 2). 2. How it is paid (page 3).")
    paper.new_page()
    paper.text("1. Hospital and physicians", 12, "Bold")
    paper.table([("Item", "Quantity", "Amount"), ("Catheterization and imaging", "1", "$18,400"), ("Operating room and surgeons", "1", "$96,000"),
                 ("Intensive care, days", "10", "$74,000"), ("Ward, days", "14", "$49,000"), ("Second procedure", "1", "$31,000"),
                 ("Medication and supplies", "1", "$12,600"), ("Outpatient visits", "24", "$9,600"), ("Total", "", "$290,600")], (280, 80, 100))  # fmt: skip
    paper.new_page()
    paper.text("2. How it is paid", 12, "Bold")
    paper.table([("Source", "", "Amount"), ("Hospital charity care, approved", "", "$240,600"), ("Little Hearts Sample Fund, committed", "", "$50,000"),
                 ("Family", "", "$0")], (280, 80, 100))  # fmt: skip
    paper.text("No charge will be made to any public program.")
    # the same destination names as in the acceptance letter, leading elsewhere
    return linked(paper.done(), [(0, "section.1", 1), (0, "section.2", 2)], [("Estimate", 0), ("Charges", 1), ("Payment", 2)])


def charity() -> bytes:
    """A page whose margins are cropped away, as a copier's software leaves it."""
    paper = letter(
        "Little Hearts Sample Fund", "9 Sample Square, Springfield, IL 62701", "October 14, 2026",
        ["To the Officer:", "The fund commits $50,000 to the surgery of Testina Exemplar Muestra at Exemplary Children's Hospital, payable to the "
         "hospital on admission, and lends an apartment near the hospital, at no charge, to the child and her mother for twelve months.",
         "The commitment is irrevocable and was approved by the board on October 13, 2026."], "Donata Sample, president (invented)")  # fmt: skip
    paper.canvas.setFillGray(0.8)
    paper.canvas.drawString(6, 6, "copier 7, tray 2, invisible after cropping")
    paper.new_page()
    paper.text("Minutes of the board, October 13, 2026 (extract)", 12, "Bold")
    paper.text("Resolved unanimously: to support the case 0000 with $50,000 and the apartment at 11 Sample Square.")

    def crop(pdf) -> None:
        for page in pdf.pages:
            page.CropBox = Array([30, 40, 590, 770])

    return again(paper.done(), crop)


def no_treatment() -> bytes:
    return letter(
        "Utopian Society of Pediatric Cardiology – SAMPLE", "1 Plaza Ejemplo, Puerto Ejemplo, Utopia", "October 5, 2026",
        ["To whom it may concern:", "We certify that no hospital in Utopia has performed a reconstruction of the branch pulmonary arteries in a child. There is "
         "no pediatric heart-lung machine in the country. The nearest centers, in Arcadia and Erewhon, do not accept children with "
         "this anatomy, as they wrote to the treating physician on August 20 and September 2, 2026.",
         "In our opinion the child cannot obtain the treatment in Utopia or in a neighboring country."],
        "Asociata Ejemplo, president (invented)").done()  # fmt: skip


def consulate() -> bytes:
    """A print of a web page, dark to its edges: there is no white left for a stamp."""
    paper = Paper()
    paper.canvas.setFillColorRGB(0.86, 0.89, 0.94)
    paper.canvas.rect(0, 0, 612, 792, stroke=0, fill=1)
    paper.canvas.setFillColorRGB(0.13, 0.2, 0.36)
    paper.canvas.rect(0, 0, 612, 60, stroke=0, fill=1)
    paper.canvas.rect(0, 732, 612, 60, stroke=0, fill=1)
    paper.canvas.setFillGray(1)
    paper.canvas.setFont("Plex-Bold", 14)
    paper.canvas.drawString(72, 756, "Visa appointments – Puerto Ejemplo (sample of a web page)")
    paper.canvas.setFont("Plex-Regular", 8)
    paper.canvas.drawString(72, 38, "Footer of the page, printed to the very edge · example.org · October 16, 2026")
    paper.canvas.drawString(72, 24, "All facts on this page are invented for a software sample · no endorsement is meant or implied by anyone")
    paper.canvas.drawString(72, 10, "Left column of the footer · middle column of the footer · right column of the footer, up to the right edge here")
    paper.canvas.setFillGray(0)
    paper.y = 690
    paper.text("Next available interview for a visitor visa: September 27, 2027 (wait: 346 days).", 12, "Bold")
    paper.text("Requests for an earlier appointment: at present none can be granted at this post.")
    paper.table([("Visa class", "Next appointment"), ("B1/B2 first time", "September 27, 2027"), ("F, M, J", "May 4, 2027")], (220, 180))
    return paper.done()


def itinerary() -> bytes:
    paper = Paper()
    head(paper, "Sample Air – reservation ABC000", "Tickets refundable; held for two travelers", "October 18, 2026")
    paper.table([("Flight", "From", "To", "Date"), ("SA 100", "Puerto Ejemplo", "Springfield", "January 10, 2027"),
                 ("SA 101", "Springfield", "Puerto Ejemplo", "December 20, 2027")], (80, 130, 130, 130))  # fmt: skip
    paper.text("Passengers: Exemplar Muestra, Testina; Exemplar Muster, Madrina. Return paid by Sustenta Beispiel.")
    return paper.done()


# --- support -------------------------------------------------------------------------------------------------------


def tax_transcript() -> bytes:
    paper = Paper()
    for year, wages in ((2025, 97240), (2024, 93110), (2023, 88900), (2022, 85300)):
        if year != 2025:
            paper.new_page()
        paper.text(f"Tax return transcript (sample) – tax period December 31, {year}", 12, "Bold")
        paper.text("Name: SUSTENTA BEISPIEL        Taxpayer number: XXX-XX-0000        Filing status: head of household")
        paper.table([("Line", "Amount"), ("Wages, salaries, tips", f"${wages:,}"), ("Taxable interest", f"${wages // 300:,}"),
                     ("Adjusted gross income", f"${wages + wages // 300:,}"), ("Standard deduction", "$21,900"),
                     ("Taxable income", f"${wages + wages // 300 - 21900:,}"), ("Total tax", f"${(wages - 21900) // 8:,}"),
                     ("Exemptions and dependents", "1")], (300, 100))  # fmt: skip
    return paper.done()


def employer() -> bytes:
    return letter(
        "Sample Machine Works, Inc.", "77 Sample Industrial Park, Springfield, IL 62701 · 217-555-0177", "October 7, 2026",
        ["To whom it may concern:", "Sustenta Beispiel has been employed by us since March 1, 2012, as a quality engineer, full time and permanently. Her salary "
         "is $97,240 a year, paid twice a month."], "Personala Sample, human resources (invented)").done()  # fmt: skip


def bank() -> bytes:
    paper = Paper()
    balance = 41250.0
    for month, name in enumerate(("April", "May", "June", "July", "August", "September")):
        if month:
            paper.new_page()
        head(paper, "Bank of Samples", "Account ending 0000 · opened 2011 · Sustenta Beispiel", f"Statement for {name} 2026 – page {month + 1} of 6")
        rows = [("Date", "Description", "Amount", "Balance")]
        for day, (text, amount) in enumerate((("Salary, Sample Machine Works", 3010.5), ("Rent", -1450.0), ("Groceries", -412.35),
                                              ("Salary, Sample Machine Works", 3010.5), ("Utilities", -188.2), ("Savings plan", -900.0))):  # fmt: skip
            balance += amount
            rows.append((f"2026-{month + 4:02d}-{day * 5 + 1:02d}", text, f"{'-' if amount < 0 else ''}${abs(amount):,.2f}", f"${balance:,.2f}"))
        paper.table(rows, (90, 200, 90, 90))
        paper.text(f"Closing balance: ${balance:,.2f}", 11, "Bold")
    return paper.done()


def support() -> bytes:
    return letter(
        "Sustenta Beispiel", "14 Sample Court, Springfield, IL 62701 · 217-555-0119", "October 19, 2026",
        ["To the Officer:", "I am a friend of the petitioner's family and a permanent resident. I will pay for food, clothing, local transport and the return "
         "flight of Testina Exemplar Muestra and her mother for as long as they are here. I have one dependent. I set out my income "
         "on Form I-134."], "Sustenta Beispiel (signed by hand on the original)").done()  # fmt: skip
