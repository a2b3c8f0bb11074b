"""Records of the family in Spanish with their translations, the translator's certificate, and the mother's consent."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.sample_cases.draw import Paper, form
from scripts.sample_cases.urgent_medical.common import (
    AUNT,
    CHILD,
    FATHER,
    MOTHER,
    TRANSLATOR,
    as_scan,
    body,
)

Entry = tuple[str, str]
GREEN = (0.1, 0.35, 0.25)


def _registry_page(paper: Paper, entries: Sequence[Entry], margin: str, issued: str) -> None:
    """A certificate of the civil registry in Spanish."""
    canvas = paper.canvas
    canvas.setStrokeColorRGB(*GREEN)
    canvas.setLineWidth(2)
    canvas.rect(48, 62, 516, 690)
    canvas.setStrokeGray(0)
    paper.y = 716
    paper.centre("REPÚBLICA DE UTOPÍA · MUESTRA", 15)
    paper.centre("REGISTRO CIVIL DE PUERTO EJEMPLO", 12)
    paper.centre("CERTIFICADO DE NACIMIENTO", 13)
    paper.space(6)
    paper.boxes([[entry] for entry in entries], 33)
    paper.text(f"Nota marginal: {margin}", 10)
    paper.text(
        "El infrascrito registrador certifica que los datos anteriores concuerdan fielmente con el acta original que se conserva en "
        "este registro. Se extiende a solicitud de parte interesada.",
        10,
    )
    paper.text(f"Puerto Ejemplo, {issued}.", 10)
    paper.sign("Registrador Ejemplo", ["Registrador civil (persona inventada)"])
    paper.seal(470, 130, "REGISTRO CIVIL · PUERTO EJEMPLO", 44, GREEN)


def _translated_page(paper: Paper, entries: Sequence[Entry], margin: str, issued: str) -> None:
    """The same certificate in English, box for box."""
    paper.text("English translation from Spanish", 9, "Italic", gap=10)
    paper.centre("REPUBLIC OF UTOPIA · SAMPLE", 15)
    paper.centre("CIVIL REGISTRY OF PUERTO EJEMPLO", 12)
    paper.centre("BIRTH CERTIFICATE", 13)
    paper.space(6)
    paper.boxes([[entry] for entry in entries], 33)
    paper.text(f"Marginal note: {margin}", 10)
    paper.text(
        "The undersigned registrar certifies that the above data agree faithfully with the original record kept in this registry. "
        "Issued at the request of an interested party.",
        10,
    )
    paper.text(f"Puerto Ejemplo, {issued}.", 10)
    paper.text("[Signature: Registrador Ejemplo, civil registrar (invented person)]", 10, "Italic")
    paper.text("[Round seal: Civil Registry · Puerto Ejemplo]", 10, "Italic")


CHILD_ES = [
    ("Folio, libro, acta", "Folio 000, libro 00, acta 0000 (muestra)"),
    ("Nombre de la inscrita", CHILD.upper()),
    ("Sexo", "Femenino"),
    ("Fecha de nacimiento", "Cinco de abril de dos mil diecinueve"),
    ("Lugar de nacimiento", "Puerto Ejemplo, Utopía"),
    ("Nombre del padre", FATHER.upper()),
    ("Nombre de la madre", MOTHER.upper()),
]
CHILD_EN = [
    ("Folio, book, entry", "Folio 000, book 00, entry 0000 (sample)"),
    ("Name of the registered person", CHILD.upper()),
    ("Sex", "Female"),
    ("Date of birth", "The fifth of April, two thousand nineteen"),
    ("Place of birth", "Puerto Ejemplo, Utopia"),
    ("Name of the father", FATHER.upper()),
    ("Name of the mother", MOTHER.upper()),
]


def birth_certificate() -> bytes:
    """The child's, scanned."""
    paper = Paper()
    _registry_page(paper, CHILD_ES, "ninguna.", "a doce de enero de dos mil veintiséis")
    return as_scan(paper.done(), (-0.9,), 7)


def birth_translation() -> bytes:
    """The child's, in English."""
    paper = Paper()
    _translated_page(paper, CHILD_EN, "none.", "the twelfth of January, two thousand twenty-six")
    return paper.done()


def _sister(name: str, born_es: str, born_en: str, act: str) -> tuple[list[Entry], list[Entry]]:
    """The entries of one sister in Spanish and in English; both have the same parents."""
    father, mother = "PATRONO MUESTRA INVENTADO", "FICTA MODELO EJEMPLAR"
    spanish = [
        ("Folio, libro, acta", f"Folio 000, libro 00, acta {act} (muestra)"),
        ("Nombre de la inscrita", name.upper()),
        ("Sexo", "Femenino"),
        ("Fecha de nacimiento", born_es),
        ("Lugar de nacimiento", "Puerto Ejemplo, Utopía"),
        ("Nombre del padre", father),
        ("Nombre de la madre", mother),
    ]
    english = [
        ("Folio, book, entry", f"Folio 000, book 00, entry {act} (sample)"),
        ("Name of the registered person", name.upper()),
        ("Sex", "Female"),
        ("Date of birth", born_en),
        ("Place of birth", "Puerto Ejemplo, Utopia"),
        ("Name of the father", father),
        ("Name of the mother", mother),
    ]
    return spanish, english


SISTERS = (
    _sister(
        AUNT,
        "Tres de marzo de mil novecientos ochenta y cuatro",
        "The third of March, nineteen eighty-four",
        "0001",
    ),
    _sister(
        MOTHER,
        "Catorce de junio de mil novecientos noventa",
        "The fourteenth of June, nineteen ninety",
        "0002",
    ),
)


def sisters() -> bytes:
    """The birth certificates of the petitioner and of the child's mother, who have the same parents; scanned."""
    paper = Paper()
    for number, (entries, _) in enumerate(SISTERS):
        if number:
            paper.new_page()
        _registry_page(paper, entries, "ninguna.", "a nueve de octubre de dos mil veintiséis")
    return as_scan(paper.done(), (0.6, 1.1), 11)


def sisters_translation() -> bytes:
    """The same in English."""
    paper = Paper()
    for number, (_, entries) in enumerate(SISTERS):
        if number:
            paper.new_page()
        _translated_page(paper, entries, "none.", "the ninth of October, two thousand twenty-six")
    return paper.done()


def translator(what: str) -> bytes:
    """A translator's certificate with all that 8 CFR 103.2(b)(3) asks for, and what practice adds: name, address, telephone, date."""
    paper = Paper()
    paper.space(30)
    paper.centre("CERTIFICATE OF TRANSLATION", 16)
    paper.space(20)
    paper.text(
        f"I, {TRANSLATOR}, certify that I am competent to translate from Spanish into English, and that the attached English translation of the "
        f"{what} is a complete and accurate translation of the attached document in Spanish, including its seals, stamps, "
        "signatures and marginal notes, to the best of my knowledge and belief.",
        11.5,
        gap=10,
    )
    paper.text("I am not related to any person named in the document.", 11.5)
    paper.space(16)
    paper.sign(
        TRANSLATOR,
        [
            "22 Sample Road, Springfield, IL 62701",
            "Telephone 217-555-0144 · translata@example.org",
            "Date: October 20, 2026",
        ],
    )
    return paper.done()


CUSTODY_ES = (
    "#Expediente 0000/2020 (muestra) – Sentencia",
    "En Puerto Ejemplo, a los dos días del mes de mayo de dos mil veinte, vistos los autos del juicio de guarda y custodia promovido por la señora "
    f"{MOTHER} contra el señor {FATHER}, respecto de la menor {CHILD}, nacida el cinco de abril de dos mil diecinueve,",
    "CONSIDERANDO: Que el demandado fue citado conforme a la ley y no compareció; que consta en autos que desde junio de dos mil diecinueve no "
    "convive con la menor ni contribuye a su sustento; y que el informe social es favorable a la madre,",
    "SE RESUELVE: Primero. Se otorga a la madre la guarda y custodia exclusiva de la menor. Segundo. La madre podrá decidir por sí sola sobre "
    "la residencia, el tratamiento médico y los viajes de la menor, dentro y fuera del país, sin autorización del padre. Tercero. El padre "
    "conserva el derecho de visita en presencia de la madre.",
    "Notifíquese. La presente sentencia quedó firme el primero de junio de dos mil veinte, al no haberse interpuesto recurso alguno.",
)
CUSTODY_EN = (
    "#File 0000/2020 (sample) – Judgment",
    "In Puerto Ejemplo, on the second day of the month of May, two thousand twenty, having seen the record of the proceeding for care and custody "
    f"brought by Mrs. {MOTHER} against Mr. {FATHER}, concerning the minor {CHILD}, born on the fifth of April, two thousand nineteen,",
    "WHEREAS: The respondent was summoned according to law and did not appear; the record shows that since June two thousand nineteen he has "
    "not lived with the minor nor contributed to her support; and the social report is favorable to the mother,",
    "IT IS RESOLVED: First. The mother is granted sole care and custody of the minor. Second. The mother may decide by herself on the residence, "
    "the medical treatment and the journeys of the minor, within the country and abroad, without authorization of the father. Third. The "
    "father keeps the right to visit in the presence of the mother.",
    "Let it be notified. This judgment became final on the first of June, two thousand twenty, no appeal having been filed.",
)


def custody() -> bytes:
    """The judgment, two scanned pages: text, and the clerk's note that it is a true copy."""
    paper = Paper()
    paper.centre("PODER JUDICIAL DE UTOPÍA · MUESTRA", 15)
    paper.centre("JUZGADO DE FAMILIA DE PUERTO EJEMPLO", 12)
    paper.space(14)
    body(paper, CUSTODY_ES)
    paper.sign("Jueza Inventada", ["Jueza de familia (persona inventada)"])
    paper.seal(460, 150, "JUZGADO DE FAMILIA · PUERTO EJEMPLO", 46)
    paper.new_page()
    paper.heading("Constancia de secretaría", 13)
    paper.text(
        "El suscrito secretario hace constar que la anterior es copia fiel de la sentencia que obra en el expediente 0000/2020 y que se "
        "encuentra vigente a la fecha. Puerto Ejemplo, a ocho de octubre de dos mil veintiséis."
    )
    paper.sign("Secretario Ejemplo", ["Secretario del juzgado (persona inventada)"])
    paper.seal(460, 560, "SECRETARÍA · JUZGADO DE FAMILIA", 40)
    return as_scan(paper.done(), (0.8, -0.5), 15)


def custody_translation() -> bytes:
    """The same in English."""
    paper = Paper()
    paper.text("English translation from Spanish", 9, "Italic", gap=10)
    paper.centre("JUDICIARY OF UTOPIA · SAMPLE", 15)
    paper.centre("FAMILY COURT OF PUERTO EJEMPLO", 12)
    paper.space(14)
    body(paper, CUSTODY_EN)
    paper.text("[Signature: Jueza Inventada, family judge (invented person)]", 10, "Italic")
    paper.text("[Round seal: Family Court · Puerto Ejemplo]", 10, "Italic")
    paper.new_page()
    paper.heading("Certificate of the clerk", 13)
    paper.text(
        "The undersigned clerk certifies that the preceding is a true copy of the judgment in file 0000/2020 and that it is in force on this "
        "date. Puerto Ejemplo, the eighth of October, two thousand twenty-six."
    )
    paper.text(
        "[Signature: Secretario Ejemplo, clerk of the court (invented person)]", 10, "Italic"
    )
    paper.text("[Round seal: Clerk's office · Family Court]", 10, "Italic")
    return paper.done()


def consent() -> bytes:
    """The hospital's consent form, filled in on a screen: its values live in form fields."""
    paper = Paper(family="Sans", foot="Form CH-12 (sample) · page {page} of 2")
    paper.centre("Exemplary Children's Hospital · SAMPLE", 13)
    paper.centre("Consent of a parent to travel and to treatment", 13)
    paper.space(6)
    paper.text(
        "To be completed by a parent with custody, or by both parents where custody is joint.",
        8.5,
        "Italic",
    )
    labels = (
        "Name of the child",
        "Date of birth",
        "Name of the parent",
        "Custody",
        "Place",
        "Date",
        "Interpreter",
    )
    values = (
        CHILD,
        "04/05/2019",
        MOTHER,
        "Sole (order of May 2, 2020)",
        "Puerto Ejemplo, Utopia",
        "10/19/2026",
        "Interpreta Ficticia, by video",
    )
    fields = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = 610 - 34 * number
        paper.at(72, y + 6, label, 9)
        paper.canvas.rect(200, y, 340, 21)
        fields.append((f"field{number}", value, (202.0, y + 2.0, 538.0, y + 19.0)))
    paper.y = 378
    for text in (
        "1. I consent to the journey of the child named above from Puerto Ejemplo, Utopia, to Springfield, Illinois, and back. I will accompany her.",
        "2. I consent to heart surgery, to anesthesia, to blood products, and to the further procedures described in the letter of acceptance.",
        "3. If I cannot be reached, Probanda Muestra Modelo, the child's aunt, may decide in my place on urgent treatment.",
        "4. This form was read to me in Spanish, and I understood it before I signed it.",
    ):
        paper.text(text, 9.5, gap=5)
    paper.sign(MOTHER, ["Signature of the parent"])
    paper.new_page()
    paper.heading("Statement of the interpreter", 12)
    paper.text(
        "I am competent in English and Spanish. On October 19, 2026, I read the preceding page in Spanish to the person who signed it. She told me "
        "that she understood it. My interpretation was true and accurate to the best of my abilities.",
        9.5,
    )
    paper.sign("Interpreta Ficticia", ["5 Sample Terrace, Springfield, IL 62701 · 217-555-0166"])
    paper.heading("Received by the hospital", 12)
    paper.text("Entered in the record of the patient on October 21, 2026.", 9.5)
    paper.sign("Registra Sample", ["International patient office (invented)"])
    return form(paper.done(), fields)
