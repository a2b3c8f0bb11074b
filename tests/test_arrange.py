"""arrange: every page once, numbers without gaps, everything that points points right, no stamp
on ink."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assembler.layout import page_order
from assembler.layout.packet_plan import TABS_DOCUMENT, plan_packet
from assembler.layout.page_order import HOST, arrange_pages, find_target
from assembler.layout.stamp_placement import (
    EDGE,
    STAMP_SIZE,
    WIDTHS,
    is_in_zone,
    measure_text_width,
    place_stamp,
)
from assembler.model import Ink, Marking, PageFacts, PageSources, Part, PartKind, Plan, Zone
from assembler.runtime.resources import Shelf, stamp_font
from tests.support.cases import case, exhibit
from tests.support.inks import ink

CATEGORIES = ("identity", "medical", "tax")


def marked(
    ink: Ink, boxes: list[tuple[float, float, float, float]], width: float, height: float
) -> Ink:
    """The ink with these boxes (x, y, width, height from the lower left) filled."""
    cells = [False] * (ink.columns * ink.rows)
    wide, high = width / ink.columns, height / ink.rows
    for x, y, w, h in boxes:
        for row in range(ink.rows):
            for column in range(ink.columns):
                top, left = height - row * high, column * wide
                if left < x + w and left + wide > x and top > y and top - high < y + h:
                    cells[row * ink.columns + column] = True
    packed = bytearray((len(cells) + 7) // 8)
    for position, cell in enumerate(cells):
        packed[position >> 3] |= cell << (7 - (position & 7))
    return Ink(cell=ink.cell, columns=ink.columns, rows=ink.rows, bits=bytes(packed))


def facts(count: int, width: float = 612, height: float = 792, fill: int = 0) -> list[PageFacts]:
    return [PageFacts(width=width, height=height, ink=ink(width, height, fill))] * count


def laid_out(sizes: list[int], letter: int = 3):
    made = case(*[exhibit(f"e{n}", CATEGORIES[n % 3]) for n in range(len(sizes))])
    plan = plan_packet(made, Shelf.default().recipe("parole"), "child")
    pages = {f"exhibit:e{n}": facts(size) for n, size in enumerate(sizes)}
    pages |= {
        "draft:cover-letter": facts(letter),
        "draft:index": facts(1),
        TABS_DOCUMENT: facts(len(sizes)),
    }
    return arrange_pages(
        plan,
        made,
        pages,
        {f"e{n}": PageSources(roles=("document",) * size) for n, size in enumerate(sizes)},
    ), pages


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.integers(1, 9))
def test_every_page_once_and_everything_points_at_it(sizes: list[int], letter: int) -> None:
    layout, pages = laid_out(sizes, letter)

    assert [leaf.number for leaf in layout.leaves] == list(
        range(1, sum(map(len, pages.values())) + 1)
    )
    assert len({(leaf.document, leaf.index) for leaf in layout.leaves}) == len(layout.leaves)
    by_number = {leaf.number: leaf for leaf in layout.leaves}
    for row in layout.index:
        mine = [
            leaf
            for leaf in layout.leaves
            if leaf.exhibit == row.exhibit and leaf.kind is PartKind.EXHIBIT
        ]
        assert (mine[0].number, mine[-1].number) == (row.first, row.last)
        assert [leaf.exhibit_page for leaf in mine] == list(range(1, len(mine) + 1))
        assert by_number[row.sheet].kind is PartKind.TAB
        assert row.sheet == row.first - 1
        assert find_target(layout, f"{HOST}tab/{row.exhibit}") == row.sheet
        assert [
            find_target(layout, f"{HOST}exhibit/{row.exhibit}/{n}") for n in (1, len(mine))
        ] == [
            row.first,
            row.last,
        ]
    assert {mark.number for mark in layout.bookmarks if mark.document} == {
        row.sheet for row in layout.index
    }
    assert laid_out(sizes, letter)[0] == layout


def test_stamps_say_where_the_page_is() -> None:
    layout, _ = laid_out([2, 1])
    texts = [leaf.stamp.text for leaf in layout.leaves if leaf.stamp]

    assert texts[0] == "page 1 of 9"
    assert texts[4:7] == [
        "Exhibit A · page 5 of 9",
        "Exhibit A · 1 of 2 · page 6 of 9",
        "Exhibit A · 2 of 2 · page 7 of 9",
    ]


def test_index_rows_name_original_translation_and_certificate() -> None:
    made = case(exhibit("e"))
    plan = plan_packet(made, Shelf.default().recipe("parole"), "child")
    pages = {
        "exhibit:e": facts(4),
        "draft:cover-letter": facts(1),
        "draft:index": facts(1),
        TABS_DOCUMENT: facts(1),
    }

    layout = arrange_pages(
        plan,
        made,
        pages,
        {"e": PageSources(roles=("document", "document", "translation", "certificate"))},
    )

    assert layout.index[0].parts == (
        ("document", "4", "5"),
        ("translation", "6", "6"),
        ("certificate", "7", "7"),
    )


def test_a_foreign_or_wrong_address_leads_nowhere() -> None:
    layout, _ = laid_out([1])

    assert find_target(layout, "https://example.org/exhibit/e0/1") is None
    assert find_target(layout, f"{HOST}exhibit/e0/2") is None


def test_free_corner_is_taken_in_order() -> None:
    text = "Exhibit A · 1 of 2 · page 6 of 9"
    empty, width = ink(), measure_text_width(text, STAMP_SIZE)

    right, _ = place_stamp(text, 612, 792, empty)
    middle, _ = place_stamp(text, 612, 792, marked(empty, [(500, 10, 100, 30)], 612, 792))
    top, scale = place_stamp(text, 612, 792, marked(empty, [(0, 0, 612, 60)], 612, 792))

    assert (right.x, right.y) == (round(612 - EDGE - width, 2), EDGE)
    assert middle.x == round((612 - width) / 2, 2)
    assert top.y > 700
    assert scale == 1.0


def test_a_frame_along_the_edge_moves_the_stamp_inwards() -> None:
    frame = [(0, 0, 612, 22), (0, 770, 612, 22), (0, 0, 22, 792), (590, 0, 22, 792)]

    stamp, scale = place_stamp("page 1 of 9", 612, 792, marked(ink(), frame, 612, 792))

    assert scale == 1.0
    assert stamp.y == pytest.approx(1.75 * EDGE)
    assert stamp.x + stamp.width == pytest.approx(612 - 1.75 * EDGE, abs=0.02)


def test_forms_are_counted_but_never_stamped_and_tabs_take_one_page_each() -> None:
    made = case(exhibit("a", "medical"), exhibit("b", "tax"))
    kinds = [PartKind.FORM, PartKind.TAB, PartKind.EXHIBIT, PartKind.TAB, PartKind.EXHIBIT]
    names = ["i-131", "tab-a", "exhibit-a", "tab-b", "exhibit-b"]
    documents = ["form:i-131", TABS_DOCUMENT, "exhibit:a", TABS_DOCUMENT, "exhibit:b"]
    parts = tuple(
        Part(
            id=name,
            kind=kind,
            title=name,
            document=document,
            stamped=kind is not PartKind.FORM,
            exhibit=name[-1] if kind is not PartKind.FORM else "",
            tab=name[-1].upper(),
        )
        for name, kind, document in zip(names, kinds, documents, strict=True)
    )
    pages = {
        "form:i-131": facts(2, fill=255),
        TABS_DOCUMENT: facts(2),
        "exhibit:a": facts(1),
        "exhibit:b": facts(3),
    }

    layout = arrange_pages(
        Plan(packet="child", beneficiary="child", kind="parole", title="t", parts=parts),
        made,
        pages,
    )

    assert [(leaf.part, leaf.index, leaf.scale, leaf.stamp is None) for leaf in layout.leaves] == [
        ("i-131", 0, 1.0, True),
        ("i-131", 1, 1.0, True),
        ("tab-a", 0, 1.0, False),
        ("exhibit-a", 0, 1.0, False),
        ("tab-b", 1, 1.0, False),
        *(("exhibit-b", index, 1.0, False) for index in range(3)),
    ]
    assert [(mark.title, mark.number) for mark in layout.bookmarks] == [
        ("i-131", 1),
        ("Exhibit A – Title of a (4)", 3),
        ("Exhibit B – Title of b (6–8)", 5),
    ]


def test_a_page_full_of_ink_is_shrunk_to_make_room() -> None:
    stamp, scale = place_stamp("page 1 of 9", 612, 792, ink(fill=255))

    assert 0.9 < scale < 1
    assert stamp.y + stamp.height <= 792 * (1 - scale)


@settings(deadline=None, max_examples=50)
@given(
    st.floats(40, 15000),
    st.floats(40, 15000),
    st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=4),
    st.sampled_from([1, 9999]),
)
def test_stamp_is_on_the_page_and_never_on_ink(
    width: float, height: float, boxes: list[tuple[float, float, float, float]], total: int
) -> None:
    cell = max(width, height) / 30
    sized = [(x * width, y * height, w * width, h * height) for x, y, w, h in boxes]
    page = marked(ink(width, height, cell=cell), sized, width, height)

    stamp, scale = place_stamp(f"Exhibit AB · 1 of 9 · page 1 of {total}", width, height, page)

    assert stamp.x >= -0.01
    assert stamp.x + stamp.width <= width + 0.01
    assert stamp.y >= -0.01
    assert stamp.y + stamp.height <= height + 0.01
    if scale == 1.0:
        inner = [(stamp.x, stamp.y, stamp.width, stamp.height)]
        covered = marked(ink(width, height, cell=cell), inner, width, height)
        assert not any(a & b for a, b in zip(covered.bits, page.bits, strict=True))
    else:
        assert stamp.y + stamp.height <= height * (1 - scale) + 0.01


def test_widths_are_those_of_the_font() -> None:
    face = TTFont(stamp_font())
    names, metrics = face.getBestCmap(), face["hmtx"]

    assert {
        c: round(metrics[names[ord(c)]][0] * 1000 / face["head"].unitsPerEm) for c in WIDTHS
    } == WIDTHS


@pytest.mark.parametrize("size", [(72000, 72000), (3, 3), (14400, 20)])
def test_odd_pages_get_a_stamp_too(size: tuple[float, float]) -> None:
    stamp, _ = place_stamp(
        "Exhibit A · 1 of 2 · page 6 of 9", *size, ink(*size, cell=max(size) / 50)
    )

    assert 0 < stamp.width <= size[0]
    assert 0 < stamp.height <= size[1]


PLACES = st.sampled_from(["top left", "top", "top right", "bottom left", "bottom"])
ZONE = st.builds(Zone, place=PLACES, width=st.floats(10, 180), height=st.floats(10, 300))


@example(
    zones=[Zone(place="top right", width=18.0, height=19.0)],
    width=400.875,
    height=600.0,
    bits=b"\x00\x00\x00\x00\x00\x00\x00i",
)
@given(
    st.lists(ZONE, max_size=5),
    st.floats(400, 1300),
    st.floats(600, 2000),
    st.binary(min_size=8, max_size=8),
)
def test_no_stamp_stands_in_a_zone_that_stays_clear(
    zones: list[Zone], width: float, height: float, bits: bytes
) -> None:
    ink = Ink(cell=100, columns=8, rows=8, bits=bits)

    mark, _ = place_stamp("page 12 of 34", width, height, ink, zones)

    assert not is_in_zone(mark, width, height, zones)


def test_the_receivers_words_are_printed() -> None:
    part = Part(id="x", kind=PartKind.EXHIBIT, title="", document="d", tab="C")
    marking = Marking(exhibit="{tab}{number}", other="- {number} -")

    def printed(one: Part, words: Marking) -> str:
        return page_order._write_stamp(page_order.Slot(one, 1, 2, 3, facts(1)[0]), 57, 99, words)

    assert printed(part, marking) == "C57"
    assert printed(replace(part, kind=PartKind.DRAFT), marking) == "- 57 -"
    assert printed(part, Marking()) == "Exhibit C · 2 of 3 · page 57 of 99"
