"""A brother gives a kidney: the transplant center's papers, compatibility, clearance, cost; an attorney files online."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport

CENTER = (
    "Sample University Transplant Center",
    ("500 Kidney Drive, Houston, TX 77030 · 713-555-0110",),
)


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "patient",
        "Recipiente Halimbawa",
        "Gulf Sample Refining",
        "process engineer",
        "January 2009",
        112400,
        3,
        44800,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "organ-donor-sample",
        "kind": "parole",
        "reasons": ["organ-donor"],
        "petitioner": person(
            "patient",
            "Recipiente",
            "Halimbawa",
            "1975-08-08",
            status="us-citizen",
            in_us=True,
            relationship="brother",
            sex="male",
            birth_country="PHL",
            nationality="USA",
            address=address("700 Bayou Sample Court", "Houston", "TX", "77030"),
            phone="713-555-0142",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "donor",
                "Donante",
                "Halimbawa",
                "1980-01-19",
                sex="male",
                birth_city="Iloilo",
                birth_country="PHL",
                nationality="PHL",
                passport={
                    "number": "P0000077A",
                    "country": "PHL",
                    "issued": "2022-05-06",
                    "expires": "2032-05-05",
                },
                address=address("14 Kalye Halimbawa", "Iloilo City", country="Philippines"),
                marital_status="married",
                status="none",
                in_us=False,
                occupation="fisherman",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "patient"},
                "income": {
                    "annual_usd": 112400,
                    "household_size": 4,
                    "employer": "Gulf Sample Refining",
                },
            }
        ],
        "attorney": {
            "name": {"given": "Abogada", "family": "Specimen"},
            "firm": "Specimen & Sample LLP",
            "address": address("1 Lone Star Plaza", "Houston", "TX", "77002"),
            "phone": "713-555-0100",
            "email": "filings@example.org",
            "bar_state": "Texas",
            "bar_number": "00000000",
        },
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 4,
            "letter_date": "2026-11-20",
            "arrival_date": "2027-01-04",
            "consulate": {"city": "Manila", "country": "PHL"},
            "basis": [
                "Recipiente Halimbawa has end-stage kidney disease and has been on dialysis since February 2025. His physicians plan a transplant on January 21, 2027 from his brother Donante, "
                "the only compatible donor found ([@transplant-center, p. 1]; [@crossmatch]). Without it the waiting list is five to seven years.",
                "Donante Halimbawa ([@passport]) has been examined in Iloilo, is cleared for surgery ([@clearance]), and gives his kidney freely and without payment ([@consent]). The brothers have the same "
                "parents ([@birth-records]). The patient is a citizen of the United States ([@us-passport]).",
            ],
            "length_reason": "The donor must arrive two weeks before surgery for the final tests and may not fly or lift for twelve weeks after it ([@transplant-center, p. 1]).",
            "why_no_visa": "A visitor visa was refused on September 29, 2026 for want of ties ([@visa-refusal]); a new interview is not to be had before August 2027.",
            "departure_plan": "He will return to his wife, four children and his boat in Iloilo; the return flight is booked for April 28, 2027 ([@itinerary]).",
            "support_plan": "Insurance pays for the donor's surgery and care ([@cost]). He will live with the patient, who earns $112,400 a year ([@employer-letter; @tax-transcript; @bank-letter]).",
        },
        "declarations": [
            {
                "id": "patient",
                "declarant": "patient",
                "title": "Declaration of Recipiente Halimbawa",
                "signed_in_us": True,
                "place": "Houston, Texas",
                "paragraphs": [
                    "I am on dialysis three times a week, four hours each time ([@transplant-center]).",
                    "My brother offered his kidney in March 2026. I have not paid or promised him anything ([@consent]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the donor, data page",
                "identity",
                "passport.png",
                person="donor",
                date="2022-05-06",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the patient",
                "status",
                "us-passport.png",
                person="patient",
                date="2020-03-02",
            ),
            exhibit(
                "birth-records",
                "Birth records of both brothers, national statistics office",
                "relationship",
                date="2026-08-20",
            ),
            exhibit(
                "transplant-center",
                "Letter of the transplant center",
                "medical-acceptance",
                date="2026-10-20",
            ),
            exhibit(
                "crossmatch",
                "Compatibility of donor and recipient",
                "organ-donor",
                date="2026-09-11",
            ),
            exhibit(
                "clearance", "Medical clearance of the donor", "organ-donor", date="2026-10-05"
            ),
            exhibit("consent", "Consent of the donor", "consent", date="2026-10-06"),
            exhibit(
                "cost",
                "Cost of transplant and aftercare, and who pays",
                "medical-cost",
                date="2026-10-20",
            ),
            exhibit("visa-refusal", "Refusal of a visitor visa", "visa-refusal", date="2026-09-29"),
            exhibit("itinerary", "Flights, reserved", "travel", date="2026-11-10"),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    return {
        "passport.png": passport(
            "PHL",
            "REPUBLIKA NG PILIPINAS",
            "Halimbawa",
            "Donante",
            "P0000077A",
            date(1980, 1, 19),
            "M",
            date(2022, 5, 6),
            date(2032, 5, 5),
            nationality="FILIPINO",
            place="ILOILO CITY",
            authority="DFA (SPECIMEN)",
            word="PASAPORTE",
            colour=(90, 20, 30),
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Halimbawa",
            "Recipiente",
            "000000088",
            date(1975, 8, 8),
            "M",
            date(2020, 3, 2),
            date(2030, 3, 1),
            nationality="UNITED STATES OF AMERICA",
            place="PHILIPPINES",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "birth-records.pdf": _births(),
        "transplant-center.pdf": desk.letter(
            *CENTER,
            "October 20, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "Recipiente Halimbawa, aged 51, has end-stage renal disease from IgA nephropathy and depends on hemodialysis. He is listed for a deceased donor; the median wait for his blood group in this region is 68 months.",
                "His brother Donante Halimbawa is a full HLA match with a negative crossmatch. Of six relatives examined he is the only compatible donor.",
                "Surgery of both is reserved for January 21, 2027. The donor must be here from January 6 for final tests, stays in hospital for four days, and is seen at two, six and twelve weeks. He may not fly for twelve weeks.",
            ),
            "Dr. Nephra Sample",
            ("Surgical director",),
            foot="page {page}",
        ),
        "crossmatch.pdf": desk.statement(
            *CENTER,
            "Histocompatibility report",
            ("Recipient: R. Halimbawa. Donor: D. Halimbawa. Reported September 11, 2026.",),
            [
                ("Locus", "Recipient", "Donor", "Match"),
                ("HLA-A", "11, 24", "11, 24", "2 of 2"),
                ("HLA-B", "15, 40", "15, 40", "2 of 2"),
                ("HLA-C", "03, 07", "03, 07", "2 of 2"),
                ("HLA-DRB1", "04, 12", "04, 12", "2 of 2"),
                ("HLA-DQB1", "03, 04", "03, 04", "2 of 2"),
                ("Crossmatch, T and B cells", "negative", "negative", "compatible"),
            ],
            (160, 100, 100, 100),
            (),
            (
                "Blood groups: recipient O positive, donor O positive.",
                "Dr. Antigena Muster, laboratory director (invented).",
            ),
        ),
        "clearance.pdf": desk.scan(
            desk.letter(
                "Iloilo Sample Medical Center",
                ("Mandurriao, Iloilo City",),
                "October 5, 2026",
                ("To the transplant center",),
                (
                    "Mr. Donante Halimbawa, 46, was examined on September 28 to 30. Blood pressure 118/74, creatinine 0.9 mg/dl, no protein in the urine; CT shows two kidneys of equal size with single arteries.",
                    "He has no disease that speaks against giving a kidney. He is cleared for surgery.",
                ),
                "Dr. Klara Halimbawa-Iba",
                ("Internal medicine, license 000000 (invented)",),
            ),
            -0.4,
            230,
        ),
        "consent.pdf": desk.plain_letter(
            "Donante Halimbawa",
            ("14 Kalye Halimbawa, Iloilo City",),
            "October 6, 2026",
            (
                "# Consent to donation",
                "I wish to give one of my kidneys to my brother Recipiente. A doctor who does not belong to the transplant center explained the operation, its risks and that I may change my mind at any time.",
                "Nobody has paid or pressed me. I write this in English, which I learned at school and understand.",
            ),
            ("Witness: Dr. Klara Halimbawa-Iba",),
        ),
        "cost.pdf": desk.statement(
            *CENTER,
            "Estimate and coverage",
            ("Donor and recipient, from admission to one year after surgery. October 20, 2026.",),
            [
                ("Item", "Estimate", "Paid by"),
                ("Recipient: surgery and stay", "$148,000", "Gulf Sample Health Plan"),
                ("Donor: tests, surgery and stay", "$61,500", "Gulf Sample Health Plan"),
                ("Donor: follow-up for two years", "$4,200", "Transplant center"),
                ("Medicines of the recipient, year one", "$28,600", "Health plan, Medicare part B"),
                ("Donor: flights and food", "$3,900", "Patient"),
            ],
            (220, 90, 170),
            (1,),
        ),
        "visa-refusal.pdf": desk.letter(
            "Sample Consular Section",
            ("Manila",),
            "September 29, 2026",
            ("Donante Halimbawa",),
            (
                "You have been found ineligible for a nonimmigrant visa under section 214(b) of the Immigration and Nationality Act: you have not shown that you have strong ties that will make you return.",
                "You may apply again when your circumstances have changed. SAMPLE.",
            ),
            "Consula Officer",
            ("Consular officer (invented)",),
            colour=desk.RED,
        ),
        "itinerary.pdf": desk.statement(
            "Sample Air",
            ("Reservation XMPL01, not yet ticketed",),
            "Itinerary",
            ("Passenger: HALIMBAWA/DONANTE",),
            [
                ("Flight", "Date", "From", "To"),
                ("SX 101", "January 4, 2027", "Iloilo", "Manila"),
                ("SX 880", "January 4, 2027", "Manila", "Houston"),
                ("SX 881", "April 28, 2027", "Houston", "Manila"),
                ("SX 102", "April 30, 2027", "Manila", "Iloilo"),
            ],
            (80, 140, 110, 110),
            size=(792, 612),
        ),
    }


def _births() -> bytes:
    """Two records of the statistics office, in English as it issues them."""
    paper = desk.Paper(family="Mono")
    for number, (name, born) in enumerate(
        (("RECIPIENTE HALIMBAWA", "August 8, 1975"), ("DONANTE HALIMBAWA", "January 19, 1980"))
    ):
        if number:
            paper.new_page()
        paper.centre("Republic of the Philippines · Statistics Office", 11)
        paper.centre("CERTIFICATE OF LIVE BIRTH (SAMPLE)", 14)
        paper.boxes(
            [
                [("Name", name)],
                [("Date of birth", born), ("Place of birth", "Iloilo City")],
                [("Mother", "Ina Halimbawa"), ("Father", "Ama Halimbawa")],
                [("Issued", "August 20, 2026"), ("Registry number", "00-000")],
            ]
        )
        paper.sign("Statista Sample", ["civil registrar general (invented)"])
        paper.seal(470, 240, "STATISTICS OFFICE SAMPLE", 44)
    return paper.done()
