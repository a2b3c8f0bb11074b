"""evidence, prove: pictures too long for one page are cut at gaps and nothing of them is lost;
what white hides is shown."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from assembler.evidence.file_types import sniff
from assembler.evidence.long_pictures import LEAST, PAPER, find_cuts
from assembler.evidence.picture_page import PicturePage, make_picture_pages
from assembler.evidence.readers import tiff
from assembler.evidence.refusal import Refused
from assembler.evidence.transparency import choose_background
from assembler.model import LedgerEntry, PartKind
from assembler.model.manifest import MANIFEST_FILE
from assembler.pdf.picture_files import PictureFile
from assembler.proof.cut_pages import join_cut_pages
from assembler.runtime.resources import stamp_font
from tests import factories
from tests.conftest import build
from tests.support import manifests
from tests.support.evidence import prepared, refused, words
from tests.support.pictures import reduced
from tests.support.proofs import proved

SIZE = 42  # dots of a letter on a phone


def font(size: int = SIZE) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(stamp_font()), size)


def chat(
    messages: int = 90, width: int = 1080, *, dark: bool = False, step: int = 140
) -> Image.Image:
    """A screenshot of messages below each other, each in its bubble."""
    night, day = (
        ((18, 18, 20), (40, 44, 48), (235, 235, 235)),
        ((236, 229, 221), (255, 255, 255), (20, 20, 20)),
    )
    ground, bubble, ink = night if dark else day
    picture = Image.new("RGB", (width, messages * step), ground)
    draw = ImageDraw.Draw(picture)
    for number in range(messages):
        left, top = (60 if number % 3 else 300), number * step + 20
        draw.rounded_rectangle((left, top, left + 700, top + 100), 20, bubble)
        draw.text((left + 30, top + 26), f"Message {number + 1}: I was there", ink, font())
    return picture


def receipt(lines: int = 120) -> Image.Image:
    """A till receipt as a scanner sees it, at 300 dpi."""
    picture = Image.new("L", (900, lines * 44), 246)
    draw = ImageDraw.Draw(picture)
    for number in range(lines):
        draw.text((40, number * 44 + 4), f"Item {number:03} 1 x 2.50", 30, font(32))
    grain = np.random.default_rng(1).normal(0, 5, (picture.height, picture.width))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def letter_without_gaps(lines: int = 260) -> Image.Image:
    """Lines so close that no row between them is free."""
    picture = Image.new("L", (900, lines * 40), 255)
    draw = ImageDraw.Draw(picture)
    for number in range(lines):
        for shift in (0, 300, 600):
            draw.text((20 + shift, number * 40 + (shift // 100) * 6), f"qgÄj {number}", 0, font(40))
    return picture


def landscape() -> Image.Image:
    """A photograph of a mountain range: long, and no text."""
    rng = np.random.default_rng(3)
    small = Image.fromarray(rng.integers(0, 255, (100, 450), dtype=np.uint8))
    return small.resize((4500, 1000), Image.Resampling.BICUBIC).convert("RGB")


def one_line() -> Image.Image:
    """A line of handwriting, cut out of a page."""
    picture = Image.new("L", (1480, 80), 255)
    ImageDraw.Draw(picture).text(
        (20, 10),
        "- . ' the line of a letter, ij: its signs and ends ... ; . ' - , ., :",
        0,
        font(44),
    )
    return picture


def placed(data: bytes) -> list[PicturePage]:
    return list(make_picture_pages(data, sniff(data)))


def crosses_ink(picture: Image.Image, row: int) -> bool:
    gray = np.asarray(picture.convert("L")).astype(int)[row]
    return bool(np.abs(np.diff(gray)).max() > 60)


@pytest.mark.parametrize(
    "picture", [chat(), chat(dark=True), receipt()], ids=["chat", "dark chat", "receipt"]
)
def test_a_long_picture_is_cut_between_its_lines(picture: Image.Image) -> None:
    cuts = find_cuts(picture)

    assert cuts is not None
    assert len(cuts.strips) > 2
    assert cuts.overlapping == 0
    assert (cuts.strips[0][:3], cuts.strips[-1][3]) == ((0, 0, picture.width), picture.height)
    for one, two in zip(cuts.strips, cuts.strips[1:], strict=False):
        assert one[3] == two[1]
        assert not crosses_ink(picture, one[3])
    assert cuts.scale * 32 >= LEAST
    assert all((bottom - top) * cuts.scale <= PAPER[1] + 0.01 for _, top, _, bottom in cuts.strips)
    assert cuts.scale * picture.width <= PAPER[0] + 0.01


def test_a_picture_long_across_is_cut_between_its_screens() -> None:
    screens = [chat(17) for _ in range(9)]
    picture = Image.new("RGB", (9 * 1180, screens[0].height), (236, 229, 221))
    for number, screen in enumerate(screens):
        picture.paste(screen, (number * 1180, 0))

    cuts = find_cuts(picture)

    assert cuts is not None
    assert not cuts.upright
    assert cuts.overlapping == 0
    assert (cuts.strips[0][0], cuts.strips[-1][2]) == (0, picture.width)


@pytest.mark.parametrize("angle", [90, 270])
def test_a_long_picture_that_lies_on_its_side_is_cut_alike(angle: int) -> None:
    upright, lying = find_cuts(chat()), find_cuts(chat().rotate(angle, expand=True))

    assert upright is not None
    assert lying is not None
    assert abs(len(upright.strips) - len(lying.strips)) <= 1
    assert not lying.upright


def test_where_no_gap_is_the_strips_overlap_by_more_than_a_line() -> None:
    picture = letter_without_gaps()

    cuts = find_cuts(picture)

    assert cuts is not None
    assert cuts.overlapping == len(cuts.strips) - 1
    assert all(
        one[3] - two[1] >= 40 for one, two in zip(cuts.strips, cuts.strips[1:], strict=False)
    )


STAYS = {
    "landscape": landscape,
    "standing landscape": lambda: landscape().rotate(90, expand=True),
    "short chat": lambda: chat(12),
    "nothing": lambda: Image.new("RGB", (300, 9000), "white"),
    "line": lambda: Image.new("RGB", (1, 500), "black"),
    "colors": factories.colors,
    "one line": one_line,
    "standing line": lambda: one_line().rotate(90, expand=True),
    "noise": lambda: Image.effect_noise((500, 5000), 90),
    "gradient": lambda: Image.linear_gradient("L").resize((400, 6000)),
}


@pytest.mark.parametrize("name", list(STAYS))
def test_what_can_be_read_or_holds_no_text_stays_whole(name: str) -> None:
    assert find_cuts(STAYS[name]()) is None


def turned_jpeg(orientation: int) -> bytes:
    return factories.picture(
        "JPEG", chat(40).rotate(90, expand=True), exif=oriented(orientation), quality=95
    )


def turned_png() -> bytes:
    return factories.picture("PNG", chat(40).rotate(90, expand=True), exif=oriented(6))


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


CODINGS: dict[str, Callable[[], bytes]] = {
    "png": lambda: factories.picture("PNG", chat(40)),
    "jpeg": lambda: factories.picture("JPEG", chat(40), quality=95),
    "heic": lambda: factories.picture("HEIF", chat(40), quality=95),
    "webp": lambda: factories.picture("WEBP", chat(40), quality=95),
    "gif": lambda: factories.picture("GIF", chat(40).quantize(32)),
    "bmp": lambda: factories.picture("BMP", receipt()),
    "tiff, one bit": lambda: factories.tiff(
        [receipt().point(lambda v: 255 * (v > 128)).convert("1")], "group4"
    ),
    "jpeg, turned": lambda: turned_jpeg(6),
    "jpeg, mirrored": lambda: turned_jpeg(5),
    "png, turned": turned_png,
    "jpeg, wide colors": lambda: factories.picture(
        "JPEG", chat(40), icc_profile=factories.wide_colors(), quality=95
    ),
}


@pytest.mark.parametrize("name", list(CODINGS))
def test_strips_have_every_dot_of_the_picture(name: str) -> None:
    """Also where the file's coding loses some: a strip is stored without further loss."""
    data = CODINGS[name]()

    strips = placed(data)
    whole = np.asarray(PictureFile(data).page(1).convert("RGB"))

    assert len(strips) > 2
    joined = []
    for number, one in enumerate(strips, 1):
        assert one.strip is not None
        assert (one.strip.part, one.strip.parts, one.turned) == (number, len(strips), 0)
        with pikepdf.open(io.BytesIO(one.pdf)) as pdf:
            ((_, image),) = pdf.pages[0].get_images().items()
            joined.append(np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB")))
    assert np.array_equal(np.concatenate(joined), whole)


def case_of(folder: Path, name: str, data: bytes, pages: str = "") -> Path:
    case = deepcopy(factories.CASE)
    file = {"path": f"evidence/{name}", **({"pages": pages} if pages else {})}
    case["exhibits"].append(
        {"id": "chat", "title": "Messages", "category": "threat", "files": [file]}
    )
    case["request"]["why_no_visa"] = (
        "It was announced [@chat, p. 2]. There is no time [@photo; @letter]."
    )
    made = factories.small_case(folder / "case", case)
    (made / "evidence" / name).write_bytes(data)
    return made


def ledger_of(folder: Path) -> list[dict[str, Any]]:
    manifest = json.loads((folder / "build/child" / MANIFEST_FILE).read_text(encoding="utf8"))
    return [
        entry for entry in manifest["ledger"] if entry["exhibit"] == "chat" and "source" in entry
    ]


def test_a_cut_picture_is_bound_proved_and_named_in_the_ledger(tmp_path: Path) -> None:
    """A TIFF of two pictures of which the first is cut; the proof counts two pages of the
    client's, and compares each strip."""
    long = receipt(100).point(lambda value: 255 * (value > 128)).convert("1")
    folder = case_of(tmp_path, "chat.tif", factories.tiff([long, factories.colors()], "tiff_lzw"))

    (built,) = build(folder)

    assert built.proof.ok
    ledger = ledger_of(folder)
    parts = ledger[0]["source"]["parts"]
    assert parts > 2
    assert [(e["source"]["page"], e["source"].get("part")) for e in ledger] == [
        *((1, n) for n in range(1, parts + 1)),
        (2, None),
    ]
    assert [e["transform"]["crop"][1] for e in ledger[1:parts]] == [
        e["transform"]["crop"][3] for e in ledger[: parts - 1]
    ]
    details = {check.detail for check in built.proof.checks if check.exhibit == "chat"}
    assert f"{parts + 1} of {parts + 1} pages look like their source" in details
    assert "2 of 2 pages of its files are in, in order" in details
    assert "EVID.CUT" in {finding.rule for finding in built.findings}
    review = (folder / "build/child/review.html").read_text(encoding="utf8")
    assert f"page 1, part 2 of {parts}" in review


def test_a_part_that_can_hardly_be_read_is_named_as_a_part(tmp_path: Path) -> None:
    picture = chat(40)
    ImageDraw.Draw(picture).rectangle((0, 0, 1080, 2700), fill=(236, 229, 221))
    folder = case_of(tmp_path, "chat.png", factories.picture("PNG", picture))

    (built,) = build(folder)

    assert built.proof.ok
    (told,) = [
        f for f in built.findings if f.file == "evidence/chat.png" and f.rule.startswith("LEGIBLE")
    ]
    parts = len(ledger_of(folder))
    assert (told.page, told.piece, told.where) == (
        1,
        1,
        f"evidence/chat.png, page 1, part 1 of {parts}",
    )


def test_pages_of_a_file_are_counted_as_the_client_counts_them(tmp_path: Path) -> None:
    data = factories.tiff([receipt(100), factories.colors(), factories.colors()], "tiff_lzw")

    made = prepared(tmp_path, {"a.tif": data}, {"a.tif": {"pages": ((2, 2), (1, 1))}})["a.tif"]

    assert [page.source_page for page in made.pages] == [2, *[1] * (len(made.pages) - 1)]
    assert [page.part for page in made.pages[1:]] == list(range(1, len(made.pages)))
    assert "Item 000" in words(made.pdf, 1)
    assert refused(tmp_path, {"a.tif": data}, {"a.tif": {"pages": ((4, 4),)}}) == [
        ("EVID.RANGE", "exhibit a.tif, a.tif")
    ]


def entry(part: int, parts: int, crop: tuple[int, int, int, int], page: int = 1) -> LedgerEntry:
    return manifests.entry(
        kind=PartKind.EXHIBIT,
        source=manifests.source(path="a.png", page=page, part=part, parts=parts),
        transform=manifests.transform(crop=crop),
    )


A, B, C = (0, 0, 10, 40), (0, 40, 10, 70), (0, 65, 10, 100)
ALL = [entry(1, 3, A), entry(2, 3, B), entry(3, 3, C)]


@pytest.mark.parametrize(
    ("entries", "whole"),
    [
        (ALL, True),
        (ALL * 2, True),
        (ALL[:2], False),
        ([ALL[1], ALL[0], ALL[2]], False),
        ([ALL[0], ALL[0], ALL[2]], False),
        ([ALL[0], entry(2, 3, (0, 41, 10, 70)), ALL[2]], False),
        ([ALL[0], ALL[1], entry(3, 3, (0, 65, 10, 99))], False),
        ([ALL[0], entry(2, 3, (1, 40, 10, 70)), ALL[2]], False),
        ([entry(1, 3, (0, 1, 10, 40)), *ALL[1:]], False),
        ([ALL[0], entry(2, 3, (0, 40, 10, 30)), ALL[2]], False),
    ],
)
def test_a_part_that_is_missing_or_short_is_caught(entries: list[LedgerEntry], whole: bool) -> None:
    found = join_cut_pages(entries, {("a.png", 1): (10, 100)})

    assert (set(found) == {("a.png", 1)}) is whole


def test_a_strip_that_is_another_than_the_ledger_says_is_caught(tmp_path: Path) -> None:
    folder = case_of(tmp_path, "chat.png", factories.picture("PNG", chat(40)))
    build(folder)
    path = folder / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text(encoding="utf8"))
    of_chat = [e for e in data["ledger"] if e["exhibit"] == "chat" and "source" in e]
    first, second = of_chat[0]["transform"], of_chat[1]["transform"]
    first["crop"], second["crop"] = second["crop"], first["crop"]
    path.write_text(json.dumps(data), encoding="utf8")
    bad = {
        check.name for check in proved(folder).checks if not check.ok and check.exhibit == "chat"
    }

    assert {"ledger", "pixels"} <= bad


# --- white on nothing ---


def clear(ink: tuple[int, int, int], *, sheet: tuple[int, int, int] | None = None) -> Image.Image:
    """Text on a transparent ground, or on a sheet of its own with clear corners."""
    picture = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    if sheet:
        draw.rounded_rectangle((0, 0, 599, 299), 30, (*sheet, 255))
    draw.text((60, 60), "I shall find you\nwherever you are", (*ink, 255), font(48))
    return picture


@pytest.mark.parametrize(
    ("picture", "light"),
    [
        (clear((255, 255, 255)), True),
        (clear((240, 240, 230)), True),
        (clear((0, 0, 0)), False),
        (clear((120, 20, 20)), False),
        (clear((0, 0, 0), sheet=(255, 255, 255)), False),
        (clear((255, 255, 255), sheet=(20, 20, 20)), False),
        (Image.new("RGBA", (50, 50), (255, 255, 255, 0)), False),
        (Image.new("RGBA", (50, 50), (255, 255, 255, 255)), False),
    ],
    ids=[
        "white",
        "pale",
        "black",
        "red",
        "black on white sheet",
        "white on black sheet",
        "nothing",
        "white sheet",
    ],
)
def test_only_what_white_hides_is_laid_on_something_else(picture: Image.Image, light: bool) -> None:
    assert bool(choose_background(picture)) is light


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_white_on_a_transparent_ground_is_seen_proved_and_told(tmp_path: Path, kind: str) -> None:
    folder = case_of(
        tmp_path, "chat.png", factories.picture(kind, clear((255, 255, 255)), lossless=True)
    )
    case = json.loads((folder / "case.json").read_text(encoding="utf8"))
    case["request"]["why_no_visa"] = "It was announced [@chat]. There is no time [@photo; @letter]."
    factories.write_case(folder, case)

    (built,) = build(folder)

    assert built.proof.ok
    (page,) = ledger_of(folder)
    assert page["transform"]["background"].startswith("#")
    rules = {finding.rule for finding in built.findings if finding.file == "evidence/chat.png"}
    assert "EVID.BACKGROUND" in rules
    assert "LEGIBLE.BLANK" not in rules


# --- what a camera's sensor saw ---


def raw_picture(*, dng: bool, below: bool, photometric: int) -> bytes:
    """A small picture in front, and the large one of the sensor below it."""

    def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
        return (
            struct.pack("<H", len(entries))
            + b"".join(struct.pack("<HHII", *one) for one in sorted(entries))
            + bytes(4)
        )

    front = [
        (254, 4, 1, 1),
        (256, 3, 1, 160),
        (257, 3, 1, 120),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (277, 3, 1, 3),
    ]
    front += [(50706, 1, 4, 0x0401)] if dng else []
    front += [(330, 4, 1, 400)] if below else []
    head = b"II*\0\x08\0\0\0" + directory(front)
    sensor = directory(
        [(254, 4, 1, 0), (256, 4, 1, 4032), (257, 4, 1, 3024), (262, 3, 1, photometric)]
    )
    return head.ljust(400, b"\0") + sensor


@pytest.mark.parametrize(
    "options",
    [
        {"dng": True, "below": True, "photometric": 32803},
        {"dng": False, "below": True, "photometric": 32803},
        {"dng": True, "below": False, "photometric": 0},
        {"dng": False, "below": True, "photometric": 6},
    ],
)
def test_a_raw_photograph_is_refused_by_name_and_its_small_picture_not_used(
    options: dict[str, Any],
) -> None:
    with pytest.raises(Refused) as caught:
        placed(raw_picture(**options))

    assert caught.value.rule == "EVID.FORMAT"
    assert "raw camera picture" in str(caught.value)


def test_a_small_copy_in_front_of_the_picture_is_no_page() -> None:
    data = reduced(
        factories.tiff([factories.colors().resize((40, 50)), factories.colors()], software="x"), 1
    )

    assert tiff.find_pages(tiff.list_directories(data)) == [1]
    assert len(placed(data)) == len(PictureFile(data)) == 1
    assert "a smaller copy of the picture" in placed(data)[0].removed
