"""The line that a person signs on is found on papers of many layouts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.layout.signature_lines import SignatureLine, find_signature_line
from assembler.pdf.text_rows import TextRow, Word, read_text_rows
from tests import factories

LINE = "_" * 30
JANE, JOHN = "Jane Doe", "John Q. Public"
# column of a word → where it begins, points
_LEFT, _RIGHT, _ADVANCE, _HEIGHT, _LEADING = 72.0, 330.0, 5.0, 10.0, 18.0


def rows(*lines: str) -> tuple[TextRow, ...]:
    """A page of these lines from the top; " | " begins a second column."""
    return tuple(
        TextRow(words=tuple(_words(line, 700 - number * _LEADING)))
        for number, line in enumerate(lines)
        if line.strip()
    )


def _words(line: str, y: float) -> Sequence[Word]:
    words = []
    for column, text in zip((_LEFT, _RIGHT), line.split(" | "), strict=False):
        x = column
        for word in text.split():
            width = len(word) * _ADVANCE
            words.append(Word(text=word, box=(x, y, x + width, y + _HEIGHT)))
            x += width + _ADVANCE
    return words


def bottom(line: int) -> float:
    return 700 - line * _LEADING


def placed(found: SignatureLine | None) -> tuple[int, float, float] | None:
    """Page, left and bottom of a line."""
    return (found.page, found.box[0], found.box[1]) if found else None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Respectfully,", "", LINE, JANE, "Attorney"), (_LEFT, bottom(2))),
        ((f"Executed on {LINE} at Town.", "", LINE, JANE), (_LEFT, bottom(2))),
        ((f"Date: {LINE}", "", LINE, f"{JANE}, Esq."), (_LEFT, bottom(2))),
        ((f"Signature: {LINE}", f"Printed name: {JANE}", f"Date: {LINE}"), (127, bottom(0))),
        ((f"By: {LINE}", JANE), (92, bottom(0))),
        ((f"{LINE} | {LINE}", f"{JOHN} | {JANE}"), (_RIGHT, bottom(0))),
        ((f"{LINE} | {LINE}", f"{JANE} | {JOHN}"), (_LEFT, bottom(0))),
        (("", LINE, "JANE  DOE"), (_LEFT, bottom(1))),
        (("Yours,", "", "", JANE), (_LEFT, bottom(3) + _HEIGHT)),
    ],
)
def test_the_line_of_a_person_is_found(
    lines: tuple[str, ...], expected: tuple[float, float]
) -> None:
    assert placed(find_signature_line([rows(*lines)], JANE)) == (0, *expected)


@pytest.mark.parametrize(
    "lines",
    [
        (f"I, {JANE}, declare:", "The end."),  # a name in the text
        (f"Date: {LINE}", JOHN),
        (LINE, JOHN),
        (f"Name: {LINE}", "Address"),
        ("See page ____ of the record", JOHN),
    ],
)
def test_the_line_of_somebody_else_is_not_taken(lines: tuple[str, ...]) -> None:
    assert find_signature_line([rows(*lines)], JANE) is None


def test_two_people_on_a_page_have_a_line_each() -> None:
    page = rows(LINE, JANE, "Certificate of interpreter", "", LINE, JOHN)

    first = find_signature_line([page], JANE)
    second = find_signature_line([page], JOHN, [first] if first else [])

    assert placed(first) == (0, _LEFT, bottom(0))
    assert placed(second) == (0, _LEFT, bottom(4))


def test_who_signs_twice_has_two_lines() -> None:
    page = rows(LINE, JANE, "Certificate of interpreter", "", LINE, JANE)

    last = find_signature_line([page], JANE)
    assert last is not None
    assert {placed(last), placed(find_signature_line([page], JANE, [last]))} == {
        (0, _LEFT, bottom(0)),
        (0, _LEFT, bottom(4)),
    }


def test_the_last_page_with_a_line_counts() -> None:
    pages = [rows(LINE, JANE), rows("Text."), rows("", LINE, JANE), rows("An appendix")]

    assert placed(find_signature_line(pages, JANE)) == (2, _LEFT, bottom(1))


def test_a_long_name_may_go_on_in_the_next_row() -> None:
    name = "Maria de los Angeles Concepcion Fernandez de la Vega"
    page = rows(LINE, "Maria de los Angeles Concepcion", "Fernandez de la Vega")

    assert placed(find_signature_line([page], name)) == (0, _LEFT, bottom(0))


def test_whoever_signs_takes_the_line_that_says_signature() -> None:
    page = rows(f"Address: {LINE}", f"Signature: {LINE}", f"Date: {LINE}")

    assert placed(find_signature_line([page], "")) == (0, 127, bottom(1))
    assert find_signature_line([rows(LINE, JANE)], "") is None


def test_the_room_of_a_signature_ends_at_the_words_above() -> None:
    found = find_signature_line([rows("Respectfully,", LINE, JANE)], JANE)

    assert found is not None
    assert found.box[1] == bottom(1)
    assert found.box[3] <= bottom(0)


@given(st.lists(st.text(max_size=30), max_size=12), st.text(max_size=20))
def test_any_page_has_a_line_or_none(lines: list[str], name: str) -> None:
    found = find_signature_line([rows(*lines)], name)

    assert found is None or found.box[0] < found.box[2]


def test_words_of_a_drawn_page_are_read_in_rows(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(factories.text_pdf([["One line of text.", LINE, "Jane Doe"], ["Second."]]))

    first, second = read_text_rows(path)

    assert [row.text for row in first[-3:]] == ["One line of text.", LINE, "Jane Doe"]
    assert second[-1].text == "Second."
    assert first[-2].words[0].box[2] > first[-2].words[0].box[0]
    assert placed(find_signature_line([first], "Jane Doe")) is not None
