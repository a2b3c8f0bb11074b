"""Pages of evidence on the paper the receiver asks for: all of each page, its links and its
words, and the proof knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from assembler.layout.paper import PAPER, fit_page
from assembler.layout.stamp_placement import ScaledPage, place_stamp
from assembler.model import Ink
from assembler.model.manifest import MANIFEST_FILE
from scripts.sample_cases import draw
from tests import factories
from tests.conftest import build
from tests.support.proofs import proved, rewrite

A4, A3_WIDE = (595.28, 841.89), (1190.55, 841.89)
TEXT = "Exhibit A · 1 of 9 · page 10 of 99"
SIDES = st.floats(min_value=3, max_value=14_400)


@pytest.mark.parametrize(
    ("size", "paper", "on"),
    [
        ((612, 792), "letter", None),
        ((614, 792), "letter", None),
        ((595, 600), "letter", None),
        (A4, "any", None),
        (A4, "a4", None),
        (A4, "letter", (612, 792)),
        (A3_WIDE, "letter", (792, 612)),
        ((612, 792), "a4", (595.28, 841.89)),
        ((3, 3), "letter", (612, 792)),
        ((300, 20), "letter", (792, 612)),
    ],
)
def test_which_pages_come_onto_the_paper(
    size: tuple[float, float], paper: str, on: tuple[float, float] | None
) -> None:
    made = fit_page(*size, TEXT, paper)

    assert (None if made is None else (made.width, made.height)) == on


@given(width=SIDES, height=SIDES, paper=st.sampled_from(sorted(PAPER)))
def test_all_of_a_page_lies_on_its_paper_and_none_is_enlarged(
    width: float, height: float, paper: str
) -> None:
    made = fit_page(width, height, TEXT, paper)

    if made:
        assert sorted((made.width, made.height)) == sorted(PAPER[paper])
        assert 0 < made.scale <= 1
        assert width * made.scale <= made.width + 1e-6
        assert height * made.scale <= made.height + 1e-6
        assert (
            made.scale == 1
            or max(width * made.scale / made.width, height * made.scale / made.height) > 1 - 1e-9
        )


def test_the_stamp_avoids_ink_where_it_lies_on_the_paper() -> None:
    """A narrow page, inked all over, leaves room beside it; a wide one leaves room below."""
    inked = Ink(cell=10, columns=10, rows=10, bits=bytes([255] * 13))

    beside, scale = place_stamp(TEXT, 612, 792, inked, scaled=ScaledPage(2000, 7920, 0.1))
    below, wide = place_stamp(TEXT, 792, 612, inked, scaled=ScaledPage(7920, 3000, 0.1))

    assert (scale, wide) == (1.0, 1.0)
    assert beside.x > (612 + 200) / 2 or beside.x + beside.width < (612 - 200) / 2
    assert below.y + below.height < 612 - 300


def link(pdf: pikepdf.Pdf) -> None:
    """Over the first words of the page, as they stand there."""
    action = Dictionary(S=Name.URI, URI=String("https://example.org/"))
    one = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([60, 700, 300, 780]),
        A=action,
        Border=Array([0, 0, 0]),
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(one)])


def turned(pdf: pikepdf.Pdf) -> None:
    link(pdf)
    pdf.pages[0].Rotate = 90


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        "a4": draw.again(
            factories.text_pdf([["Words of the tall page.", *factories.LINES]], size=A4), link
        ),
        "a3": draw.again(
            factories.text_pdf([["Words of the wide page.", *factories.LINES]], size=A3_WIDE), link
        ),
        "turned": draw.again(factories.text_pdf([["Words of the turned page."]], size=A4), turned),
        "wall": factories.blank_pdf(size=(14_400, 9_000)),
        "dot": factories.blank_pdf(size=(10, 10)),
        "letter": factories.text_pdf([["Words of a letter."]]),
    }
    exhibits = [
        {"id": name, "title": name, "category": "medical", "files": [f"evidence/{name}.pdf"]}
        for name in files
        if name != "letter"
    ]
    folder = factories.small_case(
        tmp_path_factory.mktemp("paper") / "case",
        {"exhibits": [*factories.CASE["exhibits"], *exhibits]},
    )
    for name, data in files.items():
        if name != "letter":
            (folder / f"evidence/{name}.pdf").write_bytes(data)
    (built,) = build(folder)
    assert built.proof.ok
    return folder


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    manifest = json.loads((folder / "build/child" / MANIFEST_FILE).read_text(encoding="utf8"))
    return {entry["exhibit"]: entry for entry in manifest["ledger"] if entry["kind"] == "exhibit"}


def test_every_page_of_evidence_is_on_letter_paper(papers: Path) -> None:
    document = pdfium.PdfDocument(papers / "build/child/bundle.pdf")
    sizes = [tuple(sorted(round(side) for side in page.get_size())) for page in document]
    document.close()

    assert set(sizes) == {(612, 792)}
    made = entries(papers)
    assert made["a4"]["own_size"] == [595.28, 841.89]
    assert made["a4"]["scale"] == pytest.approx(792 / 841.89)
    assert made["a3"]["size"] == [792, 612]
    assert made["turned"]["size"] == [792, 612]
    assert made["dot"]["scale"] == 1
    assert made["wall"]["scale"] == pytest.approx(792 / 14_400)
    assert "own_size" not in made["letter"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a4", "Words of the tall page."),
        ("a3", "Words of the wide page."),
        ("turned", "Words of the turned page."),
    ],
)
def test_words_and_links_come_along(papers: Path, name: str, said: str) -> None:
    number = entries(papers)[name]["number"] - 1
    with pikepdf.open(papers / "build/child/bundle.pdf") as pdf:
        (box,) = [
            [float(side) for side in one.Rect]
            for one in pdf.pages[number].Annots
            if "/URI" in one.get("/A", {})
        ]
    document = pdfium.PdfDocument(papers / "build/child/bundle.pdf")
    text = document[number].get_textpage()
    start, _ = text.search(said).get_next()
    word = text.get_charbox(start)
    document.close()

    assert box[0] <= word[0] <= word[2] <= box[2]
    assert box[1] <= word[1] <= word[3] <= box[3]


def test_a_page_that_is_not_as_its_source_is_caught_on_other_paper_too(
    papers: Path, tmp_path: Path
) -> None:
    import shutil

    copy = Path(shutil.copytree(papers, tmp_path / "case"))
    number = entries(copy)["a4"]["number"] - 1
    rewrite(copy, lambda pdf: pdf.pages[number].contents_add(b"q 1 g 60 650 400 100 re f Q\n"))

    bad = [check for check in proved(copy).checks if not check.ok]

    assert ("pixels", "a4") in [(check.name, check.exhibit) for check in bad]
