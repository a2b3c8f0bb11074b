"""plan: every exhibit once, behind its tab, in the recipe's order; nothing is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler import receivers
from assembler.errors import TemplateBroken
from assembler.layout.packet_plan import (
    format_plan,
    generate_tab_labels,
    order_parts,
    plan_as_json,
    plan_packet,
)
from assembler.model import (
    Attorney,
    Case,
    Declaration,
    Exhibit,
    FormFile,
    Name,
    PartKind,
    Plan,
    Recipe,
    RecipePart,
    Rfe,
    RfePoint,
)
from assembler.runtime.resources import Shelf
from tests.support.cases import case, exhibit

CATEGORIES = ["identity", "medical", "tax", "bank", "visa-refusal", "news", "letter", "status"]


ATTORNEY = Attorney(name=Name(given="Advocata", family="Fictiva"))


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return Shelf.default().recipe("parole")


def test_tab_labels_go_on_after_z() -> None:
    labels = list(islice(generate_tab_labels("letters"), 704))

    assert labels[:3] + labels[25:28] + labels[701:] == [
        "A",
        "B",
        "C",
        "Z",
        "AA",
        "AB",
        "ZZ",
        "AAA",
        "AAB",
    ]
    assert list(islice(generate_tab_labels("numbers"), 3)) == ["1", "2", "3"]


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
    assert [t.tab for t in tabs] == list(islice(generate_tab_labels("letters"), len(evidence)))
    assert len({part.id for part in parts}) == len(parts)


def test_only_what_belongs_to_the_beneficiary(recipe: Recipe) -> None:
    hers, his = exhibit("hers", belongs_to=("child",)), exhibit("his", belongs_to=("brother",))
    shared = exhibit("shared")

    plans = {b: plan_packet(case(shared, hers, his), recipe, b) for b in ("child", "brother")}

    assert [p.exhibit for p in plans["child"].parts if p.kind is PartKind.TAB] == ["shared", "hers"]
    assert [p.exhibit for p in plans["brother"].parts if p.kind is PartKind.TAB] == [
        "shared",
        "his",
    ]


def test_declarations_and_forms_take_their_place(recipe: Recipe) -> None:
    sworn = Declaration(
        id="aunt",
        declarant="aunt",
        title="Declaration of the aunt",
        signed_in_us=True,
        paragraphs=(),
    )
    forms = (
        FormFile(form="i-131", path="forms/i-131.pdf"),
        FormFile(form="g-28", path="forms/g-28.pdf"),
    )

    plan = plan_packet(case(exhibit("x"), declarations=(sworn,), forms=forms), recipe, "child")

    ids = [part.id for part in plan.parts]
    assert ids == [
        "cover-letter",
        "index",
        "i-131-1",
        "declaration-aunt",
        "tab-x",
        "exhibit-x",
    ]  # no attorney, no G-28
    assert [part.stamped for part in plan.parts] == [True, True, False, True, True, True]


def response(*exhibits: Exhibit, points: Sequence[Sequence[str]] = (), **more) -> Case:
    """A response to the notice "notice", each point answered by the exhibits of these ids."""
    asked = tuple(
        RfePoint(id=f"p{n}", asked="?", answer=("Yes.",), exhibits=tuple(ids))
        for n, ids in enumerate(points)
    )
    rfe = Rfe(
        receipt_number="IOE0912345678",
        notice_date=date(2026, 11, 2),
        due_date=date(2027, 1, 25),
        notice_exhibit="notice",
        points=asked,
    )
    return case(*exhibits, exhibit("notice", "rfe-notice"), kind="rfe-response", rfe=rfe, **more)


def evidence_of(plan: Plan) -> list[tuple[str, str, str]]:
    return [
        (part.tab, part.exhibit, part.group) for part in plan.parts if part.kind is PartKind.EXHIBIT
    ]


def test_the_notice_is_on_top_with_its_letter_and_without_a_sheet() -> None:
    plan = plan_packet(response(exhibit("x")), Shelf.default().recipe("rfe-response"), "child")

    first, *rest = plan.parts
    assert (first.kind, first.exhibit, first.tab, first.stamped) == (
        PartKind.EXHIBIT,
        "notice",
        "A",
        True,
    )
    assert [part.id for part in rest] == ["cover-letter", "index", "tab-x", "exhibit-x"]


def test_evidence_of_a_response_follows_the_points() -> None:
    evidence = [exhibit(name) for name in ("a", "b", "c", "d")]
    one = response(
        *evidence, exhibit("his", belongs_to=("brother",)), points=[["c", "his"], ["b", "c"]]
    )
    assert one.rfe
    cites = replace(one.rfe.points[1], answer=("See [@d, p. 2] and [@notice].",))
    one = replace(one, rfe=replace(one.rfe, points=(one.rfe.points[0], cites)))

    plan = plan_packet(one, Shelf.default().recipe("rfe-response"), "child")

    assert evidence_of(plan) == [
        ("A", "notice", "The notice"),
        ("B", "c", "Evidence for point 1"),
        ("C", "b", "Evidence for point 2"),
        ("D", "d", "Evidence for point 2"),
        ("E", "a", "Further evidence"),
    ]


@given(
    st.lists(st.sampled_from(CATEGORIES), max_size=12),
    st.lists(st.lists(st.integers(0, 11), max_size=5), max_size=5),
)
def test_a_response_holds_every_exhibit_once(
    categories: list[str], points: list[list[int]]
) -> None:
    evidence = [exhibit(f"e{n}", category) for n, category in enumerate(categories)]
    answered = [[f"e{n}" for n in ids if n < len(evidence)] for ids in points]

    plan = plan_packet(
        response(*evidence, points=answered), Shelf.default().recipe("rfe-response"), "child"
    )

    tabs, placed, _ = zip(*evidence_of(plan), strict=True)
    assert placed[0] == "notice"
    assert sorted(placed) == sorted(["notice", *(one.id for one in evidence)])
    assert list(tabs) == list(islice(generate_tab_labels("letters"), len(placed)))
    assert [part.exhibit for part in plan.parts if part.kind is PartKind.TAB] == list(placed[1:])


def test_a_firm_may_leave_the_notice_unmarked() -> None:
    recipe = Shelf.default().recipe("rfe-response")
    bare = replace(
        recipe, parts=tuple(replace(one, stamped=one.type != "notice") for one in recipe.parts)
    )

    assert plan_packet(response(exhibit("x")), bare, "child").parts[0].stamped is False


@pytest.mark.parametrize("kind", ["parole", "re-parole", "rfe-response"])
def test_the_recipe_of_each_kind_takes_every_category_and_every_form(kind: str) -> None:
    schema = Shelf.default().schema("case.schema.json")["$defs"]
    categories = schema["exhibit"]["properties"]["category"]["enum"]
    forms = tuple(
        FormFile(form=name, path=f"forms/{name}.pdf")
        for name in schema["form"]["properties"]["form"]["enum"]
    )
    one = replace(
        response(*(exhibit(c, c) for c in categories)), kind=kind, forms=forms, attorney=ATTORNEY
    )
    one = replace(one, request=replace(one.request, filing="paper", fee="waiver"))

    plan = plan_packet(one, Shelf.default().recipe(kind), "child")

    assert {exhibit for _, exhibit, _ in evidence_of(plan)} == {*categories, "notice"}
    assert {part.form for part in plan.parts if part.form} == {form.form for form in forms}
    assert plan.kind == Shelf.default().recipe(kind).kind == kind


def test_recipe_that_leaves_an_exhibit_out_is_refused() -> None:
    only_tax = RecipePart(id="tax", type="exhibits", categories=("tax",))
    recipe = Recipe(kind="parole", title="t", parts=(only_tax,), tab_template="tab-sheets.docx")

    with pytest.raises(TemplateBroken, match="no part takes the exhibits x; add"):
        plan_packet(case(exhibit("x"), exhibit("y", "tax")), recipe, "child")


def test_printing_shows_titles_and_pages_and_json_shows_neither(recipe: Recipe) -> None:
    plan = plan_packet(case(exhibit("x"), exhibit("y", "identity")), recipe, "child")

    text, data = format_plan(plan, {"x": 3, "y": None}), plan_as_json(plan)

    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines.index("Exhibit A Title of y pages not known") < lines.index(
        "Exhibit B Title of x 3 pages"
    )
    assert "Title of" not in str(data)
    assert [p["tab"] for p in data["parts"] if p["kind"] == "exhibit"] == ["A", "B"]


def test_a_part_that_only_a_receiver_asks_for_is_there_for_it_alone() -> None:
    recipe = Shelf.default().recipe("parole")
    court = receivers.load_profile(Shelf.default(), "eoir-ecas")
    ids = [part.id for part in plan_packet(case(exhibit("x")), recipe, "child", court).parts]

    assert [ids[0], ids[-1]] == ["caption-cover", "certificate-of-service"]
    assert ids.index("index") < ids.index("tab-x")
    without = {part.id for part in plan_packet(case(exhibit("x")), recipe, "child").parts}
    assert not {"caption-cover", "certificate-of-service"} & without


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcxyz*"), unique=True),
)
def test_a_receivers_order_moves_parts_and_loses_none(ids: list[str], order: list[str]) -> None:
    parts = [RecipePart(id=one, type="draft") for one in ids]
    found = [part.id for part in order_parts(parts, order)]

    assert sorted(found) == sorted(ids)
    named = [one for one in found if one in order]
    assert named == [one for one in order if one in ids]
    assert [one for one in found if one not in order] == [one for one in ids if one not in order]


@pytest.mark.parametrize("name", ["uscis-paper", "uscis-online", "cmecf", "uk-strict"])
def test_a_notice_stays_on_top_whoever_receives_the_response(name: str) -> None:
    recipe, profile = (
        Shelf.default().recipe("rfe-response"),
        receivers.load_profile(Shelf.default(), name),
    )

    assert (
        plan_packet(response(exhibit("x")), recipe, "child", profile).parts[0].exhibit == "notice"
    )
