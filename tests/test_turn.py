"""`turn` of a file in case.json: its pages are turned by that, whatever their text says, and the
proof holds the bundle to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from pikepdf import Name, Pdf

from assembler.evidence.losses import rotate_region
from assembler.intake import examine_case
from assembler.model import Ink, LedgerEntry, PartKind, Proof
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import source_pages
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from scripts.sample_cases import draw
from tests import factories, mutable
from tests.conftest import build
from tests.factories import LINES
from tests.support import manifests
from tests.support.evidence import prepared, rendered, words
from tests.support.proofs import failed, proved, rewrite
from tests.support.sharing import made_once
from tests.test_evidence import found_at
from tests.test_long_pictures import receipt
from tests.test_word_pages import letter

TURNS = [90, 180, 270]


def shown(pdf: bytes | Path, turn: int = 0) -> np.ndarray:
    """The first page as a viewer displays it, turned further by so many degrees."""
    data = pdf if isinstance(pdf, bytes) else pdf.read_bytes()
    return rendered(draw.again(data, lambda file: rotate_page(file, 1, turn)), dpi=100)


def rotate_page(pdf: Pdf, number: int, turn: int) -> None:
    page = pdf.pages[number - 1]
    page.Rotate = (int(page.get(Name.Rotate, 0)) + turn) % 360


def turned_by(picture: np.ndarray, clockwise: int) -> np.ndarray:
    return np.rot90(picture, -clockwise // 90)


def cells(ink: Ink) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(ink.bits, dtype=np.uint8))[: ink.rows * ink.columns]
    return bits.reshape(ink.rows, ink.columns)


# --- evidence ---


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_pages_with_text_are_turned_from_how_a_viewer_displays_them(
    tmp_path: Path, rotate: int, turn: int
) -> None:
    source = draw.again(
        factories.rotated_pdf(rotate),
        lambda pdf: setattr(pdf.pages[0], "CropBox", [20, 90, 600, 780]),
    )

    plain = prepared(tmp_path, {"a.pdf": source})["a.pdf"]
    made = prepared(tmp_path, {"a.pdf": source}, {"a.pdf": {"turn": turn}})["a.pdf"]

    (before,), (page,) = plain.pages, made.pages
    assert (before.turned, page.turned, page.method) == (0, turn, "text")
    sideways = turn != 180
    assert (page.width, page.height) == (
        (before.height, before.width) if sideways else (before.width, before.height)
    )
    assert (shown(made.pdf) == shown(source, turn)).all()
    assert (cells(page.ink) == turned_by(cells(before.ink), turn)).all()
    assert before.miniature is not None
    assert page.miniature is not None
    pixels = [
        np.frombuffer(one.gray, np.uint8).reshape(one.height, one.width)
        for one in (before.miniature, page.miniature)
    ]
    assert (pixels[1] == turned_by(pixels[0], turn)).all()
    assert sorted(words(made.pdf).split()) == sorted(words(plain.pdf).split())


@pytest.mark.parametrize("turn", TURNS)
def test_the_words_of_a_scan_are_recognized_as_it_is_turned(tmp_path: Path, turn: int) -> None:
    sheet = draw.sheet(["# Cardiology", *LINES], 150).rotate(turn, expand=True)
    source = draw.scan_pdf([sheet], 150)

    made = prepared(tmp_path, {"a.pdf": source}, {"a.pdf": {"turn": turn}})["a.pdf"]

    (page,) = made.pages
    assert (page.turned, page.method) == (turn, "ocr")
    assert (page.width, page.height) == pytest.approx((612, 792), abs=1)
    assert "The quick brown fox jumps over the lazy dog" in words(made.pdf)
    x, y = found_at(made.pdf, "Cardiology")
    assert 0.1 < x < 0.35
    assert 0.07 < y < 0.13
    assert (shown(made.pdf) == shown(source, turn)).all()
    assert page.boxes is not None
    boxes = json.loads(page.boxes.read_text(encoding="utf8"))
    _, left, top, right, bottom, _ = next(box for box in boxes if box[0] == "Cardiology")
    assert 60 < left < right < 200
    assert 60 < top < bottom < 100
    assert cells(page.ink)[: page.ink.rows // 2].sum() > cells(page.ink)[page.ink.rows // 2 :].sum()


def test_a_person_is_right_where_the_text_says_otherwise(tmp_path: Path) -> None:
    source = draw.scan_pdf([draw.sheet([*LINES * 3], 150)], 150)

    made = prepared(
        tmp_path,
        {"a.pdf": source, "b.pdf": source + b"\n"},
        {"a.pdf": {"turn": 90}, "b.pdf": {"turn": 180}},
    )

    assert [made[name].pages[0].turned for name in ("a.pdf", "b.pdf")] == [90, 180]
    assert (shown(made["a.pdf"].pdf) == shown(source, 90)).all()
    assert (shown(made["b.pdf"].pdf) == shown(source, 180)).all()


@pytest.mark.parametrize(("orientation", "turn"), [(1, 90), (3, 180), (6, 270), (6, 90)])
def test_a_photo_without_text_is_turned_from_where_the_camera_put_it(
    tmp_path: Path, orientation: int, turn: int
) -> None:
    files = {"a.jpg": factories.corners(orientation)}

    plain = prepared(tmp_path, files)["a.jpg"]
    made = prepared(tmp_path, files, {"a.jpg": {"turn": turn}})["a.jpg"]

    (before,), (page,) = plain.pages, made.pages
    assert (before.turned, page.turned) == (0, turn)
    assert page.placement == before.placement
    assert (shown(made.pdf) == shown(plain.pdf, turn)).all()
    assert page.miniature is not None
    assert (page.miniature.width > page.miniature.height) == (turn == 180)


def test_pages_of_one_file_are_turned_by_their_entries(tmp_path: Path) -> None:
    source = factories.text_pdf([[f"Page {number}."] for number in range(1, 5)])
    folder = case_with(
        tmp_path / "case",
        {"a.pdf": source},
        [
            {"pages": "1-2"},
            {"pages": "3", "turn": 90},
            {"pages": "4-"},
        ],
    )

    built = build(folder)[0]

    assert built.proof.ok
    assert [
        (entry.client_source.page, entry.turned, entry.size) for entry in entries_of(folder)
    ] == [
        (1, 0, (612, 792)),
        (2, 0, (612, 792)),
        (3, 90, (792, 612)),
        (4, 0, (612, 792)),
    ]


def test_another_turn_is_another_cache_entry(tmp_path: Path) -> None:
    source = {"a.pdf": draw.scan_pdf([draw.sheet([*LINES * 3], 150).rotate(90, expand=True)], 150)}

    made = [
        prepared(tmp_path, source, {"a.pdf": {} if turn is None else {"turn": turn}})["a.pdf"]
        for turn in (270, None, 90, 270)
    ]

    assert [one.pages[0].turned for one in made] == [270, 90, 90, 270]
    assert [(shown(one.pdf) == shown(made[0].pdf, 180)).all() for one in made] == [
        False,
        True,
        True,
        False,
    ]
    assert made[0].pages[0].boxes == made[3].pages[0].boxes != made[2].pages[0].boxes


def test_a_page_that_is_not_to_be_turned_stays_as_it_is_displayed(tmp_path: Path) -> None:
    source = {"a.pdf": draw.scan_pdf([draw.sheet([*LINES * 3], 150).rotate(90, expand=True)], 150)}

    page = prepared(tmp_path, source, {"a.pdf": {"turn": 0}})["a.pdf"].pages[0]

    assert (page.turned, page.width, page.height) == (0, 792, 612)


def test_what_is_hidden_on_a_page_is_marked_where_it_is_once_turned(tmp_path: Path) -> None:
    def cover(pdf: Pdf) -> None:
        pdf.pages[0].contents_add(b" q 1 g 60 690 400 60 re f Q ", prepend=False)

    source = {"a.pdf": draw.again(factories.text_pdf(), cover)}
    accept = {"accept_loss": ("EVID.HIDDEN",)}

    plain = prepared(tmp_path, source, {"a.pdf": accept})["a.pdf"]
    made = prepared(tmp_path, source, {"a.pdf": {**accept, "turn": 90}})["a.pdf"]

    (before,), (after,) = (
        [one.region for one in exhibit.findings if one.rule == "EVID.HIDDEN"]
        for exhibit in (plain, made)
    )
    assert before is not None
    assert after == rotate_region(before, (612, 792), 90)


@pytest.mark.parametrize(
    ("turn", "region"),
    [
        (0, (1, 2, 30, 40)),
        (90, (160, 1, 198, 30)),
        (180, (70, 160, 99, 198)),
        (270, (2, 70, 40, 99)),
    ],
)
def test_a_region_is_where_its_page_was_turned_to(
    turn: int, region: tuple[float, float, float, float]
) -> None:
    assert rotate_region((1, 2, 30, 40), (100, 200), turn) == region


# --- case.json ---


@pytest.mark.parametrize("turn", [45, 360, -90, "90", 90.5, True, None, [90]])
def test_any_other_value_is_a_finding(tmp_path: Path, turn: Any) -> None:
    folder = case_with(tmp_path / "case", {"a.pdf": factories.text_pdf()}, [{"turn": turn}])

    case, findings = examine_case(folder, Shelf.default())

    assert case is None
    assert [finding.pointer for finding in findings] == ["/exhibits/3/files/0/turn"]


def test_a_word_for_turn_is_understood(tmp_path: Path) -> None:
    folder = case_with(tmp_path / "case", {"a.pdf": factories.text_pdf()}, [{"rotate": 90}])

    _, (finding,) = examine_case(folder, Shelf.default())

    assert finding.remedy == "use `turn`"


# --- the proof ---


def case_with(folder: Path, files: dict[str, bytes], parts: list[dict[str, Any]]) -> Path:
    """The small case with one exhibit more, "more": every file once for each of these parts."""
    case = deepcopy(factories.CASE)
    listed = [{"path": f"evidence/{name}", **part} for name in files for part in parts]
    case["exhibits"].append(
        {"id": "more", "title": "More papers", "category": "threat", "files": listed}
    )
    factories.small_case(folder, case)
    for name, data in files.items():
        (folder / "evidence" / name).write_bytes(data)
    return folder


def entries_of(folder: Path) -> list[LedgerEntry]:
    """The pages of the exhibit "more"."""
    ledger = read_manifest(folder / "build/child").ledger
    return [entry for entry in ledger if entry.exhibit == "more" and entry.kind is PartKind.EXHIBIT]


def notes() -> bytes:
    """A form with a value, a mark, a link and a note that does not turn with its page."""

    def add(pdf: Pdf) -> None:
        mark = pikepdf.Dictionary(
            Type=Name.Annot, Subtype=Name.Square, Rect=[300, 300, 400, 340], C=[1, 0, 0], F=4
        )
        note = pikepdf.Dictionary(
            Type=Name.Annot,
            Subtype=Name.FreeText,
            Rect=[100, 200, 220, 240],
            F=4 | 16,
            Contents=pikepdf.String("Seen by us"),
            DA=pikepdf.String("/Helv 12 Tf 0 g"),
        )
        pdf.pages[0].Annots.append(pdf.make_indirect(mark))
        pdf.pages[0].Annots.append(pdf.make_indirect(note))
        mutable.link(pdf, 0, (100, 600, 180, 640), A=mutable.web(mutable.WEB))

    return draw.again(factories.form_pdf(), add)


SOURCES: dict[str, Callable[[], bytes]] = {
    "text.pdf": lambda: factories.text_pdf([LINES, ["A second page."]]),
    "linked.pdf": mutable.linked,
    "turned.pdf": mutable.turned,
    "full.pdf": mutable.full,
    "large.pdf": mutable.large,
    "notes.pdf": notes,
    "a4.pdf": lambda: factories.text_pdf([LINES], (595, 842)),
    "scan.pdf": lambda: factories.scan_pdf(dpi=120),
    "blank.pdf": factories.blank_pdf,
    "photo.jpg": lambda: factories.photo(6),
    "mirrored.jpg": lambda: factories.corners(5),
    "corners.jpg": lambda: factories.corners(6),
    "colors.png": lambda: factories.picture("PNG"),
    "pages.tif": lambda: factories.tiff([factories.colors(), factories.colors()], "tiff_lzw"),
    "long.png": lambda: factories.picture("PNG", receipt(100)),
    "letter.docx": lambda: letter(2, (216, 279)),
}
SLOW = ("long.png", "letter.docx", "photo.jpg")  # turned once
ACCEPT = ["EVID.HIDDEN", "EVID.OUTSIDE", "EVID.FIELD"]


@pytest.mark.parametrize("turn", [90, 180])  # 270 is 90 on the other side
def test_every_kind_of_page_is_turned_and_proved(tmp_path: Path, turn: int) -> None:
    slow = SLOW if turn != 90 else ()
    files = {name: make() for name, make in SOURCES.items() if name not in slow}
    folder = case_with(tmp_path / "case", files, [{"turn": turn, "accept_loss": ACCEPT}])

    built = build(folder)[0]

    assert [str(check) for check in built.proof.checks if not check.ok] == []
    assert {entry.turned for entry in entries_of(folder)} == {turn}
    assert {entry.client_source.path for entry in entries_of(folder)} == {
        f"evidence/{name}" for name in files
    }
    assert "PAGES.TURNED" not in {finding.rule for finding in built.findings}
    assert failed(proved(folder)) == set()


def build_turned(folder: Path) -> None:
    files = {name: SOURCES[name]() for name in ("text.pdf", "blank.pdf", "corners.jpg", "long.png")}
    build(case_with(folder / "case", files, [{"turn": 90}]))


@pytest.fixture
def turned(tmp_path: Path) -> Path:
    """A copy of a case with turned pages, proved and free to change."""
    made = made_once("turned", build_turned) / "case"
    return Path(shutil.copytree(made, tmp_path / "case"))


def change_ledger(folder: Path, path: str, turn: int) -> None:
    """Let the ledger say another turn of the pages of a file."""
    manifest = folder / "build/child" / MANIFEST_FILE
    data = json.loads(manifest.read_text(encoding="utf8"))
    for entry in data["ledger"]:
        if entry.get("source", {}).get("path") == path:
            entry["transform"]["turned"] = turn
    manifest.write_text(json.dumps(data), encoding="utf8")


def change_request(folder: Path, path: str, turn: int | None) -> None:
    """Let the manifest say that the case asked for another turn of a file."""
    manifest = folder / "build/child" / MANIFEST_FILE
    data = json.loads(manifest.read_text(encoding="utf8"))
    for exhibit in data["exhibits"]:
        for part in exhibit["parts"]:
            if part["path"] == path:
                part.pop("turn")
                part.update({} if turn is None else {"turn": turn})
    manifest.write_text(json.dumps(data), encoding="utf8")


def rotate_pages(folder: Path, path: str, turn: int) -> None:
    """Turn the pages of a file further in the bundle."""
    numbers = [entry.number for entry in entries_of(folder) if entry.client_source.path == path]

    def rotate(pdf: Pdf) -> None:
        for number in numbers:
            rotate_page(pdf, number, turn)

    rewrite(folder, rotate)


def test_the_manifest_says_what_was_asked_and_done(turned: Path) -> None:
    manifest = read_manifest(turned / "build/child")

    assert failed(proved(turned)) == set()
    (exhibit,) = (one for one in manifest.exhibits if one.id == "more")
    assert {part.turn for part in exhibit.parts} == {90}
    assert {part.turn for one in manifest.exhibits if one.id != "more" for part in one.parts} == {
        None
    }
    data = json.loads((turned / "build/child" / MANIFEST_FILE).read_text(encoding="utf8"))
    assert [["turn" in part for part in one["parts"]] for one in data["exhibits"]] == [
        [one["id"] == "more"] * len(one["parts"]) for one in data["exhibits"]
    ]


FILES = ["text.pdf", "blank.pdf", "corners.jpg", "long.png"]


@pytest.mark.parametrize(
    ("name", "turn"), [*zip(FILES, [0, 180, 270, 0], strict=False), ("text.pdf", 180)]
)
def test_a_ledger_with_another_turn_is_caught(turned: Path, name: str, turn: int) -> None:
    change_ledger(turned, f"evidence/{name}", turn)

    proof = proved(turned)

    assert "ledger" in failed(proof)
    assert f"by {turn}, not 90 degrees, as the case says" in details(proof)
    assert "pixels" in failed(proof) or (name, turn) == ("blank.pdf", 270)


@pytest.mark.parametrize("name", FILES)
def test_a_ledger_and_a_request_with_another_turn_are_caught_by_the_page(
    turned: Path, name: str
) -> None:
    """On a blank page, nothing shows how it was turned but its size."""
    for turn in (180, 270) if name != "blank.pdf" else (180,):
        change_ledger(turned, f"evidence/{name}", turn)
        change_request(turned, f"evidence/{name}", turn)

        assert "pixels" in failed(proved(turned))


@pytest.mark.parametrize(("name", "turn"), list(zip(FILES, [90, 180, 270, 180], strict=False)))
def test_a_bundle_whose_page_is_turned_otherwise_is_caught(
    turned: Path, name: str, turn: int
) -> None:
    rotate_pages(turned, f"evidence/{name}", turn)

    assert failed(proved(turned)) & {"pixels", "stamp"}


def test_a_page_with_its_own_text_that_nobody_asked_to_turn_is_caught(turned: Path) -> None:
    change_request(turned, "evidence/text.pdf", None)

    proof = proved(turned)

    assert failed(proof) == {"ledger"}
    assert "by 90, not 0 degrees, as the case says" in details(proof)


def test_the_turn_that_is_asked_for_is_that_of_every_part_of_a_cut_page() -> None:
    def page(turned: int, part: int = 1, parts: int = 1) -> LedgerEntry:
        return manifests.entry(
            kind=PartKind.EXHIBIT,
            source=manifests.source(part=part, parts=parts),
            transform=manifests.transform(turned=turned),
            text=manifests.text(method="none"),
        )

    def is_as_asked(pages: list[LedgerEntry], turns: list[int | None]) -> bool:
        return not list(source_pages.check_turned(pages, turns))

    cut = [page(90, 1, 3), page(90, 2, 3), page(90, 3, 3)]
    assert is_as_asked([*cut, page(180)], [90, 180])
    assert is_as_asked([page(180), *cut], [None, 90])
    assert not is_as_asked([*cut, page(0)], [90, 180])
    assert not is_as_asked([*cut[:2], page(180, 3, 3), page(180)], [90, 180])


def details(proof: Proof) -> str:
    return " ".join(check.detail for check in proof.checks if not check.ok)
