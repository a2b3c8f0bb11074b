"""Changes of exhibits and their pages: nothing gets lost, and citations follow."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assembler.desk import exhibit_edits as edits
from assembler.desk import exhibit_fields as fields
from assembler.desk.case_store import CaseChanged, EditRefused
from assembler.desk.exhibit_edits import LOOSE, PageChoice, PageTarget
from assembler.desk.field_edits import FieldEdit
from assembler.desk.page_refs import (
    PageRef,
    compress_pages,
    expand_entries,
    read_pages,
    write_pages,
)

COUNTS = {"evidence/a.pdf": 4, "evidence/b.pdf": 2, "evidence/c.pdf": 1, "evidence/word.docx": None}
CASE: dict[str, Any] = {
    "kind": "parole",
    "request": {"basis": ["See [@one, p. 3], [@two, pp. 1-2; @one] and [@three]."]},
    "exhibits": [
        {"id": "one", "title": "One", "category": "medical", "files": ["evidence/a.pdf"]},
        {
            "id": "two",
            "title": "Two",
            "category": "identity",
            "files": ["evidence/b.pdf"],
            "unconfirmed": ["title", "files", "date"],
            "date": "2026-01-01",
        },
        {"id": "three", "title": "Three", "category": "medical", "files": ["evidence/word.docx"]},
    ],
}


def test_an_excerpt_that_is_listed_twice_stays_twice() -> None:
    entry = {"path": "evidence/c.pdf", "excerpt": True}
    pages = expand_entries([entry, entry], COUNTS)
    assert expand_entries(compress_pages(pages, COUNTS, [entry]), COUNTS) == pages


def test_a_file_that_is_printed_in_part_stays_one_unit() -> None:
    entry = {"path": "evidence/a.pdf", "messages": "3-9", "since": "2026-01-02"}
    (page,) = expand_entries([entry], COUNTS)
    assert page.page == 0
    assert page.printed_part == "messages 3-9; since 2026-01-02"
    assert compress_pages([page], COUNTS) == [entry]


def choice(exhibit: int, index: int, case: dict[str, Any] = CASE) -> PageChoice:
    page = read_pages(case["exhibits"][exhibit], COUNTS)[index]
    return PageChoice(exhibit=exhibit, index=index, path=page.path, page=page.page)


def loose(path: str, page: int = 0) -> PageChoice:
    return PageChoice(exhibit=LOOSE, index=0, path=path, page=page)


def basis(case: dict[str, Any]) -> str:
    text: str = case["request"]["basis"][0]
    return text


entries = st.lists(
    st.one_of(
        st.sampled_from(sorted(COUNTS)),
        st.fixed_dictionaries(
            {"path": st.sampled_from(sorted(COUNTS))},
            optional={
                "pages": st.sampled_from(["1", "2-", "1-3,1", "4,3", "9", "x", "0", ""]),
                "role": st.sampled_from(["document", "translation", "certificate", "?"]),
                "turn": st.sampled_from([0, 90, 180, 45]),
                "language": st.just("es"),
                "excerpt": st.sampled_from([True, False, "?"]),
                "title_page": st.sampled_from([0, 1, 3, 77, True, "?"]),
            },
        ),
        st.none(),
        st.integers(),
    ),
    max_size=5,
)
exhibits = st.fixed_dictionaries(
    {"id": st.just("x"), "files": entries},
    optional={
        "translation": st.fixed_dictionaries(
            {"files": entries, "certificate": entries},
            optional={"translator": st.just({"language": "es"})},
        )
    },
)


def describe(page: PageRef) -> str:
    """All that an entry says of a page; one that cannot be understood says no role."""
    return f"{page.path} {page.page} {page.role if page.path else ''} {sorted(page.more.items())}"


@given(exhibits)
@example(
    {
        "id": "x",
        "files": [],
        "translation": {"files": [None, "evidence/a.pdf"], "certificate": ["evidence/a.pdf"]},
    }
)
def test_pages_that_are_read_and_written_are_the_same_pages(exhibit: dict[str, Any]) -> None:
    pages = read_pages(exhibit, COUNTS)
    written = write_pages(exhibit, pages, COUNTS)
    again = read_pages(written, COUNTS)
    assert sorted(map(describe, again)) == sorted(map(describe, pages))
    assert write_pages(written, again, COUNTS) == written


@given(entries)
def test_entries_that_say_the_same_keep_their_text(files: list[Any]) -> None:
    pages = expand_entries(files, COUNTS)
    assert expand_entries(compress_pages(pages, COUNTS), COUNTS) == pages


@given(exhibits, exhibits, st.data())
def test_moving_pages_loses_none(one: Any, two: Any, data: st.DataObject) -> None:
    case = {"exhibits": [one, {**two, "id": "y"}]}
    source = read_pages(one, COUNTS)
    if not source:
        return
    indexes = data.draw(st.lists(st.integers(0, len(source) - 1), min_size=1, unique=True))
    chosen = [
        PageChoice(exhibit=0, index=n, path=source[n].path, page=source[n].page) for n in indexes
    ]
    end = len(read_pages(two, COUNTS))
    target = PageTarget(exhibit=1, index=data.draw(st.integers(0, end)), role="document")
    moved = edits.move_pages(case, chosen, target, COUNTS)

    def list_all(value: dict[str, Any]) -> list[tuple[str, int]]:
        return sorted(
            (page.path, page.page)
            for exhibit in value["exhibits"]
            for page in read_pages(exhibit, COUNTS)
        )

    before, after = Counter(list_all(case)), Counter(list_all(moved))
    assert not after - before
    # the title page of an excerpt is printed once, also where it was moved in by itself
    assert all(page == 1 and (path, page) in after for path, page in before - after)


def test_an_exhibit_goes_before_another_and_changes_its_category_only_if_told() -> None:
    moved = edits.move_exhibit(CASE, 2, 0)
    assert [entry["id"] for entry in moved["exhibits"]] == ["three", "one", "two"]
    assert moved["exhibits"][0]["category"] == "medical"
    moved = edits.move_exhibit(CASE, 0, 3, "identity")
    assert [entry["id"] for entry in moved["exhibits"]] == ["two", "three", "one"]
    assert moved["exhibits"][2]["category"] == "identity"


def test_a_page_that_moves_takes_its_citations_along() -> None:
    target = PageTarget(exhibit=1, index=0, role="document")
    moved = edits.move_pages(CASE, [choice(0, 2)], target, COUNTS)
    one, two, _ = moved["exhibits"]
    assert one["files"] == [{"path": "evidence/a.pdf", "pages": "1-2,4"}]
    assert two["files"] == [{"path": "evidence/a.pdf", "pages": "3"}, "evidence/b.pdf"]
    assert two["unconfirmed"] == ["title", "date"]  # whoever moves pages has looked at them
    assert basis(moved) == "See [@two, p. 1], [@two, pp. 2-3; @one] and [@three]."


def test_pages_move_within_their_exhibit() -> None:
    target = PageTarget(exhibit=0, index=4, role="document")
    moved = edits.move_pages(CASE, [choice(0, 0), choice(0, 1)], target, COUNTS)
    assert moved["exhibits"][0]["files"] == [{"path": "evidence/a.pdf", "pages": "3-4,1-2"}]
    assert basis(moved).startswith("See [@one, p. 1],")


def test_turned_pages_are_grouped_and_let_their_text_decide_again() -> None:
    turned = edits.turn_pages(CASE, [choice(0, 1), choice(0, 2)], 90, COUNTS)
    assert turned["exhibits"][0]["files"] == [
        {"path": "evidence/a.pdf", "pages": "1"},
        {"path": "evidence/a.pdf", "pages": "2-3", "turn": 90},
        {"path": "evidence/a.pdf", "pages": "4"},
    ]
    chosen = [choice(0, 1), choice(0, 2)]
    upright = edits.turn_pages(turned, chosen, 270, COUNTS)
    assert upright["exhibits"][0]["files"][1]["turn"] == 0  # as a viewer shows it, says a person
    assert edits.turn_pages(upright, chosen, 0, COUNTS) == CASE


def test_a_translation_and_its_certificate_become_a_set() -> None:
    case = edits.set_role(CASE, [choice(0, 2)], "translation", COUNTS)
    assert case["exhibits"][0]["files"][1] == {
        "path": "evidence/a.pdf",
        "pages": "3",
        "role": "translation",
    }
    last = PageChoice(exhibit=0, index=3, path="evidence/a.pdf", page=4)
    case = edits.set_role(case, [last], "certificate", COUNTS)
    assert case["exhibits"][0]["files"] == [{"path": "evidence/a.pdf", "pages": "1-2"}]
    assert case["exhibits"][0]["translation"] == {
        "files": [{"path": "evidence/a.pdf", "pages": "3"}],
        "certificate": [{"path": "evidence/a.pdf", "pages": "4"}],
    }
    assert basis(case) == basis(CASE)


def test_a_translator_is_kept_while_the_translation_is_incomplete() -> None:
    translator = {"name": {"given": "T", "family": "F"}, "language": "es"}
    exhibit = {
        "id": "x",
        "files": ["evidence/a.pdf"],
        "translation": {
            "files": ["evidence/b.pdf"],
            "certificate": ["evidence/c.pdf"],
            "translator": translator,
        },
    }
    case = {"exhibits": [exhibit]}
    chosen = [PageChoice(exhibit=0, index=6, path="evidence/c.pdf", page=1)]
    changed = edits.take_pages_out(case, chosen, COUNTS)["exhibits"][0]
    assert changed["translation"] == {"files": ["evidence/b.pdf"], "translator": translator}


def test_an_exhibit_is_split_and_joined_again() -> None:
    split = edits.split_exhibit(CASE, 0, 2, COUNTS)
    first, second = split["exhibits"][:2]
    assert first["files"] == [{"path": "evidence/a.pdf", "pages": "1-2"}]
    assert second["files"] == [{"path": "evidence/a.pdf", "pages": "3-4"}]
    assert (second["id"], second["category"]) == ("one-2", "medical")
    assert second["unconfirmed"] == ["title"]
    assert basis(split).startswith("See [@one-2, p. 1],")
    joined = edits.join_exhibits(split, 0, 1, COUNTS)
    assert joined == CASE


def test_answers_to_a_notice_follow_an_exhibit_that_is_joined() -> None:
    rfe = {"notice_exhibit": "two", "points": [{"exhibits": ["one", "two"], "answer": "[@two]"}]}
    joined = edits.join_exhibits({**CASE, "rfe": rfe}, 0, 1, COUNTS)
    assert joined["rfe"] == {
        "notice_exhibit": "one",
        "points": [{"exhibits": ["one"], "answer": "[@one]"}],
    }
    assert basis(joined) == "See [@one, p. 3], [@one, pp. 5-6; @one] and [@three]."


def test_loose_files_become_an_exhibit_whose_kind_is_to_be_said() -> None:
    made = edits.make_exhibit(CASE, [loose("evidence/c.pdf")], COUNTS)["exhibits"][3]
    assert made == {
        "id": "c",
        "title": "C",
        "category": "other",
        "files": ["evidence/c.pdf"],
        "unconfirmed": ["title", "category"],
    }


def test_a_removed_exhibit_leaves_its_files_with_the_reason() -> None:
    case = edits.remove_exhibit(CASE, 0, " a duplicate ")
    assert [entry["id"] for entry in case["exhibits"]] == ["two", "three"]
    assert case["ignored_files"] == [{"path": "evidence/a.pdf", "why": "a duplicate"}]
    assert "ignored_files" not in edits.restore_file(case, "evidence/a.pdf")


def test_a_file_that_is_left_out_is_in_no_exhibit_any_more() -> None:
    case = edits.ignore_file(CASE, "evidence/b.pdf", "sent by mistake")
    assert case["exhibits"][1]["files"] == []
    with pytest.raises(EditRefused, match="reason"):
        edits.ignore_file(CASE, "evidence/b.pdf", " ")


def test_correcting_a_field_confirms_it_and_finds_an_exhibit_that_moved() -> None:
    edit = FieldEdit(pointer="date", value="2026-02-02", was="2026-01-01")
    case = fields.set_field(CASE, 0, "two", edit)
    assert case["exhibits"][1]["date"] == "2026-02-02"
    assert case["exhibits"][1]["unconfirmed"] == ["title", "files"]
    with pytest.raises(CaseChanged):
        fields.set_field(CASE, 1, "two", FieldEdit(pointer="date", value="x", was="2025-01-01"))
    for pointer in ("id", "files", "../kind", "translation/translator/../x"):
        with pytest.raises(EditRefused):
            fields.set_field(CASE, 1, "two", FieldEdit(pointer=pointer, value="x", was=None))


def test_fields_are_confirmed_one_by_one_or_all() -> None:
    case = fields.confirm_fields(CASE, 1, ["title"])
    assert case["exhibits"][1]["unconfirmed"] == ["files", "date"]
    assert "unconfirmed" not in fields.confirm_fields(CASE, 1)["exhibits"][1]


def test_pages_of_an_entry_are_typed() -> None:
    case = fields.set_pages(CASE, 0, 0, "3 - 4, 1", "", COUNTS)
    assert case["exhibits"][0]["files"] == [{"path": "evidence/a.pdf", "pages": "3-4,1"}]
    assert basis(case).startswith("See [@one, p. 1],")
    assert fields.set_pages(case, 0, 0, "", "3-4,1", COUNTS)["exhibits"] == CASE["exhibits"]
    for wrong in ("5", "0", "1;2", "a"):
        with pytest.raises(EditRefused):
            fields.set_pages(CASE, 0, 0, wrong, "", COUNTS)


def test_proposals_give_way_to_what_was_done_meanwhile() -> None:
    proposed = [
        {"id": "one", "title": "New", "category": "other", "files": ["evidence/c.pdf"]},
        {"id": "four", "title": "Gone", "category": "other", "files": ["evidence/b.pdf"]},
    ]
    case = fields.add_proposals(CASE, proposed)
    assert [entry["id"] for entry in case["exhibits"]] == ["one", "two", "three", "one-2"]


@pytest.mark.parametrize(
    "chosen",
    [
        PageChoice(exhibit=0, index=9, path="evidence/a.pdf", page=1),
        PageChoice(exhibit=0, index=0, path="evidence/b.pdf", page=1),
        PageChoice(exhibit=9, index=0, path="evidence/a.pdf", page=1),
        loose("../../etc/passwd"),
        loose("evidence/c.pdf", 7),
        loose("case.json"),
    ],
)
def test_a_page_that_is_not_where_the_person_saw_it_is_not_touched(chosen: PageChoice) -> None:
    target = PageTarget(exhibit=1, index=0, role="document")
    before = deepcopy(CASE)
    with pytest.raises(CaseChanged):
        edits.move_pages(CASE, [chosen], target, COUNTS)
    assert before == CASE


SET_COUNTS = {"evidence/a.pdf": 4, "evidence/b.pdf": 2, "evidence/c.pdf": 1, "evidence/d.pdf": 3}
SET_CASE: dict[str, Any] = {
    "exhibits": [
        {"id": "one", "files": ["evidence/a.pdf"]},
        {
            "id": "set",
            "files": ["evidence/b.pdf"],
            "translation": {
                "files": ["evidence/d.pdf"],
                "certificate": ["evidence/c.pdf"],
                "translator": {"phone": "1"},
            },
        },
    ],
    "texts": [f"[@one, p. {n}]" for n in range(1, 5)] + [f"[@set, p. {n}]" for n in range(1, 7)],
}


def list_cited(case: dict[str, Any]) -> list[tuple[str, int]]:
    """The page of a file to which each citation leads."""
    pages = {entry["id"]: read_pages(entry, SET_COUNTS) for entry in case["exhibits"]}
    found = (re.fullmatch(r"\[@([a-z0-9-]+), p\. ([0-9]+)\]", text) for text in case["texts"])
    cited = [pages[match[1]][int(match[2]) - 1] for match in found if match]
    return [(page.path, page.page) for page in cited]


def change_at_random(case: dict[str, Any], chance: Random) -> dict[str, Any]:
    """The case after a change that a person could make. Raises EditRefused."""
    place, other = (chance.randrange(len(case["exhibits"])) for _ in range(2))
    pages = read_pages(case["exhibits"][place], SET_COUNTS)
    numbers = chance.sample(range(len(pages)), chance.randint(0, len(pages)))
    chosen = [
        PageChoice(exhibit=place, index=n, path=pages[n].path, page=pages[n].page) for n in numbers
    ]
    role, index = chance.choice(["document", "translation", "certificate"]), chance.randrange(7)
    match chance.randrange(5):
        case 0:
            target = PageTarget(exhibit=other, index=index, role=role)
            return edits.move_pages(case, chosen, target, SET_COUNTS)
        case 1:
            return edits.set_role(case, chosen, role, SET_COUNTS)
        case 2:
            return edits.make_exhibit(case, chosen, SET_COUNTS)
        case 3:
            return edits.split_exhibit(case, place, index, SET_COUNTS)
    return edits.join_exhibits(case, place, other, SET_COUNTS)


@pytest.mark.parametrize("seed", range(60))
def test_citations_lead_to_the_same_pages_after_any_change(seed: int) -> None:
    chance, case = Random(seed), SET_CASE
    for _ in range(6):
        with suppress(EditRefused):
            case = change_at_random(case, chance)
        assert list_cited(case) == list_cited(SET_CASE)


def test_a_page_that_is_cited_is_not_taken_out_unnoticed() -> None:
    with pytest.raises(EditRefused, match="a text cites") as refusal:
        edits.take_pages_out(CASE, [choice(0, 2)], COUNTS)
    assert refusal.value.where == "[@one, p. 3]"
    assert basis(edits.take_pages_out(CASE, [choice(0, 1)], COUNTS)).startswith("See [@one, p. 2]")
    with pytest.raises(EditRefused):
        fields.set_pages(CASE, 0, 0, "1,2,4", "", COUNTS)
    with pytest.raises(EditRefused):  # its pages would be apart
        edits.move_pages(CASE, [choice(1, 0)], PageTarget(exhibit=0, index=0), COUNTS)


def test_a_citation_of_no_page_does_not_become_one_of_another_page() -> None:
    case = {**CASE, "request": {"basis": ["[@two, p. 9]"]}}
    assert basis(edits.join_exhibits(case, 0, 1, COUNTS)) == "[@two, p. 9]"


def test_a_range_that_runs_backward_is_refused() -> None:
    with pytest.raises(EditRefused, match="runs backward"):
        fields.set_pages(CASE, 0, 0, "3-1", "", COUNTS)


def test_names_in_answers_may_be_of_any_shape() -> None:
    case = {**CASE, "rfe": {"points": [{"exhibits": [{}, "two", ["x"], "one"]}, None, 5]}}
    joined = edits.join_exhibits(case, 0, 1, COUNTS)
    assert joined["rfe"]["points"][0]["exhibits"] == [{}, "one", ["x"]]


def set_option(case: dict[str, Any], name: str, text: str, was: str = "") -> dict[str, Any]:
    edit = FieldEdit(pointer=name, value=text, was=was)
    return fields.set_option(case, 2, 0, edit, COUNTS)


def test_an_option_of_a_file_is_written_as_case_json_has_it() -> None:
    case = deepcopy(CASE)
    changed = set_option(case, "messages", "3 – 9, 12", "")
    assert changed["exhibits"][2]["files"] == [{"path": "evidence/word.docx", "messages": "3-9,12"}]
    sheets = set_option(changed, "sheets", "Budget, Rent", "")
    assert sheets["exhibits"][2]["files"][0]["sheets"] == ["Budget", "Rent"]
    without = set_option(sheets, "sheets", " ", "Budget, Rent")
    assert "sheets" not in without["exhibits"][2]["files"][0]


@pytest.mark.parametrize(
    ("name", "text"),
    [("messages", "all"), ("since", "31/01/2026"), ("date_order", "day"), ("stills", "12")],
)
def test_an_option_that_cannot_be_understood_is_refused(name: str, text: str) -> None:
    with pytest.raises(EditRefused):
        set_option(deepcopy(CASE), name, text, "")


def test_an_option_that_changed_meanwhile_is_not_overwritten() -> None:
    changed = set_option(deepcopy(CASE), "kept_at", "the safe", "")
    with pytest.raises(CaseChanged):
        set_option(changed, "kept_at", "a drawer", "")
