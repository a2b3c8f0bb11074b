"""bind: pages in order, stamps upright where they belong, links, outline and tags true, same
bytes twice."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Name, Pdf
from pypdf import PdfReader

from assembler import __version__
from assembler.bundle import BundleStyle, bind, large_pictures
from assembler.errors import TemplateBroken, ToolFailed
from assembler.proof import tag_reader
from assembler.runtime.resources import stamp_font
from scripts.sample_cases import draw
from tests import factories
from tests.support.binding import bound, page_of

HOST = "https://assembler.invalid/"


def text_at(bundle: Path, number: int, share: tuple[float, float, float, float]) -> str:
    """Text inside a box given as shares of the visible page (left, top, right, bottom)."""
    document = pdfium.PdfDocument(bundle)
    page = document[number - 1]
    bitmap = page.render(scale=1)
    place = bitmap.get_posconv(page)
    points = [
        place.to_page(round(x * bitmap.width), round(y * bitmap.height))
        for x, y in (share[:2], share[2:])
    ]
    xs, ys = sorted(p[0] for p in points), sorted(p[1] for p in points)
    text = page.get_textpage().get_text_bounded(left=xs[0], bottom=ys[0], right=xs[1], top=ys[1])
    document.close()
    return " ".join(text.split())


def test_labels_are_the_numbers_and_the_window_title_names_nobody(tmp_path: Path) -> None:
    bundle, layout, made = bound(
        tmp_path, [factories.text_pdf([["one"], ["two"]]), factories.text_pdf()]
    )

    reader = PdfReader(bundle)

    assert reader.page_labels == [str(leaf.number) for leaf in layout.leaves]
    assert made.pages == len(layout.leaves) == len(reader.pages)
    assert dict(reader.metadata or {}) == {
        "/Title": "Filing bundle",
        "/Producer": f"assembler {__version__}",
    }
    assert reader.root_object["/PageMode"] == "/UseOutlines"


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("box", [None, [50, 60, 500, 700], [-20, -30, 400, 900]])
def test_stamps_stand_upright_at_the_lower_right_of_what_is_seen(
    tmp_path: Path, angle: int, box: list[int] | None
) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = angle
        if box:
            pdf.pages[0].MediaBox = Array([-20, -30, 612, 900])
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
    # along the line of reading the letters advance in the direction that the rotation turns into
    # "to the right"
    step = (boxes[1][0] - boxes[0][0], boxes[1][1] - boxes[0][1])
    along = {0: step[0], 90: step[1], 180: -step[0], 270: -step[1]}[turn]
    assert along > 20
    assert abs(
        boxes[0][3 if turn % 180 == 0 else 2] - boxes[0][1 if turn % 180 == 0 else 0]
    ) == pytest.approx(6.4, abs=2.5)
    document.close()


@pytest.mark.parametrize("size", [(792, 612), (200, 90), (2448, 3168), (6000, 400)])
@pytest.mark.parametrize("unit", [1, 2.5])
def test_stamps_fit_pages_of_any_size(
    tmp_path: Path, size: tuple[float, float], unit: float
) -> None:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].UserUnit = unit

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.text_pdf([[]], size), change)])
    number = page_of(layout, "e0")

    leaf = layout.leaves[number - 1]
    assert leaf.stamp is not None
    assert leaf.stamp.size == pytest.approx(
        {(792, 612): 9, (2448, 3168): 36}.get(size, leaf.stamp.size)
    )
    assert leaf.stamp.text in text_at(bundle, number, (0.0, 0.7, 1.0, 1.0))
    with Pdf.open(
        bundle
    ) as pdf:  # it changes the paper a page says it is printed on, and nothing that is seen
        assert Name.UserUnit not in pdf.pages[number - 1]


def test_stamps_are_text_in_one_embedded_font(tmp_path: Path) -> None:
    bundle, _, _ = bound(tmp_path, [factories.text_pdf(), factories.linked_pdf()])

    with Pdf.open(bundle) as pdf:
        faces = [page.Resources.Font.AssemblerStamp for page in pdf.pages]
        assert len({face.objgen for face in faces}) == 1
        assert faces[0].FontDescriptor.FontFile2.read_bytes()[:4] == b"\0\1\0\0"
        assert b"<B7> <00B7>" in faces[0].ToUnicode.read_bytes()
        assert all(b"/Artifact" in page.Contents[-1].read_bytes() for page in pdf.pages)


def test_nothing_a_page_did_to_its_drawing_moves_or_hides_the_stamp(tmp_path: Path) -> None:
    def wild(pdf: Pdf) -> None:
        pdf.pages[0].contents_add(
            b" 0.5 0 0 0.5 90 90 cm 3 Tr 1 g 0 0 10 10 re W n 40 Ts 300 Tz", prepend=False
        )

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.text_pdf(), wild)])
    number = page_of(layout, "e0")

    assert "Exhibit A · 1 of 1" in text_at(bundle, number, (0.5, 0.95, 1, 1))
    dark = [sum(row) for row in pixels(bundle, number)]
    assert sum(dark[round(len(dark) * 0.95) :]) > 100


def pixels(bundle: Path, number: int, scale: float = 1) -> list[list[bool]]:
    """Where the page is dark, row by row."""
    document = pdfium.PdfDocument(bundle)
    gray = document[number - 1].render(scale=scale, grayscale=True).to_numpy()
    document.close()
    return [[bool(value) for value in row] for row in (gray.reshape(gray.shape[:2]) < 128)]


def test_a_bundle_can_be_evidence_in_another(tmp_path: Path) -> None:
    (tmp_path / "earlier").mkdir()
    earlier, _, _ = bound(tmp_path / "earlier", [factories.text_pdf()])

    bundle, layout, _ = bound(tmp_path, [earlier.read_bytes()])

    number = page_of(layout, "e0", 4)
    text = text_at(bundle, number, (0, 0.95, 1, 1))
    assert "Exhibit A · 1 of 1 · page 4 of 4" in text
    assert "Exhibit A · 4 of 4 · page 7 of 7" in text
    with Pdf.open(bundle) as pdf:
        assert set(pdf.pages[number - 1].Resources.Font.keys()) >= {
            "/AssemblerStamp",
            "/AssemblerStamp1",
        }


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


def test_places_on_a_shrunk_page_move_along(tmp_path: Path) -> None:
    def full(pdf: Pdf) -> None:
        page = pdf.pages[1]
        page.contents_add(b"q 0.6 g 0 0 612 792 re f Q\n", prepend=True)
        link = pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[72, 500, 200, 512])
        link.A = pikepdf.Dictionary(S=Name.GoTo, D=Array([page.obj, Name.FitR, 100, 200, 300, 400]))
        pdf.pages[0].Annots.append(pdf.make_indirect(link))
        pdf.Root.Names.Dests.Names[1] = Array([page.obj, Name.XYZ, 0, 792, None])
        with pdf.open_outline() as outline:
            outline.root[1].destination = Array([page.obj, Name.FitH, 500])

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.linked_pdf(), full)])
    number = page_of(layout, "e0", 2)
    scale, side = layout.leaves[number - 1].scale, 612 * (1 - layout.leaves[number - 1].scale) / 2
    up = 792 * (1 - scale)

    assert scale < 1
    with Pdf.open(bundle) as pdf:
        named = pikepdf.NameTree(pdf.Root.Names.Dests)["chapter"].D
        goal = pdf.pages[number - 2].Annots[1].A.D
        assert [float(v) for v in list(named)[2:4]] == pytest.approx([side, 792], abs=0.01)
        assert named[4] is None
        expected = [100 * scale + side, 200 * scale + up, 300 * scale + side, 400 * scale + up]
        assert [float(v) for v in list(goal)[2:]] == pytest.approx(expected, abs=0.01)
        with pdf.open_outline() as outline:
            second = outline.root[-1].children[0].children[1].destination
        assert float(second[2]) == pytest.approx(500 * scale + up, abs=0.01)


def test_patterns_stay_where_they_were_on_a_shrunk_page(tmp_path: Path) -> None:
    def striped(pdf: Pdf) -> None:
        stripes = pdf.make_stream(b"0 g 0 0 20 40 re f")
        stripes.update(
            {"/PatternType": 1, "/PaintType": 1, "/TilingType": 1, "/XStep": 40, "/YStep": 40}
        )
        stripes.BBox, stripes.Matrix, stripes.Resources = (
            Array([0, 0, 40, 40]),
            Array([1, 0, 0, 1, 7, 0]),
            pikepdf.Dictionary(),
        )
        pdf.pages[0].Resources.Pattern = pikepdf.Dictionary(P=stripes)
        pdf.pages[0].contents_add(b"/Pattern cs /P scn 0 0 612 792 re f\n", prepend=False)

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.text_pdf(), striped)])
    number = page_of(layout, "e0")
    leaf = layout.leaves[number - 1]
    row = pixels(bundle, number, 4)[2000]

    assert leaf.scale < 1
    for x in range(70, 540, 40):  # the middle of a stripe is dark, of a gap is white
        middle = leaf.scale * (x // 40 * 40 + 7 + 10) + 612 * (1 - leaf.scale) / 2
        assert (row[round(middle * 4)], row[round((middle + 20 * leaf.scale) * 4)]) == (True, False)


def test_equal_destination_names_lead_to_their_own_files(tmp_path: Path) -> None:
    bundle, layout, made = bound(
        tmp_path, [factories.linked_pdf("chapter", 1), factories.linked_pdf("chapter", 2)]
    )
    reader = PdfReader(bundle)

    def goal(number: int) -> int:
        annotation = reader.pages[number - 1]["/Annots"][0].get_object()
        return (
            reader.get_destination_page_number(reader.named_destinations[str(annotation["/Dest"])])
            + 1
        )

    assert goal(page_of(layout, "e0")) == page_of(layout, "e0", 2)
    assert goal(page_of(layout, "e1")) == page_of(layout, "e1", 3)
    assert made.renamed == 1


def dead_link(pdf: Pdf) -> None:
    """The link's name is no longer there."""
    del pdf.Root.Names


def integer_link(pdf: Pdf) -> None:
    """A page by its number in the file: in the bundle it would be another page."""
    pdf.pages[0].Annots[0].Dest = Array([1, Name.Fit])


def reserved_link(pdf: Pdf) -> None:
    """The host that only our own templates may use."""
    link = pdf.pages[0].Annots[0]
    del link.Dest
    link.A = pikepdf.Dictionary(S=Name.URI, URI=pikepdf.String(HOST + "exhibit/e1/2"))


@pytest.mark.parametrize("change", [dead_link, integer_link, reserved_link])
def test_a_link_of_evidence_never_leads_into_another_file(
    tmp_path: Path, change: Callable[[Pdf], None]
) -> None:
    bundle, layout, made = bound(
        tmp_path, [draw.again(factories.linked_pdf(), change), factories.linked_pdf()]
    )

    with Pdf.open(bundle) as pdf:
        mine, other = (pdf.pages[page_of(layout, name) - 1].Annots[0] for name in ("e0", "e1"))
        assert "/Dest" not in mine
        assert "/A" not in mine
        assert str(other.Dest) == "chapter"
    assert made.dead_links == (0 if change is reserved_link else 1)


def test_links_to_the_web_stay_in_evidence(tmp_path: Path) -> None:
    def web(pdf: Pdf) -> None:
        link = pdf.pages[0].Annots[0]
        del link.Dest
        link.A = pikepdf.Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org/"))

    bundle, layout, _ = bound(tmp_path, [draw.again(factories.linked_pdf(), web)])

    with Pdf.open(bundle) as pdf:
        assert str(pdf.pages[page_of(layout, "e0") - 1].Annots[0].A.URI) == "https://example.org/"


def test_outlines_of_evidence_hang_below_their_exhibit(tmp_path: Path) -> None:
    bundle, layout, _ = bound(tmp_path, [factories.linked_pdf()])

    with Pdf.open(bundle) as pdf, pdf.open_outline() as outline:
        group = outline.root[-1]
        assert [item.title for item in outline.root] == [
            "Cover letter",
            "Index of exhibits",
            "Reason for the request",
        ]
        assert [item.title for item in group.children] == [
            f"Exhibit A – Title of e0 ({layout.index[0].pages})"
        ]
        assert [item.title for item in group.children[0].children] == ["First part", "Second part"]
        second = group.children[0].children[1].destination[0]
        assert pdf.pages[page_of(layout, "e0", 2) - 1].obj.objgen == second.objgen


def linked_letter(address: str) -> bytes:
    def change(pdf: Pdf) -> None:
        action = pikepdf.Dictionary(S=Name.URI, URI=pikepdf.String(HOST + address))
        link = pikepdf.Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=[72, 700, 200, 712], A=action
        )
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
    with pytest.raises(
        TemplateBroken,
        match=r"cover-letter: a link leads to a page that is not in the bundle; check",
    ):
        bound(tmp_path, [factories.text_pdf()], linked_letter("exhibit/e0/9"))


def test_a_draft_whose_own_link_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        TemplateBroken, match=r"cover-letter: a link within it leads nowhere; check"
    ):
        bound(tmp_path, [factories.text_pdf()], draw.again(factories.linked_pdf(), dead_link))


def test_form_fields_that_are_left_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="exhibit-e0: it still has form fields"):
        bound(tmp_path, [factories.form_pdf()])


def test_a_document_that_is_no_pdf_is_an_error(tmp_path: Path) -> None:
    _, layout, _ = bound(tmp_path, [factories.text_pdf()])
    documents = dict.fromkeys({leaf.document for leaf in layout.leaves}, tmp_path / "no.pdf")
    (tmp_path / "no.pdf").write_bytes(b"nothing")

    with pytest.raises(ToolFailed, match="cover-letter: its pages could not be copied in full"):
        bind(layout, documents, tmp_path / "c.pdf", BundleStyle(font=stamp_font()))


def test_a_document_with_too_few_pages_is_an_error(tmp_path: Path) -> None:
    _, layout, _ = bound(tmp_path, [factories.text_pdf([["one"], ["two"]])])
    documents = dict.fromkeys({leaf.document for leaf in layout.leaves}, tmp_path / "one.pdf")
    (tmp_path / "one.pdf").write_bytes(factories.text_pdf())

    with pytest.raises(ToolFailed, match="its pages could not be copied in full"):
        bind(layout, documents, tmp_path / "c.pdf", BundleStyle(font=stamp_font()))


def test_same_bytes_twice(tmp_path: Path) -> None:
    evidence = [factories.linked_pdf(), factories.rotated_pdf(90), factories.full_ink_pdf()]

    one, _, _ = bound(tmp_path, evidence, out="one.pdf")
    two, _, _ = bound(tmp_path, evidence, out="two.pdf")

    assert one.read_bytes() == two.read_bytes()


def test_large_pictures_take_another_way_and_the_bytes_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = factories.scan_pdf([["one"], ["two"]])
    evidence = [scan, factories.linked_pdf(), twice_the_same_picture(), factories.full_ink_pdf()]
    small, _, _ = bound(tmp_path, evidence, out="small.pdf")
    monkeypatch.setattr(large_pictures, "_WORTH", 0)
    monkeypatch.setattr(large_pictures, "_LARGE", 100)
    large_, _, _ = bound(tmp_path, evidence, out="large.pdf")

    assert small.read_bytes() == large_.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if "pictures" in path.name] == []


def test_a_large_picture_of_a_document_that_stands_in_two_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(out: str) -> bytes:
        _, layout, _ = bound(tmp_path, [factories.scan_pdf([["one"]])] * 2, out=out)
        documents = dict.fromkeys({leaf.document for leaf in layout.leaves}, tmp_path / "draft.pdf")
        documents |= dict.fromkeys(("exhibit:e0", "exhibit:e1"), tmp_path / "scan.pdf")
        (tmp_path / "scan.pdf").write_bytes(factories.scan_pdf([["one"]]))
        (tmp_path / "draft.pdf").write_bytes(factories.text_pdf([["Tab 0"], ["Tab 1"]]))
        bind(layout, documents, tmp_path / out, BundleStyle(font=stamp_font()))
        return (tmp_path / out).read_bytes()

    small = twice("small.pdf")
    monkeypatch.setattr(large_pictures, "_WORTH", 0)
    monkeypatch.setattr(large_pictures, "_LARGE", 100)

    assert twice("large.pdf") == small


def twice_the_same_picture() -> bytes:
    """Two pages that draw one picture, which has a mask of its own."""
    with Pdf.open(io.BytesIO(factories.scan_pdf([["one"], ["two"]]))) as pdf:
        (name,) = (
            key for key, one in pdf.pages[0].Resources.XObject.items() if one.Subtype == Name.Image
        )
        picture = pdf.pages[0].Resources.XObject[name]
        gray = {"Width": 20, "Height": 20, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray}
        picture.SMask = pdf.make_stream(
            bytes(range(200)) * 2, pikepdf.Dictionary(Type=Name.XObject, Subtype=Name.Image, **gray)
        )
        pdf.pages[1].Resources.XObject = pikepdf.Dictionary({name: picture})
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def tagged(pdf: Pdf) -> None:
    """A heading, a header cell and the cell below it, and a link broken over two lines."""

    def element(kind: str, parent: pikepdf.Object, **more: object) -> pikepdf.Object:
        made = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=Name.StructElem, S=Name("/" + kind), P=parent, Pg=page.obj, **more
            )
        )
        parent.K.append(made)
        return made

    page = pdf.pages[0]
    page.contents_add(
        b"/H1 <</MCID 0>> BDC BT /F1 12 Tf 72 300 Td (Heading) Tj ET EMC\n", prepend=False
    )
    page.StructParents = 0
    root = pdf.make_indirect(pikepdf.Dictionary(Type=Name.StructTreeRoot, K=Array()))
    document = element("Document", root, K=Array())
    heading = element("H1", document, K=0)
    header = element("TH", document, K=Array(), ID=pikepdf.String("U1x0y0"))
    element(
        "TD",
        document,
        K=Array(),
        A=pikepdf.Dictionary(O=Name.Table, Headers=Array([pikepdf.String("U1x0y0")])),
    )
    link = element("Link", document, K=Array())
    page.Annots = Array()
    for key in (1, 2):
        box = Array([72, 700 - 20 * key, 200, 712 - 20 * key])
        note = pikepdf.Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=box, StructParent=key)
        note.A = pikepdf.Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org/"))
        page.Annots.append(pdf.make_indirect(note))
        link.K.append(pikepdf.Dictionary(Type=Name.OBJR, Obj=page.Annots[key - 1], Pg=page.obj))
    root.ParentTree = pikepdf.Dictionary(Nums=Array([0, Array([heading]), 1, link, 2, link]))
    root.IDTree = pikepdf.Dictionary(Names=Array([pikepdf.String("U1x0y0"), header]))
    pdf.Root.StructTreeRoot = root


def test_tags_of_two_drafts_stay_apart(tmp_path: Path) -> None:
    draft = draw.again(factories.text_pdf(), tagged)
    stray = draw.again(
        factories.linked_pdf(), lambda pdf: pdf.pages[0].__setattr__("StructParents", 0)
    )

    bundle, layout, made = bound(tmp_path, [stray], draft, index=draft)

    assert made.tagged == ("draft:cover-letter", "draft:index")
    with Pdf.open(bundle) as pdf:
        root = pdf.Root.StructTreeRoot
        parents, names = (
            dict(pikepdf.NumberTree(root.ParentTree).items()),
            dict(pikepdf.NameTree(root.IDTree).items()),
        )
        assert sorted(parents) == [0, 1, 2, 3, 4, 5]
        assert "/StructParents" not in pdf.pages[page_of(layout, "e0") - 1]
        for document, page in zip(root.K, pdf.pages[:2], strict=True):
            heading, header, cell, link = document.K
            assert document.P.objgen == root.objgen
            assert heading.Pg.objgen == page.obj.objgen
            assert parents[int(page.StructParents)][0].objgen == heading.objgen
            assert [reference.Obj.objgen for reference in link.K] == [
                note.objgen for note in page.Annots
            ]
            assert [parents[int(note.StructParent)].objgen for note in page.Annots] == [
                link.objgen
            ] * 2
            assert names[str(cell.A.Headers[0])].objgen == header.objgen
            assert str(header.ID) == str(cell.A.Headers[0])


def test_a_role_that_two_drafts_map_differently_keeps_both_meanings(tmp_path: Path) -> None:
    def map_role(meaning: Name | None) -> Callable[[Pdf], None]:
        def mapped(pdf: Pdf) -> None:
            tagged(pdf)
            root = pdf.Root.StructTreeRoot
            root.K[0].K[0].S = Name.Quote
            root.RoleMap = pikepdf.Dictionary({"/Own": Name.P})
            if meaning is not None:
                root.RoleMap["/Quote"] = meaning

        return mapped

    first, second, third = (
        draw.again(factories.text_pdf(), map_role(meaning)) for meaning in (None, Name.P, Name.Note)
    )
    for other, role in ((second, "/P"), (third, "/Note")):
        bundle, _, _ = bound(tmp_path, [factories.text_pdf()], first, index=other)

        with Pdf.open(bundle) as pdf:
            root = pdf.Root.StructTreeRoot
            assert [str(document.K[0].S) for document in root.K] == ["/Quote", role]
            assert dict(root.RoleMap.items()) == {"/Own": Name.P}
            branches = [
                tag_reader.read_branches(PdfReader(file))
                for file in (io.BytesIO(first), io.BytesIO(other), bundle)
            ]
            assert branches[2] == branches[0] + branches[1]


def test_a_tagged_page_that_is_shrunk_keeps_its_tags(tmp_path: Path) -> None:
    def full(pdf: Pdf) -> None:
        tagged(pdf)
        pdf.pages[0].contents_add(b"q 0.6 g 0 0 612 792 re f Q\n", prepend=True)

    bundle, layout, _ = bound(
        tmp_path, [factories.text_pdf()], draw.again(factories.text_pdf(), full)
    )

    assert layout.leaves[0].scale < 1
    assert "page 1 of" in text_at(bundle, 1, (0.5, 0.95, 1, 1))
    with Pdf.open(bundle) as pdf:
        page = pdf.pages[0]
        assert b"/MCID 0" in b"".join(stream.read_bytes() for stream in page.Contents)
        assert float(page.Annots[0].Rect[1]) == pytest.approx(
            792 - (792 - 680) * layout.leaves[0].scale, abs=0.1
        )


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
