"""Mother, father and child flee together: three packets from one case, most of the evidence shared, each with its own passport."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person, translated
from scripts.sample_cases.idpage import passport

AWAY = address("c/o Sample Shelter, 4 Calle Muestra", "Tapachula", country="Mexico")
TRANSLATOR = {
    "name": {"given": "Palabra", "family": "Exacta"},
    "phone": "310-555-0175",
    "date": "2026-11-02",
    "address": address("60 Sentence Street", "Los Angeles", "CA", "90012"),
}


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "godmother",
        "Madrina Buenaprueba",
        "Sample Unified School District",
        "teacher",
        "August 2008",
        88700,
        1,
        36200,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _member(
    key: str, given: str, family: str, born: str, sex: str, number: str, married: str, work: str
) -> desk.Json:
    made = person(
        key,
        given,
        family,
        born,
        sex=sex,
        birth_city="San Salvador",
        birth_country="SLV",
        nationality="SLV",
        address=AWAY,
        marital_status=married,
        status="none",
        in_us=False,
        passport={
            "number": number,
            "country": "SLV",
            "issued": "2024-01-15",
            "expires": "2030-01-14",
        },
        history=NO_RECORD,
    )
    return made | ({"occupation": work} if work else {})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "family-of-three-sample",
        "kind": "parole",
        "reasons": ["targeted-harm", "urgent-medical"],
        "petitioner": person(
            "godmother",
            "Madrina",
            "Buenaprueba",
            "1974-10-01",
            status="us-citizen",
            in_us=True,
            relationship="godmother of the child",
            sex="female",
            birth_country="SLV",
            nationality="USA",
            address=address("909 Sample Canyon Road", "Los Angeles", "CA", "90031"),
            phone="310-555-0118",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            _member(
                "mother",
                "Modelia",
                "Casosa Ficticio",
                "1993-03-08",
                "female",
                "A00000301",
                "married",
                "baker",
            ),
            _member(
                "father",
                "Protón",
                "Casoso Prueba",
                "1990-12-24",
                "male",
                "A00000302",
                "married",
                "bus driver",
            ),
            _member(
                "child",
                "Criatura",
                "Casoso Casosa",
                "2020-07-16",
                "female",
                "A00000303",
                "single",
                "",
            ),
        ],
        "supporters": [
            {
                "person": {"same_as": "godmother"},
                "income": {
                    "annual_usd": 88700,
                    "household_size": 4,
                    "employer": "Sample Unified School District",
                },
            }
        ],
        "attorney": {
            "name": {"given": "Litiga", "family": "Probono"},
            "firm": "Southland Sample Clinic",
            "address": address("77 Clinic Row", "Los Angeles", "CA", "90015"),
            "phone": "310-555-0100",
            "email": "clinic@example.org",
            "bar_state": "California",
            "bar_number": "000000",
        },
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 12,
            "letter_date": "2026-11-20",
            "arrival_date": "2026-12-22",
            "consulate": {"city": "Mexico City", "country": "MEX"},
            "basis": [
                "Protón Casoso, a bus driver, refused to pay a gang and testified against two of its members in April 2026 ([@court-record]). His bus was burnt with a note that names him, his wife and his daughter ([@note]; [@bus]). "
                "The family fled to Tapachula, where they were recognized on October 20 ([@shelter]).",
                "The daughter, six years old, has type 1 diabetes. The shelter cannot keep insulin cold, and she was twice in a coma ([@hospital-record]). A children's hospital in Los Angeles has accepted her ([@acceptance]) and treats her without charge ([@cost]). "
                "Such care is not to be had where they are ([@doctors-abroad]).",
                "They are married and she is their child ([@family-records]). The petitioner, a citizen ([@us-passport]), is the child's godmother and has known both parents since 2012.",
            ],
            "length_reason": "One year is the time in which the child is brought to stable health and the trial of the two men ends ([@acceptance]; [@court-record]).",
            "why_no_visa": "They cannot show a home to which they can return, and the earliest interview in Mexico City is in December 2027 ([@appointment]).",
            "departure_plan": "When the trial has ended the family intends to return to the mother's village, where her parents keep a house for them ([@house]).",
            "support_plan": "They will live in two rooms of the petitioner's house; she earns $88,700 a year ([@employer-letter; @tax-transcript; @bank-letter]).",
        },
        "declarations": [
            {
                "id": "father",
                "declarant": "father",
                "title": "Declaration of Protón Casoso Prueba",
                "signed_in_us": False,
                "place": "Tapachula, Mexico",
                "language": "es",
                "interpreter": {
                    "name": {"given": "Oral", "family": "Fielmente"},
                    "language": "es",
                    "phone": "310-555-0181",
                    "address": address("4 Voice Street", "Los Angeles", "CA", "90012"),
                },
                "paragraphs": [
                    "On April 14, 2026 I told the court who had taken money from us drivers ([@court-record]).",
                    "On May 3 my bus was burnt. The note lay under a stone beside it ([@note]).",
                    "I am afraid of them, for my wife and my daughter more than for myself.",
                ],
            },
            {
                "id": "mother",
                "declarant": "mother",
                "title": "Declaration of Modelia Casosa Ficticio",
                "signed_in_us": False,
                "place": "Tapachula, Mexico",
                "language": "es",
                "belongs_to": ["mother", "child"],
                "interpreter": {
                    "name": {"given": "Oral", "family": "Fielmente"},
                    "language": "es",
                    "phone": "310-555-0181",
                    "address": address("4 Voice Street", "Los Angeles", "CA", "90012"),
                },
                "paragraphs": [
                    "My daughter needs four injections a day. There is no refrigerator in the shelter ([@hospital-record]).",
                    "We consent, my husband and I, that she be treated in Los Angeles ([@consent]).",
                ],
            },
        ],
        "exhibits": [
            exhibit(
                "passport-mother",
                "Passport of Modelia Casosa",
                "identity",
                "passport-mother.png",
                person="mother",
                belongs_to=["mother"],
                date="2024-01-15",
            ),
            exhibit(
                "passport-father",
                "Passport of Protón Casoso",
                "identity",
                "passport-father.png",
                person="father",
                belongs_to=["father"],
                date="2024-01-15",
            ),
            exhibit(
                "passport-child",
                "Passport of Criatura Casoso",
                "identity",
                "passport-child.png",
                person="child",
                belongs_to=["child"],
                date="2024-01-15",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the petitioner",
                "status",
                "us-passport.png",
                person="godmother",
                date="2023-04-04",
            ),
            translated(
                "family-records",
                "Marriage record of the parents, birth record of the child",
                "relationship",
                "es",
                TRANSLATOR,
                date="2024-01-10",
            ),
            exhibit(
                "consent",
                "Consent of both parents to travel and treatment",
                "consent",
                date="2026-10-28",
            ),
            exhibit(
                "note",
                "The note, May 3, 2026, with translation",
                "threat",
                "note.jpg",
                "note-english.pdf",
                date="2026-05-03",
            ),
            exhibit("bus", "Photograph of the bus", "photo", "bus.jpg", date="2026-05-03"),
            exhibit(
                "court-record",
                "Record of the hearing of April 14, 2026 (summary in English)",
                "police",
                date="2026-04-14",
            ),
            exhibit("shelter", "Letter of the shelter", "letter", date="2026-10-22"),
            exhibit(
                "hospital-record",
                "Discharge papers of the child (English form)",
                "medical",
                date="2026-10-15",
            ),
            exhibit(
                "doctors-abroad",
                "Why the treatment cannot be had in the region",
                "expert",
                date="2026-10-25",
            ),
            exhibit(
                "acceptance",
                "Acceptance by the children’s hospital",
                "medical-acceptance",
                date="2026-11-03",
            ),
            exhibit(
                "cost", "Estimate, and the hospital’s charity", "medical-cost", date="2026-11-03"
            ),
            exhibit(
                "appointment", "Visa interviews in Mexico City", "visa-refusal", date="2026-11-05"
            ),
            exhibit("house", "Letter of the mother’s parents", "departure-plan", date="2026-10-12"),
            *money,
        ],
    }


def _passport(
    family: str, given: str, number: str, born: date, sex: str, remark: str = ""
) -> bytes:
    return passport(
        "SLV",
        "REPÚBLICA DE EL SALVADOR",
        family,
        given,
        number,
        born,
        sex,
        date(2024, 1, 15),
        date(2030, 1, 14),
        nationality="SALVADOREÑA",
        place="SAN SALVADOR",
        authority="MIGRACIÓN (MUESTRA)",
        word="PASAPORTE",
        remark=remark,
        colour=(18, 52, 120),
    )


def _files() -> dict[str, bytes]:
    hospital = (
        "Pacific Sample Children's Hospital",
        ("Endocrinology · 1 Island Way, Los Angeles, CA 90027 · 310-555-0160",),
    )
    records = desk.statement(
        "Registro del Estado Familiar (muestra)",
        ("San Salvador",),
        "Certificación de partidas",
        (),
        [
            ("Partida", "Persona", "Fecha", "Nota"),
            ("Matrimonio 000", "Protón Casoso y Modelia Casosa", "2 de junio de 2018", "vigente"),
            ("Nacimiento 000", "Criatura Casoso Casosa", "16 de julio de 2020", "hija de ambos"),
        ],
        (100, 180, 110, 80),
        (),
        ("Expedida el 10 de enero de 2024. Registradora Prueba (inventada).",),
    )
    return {
        "passport-mother.png": _passport(
            "Casosa Ficticio", "Modelia", "A00000301", date(1993, 3, 8), "F"
        ),
        "passport-father.png": _passport(
            "Casoso Prueba", "Proton", "A00000302", date(1990, 12, 24), "M"
        ),
        "passport-child.png": _passport(
            "Casoso Casosa",
            "Criatura",
            "A00000303",
            date(2020, 7, 16),
            "F",
            "Bearer is a minor: no signature",
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Buenaprueba",
            "Madrina",
            "000000145",
            date(1974, 10, 1),
            "F",
            date(2023, 4, 4),
            date(2033, 4, 3),
            nationality="UNITED STATES OF AMERICA",
            place="EL SALVADOR",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "family-records-original.pdf": desk.scan(records, 0.5, 310),
        "family-records-english.pdf": desk.english(
            "Spanish: certified entries of the family register",
            (
                "Register of Family Status (sample), San Salvador. # Certified entries",
                "Marriage, entry 000: Protón Casoso and Modelia Casosa, June 2, 2018, in force.",
                "Birth, entry 000: Criatura Casoso Casosa, July 16, 2020, daughter of both.",
                "Issued on January 10, 2024. Registradora Prueba, registrar.",
            ),
        ),
        "family-records-translator.pdf": desk.translator(
            "Palabra Exacta",
            "Spanish",
            "certified entries of the family register",
            "November 2, 2026",
            ("60 Sentence Street, Los Angeles, CA 90012", "310-555-0175"),
        ),
        "consent.pdf": desk.plain_letter(
            "Modelia Casosa Ficticio",
            ("Protón Casoso Prueba", "Sample Shelter, Tapachula"),
            "October 28, 2026",
            (
                "We are the parents of Criatura. We consent to her journey to Los Angeles and to the treatment by the children's hospital. An English text was read to us in Spanish before we signed.",
            ),
            ("mother; Protón Casoso Prueba, father, signed beside her",),
        ),
        "note.jpg": desk.snapped(
            desk.plain_letter(
                "",
                (),
                "",
                ("PROTÓN. HABLASTE. TU MUJER Y TU NIÑA TAMBIÉN PAGAN. TIENEN OCHO DÍAS.",),
            ),
            3,
        ),
        "note-english.pdf": desk.english(
            "Spanish: handwritten note",
            (
                "PROTÓN. YOU TALKED. YOUR WIFE AND YOUR GIRL PAY, TOO. YOU HAVE EIGHT DAYS.",
                "I, Palabra Exacta, am competent to translate from Spanish into English; this translation is complete and accurate. Signed, November 2, 2026, 60 Sentence Street, Los Angeles, CA 90012.",
            ),
        ),
        "bus.jpg": desk.scene(
            "San Salvador, May 3, 2026, taken by Protón Casoso at 5:40 a.m.",
            (120, 128, 140),
            (
                ("box", (0, 760, 1400, 960), (70, 68, 66)),
                ("box", (160, 420, 1240, 760), (54, 44, 40)),
                ("box", (240, 480, 420, 600), (20, 18, 18)),
                ("box", (500, 480, 680, 600), (20, 18, 18)),
                ("box", (760, 480, 940, 600), (20, 18, 18)),
                ("box", (280, 740, 420, 820), (30, 30, 30)),
                ("box", (980, 740, 1120, 820), (30, 30, 30)),
            ),
        ),
        "court-record.pdf": desk.letter(
            "Sample Specialized Court",
            ("San Salvador · summary in English by the court’s office",),
            "April 14, 2026",
            ("Case 000-2026",),
            (
                "The witness Protón Casoso Prueba identified the two accused as those who collected money from the drivers of line 000 since 2024.",
                "The witness asked for protection. The court notes that the program has no place before 2027. The trial is to go on until the autumn of 2027.",
            ),
            "Judge Muestra",
            ("Judge (invented)",),
            seal="SAMPLE COURT",
        ),
        "shelter.pdf": desk.letter(
            "Sample Shelter of the Good Road",
            ("Tapachula, Mexico",),
            "October 22, 2026",
            ("To whom it may concern:",),
            (
                "The Casoso Casosa family of three has lived here since May 29. On October 20 two men at the gate showed a photograph of the father and asked for him by name.",
                "We have no refrigerator that works by night, and no guards.",
            ),
            "Hermana Albergue",
            ("Director",),
        ),
        "hospital-record.pdf": desk.scan(
            desk.statement(
                "Sample General Hospital",
                ("Tapachula · form for patients who travel on",),
                "Discharge papers",
                ("Patient: Criatura Casoso Casosa, born July 16, 2020",),
                [
                    ("Admitted", "Discharged", "Diagnosis", "Glucose mg/dl"),
                    ("August 9, 2026", "August 14, 2026", "diabetic ketoacidosis, coma", "612"),
                    ("October 11, 2026", "October 15, 2026", "diabetic ketoacidosis, coma", "587"),
                ],
                (105, 105, 170, 90),
                (3,),
                (
                    "Needs rapid and long-acting insulin four times a day, kept at 2 to 8 degrees, and monitoring.",
                    "Dra. Guardia Prueba (invented)",
                ),
            ),
            -0.6,
            312,
        ),
        "doctors-abroad.pdf": desk.letter(
            "Sample Physicians Abroad",
            ("Mission of Chiapas",),
            "October 25, 2026",
            ("To whom it may concern:",),
            (
                "There is no pediatric endocrinologist within 400 kilometers of Tapachula. Migrants have no claim to insulin from the public stores, which were empty in seven of the last twelve months.",
                "In El Salvador she could be treated, but the family cannot be there.",
            ),
            "Dr. Missia Sample",
            ("Medical coordinator",),
        ),
        "acceptance.pdf": desk.letter(
            *hospital,
            "November 3, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "We accept Criatura Casoso, 6, for treatment of type 1 diabetes from December 28, 2026: insulin pump, training of both parents, and visits for one year.",
                "After two comas in three months each further one can leave lasting harm. Both parents must be trained.",
            ),
            "Dr. Insula Muster",
            ("Pediatric endocrinology",),
        ),
        "cost.pdf": desk.statement(
            *hospital,
            "Estimate and charity",
            ("Patient: Criatura Casoso Casosa", "One year from December 28, 2026"),
            [
                ("Item", "Estimate", "Paid by"),
                ("Pump and supplies", "$14,800", "Charity care of the hospital"),
                ("Visits and training", "$9,600", "Charity care of the hospital"),
                ("Medicines", "$5,200", "Manufacturer's program"),
                ("To be paid by the family", "$0", ""),
            ],
            (180, 100, 190),
            (1,),
        ),
        "appointment.pdf": desk.appointment(
            "Mexico City",
            "November 5, 2026",
            "December 6, 2027",
            "Third-country applicants wait as long as residents.",
        ),
        "house.pdf": desk.plain_letter(
            "Abuelo Ficticio",
            ("Cantón Muestra, Chalatenango",),
            "October 12, 2026",
            (
                "I keep the small house beside mine for my daughter Modelia, her husband and the child. When those men are in prison they can come home to it.",
                "My granddaughter's teacher wrote this in English for me.",
            ),
            ("father of Modelia",),
        ),
    }
