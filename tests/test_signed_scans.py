"""signed scans: each goes back to its own page, word for word; what is not that page, or not
signed, is named and stays out; the proof sees every other change."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from PIL import Image

from assembler.bundle.signed_set import sign_run
from assembler.bundle.signed_set.ink_marks import find_marks
from assembler.bundle.signed_set.page_verdict import PageState, PageVerdict
from assembler.bundle.signed_set.scan_choice import PacketPlaces, choose_scans
from assembler.bundle.signed_set.scan_files import Scan, count_scans, read_scan
from assembler.bundle.signed_set.scan_matching import PageRef, ScanMatch, ScanState
from assembler.bundle.signed_set.scan_picture import find_skew, measure_ink
from assembler.cli import main
from assembler.errors import ExitCode
from assembler.model import Manifest, PartKind
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.manifest_reader import read_manifest
from tests.conftest import build
from tests.support import scans
from tests.support.proofs import failed, proved

BOX = (90.0, 90.0, 330.0, 118.0)  # a blank place of the pages that are signed here
PLAIN = scans.ScanLook(dpi=200, skew=1.2, noise=3.0)


@pytest.fixture(scope="module")
def packet(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case, whose packet says that two of its own pages are to be signed."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("signed") / "case"))
    ask_for_signatures(case / "build/child", own_pages(case / "build/child")[:2])
    return case


@pytest.fixture
def case(packet: Path, tmp_path: Path) -> Path:
    """A copy of it, free to change."""
    return Path(shutil.copytree(packet, tmp_path / "case"))


def own_pages(folder: Path) -> list[int]:
    ledger = read_manifest(folder).ledger
    return [entry.number for entry in ledger if entry.kind is PartKind.DRAFT]


def ask_for_signatures(folder: Path, numbers: list[int], box: Any = BOX) -> None:
    data = json.loads((folder / MANIFEST_FILE).read_text())
    data["signatures"] = [
        {
            "number": number,
            "part": data["ledger"][number - 1]["part"],
            "paper": f"Paper {place}",
            "role": "declarant",
            "signer": "petitioner",
            "box": box and list(box),
            "rule": "signature.handwritten",
            "copy_allowed": True,
        }
        for place, number in enumerate(numbers)
    ]
    (folder / MANIFEST_FILE).write_text(json.dumps(data))


def to_sign(case: Path) -> list[int]:
    return [place.number for place in read_manifest(case / "build/child").signatures]


def scan(
    case: Path,
    number: int,
    target: Path,
    look: scans.ScanLook = PLAIN,
    *,
    signed: bool = True,
    change: Callable[[Image.Image], object] | None = None,
) -> Path:
    """Print a page, sign and scan it."""
    dice = random.Random(number)
    sheet = scans.print_page(case / "build/child/bundle.pdf", number)
    if change:
        change(sheet)
    if signed:
        scans.draw_signature(sheet, BOX, dice)
    target.write_bytes(scans.code_scan(scans.scan_sheet(sheet, look, dice), look.dpi))
    return target


def sign(case: Path, *files: Path, code: ExitCode = ExitCode.OK, strict: bool = False) -> Any:
    """Run the command; return what it says as JSON."""
    flags = ["--strict"] if strict else []
    result = CliRunner().invoke(main, ["sign", str(case), *map(str, files), "--json", *flags])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def rules(said: Any) -> list[str]:
    return [finding["rule"] for finding in said["findings"]]


def record(case: Path) -> Any:
    return json.loads((case / "build/child/signed/signed.json").read_text())


# --- finding the page ---


@pytest.mark.parametrize(
    ("turned", "skew", "dpi", "size"),
    [(0, 4.8, 150, 1.0), (90, -3.0, 200, 0.95), (180, 0.7, 300, 1.0), (270, -4.9, 240, 0.97)],
)
def test_a_signed_page_is_found_however_it_lay_on_the_glass(
    case: Path, tmp_path: Path, turned: int, skew: float, dpi: int, size: float
) -> None:
    number = to_sign(case)[0]
    look = scans.ScanLook(dpi=dpi, turned=turned, skew=skew, scale=size, noise=6, shadow=40)

    said = sign(case, scan(case, number, tmp_path / "scan.jpg", look))

    assert said["packets"][0]["pages"] == [number]
    assert said["refused"] == 0
    assert said["unsigned"] == 1


def test_scans_of_a_pdf_in_any_order_go_to_their_own_pages(case: Path, tmp_path: Path) -> None:
    first, second = to_sign(case)
    pictures = [scan(case, number, tmp_path / f"{number}.jpg") for number in (second, first)]
    opened = [Image.open(path).convert("RGB") for path in pictures]
    opened[0].save(tmp_path / "scans.pdf", save_all=True, append_images=opened[1:], resolution=200)

    said = sign(case, tmp_path / "scans.pdf", strict=True)

    assert said["packets"][0]["pages"] == sorted((first, second))
    assert said["unsigned"] == 0
    assert failed(proved(case)) == set()


def test_a_page_scanned_without_ink_stays_unsigned(case: Path, tmp_path: Path) -> None:
    number = to_sign(case)[0]

    said = sign(case, scan(case, number, tmp_path / "scan.jpg", signed=False))

    assert said["packets"][0] == {"packet": "child", "folder": None, "pages": []}
    assert rules(said) == ["SCAN.UNSIGNED"] * 2
    assert "no ink" in said["findings"][0]["problem"]
    assert "no scan" in said["findings"][1]["problem"]
    sign(
        case,
        scan(case, number, tmp_path / "scan.jpg", signed=False),
        strict=True,
        code=ExitCode.CASE_REJECTED,
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_page_with_another_digit_is_not_put_back(case: Path, tmp_path: Path, seed: int) -> None:
    number = to_sign(case)[0]
    bundle = case / "build/child/bundle.pdf"

    def change(sheet: Image.Image) -> None:
        assert scans.swap_character(bundle, number, sheet, random.Random(seed))

    path = scan(case, number, tmp_path / "scan.jpg", replace(PLAIN, dpi=300), change=change)
    said = sign(case, path, code=ExitCode.CASE_REJECTED)

    assert rules(said) == ["SCAN.CHANGED", "SCAN.UNSIGNED", "SCAN.UNSIGNED"]
    assert "in from the top" in said["findings"][0]["problem"]
    assert not (case / "build/child/signed").exists()


def test_a_foreign_sheet_is_named_and_a_blank_one_is_nothing_to_fix(
    case: Path, tmp_path: Path
) -> None:
    foreign = Image.new("L", (1700, 2200), 255)
    dice = random.Random(5)
    pixels = np.asarray(foreign).copy()
    for top in range(200, 1900, 40):
        for left in range(200, 1400, dice.randint(30, 70)):
            pixels[top : top + 18, left : left + dice.randint(8, 25)] = 20
    Image.fromarray(pixels).save(tmp_path / "foreign.png", dpi=(200, 200))
    foreign.save(tmp_path / "blank.png", dpi=(200, 200))
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-1.7 broken")

    said = sign(
        case,
        *(tmp_path / name for name in ("foreign.png", "blank.png", "notes.pdf")),
        code=ExitCode.CASE_REJECTED,
    )

    assert rules(said)[:3] == ["SCAN.UNREADABLE", "SCAN.UNKNOWN", "SCAN.BLANK"]
    assert said["refused"] == 2
    assert rules(sign(case, tmp_path / "blank.png"))[0] == "SCAN.BLANK"


def test_a_page_that_nobody_signs_keeps_the_packets_own_page(case: Path, tmp_path: Path) -> None:
    number = next(
        number for number in own_pages(case / "build/child") if number not in to_sign(case)
    )

    said = sign(case, scan(case, number, tmp_path / "scan.jpg", signed=False))

    assert rules(said)[0] == "SCAN.NOT_NEEDED"
    assert said["refused"] == 0


def test_large_ink_away_from_the_line_is_no_signature_but_reported(
    case: Path, tmp_path: Path
) -> None:
    number = to_sign(case)[0]

    def scribble(sheet: Image.Image) -> None:
        scans.draw_signature(sheet, (370, 190, 570, 220), random.Random(3))

    unsigned = scan(case, number, tmp_path / "note.jpg", signed=False, change=scribble)
    assert "SCAN.NOTES" in rules(sign(case, unsigned))
    assert not (case / "build/child/signed").exists()
    both = scan(case, number, tmp_path / "both.jpg", change=scribble)
    said = sign(case, both)
    assert "SCAN.NOTES" in rules(said)
    assert said["packets"][0]["pages"] == [number]


def test_of_two_scans_the_signed_one_is_taken(case: Path, tmp_path: Path) -> None:
    number = to_sign(case)[0]
    signed = scan(case, number, tmp_path / "a.jpg")
    unsigned = scan(case, number, tmp_path / "b.jpg", signed=False)

    said = sign(case, signed, unsigned)

    assert rules(said) == ["SCAN.TWICE", "SCAN.UNSIGNED"]
    assert "a.jpg" in said["findings"][0]["problem"]


# --- what is written ---


def test_the_signed_page_shows_the_scan_upright_and_keeps_its_words_and_links(
    case: Path, tmp_path: Path
) -> None:
    number = to_sign(case)[0]
    sign(case, scan(case, number, tmp_path / "scan.jpg", replace(PLAIN, turned=90, skew=-4)))
    before = pdfium.PdfDocument(case / "build/child/bundle.pdf")
    after = pdfium.PdfDocument(case / "build/child/signed/bundle.pdf")

    assert len(before) == len(after)
    for index in range(len(before)):
        old, new = before[index], after[index]
        drawn = [np.asarray(page.render(scale=1, grayscale=True).to_pil()) for page in (old, new)]
        assert old.get_textpage().get_text_range() == new.get_textpage().get_text_range()
        if index + 1 == number:  # the same print in the same places, and more ink
            print_, scan_ = (1 - picture / 255.0 for picture in drawn)
            assert np.corrcoef(print_.ravel(), scan_.ravel())[0, 1] > 0.7
            assert scan_.sum() > print_.sum()
        else:
            assert np.array_equal(*drawn)
    with (
        pikepdf.open(case / "build/child/bundle.pdf") as old_file,
        pikepdf.open(case / "build/child/signed/bundle.pdf") as new_file,
    ):
        page = new_file.pages[number - 1]
        assert [name for name, item in page.Resources.XObject.items() if item.Subtype == "/Image"]
        assert len(page.get("/Annots", [])) == len(old_file.pages[number - 1].get("/Annots", []))
        assert "/Producer" not in new_file.docinfo or (
            new_file.docinfo.get("/Producer") == old_file.docinfo.get("/Producer")
        )


def test_nothing_of_the_scans_name_or_of_other_scans_is_kept(case: Path, tmp_path: Path) -> None:
    number = to_sign(case)[0]
    path = scan(case, number, tmp_path / "Probanda-Muestra.jpg")
    Image.new("L", (1700, 2200), 255).save(tmp_path / "blank.png")

    sign(case, path, tmp_path / "blank.png")

    folder = case / "build/child/signed"
    assert sorted(record(case)["files"]) == ["bundle.pdf", f"scans/page-{number}.jpg"]
    assert "Probanda" not in (folder / "signed.json").read_text()
    assert not list((case / "build/child").glob(".verify*"))
    with Image.open(folder / f"scans/page-{number}.jpg") as kept:
        assert not kept.getexif()


def test_a_second_run_keeps_what_was_signed_before(case: Path, tmp_path: Path) -> None:
    first, second = to_sign(case)
    sign(case, scan(case, first, tmp_path / "first.jpg"))
    (case / "build/child/signed/note.txt").write_text("mine")

    said = sign(case, scan(case, second, tmp_path / "second.jpg"), strict=True)

    assert said["packets"][0]["pages"] == sorted((first, second))
    assert said["findings"] == []
    assert (case / "build/child/signed/note.txt").read_text() == "mine"
    assert failed(proved(case)) == {"signed"}  # a file that does not belong there
    (case / "build/child/signed/note.txt").unlink()
    assert failed(proved(case)) == set()


def test_a_scan_whose_worker_was_killed_while_writing_it_is_written_again_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_killed(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sign_run, "read_scan", lambda _scan: Image.new("L", (10, 10)))
    monkeypatch.setattr(sign_run, "draw_placed", lambda *_args: b"placed")
    monkeypatch.setattr(sign_run, "code_source", lambda _scan: b"the whole scan")
    match = SimpleNamespace(scan=SimpleNamespace(kept=False), position=object())
    source = tmp_path / "page-2.jpg"
    job: Any = SimpleNamespace(
        match=match, size=(612, 792), quality=None, picture=tmp_path / "2.jpg", source=source
    )
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "fsync", be_killed)
        sign_run.draw_picture(job)
    assert not source.exists()
    sign_run.draw_picture(job)
    assert source.read_bytes() == b"the whole scan"


def test_a_person_s_own_folder_is_not_replaced(case: Path, tmp_path: Path) -> None:
    own = case / "build/child/signed"
    own.mkdir()
    (own / "mine.pdf").write_bytes(b"mine")

    path = scan(case, to_sign(case)[0], tmp_path / "scan.jpg")
    result = CliRunner().invoke(main, ["sign", str(case), str(path)])

    assert result.exit_code == ExitCode.OUTPUT_NOT_WRITTEN
    assert [item.name for item in own.iterdir()] == ["mine.pdf"]


def test_signed_pages_of_a_replaced_packet_are_not_put_into_the_new_one(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = scan(case, to_sign(case)[0], tmp_path / "scan.jpg"), sign_run.choose_scans

    def replace_the_packet(*args: Any) -> Any:
        with (case / "build/child" / MANIFEST_FILE).open("a") as file:
            file.write("\n")
        return real(*args)

    monkeypatch.setattr(sign_run, "choose_scans", replace_the_packet)
    result = CliRunner().invoke(main, ["sign", str(case), str(path)])

    assert result.exit_code == ExitCode.OUTPUT_NOT_WRITTEN
    assert "the packet was replaced meanwhile" in result.stderr
    assert not (case / "build/child/signed").exists()


def test_above_the_receivers_limit_scans_are_stored_coarser(case: Path, tmp_path: Path) -> None:
    folder = case / "build/child"
    number = to_sign(case)[0]
    size = (folder / "bundle.pdf").stat().st_size
    data = json.loads((folder / MANIFEST_FILE).read_text())
    data["max_bytes"] = size + 350_000
    (folder / MANIFEST_FILE).write_text(json.dumps(data))
    look = replace(PLAIN, dpi=300, noise=9.0)

    sign(case, scan(case, number, tmp_path / "scan.jpg", look))

    assert (folder / "signed/bundle.pdf").stat().st_size <= size + 350_000
    assert failed(proved(case)) == set()


def test_a_packet_built_again_sets_its_signed_pages_aside(case: Path, tmp_path: Path) -> None:
    number = to_sign(case)[0]
    sign(case, scan(case, number, tmp_path / "scan.jpg"))
    data = json.loads((case / "case.json").read_text())
    data["beneficiaries"][0]["name"]["given"] += " Nova"
    (case / "case.json").write_text(json.dumps(data))

    build(case)

    assert not (case / "build/child/signed").exists()
    kept = list((case / "build").glob("child.kept-*/signed/scans/*.jpg"))
    assert [path.name for path in kept] == [f"page-{number}.jpg"]


def test_pages_of_an_earlier_build_with_other_words_are_refused_by_name(
    case: Path, tmp_path: Path
) -> None:
    numbers = own_pages(case / "build/child")
    earlier = [scan(case, number, tmp_path / f"{number}.jpg") for number in numbers[:2]]
    data = json.loads((case / "case.json").read_text())
    data["beneficiaries"][0]["name"]["given"] += "s"
    (case / "case.json").write_text(json.dumps(data))
    build(case)
    ask_for_signatures(case / "build/child", own_pages(case / "build/child")[:2])
    bundles = [pdfium.PdfDocument(path / "build/child/bundle.pdf") for path in (case,)]
    name = data["beneficiaries"][0]["name"]["given"]
    naming = [n for n in numbers[:2] if name in bundles[0][n - 1].get_textpage().get_text_range()]

    said = sign(case, *earlier, code=ExitCode.CASE_REJECTED)

    assert naming
    put_back = said["packets"][0]["pages"]
    assert not set(naming) & set(put_back)
    assert rules(said).count("SCAN.CHANGED") == len(naming)


# --- the proof ---


@pytest.fixture(scope="module")
def signed(packet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = Path(shutil.copytree(packet, tmp_path_factory.mktemp("proved") / "case"))
    path = scan(case, to_sign(case)[0], tmp_path_factory.mktemp("scan") / "scan.jpg")
    sign(case, path)
    return case


def detail(case: Path) -> str:
    return " ".join(
        check.detail for check in proved(case).checks if check.name == "signed" and not check.ok
    )


def believe_signed(case: Path) -> None:
    """Let the record believe in the files as they are."""
    folder = case / "build/child/signed"
    data = record(case)
    data["files"] = {
        path: hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in data["files"]
    }
    (folder / "signed.json").write_text(json.dumps(data))


def rewrite_signed(case: Path, change: Callable[[pikepdf.Pdf], object]) -> None:
    path = case / "build/child/signed/bundle.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    believe_signed(case)


def test_one_byte_changed_is_named(signed: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(signed, tmp_path / "case"))
    path = case / "build/child/signed/bundle.pdf"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    assert "signed/bundle.pdf is changed" in detail(case)


def test_files_that_are_missing_or_too_many_are_named(signed: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(signed, tmp_path / "case"))
    folder = case / "build/child/signed"
    next(folder.glob("scans/*")).unlink()
    (folder / "extra.pdf").write_bytes(b"%PDF")

    assert "extra.pdf does not belong there" in detail(case)
    assert "changed or missing" in detail(case)


def test_signed_pages_of_another_build_are_stale(signed: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(signed, tmp_path / "case"))
    path = case / "build/child" / MANIFEST_FILE
    path.write_text(path.read_text() + "\n")

    assert "another build" in detail(case)


def test_a_page_that_was_not_signed_must_look_as_in_the_bundle(
    signed: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(signed, tmp_path / "case"))
    other = next(n for n in own_pages(case / "build/child") if n not in to_sign(case))

    def draw(pdf: pikepdf.Pdf) -> None:
        pdf.pages[other - 1].contents_add(b"q 0 g 300 300 4 4 re f Q")

    rewrite_signed(case, draw)
    assert "does not look as in the bundle" in detail(case)


def test_a_signed_page_shows_its_whole_scan_and_nothing_else(signed: Path, tmp_path: Path) -> None:
    number = to_sign(signed)[0]
    changes: dict[str, Callable[[pikepdf.Page], object]] = {
        "drawings besides": lambda page: page.contents_add(b"q 1 g 90 90 200 40 re f Q"),
        "visible text": lambda page: page.contents_add(
            b"BT 0 Tr "
            + str(next(iter(page.Resources.Font))).encode()
            + b" 12 Tf 100 300 Td (more) Tj ET"
        ),
        "does not cover": lambda page: page.contents_add(b"q 100 0 0 100 0 0 cm /SignedScan Do Q"),
    }
    for place, (expected, change) in enumerate(changes.items()):
        case = Path(shutil.copytree(signed, tmp_path / f"case{place}"))
        rewrite_signed(case, lambda pdf, change=change: change(pdf.pages[number - 1]))
        assert expected in detail(case), expected


def test_a_picture_that_is_not_the_scan_is_seen(signed: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(signed, tmp_path / "case"))
    number = to_sign(case)[0]
    folder = case / "build/child/signed"
    path = folder / f"scans/page-{number}.jpg"
    with Image.open(path) as opened:
        picture = opened.convert("L")
    width, height = picture.size  # the signature taken out of the scan, or out of the page
    picture.paste(250, (0, round(height * 0.82), width, round(height * 0.92)))
    picture.save(path, quality=90)
    believe_signed(case)

    assert "does not show its scan" in detail(case)


# --- choosing, without pictures ---


def fake_match(pages: list[tuple[int, int]], file: int, *, signed: bool = True) -> ScanMatch:
    return ScanMatch(
        scan=Scan(path=Path(f"{file}.jpg"), index=0, file=file),
        state=ScanState.FOUND,
        pages=tuple(PageRef(packet=packet, number=number) for packet, number in pages),
        verdict=PageVerdict(state=PageState.SAME, signed=(signed,)),
    )


def test_a_paper_that_two_packets_have_alike_is_put_into_each(packet: Path) -> None:
    manifest: Manifest = read_manifest(packet / "build/child")
    number = manifest.signatures[0].number
    packets = [PacketPlaces.of(replace(manifest, packet=name)) for name in ("one", "two")]
    alike = [(0, number), (1, number)]

    chosen = choose_scans(packets, [fake_match(alike, 1), fake_match(alike, 2)])
    alone = choose_scans(packets, [fake_match(alike, 1)])

    assert sorted(ref.packet for ref in chosen.scans) == [0, 1]
    assert [ref.packet for ref in alone.scans] == [0]
    assert alone.unsigned == chosen.unsigned + 1


def test_a_scan_that_fits_several_pages_is_not_put_back(packet: Path) -> None:
    manifest = read_manifest(packet / "build/child")
    places = PacketPlaces.of(manifest)
    unsure = replace(fake_match([(0, 1), (0, 2)], 1), state=ScanState.UNSURE)

    chosen = choose_scans([places], [unsure])

    assert not chosen.scans
    assert chosen.findings[0].rule == "SCAN.UNSURE"


# --- pictures ---


@pytest.mark.parametrize(("turned", "skew"), [(0, 3.5), (0, -4.5), (90, 2.0), (270, -1.5)])
def test_the_skew_of_a_scan_is_measured(packet: Path, turned: int, skew: float) -> None:
    sheet = scans.print_page(packet / "build/child/bundle.pdf", to_sign(packet)[0])
    look = scans.ScanLook(turned=turned, skew=skew)
    picture = scans.scan_sheet(sheet, look, random.Random(1))

    measured, is_sideways = find_skew(measure_ink(picture))

    assert is_sideways == (turned % 180 == 90)
    assert abs(measured - skew) < 0.35


def test_pages_of_scans_are_counted_and_read(tmp_path: Path) -> None:
    pages = [Image.new("L", (400 + n, 500), 255) for n in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "a.jpg")
    (tmp_path / "a.txt").write_text("no scan")

    assert [count_scans(tmp_path / f"a.{kind}") for kind in ("tif", "jpg", "txt")] == [3, 1, 0]
    third = read_scan(Scan(path=tmp_path / "a.tif", index=2, file=1))
    assert third is not None
    assert third.width == 402
    assert read_scan(Scan(path=tmp_path / "a.txt", index=0, file=1)) is None


def test_cells_that_touch_are_one_mark() -> None:
    mask = np.zeros((10, 20), bool)
    mask[2, 2:6] = mask[3, 6] = mask[8, 15] = True

    assert [(mark.width, mark.height) for mark in find_marks(mask)] == [(5, 2), (1, 1)]
