"""evidence: pages come out upright, searchable, measured, and looking as they did; what is wrong
is named."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from assembler import evidence
from assembler.errors import EvidenceUnreadable
from assembler.evidence.file_types import REFUSED, sniff
from assembler.evidence.picture_page import make_picture_pages
from assembler.evidence.readers.jpeg import strip_jpeg
from assembler.evidence.readers.picture import KINDS
from assembler.evidence.readers.registry import READERS
from assembler.model import Exhibit, FilePart, SourceFile
from assembler.runtime.workshop import Workshop
from scripts.sample_cases import draw
from tests import factories
from tests.factories import LINES
from tests.support.cases import case
from tests.support.evidence import prepared, refused, rendered, words


def found_at(pdf: Path, word: str) -> tuple[float, float]:
    """Middle of the first occurrence of a word, as shares of the visible page from its upper
    left."""
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    index, count = text.search(word).get_next()
    boxes = [text.get_charbox(i) for i in range(index, index + count)]
    x, y = np.mean([(b[0] + b[2]) / 2 for b in boxes]), np.mean([(b[1] + b[3]) / 2 for b in boxes])
    bitmap = page.render(scale=1)
    at = bitmap.get_posconv(page).to_bitmap(x, y)
    document.close()
    return at[0] / bitmap.width, at[1] / bitmap.height


def test_born_digital_pages_are_left_alone(tmp_path: Path) -> None:
    source = factories.text_pdf([LINES, ["Second page."]])

    made = prepared(tmp_path, {"a.pdf": source})["a.pdf"]

    assert [page.method for page in made.pages] == ["text", "text"]
    assert "GlyphLess" not in str(
        [f for p in pikepdf.open(made.pdf).pages for f in p.Resources.get("/Font", {})]
    )
    assert (rendered(made.pdf, 1) == rendered(source, 1)).all()


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_scans_become_searchable_where_the_words_are_seen(tmp_path: Path, angle: int) -> None:
    sheet = draw.sheet(["# Cardiology", *LINES], 150).rotate(
        angle, expand=True
    )  # stored turned; /Rotate shows it upright
    source = draw.again(
        draw.scan_pdf([sheet], 150), lambda pdf: pdf.pages[0].__setattr__("Rotate", angle)
    )

    made = prepared(tmp_path, {"a.pdf": source})["a.pdf"]

    assert made.pages[0].method == "ocr"
    assert made.pages[0].confidence > 85
    assert "The quick brown fox jumps over the lazy dog" in words(made.pdf)
    x, y = found_at(made.pdf, "Cardiology")
    assert 0.1 < x < 0.35
    assert 0.07 < y < 0.13
    assert (rendered(made.pdf) == rendered(source)).all()
    assert (made.pages[0].width, made.pages[0].height) == pytest.approx((612, 792), abs=1)


def test_a_cropped_scan_has_its_words_in_place(tmp_path: Path) -> None:
    source = draw.again(
        factories.scan_pdf([["# Cardiology", *LINES]], 150),
        lambda pdf: pdf.pages[0].__setattr__("CropBox", [40, 300, 600, 780]),
    )

    made = prepared(tmp_path, {"a.pdf": source})["a.pdf"]

    assert (made.pages[0].width, made.pages[0].height) == pytest.approx((560, 480))
    assert 0.05 < found_at(made.pdf, "Cardiology")[0] < 0.3
    assert (rendered(made.pdf) == rendered(source)).all()


def test_a_page_scanned_upside_down_is_turned_by_its_text(tmp_path: Path) -> None:
    upside_down = draw.scan_pdf([draw.sheet([*LINES * 3], 150).rotate(180)], 150)

    made = prepared(tmp_path, {"a.pdf": upside_down})["a.pdf"]

    assert made.pages[0].turned == 180
    assert "quick brown fox" in words(made.pdf)
    assert (rendered(made.pdf) == np.rot90(rendered(upside_down), 2)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_whatever_the_camera_says(tmp_path: Path, orientation: int) -> None:
    data = factories.corners(orientation)

    placed = next(make_picture_pages(data, "jpeg"))

    document = pdfium.PdfDocument(placed.pdf)
    shown = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    x, y, width, height = placed.box
    assert (shown.width, shown.height) == (792, 612)
    left, right, top, bottom = (
        x + 25,
        x + width - 25,
        shown.height - y - height + 25,
        shown.height - y - 25,
    )
    colors = [
        shown.getpixel((round(a), round(b)))
        for a, b in ((left, top), (right, top), (left, bottom), (right, bottom))
    ]
    assert [c[0] > 200 and c[1] < 90 for c in colors] == [True, False, False, False]
    assert colors[1][1] > 90 > colors[1][0]
    assert colors[2][2] > 200 > colors[2][0]
    assert min(colors[3]) > 230


def test_the_pictures_own_data_is_kept_and_its_metadata_is_not(tmp_path: Path) -> None:
    data = factories.photo(6, gps=True)
    assert b"CANARY-CAMERA" in data

    made = prepared(tmp_path, {"a.jpg": data})["a.jpg"]

    with pikepdf.open(made.pdf) as pdf:
        raw = b"".join(o.read_raw_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream))
    scan = data[data.index(b"\xff\xda") :]
    assert scan in raw
    assert b"CANARY-CAMERA" not in raw + made.pdf.read_bytes()
    assert b"Exif" not in raw
    assert {one.what for one in made.removed} == {"camera data", "place (GPS)"}
    assert made.pages[0].turned == 0  # by its text: the camera said how it stands


def test_stripping_keeps_what_decoding_needs() -> None:
    gray = Image.linear_gradient("L").convert("CMYK")
    out = io.BytesIO()
    gray.save(out, "JPEG", icc_profile=b"\0" * 200, comment=b"CANARY")

    plain = strip_jpeg(out.getvalue() + b"trailing CANARY")

    assert b"CANARY" not in plain
    kept = Image.open(io.BytesIO(plain))
    assert (np.asarray(kept) == np.asarray(Image.open(io.BytesIO(out.getvalue())))).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_png_of_every_mode_looks_as_it_should(tmp_path: Path, mode: str) -> None:
    gray = Image.linear_gradient("L").resize((300, 400))
    if mode == "I;16":
        image = gray.convert("I").point(lambda v: v * 256).convert("I;16")
    else:
        image = gray.convert(mode, dither=Image.Dither.NONE)
    made = prepared(tmp_path, {"a.png": draw.png(image)})["a.png"]

    shown = rendered(made.pdf)[40:-40, 40:-40]
    assert shown[:20].mean() < 40
    assert shown[-20:].mean() > 215


def test_filled_forms_show_their_values_with_and_without_pictures(tmp_path: Path) -> None:
    fields = [("FamilyName", "Visible value", (72.0, 500.0, 300.0, 520.0))]
    files = {
        f"{drawn}.pdf": draw.form(factories.text_pdf(), fields, drawn) for drawn in (True, False)
    }

    made = prepared(tmp_path, files)

    for one in made.values():
        assert "Visible value" in words(one.pdf)
        assert "/AcroForm" not in pikepdf.open(one.pdf).Root
        assert [r.what for r in one.removed if "form" in r.what] == [
            "form field (its value stays visible)"
        ]
    assert [one.pages[0].redrawn for one in made.values()] == [False, True]


def test_links_destinations_and_outline_survive(tmp_path: Path) -> None:
    made = prepared(tmp_path, {"a.pdf": factories.linked_pdf()})["a.pdf"]

    with pikepdf.open(made.pdf) as pdf:
        assert str(pdf.pages[0].Annots[0].Dest) == "chapter"
        assert "/Dests" in pdf.Root.Names
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == ["First part", "Second part"]


def test_scripts_files_and_metadata_are_removed_and_listed(tmp_path: Path) -> None:
    def spoil(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('CANARY')")
        )
        pdf.attachments["canary.txt"] = b"CANARY"
        pdf.docinfo["/Author"] = "CANARY"
        pdf.pages[0].PieceInfo = pikepdf.Dictionary(X=pikepdf.String("CANARY"))

    made = prepared(
        tmp_path,
        {"a.pdf": draw.again(factories.text_pdf(), spoil)},
        {"a.pdf": {"accept_loss": ("EVID.ATTACHMENT",)}},
    )["a.pdf"]

    assert {"script", "attachment", "document metadata"} <= {one.what for one in made.removed}
    with pikepdf.open(made.pdf) as pdf:
        assert "CANARY" not in "".join(o.unparse().decode("latin1") for o in pdf.objects)
        assert not [
            o for o in pdf.objects if isinstance(o, pikepdf.Stream) and b"CANARY" in o.read_bytes()
        ]


def test_page_ranges_in_the_order_asked(tmp_path: Path) -> None:
    source = factories.text_pdf([[f"Page number {n} of this file."] for n in range(1, 6)])

    made = prepared(tmp_path, {"a.pdf": source}, {"a.pdf": {"pages": ((4, None), (1, 2))}})["a.pdf"]

    assert [page.source_page for page in made.pages] == [4, 5, 1, 2]
    assert "Page number 5" in words(made.pdf, 1)


def test_what_cannot_be_used_is_refused_by_name_all_at_once(tmp_path: Path) -> None:
    whole = factories.text_pdf([LINES, LINES])
    files = {
        "ok.pdf": whole,
        "locked.pdf": factories.encrypted_pdf(),
        "cut.pdf": whole[: len(whole) * 2 // 3],
        "web.pdf": b"<!DOCTYPE html><html>Please log in</html>",
        "word.docx": b"PK\x03\x04rest",
        "cut.jpg": factories.photo()[:3000],
        "range.pdf": factories.text_pdf(),
    }

    found = refused(tmp_path, files, {"range.pdf": {"pages": ((2, 3),)}})

    assert sorted(found) == sorted(
        [
            ("EVID.PASSWORD", "locked.pdf"),
            ("EVID.BROKEN", "cut.pdf"),
            ("EVID.FORMAT", "web.pdf"),
            ("EVID.FORMAT", "word.docx"),
            ("EVID.BROKEN", "cut.jpg"),
            ("EVID.RANGE", "exhibit range.pdf, range.pdf"),
        ]
    )


def test_owner_password_alone_opens(tmp_path: Path) -> None:
    made = prepared(tmp_path, {"a.pdf": factories.encrypted_pdf(user="")})["a.pdf"]

    assert not pikepdf.open(made.pdf).is_encrypted
    assert "quick brown fox" in words(made.pdf)


def test_engines_that_disagree_on_the_page_count_refuse_the_file(tmp_path: Path) -> None:
    honest = factories.text_pdf()
    assert honest.count(b"/Count 1") == 1

    assert refused(tmp_path, {"a.pdf": honest.replace(b"/Count 1", b"/Count 9")}) == [
        ("EVID.PAGECOUNT", "a.pdf")
    ]


def test_a_file_that_changes_while_we_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(factories.text_pdf())
    listed = (SourceFile(path="a.pdf", size=1, sha256="0" * 64),)
    one = Exhibit(id="a", title="t", category="medical", parts=(FilePart(path="a.pdf"),))

    with (
        Workshop(tmp_path / "home") as shop,
        pytest.raises(EvidenceUnreadable, match=r"EVID.CHANGED a.pdf: the file changed"),
    ):
        evidence.prepare(case(one, files=listed), folder, shop)


def test_poor_and_blank_pages_are_reported_with_file_page_and_remedy(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    blurred = draw.scanned(draw.sheet(LINES * 6, 60), 0, 60, 1)
    pages = [
        Image.new("L", (850, 1100), 255),
        Image.fromarray(rng.integers(90, 160, (1100, 850), dtype=np.uint8)),
        blurred,
    ]

    made = prepared(tmp_path, {"a.pdf": draw.scan_pdf(pages, 100)})["a.pdf"]

    assert (made.findings[0].rule, made.findings[0].page) == ("LEGIBLE.BLANK", 1)
    assert {f.rule for f in made.findings[1:]} <= {"LEGIBLE.NOTEXT", "LEGIBLE.CONFIDENCE"}
    assert [f.page for f in made.findings[1:]] == [2, 3]
    assert str(made.findings[0]).startswith(
        "warning LEGIBLE.BLANK a.pdf, page 1: the page is blank; look at the sheet"
    )


def test_same_bytes_with_one_worker_or_two_cold_or_warm(tmp_path: Path) -> None:
    files = {
        "scan.pdf": factories.scan_pdf([LINES, LINES], 100),
        "a.jpg": factories.photo(8),
        "b.pdf": factories.linked_pdf(),
    }

    runs = [
        prepared(tmp_path, files, jobs=jobs, name=name)
        for jobs, name in ((1, "one"), (2, "two"), (2, "two"))
    ]

    assert len({tuple(one.pdf.read_bytes() for one in run.values()) for run in runs}) == 1


def test_content_left_open_does_not_move_what_is_drawn_after_it(tmp_path: Path) -> None:
    def leave_open(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(b"q 0.5 0 0 0.5 100 100 cm\n", prepend=True)

    made = prepared(tmp_path, {"a.pdf": draw.again(factories.text_pdf(), leave_open)})["a.pdf"]

    with pikepdf.open(made.pdf) as pdf:
        names = [str(i.operator) for i in pikepdf.parse_content_stream(pdf.pages[0])]
    assert names.count("q") == names.count("Q")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4", "pdf"),
        (b"junk\n%PDF-1.4", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\0\0\0\x18ftypheic", "heic"),
        (b"RIFF\0\0\0\0WEBP", "webp"),
        (b"II*\0", "tiff"),
        (b"\xd0\xcf\x11\xe0", "ole"),
        (b"hello", "text"),
        (b"", "unknown"),
    ],
)
def test_kind_is_told_by_the_first_bytes(data: bytes, kind: str) -> None:
    assert sniff(data) == kind
    assert kind in REFUSED or kind in ("pdf", *KINDS, *READERS)
