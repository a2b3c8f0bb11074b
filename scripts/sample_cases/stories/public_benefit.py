"""A bridge engineer is asked for by a state's department after a flood: significant public benefit, few documents."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport

AGENCY = (
    "Sample State Department of Transportation",
    ("Bridge Division · 900 River Road, Montpelier, VT 05602 · 802-555-0120",),
)


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "director",
        "Directrice Probable",
        AGENCY[0],
        "director of bridges",
        "January 2006",
        128900,
        3,
        60400,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "public-benefit-sample",
        "kind": "parole",
        "reasons": ["public-benefit"],
        "petitioner": person(
            "director",
            "Directrice",
            "Probable",
            "1968-12-12",
            status="us-citizen",
            in_us=True,
            relationship="none; she asks for her department",
            sex="female",
            birth_country="USA",
            nationality="USA",
            address=address("17 Maple Sample Hill", "Montpelier", "VT", "05602"),
            phone="802-555-0120",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "engineer",
                "Ingénieur",
                "Muster",
                "1974-04-30",
                sex="male",
                birth_city="Chur",
                birth_country="CHE",
                nationality="CHE",
                passport={
                    "number": "X0000A12",
                    "country": "CHE",
                    "issued": "2022-09-01",
                    "expires": "2032-08-31",
                },
                address=address("6 Musterweg", "Chur", postal_code="7000", country="Switzerland"),
                marital_status="married",
                status="none",
                in_us=False,
                occupation="bridge engineer",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "director"},
                "income": {"annual_usd": 128900, "household_size": 4, "employer": AGENCY[0]},
                "contributions": ["The department houses the engineer"],
            }
        ],
        "attorney": None,
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 3,
            "letter_date": "2026-11-20",
            "arrival_date": "2026-12-07",
            "consulate": {"city": "Bern", "country": "CHE"},
            "basis": [
                "The flood of October 14, 2026 damaged sixteen stone arch bridges, among them the only road to two hospitals ([@agency-letter, p. 1]; [@bridges]). Ingénieur Muster ([@passport]) developed the grouting by which such bridges are made "
                "safe without being closed, and is the only person who has directed it at this scale ([@expert]). His help brings the bridges back before spring high water instead of in 2028.",
                "The governor has declared an emergency and the federal agency for disasters supports the work ([@declaration-emergency]).",
            ],
            "length_reason": "The grouting takes eleven weeks, to be finished before the ice breaks ([@agency-letter, p. 1]).",
            "why_no_visa": "A petition for temporary work with its labor condition application takes until April 2027 even with premium processing, because the yearly numbers are used up ([@no-visa]).",
            "departure_plan": "He returns to his firm in Chur, where he directs a tunnel from March 15, 2027 ([@firm]).",
            "support_plan": "The department pays fee, flights and lodging ([@agency-letter]); the petitioner signs Form I-134 ([@employer-letter; @tax-transcript; @bank-letter]).",
        },
        "declarations": [
            {
                "id": "director",
                "declarant": "director",
                "title": "Declaration of Directrice Probable",
                "signed_in_us": True,
                "place": "Montpelier, Vermont",
                "paragraphs": [
                    "I direct the bridges of the state. I asked eleven firms in the United States; none has done this work ([@expert]).",
                    "I am a citizen of the United States ([@us-passport]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the engineer, data page",
                "identity",
                "passport.png",
                person="engineer",
                date="2022-09-01",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the petitioner",
                "status",
                "us-passport.png",
                person="director",
                date="2020-05-05",
            ),
            exhibit(
                "agency-letter",
                "Letter of the department of transportation",
                "government-letter",
                date="2026-11-05",
            ),
            exhibit(
                "declaration-emergency",
                "Declaration of emergency",
                "government-letter",
                "emergency.pdf",
                date="2026-10-16",
            ),
            exhibit(
                "bridges", "Bridges, damage and detours", "government-letter", date="2026-11-02"
            ),
            exhibit(
                "expert", "Opinion on the method and the engineer", "expert", date="2026-11-04"
            ),
            exhibit(
                "firm",
                "Letter of the engineer’s firm",
                "employment",
                person="engineer",
                date="2026-11-03",
            ),
            exhibit(
                "no-visa",
                "Why a work visa does not come in time",
                "visa-refusal",
                date="2026-11-06",
            ),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    return {
        "passport.png": passport(
            "CHE",
            "SCHWEIZERISCHE EIDGENOSSENSCHAFT",
            "Muster",
            "Ingenieur",
            "X0000A12",
            date(1974, 4, 30),
            "M",
            date(2022, 9, 1),
            date(2032, 8, 31),
            nationality="SCHWEIZ / SUISSE",
            place="CHUR GR",
            authority="CHUR (SPECIMEN)",
            word="PASS / PASSEPORT",
            colour=(150, 24, 30),
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Probable",
            "Directrice",
            "000000127",
            date(1968, 12, 12),
            "F",
            date(2020, 5, 5),
            date(2030, 5, 4),
            nationality="UNITED STATES OF AMERICA",
            place="VERMONT, U.S.A.",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "agency-letter.pdf": desk.letter(
            *AGENCY,
            "November 5, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "Sixteen stone arch bridges were damaged on October 14, 2026. Five carry the only road to a hospital or a water plant; 21,400 people live behind them.",
                "Engineer Muster has directed the injection of lime grout under traffic at forty-one bridges of this type. With him the work takes eleven weeks, from December 7, 2026 to February 21, 2027. Without him the bridges must be closed and rebuilt, by 2028 and for $61 million instead of $4 million.",
                "The department pays for everything and takes no other person's work: our crews do the work under his direction.",
            ),
            "Directrice Probable",
            ("Director of bridges",),
            seal="STATE OF SAMPLE",
        ),
        "emergency.pdf": desk.scan(
            desk.certificate(
                ("STATE OF SAMPLE · OFFICE OF THE GOVERNOR",),
                "Declaration of emergency",
                [
                    [("Event", "Flood of October 14, 2026")],
                    [("Counties", "seven"), ("Until", "revoked")],
                ],
                (
                    "I declare an emergency in the counties named and direct all departments to restore roads and bridges without delay.",
                ),
                "Governa Sample",
                ("Governor (invented)", "October 16, 2026"),
                "THE GREAT SEAL OF SAMPLE",
            ),
            -0.5,
            270,
        ),
        "bridges.pdf": desk.statement(
            *AGENCY,
            "Bridges by urgency",
            ("As of November 2, 2026",),
            [
                ("No.", "Bridge", "Built", "Damage", "Detour, miles", "People behind it"),
                ("1", "Hospital Road", "1894", "voids behind both abutments", "46", "8,200"),
                ("2", "Mill Brook", "1871", "arch cracked, one lane", "31", "5,900"),
                ("3", "Water Works", "1902", "spandrel wall leaning", "none", "4,100"),
                ("4", "Upper Sample", "1888", "voids, closed to trucks", "27", "3,200"),
                ("5 to 16", "others", "1850 to 1910", "lesser", "4 to 19", ""),
            ],
            (50, 130, 90, 190, 90, 98),
            (4, 5),
            size=(792, 612),
        ),
        "expert.pdf": desk.letter(
            "Sample Institute of Civil Engineering",
            ("12 Arch Street",),
            "November 4, 2026",
            ("To whom it may concern:",),
            (
                "The method, known as sequential lime injection, was developed by Engineer Muster and described in the literature since 2009. It needs continuous judgment on site and cannot be directed from afar.",
                "I know of no engineer in North America who has used it on more than one bridge. He has used it on forty-one without a failure.",
            ),
            "Prof. Pontia Beispiel",
            ("Chair of masonry structures (invented)",),
        ),
        "firm.pdf": desk.letter(
            "Muster + Probst AG",
            ("Musterweg 2, 7000 Chur, Switzerland",),
            "November 3, 2026",
            ("To whom it may concern:",),
            (
                "Mr. Muster is a partner of this firm since 2004. We release him from December 5, 2026 to February 28, 2027; from March 15 he directs the Beispiel tunnel.",
            ),
            "Probst Muster",
            ("Managing partner",),
        ),
        "no-visa.pdf": desk.letter(
            "Counsel to the Department",
            ("900 River Road, Montpelier, VT",),
            "November 6, 2026",
            ("Memorandum",),
            (
                "The yearly numbers for specialty workers are used up; the next petitions can start on April 1, 2027 for work from October.",
                "The visa waiver program does not allow hands-on work. A visa of another class would take a petition of four to six months.",
            ),
            "Lexa Sample",
            ("Assistant attorney general (invented)",),
        ),
    }
