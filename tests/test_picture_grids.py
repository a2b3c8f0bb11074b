"""Several pictures share a page: in order, upright, whole, with numbers and captions, and the proof
finds each of them."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from assembler.errors import EvidenceUnreadable
from assembler.evidence.picture_grids import GridPicture, place_tiles
from assembler.model import FilePart, GridLayout, Prepared, Severity, Tile
from assembler.model.manifest import MANIFEST_FILE
from tests import factories
from tests.support.evidence import prepared_exhibit, rendered, words
from tests.support.printed_files import bundle_printed_case, read_packet
from tests.support.proofs import believe, failed, proved
from tests.support.sharing import made_once

LAYOUTS = list(GridLayout)


def screenshot(word: str, size: tuple[int, int] = (540, 960)) -> Image.Image:
    picture = Image.new("RGB", size, (225, 235, 240))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0], 70), fill=(20, 110, 90))
    for line in range(6):
        draw.text((40, 110 + 70 * line), f"{word} message", fill="black", font_size=44)
    return picture


def save(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def camera_photo(word: str) -> bytes:
    """A JPEG that is stored on its side, as a phone does."""
    exif = Image.Exif()
    exif[274] = 6
    return save(screenshot(word).rotate(90, expand=True), "JPEG", exif=exif, quality=92)


FILES: dict[str, bytes] = {
    "one.png": save(screenshot("first")),
    "two.jpg": camera_photo("second"),
    "three.png": save(screenshot("third")),
    "four.png": save(screenshot("fourth", (960, 540))),
    "five.jpg": save(screenshot("fifth"), "JPEG", quality=92),
}
CAPTIONS = {
    "one.png": "Her call at night, March 3",
    "three.png": "السلام عليكم שלום",
    "two.jpg": "Señora Núñez",
}


def laid_out(
    home: Path,
    files: dict[str, bytes] | None = None,
    layout: GridLayout | None = GridLayout.GRID_2X2,
    fields: dict[str, dict[str, Any]] | None = None,
) -> Prepared:
    """One exhibit of these pictures; `fields`: of the files' entries."""
    files = FILES if files is None else files
    parts = [
        FilePart(path=path, **{"caption": CAPTIONS.get(path, ""), **(fields or {}).get(path, {})})
        for path in files
    ]
    return prepared_exhibit(home, files, parts, layout=layout)


def test_pictures_share_pages_in_order_with_their_captions(tmp_path: Path) -> None:
    exhibit = laid_out(tmp_path)
    assert [[tile.path for tile in page.tiles] for page in exhibit.pages] == [
        ["one.png", "two.jpg", "three.png", "four.png"],
        ["five.jpg"],
    ]
    tiles = [tile for page in exhibit.pages for tile in page.tiles]
    assert [tile.number for tile in tiles] == [1, 2, 3, 4, 5]
    text = words(exhibit.pdf)
    assert "1. Her call at night, March 3" in text
    assert "2. Señora Núñez" in text
    assert "5" in words(exhibit.pdf, 1)
    assert exhibit.findings == ()


def test_words_of_the_pictures_can_be_searched(tmp_path: Path) -> None:
    exhibit = laid_out(tmp_path)
    text = words(exhibit.pdf)
    assert all(f"{word} message" in text for word in ("first", "second", "third"))
    assert exhibit.pages[0].method == "ocr"


def test_a_picture_is_upright_by_its_camera_and_turned_by_the_case(tmp_path: Path) -> None:
    exhibit = laid_out(tmp_path, fields={"four.png": {"turn": 90}})
    two, four = exhibit.pages[0].tiles[1], exhibit.pages[0].tiles[3]
    assert two.placement[2] < two.placement[3]
    assert four.placement[2] < four.placement[3]  # a wide picture that stands
    page = rendered(exhibit.pdf, dpi=72)
    left, bottom, width, height = (round(side) for side in two.placement)
    top = 792 - bottom - height
    assert page[top + 4, left + width // 2] < 120  # the bar of the phone is at the top
    assert page[792 - bottom - 4, left + width // 2] > 200


def test_the_data_of_a_jpeg_is_kept(tmp_path: Path) -> None:
    exhibit = laid_out(tmp_path)
    with pikepdf.open(exhibit.pdf) as pdf:
        images = [
            image.read_raw_bytes()
            for page in pdf.pages
            for image in page.Resources.XObject.values()
            if image.get("/Filter") == "/DCTDecode"
        ]
    scans = [FILES[name][FILES[name].index(b"\xff\xda") :] for name in ("two.jpg", "five.jpg")]
    assert [image[image.index(b"\xff\xda") :] for image in images] == scans


def test_a_long_picture_has_pages_of_its_own(tmp_path: Path) -> None:
    long = Image.new("RGB", (540, 4000), "white")
    draw = ImageDraw.Draw(long)
    for line in range(60):
        draw.text((30, 30 + 64 * line), f"line {line} of the chat", fill="black", font_size=30)
    files = {"one.png": FILES["one.png"], "long.png": save(long), "three.png": FILES["three.png"]}
    exhibit = laid_out(tmp_path, files)
    assert [bool(page.tiles) for page in exhibit.pages] == [True, False, False, False, True]
    assert exhibit.pages[-1].tiles[0].number == 2
    rules = {(finding.rule, finding.file) for finding in exhibit.findings}
    assert ("EVID.GRID", "long.png") in rules


def test_pages_of_a_file_choose_its_pictures(tmp_path: Path) -> None:
    pictures = [screenshot(word) for word in ("alpha", "beta", "gamma")]
    album = save(pictures[0], "TIFF", save_all=True, append_images=pictures[1:])
    fields = {"fax.tif": {"pages": ((2, 3),)}}
    exhibit = laid_out(tmp_path, {"fax.tif": album}, GridLayout.GRID_2X1, fields)
    assert [tile.page for page in exhibit.pages for tile in page.tiles] == [2, 3]


def test_a_document_between_pictures_keeps_its_place(tmp_path: Path) -> None:
    files = {
        "one.png": FILES["one.png"],
        "a.pdf": factories.text_pdf(),
        "three.png": FILES["three.png"],
    }
    exhibit = laid_out(tmp_path, files)
    assert [page.path for page in exhibit.pages] == ["one.png", "a.pdf", "three.png"]


def test_a_caption_that_is_not_printed_is_a_warning(tmp_path: Path) -> None:
    exhibit = laid_out(tmp_path, {"one.png": FILES["one.png"]}, layout=None)
    assert [(finding.rule, finding.severity) for finding in exhibit.findings] == [
        ("EVID.OPTION", Severity.WARNING)
    ]


def test_a_caption_that_no_font_can_print_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceUnreadable) as caught:
        laid_out(tmp_path, fields={"one.png": {"caption": "\U00012000"}})
    assert [finding.rule for finding in caught.value.findings] == ["EVID.CAPTION"]


@given(
    st.sampled_from(LAYOUTS),
    st.lists(st.tuples(st.floats(20, 900), st.floats(20, 900)), min_size=1, max_size=9),
    st.sampled_from((0, 90)),
    st.booleans(),
)
def test_tiles_are_whole_apart_and_in_order(
    layout: GridLayout, sizes: list[tuple[float, float]], turned: int, has_caption: bool
) -> None:
    pictures = [
        GridPicture(
            pdf=Path("a.pdf"),
            index=0,
            size=size,
            orientation=0,
            tile=Tile(
                path="a.png",
                sha256="0",
                page=1,
                placement=(0, 0, 0, 0),
                number=number,
                turned=turned,
                caption="a caption" if has_caption else "",
            ),
        )
        for number, size in enumerate(sizes[: layout.capacity], 1)
    ]
    tiles = place_tiles(pictures, layout)
    for picture, tile in zip(pictures, tiles, strict=True):
        left, bottom, width, height = tile.placement
        across, down = picture.size if turned == 0 else picture.size[::-1]
        assert width * down == pytest.approx(height * across, rel=0.02)  # neither cut nor stretched
        assert left >= 36 - 0.01 and left + width <= 612 - 36 + 0.01
        assert bottom >= 36 and bottom + height <= 792 - 36 + 0.01
    for first, second in pairwise(tile.placement for tile in tiles):
        is_beside = second[0] >= first[0] + first[2]
        assert is_beside or second[1] + second[3] <= first[1]


# --- the proof of a bundle ---


def finished(tmp_path: Path) -> Path:
    """A copy of a proved packet with a chat of five screenshots, free to change."""

    def make(folder: Path) -> None:
        chat = {
            "id": "chat",
            "title": "Chat",
            "category": "threat",
            "layout": "grid-2x2",
            "topics": [{"topic": "Threats", "file": "evidence/five.jpg", "page": 1}],
            "files": [
                {
                    "path": f"evidence/{name}",
                    **({"caption": CAPTIONS[name]} if name in CAPTIONS else {}),
                    **({"turn": 90} if name == "four.png" else {}),
                }
                for name in FILES
            ],
        }
        case = folder / "case"
        factories.small_case(case, {"exhibits": [*factories.CASE["exhibits"], chat]})
        for name, data in FILES.items():
            (case / "evidence" / name).write_bytes(data)
        result = bundle_printed_case(case)
        assert result.exit_code == 0, result.output

    shared = made_once("picture-grids", make) / "case"
    return Path(shutil.copytree(shared, tmp_path / "case"))


def change_tiles(case: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the tiles of the first page that has any in the manifest."""
    path = case / "build/child" / MANIFEST_FILE
    data = json.loads(path.read_text(encoding="utf8"))
    tiles = next(
        entry["source"]["tiles"] for entry in data["ledger"] if "tiles" in entry.get("source", {})
    )
    change(tiles)
    path.write_text(json.dumps(data), encoding="utf8")


def test_every_picture_of_a_page_is_named_and_proved(tmp_path: Path) -> None:
    case = finished(tmp_path)
    assert failed(proved(case)) == set()
    pages = [
        entry.client_source.tiles
        for entry in read_packet(case).ledger
        if entry.source and entry.source.tiles
    ]
    assert [[tile.path for tile in tiles] for tiles in pages] == [
        [
            f"evidence/{name}.{kind}"
            for name, kind in (("one", "png"), ("two", "jpg"), ("three", "png"), ("four", "png"))
        ],
        ["evidence/five.jpg"],
    ]


def test_the_thematic_index_finds_the_page_with_a_picture(tmp_path: Path) -> None:
    (topic,) = read_packet(finished(tmp_path)).topics
    assert (topic.path, topic.page) == ("evidence/five.jpg", 2)


def swap_files(tiles: list[dict[str, Any]]) -> None:
    for key in ("path", "sha256", "caption"):
        tiles[0][key], tiles[2][key] = tiles[2][key], tiles[0][key]


def move(tiles: list[dict[str, Any]]) -> None:
    tiles[0]["placement"][0] += 3


def rename(tiles: list[dict[str, Any]]) -> None:
    tiles[0]["caption"] = "Her call at noon"


def turn(tiles: list[dict[str, Any]]) -> None:
    tiles[3]["turned"] = 270


def drop(tiles: list[dict[str, Any]]) -> None:
    tiles.pop()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (swap_files, "ledger"),
        (move, "tiles"),
        (rename, "ledger"),
        (turn, "ledger"),
        (drop, "ledger"),
    ],
)
def test_a_ledger_with_other_pictures_fails_the_proof(
    tmp_path: Path, change: Callable[[list[dict[str, Any]]], None], check: str
) -> None:
    case = finished(tmp_path)
    change_tiles(case, change)
    assert check in failed(proved(case))


def test_another_picture_in_the_clients_folder_fails_the_proof(tmp_path: Path) -> None:
    case = finished(tmp_path)
    (case / "evidence/three.png").write_bytes(save(screenshot("other")))
    assert {"sources", "tiles"} <= failed(proved(case))


def replace_picture(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    names = sorted(page.Resources.XObject.keys())
    page.Resources.XObject[names[0]] = page.Resources.XObject[names[2]]


def add_letters(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    font = next(iter(page.Resources.Font.keys()))
    page.contents_add(f"BT {font} 30 Tf 100 500 Td <0001> Tj ET".encode())


def cover(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.contents_add(b"1 g 100 450 60 200 re f")


@pytest.mark.parametrize("change", [replace_picture, add_letters, cover])
def test_a_kept_page_with_something_else_fails_the_proof(
    tmp_path: Path, change: Callable[[pikepdf.Pdf, pikepdf.Page], None]
) -> None:
    case = finished(tmp_path)
    manifest = read_packet(case)
    source = next(e.client_source for e in manifest.ledger if e.source and e.source.tiles)
    kept = case / "build/child" / manifest.conversions[source.key]
    with pikepdf.open(kept, allow_overwriting_input=True) as pdf:
        change(pdf, pdf.pages[0])
        pdf.save(kept)
    believe(case)
    assert "tiles" in failed(proved(case))
