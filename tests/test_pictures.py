"""evidence: pictures of every kind come out upright, whole, in their colors, one page each; what
cannot be used is named."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageCms

from assembler.evidence.file_types import sniff
from assembler.evidence.picture_page import make_picture_pages
from assembler.evidence.readers import tiff as tiffs
from assembler.evidence.readers.jpeg import strip_jpeg
from assembler.evidence.readers.picture import MAX_PIXELS
from assembler.evidence.refusal import Refused
from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf.picture_files import PictureFile
from scripts.sample_cases import draw
from tests import factories
from tests.conftest import build
from tests.factories import LINES, colors, fax, picture, tiff
from tests.support.evidence import prepared, refused, words
from tests.support.pictures import reduced

AGAIN = "the encoding of the picture (saved again as JPEG)"


def shown(pdf: bytes | Path, page: int = 0) -> Image.Image:
    document = pdfium.PdfDocument(pdf)
    image = document[page].render(scale=2).to_pil().convert("RGB")
    document.close()
    return image


def on_page(placed: object, size: tuple[int, int]) -> np.ndarray:
    """The picture as it stands on its page, brought to `size`."""
    page = shown(placed.pdf)  # type: ignore[attr-defined]
    x, y, width, height = (2 * value for value in placed.box)  # type: ignore[attr-defined]
    box = (round(x), round(page.height - y - height), round(x + width), round(page.height - y))
    return np.asarray(page.crop(box).resize(size)).astype(int)


def sixteen(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("I").point(lambda v: v * 256).convert("I;16")


def lab(image: Image.Image) -> Image.Image:
    spaces = [ImageCms.createProfile(name) for name in ("sRGB", "LAB")]
    return ImageCms.profileToProfile(image, *spaces, outputMode="LAB")


def white_is_zero() -> bytes:
    out = io.BytesIO()
    gray = 65535 - np.asarray(colors().convert("L")).astype(np.uint16) * 256
    Image.fromarray(gray).save(out, "TIFF", tiffinfo={262: 0})
    return out.getvalue()


KINDS = {
    "jpeg": lambda: picture("JPEG", colors(), quality=95),
    "jpeg, progressive": lambda: picture("JPEG", colors(), quality=95, progressive=True),
    "jpeg, colors of print, as Adobe inverts them": lambda: picture(
        "JPEG", colors().convert("CMYK"), quality=95
    ),
    "png": lambda: picture("PNG", colors()),
    "png, palette": lambda: picture("PNG", colors().quantize(16)),
    "png, alpha": lambda: picture("PNG", colors().convert("RGBA")),
    "heic": lambda: picture("HEIF", colors(), quality=95),
    "avif": lambda: picture("AVIF", colors(), quality=95),
    "webp": lambda: picture("WEBP", colors(), quality=95),
    "webp, lossless": lambda: picture("WEBP", colors(), lossless=True),
    "webp, alpha": lambda: picture("WEBP", colors().convert("RGBA"), quality=95),
    "bmp": lambda: picture("BMP", colors()),
    "gif": lambda: picture("GIF", colors().quantize(16)),
    "tiff": lambda: tiff([colors()]),
    "tiff, LZW": lambda: tiff([colors()], "tiff_lzw"),
    "tiff, Deflate": lambda: tiff([colors()], "tiff_adobe_deflate"),
    "tiff, JPEG": lambda: tiff([colors()], "jpeg", quality=95),
    "tiff, palette": lambda: tiff([colors().quantize(16)], "packbits"),
    "tiff, colors of print": lambda: tiff([colors().convert("CMYK")], "tiff_lzw"),
    "tiff, LAB": lambda: tiff([lab(colors())]),
    "tiff, alpha": lambda: tiff([colors().convert("RGBA")]),
    "tiff, 64-bit places": lambda: tiff([colors()], big_tiff=True),
}
GRAYS = {
    "png, 16 bit": lambda: picture("PNG", sixteen(colors())),
    "tiff, 16 bit": lambda: tiff([sixteen(colors())], "tiff_lzw"),
    "tiff, 16 bit, white is zero": white_is_zero,
    "jpeg, gray": lambda: picture("JPEG", colors().convert("L"), quality=95),
    "png, gray": lambda: picture("PNG", colors().convert("L")),
    "png, gray with alpha": lambda: picture("PNG", colors().convert("LA")),
}


@pytest.mark.parametrize("name", [*KINDS, *GRAYS])
def test_colors_are_right_on_the_page_and_in_the_proof_s_own_view(name: str) -> None:
    data = {**KINDS, **GRAYS}[name]()
    mode = "L" if name in GRAYS else "RGB"

    placed = list(make_picture_pages(data, sniff(data)))

    assert len(placed) == 1
    wanted = np.asarray(colors().convert(mode).convert("RGB")).astype(int)
    for view in (
        on_page(placed[0], (400, 500)),
        np.asarray(PictureFile(data).page(1).convert("RGB")).astype(int),
    ):
        fields = [
            (slice(y + 30, y + 95), slice(x + 25, x + 75))
            for x in range(0, 400, 100)
            for y in range(0, 375, 125)
        ]
        most = 36 if "LAB" in name else 12  # strong blue comes back from 8 bits of LAB that far off
        assert (
            max(
                abs(view[field].mean((0, 1)) - wanted[field].mean((0, 1))).max() for field in fields
            )
            <= most
        )
    drawn_again = {
        "heic",
        "avif",
        "webp",
        "webp, alpha",
        "tiff, JPEG",
        "jpeg, colors of print, as Adobe inverts them",
    }
    assert (AGAIN in placed[0].removed) == (name in drawn_again)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_phone_s_wide_colors_are_shown_as_they_are_meant(kind: str) -> None:
    data = picture(kind, colors(), icc_profile=factories.wide_colors(), quality=95)

    page = on_page(next(make_picture_pages(data, sniff(data))), (400, 500))

    view = np.asarray(PictureFile(data).page(1).convert("RGB")).astype(int)
    inside = (slice(155, 220), slice(25, 75))  # the field of #c83232: stronger than sRGB's
    assert abs(page[inside].mean((0, 1)) - view[inside].mean((0, 1))).max() < 8
    assert abs(page.mean((0, 1)) - view.mean((0, 1))).max() < 4


@pytest.mark.parametrize(
    "compression", ["raw", "packbits", "group3", "group4", "tiff_lzw", "tiff_adobe_deflate"]
)
def test_a_fax_is_as_high_as_it_was_sent_and_stays_a_fax(compression: str) -> None:
    pages = list(make_picture_pages(fax([["# First"], ["# Second"]], compression), "tiff"))

    assert len(pages) == 2
    for page in pages:
        assert page.box[2] / page.box[3] == pytest.approx(8.5 / 11, abs=0.01)
        assert page.dpi == pytest.approx(104, abs=1)
        with pikepdf.open(io.BytesIO(page.pdf)) as pdf:
            assert "CCITTFaxDecode" in str(next(iter(pdf.pages[0].get_images().values())).Filter)
        assert page.removed == ()


def test_pages_of_a_tiff_come_in_order_whatever_their_size_and_coding(tmp_path: Path) -> None:
    sheets = [draw.sheet([f"# Number {n}", *LINES], 150) for n in range(1, 5)]
    mixed = [
        sheets[0].convert("1", dither=Image.Dither.NONE),
        sheets[1],
        sheets[2].convert("RGB").rotate(90, expand=True),
    ]
    mixed.append(sheets[3].resize((800, 1035)))

    made = prepared(
        tmp_path, {"a.tif": tiff(mixed, "tiff_lzw")}, {"a.tif": {"pages": ((3, None), (1, 1))}}
    )["a.tif"]

    assert [page.source_page for page in made.pages] == [3, 4, 1]
    assert [f"Number {n}" in words(made.pdf, k) for k, n in enumerate((3, 4, 1))] == [True] * 3
    assert [page.turned for page in made.pages] == [90, 0, 0]
    assert (made.pages[0].width, made.pages[0].height) == (612, 792)


def test_page_ranges_beyond_a_tiff_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, {"a.tif": fax()}, {"a.tif": {"pages": ((2, 3),)}}) == [
        ("EVID.RANGE", "exhibit a.tif, a.tif")
    ]


def test_smaller_copies_in_a_tiff_are_no_pages_and_are_told(tmp_path: Path) -> None:
    small = [colors(), colors().resize((40, 50)), colors()]
    data = reduced(tiff(small, software="x"), 2)

    placed = list(make_picture_pages(data, "tiff"))

    assert len(placed) == len(PictureFile(data)) == 2
    assert "a smaller copy of the picture" in placed[0].removed
    assert (
        len(list(make_picture_pages(reduced(tiff([colors(), colors()], software="x"), 2), "tiff")))
        == 2
    )  # as large: a page


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pictures_stand_upright(kind: str, orientation: int) -> None:
    stored = Image.open(io.BytesIO(factories.corners(orientation)))
    exif = stored.getexif()
    data = picture(kind, stored, exif=exif)

    for view in (shown(next(make_picture_pages(data, sniff(data))).pdf), PictureFile(data).page(1)):
        assert view.width > view.height
    corners = on_page(next(make_picture_pages(data, sniff(data))), (120, 80))
    assert [corners[10, 10].argmax(), corners[10, 110].argmax(), corners[70, 10].argmax()] == [
        0,
        1,
        2,
    ]


@pytest.mark.parametrize("value", [0, 9, 255, 65535])
def test_an_orientation_that_means_nothing_turns_nothing(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value

    placed = next(make_picture_pages(picture("JPEG", colors(), exif=exif), "jpeg"))

    assert (placed.turned, placed.box[2] < placed.box[3]) == (0, True)


@pytest.mark.parametrize("kind", ["HEIF", "WEBP", "PNG", "AVIF"])
def test_place_and_camera_are_told_and_gone(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = "CANARY-DATE"

    made = prepared(tmp_path, {"a": picture(kind, exif=exif)})["a"]

    assert "place (GPS)" in {one.what for one in made.removed}
    with pikepdf.open(made.pdf) as pdf:
        assert b"CANARY" not in b"".join(
            o.read_raw_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream)
        )
    assert b"CANARY" not in made.pdf.read_bytes()


def test_only_the_first_picture_of_a_phone_s_pair_is_a_page_and_the_other_is_told() -> None:
    pair = picture("MPO", colors(), save_all=True, append_images=[colors().rotate(180)], quality=95)
    burst = picture(
        "HEIF", colors(), save_all=True, append_images=[colors().rotate(180)], quality=95
    )

    for data in (pair, burst):
        placed = list(make_picture_pages(data, sniff(data)))
        assert len(placed) == len(PictureFile(data)) == 1
        assert "further pictures" in placed[0].removed
        assert abs(on_page(placed[0], (400, 500)) - np.asarray(colors()).astype(int)).mean() < 4


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_what_moves_is_refused(tmp_path: Path, kind: str) -> None:
    moving = picture(
        kind, colors().quantize(8), save_all=True, append_images=[colors().rotate(90).quantize(8)]
    )

    assert refused(tmp_path, {"a": moving}) == [("EVID.FRAMES", "a")]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 6 // 10]


def hidden_cut(data: bytes) -> bytes:
    """Cut off, and ended as a whole file ends: Pillow and PDFium show the rest gray and say
    nothing."""
    return cut(data) + b"\xff\xd9"


def hole(data: bytes) -> bytes:
    return data[: len(data) // 2] + data[len(data) // 2 + len(data) // 8 :]


BROKEN = {
    "jpeg, cut": lambda: cut(picture("JPEG")),
    "jpeg, cut but ended": lambda: hidden_cut(picture("JPEG")),
    "jpeg, progressive, cut but ended": lambda: hidden_cut(picture("JPEG", progressive=True)),
    "jpeg, print colors, cut but ended": lambda: hidden_cut(
        picture("JPEG", colors().convert("CMYK"))
    ),
    "jpeg, hole": lambda: hole(picture("JPEG")),
    "png, cut": lambda: cut(picture("PNG")),
    "heic, cut": lambda: cut(picture("HEIF")),
    "webp, cut": lambda: cut(picture("WEBP")),
    "avif, cut": lambda: cut(picture("AVIF")),
    "tiff, cut": lambda: cut(fax([LINES * 10] * 2)),
    "tiff, nothing but a head": lambda: b"II*\0\x08\0\0\0",
    "bmp, cut": lambda: cut(picture("BMP")),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_what_is_not_whole_is_refused(name: str) -> None:
    data = BROKEN[name]()

    with pytest.raises(Refused) as caught:
        list(make_picture_pages(data, sniff(data)))

    assert caught.value.rule == "EVID.BROKEN"


def test_a_tiff_that_runs_in_a_circle_or_never_ends_is_refused() -> None:
    data = bytearray(fax())
    first = int.from_bytes(data[4:8], "little")
    after = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    data[after : after + 4] = first.to_bytes(4, "little")
    with pytest.raises(Refused, match="is circular"):
        list(make_picture_pages(bytes(data), "tiff"))

    step, count = 6, tiffs.MAX_PICTURES + 1
    chain = b"".join(struct.pack("<HI", 0, 8 + step * (n + 1)) for n in range(count))
    with pytest.raises(Refused, match="more than 2000 pictures"):
        list(make_picture_pages(b"II*\0\x08\0\0\0" + chain, "tiff"))


def png_bomb(side: int) -> bytes:
    """A PNG of `side` × `side` dots of one bit; 50,000 take 300 kB."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    row = b"\0" * ((side + 7) // 8 + 1)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def sized(data: bytes, old: tuple[int, int], new: tuple[int, int], form: str) -> bytes:
    """The same file with another size written in its head."""
    before, after = struct.pack(form, *old), struct.pack(form, *new)
    assert before in data
    return data.replace(before, after, 1)


def test_bombs_are_refused_before_they_are_decoded_and_the_rest_of_the_case_is_looked_at(
    tmp_path: Path,
) -> None:
    small = Image.new("RGB", (333, 444), "white")
    bombs = {
        "png": png_bomb(50_000),
        "gif": sized(picture("GIF", small), (333, 444), (60_000, 60_000), "<HH"),
        "bmp": sized(picture("BMP", small), (333, 444), (60_000, 60_000), "<ii"),
        "jpeg": sized(picture("JPEG", small), (444, 333), (60_000, 60_000), ">HH"),
        "tiff": wide_tiff(),
    }
    # a HEIC or WebP file says its size in a second place, within its coded data: the library sees
    # that they differ
    liars = {
        "heic": re.sub(
            rb"(?s)(ispe\0{4}).{8}",
            rb"\1" + struct.pack(">II", 60_000, 60_000),
            picture("HEIF", small),
        ),
        "webp": sized(picture("WEBP", small), (333, 444), (16_383, 16_383), "<HH"),
    }

    found = {
        where: rule
        for rule, where in refused(tmp_path, {**bombs, **liars, "fine": picture("JPEG")})
    }

    assert found == {
        **dict.fromkeys(bombs, "EVID.LIMIT"),
        "webp": "EVID.LIMIT",
        "heic": found["heic"],
    }
    assert found["heic"] in ("EVID.LIMIT", "EVID.BROKEN")


def wide_tiff() -> bytes:
    """Two pages, of which the second says it is 60,000 dots wide and high."""
    data = tiff([colors(), Image.new("L", (333, 333), 255)])
    for tag in (256, 257):
        entry = struct.pack("<HHI", tag, 4, 1)
        assert data.count(entry + struct.pack("<I", 333)) == 1
        data = data.replace(entry + struct.pack("<I", 333), entry + struct.pack("<I", 60_000))
    return data


def test_a_photograph_that_lies_on_its_side_is_turned_by_its_text_and_proved(
    tmp_path: Path,
) -> None:
    folder = factories.small_case(tmp_path / "case")
    for angle in (90, 180):
        sheet = draw.sheet([*LINES, "Testina Exemplar"] * 4, 150).rotate(-angle, expand=True)
        (folder / "evidence/photo.jpg").write_bytes(picture("JPEG", sheet))

        built = build(folder)[0]

        ledger = json.loads((built.folder / MANIFEST_FILE).read_text(encoding="utf8"))["ledger"]
        assert [
            e["transform"]["turned"] for e in ledger if e["exhibit"] == "photo" and "source" in e
        ] == [(360 - angle) % 360]
        assert built.proof.ok


def test_large_photographs_are_accepted(tmp_path: Path) -> None:
    large = Image.effect_noise((1000, 1250), 60).resize((12_000, 15_000))  # 180 million dots

    made = prepared(tmp_path, {"a.jpg": picture("JPEG", large, quality=30)})["a.jpg"]

    assert made.pages[0].dpi > 1000
    assert MAX_PIXELS > 180_000_000


def test_stripping_walks_every_scan_of_a_progressive_picture() -> None:
    data = picture("JPEG", colors(), progressive=True, comment=b"CANARY")

    plain = strip_jpeg(data + b"trailing CANARY")

    assert b"CANARY" not in plain
    assert plain.count(b"\xff\xda") > 3
    assert (
        np.asarray(Image.open(io.BytesIO(plain))) == np.asarray(Image.open(io.BytesIO(data)))
    ).all()


def test_a_stray_byte_between_the_parts_of_a_jpeg_is_passed_over(tmp_path: Path) -> None:
    """As every viewer does, and says no word of it."""
    data = picture("JPEG", colors())
    place_of_table = data.index(b"\xff\xdb")
    stray = data[:place_of_table] + b"\x01" + data[place_of_table:]

    made = prepared(tmp_path, {"a.jpg": stray})["a.jpg"]

    assert len(made.pages) == 1
    assert strip_jpeg(stray) == strip_jpeg(data)


def test_numbers_that_are_no_picture_are_refused() -> None:
    measured = Image.fromarray(np.linspace(0, 1, 10_000, dtype=np.float32).reshape(100, 100))

    with pytest.raises(Refused) as caught:
        list(make_picture_pages(tiff([measured]), "tiff"))

    assert caught.value.rule == "EVID.FORMAT"


def test_a_bundle_of_every_kind_is_proved_page_by_page(tmp_path: Path) -> None:
    sheet = draw.sheet([*LINES, "Testina Exemplar"] * 4, 150).convert("RGB")
    files = {
        "fax.tif": fax([LINES, LINES, LINES], "group3"),
        "color.tif": tiff([sheet, colors()], "jpeg"),
        "phone.heic": picture(
            "HEIF", sheet.rotate(90, expand=True), icc_profile=factories.wide_colors()
        ),
        "print.jpg": picture("JPEG", colors().convert("CMYK")),
        "page.webp": picture("WEBP", sheet),
        "drawing.gif": picture("GIF", sheet.quantize(8)),
    }
    more = [
        {
            "id": name.split(".")[0],
            "title": name,
            "category": "medical",
            "files": [f"evidence/{name}"],
        }
        for name in files
    ]
    more[0]["files"] = [{"path": "evidence/fax.tif", "pages": "3,1"}]
    folder = factories.small_case(
        tmp_path / "case", {"exhibits": [*factories.CASE["exhibits"], *more]}
    )
    for name, data in files.items():
        (folder / "evidence" / name).write_bytes(data)

    built = build(folder)[0]

    pixels = {check.exhibit: check.detail for check in built.proof.checks if check.name == "pixels"}
    counts = {"fax": 2, "color": 2, "phone": 1, "print": 1, "page": 1, "drawing": 1}
    assert {one: pixels[one] for one in counts} == {
        one: f"{count} of {count} pages look like their source" for one, count in counts.items()
    }
    ledger = json.loads((built.folder / MANIFEST_FILE).read_text(encoding="utf8"))["ledger"]
    assert [
        entry["source"]["page"]
        for entry in ledger
        if entry["exhibit"] == "fax" and "source" in entry
    ] == [3, 1]
    assert built.proof.not_checked == ()
