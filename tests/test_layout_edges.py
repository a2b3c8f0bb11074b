"""Layout at its edges: zones, files of an upload set, filed packets out of order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assembler.layout.amendment import make_content_key, read_filed
from assembler.layout.packet_plan import plan_as_json, plan_packet
from assembler.layout.page_order import arrange_pages
from assembler.layout.stamp_placement import is_in_zone
from assembler.layout.upload_set import (
    Block,
    FileContent,
    FileStart,
    Piece,
    PieceTooLarge,
    describe_place,
    list_blocks,
    list_starts,
    name_files,
    pack_blocks,
    place_files,
)
from assembler.model import Bookmark, Layout, Leaf, PageFacts, PartKind, Stamp, Volume, Zone
from assembler.model.document_id import DocumentId
from assembler.model.manifest import locate_filled_form
from assembler.receivers import load_profile
from assembler.runtime.resources import Shelf
from tests.support import manifests
from tests.support.cases import case, exhibit
from tests.support.inks import ink

_SHELF = Shelf.default()
_LETTER = (612.0, 792.0)


def is_touched(place: str, x: float, y: float, page: tuple[float, float] = _LETTER) -> bool:
    """Return whether a stamp of 100 by 10 points touches a zone of 60 by 40."""
    stamp = Stamp(text="1", x=x, y=y, width=100, height=10, size=9)
    return is_in_zone(stamp, *page, [Zone(place=place, width=60, height=40)])


@pytest.mark.parametrize(
    ("place", "inside", "outside"),
    [
        ("bottom left", (59, 39), (61, 20)),
        ("bottom left", (20, 39), (20, 41)),
        ("bottom right", (453, 20), (451, 20)),
        ("bottom", (177, 20), (175, 20)),
        ("bottom", (335, 20), (337, 20)),
        ("top left", (20, 743), (20, 741)),
        ("top right", (453, 760), (451, 760)),
    ],
)
def test_a_zone_ends_where_its_profile_says(
    place: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    assert is_touched(place, *inside)
    assert not is_touched(place, *outside)


def test_a_stamp_that_only_borders_on_a_zone_does_not_touch_it() -> None:
    assert not is_touched("bottom left", 60, 0)
    assert not is_touched("bottom left", 0, 40)
    assert not is_touched("bottom right", 452, 0)
    assert not is_touched("top", 0, 742)


def test_a_zone_grows_with_a_page_larger_than_letter_and_never_shrinks() -> None:
    assert is_touched("bottom left", 119, 79, (1224, 1584))
    assert not is_touched("bottom left", 121, 0, (1224, 1584))
    assert not is_touched("bottom left", 61, 0, (612, 1584))  # as wide as Letter
    assert is_touched("bottom left", 59, 0, (306, 396))
    assert not is_touched("bottom left", 0, 41, (306, 396))


def test_a_plan_for_programs_has_ids_and_no_titles_and_nothing_empty() -> None:
    paper = case(exhibit("a"), exhibit("b"))
    plan = plan_packet(paper, _SHELF.recipe("parole"), "child", load_profile(_SHELF, "uscis-paper"))
    parts = plan_as_json(plan)["parts"]
    assert all(value for part in parts for value in part.values())
    assert [part["exhibit"] for part in parts if part["kind"] == "exhibit"] == ["a", "b"]
    assert not any("Title of" in value for part in parts for value in part.values())


def layout(*documents: str) -> Layout:
    """A layout with two pages of each document."""
    leaves = [
        Leaf(
            number=2 * place + page + 1,
            label=str(2 * place + page + 1),
            document=DocumentId(document),
            index=page,
            part=document,
            kind=PartKind.EXHIBIT,
        )
        for place, document in enumerate(documents)
        for page in (0, 1)
    ]
    return Layout(packet="p", title="", leaves=tuple(leaves), index=(), bookmarks=(), addresses=())


def test_files_are_numbered_from_one_in_their_order() -> None:
    profile = replace(load_profile(_SHELF, "uscis-paper"), part_name="{order}_{what}.pdf")
    contents = [FileContent(first=1, last=2, name="a"), FileContent(first=3, last=4, name="b")]
    assert name_files(contents, profile) == (
        Volume(path="01_a.pdf", first=1, last=2),
        Volume(path="02_b.pdf", first=3, last=4),
    )
    many = name_files([FileContent(first=1, last=1, name="x")] * 100, profile)
    assert (many[0].path, many[-1].path) == ("001_x.pdf", "100_x.pdf")


def test_files_keep_their_beginnings_when_pages_before_them_come_and_go() -> None:
    pages = layout("exhibit:a", "exhibit:b", "exhibit:c")
    files = (Volume(path="1", first=1, last=2), Volume(path="2", first=3, last=6))
    starts = list_starts(files, pages)
    assert starts == (
        FileStart(path="1", document=DocumentId("exhibit:a"), index=0),
        FileStart(path="2", document=DocumentId("exhibit:b"), index=0),
    )
    assert place_files(pages, starts).files == files
    longer = layout("exhibit:a", "exhibit:x", "exhibit:b", "exhibit:c")
    assert place_files(longer, starts).files == (
        Volume(path="1", first=1, last=4),
        Volume(path="2", first=5, last=8),
    )
    gone = place_files(layout("exhibit:x", "exhibit:c"), starts)
    assert gone.files == ()
    assert not gone.upload_set


def test_a_citation_names_file_and_page_within_it() -> None:
    pages = layout("exhibit:a", "exhibit:b", "exhibit:c")
    files = (Volume(path="1", first=1, last=2), Volume(path="2", first=3, last=6))
    placed = replace(pages, files=files, upload_set=True)
    assert describe_place(placed, 2) == "file 01, page 2"
    assert describe_place(placed, 3) == "file 02, page 1"
    assert describe_place(placed, 3, 3) == "file 02, page 1"
    assert describe_place(placed, 4, 6) == "file 02, pages 2–4"
    assert describe_place(placed, 2, 4) == "file 01, page 2, to file 02, page 2"
    assert describe_place(pages, 2) == ""


def filed(*pages: tuple[str, str]):
    """A packet with a page of an exhibit for each printed number and tab."""
    entries = [
        manifests.entry(
            number, PartKind.EXHIBIT, label=label, tab=tab, exhibit=tab, document=f"exhibit:{tab}"
        )
        for number, (label, tab) in enumerate(pages, 1)
    ]
    return read_filed(manifests.manifest(ledger=tuple(entries)), "0" * 64)


def test_a_filed_packet_whose_numbers_or_tabs_are_out_of_order_is_refused() -> None:
    assert [page.label for page in filed(("1", "A"), ("1a", "A"), ("2", "B")).pages] == [
        *("1", "1a", "2"),
    ]
    with pytest.raises(ValueError, match="numbers"):
        filed(("2", "A"), ("1", "B"))
    with pytest.raises(ValueError, match="numbers"):
        filed(("1", "A"), ("1", "B"))
    with pytest.raises(ValueError, match="exhibits"):
        filed(("1", "B"), ("2", "A"))


def test_a_filed_form_is_known_by_its_file_and_page() -> None:
    document = DocumentId("form:g-28")
    entries = [
        manifests.entry(page, PartKind.FORM, document=document, index=page - 1) for page in (1, 2)
    ]
    filled = manifests.output(path=locate_filled_form(document), sha256="1" * 64)
    packet = manifests.manifest(ledger=tuple(entries), outputs=(filled,))
    contents = [page.content for page in read_filed(packet, "0" * 64).pages]
    assert contents == [make_content_key("1" * 64, 1), make_content_key("1" * 64, 2)]


@pytest.mark.parametrize(("width", "has_room"), [(800, True), (5_000, False)])
def test_a_large_page_is_stamped_beside_what_is_drawn_of_it(width: int, has_room: bool) -> None:
    """A long strip becomes a narrow column in the middle of the paper, with room at its sides; a
    wider one leaves none, and is drawn still smaller."""
    paper = case(exhibit("a"))
    plan = replace(plan_packet(paper, _SHELF.recipe("parole"), "child"), paper="letter")
    plain = PageFacts(width=612, height=792, ink=ink())
    strip = PageFacts(width=width, height=7_920, ink=ink(width, 7_920, 255, cell=40))
    pages = {part.document: [plain] for part in plan.parts} | {"exhibit:a": [strip]}
    (leaf,) = [
        leaf for leaf in arrange_pages(plan, paper, pages).leaves if leaf.kind is PartKind.EXHIBIT
    ]
    assert leaf.own == (width, 7_920)
    assert (leaf.scale == pytest.approx(0.1)) is has_room
    assert leaf.scale < 0.11


def block(*pieces: tuple[int, int], divisible: bool = False) -> Block:
    parts = tuple(Piece(first=first, last=last, is_divisible=divisible) for first, last in pieces)
    return Block(pieces=parts, name="", tab="A")


def spans(blocks: Block, sizes: list[int], limit: int) -> list[tuple[int, int, str]]:
    files = pack_blocks([blocks], sizes, limit)
    return [(file.first, file.last, file.name) for file in files]


def test_documents_share_a_file_up_to_the_limit_and_not_a_byte_above() -> None:
    three = block((1, 1), (2, 2), (3, 3))
    assert spans(three, [50, 50, 10], 100) == [
        (1, 2, "Exhibit_A_part-1-of-2"),
        (3, 3, "Exhibit_A_part-2-of-2"),
    ]
    assert [span[:2] for span in spans(three, [50, 51, 49], 100)] == [(1, 1), (2, 3)]
    assert spans(three, [50, 40, 10], 100) == [(1, 3, "Exhibit_A")]
    later = block((2, 2), (3, 3), (4, 4))
    assert [span[:2] for span in spans(later, [99, 60, 40, 10], 100)] == [(2, 3), (4, 4)]


def test_a_document_above_the_limit_is_cut_between_pages_as_late_as_possible() -> None:
    whole = block((2, 5), divisible=True)
    assert [span[:2] for span in spans(whole, [9, 60, 40, 60, 41], 100)] == [(2, 3), (4, 4), (5, 5)]


@pytest.mark.parametrize(("divisible", "sizes"), [(True, [60, 101]), (False, [60, 60])])
def test_what_may_not_be_cut_and_is_above_the_limit_is_refused(
    divisible: bool, sizes: list[int]
) -> None:
    with pytest.raises(PieceTooLarge):
        spans(block((1, 2), divisible=divisible), sizes, 100)


def test_a_page_as_large_as_the_limit_has_a_file() -> None:
    assert [span[:2] for span in spans(block((1, 2), divisible=True), [100, 100], 100)] == [
        (1, 1),
        (2, 2),
    ]


def test_two_forms_of_one_name_are_told_apart_in_the_names_of_their_files() -> None:
    pages = layout("form:a", "form:b", "form:c")
    leaves = [replace(leaf, kind=PartKind.FORM) for leaf in pages.leaves]
    titles = {1: "Form I-134", 3: "Form I-134", 5: "Form G-28"}
    bookmarks = tuple(Bookmark(title=title, number=page, level=0) for page, title in titles.items())
    blocks = list_blocks(replace(pages, leaves=tuple(leaves), bookmarks=bookmarks), {})
    assert [block.name for block in blocks] == ["Form-I-134_1", "Form-I-134_2", "Form-G-28"]
    assert [(block.first, block.last) for block in blocks] == [(1, 2), (3, 4), (5, 6)]
