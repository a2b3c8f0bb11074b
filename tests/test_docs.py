"""docs/: every module, path and page that a page names exists."""

from __future__ import annotations

import importlib
import re
import tomllib
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
