"""A woman asks for herself, without attorney and without supporter: her own means, few papers, everything in English."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport


def sample() -> Sample:
    """The case and its evidence."""
    return Sample(case=_case(), files=_files())


def _case() -> desk.Json:
    return {
        "id": "self-petitioner-sample",
        "kind": "parole",
        "reasons": ["court-proceedings", "other"],
        "petitioner": {"same_as": "self"},
        "beneficiaries": [
            person(
                "self",
                "Solita",
                "Specimen",
                "1985-07-19",
                sex="female",
                birth_city="Kingston",
                birth_country="JAM",
                nationality="JAM",
                passport={
                    "number": "A0000551",
                    "country": "JAM",
                    "issued": "2023-02-02",
                    "expires": "2033-02-01",
                },
                address=address("21 Sample Lane", "Kingston", country="Jamaica"),
                phone="+1 876 555 0144",
                email="solita@example.org",
                marital_status="divorced",
                status="none",
                in_us=False,
                occupation="accountant",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "self"},
                "income": {
                    "annual_usd": 46800,
                    "household_size": 1,
                    "employer": "Sample Shipping Ltd.",
                },
                "assets_usd": 58000,
            }
        ],
        "attorney": None,
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 1,
            "letter_date": "2026-11-20",
            "arrival_date": "2027-01-10",
            "consulate": {"city": "Kingston", "country": "JAM"},
            "basis": [
                "I am the mother of a daughter of eight who lives with her father in Atlanta. On January 14, 2027 the court decides whether she moves with him to another continent ([@hearing-notice]). I am a party and must be heard in person: "
                "the judge has refused a hearing by video, because she wants to see the child with each parent ([@order]; [@lawyer]).",
                "I have seen my daughter twice in three years. If I am not there the case is decided without me ([@lawyer]). My identity is shown by my passport ([@passport]) and the birth certificate of my daughter ([@daughter]).",
            ],
            "length_reason": "One month: four days of hearing from January 14, the visits the court orders, and a possible second date on February 3 ([@order]).",
            "why_no_visa": "My visitor visa was refused in March 2026 and again in October, both times under section 214(b) ([@refusals]).",
            "departure_plan": "I must be back at work on February 15, 2027; my leave ends then, and the return flight is booked ([@leave]).",
            "support_plan": "I pay for everything from my salary ([@tax]) and my savings of $58,000 ([@savings]) and stay in a rented room near the court ([@room]).",
        },
        "declarations": [
            {
                "id": "self",
                "declarant": "self",
                "title": "Declaration of Solita Specimen",
                "signed_in_us": False,
                "place": "Kingston, Jamaica",
                "paragraphs": [
                    "I am the mother of the child named in the notice ([@daughter]; [@hearing-notice]).",
                    "I have a position, a house and my old father in Kingston, and will return to them ([@leave]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport, data page",
                "identity",
                "passport.png",
                person="self",
                date="2023-02-02",
            ),
            exhibit(
                "daughter", "Birth certificate of the daughter", "relationship", date="2018-06-30"
            ),
            exhibit("hearing-notice", "Notice of hearing", "court", date="2026-10-19"),
            exhibit("order", "Order on appearance in person", "court", date="2026-11-02"),
            exhibit(
                "lawyer", "Letter of the attorney in the custody case", "letter", date="2026-11-06"
            ),
            exhibit(
                "refusals", "Two refusals of a visitor visa", "visa-refusal", date="2026-10-15"
            ),
            exhibit(
                "leave",
                "Employer’s letter: position, salary and leave",
                "employment",
                person="self",
                date="2026-11-09",
            ),
            exhibit("savings", "Letter of the bank", "bank", person="self", date="2026-11-10"),
            exhibit(
                "tax",
                "Certificate of income tax, Jamaica, 2025",
                "tax",
                person="self",
                date="2026-04-30",
                supports=["FIN.TAX"],
            ),
            exhibit("room", "Booking of a room in Atlanta", "housing", date="2026-11-11"),
        ],
    }


def _files() -> dict[str, bytes]:
    court = ("SAMPLE COUNTY FAMILY COURT", "Atlanta, Georgia · No. 26-D-0000")
    return {
        "passport.png": passport(
            "JAM",
            "JAMAICA",
            "Specimen",
            "Solita",
            "A0000551",
            date(1985, 7, 19),
            "F",
            date(2023, 2, 2),
            date(2033, 2, 1),
            nationality="JAMAICAN",
            place="KINGSTON",
            authority="PICA (SPECIMEN)",
            colour=(16, 40, 96),
        ),
        "daughter.pdf": desk.scan(
            desk.certificate(
                ("STATE OF SAMPLE GEORGIA · VITAL RECORDS",),
                "Certificate of Live Birth",
                [
                    [("Child", "Tochter Specimen-Doe")],
                    [("Born", "June 2, 2018"), ("Place", "Atlanta")],
                    [("Mother", "Solita Specimen"), ("Father", "John Doe (sample)")],
                ],
                ("True copy of the record on file.",),
                "Vitalia Sample",
                ("State registrar (invented)",),
                "VITAL RECORDS SAMPLE",
            ),
            0.5,
            320,
        ),
        "hearing-notice.pdf": desk.certificate(
            court,
            "Notice of hearing",
            [
                [("Parties", "John Doe and Solita Specimen")],
                [("Day", "January 14 to 19, 2027"), ("Hour", "9:00 a.m.")],
            ],
            (
                "The court will hear the petition of the father to move the residence of the child abroad. Both parties shall appear.",
            ),
            "Clerk Sample",
            ("Clerk of court (invented)", "October 19, 2026"),
            "FAMILY COURT SAMPLE",
        ),
        "order.pdf": desk.scan(
            desk.certificate(
                court,
                "Order",
                [
                    [("Motion", "of the mother, Solita Specimen, to be heard by video")],
                    [("Ruling", "denied")],
                ],
                (
                    "The court must see the child with each parent. The mother shall appear in person; supervised visits are ordered for January 15 to 18, and a second date is reserved on February 3, 2027.",
                ),
                "Hon. Custodia Sample",
                ("Judge (invented)", "November 2, 2026"),
                "FAMILY COURT SAMPLE",
            ),
            -0.4,
            321,
        ),
        "lawyer.pdf": desk.letter(
            "Peach Sample Family Law",
            ("300 Custody Street, Atlanta, GA 30303 · 404-555-0131",),
            "November 6, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "I represent Ms. Specimen in the custody case; I do not represent her in this request. If she is absent on January 14 the court may decide by default, and the child will have left before an appeal is heard.",
                "She has paid support every month and called the child each Sunday.",
            ),
            "Familia Sample",
            ("Georgia bar no. 000000 (invented)",),
        ),
        "refusals.pdf": desk.letter(
            "Sample Consular Section",
            ("Kingston",),
            "October 15, 2026",
            ("Solita Specimen",),
            (
                "You have again been found ineligible for a nonimmigrant visa under section 214(b) of the Immigration and Nationality Act. The finding of March 12, 2026 stands.",
            ),
            "Consula Officer",
            ("Consular officer (invented)",),
            colour=desk.RED,
        ),
        "leave.pdf": desk.letter(
            "Sample Shipping Ltd.",
            ("Port Street, Kingston · +1 876 555 0100",),
            "November 9, 2026",
            ("To whom it may concern:",),
            (
                "Ms. Solita Specimen has been our senior accountant since 2014, in a permanent position, at US$46,800 a year. Leave is granted from January 8 to February 14, 2027.",
            ),
            "Shippa Sample",
            ("Managing director",),
            colour=desk.GREEN,
        ),
        "savings.pdf": desk.bank(
            "Sample Bank of Jamaica",
            "Solita Specimen",
            "May 2010",
            [("August", 3100, 56400), ("September", 3100, 57300), ("October", 3100, 58000)],
            58000,
        ),
        "tax.pdf": desk.statement(
            "Sample Tax Administration Jamaica",
            ("Kingston",),
            "Certificate of income, 2025",
            ("Taxpayer: Solita Specimen",),
            [("Item", "US$"), ("Salary", "46,200"), ("Tax withheld", "9,310")],
            (220, 100),
            (1,),
            ("Issued on April 30, 2026.",),
        ),
        "room.pdf": desk.mail(
            "Sample Rooms <stay@example.org>",
            "Solita Specimen",
            "November 11, 2026",
            "Your booking",
            (
                "One room, 40 Custody Street, Atlanta, January 10 to February 9, 2027. Paid in full: $1,240.",
            ),
        ),
    }
