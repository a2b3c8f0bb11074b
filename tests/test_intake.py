"""intake: every folder of tests/cases/rejected is refused with its sentence and line, and no
client fact in it."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assembler import intake
from assembler.errors import CaseRejected, ExitCode, TemplateBroken
from assembler.intake import examine_case, read_case
from assembler.intake.case_builder import parse_page_ranges
from assembler.intake.field_reference import describe_schema
from assembler.intake.json_text import BadJson, parse_json
from assembler.model import FileOptions
from assembler.model.case_texts import REQUEST_PARAGRAPHS
from assembler.runtime.resources import Shelf
from tests.full_case import CANARY, full_case, paths

CASES = Path(__file__).parent / "cases"
SHELF = Shelf.default()
BASE = json.loads((CASES / "base/case.json").read_text())


def folders(kind: str) -> list[str]:
    return sorted(path.name for path in (CASES / kind).iterdir())


def made(kind: str, name: str, target: Path) -> tuple[Path, dict[str, Any]]:
    """The base case with the change that tests/cases/<kind>/<name>/change.json describes."""
    change = json.loads((CASES / kind / name / "change.json").read_text())
    case = target / "case"
    shutil.copytree(CASES / "base", case)
    text = change.get("raw", (CASES / "base/case.json").read_text())
    for before, after in [
        *change.get("replace_each", ()),
        *([change["replace"]] if "replace" in change else ()),
    ]:
        assert before in text
        text = text.replace(before, after, 1)
    if "replace_all" in change:
        text = text.replace(*change["replace_all"])
    text += change.get("append", "")
    (case / "case.json").write_bytes(text.encode(change.get("encoding", "utf-8"), "surrogatepass"))
    for path, content in change.get("files", {}).items():
        (case / path).write_text(content)
    for path, size in change.get("sparse", {}).items():
        os.truncate(case / path, size)
    for path in [*change.get("links", {}), *change.get("pipes", ())]:
        (case / path).unlink(missing_ok=True)
    for path, goal in change.get("links", {}).items():
        (case / path).symlink_to(goal)
    for path in change.get("pipes", ()):
        os.mkfifo(case / path)
    return case, change


@pytest.mark.parametrize("name", folders("rejected"))
def test_rejected(name: str, tmp_path: Path) -> None:
    case, change = made("rejected", name, tmp_path)

    with pytest.raises(CaseRejected) as caught:
        read_case(case, SHELF)

    message = str(caught.value)
    assert caught.value.exit_code is ExitCode.CASE_REJECTED
    assert change["expect"] in [finding.rule for finding in caught.value.findings]
    assert {finding.rule for finding in caught.value.findings} <= {
        change["expect"],
        *change.get("also", ()),
    }
    assert [says for says in change["says"] if says not in message] == []
    assert all(
        finding.line
        for finding in caught.value.findings
        if finding.rule not in ("EVID.UNLISTED", "EVID.TWINS", "CASE.FILE")
    )
    assert "Muster" not in message + str([finding.pointer for finding in caught.value.findings])
    assert "345" not in message


@pytest.mark.parametrize("name", folders("accepted"))
def test_accepted(name: str, tmp_path: Path) -> None:
    case, _ = made("accepted", name, tmp_path)

    assert read_case(case, SHELF).id == "base-case"


def test_the_typed_case(tmp_path: Path) -> None:
    case = read_case(made("accepted", "as-it-is", tmp_path)[0], SHELF)

    assert case.beneficiaries[0].a_number == "012345678"
    assert case.supporters[0].person is case.petitioner
    assert case.exhibits[0].parts[0].pages == ((1, 2), (4, None))
    assert case.request.basis == ("The doctor says so ([@letter, p. 1]).",)
    assert case.line("/exhibits/0/date") == 21
    assert case.line("/exhibits/0/nothing/here") == 21
    assert len(case.file("evidence/letter.pdf").sha256) == 64


def test_all_findings_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    case, _ = made("accepted", "as-it-is", tmp_path)
    text = (case / "case.json").read_text()
    changes = {
        "2019-04-05": "2019-02-31",
        '"length_months": 12': '"length_months": 0',
        'medical", "files': 'medicl", "files',
    }
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    (case / "case.json").write_text(text)

    _, found = examine_case(case, SHELF)

    assert [(finding.rule, finding.line) for finding in found] == [
        ("DATE.IMPOSSIBLE", 7),
        ("CASE.LIMIT", 14),
        ("CASE.VALUE", 21),
    ]


def test_no_case_file(tmp_path: Path) -> None:
    with pytest.raises(
        CaseRejected, match=r"there is no case.json in this folder; put case.json itself into the"
    ):
        read_case(tmp_path, SHELF)


def test_every_rule_of_this_room_is_shown_by_a_rejected_case() -> None:
    source = "".join(path.read_text() for path in Path(intake.__file__).parent.glob("*.py"))
    rules = set(re.findall(r'"((?:CASE|CITE|DATE|EVID|PATH)\.[A-Z_]+)"', source))
    shown = {
        json.loads(path.read_text())["expect"]
        for path in (CASES / "rejected").glob("*/change.json")
    }

    assert len(rules) > 20
    assert rules - shown == {"CASE.LIMIT"}  # shown by the bombs below


def bombs() -> dict[str, str]:
    """Texts made to cost time or memory."""
    exhibit = BASE["exhibits"][0]
    many = [{**exhibit, "id": f"exhibit-{n}"} for n in range(2000)]
    wrong = [f"none-{n}" for n in range(200)]
    spoken = {**BASE["declarations"][0], "paragraphs": ["[@x] " * 1500] * 20}
    changes: dict[str, dict[str, Any]] = {
        "many wrong entries": {"exhibits": [0] * 90_000},
        "a list of two types": {"reasons": [n if n % 2 else str(n) for n in range(50_000)]},
        "many unknown keys": {f"k{n}": 1 for n in range(50_000)},
        "many wrong ids": {
            "exhibits": many,
            "supporters": [{"person": {"same_as": "x"}, "beneficiaries": wrong}] * 50,
        },
        "many wrong citations": {"exhibits": many, "declarations": [spoken]},
        "many missing files": {
            "exhibits": [{**one, "files": [f"evidence/{n}.pdf"]} for n, one in enumerate(many)]
        },
    }
    texts = {name: json.dumps({**BASE, **change}) for name, change in changes.items()}
    return texts | {
        "deep list": "[" * 100_000,
        "deep object": '{"a":' * 100_000,
        "long text": '"' + "x" * 6_000_000 + '"',
        "many values": "[" + "0," * 400_000 + "0]",
        "long key over many values": json.dumps({"k" * 100_000: [0] * 50_000}),
    }


@pytest.mark.parametrize("name", bombs())
def test_bombs_are_refused_quickly(name: str, tmp_path: Path) -> None:
    shutil.copytree(CASES / "base", tmp_path / "case")
    (tmp_path / "case/case.json").write_text(bombs()[name])
    started = time.process_time()

    with pytest.raises(CaseRejected) as caught:
        read_case(tmp_path / "case", SHELF)

    assert time.process_time() - started < 5
    assert len(caught.value.findings) < 700


def test_no_reference_is_ever_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema of a firm's own may hold a remote `$ref`: it is an error, not a request."""
    import socket

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the network was asked"))
    case, _ = made("accepted", "as-it-is", tmp_path)
    schemas = tmp_path / "firm/schemas"
    schemas.mkdir(parents=True)
    (schemas / "case.schema.json").write_text('{"$ref": "http://example.org/other.json"}')

    with pytest.raises(TemplateBroken, match=r"a \$ref leads out of the schema"):
        read_case(case, Shelf(SHELF.root, tmp_path / "firm"))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in leaves(one, (*path, key))]
    if isinstance(value, list):
        return [leaf for n, one in enumerate(value) for leaf in leaves(one, (*path, n))]
    return [path]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder and its case with every field filled in."""
    folder = tmp_path_factory.mktemp("full")
    raw = full_case(SHELF.schema("case.schema.json"))
    (folder / "evidence").mkdir()
    for path in paths(raw):
        (folder / path).write_bytes(b"x")
    return folder, raw


def test_every_field_arrives(full: tuple[Path, dict[str, Any]]) -> None:
    """Nothing the schema takes is dropped on the way to the typed case."""
    folder, raw = full
    (folder / "case.json").write_text(json.dumps(raw))

    case = read_case(folder, SHELF)

    assert list(differences(raw, case, "")) == []


def differences(raw: Any, typed: Any, where: str) -> Iterator[str]:
    """Places where the typed value does not hold what was written."""
    if isinstance(raw, list):
        items = list(typed) if isinstance(typed, tuple) else []
        yield from () if len(raw) == len(items) else (where,)
        for position, (one, other) in enumerate(zip(raw, items, strict=False)):
            yield from differences(one, other, f"{where}/{position}")
    elif isinstance(raw, dict):
        for key, one in as_typed(raw, where).items():
            yield from differences(one, getattr(typed, key, None), f"{where}/{key}")
    elif "/stills/" in where:
        minutes, seconds = raw.split(":")
        yield from () if typed == int(minutes) * 60 + float(seconds) else (where,)
    elif re.search("(a_number|ssn)$", where):
        yield from () if typed == re.sub("[^0-9]", "", raw) else (where,)
    elif where.endswith(("/pages", "/options/messages")):
        yield from () if typed == parse_page_ranges(raw) else (where,)
    else:
        yield from (
            () if raw == (typed.isoformat() if isinstance(typed, date) else typed) else (where,)
        )


def as_typed(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """What is arranged otherwise in the typed case: an exhibit's files are one list, left-out
    files are gone, and the owners of a request's paragraphs are beside the texts."""
    raw = {key: one for key, one in raw.items() if key not in ("$schema", "ignored_files")}
    if where == "/request":
        owned = {
            field: [entry for entry in raw[field] if isinstance(entry, dict)]
            for field in REQUEST_PARAGRAPHS
        }
        owners = [
            {"field": field, "number": number, "belongs_to": entry["belongs_to"]}
            for field, entries in owned.items()
            for number, entry in enumerate(entries)
        ]
        texts = {field: [entry["text"] for entry in entries] for field, entries in owned.items()}
        return {**raw, **texts, "owners": owners}
    if re.fullmatch("/exhibits/[0-9]+", where):
        translation = raw.pop("translation")
        raw["translator"] = translation["translator"]
        raw["parts"] = [*raw.pop("files"), *translation["files"], *translation["certificate"]]
    if re.fullmatch("/exhibits/[0-9]+/parts/[0-9]+", where):
        options = [option.name for option in dataclasses.fields(FileOptions)]
        raw["options"] = {name: raw.pop(name) for name in options if name in raw}
    if re.fullmatch("/exhibits/[0-9]+/topics/[0-9]+", where):
        raw["path"] = raw.pop("file")
    return raw


LEAVES = leaves(full_case(SHELF.schema("case.schema.json")))
MUTATIONS = [
    None,
    True,
    -1,
    1.5,
    10**18,
    "",
    f"{CANARY}-0",
    f"{CANARY}\x00\u202e",
    [CANARY],
    [],
    {},
    {CANARY: CANARY},
    {CANARY: "\x00"},
]


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(LEAVES), st.sampled_from(MUTATIONS), st.booleans())
def test_any_leaf_changed_gives_a_case_or_findings_without_a_value(
    full: tuple[Path, dict[str, Any]], leaf: tuple[Any, ...], value: Any, whole: bool
) -> None:
    """The leaf, or all that stands around it, is replaced; a canary is in every text of the
    case."""
    folder, raw = full
    raw = deepcopy(raw)
    place = raw
    for at in leaf[:-2] if whole else leaf[:-1]:
        place = place[at]
    place[leaf[-2] if whole and len(leaf) > 1 else leaf[-1]] = value
    (folder / "case.json").write_text(json.dumps(raw))

    case, found = examine_case(folder, SHELF, hashed=False)

    assert (case is None) == bool(found)
    told = "".join(f"{finding} {finding.pointer}" for finding in found)
    assert CANARY not in told or {"path", "files", "certificate"} & set(
        leaf
    )  # names of files are told


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 1]))
def test_our_reader_agrees_with_the_standard_one(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    assert parse_json(text)[0] == json.loads(text)


@given(st.text(max_size=40))
def test_our_reader_refuses_or_reads_any_text(text: str) -> None:
    try:
        value, _ = parse_json(text)
    except BadJson as error:
        assert error.line >= 1
    else:
        assert value == json.loads(text)


def test_page_ranges() -> None:
    assert parse_page_ranges("1-3,5,7-") == ((1, 3), (5, 5), (7, None))


def test_schema_is_valid_local_and_explains_every_field() -> None:
    schema = SHELF.schema("case.schema.json")

    jsonschema.Draft202012Validator.check_schema(schema)
    assert [ref for ref in _values(schema, "$ref") if not ref.startswith("#/$defs/")] == []
    assert [
        where for where, one in _objects(schema) if "description" not in one and "$ref" not in one
    ] == []
    objects = [(where, one) for where, one in _objects(schema) if one.get("type") == "object"]
    assert [where for where, one in objects if one.get("additionalProperties") is not False] == []


def test_every_value_of_a_list_of_values_is_explained() -> None:
    schema = SHELF.schema("case.schema.json")

    found = [(where, one) for where, one in _nodes(schema, "") if "enum" in one]
    assert len(found) >= 15
    assert [
        where
        for where, one in found
        if len(one["enumDescriptions"]) != len(one["enum"]) or not all(one["enumDescriptions"])
    ] == []


def test_every_field_has_a_title_and_a_sentence_in_plain_words() -> None:
    schema = SHELF.schema("case.schema.json")

    fields = [
        (f"{where}.{name}", field)
        for where, one in _nodes(schema, "")
        for name, field in one.get("properties", {}).items()
        if isinstance(field, dict)
    ]
    assert len(fields) > 100
    assert [where for where, field in fields if not field.get("title")] == []
    assert [where for where, field in fields if not field["description"].endswith(".")] == []


def test_every_form_that_a_text_must_have_is_said_and_shown_by_an_example() -> None:
    schema = SHELF.schema("case.schema.json")

    found = [(where, one) for where, one in _nodes(schema, "") if "pattern" in one]
    assert len(found) >= 14
    for where, one in found:
        assert one["patternErrorMessage"], where
        assert all(re.search(one["pattern"], example) for example in one["examples"]), where


def test_every_example_and_default_is_one_that_the_schema_accepts() -> None:
    schema = SHELF.schema("case.schema.json")

    found = [
        (where, one, value)
        for where, one in _nodes(schema, "")
        for value in (*one.get("examples", ()), *([one["default"]] if "default" in one else ()))
        if not where.endswith("/properties")
    ]
    assert len(found) > 90
    for where, one, value in found:
        node = {**one, "$defs": schema["$defs"]}
        assert list(jsonschema.Draft202012Validator(node).iter_errors(value)) == [], where


def _nodes(node: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the schema with its place; examples are values, not schemas."""
    children = enumerate(node) if isinstance(node, list) else ()
    for key, one in node.items() if isinstance(node, dict) else children:
        if key not in ("examples", "if", "then"):
            yield from _nodes(one, f"{where}/{key}")
    if isinstance(node, dict):
        yield where, node


def _values(node: Any, key: str) -> list[str]:
    if isinstance(node, dict):
        own = [value for name, value in node.items() if name == key and isinstance(value, str)]
        return own + [found for value in node.values() for found in _values(value, key)]
    return [x for v in node for x in _values(v, key)] if isinstance(node, list) else []


def _objects(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every field and definition of the schema, with its place."""
    found = [("", schema)]
    for name, definition in [*schema["$defs"].items(), ("", schema)]:
        found.append((name, definition))
        found += [
            (f"{name}.{field}", one) for field, one in definition.get("properties", {}).items()
        ]
    return found


def test_documentation_is_current() -> None:
    written = (CASES.parent.parent / "docs/case-json.md").read_text(encoding="utf8")

    assert written == describe_schema(SHELF.schema("case.schema.json")), "run `make docs`"
