"""docs/templates.md names what a template and a recipe can say: all of it, and nothing else."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from assembler import model, rules
from assembler.documents.sandbox import Template
from assembler.documents.template_context import FACTS, build_context, build_filters
from assembler.runtime import resources
from tests import letters
from tests.support.template_pages import KNOWN, ROOT, of_kind

PAGE = (ROOT / "docs/templates.md").read_text(encoding="utf8")
CODE = re.compile(r"`([^`]+)`")
OF = {
    "`case`": model.Case,
    "a person": model.Person,
    "a name": model.Name,
    "an address": model.Address,
    "a supporter": model.Supporter,
    "`attorney`": model.Attorney,
    "`request`": model.Request,
    "`rfe`": model.Rfe,
    "`declaration`": model.Declaration,
    "`exhibit`": model.Exhibit,
    "`translator`": model.Translator,
    "an interpreter": model.Interpreter,
}
OURS = {
    model.Case: {"files", "lines", "names", "sha256"},
    model.Request: {"owners"},
    model.Exhibit: {"unconfirmed"},
}  # fields that are for the program


def tables(heading: str) -> list[list[tuple[str, str]]]:
    """First and second cell of each row of each table of a section."""
    section = re.split(
        r"^#+ ", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE
    )[0]
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE):
        rows = [
            [cell.strip() for cell in line.strip("|\n").split("|")]
            for line in table.splitlines()[2:]
        ]
        found.append([(row[0], row[1]) for row in rows])
    return found


def named(heading: str, table: int = 0) -> list[str]:
    return [name for first, _ in tables(heading)[table] for name in CODE.findall(first)]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What a template of a response is given."""
    template = Template(io.BytesIO(letters.word("x")))
    template.init_docx()
    return build_context(letters.values(of_kind("rfe-response")), template, "own.docx")


def test_every_name(names: dict[str, Any]) -> None:
    assert sorted(named("Names")) == sorted(names)


def test_every_field_of_a_row_and_of_a_point(names: dict[str, Any]) -> None:
    assert sorted(named("A row of `index` or `sheets`")) == sorted(names["index"][0])
    assert sorted(named("A point of `points`")) == sorted(names["points"][0])


def test_every_fact() -> None:
    known = rules.find_letter_facts(of_kind("re-parole"), KNOWN, letters.AS_OF)

    assert sorted(named("`facts`")) == sorted(FACTS) == sorted(known)


def test_every_filter() -> None:
    assert sorted(named("Filters")) == sorted(build_filters(letters.values(of_kind("re-parole"))))


@pytest.mark.parametrize("of", OF)
def test_every_field(of: str) -> None:
    (told,) = [CODE.findall(second) for first, second in tables("Fields")[0] if first == of]
    kind = OF[of]
    properties = {name for name, value in vars(kind).items() if isinstance(value, property)}

    assert set(told) == ({one.name for one in fields(kind)} | properties) - OURS.get(kind, set())


def test_the_fields_are_all_listed() -> None:
    assert [first for first, _ in tables("Fields")[0]] == list(OF)


def test_every_key_type_and_condition_of_a_recipe() -> None:
    keys, types, conditions = (named("Recipes", table) for table in range(3))

    assert sorted(keys) == sorted(one.name for one in fields(model.RecipePart))
    assert sorted(types) == sorted(resources._PART_TYPES)
    assert sorted(conditions) == sorted(one for one in resources._WHEN if one)


def used() -> Iterator[tuple[Path, str]]:
    for path in sorted(ROOT.glob("templates/*/recipe.toml")):
        for part in tomllib.loads(path.read_text(encoding="utf8"))["part"]:
            yield path, part.get("template", "")


def test_every_template_that_a_recipe_names_is_there() -> None:
    for path, name in used():
        if name:
            assert letters.SHELF.template(path.parent.name, name).origin == "shipped"
