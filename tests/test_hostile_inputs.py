"""Inputs that fuzzing found (docs/fuzzing.md): each was handled wrongly by a parser once."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from assembler.errors import TemplateBroken
from assembler.evidence.readers.excel_workbook import read_excel
from assembler.evidence.refusal import Refused
from assembler.evidence.xref_positions import has_nothing_cut_out
from assembler.forms import answer_formats
from assembler.forms.expression import BadExpression, parse_expression
from assembler.intake.imports.cells import BadFile
from assembler.intake.imports.sheet_reader import read_sheets
from assembler.intake.json_removal import remove_members
from assembler.intake.page_ranges import iterate_ranges
from assembler.model.page_labels import insert_labels
from assembler.pipeline.form_mapping import read_map
from assembler.rules.library import parse_library
from assembler.runtime.resources import Shelf
from tests.support.office_files import make_ods, make_workbook
from tests.support.readings import read
from tests.support.sheets import repack

_DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (r'{"\u0061": 1, "b": 2}', "/a"),
        (r'{"x": {"a": "\"a\" : "}, "\u0061": 1, "b": 2}', "/a"),
        (r'{"a\"b": 1, "b": 2}', '/a"b'),
        (r'{"b": 1, "c": 2, "": 3}', "/"),
    ],
)
def test_a_member_whose_key_is_escaped_is_removed_and_nothing_else(text: str, pointer: str) -> None:
    expected = {key: value for key, value in json.loads(text).items() if key != pointer[1:]}
    assert json.loads(remove_members(text, [pointer])) == expected


@pytest.mark.parametrize("source", ["(" * 500 + "'x'" + ")" * 500, "not " * 5_000 + "'x'"])
def test_an_expression_nested_too_deep_is_refused_by_name(source: str) -> None:
    with pytest.raises(BadExpression):
        parse_expression(source)


@pytest.mark.parametrize(
    "source", ["'x' | money", "/list | names", "'x' | digit(1)", "'x' | names"]
)
def test_a_format_that_cannot_write_its_value_is_a_refusal_without_the_value(source: str) -> None:
    answer = parse_expression(source).value({"list": ("Testina",)})
    assert not isinstance(answer, answer_formats.Refused) or "Testina" not in answer.problem


@pytest.mark.parametrize("after", ["57-0", "57-0-0"])
def test_no_label_is_searched_forever_where_none_fits(after: str) -> None:
    with pytest.raises(ValueError, match="no label fits"):
        insert_labels("57", after, 1)


def test_a_number_of_six_digits_is_no_range_of_pages() -> None:
    assert list(iterate_ranges("999999")) == []
    assert list(iterate_ranges("12-3,4,5-")) == [(12, 3), (4, 4), (5, 99_999)]


def test_a_file_of_a_firm_nested_too_deep_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/deep.json").write_bytes(_DEEP)
    with pytest.raises(TemplateBroken):
        Shelf(tmp_path).schema("deep.json")
    with pytest.raises(TemplateBroken):
        parse_library(lambda _name: _DEEP, ["schemas/facts/fees.json"])
    with pytest.raises(TemplateBroken):
        read_map(tmp_path / "schemas/deep.json")


@pytest.mark.parametrize("number", ["1e400", "-1e400", "nan"])
@pytest.mark.parametrize("code", ["General", "0.00", "mmm d"])
def test_a_workbook_with_a_number_beyond_all_numbers_is_refused(number: str, code: str) -> None:
    book = make_workbook([[5]], code)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    changed = repack(book, sheet1=sheet.replace(b"<v>5</v>", f"<v>{number}</v>".encode()))
    with pytest.raises(Refused, match="damaged"):
        read(read_excel, changed, "excel")


def test_a_number_of_thousands_of_digits_in_a_table_of_a_pdf_is_no_number_of_an_object() -> None:
    table = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nxref\n" + b"9" * 5_000 + b" 1\n0000000009 00000 n \n"
    assert not has_nothing_cut_out(table + b"trailer <<>>\nstartxref\n9\n%%EOF\n" + b"2 0 obj\n")


def test_a_sheet_whose_xml_is_cut_is_refused_at_once(tmp_path: Path) -> None:
    sheet = make_ods("<table:table table:name='S'><table:table-row></table:table-row></tab")
    (tmp_path / "a.ods").write_bytes(sheet)
    assert isinstance(read_sheets(tmp_path / "a.ods"), BadFile)
