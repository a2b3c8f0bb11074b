"""Fill a form: check the blank, fit the answers, write the editable and the flattened copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.forms.answer_fitting import Continuation, Fitting, fit_answers
from assembler.forms.answers import (
    Answer,
    AnswerSource,
    build_scope,
    check_answers,
    collect_answers,
    is_form_needed,
)
from assembler.forms.blank_identity import check_arming, identify_blank
from assembler.forms.continuation_sheets import add_sheets, list_sheet_characters
from assembler.forms.form_check import check_blank
from assembler.forms.form_maps import FormMap
from assembler.forms.form_reader import FieldRow, recognize_form
from assembler.forms.form_writer import FormWriter, save_form
from assembler.forms.map_placing import place_map
from assembler.forms.typeface import Typeface, load_typeface
from assembler.model import Finding, Severity
from assembler.runtime.rule_catalog import make_finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFiles:
    """The files of one form to fill."""

    blank: Path
    editable: Path  # the copy with fields, to be written
    flattened: Path  # the copy without fields, to be written
    font: Path  # TrueType file that answers are drawn with


@dataclass(frozen=True, slots=True, kw_only=True)
class FillResult:
    """What was written into a form. Payment data is left out of `values`."""

    values: tuple[tuple[str, str], ...]  # field name without its root, and its text or box state
    continued: tuple[Continuation, ...]
    findings: tuple[Finding, ...]  # with an error among them, nothing was written
    pages: int  # of the flattened copy; 0 if nothing was written
    sheets: int = 0  # additional sheets at its end

    @property
    def refused(self) -> bool:
        return _has_error(self.findings)


def fill_form(form: FormMap, source: AnswerSource, files: FormFiles) -> FillResult:
    """Fill a blank form and write both copies.

    Raises:
        FormUnreadable: the blank is not a PDF.
        OSError: a copy cannot be written.
    """
    where = files.blank.name
    recognized = recognize_form(files.blank, (form,))
    rows = recognized.rows
    findings = check_arming(form, identify_blank(files.blank, recognized, rows), where)
    form = place_map(form, rows).form
    findings = findings or check_blank(form, recognized, rows, where)
    if not findings and not _has_matching_payment(form, source.payment):
        findings = (_make_payment_finding(form, where),)
    if _has_error(findings):
        return FillResult(values=(), continued=(), findings=findings, pages=0)
    scope = build_scope(source)
    answers = collect_answers(form, scope) if is_form_needed(form, scope) else ()
    typeface = load_typeface(files.font)
    fitting = fit_answers(form, answers, _list_options(rows), typeface, where)
    findings = (*findings, *check_answers(form, answers, where), *fitting.findings)
    if _has_error(findings):
        return FillResult(values=(), continued=(), findings=findings, pages=0)
    writer = _draw_answers(form, answers, fitting, typeface, files.blank)
    writer.rename_roots(_make_field_prefix(form, source))
    sheets = _add_sheets(writer, form, answers, fitting)
    save_form(writer, files.editable)
    writer.flatten()
    save_form(writer, files.flattened)
    return FillResult(
        values=_list_values(fitting, answers),
        continued=fitting.continued,
        findings=findings,
        pages=len(writer.writer.pages),
        sheets=sheets,
    )


def _draw_answers(
    form: FormMap, answers: Sequence[Answer], fitting: Fitting, typeface: Typeface, blank: Path
) -> FormWriter:
    """Return the form with its answers in its fields."""
    characters = "".join(text.value for text in fitting.written)
    if fitting.sheets:
        characters += list_sheet_characters(
            _shorten_title(form), *_find_signer(answers), fitting.sheets
        )
    writer = FormWriter(blank, typeface, "".join(sorted(set(characters))))
    writer.remove_active_content()
    writer.clear_blank_choices()
    for text in fitting.written:
        writer.write_text(text)
    for box in fitting.unticked:
        writer.set_box(box, False)
    for box in fitting.ticked:
        writer.set_box(box, True)
    return writer


def _add_sheets(
    writer: FormWriter, form: FormMap, answers: Sequence[Answer], fitting: Fitting
) -> int:
    """Append the sheets that the answers need, and return how many."""
    if not fitting.sheets:
        return 0
    return add_sheets(writer, _shorten_title(form), *_find_signer(answers), fitting.sheets)


def _shorten_title(form: FormMap) -> str:
    return form.title.partition(",")[0]


def _make_field_prefix(form: FormMap, source: AnswerSource) -> str:
    """Return a name for root fields that no other person's form has."""
    number = "" if source.supporter_index is None else str(source.supporter_index + 1)
    return "-".join(filter(None, (form.form, source.beneficiary_id, number)))


def _find_signer(answers: Sequence[Answer]) -> tuple[str, str]:
    """Return the name and A-Number that the form puts above its additional information."""
    by_label = {
        answer.label: answer.value
        for answer in answers
        if not answer.label.startswith(("Other", "Their", "Client"))
    }
    name = " ".join(
        filter(None, (by_label.get(part) for part in ("Given name", "Middle name", "Family name")))
    )
    return name, by_label.get("A-Number", "")


def _list_values(fitting: Fitting, answers: Sequence[Answer]) -> tuple[tuple[str, str], ...]:
    sensitive = [answer.spec for answer in answers if answer.spec.sensitive]
    secret = {item.field.name for item in sensitive if item.field}
    secret |= {box.name for item in sensitive for _, box in item.boxes}
    values = [(text.field.name, text.value) for text in fitting.written]
    values += [(box.name, box.on) for box in fitting.ticked]
    return tuple((name, value) for name, value in values if name not in secret)


def _list_options(rows: Sequence[FieldRow]) -> dict[str, tuple[str, ...]]:
    return {row.short: row.options for row in rows if row.kind == "choice"}


def _has_matching_payment(form: FormMap, payment: Mapping[str, object] | None) -> bool:
    """Return whether payment data came exactly when the form is a payment form."""
    return (payment is not None) == any(item.sensitive for item in form.items)


def _make_payment_finding(form: FormMap, where: str) -> Finding:
    return make_finding(
        "FORM.PAYMENT",
        where,
        "card data and form do not match",
        "fill it with `assembler forms fill --payment`, remove it from case.json, and put the "
        "signed form on top of the printed packet",
        source=form.source,
    )


def _has_error(findings: Sequence[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)
