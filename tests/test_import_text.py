"""import: CSV text and headings, for any text that people may write."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assembler.intake.imports.cells import BadFile, format_column
from assembler.intake.imports.columns import format_heading
from assembler.intake.imports.csv_text import (
    decode_csv,
    find_separator,
    guard_text,
    parse_csv,
    unguard_text,
)
from assembler.intake.imports.tables import load_tables
from assembler.intake.imports.workbook import write_csv
from assembler.runtime.resources import Shelf

TABLES = load_tables(Shelf.default())
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)
RISKY = st.text("'=+-@\t\rab", max_size=6)


@given(TEXTS | RISKY)
def test_a_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    guarded = guard_text(text)

    assert guarded[:1] not in tuple("=+-@\t\r") or not guarded
    assert unguard_text(guarded) == text


@given(st.lists(TEXTS | RISKY.map(lambda text: text.replace("\r", "")), min_size=2, max_size=4))
@example(["", "\t", "\x0c", "\t"])
def test_what_is_written_as_csv_is_read_as_it_was(cells: list[str]) -> None:
    names = [f"Heading {number}" for number in range(len(cells))]
    data = write_csv(names, [dict(zip(names, cells, strict=True))])
    rows = parse_csv(decode_csv(data)).rows

    assert rows[0] == (1, tuple(names))
    if any(cell.strip() for cell in cells):
        read = rows[1][1]
        assert list(read) == cells


@given(
    st.lists(st.lists(st.text("abc é,;|\t\"'", max_size=5), min_size=3, max_size=3), min_size=1),
    st.sampled_from(",;\t|"),
)
def test_the_separator_of_quoted_cells_is_found(rows: list[list[str]], separator: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    text = stream.getvalue()

    assert find_separator("\n".join(text.splitlines())) == separator or '""' in text


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused_in_words(data: bytes) -> None:
    try:
        parse_csv(decode_csv(data))
    except BadFile as error:
        assert error.rule.startswith("IMPORT.")
        assert error.problem
        assert error.remedy


@pytest.mark.parametrize("numbers", [(0, 0), (1, 0), (0, 1), (4, 2), (30, 11)])
def test_every_heading_of_an_export_leads_back_to_its_place(numbers: tuple[int, int]) -> None:
    wrong = []
    for column in TABLES.columns.columns:
        n, m = numbers
        if (n and "{n}" not in column.pointer) or (m and "{m}" not in column.pointer):
            continue
        place = column.pointer.replace("{n}", str(n)).replace("{m}", str(m))
        heading = format_heading(column, {"n": n, "m": m})
        found = TABLES.columns.find(heading)
        if found is None or found.pointer != place:
            wrong.append((heading, place, found))
        label = TABLES.fields.label(place, None)
        named = TABLES.columns.find(label)
        if named is None or named.pointer != place:
            wrong.append((label, place, named))

    assert wrong == []


def test_every_place_of_the_table_is_a_field_of_a_case() -> None:
    for column in TABLES.columns.columns:
        place = column.pointer.replace("{n}", "0").replace("{m}", "0")
        field = TABLES.fields.field(place)
        assert field.key == place.rpartition("/")[2], place


def test_columns_have_the_letters_of_spreadsheets() -> None:
    assert [format_column(number) for number in (1, 26, 27, 52, 703)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "AAA",
    ]


def test_cells_of_many_lines_do_not_hide_the_separator() -> None:
    """Prose has semicolons and commas in lines of its own."""
    prose = "First; second, third.\n\nFourth; fifth.\n\nSixth; seventh."
    rows = [{"Case id": f"c-{number}", "Basis": prose, "Plan": prose} for number in range(3)]

    read = parse_csv(decode_csv(write_csv(["Case id", "Basis", "Plan"], rows))).rows

    assert read[1][1] == ("c-0", prose, prose)
