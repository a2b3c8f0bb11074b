"""A reason of no list: an elderly aunt, alone after an earthquake; the smallest case, without attorney, typed at a kitchen table."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "nephew",
        "Yeğen Örnek",
        "Sample Grocers, Inc.",
        "store manager",
        "September 2013",
        64900,
        3,
        21700,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "other-sample",
        "kind": "parole",
        "reasons": ["other"],
        "petitioner": person(
            "nephew",
            "Yeğen",
            "Örnek",
            "1989-06-06",
            status="us-citizen",
            in_us=True,
            relationship="nephew",
            sex="male",
            birth_country="TUR",
            nationality="USA",
            address=address("41 Sample Boulevard", "Paterson", "NJ", "07503"),
            phone="973-555-0152",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "aunt",
                "Hala",
                "Örnek",
                "1946-01-05",
                sex="female",
                birth_city="Hatay",
                birth_country="TUR",
                nationality="TUR",
                passport={
                    "number": "U00000746",
                    "country": "TUR",
                    "issued": "2024-11-20",
                    "expires": "2034-11-19",
                },
                address=address("Container 118, Örnek camp", "Hatay", country="Turkey"),
                marital_status="widowed",
                status="none",
                in_us=False,
                occupation="retired",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "nephew"},
                "income": {
                    "annual_usd": 64900,
                    "household_size": 4,
                    "employer": "Sample Grocers, Inc.",
                },
            }
        ],
        "attorney": None,
        "request": {
            "filing": "paper",
            "fee": "pay",
            "payment": {"method": "bank-account", "account_in_us": True},
            "length_months": 12,
            "letter_date": "2026-11-20",
            "arrival_date": "2027-01-15",
            "consulate": {"city": "Ankara", "country": "TUR"},
            "basis": [
                "My aunt Hala Örnek ([@passport]) is eighty years old and has lived alone in a steel container since the earthquake took her house and her husband ([@camp]). She has fallen twice this year, and a doctor says that she can no longer "
                "look after herself ([@doctor]). The camp closes on March 31, 2027 ([@camp]). She brought me up; I am her only living relative ([@register]) and a citizen of the United States ([@naturalization])."
            ],
            "length_reason": "One year is needed to find her a place in a home in Hatay, where the waiting list is eleven months long ([@home-list]), or lasting status.",
            "why_no_visa": "Her visitor visa was refused on June 11, 2026, because she has no home to return to ([@visa-refusal]).",
            "departure_plan": "She is on the list of the home in Hatay and will go there when a room is free ([@home-list]).",
            "support_plan": "She will have her own room in our house. My wife is at home in the day. I earn $64,900 a year ([@employer-letter; @tax-transcript; @bank-letter]).",
        },
        "declarations": [
            {
                "id": "nephew",
                "declarant": "nephew",
                "title": "Declaration of Yeğen Örnek",
                "signed_in_us": True,
                "place": "Paterson, New Jersey",
                "paragraphs": [
                    "My parents died when I was six. My aunt and her husband brought me up ([@register]).",
                    "I visited her in April 2026. There is ice on the inside of the container in winter ([@photo]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the beneficiary, data page",
                "identity",
                "passport.png",
                person="aunt",
                date="2024-11-20",
            ),
            exhibit(
                "naturalization",
                "Certificate of naturalization of the petitioner",
                "status",
                person="nephew",
                date="2016-10-05",
            ),
            exhibit(
                "register",
                "Extract of the family register (multilingual form)",
                "relationship",
                date="2026-09-22",
            ),
            exhibit(
                "doctor", "Letter of the camp’s doctor", "medical", "doctor.jpg", date="2026-10-02"
            ),
            exhibit(
                "camp",
                "Notice of the camp’s administration",
                "government-letter",
                date="2026-09-30",
            ),
            exhibit(
                "photo",
                "Photograph of the container, April 2026",
                "photo",
                "container.jpg",
                date="2026-04-18",
            ),
            exhibit("home-list", "Waiting list of the home", "departure-plan", date="2026-10-09"),
            exhibit("visa-refusal", "Refusal of a visitor visa", "visa-refusal", date="2026-06-11"),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    return {
        "passport.png": passport(
            "TUR",
            "TÜRKİYE CUMHURİYETİ",
            "Ornek",
            "Hala",
            "U00000746",
            date(1946, 1, 5),
            "F",
            date(2024, 11, 20),
            date(2034, 11, 19),
            nationality="T.C.",
            place="HATAY",
            authority="HATAY (ÖRNEK)",
            word="PASAPORT / PASSPORT",
            colour=(120, 24, 34),
        ),
        "naturalization.pdf": desk.naturalization(
            "Yeğen Örnek", "October 5, 2016", "Newark, New Jersey", 280
        ),
        "register.pdf": desk.statement(
            "Sample Civil Registry · Hatay",
            ("Multilingual extract, in English",),
            "Family register, volume 00",
            ("Extract of September 22, 2026",),
            [
                ("Person", "Born", "Relation", "State"),
                ("Hala Örnek", "January 5, 1946", "head", "widow"),
                ("Amca Örnek", "1940", "husband", "died February 6, 2023"),
                ("Baba Örnek", "1955", "brother of Hala", "died 1995"),
                ("Yeğen Örnek", "June 6, 1989", "son of Baba", "living"),
            ],
            (130, 110, 120, 108),
        ),
        "doctor.jpg": desk.snapped(
            desk.letter(
                "Sample Camp Clinic",
                ("Hatay",),
                "October 2, 2026",
                ("To whom it may concern:",),
                (
                    "Hala Örnek, 80, has arthrosis of both hips, high blood pressure and poor sight. She fell in May and in August; the second fall broke her wrist.",
                    "She cannot fetch water, cook or wash without help and has none. A winter alone in the container endangers her life.",
                ),
                "Dr. Kamp Örneği",
                ("General practice (invented)",),
            ),
            1,
        ),
        "camp.pdf": desk.letter(
            "Sample Camp Administration",
            ("Hatay",),
            "September 30, 2026",
            ("To all residents",),
            (
                "The camp is closed on March 31, 2027. Residents without a place of their own are offered beds in a hall in another province, 600 kilometers away.",
                "Certified for Hala Örnek, container 118, resident since March 2023, alone.",
            ),
            "Müdür Örnek",
            ("Head of the camp (invented)",),
            seal="SAMPLE CAMP",
        ),
        "container.jpg": desk.scene(
            "Container 118, April 18, 2026. Taken by the petitioner.",
            (188, 200, 210),
            (
                ("box", (0, 760, 1400, 960), (146, 134, 112)),
                ("box", (220, 360, 1180, 800), (206, 208, 204)),
                ("box", (320, 470, 520, 800), (120, 130, 140)),
                ("box", (700, 460, 900, 600), (90, 110, 130)),
                ("person", (980, 520, 300), (110, 70, 100)),
            ),
        ),
        "home-list.pdf": desk.mail(
            "Sample Home for the Elderly <home@example.org>",
            "Yeğen Örnek",
            "October 9, 2026",
            "Waiting list",
            (
                "Hala Örnek is number 38 on our list. At present a room becomes free for her number after about eleven months.",
                "We keep the place on the list while she is abroad.",
            ),
        ),
        "visa-refusal.pdf": desk.letter(
            "Sample Consular Section",
            ("Ankara",),
            "June 11, 2026",
            ("Hala Örnek",),
            (
                "You have been found ineligible for a nonimmigrant visa under section 214(b) of the Immigration and Nationality Act. You have not shown a home abroad to which you will return. SAMPLE.",
            ),
            "Consula Officer",
            ("Consular officer (invented)",),
            colour=desk.RED,
        ),
    }
