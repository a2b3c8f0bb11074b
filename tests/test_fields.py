"""Values of form fields without a picture: drawn with fonts that have their letters, and read
back by other means."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PdfReadError
from pypdf.generic import ArrayObject, NameObject, TextStringObject

from assembler.evidence.annotations.bidi_order import find_base_level, order_visual_runs
from assembler.evidence.annotations.form_fields import list_field_places
from assembler.evidence.readers.pdf import NormalizedPdf, normalize_pdf
from assembler.model import Severity
from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf.source_files import ClientFiles, Sources
from assembler.proof import source_fields, text_layer
from assembler.proof.pixels import Originals
from tests import factories, formdraw
from tests.bound_pages import bound
from tests.conftest import build
from tests.formdraw import (
    COMB,
    COMBO,
    MULTILINE,
    MULTISELECT,
    PASSWORD,
    PUSH,
    RADIO,
    drawing,
    field,
    form,
    kids,
)
from tests.support import manifests
from tests.support.field_proofs import entry, proved
from tests.support.proofs import proved as prove

CORPUS = (
    Path(
        os.environ.get(
            "ASSEMBLER_CORPUS", Path(__file__).parent.parent.parent / "shared" / "corpus"
        )
    )
    / "forms"
)
BOX = (72, 500, 300, 520)
FRAME = Dictionary(BC=Array([1, 0, 0]))


def made(data: bytes, folder: Path) -> NormalizedPdf:
    (folder / "source.pdf").write_bytes(data)
    return normalize_pdf(data, folder / "normal.pdf")


def text_in(path: Path, box: tuple[float, ...] = BOX, page: int = 0) -> str:
    opened = pdfium.PdfDocument(path)
    layer = opened[page].get_textpage()
    return " ".join(layer.get_text_bounded(*box).split())


def ink_in(path: Path, box: tuple[float, ...] = BOX, scale: float = 2) -> np.ndarray[Any, Any]:
    """Where dark pixels are in a box of the first page, from its top."""
    opened = pdfium.PdfDocument(path)
    drawn = np.asarray(opened[0].render(scale=scale).to_pil().convert("L"))
    left, bottom, right, top = (round(value * scale) for value in box)
    return drawn[drawn.shape[0] - top : drawn.shape[0] - bottom, left:right] < 128


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    "value",
    [
        "Łukasz Żółć-Ąęśź",
        "Nguyễn Văn Đệ",
        "Șerban Țurcanu",
        "Щукин Їжак Ґалаґан",
        "Ελένη Παπαδοπούλου",
        "אברהם כהן 12",
        "محمد عبد الله",
        "محمد Ahmed ١٢ 34",
        "المشتركة",
        "王小明",
        "田中 さくら",
        "김 민수",
        "O’Neill “Zoë” — 1½ €",
        "Ñandú, x́ é",
        "semi;colon (a) \\ /path <b>",
        "well-known e-mail a@b.org",
    ],
)
def test_a_value_is_drawn_in_its_own_letters_and_read_back(
    tmp_path: Path, value: str, asked: bool
) -> None:
    normal = made(form(field(BOX, V=String(value)), asked=asked), tmp_path)

    assert normal.redrawn == {0}
    assert normal.losses == () and normal.faults == ()
    assert sorted(text_in(tmp_path / "normal.pdf").replace(" ", "")) == sorted(
        value.replace(" ", "")
    )
    assert ink_in(tmp_path / "normal.pdf").any()
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-16-be", "strict").join([b"\xfe\xff", b""]),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: b"\xef\xbb\xbf" + text.encode("utf-8"),
        lambda text: b"\xfe\xff" + "\x1bpl\x1b".encode("utf-16-be") + text.encode("utf-16-be"),
    ],
)
def test_values_are_read_in_every_encoding_of_text(tmp_path: Path, encode: Any) -> None:
    value = pikepdf.Object.parse(b"<" + encode("Łódź").hex().encode() + b">")

    made(form(field(BOX, V=value)), tmp_path)

    assert text_in(tmp_path / "normal.pdf") == "Łódź"
    assert proved(tmp_path) == []


def test_a_letter_no_font_has_is_told_and_never_a_question_mark(tmp_path: Path) -> None:
    normal = made(
        form(
            field((72, 600, 300, 620), "other", V=String("plain")),
            field(BOX, V=String("ABC \U00013000")),
        ),
        tmp_path,
    )

    (loss,) = normal.losses
    assert (loss.rule, loss.page, loss.severity) == ("EVID.FIELD", 1, Severity.ERROR)
    assert "form field 2" in loss.problem
    assert "ABC" not in loss.problem
    assert "?" not in text_in(tmp_path / "normal.pdf")


@pytest.mark.parametrize(("quadding", "low", "high"), [(0, 0.0, 0.4), (1, 0.3, 0.7), (2, 0.6, 1.0)])
@pytest.mark.parametrize("of_form", [True, False])
def test_values_stand_left_in_the_middle_or_right(
    tmp_path: Path, quadding: int, low: float, high: float, of_form: bool
) -> None:
    own = {} if of_form else {"Q": quadding}
    data = form(field(BOX, V=String("middle"), **own), **({"Q": quadding} if of_form else {}))

    made(data, tmp_path)

    columns = np.flatnonzero(ink_in(tmp_path / "normal.pdf").any(axis=0)) / (2 * (BOX[2] - BOX[0]))
    assert low <= columns.min() and columns.max() <= high


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("page_turned", [0, 90, 180, 270])
def test_values_on_turned_fields_and_pages_are_proved(
    tmp_path: Path, turned: int, page_turned: int
) -> None:
    box = (200, 300, 220, 420) if turned % 180 else (200, 300, 320, 320)
    data = form(
        field(box, V=String("Turned Łódź"), MK=Dictionary(R=turned)),
        change=lambda pdf: setattr(pdf.pages[0], "Rotate", page_turned),
    )

    made(data, tmp_path)

    if not page_turned:
        ink = ink_in(tmp_path / "normal.pdf", box)
        high, wide = (int(np.ptp(np.flatnonzero(ink.any(axis=axis)))) for axis in (1, 0))
        assert (high > wide) == bool(turned % 180)
    assert text_in(tmp_path / "normal.pdf", box) == "Turned Łódź"
    assert proved(tmp_path) == []


def test_each_letter_of_a_comb_has_its_cell(tmp_path: Path) -> None:
    made(form(field((100, 500, 300, 520), V=String("12345"), Ff=COMB, MaxLen=10)), tmp_path)

    opened = pdfium.PdfDocument(tmp_path / "normal.pdf")
    layer = opened[0].get_textpage()
    boxes = [layer.get_charbox(place) for place in range(layer.count_chars())]
    boxes = [box for box in boxes if box[1] > 499 and box[3] < 521 and box[2] - box[0] > 1]
    assert [int((box[0] + box[2] - 200) / 40) for box in boxes] == [0, 1, 2, 3, 4]
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    "value", ["one\rtwo\r\nthree\nfour", "word " * 60, "长" * 80, "unbroken" * 30, "كلمة " * 40]
)
@pytest.mark.parametrize("size", [0, 12, 30])
def test_blocks_of_text_are_broken_into_lines_and_made_to_fit(
    tmp_path: Path, value: str, size: int
) -> None:
    box = (72, 400, 250, 470)

    normal = made(
        form(field(box, V=String(value), Ff=MULTILINE, DA=String(f"/Helv {size} Tf 0 g"))), tmp_path
    )

    assert normal.losses == ()
    assert sorted(text_in(tmp_path / "normal.pdf", box).replace(" ", "")) == sorted(
        "".join(value.split())
    )
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    ("box", "size"),
    [((72, 500, 110, 520), 12), ((72, 500, 300, 507), 12), ((72, 500, 300, 520), 60)],
)
def test_a_value_too_large_for_its_place_is_made_smaller_not_cut(
    tmp_path: Path, box: tuple[int, ...], size: int
) -> None:
    normal = made(
        form(field(box, V=String("Testina Exemplar"), DA=String(f"/Helv {size} Tf 0 g"))), tmp_path
    )

    assert normal.losses == ()
    assert text_in(tmp_path / "normal.pdf", box) == "Testina Exemplar"
    assert proved(tmp_path) == []


SMALL, LONG = (72, 500, 90, 508), "far too long for this place " * 20


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"V": String(LONG)}, "far too long f"),
        ({"V": String(LONG), "Ff": MULTILINE}, "far too l"),
        (
            {"V": String(LONG), "FT": Name.Ch, "Ff": COMBO, "Opt": Array([String(LONG)])},
            "far too long f",
        ),
        ({"V": String(LONG), "FT": Name.Ch, "Opt": Array([String(LONG)])}, "far too long f"),
        ({"V": String("אברהם כהן " * 20)}, "אברהם כהן א"),
        ({"V": String(LONG), "Ff": PASSWORD}, "*" * 15),
    ],
    ids=["line", "block", "combo box", "list", "right to left", "password"],
)
def test_of_a_value_no_size_makes_fit_whole_letters_are_drawn_and_it_is_told(
    tmp_path: Path, values: dict[str, Any], shown: str
) -> None:
    normal = made(form(field(SMALL, **values)), tmp_path)

    assert [(loss.rule, loss.severity) for loss in normal.losses] == [
        ("EVID.FIELD", Severity.ERROR)
    ]
    assert text_in(tmp_path / "normal.pdf") == shown
    assert proved(tmp_path) == ["form field 1 does not show its value"]
    assert proved(tmp_path, in_part={(1, 1)}) == []


@pytest.mark.parametrize("high", [1.0, 2.2])
def test_a_value_in_a_place_too_low_for_any_letter_is_told(tmp_path: Path, high: float) -> None:
    normal = made(form(field((72, 500, 172, 500 + high), V=String("abc"))), tmp_path)

    assert [loss.rule for loss in normal.losses] == ["EVID.FIELD"]
    assert proved(tmp_path, in_part={(1, 1)}) == []


@pytest.mark.parametrize(
    "shown", ["far too lung f", "far long f", "ar too long f", "too long", "1"]
)
def test_a_field_that_shows_a_part_shows_nothing_else(tmp_path: Path, shown: str) -> None:
    """What a person accepted is that the rest is missing, not that other words stand there."""
    data = form(field(SMALL, V=String(LONG)))
    made(data, tmp_path)
    assert proved(tmp_path, in_part={(1, 1)}) == []

    made(form(field(SMALL, V=String(shown))), tmp_path)
    (tmp_path / "source.pdf").write_bytes(data)

    assert proved(tmp_path, in_part={(1, 1)})


@pytest.mark.parametrize("value", ["\U00020bb7\u7530", "\U00020bb7\u7530 " * 12])
def test_letters_beyond_the_first_plane_are_read_whole(tmp_path: Path, value: str) -> None:
    normal = made(form(field((72, 500, 300, 560), V=String(value), Ff=MULTILINE)), tmp_path)

    assert normal.losses == ()
    assert proved(tmp_path) == []


OPTIONS = Array(
    [Array([String("a"), String("Alpha")]), Array([String("b"), String("Bravo")]), String("c")]
)


@pytest.mark.parametrize(("value", "shown"), [("b", "Bravo"), ("c", "c"), ("typed in", "typed in")])
def test_a_choice_shows_the_text_of_its_option(tmp_path: Path, value: str, shown: str) -> None:
    made(form(field(BOX, FT=Name.Ch, Ff=COMBO, Opt=OPTIONS, V=String(value))), tmp_path)

    assert text_in(tmp_path / "normal.pdf") == shown
    assert proved(tmp_path) == []


@pytest.mark.parametrize(
    "entries",
    [
        {"V": String("Option 7")},
        {"V": Array([String("Option 1"), String("Option 7")]), "Ff": MULTISELECT},
        {"I": Array([7])},
        {"V": String("Option 7"), "TI": 6},
    ],
)
def test_the_chosen_lines_of_a_list_are_seen_and_marked(
    tmp_path: Path, entries: dict[str, Any]
) -> None:
    box = (72, 440, 250, 500)
    options = Array([String(f"Option {number}") for number in range(9)])

    normal = made(form(field(box, FT=Name.Ch, Opt=options, **entries)), tmp_path)

    assert normal.losses == ()
    assert "Option 7" in text_in(tmp_path / "normal.pdf", box)
    assert proved(tmp_path) == []


def box_field(**more: Any) -> Dictionary:
    return field((72, 500, 90, 518), FT=Name.Btn, DA=String("/ZaDb 0 Tf 0 g"), **more)


@pytest.mark.parametrize("sign", ["4", "8", "l", "u", "n", "H", ""])
@pytest.mark.parametrize("flags", [0, RADIO])
@pytest.mark.parametrize("on", [True, False])
def test_a_box_without_a_picture_is_ticked_by_its_sign(
    tmp_path: Path, sign: str, flags: int, on: bool
) -> None:
    state = Name.Yes if on else Name.Off
    data = form(
        box_field(V=state, AS=state, Ff=flags, MK=Dictionary(CA=String(sign), BC=Array([0])))
    )

    normal = made(data, tmp_path)

    assert normal.faults == ()
    assert ink_in(tmp_path / "normal.pdf", (76, 504, 86, 514)).any() == on
    assert ink_in(tmp_path / "normal.pdf", (70, 498, 92, 520)).any()  # its border
    assert proved(tmp_path) == []


def test_radio_buttons_without_pictures_show_the_one_that_is_on(tmp_path: Path) -> None:
    def add(pdf: Pdf) -> None:
        states = (Name.Off, Name("/1"), Name.Off)
        places = [
            field((72 + 40 * n, 500, 90 + 40 * n, 518), AS=state) for n, state in enumerate(states)
        ]
        kids(pdf, Dictionary(T=String("radio"), FT=Name.Btn, Ff=RADIO, V=Name("/1")), *places)

    made(form(change=add), tmp_path)

    assert [
        ink_in(tmp_path / "normal.pdf", (76 + 40 * n, 504, 86 + 40 * n, 514)).any()
        for n in range(3)
    ] == [False, True, False]
    assert proved(tmp_path) == []


def test_a_choice_that_names_no_place_is_told(tmp_path: Path) -> None:
    def add(pdf: Pdf) -> None:
        kids(
            pdf,
            Dictionary(T=String("radio"), FT=Name.Btn, Ff=RADIO, V=Name("/1")),
            field((72, 500, 90, 518)),
            field((112, 500, 130, 518)),
        )

    normal = made(form(change=add), tmp_path)

    assert {loss.rule for loss in normal.losses} == {"EVID.FIELD"}


def test_two_places_of_one_field_show_the_same_value(tmp_path: Path) -> None:
    def add(pdf: Pdf) -> None:
        kids(
            pdf,
            Dictionary(
                T=String("name"), FT=Name.Tx, V=String("Łucja"), DA=String("/Helv 10 Tf 0 g")
            ),
            field(BOX, DA=None),
            field((72, 450, 300, 470), DA=None),
        )

    made(form(change=add), tmp_path)

    assert [text_in(tmp_path / "normal.pdf", box) for box in (BOX, (72, 450, 300, 470))] == [
        "Łucja",
        "Łucja",
    ]
    assert proved(tmp_path) == []


def test_two_fields_of_one_name_keep_each_its_value(tmp_path: Path) -> None:
    made(
        form(
            field(BOX, "same", V=String("First")),
            field((72, 450, 300, 470), "same", V=String("Second")),
        ),
        tmp_path,
    )

    assert [text_in(tmp_path / "normal.pdf", box) for box in (BOX, (72, 450, 300, 470))] == [
        "First",
        "Second",
    ]


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"V": String("secret"), "Ff": PASSWORD}, "******"),
        ({"DV": String("default")}, ""),
        ({"V": String("no DA"), "DA": None}, "no DA"),
        ({"V": String("other font"), "DA": String("/Nope 9 Tf 0 0 1 rg")}, "other font"),
        ({"V": String("odd"), "DA": String("Tf /Helv garbage ( Tf")}, "odd"),
        ({"RV": String("<body><p>Rich <b>text</b></p></body>")}, "Rich text"),
        ({"V": String("read only"), "Ff": 1}, "read only"),
        ({"V": String("hidden"), "F": 2}, ""),
        ({"V": String("no view"), "F": 32}, ""),
        ({"V": String("no flags"), "F": 0}, "no flags"),
        ({"V": String("a button"), "FT": Name.Btn, "Ff": PUSH}, ""),
        ({"V": String("barcode"), "PMD": Dictionary(Symbology=Name.PDF417)}, ""),
        ({"V": String("  ")}, ""),
    ],
)
def test_what_a_viewer_shows_of_a_field_is_shown(
    tmp_path: Path, more: dict[str, Any], shown: str
) -> None:
    made(form(field(BOX, **more)), tmp_path)

    assert text_in(tmp_path / "normal.pdf") == shown
    assert proved(tmp_path) == []


def with_picture(own: bytes, value: str, *, asked: bool = False, **more: Any) -> bytes:
    def add(pdf: Pdf) -> None:
        pdf.Root.AcroForm.Fields[0].AP = Dictionary(N=drawing(pdf, own, 228, 20))

    return form(field(BOX, V=String(value), **more), asked=asked, change=add)


OWN = b"/Tx BMC q BT /Helv 12 Tf 0 0 1 rg 2 5 Td (Testina) Tj ET Q EMC"


@pytest.mark.parametrize("asked", [True, False])
def test_the_files_own_picture_stays_where_it_shows_the_value(tmp_path: Path, asked: bool) -> None:
    data = with_picture(OWN, "Testina", asked=asked)

    assert made(data, tmp_path).redrawn == frozenset()
    assert proved(tmp_path) == []


@pytest.mark.parametrize(("own", "told"), [(b"", False), (b"/Tx BMC EMC", False), (OWN, True)])
def test_a_picture_that_does_not_show_the_value_is_replaced(
    tmp_path: Path, own: bytes, told: bool
) -> None:
    normal = made(with_picture(own, "Nowak"), tmp_path)

    assert text_in(tmp_path / "normal.pdf") == "Nowak"
    assert [loss.severity for loss in normal.losses] == [Severity.WARNING] * told
    assert proved(tmp_path) == []


def test_a_value_cut_off_by_its_own_picture_is_drawn_whole(tmp_path: Path) -> None:
    value = "A value that goes on and on and on, and does not end where its place ends, but later"
    made(with_picture(f"BT /Helv 12 Tf 2 5 Td ({value}) Tj ET".encode(), value), tmp_path)

    assert text_in(tmp_path / "normal.pdf") == value
    assert proved(tmp_path) == []


@pytest.mark.parametrize(("shown", "keeps"), [("far too long for", True), ("other words", False)])
def test_of_a_value_no_size_makes_fit_the_files_own_picture_is_kept_where_it_shows_a_part(
    tmp_path: Path, shown: str, keeps: bool
) -> None:
    """Once the loss is accepted, the page is as every viewer prints the file."""
    own = f"BT /Helv 12 Tf 2 5 Td ({shown}) Tj ET".encode()

    normal = made(with_picture(own, "far too long for this place " * 20), tmp_path)

    (loss,) = (loss for loss in normal.losses if loss.severity is Severity.ERROR)
    assert loss.rule == "EVID.FIELD"
    assert (text_in(tmp_path / "normal.pdf") == shown) == keeps
    assert (normal.redrawn == frozenset()) == keeps
    assert (proved(tmp_path) == []) == keeps


def test_a_value_that_a_script_formats_keeps_its_picture(tmp_path: Path) -> None:
    script = Dictionary(
        F=Dictionary(S=Name.JavaScript, JS=String("AFNumber_Format(2, 0, 0, 0, '$', true)"))
    )
    own = b"BT /Helv 12 Tf 2 5 Td ($1,000.00) Tj ET"

    made(with_picture(own, "1000", AA=script), tmp_path)

    assert text_in(tmp_path / "normal.pdf") == "$1,000.00"
    assert proved(tmp_path) == []


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    data = form(field(BOX, V=String("Łukasz محمد 王")))
    for name in ("one", "two"):
        normalize_pdf(data, tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_font_of_values_is_whole_and_embedded(tmp_path: Path) -> None:
    made(form(field(BOX, V=String("Łukasz 王"))), tmp_path)

    with pikepdf.open(tmp_path / "normal.pdf") as pdf:
        described = [
            one for one in pdf.objects if isinstance(one, Dictionary) and Name.FontFile2 in one
        ]
        (descriptor,) = [one for one in described if "Assembler" in str(one.FontName)]
        font = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
    assert len(font.getGlyphOrder()) < 20
    assert {"glyf", "hmtx", "head", "maxp"} <= set(font.keys())


# --- the proof sees what is wrong ---


def spoiled(folder: Path, addition: bytes, *, before: bool = False) -> None:
    with pikepdf.open(folder / "normal.pdf", allow_overwriting_input=True) as pdf:
        pdf.pages[0].contents_add(addition, prepend=before)
        pdf.save(folder / "normal.pdf")


def without_fields(pdf: Pdf) -> None:
    """What a program that loses the values would make."""
    del pdf.Root.AcroForm
    del pdf.pages[0].Annots


LOST = "form field 1 does not show its value"


def test_a_lost_value_is_found(tmp_path: Path) -> None:
    (tmp_path / "source.pdf").write_bytes(form(field(BOX, V=String("Testina"))))
    (tmp_path / "normal.pdf").write_bytes(
        form(field(BOX, V=String("Testina")), change=without_fields)
    )

    assert proved(tmp_path) == [LOST]


@pytest.mark.parametrize("wrong", ["Testino", "Tetsina", "Testina1", "?estina"])
def test_another_value_is_found(tmp_path: Path, wrong: str) -> None:
    made(form(field(BOX, V=String(wrong))), tmp_path)
    (tmp_path / "source.pdf").write_bytes(form(field(BOX, V=String("Testina"))))

    assert len(proved(tmp_path)) == 1


@pytest.mark.parametrize(
    "addition",
    [
        b"\n1 g 72 500 228 20 re f",
        b"\n0 g 72 500 228 20 re f",
        b"\n1 g 90 503 6 12 re f",
        b"\n0 G 150 502 m 290 518 l S",
    ],
)
def test_a_value_that_is_covered_or_crossed_is_found(tmp_path: Path, addition: bytes) -> None:
    made(form(field(BOX, V=String("Testina Exemplar"))), tmp_path)
    spoiled(tmp_path, addition)

    assert len(proved(tmp_path)) == 1


def test_a_mark_that_reaches_into_a_field_keeps_its_letters(tmp_path: Path) -> None:
    """Its picture is part of the page below the field, like the letters of the page itself."""

    def add(pdf: Pdf) -> None:
        label = drawing(pdf, b"BT /Helv 7 Tf 2 1 Td (label_of_it) Tj ET", 60, 10)
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=Array([72, 517, 132, 527]),
            F=4,
            AP=Dictionary(N=label),
        )
        pdf.pages[0].Annots.append(pdf.make_indirect(note))

    made(form(field(BOX, V=String("Testina")), change=add), tmp_path)

    assert "label_of_it" in text_in(tmp_path / "normal.pdf", (70, 498, 302, 530))
    assert proved(tmp_path) == []


@pytest.mark.parametrize("on", [True, False])
def test_a_box_ticked_otherwise_is_found(tmp_path: Path, on: bool) -> None:
    states = [Name.Yes if one else Name.Off for one in (on, not on)]
    made(form(box_field(V=states[0], AS=states[0])), tmp_path)
    (tmp_path / "source.pdf").write_bytes(form(box_field(V=states[1], AS=states[1])))

    assert proved(tmp_path) == ["form field 1 is checked differently than in the file"]


def test_a_hidden_field_that_is_shown_is_found(tmp_path: Path) -> None:
    made(form(field(BOX, V=String("Testina"))), tmp_path)
    (tmp_path / "source.pdf").write_bytes(form(field(BOX, V=String("Testina"), F=2)))

    assert proved(tmp_path) == ["form field 1 does not look as in the file"]


def pictured(content: bytes) -> bytes:
    """A form with one field whose own picture is this content."""

    def change(pdf: Pdf) -> None:
        pdf.Root.AcroForm.Fields[0].AP = Dictionary(N=drawing(pdf, content, 228, 20))

    return form(field(BOX, V=String("4417 0398")), asked=False, change=change)


def test_a_page_of_a_pdf_has_no_place_of_a_picture(tmp_path: Path) -> None:
    made(form(field(BOX, V=String("4417"))), tmp_path)
    opened = pdfium.PdfDocument(tmp_path / "normal.pdf")
    transform = manifests.transform(redrawn=True, placement=(0, 0, 300, 300))
    line = entry(0, opened[0].get_size(), transform=transform)
    originals = Originals(Sources(ClientFiles(folder=tmp_path)))

    difference = originals.compare(opened[0], line)

    originals.close()
    originals.sources.close()
    assert "its source has none" in difference.trouble


@pytest.mark.parametrize(("mode", "is_alike"), [(b"0 Tr", True), (b"3 Tr", False)])
def test_a_field_whose_own_picture_is_not_seen_is_caught(
    tmp_path: Path, mode: bytes, is_alike: bool
) -> None:
    """A viewer that draws no fields at all is no witness for the place of one."""
    shown = b"/Tx BMC q BT /Helv 12 Tf 0 Tr 2 5 Td (4417 0398) Tj ET Q EMC"
    assert not made(pictured(shown), tmp_path).redrawn
    with pikepdf.open(tmp_path / "normal.pdf", allow_overwriting_input=True) as pdf:
        for value in pdf.objects:
            if isinstance(value, pikepdf.Stream) and b"0 Tr" in (data := value.read_bytes()):
                value.write(data.replace(b"0 Tr", mode))
        pdf.save()
    opened = pdfium.PdfDocument(tmp_path / "normal.pdf")
    line = entry(0, opened[0].get_size(), transform=manifests.transform(redrawn=False))
    originals = Originals(Sources(ClientFiles(folder=tmp_path)))

    difference = originals.compare(opened[0], line)

    originals.close()
    originals.sources.close()
    assert difference.alike == is_alike


@pytest.mark.parametrize(("place", "is_caught"), [("100 300", True), ("80 505", False)])
def test_letters_of_a_value_count_only_in_its_field(
    tmp_path: Path, place: str, is_caught: bool
) -> None:
    """Hidden words beside the field are other text than the source's; within it they are for the
    check of the fields."""
    normal = made(form(field(BOX, V=String("paid 12345"))), tmp_path)
    assert normal.redrawn == {0}
    with pikepdf.open(tmp_path / "normal.pdf", allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        page.Resources.Font.Hid = pdf.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )
        page.contents_add(b"BT 3 Tr /Hid 9 Tf %s Td (12) Tj ET" % place.encode())
        pdf.save()
    opened = pdfium.PdfDocument(tmp_path / "normal.pdf")
    line = entry(0, opened[0].get_size())
    job = text_layer.Job(
        bundle=tmp_path / "normal.pdf",
        first=1,
        entries=(line,),
        words=(None,),
        files=ClientFiles(folder=tmp_path),
    )

    (page,) = text_layer.compare_layers(job)

    assert bool(page.trouble) == is_caught
    assert is_caught or proved(tmp_path)


# --- whole builds ---


def test_a_bundle_with_forms_of_every_kind_is_proved(tmp_path: Path) -> None:
    forms = {
        "polish": form(field(BOX, V=String("Łukasz Żółć"))),
        "comb": form(field(BOX, V=String("12345"), Ff=COMB, MaxLen=12, MK=FRAME)),
        "block": form(
            field(
                (72, 400, 250, 460),
                V=String("a text that has more than one line " * 3),
                Ff=MULTILINE,
            )
        ),
        "turned": form(
            field((200, 300, 220, 420), V=String("Turned"), MK=Dictionary(R=90)),
            change=lambda pdf: setattr(pdf.pages[0], "Rotate", 90),
        ),
        "box": form(
            box_field(V=Name.Yes, AS=Name.Yes, MK=Dictionary(CA=String("4"), BC=Array([0])))
        ),
    }
    extra = [
        {"id": name, "title": name, "category": "photo", "files": [f"evidence/{name}.pdf"]}
        for name in forms
    ]
    folder = factories.small_case(
        tmp_path / "case", {"exhibits": [*factories.CASE["exhibits"], *extra]}
    )
    for name, data in forms.items():
        (folder / f"evidence/{name}.pdf").write_bytes(data)

    (built,) = build(folder)

    assert built.proof.ok
    checks = [check for check in built.proof.checks if check.name == "fields"]
    assert [check.exhibit for check in checks] == list(forms)


def inheriting(data: bytes) -> bytes:
    """The same file, whose page has its fonts from the page tree."""
    reader = PdfReader(io.BytesIO(data))
    writer = PdfWriter(clone_from=reader)
    page = writer.pages[0]
    writer.root_object["/Pages"].get_object()[NameObject("/Resources")] = page["/Resources"]
    del page["/Resources"]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("has_picture", [True, False])
def test_a_page_that_inherits_its_fonts_is_compared_with_them(
    tmp_path: Path, has_picture: bool
) -> None:
    """PDFium forgets what a page inherits when it flattens the page."""
    data = inheriting(
        with_picture(OWN, "Testina") if has_picture else form(field(BOX, V=String("Testina")))
    )
    assert "/Resources" in PdfReader(io.BytesIO(data)).root_object["/Pages"]

    made_of = bound(tmp_path / "bound", {"a.pdf": data})
    (entry_of_page,) = made_of.ledger

    result = made_of.look(entry_of_page)
    assert result.alike, result.trouble

    dotted = made_of.changed(
        entry_of_page,
        lambda _pdf, page: page.contents_add(b"q 0 g 500 90 2 2 re f Q ", prepend=True),
        tmp_path,
    )
    assert not made_of.look(entry_of_page, dotted).alike


def accepted_case(folder: Path) -> Path:
    """A case with a form of which a person accepted that a value is not shown whole, and one that
    is."""
    forms = {
        "long": form(
            field((72, 600, 300, 620), "short", V=String("Testina")), field(SMALL, V=String(LONG))
        ),
        "rare": form(field(BOX, V=String("ABC \U00013000"))),
    }
    exhibits = [
        {
            "id": name,
            "title": name,
            "category": "photo",
            "files": [{"path": f"evidence/{name}.pdf", "accept_loss": ["EVID.FIELD"]}],
        }
        for name in forms
    ]
    factories.small_case(folder, {"exhibits": [*factories.CASE["exhibits"], *exhibits]})
    for name, data in forms.items():
        (folder / f"evidence/{name}.pdf").write_bytes(data)
    return folder


def test_a_packet_with_a_value_that_is_accepted_in_part_is_proved(tmp_path: Path) -> None:
    folder = accepted_case(tmp_path / "case")

    (built,) = build(folder)

    assert built.proof.ok
    accepted = [finding.problem for finding in built.findings if finding.rule == "EVID.FIELD"]
    assert len(accepted) == 2
    assert all(problem.endswith("(accepted)") for problem in accepted)

    path = built.folder / MANIFEST_FILE
    data = json.loads(path.read_text(encoding="utf8"))
    data["findings"] = [one for one in data["findings"] if one["rule"] != "EVID.FIELD"]
    path.write_text(json.dumps(data), encoding="utf8")

    wrong = {check.exhibit: check.detail for check in prove(folder).checks if not check.ok}
    assert "form field 2 does not show its value" in wrong["long"]


def filled(path: Path, encrypted: bool) -> bytes:
    """A blank form filled the way many programs do: values, and nothing that shows them."""
    names = [
        "Łukasz Żółć",
        "محمد علي",
        "Nguyễn Văn",
        "Щука 12",
        "12345",
        "王小明",
        "Main St 12-34 Apt. 5",
    ]
    reader = PdfReader(path)
    if reader.is_encrypted:
        reader.decrypt("")
    writer = PdfWriter(clone_from=reader)
    writer.set_need_appearances_writer(True)
    notes: list[Any] = [
        note.get_object() for page in writer.pages for note in page.get("/Annots", ())
    ]
    for count, note in enumerate(
        note for note in notes if note.get("/Subtype") == "/Widget" and "/T" in note
    ):
        kind, most = note.get("/FT"), note.get("/MaxLen")
        if kind == "/Tx" and "/PMD" not in note:
            note[NameObject("/V")] = TextStringObject(names[count % len(names)][: most or None])
            note.pop("/AP", None)
        elif kind == "/Ch" and note.get("/Opt"):
            option = note["/Opt"][min(3, len(note["/Opt"]) - 1)]
            note[NameObject("/V")] = TextStringObject(
                option[0] if isinstance(option, ArrayObject) else option
            )
            note.pop("/AP", None)
        elif kind == "/Btn" and (
            states := [key for key in note.get("/AP", {}).get("/N", {}) if key != "/Off"]
        ):
            note[NameObject("/V")] = note[NameObject("/AS")] = NameObject(states[0])
    if encrypted:
        writer.encrypt("", "owner", algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus")
@pytest.mark.parametrize(
    ("name", "encrypted"),
    [
        ("g-1145", True),
        ("g-1450", False),
        ("g-28", True),
        ("i-131", False),
        ("i-134", True),
        ("i-765", False),
        ("i-912", True),
    ],
)
def test_real_blanks_filled_by_another_program_show_every_value(
    tmp_path: Path, name: str, encrypted: bool
) -> None:
    data = filled(CORPUS / f"{name}.pdf", encrypted)

    normal = made(data, tmp_path)

    assert normal.faults == ()
    assert [loss for loss in normal.losses if loss.rule == "EVID.FIELD"] == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert sum(bool(place.values) for place in list_field_places(pdf)) > 3
    assert proved(tmp_path) == []


# --- right to left ---


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc", "abc"),
        ("אבג", "גבא"),
        ("אב 12 גד", "דג 12 בא"),
        ("abc אבג def", "abc גבא def"),
        ("אב abc", "abc בא"),
        ("سل 1,5 %", "% 1,5 لس"),
        ("a-12", "a-12"),
        ("א -12", "12- א"),
    ],
)
def test_letters_are_put_into_the_order_they_are_drawn(text: str, shown: str) -> None:
    runs = order_visual_runs(text, find_base_level(text))

    assert (
        "".join(text[run.start : run.end][:: -1 if run.is_reversed else 1] for run in runs) == shown
    )


@given(st.text(alphabet="ab אבسل12,.-+%$()/:", max_size=20), st.integers(0, 1))
@settings(max_examples=200)
def test_no_letter_is_lost_or_doubled_by_their_order(text: str, base: int) -> None:
    places = [place for run in order_visual_runs(text, base) for place in range(run.start, run.end)]

    assert sorted(places) == list(range(len(text)))


def test_forms_for_tests_have_the_fields_they_say() -> None:
    with pikepdf.open(io.BytesIO(formdraw.form(field(BOX, V=String("x"))))) as pdf:
        (place,) = list_field_places(pdf)
    assert (place.page, place.index, place.values) == (0, 1, ("x",))


def test_fields_of_a_file_that_pypdf_cannot_open_are_read_as_pdfium_writes_it() -> None:
    data = form(field(BOX, V=String("Łukasz")))
    broken = (
        b"99 0 obj\n<</Type/XRef/Size 100/W[1 2 1]/Root 1 0 R/Filter/ASCII85Decode/Length 5>>\n"
    )
    broken += b"stream\n\xb1\xb1\xb1\xb1\xb1\nendstream\nendobj\n"
    data += b"\n" + broken + b"startxref\n%d\n%%%%EOF\n" % (len(data) + 1)
    with pytest.raises(PdfReadError):
        PdfReader(io.BytesIO(data))

    held = source_fields.read_page(data, "", 0)

    assert [place.texts for place in held.places] == [("Łukasz",)]
