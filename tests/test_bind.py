"""bind: pages in order, stamps upright where they belong, links, outline and tags true, same bytes twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Name, Pdf
from pypdf import PdfReader

from assembler import __version__
from assembler.arrange import arrange
from assembler.bind import Bound, bind
from assembler.errors import TemplateBroken, ToolFailed
from assembler.ink import inks_of
from assembler.model import Layout, PageFacts
from assembler.plan import TABS_DOCUMENT, plan_packet
from assembler.shelf import Shelf, stamp_font
from samples import draw
from tests import factories
from tests.test_plan import case, exhibit

HOST = "https://assembler.invalid/"


def facts(pdf: Path) -> list[PageFacts]:
    sizes, inks = inks_of(pdf)
    return [PageFacts(width=w, height=h, ink=ink) for (w, h), ink in zip(sizes, inks, strict=True)]


def bound(home: Path, evidence: Sequence[bytes], letter: bytes | None = None, out: str = "b.pdf") -> tuple[Path, Layout, Bound]:
    """A bundle of these evidence PDFs, each an exhibit e0, e1 …"""
    made = case(*[exhibit(f"e{n}") for n in range(len(evidence))])
    plan = plan_packet(made, Shelf.default().recipe("parole"), "child")
    files = {f"exhibit:e{n}": data for n, data in enumerate(evidence)}
    files |= {"draft:cover-letter": letter or factories.text_pdf(), "draft:index": factories.text_pdf()}
    files[TABS_DOCUMENT] = factories.text_pdf([[f"Tab {n}"] for n in range(len(evidence))])
    documents = {}
    for number, (name, data) in enumerate(sorted(files.items())):
        documents[name] = home / f"{number}.pdf"
        documents[name].write_bytes(data)
    layout = arrange(plan, made, {name: facts(path) for name, path in documents.items()})
    return home / out, layout, bind(layout, documents, home / out, font=stamp_font())


def page_of(layout: Layout, exhibit_id: str, page: int = 1) -> int:
    return dict(layout.addresses)[f"exhibit/{exhibit_id}/{page}"]


def text_at(bundle: Path, number: int, share: tuple[float, float, float, float]) -> str:
    """Text inside a box given as shares of the visible page (left, top, right, bottom)."""
    document = pdfium.PdfDocument(bundle)
    page = document[number - 1]
    bitmap = page.render(scale=1)
    place = bitmap.get_posconv(page)
    points = [place.to_page(round(x * bitmap.width), round(y * bitmap.height)) for x, y in (share[:2], share[2:])]
    xs, ys = sorted(p[0] for p in points), sorted(p[1] for p in points)
    text = page.get_textpage().get_text_bounded(left=xs[0], bottom=ys[0], right=xs[1], top=ys[1])
    document.close()
    return " ".join(text.split())


def test_labels_are_the_numbers_and_the_window_title_names_nobody(tmp_path: Path) -> None:
    bundle, layout, made = bound(tmp_path, [factories.text_pdf([["one"], ["two"]]), factories.text_pdf()])

    reader = PdfReader(bundle)

    assert reader.page_labels == [str(leaf.number) for leaf in layout.leaves]
    assert made.pages == len(layout.leaves) == len(reader.pages)
    assert dict(reader.metadata or {}) == {"/Title": "Filing bundle", "/Producer": f"assembler {__version__}"}
    assert reader.root_object["/PageMode"] == "/UseOutlines"


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("box", [None, [50, 60, 500, 700]])
def test_stamps_stand_upright_at_the_lower_right_of_what_is_seen(tmp_path: Path, angle: int, box: list[int] | None) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = angle
        if box:
            pdf.pages[0].CropBox = Array(box)

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.text_pdf(), change)])
    number = page_of(layout, "e0")

    stamp = layout.leaves[number - 1].stamp
    assert stamp is not None
    assert stamp.text in text_at(bundle, number, (0.0, 0.9, 1.0, 1.0))
    document = pdfium.PdfDocument(bundle)
    page = document[number - 1]
    text = page.get_textpage()
    start, length = text.search("Exhibit A").get_next()
    turn = page.get_rotation()
    boxes = [text.get_charbox(i) for i in (start, start + length - 1)]
    # along the line of reading the letters advance in the direction that the rotation turns into "to the right"
    step = (boxes[1][0] - boxes[0][0], boxes[1][1] - boxes[0][1])
    along = {0: step[0], 90: step[1], 180: -step[0], 270: -step[1]}[turn]
    assert along > 20
    assert abs(boxes[0][3 if turn % 180 == 0 else 2] - boxes[0][1 if turn % 180 == 0 else 0]) == pytest.approx(6.4, abs=2.5)
    document.close()


def test_a_page_without_room_is_shrunk_and_its_links_move_along(tmp_path: Path) -> None:
    def full(pdf: Pdf) -> None:
        pdf.pages[0].contents_add(b"q 0.6 g 0 0 612 792 re f Q\n", prepend=True)

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.linked_pdf(), full)])
    number = page_of(layout, "e0")

    leaf = layout.leaves[number - 1]
    assert leaf.scale < 1
    assert leaf.stamp is not None
    assert leaf.stamp.text in text_at(bundle, number, (0.4, 0.95, 1, 1))
    assert "Page 1 of the linked file" in text_at(bundle, number, (0, 0, 1, 0.3))
    with Pdf.open(bundle) as pdf:
        rect = [float(v) for v in pdf.pages[number - 1].Annots[0].Rect]
    assert rect[1] == pytest.approx(600 * leaf.scale + 792 * (1 - leaf.scale), abs=0.1)


def test_equal_destination_names_lead_to_their_own_files(tmp_path: Path) -> None:
    bundle, layout, made = bound(tmp_path, [factories.linked_pdf("chapter", 1), factories.linked_pdf("chapter", 2)])
    reader = PdfReader(bundle)

    def goal(number: int) -> int:
        annotation = reader.pages[number - 1]["/Annots"][0].get_object()
        return reader.get_destination_page_number(reader.named_destinations[str(annotation["/Dest"])]) + 1

    assert goal(page_of(layout, "e0")) == page_of(layout, "e0", 2)
    assert goal(page_of(layout, "e1")) == page_of(layout, "e1", 3)
    assert made.renamed == 1


def test_outlines_of_evidence_hang_below_their_exhibit(tmp_path: Path) -> None:
    bundle, layout, _ = bound(tmp_path, [factories.linked_pdf()])

    with Pdf.open(bundle) as pdf, pdf.open_outline() as outline:
        group = outline.root[-1]
        assert [item.title for item in outline.root] == ["Cover letter", "Index of exhibits", "Reason for the request"]
        assert [item.title for item in group.children] == [f"Exhibit A – Title of e0 ({layout.index[0].pages})"]
        assert [item.title for item in group.children[0].children] == ["First part", "Second part"]
        second = group.children[0].children[1].destination[0]
        assert pdf.pages[page_of(layout, "e0", 2) - 1].obj.objgen == second.objgen


def linked_letter(address: str) -> bytes:
    def change(pdf: Pdf) -> None:
        action = pikepdf.Dictionary(S=Name.URI, URI=pikepdf.String(HOST + address))
        link = pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[72, 700, 200, 712], A=action)
        pdf.pages[0].Annots = Array([pdf.make_indirect(link)])

    return draw.again(factories.text_pdf(), change)


def test_our_links_become_page_destinations(tmp_path: Path) -> None:
    evidence = factories.text_pdf([["one"], ["two"]])
    bundle, layout, _ = bound(tmp_path, [evidence], linked_letter("exhibit/e0/2"))

    with Pdf.open(bundle) as pdf:
        link = pdf.pages[0].Annots[0]
        assert link.Dest[0].objgen == pdf.pages[page_of(layout, "e0", 2) - 1].obj.objgen
        assert "/A" not in link


def test_a_link_of_ours_that_leads_nowhere_is_an_error_naming_the_part(tmp_path: Path) -> None:
    with pytest.raises(TemplateBroken, match=r"cover-letter: a link leads to a page that is not in the bundle; check"):
        bound(tmp_path, [factories.text_pdf()], linked_letter("exhibit/e0/9"))


def test_a_document_with_too_few_pages_is_an_error(tmp_path: Path) -> None:
    _, layout, _ = bound(tmp_path, [factories.text_pdf([["one"], ["two"]])])
    documents = dict.fromkeys({leaf.document for leaf in layout.leaves}, tmp_path / "one.pdf")
    (tmp_path / "one.pdf").write_bytes(factories.text_pdf())

    with pytest.raises(ToolFailed, match="its pages could not be copied whole"):
        bind(layout, documents, tmp_path / "c.pdf", font=stamp_font())


def test_same_bytes_twice(tmp_path: Path) -> None:
    evidence = [factories.linked_pdf(), factories.rotated_pdf(90), factories.full_ink_pdf()]

    one, _, _ = bound(tmp_path, evidence, out="one.pdf")
    two, _, _ = bound(tmp_path, evidence, out="two.pdf")

    assert one.read_bytes() == two.read_bytes()


def test_tags_of_the_drafts_are_whole(small: Path) -> None:
    with Pdf.open(small / "build/child/bundle.pdf") as pdf:
        root = pdf.Root.StructTreeRoot
        pages = {page.obj.objgen for page in pdf.pages}
        kinds: Counter[str] = Counter()
        owners: set[tuple[int, int]] = set()

        def walk(element: pikepdf.Object) -> None:
            kinds[str(element.get(Name.S, "/OBJR"))] += 1
            if Name.Pg in element:
                assert element.Pg.objgen in pages
            if element.get(Name.Type) == Name.OBJR:
                owners.add(element.Obj.objgen)
            kids = element.get(Name.K, Array())
            for kid in kids if isinstance(kids, Array) else [kids]:
                if isinstance(kid, pikepdf.Dictionary):
                    walk(kid)

        for document in root.K:
            assert document.P.objgen == root.objgen
            walk(document)
        numbers = dict(pikepdf.NumberTree(root.ParentTree).items())
        links = [a for page in pdf.pages for a in page.get(Name.Annots, ())]

        assert kinds["/Document"] == 4  # letter, index, declaration, tab sheets
        assert min(kinds["/H1"], kinds["/Table"], kinds["/TH"], kinds["/Link"]) >= 1
        assert {a.objgen for a in links} == owners
        assert {int(a.StructParent) for a in links} <= set(numbers)
        assert {int(p.StructParents) for p in pdf.pages if Name.StructParents in p} <= set(numbers)
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-US"
