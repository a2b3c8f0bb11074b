"""A request for evidence is answered point by point: the notice on top, everything at once, before the day it is due."""

from __future__ import annotations

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person, translated

TRANSLATOR = {
    "name": {"given": "Tradutora", "family": "Correta"},
    "phone": "617-555-0166",
    "date": "2026-11-12",
    "address": address("31 Verb Street", "Cambridge", "MA", "02139"),
}


def sample() -> Sample:
    """The case and its evidence."""
    return Sample(case=_case(), files=_files())


def _case() -> desk.Json:
    return {
        "id": "rfe-response-sample",
        "kind": "rfe-response",
        "reasons": ["urgent-medical"],
        "petitioner": person(
            "sister",
            "Irmã",
            "Amostra",
            "1990-04-04",
            status="us-citizen",
            in_us=True,
            relationship="sister",
            sex="female",
            birth_country="AGO",
            nationality="USA",
            address=address("2 Sample Wharf", "Boston", "MA", "02110"),
            phone="617-555-0119",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "brother",
                "Irmão",
                "Amostra",
                "1998-11-30",
                sex="male",
                birth_city="Luanda",
                birth_country="AGO",
                nationality="AGO",
                passport={"number": "N0000911", "country": "AGO"},
                marital_status="single",
                status="none",
                in_us=False,
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "sister"},
                "income": {
                    "annual_usd": 81900,
                    "household_size": 3,
                    "employer": "Sample Biologics",
                },
            }
        ],
        "attorney": {
            "name": {"given": "Juris", "family": "Doctorova"},
            "firm": "Harbor Sample Law",
            "address": address("9 Pier Road", "Boston", "MA", "02110"),
            "phone": "617-555-0100",
            "email": "mail@example.org",
            "bar_state": "Massachusetts",
            "bar_number": "000000",
        },
        "request": {
            "filing": "paper",
            "fee": "pay",
            "length_months": 12,
            "letter_date": "2026-11-20",
        },
        "rfe": {
            "receipt_number": "IOE0900000000",
            "notice_date": "2026-10-28",
            "due_date": "2027-01-23",
            "notice_exhibit": "notice",
            "address": {
                "street": "P.O. Box 000000 (as printed in the notice; invented)",
                "city": "Dallas",
                "state": "TX",
                "postal_code": "75266",
                "country": "United States",
            },
            "points": [
                {
                    "id": "treatment",
                    "asked": "A letter of the treating physician that is not older than six months and says why the treatment cannot be had in Angola.",
                    "exhibits": ["physician"],
                    "answer": [
                        "The new letter of November 6, 2026 is enclosed. It says on page 1 that no hospital in Angola transplants a cornea of this kind ([@physician, p. 1])."
                    ],
                },
                {
                    "id": "means",
                    "asked": "Evidence that the supporter can pay for the living costs, with the latest tax return.",
                    "exhibits": ["tax-transcript", "employer-letter"],
                    "answer": [
                        "The transcript for 2025 and the employer's letter are enclosed ([@tax-transcript; @employer-letter]). The clinic treats without charge ([@clinic])."
                    ],
                },
                {
                    "id": "translation",
                    "asked": "A certified translation of the birth record in Portuguese.",
                    "exhibits": ["birth-record"],
                    "answer": [
                        "The record is enclosed with a complete translation and the translator's certificate ([@birth-record])."
                    ],
                },
            ],
        },
        "declarations": [
            {
                "id": "sister",
                "declarant": "sister",
                "title": "Declaration of Irmã Amostra",
                "signed_in_us": True,
                "place": "Boston, Massachusetts",
                "paragraphs": [
                    "My brother lost the sight of his right eye in January 2026 and sees less with the left each month ([@physician]).",
                    "I will house him and pay for his food ([@tax-transcript]).",
                ],
            }
        ],
        "exhibits": [
            exhibit("notice", "Request for Evidence", "rfe-notice", date="2026-10-28"),
            exhibit(
                "physician", "New letter of the treating physician", "medical", date="2026-11-06"
            ),
            exhibit(
                "clinic", "Letter of the eye clinic on charges", "medical-cost", date="2026-11-09"
            ),
            exhibit(
                "tax-transcript",
                "Tax return transcript of the supporter, 2025",
                "tax",
                person="sister",
            ),
            exhibit(
                "employer-letter",
                "Letter of the supporter’s employer",
                "employment",
                person="sister",
                date="2026-10-08",
            ),
            translated(
                "birth-record",
                "Birth record of the beneficiary",
                "relationship",
                "pt",
                TRANSLATOR,
                person="brother",
                date="2026-03-03",
            ),
        ],
    }


def _files() -> dict[str, bytes]:
    record = desk.certificate(
        ("REPÚBLICA DE ANGOLA", "Conservatória do Registo Civil (amostra)"),
        "Cédula de nascimento",
        [
            [("Nome", "Irmão Amostra")],
            [("Nascido em", "30 de novembro de 1998"), ("Local", "Luanda")],
            [("Pai", "Pai Amostra"), ("Mãe", "Mãe Amostra")],
        ],
        ("Emitida em 3 de março de 2026.",),
        "Registadora Fictícia",
        ("conservadora (inventada)",),
        "REGISTO CIVIL · AMOSTRA",
    )
    return {
        "notice.pdf": desk.scan(
            desk.letter(
                "Sample Request for Evidence",
                ("Form I-797E · SAMPLE, NOT A NOTICE · IOE0900000000",),
                "October 28, 2026",
                ("Irmã Amostra, c/o Juris Doctorova",),
                (
                    "We need more evidence on the Form I-131 filed for Irmão Amostra. Submit all of it at one time, with this notice on top, so that it is received by January 23, 2027.",
                    "1. A letter of the treating physician that is not older than six months and says why the treatment cannot be had in Angola.",
                    "2. Evidence that the supporter can pay for the living costs, with the latest tax return.",
                    "3. A certified translation of the birth record in Portuguese.",
                    "A partial response will be taken as a request for a decision on the record.",
                ),
                "Notice Sample",
                ("Officer XM0000 (invented)",),
                family="Mono",
            ),
            0.4,
            300,
        ),
        "physician.pdf": desk.letter(
            "Clínica Amostra de Olhos",
            ("Luanda · English original",),
            "November 6, 2026",
            ("To the immigration officer:",),
            (
                "Irmão Amostra, 27, has keratoconus with scarring of both corneas; vision of the right eye is light perception only, of the left 20/200 and falling.",
                "He needs a penetrating graft of each cornea. No hospital in Angola does it: there is no eye bank and no surgeon trained for it. The neighboring countries take no foreign patients for want of donors.",
            ),
            "Dr. Oftalmo Amostra",
            ("Ophthalmology (invented)",),
        ),
        "clinic.pdf": desk.letter(
            "Bay Sample Eye Institute",
            ("12 Lens Lane, Boston, MA 02114 · 617-555-0177",),
            "November 9, 2026",
            ("To whom it may concern:",),
            (
                "Both operations of Irmão Amostra, planned for March and July 2027, and all visits are without charge under our program for teaching cases.",
            ),
            "Dr. Visia Sample",
            ("Director of cornea service",),
        ),
        "tax-transcript.pdf": desk.tax("Irmã Amostra", 2025, 80100, 2),
        "employer-letter.pdf": desk.employer(
            "Sample Biologics",
            ("8 Vial Street, Cambridge, MA · 617-555-0190",),
            "Irmã Amostra",
            "laboratory manager",
            "February 2018",
            81900,
            "Harriet Resource",
        ),
        "birth-record-original.pdf": desk.scan(record, -0.5, 301),
        "birth-record-english.pdf": desk.english(
            "Portuguese: record of birth",
            (
                "REPUBLIC OF ANGOLA, Civil Registry (sample). # Record of birth",
                "Name: Irmão Amostra. Born on November 30, 1998 in Luanda. Father: Pai Amostra. Mother: Mãe Amostra.",
                "Issued on March 3, 2026. Signed: Registadora Fictícia, registrar. Round seal of the registry.",
            ),
        ),
        "birth-record-translator.pdf": desk.translator(
            "Tradutora Correta",
            "Portuguese",
            "record of birth of Irmão Amostra",
            "November 12, 2026",
            ("31 Verb Street, Cambridge, MA 02139", "617-555-0166"),
        ),
    }
