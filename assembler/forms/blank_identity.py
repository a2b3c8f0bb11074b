"""Decide which map may fill a file: by edition, by the blank a map was made for, by confirmation.

In: maps, what a file is. Out: the map to use, or the finding that says why none may be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.forms.form_maps import FormMap, KnownBlank, order_edition
from assembler.forms.form_reader import FieldRow, RecognizedForm
from assembler.model import PAYMENT_FORMS, Finding
from assembler.runtime.rule_catalog import make_finding

_DIGEST_LENGTH = 64  # hex digits of a whole sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankIdentity:
    """What tells one file from another."""

    sha256: str
    size: int  # bytes
    pages: int
    fields: int


def identify_blank(
    pdf: Path, recognized: RecognizedForm, rows: Sequence[FieldRow]
) -> BlankIdentity:
    """Return what a file is. Raises OSError."""
    data = pdf.read_bytes()
    return BlankIdentity(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        pages=len(recognized.pages),
        fields=len(rows),
    )


def is_armed(form: FormMap, identity: BlankIdentity) -> bool:
    """Return whether a map is for exactly this file, or for any file of its edition.

    Where only the beginning of a hash is known, size, pages and fields must agree, too.
    """
    blank = form.blank
    if blank is None:
        return True
    if not identity.sha256.startswith(blank.sha256):
        return False
    return len(blank.sha256) == _DIGEST_LENGTH or _has_same_numbers(blank, form.pages, identity)


def choose_map(
    maps: Sequence[FormMap], recognized: RecognizedForm, identity: BlankIdentity
) -> FormMap | None:
    """Return the best map of a file's edition: one for this very file, then one for any file of the
    edition, then one that may not fill it; None if no map is of this edition."""
    if not recognized.form or not recognized.edition:
        return None
    edition = order_edition(recognized.edition)
    candidates = [
        form
        for form in maps
        if form.form == recognized.form and order_edition(form.edition) == edition
    ]
    return max(candidates, key=lambda form: _rank(form, identity), default=None)


def check_arming(form: FormMap, identity: BlankIdentity, where: str) -> tuple[Finding, ...]:
    """Return the finding that says why a map may not fill a file, if it may not."""
    name = f"Form {form.form.upper()}, edition {form.edition}"
    by_hand = (
        f"complete it by hand (`assembler forms answers CASE --form {form.form}` prints what goes "
        "where)"
    )
    if form.is_draft and not (form.is_confirmed and is_armed(form, identity)):
        problem = f"the drafted map of {name} is not confirmed for this blank"
        if form.is_confirmed:
            problem = f"the map of {name} was confirmed with another blank than this file"
        remedy = (
            "look at every page that `assembler forms show-map MAP BLANK FOLDER` draws, then run "
            "`assembler forms confirm-map MAP BLANK --by NAME`; after a change, confirm again"
        )
        return (make_finding("FORM.MAP_UNCONFIRMED", where, problem, remedy, source=form.source),)
    if not is_armed(form, identity):
        problem = f"this file is not the blank of {name} that its map was made for"
        remedy = (
            f"download the form again from uscis.gov; if the file stays another one, {by_hand}, or "
            "draft a map of this file: `assembler forms draft-map BLANK`"
        )
        return (make_finding("FORM.BLANK_UNKNOWN", where, problem, remedy, source=form.source),)
    if not form.fillable:
        place = (
            "remove it from case.json, and put the signed form on top of the printed packet"
            if form.form in PAYMENT_FORMS
            else "list it as completed"
        )
        problem = f"only an answer sheet is known for {name}, no map to fill it"
        return (
            make_finding(
                "FORM.NO_MAP", where, problem, f"{by_hand}, and {place}", source=form.source
            ),
        )
    return ()


def _rank(form: FormMap, identity: BlankIdentity) -> tuple[bool, bool, bool, bool]:
    armed = is_armed(form, identity)
    return armed and form.fillable, armed and form.blank is not None, armed, form.fillable


def _has_same_numbers(blank: KnownBlank, pages: int, identity: BlankIdentity) -> bool:
    return (blank.size, pages, blank.fields) == (identity.size, identity.pages, identity.fields)
