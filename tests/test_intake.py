"""intake: every folder of tests/cases/rejected is refused with its sentence and line, and no client fact in it."""

from __future__ import annotations

import json
import os
import shutil
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.errors import CaseRejected, ExitCode, TemplateBroken
from assembler.intake import examine, read_case
from assembler.intake.build import pages
from assembler.intake.document import document
from assembler.intake.jsontext import BadJson, parse
from assembler.shelf import Shelf

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
    if "replace" in change:
        before, after = change["replace"]
        assert before in text
        text = text.replace(before, after, 1)
    if "replace_all" in change:
        text = text.replace(*change["replace_all"])
    text += change.get("append", "")
    (case / "case.json").write_bytes(text.encode(change.get("encoding", "utf-8"), "surrogatepass"))
    for path, content in change.get("files", {}).items():
        (case / path).write_text(content)
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
    assert {finding.rule for finding in caught.value.findings} <= {change["expect"], *change.get("also", ())}
    assert [says for says in change["says"] if says not in message] == []
    assert all(finding.line or finding.rule == "EVID.UNLISTED" for finding in caught.value.findings)
    assert "Muster" not in message
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
    changes = {"2019-04-05": "2019-02-31", '"length_months": 12': '"length_months": 0', 'medical", "files': 'medicl", "files'}
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    (case / "case.json").write_text(text)

    _, found = examine(case, SHELF)

    assert [(finding.rule, finding.line) for finding in found] == [("DATE.IMPOSSIBLE", 7), ("CASE.LIMIT", 14), ("CASE.VALUE", 21)]


def test_no_case_file(tmp_path: Path) -> None:
    with pytest.raises(CaseRejected, match=r"there is no case.json in this folder; put the file itself there"):
        read_case(tmp_path, SHELF)


def test_depth_and_size_bombs_are_refused_quickly(tmp_path: Path) -> None:
    started = time.perf_counter()
    for bomb in ("[" * 100_000, '{"a":' * 100_000, '"' + "x" * 6_000_000 + '"'):
        (tmp_path / "case.json").write_text(bomb)
        with pytest.raises(CaseRejected):
            read_case(tmp_path, SHELF)
    assert time.perf_counter() - started < 5


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


CANARY = "Canaria-Canary-77-1987"


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(leaves(BASE)), st.sampled_from([None, True, -1, 1.5, "", CANARY, [CANARY], {CANARY: CANARY}, "\x00"]))
def test_any_leaf_changed_gives_a_case_or_findings_without_the_value(leaf: tuple[Any, ...], value: Any) -> None:
    raw = deepcopy(BASE)
    place = raw
    for step in leaf[:-1]:
        place = place[step]
    place[leaf[-1]] = value
    case = CASES.parent / "cases/base"
    text = json.dumps(raw)

    found = _examined(case, text)

    assert CANARY not in "".join(map(str, found)) or leaf[-1] in ("path",)


def _examined(case: Path, text: str) -> list[str]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as home:
        folder = Path(home) / "case"
        shutil.copytree(case, folder)
        (folder / "case.json").write_text(text)
        return [str(finding) for finding in examine(folder, SHELF, hashed=False)[1]]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 1]))
def test_our_reader_agrees_with_the_standard_one(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    assert parse(text)[0] == json.loads(text)


@given(st.text(max_size=40))
def test_our_reader_refuses_or_reads_any_text(text: str) -> None:
    try:
        value, _ = parse(text)
    except BadJson as error:
        assert error.line >= 1
    else:
        assert value == json.loads(text)


def test_page_ranges() -> None:
    assert pages("1-3,5,7-") == ((1, 3), (5, 5), (7, None))


def test_schema_is_valid_local_and_explains_every_field() -> None:
    schema = SHELF.schema("case.schema.json")

    jsonschema.Draft202012Validator.check_schema(schema)
    assert [ref for ref in _values(schema, "$ref") if not ref.startswith("#/$defs/")] == []
    assert [where for where, one in _objects(schema) if "description" not in one and "$ref" not in one] == []
    objects = [(where, one) for where, one in _objects(schema) if one.get("type") == "object"]
    assert [where for where, one in objects if one.get("additionalProperties") is not False] == []


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
        found += [(f"{name}.{field}", one) for field, one in definition.get("properties", {}).items()]
    return found


def test_documentation_is_current() -> None:
    written = (CASES.parent.parent / "docs/case-json.md").read_text(encoding="utf8")

    assert written == document(SHELF.schema("case.schema.json")), "run `make docs`"
