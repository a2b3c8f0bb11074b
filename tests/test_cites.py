"""cites: pandoc's citation form, taken apart without losing a character of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.model.citations import BadCite, Cite, list_cites, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no cite, [a bracket], me@example.org", ("no cite, [a bracket], me@example.org",)),
        ("[@a]", (Cite(exhibit="a"),)),
        ("x [@a-1, p. 2].", ("x ", Cite(exhibit="a-1", page=2), ".")),
        ("[@a, 7]", (Cite(exhibit="a", page=7),)),
        ("[@a, pp. 2-3]", (Cite(exhibit="a", page=2, last=3),)),
        ("[@a, pages 2–3]", (Cite(exhibit="a", page=2, last=3),)),
        ("[@a; @b, p. 2]", (Cite(exhibit="a"), "; ", Cite(exhibit="b", page=2))),
    ],
)
def test_reads(text: str, expected: tuple[str | Cite, ...]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["[@]", "[@A]", "[@a p. 2]", "[@a, p. two]", "[@a; b]", "[@a, p. ٢]"]
)
def test_refuses_what_only_looks_like_a_citation(text: str) -> None:
    with pytest.raises(BadCite):
        parse(f"before {text}")


@given(
    st.lists(
        st.text(st.characters(exclude_characters="[]", exclude_categories=["Cs"])),
        min_size=1,
        max_size=5,
    )
)
def test_text_around_citations_is_kept(pieces: list[str]) -> None:
    joined = "[@x]".join(pieces)

    assert "".join(p if isinstance(p, str) else "[@x]" for p in parse(joined)) == joined
    assert len(list_cites(joined)) == len(pieces) - 1
