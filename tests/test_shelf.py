"""shelf: shipped files are found, a case's or firm's own come first, and a broken recipe says
where."""

from __future__ import annotations

from pathlib import Path

import pytest

from assembler.errors import TemplateBroken
from assembler.runtime.resources import Shelf, list_font_files

GOOD = 'kind = "parole"\ntitle = "t"\ntab_template = "tab-sheets.docx"\n'
PART = '[[part]]\nid = "a"\ntype = "draft"\ntemplate = "a.docx"\n'


@pytest.fixture
def firm(tmp_path: Path) -> Shelf:
    (tmp_path / "templates/parole").mkdir(parents=True)
    return Shelf(Shelf.default().root, tmp_path)


def write_recipe(shelf: Shelf, text: str) -> None:
    assert shelf.extra is not None
    (shelf.extra / "templates/parole/recipe.toml").write_text(text)


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
