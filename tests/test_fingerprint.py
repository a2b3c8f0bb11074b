"""fingerprint: the same content gives the same hash, whatever its place and stamp; anything else
gives another, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler.model import Fingerprint
from assembler.pdf import fingerprint
from tests import factories
from tests.support.binding import bound, page_of


def of_exhibit(bundle: Path, number: int) -> Fingerprint:
    (found,) = fingerprint.fingerprint_pages(bundle, [number - 1])
    return found


@pytest.fixture
def two(tmp_path: Path) -> tuple[tuple[Path, int], tuple[Path, int]]:
    """The same scan in two bundles, at other places, and the numbers of its page."""
    scan, letter = factories.scan_pdf([["A scanned page."]]), factories.text_pdf([["a"], ["b"]])
    one, first, _ = bound(tmp_path, [scan], out="one.pdf")
    other, second, _ = bound(tmp_path, [letter, scan], out="other.pdf")
    return (one, page_of(first, "e0")), (other, page_of(second, "e1"))


def test_the_same_page_elsewhere_under_another_stamp(
    two: tuple[tuple[Path, int], tuple[Path, int]],
) -> None:
    one, other = (of_exhibit(*place) for place in two)

    assert one.stamped
    assert len(one.digest) == 64
    assert one == other


def test_every_page_of_a_bundle_has_its_own(small: Path) -> None:
    found = fingerprint.fingerprint_pages(small / "build/child/bundle.pdf", range(12))

    assert len({one.digest for one in found} - {""}) == 12
    assert all(one.stamped for one in found)


def content(pdf: Pdf, place: int) -> None:
    pdf.pages[place].Contents[1].write(pdf.pages[place].Contents[1].read_bytes() + b" ")


def turn(pdf: Pdf, place: int) -> None:
    pdf.pages[place].Rotate = 90


def crop(pdf: Pdf, place: int) -> None:
    pdf.pages[place].CropBox = Array([0, 0, 300, 300])


def picture(pdf: Pdf, place: int) -> None:
    for one in pdf.pages[place].Resources.XObject.values():
        if one.Subtype == Name.Image:
            one.Decode = Array([1, 0])


def note(pdf: Pdf, place: int) -> None:
    pdf.pages[place].Annots = Array(
        [pdf.make_indirect(Dictionary(Subtype=Name.Square, Rect=Array([0, 0, 9, 9])))]
    )


def stamp_font(pdf: Pdf, place: int) -> None:
    fonts = pdf.pages[place].Resources.Font
    fonts["/AssemblerStamp"] = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Symbol)
    )


@pytest.mark.parametrize("change", [content, turn, crop, picture, note, stamp_font])
def test_any_change_of_what_is_drawn_changes_it(
    two: tuple[tuple[Path, int], tuple[Path, int]], change: Callable[[Pdf, int], None]
) -> None:
    bundle, number = two[0]
    before = of_exhibit(bundle, number)
    with Pdf.open(bundle, allow_overwriting_input=True) as pdf:
        change(pdf, number - 1)
        pdf.save(bundle)

    assert of_exhibit(bundle, number).digest not in ("", before.digest)


@pytest.mark.parametrize(
    "more",
    [b" 0 0 99 99 re f", b" (more) Tj", b" 1 g", b" /Im Do", b" 0.5 0 0 0.5 0 0 cm", b" 3 Tr"],
)
def test_a_stamp_with_anything_else_in_it_is_none(
    two: tuple[tuple[Path, int], tuple[Path, int]], more: bytes
) -> None:
    bundle, number = two[0]
    with Pdf.open(bundle, allow_overwriting_input=True) as pdf:
        drawn = pdf.pages[number - 1].Contents[-1]
        drawn.write(drawn.read_bytes().replace(b" ET", more + b" ET"))
        pdf.save(bundle)

    assert not of_exhibit(bundle, number).stamped


def layered(pdf: Pdf, place: int) -> None:
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("a layer")))
    pdf.pages[place].Resources.Properties = Dictionary(L=group)


def looping(pdf: Pdf, place: int) -> None:
    form = pdf.make_stream(
        b"", Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    )
    form.Resources = Dictionary(XObject=Dictionary(Self=form))
    pdf.pages[place].Resources.XObject["/Loop"] = form


@pytest.mark.parametrize("change", [layered, looping])
def test_a_page_that_is_not_decided_by_itself_has_none(
    two: tuple[tuple[Path, int], tuple[Path, int]], change: Callable[[Pdf, int], None]
) -> None:
    bundle, number = two[0]
    with Pdf.open(bundle, allow_overwriting_input=True) as pdf:
        change(pdf, number - 1)
        pdf.save(bundle)

    assert of_exhibit(bundle, number) == Fingerprint()


def test_a_file_that_cannot_be_read_and_a_page_that_is_not_there_have_none(
    tmp_path: Path, small: Path
) -> None:
    (tmp_path / "no.pdf").write_bytes(b"nothing")

    assert fingerprint.fingerprint_pages(tmp_path / "no.pdf", [0, 1]) == (
        Fingerprint(),
        Fingerprint(),
    )
    assert fingerprint.fingerprint_pages(small / "build/child/bundle.pdf", [99]) == (Fingerprint(),)
