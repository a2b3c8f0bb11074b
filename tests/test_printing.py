"""printing: each page on one Letter sheet, in packages that hold it; what a black-and-white scan
loses is named and shown."""

from __future__ import annotations

import json
import shutil
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from pypdf import PdfReader

from assembler.bundle import print_set
from assembler.bundle.print_set import scan_loss
from assembler.bundle.print_set.sheet_copy import add_sheet, open_bundle, refuse_unread
from assembler.bundle.print_set.sheets import count_sheets_per_cover, fit, pack_pages
from assembler.cli import main
from assembler.errors import ExitCode, ToolFailed
from assembler.model import LedgerEntry, PartKind
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.resources import Shelf
from tests import factories
from tests.conftest import build
from tests.support import manifests
from tests.support.proofs import failed, proved

RAW = Shelf.default().schema("printing.json")
RULES = print_set.read_print_rules(RAW)


def ledger(exhibits: list[int]) -> tuple[LedgerEntry, ...]:
    """A letter of two pages, then exhibits of so many pages behind a divider."""
    made: list[dict[str, Any]] = [{"part": "letter", "kind": PartKind.DRAFT}] * 2
    for n, pages in enumerate(exhibits):
        made += [{"part": f"tab-{n}", "kind": PartKind.TAB, "exhibit": f"e{n}"}]
        made += [{"part": f"exhibit-{n}", "kind": PartKind.EXHIBIT, "exhibit": f"e{n}"}] * pages
    return tuple(manifests.entry(number, **values) for number, values in enumerate(made, 1))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 1200), max_size=12))
def test_every_page_is_in_one_package_that_holds_it(exhibits: list[int]) -> None:
    pages = ledger(exhibits)
    made = pack_pages(pages, RULES)
    most = max(count_sheets_per_cover(cover, RULES) for cover in RULES.covers)

    assert [n for one in made for n in one.numbers] == list(range(1, len(pages) + 1))
    assert sum(one.dividers for one in made) == len(exhibits)
    runs = [
        [entry.number for entry in run]
        for _, run in groupby(pages, key=lambda entry: entry.exhibit or entry.part)
    ]
    for one in made:
        assert one.sheets <= count_sheets_per_cover(one.cover, RULES)
        assert one.grams <= one.cover.grams
        assert one.millimetres <= one.cover.millimetres + 1
        smaller = [
            cover
            for cover in RULES.covers
            if count_sheets_per_cover(cover, RULES) < count_sheets_per_cover(one.cover, RULES)
        ]
        assert all(count_sheets_per_cover(cover, RULES) < one.sheets for cover in smaller)
        within = [run for run in runs if one.numbers[0] in run[1:]]
        assert len(made) == 1 or all(len(run) > most for run in within)


def test_every_figure_is_dated_and_a_sheet_weighs_what_it_does() -> None:
    figures = [
        one
        for place in (RAW["paper"], RAW["receiver"], *RAW["packages"])
        for one in place.values()
        if isinstance(one, dict)
    ]
    assert len(figures) == 3 + 3 * len(RAW["packages"]) + 2
    assert all({"value", "source", "checked_on", "confidence"} <= set(one) for one in figures)
    (one,) = pack_pages(ledger([40, 30]), RULES)
    assert (one.cover.id, one.sheets, one.printed) == ("express-envelope", 74, "1–74")
    assert one.grams == round(74 * 4.54 + 60)
    assert pack_pages(ledger([40]), RULES)[0].cover.id == "large-envelope"


@pytest.mark.parametrize(
    ("size", "sheet", "scale"),
    [
        ((612, 792), (612, 792), 1.0),
        ((792, 612), (792, 612), 1.0),
        ((288, 432), (612, 792), 1.0),
        ((1224, 1584), (612, 792), 0.5),
        ((595.28, 841.89), (612, 792), 792 / 841.89),
    ],
)
def test_a_page_is_made_smaller_to_fit_and_never_larger(
    size: Any, sheet: Any, scale: float
) -> None:
    assert fit(size) == (sheet, pytest.approx(scale))


# --- what is lost ---


def seen(draw: Any) -> tuple[str, ...]:
    """What a page of 200 dpi loses on which `draw` has drawn, besides black print."""
    page = Image.new("RGB", (1700, 2200), "white")
    pen = ImageDraw.Draw(page)
    for line in range(20):
        pen.text(
            (200, 200 + 40 * line),
            "Black print that any scanner keeps.",
            fill="black",
            font_size=28,
        )
    draw(pen)
    pixels = np.asarray(page)
    gray = scan_loss._convert_to_gray(pixels)
    return scan_loss.find_losses(pixels, gray, gray > scan_loss.find_threshold(gray), 12)


def photograph(pen: ImageDraw.ImageDraw) -> None:
    for x in range(0, 600, 4):
        for y in range(0, 400, 4):
            shade = 20 + (x * y * 7919 + x) % 70
            pen.rectangle((200 + x, 1200 + y, 203 + x, 1203 + y), fill=(shade, shade, shade))


@pytest.mark.parametrize(
    ("draw", "lost"),
    [
        (lambda _: None, ()),
        (
            lambda pen: pen.text(
                (200, 1200), "Faint words of a worn stamp", fill=(190, 190, 190), font_size=60
            ),
            (scan_loss.FAINT,),
        ),
        (
            lambda pen: pen.line((200, 1200, 1500, 1200), fill=(190, 190, 190), width=2),
            (),
        ),  # a rule of a table
        (
            lambda pen: pen.rectangle((200, 1200, 1500, 1400), fill=(214, 214, 214)),
            (),
        ),  # a shaded cell
        (
            lambda pen: pen.text((200, 1200), "A red seal", fill=(170, 0, 0), font_size=60),
            (scan_loss.COLOR,),
        ),
        (photograph, (scan_loss.DARK,)),
    ],
)
def test_what_a_black_and_white_scan_loses(draw: Any, lost: tuple[str, ...]) -> None:
    assert seen(draw) == lost


# --- a packet ---


@pytest.fixture(scope="module")
def packet(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with pages smaller than Letter and one with a red seal, bundled; its print run is
    made."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("print") / "case"))
    (case / "evidence/letter.pdf").write_bytes(
        factories.text_pdf([["A small page."], ["And one more."]], size=(420, 594))
    )
    seal = Image.new("RGB", (1275, 1650), "white")
    ImageDraw.Draw(seal).text((200, 300), "Words in red ink", fill=(180, 0, 0), font_size=90)
    seal.save(case / "evidence/photo.jpg", quality=95, dpi=(150, 150))
    build(case)
    run(case / "build/child")
    return case


def run(*arguments: object, code: ExitCode = ExitCode.OK) -> str:
    done = CliRunner().invoke(main, ["print", *map(str, arguments), "--jobs", "2"])
    assert done.exit_code == code, done.output
    return done.output


def summary(case: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((case / "build/child/print/print.json").read_text())
    return data


def test_print_file_has_every_page_on_letter_with_its_stamp(packet: Path) -> None:
    data = json.loads((packet / "build/child" / MANIFEST_FILE).read_text())
    path = packet / "build/child/print/print.pdf"
    printed, reader = pdfium.PdfDocument(path), PdfReader(path)

    assert len(printed) == len(data["ledger"]) == summary(packet)["sheets"]
    for page, entry in zip(printed, data["ledger"], strict=True):
        assert sorted(page.get_size()) == [612, 792]
        assert "".join(entry["stamp"]["text"].split()) in "".join(
            page.get_textpage().get_text_bounded().split()
        )
    assert not any("/Annots" in page for page in reader.pages)
    assert reader.root_object["/ViewerPreferences"] == {
        "/Duplex": "/Simplex",
        "/PrintScaling": "/None",
        "/PickTrayByPDFSize": True,
    }
    assert [one["how"] for one in summary(packet)["fitted"]] == [
        "in the middle, as large as it is"
    ] * 2
    kinds = [entry["kind"] for entry in data["ledger"]]
    assert summary(packet)["dividers"] == kinds.count("tab") == len(data["index"])


def test_preview_shows_the_page_with_the_seal_in_black_and_white(packet: Path) -> None:
    (lost,) = summary(packet)["black_and_white"]
    photo = next(
        entry
        for entry in json.loads((packet / "build/child" / MANIFEST_FILE).read_text())["ledger"]
        if entry["exhibit"] == "photo" and entry["kind"] == "exhibit"
    )
    document = pdfium.PdfDocument(packet / "build/child/print/black-and-white.pdf")

    assert lost == {"label": str(photo["number"]), "loses": ["colors"]}
    assert document.get_page_label(0) == lost["label"]
    assert [item.get_title() for item in document.get_toc()] == [f"page {lost['label']}: colors"]
    pixels = document[0].render(scale=200 / 72).to_numpy()
    assert set(np.unique(pixels)) == {0, 255}
    assert 0.005 < (pixels == 0).mean() < 0.1
    assert sorted(document[0].get_size()) == [612, 792]


def test_it_is_the_same_each_time_and_leaves_the_packet_proved(packet: Path) -> None:
    folder = packet / "build/child/print"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    said = run(packet / "build/child")

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(before) == [
        "black-and-white.pdf",
        "print.json",
        "print.pdf",
        "print.txt",
        "signing.pdf",
    ]
    written = before["print.txt"].decode()
    assert written.count("Probanda Muster (") == 1  # the console names people by their roles
    roles = written.replace("Probanda Muster (writer, declarant)", "writer, declarant")
    assert roles.strip() in said
    assert failed(proved(packet)) == set()


def test_several_packages_have_a_file_each_and_a_firm_sets_their_size(
    packet: Path, tmp_path: Path
) -> None:
    raw = json.loads(json.dumps(RAW))
    raw["packages"] = [
        {**raw["packages"][0], "millimetres": {**raw["packages"][0]["millimetres"], "value": 0.8}}
    ]
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/printing.json").write_text(json.dumps(raw))
    case = Path(shutil.copytree(packet, tmp_path / "case"))

    run(case / "build/child", "--shelf", tmp_path)

    made = summary(case)["packages"]
    assert [one["path"] for one in made] == [
        f"print-{n}-of-{len(made)}.pdf" for n in range(1, len(made) + 1)
    ]
    assert len(made) > 1
    counts = [len(PdfReader(case / "build/child/print" / one["path"]).pages) for one in made]
    assert counts == [one["sheets"] for one in made]
    assert max(counts) <= 6
    raw["paper"]["grams_a_sheet"]["value"] = 0
    (tmp_path / "schemas/printing.json").write_text(json.dumps(raw))
    assert "schemas/printing.json" in run(
        case / "build/child", "--shelf", tmp_path, code=ExitCode.TEMPLATE_BROKEN
    )


def test_what_is_no_packet_is_refused(packet: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(packet, tmp_path / "case"))
    before = summary(case)
    assert "manifest.json: there is none" in run(case / "build", code=ExitCode.PROOF_FAILED)
    (case / "build/child/bundle.pdf").unlink()
    assert "bundle.pdf is not there" in run(case / "build/child", code=ExitCode.PROOF_FAILED)
    (case / "build/child/bundle.pdf").write_bytes(b"%PDF-1.7 broken")
    assert "could not be drawn" in run(case / "build/child", code=ExitCode.TOOL_FAILED)
    assert summary(case) == before


def test_a_bundle_of_which_something_cannot_be_read_is_not_printed(tmp_path: Path) -> None:
    sound, broken = tmp_path / "sound.pdf", tmp_path / "broken.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        page.Contents = pikepdf.Stream(pdf, b"0 0 m " * 40)
        pdf.save(sound, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = sound.read_bytes()
    start = data.index(b"stream\n") + len(b"stream\n")
    broken.write_bytes(data[:start] + b"\xff" * 12 + data[start + 12 :])

    for path, is_refused in ((sound, False), (broken, True)):
        with open_bundle(path) as source, pikepdf.new() as sheets:
            add_sheet(sheets, source.pages[0])
            sheets.save(tmp_path / "sheets.pdf", recompress_flate=True)
            with pytest.raises(ToolFailed) if is_refused else nullcontext():
                refuse_unread(sheets, source)
