"""numbering: what fits between two labels that were filed; their order; nothing filed ever
changes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.model.page_labels import (
    LABEL,
    insert_labels,
    make_label_key,
    may_follow,
    read_whole_number,
)


@pytest.mark.parametrize(
    ("before", "after", "wanted", "made"),
    [
        ("57", "58", 3, ("57a", "57b", "57c")),
        ("57a", "58", 1, ("57b",)),
        ("57a", "57b", 2, ("57a1", "57a2")),
        ("57", "57a", 2, ("57-1", "57-2")),
        ("57", "57-1", 1, ("57-0a",)),
        ("57", "57-0a", 1, ("57-0-1",)),
        ("57a", "57a1", 1, ("57a0a",)),
        ("0", "1", 1, ("0a",)),
        ("C", "D", 2, ("C1", "C2")),
        ("C1", "D", 1, ("C2",)),
        ("C1", "C2", 1, ("C1a",)),
        ("Z", "AA", 1, ("Z1",)),
        ("3", "4", 1, ("3a",)),
    ],
)
def test_between(before: str, after: str, wanted: int, made: tuple[str, ...]) -> None:
    assert insert_labels(before, after, wanted) == made


def test_a_label_that_was_filed_once_is_not_given_again() -> None:
    assert insert_labels("57", "58", 2, frozenset({"57a"})) == ("57b", "57c")


def test_letters_go_on_behind_z() -> None:
    assert insert_labels("57", "58", 28)[-3:] == ("57z", "57aa", "57ab")


def test_order() -> None:
    labels = ["57", "57-0-1", "57-0a", "57-1", "57a", "57a1", "57b", "57z", "57aa", "58"]

    assert all(make_label_key(one) < make_label_key(other) for one, other in pairwise(labels))
    assert sorted(["AA", "C1", "D", "C", "Z"], key=make_label_key) == ["C", "C1", "D", "Z", "AA"]
    assert read_whole_number("57a1") == 57
    assert may_follow("57z", "58")
    assert not may_follow("57", "59")
    assert not may_follow("58", "57a")
    assert all(re.fullmatch(LABEL, label) for label in labels)


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 30)), max_size=12))
def test_any_insertions_stay_in_order(insertions: list[tuple[float, int]]) -> None:
    filed = ["1", "2", "3"]
    for where, wanted in insertions:
        place = 1 + int(where * (len(filed) - 1))
        filed[place:place] = insert_labels(filed[place - 1], filed[place], wanted)

    assert len(set(filed)) == len(filed)
    assert sorted(filed, key=make_label_key) == filed
    assert all(re.fullmatch(LABEL, label) for label in filed)
    assert all(may_follow(one, other) for one, other in pairwise(filed))
