"""What the child has: the cardiologist's letter, fourteen months' worth of records, the echocardiogram, the society's statement."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from pikepdf import Array, Pdf
from PIL import Image, ImageDraw, ImageFilter

from scripts.sample_cases.draw import (
    NOTE,
    Paper,
    again,
    copied,
    font,
    pictures,
    png,
    scan_pdf,
    scanned,
)
from scripts.sample_cases.urgent_medical.common import CHILD, DOCTOR, as_scan, begin, body

LETTER_ES = (
    "Asunto: Testina Exemplar Muestra, nacida el 5 de abril de 2019",
    "A quien corresponda:",
    "Soy médico cardiólogo pediatra y atiendo a la niña Testina desde 2021. Nació con una tetralogía de Fallot. En los últimos seis meses su saturación "
    "de oxígeno en reposo bajó a 71 % y sufrió cuatro crisis de cianosis, la última, el 7 de septiembre, de once minutos.",
    "#Diagnóstico",
    "Tetralogía de Fallot no corregida, con hipoplasia grave de las ramas pulmonares: 3.8 mm la derecha y 3.5 mm la izquierda, cerca de la mitad de lo "
    "normal para su talla. El tratamiento con propranolol y oxígeno en casa ya no controla las crisis.",
    "#Pronóstico",
    "Sin corrección quirúrgica en los próximos cuatro meses el riesgo de muerte es alto. Cada crisis puede ser mortal o dejar daño cerebral. Pasado ese "
    "plazo, el deterioro puede volver imposible la operación.",
    "#Tratamiento",
    "Corrección completa con reconstrucción de las ramas pulmonares, en un solo tiempo, seguida de un segundo procedimiento por catéter y de nueve meses de "
    "controles cercanos en el centro que opera.",
)
LETTER_ES_2 = (
    "#Por qué no puede tratarse aquí",
    "En Utopía no existe un centro que realice esta reconstrucción en niños. Los hospitales de los países vecinos que consultamos, en Arcadia (20 de agosto "
    "de 2026) y en Erewhon (2 de septiembre de 2026), respondieron que no aceptan pacientes con esta anatomía.",
    "#Viaje",
    "La niña puede viajar en avión de línea con oxígeno suplementario, dos litros por minuto, acompañada de su madre. Llevará consigo un informe para el "
    "médico de a bordo.",
    "#Seguimiento",
    "A su regreso continuaré atendiéndola en este hospital, que dispone de lo necesario para los controles posteriores.",
    "Atentamente,",
)
LETTER_EN = (
    "Subject: Testina Exemplar Muestra, born April 5, 2019",
    "To whom it may concern:",
    "I am a physician, a pediatric cardiologist, and have treated the girl Testina since 2021. She was born with tetralogy of Fallot. During the last six "
    "months her oxygen saturation at rest fell to 71% and she suffered four cyanotic spells, the last, on September 7, of eleven minutes.",
    "#Diagnosis",
    "Tetralogy of Fallot, not corrected, with severe hypoplasia of the branch pulmonary arteries: 3.8 mm the right and 3.5 mm the left, about half of what is "
    "normal for her size. Treatment with propranolol and oxygen at home no longer controls the spells.",
    "#Prognosis",
    "Without surgical correction within the next four months the risk of death is high. Each spell may be fatal or leave brain damage. After that time, "
    "the deterioration may make the operation impossible.",
    "#Treatment",
    "Complete repair with reconstruction of the branch pulmonary arteries, in one stage, followed by a second procedure by catheter and nine months of close "
    "follow-up at the center that operates.",
)
LETTER_EN_2 = (
    "#Why she cannot be treated here",
    "There is no center in Utopia that performs this reconstruction in children. The hospitals of neighboring countries that we consulted, in Arcadia (August 20, "
    "2026) and in Erewhon (September 2, 2026), answered that they do not accept patients with this anatomy.",
    "#Journey",
    "The girl can travel on a scheduled flight with supplementary oxygen, two liters a minute, accompanied by her mother. She will carry a report for the "
    "physician on board.",
    "#Follow-up",
    "On her return I will continue to treat her at this hospital, which has what is needed for the later checks.",
    "Sincerely,",
)


def doctor_letter() -> bytes:
    """The letter in Spanish, two scanned pages with signature and seal."""
    paper = begin(
        "Hospital Nacional Ejemplar · MUESTRA",
        ("Servicio de Cardiología Pediátrica", "Avenida Muestra 1, Puerto Ejemplo, Utopía"),
        "Puerto Ejemplo, 1 de octubre de 2026",
        foot="Hospital Nacional Ejemplar · página {page} de 2",
    )
    body(paper, LETTER_ES)
    paper.new_page()
    body(paper, LETTER_ES_2)
    paper.sign(
        DOCTOR, ["Cardiología pediátrica, registro 00000 (persona inventada)"], "P. Ejemplo F."
    )
    paper.seal(450, 330, "CARDIOLOGÍA PEDIÁTRICA · MUESTRA", 44)
    return as_scan(paper.done(), (0.7, -0.9), 20)


def doctor_translation() -> bytes:
    """The same in English, page for page."""
    paper = Paper(foot="Translation · page {page} of 2")
    paper.text("English translation from Spanish", 9, "Italic", gap=10)
    paper.text(
        "[Letterhead: Hospital Nacional Ejemplar · SAMPLE, Pediatric Cardiology Service, Avenida Muestra 1, Puerto Ejemplo, Utopia]",
        9.5,
        gap=8,
    )
    paper.text("Puerto Ejemplo, October 1, 2026", gap=10)
    body(paper, LETTER_EN)
    paper.text("[Footer: Hospital Nacional Ejemplar, page 1 of 2]", 9, "Italic")
    paper.new_page()
    body(paper, LETTER_EN_2)
    paper.text(
        "[Signature] Dr. Probando Ejemplo Ficticio, pediatric cardiology, registration 00000 (invented person)",
        gap=4,
    )
    paper.text("[Round seal: Pediatric Cardiology · Sample]", 9.5, "Italic")
    paper.text("[Footer: Hospital Nacional Ejemplar, page 2 of 2]", 9, "Italic")
    return paper.done()


# --- the records ---

Sheet = Callable[[Paper], None]
VITALS = ("Saturation", "Heart rate", "Breaths", "Blood pressure", "Temperature", "Weight")


def _vitals(paper: Paper, *values: str) -> None:
    paper.table([VITALS, values], (78,) * 6, 8.5)


def _visit(vitals: tuple[str, ...], *paragraphs: str) -> Sheet:
    """A visit: measures, then findings under headings."""

    def write(paper: Paper) -> None:
        _vitals(paper, *vitals)
        body(paper, paragraphs)
        paper.sign(DOCTOR, scrawl="P. Ejemplo F.")

    return write


def _listing(
    intro: str, rows: tuple[tuple[str, ...], ...], widths: tuple[float, ...], *after: str
) -> Sheet:
    """A report that is mostly a table."""

    def write(paper: Paper) -> None:
        paper.text(intro, gap=8)
        paper.table(rows, widths, 9.5)
        body(paper, after)
        paper.sign("Técnica Ejemplo", ["Clinical staff (invented)"])

    return write


def _curve(
    intro: str,
    values: tuple[float, ...],
    low: float,
    high: float,
    labels: tuple[str, ...],
    caption: str,
    *after: str,
) -> Sheet:
    """A report with a chart."""

    def write(paper: Paper) -> None:
        paper.text(intro, gap=14)
        paper.chart(values, low, high, labels, caption)
        body(paper, after)
        paper.sign("Técnica Ejemplo", ["Clinical staff (invented)"])

    return write


NIGHT = tuple(
    74
    + 5 * math.sin(n / 5)
    - 9 * math.exp(-((n - 31) ** 2) / 12)
    - 12 * math.exp(-((n - 58) ** 2) / 9)
    for n in range(97)
)

RECORDS: tuple[tuple[str, str, Sheet], ...] = (
    (
        "Outpatient visit",
        "January 14, 2026",
        _visit(
            ("84 %", "104", "26", "92/58", "36.7 C", "16.0 kg"),
            "#History",
            "Seven-year control of uncorrected tetralogy of Fallot. Tires after one flight of stairs. Squats after running. No spells so far.",
            "#Examination",
            "Cyanosis of lips and nail beds, clubbing of the fingers. Systolic murmur grade 4 of 6 at the left upper sternal border. Lungs clear.",
            "#Plan",
            "Propranolol 10 mg twice a day. Blood count. Next visit in eight weeks, or at once if a spell occurs.",
        ),
    ),
    (
        "Laboratory report",
        "February 11, 2026",
        _listing(
            "Venous blood, collected at 08:20, fasting. Values outside the reference are marked with an asterisk.",
            (
                ("Test", "Result", "Unit", "Reference"),
                ("Hemoglobin", "17.9 *", "g/dL", "11.5 to 15.5"),
                ("Hematocrit", "54.2 *", "%", "35 to 45"),
                ("Red cells", "6.4 *", "million/uL", "4.0 to 5.2"),
                ("Platelets", "188", "thousand/uL", "150 to 450"),
                ("Leukocytes", "7.1", "thousand/uL", "4.5 to 13.5"),
                ("Ferritin", "11 *", "ng/mL", "15 to 120"),
                ("Creatinine", "0.42", "mg/dL", "0.3 to 0.7"),
                ("INR", "1.1", "", "0.9 to 1.2"),
            ),
            (170, 90, 100, 108),
            "Comment: erythrocytosis from chronic low oxygen, with iron deficiency. Iron by mouth for three months.",
        ),
    ),
    (
        "Emergency visit",
        "March 9, 2026",
        _visit(
            ("58 %", "152", "44", "84/50", "36.9 C", "16.1 kg"),
            "#History",
            "Brought by her mother after turning blue on waking and losing strength. First cyanotic spell; it lasted about six minutes.",
            "#Course",
            "Knee-chest position, oxygen by mask, morphine 1.6 mg, fluid bolus 160 mL. Saturation rose to 79 % within twelve minutes.",
            "#Plan",
            "Kept overnight for observation. Propranolol raised to three times a day.",
        ),
    ),
    (
        "Nursing observation chart",
        "March 9 and 10, 2026",
        _listing(
            "Readings every two hours during the night. Oxygen by nasal cannula, one liter a minute.",
            (
                ("Time", "Saturation", "Heart rate", "Remarks"),
                ("20:00", "78 %", "128", "calm, mother present"),
                ("22:00", "79 %", "118", "asleep"),
                ("00:00", "77 %", "112", "asleep"),
                ("02:00", "76 %", "110", "asleep"),
                ("04:00", "74 %", "121", "restless, position changed"),
                ("06:00", "78 %", "116", "awake, drank 120 mL"),
                ("08:00", "80 %", "114", "seen by Dr. Ejemplo"),
            ),
            (90, 100, 100, 178),
            "Discharged at 10:30 with written instructions in Spanish, explained to the mother.",
        ),
    ),
    (
        "Chest radiograph",
        "March 24, 2026",
        _visit(
            ("80 %", "108", "28", "90/56", "36.6 C", "16.1 kg"),
            "#Technique",
            "Frontal and lateral views, upright, good inspiration.",
            "#Findings",
            "Heart of normal size with an upturned apex and a concave pulmonary segment. Lung vessels reduced on both sides, more on the left. "
            "Right aortic arch. No infiltrate, no effusion. Bones normal.",
            "#Impression",
            "Picture of tetralogy of Fallot with reduced flow to the lungs, more marked than on the film of 2024.",
        ),
    ),
    (
        "Growth chart",
        "April 21, 2026",
        _curve(
            "Weight at every April visit since birth, kilograms. The child's weight has left the third percentile for her age.",
            (3.1, 7.6, 10.2, 12.1, 13.6, 14.7, 15.6, 16.2),
            0,
            25,
            ("2019", "2020", "2021", "2022", "2023", "2024", "2025", "2026"),
            "Weight, kg",
            "Height today 108 cm, fifth percentile. Head circumference normal.",
            "Nutrition: 1,650 kcal a day advised; supplement prescribed.",
        ),
    ),
    (
        "Emergency visit",
        "May 6, 2026",
        _visit(
            ("55 %", "158", "46", "80/48", "37.1 C", "16.3 kg"),
            "#History",
            "Second cyanotic spell, about seven minutes, while crying. Her mother used the knee-chest position at once.",
            "#Course",
            "Oxygen, morphine 1.6 mg, propranolol 0.8 mg by vein. Recovered after eighteen minutes; drowsy for two hours. No focal signs.",
            "#Plan",
            "Oxygen for home use ordered. Case to be presented for surgery outside the country.",
        ),
    ),
    (
        "Medication list",
        "May 20, 2026",
        _listing(
            "Valid from today; replaces the list of March 10. No known allergies.",
            (
                ("Medicine", "Dose", "How often", "Since"),
                ("Propranolol", "10 mg", "three times a day", "03/10/2026"),
                ("Ferrous sulfate", "50 mg", "once a day", "02/13/2026"),
                ("Oxygen, nasal", "1 L/min", "at night and in spells", "05/08/2026"),
                ("Morphine, rescue", "1.6 mg", "in a spell, by clinic", "03/09/2026"),
                ("Amoxicillin", "800 mg", "before dental work", "2021"),
            ),
            (130, 80, 158, 100),
            "The mother repeated the instructions correctly.",
        ),
    ),
    (
        "Overnight oximetry",
        "June 17, 2026",
        _curve(
            "Recorded at home from 21:30 to 05:30 with one liter of oxygen a minute. Mean saturation 72.8 %, lowest 58 %. Two falls below 65 %.",
            NIGHT,
            50,
            100,
            ("21:30", "23:30", "01:30", "03:30", "05:30"),
            "Oxygen saturation, %",
            "Reading: severe and rising desaturation during sleep in spite of oxygen.",
        ),
    ),
    (
        "Catheterization summary",
        "July 8, 2026",
        _listing(
            "Diagnostic catheterization under general anesthesia, through the right femoral vein. No complication.",
            (
                ("Site", "Pressure, mmHg", "Saturation"),
                ("Right atrium", "6", "58 %"),
                ("Right ventricle", "94/8", "59 %"),
                ("Main pulmonary artery", "14/8", "60 %"),
                ("Left ventricle", "92/9", "82 %"),
                ("Aorta", "92/56", "75 %"),
            ),
            (200, 130, 138),
            "Angiography: hypoplasia of both branch pulmonary arteries, right 3.8 mm, left 3.5 mm; no large collateral vessels. Coronary arteries normal.",
            "Conclusion: complete repair is possible where branch reconstruction can be done. It cannot be done here.",
        ),
    ),
    (
        "Emergency visit",
        "July 29, 2026",
        _visit(
            ("52 %", "163", "48", "78/46", "36.8 C", "16.7 kg"),
            "#History",
            "Third cyanotic spell, nine minutes, without any trigger, with brief loss of consciousness.",
            "#Course",
            "Oxygen, morphine, fluid, phenylephrine once. Recovered after half an hour. Neurological examination normal after four hours.",
            "#Plan",
            "Intervals between spells grow shorter. Letters to centers in Arcadia and Erewhon sent today.",
        ),
    ),
    (
        "Minutes of the cardiology board",
        "August 19, 2026",
        lambda paper: (
            body(
                paper,
                (
                    "Present: four pediatric cardiologists, one heart surgeon, one anesthetist. Patient presented by Dr. Ejemplo.",
                    "#Question",
                    "Can the child be operated on in Utopia, in full or in part?",
                    "#Discussion",
                    "A shunt was considered. With branches below 4 mm the board expects early closure and no benefit. There is no pediatric heart-lung "
                    "machine in the country. The surgeon has never done a branch reconstruction in a child.",
                    "#Resolution",
                    "Unanimous: no operation is possible here. Refer abroad without delay. Further waiting beyond four to five months is not defensible.",
                ),
            ),
            paper.sign("Presidenta Ejemplo", ["Chair of the board (invented)"]),
        )[-1],
    ),
    (
        "Discharge summary",
        "September 12, 2026",
        _visit(
            ("70 %", "117", "34", "86/52", "36.7 C", "16.8 kg"),
            "#Stay",
            "Admitted on September 7 after the fourth cyanotic spell, eleven minutes, the longest so far. Five days on the ward, two of them in intensive care.",
            "#Treatment",
            "Oxygen, sedation, esmolol by vein for thirty hours. Blood exchange of 160 mL for a hematocrit of 61 %.",
            "#Condition on discharge",
            "Saturation 70 to 72 % at rest with two liters of oxygen. Walks ten steps. No neurological loss.",
            "#Plan",
            "Propranolol 15 mg three times a day. Do not leave the child alone. Transfer abroad for surgery as soon as it can be arranged.",
        ),
    ),
    (
        "Referral",
        "September 27, 2026",
        _visit(
            ("71 %", "117", "34", "88/54", "36.6 C", "16.8 kg"),
            "#To",
            "Heart Center, Exemplary Children's Hospital, Springfield, Illinois",
            "#Request",
            "Complete repair of tetralogy of Fallot with reconstruction of the branch pulmonary arteries. Four spells since March 9. "
            "Catheterization of July 8 and echocardiogram of September 15 enclosed.",
            "#Fitness to travel",
            "Fit for a flight in a pressurized cabin with oxygen at two liters a minute and an escort who knows the knee-chest position.",
        ),
    ),
)


def records() -> bytes:
    """Fourteen scanned pages: most grey, every fourth one black and white as a fax is, some copies of copies."""
    made = []
    for number, (kind, date, write) in enumerate(RECORDS):
        paper = Paper(
            family="Mono" if number % 7 in (1, 3) else "Plex",
            foot=f"Clínica Ejemplar de Utopía · record 0000 (sample) · sheet {number + 1} of {len(RECORDS)}",
        )
        paper.letterhead(
            "Clínica Ejemplar de Utopía · SAMPLE",
            ("International service: this record is kept in English", "Puerto Ejemplo, Utopia"),
            (0.3, 0.1, 0.2),
        )
        paper.text(kind, 14, "Bold", gap=2)
        paper.text(f"Patient: {CHILD}, born April 5, 2019. Date: {date}", 10, gap=12)
        write(paper)
        page = pictures(paper.done())[0]
        page = copied(page, number) if number % 5 == 2 else page
        page = scanned(page, (-1.2, 0.8, 1.4, -0.5)[number % 4], 4, 100 + number)
        made.append(
            page.point(lambda value: 255 if value > 150 else 0).convert("1")
            if number % 4 == 3
            else page
        )
    return scan_pdf(made, 200, 40)


# --- the echocardiogram ---


def echo_report() -> bytes:
    """A landscape page with a flow curve, and a page that stands sideways in the file and is turned by /Rotate."""
    paper = Paper((792, 612), family="Sans", foot="Echocardiogram 0000 (sample) · page {page} of 2")
    paper.text("Echocardiogram – flow through the right ventricular outflow tract", 14, "Bold")
    paper.text(
        f"Patient: {CHILD}. September 15, 2026. Clínica Ejemplar de Utopía (sample). Continuous-wave Doppler, 2.5 MHz.",
        9.5,
        gap=16,
    )
    beats = [
        4.6 * math.sin(math.pi * (n % 40) / 26) ** 1.6 if n % 40 < 26 else 0.12 for n in range(200)
    ]
    paper.chart(beats, 0, 5, ("0.0 s", "0.5 s", "1.0 s", "1.5 s", "2.0 s"), "Velocity, m/s", 270)
    paper.text(
        "Peak velocity 4.6 m/s, which is a gradient of 85 mmHg. Five beats averaged. Regular rhythm, 118 beats a minute.",
        10,
    )
    paper.new_page()
    paper.text("Measurements and conclusion", 14, "Bold", gap=8)
    paper.table(
        [
            ("Structure", "Measured", "Normal for size", "Z-score"),
            ("Right pulmonary artery", "3.8 mm", "7.2 to 10.4 mm", "-5.1"),
            ("Left pulmonary artery", "3.5 mm", "6.8 to 9.9 mm", "-5.4"),
            ("Pulmonary valve", "6.1 mm", "11.0 to 15.2 mm", "-4.6"),
            ("Ventricular septal defect", "13 mm", "none", ""),
            ("Aortic override", "50 %", "none", ""),
            ("Left ventricular function", "62 %", "above 55 %", "0.1"),
        ],
        (230, 130, 160, 110),
        10.5,
    )
    body(
        paper,
        (
            "Conclusion: tetralogy of Fallot with severe hypoplasia of both branch pulmonary arteries, which measure about half of the normal size. "
            "Severe obstruction of the outflow tract. Good function of both ventricles. A still image follows on the next sheet.",
        ),
    )
    paper.sign(DOCTOR, scrawl="P. Ejemplo F.")
    return again(paper.done(), _sideways)


def _sideways(pdf: Pdf) -> None:
    """Store the second page as a portrait one whose content stands on its side, and let /Rotate show it upright."""
    page = pdf.pages[1]
    page.contents_add(b"q 0 1 -1 0 612 0 cm\n", prepend=True)
    page.contents_add(b"\nQ", prepend=False)
    page.MediaBox, page.Rotate = Array([0, 0, 612, 792]), 90


def echo_image() -> bytes:
    """The still image an ultrasound machine saves: a fan of speckle with two dark vessels, as a PNG."""
    random = np.random.default_rng(9)
    y, x = np.mgrid[0:768, 0:1024].astype(np.float32)
    depth, angle = np.hypot(x - 512, y - 60), np.arctan2(x - 512, y - 60)
    speckle = np.asarray(
        Image.fromarray((random.rayleigh(62, (768, 1024)).clip(0, 255)).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(1.4)
        ),
        dtype=np.float32,
    )
    tissue = speckle * (0.55 + 0.4 * np.sin(depth / 34 + 2 * angle)) * np.exp(-depth / 1400) * 2.1
    for cx, cy, a, b in ((430, 360, 150, 26), (610, 390, 140, 22), (520, 520, 120, 80)):
        inside = ((x - cx - (y - cy) * 0.3) / a) ** 2 + ((y - cy) / b) ** 2
        tissue = np.where(inside < 1, tissue * 0.12, np.where(inside < 1.35, tissue * 1.9, tissue))
    fan = (np.abs(angle) < 0.72) & (depth > 40) & (depth < 660)
    picture = Image.fromarray(np.where(fan, tissue, 0).clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for place, text in (
        ((20, 16), "CLINICA EJEMPLAR DE UTOPIA"),
        ((20, 46), "TESTINA EXEMPLAR MUESTRA"),
        ((20, 76), "15 SEP 2026   10:42"),
        ((760, 16), "S5-1   2.5 MHz"),
        ((760, 46), "Depth 11 cm   MI 0.9"),
        ((760, 660), "RPA 3.8 mm"),
        ((760, 690), "LPA 3.5 mm"),
    ):
        pen.text(place, text, 225, font("Sans-Regular", 22))
    pen.text((20, 736), NOTE, 170, font("Sans-Italic", 17))
    for left, top, right, bottom in ((420, 334, 440, 386), (600, 368, 620, 412)):
        pen.line((left, top, right, bottom), 255, 2)
        pen.text((left - 14, top - 14), "+", 255, font("Sans-Bold", 24))
        pen.text((right - 6, bottom - 14), "+", 255, font("Sans-Bold", 24))
    return png(picture.quantize(32, dither=Image.Dither.NONE))


def no_treatment() -> bytes:
    """The statement of a medical society, and the answers of two hospitals abroad."""
    paper = begin(
        "Utopian Society of Pediatric Cardiology · SAMPLE",
        ("1 Plaza Ejemplo, Puerto Ejemplo, Utopia", "sociedad@example.org"),
        "October 5, 2026",
        ("To whom it may concern",),
        colour=(0.1, 0.35, 0.25),
        foot="Utopian Society of Pediatric Cardiology · page {page} of 2",
    )
    body(
        paper,
        (
            "#Statement on the availability of treatment",
            "The society brings together the forty-one pediatric cardiologists who practice in Utopia, and keeps the national register of heart operations in children. "
            "At the request of the family of Testina Exemplar Muestra we state what the register and our inquiries show.",
            "1. No hospital in Utopia has ever performed a reconstruction of the branch pulmonary arteries in a child. There is no pediatric heart-lung machine in the country, "
            "and none has been ordered.",
            "2. Palliation by a shunt, which two hospitals offer, is of no use where the branches measure less than 4 mm, as the board of cardiology found in this case.",
            "3. The nearest centers, in Arcadia and in Erewhon, do not accept children with this anatomy. Their answers to the treating physician are set out on the next page.",
            "In our opinion the child cannot obtain the treatment she needs in Utopia or in a neighboring country.",
        ),
    )
    paper.sign("Asociata Ejemplo", ["President of the society (invented)"])
    paper.seal(460, 170, "SOCIETY OF PEDIATRIC CARDIOLOGY", 44, (0.1, 0.35, 0.25))
    paper.new_page()
    paper.heading("Answers of the neighboring centers", 13)
    paper.table(
        [
            ("Center", "Asked on", "Answered on", "Answer"),
            ("Royal Hospital, Arcadia", "July 29, 2026", "August 20, 2026", "Not accepted"),
            ("Central Clinic, Erewhon", "July 29, 2026", "September 2, 2026", "Not accepted"),
        ],
        (150, 100, 110, 108),
    )
    body(
        paper,
        (
            "#Royal Hospital, Arcadia",
            "“Our program ends at isolated valve and septal defects. We have no experience with branch pulmonary arteries below 5 mm and must decline.”",
            "#Central Clinic, Erewhon",
            "“We have suspended heart surgery in children below ten years of age until the end of 2027, for lack of perfusion staff, and cannot accept "
            "the patient.”",
            "The originals, in English, are kept by the society.",
        ),
    )
    return paper.done()
