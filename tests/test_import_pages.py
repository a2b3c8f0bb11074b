"""import: the machine-readable lines of a passport page are facts of the person it belongs to."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assembler.intake.imports.cells import BadFile
from assembler.model import mrz
from assembler.model.case_texts import FILL_IN
from assembler.pipeline import import_facts, imported_pages
from assembler.pipeline.import_facts import ImportOptions, ImportRefused
from assembler.runtime.resources import Shelf
from tests import factories

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "samples/urgent-medical"
SHELF = Shelf.default()
TODAY = date(2026, 11, 29)
ZONE = mrz.Mrz(
    kind="P",
    state="UTO",
    family="EXEMPLAR MUESTRA",
    given="TESTINA",
    number="X12345678",
    nationality="UTO",
    birth_date=date(2019, 4, 5),
    sex="F",
    expires=date(2031, 1, 11),
)


def sample() -> Any:
    return json.loads((SAMPLE / "case.json").read_text(encoding="utf8"))


def values_of(raw: Any, zone: mrz.Mrz, person: str = "") -> dict[str, Any]:
    home = imported_pages._find_home(raw, zone, person)
    person_raw = import_facts.get_value(raw, home)
    facts = imported_pages._list_facts(person_raw, home, zone, "page 1")
    return {fact.pointer: fact.value for fact in facts}


def test_the_person_is_found_and_typed_names_stay() -> None:
    assert values_of(sample(), ZONE) == {
        "/beneficiaries/0/birth_date": "2019-04-05",
        "/beneficiaries/0/sex": "female",
        "/beneficiaries/0/nationality": "UTO",
        "/beneficiaries/0/passport/expires": "2031-01-11",
        "/beneficiaries/0/passport/country": "UTO",
        "/beneficiaries/0/passport/number": "X12345678",
    }


def test_a_name_is_proposed_where_there_is_none() -> None:
    raw = sample()
    raw["beneficiaries"][0] = {"id": "child", "name": {"given": FILL_IN, "family": FILL_IN}}
    values = values_of(raw, ZONE)

    assert values["/beneficiaries/0/name/given"] == "Testina"
    assert values["/beneficiaries/0/name/family"] == "Exemplar Muestra"


def test_a_card_gives_no_passport_and_a_doubtful_number_is_left_out() -> None:
    from dataclasses import replace

    card = values_of(sample(), replace(ZONE, kind="I"))
    doubtful = values_of(sample(), replace(ZONE, sure=False, nationality="D"))

    assert not [pointer for pointer in card if "passport" in pointer]
    assert "/beneficiaries/0/passport/number" not in doubtful
    assert doubtful["/beneficiaries/0/nationality"] == "DEU"


@pytest.mark.parametrize("person", ["", "nobody"])
def test_a_page_of_a_stranger_needs_a_person(person: str) -> None:
    from dataclasses import replace

    with pytest.raises(BadFile) as refused:
        values_of(sample(), replace(ZONE, number="Y1", family="OTHER"), person)
    assert refused.value.rule == "IMPORT.PERSON"


@pytest.mark.slow
def test_the_passport_of_a_sample_is_read_and_differs_nowhere(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    raw = sample()
    del raw["beneficiaries"][0]["passport"]
    (case / "case.json").write_text(json.dumps(raw), encoding="utf8")
    page = SAMPLE / "evidence/passport.png"
    report = import_facts.import_into(page, case, SHELF, ImportOptions(today=TODAY))
    person = json.loads((case / "case.json").read_text(encoding="utf8"))["beneficiaries"][0]

    assert person["passport"] == {"number": "X12345678", "country": "UTO", "expires": "2031-01-11"}
    assert len(report.same) == 3
    assert [path.name for path in case.iterdir()] == ["case.json"]


@pytest.mark.slow
def test_a_page_without_such_lines_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    page.write_bytes(factories.text_pdf())
    case = tmp_path / "case"
    case.mkdir()
    (case / "case.json").write_text(json.dumps(sample()), encoding="utf8")

    with pytest.raises(ImportRefused, match="machine-readable"):
        import_facts.import_into(page, case, SHELF, ImportOptions(today=TODAY))
