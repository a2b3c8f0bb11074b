"""A son is to bury his father: papers in French, a fee waiver, everything within days."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person, translated
from scripts.sample_cases.idpage import passport

HOME = address("61 Placeholder Avenue", "Brockton", "MA", "02301")
TRANSLATOR = {
    "name": {"given": "Traducia", "family": "Fidèle"},
    "phone": "508-555-0188",
    "date": "2026-11-14",
    "address": address("12 Parallel Street", "Brockton", "MA", "02301"),
}


def sample() -> Sample:
    """The case and its evidence."""
    return Sample(case=_case(), files=_files())


def _case() -> desk.Json:
    return {
        "id": "end-of-life-sample",
        "kind": "parole",
        "reasons": ["end-of-life"],
        "petitioner": person(
            "widow",
            "Veuve",
            "Exemple",
            "1961-05-20",
            status="permanent-resident",
            in_us=True,
            relationship="mother",
            sex="female",
            birth_country="HTI",
            nationality="HTI",
            a_number="A098-000-021",
            address=HOME,
            phone="508-555-0121",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "son",
                "Fils",
                "Exemple",
                "1988-12-01",
                sex="male",
                birth_city="Jacmel",
                birth_country="HTI",
                nationality="HTI",
                passport={
                    "number": "R00000421",
                    "country": "HTI",
                    "issued": "2024-02-05",
                    "expires": "2034-02-04",
                },
                address=address("8 Rue Modèle", "Jacmel", country="Haiti"),
                marital_status="married",
                status="none",
                in_us=False,
                occupation="schoolteacher",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": person(
                    "cousin",
                    "Cousine",
                    "Modèle",
                    "1979-07-07",
                    status="us-citizen",
                    in_us=True,
                    relationship="cousin",
                    address=address("19 Instance Road", "Boston", "MA", "02126"),
                    phone="617-555-0109",
                    history={"criminal": False, "removal_proceedings": False},
                ),
                "income": {
                    "annual_usd": 58200,
                    "household_size": 3,
                    "employer": "Sample Transit Authority",
                },
                "contributions": ["Flights", "Meals for two weeks"],
            }
        ],
        "attorney": None,
        "request": {
            "filing": "paper",
            "fee": "waiver",
            "length_months": 1,
            "letter_date": "2026-11-20",
            "arrival_date": "2026-12-01",
            "consulate": {"city": "Santo Domingo", "country": "DOM"},
            "basis": [
                "My husband, Feu Exemple, died in Brockton on November 9, 2026 ([@death-certificate]). Our only son, Fils Exemple ([@passport]), is to bury him, as is the custom of our family. "
                "The funeral home keeps the body until December 5, 2026 ([@funeral-home]).",
                "Fils is the son of the deceased ([@birth-certificate]) and is named in the will as the person who settles the estate ([@will]). I am a permanent resident of the "
                "United States ([@resident-card]), sixty-five years old, and cannot do this alone ([@pastor]).",
            ],
            "length_reason": "One month covers the funeral on December 5 and the appointments at the probate court ([@funeral-home; @will]).",
            "why_no_visa": [
                "The consular section in Port-au-Prince is closed to visitors; the earliest interview in Santo Domingo is in July 2027 ([@appointment])."
            ],
            "departure_plan": "My son will return to his wife, three children and his school in Jacmel, where classes resume on January 11, 2027 ([@school]).",
            "support_plan": "He will stay in my home. My niece Cousine Modèle, a U.S. citizen ([@us-passport]), pays for the journey and signs Form I-134 ([@tax-transcript; @employer-letter; @bank-letter]). "
            "I live on Supplemental Security Income and ask that the fee be waived ([@benefit-letter]).",
            "expedite_reason": "The body can be kept only until December 5, 2026 ([@funeral-home]).",
        },
        "declarations": [
            {
                "id": "widow",
                "declarant": "widow",
                "title": "Declaration of Veuve Exemple",
                "signed_in_us": True,
                "place": "Brockton, Massachusetts",
                "language": "ht",
                "interpreter": {
                    "name": {"given": "Entèprèt", "family": "Egzanp"},
                    "language": "ht",
                    "phone": "508-555-0160",
                    "address": address("77 Sample Way", "Brockton", "MA", "02301"),
                },
                "paragraphs": [
                    "Feu Exemple and I were married for forty years. He came to the United States in 2009, I in 2012.",
                    "Our son stayed in Jacmel because he was over twenty-one. He has not seen his father since 2018.",
                    "I ask that he may stand at the grave of his father ([@funeral-home]).",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the beneficiary, data page",
                "identity",
                "passport.png",
                person="son",
                date="2024-02-05",
            ),
            exhibit(
                "resident-card",
                "Permanent resident card of the petitioner",
                "status",
                person="widow",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the supporter",
                "status",
                "us-passport.png",
                person="cousin",
                date="2021-06-10",
            ),
            translated(
                "birth-certificate",
                "Birth certificate of the beneficiary",
                "relationship",
                "fr",
                TRANSLATOR,
                person="son",
                date="2019-01-15",
            ),
            exhibit(
                "death-certificate",
                "Death certificate of the beneficiary’s father",
                "death",
                date="2026-11-12",
            ),
            exhibit("funeral-home", "Letter of the funeral home", "funeral", date="2026-11-13"),
            exhibit(
                "will",
                "Will, and notice of the probate court",
                "court",
                date="2026-11-16",
                supports=["END.ESTATE"],
            ),
            exhibit("pastor", "Letter of the pastor", "letter", date="2026-11-15"),
            exhibit("appointment", "Earliest visa interviews", "visa-refusal", date="2026-11-12"),
            exhibit(
                "school", "Letter of the beneficiary’s school", "departure-plan", date="2026-11-14"
            ),
            exhibit(
                "benefit-letter",
                "Award letter, Supplemental Security Income",
                "government-letter",
                date="2026-01-02",
                person="widow",
            ),
            *desk.means(
                "cousin",
                "Cousine Modèle",
                "Sample Transit Authority",
                "bus operator",
                "June 2011",
                58200,
                2,
                9400,
            )[0],
        ],
    }


def _files() -> dict[str, bytes]:
    where = ("12 Parallel Street, Brockton, MA 02301", "508-555-0188")
    birth = (
        [("Nom et prénoms", "EXEMPLE Fils")],
        [("Né le", "1er décembre 1988"), ("Lieu", "Jacmel, Haïti")],
        [("Père", "EXEMPLE Feu"), ("Mère", "MODÈLE Veuve")],
    )
    return {
        **desk.means(
            "cousin",
            "Cousine Modèle",
            "Sample Transit Authority",
            "bus operator",
            "June 2011",
            58200,
            2,
            9400,
        )[1],
        "passport.png": passport(
            "HTI",
            "RÉPUBLIQUE D'HAÏTI",
            "Exemple",
            "Fils",
            "R00000421",
            date(1988, 12, 1),
            "M",
            date(2024, 2, 5),
            date(2034, 2, 4),
            nationality="HAÏTIENNE",
            place="JACMEL",
            authority="SERVICE DES PASSEPORTS (SPÉCIMEN)",
            word="PASSEPORT",
            colour=(20, 40, 120),
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Modele",
            "Cousine",
            "000000043",
            date(1979, 7, 7),
            "F",
            date(2021, 6, 10),
            date(2031, 6, 9),
            nationality="UNITED STATES OF AMERICA",
            place="HAITI",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "resident-card.pdf": desk.scan(
            desk.certificate(
                ("UNITED STATES OF AMERICA",),
                "Permanent Resident · SAMPLE",
                [
                    [("Surname", "EXEMPLE"), ("Given name", "VEUVE")],
                    [("USCIS number", "098-000-021"), ("Category", "F31")],
                    [("Date of birth", "20 MAY 1961"), ("Card expires", "08/30/32")],
                ],
                ("Copy of the front of the card. Not a card.",),
                "Veuve Exemple",
                ("holder",),
                "SAMPLE CARD",
            ),
            0.8,
            220,
        ),
        "birth-certificate-original.pdf": desk.scan(
            desk.certificate(
                ("RÉPUBLIQUE D'HAÏTI", "Archives Nationales"),
                "Extrait de l'acte de naissance",
                birth,
                (
                    "L'an mil neuf cent quatre-vingt-huit est né à Jacmel l'enfant nommé ci-dessus, fils légitime de Feu Exemple et de Veuve Modèle.",
                ),
                "Archiva Fictive",
                ("officier de l'état civil (inventé)",),
                "ARCHIVES · SPÉCIMEN",
            ),
            -0.6,
            221,
        ),
        "birth-certificate-english.pdf": desk.english(
            "French: extract of a record of birth",
            (
                "REPUBLIC OF HAITI, National Archives. # Extract of the record of birth",
                "Name: EXEMPLE Fils. Born on December 1, 1988 at Jacmel, Haiti. Father: EXEMPLE Feu. Mother: MODÈLE Veuve.",
                "In the year nineteen hundred eighty-eight was born at Jacmel the child named above, legitimate son of Feu Exemple and of Veuve Modèle.",
                "Signature: Archiva Fictive, registrar. Round seal of the archives.",
            ),
        ),
        "birth-certificate-translator.pdf": desk.translator(
            "Traducia Fidèle",
            "French",
            "record of birth of Fils Exemple",
            "November 14, 2026",
            where,
        ),
        "death-certificate.pdf": desk.scan(
            desk.certificate(
                ("COMMONWEALTH OF SAMPLE MASSACHUSETTS", "City of Brockton"),
                "Certificate of Death",
                [
                    [("Name of decedent", "Feu Exemple")],
                    [("Date of death", "November 9, 2026"), ("Place", "Brockton Sample Hospital")],
                    [("Date of birth", "April 2, 1957"), ("Surviving spouse", "Veuve Exemple")],
                    [("Children", "Fils Exemple, Jacmel, Haiti")],
                ],
                ("I certify that this is a true copy of the record on file.",),
                "Clara Clerk",
                ("City clerk (invented)", "November 12, 2026"),
                "CITY CLERK · SAMPLE",
            ),
            0.4,
            222,
        ),
        "funeral-home.pdf": desk.letter(
            "Restful Sample Funeral Home",
            ("3 Quiet Street, Brockton, MA 02301 · 508-555-0140",),
            "November 13, 2026",
            ("To the immigration officer:",),
            (
                "The remains of Feu Exemple are in our care. The service is arranged for Saturday, December 5, 2026 at 10 a.m.; we cannot keep the remains beyond that day.",
                "The family asked that the son of the deceased, Fils Exemple of Jacmel, lead the burial. The costs of $7,850 are paid by a burial insurance.",
            ),
            "Morta Sample",
            ("Funeral director",),
        ),
        "will.pdf": desk.letter(
            "Sample Probate and Family Court",
            ("Plymouth Division · docket 00P0000",),
            "November 16, 2026",
            ("Notice to interested persons",),
            (
                "The will of Feu Exemple, dated March 3, 2024, has been offered for probate. It names his son, Fils Exemple, as personal representative.",
                "The person named must appear in person to take the oath within thirty days of the burial, or decline.",
            ),
            "Proba Register",
            ("Register of probate (invented)",),
            seal="PROBATE COURT SAMPLE",
        ),
        "pastor.pdf": desk.letter(
            "Church of the Good Example",
            ("40 Chapel Street, Brockton, MA 02301",),
            "November 15, 2026",
            (),
            (
                "I have known the Exemple family for twelve years. Mrs. Exemple walks with a frame and has no other child.",
                "I ask that her son may come to bury his father.",
            ),
            "Rev. Bon Exemple",
            ("Pastor",),
        ),
        "appointment.pdf": desk.appointment(
            "Santo Domingo",
            "November 12, 2026",
            "July 19, 2027",
            "The section in Port-au-Prince gives no visitor appointments.",
        ),
        "school.pdf": desk.letter(
            "École Modèle de Jacmel",
            ("Rue de l'École, Jacmel",),
            "November 14, 2026",
            ("Certificate (English form)",),
            (
                "Mr. Fils Exemple has taught mathematics at our school since 2012. Leave is granted from November 30, 2026 to January 8, 2027; he is expected on January 11.",
            ),
            "Directrice Modèle",
            ("Head of school",),
        ),
        "benefit-letter.pdf": desk.letter(
            "Sample Social Security Office",
            ("Brockton",),
            "January 2, 2026",
            ("Veuve Exemple", "61 Placeholder Avenue", "Brockton, MA 02301"),
            (
                "Beginning January 2026 the monthly amount of your Supplemental Security Income is $994.00.",
            ),
            "Beneficia Sample",
            ("Claims representative",),
        ),
    }
