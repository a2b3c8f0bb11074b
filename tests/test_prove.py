"""prove: an honest bundle passes; every way of breaking one is caught, and named."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from assembler import documents as drafts
from assembler import intake
from assembler.model import Layout, PartKind, Stamp
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import filed_labels, structure
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import build
from tests.support import manifests
from tests.support.drafting import draft_inputs
from tests.support.proofs import believe, failed, proved, rewrite

FIRST = 5  # index of the first evidence page of the small case's first exhibit (page 6)


def test_an_honest_bundle_is_proved(small: Path, copy: Path) -> None:
    proof = proved(copy)

    assert failed(proof) == set()
    names = {check.name for check in proof.checks}
    assert names == {
        "outputs",
        "sources",
        "ledger",
        "numbers",
        "pixels",
        "stamp",
        "words",
        "count",
        "label",
        "bookmark",
        "agreement",
        "cites",
        "nothing-else",
        "fonts",
        "volumes",
        "own-pages",
        "own-links",
        "index",
        "tab-sheets",
        "enclosures",
        "word-files",
        "manifest",
        "links",
        "outline",
        "paper",
        "tags",
    }
    assert "5 citations lead to the page they print" in [check.detail for check in proof.checks]


def test_without_the_sources_it_says_what_was_not_checked(copy: Path) -> None:
    proof = proved(copy, with_sources=False)

    assert proof.ok
    assert any("look like their sources" in text for text in proof.not_checked)
    assert "pixels" not in {check.name for check in proof.checks}


def drop(pdf: Pdf) -> None:
    del pdf.pages[FIRST]


def double(pdf: Pdf) -> None:
    pdf.pages.insert(FIRST, pdf.pages[FIRST])


def swap(pdf: Pdf) -> None:
    one, other = pdf.pages[FIRST].Contents, pdf.pages[FIRST + 1].Contents
    pdf.pages[FIRST].Contents, pdf.pages[FIRST + 1].Contents = other, one


def blank(pdf: Pdf) -> None:
    last = pdf.pages[FIRST].Contents[-1].read_bytes()
    pdf.pages[FIRST].Contents = pdf.make_stream(b"q " + last)


def rotate(pdf: Pdf) -> None:
    pdf.pages[FIRST].Rotate = 180


def foreign(pdf: Pdf) -> None:
    stamp = pdf.pages[FIRST].Contents[-1].read_bytes()
    with Pdf.open(io.BytesIO(factories.text_pdf([["A page of another person's case."]]))) as other:
        form = pdf.copy_foreign(other.pages[0].as_form_xobject())
    name = pdf.pages[FIRST].add_resource(form, Name.XObject)
    pdf.pages[FIRST].Contents = pdf.make_stream(b"q q " + str(name).encode() + b" Do Q " + stamp)


def erase_a_line(pdf: Pdf) -> None:
    pdf.pages[FIRST].contents_add(b" q 1 g 60 700 300 40 re f Q ", prepend=False)


def wrong_stamp(pdf: Pdf) -> None:
    content = pdf.pages[FIRST].Contents[-1]
    before = content.read_bytes()
    assert b"page 6 of 12" in before
    content.write(before.replace(b"page 6 of 12", b"page 7 of 12"))


def wrong_label(pdf: Pdf) -> None:
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=2)]))


def wrong_bookmark(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root[0].destination = pikepdf.make_page_destination(pdf, 1)


def wrong_link(pdf: Pdf) -> None:
    for annotation in pdf.pages[2].Annots:  # the index
        annotation.Dest[0] = pdf.pages[FIRST + 1].obj


def wrong_cite(pdf: Pdf) -> None:
    for annotation in pdf.pages[0].Annots:
        annotation.Dest[0] = pdf.pages[FIRST + 1].obj


def add_script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def add_attachment(pdf: Pdf) -> None:
    pdf.attachments["secret.txt"] = b"another client's page"


def add_field(pdf: Pdf) -> None:
    widget = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String("x"), Rect=[0, 0, 9, 9]
    )
    field = pdf.make_indirect(widget)
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.pages[FIRST].Annots = Array([field])


def name_the_client(pdf: Pdf) -> None:
    pdf.docinfo["/Author"] = "Testina Exemplar"


def lose_text(pdf: Pdf) -> None:
    page = pdf.pages[8]  # a scanned page: its words are a form of their own
    page.Resources.XObject["/AssemblerWords"].write(b"")


@pytest.mark.parametrize("remember", [False, True])
@pytest.mark.parametrize(
    ("change", "caught", "says"),
    [
        (drop, {"count", "pixels"}, "11 pages, the ledger 12"),
        (double, {"count", "pixels"}, "13 pages, the ledger 12"),
        (swap, {"pixels"}, "not page 6, 7"),
        (blank, {"pixels"}, "not page 6"),
        (rotate, {"pixels"}, "not page 6"),
        (foreign, {"pixels"}, "not page 6"),
        (erase_a_line, {"pixels"}, "not page 6"),
        (wrong_stamp, {"stamp"}, "wrong or missing on page 6"),
        (wrong_label, {"label"}, "wrong label on page 1, 2, 3"),
        (wrong_bookmark, {"bookmark"}, "bookmark 1 is wrong"),
        (wrong_link, {"agreement"}, "no index link"),
        (wrong_cite, {"cites"}, "a citation is wrong on page 1"),
        (add_script, {"nothing-else"}, "/OpenAction in the document"),
        (add_attachment, {"nothing-else"}, "/EmbeddedFiles in the document"),
        (add_field, {"nothing-else"}, "/AcroForm in the document"),
        (name_the_client, {"nothing-else"}, "/Author in the document's properties"),
        (lose_text, {"words"}, "not page 9"),
    ],
)
def test_a_broken_bundle_is_caught(
    copy: Path, change: Callable[[Pdf], None], caught: set[str], says: str, remember: bool
) -> None:
    rewrite(copy, change)

    proof = proved(copy, remember=remember)

    assert caught <= failed(proof)
    assert says in " | ".join(check.detail for check in proof.checks if not check.ok)


def shift(pdf: Pdf) -> None:
    pdf.pages[FIRST].MediaBox = Array([0, 9, 612, 801])


def cover_with_a_stamp(pdf: Pdf) -> None:
    content = pdf.pages[FIRST].Contents[-1]
    content.write(content.read_bytes().replace(b" 9 Tf", b" 90 Tf"))


def two_stamps(pdf: Pdf) -> None:
    content = pdf.pages[FIRST].Contents[-1]
    more = content.read_bytes().replace(b" Tj ET", b" Tj 0 300 Td (Not of the source) Tj ET")
    content.write(more)


def other_picture(pdf: Pdf) -> None:
    for name, drawn in pdf.pages[8].Resources.XObject.items():
        if drawn.Subtype == Name.Image:
            gray = {"Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray}
            head = Dictionary(Type=Name.XObject, Subtype=Name.Image, **gray)
            pdf.pages[8].Resources.XObject[name] = pdf.make_stream(b"\x40", head)


def other_font(pdf: Pdf) -> None:
    fonts = pdf.pages[FIRST].Resources.Font
    for name in list(fonts.keys()):
        if not name.startswith("/AssemblerStamp"):
            fonts[name] = pdf.make_indirect(
                Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Symbol)
            )


def add_a_drawn_note(pdf: Pdf) -> None:
    look = pdf.make_stream(
        b"0 g 0 0 200 40 re f", BBox=Array([0, 0, 200, 40]), Subtype=Name.Form, Type=Name.XObject
    )
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=Array([60, 700, 260, 740]), AP=Dictionary(N=look)
    )
    pdf.pages[FIRST].Annots = Array([pdf.make_indirect(note)])


@pytest.mark.parametrize("remember", [False, True])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (shift, "not page 6"),
        (cover_with_a_stamp, "page 6"),
        (two_stamps, "page 6"),
        (other_picture, "not page 9"),
        (other_font, "not page 6"),
        (add_a_drawn_note, "not page 6"),
    ],
)
def test_a_page_that_looks_different_is_caught(
    copy: Path, change: Callable[[Pdf], None], says: str, remember: bool
) -> None:
    rewrite(copy, change)

    proof = proved(copy, remember=remember)

    assert failed(proof) & {"pixels", "stamp"}
    assert says in " | ".join(check.detail for check in proof.checks if not check.ok)


def test_what_was_compared_before_is_not_drawn_again_and_verify_draws_everything(
    copy: Path,
) -> None:
    again, anew = proved(copy, remember=True), proved(copy)

    assert (again.drawn, again.known) == (0, 5)
    assert (anew.drawn, anew.known) == (5, 0)
    assert again.checks == anew.checks
    assert failed(again) == set()


def test_only_the_pages_whose_content_changed_are_drawn_again(copy: Path) -> None:
    """And a page that is found to differ is not remembered as one that was proved."""
    rewrite(copy, erase_a_line)

    first, second = proved(copy, remember=True), proved(copy, remember=True)

    assert (first.drawn, second.drawn) == (2, 2)
    assert failed(first) == failed(second) == {"pixels"}


def test_a_source_that_changed_is_compared_again(copy: Path) -> None:
    (copy / "evidence/letter.pdf").write_bytes(
        factories.text_pdf([["Another letter."], ["Another page."]])
    )
    path = copy / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text())
    for one in data["inputs"]:
        content = (copy / one["path"]).read_bytes()
        one["size"], one["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    sums = {one["path"]: one["sha256"] for one in data["inputs"]}
    for one in (
        *data["opened"],
        *(entry["source"] for entry in data["ledger"] if "source" in entry),
    ):
        one["sha256"] = sums[one["path"]]
    path.write_text(json.dumps(data))

    proof = proved(copy, remember=True)

    assert "pixels" in failed(proof)


def test_encryption_is_caught(copy: Path) -> None:
    rewrite(copy, lambda _pdf: None, encryption=pikepdf.Encryption(owner="x", user=""))

    assert "structure" in failed(proved(copy))


def test_a_changed_output_and_a_changed_source_are_caught(copy: Path) -> None:
    (copy / "build/child/review.html").write_bytes(b"changed")
    (copy / "evidence/letter.pdf").write_bytes(
        factories.text_pdf([["Another letter."], ["Another page."]])
    )

    proof = proved(copy)

    assert {"outputs", "sources", "pixels"} <= failed(proof)
    assert "changed or missing: review.html" in " ".join(check.detail for check in proof.checks)


def test_an_exhibit_whose_last_page_never_came_in_is_caught(copy: Path) -> None:
    """The ledger itself may lie by leaving a page out; the sources are counted again."""
    letter = factories.text_pdf(
        [["First page of the letter."], ["Second page of the letter."], ["A third page."]]
    )
    (copy / "evidence/letter.pdf").write_bytes(letter)

    details = " ".join(
        check.detail for check in proved(copy).checks if check.name == "ledger" and not check.ok
    )

    assert "2 of 3 pages" in details


@pytest.mark.parametrize("data", ["", "{}", '{"ledger": 5}', "[]"])
def test_a_broken_manifest_is_a_failed_check(copy: Path, data: str) -> None:
    (copy / "build/child" / MANIFEST_FILE).write_text(data)

    assert failed(proved(copy)) == {"files"}


def test_a_bundle_that_is_no_pdf_is_a_failed_check(copy: Path) -> None:
    (copy / "build/child/bundle.pdf").write_bytes(b"not a PDF")
    believe(copy)

    assert "structure" in failed(proved(copy))


def test_an_index_that_prints_a_wrong_number_is_caught(copy: Path) -> None:
    """The index is drawn from a layout whose first row is off by one; everything else is true."""
    case = intake.read_case(copy, Shelf.default())
    with Workshop(copy / ".assembler", jobs=2) as shop:
        from assembler import bundle, evidence
        from assembler.runtime.resources import stamp_font

        prepared = evidence.prepare(case, copy, shop)
        inputs = draft_inputs(case, copy, shop)
        made, layout = drafts.settle_drafts(inputs, prepared, {})
        lying = drafts.fill_drafts(inputs, off_by_one(layout))
        documents = {one.id: one.pdf for one in made} | {
            f"exhibit:{one.exhibit}": one.pdf for one in prepared
        }
        documents["draft:index"] = next(one.pdf for one in lying if one.id == "draft:index")
        bundle.bind(
            layout,
            documents,
            copy / "build/child/bundle.pdf",
            bundle.BundleStyle(font=stamp_font()),
        )
    believe(copy)

    proof = proved(copy)

    assert failed(proof) == {
        "agreement",
        "index",
        "own-links",
        "own-pages",
    }  # the draft that is kept is the honest one
    assert "no index link prints these pages" in " ".join(check.detail for check in proof.checks)


def off_by_one(layout: Layout) -> Layout:
    row = layout.index[0]
    printed = (layout.label(row.first + 1), layout.label(row.last + 1))
    return replace(layout, index=(replace(row, printed=printed), *layout.index[1:]))


def test_another_packets_bundle_is_caught(copy: Path, tmp_path: Path) -> None:
    """Same shape, other client: only the pages differ."""
    other = factories.small_case(tmp_path / "other")
    (other / "evidence/letter.pdf").write_bytes(
        factories.text_pdf([["Somebody else's letter."], ["And its second page."]])
    )
    from tests.conftest import build

    build(other)
    shutil.copyfile(other / "build/child/bundle.pdf", copy / "build/child/bundle.pdf")
    believe(copy)

    assert failed(proved(copy)) == {"pixels", "words"}


def test_the_proof_shares_no_code_with_the_builders() -> None:
    """What it finds true must not be true by the same mistake."""
    import ast

    import assembler.proof

    for path in Path(assembler.proof.__file__).parent.glob("*.py"):
        imported = {
            n.module
            for n in ast.walk(ast.parse(path.read_text()))
            if isinstance(n, ast.ImportFrom) and n.module
        }
        builders = (
            "assembler.layout",
            "assembler.bundle",
            "assembler.documents",
            "assembler.evidence",
            "pikepdf",
        )
        assert not {module for module in imported if module.startswith(builders)}


def link(page: int, text: str, target: int = 57) -> structure.Link:
    return structure.Link(page=page, text=text, target=target)


@pytest.mark.parametrize(
    "pieces",
    [
        ["Ex. C at 57"],
        ["(Ex.", "C at 57"],
        ["Ex. C", "at 57)"],
        ["; Ex. C at", "57"],
        ["Ex.", "C", "at", "57"],
    ],
)
@pytest.mark.parametrize("pages", [(1, 1, 1, 1), (1, 2, 2, 2), (1, 2, 3, 4)])
def test_a_citation_broken_over_lines_and_pages_is_one(
    pieces: list[str], pages: tuple[int, ...]
) -> None:
    links = [
        link(1, "Ex. B at 9", 9),
        *map(link, pages, pieces),
        link(pages[len(pieces) - 1], "Ex. C at 58", 58),
    ]

    assert [one.text for one in structure.join_citation(links)] == [
        "Ex. B at 9",
        " ".join(pieces),
        "Ex. C at 58",
    ]
    assert not any(structure.cut_short(one.text) for one in structure.join_citation(links))


def test_a_title_that_begins_like_a_citation_is_none() -> None:
    links = [link(3, "Ex. husband’s letter"), link(3, "57"), link(5, "Ex. C at")]

    assert structure.join_citation(links) == tuple(links)
    assert [structure.cut_short(one.text) for one in links] == [False, False, True]


def test_a_paragraph_of_citations_longer_than_a_page_is_proved(tmp_path: Path) -> None:
    pages = 70
    case = factories.small_case(tmp_path / "case")
    (case / "evidence/letter.pdf").write_bytes(
        factories.text_pdf([["Of Testina Exemplar", str(n)] for n in range(pages)])
    )
    cites = "; ".join(f"@letter, p. {page}" for page in range(1, pages + 1))
    basis = f"We ask. [{cites}] And the records [@scan]."
    factories.write_case(
        case, {**factories.CASE, "request": {**factories.CASE["request"], "basis": [basis]}}
    )
    build(case)

    assert failed(proved(case)) == set()


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Tab C / 57 (99)", True),
        ("Tab C / 58 (99)", False),
        ("Tab D / 57 (99)", False),
        ("Exhibit C · page 57", True),
        ("Exhibit C · 2 of 3 · page 57", True),
        ("Exhibit C · page 5", False),
    ],
)
def test_a_stamp_of_a_frozen_packet_is_worded_as_it_was_filed_or_as_ours(
    text: str, true: bool
) -> None:
    stamp = Stamp(text=text, x=0, y=0, width=1, height=1, size=1)
    entry = manifests.entry(60, PartKind.EXHIBIT, tab="C", label="57", stamp=stamp)

    assert filed_labels.is_true_stamp(entry, "Tab {tab} / {number} ({total})") is true
