"""A witness is needed at a criminal trial: subpoena, the prosecutor's and the agency's letters; filed online by the prosecutor's victim advocate."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import Sample, address, exhibit, person
from scripts.sample_cases.idpage import passport

COURT = ("Sample County Superior Court", ("Department 7 · 1 Court Plaza, Fresno, CA 93721",))


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "advocate",
        "Advocata Sampler",
        "Sample County",
        "victim advocate",
        "August 2015",
        67800,
        2,
        15100,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "court-proceedings-sample",
        "kind": "parole",
        "reasons": ["court-proceedings"],
        "petitioner": person(
            "advocate",
            "Advocata",
            "Sampler",
            "1983-09-21",
            status="us-citizen",
            in_us=True,
            relationship="victim advocate of the county",
            sex="female",
            birth_country="USA",
            nationality="USA",
            address=address("2220 Sample Street", "Fresno", "CA", "93721"),
            phone="559-555-0114",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "witness",
                "Testigo",
                "Inventado Modelo",
                "1969-02-14",
                sex="male",
                birth_city="Oaxaca",
                birth_country="MEX",
                nationality="MEX",
                passport={
                    "number": "N00000545",
                    "country": "MEX",
                    "issued": "2023-10-10",
                    "expires": "2029-10-10",
                },
                address=address("40 Calle Prueba", "Oaxaca", country="Mexico"),
                marital_status="widowed",
                status="none",
                in_us=False,
                occupation="farmer",
                history={
                    "criminal": False,
                    "removal_proceedings": True,
                    "prior_parole": False,
                    "immigration_explanation": "Voluntary departure in 2011, after two years of farm work without a visa.",
                },
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "advocate"},
                "income": {"annual_usd": 67800, "household_size": 3, "employer": "Sample County"},
                "contributions": ["Meals outside of court days"],
            }
        ],
        "attorney": None,
        "request": {
            "filing": "online",
            "fee": "pay",
            "length_months": 2,
            "letter_date": "2026-11-20",
            "arrival_date": "2027-01-24",
            "consulate": {"city": "Mexico City", "country": "MEX"},
            "basis": [
                "The People v. Doe, a prosecution for the trafficking of nineteen farm workers, is set for trial on February 1, 2027. Testigo Inventado Modelo ([@passport]) is the only worker who saw the defendant take the others' passports; "
                "the court has ordered his attendance ([@subpoena]) and the district attorney cannot prove two of the counts without him ([@prosecutor]).",
                "The sheriff's office, which led the investigation, supports the request and will meet him at the border and house him ([@sheriff]).",
            ],
            "length_reason": "The trial is expected to last four weeks, with two weeks on either side for preparation and recall ([@prosecutor, p. 1]).",
            "why_no_visa": "He left under an order of voluntary departure in 2011 ([@departure-order]) and is refused a visitor visa; a waiver takes more than ten months ([@appointment]).",
            "departure_plan": "The sheriff's office returns him to the border on the day after he is excused ([@sheriff]). His farm needs him for the sowing in April.",
            "support_plan": "The county pays for journey, hotel and meals of its witnesses ([@sheriff]); the petitioner signs Form I-134 ([@employer-letter; @tax-transcript; @bank-letter]).",
        },
        "declarations": [
            {
                "id": "advocate",
                "declarant": "advocate",
                "title": "Declaration of Advocata Sampler",
                "signed_in_us": True,
                "place": "Fresno, California",
                "paragraphs": [
                    "I am a citizen of the United States ([@us-passport]) and accompany witnesses and victims for Sample County. I have spoken with Mr. Inventado by telephone eleven times since 2025.",
                    "He is willing to come and to testify ([@witness-letter]). I have told him that parole gives no right to stay.",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the witness, data page",
                "identity",
                "passport.png",
                person="witness",
                date="2023-10-10",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the petitioner",
                "status",
                "us-passport.png",
                person="advocate",
                date="2018-01-08",
            ),
            exhibit(
                "subpoena", "Subpoena and certificate of the court", "court", date="2026-10-26"
            ),
            exhibit(
                "prosecutor",
                "Letter of the district attorney",
                "court",
                date="2026-10-28",
                supports=["COURT.PRESENCE", "COURT.ROLE"],
            ),
            exhibit(
                "sheriff", "Letter of the sheriff’s office", "government-letter", date="2026-10-30"
            ),
            exhibit("witness-letter", "Letter of the witness", "letter", date="2026-10-20"),
            exhibit(
                "departure-order",
                "Order of voluntary departure, 2011",
                "immigration-history",
                date="2011-03-22",
                person="witness",
            ),
            exhibit(
                "appointment",
                "Waiting times for visa and waiver",
                "visa-refusal",
                date="2026-11-03",
            ),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    return {
        "passport.png": passport(
            "MEX",
            "ESTADOS UNIDOS MEXICANOS",
            "Inventado Modelo",
            "Testigo",
            "N00000545",
            date(1969, 2, 14),
            "M",
            date(2023, 10, 10),
            date(2029, 10, 10),
            nationality="MEXICANA",
            place="OAXACA",
            authority="SRE (MUESTRA)",
            word="PASAPORTE",
            colour=(20, 74, 52),
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Sampler",
            "Advocata",
            "000000113",
            date(1983, 9, 21),
            "F",
            date(2018, 1, 8),
            date(2028, 1, 7),
            nationality="UNITED STATES OF AMERICA",
            place="CALIFORNIA, U.S.A.",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "subpoena.pdf": desk.scan(
            desk.certificate(
                (COURT[0], "THE PEOPLE OF THE STATE v. DOE · No. F00-000000"),
                "Subpoena and certificate for a witness abroad",
                [
                    [("To", "Testigo Inventado Modelo, Oaxaca, Mexico")],
                    [("Appear on", "February 1, 2027, 8:30 a.m."), ("Department", "7")],
                ],
                (
                    "The court certifies that the named person is a material witness in this prosecution and that his attendance in person is required on the day named and from day to day until he is excused. "
                    "The court has considered testimony by video and finds that the defendant's right to confront the witness forbids it.",
                ),
                "Hon. Justa Sample",
                ("Judge of the superior court (invented)", "October 26, 2026"),
                "SUPERIOR COURT SAMPLE",
            ),
            0.5,
            260,
        ),
        "prosecutor.pdf": desk.letter(
            "Office of the Sample County District Attorney",
            ("2220 Sample Street, Fresno, CA 93721 · 559-555-0100",),
            "October 28, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "# Role",
                "Mr. Inventado is a witness, not a party. He worked beside the victims in 2010 and saw the defendant collect nineteen passports and lock them in a safe. Nobody else saw it.",
                "# Why in person",
                "The court has ruled that he cannot be heard by video. Counts four and seven rest on his testimony.",
                "# Time",
                "Jury selection begins on February 1, 2027. The trial is expected to last four weeks; he must be prepared before it and stay for recall.",
            ),
            "Proseca Muster",
            ("Deputy district attorney",),
        ),
        "sheriff.pdf": desk.letter(
            "Sample County Sheriff",
            ("Human trafficking unit · 559-555-0199",),
            "October 30, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "This office investigated the case and asks that the witness be paroled. Two deputies will meet him at the San Ysidro port of entry, take him to Fresno, and return him on the day after the court excuses him.",
                "The county pays for transport, hotel and meals. He has no criminal record in our systems.",
            ),
            "Sgt. Sherifa Probe",
            ("Unit commander",),
            seal="SHERIFF · SAMPLE COUNTY",
        ),
        "witness-letter.pdf": desk.mail(
            "Testigo Inventado <testigo@example.org>",
            "Advocata Sampler",
            "October 20, 2026",
            "I will come",
            (
                "I will come and tell the judge what I saw. My daughter wrote this e-mail in English for me and read it to me in Spanish.",
                "I must be home in April to sow.",
            ),
        ),
        "departure-order.pdf": desk.scan(
            desk.letter(
                "Sample Immigration Court",
                ("San Diego, California",),
                "March 22, 2011",
                ("In the matter of Testigo Inventado Modelo",),
                (
                    "Upon the respondent's request it is ordered that voluntary departure be granted in lieu of removal, until April 21, 2011.",
                    "The respondent left through San Ysidro on April 4, 2011 (stamp of the port).",
                ),
                "Immigra Judge",
                ("Immigration judge (invented)",),
            ),
            -0.8,
            262,
        ),
        "appointment.pdf": desk.appointment(
            "Mexico City",
            "November 3, 2026",
            "December 6, 2027",
            "An applicant who needs a waiver should expect ten to fourteen further months.",
        ),
    }
