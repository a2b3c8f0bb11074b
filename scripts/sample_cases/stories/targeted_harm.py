"""A reporter is threatened by name: messages, a photograph of a wall, a police report in Spanish, an expert; filed on paper."""

from __future__ import annotations

from datetime import date

from scripts.sample_cases import desk
from scripts.sample_cases.desk import NO_RECORD, Sample, address, exhibit, person, translated
from scripts.sample_cases.idpage import passport

TRANSLATOR = {
    "name": {"given": "Traductora", "family": "Honesta"},
    "phone": "202-555-0180",
    "date": "2026-10-29",
    "address": address("3 Tongue Street NW", "Washington", "DC", "20005"),
}


def sample() -> Sample:
    """The case and its evidence."""
    money, files = desk.means(
        "editor",
        "Redactor Sampleton",
        "Sample Press Foundation",
        "managing editor",
        "April 2012",
        94000,
        2,
        31000,
    )
    return Sample(case=_case(money), files={**files, **_files()})


def _case(money: list[desk.Json]) -> desk.Json:
    return {
        "id": "targeted-harm-sample",
        "kind": "parole",
        "reasons": ["targeted-harm"],
        "petitioner": person(
            "editor",
            "Redactor",
            "Sampleton",
            "1971-11-02",
            status="us-citizen",
            in_us=True,
            relationship="editor of her newspaper’s English edition",
            sex="male",
            birth_country="USA",
            nationality="USA",
            address=address("88 Masthead Street NW", "Washington", "DC", "20001"),
            phone="202-555-0117",
            history={"criminal": False, "removal_proceedings": False},
        ),
        "beneficiaries": [
            person(
                "reporter",
                "Reportera",
                "Ejemplar Inventada",
                "1994-06-23",
                sex="female",
                birth_city="Granada",
                birth_country="NIC",
                nationality="NIC",
                passport={
                    "number": "C00000312",
                    "country": "NIC",
                    "issued": "2021-02-09",
                    "expires": "2031-02-08",
                },
                address=address(
                    "not disclosed, through the attorney", "San José", country="Costa Rica"
                ),
                marital_status="single",
                status="none",
                in_us=False,
                occupation="reporter",
                history=NO_RECORD,
            )
        ],
        "supporters": [
            {
                "person": {"same_as": "editor"},
                "income": {
                    "annual_usd": 94000,
                    "household_size": 3,
                    "employer": "Sample Press Foundation",
                },
            }
        ],
        "attorney": {
            "name": {"given": "Legalia", "family": "Aidham"},
            "firm": "Capital Sample Legal Aid",
            "address": address("10 Justice Place NW", "Washington", "DC", "20004"),
            "phone": "202-555-0101",
            "email": "intake@example.org",
            "bar_state": "District of Columbia",
            "bar_number": "0000000",
        },
        "request": {
            "filing": "paper",
            "fee": "pay",
            "length_months": 12,
            "letter_date": "2026-11-20",
            "arrival_date": "2026-12-15",
            "consulate": {"city": "San José", "country": "CRI"},
            "basis": [
                "Reportera Ejemplar Inventada ([@passport]) wrote in June 2026 on illegal logging by an armed group ([@article]). Since July she has been threatened by name: by telephone messages ([@messages]), "
                "on the wall of her house ([@wall]), and by two men who followed her, as she told the police on August 14 ([@police-report]).",
                "She fled to Costa Rica on September 3. Men of the same group asked for her there on October 11 ([@colleague]). A psychologist finds severe post-traumatic stress ([@psychologist]); an expert on the region "
                "concludes that she can be found and killed in either country ([@expert]; [@conditions]).",
            ],
            "length_reason": "One year is the time in which the foundation can resettle her, or the prosecution of the group ends, as the expert expects ([@expert, p. 1]).",
            "why_no_visa": [
                "Her asylum claim in Costa Rica has a first interview in 2029, and no refugee program takes her case ([@refugee-office]). A visitor visa is not for her: she cannot show that she will return soon ([@appointment])."
            ],
            "departure_plan": "The foundation has promised to resettle her in a third country or to support her application for lasting status ([@fellowship]).",
            "support_plan": "She will live in the foundation's guest apartment and receive a fellowship of $2,400 a month ([@fellowship]); her editor, a U.S. citizen ([@us-passport]), declares his support ([@tax-transcript; @employer-letter; @bank-letter]).",
            "expedite_reason": "Armed men looked for her at her present refuge on October 11, 2026 ([@colleague]); every week there endangers her life ([@expert]).",
        },
        "declarations": [
            {
                "id": "reporter",
                "declarant": "reporter",
                "title": "Declaration of Reportera Ejemplar Inventada",
                "signed_in_us": False,
                "place": "San José, Costa Rica",
                "language": "es",
                "interpreter": {
                    "name": {"given": "Interpreta", "family": "Veraz"},
                    "language": "es",
                    "phone": "202-555-0139",
                    "address": address("5 Echo Court NW", "Washington", "DC", "20009"),
                },
                "paragraphs": [
                    "I have written for the newspaper El Ejemplo since 2017. My article on the logging of the reserve appeared on June 7, 2026 ([@article]).",
                    "On July 2 the first message came. It named my street and my mother ([@messages]). I know the number: the group's spokesman used it in an interview with me in May.",
                    "On August 12 two men on a motorcycle followed me from the office to my house. On August 14 I went to the police ([@police-report]). Nobody was questioned.",
                    "On the morning of August 30 there was writing on my wall ([@wall]). I left the country four days later.",
                    "In San José I share a room. On October 11 my colleague was asked for me by men from my town ([@colleague]). I have not slept in that house since.",
                ],
            }
        ],
        "exhibits": [
            exhibit(
                "passport",
                "Passport of the beneficiary, data page",
                "identity",
                "passport.png",
                person="reporter",
                date="2021-02-09",
            ),
            exhibit(
                "us-passport",
                "U.S. passport of the petitioner",
                "status",
                "us-passport.png",
                person="editor",
                date="2019-07-30",
            ),
            translated(
                "messages",
                "Messages received on July 2 and 9, 2026",
                "threat",
                "es",
                TRANSLATOR,
                "messages.png",
                date="2026-07-09",
            ),
            exhibit(
                "wall",
                "Photograph of the wall of the house, August 30, 2026",
                "threat",
                "wall.jpg",
                date="2026-08-30",
            ),
            translated(
                "police-report",
                "Report to the police",
                "police",
                "es",
                TRANSLATOR,
                date="2026-08-14",
            ),
            exhibit("colleague", "Letter of a colleague in San José", "letter", date="2026-10-12"),
            exhibit("psychologist", "Report of the psychologist", "expert", date="2026-10-16"),
            exhibit("expert", "Opinion of an expert on the region", "expert", date="2026-10-24"),
            exhibit(
                "conditions",
                "Report on attacks on the press, passages marked",
                "country-conditions",
                date="2026-05-03",
            )
            | {
                "files": [{"path": "evidence/conditions.pdf", "pages": "7,12-13", "excerpt": True}],
                "topics": [
                    {
                        "topic": "Attacks on reporters by armed groups",
                        "page": 12,
                        "note": "Nine of 61 attacks in 2025; in none of the nine was anybody charged.",
                    },
                    {
                        "topic": "No safety in Costa Rica",
                        "page": 7,
                        "note": "Three exiled reporters were attacked in San José within twelve months.",
                    },
                    {
                        "topic": "Illegal logging",
                        "page": 13,
                        "note": "Armed groups live from timber; who writes of it is followed abroad.",
                    },
                ],
            },
            exhibit(
                "article",
                "The article of June 7, 2026 (English edition)",
                "news",
                date="2026-06-07",
            )
            | {
                "topics": [
                    {
                        "topic": "Illegal logging",
                        "page": 1,
                        "note": "Forty trucks leave the reserve every night; the men at the gate carry rifles.",
                    }
                ]
            },
            exhibit(
                "refugee-office",
                "Letter of the refugee office in San José",
                "government-letter",
                date="2026-10-06",
            ),
            exhibit(
                "appointment", "Visa interviews in San José", "visa-refusal", date="2026-10-30"
            ),
            exhibit("fellowship", "Fellowship of the foundation", "support", date="2026-10-27"),
            *money,
        ],
    }


def _files() -> dict[str, bytes]:
    report = [
        [("Denunciante", "Reportera Ejemplar Inventada")],
        [("Fecha", "14 de agosto de 2026"), ("Hora", "10:40")],
        [("Lugar de los hechos", "Granada, Nicaragua")],
    ]
    return {
        "passport.png": passport(
            "NIC",
            "REPÚBLICA DE NICARAGUA",
            "Ejemplar Inventada",
            "Reportera",
            "C00000312",
            date(1994, 6, 23),
            "F",
            date(2021, 2, 9),
            date(2031, 2, 8),
            nationality="NICARAGÜENSE",
            place="GRANADA",
            authority="MIGRACIÓN (MUESTRA)",
            word="PASAPORTE",
            colour=(16, 62, 120),
        ),
        "us-passport.png": passport(
            "USA",
            "UNITED STATES OF AMERICA",
            "Sampleton",
            "Redactor",
            "000000099",
            date(1971, 11, 2),
            "M",
            date(2019, 7, 30),
            date(2029, 7, 29),
            nationality="UNITED STATES OF AMERICA",
            place="OHIO, U.S.A.",
            authority="DEPARTMENT OF STATE (SPECIMEN)",
            colour=(24, 38, 84),
        ),
        "messages.png": desk.messages(
            "número desconocido",
            (
                (
                    False,
                    "Sabemos donde vive tu madre, Reportera. Calle Ejemplo, casa verde.",
                    "2 jul 22:14",
                ),
                (True, "¿Quién es?", "2 jul 22:15"),
                (False, "Un artículo más y te encuentran en el lago.", "2 jul 22:17"),
                (False, "Te vimos hoy. Última vez que avisamos.", "9 jul 06:02"),
            ),
        ),
        "messages-english.pdf": desk.english(
            "Spanish: messages on a telephone",
            (
                "Unknown number, July 2, 10:14 p.m.: We know where your mother lives, Reportera. Ejemplo Street, the green house.",
                "Reportera, 10:15 p.m.: Who is this?",
                "Unknown number, 10:17 p.m.: One more article and they find you in the lake.",
                "Unknown number, July 9, 6:02 a.m.: We saw you today. Last time that we warn.",
            ),
        ),
        "messages-translator.pdf": desk.translator(
            "Traductora Honesta",
            "Spanish",
            "messages of July 2 and 9, 2026",
            "October 29, 2026",
            ("3 Tongue Street NW, Washington, DC 20005", "202-555-0180"),
        ),
        "wall.jpg": desk.scene(
            "Calle Ejemplo, Granada, August 30, 2026, 6:20 a.m., taken by the beneficiary: REPORTERA MUERTA (reporter, dead) in red paint on the wall beside the door.",
            (170, 188, 206),
            (
                ("box", (0, 260, 1400, 960), (214, 200, 168)),
                ("box", (980, 420, 1190, 960), (110, 70, 44)),
                ("box", (200, 480, 780, 540), (168, 24, 30)),
                ("box", (200, 600, 620, 660), (168, 24, 30)),
                ("box", (0, 900, 1400, 960), (130, 126, 118)),
            ),
        ),
        "police-report-original.pdf": desk.scan(
            desk.certificate(
                ("POLICÍA · DELEGACIÓN DE GRANADA (MUESTRA)",),
                "Constancia de denuncia",
                report,
                (
                    "La denunciante manifiesta que desde el 2 de julio recibe mensajes de amenaza de muerte, y que el 12 de agosto dos hombres en motocicleta la siguieron desde su trabajo hasta su casa. Entrega copia de los mensajes.",
                    "Se le informa que el caso queda en investigación.",
                ),
                "Sgto. Ficticio Prueba",
                ("oficial de guardia (inventado)",),
                "POLICÍA · MUESTRA",
                colour=desk.RED,
            ),
            0.7,
            240,
        ),
        "police-report-english.pdf": desk.english(
            "Spanish: record of a complaint",
            (
                "POLICE, GRANADA STATION (SAMPLE). # Record of complaint",
                "Complainant: Reportera Ejemplar Inventada. Date: August 14, 2026, 10:40. Place of the events: Granada, Nicaragua.",
                "The complainant states that since July 2 she has received messages threatening her with death, and that on August 12 two men on a motorcycle followed her from her work to her house. She hands over a copy of the messages.",
                "She is told that the case remains under investigation. Signed: Sgt. Ficticio Prueba, officer on duty. Round stamp of the police.",
            ),
        ),
        "police-report-translator.pdf": desk.translator(
            "Traductora Honesta",
            "Spanish",
            "record of complaint of August 14, 2026",
            "October 29, 2026",
            ("3 Tongue Street NW, Washington, DC 20005", "202-555-0180"),
        ),
        "colleague.pdf": desk.mail(
            "Colega Inventado <colega@example.org>",
            "Capital Sample Legal Aid",
            "October 12, 2026",
            "What happened yesterday",
            (
                "Yesterday at about seven in the evening two men came to our house in San José and asked for Reportera by her full name. One had the accent of Granada. I said that I did not know her. They waited in a car until ten.",
                "I recognized one from photographs of the group that our newspaper printed in June. I have moved, too.",
            ),
        ),
        "psychologist.pdf": desk.letter(
            "Sample Center for Survivors",
            ("San José · by video from Washington",),
            "October 16, 2026",
            ("Capital Sample Legal Aid",),
            (
                "I examined the client in two sessions of ninety minutes. She meets the criteria of post-traumatic stress disorder, severe: nightmares each night, loss of eleven kilograms, panic at the sound of motorcycles.",
                "She cannot recover where she expects to be found. Moving on within the region would keep up the cause.",
            ),
            "Dr. Psyche Muster",
            ("Licensed clinical psychologist",),
        ),
        "expert.pdf": desk.letter(
            "Sample University · Institute of the Americas",
            ("40 College Road",),
            "October 24, 2026",
            ("To whom it may concern:",),
            (
                "I have studied the armed groups of the region for eighteen years. The group named in the article has killed four people since 2023 who spoke publicly about its logging, two of them in Costa Rica.",
                "A person threatened by name and followed is, in my opinion, at high risk in both countries. Moving within Nicaragua does not help: the group has people in every department. The trial of its leaders is expected to end by the autumn of 2027.",
            ),
            "Prof. Experta Probe",
            ("Author of two books on the subject (invented)",),
        ),
        "conditions.pdf": desk.report(
            "Sample Committee for the Press",
            "Attacks on the press in 2025",
            "Human rights report, May 3, 2026",
            (
                ("How this report was made", ("Every case was confirmed by two people.",)),
                *(
                    (country, (f"The committee recorded {count} attacks on reporters in 2025.",))
                    for country, count in (("Aland", 4), ("Beland", 11), ("Celand", 7))
                ),
                (
                    "Costa Rica",
                    (
                        ">> Marked: Three exiled reporters were attacked in San José within twelve months. << The authorities offer no protection program.",
                    ),
                ),
                *(
                    (country, (f"The committee recorded {count} attacks on reporters in 2025.",))
                    for country, count in (
                        ("Deland", 2),
                        ("Eland", 9),
                        ("Feland", 5),
                        ("Geland", 6),
                    )
                ),
                (
                    "Nicaragua",
                    (
                        "In 2025 the committee recorded 61 attacks on reporters, nine of them by armed groups with an interest in timber or gold. >> Marked: In none of the nine was anybody charged. <<",
                    ),
                ),
                (
                    "Nicaragua: timber and gold",
                    (
                        ">> Marked: Armed groups live from timber and gold; who writes of it is followed, also across the border. <<",
                    ),
                ),
                *(
                    (country, (f"The committee recorded {count} attacks on reporters in 2025.",))
                    for country, count in (("Peland", 3), ("Reland", 8), ("Zeland", 1))
                ),
            ),
        ),
        "article.pdf": desk.letter(
            "The Example · English edition",
            ("June 7, 2026 · page 1",),
            "By Reportera Ejemplar Inventada",
            (),
            (
                "# Who cuts the reserve",
                "Every night forty trucks leave the reserve. The men at the gate carry rifles and answer to a commander whose name this newspaper prints today for the first time.",
                "Three former guards, who asked not to be named, described how permits are bought.",
            ),
            "Redactor Sampleton",
            ("for the editors",),
            family="Sans",
        ),
        "refugee-office.pdf": desk.scan(
            desk.letter(
                "Sample Refugee Office",
                ("San José, Costa Rica",),
                "October 6, 2026",
                ("Certificate (English form)",),
                (
                    "The person named Reportera Ejemplar Inventada asked for refuge on September 8, 2026. The first interview is fixed for March 14, 2029.",
                ),
                "Refugia Oficial",
                ("Head of section (invented)",),
                seal="REFUGEE OFFICE SAMPLE",
            ),
            -0.5,
            245,
        ),
        "appointment.pdf": desk.appointment(
            "San José",
            "October 30, 2026",
            "September 6, 2027",
            "Applicants must show strong ties to their country of residence.",
        ),
        "fellowship.pdf": desk.letter(
            "Sample Press Foundation",
            ("88 Masthead Street NW, Washington, DC 20001 · 202-555-0117",),
            "October 27, 2026",
            ("U.S. Citizenship and Immigration Services",),
            (
                "The foundation grants Reportera Ejemplar Inventada a fellowship of $2,400 a month for twelve months from her arrival, and the use of an apartment.",
                "Before it ends we will resettle her in a third country or support an application for lasting status.",
            ),
            "Fundacia Sample",
            ("President",),
        ),
    }
