"""Signatures on forms: where they are, whether there is ink, and what is no signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assembler.forms.signature_fields import (
    FormSignature,
    SignatureCheck,
    examine_signatures,
    list_empty_signatures,
)
from tests.support import signed_forms as draw
from tests.support.signed_forms import APPLICANT, NAME, PREPARER, Change

SCOPE: dict[str, Any] = {}


def examined(folder: Path, *changes: Change) -> SignatureCheck:
    """What is found on the drawn form with these changes."""
    path = draw.changed(draw.blank(folder / "form.pdf"), *changes)
    return examine_signatures(draw.form_map(), path, "forms/form.pdf", SCOPE)


def found(check: SignatureCheck) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.page) for finding in check.findings]


def signature(check: SignatureCheck, place: str) -> FormSignature:
    return next(one for one in check.signatures if one.place == place)


def test_an_empty_form_has_its_places_and_no_finding(tmp_path: Path) -> None:
    check = examined(tmp_path)

    assert found(check) == []
    assert [(one.place, one.page, one.rect) for one in check.signatures] == [
        ("applicant", 1, APPLICANT),
        ("preparer", 2, PREPARER),
    ]
    assert not any(one.is_signed or one.is_filled_in for one in check.signatures)
    assert list_empty_signatures(draw.form_map(), tmp_path / "form.pdf", SCOPE) == check.signatures


@pytest.mark.parametrize("flat", [False, True])
def test_ink_is_a_signature(tmp_path: Path, flat: bool) -> None:
    flattening = (draw.without_fields,) if flat else ()
    check = examined(tmp_path, *flattening, draw.ink(APPLICANT))

    assert found(check) == []
    assert signature(check, "applicant").is_signed
    assert not signature(check, "preparer").is_signed


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("value", ["/s/ Jane Doe", "Jane Doe", "JD", "signed electronically"])
def test_typed_text_is_no_signature(tmp_path: Path, value: str, flat: bool) -> None:
    flattening = (draw.without_fields,) if flat else ()
    check = examined(tmp_path, draw.fill("p1[0].sign[0]", value), *flattening)

    assert found(check) == [("SIGN.TYPED", 1)]
    assert not signature(check, "applicant").is_signed
    assert not any(value in str(finding) for finding in check.findings)


@pytest.mark.parametrize("value", ["", " ", "N/A", "n/a", "None", "--"])
def test_a_part_that_is_not_used_may_say_so(tmp_path: Path, value: str) -> None:
    assert found(examined(tmp_path, draw.fill("p2[0].sign[0]", value))) == []


def test_not_applicable_is_no_signature_of_somebody_who_prepared_the_form(tmp_path: Path) -> None:
    check = examined(
        tmp_path, draw.fill("p2[0].name[0]", "Fictiva"), draw.fill("p2[0].sign[0]", "N/A")
    )

    assert signature(check, "preparer").is_filled_in
    assert found(check) == [("SIGN.TYPED", 2)]


@pytest.mark.parametrize("flat", [False, True])
def test_a_preparer_signs_if_the_part_is_filled_in(tmp_path: Path, flat: bool) -> None:
    flattening = (draw.without_fields,) if flat else ()
    check = examined(tmp_path, draw.fill("p2[0].name[0]", "Fictiva"), *flattening)

    assert signature(check, "preparer").is_filled_in
    assert not signature(check, "applicant").is_filled_in


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (draw.sign_digitally("p1[0].sign[0]"), "SIGN.TYPED"),
        (draw.annotation("FreeText", APPLICANT), "SIGN.TYPED"),
        (draw.annotation("Stamp", APPLICANT), "SIGN.PASTED"),
        (draw.annotation("Ink", APPLICANT), "SIGN.PASTED"),
        (draw.picture((70, 96, 220, 126)), "SIGN.PASTED"),
        (draw.text("DocuSigned by:", (300, 700, 0, 0)), "SIGN.TYPED"),
        (draw.text("Envelope ID: 4C8F1A2B-77AA-4F00", (20, 770, 0, 0)), "SIGN.TYPED"),
        (draw.text("Digitally signed by someone", (300, 700, 0, 0)), "SIGN.TYPED"),
    ],
)
def test_what_programs_leave_is_no_signature(tmp_path: Path, change: Change, rule: str) -> None:
    assert found(examined(tmp_path, change)) == [(rule, 1)]


@pytest.mark.parametrize(
    "change",
    [
        draw.picture((60, 10, 300, 30)),  # a barcode below the place
        draw.picture((400, 600, 560, 760)),  # a photograph
        draw.annotation("Highlight", APPLICANT),
        draw.annotation("Stamp", (60, 600, 300, 650)),
        draw.text("Applicant's Signature", (60, 121, 0, 0)),  # the printed label
        draw.text("Docusign, Inc.", (60, 500, 0, 0)),  # the name of an employer
        draw.text("I signed by the end of May", (60, 500, 0, 0)),
        draw.text("Jane Doe", (310, 100, 0, 0)),  # the field beside it
    ],
)
def test_what_is_beside_the_place_is_no_trouble(tmp_path: Path, change: Change) -> None:
    assert found(examined(tmp_path, change)) == []


@pytest.mark.parametrize("signed", [True, False])
def test_a_scan_of_a_signed_page_is_signed_whatever_recognition_reads(
    tmp_path: Path, signed: bool
) -> None:
    changes = (draw.ink(APPLICANT), draw.ink(PREPARER, 2)) if signed else ()
    path = draw.changed(draw.blank(tmp_path / "form.pdf"), draw.without_fields, *changes)
    check = examine_signatures(draw.form_map(), draw.scan(path), "forms/form.pdf", SCOPE)

    assert found(check) == []
    assert signature(check, "applicant").is_signed is signed


def test_a_place_is_where_the_file_has_it(tmp_path: Path) -> None:
    """A map may know a field by its name only."""
    form = draw.form_map()
    path = draw.blank(tmp_path / "form.pdf", form)
    moved = draw.changed(path, lambda pdf: _move(pdf, (100, 500, 340, 518)))

    (applicant, _) = list_empty_signatures(form, moved, SCOPE)

    assert applicant.rect == (100, 500, 340, 518)


def _move(pdf: Any, rect: tuple[int, ...]) -> None:
    pdf.pages[0].Annots[0].Rect = list(rect)


def test_the_name_of_the_preparer_is_not_the_signature() -> None:
    assert NAME[1] > PREPARER[3]
