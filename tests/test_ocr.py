"""ocr: words with confidence; another orientation is tried only where reading went badly."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from assembler.errors import ToolMissing
from assembler.evidence import ocr
from assembler.evidence.legibility import lighting
from assembler.evidence.ocr import language_data
from assembler.runtime import programs
from scripts.sample_cases import draw
from tests.factories import LINES

CORPUS = Path(
    os.environ.get("ASSEMBLER_CORPUS", Path(__file__).parent.parent.parent / "shared/corpus")
)


def counted(image: Image.Image, folder: Path) -> tuple[ocr.Recognition, list[int]]:
    asked: list[int] = []

    def render(dpi: int) -> Image.Image:
        asked.append(dpi)
        return image.resize((image.width * dpi // 200, image.height * dpi // 200))

    return ocr.read_page(render, "eng", ocr.Policy(), folder), asked


@pytest.mark.parametrize("angle", [90, 270])
def test_a_page_on_its_side_is_turned_even_where_the_engine_reads_it_as_it_lies(
    tmp_path: Path, angle: int
) -> None:
    upright = draw.sheet([*LINES, *LINES, *LINES], 200)

    found, _ = counted(upright.rotate(-angle, expand=True), tmp_path)

    assert found.turned == 360 - angle
    assert "quick" in found.words


def test_a_good_page_is_read_once(tmp_path: Path) -> None:
    found, asked = counted(draw.sheet(LINES * 4), tmp_path)

    assert asked == [200]
    assert " ".join(found.words).count("quick brown fox") == 4
    assert found.confidence > 90
    assert found.turned == 0


def test_a_page_upside_down_is_turned(tmp_path: Path) -> None:
    found, _ = counted(draw.sheet(LINES * 4).rotate(180), tmp_path)

    assert found.turned == 180
    assert " ".join(found.words).count("quick brown fox") == 4


def test_a_poor_page_is_tried_finer_and_the_best_attempt_is_kept(tmp_path: Path) -> None:
    faint = draw.scanned(draw.sheet(LINES * 4, 44).resize((1700, 2200)), 1.5, 10, 3)

    found, asked = counted(faint, tmp_path)

    assert asked[0] == 200
    assert found.dpi in (200, 300)
    assert found.words
    assert asked[-1] == 300


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_the_way_up_is_found(angle: int) -> None:
    page = draw.sheet(LINES * 4).rotate(
        angle, expand=True
    )  # counterclockwise, so turning it clockwise rights it

    assert ocr.find_orientations(page, ocr.Policy()) == ((angle,) if angle else ())


def test_an_empty_page_has_no_words(tmp_path: Path) -> None:
    found, _ = counted(Image.new("L", (1700, 2200), 255), tmp_path)

    assert (found.words, found.confidence, found.score) == ((), 0.0, 0)


def test_languages_and_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "eng" in ocr.list_languages()
    assert ocr.choose_engine_language("en-US") == "eng"
    assert ocr.choose_engine_language("xx") == "eng"
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(ToolMissing, match="no recognition data found; pip install"):
        ocr.list_languages()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not at hand")
def test_receipts_of_the_corpus_are_read(tmp_path: Path) -> None:
    """Word recall on real, small, hard scans; the shares of the `tesseract` program at 300 dpi
    lie near 0.8."""
    wanted = found = 0
    for path in sorted((CORPUS / "scans/receipts_sroie_gt").glob("*.img.jpg"))[:3]:
        boxes = path.with_name(path.name.replace(".img.jpg", ".box.csv")).read_text(
            encoding="utf8", errors="replace"
        )
        words = {
            word.upper()
            for line in boxes.splitlines()
            for word in ",".join(line.split(",")[8:]).split()
            if len(word) > 3
        }
        read = {word.upper() for word in counted(Image.open(path).convert("L"), tmp_path)[0].words}
        wanted, found = wanted + len(words), found + len(words & read)
        assert json.dumps(sorted(words))

    assert found / wanted > 0.6


def test_recognition_data_is_found_where_the_system_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, lonely = tmp_path / "system", tmp_path / "lonely"
    for folder, names in ((system, ("eng", "ukr", "chi_tra")), (lonely, ("ara",))):
        folder.mkdir()
        for name in names:
            (folder / f"{name}.traineddata").write_bytes(b"x" * len(folder.name))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setattr(language_data, "_DEBIAN", str(tmp_path / "none"))
    monkeypatch.setattr(language_data, "_SYSTEM", (str(lonely), str(system)))

    assert ocr.find_data_folder("ukr+eng") == system
    assert (
        ocr.find_data_folder("eng") != system
    )  # ours comes first, so that English reads the same everywhere
    assert ocr.choose_engine_language("uk-UA") == "ukr+eng"
    assert (ocr.choose_engine_language("zh-Hant-TW"), ocr.choose_engine_language("ar")) == (
        "chi_tra+eng",
        "eng",
    )  # no English beside Arabic
    assert (ocr.has_language("uk"), ocr.has_language("ar"), ocr.has_language("xx")) == (
        True,
        False,
        False,
    )
    assert ocr.describe_data("ukr+eng") == "ukr.traineddata 6 eng.traineddata 6"

    monkeypatch.setenv("TESSDATA_PREFIX", str(system))
    assert ocr.list_languages() == ("chi_tra", "eng", "ukr")


def test_the_command_that_installs_a_language_is_one_that_exists() -> None:
    for tag, package in {
        "uk-UA": "ukr",
        "zh": "chi-sim",
        "zh-TW": "chi-tra",
        "sr-Latn": "srp-latn",
        "prs": "fas",
    }.items():
        assert f"apt install tesseract-ocr-{package};" in ocr.describe_installation(tag)
    assert "translation" in ocr.describe_installation("so")  # the engine has no Somali
    assert len(set(ocr.ENGINE_LANGUAGES)) > 80


@pytest.mark.tools
@pytest.mark.skipif(not programs.find("apt-cache"), reason="no Debian here")
def test_every_package_told_of_is_known_to_debian(tmp_path: Path) -> None:
    result = programs.run(
        "apt-cache", ["search", "--names-only", "^tesseract-ocr-"], timeout=60, cwd=tmp_path
    )
    known = {line.split(" ")[0] for line in result.stdout.splitlines()}
    if not known:
        pytest.skip("no package lists on this machine")
    named = {*ocr.ENGINE_LANGUAGES.values(), *language_data._VARIANTS.values()}
    assert {f"tesseract-ocr-{name.replace('_', '-')}" for name in named} <= known


@pytest.mark.skipif(
    not (ocr.find_data_folder() / "osd.traineddata").is_file(), reason="no data for scripts"
)
def test_the_script_of_a_picture_is_seen() -> None:
    latin = draw.sheet([*LINES] * 6, 200)

    assert ocr.detect_script(latin) == "Latin"
    assert ocr.detect_script(Image.new("L", (800, 800), 255)) == ""


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("plain", "plain"),
        ("\u0628\u062a\u0643", "\u0643\u062a\u0628"),
        ("12/\u05e9\u05dc\u05d5\u05dd", "\u05dd\u05d5\u05dc\u05e9/12"),
        ("\u0628\u064e\u062a", "\u062a\u0628\u064e"),
        ("1984", "1984"),
        ("", ""),
    ],
)
def test_words_that_run_to_the_left_are_given_in_the_order_they_are_read(
    seen: str, read: str
) -> None:
    assert ocr.order_for_reading(seen) == read


def test_a_dim_photograph_on_a_white_sheet_is_read_in_even_light(tmp_path: Path) -> None:
    """The white around it misleads the recognition; a picture in good light is not tried twice."""
    sheet = draw.sheet(
        ("# Statement", *("The quick brown fox jumps over the lazy dog near the river bank.",) * 6),
        200,
        11,
    )
    dim = sheet.point(lambda level: int(level * 0.2))
    page = Image.new("L", (sheet.width + 400, sheet.height + 400), 255)
    page.paste(dim, (200, 200))
    frame = (
        200 / page.width,
        200 / page.height,
        (200 + sheet.width) / page.width,
        (200 + sheet.height) / page.height,
    )
    tried: list[int] = []

    def even(image: Image.Image) -> Image.Image:
        tried.append(1)
        return lighting.even_out_frame(image, frame)

    plain = ocr.read_page(lambda _: page, "eng", ocr.Policy(), tmp_path)
    read = ocr.read_page(lambda _: page, "eng", ocr.Policy(), tmp_path, even)

    assert len(plain.words) < 20 < len(read.words)
    assert read.is_evened
    assert read.sure_unevened is not None
    assert tried == [1]
    page.paste(sheet, (200, 200))
    assert not ocr.read_page(lambda _: page, "eng", ocr.Policy(), tmp_path, even).is_evened
    assert tried == [1]
