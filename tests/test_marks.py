"""Comments and marks without a picture: drawn from what the file says of them, seen on the page,
and proved."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from pypdf import PdfReader

from assembler.evidence.annotations.marks import DRAWN_BY_PDFIUM
from assembler.evidence.readers.pdf import NormalizedPdf, normalize_pdf
from assembler.model import Severity
from assembler.proof import mark_check
from tests import factories, formdraw
from tests.conftest import build
from tests.support.field_proofs import entry, proved

RED, BLUE, YELLOW = Array([1, 0, 0]), Array([0, 0, 1]), Array([1, 1, 0])
RECT = (72, 300, 300, 400)
QUADS = Array([72, 400, 300, 400, 72, 300, 300, 300])
SHOWN, UNSEEN = "comment or mark (still visible)", "comment or mark (not visible)"
Change = Callable[[Pdf], None]


def marked(
    kind: str, rect: tuple[float, ...] = RECT, *, change: Change | None = None, **more: Any
) -> bytes:
    """A page of text with one mark on it."""
    with pikepdf.open(io.BytesIO(factories.text_pdf())) as pdf:
        note = Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array(rect), **{"F": 4, **more})
        pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
        if change:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def made(data: bytes, folder: Path) -> NormalizedPdf:
    (folder / "source.pdf").write_bytes(data)
    return normalize_pdf(data, folder / "normal.pdf")


def drawn(data: bytes | Path, *, marks_too: bool = True) -> np.ndarray[Any, Any]:
    page = pdfium.PdfDocument(data)[0]
    return np.asarray(page.render(scale=2, draw_annots=marks_too).to_pil().convert("RGB"))


def largest_difference(
    one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Of the three colors of each pixel."""
    colors = np.maximum(one, other) - np.minimum(one, other)
    return np.maximum(np.maximum(colors[..., 0], colors[..., 1]), colors[..., 2])


def changed(folder: Path) -> np.ndarray[Any, Any]:
    """Where the page made differs from the client's without its marks."""
    before = drawn((folder / "source.pdf").read_bytes(), marks_too=False)
    return np.asarray(largest_difference(drawn(folder / "normal.pdf"), before) > 24)


def is_inked(ink: np.ndarray[Any, Any], x: float, y: float) -> bool:
    """Whether something of a mark is at a point of an unturned Letter page, or right beside it."""
    row, column = round((792 - y) * 2), round(x * 2)
    return bool(ink[row - 3 : row + 4, column - 3 : column + 4].any())


LINE = Array([80, 310, 290, 390])
CORNERS = Array([80, 310, 290, 310, 180, 390])
UNDRAWN = [
    ("/Line", {"L": LINE, "C": RED}, [(80, 310), (185, 350), (290, 390)]),
    (
        "/Line",
        {
            "L": LINE,
            "C": BLUE,
            "LE": Array([Name.OpenArrow, Name.ClosedArrow]),
            "BS": Dictionary(W=3),
        },
        [(185, 350)],
    ),
    ("/Line", {"L": LINE, "LE": Array([Name.Diamond, Name.Circle]), "IC": YELLOW}, [(185, 350)]),
    (
        "/Line",
        {
            "L": LINE,
            "LE": Array([Name.Butt, Name.Slash]),
            "BS": Dictionary(S=Name.D, D=Array([6, 3])),
        },
        [],
    ),
    (
        "/Line",
        {"L": LINE, "LE": Array([Name.Square, Name.RClosedArrow]), "Border": Array([0, 0, 2])},
        [(185, 350)],
    ),
    (
        "/Line",
        {"L": Array([80, 320, 290, 320]), "LL": 30, "LLE": 5, "C": RED},
        [(185, 350), (80, 335), (290, 335)],
    ),
    ("/PolyLine", {"Vertices": CORNERS, "C": RED}, [(185, 310), (235, 350)]),
    ("/Polygon", {"Vertices": CORNERS, "C": RED}, [(185, 310), (235, 350), (130, 350)]),
    ("/Polygon", {"Vertices": CORNERS, "C": RED, "IC": YELLOW, "CA": 0.5}, [(185, 330)]),
    (
        "/Polygon",
        {
            "Vertices": Array([90, 310, 280, 310, 280, 390, 90, 390]),
            "BE": Dictionary(S=Name.C, I=1),
            "C": RED,
        },
        [],
    ),
    ("/Square", {"BE": Dictionary(S=Name.C, I=2), "RD": Array([10, 10, 10, 10]), "C": RED}, []),
    (
        "/Ink",
        {"InkList": Array([Array([80, 310, 180, 450, 400, 310])]), "C": RED},
        [(180, 448), (390, 316)],
    ),
    (
        "/Highlight",
        {"QuadPoints": Array([72, 450, 400, 450, 72, 420, 400, 420]), "C": YELLOW},
        [(350, 430)],
    ),
    ("/Highlight", {"C": YELLOW}, [(180, 350)]),
    ("/Underline", {"C": RED}, [(180, 306)]),
    ("/StrikeOut", {"C": RED}, [(180, 350)]),
    ("/Squiggly", {"C": RED}, [(180, 307)]),
    ("/Caret", {"C": RED}, [(185, 302)]),
    ("/Stamp", {"Name": Name.Approved}, [(180, 306)]),
    ("/FileAttachment", {}, []),
    ("/Redact", {"OC": RED}, [(72, 350), (300, 350)]),
    (
        "/FreeText",
        {"DA": String("/Helv 12 Tf 1 0 0 rg"), "Contents": String("Łukasz was here")},
        [(72, 350)],
    ),
]


@pytest.mark.parametrize("turned", [0, 90])
@pytest.mark.parametrize(("kind", "more", "points"), UNDRAWN)
def test_a_mark_without_a_picture_is_drawn_and_proved(
    tmp_path: Path, kind: str, more: dict[str, Any], points: list[tuple[float, float]], turned: int
) -> None:
    normal = made(
        marked(kind, change=lambda pdf: setattr(pdf.pages[0], "Rotate", turned), **more), tmp_path
    )

    ink = changed(tmp_path)
    assert ink.sum() > 20
    assert turned or all(is_inked(ink, *point) for point in points)
    assert normal.redrawn == {0}
    assert (
        dict(normal.removed).get(SHOWN) == (None if kind == "/FileAttachment" else 1)
        or kind == "/FileAttachment"
    )
    assert not [loss for loss in normal.losses if loss.rule == "EVID.MARK"]
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Approved", "APPROVED"),
        ("NotApproved", "NOT APPROVED"),
        ("TopSecret", "TOP SECRET"),
        ("SBConfidential", "CONFIDENTIAL"),
        ("AsIs", "AS IS"),
        ("", "DRAFT"),
    ],
)
def test_a_stamp_says_its_name(tmp_path: Path, name: str, said: str) -> None:
    made(marked("/Stamp", **({"Name": Name(f"/{name}")} if name else {})), tmp_path)

    layer = pdfium.PdfDocument(tmp_path / "normal.pdf")[0].get_textpage()
    assert layer.get_text_bounded(*RECT) == said
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"C": YELLOW},
        {"CL": Array([400, 250, 350, 320, 300, 350]), "LE": Name.OpenArrow},
        {"Q": 1},
        {"BS": Dictionary(W=0)},
        {"DS": String("font: 9pt Helvetica; color: #FF0000"), "DA": None},
    ],
)
@pytest.mark.parametrize("text", ["Łukasz Żółć", "محمد عبد الله", "a text of several lines " * 5])
def test_a_text_on_the_page_is_drawn_in_its_own_letters(
    tmp_path: Path, text: str, more: dict[str, Any]
) -> None:
    entries = {"DA": String("/Helv 11 Tf 0 0 1 rg"), "Contents": String(text), **more}
    normal = made(
        marked("/FreeText", **{key: value for key, value in entries.items() if value is not None}),
        tmp_path,
    )

    layer = pdfium.PdfDocument(tmp_path / "normal.pdf")[0].get_textpage()
    assert sorted("".join(layer.get_text_bounded(*RECT).split())) == sorted("".join(text.split()))
    assert normal.losses == ()
    assert "CL" not in more or is_inked(changed(tmp_path), 375, 285)
    assert proved(tmp_path) == []


@pytest.mark.parametrize("kind", sorted(DRAWN_BY_PDFIUM))
def test_what_pdfium_draws_looks_as_it_draws_it(tmp_path: Path, kind: str) -> None:
    data = marked(kind, C=RED, QuadPoints=QUADS, InkList=Array([LINE]), Contents=String("x"))

    normal = made(data, tmp_path)

    assert normal.redrawn == frozenset()
    assert dict(normal.removed)[SHOWN] == 1
    apart = largest_difference(drawn(tmp_path / "normal.pdf"), drawn(data))
    assert (apart > 60).sum() == 0


# --- what PDFium does not draw ---

KINDS = (
    "/Text",
    "/FreeText",
    "/Line",
    "/Square",
    "/Circle",
    "/Polygon",
    "/PolyLine",
    "/Highlight",
    "/Underline",
    "/Squiggly",
    "/StrikeOut",
    "/Stamp",
    "/Caret",
    "/Ink",
    "/Popup",
    "/FileAttachment",
    "/Sound",
    "/Movie",
    "/Screen",
    "/PrinterMark",
    "/TrapNet",
    "/Watermark",
    "/3D",
    "/Redact",
    "/Projection",
    "/RichMedia",
)
NOTHING_TO_DRAW = frozenset(
    (
        "/Popup",
        "/Sound",
        "/Movie",
        "/Screen",
        "/PrinterMark",
        "/TrapNet",
        "/Watermark",
        "/3D",
        "/Projection",
        "/RichMedia",
    )
)


def test_the_kinds_pdfium_does_not_draw_are_those_on_the_list() -> None:
    """Where this fails PDFium has learned or forgotten a kind: the lists in evidence and in the
    proof must follow."""
    everything: dict[str, Any] = {
        "C": RED,
        "L": LINE,
        "Vertices": CORNERS,
        "QuadPoints": QUADS,
        "InkList": Array([LINE]),
        "Name": Name.Approved,
        "DA": String("/Helv 12 Tf 0 g"),
        "Contents": String("words"),
    }
    blind = set()
    for kind in KINDS:
        data = marked(kind, **everything)
        if (drawn(data) == drawn(data, marks_too=False)).all():
            blind.add(kind)

    assert blind == mark_check.BLIND_TO | NOTHING_TO_DRAW
    assert set(KINDS) - blind == DRAWN_BY_PDFIUM | {"/FreeText"}


# --- hidden, switched off, not to be drawn ---


@pytest.mark.parametrize("flags", [2, 32, 2 | 4])
def test_a_hidden_mark_stays_hidden_and_is_not_called_visible(tmp_path: Path, flags: int) -> None:
    normal = made(marked("/Line", L=LINE, C=RED, F=flags), tmp_path)

    assert not changed(tmp_path).any()
    assert dict(normal.removed).get(SHOWN) is None
    assert dict(normal.removed)["hidden comment or mark"] == 1
    assert [loss.rule for loss in normal.losses] == ["EVID.COMMENT"]


@pytest.mark.parametrize("is_off", [True, False])
@pytest.mark.parametrize("kind", ["/Line", "/Square"])
def test_a_mark_of_a_layer_is_drawn_if_the_layer_is_on(
    tmp_path: Path, kind: str, is_off: bool
) -> None:
    def layer(pdf: Pdf) -> None:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("layer")))
        pdf.pages[0].Annots[0].OC = group
        off = Array([group]) if is_off else Array()
        pdf.Root.OCProperties = Dictionary(
            OCGs=Array([group]), D=Dictionary(OFF=off, Order=Array([group]))
        )

    normal = made(marked(kind, L=LINE, C=RED, change=layer), tmp_path)

    assert changed(tmp_path).any() != is_off
    assert (SHOWN in dict(normal.removed)) != is_off


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("/Watermark", {}),
        ("/Line", {}),
        ("/Polygon", {"Vertices": Array([])}),
        ("/Foo", {}),
        ("/Line", {"L": LINE, "C": Array()}),
    ],
)
def test_a_mark_of_which_nothing_is_seen_is_told_with_page_and_kind(
    tmp_path: Path, kind: str, more: dict[str, Any]
) -> None:
    normal = made(marked(kind, **more), tmp_path)

    assert dict(normal.removed).get(SHOWN) is None
    assert dict(normal.removed)[UNSEEN] == 1
    (loss,) = normal.losses
    assert (loss.rule, loss.page, loss.severity) == ("EVID.MARK", 1, Severity.WARNING)
    assert kind[1:].lower() in loss.problem


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("/FreeText", {"DA": String("/Helv 12 Tf 0 g"), "Contents": String("Nobody sees this")}),
        ("/Line", {"L": LINE, "C": RED}),
        ("/Square", {"BE": Dictionary(S=Name.C, I=2), "C": RED}),
        ("/Square", {"C": RED}),
    ],
)
def test_a_mark_without_any_opacity_does_not_come_onto_the_page(
    tmp_path: Path, kind: str, more: dict[str, Any]
) -> None:
    normal = made(marked(kind, CA=0, **more), tmp_path)

    assert not changed(tmp_path).any()
    assert dict(normal.removed)[UNSEEN] == 1
    layer = pdfium.PdfDocument(tmp_path / "normal.pdf")[0].get_textpage()
    assert "Nobody" not in layer.get_text_bounded()
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("/Line", {"L": LINE, "C": Array([1, 1, 1])}),
        ("/Line", {"L": LINE, "C": Array([1]), "BS": Dictionary(W=4)}),
        ("/FreeText", {"DA": String("/Helv 12 Tf 1 g"), "Contents": String("White")}),
        (
            "/FreeText",
            {"DA": String("/F 12 Tf 0 0 0 0 k"), "Contents": String("x"), "C": Array([1])},
        ),
    ],
)
def test_a_mark_in_the_color_of_the_paper_is_proved(
    tmp_path: Path, kind: str, more: dict[str, Any]
) -> None:
    made(marked(kind, **more), tmp_path)

    assert not changed(tmp_path).any()
    assert proved(tmp_path) == []


def add_black_line(pdf: Pdf) -> None:
    """Lay a broader line below the mark, shorter than it."""
    notes = pdf.pages[0].Annots
    below = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Line,
        Rect=Array(RECT),
        L=Array([110, 322, 260, 378]),
        F=4,
        C=Array([0]),
        BS=Dictionary(W=10),
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(below), *notes])


def test_a_white_line_over_a_black_one_is_proved(tmp_path: Path) -> None:
    made(marked("/Line", L=LINE, C=Array([1]), BS=Dictionary(W=4), change=add_black_line), tmp_path)

    assert is_inked(changed(tmp_path), 185, 355)
    assert proved(tmp_path) == []


def test_a_white_line_that_is_lost_from_a_gray_page_is_found(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(factories.full_ink_pdf())) as pdf:
        pdf.save(tmp_path / "normal.pdf")
        line = Dictionary(
            Type=Name.Annot, Subtype=Name.Line, Rect=Array(RECT), L=LINE, C=Array([1]), F=4
        )
        pdf.pages[0].Annots = Array([pdf.make_indirect(line)])
        pdf.save(tmp_path / "source.pdf")

    assert proved(tmp_path) == ["comment or mark 1 is not seen along its line"]
    made((tmp_path / "source.pdf").read_bytes(), tmp_path)
    assert proved(tmp_path) == []


def test_a_note_without_a_size_has_its_icon(tmp_path: Path) -> None:
    data = marked("/Text", (100, 300, 100, 300), Name=Name.Note)

    normal = made(data, tmp_path)

    assert is_inked(changed(tmp_path), 110, 310)
    assert (drawn(tmp_path / "normal.pdf") == drawn(data)).all()
    assert (dict(normal.removed)[SHOWN], normal.losses) == (1, ())


def test_no_picture_of_a_mark_covers_a_field(tmp_path: Path) -> None:
    """PDFium shows a file without its fields: what is beside a mark seems to look otherwise."""

    def add_text(pdf: Pdf) -> None:
        words = formdraw.drawing(pdf, b"BT /Helv 11 Tf 4 4 Td (Name of the field) Tj ET", 100, 15)
        text = Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=Array([72, 398, 172, 413]),
            F=4,
            Contents=String("Name of the field"),
            AP=Dictionary(N=words),
        )
        field = pdf.pages[0].Annots[0]
        value = b"0 0 100 20 re S /Tx BMC BT /Helv 12 Tf 2 5 Td (Value) Tj ET EMC"
        frame = formdraw.drawing(pdf, value, 100, 20)
        field.AP = Dictionary(N=frame)
        pdf.pages[0].Annots = Array([field, pdf.make_indirect(text)])

    field = formdraw.field((72, 377, 172, 397), V=String("Value"))
    data = formdraw.form(field, asked=False, change=add_text)

    normal = made(data, tmp_path)

    assert normal.redrawn == frozenset()
    assert all(is_inked(changed(tmp_path), x, 397) for x in range(75, 170, 5))


@pytest.mark.parametrize("kind", ["/Movie", "/Sound", "/RichMedia", "/3D", "/Screen"])
def test_a_recording_stops_the_case(tmp_path: Path, kind: str) -> None:
    normal = made(marked(kind), tmp_path)

    assert Severity.ERROR in [loss.severity for loss in normal.losses if loss.rule == "EVID.MARK"]


@pytest.mark.parametrize(
    "more",
    [
        {"L": Array([80, 310])},
        {"L": String("no array")},
        {"L": LINE, "C": Array([1, 2])},
        {"L": LINE, "LE": String("x")},
        {"L": LINE, "BS": Array()},
        {"L": LINE, "Border": Array([0, 0, 1, Array([3])])},
        {"L": LINE, "CA": String("x")},
    ],
)
def test_broken_entries_break_nothing(tmp_path: Path, more: dict[str, Any]) -> None:
    made(marked("/Line", **more), tmp_path)

    assert proved(tmp_path) == []


# --- the proof sees what is wrong ---


@pytest.mark.parametrize(("kind", "more"), [(kind, more) for kind, more, _ in UNDRAWN])
def test_a_lost_mark_is_found(tmp_path: Path, kind: str, more: dict[str, Any]) -> None:
    (tmp_path / "source.pdf").write_bytes(marked(kind, **more))
    (tmp_path / "normal.pdf").write_bytes(factories.text_pdf())

    (fault,) = proved(tmp_path)
    assert fault.startswith("comment or mark 1 ")


@pytest.mark.parametrize(
    "other",
    [
        {"L": Array([80, 310, 185, 350])},
        {"L": Array([80, 390, 290, 310])},
        {"L": Array([80, 320, 290, 400])},
    ],
)
def test_a_line_that_is_elsewhere_is_found(tmp_path: Path, other: dict[str, Any]) -> None:
    made(marked("/Line", C=RED, **other), tmp_path)
    (tmp_path / "source.pdf").write_bytes(marked("/Line", C=RED, L=LINE))

    assert proved(tmp_path) == ["comment or mark 1 is not seen along its line"]


def test_a_stamp_that_says_something_else_is_found(tmp_path: Path) -> None:
    made(marked("/Stamp", Name=Name.Approved), tmp_path)
    (tmp_path / "source.pdf").write_bytes(marked("/Stamp", Name=Name.NotApproved))

    assert proved(tmp_path) == ["comment or mark 1 does not show its text"]


def test_only_along_a_line_may_the_page_look_otherwise(tmp_path: Path) -> None:
    data = marked("/Line", L=LINE, C=RED)
    page = PdfReader(io.BytesIO(data)).pages[0]

    (mark,) = mark_check.find_marks_without_picture(page)

    covered = sum((right - left) * (top - bottom) for left, bottom, right, top in mark.areas)
    assert covered < 228 * 100
    assert not any(
        left <= 90 <= right and bottom <= 390 <= top for left, bottom, right, top in mark.areas
    )
    assert entry(0, (612, 792)).is_redrawn


# --- a whole build ---


def test_a_bundle_with_marks_of_every_kind_is_proved(tmp_path: Path) -> None:
    def add_all(pdf: Pdf) -> None:
        pdf.pages[0].Annots = Array(
            [
                pdf.make_indirect(
                    Dictionary(Type=Name.Annot, Subtype=Name(kind), Rect=Array(RECT), F=4, **more)
                )
                for kind, more, _ in UNDRAWN
                if kind not in ("/FileAttachment", "/Redact")
            ]
        )

    extra = [
        {"id": "marked", "title": "marked", "category": "photo", "files": ["evidence/marked.pdf"]}
    ]
    folder = factories.small_case(
        tmp_path / "case", {"exhibits": [*factories.CASE["exhibits"], *extra]}
    )
    (folder / "evidence/marked.pdf").write_bytes(marked("/Line", change=add_all))

    (built,) = build(folder)

    assert built.proof.ok
    (check,) = [check for check in built.proof.checks if check.name == "fields"]
    assert "marks are visible" in check.detail
