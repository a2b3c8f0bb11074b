"""A sister is needed to care for a mother-to-be who must lie still: filed online, without an attorney, papers in Ukrainian."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person, translated
from scripts.sample_cases.idpage import passport

HOME = address("27 Specimen Street", "Columbus", "OH", "43085")
HOSPITAL = (
    "Mockingbird Sample Hospital",
    ("Maternal and Fetal Medicine", "400 Clinic Way, Columbus, OH 43085 · 614-555-0102"),
)
TRANSLATOR = {
    "name": {"given": "Perekladka", "family": "Sumlinna"},
    "phone": "614-555-0171",
    "date": "2026-10-22",
    "address": address("9 Language Lane", "Columbus", "OH", "43085"),
}


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "husband",
        "Wzirets Prykladenko",
        "Sample Logistics LLC",
        "dispatcher",
        "May 2017",
        71500,
        4,
        18250,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "family-illness-sample",
        "kind": "parole",
        "reasons": ["family-illness"],
        "petitioner": person(
            "husband",
            "Wzirets",
            "Prykladenko",
            "1986-02-11",
            status="us-citizen",
            in_us=True,
            relationship="brother-in-law",
            sex="male",
            birth_country="UKR",
            nationality="USA",
            address=HOME,
            phone="614-555-0133",
            email="wzirets@example.org",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "sister",
                "Zrazka",
                "Vyhadana",
                "1991-09-30",
                sex="female",
                birth_city="Poltava",
                birth_country="UKR",
                nationality="UKR",
                passport={
                    "number": "FA0000017",
                    "country": "UKR",
                    "issued": "2023-03-14",
                    "expires": "2033-03-14",
                },
                address=address("5 Vulytsia Zrazkova", "Poltava", country="Ukraine"),
                marital_status="single",
                status="none",
                in_us=False,
                occupation="nurse",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "husband"},
                "income": {
                    "annual_usd": 71500,
                    "household_size": 5,
                    "employer": "Sample Logistics LLC",
                },
                "contributions": ["A room in the family's house and meals", "Return flight"],
            }
        ],
        "others": [
            person(
                "wife",
                "Mriya",
                "Prykladenko",
                "1993-06-04",
                sex="female",
                birth_country="UKR",
                nationality="UKR",
                in_us=True,
                status="permanent-resident",
                relationship="sister, who is to be cared for",
            )
        ],
        "attorney": None,
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 6,
            "letter_date": "2026-11-20",
            "arrival_date": "2026-12-20",
            "consulate": {"city": "Warsaw", "country": "POL"},
            "basis": [
                "My wife Mriya is in the twenty-fourth week of pregnancy with placenta previa. Her physician has ordered strict rest until the birth, "
                "expected on March 9, 2027, and warns that a bleeding could cost her life and the child's ([@doctor-letter]). Somebody must be in the house "
                "at every hour ([@care-schedule]); the hospital's social worker found nobody else who can ([@social-worker]).",
                "Zrazka Vyhadana ([@passport]) is Mriya's only sister, as their birth certificates show ([@sisters]), and a nurse with nine years of "
                "experience. I am a citizen of the United States ([@naturalization]); Mriya is a permanent resident ([@resident-card]). I work nights, and our "
                "children are four and two ([@letter-husband]).",
            ],
            "length_reason": "Six months cover the weeks before the birth and the first weeks after a cesarean section, when Mriya may not lift anything ([@doctor-letter]).",
            "why_no_visa": [
                "The earliest interview for a visitor visa in Warsaw is in November 2027, long after the birth ([@appointment])."
            ],
            "departure_plan": "Zrazka will return to her post at the hospital in Poltava, which has granted her unpaid leave until June 30, 2027 ([@leave]).",
            "support_plan": "She will live with us. I earn $71,500 a year ([@employer-letter; @tax-transcript]) and have savings ([@bank-letter]).",
        },
        "declarations": [
            {
                "id": "husband",
                "declarant": "husband",
                "title": "Declaration of Wzirets Prykladenko",
                "signed_in_us": True,
                "place": "Columbus, Ohio",
                "paragraphs": [
                    "I have been married to Mriya since 2019. We live with our two children in Columbus.",
                    "On October 2, 2026 she bled at home and I drove her to the hospital, where she stayed four days ([@doctor-letter]).",
                    "My parents are dead and Mriya's father lives alone in Poltava. Our neighbors work ([@letter-husband]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the beneficiary, data page",
                "identity",
                "passport.png",
                person="sister",
                date="2023-03-14",
            ),
            exhibit(
                "naturalization",
                "Certificate of naturalization of the petitioner",
                "status",
                person="husband",
                date="2018-08-17",
            ),
            exhibit(
                "resident-card",
                "Permanent resident card of the sick sister",
                "status",
                "resident-card.jpg",
                person="wife",
                supports=["CARE.RELATIVE-STATUS"],
            ),
            translated(
                "sisters",
                "Birth certificates of the two sisters",
                "relationship",
                "uk",
                TRANSLATOR,
                date="2026-09-03",
            ),
            exhibit(
                "doctor-letter", "Letter of the treating obstetrician", "medical", date="2026-10-19"
            ),
            exhibit(
                "care-schedule",
                "Week by week: the help that is needed",
                "medical",
                supports=["CARE.SCHEDULE"],
                date="2026-10-21",
            ),
            exhibit(
                "social-worker",
                "Letter of the hospital’s social worker",
                "medical-acceptance",
                date="2026-10-21",
            ),
            exhibit(
                "letter-husband",
                "Letter of a neighbor on the family’s days",
                "letter",
                date="2026-10-25",
            ),
            exhibit(
                "appointment",
                "Earliest visa interview in Warsaw",
                "visa-refusal",
                date="2026-11-02",
            ),
            exhibit(
                "leave",
                "Leave granted by the beneficiary’s employer",
                "departure-plan",
                date="2026-10-28",
            ),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    where = ("9 Language Lane, Columbus, OH 43085", "614-555-0171")
    births = [
        ("Vyhadana Mriya", "Видуманка Мрія Зразківна", "June 4, 1993", "4 червня 1993 року"),
        (
            "Vyhadana Zrazka",
            "Видуманка Зразка Зразківна",
            "September 30, 1991",
            "30 вересня 1991 року",
        ),
    ]
    return {
        "passport.png": passport(
            "UKR",
            "UKRAINE / УКРАЇНА",
            "Vyhadana",
            "Zrazka",
            "FA0000017",
            date(1991, 9, 30),
            "F",
            date(2023, 3, 14),
            date(2033, 3, 14),
            nationality="UKRAINIAN",
            place="POLTAVA",
            authority="5301",
            word="PASSPORT / ПАСПОРТ",
            colour=(28, 52, 110),
        ),
        "naturalization.pdf": desk.naturalization(
            "Wzirets Prykladenko", "August 17, 2018", "Columbus, Ohio", 201
        ),
        "resident-card.jpg": desk.snapped(
            desk.certificate(
                ("UNITED STATES OF AMERICA",),
                "Permanent Resident · SAMPLE",
                [
                    [("Surname", "PRYKLADENKO"), ("Given name", "MRIYA")],
                    [("USCIS number", "000-000-000"), ("Category", "IR1")],
                    [("Date of birth", "04 JUN 1993"), ("Card expires", "02/11/32")],
                ],
                ("Copy of the front of the card. Not a card.",),
                "Mriya Prykladenko",
                ("holder",),
                "SAMPLE CARD",
            )
        ),
        "sisters-original.pdf": _births([(name, born) for _, name, _, born in births]),
        "sisters-english.pdf": desk.english(
            "Ukrainian: two birth certificates",
            [
                line
                for name, _, born, _ in births
                for line in (
                    f"# Certificate of birth: {name}",
                    f"{name}, daughter of Zrazok Vyhadanyi, was born on {born} in Poltava, Ukraine.",
                    "Father: Vyhadanyi Zrazok. Mother: Vyhadana Oliya.",
                    "Issued again on September 3, 2026. Round seal of the registry office of Poltava. Signature.",
                )
            ],
        ),
        "sisters-translator.pdf": desk.translator(
            "Perekladka Sumlinna",
            "Ukrainian",
            "birth certificates of Mriya and Zrazka Vyhadana",
            "October 22, 2026",
            where,
        ),
        "doctor-letter.pdf": desk.letter(
            *HOSPITAL,
            "October 19, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "Mriya Prykladenko is under my care with complete placenta previa in the twenty-fourth week of pregnancy. She was admitted with bleeding on October 2 and discharged on October 6.",
                "She must rest, with bathroom privileges only, until a cesarean section planned for March 9, 2027, and may not lift more than five pounds for eight weeks after it. A further bleeding is "
                "likely; within minutes it can endanger mother and child. She must not be alone at any hour.",
                "A trained person in the house, able to recognize an emergency and to look after two small children, is what she needs. Hospital care for five months is not available to her.",
            ),
            "Dr. Gravida Beispiel",
            ("Maternal and fetal medicine, Ohio license 00-000000",),
        ),
        "care-schedule.pdf": desk.statement(
            *HOSPITAL,
            "Plan of care at home",
            ("Patient: Mriya Prykladenko",),
            [
                ("Weeks", "Patient may", "Help needed", "Hours"),
                (
                    "24 to 28",
                    "sit, walk to the bathroom",
                    "children, meals, watch for bleeding",
                    "24",
                ),
                (
                    "28 to 34",
                    "lie, walk to the bathroom",
                    "same, visits to the clinic twice a week",
                    "24",
                ),
                ("34 to 37", "hospital or home", "children day and night", "24"),
                ("after birth, 1 to 8", "walk, no lifting", "newborn, children, wound care", "16"),
            ],
            (105, 130, 190, 43),
            (3,),
            ("Dr. Gravida Beispiel, October 21, 2026",),
            size=(612, 792),
        ),
        "social-worker.pdf": desk.letter(
            *HOSPITAL,
            "October 21, 2026",
            ("To whom it may concern:",),
            (
                "I have assessed the household of Mriya Prykladenko. The husband works nights; the children are four and two. There is no relative within 4,000 miles. Insurance pays for eight hours of home care a week, and private care would cost $5,200 a week.",
                "The patient's sister is a nurse and known to the children. Her help is the only arrangement that meets the physician's orders.",
            ),
            "Socia Mockham",
            ("Licensed social worker",),
        ),
        "letter-husband.pdf": desk.plain_letter(
            "Nadia Neighbor",
            ("29 Specimen Street, Columbus, OH 43085",),
            "October 25, 2026",
            (
                "I live next door to the Prykladenko family. I work in the day and can look in only in the evening. The other houses near us are the same.",
                "I know Zrazka from two video calls. The children ask for her by name.",
            ),
            ("neighbor",),
        ),
        "appointment.pdf": desk.appointment(
            "Warsaw",
            "November 2, 2026",
            "November 18, 2027",
            "Applicants of Ukraine are served in Warsaw.",
        ),
        "leave.pdf": desk.letter(
            "Зразкова лікарня · Sample Hospital of Poltava",
            ("1 Vulytsia Likarniana, Poltava · sample",),
            "October 28, 2026",
            ("Certificate (English form)",),
            (
                "Zrazka Vyhadana has been employed as a nurse since 2017. Unpaid leave is granted from December 15, 2026 to June 30, 2027; her post is kept for her.",
            ),
            "Kadrova Primirna",
            ("Personnel",),
            seal="SAMPLE HOSPITAL POLTAVA",
        ),
    }


def _births(rows: list[tuple[str, str]]) -> bytes:
    """Two records on two pages, with a text layer: recognition of Ukrainian is not on every machine."""
    paper = desk.Paper()
    for number, (name, born) in enumerate(rows):
        if number:
            paper.new_page()
        paper.centre("УКРАЇНА", 12)
        paper.centre("СВІДОЦТВО ПРО НАРОДЖЕННЯ", 18)
        paper.space(10)
        paper.boxes(
            [
                [("Прізвище, власне ім'я, по батькові", name)],
                [("Дата народження", born), ("Місце народження", "м. Полтава, Україна")],
                [("Батько", "Видуманий Зразок Умовний"), ("Мати", "Видуманка Олія Умовна")],
                [("Дата видачі", "3 вересня 2026 року"), ("Актовий запис", "000")],
            ]
        )
        paper.text("Це зразок для перевірки програми. Усі особи та відомості вигадані.")
        paper.sign("Реєстра Умовна", ["начальник відділу (вигадано)"], "Реєстра")
        paper.seal(470, 200, "ЗРАЗОК · ПОЛТАВА", 46)
    return paper.done()
