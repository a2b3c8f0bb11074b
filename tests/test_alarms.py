"""No check advises to drop, cut or rewrite what is right; each says where it saw something."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assembler import crosscheck, receivers
from assembler.evidence import read_texts
from assembler.evidence.legibility.findings import split_pages
from assembler.evidence.legibility.surroundings import find_document
from assembler.model import (
    Case,
    Declaration,
    Exhibit,
    Finding,
    Name,
    PageText,
    Person,
    Severity,
    TextMethod,
)
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from benchmarks import lookalikes
from scripts.sample_cases import draw
from tests import factories
from tests.conftest import AS_OF
from tests.support import cases
from tests.support.evidence import prepared
from tests.support.page_texts import change_page, make_page_text

SHELF = Shelf.default()
ROSA = Person(id="rosa", name=Name(given="Rosa Elena", family="Ejemplo"))
BRUNO = Person(id="bruno", name=Name(given="Bruno", family="Ejemplo"))
BOX = (72.0, 100.0, 300.0, 112.0)


def check(case: Case, texts: Mapping[str, Sequence[PageText]]) -> tuple[Finding, ...]:
    languages = SHELF.schema("languages.json")["languages"]
    data = SHELF.schema("crosscheck.json")
    return crosscheck.check(case, texts, AS_OF, data, languages).findings


def family(*exhibits: Exhibit, declarations: tuple[Declaration, ...] = ()) -> Case:
    return cases.case(*exhibits, beneficiaries=(ROSA, BRUNO), declarations=declarations)


def page(words: str, path: str = "evidence/a.pdf", number: int = 1, **more: object) -> PageText:
    boxes = tuple(BOX for _ in words.splitlines())
    text = make_page_text(words, path, number, sha256=f"{path} {number}", line_boxes=boxes)
    return change_page(text, **more)


def repeated(*pages: PageText, **exhibit: object) -> list[Finding]:
    papers = replace(cases.exhibit("papers", "financial"), **exhibit)  # type: ignore[arg-type]
    found = check(family(papers), {"papers": pages})
    return [finding for finding in found if finding.rule == "PAGES.TWICE"]


# --- the same page twice ---


@pytest.mark.parametrize("kind", lookalikes.KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_papers_of_one_template_are_not_the_same_page(kind: str, seed: int) -> None:
    first, second = lookalikes.pair(kind, random.Random(f"{kind} {seed}"))

    assert repeated(lookalikes.as_text(first, "a.pdf"), lookalikes.as_text(second, "b.pdf")) == []


def test_a_paper_scanned_again_is_told_though_a_word_of_it_was_misread() -> None:
    words = lookalikes.pay_stub(random.Random(1))
    again = page(
        words.replace("Medicare", "Medlcarc"),
        "evidence/b.png",
        method=TextMethod.OCR,
        confidence=91.0,
    )

    (finding,) = repeated(page(words), again)

    assert finding.where == "evidence/b.png, page 1"
    assert "evidence/a.pdf" in finding.problem


def test_a_file_scanned_twice_is_one_finding_that_drops_nothing_unseen() -> None:
    pages = [lookalikes.statement(random.Random(seed)) for seed in range(3)]
    first = [page(words, "evidence/a.pdf", n) for n, words in enumerate(pages, 1)]
    second = [page(words, "evidence/b.pdf", n) for n, words in enumerate(pages, 1)]

    (finding,) = repeated(*first, *second)

    assert finding.problem == (
        "pages 1 to 3 of it, as far as could be read, say the same as pages 1 to 3 of "
        "evidence/a.pdf"
    )
    assert "keep both if anything differs" in finding.remedy
    assert "leave" not in finding.remedy


def test_one_certificate_may_stand_behind_two_documents() -> None:
    words = lookalikes.certificate(random.Random(1))

    assert repeated(page(words, "evidence/a.pdf"), page(words, "evidence/b.pdf")) == []


def test_the_same_letter_for_two_packets_is_none_twice() -> None:
    words = lookalikes.letter_to_each(random.Random(1))
    hers = cases.exhibit("hers", "financial", ("rosa",))
    his = cases.exhibit("his", "financial", ("bruno",))
    texts = {"hers": (page(words),), "his": (page(words, "evidence/b.pdf"),)}

    def rules(*exhibits: Exhibit) -> set[str]:
        return {finding.rule for finding in check(family(*exhibits), texts)}

    assert "PAGES.TWICE" not in rules(hers, his)
    assert "PAGES.TWICE" in rules(hers, replace(his, belongs_to=()))


def test_the_printed_instructions_of_a_form_filled_in_twice_are_none_twice() -> None:
    instructions = (
        "Instructions for the applicant. Answer every question in black ink and sign in the box. "
        "If a question does not apply, write none. Attach more sheets where the space is too small "
        "and give the number of the question on each of them."
    )
    filled = [lookalikes.registry_form(random.Random(seed)) for seed in (1, 2)]
    pages = [
        page(words, f"evidence/{name}.pdf", number)
        for name, own in zip("ab", filled, strict=True)
        for number, words in enumerate((own, instructions), 1)
    ]

    assert repeated(*pages) == []


def test_two_papers_in_one_file_that_count_their_own_pages_are_in_order() -> None:
    def orders(*numbers: int) -> list[Finding]:
        texts = [page(f"A page of words, page {n} of 2", number=k) for k, n in enumerate(numbers)]
        papers = cases.exhibit("papers", "financial")
        found = check(family(papers), {"papers": texts})
        return [finding for finding in found if finding.rule == "PAGES.ORDER"]

    assert orders(1, 2, 1, 2) == []
    assert len(orders(2, 1)) == 1
    assert len(orders(1, 2, 2, 1)) == 1


# --- names ---


def spellings(text: str) -> list[Finding]:
    declaration = Declaration(
        id="statement",
        declarant="aunt",
        title="Declaration",
        signed_in_us=True,
        paragraphs=("I am the aunt.", text),
    )
    found = check(family(declarations=(declaration,)), {})
    return [finding for finding in found if finding.rule == "CHECK.TWO_SPELLINGS"]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Ejemplo and Sra. Ejemplo came.",
        "Dr. Rosa Ejemplo is here, and R. E. Ejemplo, too.",
        "Bruno’s mother, Bruno Ejemplo's aunt and ROSA ELENA EJEMPLO’S uncle.",
        "Rosa E. Ejemplo, B. Ejemplo and Miss Elena Ejemplo.",
        "BRUNO EJEMPLO signed.",
        "Hospital Ejemplo is near.",
    ],
)
def test_a_name_as_people_write_it_is_no_misspelling(text: str) -> None:
    assert spellings(text) == []


@pytest.mark.parametrize("text", ["Then Bruna Ejemplo came.", "So says Rosa Elana Ejemplo’s aunt."])
def test_a_misspelling_is_told_with_its_paragraph_and_without_the_name(text: str) -> None:
    (finding,) = spellings(text)

    assert finding.pointer == "/declarations/0/paragraphs/1"
    assert finding.problem.startswith(
        "a name in the second paragraph of the declaration statement is spelled almost"
    )
    assert "Ejemplo" not in str(finding)


# --- where something was seen ---


def test_a_strangers_number_is_marked_on_its_line() -> None:
    words = "Notice of action\n\nThe file of the person\nwith A 987 654 321 was opened."
    boxes = ((1.0, 1.0, 2.0, 2.0), None, (3.0, 3.0, 4.0, 4.0), BOX)
    found = check(family(cases.exhibit("notice")), {"notice": (page(words, line_boxes=boxes),)})

    (finding,) = [finding for finding in found if finding.rule == "LEAK.A_NUMBER"]
    assert finding.problem == "an A-Number in line 3 of the page belongs to no one in this case"
    assert finding.region == BOX
    assert "only if it is another client's" in finding.remedy


def test_the_date_that_is_printed_is_marked_on_its_page() -> None:
    letter = replace(cases.exhibit("letter", "letter"), date=date(2026, 10, 9))
    words = ("To whom it may concern", "Springfield\nOctober 8, 2026")
    texts = {"letter": [page(text, number=n) for n, text in enumerate(words, 1)]}

    (finding,) = [found for found in check(family(letter), texts) if found.rule == "CHECK.DATE"]

    assert (finding.file, finding.page, finding.region) == ("evidence/a.pdf", 2, BOX)
    assert "line 2 of the page" in finding.problem
    assert "October" not in str(finding)


@pytest.mark.parametrize("angle", [0, 90])
def test_each_line_of_a_page_has_its_place_as_displayed(tmp_path: Path, angle: int) -> None:
    data = factories.rotated_pdf(angle)
    made = prepared(tmp_path, {"a.pdf": data})
    with Workshop(tmp_path / "read", jobs=1) as workshop:
        (text,) = read_texts(tuple(made.values()), workshop)["a.pdf"]

    (size,) = [(one.width, one.height) for one in made["a.pdf"].pages]
    lines = text.text.splitlines()
    boxes = [box for box in text.line_boxes if box]
    assert len(text.line_boxes) == len(lines)
    assert len(boxes) == len([line for line in lines if line.strip()])
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
    along = 1 if angle == 0 else 0  # lines lie below each other, or beside each other if turned
    assert len({box[along] for box in boxes}) == len(boxes)


# --- narratives ---


def narratives(words: str, **change: object) -> list[Finding]:
    letter = replace(cases.exhibit("letter", "letter", ("rosa",)), **change)  # type: ignore[arg-type]
    found = check(family(letter), {"letter": (page(words),)})
    return [finding for finding in found if finding.rule == "LEAK.NARRATIVE"]


def test_a_letter_of_one_packet_about_somebody_of_another_is_told() -> None:
    (finding,) = narratives("To the officer\nBruno Ejemplo is ill. Bruno must travel.")

    assert finding.severity is Severity.WARNING
    assert finding.region == BOX
    assert finding.problem.startswith("line 2 of the page names bruno")


@pytest.mark.parametrize(
    "words",
    [
        "Bruno Ejemplo is the brother of Rosa.",
        "Rosa Elena Ejemplo is ill.",
        "The Ejemplo family is known to us.",
        "Bruno of the parish wrote this.",
    ],
)
def test_a_letter_that_names_its_own_or_nobody_is_quiet(words: str) -> None:
    assert narratives(words) == []


def test_letters_of_all_packets_and_other_papers_are_quiet() -> None:
    words = "Bruno Ejemplo is ill. Bruno must travel."

    assert narratives(words, belongs_to=()) == []
    assert narratives(words, belongs_to=("bruno",)) == []
    assert narratives(words, category="bank") == []


def test_a_declaration_carried_over_from_another_packet_is_told() -> None:
    def found(declarant: str, *paragraphs: str) -> list[str | None]:
        declaration = Declaration(
            id="statement",
            declarant=declarant,
            title="Declaration",
            signed_in_us=True,
            paragraphs=paragraphs,
            belongs_to=("rosa",),
        )
        made = check(family(declarations=(declaration,)), {})
        return [one.pointer for one in made if one.rule == "LEAK.NARRATIVE"]

    assert found("aunt", "I am the aunt.", "Bruno Ejemplo is ill.") == [
        "/declarations/0/paragraphs/1"
    ]
    assert found("aunt", "Rosa is my niece.", "Bruno Ejemplo is ill.") == []
    assert found("rosa", "I am ill.", "Bruno Ejemplo is my brother.") == []


# --- paper or online ---


@pytest.mark.parametrize(
    ("filing", "profile", "told"),
    [
        ("paper", "uscis-paper", False),
        ("online", "uscis-online", False),
        ("online", "eoir-ecas", False),
        ("paper", "uk-strict", False),
        ("online", "uk-strict", False),
        ("paper", "uscis-online", True),
        ("online", "uscis-paper", False),  # the default, which nobody chose
        ("paper", "eoir-ecas", True),
        ("paper", "cmecf", True),
    ],
)
def test_a_profile_of_the_other_way_of_filing_is_told(
    filing: str, profile: str, told: bool
) -> None:
    case = cases.case()
    case = replace(case, request=replace(case.request, filing=filing))
    found = receivers.check_filing_mode(case, receivers.load_profile(SHELF, profile))

    assert [finding.rule for finding in found] == ["FILING.PROFILE"] * told
    assert all(filing in finding.problem and profile in finding.problem for finding in found)


# --- blank backs ---


def blanks(tmp_path: Path, sides: str, **part: object) -> list[tuple[str, str]]:
    """Rule and remedy of what is told of the blank pages of a scan: "x" has print, "-" none."""
    sheets = [
        draw.sheet(factories.LINES, 100) if side == "x" else Image.new("L", (850, 1100), 255)
        for side in sides
    ]
    parts = {"a.pdf": part} if part else None
    made = prepared(tmp_path, {"a.pdf": draw.scan_pdf(sheets, 100)}, parts)["a.pdf"]
    return [(one.rule, one.remedy) for one in made.findings if "BLANK" in one.rule]


def test_blank_backs_are_told_once_with_the_pages_to_keep(tmp_path: Path) -> None:
    ((rule, remedy),) = blanks(tmp_path, "x-x-xx")

    assert rule == "LEGIBLE.BLANK_BACKS"
    assert '"pages": "1,3,5-6"' in remedy


def test_blank_backs_that_a_person_keeps_are_not_told(tmp_path: Path) -> None:
    assert blanks(tmp_path, "x-x-", accept_loss=("LEGIBLE.BLANK_BACKS",)) == []


@pytest.mark.parametrize("sides", ["-x", "x-x", "x--x"])
def test_a_blank_page_that_is_no_back_is_told_by_itself(tmp_path: Path, sides: str) -> None:
    found = blanks(tmp_path, sides)

    assert [rule for rule, _ in found] == ["LEGIBLE.BLANK"] * sides.count("-")


def test_the_pages_of_a_thick_scan_are_given_in_values_that_case_json_takes() -> None:
    values = split_pages(range(1, 400, 2), 200)

    assert all(len(value) <= 200 for value in values)
    assert ",".join(values) == ",".join(map(str, range(1, 400, 2)))


# --- a document photographed with what lies around it ---

_WORDS = tuple((f"Word{n}", 90.0, (0.32 + 0.03 * n, 0.4, 0.34 + 0.03 * n, 0.42)) for n in range(10))


def _on_ground(tone: int, part: float) -> np.ndarray:
    """A light card in the middle of a ground; `part`: of the picture's sides it takes up."""
    picture = np.random.default_rng(1).normal(tone, 8, (900, 1200)).clip(0, 255).astype(np.uint8)
    high, wide = round(450 * part), round(600 * part)
    picture[450 - high : 450 + high, 600 - wide : 600 + wide] = 225
    return picture


@pytest.mark.parametrize(
    ("tone", "part", "is_found"),
    [(70, 0.6, True), (120, 0.7, True), (70, 0.97, False), (245, 0.6, False), (220, 0.6, False)],
)
def test_a_card_on_a_table_is_found_and_one_that_fills_the_picture_is_not(
    tone: int, part: float, is_found: bool
) -> None:
    box = find_document(_on_ground(tone, part), (0.0, 0.0, 1.0, 1.0), _WORDS, (612.0, 459.0))

    assert (box is not None) is is_found
    if box:
        assert box == pytest.approx(
            (306 * (1 - part), 229.5 * (1 - part), 306 * (1 + part), 229.5 * (1 + part)), abs=12
        )


def test_words_beside_the_card_say_that_it_is_no_document() -> None:
    words = tuple((text, sure, (0.02, 0.02, 0.06, 0.05)) for text, sure, _ in _WORDS)

    assert find_document(_on_ground(70, 0.6), (0, 0, 1, 1), words, (612.0, 459.0)) is None
