"""legibility: pages that a person can read pass in silence; others are named with what decided
it, where, and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from assembler.evidence import legibility, ocr, page_recognition
from assembler.evidence.legibility import Judged, Measures, Verdict
from assembler.evidence.legibility.page_measures import measure_page
from assembler.model import Finding, Severity
from assembler.runtime.resources import Shelf
from scripts.sample_cases import draw
from tests.factories import LINES
from tests.support.evidence import prepared

LIMITS = legibility.read_limits(Shelf.default().schema("legibility.json"))
GOOD = Measures(
    words=200,
    confidence=93,
    low_confidence=88,
    letter=8.0,
    small_letter=5.8,
    contrast=0.9,
    low_contrast=0.85,
    blur=0.02,
    paper=1.0,
)
WHOLE = (0.0, 0.0, 1.0, 1.0)


def judged(**changes: object) -> Judged:
    return legibility.judge(replace(GOOD, **changes), LIMITS)


def sheet() -> Image.Image:
    return draw.sheet(LINES * 4, 200)


def measured(
    image: Image.Image, folder: Path, frame: tuple[float, float, float, float] = WHOLE
) -> Measures:
    read = ocr.recognize(image, 200, "eng", folder)
    words = tuple(zip(read.words, read.confidences, read.boxes, strict=True))
    return measure_page(
        image, 200, words, frame, lambda picture: ocr.read_words(picture, 200, "eng")
    )


def told(home: Path, image: Image.Image, **part: object) -> list[Finding]:
    made = prepared(home, {"a.pdf": draw.scan_pdf([image], 200, 80)}, {"a.pdf": part})["a.pdf"]
    return list(made.findings)


def test_a_good_page_is_legible_and_nothing_is_said() -> None:
    assert judged() == Judged(verdict=Verdict.LEGIBLE)


@pytest.mark.parametrize(
    ("changes", "verdict", "rule"),
    [
        ({"confidence": 60.0}, Verdict.DOUBTFUL, "LEGIBLE.CONFIDENCE"),
        (
            {"confidence": 30.0},
            Verdict.DOUBTFUL,
            "LEGIBLE.CONFIDENCE",
        ),  # handwriting is not illegible for what it is
        ({"confidence": 30.0, "blur": 0.2}, Verdict.ILLEGIBLE, "LEGIBLE.BLUR"),
        ({"confidence": 60.0, "blur": 0.2}, Verdict.DOUBTFUL, "LEGIBLE.BLUR"),
        ({"blur": 0.2}, Verdict.LEGIBLE, None),  # large print bears it
        ({"contrast": 0.18}, Verdict.DOUBTFUL, "LEGIBLE.CONTRAST"),
        ({"words": 0, "confidence": 0.0, "contrast": 0.05}, Verdict.ILLEGIBLE, "LEGIBLE.CONTRAST"),
        ({"words": 0, "confidence": 0.0}, Verdict.DOUBTFUL, "LEGIBLE.NOTEXT"),
        (
            {"words": 0, "confidence": 0.0, "blur": 0.4, "paper": 0.4},
            Verdict.DOUBTFUL,
            "LEGIBLE.NOTEXT",
        ),  # a photograph
        ({"skew": -9.0}, Verdict.DOUBTFUL, "LEGIBLE.SKEW"),
        ({"hidden": 0.3, "hidden_at": (1.0, 2.0, 3.0, 4.0)}, Verdict.DOUBTFUL, "LEGIBLE.UNEVEN"),
        (
            {"clipped": ("left",), "clipped_at": (0.0, 2.0, 3.0, 4.0)},
            Verdict.DOUBTFUL,
            "LEGIBLE.CLIPPED",
        ),
        ({"glare": 0.05, "glare_at": (1.0, 2.0, 3.0, 4.0)}, Verdict.DOUBTFUL, "LEGIBLE.GLARE"),
        (
            {"vanished": 0.4, "vanished_at": (1.0, 2.0, 3.0, 4.0)},
            Verdict.DOUBTFUL,
            "LEGIBLE.RECEIVER",
        ),
    ],
)
def test_the_measure_that_decides_is_named(
    changes: dict[str, object], verdict: Verdict, rule: str | None
) -> None:
    found = judged(**changes)

    assert (found.verdict, found.reasons[0].rule if found.reasons else None) == (verdict, rule)


def test_a_language_without_its_data_is_no_measure_of_the_page() -> None:
    foreign = replace(GOOD, confidence=20.0)

    assert legibility.judge(foreign, LIMITS, can_read=False).verdict is Verdict.LEGIBLE
    assert legibility.judge(foreign, LIMITS).verdict is Verdict.DOUBTFUL


def test_resolution_counts_where_reading_suffers() -> None:
    poor = replace(GOOD, confidence=40.0)

    assert legibility.judge(poor, LIMITS, 50).reasons[0].rule == "LEGIBLE.DPI"
    assert legibility.judge(poor, LIMITS, 50).verdict is Verdict.ILLEGIBLE
    assert legibility.judge(GOOD, LIMITS, 50).verdict is Verdict.LEGIBLE


SCALES = {
    "confidence": (0, 100),
    "blur": (0, 1),
    "contrast": (0, 1),
    "skew": (-20, 20),
    "hidden": (0, 1),
    "vanished": (0, 1),
    "glare": (0, 1),
}


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries({name: st.floats(*ends) for name, ends in SCALES.items()}),
    st.sampled_from(sorted(SCALES)),
)
def test_a_page_worse_in_one_measure_is_never_judged_better(
    values: dict[str, float], name: str
) -> None:
    order = list(Verdict)
    worst = {"confidence": 0.0, "contrast": 0.0, "skew": 20.0}.get(name, 1.0)

    assert order.index(judged(**{**values, name: worst}).verdict) >= order.index(
        judged(**values).verdict
    )


def test_measures_survive_json(tmp_path: Path) -> None:
    made = measured(draw.scanned(sheet(), 0, 6, 1), tmp_path)

    assert legibility.read_measures(json.loads(json.dumps(asdict(made)))) == made


def test_every_reason_says_what_to_do_without_the_page_s_words() -> None:
    bad = judged(
        confidence=20.0, blur=0.3, contrast=0.05, skew=8.0, hidden=0.6, glare=0.5, vanished=0.7
    )

    assert len(bad.reasons) >= 6
    assert all(reason.problem and reason.remedy for reason in bad.reasons)


def test_skew_is_measured_within_a_degree(tmp_path: Path) -> None:
    for angle in (-6, -3, 0, 4):
        image = draw.scanned(sheet(), -angle, 3, 1)
        assert measure_page(image, 200, (), WHOLE, lambda _: ()).skew == pytest.approx(
            angle, abs=0.6
        )


def test_blur_grows_with_blur_and_contrast_falls_with_it(tmp_path: Path) -> None:
    made = [
        measured(sheet().filter(ImageFilter.GaussianBlur(sigma)), tmp_path) for sigma in (0, 1, 3)
    ]

    assert [one.blur for one in made] == sorted(one.blur or 0 for one in made)
    assert [one.contrast for one in made] == sorted(
        (one.contrast or 0 for one in made), reverse=True
    )
    assert (made[0].blur or 1) * 2 < (made[2].blur or 0)


def test_words_in_the_dark_are_found_and_their_place_is_told(tmp_path: Path) -> None:
    page = sheet()
    fall = Image.linear_gradient("L").rotate(-90).resize(page.size).point(lambda v: 255 - v * 0.85)
    dark = Image.composite(page, Image.new("L", page.size, 0), fall)

    made = measured(dark, tmp_path)

    assert (made.hidden or 0) > 0.08
    assert made.hidden_at is not None
    assert made.hidden_at[2] < 350  # points: the left side is the dark one


def test_words_cut_by_the_edge_of_the_scan_are_told(tmp_path: Path) -> None:
    page = sheet()
    cut = page.crop((round(page.width * 0.16), 0, page.width, page.height))

    assert measured(cut, tmp_path).clipped == ("left",)
    assert measured(page, tmp_path).clipped == ()


def test_a_washed_out_patch_on_gray_paper_is_told_and_white_paper_is_not(tmp_path: Path) -> None:
    plain = draw.scanned(sheet(), 0, 4, 1)
    gray = plain.point(lambda v: v * 0.7)
    glare = gray.copy()
    ImageDraw.Draw(glare).ellipse((600, 900, 1100, 1300), 255)

    found = [measured(image, tmp_path) for image in (plain, gray, glare)]

    assert [one.glare > 0.01 for one in found] == [False, False, True]
    assert found[2].glare_at is not None
    assert found[2].glare_at[0] == pytest.approx(600 * 72 / 200, abs=15)


def test_faint_words_that_no_recognition_finds_are_told(tmp_path: Path) -> None:
    page = sheet()
    lower = page.crop((0, 330, page.width, page.height)).point(lambda v: 255 - (255 - v) * 0.25)
    page.paste(lower, (0, 330))

    made = measured(page, tmp_path)

    assert (made.hidden or 0) > 0.3
    assert made.hidden_at is not None
    assert made.hidden_at[1] > 100


def test_words_that_a_black_and_white_scan_loses_are_counted() -> None:
    page = sheet().point(lambda v: 255 - (255 - v) * 0.3)
    words = [("neighbor", 90.0, (0.1, 0.1 * n, 0.3, 0.1 * n + 0.05)) for n in range(1, 5)]
    asked: list[set[int]] = []

    def again(picture: Image.Image) -> list[tuple[str, float, tuple[float, float, float, float]]]:
        asked.append({level for _, level in picture.getcolors() or ()})
        return words[:3]

    made = measure_page(page, 200, words, WHOLE, again)

    assert asked[0] == {0, 255}  # black and white only
    assert made.vanished == 0.25
    assert made.vanished_at == (61.2, 316.8, 183.6, 356.4)


def test_an_unreadable_page_is_an_error_until_its_file_accepts_it(tmp_path: Path) -> None:
    blurred = draw.sheet(LINES * 4, 100).resize((1700, 2200)).filter(ImageFilter.GaussianBlur(6))

    (first, *_) = told(tmp_path, blurred)

    assert first.severity is Severity.ERROR
    assert first.rule == "LEGIBLE.BLUR"
    assert first.page == 1
    assert '"accept_loss": ["LEGIBLE.BLUR"]' in first.remedy
    assert all(
        one.severity is not Severity.ERROR
        for one in told(tmp_path, blurred, accept_loss=("LEGIBLE.BLUR",))
    )


def test_language_without_data_is_told_once_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "apt install tesseract-ocr-ukr" in ocr.describe_installation("uk-UA")
    assert "chi-sim" in ocr.describe_installation("zh")
    assert "translation" in ocr.describe_installation("xx")
    if ocr.has_language("am"):
        pytest.skip("this machine has the data")

    found = told(tmp_path, sheet(), language="am")

    assert [one.rule for one in found].count("LANG.DATA") == 1
    assert not [one for one in found if one.rule == "LEGIBLE.CONFIDENCE"]
    assert ocr.has_language("en-US")


@pytest.mark.parametrize(
    ("unlit", "sure", "part"), [(0, 2, 0.0), (None, 40, None), (10, 40, 0.75), (38, 40, 0.0)]
)
def test_a_few_words_more_in_even_light_tell_nothing(
    unlit: int | None, sure: int, part: float | None
) -> None:
    words = tuple("word" for _ in range(sure))
    read = ocr.Recognition(
        words=words,
        confidences=(90,) * sure,
        layer=b"",
        place=(0, 0),
        size=(612, 792),
        dpi=200,
        sure_unevened=unlit,
    )

    assert page_recognition.measure_hidden_fraction(read) == part
