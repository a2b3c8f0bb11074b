"""Checks of forms: the right form, the right edition, all pages; completed forms against the facts
of the case.

Findings name the file, page, part and item; never what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.forms.answers import Answer, answers, belongs, scope, unanswered
from assembler.forms.form_maps import Field, FormMap
from assembler.forms.form_reader import FieldRow, Recognized, fields, ink_in, recognize, texts_in
from assembler.model import Case, Contradiction, Finding, Severity

# share of dark pixels from which a signature box counts as signed: a thin pen stroke is some 0.01
_INK = 0.004
_SHIFT = 3.0  # points a field may stand from where the map has it


def edition_findings(
    found: Recognized, where: str, current: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Is this a form we know, its edition the current one (`current`: form → edition), every
    page there and of one edition?"""
    if not found.form:
        return (
            _finding(
                "FORM.UNKNOWN", where, "not a government form this program knows", "check the file"
            ),
        )
    made = []
    wanted = current.get(found.form)
    if wanted and wanted != found.edition:
        problem = (
            f"Form {found.form.upper()} of edition {found.edition}; the edition in force is "
            f"{wanted}"
        )
        made.append(
            _finding(
                "FORM.EDITION",
                where,
                problem,
                "download the current edition from uscis.gov and fill it",
            )
        )
    for number, mark in enumerate(found.pages, 1):
        if mark.form and (mark.form, mark.edition) != (found.form, found.edition):
            problem = f"page {number} is of Form {mark.form.upper()}, edition {mark.edition}"
            made.append(
                _finding(
                    "FORM.MIXED",
                    where,
                    problem,
                    "all pages must be of one form and edition",
                    page=number,
                )
            )
    made += _missing(found, where)
    return tuple(made)


def blank_findings(
    form: FormMap, found: Recognized, rows: Sequence[FieldRow], where: str
) -> tuple[Finding, ...]:
    """May this file be filled by this map? The form and edition by name, and every field where
    the map has it."""
    if (found.form, found.edition) != (form.form, form.edition) or not form.fillable:
        named = (
            f"Form {found.form.upper()}, edition {found.edition}"
            if found.form
            else "a form it cannot recognize"
        )
        problem = (
            f"this is {named}; the map is for Form {form.form.upper()}, edition {form.edition}"
        )
        remedy = "use the blank form of that edition, or add a map (docs/forms.md)"
        return (_finding("FORM.NO_MAP", where, problem, remedy, source=form.source),)
    by_name = {row.short: row for row in rows}
    made = [*_missing(found, where)]
    for field in form.fields():
        row = by_name.get(field.name)
        if (
            row is None
            or row.page != field.page
            or _moved(field, row)
            or (field.on and field.on not in row.states)
        ):
            problem = f"the form's fields are not those of the map (page {field.page})"
            remedy = "download the form again; if it was revised, add a map (docs/forms.md)"
            return (
                *made,
                _finding(
                    "FORM.FIELDS", where, problem, remedy, page=field.page, source=form.source
                ),
            )
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a completed form says otherwise than case.json. The contradictions hold both values:
    for the manifest only."""

    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...] = ()


def compare(
    form: FormMap,
    completed: Path,
    case: Case,
    beneficiary_id: str,
    supporter_index: int | None = None,
    *,
    countries: Mapping[str, str],
    tabs: Mapping[str, str] | None = None,
) -> Compared:
    """Read a completed form back and compare it with case.json. Fields where it has them, else the
    text in their places.

    Raises FormUnreadable if the file is no PDF.
    """
    where = completed.name
    found = recognize(completed, (form,))
    if (found.form, found.edition) != (form.form, form.edition):
        if not any(mark.form for mark in found.pages) and not found.fillable:
            problem = (
                "no text and no fields: a scan, so that nothing on it could be compared "
                "with case.json"
            )
            scan = _finding(
                "FORM.SCAN",
                where,
                problem,
                "compare it by eye",
                Severity.WARNING,
                source=form.source,
            )
            return Compared(findings=(scan,))
        return Compared(findings=blank_findings(form, found, (), where))
    facts = scope(case, beneficiary_id, supporter_index, countries=countries, tabs=tabs)
    asked = (
        [one for one in answers(form, facts) if not one.spec.sensitive]
        if belongs(form, facts)
        else []
    )
    read = _values(form, completed)
    worst = (
        Severity.ERROR if found.fillable else Severity.WARNING
    )  # text in a place may have been read by a scanner
    extra = _squeezed("".join(read.get(block.text.name, "") for block in form.blocks))
    made, against = [*_missing(found, where)], []
    for one in asked:
        differs = _differs(form, one, read, extra, where, worst)
        made += differs
        against += [
            _contradiction(one, read, where)
            for finding in differs
            if finding.rule == "FORM.DIFFERS"
        ]
    made += unsigned(form, completed, case.attorney is not None)
    return Compared(findings=tuple(made), contradictions=tuple(against))


def _contradiction(one: Answer, read: Mapping[str, str], where: str) -> Contradiction:
    ticked = [key for key, box in one.spec.boxes if read.get(box.name, "") not in ("", "Off")]
    there = (
        read.get(one.spec.field.name, "")
        if one.spec.field and not one.spec.boxes
        else ", ".join(ticked)
    )
    says = ", ".join(one.ticked) if one.spec.boxes else one.value
    return Contradiction(
        what=one.label,
        here=f"case.json {one.pointer}".strip(),
        says=says,
        there=f"{where}, {one.place}",
        but=there,
    )


def unsigned(form: FormMap, completed: Path, represented: bool = False) -> tuple[Finding, ...]:
    """A warning for each signature whose box is empty: the form's first (the applicant's), and
    those of the attorney."""
    theirs = {
        item.part for item in form.items if "/attorney" in item.value
    }  # parts the attorney fills
    must = [
        one
        for number, one in enumerate(form.signatures)
        if number == 0
        or (
            represented
            and (one.who == "attorney" or (one.who == "preparer" and one.part in theirs))
        )
    ]
    inks = ink_in(completed, [(one.signature.page, one.signature.rect) for one in must])
    return tuple(
        _finding(
            "FORM.UNSIGNED",
            completed.name,
            f"the signature of the {one.who} is missing (page {one.signature.page})",
            "sign by hand in black ink, scan the page and put it in place",
            Severity.WARNING,
            page=one.signature.page,
            source=form.source,
        )
        for one, ink in zip(must, inks, strict=True)
        if ink < _INK
    )


def _differs(
    form: FormMap, one: Answer, read: Mapping[str, str], extra: str, where: str, worst: Severity
) -> tuple[Finding, ...]:
    """What is wrong with one answer of a completed form, if anything."""
    if one.spec.boxes:
        there = {key for key, box in one.spec.boxes if read.get(box.name, "") not in ("", "Off")}
        same, blank = there == set(one.ticked), not there
    elif one.spec.field is None:
        return ()
    else:
        text = read.get(one.spec.field.name, "")
        same, blank = _same(text, one.value, extra), not text.strip()
    expected = bool(one.value or one.ticked)
    if blank and not expected:
        return unanswered(form, (one,), where)
    if same or not expected:
        return ()
    problem = f"{one.label} is empty" if blank else f"{one.label} is not what case.json says"
    return (
        _finding(
            "FORM.EMPTY" if blank else "FORM.DIFFERS",
            f"{where}, {one.place}",
            problem,
            "correct the form or case.json",
            worst if one.spec.required or not blank else Severity.WARNING,
            page=one.page,
            pointer=one.pointer,
            source=form.source,
        ),
    )


def _same(text: str, value: str, extra: str) -> bool:
    """Equal but for spaces, case and punctuation; an answer may go on in the additional
    information."""
    here, wanted = _squeezed(text), _squeezed(value)
    if here == wanted:
        return True
    if extra and wanted in extra:
        return True
    head = re.sub(r"continuedinpart\w*$", "", here)
    return (
        bool(head)
        and head != here
        and wanted.startswith(head)
        and wanted[len(head) :][:200] in extra
    )


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _values(form: FormMap, completed: Path) -> dict[str, str]:
    """Field values by short name; from a flattened or printed copy, the text inside each field's
    place."""
    rows = fields(completed)
    if rows:
        return {row.short: row.value for row in rows}
    named = list(form.fields())
    texts = texts_in(completed, [(field.page, field.rect) for field in named if not field.on])
    words = dict(zip([field.name for field in named if not field.on], texts, strict=True))
    boxes = [field for field in named if field.on]
    inks = ink_in(completed, [(field.page, field.rect) for field in boxes])
    return words | {
        field.name: "on" if ink > 0.05 else "" for field, ink in zip(boxes, inks, strict=True)
    }


def _missing(found: Recognized, where: str) -> list[Finding]:
    """Pages that the footers count but the file does not have, or has out of order."""
    numbers = [mark.number for mark in found.pages if mark.form == found.form and mark.number]
    of = max((mark.of for mark in found.pages if mark.form == found.form), default=0)
    gone = sorted(set(range(1, of + 1)) - set(numbers))
    if gone:
        listed = ", ".join(str(number) for number in gone)
        return [
            _finding(
                "FORM.PAGES",
                where,
                f"pages missing: {listed} of {of}",
                "add them, even where they stay empty",
            )
        ]
    if numbers != sorted(numbers):
        return [
            _finding(
                "FORM.PAGES",
                where,
                "pages are out of order",
                "put them in the order of their numbers",
            )
        ]
    return []


def _moved(field: Field, row: FieldRow) -> bool:
    return any(abs(one - two) > _SHIFT for one, two in zip(field.rect, row.rect, strict=True))


def _finding(
    rule: str,
    where: str,
    problem: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
    *,
    page: int | None = None,
    pointer: str = "",
    source: str | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        where=where,
        problem=problem,
        remedy=remedy,
        page=page,
        pointer=pointer or None,
        source=source,
    )
