"""freezing: what was filed keeps its number, stamp and exhibit, whatever comes later; what is
gone is named."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler.layout import amendment
from assembler.layout.packet_plan import TABS_DOCUMENT, generate_tab_labels, plan_packet
from assembler.layout.page_order import arrange_pages
from assembler.model import Filed, Layout, Manifest, PageFacts, PartKind, Severity
from assembler.model.page_labels import may_follow
from assembler.report.packet_diff import as_text, compare
from assembler.runtime.resources import Shelf
from tests.support import manifests
from tests.support.cases import case, exhibit
from tests.support.inks import ink

Exhibits = list[tuple[str, list[str]]]  # ids and what their pages are, in the order of the case
RECIPE = Shelf.default().recipe("parole")
BLANK = ink()


def page(content: str = "") -> PageFacts:
    return PageFacts(
        width=612,
        height=792,
        ink=BLANK,
        content=amendment.make_content_key(content, 1) if content else "",
    )


def laid_out(
    exhibits: Exhibits, filed: Filed | None = None, letter: int = 1, *, in_place: bool = False
) -> Layout:
    made = case(*(exhibit(name) for name, _ in exhibits))
    plan = plan_packet(made, RECIPE, "child")
    if filed:
        plan = amendment.freeze_plan(
            plan, filed, generate_tab_labels(RECIPE.labels), in_place=in_place
        )
        assert amendment.find_changes(plan, pages(exhibits, letter), filed) == ()
    return arrange_pages(plan, made, pages(exhibits, letter), None, filed)


def pages(exhibits: Exhibits, letter: int = 1) -> dict[str, list[PageFacts]]:
    found = {f"exhibit:{name}": [page(one) for one in contents] for name, contents in exhibits}
    return found | {
        "draft:cover-letter": [page()] * letter,
        "draft:index": [page()],
        TABS_DOCUMENT: [page()] * len(exhibits),
    }


def manifest(layout: Layout, exhibits: Exhibits) -> Manifest:
    """What `report` would write of it, as far as it matters here."""
    contents = dict(exhibits)
    ledger = []
    for leaf in layout.leaves:
        entry = manifests.entry(
            leaf.number,
            leaf.kind,
            label=leaf.label,
            part=leaf.part,
            document=leaf.document,
            index=leaf.index,
            exhibit=leaf.exhibit,
            tab=leaf.tab,
            exhibit_page=leaf.exhibit_page,
            stamp=leaf.stamp,
        )
        if leaf.kind is PartKind.EXHIBIT:
            sha256 = contents[leaf.exhibit][leaf.index]
            entry = replace(entry, source=manifests.source(sha256=sha256))
        ledger.append(entry)
    index = tuple(
        manifests.index_row(row.exhibit, group=row.group, title=row.title) for row in layout.index
    )
    return manifests.manifest(case="c", ledger=tuple(ledger), index=index)


def file(layout: Layout, exhibits: Exhibits) -> Filed:
    return amendment.read_filed(manifest(layout, exhibits), "")


FIRST: Exhibits = [("a", ["a1", "a2"]), ("b", ["b1"]), ("c", ["c1", "c2"])]


def labels(layout: Layout) -> list[str]:
    """Number and exhibit of each page, from the first tab sheet on."""
    return [f"{leaf.tab} {leaf.label}" for leaf in layout.leaves if leaf.tab]


def test_the_same_case_again_is_the_same_packet() -> None:
    first = laid_out(FIRST)

    assert laid_out(FIRST, file(first, FIRST)) == replace(first, frozen=True)


def test_a_late_exhibit_goes_to_the_end_and_numbers_go_on() -> None:
    first, later = laid_out(FIRST), [FIRST[0], ("new", ["n1", "n2"]), *FIRST[1:]]
    second = laid_out(later, file(first, FIRST))

    assert labels(second) == [*labels(first), "D 11", "D 12", "D 13"]
    assert second.index[-1].group == amendment.LATE
    assert [leaf.stamp.text for leaf in second.leaves if leaf.stamp][
        -1
    ] == "Exhibit D · 2 of 2 · page 13"
    assert [leaf.stamp for leaf in second.leaves[:10]] == [leaf.stamp for leaf in first.leaves]
    assert as_text(compare(manifest(first, FIRST), manifest(second, later))).splitlines() == [
        "added   exhibit D (new): page 11",
        "added   exhibit D (new): pages 12–13",
        "3 added, 0 removed, 0 changed, 0 moved (pages)",
    ]


def test_in_place_it_stands_behind_the_exhibit_it_follows() -> None:
    first = laid_out(FIRST)
    later = [
        ("new0", ["m1"]),
        FIRST[0],
        ("new", ["n1"]),
        ("new2", ["n2"]),
        *FIRST[1:],
        ("last", ["l1"]),
    ]
    second = laid_out(later, file(first, FIRST), in_place=True)

    assert labels(second) == [
        "A 3",
        "A 4",
        "A 5",
        "A1 5a",
        "A1 5b",
        "A2 5c",
        "A2 5d",
        "B 6",
        "B 7",
        "C 8",
        "C 9",
        "C 10",
        "D 11",
        "D 12",
        "E 13",
        "E 14",
    ]
    assert [row.tab for row in second.index if row.exhibit in ("last", "new0")] == ["D", "E"]


def test_new_pages_of_a_filed_exhibit_get_letters_and_no_place_in_it() -> None:
    first = laid_out(FIRST)
    later = [("a", ["x", "a1", "y", "a2", "z", "z2"]), FIRST[1], ("c", ["c1", "c2", "w"])]
    second = laid_out(later, file(first, FIRST))

    assert labels(second) == [
        "A 3",
        "A 3a",
        "A 4",
        "A 4a",
        "A 5",
        "A 5a",
        "A 5b",
        "B 6",
        "B 7",
        "C 8",
        "C 9",
        "C 10",
        "C 10a",
    ]
    assert second.index[0].pages == "3a–5b"
    stamps = {leaf.label: leaf.stamp.text for leaf in second.leaves if leaf.stamp}
    assert stamps["4a"] == "Exhibit A · page 4a"
    assert stamps["5"] == "Exhibit A · 2 of 2 · page 5 of 10"
    assert {mark.title for mark in second.bookmarks} >= {"Exhibit A – Title of a (3a–5b)"}

    third = laid_out(
        [("a", ["x", "a1", "y", "y2", "a2", "z0", "z", "z2"]), *later[1:]], file(second, later)
    )
    assert labels(third)[:10] == [
        "A 3",
        "A 3a",
        "A 4",
        "A 4a",
        "A 4b",
        "A 5",
        "A 5-1",
        "A 5a",
        "A 5b",
        "B 6",
    ]


def test_a_letter_that_grows_gets_letters_and_one_that_shrinks_is_told() -> None:
    first = laid_out(FIRST, letter=2)
    filed = file(first, FIRST)
    longer, shorter = laid_out(FIRST, filed, letter=4), laid_out(FIRST, filed, letter=1)

    assert [leaf.label for leaf in longer.leaves][:6] == ["1", "2", "2a", "2b", "3", "4"]
    assert [leaf.label for leaf in shorter.leaves][:3] == ["1", "3", "4"]
    assert amendment.find_lost_pages(longer, filed) == ()
    (told,) = amendment.find_lost_pages(shorter, filed)
    assert (told.rule, told.severity, told.where) == (
        "FREEZE.OWN",
        Severity.WARNING,
        "cover-letter",
    )
    assert "page 2 is no longer there" in told.problem


@pytest.mark.parametrize(
    ("later", "rule", "says"),
    [
        ([("a", ["a1", "other"]), *FIRST[1:]], "FREEZE.GONE", "page 5 is no"),
        ([("a", ["a2"]), *FIRST[1:]], "FREEZE.GONE", "page 4 is no"),
        ([FIRST[0], FIRST[2]], "FREEZE.GONE", "page 7 is no"),
        ([("a", ["a2", "a1"]), *FIRST[1:]], "FREEZE.ORDER", "page 5 is no"),
        ([("renamed", ["a1", "a2"]), *FIRST[1:]], "FREEZE.GONE", "pages 4, 5 are no"),
    ],
)
def test_a_filed_page_that_is_gone_or_changed_is_an_error_that_names_it(
    later: Exhibits, rule: str, says: str
) -> None:
    filed = file(laid_out(FIRST), FIRST)
    made = case(*(exhibit(name) for name, _ in later))
    plan = amendment.freeze_plan(
        plan_packet(made, RECIPE, "child"), filed, generate_tab_labels("letters")
    )

    (found,) = amendment.find_changes(plan, pages(later), filed)

    assert (found.rule, found.severity) == (rule, Severity.ERROR)
    assert says in found.problem


# --- any sequence of insertions ---

PLACE = st.floats(0, 1, exclude_max=True)
INSERTION = st.one_of(
    st.tuples(st.just("exhibit"), PLACE, PLACE, st.integers(1, 3)),
    st.tuples(st.just("pages"), PLACE, PLACE, st.integers(1, 30)),
    st.tuples(
        st.just("again"), PLACE, PLACE, st.integers(1, 2)
    ),  # a page that is in already, once more
    st.tuples(st.just("letter"), PLACE, PLACE, st.integers(1, 2)),
)
SUPPLEMENTS = st.lists(
    st.tuples(st.lists(INSERTION, max_size=4), st.booleans()), min_size=1, max_size=5
)


def inserted(
    exhibits: Exhibits, what: str, one: float, other: float, many: int, number: int
) -> Exhibits:
    new = [f"p{number}.{n}" for n in range(many)]
    if what == "exhibit":
        place = int(one * (len(exhibits) + 1))
        return [*exhibits[:place], (f"n{number}", new), *exhibits[place:]]
    at = int(one * len(exhibits))
    name, contents = exhibits[at]
    new = [contents[int(other * len(contents))]] * many if what == "again" else new
    place = len(contents) if what == "again" else int(other * (len(contents) + 1))
    return [
        *exhibits[:at],
        (name, [*contents[:place], *new, *contents[place:]]),
        *exhibits[at + 1 :],
    ]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), SUPPLEMENTS)
def test_after_any_insertions_filed_pages_keep_their_numbers_and_the_difference_is_the_insertions(
    sizes: list[int], supplements: list[tuple[list[Any], bool]]
) -> None:
    exhibits: Exhibits = [
        (f"e{n}", [f"e{n}.{page}" for page in range(size)]) for n, size in enumerate(sizes)
    ]
    letter, number = 1, 0
    layout = laid_out(exhibits)
    for insertions, in_place in supplements:
        before, old = exhibits, layout
        wanted = 0
        for what, one, other, many in insertions:
            number += 1
            if what == "letter":
                letter += many
            else:
                exhibits = inserted(exhibits, what, one, other, many, number)
            wanted += many + (what == "exhibit")
        layout = laid_out(exhibits, file(old, before), letter, in_place=in_place)
        unchanged(old, layout)
        changes = compare(manifest(old, before), manifest(layout, exhibits))
        assert {change.kind for change in changes} <= {"added"}
        assert sum(change.new[1] - change.new[0] + 1 for change in changes if change.new) == wanted


def unchanged(old: Layout, new: Layout) -> None:
    """Every filed page is there, in order, with its number, exhibit and stamp; all numbers are
    in order and each once."""
    here = {leaf.label: leaf for leaf in new.leaves}
    for leaf in old.leaves:
        later = here[leaf.label]
        assert (later.document, later.tab, later.stamp) == (leaf.document, leaf.tab, leaf.stamp)
    numbers = [leaf.label for leaf in new.leaves]
    assert [one for one in numbers if one in {leaf.label for leaf in old.leaves}] == [
        leaf.label for leaf in old.leaves
    ]
    assert all(may_follow(one, other) for one, other in pairwise(["0", *numbers]))
    assert len({row.tab for row in new.index}) == len(new.index)
    by_number = {leaf.number: leaf for leaf in new.leaves}
    for row in new.index:
        assert row.printed == (by_number[row.first].label, by_number[row.last].label)
        assert by_number[row.sheet].exhibit == row.exhibit == by_number[row.last].exhibit
