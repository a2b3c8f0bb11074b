"""Parsers of case.json: its text, edits of it, the whole case."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from assembler.desk.page_refs import expand_entries
from assembler.intake.case_reader import examine_case
from assembler.intake.json_edit import (
    NoPlace,
    edit_json,
    get_value,
    is_same_json,
    rewrite_json,
    set_value,
)
from assembler.intake.json_removal import remove_members
from assembler.intake.json_text import BadJson, decode_text, parse_json, parse_places
from assembler.intake.problem import find_unprintable, split_pointer
from assembler.runtime.resources import Shelf
from benchmarks.fuzz.target import BrokenPromise, Target, require
from tests.factories import small_case

_WORDS = tuple(
    word.encode()
    for word in (
        *('"', ":", ",", "{", "}", "[", "]", "true", "false", "null", "1e5", "-0", "0.10", "12.0"),
        *('"a"', '"a": 1', "\\u0041", "\\ud83d\\ude00", '\\"', "\\\\", "\\n", "\t", "\n  ", "/"),
        *('"\\u0061": 2', "~1", "~0", "//", "/* */", "“", "'", "NaN", "Infinity", "\ufeff"),
    )
)
_SMALL = (
    b'{"id": "x", "list": [1, 2.5, "three", {"a/b": null, "c~d": true}], "empty": {}, "none": []}',
    b'{\n  "people": [\n    {"id": "a", "age": 4},\n    {"id": "b"}\n  ],\n'
    b'  "text": "\\u00e9\\n"\n}\n',
    b'[[], {}, "", 0, -1.5e3, false]',
)
_VALUES: tuple[Any, ...] = (None, 7, "new \u201ctext\u201d\n", [], {}, [1, {"b": "c"}], {"x": [""]})
_MOST_EDITS = 6
_RESOURCES = Shelf.default()


@cache
def _make_case_folder() -> Path:
    # the process is ended, not left, so the folder is in one that the caller removes
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    return small_case(folder / "case")


def _draw_case() -> list[bytes]:
    """Return the small case, and the same with more of what the schema knows."""
    text = (_make_case_folder() / "case.json").read_bytes()
    samples = sorted((_RESOURCES.root / "samples").glob("*/case.json"))
    return [text, *(path.read_bytes() for path in samples[:3] if path.stat().st_size < 30_000)]


def _read_json(data: bytes) -> None:
    text = decode_text(data)
    value, lines = parse_json(text)
    last = text.count("\n") + 1
    require(all(1 <= line <= last for line in lines.values()), "every line is one of the text")
    require(is_same_json(json.loads(text, parse_float=_read_real), value), "as Python reads it")
    printed = json.dumps(value, ensure_ascii=False, indent=2)
    require(is_same_json(parse_json(printed)[0], value), "what is printed is read as the same")
    places = parse_places(text)[1]
    require(
        all(
            is_same_json(parse_json(text[start:end])[0], get_value(value, pointer))
            for pointer, (start, end) in islice(places.items(), 50)
        ),
        "a place has the text of its value",
    )


def _read_real(text: str) -> int | float:
    real = float(text)
    return int(real) if real.is_integer() else real  # as in JSON Schema


def _edit_json(data: bytes) -> None:
    text = decode_text(data)
    root, places = parse_places(text)
    dice = random.Random(len(data))
    if root is None:  # no case: nothing can be added to it
        return
    for pointer in _choose(list(places), dice):
        place = pointer + dice.choice(("", "", "/0", "/new", "/a~1b/c"))
        value = dice.choice(_VALUES)
        try:
            expected = set_value(root, place, value)
        except NoPlace:
            _require_no_place(text, place, value)
            continue
        edited = parse_json(edit_json(text, {place: value}))[0]
        require(is_same_json(edited, expected), "an edit sets one value and no other")


def _require_no_place(text: str, place: str, value: Any) -> None:
    try:
        edit_json(text, {place: value})
    except NoPlace:
        return
    raise BrokenPromise("an edit that has no place is refused")


def _rewrite_json(data: bytes) -> None:
    text = decode_text(data)
    root, places = parse_places(text)
    require(rewrite_json(text, root) == text, "the same value leaves the text as it is")
    dice = random.Random(len(data))
    changed = copy.deepcopy(root)
    for pointer in _choose(list(places), dice):
        _change(get_value(changed, pointer), dice)
    rewritten = rewrite_json(text, changed)
    require(_is_same_unordered(parse_json(rewritten)[0], changed), "the text says the new value")


def _is_same_unordered(one: Any, other: Any) -> bool:
    """Return whether two values differ only in the order of keys, which stays in a text."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _change(value: Any, dice: random.Random) -> None:
    """Change a list or object in place: entries move, go, and come."""
    if isinstance(value, list):
        dice.shuffle(value)
        if value and dice.random() < 0.5:
            value.pop()
        value.insert(dice.randint(0, len(value)), copy.deepcopy(dice.choice(_VALUES)))
    elif isinstance(value, dict):
        if value and dice.random() < 0.5:
            value.pop(dice.choice(list(value)))
        value[dice.choice(("id", "new", "a/b", "é"))] = copy.deepcopy(dice.choice(_VALUES))


def _remove_members(data: bytes) -> None:
    text = decode_text(data)
    root, places = parse_places(text)
    members = [place for place in places if place and isinstance(_find_home(root, place), dict)]
    for pointer in _choose(members, random.Random(len(data))):
        expected = copy.deepcopy(root)
        del _find_home(expected, pointer)[split_pointer(pointer)[-1]]
        removed = parse_json(remove_members(text, [pointer]))[0]
        require(is_same_json(removed, expected), "one member is removed and nothing else")


def _find_home(root: Any, pointer: str) -> Any:
    return get_value(root, pointer.rpartition("/")[0])


def _choose(places: list[str], dice: random.Random) -> list[str]:
    return dice.sample(places, min(_MOST_EDITS, len(places)))


def _examine_case(data: bytes) -> None:
    folder = _make_case_folder()
    (folder / "case.json").write_bytes(data)
    case, findings = examine_case(folder, _RESOURCES, hashed=False)
    require((case is None) == bool(findings), "a case without findings is read")
    require(
        not any(find_unprintable(str(finding)) - {"\n"} for finding in findings),
        "no message has control characters",
    )


def _expand_pages(data: bytes) -> None:
    try:
        entries = parse_json(decode_text(data))[0]
    except BadJson:
        return
    expand_entries(entries, {"evidence/a.pdf": 9, "evidence/b.pdf": None}, "document")


TARGETS = (
    Target(
        name="json-text",
        modules=("assembler.intake.json_text", "assembler.intake.json_mistakes"),
        parse=_read_json,
        seeds=lambda: _SMALL,
        refusals=(BadJson,),
        tokens=_WORDS,
    ),
    Target(
        name="json-edit",
        modules=("assembler.intake.json_edit",),
        parse=_edit_json,
        seeds=lambda: _SMALL,
        refusals=(BadJson,),
        tokens=_WORDS,
        largest=8_192,
    ),
    Target(
        name="json-rewrite",
        modules=("assembler.intake.json_edit",),
        parse=_rewrite_json,
        seeds=lambda: _SMALL,
        refusals=(BadJson,),
        tokens=_WORDS,
        largest=8_192,
    ),
    Target(
        name="json-removal",
        modules=("assembler.intake.json_removal",),
        parse=_remove_members,
        seeds=lambda: _SMALL,
        refusals=(BadJson,),
        tokens=_WORDS,
        largest=8_192,
    ),
    Target(
        name="case",
        modules=("assembler.intake",),
        parse=_examine_case,
        seeds=_draw_case,
        tokens=_WORDS,
    ),
    Target(
        name="exhibit-pages",
        modules=("assembler.desk.page_refs", "assembler.intake.case_builder"),
        parse=_expand_pages,
        seeds=lambda: (
            b'["evidence/a.pdf", {"path": "evidence/b.pdf", "pages": "1-3,7,9-", "turn": 90}]',
            b'[{"path": "evidence/a.pdf", "pages": "2,2", "excerpt": {"title_page": 1}}]',
        ),
        tokens=(*_WORDS, b'"pages"', b'"path"', b'"excerpt"', b"1-", b"5-2", b"0", b"99999"),
        largest=4_096,
    ),
)
