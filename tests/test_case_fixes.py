"""One-click fixes: each leaves nothing of its finding, and changes nothing else."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler import rules
from assembler.desk.case_fixes import FIXES, Fix, FixSubject, find_fix
from assembler.desk.case_form import Control, FormData, FormField
from assembler.desk.case_store import EditRefused
from assembler.desk.entry_edits import add_entry, choose_alternative, move_entry, rename_id
from assembler.desk.form_builder import build_field
from assembler.desk.typed_values import read_typed
from assembler.intake.case_fields import CaseFields, read_fields
from assembler.intake.case_words import read_words
from assembler.intake.json_edit import get_value, set_value
from assembler.model import Finding, Severity
from assembler.pipeline.batch.case_list import validate
from assembler.runtime.resources import Shelf
from assembler.runtime.rule_catalog import make_finding
from tests.factories import CASE, small_case, write_case

SHELF = Shelf.default()
FIELDS: CaseFields = read_fields(SHELF.read("schemas/case.schema.json"))
LIBRARY = rules.load_library(SHELF)
AS_OF = date(2026, 11, 24)
SHA256 = "0" * 63 + "1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_case(tmp_path_factory.mktemp("fixes") / "case")
    (folder / "evidence/new.pdf").write_bytes(b"%PDF-1.4")
    return folder


def find(folder: Path, case: dict[str, Any]) -> list[Finding]:
    write_case(folder, case)
    return list(validate(folder, SHELF, LIBRARY, AS_OF).findings)


def change(pointer: str, value: Any, case: dict[str, Any] | None = None) -> dict[str, Any]:
    changed: dict[str, Any] = set_value(case or deepcopy(CASE), pointer, value)
    return changed


def fix_of(case: dict[str, Any], finding: Finding) -> Fix | None:
    return find_fix(FixSubject(case=case, finding=finding, fields=FIELDS))


# place, wrong value, rule, right value
FIXED = [
    ("/kind", "paroles", "CASE.VALUE", "parole"),
    ("/beneficiaries/0/birth_date", "April 5, 2018", "CASE.FORM", "2018-04-05"),
    ("/request/letter_date", "11/24/2026", "CASE.FORM", "2026-11-24"),
    ("/beneficiaries/0/nationality", "Ukraine", "CASE.FORM", "UKR"),
    ("/exhibits/0/language", "Spanish", "CASE.FORM", "es"),
    ("/request/arrival_date", "2027-15-01", "DATE.IMPOSSIBLE", "2027-01-15"),
    ("/request/length_months", "12", "CASE.TYPE", 12),
    ("/supporters/0/income/annual_usd", "$58,000", "CASE.TYPE", 58000),
    ("/petitioner/address/postal_code", 62701, "CASE.TYPE", "62701"),
    ("/declarations/0/signed_in_us", "yes", "CASE.TYPE", True),
    ("/reasons", "urgent-medical", "CASE.TYPE", ["urgent-medical"]),
    ("/reasons", ["urgent-medical"] * 2, "CASE.TWICE", ["urgent-medical"]),
    ("/declarations/0/declarant", "aunts", "CASE.UNKNOWN_ID", "aunt"),
    ("/petitioner/occupation", "", "CASE.EMPTY", None),
    ("/petitioner/occupation", "nur\x07se", "CASE.CHARACTER", "nurse"),
    ("/exhibits/1/id", "letter", "CASE.TWICE", "letter-2"),
    ("/exhibits/0/files/0", "evidence\\letter.pdf", "PATH.ABSOLUTE", "evidence/letter.pdf"),
    ("/exhibits/0/files/0", "evidence/leter.pdf", "EVID.MISSING", "evidence/letter.pdf"),
    (
        "/request/departure_plan",
        "She goes [@leter, p. 1; @scan], not @leter.",
        "CITE.UNKNOWN",
        "She goes [@letter, p. 1; @scan], not @leter.",
    ),
]


@pytest.mark.parametrize(("pointer", "wrong", "rule", "right"), FIXED)
def test_a_fix_writes_what_the_finding_asks_for(
    folder: Path, pointer: str, wrong: Any, rule: str, right: Any
) -> None:
    case = change(pointer, wrong)
    (finding,) = [found for found in find(folder, case) if found.rule == rule]
    fix = fix_of(case, finding)
    assert fix is not None
    fixed = fix.change("")
    assert (get_value(fixed, pointer), type(get_value(fixed, pointer))) == (right, type(right))
    assert finding not in find(folder, fixed)
    if right is not None:
        assert set_value(fixed, pointer, wrong) == case


def test_a_field_with_another_name_is_renamed_in_its_place(folder: Path) -> None:
    case = deepcopy(CASE)
    case["petitioner"] = {"identifier": "x", "birthdate": "1984-03-03", **case["petitioner"]}
    found = [entry for entry in find(folder, case) if entry.rule == "CASE.UNKNOWN_KEY"]
    fixes = [fix for entry in found if (fix := fix_of(case, entry))]
    assert [fix.label for fix in fixes] == ["Rename it to birth_date"]
    assert list(fixes[0].change("")["petitioner"])[:2] == ["identifier", "birth_date"]


def test_an_id_that_is_missing_is_made(folder: Path) -> None:
    case = change("/others", [{"name": {"given": "Ana", "family": "Ruiz"}}])
    (finding,) = [found for found in find(folder, case) if found.rule == "CASE.MISSING"]
    fix = fix_of(case, finding)
    assert fix is not None
    assert fix.change("")["others"][0]["id"] == "other-person"
    assert [found.rule for found in find(folder, fix.change(""))] == ["EVID.UNLISTED"]


def test_two_days_of_a_date_and_two_ways_to_fix_are_left_to_the_person(folder: Path) -> None:
    case = change("/request/letter_date", "03/04/2026")
    case["ignored_files"] = [{"path": "evidence/letter.pdf", "why": "twice"}]
    found = find(folder, case)
    assert {"CASE.FORM", "CASE.TWICE"} <= {finding.rule for finding in found} | {"CASE.TWICE"}
    assert not [
        finding
        for finding in found
        if finding.rule in ("CASE.FORM", "CASE.TWICE") and fix_of(case, finding)
    ]


def test_a_file_is_left_out_for_the_reason_that_the_person_writes(folder: Path) -> None:
    case = deepcopy(CASE)
    (finding,) = [found for found in find(folder, case) if found.rule == "EVID.UNLISTED"]
    fix = fix_of(case, finding)
    assert fix is not None
    assert fix.question
    fixed = fix.change(" an older scan ")
    assert fixed["ignored_files"] == [{"path": "evidence/new.pdf", "why": "an older scan"}]
    assert finding not in find(folder, fixed)


def test_a_guess_is_confirmed_after_a_look(folder: Path) -> None:
    case = change("/exhibits/0/unconfirmed", ["date", "title"])
    case["ignored_files"] = [{"path": "evidence/new.pdf", "why": "old"}]
    (finding,) = [found for found in find(folder, case) if found.rule == "CASE.UNCONFIRMED"]
    fix = fix_of(case, finding)
    assert fix is not None
    assert fix.must_look
    assert "unconfirmed" not in fix.change("")["exhibits"][0]


@pytest.mark.parametrize(
    ("remedy", "added"),
    [
        (f'put "accept_repair": "{SHA256}" on the file in case.json', {"accept_repair": SHA256}),
        (f'put "accept_reading": "{SHA256}" on the file', {"accept_reading": SHA256}),
        (
            'or accept it with "accept_loss": ["EVID.XFA"] on the file',
            {"accept_loss": ["EVID.MARK", "EVID.XFA"]},
        ),
    ],
)
def test_a_repair_or_loss_is_accepted_wherever_the_exhibit_lists_the_file(
    remedy: str, added: dict[str, Any]
) -> None:
    case = deepcopy(CASE)
    path = "evidence/letter.pdf"
    case["exhibits"][0]["files"] = [
        {"path": path, "pages": "1", "accept_loss": ["EVID.MARK"]},
        path,
    ]
    finding = make_finding(
        "EVID.XFA", path, "x", remedy, Severity.ERROR, file=path, exhibit="letter"
    )
    fix = fix_of(case, finding)
    assert fix is not None
    assert fix.must_look
    first, second = fix.change("")["exhibits"][0]["files"]
    assert first == {"path": path, "pages": "1", "accept_loss": ["EVID.MARK"], **added}
    assert second.keys() - {"path"} == added.keys()
    assert fix.change("")["exhibits"][1:] == case["exhibits"][1:]


def test_every_rule_with_a_fix_is_in_the_catalog() -> None:
    assert set(FIXES) <= set(SHELF.schema("rules.json")["rules"])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
places = st.sampled_from(
    [
        *("/petitioner", "/petitioner/name", "/reasons", "/request/basis", "/attorney", "/kind"),
        *("/exhibits/0/files", "/supporters", "/supporters/0/person", "/declarations/0"),
        *("/request/length_months", "/others", "/rfe", "/forms", "/beneficiaries"),
    ]
)


@given(st.lists(st.tuples(places, json_values), min_size=1, max_size=3))
@settings(max_examples=80, deadline=None)
def test_any_case_has_a_form_that_shows_all_of_it_and_fixes_that_do_not_fail(
    changes: list[tuple[str, Any]],
) -> None:
    case = deepcopy(CASE)
    for pointer, value in changes:
        if get_value(case, pointer.rpartition("/")[0]) is not None:
            case = set_value(case, pointer, value) if pointer.count("/") == 1 else case
    data = FormData(fields=FIELDS, case=case, choices={})
    for key, value in case.items():
        field = build_field(data, "/" + key)
        assert list_shown(field) >= list_texts(value)
    for rule in FIXES:
        for pointer, _ in changes:
            finding = Finding(
                rule=rule,
                severity=Severity.ERROR,
                where="x, did you mean evidence/x.pdf?",
                problem="`id` is missing",
                remedy="did you mean aunt?",
                pointer=pointer,
            )
            fix = fix_of(case, finding)
            assert fix is None or isinstance(fix.change("why"), dict)


def list_texts(value: Any) -> set[str]:
    """Every text and number of a value."""
    if isinstance(value, dict):
        return {text for inner in value.values() for text in list_texts(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in list_texts(inner)}
    return set() if value is None else {json.dumps(value)}


def list_shown(field: FormField) -> set[str]:
    """Every text and number that a field and the fields in it show or let choose."""
    shown = {text for inner in field.fields for text in list_shown(inner)}
    if field.control in (Control.GROUP, Control.LIST, Control.EITHER):
        return shown
    return shown | list_texts(field.value)


def test_entries_are_added_with_ids_of_their_own_and_moved() -> None:
    case = deepcopy(CASE)
    for _ in range(2):
        case = add_entry(case, FIELDS, "/beneficiaries")
    assert [person["id"] for person in case["beneficiaries"]] == [
        *("child", "beneficiary", "beneficiary-2"),
    ]
    moved = move_entry(case, "/beneficiaries/2", -1)
    assert moved["beneficiaries"] == [case["beneficiaries"][n] for n in (0, 2, 1)]
    assert move_entry(case, "/beneficiaries/0", -1) == case
    with pytest.raises(EditRefused):
        move_entry(case, "/beneficiaries/9", 1)


def test_a_paragraph_for_one_beneficiary_joins_those_for_all() -> None:
    case = add_entry(deepcopy(CASE), FIELDS, "/request/length_reason")
    assert case["request"]["length_reason"] == [
        "Treatment takes a year.",
        {"text": "FILL IN", "belongs_to": ["child"]},
    ]
    field = build_field(FormData(fields=FIELDS, case=case, choices={}), "/request/length_reason")
    assert [entry.control for entry in field.fields] == [Control.LONG, Control.GROUP]


def test_an_id_is_renamed_wherever_it_is_used() -> None:
    case = rename_id(deepcopy(CASE), "/petitioner/id", "tia")
    assert case["supporters"][0]["person"] == {"same_as": "tia"}
    assert case["declarations"][0] == {**CASE["declarations"][0], "declarant": "tia"}
    with pytest.raises(EditRefused):
        rename_id(case, "/petitioner/id", "Not an id")


def test_no_attorney_is_written_as_null_and_a_person_as_the_one_described_elsewhere() -> None:
    case = choose_alternative(deepcopy(CASE), FIELDS, "/attorney", 0)
    assert case["attorney"] == {"name": {"given": "FILL IN", "family": "FILL IN"}}
    assert choose_alternative(case, FIELDS, "/attorney", 1)["attorney"] is None
    same = choose_alternative(case, FIELDS, "/petitioner", 1)
    assert same["petitioner"] == {"same_as": "child"}


@pytest.mark.parametrize(
    ("pointer", "text", "value", "choices"),
    [
        ("/petitioner/birth_date", "5 March 1984", "1984-03-05", []),
        ("/petitioner/birth_date", "03/04/1984", "03/04/1984", ["1984-03-04", "1984-04-03"]),
        ("/petitioner/birth_date", "soon", "soon", []),
        ("/petitioner/nationality", "ukraine", "UKR", []),
        ("/petitioner/nationality", "Nowhere", "Nowhere", []),
        ("/request/length_months", " 1,200 ", 1200, []),
        ("/request/length_months", "a year", "a year", []),
        ("/request/length_months", " ", None, []),
    ],
)
def test_a_typed_text_is_read_or_kept_as_it_is(
    pointer: str, text: str, value: Any, choices: list[str]
) -> None:
    typed = read_typed(text, FIELDS.field(pointer).node, read_words(SHELF))
    assert (typed.value, [day for day, _ in typed.choices]) == (value, choices)
