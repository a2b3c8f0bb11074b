"""evidence: damaged files are repaired in the open or refused; pages, forms and marks look as a
viewer shows them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from assembler.errors import EvidenceUnreadable
from assembler.evidence.readers import pdf_ladder
from assembler.evidence.readers.pdf import NormalizedPdf, normalize_pdf
from assembler.evidence.refusal import Refused
from assembler.model import Severity
from assembler.model.manifest import MANIFEST_FILE
from benchmarks import corpus, corruption
from scripts.sample_cases import draw
from tests import factories
from tests.conftest import build
from tests.support.evidence import prepared, refused, rendered, words

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared" / "corpus"))


def normal(data: bytes, tmp_path: Path) -> NormalizedPdf:
    return normalize_pdf(data, tmp_path / "normal.pdf")


def changed(change: Callable[[Pdf], Any], data: bytes | None = None) -> bytes:
    return draw.again(data or factories.text_pdf(), change)


def without_table(data: bytes) -> bytes:
    """A file whose table of contents is gone: every reader finds its objects by searching."""
    start, end = data.rindex(b"\nxref"), data.rindex(b"trailer")
    return data[: start + 1] + data[end:]


def shown(data: bytes | Path, page: int = 0, scale: float = 1.0) -> np.ndarray:
    """As a viewer shows it, with form fields filled."""
    document = pdfium.PdfDocument(data)
    document.init_forms()
    gray = np.asarray(
        document[page].render(scale=scale, may_draw_forms=True).to_pil().convert("L")
    ).astype(int)
    document.close()
    return gray


def blocks(one: np.ndarray, other: np.ndarray, side: int = 12) -> float:
    """Largest difference of the means of any block."""
    rows, columns = (size // side * side for size in one.shape)
    apart = (one - other)[:rows, :columns].reshape(rows // side, side, columns // side, side)
    return float(np.abs(apart.mean(axis=(1, 3))).max())


# --- outcomes ---


def test_a_repaired_file_is_used_only_once_its_repair_is_accepted(tmp_path: Path) -> None:
    data = without_table(factories.text_pdf([["One."], ["Two."]]))
    digest = hashlib.sha256(data).hexdigest()

    with pytest.raises(EvidenceUnreadable) as caught:
        prepared(tmp_path, {"a.pdf": data})
    with pytest.raises(EvidenceUnreadable):
        prepared(tmp_path, {"a.pdf": data}, {"a.pdf": {"accept_repair": "0" * 64}})
    made = prepared(tmp_path, {"a.pdf": data}, {"a.pdf": {"accept_repair": digest}})["a.pdf"]

    (stopped,), (warned,) = caught.value.findings, made.findings
    assert (stopped.rule, stopped.severity, warned.rule, warned.severity) == (
        "EVID.REPAIRED",
        Severity.ERROR,
        "EVID.REPAIRED",
        Severity.WARNING,
    )
    assert "its table of contents is broken" in stopped.problem
    assert "It now has 2 pages" in stopped.problem
    assert f'"accept_repair": "{digest}"' in stopped.remedy
    (file,) = made.files
    assert (file.outcome, file.repairs) == ("repaired", ("its table of contents is broken",))
    assert [step.split()[0] for step in file.steps] == ["pikepdf", "PDFium"]
    assert words(made.pdf, 1).endswith("Two.")


def test_a_sound_file_is_accepted_with_the_readers_named(tmp_path: Path) -> None:
    (file,) = prepared(tmp_path, {"a.pdf": factories.text_pdf()})["a.pdf"].files

    assert (file.outcome, file.repairs) == ("accepted", ())
    assert [step.split(": ")[1] for step in file.steps] == ["opened", "opened"]


def picture(
    pdf: Pdf, data: bytes, kind: str, width: int = 100, height: int = 100, bits: int = 8
) -> None:
    """A picture on the first page."""
    stream = Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=bits,
        ColorSpace=Name.DeviceGray,
        Filter=Name(kind),
    )
    page = pdf.pages[0]
    page.Resources.XObject = Dictionary(Im=pdf.make_indirect(stream))
    page.contents_add(b"q 200 0 0 200 200 200 cm /Im Do Q\n")


JUNK = random.Random(1).randbytes(900)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((100, 100), 60).save(out, "JPEG", quality=80)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zlib.compress(bytes(10_000))[:-8], "/FlateDecode"),
        (zlib.compress(bytes(9_000)), "/FlateDecode"),
        (JUNK, "/DCTDecode"),
        (JUNK, "/JPXDecode"),
        (JUNK, "/JBIG2Decode"),
        (JUNK, "/NoSuchDecode"),
        (jpeg()[:-2000], "/DCTDecode"),
        (jpeg()[:1500] + bytes(512) + jpeg()[2012:], "/DCTDecode"),
        (b"", "/FlateDecode"),
    ],
)
def test_a_picture_that_does_not_decode_to_its_end_is_told(
    tmp_path: Path, data: bytes, kind: str
) -> None:
    bits = 1 if kind == "/JBIG2Decode" else 8
    spoiled = changed(lambda pdf: picture(pdf, data, kind, bits=bits))

    assert refused(tmp_path, {"a.pdf": spoiled}) == [("EVID.REPAIRED", "a.pdf")]


@pytest.mark.parametrize(
    ("data", "kind"), [(zlib.compress(bytes(10_000)), "/FlateDecode"), (jpeg(), "/DCTDecode")]
)
def test_a_picture_that_decodes_is_sound(tmp_path: Path, data: bytes, kind: str) -> None:
    assert normal(changed(lambda pdf: picture(pdf, data, kind)), tmp_path).faults == ()


def test_a_page_that_lost_what_it_shows_is_refused(tmp_path: Path) -> None:
    def cut(pdf: Pdf) -> None:
        content = zlib.compress(b"BT ET " * 4000)
        pdf.pages[0].Contents = Stream(pdf, content[: len(content) // 2], Filter=Name.FlateDecode)

    with pytest.raises(Refused, match="a part of what page 1 shows is gone"):
        normal(changed(cut), tmp_path)


def test_what_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    packed = zlib.compressobj(1)
    chunk = bytes(1 << 24)
    bomb = b"".join(packed.compress(chunk) for _ in range(65)) + packed.flush()
    twice = zlib.compress(bomb)

    def add(pdf: Pdf) -> None:
        pdf.Root.X = pdf.make_indirect(
            Stream(pdf, twice, Filter=Array([Name.FlateDecode, Name.FlateDecode]))
        )

    with pytest.raises(Refused) as caught:
        normal(changed(add), tmp_path)

    assert caught.value.rule == "EVID.LIMIT"


def test_things_that_harm_nothing_are_no_damage(tmp_path: Path) -> None:
    """A null among the annotations, an unused object, a date in an odd form: clients' files are
    full of them."""

    def clutter(pdf: Pdf) -> None:
        pdf.pages[0].Annots = Array([None, Name.Nothing])
        pdf.docinfo["/CreationDate"] = "yesterday"
        pdf.make_indirect(Dictionary(Unused=1))

    assert normal(changed(clutter), tmp_path).faults == ()


def test_the_ladder_names_each_step(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        pdf_ladder.open_pdf(b"%PDF-1.4\nnothing")

    assert caught.value.rule == "EVID.BROKEN"
    assert "tried: pikepdf, PDFium" in caught.value.problem


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        (
            "pdfjs__issue4573.pdf",
            "accepted",
        ),  # pikepdf cannot open it, PDFium and pypdf can, and nothing is missing
        ("pdfjs__pr6531_2.pdf", "refused"),  # PDFium asks for a password, pikepdf and pypdf do not
        ("pdfjs__scan-bad.pdf", "repaired"),
        ("pdfjs__comments.pdf", "repaired"),
        ("pdfminer__patchelf.pdf", "refused"),
        ("qpdf__issue-202.pdf", "refused"),
        ("qpdf__bad1.pdf", "refused"),
        ("pdfjs__attachment.pdf", "loss accepted"),
        ("pdfjs__annotation-choice-widget.pdf", "accepted"),
        ("pdfjs__issue17215.pdf", "accepted"),
        ("pdfjs__freetext_no_appearance.pdf", "accepted"),
        ("qpdf__inherited-rotate.pdf", "accepted"),
    ],
)
def test_files_nobody_here_made_are_proved_or_refused(name: str, outcome: str) -> None:
    (path,) = CORPUS.rglob(name)

    (row,) = corpus.run([path])

    assert (row.outcome, bool(row.rules) or outcome == "accepted") == (outcome, True)


def test_damage_is_seen(tmp_path: Path) -> None:
    """The whole run, 10,000 of them, is `make corruption`."""
    counted = corruption.run(200, seed=7)

    assert sum(counted.values()) == 200
    assert corruption.lost(counted) <= corruption.MOST
    assert not [key for key in counted if key[2] == "brought down"]
    assert corruption.table(counted)[-1].startswith("| **all** |")


# --- geometry ---


def set_on_page(**entries: Any) -> bytes:
    def change(pdf: Pdf) -> None:
        for key, value in entries.items():
            pdf.pages[0].obj[Name("/" + key)] = value

    return changed(change)


@pytest.mark.parametrize(
    "entries",
    [
        {"Rotate": -90},
        {"Rotate": 450},
        {"Rotate": 45},
        {"Rotate": 180.0},
        {"MediaBox": Array([612, 792, 0, 0])},
        {"CropBox": Array([500, 700, 50, 60])},
        {"CropBox": Array([-100, 300, 400, 2000])},
        {"UserUnit": 10},
        {"MediaBox": Array([-50, -50, 700, 900])},
    ],
)
def test_a_page_is_seen_as_a_viewer_shows_it(tmp_path: Path, entries: dict[str, Any]) -> None:
    data = set_on_page(**entries)

    normal(data, tmp_path)

    after = rendered(tmp_path / "normal.pdf")
    assert after.min() < 128
    assert after.shape == rendered(data).shape
    assert (after == rendered(data)).all()
    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        page = pdf.pages[0]
        assert int(page.Rotate) in (0, 90, 180, 270)
        assert "/UserUnit" not in page
        left, bottom, right, top = (float(value) for value in page.CropBox)
        assert right - left >= 3
        assert top - bottom >= 3


def test_what_a_page_inherits_is_its_own_afterwards(tmp_path: Path) -> None:
    def hand_down(pdf: Pdf) -> None:
        pdf.Root.Pages.Rotate, pdf.Root.Pages.MediaBox = 270, Array([0, 0, 612, 792])
        del pdf.pages[0].obj[Name.MediaBox], pdf.pages[0].obj[Name.Rotate]
        pdf.Root.Pages.CropBox = Array([36, 36, 576, 756])

    data = changed(hand_down)

    normal(data, tmp_path)

    assert (rendered(tmp_path / "normal.pdf") == rendered(data)).all()
    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        assert int(pdf.pages[0].obj.Rotate) == 270


def hand_down_paper(pdf: Pdf) -> None:
    pdf.Root.Pages.MediaBox = Array([0, 0, 595.28, 841.89])
    del pdf.pages[0].obj[Name.MediaBox]


def hand_down_cut(pdf: Pdf) -> None:
    pdf.Root.Pages.CropBox = Array([20, 30, 580, 760])


def cut_beyond_paper(pdf: Pdf) -> None:
    pdf.pages[0].CropBox = Array([-100, -100, 700, 700])


@pytest.mark.parametrize("boxes", [hand_down_paper, hand_down_cut, cut_beyond_paper])
def test_a_page_with_marks_keeps_its_size_in_the_proof(
    tmp_path: Path, boxes: Callable[[Pdf], None]
) -> None:
    def change(pdf: Pdf) -> None:
        square = Dictionary(
            Type=Name.Annot, Subtype=Name.Square, Rect=Array([100, 200, 200, 300]), F=4
        )
        pdf.pages[0].Annots = Array([pdf.make_indirect(square)])
        boxes(pdf)

    path = tmp_path / "marked.pdf"
    path.write_bytes(changed(change, factories.blank_pdf()))

    (row,) = corpus.run([path], jobs=1)

    assert (row.outcome, row.reason) == ("accepted", "")


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        ({"UserUnit": 10}, "10 times as large"),
        ({"Rotate": 45}, "rotated by 45 degrees"),
    ],
)
def test_odd_geometry_is_told(tmp_path: Path, entries: dict[str, Any], what: str) -> None:
    (told,) = normal(set_on_page(**entries), tmp_path).losses

    assert (told.rule, told.severity, told.page) == ("EVID.GEOMETRY", Severity.INFO, 1)
    assert what in told.problem


@pytest.mark.parametrize(
    "entries",
    [
        {"Rotate": 135},
        {"CropBox": Array([2000, 2000, 3000, 3000])},
        {"MediaBox": Array([0, 0, 2, 2])},
        {"MediaBox": Array([0, 0, 595, 2147483648])},
        {"MediaBox": Array([0, 0, 14_401, 500])},
        {"MediaBox": Array([1e7, 1e7, 1e7 + 600, 1e7 + 800])},
        {"MediaBox": Array([-2147483648, 0, 2147483647, 792]), "CropBox": Array([0, 0, 612, 792])},
    ],
)
def test_a_page_no_two_viewers_agree_on_is_refused(tmp_path: Path, entries: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        normal(set_on_page(**entries), tmp_path)

    assert caught.value.rule == "EVID.GEOMETRY"


@pytest.mark.parametrize(
    "box", [None, Array([0, 0, 0, 0]), Array([0, 0, Name.NaN, 792]), Array([1, 2]), String("x")]
)
def test_a_page_without_a_size_is_repaired(tmp_path: Path, box: Any) -> None:
    def unsized(pdf: Pdf) -> None:
        if box is None:
            del pdf.pages[0].obj[Name.MediaBox]
        else:
            pdf.pages[0].obj.MediaBox = box

    made = normal(changed(unsized), tmp_path)

    assert any("no valid size" in fault or "list of pages" in fault for fault in made.faults)
    assert rendered(tmp_path / "normal.pdf").shape == (550, 425)


@pytest.mark.parametrize("size", [(3, 3), (14_400, 14_400), (14_400, 72), (100, 14_400)])
def test_smallest_and_largest_pages_are_bound_and_proved(
    tmp_path: Path, size: tuple[float, float]
) -> None:
    path = tmp_path / "odd.pdf"
    path.write_bytes(
        changed(
            lambda pdf: setattr(pdf.pages[0], "MediaBox", Array([0, 0, *size])),
            factories.blank_pdf(),
        )
    )

    (row,) = corpus.run([path], jobs=1)

    assert row.outcome == "accepted"


def test_of_a_page_on_a_large_sheet_the_visible_part_is_bound_and_proved(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    boxes = {"MediaBox": Array([-20_000, 0, 20_000, 5000]), "CropBox": Array([0, 0, 612, 792])}
    path.write_bytes(set_on_page(**boxes))

    (row,) = corpus.run([path], jobs=1)

    assert (row.outcome, row.pages) == ("accepted", 1)


def with_long_numbers(pdf: Pdf) -> None:
    """Numbers with more digits than pypdf reads: in a dictionary, and in an array within it."""
    digits = b"3." + b"14159" * 40
    state = b"<< /Type /ExtGState /LW " + digits + b" /D [[" + digits + b"] 0] >>"
    pdf.pages[0].Resources.ExtGState = Dictionary(State=pikepdf.Object.parse(state))
    pdf.pages[0].contents_add(b" q /State gs 72 300 m 300 300 l S Q ")


def with_a_long_array(pdf: Pdf) -> None:
    """An array with more numbers than pypdf reads unless it is told to."""
    state = pdf.make_indirect(Dictionary(Type=Name.ExtGState, LW=2, Held=Array([0] * 120_000)))
    pdf.pages[0].Resources.ExtGState = Dictionary(State=state)


@pytest.mark.parametrize("change", [with_long_numbers, with_a_long_array])
def test_what_is_long_and_not_wrong_is_bound_and_proved(
    tmp_path: Path, change: Callable[[Pdf], None]
) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(changed(change))

    (row,) = corpus.run([path], jobs=1)

    assert (row.outcome, row.reason) == ("accepted", "")


# --- forms and marks ---


def check_boxes(pdf: Pdf) -> None:
    """Two check boxes, the first on, and two radio buttons, the second on, with pictures of both
    states."""
    states = {
        "/Yes": pdf.make_stream(
            b"2 2 16 16 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 20, 20])
        ),
        "/Off": pdf.make_stream(
            b"2 2 16 16 re S", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 20, 20])
        ),
    }
    fields, notes = Array(), Array()
    for place, (state, flags) in enumerate(
        (("/Yes", 0), ("/Off", 0), ("/Off", 1 << 15), ("/Yes", 1 << 15))
    ):
        one = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Btn,
                T=String(f"box{place}"),
                V=Name(state),
                AS=Name(state),
                F=4,
                Ff=flags,
                Rect=Array([72 + 40 * place, 400, 92 + 40 * place, 420]),
                AP=Dictionary(N=Dictionary(states)),
            )
        )
        fields.append(one)
        notes.append(one)
    pdf.Root.AcroForm = Dictionary(Fields=fields)
    pdf.pages[0].Annots = notes


def test_check_boxes_and_radio_buttons_keep_their_state(tmp_path: Path) -> None:
    normal(changed(check_boxes), tmp_path)

    seen = shown(tmp_path / "normal.pdf")
    assert [int(seen[792 - 410, 82 + 40 * place]) < 60 for place in range(4)] == [
        True,
        False,
        False,
        True,
    ]
    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0]


@pytest.mark.parametrize("needed", [True, False])
@pytest.mark.parametrize("drawn", [True, False])
def test_values_without_a_picture_are_drawn(tmp_path: Path, needed: bool, drawn: bool) -> None:
    data = draw.form(
        factories.text_pdf(), [("Name", "Testina Exemplar", (72, 400, 300, 420))], drawn=drawn
    )
    data = changed(lambda pdf: setattr(pdf.Root.AcroForm, "NeedAppearances", needed), data)

    made = normal(data, tmp_path)

    assert "Testina Exemplar" in words(tmp_path / "normal.pdf")
    assert blocks(shown(tmp_path / "normal.pdf"), shown(data)) < 14
    assert made.redrawn == (frozenset() if drawn else frozenset({0}))


def test_the_files_own_picture_of_a_list_stays(tmp_path: Path) -> None:
    """Beside a field without a picture, for which pictures are drawn: that of a list of values
    was written over once."""

    def add_list(pdf: Pdf) -> None:
        own = pdf.make_stream(
            b"0 g 0 0 100 30 re f",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, 100, 60]),
        )
        one = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Ch,
                T=String("list"),
                V=String("b"),
                F=4,
                AP=Dictionary(N=own),
                Opt=Array([String("a"), String("b")]),
                Rect=Array([72, 200, 172, 260]),
                DA=String("/Helv 11 Tf 0 g"),
            )
        )
        pdf.Root.AcroForm.Fields.append(one)
        pdf.pages[0].Annots.append(one)

    data = draw.form(factories.text_pdf(), [("Name", "Testina", (72, 400, 300, 420))], drawn=False)

    normal(changed(add_list, data), tmp_path)

    assert shown(tmp_path / "normal.pdf")[792 - 225 : 792 - 205, 80:165].max() < 20


def mark(pdf: Pdf, subtype: str, **more: Any) -> None:
    one = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name(subtype), Rect=Array([72, 690, 272, 750]), F=4, **more
        )
    )
    pdf.pages[0].Annots = Array([*pdf.pages[0].get(Name.Annots, ()), one])


def stamp(pdf: Pdf, **more: Any) -> None:
    own = pdf.make_stream(
        b"1 0 0 RG 4 w 2 2 196 56 re S",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 200, 60]),
    )
    mark(pdf, "/Stamp", AP=Dictionary(N=own), **more)


QUADS = Array([72, 750, 272, 750, 72, 690, 272, 690])


@pytest.mark.parametrize(
    "change",
    [
        stamp,
        lambda pdf: mark(pdf, "/Highlight", QuadPoints=QUADS, C=Array([1, 1, 0])),
        lambda pdf: mark(pdf, "/StrikeOut", QuadPoints=QUADS, C=Array([1, 0, 0])),
        lambda pdf: mark(pdf, "/Square", C=Array([0, 0, 1]), IC=Array([0.5, 1, 0.5])),
        lambda pdf: mark(pdf, "/Circle", C=Array([0, 0, 1])),
        lambda pdf: mark(
            pdf, "/Ink", InkList=Array([Array([80, 700, 200, 740])]), C=Array([0, 0, 0])
        ),
    ],
)
@pytest.mark.parametrize("angle", [0, 90])
def test_marks_look_as_a_viewer_shows_them(
    tmp_path: Path, change: Callable[[Pdf], None], angle: int
) -> None:
    data = changed(lambda pdf: (change(pdf), setattr(pdf.pages[0], "Rotate", angle)))
    plain = changed(lambda pdf: setattr(pdf.pages[0], "Rotate", angle))
    assert (shown(data) != shown(plain)).any()

    normal(data, tmp_path)

    assert blocks(shown(tmp_path / "normal.pdf"), shown(data)) < 8
    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        assert "/Annots" not in pdf.pages[0]


@pytest.mark.parametrize("flags", [2, 32, 2 | 4])
def test_hidden_marks_stay_unseen(tmp_path: Path, flags: int) -> None:
    def hide(pdf: Pdf) -> None:
        stamp(pdf)
        pdf.pages[0].Annots[0].F = flags

    normal(changed(hide), tmp_path)

    assert (shown(tmp_path / "normal.pdf") == shown(factories.text_pdf())).all()


def test_a_link_with_a_picture_is_drawn_once(tmp_path: Path) -> None:
    def add(pdf: Pdf) -> None:
        box = Array([0, 0, 200, 60])
        frame = pdf.make_stream(
            b"0.5 G 1 w 0.5 0.5 199 59 re S", Type=Name.XObject, Subtype=Name.Form, BBox=box
        )
        action = Dictionary(S=Name.URI, URI=String("https://example.org/"))
        mark(pdf, "/Link", A=action, AP=Dictionary(N=frame), Border=Array([0, 0, 1]))

    data = changed(add)

    normal(data, tmp_path)

    assert (rendered(tmp_path / "normal.pdf", dpi=100) == rendered(data, dpi=100)).all()
    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        assert pdf.pages[0].Annots[0].A.URI == "https://example.org/"


def test_camera_data_within_a_pdf_is_taken_out(tmp_path: Path) -> None:
    photo = factories.photo(1)
    with Image.open(io.BytesIO(photo)) as opened:
        width, height, mode = *opened.size, opened.mode
    assert mode == "L"

    made = normal(changed(lambda pdf: picture(pdf, photo, "/DCTDecode", width, height)), tmp_path)

    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        raw = b"".join(o.read_raw_bytes() for o in pdf.objects if isinstance(o, Stream))
    assert b"CANARY-CAMERA" in photo
    assert b"CANARY-CAMERA" not in raw
    assert photo[photo.index(b"\xff\xda") :] in raw
    assert ("camera data", 1) in made.removed


def test_the_bundle_of_forms_with_the_same_fields_and_of_a_repaired_file(tmp_path: Path) -> None:
    """End to end: values stay with their file, marks are visible, the repair is in the manifest,
    and all of it is proved."""
    one = draw.form(
        factories.text_pdf(), [("FamilyName", "First", (72, 400, 300, 420))], drawn=False
    )
    two = draw.form(
        factories.text_pdf(), [("FamilyName", "Second", (72, 400, 300, 420))], drawn=False
    )
    marked = changed(lambda pdf: mark(pdf, "/Highlight", QuadPoints=QUADS, C=Array([1, 1, 0])))
    torn = without_table(factories.text_pdf([["Page of the torn file."]]))
    digest = hashlib.sha256(torn).hexdigest()
    extra = [
        {
            "id": name,
            "title": name,
            "category": "medical",
            "files": [{"path": f"evidence/{name}.pdf", **more}],
        }
        for name, more in (
            ("one", {}),
            ("two", {}),
            ("marked", {}),
            ("torn", {"accept_repair": digest}),
        )
    ]
    folder = factories.small_case(
        tmp_path / "case", {"exhibits": [*factories.CASE["exhibits"], *extra]}
    )
    for name, data in (("one", one), ("two", two), ("marked", marked), ("torn", torn)):
        (folder / f"evidence/{name}.pdf").write_bytes(data)

    (built,) = build(folder)

    assert built.proof.ok
    manifest = json.loads((folder / "build/child" / MANIFEST_FILE).read_text(encoding="utf8"))
    pages = {
        entry["exhibit"]: entry["number"] - 1
        for entry in manifest["ledger"]
        if entry["kind"] == "exhibit"
    }
    bundle = folder / "build/child/bundle.pdf"
    said = {name: words(bundle, pages[name]) for name in ("one", "two", "torn")}
    assert ("First" in said["one"], "Second" in said["one"]) == (True, False)
    assert ("First" in said["two"], "Second" in said["two"]) == (False, True)
    assert "Page of the torn file." in said["torn"]
    for name, data in (("one", one), ("two", two), ("marked", marked)):
        assert blocks(shown(bundle, pages[name])[:700], shown(data)[:700]) < 14
    opened = {each["path"]: each for each in manifest["opened"]}
    assert opened["evidence/torn.pdf"]["outcome"] == "repaired"
    assert opened["evidence/one.pdf"]["outcome"] == "accepted"
    assert ("EVID.REPAIRED", "warning") in [
        (each["rule"], each["severity"]) for each in manifest["findings"]
    ]
    assert "EVID.REPAIRED" in (folder / "build/child/review.html").read_text(encoding="utf8")
