"""Sheets (xlsx, ods, csv) are printed as they are shown; what is hidden is told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.documents.paper_blocks import Block, Paper, Picture, Table, iterate_paragraphs
from assembler.evidence.file_types import sniff
from assembler.evidence.readers.number_formats import format_text, format_value
from assembler.evidence.readers.reading import FileReading, PrintedPaper, ReadRequest
from assembler.evidence.readers.registry import READERS
from assembler.evidence.readers.separated_text import parse_rows
from assembler.evidence.readers.sheet_tables import (
    Sheet,
    SheetCell,
    SheetRow,
    group_columns,
    name_column,
    split_text,
)
from assembler.evidence.refusal import Refused
from assembler.model import FileOptions
from assembler.proof.printed_contents import read_contents
from assembler.proof.table_contents import is_table
from tests.support.office_files import (
    add_chart,
    draw_png,
    make_budget,
    make_ods,
    make_workbook,
    pack,
)

CSV = 'date;amount;note\n2026-01-02;12,50;"rent; paid\nin cash"\n2026-02-02;12,50;Miete für März\n'
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def read(data: bytes, **options: object) -> FileReading:
    kind = sniff(data)
    request = ReadRequest(data=data, kind=kind, sha256="0" * 64, options=FileOptions(**options))  # type: ignore[arg-type]
    return READERS[kind](request)


def paper(reading: FileReading) -> Paper:
    (section,) = reading.sections
    assert isinstance(section, PrintedPaper)
    return section.paper


def tables(blocks: Sequence[Block]) -> list[list[list[str]]]:
    """The texts of all tables, without headings and the column that fills a line."""
    return [
        [
            [
                " / ".join(p.text for p in iterate_paragraphs(cell.blocks)).strip("\u00a0")
                for cell in row.cells
            ]
            for row in block.rows[block.headings :]
        ]
        for block in blocks
        if isinstance(block, Table)
    ]


def notes(reading: FileReading) -> list[str]:
    return [
        p.text
        for p in iterate_paragraphs(paper(reading).blocks)
        if p.style.name == "NOTE" and p.text.strip()
    ]


def row_text(data: bytes, number: int, **options: object) -> str:
    for table in tables(paper(read(data, **options)).blocks):
        for row in table:
            if row[0] == str(number):
                return " | ".join(cell for cell in row[1:] if cell)
    return ""


# --- Excel ---


def test_cells_are_printed_as_excel_shows_them() -> None:
    data = make_budget()
    assert row_text(data, 1) == "Household budget"
    assert row_text(data, 4).startswith("Jan 4, 2026 | Renta para la señora Núñez | $3,703.70 |")
    assert "4.7%" in row_text(data, 4)
    assert row_text(data, 51) == "$98,765.43"
    assert row_text(data, 52) == "Receipts <https://example.org/receipts>"


def test_hidden_rows_columns_and_sheets_are_told_and_not_printed() -> None:
    reading = read(make_budget())
    text = "\n".join(p.text for p in iterate_paragraphs(paper(reading).blocks))
    assert "kept from view" not in text
    assert "Locked away" not in text
    assert row_text(make_budget(), 10) == ""
    assert [(loss.rule, loss.problem) for loss in reading.losses] == [
        ("EVID.CONCEALED", "not printed: 1 hidden row, 1 hidden column, 2 hidden sheets"),
        ("EVID.COMMENT", "1 comment was omitted"),
    ]
    assert notes(reading)[:2] == ["1 hidden row is not shown.", "1 hidden column is not shown."]


def test_a_wide_sheet_is_printed_in_groups_of_columns_that_leave_nothing_out() -> None:
    reading = read(make_budget(), sheets=("wide",))
    groups = tables(paper(reading).blocks)
    assert len(groups) > 1
    assert [row[0] for group in groups for row in group] == ["1", "2", "3", "4"] * len(groups)
    cells = {cell for group in groups for row in group for cell in row[1:] if cell}
    assert cells == {f"value {row} of {column}" for row in range(4) for column in range(30)}


def test_chosen_sheets_are_printed_even_if_hidden_and_unknown_ones_refused() -> None:
    reading = read(make_budget(), sheets=("Hidden",))
    assert next(p.text for p in iterate_paragraphs(paper(reading).blocks)) == "Hidden"
    assert ("Sheets", "1 of 4, as chosen") in paper(reading).facts
    with pytest.raises(Refused) as refused:
        read(make_budget(), sheets=("Nowhere",))
    assert refused.value.rule == "EVID.RANGE"
    assert "Nowhere" not in refused.value.problem


def test_pictures_and_text_boxes_follow_their_sheet() -> None:
    blocks = paper(read(make_budget(), sheets=("Budget 2026",))).blocks
    assert sum(isinstance(block, Picture) for block in blocks) == 1
    assert "Words in a box" in [p.text for p in iterate_paragraphs(blocks)]


def test_a_chart_is_an_error_that_can_be_accepted() -> None:
    (loss,) = read(add_chart()).losses
    assert (loss.rule, loss.severity.value) == ("EVID.DRAWING", "error")


def test_a_formula_without_a_value_is_an_error() -> None:
    source = zipfile.ZipFile(io.BytesIO(make_workbook([["=1+1"]])))
    parts = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<v>0</v>", b"")
    (loss,) = read(pack(parts)).losses
    assert loss.rule == "EVID.FORMULA"
    assert row_text(pack(parts), 1) == "[no value]"


def test_a_macro_is_told_and_never_run() -> None:
    source = zipfile.ZipFile(io.BytesIO(make_workbook([["x"]])))
    parts = {name: source.read(name) for name in source.namelist()}
    reading = read(pack({**parts, "xl/vbaProject.bin": b"x"}))
    assert reading.removed == {"macros of the workbook": 1}


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet"),
        ("xl/workbook.xml", b"<workbook", b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b""),
        ("xl/worksheets/sheet1.xml", b"<v>0</v>", b"<v>9</v>"),
    ],
)
def test_a_broken_workbook_is_refused(part: str, old: bytes, new: bytes) -> None:
    source = zipfile.ZipFile(io.BytesIO(make_workbook([["x"]])))
    parts = {name: source.read(name) for name in source.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    with pytest.raises(Refused) as refused:
        read(pack(parts))
    assert refused.value.rule == "EVID.BROKEN"


def test_a_sheet_that_unpacks_to_much_more_is_refused() -> None:
    source = zipfile.ZipFile(io.BytesIO(make_workbook([["x"]])))
    parts = {name: source.read(name) for name in source.namelist()}
    with pytest.raises(Refused) as refused:
        read(pack({**parts, "xl/media/blank.bmp": bytes(70_000_000)}))
    assert refused.value.rule == "EVID.LIMIT"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234.5, "General", "1234.5"),
        (0.1 + 0.2, "General", "0.3"),
        (123456789012, "General", "123456789012"),
        (1234.567, "#,##0.00", "1,234.57"),
        (2.5, "0", "3"),
        (-1234.5, '"$"#,##0.00;("$"#,##0.00)', "($1,234.50)"),
        (-0.001, "0.00", "0.00"),
        (0, '#,##0;(#,##0);"-"', "-"),
        (0.256, "0.0%", "25.6%"),
        (1200, "[$€-407] #,##0.00", "€ 1,200.00"),
        (45000, "m/d/yyyy", "3/15/2023"),
        (45000.75, "yyyy-mm-dd hh:mm", "2023-03-15 18:00"),
        (45000.75, "h:mm AM/PM", "6:00 PM"),
        (45000, "dddd, mmmm d, yyyy", "Wednesday, March 15, 2023"),
        (45000, "dd.mm.yyyy", "15.03.2023"),
        (59, "m/d/yyyy", "2/28/1900"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (0.5, "mm:ss", "00:00"),
        (12345, "0.00E+00", "1.23E+04"),
        (2.333, "# ?/?", "2 1/3"),
        (123456789, "000-00-0000", "123-45-6789"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (1234567, '0.0,,"M"', "1.2M"),
        (12, '[>10]"big" 0;"small" 0', "big 12"),
        (3, '[>10]"big" 0;"small" 0', "small 3"),
        (5, ";;;", ""),
    ],
)
def test_numbers_are_shown_as_their_format_says(value: float, code: str, shown: str) -> None:
    assert format_value(value, code) == shown


def test_old_workbooks_of_a_mac_count_days_from_1904() -> None:
    assert format_value(0, "m/d/yyyy", since_1904=True) == "1/1/1904"


def test_a_text_is_shown_within_its_format() -> None:
    assert format_text("abc", '0;0;0;"<"@">"') == "<abc>"
    assert format_text("abc", "0.00") == "abc"


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.text(alphabet='0#?.,;%$EyMdhs[]"\\@_*-/ ()+AP>', max_size=20),
)
def test_any_format_shows_any_number(value: float, code: str) -> None:
    assert isinstance(format_value(value, code), str)


@given(st.integers(0, 20_000))
def test_column_names_count_with_letters(column: int) -> None:
    number = 0
    for letter in name_column(column):
        number = number * 26 + ord(letter) - 64
    assert number == column + 1


@given(st.dictionaries(st.integers(0, 60), st.text("ab ", min_size=1, max_size=90), min_size=1))
def test_every_column_with_text_is_in_exactly_one_group(row: dict[int, str]) -> None:
    cells = {column: SheetCell(text=text) for column, text in row.items()}
    sheet = Sheet(name="S", rows=(SheetRow(number=1, cells=cells),))
    columns = [column for group in group_columns(sheet) for column in group]
    assert columns == sorted(set(columns))
    assert set(row) <= set(columns)


@given(st.text("ab \n", max_size=400), st.integers(3, 12))
def test_a_tall_cell_is_cut_into_pieces_that_lose_nothing(text: str, width: int) -> None:
    pieces = split_text(text, width)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
    for piece in pieces:
        assert sum(max(1, -(-len(line) // width)) for line in piece.split("\n")) <= 21


def test_a_cell_taller_than_a_page_goes_on_in_more_rows() -> None:
    words = " ".join(f"word{number}" for number in range(3_000))
    data = make_workbook([["short", words]])
    rows = [row for table in tables(paper(read(data)).blocks) for row in table]
    assert len(rows) > 5
    assert {row[0] for row in rows} == {"1"}
    assert " ".join("".join(row[2] for row in rows).split()) == words


def test_too_many_cells_are_refused_before_they_are_printed() -> None:
    cells = CELL.format("x") * 5
    rows = f'<table:table-row table:number-rows-repeated="10000">{cells}</table:table-row>'
    with pytest.raises(Refused) as refused:
        read(make_ods(f'<table:table table:name="S">{rows}</table:table>'))
    assert refused.value.rule == "EVID.LIMIT"
    assert "cells" in refused.value.problem


# --- OpenDocument ---


def test_ods_cells_have_the_text_that_is_shown() -> None:
    hidden = (
        '<table:table-row table:visibility="collapse">'
        + CELL.format("secret")
        + "</table:table-row>"
    )
    row = (
        "<table:table-row>"
        + CELL.format('a<text:s text:c="2"/>b<text:line-break/>c')
        + CELL.format('<text:a xlink:href="https://example.org/x">link</text:a>')
        + '<table:table-cell office:value-type="float" office:value="0.5"><text:p>50%</text:p>'
        "<office:annotation><text:p>a comment</text:p></office:annotation></table:table-cell>"
        "</table:table-row>"
    )
    repeated = (
        '<table:table-row table:number-rows-repeated="2">'
        + CELL.format("same")
        + "</table:table-row>"
    )
    data = make_ods(f'<table:table table:name="Uno">{row}{hidden}{repeated}</table:table>')
    assert row_text(data, 1) == "a  b / c | link <https://example.org/x> | 50%"
    assert [row_text(data, number) for number in (2, 3, 4)] == ["", "same", "same"]
    assert [loss.rule for loss in read(data).losses] == ["EVID.CONCEALED", "EVID.COMMENT"]


def test_hidden_ods_sheets_and_columns_are_told() -> None:
    style = (
        '<style:style style:name="off" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    data = make_ods(
        '<table:table table:name="Seen"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/><table:table-row>'
        + CELL.format("one")
        + CELL.format("two")
        + '</table:table-row></table:table><table:table table:name="Off" table:style-name="off"/>',
        style,
    )
    assert row_text(data, 1) == "one"
    assert [loss.problem for loss in read(data).losses] == [
        "not printed: 1 hidden column, 1 hidden sheet"
    ]


def test_a_picture_on_an_ods_sheet_is_printed() -> None:
    frame = '<draw:frame><draw:image xlink:href="Pictures/1.png"/></draw:frame>'
    data = make_ods(
        f'<table:table table:name="S"><table:shapes>{frame}</table:shapes></table:table>',
        parts={"Pictures/1.png": draw_png()},
    )
    assert sum(isinstance(block, Picture) for block in paper(read(data)).blocks) == 1


def test_a_row_that_is_repeated_without_end_is_refused() -> None:
    row = '<table:table-row table:number-rows-repeated="1048576">' + CELL.format("x")
    with pytest.raises(Refused) as refused:
        read(make_ods(f'<table:table table:name="S">{row}</table:table-row></table:table>'))
    assert refused.value.rule == "EVID.LIMIT"


# --- tables as text ---


def test_a_table_as_text_keeps_its_rows_and_quoted_lines() -> None:
    data = CSV.encode()
    assert row_text(data, 1) == "date | amount | note"
    assert row_text(data, 2) == "2026-01-02 | 12,50 | rent; paid / in cash"
    assert read(data).steps == ("table in utf-8, values separated by semicolons",)


def test_a_table_in_a_guessed_encoding_is_a_warning() -> None:
    data = (CSV + "2026-03-02;12,50;Größe der Wohnung für Bäcker\n" * 5).encode("cp1252")
    reading = read(data)
    assert [loss.rule for loss in reading.losses] == ["EVID.ENCODING"]
    assert "Miete für März" in row_text(data, 3)


@given(st.lists(st.lists(st.text("ab1 ,;é", max_size=8), min_size=3, max_size=5), max_size=8))
def test_all_values_of_a_table_are_read(rows: list[list[str]]) -> None:
    quoted = "\n".join(",".join(f'"{value}"' for value in row) for row in rows)
    found, _ = parse_rows("sep=,\n" + quoted)
    values = [cell.text for row in found for cell in row.cells.values()]
    assert values == [value for row in rows for value in row if value.strip()]


PROSE = """\
I went there, saw him, and left.
He said that, again, it was late.
We slept, ate, and went.
"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CSV, "table-text"),
        ("a, b, c\n1, 2, 3\n4, 5, 6\n", "table-text"),
        ("a\tb\tc\n1\t2\t3\n", "table-text"),
        (PROSE, "text"),
        ("Dear Sir, dear Madam, dear all,\nI write, as agreed, to you\n", "text"),
    ],
)
def test_prose_with_commas_is_no_table(text: str, kind: str) -> None:
    assert sniff(text.encode()) == kind
    assert is_table(text.encode()) == (kind == "table-text")


@given(st.text(alphabet='ab ,;.\t"\né', max_size=200))
def test_the_proof_tells_tables_from_prose_as_the_reader_does(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "latin-1"):
        data = text.encode(encoding)
        if sniff(data) in ("text", "table-text"):
            assert is_table(data) == (sniff(data) == "table-text")


# --- the proof's own reading ---


def test_the_proof_reads_the_same_rows_of_each_kind() -> None:
    for data in (make_budget(), CSV.encode()):
        reading = read(data)
        printed = {
            (p.within, n)
            for block in paper(reading).blocks
            if isinstance(block, Table)
            for row in block.rows
            if (p := row.starts)
            for n in range(p.first, p.last + 1)
        }
        contents = read_contents(data, FileOptions())
        assert {(entry.within, entry.number) for entry in contents.numbered} == printed


def test_the_proof_expects_the_digits_that_every_format_shows() -> None:
    def expected(value: float, code: str) -> str:
        contents = read_contents(make_workbook([["x", value]], code), FileOptions())
        return contents.numbered[0].text.removeprefix("x").strip()

    assert expected(1234.567, "#,##0.00") == "1234.57"
    assert expected(0.256, "0.0%") == "25.6"
    assert expected(45000, "yyyy-mm-dd") == "23"
    assert expected(12345, "0.00E+00") == ""
    assert expected(7.25, "") == "7.25"
