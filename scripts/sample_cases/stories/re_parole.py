"""A child paroled for treatment needs a second operation: re-parole from within the United States, with the record of the first parole."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport

HOSPITAL = (
    "Prairie Sample Children's Hospital",
    ("Oncology · 60 Ward Street, Omaha, NE 68198 · 402-555-0140",),
)
HOME = address("15 Instance Street", "Omaha", "NE", "68104")


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "uncle", "Onkel Exempel", "Sample Rail Works", "welder", "March 2010", 76300, 2, 27800
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "re-parole-sample",
        "kind": "re-parole",
        "reasons": ["urgent-medical"],
        "petitioner": person(
            "uncle",
            "Onkel",
            "Exempel",
            "1982-05-05",
            status="us-citizen",
            in_us=True,
            relationship="uncle",
            sex="male",
            birth_country="GEO",
            nationality="USA",
            address=HOME,
            phone="402-555-0122",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "girl",
                "Gogona",
                "Nimushi",
                "2016-08-19",
                sex="female",
                birth_city="Kutaisi",
                birth_country="GEO",
                nationality="GEO",
                a_number="A246-000-117",
                passport={
                    "number": "20AB00017",
                    "country": "GEO",
                    "issued": "2025-06-02",
                    "expires": "2030-06-01",
                },
                address=HOME,
                marital_status="single",
                status="parolee",
                in_us=True,
                class_of_admission="DT",
                i94_number="12345678A01",
                history={"criminal": False, "removal_proceedings": False, "prior_parole": True},
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "uncle"},
                "income": {
                    "annual_usd": 76300,
                    "household_size": 4,
                    "employer": "Sample Rail Works",
                },
            }
        ],
        "attorney": None,
        "request": {
            "filing": "paper",
            "fee": "pay",
            "payment": {"method": "card", "account_in_us": True},
            "length_months": 8,
            "letter_date": "2026-11-20",
            "i94_admit_until": "2027-03-04",
            "basis": [
                "Gogona Nimushi ([@passport]) was paroled on March 5, 2026 for one year to be treated for a tumor of the bone ([@first-parole; @i-94]). The first operation and chemotherapy succeeded."
            ],
            "changed_circumstances": [
                "In September a scan showed a growth in the lung ([@scan-report]). It must be removed in April 2027, after four more courses of chemotherapy ([@oncologist, p. 1]). The treatment for which she was paroled is therefore not finished.",
                "She has kept every appointment ([@appointments]), goes to school on the ward ([@teacher]), and has cost no public program anything ([@bills]).",
            ],
            "length_reason": "Eight months cover the operation, recovery and the scans that decide whether she is well ([@oncologist, p. 1]).",
            "departure_plan": "She will go home to her parents with the flight that the hospital's fund pays when the last scan is clear ([@fund]).",
            "support_plan": "She lives with my family. I earn $76,300 a year ([@employer-letter; @tax-transcript; @bank-letter]) and am a citizen of the United States ([@us-passport]).",
        },
        "declarations": [
            {
                "id": "uncle",
                "declarant": "uncle",
                "title": "Declaration of Onkel Exempel",
                "signed_in_us": True,
                "place": "Omaha, Nebraska",
                "paragraphs": [
                    "Gogona is the daughter of my sister. She has lived with us since March 6, 2026 ([@i-94]).",
                    "Her parents consent to the further treatment; they write to her every day ([@consent]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the beneficiary, data page",
                "identity",
                "passport.png",
                person="girl",
                date="2025-06-02",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the petitioner",
                "status",
                "us-passport.png",
                person="uncle",
                date="2022-01-11",
            ),
            exhibit(
                "i-94",
                "Form I-94, most recent record",
                "immigration-history",
                person="girl",
                date="2026-03-05",
            ),
            exhibit(
                "first-parole",
                "Approval of the first parole",
                "immigration-history",
                person="girl",
                date="2026-02-10",
            ),
            exhibit("consent", "Consent of the parents", "consent", date="2026-10-30"),
            exhibit("oncologist", "Letter of the oncologist", "medical", date="2026-11-09"),
            exhibit(
                "scan-report",
                "Report of the CT of September 22, 2026",
                "medical",
                date="2026-09-22",
            ),
            exhibit(
                "appointments",
                "Appointments kept, March to November 2026",
                "medical",
                date="2026-11-09",
            ),
            exhibit("teacher", "Letter of the ward’s teacher", "letter", date="2026-11-05"),
            exhibit(
                "bills",
                "Account of the treatment, paid by the fund",
                "medical-cost",
                date="2026-11-09",
            ),
            exhibit("fund", "Letter of the hospital’s fund", "support", date="2026-11-10"),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    kept = [
        ("Day", "Department", "Purpose", "Kept"),
        *(
            (f"{month} {day}", "Oncology", what, "yes")
            for month, day, what in (
                ("March", 9, "Admission"),
                ("March", 24, "Chemotherapy 1"),
                ("April", 14, "Chemotherapy 2"),
                ("May", 12, "Operation"),
                ("June", 16, "Chemotherapy 3"),
                ("July", 14, "Chemotherapy 4"),
                ("August", 18, "Chemotherapy 5"),
                ("September", 22, "CT of the chest"),
                ("October", 13, "Chemotherapy 6"),
                ("November", 3, "Chemotherapy 7"),
            )
        ),
    ]
    return {
        "passport.png": passport(
            "GEO",
            "GEORGIA / საქართველო",
            "Nimushi",
            "Gogona",
            "20AB00017",
            date(2016, 8, 19),
            "F",
            date(2025, 6, 2),
            date(2030, 6, 1),
            nationality="GEORGIA",
            place="KUTAISI",
            authority="MINISTRY OF JUSTICE (SPECIMEN)",
            remark="Bearer is a minor: no signature",
            colour=(96, 22, 40),
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Exempel",
            "Onkel",
            "000000131",
            date(1982, 5, 5),
            "M",
            date(2022, 1, 11),
            date(2032, 1, 10),
            nationality="UNITED STATES OF AMERICA",
            place="GEORGIA",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "i-94.pdf": desk.statement(
            "SAMPLE · Most recent I-94",
            ("Printed from a web page; not a record",),
            "Admission (I-94) record",
            (),
            [
                ("Field", "Value"),
                ("Admission (I-94) record number", "12345678A01"),
                ("Most recent date of entry", "2026 March 5"),
                ("Class of admission", "DT"),
                ("Admit until date", "03/04/2027"),
                ("Last/surname", "NIMUSHI"),
                ("First (given) name", "GOGONA"),
                ("Birth date", "2016 August 19"),
                ("Document number", "20AB00017"),
                ("Country of citizenship", "Georgia"),
            ],
            (220, 220),
        ),
        "first-parole.pdf": desk.letter(
            "Sample Notice of Action",
            ("Form I-797 · SAMPLE, NOT A NOTICE",),
            "February 10, 2026",
            ("Onkel Exempel",),
            (
                "The request for humanitarian parole filed for Gogona Nimushi has been conditionally approved for one year for the stated medical purpose.",
                "If more time is needed, a request for re-parole should be filed no earlier than 90 days before the parole ends.",
            ),
            "Notice Sample",
            ("Service center (invented)",),
            family="Mono",
        ),
        "consent.pdf": desk.scan(
            desk.plain_letter(
                "Deda Nimushi",
                ("Mama Nimushi", "9 Nimushi Street, Kutaisi, Georgia"),
                "October 30, 2026",
                (
                    "We, the parents of Gogona, consent to the operation of April 2027, to all treatment the hospital advises, and to her stay with her uncle until it is done.",
                    "This letter was written in English by the school's teacher and read to us in Georgian.",
                ),
                ("mother; Mama Nimushi, father, signed beside her",),
            ),
            0.6,
            290,
        ),
        "oncologist.pdf": desk.letter(
            *HOSPITAL,
            "November 9, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "Gogona Nimushi, 10, has been treated here for osteosarcoma of the left thigh since March 2026. The tumor was removed with a margin on May 12.",
                "The CT of September 22 shows one nodule of nine millimeters in the right lung. The plan is four further courses of chemotherapy until March and removal of the nodule in the week of April 12, 2027. Recovery takes six weeks; scans follow in July and September.",
                "With the operation about two of three children in her state are cured. It cannot be had in her country.",
            ),
            "Dr. Onka Muster",
            ("Pediatric oncology, Nebraska license 00000",),
        ),
        "scan-report.pdf": desk.letter(
            "Prairie Sample Radiology",
            ("Omaha, NE",),
            "September 22, 2026",
            ("CT of the chest without contrast", "Patient: Gogona Nimushi, born August 19, 2016"),
            (
                "Compared with March 10, 2026. There is a new nodule of 9 mm in the lower lobe of the right lung. No effusion. The heart is of normal size.",
                "Impression: solitary metastasis is likely.",
            ),
            "Dr. Radia Sample",
            ("Radiology",),
            family="Mono",
        ),
        "appointments.pdf": desk.statement(
            *HOSPITAL,
            "Appointments kept in 2026",
            ("Patient: Gogona Nimushi",),
            kept,
            (110, 110, 170, 60),
        ),
        "teacher.pdf": desk.plain_letter(
            "Magistra Sample",
            ("Ward School, 60 Ward Street, Omaha",),
            "November 5, 2026",
            (
                "Gogona has been in my class since March. She learned English within half a year and reads to the younger ones.",
            ),
            ("teacher",),
        ),
        "bills.pdf": desk.statement(
            *HOSPITAL,
            "Account, March to November 2026",
            ("Patient: Gogona Nimushi",),
            [
                ("Item", "Charged", "Paid by the fund"),
                ("Operation of May 12", "$88,400", "$88,400"),
                ("Chemotherapy, seven courses", "$64,750", "$64,750"),
                ("Ward, 61 days", "$122,000", "$122,000"),
                ("Open", "$0", ""),
            ],
            (220, 110, 120),
            (1, 2),
        ),
        "fund.pdf": desk.letter(
            "Sample Fund for Children",
            ("60 Ward Street, Omaha, NE",),
            "November 10, 2026",
            ("To whom it may concern:",),
            (
                "The fund pays for the further treatment of Gogona Nimushi up to $210,000, which its board granted on November 2, 2026, and for her flight home.",
            ),
            "Funda Sample",
            ("Chair",),
        ),
    }
