"""How a letter lists the exhibits, and which columns the index has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from assembler.errors import ExitCode
from tests import factories
from tests.support.commands import DAY, run
from tests.support.sharing import made_once


def case_with_exhibits(folder: Path, count: int, **changes: object) -> Path:
    """The small case with this many exhibits more, of one page each."""
    case = factories.small_case(folder)
    exhibits = list(factories.CASE["exhibits"])
    for number in range(count):
        path = f"evidence/more-{number}.pdf"
        (case / path).write_bytes(factories.text_pdf([[f"Page of exhibit number {number}."]]))
        exhibits.append(
            {
                "id": f"more-{number}",
                "title": f"Further letter {number}",
                "category": "other",
                "files": [path],
            }
        )
    factories.write_case(case, {**factories.CASE, "exhibits": exhibits, **changes})
    return case


def page_texts(case: Path) -> list[str]:
    """The text of each page of the bundle."""
    document = pdfium.PdfDocument(case / "build/child/bundle.pdf")
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def test_a_letter_with_many_exhibits_points_to_their_index(tmp_path: Path) -> None:
    case = case_with_exhibits(tmp_path / "case", 3)

    code, _, _ = run("bundle", case, *DAY)

    texts = page_texts(case)
    index = next(number for number, text in enumerate(texts, 1) if text.startswith("Index of"))
    assert code == ExitCode.OK
    letter = " ".join(texts[: index - 1])
    assert f"Exhibits A to F: 6 exhibits, 8 pages, listed in the index on page {index}" in letter
    assert "Further letter 1, page" not in letter


def test_the_recipe_may_ask_for_a_line_for_each_exhibit(tmp_path: Path) -> None:
    case = case_with_exhibits(tmp_path / "case", 3)
    (case / "templates").mkdir()
    shipped = Path(factories.__file__).parents[1] / "templates/parole/recipe.toml"
    recipe = shipped.read_text(encoding="utf8").replace(
        'enclosures = "index"', 'enclosures = "list"'
    )
    (case / "templates/recipe.toml").write_text(recipe, encoding="utf8")

    code, _, _ = run("bundle", case, *DAY)

    letter = " ".join(page_texts(case)[:2])
    assert code == ExitCode.OK
    assert "Further letter 1, page" in letter
    assert "listed in the index" not in letter


def test_a_letter_with_few_exhibits_lists_them(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    run("bundle", case, *DAY)

    assert "listed in the index" not in page_texts(case)[0]


def bundle_many(folder: Path) -> None:
    """Bundle a case whose index is longer than a page."""
    case = case_with_exhibits(folder / "case", 14)
    data = json.loads((case / "case.json").read_bytes())
    for entry in data["exhibits"]:
        entry["title"] += f", {'of a long title, ' * 10}no end"
    factories.write_case(case, data)
    run("bundle", case, *DAY)


@pytest.mark.parametrize("are_dated", [False, True])
@pytest.mark.parametrize("languages_differ", [False, True])
def test_the_index_has_columns_of_languages_and_dates_only_where_they_tell_something(
    tmp_path: Path, languages_differ: bool, are_dated: bool
) -> None:
    """Also where the index is longer than a page, so that the columns are named twice."""
    case = Path(
        shutil.copytree(made_once("many-exhibits", bundle_many) / "case", tmp_path / "case")
    )
    data = json.loads((case / "case.json").read_bytes())
    exhibits: list[dict[str, object]] = [
        {
            **{key: value for key, value in entry.items() if key != "date"},
            **({"date": "2026-10-05"} if are_dated else {}),
        }
        for entry in data["exhibits"]
    ]
    if languages_differ:
        exhibits.append(spanish_exhibit(case))
    factories.write_case(case, {**data, "exhibits": exhibits})

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.OK, err
    index = [text for text in page_texts(case) if "Tab Description" in text]
    assert len(index) > 1
    assert all(("Language" in text) is languages_differ for text in index)
    assert all(("Date" in text) is are_dated for text in index)


def spanish_exhibit(case: Path) -> dict[str, object]:
    """An exhibit in Spanish with a translation, and its files."""
    (case / "evidence/other.pdf").write_bytes(factories.text_pdf([["A page of text."]]))
    english = factories.text_pdf([["A page of its English."]])
    (case / "evidence/english.pdf").write_bytes(english)
    return {
        "id": "other",
        "title": "Another letter",
        "category": "other",
        "language": "es",
        "files": ["evidence/other.pdf"],
        "translation": {
            "files": ["evidence/english.pdf"],
            "translator": {"name": {"given": "Versa", "family": "Muster"}, "language": "es"},
            "certificate": ["evidence/english.pdf"],
        },
    }
