"""fitting: not a pixel changes without loss, no word vanishes with it, every page is told, and
the proof holds."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Object, Pdf
from PIL import Image

from assembler import pipeline, receivers
from assembler.bundle import optimize
from assembler.bundle.optimize import legible_words, picture_coding, picture_places, steps
from assembler.bundle.optimize.page_work import survey_pages
from assembler.errors import CaseRejected
from assembler.model import Fitted, Profile, Severity
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.receivers import survey_pdf
from assembler.runtime.resources import Shelf
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop
from scripts.sample_cases import draw
from tests import factories
from tests.conftest import AS_OF
from tests.support.profiles import own_profile

SHEET = draw.sheet(factories.LINES, 200)


def stored(
    data: bytes, space: Any, bits: int, size: tuple[int, int] = SHEET.size, **more: Any
) -> Pdf:
    """A page with one picture of these raw samples."""
    made = Pdf.new()
    page = made.add_blank_page(page_size=(612, 792))
    image = made.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        ColorSpace=space,
        BitsPerComponent=bits,
        Width=size[0],
        Height=size[1],
        **more,
    )
    page.Resources = Dictionary(XObject=Dictionary(I=image))
    page.Contents = made.make_stream(b"q 612 0 0 792 0 0 cm /I Do Q")
    return again(made)


def again(pdf: Pdf) -> Pdf:
    out = io.BytesIO()
    pdf.save(out)
    return Pdf.open(out)


def drawn(pdf: Pdf) -> Any:
    out = io.BytesIO()
    pdf.save(out)
    document = pdfium.PdfDocument(out.getvalue())
    pixels = document[0].render(scale=2).to_numpy().copy()
    document.close()
    return pixels


def picture(pdf: Pdf) -> Object:
    ((one,),) = picture_places.find_pictures(pdf)
    return one.image


def scan() -> Pdf:
    return Pdf.open(io.BytesIO(factories.scan_pdf(dpi=200)))


PALETTE = Array([Name.Indexed, Name.DeviceRGB, 1, pikepdf.String(b"\x00\x00\x00\xff\xff\xf0")])
PICTURES = {
    "gray": lambda: stored(SHEET.convert("L").tobytes(), Name.DeviceGray, 8),
    "color": lambda: stored(
        Image.effect_noise(SHEET.size, 40).convert("RGB").tobytes(), Name.DeviceRGB, 8
    ),
    "gray stored as color": lambda: stored(SHEET.convert("RGB").tobytes(), Name.DeviceRGB, 8),
    "black and white": lambda: stored(SHEET.convert("1").tobytes(), Name.DeviceGray, 1),
    "black and white stored as gray": lambda: stored(
        SHEET.convert("1").convert("L").tobytes(), Name.DeviceGray, 8
    ),
    "palette": lambda: stored(
        (np.asarray(SHEET.convert("L")) > 128).astype(np.uint8).tobytes(), PALETTE, 8
    ),
    "stencil": lambda: stored(SHEET.convert("1").tobytes(), Name.DeviceGray, 1, ImageMask=True),
    "JPEG": scan,
}


@pytest.mark.parametrize("name", PICTURES)
def test_stored_again_without_loss_a_picture_is_smaller_and_draws_the_same(name: str) -> None:
    pdf = PICTURES[name]()
    if name == "stencil":
        del picture(pdf).ColorSpace
    before, image = drawn(pdf), picture(pdf)
    size = int(image.Length)

    coded = picture_coding.recode_lossless(image)
    assert coded is not None
    assert len(coded.data) < size
    picture_coding.store_picture(image, coded)

    assert np.array_equal(drawn(pdf), before)


@pytest.mark.parametrize("name", ["gray", "color", "black and white", "palette", "JPEG"])
def test_drawn_coarser_a_picture_keeps_its_ink(name: str) -> None:
    pdf = PICTURES[name]()
    before, image = drawn(pdf), picture(pdf)
    width = int(image.Width)

    coded = picture_coding.recode_coarser(image, 0.5)
    assert coded is not None
    picture_coding.store_picture(image, coded)

    assert int(image.Width) == width // 2
    assert abs(drawn(pdf).astype(int).mean() - before.mean()) < 2


@pytest.mark.parametrize("change", [{"Decode": Array([1, 0])}, {"Mask": Array([0, 3])}])
def test_what_is_not_sure_to_look_the_same_stays(change: dict[str, Any]) -> None:
    pdf = stored(SHEET.convert("L").tobytes(), Name.DeviceGray, 8, **change)
    image = picture(pdf)

    assert picture_coding.recode_coarser(image, 0.5) is None
    image.ColorSpace = Name.DeviceCMYK
    assert picture_coding.recode_lossless(image) is None


def test_a_picture_belongs_to_its_first_page_at_the_size_it_is_drawn_largest(
    tmp_path: Path,
) -> None:
    pdf = PICTURES["gray"]()
    second = pdf.add_blank_page(page_size=(612, 792))
    second.Resources = pdf.pages[0].Resources
    second.Contents = pdf.make_stream(b"q 2 0 0 2 0 0 cm q 153 0 0 198 0 0 cm /I Do Q Q")
    form = pdf.make_stream(
        b"q 1224 0 0 1584 0 0 cm /I Do Q",
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 9, 9]),
        Matrix=Array([0.5, 0, 0, 0.5, 0, 0]),
        Resources=pdf.pages[0].Resources,
    )
    third = pdf.add_blank_page(page_size=(612, 792))
    third.Resources, third.Contents = (
        Dictionary(XObject=Dictionary(F=form)),
        pdf.make_stream(b"/F Do"),
    )
    pdf.save(tmp_path / "a.pdf")

    seen = survey_pages(tmp_path / "a.pdf")

    assert [page.dpi for page in seen] == [pytest.approx(200, abs=0.5), 0, 0]
    assert seen[0].weight > seen[2].weight


WORDS = st.lists(
    st.tuples(st.text("abcdefg1", min_size=1, max_size=6), st.integers(0, 100)), max_size=30
)


@given(WORDS, WORDS)
def test_words_kept_are_never_more_than_there_were(
    before: list[legible_words.Word], after: list[legible_words.Word]
) -> None:
    count, kept = legible_words.count_kept_words(before, after)

    assert 0 <= kept <= count <= len(before)
    assert legible_words.count_kept_words(before, before) == (count, count)
    assert legible_words.is_legible(count, count)
    assert not legible_words.is_legible(10, 9)


@given(st.floats(10, 1300), st.integers(72, 400), st.none() | st.integers(72, 600))
def test_steps_keep_every_pixel_first_then_go_down_to_the_floor(
    dpi: float, floor: int, most: int | None
) -> None:
    found = steps.list_steps(dpi, floor, most)

    coarser = [step for step in found if step]
    assert coarser == sorted(set(coarser), reverse=True)
    assert all(step < dpi for step in coarser)
    if most is None or dpi <= most:
        assert found[0] == steps.LOSSLESS
        assert all(step >= floor for step in coarser)


def fitted(**change: Any) -> Fitted:
    values = {
        "document": "d",
        "index": 0,
        "bytes_before": 100,
        "bytes_after": 50,
        "dpi_before": 300.0,
        "dpi_after": 200.0,
        "lossless": False,
        "words": 10,
        "kept": 10,
    } | change
    return Fitted(**values)


def test_a_step_is_taken_only_if_it_helps_and_loses_no_word() -> None:
    assert steps.is_better(None, fitted())
    assert not steps.is_better(None, fitted(lost=True))
    assert not steps.is_better(None, fitted(bytes_after=100))
    assert not steps.is_better(fitted(bytes_after=40), fitted())
    assert "300 dots per inch are now 200" in fitted().line()
    assert "10 of 10 words" in fitted().line()
    assert "without loss" in fitted(lossless=True).line()


# --- whole bundles ---


def build(case: Path, profile: str, jobs: int = 2) -> pipeline.BuiltPacket:
    with Workshop(case / ".assembler", jobs=jobs) as shop:
        options = pipeline.Options(as_of=AS_OF, profile=profile)
        (built,) = pipeline.build_packets(
            pipeline.make_context(case, Shelf.default(), shop, options)
        )
    return built


def manifest(case: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((case / "build/child" / MANIFEST_FILE).read_text())
    return data


def pages(case: Path) -> list[dict[str, Any]]:
    return [entry for entry in manifest(case)["ledger"] if "fitted" in entry]


@pytest.fixture(scope="module")
def heavy(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case with a grainy scan, a page of which is far above the others."""
    case = Path(shutil.copytree(small, tmp_path_factory.mktemp("heavy") / "case"))
    (case / "evidence/scan.pdf").write_bytes(
        factories.scan_pdf([[*factories.LINES * 4]], dpi=400, noise=10)
    )
    return case


def weight_of(case: Path) -> int:
    return (case / "evidence/scan.pdf").stat().st_size


def test_a_page_above_the_limit_is_drawn_coarser_told_and_proved(heavy: Path) -> None:
    limit = int(weight_of(heavy) * 0.45)
    built = build(heavy, own_profile(heavy, max_bytes=limit, fit_dpi=150))

    (page,) = pages(heavy)
    fit = page["fitted"]
    assert page["exhibit"] == "scan"
    assert not fit["lossless"]
    assert 150 <= fit["dpi_after"] < fit["dpi_before"] == pytest.approx(400, rel=0.01)
    assert fit["bytes_after"] < limit < fit["bytes_before"]
    assert fit["kept"] >= 0.98 * fit["words"] > 20
    assert built.proof.ok
    assert all((built.folder / name).stat().st_size <= limit for name in built.files)
    (told,) = [one for one in built.findings if one.rule == "FIT.PAGE"]
    assert told.severity is Severity.INFO
    assert "dots per inch are now" in told.problem
    assert told.where == "exhibit scan, page 1"


def test_what_storing_again_without_loss_can_do_is_enough(heavy: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(heavy, tmp_path / "case"))
    limit = int(weight_of(case) * 0.97)
    build(case, own_profile(case, max_bytes=limit, fit_dpi=150))

    (page,) = pages(case)
    assert page["fitted"]["lossless"]
    assert page["fitted"]["dpi_after"] == page["fitted"]["dpi_before"]
    assert page["fitted"]["words"] is None


def test_the_same_bytes_with_one_worker_and_a_cold_cache(heavy: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(heavy, tmp_path / "case"))
    name = own_profile(case, max_bytes=int(weight_of(case) * 0.45), fit_dpi=150)
    first = build(case, name)
    before = {path.name: path.read_bytes() for path in first.folder.glob("*.pdf")}
    shutil.rmtree(case / ".assembler")
    build(case, name, jobs=1)

    assert {path.name: path.read_bytes() for path in first.folder.glob("*.pdf")} == before


def test_a_bundle_that_may_not_be_cut_is_fitted_as_a_whole(heavy: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(heavy, tmp_path / "case"))
    whole = build(case, own_profile(case)).folder / "bundle.pdf"
    limit = int(whole.stat().st_size * 0.6)
    built = build(case, own_profile(case, max_bytes=limit, single_file=True, fit_dpi=150))

    assert built.files == ("bundle.pdf",)
    assert whole.stat().st_size <= limit
    assert built.proof.ok
    assert pages(case)


def test_a_bundle_that_may_not_be_cut_and_is_too_large_is_refused(
    heavy: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(heavy, tmp_path / "case"))

    with pytest.raises(CaseRejected, match=r"PROFILE.SIZE bundle.pdf: it has .* may not be split"):
        build(case, own_profile(case, max_bytes=60_000, single_file=True))


def test_pages_finer_than_the_receiver_allows_are_drawn_again(heavy: Path, tmp_path: Path) -> None:
    case = Path(shutil.copytree(heavy, tmp_path / "case"))
    built = build(case, "uk-strict")

    (page,) = pages(case)
    assert page["fitted"]["dpi_after"] == 300
    assert built.proof.ok
    with Workshop(case / ".verify", jobs=1, temporary=True) as shop:
        found = receivers.lint_build(
            built.folder, receivers.load_profile(Shelf.default(), "uk-strict"), shop
        )
    assert not [one for one in found if one.rule == "PROFILE.DPI"]


def test_a_fitted_page_that_was_blanked_does_not_pass_the_proof(
    heavy: Path, tmp_path: Path
) -> None:
    case = Path(shutil.copytree(heavy, tmp_path / "case"))
    build(case, "uk-strict")
    path = case / "build/child/bundle.pdf"
    (page,) = pages(case)
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        (one,) = picture_places.find_pictures(pdf)[page["number"] - 1]
        one.image.write(b"\xff" * int(one.image.Width) * int(one.image.Height))
        one.image.ColorSpace = Name.DeviceGray
        pdf.save(path)
    with Workshop(case / ".verify", jobs=1, temporary=True) as shop:
        assert "pixels" in {
            check.name for check in prove(case / "build/child", case, shop).checks if not check.ok
        }


def test_a_page_whose_words_would_vanish_is_left_as_it_is(tmp_path: Path) -> None:
    small_print = Image.new("L", (1700, 2200), "white")
    small_print.paste(
        draw.sheet([*factories.LINES * 3], 100).resize((425, 550), Image.Resampling.LANCZOS),
        (200, 200),
    )
    sheet = small_print.resize((5100, 6600), Image.Resampling.LANCZOS)
    pdf = stored(sheet.tobytes(), Name.DeviceGray, 8, sheet.size)
    pdf.save(tmp_path / "a.pdf")
    profile = Profile(id="x", title="x", max_dpi=60)
    with Workshop(tmp_path / "shop", jobs=1) as shop:
        desk = optimize.survey_documents({"exhibit:a": tmp_path / "a.pdf"}, {}, profile, shop)
        fit = optimize.limit_resolution(desk, shop)
        found = optimize.fit_findings(fit, {("exhibit:a", 0): "exhibit a, page 1"})

    assert fit.pages == ()
    assert [one.rule for one in found] == ["FIT.WORDS"]
    assert "kept at a higher resolution" in found[0].problem


class BrokenShop:
    """Workers that die of every page they are given to fit."""

    def __init__(self, shop: Workshop) -> None:
        self.cache, self._shop = shop.cache, shop

    def map(self, function: Any, items: Any, **more: Any) -> Any:
        if function.__name__ == "fit_page":
            return tuple(Failure(kind="memory", detail="it took too much") for _ in items)
        return self._shop.map(function, items, **more)


def test_a_page_that_breaks_its_worker_stays_and_is_told(tmp_path: Path) -> None:
    PICTURES["gray"]().save(tmp_path / "a.pdf")
    with Workshop(tmp_path / "shop", jobs=1) as shop:
        broken: Any = BrokenShop(shop)
        desk = optimize.survey_documents(
            {"exhibit:a": tmp_path / "a.pdf"}, {}, Profile(id="x", title="x", max_dpi=100), broken
        )
        fit = optimize.limit_resolution(desk, broken)
        smaller = optimize.shrink_pages(desk, fit, {("exhibit:a", 0): 10}, broken)
        found = optimize.fit_findings(smaller, {("exhibit:a", 0): "exhibit a, page 1"})

    assert smaller.pages == ()
    assert [one.rule for one in found] == ["FIT.FAILED"]
    assert "memory" in found[0].problem


def test_without_color_everything_keeps_its_lightness(tmp_path: Path) -> None:
    pdf = stored(
        np.tile(np.array([200, 40, 90], dtype=np.uint8), SHEET.width * SHEET.height).tobytes(),
        Name.DeviceRGB,
        8,
    )
    inks = Array([Name.ICCBased, pdf.make_stream(b"x", N=3)])
    form = pdf.make_stream(
        b"0 0 1 rg 0 0 40 40 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 40, 40])
    )
    page = pdf.pages[0]
    page.Resources.ColorSpace = Dictionary(C=inks)
    page.Resources.XObject.F = form
    page.Contents = pdf.make_stream(
        b"q 1 0 0 RG 0 1 0 rg 100 100 100 100 re B Q q 0 1 1 0 k 300 100 50 50 re f Q /C cs 1 0.5 "
        b"0 sc 400 100 50 50 re f "
        b"0.3 g 500 100 50 50 re f q 300 0 0 300 20 400 cm /I Do Q q 1 0 0 1 400 500 cm /F Do Q"
    )
    pdf.save(tmp_path / "a.pdf")
    with Workshop(tmp_path / "shop", jobs=1) as shop:
        made = optimize.convert_to_gray({"exhibit:a": tmp_path / "a.pdf"}, shop)["exhibit:a"]

    assert survey_pdf(tmp_path / "a.pdf", colors=True).pages[0].colored
    assert not survey_pdf(made, colors=True).pages[0].colored
    before, after = (gray_of(path) for path in (tmp_path / "a.pdf", made))
    assert (
        np.abs(before - after).max() <= 20
    )  # readers make four inks red, green and blue in their own ways


def gray_of(path: Path) -> Any:
    document = pdfium.PdfDocument(path)
    pixels = document[0].render(scale=0.5).to_pil().convert("L")
    document.close()
    return np.asarray(pixels).astype(int)
