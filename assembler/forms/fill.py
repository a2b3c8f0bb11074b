"""Fill a form: check the blank, fit the answers, write the editable and the flattened copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.forms.answer_fitting import Continued, Fitting, fit
from assembler.forms.answers import Answer, answers, belongs, scope, unanswered
from assembler.forms.continuation_sheets import add_sheets, characters
from assembler.forms.form_check import blank_findings
from assembler.forms.form_maps import FormMap
from assembler.forms.form_reader import FieldRow, fields, recognize
from assembler.forms.form_writer import Book, save
from assembler.forms.typeface import Face, face
from assembler.model import Case, Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was written. `values`: field name (without its root) → text or box state; payment
    data are left out."""

    values: tuple[tuple[str, str], ...]
    continued: tuple[Continued, ...]
    findings: tuple[Finding, ...]  # errors mean that nothing was written
    pages: int  # of the flattened copy; 0 if nothing was written
    sheets: int = 0  # additional sheets at its end

    @property
    def refused(self) -> bool:
        return any(one.severity is Severity.ERROR for one in self.findings)


def fill(
    form: FormMap,
    case: Case,
    beneficiary_id: str,
    supporter_index: int | None,
    blank: Path,
    editable: Path,
    flattened: Path,
    *,
    font: Path,
    countries: Mapping[str, str],
    tabs: Mapping[str, str] | None = None,
    payment: Mapping[str, object] | None = None,
) -> Filled:
    """Fill `blank` for one beneficiary (and one supporter, for I-134) and write both copies.

    `font`: a TrueType file; `countries`: ISO code → English name; `tabs`: exhibit id → letter, for
    citations in free text; `payment`: card data for G-1450 only, kept nowhere. Raises
    FormUnreadable if the blank is no PDF, OSError if it cannot write.
    """
    rows = fields(blank)
    found = blank_findings(form, recognize(blank, (form,)), rows, blank.name)
    if not found and not _pays(form, payment):
        found = (_no_payment(form, blank.name),)
    if any(one.severity is Severity.ERROR for one in found):
        return Filled(values=(), continued=(), findings=found, pages=0)
    facts = scope(
        case, beneficiary_id, supporter_index, countries=countries, tabs=tabs, payment=payment
    )
    made = answers(form, facts) if belongs(form, facts) else ()
    typeface = face(font)
    fitting = fit(form, made, _options(rows), typeface, blank.name)
    findings = (*found, *unanswered(form, made, blank.name), *fitting.findings)
    if any(one.severity is Severity.ERROR for one in findings):
        return Filled(values=(), continued=(), findings=findings, pages=0)
    prefix = "-".join(filter(None, (form.form, beneficiary_id, _number(supporter_index))))
    pages, sheets = _write(form, made, fitting, typeface, blank, editable, flattened, prefix)
    return Filled(
        values=_values(fitting, made),
        continued=fitting.continued,
        findings=findings,
        pages=pages,
        sheets=sheets,
    )


def _write(
    form: FormMap,
    made: Sequence[Answer],
    fitting: Fitting,
    typeface: Face,
    blank: Path,
    editable: Path,
    flattened: Path,
    prefix: str,
) -> tuple[int, int]:
    person, a_number = _signer(made)
    heading = form.title.partition(",")[0]
    text = "".join(one.value for one in fitting.written)
    drawn = text + (characters(heading, person, a_number, fitting.sheets) if fitting.sheets else "")
    book = Book(blank, typeface, "".join(sorted(set(drawn))))
    book.clean()
    book.blanks()
    for one in fitting.written:
        book.write(one)
    for box in fitting.unticked:
        book.tick(box, False)
    for box in fitting.ticked:
        book.tick(box, True)
    book.rename(prefix)
    sheets = add_sheets(book, heading, person, a_number, fitting.sheets) if fitting.sheets else 0
    save(book, editable)
    book.flatten()
    save(book, flattened)
    return len(book.writer.pages), sheets


def _signer(made: Sequence[Answer]) -> tuple[str, str]:
    """The name and A-Number the form itself puts at the head of its additional information."""
    by_label = {
        one.label: one.value
        for one in made
        if not one.label.startswith(("Other", "Their", "Client"))
    }
    name = " ".join(
        filter(None, (by_label.get(part) for part in ("Given name", "Middle name", "Family name")))
    )
    return name, by_label.get("A-Number", "")


def _values(fitting: Fitting, made: Sequence[Answer]) -> tuple[tuple[str, str], ...]:
    secret = {one.spec.field.name for one in made if one.spec.sensitive and one.spec.field}
    secret |= {box.name for one in made if one.spec.sensitive for _, box in one.spec.boxes}
    written = [(one.field.name, one.value) for one in fitting.written] + [
        (box.name, box.on) for box in fitting.ticked
    ]
    return tuple((name, value) for name, value in written if name not in secret)


def _options(rows: Sequence[FieldRow]) -> dict[str, tuple[str, ...]]:
    return {row.short: row.options for row in rows if row.kind == "choice"}


def _pays(form: FormMap, payment: Mapping[str, object] | None) -> bool:
    """Payment data come with the payment form, and with no other."""
    return (payment is not None) == any(item.sensitive for item in form.items)


def _no_payment(form: FormMap, where: str) -> Finding:
    return Finding(
        rule="FORM.PAYMENT",
        severity=Severity.ERROR,
        where=where,
        problem="payment data and form do not belong together",
        remedy="fill it with `assembler forms fill --payment`, take it from case.json, lay the "
        "signed form on the print",
        source=form.source,
    )


def _number(supporter_index: int | None) -> str:
    return "" if supporter_index is None else str(supporter_index + 1)
