"""facts: every dated entry of schemas/ follows its schema, says where it comes from, and speaks
the words of the case."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assembler import rules
from assembler.model import Case, Request
from assembler.rules.claim_matrix import _WHEN
from assembler.rules.library import CONDITIONS, SUBJECTS
from assembler.runtime.resources import Shelf

SHELF = Shelf.default()
LIBRARY = rules.parse_library(SHELF.read, rules.list_library_files(SHELF.names))
NAMES = rules.list_library_files(SHELF.names)
CASE = SHELF.schema("case.schema.json")
OCTOBER_16 = date(2026, 10, 16)


def schema_of(name: str) -> str:
    folder = Path(name).parent.name
    return {"facts": "facts", "checklists": "checklist"}.get(folder, "rules") + ".schema.json"


@pytest.mark.parametrize("name", NAMES)
def test_each_file_follows_the_schema_it_names(name: str) -> None:
    raw = json.loads(SHELF.read(name))
    schema = SHELF.schema(schema_of(name))

    assert Path(raw["$schema"]).name == schema_of(name)
    assert [
        error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(raw)
    ] == []


@pytest.mark.parametrize("name", ["facts", "checklist", "rules"])
def test_the_schemas_are_valid_local_and_explain_every_field(name: str) -> None:
    schema = SHELF.schema(f"{name}.schema.json")

    jsonschema.Draft202012Validator.check_schema(schema)
    nodes = list(_nodes(schema))
    assert [node["$ref"] for node in nodes if not node.get("$ref", "#/").startswith("#/")] == []
    fields = [
        one
        for node in nodes
        if isinstance(node.get("properties"), dict)
        for one in node["properties"].items()
    ]
    assert [
        key
        for key, one in fields
        if "description" not in one and "$ref" not in one and "required" not in one
    ] == []


def _nodes(node: Any) -> Any:
    if isinstance(node, dict):
        yield node
        for one in node.values():
            yield from _nodes(one)
    elif isinstance(node, list):
        for one in node:
            yield from _nodes(one)


def test_every_entry_says_where_it_comes_from_and_when_it_was_checked() -> None:
    entries = [*LIBRARY.facts.values(), *LIBRARY.lines.values(), *LIBRARY.rules.values()]

    assert len(entries) > 150
    for entry in entries:
        known = entry.provenance
        assert known.source.startswith("https://") or (
            known.source == "house rule" and known.confidence == "house"
        ), entry
        assert known.confidence in ("A", "B", "K", "?", "house"), entry
        assert date(2026, 1, 1) <= known.checked_on <= date.today(), entry


def test_doubtful_facts_carry_a_caveat() -> None:
    doubtful = [
        fact.id
        for fact in LIBRARY.facts.values()
        if not fact.provenance.is_verified and not fact.provenance.note
    ]

    assert set(doubtful) <= {"biometrics/minor", "biometrics/signature"}


def test_every_reason_and_kind_of_the_case_schema_has_its_checklist() -> None:
    reasons = CASE["properties"]["reasons"]["items"]["enum"]

    assert sorted(one.reason for one in LIBRARY.checklists if one.reason) == sorted(reasons)
    for kind in CASE["properties"]["kind"]["enum"]:
        assert LIBRARY.select_checklists(kind, reasons)
    for one in LIBRARY.checklists:
        assert one.caveat
        assert f"schemas/checklists/{one.id}.json" in NAMES


def test_categories_conditions_and_pointers_are_those_of_the_case() -> None:
    categories = set(CASE["$defs"]["exhibit"]["properties"]["category"]["enum"])
    fields = {"": Case.__dataclass_fields__, "request": Request.__dataclass_fields__}

    for line in LIBRARY.lines.values():
        assert set(line.categories) <= categories, line.id
        for pointer in line.facts:
            parent, _, name = pointer.strip("/").rpartition("/")
            assert name in fields[parent], line.id
    for fact in LIBRARY.facts.values():
        for wanted in fact.data.get("proved_by", ()):
            assert set(wanted) <= categories, fact.id
    assert set(CONDITIONS) == set(_WHEN)
    assert {line.subject for line in LIBRARY.lines.values()} == set(SUBJECTS)


def test_a_line_that_names_itself_names_itself() -> None:
    for name in SHELF.names("schemas/checklists", ".json"):
        for line in json.loads(SHELF.read(name))["lines"]:
            named = [way["supports"] for way in line["satisfied_by"]["any"] if "supports" in way]
            assert named == [line["id"]]


def test_the_ten_exceptions_to_the_parole_fee() -> None:
    exceptions = [
        fact
        for name, fact in LIBRARY.facts.items()
        if name.startswith("parole-fee/") and name != "parole-fee/amounts"
    ]

    assert len(exceptions) == 10
    assert [fact.id for fact in exceptions if fact.provenance.confidence == "K"] == [
        "parole-fee/contiguous-territory",
        "parole-fee/cuban-haitian",
        "parole-fee/public-benefit",
    ]


def test_amounts_rise_by_date_and_the_newest_says_where_it_was_read() -> None:
    amounts = LIBRARY.facts["parole-fee/amounts"]["amounts"]

    days = [date.fromisoformat(one["from"]) for one in amounts]
    assert days == sorted(days)
    newest = amounts[-1]
    assert (date.fromisoformat(newest["from"]), newest["usd"], newest["confidence"]) == (
        OCTOBER_16,
        1050,
        "B",
    )
    assert newest["note"]


def test_the_editions_of_the_form_maps_are_known() -> None:
    """A map for the edition in force is shipped for each form whose edition is known."""
    shipped = {Path(name).stem for name in SHELF.names("schemas/forms", ".json")}

    for name, fact in LIBRARY.facts.items():
        if name.startswith("forms/") and fact["edition"]:
            edition = fact["edition"].replace("/", "-")
            assert f"{name.removeprefix('forms/')}.{edition}" in shipped
