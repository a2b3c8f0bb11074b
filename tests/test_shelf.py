"""shelf: shipped files are found, a case's or firm's own come first, and a broken recipe says
where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assembler.errors import TemplateBroken
from assembler.runtime.resources import Shelf, list_font_files

# data of schemas/ whose schema lies beside it; a firm can have its own
SHIPPED_DATA = sorted(
    f"{path.name.removesuffix('.schema.json')}.json"
    for path in (Shelf.default().root / "schemas").glob("*.schema.json")
    if path.with_name(f"{path.name.removesuffix('.schema.json')}.json").is_file()
)

GOOD = 'kind = "parole"\ntitle = "t"\ntab_template = "tab-sheets.docx"\n'
PART = '[[part]]\nid = "a"\ntype = "draft"\ntemplate = "a.docx"\n'


@pytest.fixture
def firm(tmp_path: Path) -> Shelf:
    (tmp_path / "templates/parole").mkdir(parents=True)
    return Shelf(Shelf.default().root, tmp_path)


def write_recipe(shelf: Shelf, text: str) -> None:
    assert shelf.extra is not None
    (shelf.extra / "templates/parole/recipe.toml").write_text(text)


def write_data(shelf: Shelf, name: str, data: Any) -> None:
    assert shelf.extra is not None
    (shelf.extra / "schemas").mkdir(exist_ok=True)
    (shelf.extra / "schemas" / name).write_text(json.dumps(data), encoding="utf8")


@pytest.mark.parametrize("name", SHIPPED_DATA)
def test_a_firm_can_use_a_copy_of_our_data(firm: Shelf, name: str) -> None:
    shipped = Shelf.default().schema(name)
    write_data(firm, name, shipped)

    assert firm.schema(name) == shipped


@pytest.mark.parametrize("name", SHIPPED_DATA)
def test_each_field_that_a_firms_data_lacks_is_named(firm: Shelf, name: str) -> None:
    shipped = Shelf.default().schema(name)
    needed = json.loads(firm.read(f"schemas/{name.removesuffix('.json')}.schema.json"))["required"]
    assert needed

    for field in needed:
        write_data(firm, name, {key: value for key, value in shipped.items() if key != field})
        with pytest.raises(TemplateBroken, match=rf"{name}: .* at \$\.{field}; compare it with"):
            firm.schema(name)


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("crosscheck.json", ("same_form", "likeness"), "0.6"),
        ("crosscheck.json", ("same_form", "likenes"), 0.6),
        ("crosscheck.json", ("expected", "bank"), "name"),
        ("crosscheck.json", ("dated", 0), "leter"),
        ("crosscheck.json", ("passages", "function_words", "es"), ["de la"]),
        ("signoff.json", ("items", 0, "id"), "ink"),
        ("signoff.json", ("items", 1), "signatures"),
        ("languages.json", ("languages", "en"), None),
        ("printing.json", ("packages", 0, "grams", "value"), "368"),
        ("printing.json", ("packages",), []),
        ("legibility.json", ("measures", "blur", "bad"), "big"),
        ("categories.json", ("kinds", 0, "category"), "no such category"),
    ],
)
def test_a_value_of_a_firms_data_that_cannot_be_used_is_told(
    firm: Shelf, name: str, place: tuple[str | int, ...], value: object
) -> None:
    data = Shelf.default().schema(name)
    parent: Any = data
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    write_data(firm, name, data)

    with pytest.raises(TemplateBroken, match=rf"schemas/{name}: it does not follow its schema at"):
        firm.schema(name)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"properties": 5}', r"\$\.properties"),
        ('{"properties": {"kind": {"type": "strin"}}}', r"\$\.properties\.kind\.type"),
        ('{"properties": {"kind": [1]}}', r"\$\.properties\.kind"),
        ("{", r"\$"),
        ("[" * 9_000, r"\$"),
    ],
)
def test_a_firms_schema_of_case_json_that_is_none_is_told(
    firm: Shelf, text: str, place: str
) -> None:
    assert firm.extra is not None
    (firm.extra / "schemas").mkdir()
    (firm.extra / "schemas/case.schema.json").write_text(text)

    with pytest.raises(
        TemplateBroken, match=rf"case.schema.json: it is no JSON schema at {place};"
    ):
        firm.require_json_schema("schemas/case.schema.json")


def test_shipped_recipe_is_read() -> None:
    recipe = Shelf.default().recipe("parole")

    assert [part.id for part in recipe.parts][:4] == ["caption-cover", "g-1450", "g-1145", "i-912"]


def test_a_firms_recipe_comes_first(firm: Shelf) -> None:
    write_recipe(firm, GOOD + PART)

    assert [part.id for part in firm.recipe("parole").parts] == ["a"]


def test_template_of_the_case_comes_first(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/recipe.toml").write_text(GOOD + PART)
    (tmp_path / "templates/a.docx").write_bytes(b"ours")

    template = Shelf.default().template("parole", "a.docx", tmp_path)

    assert (template.data, template.origin) == (b"ours", "case")
    assert Shelf.default().recipe("parole", tmp_path).parts[0].id == "a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind = ", "not readable as TOML"),
        (GOOD, "an entry is missing"),
        (GOOD + PART + PART, "part ids appear twice"),
        (GOOD + PART.replace("draft", "drift"), "unknown type in part a"),
        (GOOD + PART + 'when = "sunny"\n', "unknown `when` in part a"),
        (GOOD + PART + 'color = "red"\n', "an entry is missing or of the wrong type"),
        (GOOD + '[[part]]\nid = "a"\ntype = "draft"\n', "part a names no template"),
        (GOOD + PART + "stamped = false\n", "`stamped` of part a cannot be used; only a notice"),
        (
            GOOD + '[[part]]\nid = "a"\ntype = "notice"\nstamped = "no"\n',
            "`stamped` of part a cannot be used",
        ),
        (GOOD + 'labels = "runes"\n' + PART, "labels must be letters or numbers"),
    ],
)
def test_broken_recipe_says_where_and_what(firm: Shelf, text: str, message: str) -> None:
    write_recipe(firm, text)

    with pytest.raises(TemplateBroken, match=f"recipe.toml: {message}"):
        firm.recipe("parole")


def test_missing_template_names_itself() -> None:
    with pytest.raises(
        TemplateBroken, match="templates/parole/none.docx: there is no such template"
    ):
        Shelf.default().template("parole", "none.docx")


def test_fonts_come_from_wheels() -> None:
    names = {path.name for path in list_font_files()}

    assert {"IBMPlexSerif-Regular.ttf", "Amiri-Regular.ttf", "NotoSansCJK-Regular.ttc"} <= names
