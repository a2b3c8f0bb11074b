"""crosscheck: translations of a part, foreign passages, evidence that names nobody, and dates that
can be two days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from assembler import crosscheck
from assembler.crosscheck.foreign_passages import find_passages
from assembler.crosscheck.partial_translations import find_saying
from assembler.crosscheck.text_matching import has_date
from assembler.model import (
    Exhibit,
    FilePart,
    Finding,
    Name,
    PageText,
    PartRole,
    Passport,
    Person,
    TextMethod,
)
from assembler.model.numeric_days import find_numeric_days
from assembler.runtime.resources import Shelf
from tests.conftest import AS_OF
from tests.support.cases import case
from tests.support.page_texts import change_page, make_page_text
from tests.support.translated_letters import LANGUAGES, Letter, draw_letter, list_parts

_DATA = Shelf.default().schema("crosscheck.json")
_TAGS = Shelf.default().schema("languages.json")["languages"]
_PASSAGES = _DATA["passages"]


def make_exhibit(category: str = "medical", **more: object) -> Exhibit:
    given = {"id": "e", "title": "t", "category": category, "parts": (FilePart(path="evidence/a"),)}
    return Exhibit(**{**given, **more})  # type: ignore[arg-type]


def check(
    pages: Sequence[PageText], exhibit: Exhibit | None = None, *people: Person
) -> list[Finding]:
    """The findings about one exhibit that has these pages, in a case about these people."""
    listed = exhibit or make_exhibit()
    of_case = {"beneficiaries": people, "petitioner": people[-1]} if people else {}
    checked = case(listed, **of_case)
    report = crosscheck.check(checked, {listed.id: tuple(pages)}, AS_OF, _DATA, _TAGS)
    return list(report.findings)


def list_rules(findings: Sequence[Finding], *rules: str) -> list[str]:
    return [finding.rule for finding in findings if finding.rule in rules]


def make_person(given: str, family: str, **more: object) -> Person:
    return Person(id="p", name=Name(given=given, family=family), **more)  # type: ignore[arg-type]


def check_letter(letter: Letter, *translation: PageText, **more: object) -> list[Finding]:
    exhibit = make_exhibit("letter", language=letter.language, **more)
    return check([*letter.make_original(), *translation], exhibit, make_person("Ada", "Brixen"))


# --- translations of a part ---


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", range(3))
def test_a_complete_translation_is_left_in_peace(language: str, seed: int) -> None:
    letter = draw_letter(language, "Ada Brixen", seed=seed)

    assert check_letter(letter, letter.make_translation()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_of_half_the_letter_is_found_with_the_page_that_is_missing(
    language: str,
) -> None:
    letter = draw_letter(language, "Ada Brixen")
    found = check_letter(letter, letter.make_translation(0, 1))

    assert {finding.rule for finding in found} == {"TRANS.PARTIAL"}
    assert "evidence/letter.pdf, page 2" in [finding.where for finding in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_that_does_not_say_so_is_found_by_its_length(language: str) -> None:
    letter = draw_letter(language, "Ada Brixen")
    summary = letter.make_translation(
        text="English translation. The clinic confirms that Ada Brixen is treated for pain in the "
        "chest and needs an operation abroad."
    )

    assert "evidence/english.pdf, page 1" in [
        finding.where
        for finding in check_letter(letter, summary)
        if finding.rule == "TRANS.PARTIAL"
    ]


def test_nothing_is_said_of_length_where_the_original_was_read_badly() -> None:
    letter = draw_letter("es", "Ada Brixen")
    pages = [
        change_page(page, method=TextMethod.OCR, confidence=60.0) for page in letter.make_original()
    ]
    found = check(
        [*pages, letter.make_translation(0)],
        make_exhibit("letter", language="es"),
        make_person("Ada", "Brixen"),
    )

    assert list_rules(found, "TRANS.PARTIAL") == []


def test_a_number_misread_on_a_scan_is_not_missing() -> None:
    letter = draw_letter("es", "Ada Brixen")
    pages = [
        change_page(page, method=TextMethod.OCR, confidence=91.0, text=page.text.replace("3", "8"))
        for page in letter.make_original()
    ]
    found = check(
        [*pages, letter.make_translation()],
        make_exhibit("letter", language="es"),
        make_person("Ada", "Brixen"),
    )

    assert list_rules(found, "TRANS.PARTIAL") == []


@pytest.mark.parametrize(
    "added",
    [
        "Sello digital: MjAyMy0xMi0wMXwxMjM0NTY3ODkwfEFCQzEyMzQ1NjdERUY5ODc2NTQzMjF8WFlaMTIzNDU2Nw",
        "PAUTOBRIXEN<<ADA<<<<<<<<<<<<<<<<<<<<<<<<<<<< N0000911<4UTO8508195F3001014<<<<<<<",
        "1445/03/12 1446/05/07 1447/09/30 1444/01/02",
        "Avenida Central 10, tel. 2222-3333, fax 2222-4444",
    ],
)
def test_seals_and_days_of_other_calendars_are_not_missing(added: str) -> None:
    letter = draw_letter("ar" if added.startswith("1") else "es", "Ada Brixen")
    first, *others = letter.make_original()
    pages = [first, *others[:-1], change_page(others[-1], text=f"{others[-1].text}\n{added}")]
    exhibit = make_exhibit("letter", language=letter.language)
    found = check([*pages, letter.make_translation()], exhibit, make_person("Ada", "Brixen"))

    assert list_rules(found, "TRANS.PARTIAL") == []


def test_a_short_page_of_a_translation_is_found_where_the_others_are_complete() -> None:
    letter = draw_letter("fr", "Ada Brixen")
    pages = [
        letter.make_translation(text="\n".join(letter.english[:2])),
        change_page(letter.make_translation(text=letter.english[2][:130]), source_page=2),
    ]
    found = check_letter(letter, *pages)

    assert "evidence/english.pdf, page 2" in [finding.where for finding in found]


_CERTIFIED = (
    "I, Tad Zeugo, certify that I am competent to translate from Spanish into English "
    "and that the "
    "foregoing is a complete and accurate translation of the attached document."
)


@pytest.mark.parametrize(
    "text",
    [
        "PARTIAL TRANSLATION FROM SPANISH",
        "English translation (excerpt)",
        "Summary translation of a letter",
        "Translation of relevant parts of the court file",
        "Translation of the relevant portions",
        "Only the relevant parts were translated.",
        "Relevant portions only",
        "[The remaining pages are not translated]",
        "The rest of the document is omitted.",
        "[stamp, not translated]",
        "I certify that the above is a true and accurate summary of the original document.",
        "I certify that this is an accurate translation of excerpts from the attached letter.",
        "I have translated only pages 1 and 2 of the document.",
        "Pages 3 to 7 were not translated.",
        "Extract translation",
        "The above is a complete and accurate summary of the original document.",
        "This document was partially translated.",
        "Translated excerpts from the medical file",
    ],
)
def test_what_says_that_it_is_a_part_is_found(text: str) -> None:
    assert find_saying(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        _CERTIFIED,
        "Extract from the register of births, No. 1234567",
        "EXTRACT OF BIRTH CERTIFICATE\nTranslated from French",
        "Discharge summary\nThe patient had a partial seizure. Summary of the findings:",
        "Partial payment of the invoice was received.",
        "[Illegible stamp] [Signature] [Round seal: Clinic of the City]",
        "[Text illegible]",
        "Proper names are not translated.",
        "This is a complete translation, not a summary translation.",
        "The court omitted the second count.",
        "He translated for some parts of the family.",
        "I certify that the translation of the birth certificate extract is complete and accurate.",
        "[Barcode and QR code not translated]",
        "Only certain parts of the house were burned. The law says in relevant part: (citations "
        "omitted)",
        "I certify the translation of the excerpt from the State Register of Civil Status.",
        "[Excerpt from the register of births]",
        "Translation of the summary of the clinical record",
        "BIRTH CERTIFICATE (EXTRACT)\nDisability: permanent (partial)",
    ],
)
def test_titles_and_complete_certificates_say_no_such_thing(text: str) -> None:
    assert find_saying(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I translated the sections relevant to the case.",
        "I translated selected pages of the file.",
        "The translation is complete to the extent relevant part is concerned.",
    ],
)
def test_a_certificate_says_it_in_more_words(text: str) -> None:
    assert find_saying(text, is_certificate=True) is not None
    assert find_saying(_CERTIFIED, is_certificate=True) is None


def test_a_certificate_of_a_summary_is_named_with_its_line() -> None:
    letter = draw_letter("uk", "Ada Brixen")
    certificate = make_page_text(
        "Certificate\nThis is an accurate summary of the original document.\n" + _CERTIFIED,
        "evidence/certificate.pdf",
        role=PartRole.CERTIFICATE,
    )
    found = check_letter(letter, letter.make_translation(), certificate)

    assert [
        (finding.where, finding.severity, "line 2" in finding.problem)
        for finding in found
        if finding.rule == "TRANS.PARTIAL"
    ] == [("evidence/certificate.pdf, page 1", "warning", True)]


def test_the_translation_of_an_excerpt_may_call_itself_one() -> None:
    letter = draw_letter("es", "Ada Brixen")
    excerpt = FilePart(path="evidence/letter.pdf", pages=((1, 2),), excerpt=True)
    translation = letter.make_translation(
        text="English translation (excerpt)\n" + "\n".join(letter.english)
    )

    assert check_letter(letter, translation, parts=(excerpt,)) == []


# --- foreign passages in English text ---

_BEFORE = (
    "To whom it may concern: I am a neighbor of Ada Brixen and have known her for ten years. In "
    "July a man came to her door and left this for her.\n"
)
_AFTER = (
    "\nAfter that day she did not leave the house, and she asked us for help. I am "
    "ready to answer "
    "any questions that you may have about this."
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", range(2))
def test_a_passage_left_in_its_language_is_found_on_its_line(language: str, part: int) -> None:
    parts = list_parts(language, "Ada Brixen")[part : part + 2]
    page = make_page_text(_BEFORE + "\n".join(parts) + _AFTER, "evidence/a.pdf")
    found = check([page], make_exhibit("letter"), make_person("Ada", "Brixen"))

    assert [(finding.rule, finding.where) for finding in found] == [
        ("TRANS.EMBEDDED", "evidence/a.pdf, page 1")
    ]
    assert "from line 2 of the page on" in found[0].problem


@pytest.mark.parametrize(
    "message",
    [
        "no te metas con nosotros ya sabes que te vamos a matar, sabemos donde vive tu mama",
        "Seni bulacağız, ailen de bizden kaçamaz. Bu şehirden gitmezsen çok kötü olacak.",
        "Znajdziemy cię i twoją rodzinę. Nie masz gdzie się schować, wiemy już wszystko o tobie.",
        "Ми знаємо, де ти живеш і де вчаться твої діти, тому краще мовчи, поки не пізно.",
        "نحن نعرف أين تسكن وأين يدرس أولادك لذلك من الأفضل أن تسكت",
        "我们知道你住在哪里，也知道你的孩子在哪里上学，所以你最好不要说话，不然你会后悔的。",
        "nou konnen kote ou rete ak kote pitit ou ale lekol, pa di lapolis anyen",
    ],
)
def test_a_threat_in_a_letter_is_to_be_translated(message: str) -> None:
    assert find_passages(_BEFORE + message + _AFTER, _PASSAGES)


@pytest.mark.parametrize(
    "text",
    [
        "The report is called Informe sobre la situación de los derechos humanos en Honduras.",
        "She lives at Calle de la Reforma 12, Colonia del Valle, Delegación Benito Juárez, México.",
        "The court acted in loco parentis and, inter alia, ruled that the writ of "
        "habeas corpus ad "
        "subjiciendum was res judicata, and the plea nolo contendere was made ex post facto.",
        "Name: Олена Петрівна Коваль. Address: вул. Тараса Шевченка 12, кв. 5, м. Київ, Україна.",
        "Name: محمد عبد الله الأحمد, address: شارع الملك فيصل، حي النصر، بناية ٥، "
        "الطابق ٣، دمشق، سوريا.",
        "Issued by the Ministerio de Relaciones Exteriores de la República de El "
        "Salvador, Dirección "
        "General de Migración y Extranjería, Departamento de Registro de las Personas.",
        "He works at 北京市朝阳区建国路88号3号楼1201室 "
        "中国国际贸易中心有限公司北京分公司 since 2019.",
        "Symptoms: nausea, vomiting, headache, fatigue, fever, chills, cough, dyspnea, "
        "chest pain, "
        "abdominal pain, rash, edema, weakness, dizziness.",
        "María José de la Cruz y López, Juan de Dios del Valle, Ana de los Santos and Luis signed.",
        "He read Cien años de soledad and El amor en los tiempos del cólera.",
        "Bundesamt für Migration und Flüchtlinge, Außenstelle Berlin, Referat für die Aufnahme.",
        "NOMBRE / NAME: ANA  FECHA DE NACIMIENTO / DATE OF BIRTH: 1990  LUGAR / PLACE: QUITO",
        "She said “gracias a Dios” and “no me dejes” and left.",
    ],
)
def test_names_addresses_titles_and_single_words_are_left_in_peace(text: str) -> None:
    assert find_passages(_BEFORE + text + _AFTER, _PASSAGES) == []


def test_a_passage_whose_meaning_follows_is_left_in_peace() -> None:
    text = "Ya sabes que te vamos a matar si no te vas de aquí con tu familia"
    page = make_page_text(
        f"{_BEFORE}“{text}” [translation: You know that we will kill you]{_AFTER}",
        "evidence/a.pdf",
    )

    assert check([page], make_exhibit("letter"), make_person("Ada", "Brixen")) == []


def test_a_document_in_two_languages_is_left_in_peace() -> None:
    text = (
        "I, Ada Brixen, agree that the Northgate Hospital may treat my son Otto on "
        "March 3, 2026, and "
        "I was told of all risks that the operation has.\n"
        "Yo, Ada Brixen, acepto que el hospital Northgate trate a mi hijo Otto el 3 de "
        "marzo de 2026, y "
        "me han explicado todos los riesgos que tiene la operación.\n"
    )
    page = make_page_text(text, "evidence/a.pdf")

    assert check([page], make_exhibit("consent"), make_person("Ada", "Brixen")) == []


def test_a_translation_that_leaves_a_passage_as_it_is_is_found_in_the_translation() -> None:
    letter = draw_letter("es", "Ada Brixen")
    mixed = [*letter.english[:3], letter.original[3]]
    translation = letter.make_translation(text="English translation\n" + "\n".join(mixed))
    found = check_letter(letter, translation)

    assert ("TRANS.EMBEDDED", "evidence/english.pdf, page 1") in [
        (finding.rule, finding.where) for finding in found
    ]


def test_a_page_that_is_foreign_as_a_whole_is_not_reported_twice() -> None:
    page = make_page_text(draw_letter("es", "Ada Brixen").original[0], "evidence/a.pdf", seems="es")
    found = check([page], make_exhibit("letter"), make_person("Ada", "Brixen"))

    assert [finding.rule for finding in found] == ["LANG.PAGE"]


# --- evidence that names nobody ---

_NAMES = {  # language → how the name of the person is written there, and in case.json
    "es": ("María Peña", "María", "Peña"),
    "fr": ("Amélie Lefèvre", "Amélie", "Lefèvre"),
    "de": ("Jürgen Großmann", "Jürgen", "Großmann"),
    "uk": ("Ковальчуку Андрію", "Andrii", "Kovalchuk"),
    "ru": ("Петровой Наталье", "Natalia", "Petrova"),
    "ar": ("محمد الأحمد", "Mohammed", "Alahmad"),
    "he": ("יוסף כהן", "Yosef", "Cohen"),
    "el": ("Γεώργιος Παπαδόπουλος", "Georgios", "Papadopoulos"),
    "ka": ("გიორგი ბერიძე", "Giorgi", "Beridze"),
    "hy": ("Արմեն Սարգսյան", "Armen", "Sargsyan"),
    "zh": ("王芳", "Fang", "Wang"),
    "ht": ("JEAN-BAPTISTE Wilner", "Wilner", "Jean Baptiste"),
    "tr": ("Ayşe Öztürk", "Ayse", "Ozturk"),
    "pt": ("João da Conceição", "Joao", "Conceicao"),
}


@pytest.mark.parametrize("language", sorted(_NAMES))
def test_a_person_is_named_in_the_letters_of_the_original(language: str) -> None:
    written, given, family = _NAMES[language]
    native = written if language == "zh" else ""
    letter = draw_letter(language, "nobody", written)
    found = check(
        letter.make_original(),
        make_exhibit("medical", language=language),
        make_person(given, family, native_name=native),
    )

    assert list_rules(found, "CHECK.NOBODY", "CHECK.NAME") in ([], ["CHECK.NAME"])


@pytest.mark.parametrize("language", sorted(_NAMES))
def test_a_letter_about_a_stranger_is_found_in_the_letters_of_the_original(language: str) -> None:
    written, _, _ = _NAMES[language]
    letter = draw_letter(language, "nobody", written)
    found = check(
        letter.make_original(),
        make_exhibit("medical", language=language),
        make_person("Ottilie", "Quandt", native_name="欧蒂莉" if language == "zh" else ""),
    )

    assert [(f.rule, f.where) for f in found if f.rule.startswith("CHECK.")] == [
        ("CHECK.NOBODY", "evidence/letter.pdf, page 1")
    ]


_SENTENCES = (  # given and family name in case.json, language, and a sentence that has both
    (
        "Moshe",
        "Levi",
        "he",
        "הננו מאשרים כי משה לוי גר בעיר הזאת עם משפחתו ורשום אצלנו מאז האביב של השנה "
        "הזאת ועד היום "
        "ואישור זה ניתן לבקשתו לכל מטרה חוקית שהיא",
    ),
    (
        "Ramesh",
        "Sharma",
        "hi",
        "यह प्रमाणित किया जाता है कि रमेश शर्मा इस शहर में अपने परिवार के साथ रहते हैं "
        "और इस वर्ष के "
        "वसंत से आज तक हमारे यहाँ पंजीकृत हैं",
    ),
    (
        "Abdul Rahman",
        "Karimi",
        "fa",
        "تصدیق می‌شود که عبدالرحمن کریمی ساکن این شهر است و با خانواده خود در این محل "
        "زندگی می‌کند و از "
        "بهار امسال در این اداره ثبت شده است و تا امروز ادامه دارد",
    ),
    (
        "Fatima",
        "Hussein",
        "ar",
        "نشهد بأن السيدة فاطمة حسين تسكن في هذه المدينة مع عائلتها وهي مسجلة لدينا منذ "
        "ربيع هذه السنة "
        "حتى اليوم وقد طلبت هذه الشهادة لتقديمها إلى الجهات المعنية",
    ),
    (
        "Yevgeny",
        "Zhukov",
        "ru",
        "Настоящим подтверждается, что гражданин Жуков Евгений Петрович проживает по "
        "указанному адресу "
        "вместе с семьёй и состоит на учёте в центре занятости города с весны этого года",
    ),
)


@pytest.mark.parametrize(("given", "family", "language", "text"), _SENTENCES)
def test_a_name_in_a_sentence_is_that_of_its_person_only(
    given: str, family: str, language: str, text: str
) -> None:
    page = make_page_text(text, "evidence/a.pdf", language=language, seems=language)
    exhibit = make_exhibit("police", language=language)

    assert check([page], exhibit, make_person(given, family)) == []
    assert list_rules(check([page], exhibit, make_person("Ottilie", "Quandt")), "CHECK.NOBODY")


def test_names_in_korean_are_compared_only_with_a_native_name() -> None:
    text = (
        "위 김민준 씨는 가족과 함께 이 도시에 거주하고 있으며 올해 봄부터 오늘까지 "
        "우리 기관에 등록되어 "
        "있음을 증명합니다 이 증명서는 본인의 요청에 따라 발급되었습니다 감사합니다 끝"
    )
    page = make_page_text(text, "evidence/a.pdf", language="ko", seems="ko")
    exhibit = make_exhibit("police", language="ko")

    assert check([page], exhibit, make_person("Min-jun", "Kim")) == []
    assert check([page], exhibit, make_person("Min-jun", "Kim", native_name="김민준")) == []
    assert list_rules(
        check([page], exhibit, make_person("Seo-yeon", "Lee", native_name="이서연")), "CHECK.NOBODY"
    )


@pytest.mark.parametrize(
    "category", ["court", "police", "threat", "letter", "housing", "financial"]
)
def test_evidence_about_a_person_that_names_nobody_is_found(category: str) -> None:
    page = make_page_text(_BEFORE + _AFTER, "evidence/a.pdf")
    found = check([page], make_exhibit(category), make_person("Ottilie", "Quandt"))

    assert [finding.rule for finding in found] == ["CHECK.NOBODY"]
    assert "Brixen" not in str(found) and "Quandt" not in str(found)


@pytest.mark.parametrize("category", ["country-conditions", "news", "photo", "expert", "other"])
def test_papers_that_need_not_name_anybody_are_left_in_peace(category: str) -> None:
    page = make_page_text(_BEFORE + _AFTER, "evidence/a.pdf")

    assert check([page], make_exhibit(category), make_person("Ottilie", "Quandt")) == []


@pytest.mark.parametrize(
    "text",
    [
        "I write about my neighbor Mr. Brixen, who lost his work in the flood of last "
        "year, and who "
        "needs help to pay for his rent, since nobody else can help him now.",
        "My friend Ada is a good person and a good mother; she helps everybody in our "
        "street, and we "
        "would be glad to see her at home again, as soon as that is possible.",
        "BRIXEN/ADA MS is the name in the records that we keep at this office, which are open to "
        "everybody who has a good reason to look at them and asks for it.",
        "The holder of the passport N1234567 came to our office in May and told us "
        "that he had been "
        "followed by two men from the market to the door of his house.",
        "The file A 012 345 678 was sent to the court in May, and the hearing will be "
        "held in the "
        "autumn, as soon as the court has an interpreter for the language.",
        "We spoke with A. Brixon, whose name may be spelled in two ways, and who told "
        "us that he had "
        "been followed by two men from the market to the door of his house.",
        "The caller with the telephone 305 555 0142 told us that he had been followed by two men "
        "from the market to the door of his house, and asked for help.",
    ],
)
def test_a_part_of_a_name_or_a_number_is_enough(text: str) -> None:
    person = make_person(
        "Ada",
        "Brixen",
        a_number="012345678",
        passport=Passport(number="N1234567", country="UTO"),
        phone="+1 305 555 0142",
    )

    assert check([make_page_text(text, "evidence/a.pdf")], make_exhibit("police"), person) == []


def test_a_word_that_is_also_a_name_names_nobody() -> None:
    page = make_page_text(
        "You may come in May. It will be a long way on the road to the hill, and the "
        "price of the "
        "day is on the page. Nobody will help you there.",
        "evidence/a.pdf",
    )
    found = check([page], make_exhibit("letter"), make_person("Will", "Long"))

    assert [finding.rule for finding in found] == ["CHECK.NOBODY"]


def test_the_translation_alone_may_name_the_person() -> None:
    letter = draw_letter("zh", "Ada Brixen", "某人")

    assert list_rules(check_letter(letter, letter.make_translation()), "CHECK.NOBODY") == []


def test_nothing_is_said_of_names_where_too_little_was_read() -> None:
    page = make_page_text(
        _BEFORE + _AFTER, "evidence/a.pdf", method=TextMethod.OCR, confidence=55.0
    )
    short = make_page_text("We know where you live.", "evidence/a.pdf")
    other = make_page_text(_BEFORE, "evidence/a.pdf", method=TextMethod.OCR, is_readable=False)
    for pages in ([page], [short], [other]):
        found = check(pages, make_exhibit("threat"), make_person("Ottilie", "Quandt"))
        assert list_rules(found, "CHECK.NOBODY") == []


def test_an_identity_document_of_a_stranger_has_its_own_rule_only() -> None:
    page = make_page_text(
        "Republic of Utopia. Passport. Surname: STRANGER. Given names: SOME. Date of "
        "issue: May 1, "
        "2020. Authority: Ministry of the Interior. Place of birth: Utopia City.",
        "evidence/a.pdf",
    )
    found = check([page], make_exhibit("identity"), make_person("Ottilie", "Quandt"))

    assert list_rules(found, "CHECK.NAME", "CHECK.NOBODY") == ["CHECK.NAME"]


# --- dates that can be two days ---


def check_date(text: str, given: date, language: str = "en", *translation: str) -> list[str]:
    pages = [make_page_text(text, "evidence/a.pdf", language=language, seems=language)] + [
        make_page_text(english, "evidence/b.pdf", role=PartRole.TRANSLATION)
        for english in translation
    ]
    found = check(
        pages, make_exhibit("other", language=language, date=given), make_person("Ada", "Brixen")
    )
    return [f.rule for f in found if f.rule in ("CHECK.DATE_ORDER", "TRANS.DATE_ORDER")]


_MARCH, _APRIL = date(2026, 3, 4), date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "language", "wrong"),
    [
        ("Fecha: 03/04/2026. Se expide a solicitud de la parte.", "es", _MARCH),
        ("Дата видачі: 03.04.2026, місто.", "uk", _MARCH),
        ("التاريخ: ٠٣/٠٤/٢٠٢٦", "ar", _MARCH),
        ("Date: 03/04/26, London, United Kingdom", "en", _MARCH),
        ("Date: 03/04/2026, Miami, FL 33101", "en", _APRIL),
        ("Seen on 25/12/2025 and again on 03/04/2026.", "en", _MARCH),
        ("Seen on 12/25/2025 and again on 03/04/2026.", "en", _APRIL),
        ("Visto el 12/25/2025, y otra vez el 03/04/2026.", "es", _APRIL),
    ],
)
def test_a_date_read_in_the_other_order_is_found_and_the_right_one_is_not(
    text: str, language: str, wrong: date
) -> None:
    right = _APRIL if wrong == _MARCH else _MARCH

    assert check_date(text, wrong, language) == ["CHECK.DATE_ORDER"]
    assert check_date(text, right, language) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Date: 03/04/2026. The patient may go home.", "en"),  # nothing shows the order
        ("Seen on 25/12/2025, 12/25/2025 and 03/04/2026.", "en"),
        ("Fecha: 03/04/2026, McAllen, TX 78501", "es"),
        ("Fecha: 03/04/2026, a 4 de marzo de 2026", "es"),
        ("Fecha: 03/04/2026, 2026-03-04", "es"),
        ("Fecha: 04/04/2026", "es"),
    ],
)
def test_nothing_is_said_of_a_date_where_the_order_is_unknown_or_the_day_is_sure(
    text: str, language: str
) -> None:
    assert check_date(text, _MARCH, language) == []


def test_a_translation_that_exchanged_day_and_month_is_found() -> None:
    original = "Fecha: 03/04/2026. Se expide a solicitud de la parte interesada."

    for turned in ("Date: March 4, 2026", "Seen on 04/25/2026. Date: 03/04/2026"):
        assert check_date(original, _MARCH, "es", turned) == ["TRANS.DATE_ORDER"]
    for right in ("Date: April 3, 2026", "Date: 03/04/2026", "04/25/2026. Date: 04/03/2026"):
        assert check_date(original, _APRIL, "es", right) == []


def test_both_days_in_original_and_translation_are_left_in_peace() -> None:
    original = "Ingreso: 04/03/2026. Egreso: 03/04/2026."

    assert check_date(original, _APRIL, "es", "In: March 4, 2026. Out: April 3, 2026.") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_whose_translation_turned_its_day_is_found(language: str) -> None:
    letter = draw_letter(language, "Ada Brixen", day=date(2026, 4, 3))
    english = [text.replace("April 3, 2026", "March 4, 2026") for text in letter.english]
    found = check_letter(letter, letter.make_translation(text="\n".join(english)))

    assert list_rules(found, "TRANS.DATE_ORDER") == ["TRANS.DATE_ORDER"]


@pytest.mark.parametrize(
    "text",
    [
        *("3. April 2026", "3 квітня 2026 року", "٣ أبريل ٢٠٢٦", "2026年4月3日", "2026년 4월 3일"),
        *("ngày 3 tháng 4 năm 2026", "2026. április 3.", "3 აპრილი 2026", "3 באפריל 2026"),
        *("3 Απριλίου 2026", "le 3 avril 2026", "03APR2026", "۳ آوریل ۲۰۲۶", "3 Nisan 2026"),
    ],
)
def test_a_day_is_read_with_the_month_in_many_languages(text: str) -> None:
    assert has_date(text, _APRIL)
    assert not has_date(text, replace_month(_APRIL))


def replace_month(day: date) -> date:
    return day.replace(month=5)


def test_days_in_numbers_say_which_readings_they_have() -> None:
    (day,) = find_numeric_days("on 03/04/2026")
    (shown,) = find_numeric_days("on 25.12.2025")

    assert (day.readings, day.shows, day.separator) == ((_MARCH, _APRIL), "", "/")
    assert (shown.readings, shown.shows) == ((date(2025, 12, 25),), "day")
