"""Two children wait abroad for their mother, whose petitions are pending: one packet each, custody, money sent, photographs."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport

AWAY = address("12 Sample Ward", "Mandalay", country="Burma")
HOME = address("33 Example Terrace", "Fort Wayne", "IN", "46802")


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "mother",
        "Amay Namuna",
        "Sample Meat Packing Co.",
        "line supervisor",
        "May 2019",
        52300,
        1,
        12600,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _child(key: str, given: str, born: str, sex: str, number: str) -> desk.Json:
    return person(
        key,
        given,
        "Namuna",
        born,
        sex=sex,
        birth_city="Mandalay",
        birth_country="MMR",
        nationality="MMR",
        address=AWAY,
        marital_status="single",
        status="none",
        in_us=False,
        passport={
            "number": number,
            "country": "MMR",
            "issued": "2025-04-01",
            "expires": "2030-03-31",
        },
        history=NO_RECORD,
    )


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "family-reunification-sample",
        "kind": "parole",
        "reasons": ["family-reunification"],
        "petitioner": person(
            "mother",
            "Amay",
            "Namuna",
            "1987-03-15",
            status="permanent-resident",
            in_us=True,
            relationship="mother",
            sex="female",
            birth_country="MMR",
            nationality="MMR",
            a_number="A087-000-033",
            address=HOME,
            phone="260-555-0123",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            _child("girl", "Thami", "2012-10-11", "female", "MB000001"),
            _child("boy", "Thar", "2015-02-27", "male", "MB000002"),
        ],
        "supporters": [
            {
                "person": {"same_as": "mother"},
                "income": {
                    "annual_usd": 52300,
                    "household_size": 4,
                    "employer": "Sample Meat Packing Co.",
                },
            }
        ],
        "attorney": {
            "name": {"given": "Counsela", "family": "Exampleton"},
            "firm": "Hoosier Sample Immigrant Services",
            "address": address("5 Courthouse Square", "Fort Wayne", "IN", "46802"),
            "phone": "260-555-0100",
            "email": "cases@example.org",
            "bar_state": "Indiana",
            "bar_number": "00000-00",
        },
        "request": {
            "filing": "paper",
            "fee": "pay",
            "payment": {"method": "card", "account_in_us": True},
            "length_months": 12,
            "letter_date": "2026-11-20",
            "arrival_date": "2027-02-01",
            "consulate": {"city": "Bangkok", "country": "THA"},
            "basis": [
                "Thami and Thar Namuna, fourteen and eleven years old, are the children of the petitioner ([@birth-records]), a permanent resident ([@resident-card]). "
                "Their Forms I-130 were approved in 2024, but no visa number is expected before 2029 ([@petitions]). Their father died in 2021.",
                "Their grandmother, who kept them, died on September 30, 2026. They live with a neighbor who must leave the city in spring ([@neighbor]). A pediatrician reports that the boy has stopped eating and speaks little ([@pediatrician]).",
                "The mother has called every evening and sent money every month ([@remittances]); she visited in 2023 ([@visit]). A court has confirmed her sole custody ([@custody]).",
            ],
            "length_reason": "One year is asked for, and re-parole until visa numbers are there ([@petitions, p. 1]).",
            "why_no_visa": "Children with approved petitions are refused visitor visas as intending immigrants, and the earliest interview in Bangkok is in October 2027 ([@appointment]).",
            "departure_plan": "When visa numbers are there the children will become permanent residents on the approved petitions ([@petitions]).",
            "support_plan": "They will live with their mother, who rents two bedrooms and earns $52,300 a year ([@employer-letter; @tax-transcript; @bank-letter]).",
        },
        "declarations": [
            {
                "id": "mother",
                "declarant": "mother",
                "title": "Declaration of Amay Namuna",
                "signed_in_us": True,
                "place": "Fort Wayne, Indiana",
                "language": "my",
                "interpreter": {
                    "name": {"given": "Sagabyan", "family": "Specimen"},
                    "language": "my",
                    "phone": "260-555-0155",
                    "address": address("8 Sample Row", "Fort Wayne", "IN", "46804"),
                },
                "paragraphs": [
                    "I am the mother of Thami and Thar ([@birth-records]). I came to the United States as a refugee in 2018, when I could not take them along.",
                    "My mother died on September 30. Since then the children have had nobody of our family ([@neighbor]).",
                    "I hold them in my arms on the photograph of 2023 ([@visit]). I want to do so again.",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport-girl",
                "Passport of Thami Namuna, data page",
                "identity",
                "passport-girl.png",
                person="girl",
                belongs_to=["girl"],
                date="2025-04-01",
            ),
            exhibit(
                "passport-boy",
                "Passport of Thar Namuna, data page",
                "identity",
                "passport-boy.png",
                person="boy",
                belongs_to=["boy"],
                date="2025-04-01",
            ),
            exhibit(
                "resident-card",
                "Permanent resident card of the mother",
                "status",
                "resident-card.jpg",
                person="mother",
            ),
            exhibit(
                "birth-records", "Birth records of both children", "relationship", date="2026-02-03"
            ),
            exhibit("custody", "Order on custody", "custody", date="2022-05-19"),
            exhibit(
                "petitions",
                "Approval notices, Form I-130",
                "immigration-history",
                date="2024-08-21",
            ),
            exhibit(
                "neighbor",
                "Letter of the neighbor who keeps the children",
                "letter",
                date="2026-10-18",
            ),
            exhibit(
                "pediatrician",
                "Letter of the pediatrician",
                "medical",
                date="2026-10-20",
                supports=["FAMILY.HARDSHIP"],
            ),
            exhibit(
                "visit",
                "Photograph of the visit in December 2023",
                "photo",
                "visit.jpg",
                date="2023-12-24",
            ),
            exhibit("remittances", "Money sent, 2024 to 2026", "financial", date="2026-10-30"),
            exhibit("appointment", "Visa interviews in Bangkok", "visa-refusal", date="2026-11-04"),
            *money,
        ],
    }


def _passport(given: str, number: str, born: date, sex: str) -> bytes:
    return passport(
        "MMR",
        "REPUBLIC OF THE UNION OF MYANMAR",
        "Namuna",
        given,
        number,
        born,
        sex,
        date(2025, 4, 1),
        date(2030, 3, 31),
        nationality="MYANMAR",
        place="MANDALAY",
        authority="MOHA, MANDALAY (SPECIMEN)",
        remark="Bearer is a minor: no signature",
        colour=(110, 28, 30),
    )


def _files() -> dict[str, bytes]:
    order = desk.certificate(
        ("SAMPLE FAMILY COURT OF MANDALAY",),
        "Order on custody (English original)",
        [
            [("Children", "Thami Namuna, Thar Namuna")],
            [("Custody", "sole, to the mother, Amay Namuna")],
        ],
        (
            "The father having died on July 8, 2021, sole custody of both children is confirmed to the mother, who may take them abroad to live with her. Until then they stay with the grandmother.",
        ),
        "Judge Sample",
        ("May 19, 2022",),
        "FAMILY COURT SAMPLE",
    )
    rows = [
        ("Sent", "Amount", "Received by"),
        *(
            (f"{month} {year}", "$250.00", "grandmother")
            for year in (2024, 2025)
            for month in ("March", "June", "September", "December")
        ),
        ("March 2026", "$300.00", "grandmother"),
        ("June 2026", "$300.00", "grandmother"),
        ("October 2026", "$300.00", "neighbor"),
    ]
    return {
        "passport-girl.png": _passport("Thami", "MB000001", date(2012, 10, 11), "F"),
        "passport-boy.png": _passport("Thar", "MB000002", date(2015, 2, 27), "M"),
        "resident-card.jpg": desk.snapped(
            desk.certificate(
                ("UNITED STATES OF AMERICA",),
                "Permanent Resident · SAMPLE",
                [
                    [("Surname", "NAMUNA"), ("Given name", "AMAY")],
                    [("USCIS number", "087-000-033"), ("Category", "RE6")],
                    [("Date of birth", "15 MAR 1987"), ("Card expires", "06/01/30")],
                ],
                ("Copy of the front of the card. Not a card.",),
                "Amay Namuna",
                ("holder",),
                "SAMPLE CARD",
            ),
            8,
        ),
        "birth-records.pdf": desk.statement(
            "Sample Registry of Mandalay",
            ("Official extract in English",),
            "Register of births",
            ("Mother of both: Amay Namuna. Father of both: the late Phay Namuna.",),
            [
                ("Entry", "Child", "Born", "Sex"),
                ("00/2012", "Thami Namuna", "October 11, 2012", "female"),
                ("00/2015", "Thar Namuna", "February 27, 2015", "male"),
            ],
            (90, 160, 140, 70),
            (),
            ("Issued on February 3, 2026. Registra Sample, registrar (invented).",),
        ),
        "custody.pdf": desk.scan(order, 0.6, 250),
        "petitions.pdf": desk.letter(
            "Sample Notice of Action",
            ("Form I-797 · SAMPLE, NOT A NOTICE",),
            "August 21, 2024",
            ("Amay Namuna",),
            (
                "The petitions for alien relative for Thami Namuna and Thar Namuna, priority date May 2, 2022, classification F2A, have been approved.",
                "A visa number is not available now. By the bulletin of November 2026 numbers are given to priority dates before January 2020.",
            ),
            "Notice Sample",
            ("Service center (invented)",),
            family="Mono",
        ),
        "neighbor.pdf": desk.plain_letter(
            "Ein Nabin",
            ("14 Sample Ward, Mandalay",),
            "October 18, 2026",
            (
                "Since their grandmother died I keep Thami and Thar. I am sixty-eight. My son wants me to move to his village before the rains, and there is no room for them there.",
                "I wrote this letter in English with the help of the teacher, and read it over.",
            ),
            ("neighbor",),
        ),
        "pediatrician.pdf": desk.letter(
            "Sample Children's Clinic",
            ("Mandalay",),
            "October 20, 2026",
            ("To whom it may concern:",),
            (
                "Thar Namuna, 11, has lost four kilograms since September, speaks little and wakes at night. There is no physical illness. He asks for his mother.",
                "To live with her is what he needs; I fear for him if it takes years.",
            ),
            "Dr. Kalay Sample",
            ("Pediatrician",),
        ),
        "visit.jpg": desk.scene(
            "Mandalay, December 24, 2023: Amay Namuna with Thami (11) and Thar (8). Taken by the grandmother.",
            (196, 214, 226),
            (
                ("box", (0, 640, 1400, 960), (150, 168, 120)),
                ("person", (540, 300, 560), (150, 70, 90)),
                ("person", (360, 470, 390), (90, 110, 160)),
                ("person", (800, 540, 320), (190, 150, 70)),
            ),
        ),
        "remittances.pdf": desk.statement(
            "Sample Money Transfer",
            ("Branch 12, Fort Wayne, IN",),
            "History of transfers",
            ("Sender: Amay Namuna",),
            rows,
            (150, 120, 150),
            (1,),
        ),
        "appointment.pdf": desk.appointment(
            "Bangkok",
            "November 4, 2026",
            "October 12, 2027",
            "Applicants of Burma are served in Bangkok.",
        ),
    }
