"""docs/: every module, path and page that a page names exists, and every promise has a test."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md"]  # it names what was
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
DOTTED = re.compile(r"`([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)(?:\([^`]*\))?`")
PATHS = re.compile(
    r"(?<![\w./-])(?:assembler|scripts|tests|benchmarks|schemas)/[\w./-]*[\w/](?![\w<])"
)

# what has a dot and is no module: names of files, and of fields of case.json, manifests and answers
FILES = re.compile(r".*\.(json|toml|html|docx|pdf|txt|md|py|yml|ini|eml|xml|invalid)$")
FIELDS = {"source", "transform", "rfe"}


def is_in_package(name: str) -> bool:
    """Return whether a dotted name is a module below `assembler`, or something that a module
    holds."""
    parts = name.removeprefix("assembler.").split(".")
    for length in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(["assembler", *parts[:length]]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            if not hasattr(value, attribute):
                return False
            value = getattr(value, attribute)
        return True
    return False


def unknown_names(text: str) -> list[str]:
    """Return each dotted name in backticks that is neither a file, nor a field, nor in the
    package."""
    names = [name for name in DOTTED.findall(FENCE.sub("", text)) if not FILES.match(name)]
    return [name for name in names if name.split(".")[0] not in FIELDS and not is_in_package(name)]


def missing_paths(text: str) -> list[str]:
    """Return each path into the checkout that leads nowhere; `templates/<kind>/` and
    `tests/test_<subject>.py` are patterns."""
    return [path for path in PATHS.findall(text) if not (ROOT / path).exists()]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("`layout.page_order.arrange_pages` and `runtime.resources.Shelf.template`", []),
        ("`arrange.stamp_place`", ["arrange.stamp_place"]),
        (
            "`layout.no_such_module`, `layout.paper.no_such_function`",
            ["layout.no_such_module", "layout.paper.no_such_function"],
        ),
        ("`manifest.json`, `source.page`\n```\n`prove.pixels`\n```\n", []),
    ],
)
def test_an_old_name_is_noticed(text: str, names: list[str]) -> None:
    assert unknown_names(text) == names


def test_a_path_that_leads_nowhere_is_noticed() -> None:
    assert missing_paths("see assembler/mrz.py and `assembler/model/mrz.py`") == [
        "assembler/mrz.py"
    ]


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: page.name)
def test_every_module_and_path_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert unknown_names(text) == []
    assert missing_paths(text) == []


def test_the_map_names_every_package_and_no_other() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tree = text.split("## Packages", 1)[1].split("## ", 1)[0]
    listed = set(re.findall(r"(?m)^ +([a-z_]+)/", tree))

    assert listed == {file.parent.name for file in (ROOT / "assembler").glob("*/**/__init__.py")}


def test_the_map_draws_the_layers_of_the_import_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    layers = [layer.replace("(", "").replace(")", "") for layer in contract["layers"]]
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"```\n(cli\n.*?)```", text, re.DOTALL)

    assert drawn is not None
    assert drawn[1].split("\n")[:-1] == [layer for layer in layers if layer != "__main__"]


def test_every_page_is_in_the_site_and_every_link_between_pages_leads_to_one() -> None:
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"(?m): (\S+\.md)$", site))
    pages = sorted((ROOT / "docs").glob("*.md"))
    texts = [page.read_text(encoding="utf-8") for page in pages]
    links = [link for text in texts for link in re.findall(r"\]\(([\w-]+\.md)", text)]

    assert listed == {page.name for page in pages}
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


# --- promises

MARK = re.compile(r"<!-- promise: ([a-z0-9-]+) -->")
CHECK = re.compile(r"`((?:tests|benchmarks)/[\w/]+\.py)::(\w+)`")
PROMISES = ROOT / "docs/promises.md"
# pages that promise nothing: one is the table, the other is made from the schema
WITHOUT_PROMISES = {"promises.md", "case-json.md"}
NOT_OF_THE_PRODUCT = {"CHANGELOG.md", "CONTRIBUTING.md"}


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of the table: its name, what is promised, the pages that do, and what checks it."""

    name: str
    text: str
    pages: frozenset[str]
    checks: tuple[tuple[str, str], ...]  # file, function


def read_promises(text: str) -> list[Promise]:
    """Return the rows of the table."""
    rows = re.findall(r"(?m)^\| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", text)
    return [
        Promise(
            name,
            promise,
            frozenset(re.findall(r"[\w-]+\.md", re.sub(r"\[[^]]*\]", "", pages))),
            tuple(CHECK.findall(checks)) if not CHECK.sub("", checks).strip(", ") else (),
        )
        for name, promise, pages, checks in rows
        if name != "name"
    ]


def read_marks() -> dict[str, list[str]]:
    """Return the promises marked on each page, by the name of the page."""
    pages = [page for page in PAGES if page.name not in NOT_OF_THE_PRODUCT]
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages}
    marks = {name: MARK.findall(text) for name, text in texts.items()}
    misspelled = [name for name in texts if texts[name].count("<!-- pro") != len(marks[name])]
    assert misspelled == []
    return marks


def functions(path: Path) -> set[str]:
    """Return the functions of a module, without running it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_of_a_page_has_a_row_and_every_row_a_promise() -> None:
    promises = read_promises(PROMISES.read_text(encoding="utf-8"))
    marks = read_marks()

    marked: dict[str, set[str]] = {}
    for page, names in marks.items():
        for name in names:
            marked.setdefault(name, set()).add(page)
    assert {promise.name: promise.pages for promise in promises} == marked
    assert len(promises) == len(marked)
    assert {page for page, names in marks.items() if not names} == WITHOUT_PROMISES


def test_every_promise_names_a_test_or_a_harness_that_exists() -> None:
    promises = read_promises(PROMISES.read_text(encoding="utf-8"))
    known = {
        file: functions(ROOT / file) if (ROOT / file).is_file() else set()
        for promise in promises
        for file, _ in promise.checks
    }

    assert [promise.name for promise in promises if not (promise.text and promise.checks)] == []
    missing = [
        f"{promise.name}: {file}::{function}"
        for promise in promises
        for file, function in promise.checks
        if function not in known[file]
    ]
    assert missing == []
    tests = {
        promise.name: [function for _, function in promise.checks if function.startswith("test_")]
        for promise in promises
    }
    assert [name for name, named in tests.items() if not named] == []


def test_a_row_with_an_empty_cell_or_something_else_than_tests_is_noticed() -> None:
    table = (
        "| name | promise | made in | checked by |\n|---|---|---|---|\n"
        "| whole | All of it. | README.md, [proof](proof.md) | `tests/test_docs.py::test_x` |\n"
        "| vague | Most of it. | README.md | by looking |\n"
        "| mixed | Some of it. | README.md | `tests/test_docs.py::test_x`, and by looking |\n"
    )

    whole, vague, mixed = read_promises(table)

    assert whole.pages == {"README.md", "proof.md"}
    assert whole.checks == (("tests/test_docs.py", "test_x"),)
    assert vague.checks == mixed.checks == ()
