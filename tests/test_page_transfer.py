"""A long document is copied as the library copies a short one: pages, links and bookmarks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, NameTree, OutlineItem, Pdf, String

from assembler.pdf.page_transfer import is_long, transfer_pages, write_page_tree

PAGES = 520


@pytest.fixture
def source() -> Iterator[Pdf]:
    """A document whose pages lead to others by place and by both kinds of names."""
    with Pdf.new() as pdf:
        for _ in range(PAGES):
            pdf.add_blank_page(page_size=(612, 792))
        pages = [page.obj for page in pdf.pages]
        pdf.Root.Names = Dictionary(Dests=NameTree.new(pdf).obj)
        names = NameTree(pdf.Root.Names.Dests)
        names["chapter"] = Dictionary(D=Array([pages[400], Name.XYZ, 72, 700, None]))
        names["left out"] = Array([pages[PAGES - 1], Name.Fit])
        pdf.Root.Dests = Dictionary(Old=Array([pages[7], Name.FitH, 300]))
        goals: dict[int, Any] = {
            0: String("chapter"),
            1: String("left out"),
            2: String("nowhere"),
            3: Name.Old,
            4: Array([pages[510], Name.Fit]),
        }
        for index, goal in goals.items():
            box = Array([0, 0, 9, 9])
            link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=box, Dest=goal)
            action = Dictionary(S=Name.GoTo, D=goal)
            via = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=box, A=action)
            pages[index].Annots = Array([pdf.make_indirect(link), pdf.make_indirect(via)])
        with pdf.open_outline() as tree:
            part = OutlineItem("Part", color=(1, 0, 0))  # leads nowhere itself
            part.children.append(OutlineItem("Chapter", String("chapter")))
            tree.root.extend([part, OutlineItem("Start", 0), OutlineItem("Left out", PAGES - 1)])
        yield pdf


def reopen(pdf: Pdf) -> Pdf:
    """The same document as it is in a file."""
    out = io.BytesIO()
    pdf.save(out)
    return Pdf.open(out)


def describe(pdf: Pdf) -> dict[str, Any]:
    """Where the links and bookmarks lead, by the number of the page."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    strings = pdf.Root.get(Name.Names, Dictionary()).get(Name.Dests)
    names = {} if strings is None else dict(NameTree(strings).items())
    names |= dict(pdf.Root.get(Name.Dests, Dictionary()).items())

    def resolve(goal: Any) -> Any:
        if isinstance(goal, String | Name):
            goal = names.get(str(goal))
        if isinstance(goal, Dictionary):
            goal = goal.D
        if goal is None or not isinstance(goal[0], Dictionary):
            return None
        return (numbers[goal[0].objgen], *map(str, list(goal)[1:]))

    def describe_items(items: list[OutlineItem]) -> list[Any]:
        return [
            (item.title, resolve(item.destination), item.color, describe_items(item.children))
            for item in items
        ]

    with pdf.open_outline() as tree:
        outline = describe_items(tree.root)
    links = {
        number: [resolve(link.Dest if Name.Dest in link else link.A.D) for link in page.Annots]
        for number, page in enumerate(pdf.pages)
        if Name.Annots in page
    }
    return {"pages": len(pdf.pages), "links": links, "outline": outline}


def test_pages_links_and_bookmarks_come_as_the_library_copies_them(source: Pdf) -> None:
    indices = list(range(PAGES - 1))
    with Pdf.new() as expected, Pdf.new() as target:
        result = expected.add_pages_from(source, indices)

        transferred = transfer_pages(target, source, indices)
        write_page_tree(target, transferred.pages)
        with target.open_outline() as tree:
            tree.root.extend(transferred.outline)

        with reopen(expected) as one, reopen(target) as other:
            assert describe(other) == describe(one)
            assert describe(other)["links"][0] == [(400, "/XYZ", "72", "700", "None")] * 2
            assert [item[0] for item in describe(other)["outline"]] == ["Part", "Start"]
        assert transferred.dropped_names == set(result.dropped_dests) == {"left out", "nowhere"}


def test_pages_come_in_any_order_and_twice(source: Pdf) -> None:
    with Pdf.new() as target:
        transferred = transfer_pages(target, source, [4, 510, 4])
        write_page_tree(target, transferred.pages)

        with reopen(target) as copied:
            assert describe(copied)["links"] == {0: [(1, "/Fit")] * 2, 2: [(1, "/Fit")] * 2}


def test_a_page_that_is_not_there_is_an_error(source: Pdf) -> None:
    with Pdf.new() as target, pytest.raises(IndexError):
        transfer_pages(target, source, [PAGES])


def test_damaged_bookmarks_are_left_behind(source: Pdf) -> None:
    source.Root.Outlines.First.Next = source.Root.Outlines.First  # it leads back to itself

    with Pdf.new() as target:
        assert transfer_pages(target, source, [0]).outline == []


@pytest.mark.parametrize(
    ("count", "part", "expected"),
    [(PAGES, None, True), (10, None, False), (PAGES, "AcroForm", False)],
)
def test_only_a_long_document_without_forms_is_copied_so(
    count: int, part: str | None, expected: bool, source: Pdf
) -> None:
    if part:
        source.Root[f"/{part}"] = Dictionary(Fields=Array())

    assert is_long(source, range(count)) is expected


def test_many_pages_are_in_branches_of_the_page_tree() -> None:
    with Pdf.new() as pdf:
        for number in range(300):
            page = pdf.add_blank_page(page_size=(612, 792))
            page.Rotate = 90 * (number % 4)
        pages = list(pdf.pages)
        del pdf.pages[:]

        write_page_tree(pdf, pages)

        with reopen(pdf) as written:
            tree = written.Root.Pages
            assert [branch.Count for branch in tree.Kids] == [128, 128, 44]
            assert [page.Rotate for page in written.pages] == [90 * (n % 4) for n in range(300)]
