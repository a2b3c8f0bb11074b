"""Inputs that fuzzing found (docs/fuzzing.md): each was handled wrongly by a parser once."""

from __future__ import annotations

import io
import json
import math
import operator
import re
import time
import zipfile
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assembler import rules
from assembler.bundle.signed_set.scan_files import count_scans
from assembler.cli import main
from assembler.desk.entry_options import parse_option
from assembler.desk.uploads import make_safe_name
from assembler.errors import ExitCode, TemplateBroken
from assembler.evidence.annotations import mark_shapes
from assembler.evidence.readers import tiff
from assembler.evidence.readers.excel_workbook import read_excel
from assembler.evidence.readers.jpeg import strip_jpeg
from assembler.evidence.readers.number_formats import format_value
from assembler.evidence.readers.outlook import read_outlook
from assembler.evidence.readers.outlook_rtf import read_rtf
from assembler.evidence.readers.picture import read_frames
from assembler.evidence.refusal import Refused
from assembler.evidence.xref_positions import has_nothing_cut_out
from assembler.forms import answer_formats
from assembler.forms.expression import BadExpression, parse_expression
from assembler.forms.form_maps import parse_map
from assembler.intake.case_words import read_words
from assembler.intake.citation_mistakes import explain_citation
from assembler.intake.imports.cells import BadFile
from assembler.intake.imports.sheet_reader import read_sheets
from assembler.intake.json_removal import remove_members
from assembler.intake.page_ranges import iterate_ranges
from assembler.intake.problem import find_near_name
from assembler.intake.proposals.cues import parse_cues
from assembler.intake.proposals.page_signs import read_signs
from assembler.intake.proposals.values import PageReading
from assembler.model import NO_OPTIONS
from assembler.model.citations import BadCite, parse
from assembler.model.confirmed_fact import read_confirmed_fact
from assembler.model.manifest import KeptFiles
from assembler.model.page_labels import insert_labels
from assembler.model.signed_packet import (
    SignedPacket,
    SignedPage,
    describe_signed_packet,
    parse_signed_packet,
)
from assembler.pdf import fingerprint
from assembler.pipeline.form_mapping import read_map
from assembler.pipeline.propose_exhibits import read_cues
from assembler.proof import html_words, mark_check, sheet_contents, web_contents
from assembler.proof.kept_drafts import read_kept
from assembler.proof.package_xml import is_picture
from assembler.proof.printed_contents import read_contents
from assembler.rules.library import parse_library
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support import manifests
from tests.support.compound_files import OutlookMessage, write_outlook
from tests.support.office_files import make_ods, make_workbook
from tests.support.readings import read
from tests.support.sheets import repack
from tests.test_rules import example

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


@pytest.mark.parametrize("step", ["1", "999999999999", "9" * 5_000])
def test_a_place_beyond_a_list_is_empty_however_long_its_number(step: str) -> None:
    expression = parse_expression(f"/list/{step}")
    assert expression.value({"list": ("Testina",)}) is None


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


def test_labels_count_on_from_letters_of_any_length() -> None:
    assert insert_labels("1abbbbbbbbbbz", None, 2) == ("1abbbbbbbbbca", "1abbbbbbbbbcb")
    assert insert_labels("1zz", None, 2) == ("1aaa", "1aab")


def test_a_safe_name_stays_as_it_is_when_a_hidden_sign_parted_a_letter_from_its_accent() -> None:
    name = make_safe_name("e\u202e\u0301.pdf")
    assert name == "é.pdf" == make_safe_name(name)


def test_a_form_map_with_a_number_in_the_place_of_an_object_is_refused_by_name() -> None:
    plain = dict.fromkeys(("form", "edition", "title", "pages", "source", "checked_on"), "x")
    box = {"part": "1", "item": "1", "page": 1, "label": "L", "field": 5}
    with pytest.raises(TemplateBroken):
        parse_map({**plain, "items": [box], "signatures": []}, "a.json")


@pytest.mark.parametrize("text", [f"kind = {'9' * 5_000}", f"kind = {'[' * 5_000}"])
def test_a_recipe_with_a_huge_number_or_too_much_depth_is_refused_by_name(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/recipe.toml").write_text(text)
    with pytest.raises(TemplateBroken):
        Shelf.default().recipe("parole", tmp_path)


@pytest.mark.parametrize("name", ["__substg1.0_1000001F", "Root Entry"])
def test_a_stream_of_a_message_that_says_it_is_longer_than_its_file_is_refused_at_once(
    name: str,
) -> None:
    data = bytearray(write_outlook(OutlookMessage(body="Hola\n" * 2_000)))
    entry = data.index(name.encode("utf-16-le"))
    first = int.from_bytes(data[entry + 116 : entry + 120], "little")
    data[entry + 120 : entry + 124] = (300_000_000).to_bytes(4, "little")  # of bytes
    table = 512 * (1 + int.from_bytes(data[76:80], "little"))  # of the sector that follows each
    data[table + 4 * first : table + 4 * first + 4] = first.to_bytes(4, "little")  # itself
    start = time.process_time()
    with pytest.raises(Refused, match="damaged"):
        read(read_outlook, bytes(data), "outlook")
    assert time.process_time() - start < 1


def test_kept_words_nested_too_deep_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_bytes(_DEEP)
    kept = KeptFiles(drafts=(), forms=(), words="words.json")
    with pytest.raises(ValueError, match="too deep"):
        read_kept(tmp_path, manifests.manifest(kept=kept))


@pytest.mark.parametrize("name", ["sheets", "stills"])
def test_a_comma_typed_into_an_option_is_no_empty_list_in_the_case(name: str) -> None:
    assert parse_option(name, " , ") is None


def test_a_citation_with_a_long_run_of_spaces_is_refused_at_once() -> None:
    start = time.process_time()
    for text in (
        "[@a" + " " * 60_000 + "x]",
        "[@a," + " " * 60_000 + "x]",
        "[@a, 1" + " " * 60_000 + "x]",
    ):
        with pytest.raises(BadCite):
            parse(text)
        explain_citation(text, 0, text)
    assert time.process_time() - start < 1


def test_a_line_of_many_digits_is_looked_through_at_once() -> None:
    page = PageReading(path="a.pdf", page=1, text="12" * 20_000)
    cues = parse_cues(Shelf.default().read("schemas/categories.json"))
    start = time.process_time()
    read_signs([page], cues)
    assert time.process_time() - start < 1


def test_a_kept_page_with_an_endless_number_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text('{"document": "", "index": 1e400, "words": []}')
    kept = KeptFiles(drafts=(), forms=(), words="words.json")
    with pytest.raises(ValueError, match="number"):
        read_kept(tmp_path, manifests.manifest(kept=kept))


@pytest.mark.parametrize("edition", ["01/xx/25", "2025", "", 5])
def test_a_form_map_whose_edition_is_no_date_is_refused_by_name(edition: object) -> None:
    plain = dict.fromkeys(("form", "title", "pages", "source", "checked_on"), "x")
    with pytest.raises(TemplateBroken):
        parse_map({**plain, "edition": edition, "items": [], "signatures": []}, "a.json")


@pytest.mark.parametrize("place", ["C99999999999", "C" + "9" * 5_000, "XFDZZZ9"])
def test_a_cell_outside_every_sheet_is_refused_before_memory_is_asked_for(
    place: str, tmp_path: Path
) -> None:
    book = make_workbook([["a", "b"], ["c", "d"]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b'r="B2"' in sheet
    changed = sheet.replace(b'r="B2"', f'r="{place}"'.encode())
    (tmp_path / "a.xlsx").write_bytes(repack(book, sheet1=changed))
    result = read_sheets(tmp_path / "a.xlsx")
    assert isinstance(result, BadFile)


@pytest.mark.parametrize("count", ['uniqueCount="2147483648"', "uniqueCount = '99999999999999999'"])
def test_shared_texts_that_say_they_are_billions_are_refused_before_memory_is_asked_for(
    count: str, tmp_path: Path
) -> None:
    book = make_workbook([["a", "b"], ["c", "d"]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        texts = archive.read("xl/sharedStrings.xml")
    assert b'uniqueCount="4"' in texts
    changed = texts.replace(b'uniqueCount="4"', count.encode())
    (tmp_path / "a.xlsx").write_bytes(repack(book, sharedStrings=changed))
    assert isinstance(read_sheets(tmp_path / "a.xlsx"), BadFile)


def test_a_name_with_control_characters_is_suggested_in_no_message() -> None:
    assert find_near_name("resident-card", ["resident-\x7fard"]) is None
    assert find_near_name("resident-card", ["resident-\x7fcard", "resident-cad"]) == "resident-cad"


def test_a_segment_of_a_jpeg_shorter_than_its_own_length_is_refused() -> None:
    data = factories.picture("JPEG")
    with pytest.raises(Refused, match="damaged"):
        strip_jpeg(data[:2] + b"\xff\xdb\x00\x01" + data[2:])


def load_firms_library(name: str, change: Callable[[Any], object], folder: Path) -> rules.Library:
    """Return the library of a firm whose own file of this name has this change."""
    raw = json.loads(Shelf.default().read(name))
    change(raw)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(raw))
    return rules.load_library(Shelf.default(folder))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("facts/poverty", lambda raw: raw["facts"]["2026"].update({"from": "2026-02-30"})),
        ("facts/litigation", lambda raw: raw["facts"]["ms-l"].update({"from": "soon"})),
        ("facts/litigation", lambda raw: raw["facts"]["ms-l"]["boxes"].pop("parole")),
        ("facts/deadlines", lambda raw: raw["facts"]["re-parole"].update({"latest_days": "30"})),
        ("checklists/every-request", lambda raw: raw["lines"][0].update({"max_age_days": "old"})),
        ("checklists/every-request", lambda raw: raw["lines"][0].update({"id": ["x"]})),
        ("rules", lambda raw: raw["rules"]["FACT.STALE"].update({"problem": 5})),
    ],
)
def test_a_wrong_value_in_a_firms_own_facts_or_rules_is_refused_with_its_file(
    name: str, change: Callable[[Any], object], tmp_path: Path
) -> None:
    with pytest.raises(TemplateBroken, match=f"^schemas/{name}.json: .*; compare it with"):
        load_firms_library(f"schemas/{name}.json", change, tmp_path)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (
            "facts/litigation",
            lambda raw: raw["facts"]["ms-l"].pop("from"),
            "the fact ms-l has no from",
        ),
        ("rules", lambda raw: raw["rules"].pop("MS_L.FEE"), "it has no rule MS_L.FEE"),
        (
            "rules",
            lambda raw: raw["rules"]["MS_L.FEE"].update({"remedy": "ask {nobody}"}),
            "the texts of MS_L.FEE have a place that cannot be filled in",
        ),
        (
            "rules",
            lambda raw: raw["rules"]["MS_L.FEE"].update({"problem": "a brace {"}),
            "the texts of MS_L.FEE have a place that cannot be filled in",
        ),
    ],
)
def test_a_value_that_a_firms_own_facts_or_rules_lack_is_named_with_its_file(
    name: str, change: Callable[[Any], object], message: str, tmp_path: Path
) -> None:
    case, as_of = example("MS_L.FEE", "rejected", tmp_path)
    library = load_firms_library(f"schemas/{name}.json", change, tmp_path / "firm")
    with pytest.raises(TemplateBroken, match=f"^schemas/{name}.json: {message}; start from"):
        rules.check_case(case, library, as_of)


def test_a_fact_beside_the_guidelines_of_a_firm_is_no_guideline_of_a_year(tmp_path: Path) -> None:
    case, as_of = example("FIN.POVERTY", "rejected", tmp_path)
    library = load_firms_library(
        "schemas/facts/poverty.json",
        lambda raw: raw["facts"].update({"2026-b": {**raw["facts"]["2026"], "from": "2026-02-01"}}),
        tmp_path / "firm",
    )
    assert "FIN.POVERTY" in {
        found.rule for found in rules.check_case(case, library, as_of).findings
    }


@pytest.mark.parametrize(
    "change", [{"paper_usd": "630"}, {"online_usd": True}, {"edition": 5}, {"lines": "one"}]
)
def test_a_confirmed_fact_of_a_firm_with_a_value_of_a_wrong_type_is_refused(
    change: dict[str, object],
) -> None:
    entry = {"fact": "fees/i-131-parole", "checked_on": "2026-11-30", "source": "https://a.example"}
    assert read_confirmed_fact(entry).fact == entry["fact"]
    with pytest.raises(TypeError):
        read_confirmed_fact({**entry, **change})


@pytest.mark.parametrize(
    ("name", "text", "read_file"),
    [
        ("case-words", "{}", lambda shelf, _folder: read_words(shelf)),
        ("case-words", "[[", lambda shelf, _folder: read_words(shelf)),
        ("languages", "{}", lambda shelf, _folder: read_words(shelf)),
        ("categories", "{}", lambda shelf, _folder: read_cues(shelf)),
        ("categories", "[[", lambda shelf, _folder: read_cues(shelf)),
    ],
)
def test_a_data_file_of_a_firm_that_lacks_a_value_is_refused_by_name(
    name: str, text: str, read_file: Callable[[Shelf, Path], object], tmp_path: Path
) -> None:
    (tmp_path / "firm/schemas").mkdir(parents=True)
    (tmp_path / f"firm/schemas/{name}.json").write_text(text)
    with pytest.raises(TemplateBroken, match=f"schemas/{name}.json"):
        read_file(Shelf.default(tmp_path / "firm"), tmp_path)


def test_limits_of_a_firm_that_lack_a_value_are_refused_by_name(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    (tmp_path / "firm/schemas").mkdir(parents=True)
    (tmp_path / "firm/schemas/legibility.json").write_text('{"few_words": 5, "measures": [5]}')
    result = CliRunner().invoke(main, ["check", str(case), "--shelf", str(tmp_path / "firm")])
    assert result.exit_code == ExitCode.TEMPLATE_BROKEN, result.stderr
    assert "schemas/legibility.json: it does not follow its schema at $.measures" in result.stderr


def test_rich_text_of_many_pieces_in_an_unknown_encoding_is_read_at_once() -> None:
    words = ["Ми", "приїхали", "до", "тітки", "у", "березні", "і", "живемо", "з", "нею"] * 1_200
    pieces = [
        b"{\\b " + f"{word} {number} ".encode("cp1251") + b"}" for number, word in enumerate(words)
    ]
    data = b"{\\rtf1\\ansi\\ansicpg9999{\\pard " + "Тітка живе тут. ".encode("cp1251") * 20
    start = time.process_time()
    text = read_rtf(data + b"".join(pieces) + b"}").text
    assert time.process_time() - start < 3
    assert all(f"{number} </b>" in text for number in range(len(words)))


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (12, "[>67295][>9]", "12"),
        (3, '[>10][>20]"big" 0;"small" 0', "small 3"),
        (12, '0;[>10]"big" 0', "big 12"),
        (3, '0;[>10]"big" 0', "3"),
        (7, '[>10]"big" 0;[<5]"small" 0;"middle" 0', "middle 7"),
        (0.5, "/²0", "1/2"),
        (-12, "[Red]", "-12"),
    ],
)
def test_a_format_with_odd_conditions_or_digits_shows_the_number(
    value: float, code: str, shown: str
) -> None:
    assert format_value(value, code) == shown


def test_a_pdf_with_a_long_run_of_digits_is_looked_through_at_once() -> None:
    start = time.process_time()
    data = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n" + b"7" * 40_000 + b"\n%%EOF\n"
    assert not has_nothing_cut_out(data)
    assert time.process_time() - start < 1


def test_a_pdf_that_says_it_has_billions_of_objects_is_counted_at_once() -> None:
    whole = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <</Size 2>>\n%%EOF\n"
    assert has_nothing_cut_out(whole)
    start = time.process_time()
    assert not has_nothing_cut_out(whole.replace(b"/Size 2", b"/Size 9999999"))
    assert time.process_time() - start < 0.2


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (mark_check._SETS_COLOR, "7" * 20_000),
        (mark_check._SETS_COLOR, "7." * 20_000),
        (html_words._HIDING, "opacity:" + "0" * 40_000 + "x"),
        (html_words._HIDING, "font-size:" + "0" * 40_000 + "1"),
        (web_contents._HIDING, "opacity:" + "0" * 40_000 + "x"),
        (mark_shapes._POINTS, "7" * 40_000),
    ],
)
def test_a_style_with_a_long_run_of_digits_is_looked_through_at_once(
    pattern: re.Pattern[str], text: str
) -> None:
    start = time.process_time()
    assert pattern.search(text) is None
    assert time.process_time() - start < 0.5


def test_a_style_of_a_mark_or_a_page_is_read_as_before() -> None:
    found = mark_check._SETS_COLOR.findall("/Helv 12 Tf 1 0.5 .25 rg 0. g")
    assert [numbers.split() for numbers in found] == [["1", "0.5", ".25"], ["0."]]
    for style in ("opacity:0", "opacity: 0.0;", "opacity:.00", "font-size:0px", "font-size: 0"):
        assert html_words._HIDING.search(style)
    for style in ("opacity:0.5", "opacity:1", "font-size:0.8em", "font-size:10px"):
        assert not html_words._HIDING.search(style)
    match = mark_shapes._POINTS.search("font: 9.5 pt Helvetica")
    assert match is not None
    assert match[1] == "9.5"


def test_a_stream_that_begins_as_a_stamp_and_goes_on_with_digits_is_no_stamp_at_once() -> None:
    head = b" Q\n/Artifact <</Type /Pagination>> BDC q "
    start = time.process_time()
    assert fingerprint._STAMP.fullmatch(head + b"7" * 40_000) is None
    assert time.process_time() - start < 0.5


_CUT_PICTURES = (
    b"GIF87a\x10\0\0 \x08\0\0,\xff\0\0\xff\0\0\0\xff\0\0\0,",  # within its second frame
    b"GIF87a\x10\0\x10\0\x08\0\0,\0\0\x30\x10" + b"\0" * 300 + b"\x18\0\x10\0>m,\x91\0",
)


@pytest.mark.parametrize("data", _CUT_PICTURES)
def test_a_picture_at_which_a_decoder_stumbles_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be decoded"):
        list(read_frames(data, "gif"))
    (tmp_path / "scan.gif").write_bytes(data)
    assert count_scans(tmp_path / "scan.gif") <= 1
    assert not is_picture(data)


def test_a_tiff_whose_next_directory_is_beyond_all_files_is_refused() -> None:
    with pytest.raises(Refused, match="cut off"):
        tiff.list_directories(b"II+\0\x08\0\0\0II+\0\x08\0\0\xe2")


@pytest.mark.parametrize("number", ["5x", "Infinity", "NaN"])
@pytest.mark.parametrize("code", ["0.00", "mmm d, yyyy"])
def test_the_proof_reads_no_workbook_with_a_cell_that_has_no_number(number: str, code: str) -> None:
    book = make_workbook([[5]], code)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    changed = repack(book, sheet1=sheet.replace(b"<v>5</v>", f"<v>{number}</v>".encode()))
    read_contents(book, NO_OPTIONS)
    with pytest.raises(ValueError, match="a cell without a number"):
        read_contents(changed, NO_OPTIONS)


@pytest.mark.parametrize(
    ("place", "value"),
    [(("number",), math.inf), (("across", 0), 10**400), (("cut",), -(10**400))],
)
def test_a_record_of_signed_pages_with_a_number_beyond_all_numbers_is_none(
    place: tuple[str | int, ...], value: float
) -> None:
    page = SignedPage(
        number=1, scan="scans/1.jpg", across=(1.0,) * 6, down=(1.0,) * 6, signed=(True,), cut=0.0
    )
    record = SignedPacket(packet="child", manifest="0" * 64, pages=(page,), files={})
    raw = describe_signed_packet(record)
    assert parse_signed_packet(raw) == record
    *steps, key = place
    reduce(operator.getitem, steps, raw["pages"][0])[key] = value
    assert parse_signed_packet(raw) is None


def test_a_place_of_merged_cells_with_a_long_run_of_letters_is_looked_through_at_once() -> None:
    start = time.process_time()
    assert sheet_contents._CELL.findall("A" * 40_000) == []
    assert time.process_time() - start < 0.5
    assert sheet_contents._CELL.findall("B2:XFD40") == [("B", "2"), ("XFD", "40")]
