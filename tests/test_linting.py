"""The linter on real files: for every shipped profile, a bundle that breaks one rule is told of
that rule and no other."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler import pipeline, receivers, rules
from assembler.model import Profile
from assembler.receivers import check_files, survey_pdf
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests import factories
from tests.conftest import AS_OF
from tests.support.building import warm_up

SHELF = Shelf.default()
SHIPPED = receivers.list_profile_ids(SHELF)
NOISE = 1_000_000


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A bundle for each profile that has no findings."""
    case = factories.small_case(tmp_path_factory.mktemp("lint") / "case")
    (case / "evidence/letter.pdf").write_bytes(
        factories.scan_pdf([["Of Testina Exemplar"], ["Second page"]], dpi=150)
    )
    made = {}
    warm_up(case)
    with Workshop(case / ".assembler", jobs=2) as shop:
        for name in SHIPPED:
            options = pipeline.Options(as_of=AS_OF, profile=name)
            (built,) = pipeline.build_packets(pipeline.make_context(case, SHELF, shop, options))
            assert built.proof.ok
            found = receivers.lint_build(built.folder, receivers.load_profile(SHELF, name), shop)
            assert [one for one in found if one.rule != "PROFILE.PAPER"] == []
            files = [built.folder / path for path in built.files]
            made[name] = Path(shutil.copy(files[0], case.parent / f"{name}.pdf"))
            largest = max(files, key=lambda path: path.stat().st_size)
            shutil.copy(largest, scans_beside(made[name]))
    return made


def scans_beside(bundle: Path) -> Path:
    """The file of a bundle that has its scans: another one than the first, in an upload set."""
    return bundle.with_name(f"{bundle.stem}-scans.pdf")


def script(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def attach(pdf: Pdf) -> None:
    pdf.attachments["a.txt"] = b"x"


def field(pdf: Pdf) -> None:
    note = Dictionary(Subtype=Name.Widget, FT=Name.Tx, T=String("x"), Rect=Array([0, 0, 9, 9]))
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(note)]))


def relabel(pdf: Pdf) -> None:
    pdf.Root.PageLabels.Nums[1].St = 7


def unlink(pdf: Pdf) -> None:
    for page in pdf.pages:
        if Name.Annots in page:
            del page.Annots


def link(pdf: Pdf) -> None:
    goal = Array([pdf.pages[0].obj, Name.Fit])
    pdf.pages[0].Annots = Array(
        [Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Dest=goal)]
    )


def unmark(pdf: Pdf) -> None:
    del pdf.Root.Outlines


def dead_mark(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root[0].destination = Array([None, Name.Fit])


def mute(pdf: Pdf) -> None:
    for page in pdf.pages:
        images = page.get(Name.Resources, Dictionary()).get(Name.XObject, Dictionary())
        if any(one.get(Name.Subtype) == Name.Image for one in images.values()):
            name = next(key for key, one in images.items() if one.get(Name.Subtype) == Name.Image)
            page.Contents = pdf.make_stream(f"q 612 0 0 792 0 0 cm {name} Do Q".encode())


def lie(pdf: Pdf) -> None:
    pdf.pages[0].Rotate = 90


def bare(pdf: Pdf) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.pages[0].add_resource(font, Name.Font, name=Name.Bare)


def zoom(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.XYZ, None, None, 2])


def fine(pdf: Pdf) -> None:
    image = pdf.make_stream(
        b"\x80" * 400 * 400,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=400,
        Height=400,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
    )
    name = pdf.pages[0].add_resource(image, Name.XObject)
    pdf.pages[0].contents_add(pdf.make_stream(f"q 20 0 0 20 300 20 cm {name} Do Q".encode()))


def wide(pdf: Pdf) -> None:
    box = pdf.pages[0].MediaBox
    pdf.pages[0].MediaBox = Array([box[0], box[1], float(box[2]) + 100, box[3]])
    for key in (Name.CropBox, Name.TrimBox):
        if key in pdf.pages[0]:
            del pdf.pages[0][key]


def heavy(pdf: Pdf) -> None:
    import numpy as np

    noise = np.random.default_rng(1).integers(0, 256, 26 * NOISE, dtype=np.uint8).tobytes()
    pdf.pages[0].PieceInfo = Dictionary(x=pdf.make_stream(noise))


BREAKS: dict[str, tuple[Callable[[Profile], bool], Callable[[Pdf], None]]] = {
    "SCRIPT": (lambda _: True, script),
    "ATTACHMENT": (lambda _: True, attach),
    "FIELD": (lambda _: True, field),
    "LABEL": (lambda one: one.labels, relabel),
    "LINK": (lambda one: one.links == "index", unlink),
    "OUTLINE": (lambda one: one.outline, unmark),
    "BOOKMARK": (lambda one: one.outline_pages, dead_mark),
    "TEXT": (lambda one: one.searchable, mute),
    "UPRIGHT": (lambda one: one.upright, lie),
    "FONT": (lambda one: one.fonts, bare),
    "VIEW": (lambda one: one.zoom is not None, zoom),
    "DPI": (lambda one: one.max_dpi is not None, fine),
    "PAPER": (lambda one: one.paper == "letter", wide),
    "SIZE": (lambda one: one.max_bytes is not None, heavy),
}


def cases() -> Iterator[Any]:
    for name in SHIPPED:
        profile = receivers.load_profile(SHELF, name)
        for rule, (asked, _) in BREAKS.items():
            if asked(profile):
                yield pytest.param(name, rule, id=f"{name}-{rule}")


def told(path: Path, profile: Profile) -> set[str]:
    return {
        finding.rule.removeprefix("PROFILE.")
        for finding in check_files([survey_pdf(path)], profile)
    }


@pytest.mark.parametrize(("name", "rule"), list(cases()))
def test_a_file_that_breaks_one_rule_is_told_of_it_alone(
    bundles: dict[str, Path], tmp_path: Path, name: str, rule: str
) -> None:
    profile, broken = receivers.load_profile(SHELF, name), tmp_path / "bundle.pdf"
    whole = scans_beside(bundles[name]) if rule == "TEXT" else bundles[name]
    with Pdf.open(whole) as pdf:
        BREAKS[rule][1](pdf)
        pdf.save(broken)

    assert told(broken, profile) - told(whole, profile) == {rule}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_every_receiver_asks(bundles: dict[str, Path], tmp_path: Path, name: str) -> None:
    profile = receivers.load_profile(SHELF, name)
    with Pdf.open(bundles[name]) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    named = Path(shutil.copy(bundles[name], tmp_path / "Bündel №1.pdf"))

    assert told(tmp_path / "locked.pdf", profile) == {"ENCRYPTED"}
    assert told(tmp_path / "broken.pdf", profile) == {"READ"}
    assert ("NAME" in told(named, profile)) == bool(profile.file_name)
    assert (
        "SINGLE"
        in {one.rule[8:] for one in check_files([survey_pdf(named), survey_pdf(named)], profile)}
    ) == profile.single_file


def test_a_link_that_a_receiver_does_not_want(bundles: dict[str, Path], tmp_path: Path) -> None:
    profile = Profile(id="x", title="x", links="none")
    with Pdf.open(io.BytesIO(factories.text_pdf())) as pdf:
        pdf.save(tmp_path / "a.pdf")
        link(pdf)
        pdf.save(tmp_path / "b.pdf")

    assert told(tmp_path / "a.pdf", profile) == set()
    assert told(tmp_path / "b.pdf", profile) == {"LINK"}


def test_a_color_that_a_receiver_does_not_want(tmp_path: Path) -> None:
    profile = Profile(id="x", title="x", color="gray")
    with Pdf.open(io.BytesIO(factories.text_pdf())) as pdf:
        pdf.save(tmp_path / "a.pdf")
        pdf.pages[0].contents_add(pdf.make_stream(b"q 0 0 1 rg 300 20 60 60 re f Q"))
        pdf.save(tmp_path / "b.pdf")

    assert [
        check_files([survey_pdf(tmp_path / name, colors=True)], profile) == ()
        for name in ("a.pdf", "b.pdf")
    ] == [True, False]


def test_every_rule_of_the_linter_is_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs/profiles.md").read_text(encoding="utf8")
    catalog = rules.load_library(Shelf.default()).rules
    known = [rule for rule in catalog if rule.startswith("PROFILE.")]

    assert len(known) > 15
    assert [rule for rule in known if f"`{rule}`" not in page] == []
