"""How a letter lists the exhibits, and which columns the index has."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from assembler.errors import ExitCode
from tests import factories
from tests.support.commands import DAY, run


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


@pytest.mark.parametrize(("language", "shown"), [("en", False), ("es", True)])
def test_the_index_has_a_language_column_only_where_languages_differ(
    tmp_path: Path, language: str, shown: bool
) -> None:
    case = case_with_exhibits(tmp_path / "case", 0)
    (case / "evidence/other.pdf").write_bytes(factories.text_pdf([["A page of text."]]))
    translator = {"name": {"given": "Versa", "family": "Muster"}, "language": language}
    exhibit: dict[str, object] = {
        "id": "other",
        "title": "Another letter",
        "category": "other",
        "language": language,
        "files": ["evidence/other.pdf"],
    }
    if shown:
        english = factories.text_pdf([["A page of its English."]])
        (case / "evidence/english.pdf").write_bytes(english)
        exhibit["translation"] = {
            "files": ["evidence/english.pdf"],
            "translator": translator,
            "certificate": ["evidence/english.pdf"],
        }
    exhibits = [*factories.CASE["exhibits"], exhibit]
    factories.write_case(case, {**factories.CASE, "exhibits": exhibits})

    code, _, err = run("bundle", case, *DAY)

    assert code == ExitCode.OK, err
    index = next(text for text in page_texts(case) if text.startswith("Index of"))
    assert ("Language" in index) is shown
