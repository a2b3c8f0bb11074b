"""prove: a page and its source are the same to the last pixel; the smallest change of a page or
its stamp is caught."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import img2pdf
import numpy as np
import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageDraw

from assembler.bundle.optimize import grayscale, picture_coding, picture_places
from assembler.model.manifest import FittedPictures
from assembler.proof import pixel_difference
from assembler.proof.page_comparison import compare_page
from assembler.proof.placement import Placement
from assembler.proof.source_drawing import Source
from tests import factories
from tests.bound_pages import Bound, bound

Change = Callable[[Pdf, Any], None]
LETTER = (0, 0, 612, 792)


def statement(
    rotate: int = 0,
    crop: tuple[float, ...] | None = None,
    media: tuple[float, ...] = LETTER,
    *,
    full: bool = False,
) -> bytes:
    """A bank statement in vectors. `full`: ink to its edges, so that it is drawn smaller for its
    stamp."""
    made = Pdf.new()
    page = made.add_blank_page(page_size=(612, 792))
    page.MediaBox, page.Rotate = Array(media), rotate
    if crop:
        page.CropBox = Array(crop)
    page.Resources = Dictionary(
        Font=Dictionary(F=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    )
    left, bottom, right, top = media
    content = [f"0.5 w {left + 70} {bottom + 640} m {left + 300} {bottom + 640} l S"]
    if full:
        rows = range(round(bottom), round(top), 8)
        content.insert(
            0,
            "0.6 G 0.25 w "
            + " ".join(f"{left} {row} m {right} {row} l S" for row in rows)
            + " 0 G",
        )
    texts = ("Balance -1,234.56", "Fee 12.50", "Amount 700", "Red word")
    for row, text in enumerate(texts):
        color = "0.8 0 0 rg" if text == "Red word" else "0 g"
        content.append(
            f"{color} BT /F 10 Tf {left + 70} {bottom + 700 - 20 * row} Td ({text}) Tj ET 0 g"
        )
    page.Contents = made.make_stream("\n".join(content).encode())
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(
    size: tuple[int, int] = (850, 1100),
    shift: int = 0,
    point: str = ".",
    ink: tuple[int, int, int] = (0, 0, 0),
) -> Image.Image:
    """A scanned sheet, as dots."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for row in range(24):
        pen.text(
            (60 + shift, 50 + 40 * row),
            f"Line {row}: 12{point}5{row}  -3{point}{row}",
            fill=ink,
            font_size=18,
        )
    pen.text((60 + shift, 1020), "A word in red", fill=(170, 20, 20), font_size=18)
    return image


def jpeg(image: Image.Image, quality: int = 90, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **options)
    return out.getvalue()


def oriented(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x112] = orientation
    return jpeg(sheet(), exif=exif)


PICTURES: dict[str, Callable[[], bytes]] = {
    "plain.jpg": lambda: jpeg(sheet()),
    "gray.jpg": lambda: jpeg(sheet().convert("L"), 75),
    "print.jpg": lambda: jpeg(sheet().convert("CMYK")),
    **{f"turned{n}.jpg": partial(oriented, n) for n in range(2, 9)},
    "plain.png": lambda: factories.picture("PNG", sheet()),
    "fine.png": lambda: factories.picture("PNG", sheet().resize((1700, 2200))),
    "palette.png": lambda: factories.picture("PNG", sheet().quantize(32)),
    "two.png": lambda: factories.picture("PNG", sheet().convert("1")),
    "alpha.png": lambda: factories.picture("PNG", sheet().convert("RGBA")),
    "fax.tif": factories.fax,
    "fine.tif": lambda: factories.fax(fine=True),
    "lossy.webp": lambda: factories.picture("WEBP", sheet(), quality=80),
    "lossless.webp": lambda: factories.picture("WEBP", sheet(), lossless=True),
    "photo.avif": lambda: factories.picture("AVIF", sheet(), quality=80),
    "jpeg.tif": lambda: factories.picture("TIFF", sheet(), compression="jpeg"),
    "drawing.gif": lambda: factories.picture("GIF", sheet().quantize(16)),
    "drawing.bmp": lambda: factories.picture("BMP", sheet()),
}
PDFS: dict[str, Callable[[], bytes]] = {
    **{
        f"turned{angle}{'full' * full}.pdf": partial(statement, angle, full=full)
        for angle in (0, 90, 180, 270)
        for full in (False, True)
    },
    **{
        f"cropped{angle}{'full' * full}.pdf": partial(
            statement, angle, (33.3, 51.7, 580.2, 760.9), full=full
        )
        for angle in (0, 90)
        for full in (False, True)
    },
    "shifted.pdf": lambda: statement(90, None, (-50.5, -20.25, 561.5, 771.75), full=True),
    "poster.pdf": lambda: statement(media=(0, 0, 2448, 3168), full=True),
    "card.pdf": lambda: statement(media=(0, -620, 380, 140), full=True),
    "scan.pdf": lambda: bytes(img2pdf.convert(jpeg(sheet()), nodate=True)),
    "fine.pdf": lambda: bytes(
        img2pdf.convert(jpeg(sheet().resize((1700, 2200)), dpi=(200, 200)), nodate=True)
    ),
    "form.pdf": factories.form_pdf,
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Bound:
    """Pages and pictures of all kinds, as evidence, bound."""
    return bound(
        tmp_path_factory.mktemp("shown"),
        {name: make() for name, make in {**PDFS, **PICTURES}.items()},
    )


@pytest.mark.parametrize("name", [*PDFS, *PICTURES])
def test_a_true_page_is_its_source_to_the_last_pixel(shown: Bound, name: str) -> None:
    for entry in [one for one in shown.ledger if one.client_source.path == name]:
        seen = shown.look(entry)

        assert (seen.trouble, seen.alike, seen.stamped, seen.whole) == ("", True, True, True)
        assert seen.difference == 0


def test_pages_are_drawn_smaller_somewhere(shown: Bound) -> None:
    """Else the tests of such pages would show nothing."""
    assert {"turned0full.pdf", "turned90full.pdf", "cropped90full.pdf", "poster.pdf"} <= {
        entry.client_source.path for entry in shown.ledger if entry.scale != 1.0
    }


def test_a_scan_that_recognition_turned_is_compared_as_strictly(tmp_path: Path) -> None:
    picture = factories.picture("PNG", Image.open(io.BytesIO(factories.png())).rotate(180))
    files = {"upside.png": picture, "upside.pdf": bytes(img2pdf.convert(picture, nodate=True))}
    made = bound(tmp_path / "turned", files, read=True)

    assert {entry.turned for entry in made.ledger} == {180}
    assert all(made.look(entry).alike for entry in made.ledger)
    for entry in made.ledger:
        assert not made.look(entry, made.changed(entry, dot, tmp_path)).alike


def corner(left: float) -> bytes:
    """A small page cut out of a larger one, which begins at a fraction of a point."""
    with pikepdf.open(io.BytesIO(factories.blank_pdf())) as pdf:
        page = pdf.pages[0]
        page.CropBox = Array([left, 468.749, left + 156, 547.499])
        page.Contents = pdf.make_stream(b"1 w %.3f 520 m %.3f 520 l S" % (left + 20, left + 100))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_a_letter_of_a_stamp_stands_half_a_pixel_from_the_next(tmp_path: Path) -> None:
    """Which of the two pixels it takes depends on the last digit of the numbers that place it."""
    files = {f"{number}.pdf": corner(180.751 + 0.0173 * number) for number in range(24)}
    made = bound(tmp_path / "corners", files)

    for entry in made.ledger:
        seen = made.look(entry)
        assert (seen.trouble, seen.alike, seen.stamped) == ("", True, True)
        assert not made.look(entry, made.changed(entry, moved(0.1), tmp_path)).alike


def layered(data: bytes) -> bytes:
    """A page with a word on a layer that is off, and one on a layer that is on."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        shown, hidden = (
            pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String(name)))
            for name in ("on", "off")
        )
        order = Array([shown, hidden])
        default = Dictionary(Order=order, OFF=Array([hidden]))
        pdf.Root.OCProperties = Dictionary(OCGs=order, D=default)
        page.Resources.Properties = Dictionary(Shown=shown, Hidden=hidden)
        left, bottom = (float(value) for value in page.MediaBox[:2])
        for row, name in ((400, "Shown"), (300, "Hidden")):
            text = f"BT /F 24 Tf {left + 90} {bottom + row} Td ({name} layer) Tj ET"
            page.contents_add(f"\n/OC /{name} BDC {text} EMC\n".encode())
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


SHIFTED = (-50.5, -20.25, 561.7, 771.6)
LAYERED: dict[str, Callable[[], bytes]] = {
    **{
        f"layered{angle}.pdf": lambda angle=angle: layered(statement(angle, full=True))
        for angle in (0, 90, 180, 270)
    },
    **{
        f"moved{angle}.pdf": lambda angle=angle: layered(statement(angle, media=SHIFTED, full=True))
        for angle in (0, 90, 180)
    },
    "cut.pdf": lambda: layered(statement(270, (33.3, 51.7, 580.2, 760.9), full=True)),
    "copied.pdf": lambda: layered(statement()),
}


def show_all_layers(pdf: Pdf, _: Any) -> None:
    pdf.Root.OCProperties.D.OFF = Array([])


def hide_all_layers(pdf: Pdf, _: Any) -> None:
    pdf.Root.OCProperties.D.OFF = pdf.Root.OCProperties.OCGs


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Bound:
    """Pages of which a layer is off."""
    return bound(
        tmp_path_factory.mktemp("layers"), {name: make() for name, make in LAYERED.items()}
    )


@pytest.mark.parametrize("name", LAYERED)
def test_a_page_with_a_layer_that_is_off_looks_like_its_source(
    layers: Bound, name: str, tmp_path: Path
) -> None:
    entry = layers.entry(name)

    assert (entry.scale == 1.0) == (name == "copied.pdf")
    assert (layers.look(entry).trouble, layers.look(entry).alike) == ("", True)
    other_digit = edit(b"(Amount 700)", b"(Amount 790)")
    no_point = edit(b"(Fee 12.50)", b"(Fee 12 50)")
    for change in (show_all_layers, hide_all_layers, other_digit, no_point):
        assert not layers.look(entry, layers.changed(entry, change, tmp_path)).alike


# --- changes of a page ---


def streams(page: Any) -> list[Any]:
    """The content streams of a page but its stamp, forms within it included."""
    whole = page.Resources.get(Name.XObject, Dictionary()).get("/Whole")
    return [whole] if whole is not None else list(page.Contents)[1:-1]


def edit(before: bytes, after: bytes) -> Change:
    def change(_: Pdf, page: Any) -> None:
        hits = [one for one in streams(page) if before in one.read_bytes()]
        assert hits, before
        hits[0].write(hits[0].read_bytes().replace(before, after, 1))

    return change


def before_stamp(drawn: bytes) -> Change:
    """Something drawn over the page before its stamp."""

    def change(pdf: Pdf, page: Any) -> None:
        *content, stamp = page.Contents
        page.Contents = Array([*content, pdf.make_stream(b"\nQ q " + drawn + b" Q q\n"), stamp])

    return change


dot = before_stamp(b"0 g 300 400 1.5 1.5 re f")
PAGE_CHANGES: dict[str, Change] = {
    "minus sign removed": edit(b"-1,234", b" 1,234"),
    "decimal point removed": edit(b"12.50", b"12 50"),
    "digit replaced": edit(b"700", b"200"),
    "line removed": edit(b"640 l S", b"640 l n"),
    "line thicker": edit(b"0.5 w", b"1 w"),
    "color of a word": edit(b"0.8 0 0 rg", b"0 0 0.8 rg"),
    "text two percent lighter": edit(b"0 g BT", b"0.02 g BT"),
    "text moved by a third of a point": edit(b"70 680 Td", b"70.4 680 Td"),
    "font size": edit(b"/F 10 Tf", b"/F 10.1 Tf"),
    "dot added": dot,
    "pale dot added": before_stamp(b"0.97 g 300 400 1.5 1.5 re f"),
    "white over a comma": before_stamp(b"1 g 118 697 3 5 re f"),
}


@pytest.mark.parametrize(
    "name", ["turned0.pdf", "turned0full.pdf", "turned90.pdf", "turned90full.pdf"]
)
@pytest.mark.parametrize("change", PAGE_CHANGES)
def test_the_smallest_change_of_a_page_is_caught(
    shown: Bound, name: str, change: str, tmp_path: Path
) -> None:
    if change == "white over a comma" and name != "turned0.pdf":
        pytest.skip("the comma stands elsewhere there")
    entry = shown.entry(name)

    assert not shown.look(entry, shown.changed(entry, PAGE_CHANGES[change], tmp_path)).alike


def test_what_differs_is_told_with_its_place(shown: Bound, tmp_path: Path) -> None:
    entry = shown.entry("turned0.pdf")

    seen = shown.look(entry, shown.changed(entry, dot, tmp_path))

    assert seen.trouble.endswith(
        "dots differ, from (300, 400) to (302, 401) in points from its lower left corner"
    )


# --- changes of pictures ---


def picture_of(page: Any) -> Any:
    things = page.Resources.XObject
    if "/Whole" in things:
        things = things["/Whole"].Resources.XObject
    return next(one for one in things.values() if one.Subtype == Name.Image)


def redrawn(change: Callable[[Image.Image], Image.Image], quality: int = 90) -> Change:
    """The page's picture decoded, changed, and stored as JPEG again."""

    def change_page(_: Pdf, page: Any) -> None:
        image = picture_of(page)
        picture = change(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
        image.write(jpeg(picture, quality), filter=Name.DCTDecode)
        image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = (
            *picture.size,
            8,
            Name.DeviceRGB,
        )

    return change_page


def without_point(picture: Image.Image) -> Image.Image:
    """The decimal point of one line painted over."""
    ours, other = np.asarray(sheet()), np.asarray(sheet(point=" "))
    wide, high = picture.size
    changed = np.array(picture)
    part = (slice(210, 240), slice(0, 250))
    if (wide, high) == (850, 1100):
        changed[part] = np.where(
            np.any(ours[part] != other[part], axis=2, keepdims=True), other[part], changed[part]
        )
    return Image.fromarray(changed)


def recolored(picture: Image.Image) -> Image.Image:
    """The red word made blue."""
    array = np.array(picture)
    array[1000:] = array[1000:, :, ::-1]
    return Image.fromarray(array)


def shifted(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.roll(np.array(picture), 1, axis=1))


def placed(matrix: bytes) -> Change:
    def change(pdf: Pdf, page: Any) -> None:
        stream = streams(page)[0]
        stream.write(b"q " + matrix + b" cm " + stream.read_bytes() + b" Q")

    return change


def smaller_crop(picture: Image.Image) -> Image.Image:
    return picture.crop((0, 0, picture.width, picture.height - 8)).resize(picture.size)


PICTURE_CHANGES: dict[str, Change] = {
    "decimal point removed": redrawn(without_point),
    "color of a word": redrawn(recolored),
    "shifted by a dot": redrawn(shifted),
    "mirrored": redrawn(lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
    "another picture": redrawn(lambda _picture: sheet(point=",")),
    "cropped": redrawn(smaller_crop),
    "lighter": redrawn(lambda picture: picture.point(lambda value: min(255, value + 30))),
    "placed a third of a point aside": placed(b"1 0 0 1 0.35 0"),
    "placed a little larger": placed(b"1.002 0 0 1.002 0 0"),
    "dot added": dot,
    "pale dot added": before_stamp(b"0.9 g 300 400 1.5 1.5 re f"),
}


@pytest.mark.parametrize("name", ["plain.jpg", "plain.png", "lossy.webp", "scan.pdf"])
@pytest.mark.parametrize("change", PICTURE_CHANGES)
def test_the_smallest_change_of_a_picture_is_caught(
    shown: Bound, name: str, change: str, tmp_path: Path
) -> None:
    entry = shown.entry(name)

    assert not shown.look(entry, shown.changed(entry, PICTURE_CHANGES[change], tmp_path)).alike


@pytest.mark.parametrize("name", ["plain.jpg", "plain.png", "turned6.jpg", "scan.pdf"])
@pytest.mark.parametrize("quality", [95, 85])
def test_a_picture_that_was_coded_anew_is_caught(
    shown: Bound, name: str, quality: int, tmp_path: Path
) -> None:
    entry = shown.entry(name)

    assert not shown.look(
        entry, shown.changed(entry, redrawn(lambda picture: picture, quality), tmp_path)
    ).alike


# --- pages made smaller or gray for a receiver ---


@pytest.mark.parametrize("dpi", [150, 100])
@pytest.mark.parametrize("name", ["fine.png", "fine.pdf"])
def test_a_page_with_coarser_pictures_passes_and_a_change_of_it_does_not(
    shown: Bound, name: str, dpi: int, tmp_path: Path
) -> None:
    fitted = FittedPictures(
        bytes_before=2,
        bytes_after=1,
        dpi_before=300.0,
        dpi_after=dpi,
        lossless=False,
        words=None,
        kept=None,
    )
    entry = replace(shown.entry(name), fitted=fitted)

    def coarser(pdf: Pdf, page: Any) -> None:
        (seen,) = picture_places.find_pictures(pdf)[entry.number - 1]
        coded = picture_coding.recode_coarser(seen.image, dpi / seen.dpi)
        assert coded is not None
        picture_coding.store_picture(seen.image, coded)

    def coarser_and_lost(pdf: Pdf, page: Any) -> None:
        coarser(pdf, page)
        before_stamp(b"1 g 0 600 612 40 re f")(pdf, page)

    def coarser_and_dot(pdf: Pdf, page: Any) -> None:
        coarser(pdf, page)
        dot(pdf, page)

    assert shown.look(entry, shown.changed(entry, coarser, tmp_path)).alike
    assert not shown.look(entry, shown.changed(entry, coarser_and_lost, tmp_path)).alike
    assert dpi < 150 or not shown.look(entry, shown.changed(entry, coarser_and_dot, tmp_path)).alike


def spot(_: Pdf, page: Any) -> None:
    page.contents_add(b" q 0 g 300 400 3 3 re f Q ", prepend=False)


def test_a_page_without_its_colors_passes_and_a_change_of_it_does_not(
    shown: Bound, tmp_path: Path
) -> None:
    target = tmp_path / "gray"
    target.mkdir()
    grayscale._make(shown.bundle, target)
    gray = replace(shown, bundle=target / "gray.pdf")

    for name in ("turned0.pdf", "turned0full.pdf", "plain.jpg", "scan.pdf"):
        entry = replace(shown.entry(name), gray=True)
        assert gray.look(entry).alike, name
        assert not gray.look(entry, gray.changed(entry, spot, tmp_path)).alike, name


@pytest.mark.parametrize("filters", ["palette numbers as JPEG"])
def test_a_picture_whose_dots_are_numbers_of_a_palette_is_not_drawn_again(filters: str) -> None:
    """They mean nothing once they are mixed: an arrow of a form came out white."""
    made = Pdf.new()
    palette = bytes(level for step in range(256) for level in (step, step, step))
    space = Array([Name.Indexed, Name.DeviceRGB, 255, made.make_stream(palette)])
    image = made.make_stream(
        jpeg(sheet().convert("L")),
        Type=Name.XObject,
        Subtype=Name.Image,
        ColorSpace=space,
        BitsPerComponent=8,
        Width=850,
        Height=1100,
        Filter=Name.DCTDecode,
    )

    assert picture_coding.recode_coarser(image, 0.5) is None
    assert picture_coding.recode_gray(image) is None


# --- stamps ---


def stamp_edit(before: bytes, after: bytes) -> Change:
    def change(_: Pdf, page: Any) -> None:
        data = page.Contents[-1].read_bytes()
        assert before in data
        page.Contents[-1].write(data.replace(before, after, 1))

    return change


def after_stamp(drawn: bytes) -> Change:
    def change(pdf: Pdf, page: Any) -> None:
        page.Contents = Array([*page.Contents, pdf.make_stream(drawn)])

    return change


def cover(pdf: Pdf, page: Any) -> None:
    """A white mark over the lower part of the page, where its stamp stands."""
    look = pdf.make_stream(
        b"1 g 0 0 612 60 re f", BBox=Array([0, 0, 612, 60]), Subtype=Name.Form, Type=Name.XObject
    )
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Square,
        Rect=Array([0, 0, 612, 60]),
        F=4,
        AP=Dictionary(N=look),
    )
    page.Annots = Array([pdf.make_indirect(note)])


def no_alpha(pdf: Pdf, page: Any) -> None:
    page.Resources.ExtGState = Dictionary(Clear=Dictionary(Type=Name.ExtGState, ca=0))
    stamp_edit(b" BT ", b" /Clear gs BT ")(pdf, page)


def layer_off(pdf: Pdf, page: Any) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("x")))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([]))
    )
    page.Resources.Properties = Dictionary(Off=layer)
    data = page.Contents[-1].read_bytes()
    page.Contents[-1].write(
        data.replace(b" BT ", b" /OC /Off BDC BT ").replace(b" ET ", b" ET EMC ")
    )


def swapped_glyphs(_: Pdf, page: Any) -> None:
    """The font prints an E where the text says A."""
    font = next(
        one for name, one in page.Resources.Font.items() if name.startswith("/AssemblerStamp")
    )
    program = font.FontDescriptor.FontFile2
    face = TTFont(io.BytesIO(program.read_bytes()))
    names = face.getBestCmap()
    glyphs = face["glyf"].glyphs
    glyphs[names[ord("A")]], glyphs[names[ord("E")]] = (
        glyphs[names[ord("E")]],
        glyphs[names[ord("A")]],
    )
    out = io.BytesIO()
    face.save(out)
    program.write(out.getvalue())


def moved(points: float) -> Change:
    def change(_: Pdf, page: Any) -> None:
        data = page.Contents[-1].read_bytes()
        page.Contents[-1].write(data.replace(b" cm BT", b" cm 1 0 0 1 %.2f 0 cm BT" % points, 1))

    return change


STAMP_CHANGES: dict[str, Change] = {
    "covered": after_stamp(b" 1 g 0 0 612 60 re f "),
    "covered by an annotation": cover,
    "white": stamp_edit(b" 0 g ", b" 1 g "),
    "gray": stamp_edit(b" 0 g ", b" 0.1 g "),
    "two percent lighter": stamp_edit(b" 0 g ", b" 0.02 g "),
    "blue": stamp_edit(b" 0 g ", b" 0 0 0.3 rg "),
    "invisible": stamp_edit(b" 0 Tr ", b" 3 Tr "),
    "as an outline": stamp_edit(b" 0 Tr ", b" 1 Tr "),
    "clipped": stamp_edit(b" BT ", b" 0 0 1 1 re W n BT "),
    "transparent": no_alpha,
    "on a layer that is off": layer_off,
    "moved half a point": moved(0.5),
    "moved two points": moved(2),
    "larger": stamp_edit(b" 9 Tf", b" 9.2 Tf"),
    "squeezed": stamp_edit(b" BT ", b" BT 99 Tz "),
    "another font's glyphs": swapped_glyphs,
    "a false number over it": after_stamp(
        b" q 1 g 540 15 60 14 re f Q BT /F 9 Tf 0 g 545 19 Td (page 9) Tj ET "
    ),
    "two stamps": stamp_edit(b" Tj ET", b" Tj 0 300 Td (page 7) Tj ET"),
    "a word more": stamp_edit(b") Tj ET", b" ) Tj (.) Tj ET"),
}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("name", ["turned0.pdf", "turned90full.pdf", "plain.jpg"])
@pytest.mark.parametrize("change", STAMP_CHANGES)
def test_a_stamp_that_looks_other_than_the_ledger_says_is_caught(
    shown: Bound, name: str, change: str, known: bool, tmp_path: Path
) -> None:
    """`known`: the page's own content was compared before, and only its stamp is looked at."""
    entry = shown.entry(name)
    if (
        change in ("covered by an annotation", "a false number over it", "covered")
        and name == "turned90full.pdf"
    ):
        pytest.skip("the stamp stands elsewhere there")
    changed = shown.changed(entry, STAMP_CHANGES[change], tmp_path)

    seen = shown.look(entry, changed, known=known)

    assert not (seen.stamped and seen.alike)
    if not known:
        assert not seen.alike or not seen.stamped


@pytest.mark.parametrize("change", STAMP_CHANGES)
def test_a_stamp_is_looked_at_where_there_is_no_source(
    shown: Bound, change: str, tmp_path: Path
) -> None:
    entry = shown.entry("turned0.pdf")
    ours = replace(entry, source=None, transform=None, text=None)

    assert shown.look(ours).stamped
    assert not shown.look(ours, shown.changed(entry, STAMP_CHANGES[change], tmp_path)).stamped


def test_a_stamp_upon_color_is_drawn_as_the_viewer_mixes_it(tmp_path: Path) -> None:
    """Where no place is white and the page is drawn smaller, its stamp may still touch what is
    not white."""
    made = bound(tmp_path / "case", {"page.pdf": statement()})
    entry = made.ledger[0]
    with Pdf.open(made.bundle) as pdf, Pdf.open(io.BytesIO(statement())) as source:
        tint = b"q 0.4 0.7 0.9 rg 0 0 612 792 re f Q "
        streams(pdf.pages[0])[0].write(tint + streams(pdf.pages[0])[0].read_bytes())
        source.pages[0].Contents = source.make_stream(tint + source.pages[0].Contents.read_bytes())
        pdf.save(tmp_path / "tinted.pdf")
        source.save(tmp_path / "case/page.pdf")

    assert made.look(entry, tmp_path / "tinted.pdf").alike


# --- the pieces ---


def test_a_page_of_ours_is_compared_with_its_draft(shown: Bound) -> None:
    import pypdfium2 as pdfium

    entry = shown.entry("turned0full.pdf")
    bundle, draft = pdfium.PdfDocument(shown.bundle), pdfium.PdfDocument(PDFS["turned0full.pdf"]())

    page = bundle[entry.number - 1]
    assert compare_page(
        page, Source(document=draft, index=0), Placement.of(entry), entry.stamp
    ).alike
    assert compare_page(page, Source(document=draft, index=0), Placement.of(entry), None).pixels
    elsewhere = Placement.of(replace(entry, scale=entry.scale - 0.001))
    assert compare_page(page, Source(document=draft, index=0), elsewhere, entry.stamp).trouble
    draft.close()
    bundle.close()


def test_softened_drawings_agree_if_ink_lies_a_pixel_aside_and_not_if_it_is_missing() -> None:
    drawn = np.full((20, 20, 3), 255, np.uint8)
    drawn[8:10, 5:12] = 0
    missing = drawn.copy()
    missing[8:10, 10:12] = 255

    assert not pixel_difference.find_differing_near(drawn, np.roll(drawn, 1, axis=0), 48).any()
    assert pixel_difference.find_differing_near(drawn, np.full_like(drawn, 255), 48).any()
    assert pixel_difference.find_differing_near(drawn, missing, 48).any()
