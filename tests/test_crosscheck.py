"""crosscheck and mrz: planted faults are found, untouched samples are left in peace, nothing of
a client is said."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from assembler import crosscheck
from assembler.crosscheck import picture_matching
from assembler.crosscheck.page_words import collect_word_bags
from assembler.crosscheck.picture_matching import measure_likeness
from assembler.crosscheck.statements import find_a_numbers
from assembler.crosscheck.text_matching import (
    compare_texts,
    has_date,
    has_name,
    has_number,
    is_same_name,
    normalize_number,
)
from assembler.evidence import language
from assembler.model import FormFile, Miniature, Name, Person, mrz
from assembler.runtime.resources import Shelf
from benchmarks import planted, planted_faults, rescans
from scripts.sample_cases.mrz import td3
from tests.conftest import AS_OF
from tests.support.language_samples import _ENGLISH, _SPANISH, _UKRAINIAN
from tests.support.page_texts import change_page, make_page_text

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[planted.Subject]]:
    """Four samples of different shape, prepared and read."""
    home = tmp_path_factory.mktemp("planted")
    yield [
        planted.read(SAMPLES / name, home)
        for name in ("re-parole", "rfe-response", "family-of-three", "public-benefit")
    ]


def test_untouched_samples_have_no_finding(subjects: list[planted.Subject]) -> None:
    assert [
        str(finding) for one in subjects for finding in planted.check(one.case, one.texts).findings
    ] == []


def test_every_planted_fault_is_found(subjects: list[planted.Subject]) -> None:
    scores = list(planted.score(subjects, times=8))

    assert {one.fault for one in scores} == {*planted.FAULTS, planted.IN_LETTERS}
    assert [(one.fault, one.recall) for one in scores if one.recall < 0.95 or one.planted < 8] == []


def test_every_page_and_photograph_taken_again_is_found_and_no_other(
    subjects: list[planted.Subject],
) -> None:
    scores = [
        one
        for one in planted.score(subjects, times=2, faults=planted.PICTURES)
        if one.fault in planted.PICTURES
    ]

    assert [(one.planted, one.recall, one.false) for one in scores] == [(2, 1.0, 0)] * len(
        planted.PICTURES
    )


def test_every_page_keeps_a_small_picture_whether_it_was_recognized_or_not(
    subjects: list[planted.Subject],
) -> None:
    pages = [page for one in subjects for pages in one.texts.values() for page in pages]

    assert {page.prepared.method for page in pages} >= {"text", "ocr"}
    assert {
        max(small.width, small.height) if (small := page.prepared.miniature) else 0
        for page in pages
    } == {112}


def test_every_passport_of_these_samples_is_read(subjects: list[planted.Subject]) -> None:
    owners = {
        normalize_number(person.passport.number)
        for one in subjects
        for person in one.case.beneficiaries
        if person.passport
    }
    read = {
        normalize_number(found.number)
        for one in subjects
        for _, _, found in planted_faults.passports(one)
    }

    assert owners - {normalize_number("N0000911")} <= read  # the response encloses no passport


def test_a_passport_of_one_child_may_not_go_into_the_others_packet(
    subjects: list[planted.Subject],
) -> None:
    (family,) = [one for one in subjects if one.name == "family-of-three"]
    exhibits = tuple(
        replace(one, belongs_to=("father",)) if one.id == "passport-child" else one
        for one in family.case.exhibits
    )
    found = planted.check(replace(family.case, exhibits=exhibits), family.texts).findings

    assert [(one.rule, one.severity, one.exhibit) for one in found] == [
        ("LEAK.FAMILY", "error", "passport-child")
    ]


def test_contradictions_hold_the_values_and_findings_do_not(
    subjects: list[planted.Subject],
) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    girl = replace(one.case.beneficiaries[0], birth_date=date(2016, 8, 18))
    made = planted.check(replace(one.case, beneficiaries=(girl,)), one.texts)

    assert [(c.what, c.case_value, c.other_value) for c in made.contradictions] == [
        ("birth date", "2016-08-18", "2016-08-19")
    ]
    (finding,) = [f for f in made.findings if f.rule == "CHECK.DIFFERS"]
    assert "2016" not in str(finding)
    assert finding.where == "evidence/passport.png, page 1"


def test_what_was_looked_for_is_listed_without_the_facts(subjects: list[planted.Subject]) -> None:
    for one in subjects:
        searches = planted.check(one.case, one.texts).searches
        people = (one.case.petitioner, *one.case.beneficiaries)
        said = " ".join(f"{row.exhibit} {row.what} {row.result} {row.why}" for row in searches)

        assert {row.exhibit for row in searches} >= {exhibit.id for exhibit in one.case.exhibits}
        assert {row.result for row in searches} >= {"found"}
        assert not [p.name.family for p in people if p.name.family in said]


@pytest.mark.parametrize(
    ("text", "declared", "seems"),
    [
        (_ENGLISH, "en-US", "en"),
        (_SPANISH, "en", "es"),
        (_SPANISH, "es", "es"),
        ("too short", "en", ""),
    ],
)
def test_the_language_of_a_page(text: str, declared: str, seems: str) -> None:
    assert language.identify_language(text, declared) == seems


def test_plain_english_needs_no_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_load_model", lambda: pytest.fail("loaded"))

    assert language.identify_language(_ENGLISH, "en") == "en"


def test_a_page_said_to_be_english_that_is_not(subjects: list[planted.Subject]) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    pages = (replace(one.texts["teacher"][0], seems="es"),)
    found = planted.check(one.case, {**one.texts, "teacher": pages}).findings

    assert [(f.rule, f.exhibit) for f in found] == [("LANG.PAGE", "teacher")]
    assert {page.seems for pages in one.texts.values() for page in pages} == {"en"}


@pytest.mark.parametrize(
    ("added", "lacks"),
    [
        ("", ["the translator's address", "the translator's telephone number"]),
        ("12 Beispiel Street, Springfield", ["the translator's telephone number"]),
        ("+1 (555) 010-0199", ["the translator's address"]),
        ("12 Beispiel Street, Springfield. Tel. 555 010 0199", []),
    ],
)
def test_a_court_wants_the_translators_address_and_telephone(
    subjects: list[planted.Subject], added: str, lacks: list[str]
) -> None:
    shelf = Shelf.default()
    data, names = shelf.schema("crosscheck.json"), shelf.schema("languages.json")["languages"]
    (one, exhibit) = next(
        (one, e)
        for one in subjects
        for e in one.case.exhibits
        if [p for p in one.texts[e.id] if p.prepared.role == "certificate"]
    )
    assert exhibit.translator
    bare = replace(exhibit, translator=replace(exhibit.translator, phone="", address=None))
    case = replace(
        one.case, exhibits=tuple(bare if e.id == bare.id else e for e in one.case.exhibits)
    )
    words = (
        f"I, {exhibit.translator.name.full}, am competent in {names[exhibit.language]} and "
        f"English. The translation is complete "
        f"and accurate. November 3, 2026. {added}"
    )
    pages = tuple(
        replace(p, text=words) if p.prepared.role == "certificate" else p
        for p in one.texts[bare.id]
    )
    texts = {**one.texts, bare.id: pages}
    found = crosscheck.check(case, texts, AS_OF, data, names, contact=True).findings

    assert sorted(f.problem.split("state ")[1] for f in found if f.exhibit == bare.id) == lacks
    assert not [f for f in planted.check(case, texts).findings if f.exhibit == bare.id]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("She was born on {right:%B} {right.day}, {right.year}, in the spring.", None),
        ("Date of birth: {wrong}.", "birth date"),
        ("The clinic was born of an idea; on 3 May 2026 it opened.", None),
        ("His passport is not valid any more.", None),
        ("passport no. Z99999999 was lost", "passport number"),
        ("the file A 987-654-321 was closed", "A-Number"),
        ("She lives at {street}, with us.", None),
        ("She lives at 7{street}, with us.", "address"),
    ],
)
def test_what_a_declaration_states(
    subjects: list[planted.Subject], said: str, what: str | None
) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    address, born = one.case.petitioner.address, one.case.beneficiaries[0].birth_date
    assert address and born
    text = said.format(
        right=born, wrong=born.replace(year=born.year - 1).isoformat(), street=address.street
    )
    declaration = replace(one.case.declarations[0], paragraphs=(text,))
    made = planted.check(replace(one.case, declarations=(declaration,)), one.texts)

    assert [finding.rule for finding in made.findings] == (["CHECK.STATED"] if what else [])
    assert [contradiction.what for contradiction in made.contradictions] == ([what] if what else [])
    assert not [
        f
        for f in made.findings
        for secret in ("Z99999999", "987", address.street)
        if secret in str(f)
    ]


@pytest.mark.parametrize(
    ("where", "described"),
    [
        ("/request/expedite_reason", "`expedite_reason` of the request"),
        ("/rfe/points/0/answer/1", "the second paragraph of the answer to point "),
    ],
)
def test_the_expedite_reason_and_answers_to_a_notice_are_compared_too(
    subjects: list[planted.Subject], where: str, described: str
) -> None:
    name = "rfe-response" if where.startswith("/rfe") else "re-parole"
    (subject,) = [subject for subject in subjects if subject.name == name]
    text = "The passport no. Z99999999 was lost."
    if where.startswith("/rfe"):
        assert subject.case.rfe is not None
        first, *others = subject.case.rfe.points
        points = (replace(first, answer=(*first.answer, text)), *others)
        case = replace(subject.case, rfe=replace(subject.case.rfe, points=points))
    else:
        case = replace(subject.case, request=replace(subject.case.request, expedite_reason=text))

    checked = planted.check(case, subject.texts)

    (finding,) = checked.findings
    assert (finding.rule, finding.pointer) == ("CHECK.STATED", where)
    assert finding.problem.startswith(f"a passport number in {described}")


@pytest.mark.parametrize(
    ("printed", "rules"),
    [
        ("Springfield, {right:%B} {right.day}, {right.year}. To whom it may concern", []),
        (
            "Springfield, {wrong:%B} {wrong.day}, {wrong.year}. To whom it may concern",
            ["CHECK.DATE"],
        ),
        (
            "Seen {wrong.month}/{wrong.day}/{wrong.year}; written "
            "{right.month}/{right.day}/{right.year}",
            [],
        ),
        ("Dated {wrong}", ["CHECK.DATE"]),
        ("To whom it may concern: no day is printed here at all", []),
    ],
)
def test_the_date_of_a_letter_is_printed_on_it(
    subjects: list[planted.Subject], printed: str, rules: list[str]
) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    exhibit = next(e for e in one.case.exhibits if e.id == "teacher")
    right = date(2026, 10, 9)
    letter = replace(exhibit, category="letter", date=right)
    case = replace(
        one.case, exhibits=tuple(letter if e.id == "teacher" else e for e in one.case.exhibits)
    )
    page = replace(
        one.texts["teacher"][0], text=printed.format(right=right, wrong=date(2025, 10, 9))
    )
    made = planted.check(case, {**one.texts, "teacher": (page,)})

    assert [finding.rule for finding in made.findings if finding.exhibit == "teacher"] == rules
    assert not [f for f in made.findings if "2026" in f.problem + f.where]
    other = replace(letter, category="photo")  # the day of a photograph is not printed on it
    without = replace(
        case, exhibits=tuple(other if e.id == "teacher" else e for e in case.exhibits)
    )
    assert not [
        f
        for f in planted.check(without, {**one.texts, "teacher": (page,)}).findings
        if f.rule == "CHECK.DATE"
    ]


def test_a_page_that_stands_in_a_file_five_times_is_told_once(
    subjects: list[planted.Subject],
) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    exhibit = one.case.exhibits[0]
    page = replace(
        one.texts[exhibit.id][0], text=f"{'Every word of this page stands on the other four. ' * 9}"
    )
    alike_pages = tuple(
        change_page(page, source_page=number, sha256=str(number)) for number in range(1, 6)
    )
    found = planted.check(one.case, {**one.texts, exhibit.id: alike_pages}).findings

    (repeated,) = [finding for finding in found if finding.rule == "PAGES.TWICE"]
    assert repeated.page == 2
    assert repeated.problem.startswith("pages 2 to 5 of it, as far as could be read, say the same")


def test_an_exhibit_that_could_not_be_read_is_said_so(subjects: list[planted.Subject]) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    made = planted.check(
        one.case, {key: pages for key, pages in one.texts.items() if key != "passport"}
    )

    assert [f.rule for f in made.findings] == ["CHECK.UNREAD"]
    assert ("passport", "everything", "not checked") in [
        (row.exhibit, row.what, row.result) for row in made.searches
    ]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("A 123-456-789", {"123456789"}),
        ("A#123456789", {"123456789"}),
        ("A123456789 and B", {"123456789"}),
        ("Alien Registration Number 123 456 789", {"123456789"}),
        ("A-Number: 12-345-678", {"012345678"}),
        ("USCIS# 123-456-789", {"123456789"}),
        ("A12 345 678", {"012345678"}),
        ("Alien No. A123456789", {"123456789"}),
        ("passport A12345678", set()),
        ("USCIS Online Account Number 1234 5678 9012", set()),
        ("USA 123456789", set()),
        ("A000000000", set()),
        ("رقم A٢٣٤-٥٦٧-٨٩٠", {"234567890"}),  # with Arabic digits
    ],
)
def test_a_numbers_as_people_write_them(text: str, there: set[str]) -> None:
    assert find_a_numbers(text) == there


def test_a_letter_of_a_firms_own_template_is_compared(subjects: list[planted.Subject]) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    data = Shelf.default().schema("crosscheck.json")
    letter = {"drafts/cover-letter.docx": "Re: my client, A 987-654-321. Dear Officer,"}
    made = crosscheck.check_documents(one.case, letter, data, ())

    assert [(f.rule, f.where) for f in made.findings] == [
        ("CHECK.STATED", "drafts/cover-letter.docx")
    ]
    assert [(c.what, c.other_place, c.other_value) for c in made.contradictions] == [
        ("A-Number", "drafts/cover-letter.docx", "A987654321")
    ]
    assert "987" not in str(made.findings)
    assert (
        crosscheck.check_documents(one.case, letter, data, ["A987654321"]).findings == ()
    )  # told of where case.json says so


def test_a_completed_form_is_looked_through(subjects: list[planted.Subject]) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    case = replace(one.case, forms=(FormFile(form="i-131", path="forms/i-131.pdf"),))
    page = make_page_text("Alien Registration Number (A-Number) A- 987654321", "forms/i-131.pdf", 3)
    found = planted.check(case, {**one.texts, "form:forms/i-131.pdf": (page,)}).findings

    assert [(f.rule, f.severity, f.where) for f in found] == [
        ("LEAK.A_NUMBER", "error", "forms/i-131.pdf, page 3")
    ]


# --- pages seen twice ---


def _scene(seed: int) -> Image.Image:
    """Something like a photograph: patches of gray, and marks on them."""
    dice = np.random.default_rng(seed)
    coarse = Image.fromarray(dice.integers(30, 220, (9, 7), dtype=np.uint8)).resize(
        (560, 720), Image.Resampling.BICUBIC
    )
    fine = Image.fromarray(dice.integers(0, 120, (72, 56), dtype=np.uint8)).resize(
        (560, 720), Image.Resampling.BILINEAR
    )
    return Image.blend(coarse, fine, 0.35)


def _small(picture: Image.Image) -> Miniature:
    small = picture.resize((round(112 * picture.width / picture.height), 112), Image.Resampling.BOX)
    return Miniature(width=small.width, height=small.height, gray=small.tobytes())


@pytest.mark.parametrize("seed", range(4))
def test_the_same_photograph_taken_again_and_another_one(seed: int) -> None:
    picture = _scene(seed)
    again = rescans.again(picture.copy(), random.Random(seed))

    assert measure_likeness(_small(picture), _small(again)) > 0.85
    assert measure_likeness(_small(picture), _small(_scene(seed + 100))) < 0.7
    assert measure_likeness(_small(picture), _small(picture.rotate(90, expand=True))) == 0


def test_a_photograph_taken_twice_is_told_and_two_cards_of_a_kind_are_not(
    subjects: list[planted.Subject],
) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    exhibit = one.case.exhibits[0].id

    def found(first: str, second: str) -> list[int | None]:
        pages = tuple(
            make_page_text(
                text,
                f"evidence/{n}.jpg",
                n,
                method="ocr",
                confidence=90,
                sha256=str(n),
                miniature=_small(_scene(1)),
            )
            for n, text in enumerate((first, second), 1)
        )
        made = planted.check(one.case, {**one.texts, exhibit: pages}).findings
        return [finding.page for finding in made if finding.rule == "PAGES.TWICE"]

    assert found("", "") == [2]
    assert found("Card of Anna Muster number X1234567", "Card of Anna Muster number X1234567") == [
        2
    ]
    assert (
        found("Card of Anna Muster number X1234567", "Card of Otto Fremder number Y7654321") == []
    )


_FORM = (
    "Civil registry of Utopia certificate of birth book 12 folio {} name of the child {} born on "
    "{} in the town of Ejemplo "
    "father Otto Muster mother Anna Muster witnessed by the clerk and sealed on 4 May 2015"
)


@pytest.mark.parametrize(
    ("again", "same"),
    [
        (_FORM.format(77, "Bruno Muster", "3 March 2011"), True),
        (
            _FORM.format(77, "Bruno Muster", "3 March 2011")[:110],
            True,
        ),  # the lower half could not be read
        (_FORM.format(77, "Brnno Mvster", "3 March 2011").replace("witnessed", "zzqqk"), True),
        (_FORM.format(78, "Clara Muster", "9 June 2013"), False),  # the sister's, on the same form
        ("sealed on 4 May", False),  # too little
    ],
)
def test_words_of_a_page_read_in_part_and_of_another_page_of_the_form(
    again: str, same: bool
) -> None:
    first = _FORM.format(77, "Bruno Muster", "3 March 2011")
    letter = "Bruno Muster and Clara Muster are known to me since March and June"
    bags = collect_word_bags(
        [first, again, letter], Shelf.default().schema("crosscheck.json")["same_form"]
    )

    assert bags.is_same_page(0, 1) is same
    assert bags.is_same_page(1, 0) is same


def test_a_line_of_english_makes_no_page_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_load_model", lambda: pytest.fail("loaded"))
    note = "SAMPLE: every person and fact on this page is invented. "

    assert language.identify_language(note + _SPANISH, "es") == "es"
    assert language.identify_language(note + _SPANISH, "en") == "es"
    assert language.identify_language(note + _UKRAINIAN, "uk") == "uk"


# --- machine-readable lines ---

letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)
numbers = st.text("ACEFHJKMNPRTUVWXY34790", min_size=5, max_size=9)
days = st.dates(date(1940, 1, 1), date(2025, 12, 31))


@settings(max_examples=60, deadline=None)
@given(
    family=letters,
    given_=letters,
    number=numbers,
    born=days,
    expires=st.dates(date(2020, 1, 1), date(2060, 1, 1)),
)
def test_lines_that_are_right_are_read(
    family: str, given_: str, number: str, born: date, expires: date
) -> None:
    lines = td3("UTO", family, given_, number, "UTO", f"{born:%y%m%d}", "F", f"{expires:%y%m%d}")
    (one,) = mrz.read("noise\n" + "\n".join(lines), AS_OF)

    assert (one.number, one.birth_date, one.expires, one.sex) == (number, born, expires, "F")


@settings(max_examples=60, deadline=None)
@given(number=numbers, born=days, place=st.integers(0, 43), by=st.integers(1, 9))
def test_one_wrong_digit_is_never_believed(number: str, born: date, place: int, by: int) -> None:
    first, second = td3("UTO", "MUSTER", "ANNA", number, "UTO", f"{born:%y%m%d}", "F", "310111")
    if second[place].isdigit():
        wrong = second[:place] + str((int(second[place]) + by) % 10) + second[place + 1 :]
        assert [(one.number, one.birth_date) for one in mrz.read(f"{first}\n{wrong}", AS_OF)] in (
            [],
            [(number, born)],
        )


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "L898902C3",
        ),
        (
            "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
            "D23145890",
        ),
        ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6", "D23145890"),
        # letters for digits, a run of fillers with misread ones and of the wrong length
        ("P<UTOERIKSSON<<ANNA<<<<<<<<K<<<\nX1Z3456789UTO74O8122F3104159<<<<K<K<<<<<<<<<<00", None),
        (
            "P<USASAMPLETON<<REDACTOR<<<<<<<\n0000000996USA7111022M2907295<<<<K<K<<<<K<<<<<08",
            "000000099",
        ),
        ("nothing of the kind", None),
    ],
)
def test_specimens(lines: str, number: str | None) -> None:
    """ICAO Doc 9303 parts 4, 5 and 6, appendix; and lines as recognition gives them."""
    assert [one.number for one in mrz.read(lines, AS_OF)] == ([number] if number else [])


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<", True),
        ("p<UTOER1KSSONK<ANNA<<maRIA<<<<< <", True),
        (">> Marked: In none of the nine was anybody charged. <<", False),
        ("<< back", False),
        ("", False),
    ],
)
def test_what_looks_like_machine_readable_lines(text: str, there: bool) -> None:
    assert mrz.may_have_zone(f"Passport\n{text}\n") is there


def test_words_in_common_are_counted_as_sets_count_them() -> None:
    chance = random.Random(7)
    texts = [
        " ".join(
            [
                f"rare{n // 2}",
                *chance.choices([f"word{n}" for n in range(60)], k=chance.randint(4, 70)),
            ]
        )
        for n in range(30)
    ]
    bags = collect_word_bags(texts, Shelf.default().schema("crosscheck.json")["same_form"])
    sets = [{*text.split()} for text in texts]
    naive = [
        [len(one & other) >= 0.75 * min(len(one), len(other)) for other in sets] for one in sets
    ]

    assert [bags.mostly_shared.get_row(n).tolist() for n in range(30)] == naive
    assert [[bags.mostly_shared.holds(n, m) for m in range(30)] for n in range(30)] == naive
    assert 0 < sum(map(sum, naive)) < 900


def test_patches_are_measured_from_running_sums_as_one_by_one() -> None:
    gray = np.random.default_rng(3).integers(0, 256, (40, 31)).astype(np.float32)
    gray[:20, :20] = 200  # shows nothing
    patches = np.lib.stride_tricks.sliding_window_view(gray.astype(np.float64), (16, 16)).reshape(
        25, 16, 256
    )
    lengths = np.linalg.norm(patches - patches.mean(axis=2, keepdims=True), axis=2)

    assert np.allclose(picture_matching._compute_lengths(gray), np.maximum(lengths, 16))


# --- likeness ---


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("MUSTER, Zoë", True),
        ("Zoe MÜSTER", True),
        ("zoe rnuster", True),
        ("Зоя и Мустер Зое", True),
        ("Zoë Mustang", False),
        ("Anna Muster", False),
    ],
)
def test_names_in_any_order_and_alphabet(text: str, there: bool) -> None:
    person = Person(id="x", name=Name(given="Zoë", family="Muster"))

    assert has_name(text, person, 75) is there


@pytest.mark.parametrize(
    "text",
    [
        "April 5, 2019",
        "05 APR 2019",
        "2019-04-05",
        "04/05/2019",
        "5.4.2019",
        "5 de abril de 2019",
        "le 5 avril 2019",
    ],
)
def test_days_as_people_write_them(text: str) -> None:
    assert has_date(f"Born {text} in Utopia", date(2019, 4, 5))
    assert not has_date(f"Born {text} in Utopia", date(2019, 4, 6))
    assert not has_date(f"Born {text} in Utopia", date(2018, 4, 5))


@given(st.text("0123456789", min_size=5, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_a_different_number_is_never_the_same(number: str, place: int, by: int) -> None:
    place %= len(number)
    other = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]

    assert normalize_number(number) != normalize_number(other)
    assert has_number(f"No. {number[:3]} {number[3:]}", number)
    assert not has_number(f"No. {other}", number)
    assert not has_number(f"No{other}", number)
    assert not has_number(f"No. {number}0", number)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("A-No. A123 456 789.", True),
        ("USCIS#A123456789and", True),
        ("Passport: XI2345678", True),
        ("XI23456784UTO9001", True),
        ("X123456789", False),
        ("No. 00X12345678", False),
        ("X12345 (see page 678)", False),
    ],
)
def test_a_number_as_it_is_printed(text: str, there: bool) -> None:
    assert any(has_number(text, number) for number in ("A123456789", "X12345678")) is there


def test_two_names_and_two_texts() -> None:
    assert is_same_name("TESTINA EXEMPLAR MUESTRA", "Testina Exemplar", 84)
    assert not is_same_name("TESTINA EXEMPLAR", "Fictus Exemplar", 84)
    page = "The patient was seen on March 3, 2026 and again on April 4, 2026. " * 4
    assert compare_texts(page, page.replace("patient", "pat1ent")) > 95
    assert compare_texts(page, page.replace("March 3", "March 9").replace("April 4", "May 17")) == 0


_RUSSIAN = (
    "Справка выдана о том, что ребёнок находился на лечении в городской больнице и нуждается в "
    "операции на сердце, которую в "
    "нашей стране сделать невозможно, поэтому семья просит о помощи за границей. Лечащий врач "
    "считает, что ждать больше нельзя."
)
_ARABIC = (
    "تشهد إدارة المستشفى بأن الطفلة تتلقى العلاج لدينا وتحتاج إلى عملية "
    "جراحية في القلب لا يمكن إجراؤها في بلدنا بسبب نقص المعدات"
)
_CHINESE = (
    "兹证明该患儿在我院接受治疗，需要进行心脏手术，"
    "但因本地缺乏必要的设备，无法在国内完成手术，家属因此请求国外医院给予帮助，特此证明。"
)


@pytest.mark.parametrize(
    ("text", "declared", "seems"),
    [
        (_UKRAINIAN, "uk", "uk"),
        (_UKRAINIAN, "en", "uk"),
        (_RUSSIAN, "uk", "ru"),
        (_SPANISH, "uk", "es"),
        (_ENGLISH, "uk", "en"),
        (_ENGLISH, "es", "en"),
        (_ARABIC, "ar-SY", "ar"),
        (_ARABIC, "en", "ar"),
        (_ARABIC, "fa", "ar"),
        (_UKRAINIAN, "ti", "uk"),
        (_CHINESE, "zh-Hant", "zh"),
        (_CHINESE, "en", "zh"),
        (_CHINESE, "ko", "zh"),
        (_SPANISH, "sr-Cyrl", "es"),
        (_SPANISH, "sr", "es"),
        ("АБВ ГҐД " * 20, "es", "Cyrl"),
        ("short текст", "uk", ""),
    ],
)
def test_any_declared_language_is_compared_with_the_page(
    text: str, declared: str, seems: str
) -> None:
    assert language.identify_language(text, declared) == seems


def test_letters_recognized_as_another_language_say_nothing_but_the_picture_s_script_does() -> None:
    garbage = (
        "Aosinka sugana npo Te wo antwHa nepe6ysana Ha nikyBaHHi y micekii nikapHi Ta notpe6ye "
        "onepauii Ha cepui " * 2
    )

    assert language.identify_language(garbage, "uk", readable=False) == ""
    assert language.identify_language(garbage, "en", seen_script="Cyrillic") == "Cyrl"
    assert language.identify_language(garbage, "uk", seen_script="Cyrillic", readable=False) == ""
    assert language.identify_language(garbage, "uk", seen_script="Arabic", readable=False) == "Arab"
    assert language.identify_language(garbage, "ja", seen_script="Han", readable=False) == ""


@pytest.mark.parametrize(
    ("declared", "seems", "severity", "said"),
    [
        ("uk", "ru", "warning", "it seems to be in Russian, and case.json says Ukrainian"),
        ("uk", "en", "info", "it seems to be in English, and case.json says Ukrainian"),
        ("en", "Cyrl", "warning", "it seems to be in Cyrillic letters, and case.json says English"),
    ],
)
def test_a_page_in_another_language_than_declared_is_reported(
    subjects: list[planted.Subject], declared: str, seems: str, severity: str, said: str
) -> None:
    (one,) = [one for one in subjects if one.name == "re-parole"]
    pages = (change_page(one.texts["teacher"][0], seems=seems, language=declared),)

    found = planted.check(one.case, {**one.texts, "teacher": pages}).findings

    assert [(f.rule, f.severity.value, f.problem) for f in found] == [("LANG.PAGE", severity, said)]
