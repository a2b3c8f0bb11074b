"""import: answers and exports of other programs, by tables that a person can correct."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assembler.errors import TemplateBroken
from assembler.intake.imports.tables import load_tables
from assembler.pipeline import import_facts, new_cases
from assembler.pipeline.import_facts import ImportOptions, ImportRefused, ImportReport
from assembler.runtime.resources import Shelf

ROOT = Path(__file__).parent.parent
SHELF = Shelf.default()
PROGRAMS = ["clio", "docassemble", "docketwise", "legalserver"]
REASON = ImportOptions(reasons=("other",))
DOCASSEMBLE = {
    "_internal": {"session_local": {}, "steps": 12},
    "nav": {"_class": "docassemble.base.core.DANav", "past": ["intro"]},
    "users": {
        "_class": "docassemble.base.util.DAList",
        "instanceName": "users",
        "gathered": True,
        "elements": [
            {
                "_class": "docassemble.base.util.Individual",
                "instanceName": "users[0]",
                "name": {"_class": "IndividualName", "first": "Prueba", "last": "Muestra"},
                "birthdate": "1990-05-17T00:00:00-05:00",
                "gender": "female",
                "address": {"address": "3 Calle", "unit": "", "city": "Antigua", "country": "GT"},
            },
            {"name": {"first": "Otra", "last": "Persona"}, "birthdate": "1991-01-31"},
        ],
    },
    "petitioner": {"name": {"first": "Ana", "last": "Uno"}, "phone_number": "312-555-0147"},
    "attorney": {"name": {"first": "Abo", "last": "Gada"}, "email": "abo@example.org"},
    "favorite_color": "blue",
}
DOCKETWISE = [
    {
        "id": 7,
        "first_name": "Prueba",
        "last_name": "Muestra",
        "middle_name": None,
        "company_name": "",
        "email": "prueba@example.org",
        "lead": False,
        "created_at": "2020-04-02T23:49:19.738-05:00",
        "physical_address": {
            "id": 9,
            "street_number_and_name": "3 Calle",
            "apartment_number": "4",
            "city": "Antigua",
            "province": "Sacatepéquez",
            "country": "Guatemala",
        },
    },
    {"id": 8, "first_name": "Otra", "last_name": "Persona"},
]
CLIO = (
    "title,first_name,last_name,business_street,business_city,business_state,business_postal_code,"
    "email_address,primary_phone,Date of Birth\n"
    "Ms,Prueba,Muestra,8 Sample Lane,Springfield,Illinois,62701,p@example.org,217-555-0131,"
    "1990-05-17\n"
)
LEGALSERVER = (
    "case_number,first,middle,last,date_of_birth,gender,country_of_origin,home_street,home_city,"
    "home_state,home_zip,mobile_phone,a_number,citizenship\n"
    "26-0001234,Prueba,,Muestra,05/17/1990,Female,Guatemala,8 Sample Lane,Springfield,IL,62701,"
    "217-555-0131,087654321,Non-Citizen\n"
)


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse_here(function: Any, source: Path) -> Any:
        outcome = function(source)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(import_facts, "parse_in_worker", parse_here)


def import_text(
    tmp_path: Path, name: str, text: str, options: ImportOptions = REASON
) -> tuple[ImportReport, list[Any]]:
    """Return the report, and the new cases."""
    (tmp_path / name).write_text(text, encoding="utf8")
    report = new_cases.import_new(tmp_path / name, tmp_path / "cases", SHELF, options)
    cases = [json.loads((path / "case.json").read_text("utf8")) for path in report.cases]
    return report, cases


def test_answers_of_docassemble_are_one_case(tmp_path: Path) -> None:
    report, (case,) = import_text(tmp_path, "answers.json", json.dumps(DOCASSEMBLE))
    first, second = case["beneficiaries"]

    assert report.program == "docassemble"
    assert first["name"] == {"given": "Prueba", "family": "Muestra"}
    assert (first["birth_date"], first["sex"]) == ("1990-05-17", "female")
    assert first["address"] == {"street": "3 Calle", "city": "Antigua", "country": "Guatemala"}
    assert second["birth_date"] == "1991-01-31"
    assert case["petitioner"]["phone"] == "312-555-0147"
    assert case["attorney"]["name"] == {"given": "Abo", "family": "Gada"}
    assert "favorite_color" in report.ignored
    assert not [name for name in report.ignored if "_class" in name or "instanceName" in name]


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"contacts": rows}])
def test_contacts_of_docketwise_are_cases(wrap: Any, tmp_path: Path) -> None:
    report, cases = import_text(tmp_path, "contacts.json", json.dumps(wrap(DOCKETWISE)))
    person = cases[0]["beneficiaries"][0]

    assert report.program == "docketwise"
    assert [path.name for path in report.cases] == ["case-001", "case-002"]
    assert person["email"] == "prueba@example.org"
    assert person["address"] == {
        "street": "3 Calle",
        "unit": "4",
        "city": "Antigua",
        "province": "Sacatepéquez",
        "country": "Guatemala",
    }


def test_contacts_of_clio_are_read(tmp_path: Path) -> None:
    report, (case,) = import_text(tmp_path, "clio.csv", CLIO)
    person = case["beneficiaries"][0]

    assert report.program == "clio"
    assert person["address"]["state"] == "IL"
    assert person["phone"] == "217-555-0131"
    assert person["birth_date"] == "1990-05-17"


def test_matters_of_legalserver_are_read_and_its_citizenship_is_none(tmp_path: Path) -> None:
    report, (case,) = import_text(tmp_path, "matters.csv", LEGALSERVER)
    person = case["beneficiaries"][0]

    assert report.program == "legalserver"
    assert report.cases[0].name == "26-0001234"
    assert person["name"] == {"given": "Prueba", "family": "Muestra"}
    assert (person["birth_country"], person["a_number"]) == ("GTM", "087654321")
    assert "nationality" not in person
    assert report.findings == ()


def test_a_choice_of_legalserver_is_its_name(tmp_path: Path) -> None:
    row = {"first": "P", "last": "M", "gender": {"lookup_value_id": 3, "lookup_value_name": "Male"}}
    _, (case,) = import_text(tmp_path, "matter.json", json.dumps([row]))

    assert case["beneficiaries"][0]["sex"] == "male"


def test_a_person_can_say_whose_file_it_is_and_correct_the_table(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text('{"columns": {"primary_phone": "Petitioner phone"}}', encoding="utf8")
    options = ImportOptions(reasons=("other",), program="clio", columns=own)
    _, (case,) = import_text(tmp_path, "clio.csv", CLIO, options)

    assert case["petitioner"]["phone"] == "217-555-0131"
    assert "phone" not in case["beneficiaries"][0]


def test_a_sheet_in_our_own_headings_needs_no_program(tmp_path: Path) -> None:
    report, _ = import_text(tmp_path, "a.csv", "First name,Last name,DOB\nA,B,1990-05-17\n")

    assert report.program == ""


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_table_says_where_it_comes_from_and_leads_to_fields(name: str) -> None:
    raw = SHELF.schema(f"imports/{name}.json")
    tables = load_tables(SHELF)
    table = tables.programs[name]
    pointers = {column.pointer for column in tables.columns.columns}

    assert raw["source"].startswith("https://")
    assert date(2026, 1, 1) <= date.fromisoformat(raw["checked_on"]) <= date.today()
    assert raw["confidence"] in "ABK"
    assert len(raw["description"]) > 40
    for heading, pointer in raw["columns"].items():
        assert not pointer or pointer in pointers, heading
    for pointer in raw["names"]:
        assert any(known.startswith(pointer) for known in pointers)
    for pointer, aliases in raw["aliases"].items():
        assert f"/beneficiaries/{{n}}{pointer}" in pointers
        for alias in aliases:
            found = table.find(alias)
            assert found is not None, alias
            assert found.pointer.endswith(pointer), alias


def test_a_firms_own_table_of_a_program_is_used_from_its_shelf(tmp_path: Path) -> None:
    folder = tmp_path / "shelf/schemas/imports"
    folder.mkdir(parents=True)
    raw = SHELF.schema("imports/clio.json")
    raw["columns"]["Shoe"] = "/beneficiaries/0/occupation"
    (folder / "clio.json").write_text(json.dumps(raw), encoding="utf8")
    shelf = Shelf.default(tmp_path / "shelf")

    assert load_tables(shelf).programs["clio"].find("shoe") is not None
    (folder / "clio.json").write_text('{"columns": 3}', encoding="utf8")
    with pytest.raises(TemplateBroken):
        load_tables(shelf)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[" * 100_000, "IMPORT.FILE"),
        ('{"a":' * 100 + "1" + "}" * 100, "IMPORT.FILE"),
        ('[{"first_name": "A", "first_name": "B"}]', "IMPORT.FILE"),
        ('[{"first_name": NaN}]', "IMPORT.FILE"),
        ('[{"first_name": "A"', "IMPORT.FILE"),
        ('[{"a' + "a" * 70 + '": 1}]', "IMPORT.FILE"),
        (json.dumps([{f"k{n}": 1 for n in range(6_000)}]), "IMPORT.LIMIT"),
        (json.dumps([{"first_name": "A", "last_name": "B"}] * 5_001), "IMPORT.LIMIT"),
        (" " * 5_000_001 + "[]", "IMPORT.LIMIT"),
        ("[1, 2, 3]", "IMPORT.HEADINGS"),
        ("{}", "IMPORT.HEADINGS"),
        ('"text"', "IMPORT.HEADINGS"),
        ('[{"first_name": "A", "given_name": "B", "last_name": "C"}]', "IMPORT.TWICE"),
    ],
)
def test_hostile_json_is_refused_in_words_and_nothing_is_made(
    text: str, rule: str, tmp_path: Path
) -> None:
    with pytest.raises(ImportRefused) as refused:
        import_text(tmp_path, "answers.json", text)
    assert [finding.rule for finding in refused.value.refusals] == [rule]
    assert not (tmp_path / "cases").exists()
