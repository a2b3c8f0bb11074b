"""Sound files that viewers show without complaint, and that are rare: each must be proved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler.model import Stamp
from assembler.proof.stamp_drawing import measure_stamp_ink
from scripts.sample_cases import draw
from tests import factories, mutable
from tests.conftest import build

Change = Callable[[Pdf], None]


def page_of(change: Change) -> bytes:
    return draw.again(factories.text_pdf(), change)


def picture(pdf: Pdf, content: bytes, box: tuple[float, ...]) -> pikepdf.Object:
    form = pdf.make_stream(content)
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array(box)
    return form


def only_printed(pdf: Pdf) -> None:
    """A note that is printed and never seen on a screen."""
    look = picture(pdf, b"0 0 150 22 re f", (0, 0, 150, 22))
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array([88.2, 300, 238.2, 322]),
        F=32 | 4,
        AP=Dictionary(N=look),
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])


def upright_note(pdf: Pdf) -> None:
    """A note that hangs upright from its corner, on a page that is turned."""
    pdf.pages[0].Rotate = 270
    look = picture(pdf, b"1 0.8 0 rg 0 0 30 30 re f 0 g 2 2 10 3 re f", (0, 0, 30, 30))
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Text,
        Rect=Array([200, 300, 230, 330]),
        F=4 | 8 | 16,
        Contents=String("x"),
        AP=Dictionary(N=look),
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])


def cut_edge(pdf: Pdf) -> None:
    """A field within a note, both on black paper, whose picture is cut off by its box between two
    pixels."""
    frame = b"0.4 0.85 0.15 rg 0 0 160 30 re f 1 0 0 RG 0.5 0.5 149 21 re s"
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("a"),
        Rect=Array([91.5628, 344.632, 241.563, 366.632]),
        F=4,
        AP=Dictionary(N=picture(pdf, frame, (0, 0, 150, 22))),
    )
    look = picture(pdf, b"0 0 279 112 re f", (0, 0, 279, 112))
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array([49, 263, 328, 375]),
        F=4,
        AP=Dictionary(N=look),
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(note), pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[1]]))


def codes_without_letters(pdf: Pdf) -> None:
    """Text whose codes stand for control characters, and for numbers beyond all characters."""
    for font in pdf.pages[0].Resources.Font.values():
        lines = b"".join(
            b"<%02x> <%s>\n" % (code, b"00e0e0e0" if code == 0x65 else b"%04x" % (code % 28 + 1))
            for code in range(0x21, 0x7F)
        )
        font.ToUnicode = pdf.make_stream(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            b"1 begincodespacerange <00> <ff> endcodespacerange\n"
            b"94 beginbfchar\n" + lines + b"endbfchar endcmap end end"
        )


@pytest.mark.parametrize(
    "change",
    [only_printed, upright_note, cut_edge, codes_without_letters],
    ids=lambda change: change.__name__,
)
def test_a_sound_page_of_a_rare_kind_is_proved(tmp_path: Path, change: Change) -> None:
    case = mutable.mutable_case(tmp_path / "case", {"linked": page_of(change)})

    assert build(case)[0].proof.ok


def test_a_letter_between_two_pixels_may_be_drawn_in_either() -> None:
    """The order in which numbers are added decides, on which side of a pixel's edge a letter is."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(1417.32, 850.39)
    stamp = Stamp(
        text="Exhibit A · 1 of 1 · page 1 of 1",
        x=1223.33,
        y=25.01,
        size=12.506,
        width=168.98,
        height=15.63,
    )
    ink = measure_stamp_ink(stamp, page, (1890, 1134))
    rows, columns = ink.left.shape
    paper = np.full((rows, 1890, 3), 255, np.uint8)
    nudged = ink.draw_nudged()
    assert any((other != ink.left).any() for other in nudged)

    for other in nudged:
        seen = paper.copy()
        seen[:, ink.column : ink.column + columns] = other[:, :, None]
        wrong = (seen != printed(paper, ink.left, ink.column)).any(axis=2)
        assert not (wrong & ~ink.is_between_pixels(seen, paper, ink.row)).any()
    wrong = (paper != printed(paper, ink.left, ink.column)).any(axis=2)
    assert (wrong & ~ink.is_between_pixels(paper, paper, ink.row)).sum() > 0.9 * wrong.sum()


def printed(paper: np.ndarray, left: np.ndarray, column: int) -> np.ndarray:  # type: ignore[type-arg]
    page = paper.copy()
    page[:, column : column + left.shape[1]] = left[:, :, None]
    return page
