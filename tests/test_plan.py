"""plan: every exhibit once, behind its tab, in the recipe's order; nothing is opened."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.errors import TemplateBroken
from assembler.model import (
    Case,
    Declaration,
    Exhibit,
    FilePart,
    FormFile,
    Name,
    PartKind,
    Person,
    Recipe,
    RecipePart,
    Request,
)
from assembler.plan import as_json, plan_packet, show, tab_labels
from assembler.shelf import Shelf

CATEGORIES = ["identity", "medical", "tax", "bank", "visa-refusal", "news", "letter", "status"]


def person(id: str) -> Person:
    return Person(id=id, name=Name(given="Testina", family="Exemplar"))


def exhibit(id: str, category: str = "medical", belongs_to: tuple[str, ...] = ()) -> Exhibit:
    part = FilePart(path=f"evidence/{id}.pdf")
    return Exhibit(id=id, title=f"Title of {id}", category=category, parts=(part,), belongs_to=belongs_to)


def case(*exhibits: Exhibit, **more) -> Case:
    given = {
        "id": "c",
        "kind": "parole",
        "reasons": ("urgent-medical",),
        "petitioner": person("aunt"),
        "beneficiaries": (person("child"), person("brother")),
        "supporters": (),
        "attorney": None,
        "request": Request(filing="online", fee="pay", length_months=12),
        "declarations": (),
        "exhibits": exhibits,
    }
    return Case(**{**given, **more})


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return Shelf.default().recipe("parole")


def test_tab_labels_go_on_after_z() -> None:
    labels = list(islice(tab_labels("letters"), 704))

    assert labels[:3] + labels[25:28] + labels[701:] == ["A", "B", "C", "Z", "AA", "AB", "ZZ", "AAA", "AAB"]
    assert list(islice(tab_labels("numbers"), 3)) == ["1", "2", "3"]


@given(st.lists(st.sampled_from(CATEGORIES), max_size=40))
def test_every_exhibit_once_right_behind_its_tab(categories: list[str]) -> None:
    recipe = Shelf.default().recipe("parole")
    evidence = [exhibit(f"e{n}", category) for n, category in enumerate(categories)]

    parts = plan_packet(case(*evidence), recipe, "child").parts

    tabbed = [part for part in parts if part.tab]
    tabs, exhibits = tabbed[::2], tabbed[1::2]
    assert [t.kind for t in tabs] == [PartKind.TAB] * len(evidence)
    assert [e.kind for e in exhibits] == [PartKind.EXHIBIT] * len(evidence)
    assert [t.exhibit for t in tabs] == [e.exhibit for e in exhibits]
    assert sorted(t.exhibit for t in tabs) == sorted(e.id for e in evidence)
    assert [t.tab for t in tabs] == list(islice(tab_labels("letters"), len(evidence)))
    assert len({part.id for part in parts}) == len(parts)


def test_only_what_belongs_to_the_beneficiary(recipe: Recipe) -> None:
    hers, his = exhibit("hers", belongs_to=("child",)), exhibit("his", belongs_to=("brother",))
    shared = exhibit("shared")

    plans = {b: plan_packet(case(shared, hers, his), recipe, b) for b in ("child", "brother")}

    assert [p.exhibit for p in plans["child"].parts if p.kind is PartKind.TAB] == ["shared", "hers"]
    assert [p.exhibit for p in plans["brother"].parts if p.kind is PartKind.TAB] == ["shared", "his"]


def test_declarations_and_forms_take_their_place(recipe: Recipe) -> None:
    sworn = Declaration(id="aunt", declarant="aunt", title="Declaration of the aunt", signed_in_us=True, paragraphs=())
    forms = (FormFile(form="i-131", path="forms/i-131.pdf"), FormFile(form="g-28", path="forms/g-28.pdf"))

    plan = plan_packet(case(exhibit("x"), declarations=(sworn,), forms=forms), recipe, "child")

    ids = [part.id for part in plan.parts]
    assert ids == ["cover-letter", "index", "i-131-1", "declaration-aunt", "tab-x", "exhibit-x"]  # no attorney, no G-28
    assert [part.stamped for part in plan.parts] == [True, True, False, True, True, True]


def test_recipe_that_leaves_an_exhibit_out_is_refused() -> None:
    only_tax = RecipePart(id="tax", type="exhibits", categories=("tax",))
    recipe = Recipe(kind="parole", title="t", parts=(only_tax,), tab_template="tab-sheets.docx")

    with pytest.raises(TemplateBroken, match="no part takes the exhibits x; add"):
        plan_packet(case(exhibit("x"), exhibit("y", "tax")), recipe, "child")


def test_printing_shows_order_but_no_titles(recipe: Recipe) -> None:
    plan = plan_packet(case(exhibit("x"), exhibit("y", "identity")), recipe, "child")

    text, data = show(plan), as_json(plan)

    assert text.index("Exhibit A    y") < text.index("Exhibit B    x")
    assert "Title of" not in text + str(data)
    assert [p["tab"] for p in data["parts"] if p["kind"] == "exhibit"] == ["A", "B"]
