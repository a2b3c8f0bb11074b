"""json_edit: a value of case.json changes, and nothing else of its text does."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.intake.json_edit import NoPlace, edit_json, get_value, set_value
from assembler.intake.json_text import parse_json

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*/case.json"))
KEYS = st.text(string.ascii_lowercase + '/~"\\: ', min_size=1, max_size=4)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text('a":{}[],\\\né', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
SETTINGS: list[dict[str, Any]] = [
    {"indent": None},
    {"indent": 1},
    {"indent": "\t"},
    {"indent": 4, "separators": (",", " : ")},
]


def pointers(value: Any, where: str = "") -> list[str]:
    found = [where]
    for key, inner in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        step = str(key).replace("~", "~0").replace("/", "~1")
        found += pointers(inner, f"{where}/{step}")
    return found


def test_a_value_is_replaced_and_nothing_else() -> None:
    text = '{\n  "a" : 1,   "b": ["x",\t"y"],\r\n "c":{ } }\n\n'

    assert edit_json(text, {"/b/1": "z"}) == text.replace('"y"', '"z"')


def test_a_member_is_added_in_the_line_of_its_neighbor() -> None:
    text = '{\n "name": {"given": "A", "family": "B"},\n "id": "x"\n}\n'

    assert edit_json(text, {"/name/middle": "C"}) == text.replace('"B"', '"B", "middle": "C"')


def test_a_member_is_added_on_a_line_of_its_own_where_its_neighbors_are() -> None:
    text = '{\n "name": {"given": "A"},\n "id": "x"\n}\n'

    assert edit_json(text, {"/sex": "male", "/passport/number": "X1"}) == (
        '{\n "name": {"given": "A"},\n "id": "x",\n "sex": "male",\n'
        ' "passport": {"number": "X1"}\n}\n'
    )


def test_what_is_added_to_an_expanded_text_is_expanded_with_its_line_breaks() -> None:
    text = '{\r\n\t"people": [\r\n\t\t{\r\n\t\t\t"id": "x"\r\n\t\t}\r\n\t]\r\n}'

    assert edit_json(text, {"/people/1/id": "y"}) == (
        '{\r\n\t"people": [\r\n\t\t{\r\n\t\t\t"id": "x"\r\n\t\t},\r\n'
        '\t\t{\r\n\t\t\t"id": "y"\r\n\t\t}\r\n\t]\r\n}'
    )


def test_null_and_empty_objects_are_filled() -> None:
    text = '{"attorney": null, "request": {}, "supporters": []}'
    changes = {"/attorney/name/given": "A", "/request/fee": "pay", "/supporters/0/id": "s"}

    assert edit_json(text, changes) == (
        '{"attorney": {"name": {"given": "A"}}, "request": {"fee": "pay"}, '
        '"supporters": [{"id": "s"}]}'
    )


@pytest.mark.parametrize("pointer", ["/a/b", "/list/5", "/list/x"])
def test_a_change_without_a_place_is_refused(pointer: str) -> None:
    with pytest.raises(NoPlace, match=pointer):
        edit_json('{"a": "text", "list": [1]}', {pointer: 1})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_writing_what_stands_leaves_a_sample_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf8")
    case = json.loads(text)
    same = {
        pointer: value
        for pointer in pointers(case)
        if not isinstance(value := get_value(case, pointer), (dict, list))
    }

    assert edit_json(text, dict(list(same.items())[:60])) == text


@given(root=st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), data=st.data())
def test_the_text_then_holds_the_changed_value_and_the_rest(
    root: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(root, **data.draw(st.sampled_from(SETTINGS)))
    pointer = data.draw(st.sampled_from(pointers(root)[1:]))
    if isinstance(get_value(root, pointer), dict) and data.draw(st.booleans()):
        pointer += "/new"
    if isinstance(here := get_value(root, pointer), list) and data.draw(st.booleans()):
        pointer += f"/{len(here)}"
    value = data.draw(VALUES)

    changed = edit_json(text, {pointer: value})

    assert parse_json(changed)[0] == set_value(root, pointer, value)
