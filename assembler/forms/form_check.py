"""Check forms: the right form, the right edition, all pages; compare completed forms with the case.

Findings name the file, page, part and item; never the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.forms.answer_formats import Scope
from assembler.forms.answers import (
    Answer,
    AnswerSource,
    build_scope,
    check_answers,
    collect_answers,
    holds,
    is_form_needed,
)
from assembler.forms.edition_watch import EditionFacts, watch_edition
from assembler.forms.form_maps import Field, FormMap
from assembler.forms.form_reader import (
    SIGNED_INK,
    FieldRow,
    RecognizedForm,
    measure_ink,
    read_places,
    recognize_form,
)
from assembler.forms.map_placing import drop_unplaced_items, place_map
from assembler.model import Contradiction, Finding, Severity
from assembler.pdf.text_rows import squeeze_text
from assembler.runtime.rule_catalog import make_finding

_MISSING = 0.1  # share of a map's fields that a completed form may lack and still be compared
_SHIFT = 3.0  # points a field may be from where the map has it


def check_edition(
    recognized: RecognizedForm, where: str, facts: EditionFacts, maps: Sequence[FormMap] = ()
) -> tuple[Finding, ...]:
    """Check that a form is known, of an edition that is accepted, complete, and of one edition
    throughout.

    Args:
        maps: of this form; they hold notices of newer editions.
    """
    form, edition = recognized.form, recognized.edition
    if not form:
        problem = "not a government form that assembler knows"
        return (make_finding("FORM.UNKNOWN", where, problem, "check the file"),)
    own_maps = [form_map for form_map in maps if form_map.form == form]
    findings = [*watch_edition(form, edition, own_maps, facts, where)]
    findings += [
        make_finding(
            "FORM.MIXED",
            where,
            f"page {number} is of Form {footer.form.upper()}, edition {footer.edition}",
            "use pages of one form and edition",
            page=number,
        )
        for number, footer in enumerate(recognized.pages, 1)
        if footer.form and (footer.form, footer.edition) != (form, edition)
    ]
    return (*findings, *_check_pages(recognized, where))


def check_blank(
    form: FormMap, recognized: RecognizedForm, rows: Sequence[FieldRow], where: str
) -> tuple[Finding, ...]:
    """Check that a map fits a blank: form, edition, and every field where the map has it."""
    if (recognized.form, recognized.edition) != (form.form, form.edition) or not form.fillable:
        actual = (
            f"Form {recognized.form.upper()}, edition {recognized.edition}"
            if recognized.form
            else "a form it cannot recognize"
        )
        problem = (
            f"this is {actual}; the map is for Form {form.form.upper()}, edition {form.edition}"
        )
        remedy = "use the blank form of that edition, or add a map (docs/forms.md)"
        return (make_finding("FORM.NO_MAP", where, problem, remedy, source=form.source),)
    by_name = {row.short: row for row in rows}
    findings = _check_pages(recognized, where)
    for field in form.fields():
        if not _is_in_place(field, by_name.get(field.name)):
            problem = f"the form's fields do not match the map (page {field.page})"
            remedy = "download the form again; if it was revised, add a map (docs/forms.md)"
            finding = make_finding(
                "FORM.FIELDS", where, problem, remedy, page=field.page, source=form.source
            )
            return (*findings, finding)
    return findings


def _is_in_place(field: Field, row: FieldRow | None) -> bool:
    return (
        row is not None
        and row.page == field.page
        and all(
            abs(mapped - actual) <= _SHIFT
            for mapped, actual in zip(field.rect, row.rect, strict=True)
        )
        and (not field.on or field.on in row.states)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormComparison:
    """Where a completed form differs from case.json.

    The contradictions hold both values, so they go into the confidential manifest only.
    """

    findings: tuple[Finding, ...]
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormText:
    """What was read from a completed form."""

    where: str  # its file name
    values: Mapping[str, str]  # field name → text, or state of a box
    additional: str  # all its additional information, squeezed
    # fields whose places the map knows; else the text inside the fields' places, which a scanner
    # may have read, or fields that the map knows by name only
    is_exact: bool


def compare_form(form: FormMap, completed: Path, source: AnswerSource) -> FormComparison:
    """Compare a completed form with case.json: its fields if it has any, else the text in their
    places.

    Raises:
        FormUnreadable: the file is not a PDF.
    """
    where = completed.name
    recognized = recognize_form(completed, (form,))
    if (recognized.form, recognized.edition) != (form.form, form.edition):
        return FormComparison(findings=_check_other_form(form, recognized, where))
    scope = build_scope(source)
    is_exact = form.is_placed
    placed = place_map(form, recognized.rows)
    if len(placed.missing) > _MISSING * len([*form.fields()]):
        problem = "its fields are not those of the map, so nothing on it could be compared"
        scanned = make_finding("FORM.SCAN", where, problem, "compare it by eye", source=form.source)
        return FormComparison(findings=(*_check_pages(recognized, where), scanned))
    form = drop_unplaced_items(placed.form)
    answers = collect_answers(form, scope) if is_form_needed(form, scope) else ()
    values = _read_values(form, completed, recognized.rows)
    text = _FormText(
        where=where,
        values=values,
        additional=squeeze_text("".join(values.get(block.text.name, "") for block in form.blocks)),
        is_exact=recognized.fillable and is_exact,
    )
    findings, contradictions = [*_check_pages(recognized, where)], []
    for answer in answers:
        if answer.spec.sensitive:
            continue
        answer_findings = _compare_answer(form, answer, text)
        findings += answer_findings
        if any(finding.rule == "FORM.DIFFERS" for finding in answer_findings):
            contradictions.append(_describe_contradiction(answer, text))
    findings += check_signatures(form, completed, source.case.attorney is not None, scope)
    return FormComparison(findings=tuple(findings), contradictions=tuple(contradictions))


def _check_other_form(form: FormMap, recognized: RecognizedForm, where: str) -> tuple[Finding, ...]:
    """Return the findings of a file that is not the form of the map: a scan, or another form."""
    if recognized.fillable or any(footer.form for footer in recognized.pages):
        return check_blank(form, recognized, (), where)
    problem = "a scan without text or fields, so nothing on it could be compared with case.json"
    return (make_finding("FORM.SCAN", where, problem, "compare it by eye", source=form.source),)


def _describe_contradiction(answer: Answer, text: _FormText) -> Contradiction:
    field = answer.spec.field
    if answer.spec.boxes or field is None:
        expected, actual = ", ".join(answer.ticked), ", ".join(_list_ticked_boxes(answer, text))
    else:
        expected, actual = answer.value, text.values.get(field.name, "")
    return Contradiction(
        what=answer.label,
        case_place=f"case.json {answer.pointer}".strip(),
        case_value=expected,
        other_place=f"{text.where}, {answer.place}",
        other_value=actual,
    )


def _list_ticked_boxes(answer: Answer, text: _FormText) -> list[str]:
    return [
        key for key, box in answer.spec.boxes if text.values.get(box.name, "") not in ("", "Off")
    ]


def check_signatures(
    form: FormMap, completed: Path, represented: bool, scope: Scope
) -> tuple[Finding, ...]:
    """Return a warning for each missing signature: the form's first (the applicant's), and the
    attorney's if there is one.

    Args:
        scope: of the answers; a signature whose condition does not hold is not asked for.
    """
    attorney_parts = {item.part for item in form.items if "/attorney" in item.value}
    places = [place for place in form.signatures if holds(place.when, scope)]
    required = [
        place
        for number, place in enumerate(places)
        if place.signature.is_placed
        and (
            number == 0
            or (
                represented
                and (
                    place.who == "attorney"
                    or (place.who == "preparer" and place.part in attorney_parts)
                )
            )
        )
    ]
    inks = measure_ink(
        completed, [(place.signature.page, place.signature.rect) for place in required]
    )
    return tuple(
        make_finding(
            "FORM.UNSIGNED",
            completed.name,
            f"the signature of the {place.who} is missing (page {place.signature.page})",
            "sign by hand in black ink, scan the page and replace it",
            page=place.signature.page,
            source=form.source,
        )
        for place, ink in zip(required, inks, strict=True)
        if ink < SIGNED_INK
    )


def _compare_answer(form: FormMap, answer: Answer, text: _FormText) -> tuple[Finding, ...]:
    """Return the finding of one answer of a completed form, if it has any."""
    if answer.spec.boxes:
        ticked = set(_list_ticked_boxes(answer, text))
        is_same, is_blank = ticked == set(answer.ticked), not ticked
    elif answer.spec.field is None:
        return ()
    else:
        value = text.values.get(answer.spec.field.name, "")
        is_same, is_blank = _is_same(value, answer.value, text.additional), not value.strip()
    is_expected = bool(answer.value or answer.ticked)
    if is_blank and not is_expected:
        return check_answers(form, (answer,), text.where)
    if is_same or not is_expected:
        return ()
    is_error = text.is_exact and (answer.spec.required or not is_blank)
    return (
        make_finding(
            "FORM.EMPTY" if is_blank else "FORM.DIFFERS",
            f"{text.where}, {answer.place}",
            f"{answer.label} is empty" if is_blank else f"{answer.label} differs from case.json",
            "correct the form or case.json",
            Severity.ERROR if is_error else Severity.WARNING,
            page=answer.page,
            pointer=answer.pointer or None,
            source=form.source,
        ),
    )


def _is_same(text: str, value: str, additional: str) -> bool:
    """Return whether two texts are equal but for spaces, case and punctuation.

    An answer may go on in the additional information of the form.
    """
    actual, expected = squeeze_text(text), squeeze_text(value)
    if actual == expected:
        return True
    if additional and expected in additional:
        return True
    head = re.sub(r"continuedinpart\w*$", "", actual)
    return (
        bool(head)
        and head != actual
        and expected.startswith(head)
        and expected[len(head) :][:200] in additional
    )


def _read_values(form: FormMap, completed: Path, rows: Sequence[FieldRow]) -> dict[str, str]:
    """Return field values by short name.

    A flattened or printed copy has no fields: then it is the text inside each field's place.
    """
    if rows:
        return {row.short: row.value for row in rows}
    text_fields = [field for field in form.fields() if not field.on]
    boxes = [field for field in form.fields() if field.on]
    texts = read_places(completed, [(field.page, field.rect) for field in text_fields])
    inks = measure_ink(completed, [(box.page, box.rect) for box in boxes])
    values = {field.name: text for field, text in zip(text_fields, texts, strict=True)}
    return values | {
        box.name: "on" if ink > 0.05 else "" for box, ink in zip(boxes, inks, strict=True)
    }


def _check_pages(recognized: RecognizedForm, where: str) -> tuple[Finding, ...]:
    """Return a finding if pages that the footers count are missing or out of order."""
    footers = [footer for footer in recognized.pages if footer.form == recognized.form]
    numbers = [footer.number for footer in footers if footer.number]
    count = max((footer.of for footer in footers), default=0)
    missing = sorted(set(range(1, count + 1)) - set(numbers))
    if missing:
        listed = ", ".join(str(number) for number in missing)
        problem, remedy = (
            f"pages missing: {listed} of {count}",
            "add them, even if they are blank",
        )
    elif numbers != sorted(numbers):
        problem, remedy = "pages are out of order", "put them in the order of their numbers"
    else:
        return ()
    return (make_finding("FORM.PAGES", where, problem, remedy),)
