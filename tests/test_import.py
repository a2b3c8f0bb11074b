"""import and export: facts of a sheet become facts of a case, and come back as they were."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assembler import intake
from assembler.errors import CaseRejected, ExitCode, OutputNotWritten
from assembler.intake.imports.columns_reference import renew_page
from assembler.intake.imports.merge import flatten_facts
from assembler.intake.imports.tables import load_tables
from assembler.pipeline import export_facts, import_facts, imported_forms, new_cases
from assembler.pipeline.import_facts import ImportOptions, ImportRefused
from assembler.runtime.resources import Shelf
from tests.support.commands import run
from tests.support.sheets import repack, write_ods, write_sheet

SAMPLES = sorted((Path(__file__).parent.parent / "samples").iterdir())
SHELF = Shelf.default()
REASON = ImportOptions(reasons=("urgent-medical",))
HEADINGS = ["Case number", "First name", "Last name", "DOB", "Nationality", "Petitioner phone"]
ROW = ["lopez-1", "Prueba", "Muestra", "1990-05-17", "Guatemala", "+1 312 555 0147"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Parse in this process, which is quicker, except where the worker is what is tested."""
    if "worker" not in request.keywords:
        for module in (import_facts, imported_forms):
            monkeypatch.setattr(module, "parse_in_worker", _parse_here)


def _parse_here(function: Any, source: Path) -> Any:
    outcome = function(source)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def facts_of(case: Any) -> dict[str, Any]:
    """Return what a sheet can hold of a case."""
    skipped = ("/exhibits", "/declarations", "/forms", "/ignored_files", "/$schema", "/rfe/points")
    return {
        pointer: [value] if pointer.startswith("/request/") and isinstance(value, str) else value
        for pointer, value in flatten_facts(case)
        if not pointer.startswith(skipped)
    }


def read_case(folder: Path) -> Any:
    return json.loads((folder / "case.json").read_text(encoding="utf8"))


def make_case(folder: Path, **changes: Any) -> Path:
    """Write a case folder as `init` does, with some facts."""
    from assembler import pipeline
    from assembler.rules import CaseStart

    pipeline.start(folder, SHELF, CaseStart(kind="parole", reasons=("urgent-medical",)))
    case = read_case(folder)
    case["beneficiaries"][0] |= changes
    text = json.dumps(case, indent=2)
    (folder / "case.json").write_text(text, encoding="utf8")
    return folder


def rules_of(refused: pytest.ExceptionInfo[ImportRefused]) -> list[str]:
    return [finding.rule for finding in refused.value.refusals]


def import_row(
    tmp_path: Path, headings: list[str], row: list[Any], options: ImportOptions = REASON
) -> Any:
    """Return the new case of a sheet with one row."""
    sheet = write_sheet(tmp_path / "clients.xlsx", [headings, row])
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, options)
    return read_case(report.cases[0])


# --- there and back ---


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_what_is_exported_comes_back_as_it_was(sample: Path, suffix: str, tmp_path: Path) -> None:
    sheet = tmp_path / f"clients{suffix}"
    exported = export_facts.export_cases([sample], sheet, SHELF)
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, ImportOptions())
    before, after = facts_of(read_case(sample)), facts_of(read_case(report.cases[0]))

    assert exported.left_out == ()
    assert report.findings == report.ignored == ()
    assert {pointer: after.get(pointer) for pointer in before} == before
    drafted = after.keys() - before.keys()
    assert all("FILL IN" in str(after[pointer]) or "/rfe/" in pointer for pointer in drafted)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_importing_a_case_into_itself_changes_nothing(sample: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "clients.xlsx"
    export_facts.export_cases(SAMPLES, sheet, SHELF)
    report = import_facts.import_into(sheet, sample, SHELF, ImportOptions(dry_run=True))

    assert not (report.added or report.replaced or report.kept or report.fill_in)
    assert len(report.same) > 20


def test_a_cell_that_looks_like_a_formula_is_exported_and_comes_back_as_text(
    tmp_path: Path,
) -> None:
    texts = ["=1+1", "+1 312 555 0147", "-x", "@cmd", "'=2", "=HYPERLINK(1)"]
    case = make_case(tmp_path / "one", name={"given": texts[0], "family": texts[2]})
    raw = read_case(case)
    raw["beneficiaries"][0] |= {"native_name": texts[4], "occupation": texts[5], "phone": texts[1]}
    raw["beneficiaries"][0]["birth_city"] = texts[3]
    (case / "case.json").write_text(json.dumps(raw), encoding="utf8")
    for suffix in (".csv", ".xlsx"):
        sheet = tmp_path / f"clients{suffix}"
        export_facts.export_cases([case], sheet, SHELF)
        report = new_cases.import_new(sheet, tmp_path / suffix, SHELF, REASON)
        person = read_case(report.cases[0])["beneficiaries"][0]

        assert person["name"] == raw["beneficiaries"][0]["name"]
        for key in ("native_name", "occupation", "phone", "birth_city"):
            assert person[key] == raw["beneficiaries"][0][key]
    text = (tmp_path / "clients.csv").read_bytes().decode("utf-8-sig")
    cells = text.split("\r\n")[1].split(",")
    assert not [cell for cell in cells if cell.strip('"')[:1] in ("=", "+", "-", "@")]
    with zipfile.ZipFile(tmp_path / "clients.xlsx") as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_columns_of_a_person_stand_together(tmp_path: Path) -> None:
    sheet = tmp_path / "clients.csv"
    export_facts.export_cases(SAMPLES, sheet, SHELF)
    headings = sheet.read_text(encoding="utf-8-sig").split("\n")[0].strip().split(",")
    seconds = [number for number, name in enumerate(headings) if name.startswith("Beneficiary 2")]

    assert headings[0] == "Case id"
    assert len(seconds) > 9
    assert seconds == list(range(seconds[0], seconds[0] + len(seconds)))


def test_exports_of_the_same_facts_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        export_facts.export_cases(SAMPLES[:2], tmp_path / name, SHELF)

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_file_that_somebody_may_have_edited_is_not_replaced(tmp_path: Path) -> None:
    sheet = tmp_path / "clients.csv"
    sheet.write_text("mine", encoding="utf8")

    with pytest.raises(OutputNotWritten):
        export_facts.export_cases(SAMPLES[:1], sheet, SHELF)
    with pytest.raises(OutputNotWritten):
        export_facts.write_template(sheet, SHELF)
    assert sheet.read_text(encoding="utf8") == "mine"
    export_facts.export_cases(SAMPLES[:1], sheet, SHELF, force=True)
    assert sheet.read_bytes() != b"mine"


def test_every_heading_of_the_template_is_known_and_has_its_explanation(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    count = export_facts.write_template(tmp_path / "t.xlsx", SHELF)
    book = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    headings = book.get_sheet_by_name("Clients").to_python()[0]
    rows = book.get_sheet_by_name("Explanations").to_python()[1:]
    table = load_tables(SHELF).columns

    assert len(headings) == len(set(headings)) == len(rows) == count
    assert [str(heading) for heading in headings if not table.find(str(heading))] == []
    assert [row[0] for row in rows if not row[1]] == []
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count(b"<dataValidation ") == count


# --- sheets ---


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found(encoding: str, separator: str, tmp_path: Path) -> None:
    sheet = tmp_path / "clients.csv"
    row = [*ROW[:1], "Zoë", 'Muñoz "Peña"', *ROW[3:]]
    lines = [
        separator.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
        for cells in (HEADINGS, row)
    ]
    sheet.write_bytes("\r\n".join(lines).encode(encoding))
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)
    case = read_case(report.cases[0])

    assert report.cases[0].name == "lopez-1"
    assert case["beneficiaries"][0]["name"] == {"given": "Zoë", "family": 'Muñoz "Peña"'}
    assert case["petitioner"]["phone"] == "+1 312 555 0147"


def test_an_ods_file_is_read(tmp_path: Path) -> None:
    sheet = write_ods(tmp_path / "clients.ods", [HEADINGS, ROW])
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)

    assert read_case(report.cases[0])["beneficiaries"][0]["nationality"] == "GTM"


def test_headings_may_stand_below_a_title_and_unknown_columns_are_named(tmp_path: Path) -> None:
    rows = [["Our clients"], [], ["Favorite color", *HEADINGS], ["blue", *ROW]]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)

    assert report.ignored == ("column A (Favorite color)",)
    assert len(report.used) == len(HEADINGS)
    assert "Beneficiary 1 › Sex" in report.missing
    assert "Beneficiary 1 › Birth date" not in report.missing


def test_a_firms_own_headings_come_first(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    places = {"Mandantin": "/beneficiaries/0/name/given", "DOB": "Petitioner birth date"}
    own.write_text(json.dumps({"columns": places}), encoding="utf8")
    options = ImportOptions(columns=own, reasons=("other",))
    case = import_row(tmp_path, ["Mandantin", "DOB"], ["Prueba", "1990-05-17"], options)

    assert case["beneficiaries"][0]["name"]["given"] == "Prueba"
    assert case["petitioner"]["birth_date"] == "1990-05-17"


@pytest.mark.parametrize("text", ["[]", "{", '{"columns": {"A": 1}}', '{"columns": {"A": "no"}}'])
def test_a_table_of_columns_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(text, encoding="utf8")

    with pytest.raises(ImportRefused) as refused:
        import_row(tmp_path, HEADINGS, ROW, ImportOptions(columns=tmp_path / "own.json"))
    assert rules_of(refused) == ["IMPORT.COLUMNS"]


def test_rows_of_people_with_a_role_are_one_case(tmp_path: Path) -> None:
    rows = [
        ["Case number", "Role", "First name", "Last name", "Annual income"],
        ["c-1", "Petitioner", "Ana", "Uno", None],
        ["c-1", "beneficiary", "Bea", "Dos", None],
        ["c-1", "Beneficiary", "Cleo", "Tres", None],
        ["c-1", "sponsor", "Dora", "Cuatro", 58000],
        ["c-2", "client", "Eva", "Cinco", None],
    ]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)
    case = read_case(report.cases[0])

    assert [path.name for path in report.cases] == ["c-1", "c-2"]
    assert case["petitioner"]["name"]["given"] == "Ana"
    assert [person["name"]["given"] for person in case["beneficiaries"]] == ["Bea", "Cleo"]
    assert [person["id"] for person in case["beneficiaries"]] == ["beneficiary", "beneficiary-2"]
    assert case["supporters"][0]["person"]["name"]["family"] == "Cuatro"
    assert case["supporters"][0]["income"] == {"annual_usd": 58000}


# --- hostile files ---


HEAD = ",".join(HEADINGS)
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FAR = (
    b"<worksheet " + MAIN + b'><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


def plain_sheet(tmp_path: Path, **more: Any) -> bytes:
    return write_sheet(tmp_path / "plain.xlsx", [HEADINGS, ROW, ROW], **more).read_bytes()


def sheet_without_value(tmp_path: Path) -> bytes:
    """Return a workbook with a formula whose value was not saved."""
    sheet = write_sheet(tmp_path / "f.xlsx", [HEADINGS, [*ROW[:3], "=NOW()", *ROW[4:]]])
    with zipfile.ZipFile(sheet) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").replace(b"<v>0</v>", b"")
    return repack(sheet.read_bytes(), sheet1=text)


HOSTILE: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "rows.csv": ("IMPORT.LIMIT", lambda _: (HEAD + "\n" + "a,b,c,,,\n" * 100_000).encode()),
    "columns.csv": ("IMPORT.LIMIT", lambda _: (HEAD + "," * 600).encode()),
    "quote.csv": ("IMPORT.LIMIT", lambda _: (HEAD + '\n"' + "a,b\n" * 20_000).encode()),
    "bomb.xlsx": ("IMPORT.LIMIT", lambda tmp: repack(plain_sheet(tmp), sheet1=b" " * 60_000_000)),
    "far.xlsx": ("IMPORT.LIMIT", lambda tmp: repack(plain_sheet(tmp), sheet1=FAR)),
    "cut.xlsx": ("IMPORT.FILE", lambda tmp: plain_sheet(tmp)[:2_000]),
    "broken.xlsx": (
        "IMPORT.HEADINGS",
        lambda tmp: repack(plain_sheet(tmp), sheet1=b"<worksheet><row>"),
    ),
    "old.xls": ("IMPORT.FILE", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "mixed.csv": (
        "IMPORT.ENCODING",
        lambda _: (HEAD + "\nZoë,").encode() + "Peña\n".encode("cp1252"),
    ),
    "cut-utf16.csv": ("IMPORT.ENCODING", lambda _: HEAD.encode("utf-16") + b"\x00\xd8"),
    "nothing.csv": ("IMPORT.HEADINGS", lambda _: b""),
    "binary.csv": ("IMPORT.ENCODING", lambda _: bytes(range(256)) * 9),
    "letters.csv": ("IMPORT.HEADINGS", lambda _: b"one,two\n1,2\n"),
    "merged.xlsx": ("IMPORT.MERGED", lambda tmp: plain_sheet(tmp, merge=["D2:D3"])),
    "twice.csv": ("IMPORT.TWICE", lambda _: b"First name,Given name,Last name\na,b,c\n"),
    "ids.csv": ("IMPORT.ID", lambda _: b"Case number,First name\nA 1,x\na-1,y\n"),
    "role.csv": ("IMPORT.ROLE", lambda _: b"Role,First name,Last name\nqueen,x,y\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_sheet_is_refused_in_words_and_nothing_is_made(name: str, tmp_path: Path) -> None:
    rule, make = HOSTILE[name]
    (tmp_path / name).write_bytes(make(tmp_path))

    with pytest.raises(ImportRefused) as refused:
        new_cases.import_new(tmp_path / name, tmp_path / "cases", SHELF, REASON)
    assert set(rules_of(refused)) == {rule}
    assert not (tmp_path / "cases").exists()


def test_a_formula_without_a_saved_value_is_left_to_fill_in(tmp_path: Path) -> None:
    (tmp_path / "f.xlsx").write_bytes(sheet_without_value(tmp_path))
    report = new_cases.import_new(tmp_path / "f.xlsx", tmp_path / "cases", SHELF, REASON)

    assert [finding.rule for finding in report.findings] == ["IMPORT.FORMULA", "IMPORT.FORMULA"]
    assert "FILL IN" in read_case(report.cases[0])["beneficiaries"][0]["birth_date"]


# --- values ---


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("DOB", "May 17, 1990", "1990-05-17"),
        ("DOB", "17.05.1990", "1990-05-17"),
        ("DOB", "05/05/1990", "1990-05-05"),
        ("DOB", date(1990, 5, 17), "1990-05-17"),
        ("DOB", 33010, "1990-05-17"),
        ("DOB", 19900517, "1990-05-17"),
        ("DOB", "1990-05-17 00:00:00", "1990-05-17"),
        ("Birth country", "ukraine", "UKR"),
        ("Birth country", "UA", "UKR"),
        ("Citizenship", "Guatemalan", "GTM"),
        ("Gender", "F", "female"),
        ("Marital status", "Never married", "single"),
        ("Status", "Green card", "permanent-resident"),
        ("In US", "no", False),
        ("In the United States", "Ja", True),
        ("Refugee", 1, True),
        ("A-Number", "A 087 654 321", "A087654321"),
        ("A-Number", "A087-654-321", "A087-654-321"),
        ("A-Number", 87654321, "87654321"),
        ("Alien #", "a#87654321", "A87654321"),
        ("SSN", "123-45-6789", "123-45-6789"),
        ("SSN", 12345678, "012345678"),
        ("Phone", 3125550147, "3125550147"),
        ("Phone", "312\u2013555\u20110147 ext. 9", "312-555-0147 x9"),
        ("Passport number", "fx 987-654", "FX987654"),
        ("Height", "5' 4\"", 64),
        ("Height", "5 ft 4 in", 64),
        ("Weight", "140 lbs", 140),
        ("Race", "White; Black or African American", ["white", "black"]),
        ("E-mail", "mailto:a@example.org", "a@example.org"),
        ("Occupation", "  cook \n and\tbaker ", "cook and baker"),
    ],
)
def test_values_become_what_the_schema_asks_for(
    heading: str, cell: Any, value: Any, tmp_path: Path
) -> None:
    case = import_row(tmp_path, ["First name", "Last name", heading], ["A", "B", cell])
    facts = dict(flatten_facts(case["beneficiaries"][0]))

    assert value in [found for found in facts.values() if type(found) is type(value)]


def test_addresses_and_money_are_read(tmp_path: Path) -> None:
    headings = [
        "Petitioner street",
        "Petitioner city",
        "Petitioner state",
        "Petitioner zip",
        "Petitioner country",
        "State/Province",
        "Supporter annual income",
    ]
    row = ["1 Main", "Boston", "massachusetts", 2134, "US", "Lviv Oblast", "$58,000.00"]
    case = import_row(tmp_path, headings, row)

    assert case["petitioner"]["address"] == {
        "street": "1 Main",
        "city": "Boston",
        "state": "MA",
        "postal_code": "02134",
        "country": "United States",
    }
    assert case["beneficiaries"][0]["address"]["province"] == "Lviv Oblast"
    assert case["supporters"][0]["income"]["annual_usd"] == 58000


@pytest.mark.parametrize(
    ("heading", "cell", "rule"),
    [
        ("DOB", "03/04/1990", "IMPORT.DATE"),
        ("DOB", "3/4/90", "IMPORT.VALUE"),
        ("DOB", 1990, "IMPORT.VALUE"),
        ("DOB", "unknown", "IMPORT.VALUE"),
        ("Birth country", "Ukrane", "IMPORT.VALUE"),
        ("Gender", "maybe", "IMPORT.VALUE"),
        ("In US", "perhaps", "IMPORT.VALUE"),
        ("Height", 5.5, "IMPORT.VALUE"),
        ("Weight", 5000, "IMPORT.VALUE"),
        ("A-Number", "12", "IMPORT.VALUE"),
        ("Phone", "call me", "IMPORT.VALUE"),
        ("Name", "Maria Lopez Garcia", "IMPORT.VALUE"),
        ("Occupation", "x" * 2_000, "IMPORT.VALUE"),
    ],
)
def test_what_cannot_be_read_is_never_guessed(
    heading: str, cell: Any, rule: str, tmp_path: Path
) -> None:
    rows = [["Middle name", "Birth city", heading], ["M", "X", cell]]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    case = make_case(tmp_path / "case")
    before = (case / "case.json").read_bytes()

    with pytest.raises(ImportRefused) as refused:
        import_facts.import_into(sheet, case, SHELF, ImportOptions())
    assert rules_of(refused) == [rule]
    assert str(cell) not in str(refused.value)
    assert (case / "case.json").read_bytes() == before
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)
    assert [finding.rule for finding in report.findings] == [rule]
    assert intake.examine_case(report.cases[0], SHELF)[0] is None  # it waits for a person


def test_a_person_can_say_how_dates_are_written(tmp_path: Path) -> None:
    for order, day in (("mdy", "1990-03-04"), ("dmy", "1990-04-03")):
        options = ImportOptions(reasons=("other",), date_order=order)
        (tmp_path / order).mkdir()
        case = import_row(tmp_path / order, ["First name", "DOB"], ["A", "03/04/1990"], options)
        assert case["beneficiaries"][0]["birth_date"] == day


def test_a_full_name_with_a_comma_is_divided(tmp_path: Path) -> None:
    case = import_row(tmp_path, ["Name", "DOB"], ["Lopez Garcia, Maria", "1990-05-17"])

    assert case["beneficiaries"][0]["name"] == {"given": "Maria", "family": "Lopez Garcia"}


# --- into a case ---


def test_facts_are_added_in_place_and_nothing_else_changes(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case")
    before = (case / "case.json").read_text(encoding="utf8")
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS[1:], ROW[1:]])
    report = import_facts.import_into(sheet, case, SHELF, ImportOptions())
    after = (case / "case.json").read_text(encoding="utf8")

    kept = [line for line in before.splitlines() if "FILL IN" not in line]
    assert [line.rstrip(",") for line in after.splitlines() if line in kept] != []
    assert all(line.rstrip(",") in after for line in kept)
    assert report.written
    assert read_case(case)["beneficiaries"][0]["birth_date"] == "1990-05-17"
    assert list(read_case(case)) == list(json.loads(before))
    again = import_facts.import_into(sheet, case, SHELF, ImportOptions())
    assert not (again.written or again.added)


def test_what_is_new_is_in_the_order_of_the_schema(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case")
    headings = [
        "Attorney e-mail",
        "Attorney last name",
        "Attorney first name",
        "Passport number",
        "Passport country",
        "Supporter income",
        "Supporter last name",
        "Supporter 2 name",
    ]
    row = ["a@example.org", "Gada", "Abo", "FX987654", "GTM", 58000, "Dos", "Tres, Teo"]
    sheet = write_sheet(tmp_path / "clients.xlsx", [headings, row])
    options = ImportOptions(take=("/supporters/0/person",))
    import_facts.import_into(sheet, case, SHELF, options)
    raw = read_case(case)

    assert list(raw["attorney"]) == ["name", "email"]
    assert list(raw["attorney"]["name"]) == ["given", "family"]
    assert list(raw["beneficiaries"][0]["passport"]) == ["number", "country"]
    assert list(raw["supporters"][1]["person"]) == ["id", "name"]
    ids = [entry["person"]["id"] for entry in raw["supporters"]]
    assert ids == ["supporter", "supporter-2"]


def test_a_value_that_differs_is_a_conflict_and_nothing_is_written(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case", birth_date="1990-05-18", sex="female")
    before = (case / "case.json").read_bytes()
    rows = [["DOB", "Sex", "Birth city"], ["1990-05-17", "male", "Antigua"]]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)

    for options in (ImportOptions(), ImportOptions(take=("Beneficiary 1 › Birth date",))):
        with pytest.raises(ImportRefused) as refused:
            import_facts.import_into(sheet, case, SHELF, options)
        assert set(rules_of(refused)) == {"IMPORT.CONFLICT"}
        assert (case / "case.json").read_bytes() == before
    options = ImportOptions(take=("/beneficiaries/0/birth_date",), keep=True)
    report = import_facts.import_into(sheet, case, SHELF, options)
    person = read_case(case)["beneficiaries"][0]

    assert (person["birth_date"], person["sex"]) == ("1990-05-17", "female")
    assert person["birth_city"] == "Antigua"
    assert report.kept == ("Beneficiary 1 › Sex",)
    assert report.replaced == ("Beneficiary 1 › Birth date",)
    values = {value.label: (value.before, value.after, value.kept) for value in report.values}
    assert values["Beneficiary 1 › Birth date"] == ("1990-05-18", "1990-05-17", False)
    assert values["Beneficiary 1 › Sex"] == ("female", "male", True)
    assert "1990-05-17" not in repr(report)  # for a page only


def test_taking_a_field_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case")
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS[1:], ROW[1:]])

    with pytest.raises(ImportRefused) as refused:
        import_facts.import_into(sheet, case, SHELF, ImportOptions(take=("/petitioner/email",)))
    assert rules_of(refused) == ["IMPORT.FIELD"]


def test_the_row_of_the_case_is_taken(tmp_path: Path) -> None:
    case = make_case(tmp_path / "lopez-1")
    others = [["c-9", "Otra", "Persona", "1980-01-31", "Mexico", "312 555 0100"], ROW]
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS, *others])
    import_facts.import_into(sheet, case, SHELF, ImportOptions())

    assert read_case(case)["beneficiaries"][0]["name"]["given"] == "Prueba"
    stranger = make_case(tmp_path / "stranger")
    with pytest.raises(ImportRefused) as refused:
        import_facts.import_into(sheet, stranger, SHELF, ImportOptions())
    assert rules_of(refused) == ["IMPORT.ROW"]
    import_facts.import_into(sheet, stranger, SHELF, ImportOptions(row=2))
    assert read_case(stranger)["beneficiaries"][0]["name"]["given"] == "Otra"


def test_people_are_found_by_name_and_a_new_supporter_is_no_petitioner(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case", name={"given": "Uno", "family": "A"})
    raw = read_case(case)
    raw["petitioner"]["name"] = {"given": "Petra", "family": "P"}
    raw["beneficiaries"].append({"id": "two", "name": {"given": "Dos", "family": "B"}})
    (case / "case.json").write_text(json.dumps(raw, indent=2), encoding="utf8")
    rows = [
        ["Role", "First name", "Last name", "Birth city"],
        ["beneficiary", "Dos", "B", "Second"],
        ["beneficiary", "Uno", "A", "First"],
        ["supporter", "Petra", "P", "Third"],
    ]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    import_facts.import_into(sheet, case, SHELF, ImportOptions())
    after = read_case(case)

    assert [person["birth_city"] for person in after["beneficiaries"]] == ["First", "Second"]
    assert after["petitioner"]["birth_city"] == "Third"
    assert after["supporters"] == raw["supporters"]
    rows[3][1] = "Sara"
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    with pytest.raises(ImportRefused) as refused:
        import_facts.import_into(sheet, case, SHELF, ImportOptions())
    assert rules_of(refused) == ["IMPORT.CONFLICT"]
    import_facts.import_into(sheet, case, SHELF, ImportOptions(take=("/supporters/0/person",)))
    assert read_case(case)["supporters"][0]["person"]["name"]["given"] == "Sara"


def test_what_the_schema_needs_beside_a_value_is_left_to_fill_in(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case")
    rows = [["Passport number", "Attorney first name"], ["FX987654", "Ana"]]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    report = import_facts.import_into(sheet, case, SHELF, ImportOptions())

    assert "Beneficiary 1 › Passport › Country" in report.fill_in
    assert "FILL IN" in read_case(case)["attorney"]["name"]["family"]


def test_a_case_that_was_changed_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(tmp_path / "case")
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS[1:], ROW[1:]])
    real = import_facts.read_source

    def slow(*arguments: Any) -> Any:
        (case / "case.json").write_text('{"id": "mine"}', encoding="utf8")
        return real(*arguments)

    monkeypatch.setattr(import_facts, "read_source", slow)
    with pytest.raises(OutputNotWritten):
        import_facts.import_into(sheet, case, SHELF, ImportOptions())
    assert (case / "case.json").read_text(encoding="utf8") == '{"id": "mine"}'


def test_a_case_that_is_no_json_is_refused_as_always(tmp_path: Path) -> None:
    case = make_case(tmp_path / "case")
    (case / "case.json").write_text("{", encoding="utf8")
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS[1:], ROW[1:]])

    with pytest.raises(CaseRejected):
        import_facts.import_into(sheet, case, SHELF, ImportOptions())


# --- many cases ---


def test_what_a_killed_run_left_is_no_case_and_is_swept(tmp_path: Path) -> None:
    from assembler.pipeline import batch
    from assembler.pipeline.import_worker import WORK_FOLDER

    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS, ROW])
    left = tmp_path / "cases" / WORK_FOLDER / "scratch/99999999/cases/lopez-1"
    left.mkdir(parents=True)
    (left / "case.json").write_text("{}", encoding="utf8")
    assert batch.discover([tmp_path / "cases"]) == ()
    new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)

    assert [path.name for path in (tmp_path / "cases").iterdir()] == ["lopez-1"]


def test_if_one_folder_cannot_be_moved_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [HEADINGS, ["a-1", *ROW[1:]], ["b-2", *ROW[1:]]]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if target.name == "b-2":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputNotWritten):
        new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)
    assert list((tmp_path / "cases").iterdir()) == []


def test_no_folder_is_touched_if_one_of_them_exists(tmp_path: Path) -> None:
    rows = [HEADINGS, ["new-1", *ROW[1:]], ["old", *ROW[1:]]]
    sheet = write_sheet(tmp_path / "clients.xlsx", rows)
    (tmp_path / "cases/old").mkdir(parents=True)

    with pytest.raises(OutputNotWritten):
        new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)
    assert [path.name for path in (tmp_path / "cases").iterdir()] == ["old"]


@pytest.mark.parametrize(
    ("number", "folder"),
    [("../../etc", "etc"), ("CON", "case-con"), ("A/B: 7", "a-b-7"), ("\u202e", "case-002")],
)
def test_folders_have_safe_names(number: str, folder: str, tmp_path: Path) -> None:
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS, [number, *ROW[1:]]])
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)

    assert [path.name for path in (tmp_path / "cases").iterdir()] == [folder]
    assert report.cases == (tmp_path / "cases" / folder,)


def test_a_row_without_a_reason_needs_one(tmp_path: Path) -> None:
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS, ROW])

    with pytest.raises(ImportRefused) as refused:
        new_cases.import_new(sheet, tmp_path / "cases", SHELF, ImportOptions())
    assert rules_of(refused) == ["IMPORT.REASON"]


def test_every_row_becomes_a_case_that_validates_as_it_deserves(tmp_path: Path) -> None:
    rows = [
        [f"c-{number}", *ROW[1:3], "03/04/1990" if number % 10 == 0 else "1990-05-17", *ROW[4:]]
        for number in range(300)
    ]
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS, *rows])
    before = time.process_time()
    report = new_cases.import_new(sheet, tmp_path / "cases", SHELF, REASON)
    spent = time.process_time() - before
    wrong = {finding.where.split(", ")[1] for finding in report.findings}

    assert spent < 10
    assert len(report.cases) == 300
    assert wrong == {f"row {number + 2}" for number in range(0, 300, 10)}
    for number, folder in enumerate(report.cases[:60]):
        rules = {finding.rule for finding in intake.examine_case(folder, SHELF, hashed=False)[1]}
        assert ("CASE.FORM" in rules) == (number % 10 == 0)
        assert rules <= {"CASE.FORM", "CASE.PLACEHOLDER", "EVID.MISSING"}


# --- the command, with its worker ---


@pytest.mark.worker
def test_the_command_says_what_it_used_and_names_no_value(tmp_path: Path) -> None:
    sheet = write_sheet(tmp_path / "clients.xlsx", [[*HEADINGS, "Shoe"], [*ROW, 38]])
    code, out, err = run("import", sheet, "--new", tmp_path / "cases", "--reason", "other")

    assert code == 0
    assert "1 case made" in out
    assert "6 columns used" in err
    assert "not used: column G (Shoe)" in err
    assert not [cell for cell in ROW[1:] if cell in out + err]
    assert not list((tmp_path / "cases").glob(".assembler*"))
    code, out, _ = run("import", sheet, "--into", tmp_path / "cases/lopez-1", "--dry-run", "--json")
    assert code == 0
    assert not {"values", "people"} & set(json.loads(out))
    assert len(json.loads(out)["same"]) == 5
    write_sheet(sheet, [HEADINGS, [*ROW[:2], "Otra", *ROW[3:]]])
    code, out, _ = run("import", sheet, "--into", tmp_path / "cases/lopez-1", "--json")
    assert code == 3
    (finding,) = json.loads(out)["findings"]
    assert finding["rule"] == "IMPORT.CONFLICT"
    assert finding["pointer"] == "/beneficiaries/0/name/family"


@pytest.mark.worker
def test_a_file_that_ends_its_reader_is_refused_in_words(tmp_path: Path) -> None:
    content = (
        b'<?xml version="1.0"?><office:document-content '
        b'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        b'<office:spreadsheet><table:table table:name="S">'
        b'<table:table-row table:number-rows-repeated="1000000">'
        b'<table:table-cell table:number-columns-repeated="16000" office:value-type="string">'
        b"<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
        b"</office:spreadsheet></office:body></office:document-content>"
    )
    sheet = write_ods(tmp_path / "clients.ods", [HEADINGS, ROW])
    sheet.write_bytes(repack(sheet.read_bytes(), content=content))
    code, _, err = run("import", sheet, "--new", tmp_path / "cases", "--reason", "other")

    assert code == 3
    assert "IMPORT." in err
    assert not (tmp_path / "cases").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("--into", "a", "--new", "b"), ("--new", "b", "--reason", "whim")],
)
def test_a_wrong_call_is_a_usage_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    sheet = write_sheet(tmp_path / "clients.xlsx", [HEADINGS, ROW])
    paths = [tmp_path / word if word in ("a", "b") else word for word in arguments]

    assert run("import", sheet, *paths)[0] == 2


def test_the_page_lists_the_columns_of_today() -> None:
    page = (SAMPLES[0].parent.parent / "docs/import.md").read_text(encoding="utf8")

    assert renew_page(page, SHELF.schema("imports/columns.json")) == page


def test_a_started_case_takes_every_fact_and_keeps_its_ids(tmp_path: Path) -> None:
    """FILL IN is no value, and an id only refers to a person within one case."""
    assert run("init", tmp_path / "case", "--reason", "urgent-medical")[0] == ExitCode.OK
    sheet = tmp_path / "one.csv"
    sheet.write_text(
        "Beneficiary id,Beneficiary given name,Beneficiary family name,Petitioner id,"
        "Petitioner given name,Petitioner family name,Supporter same as,Basis\n"
        "child,Testina,Exemplar,aunt,Versa,Muster,aunt,She needs an operation.\n"
    )

    code, _, err = run("import", sheet, "--into", tmp_path / "case")

    case = json.loads((tmp_path / "case/case.json").read_bytes())
    assert code == ExitCode.OK, err
    assert case["beneficiaries"][0]["id"] == "beneficiary"
    assert case["beneficiaries"][0]["name"] == {"given": "Testina", "family": "Exemplar"}
    assert case["petitioner"]["id"] == "petitioner"
    assert case["supporters"] == [{"person": {"same_as": "petitioner"}}]
    assert case["request"]["basis"] == "She needs an operation."
