"""Fit answers into fields: decide what goes into the field, what continues elsewhere, what is
refused. Pure; nothing is ever cut.

In: answers and a way to measure text. Out: a `Fitting` with the text of every field line by line,
the ticked boxes, the additional information, further sheets, and findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assembler.forms.answers import Answer
from assembler.forms.form_maps import Block, Field, FormMap
from assembler.model import Finding
from assembler.runtime.rule_catalog import make_finding

SIZE, SMALLEST = 10.0, 7.0  # points
PAD = 2.0  # points left free at both sides of a box
SHEET_WIDTH = 468.0  # points of text on an additional sheet


class TextMeasure(Protocol):
    """Measure text in a typeface."""

    def width(self, text: str, size: float) -> float: ...
    def is_missing(self, text: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldText:
    """The text of one field: its lines and the size they are drawn at. `value` is what the field
    holds."""

    field: Field
    lines: tuple[str, ...]
    size: float
    choice: str = ""  # for lists: the choice as the form spells it, odd spaces and all

    @property
    def value(self) -> str:
        return self.choice or " ".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """An answer that continues in the additional information; `text` is what is written there."""

    page: int
    part: str
    item: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """Where every answer goes."""

    written: tuple[FieldText, ...]
    ticked: tuple[Field, ...]
    unticked: tuple[Field, ...]
    continued: tuple[Continuation, ...]
    sheets: tuple[Continuation, ...]  # what the form's own additional information had no room for
    findings: tuple[Finding, ...]


def fit_answers(
    form: FormMap,
    answers: Sequence[Answer],
    options: Mapping[str, Sequence[str]],
    typeface: TextMeasure,
    where: str,
) -> Fitting:
    """Fit every answer into its field.

    Args:
        options: the choices of fields that are lists, by field name.
        where: the form's file name, for findings.
    """
    written: list[FieldText] = []
    continued: list[Continuation] = []
    findings: list[Finding] = []
    for answer in (answer for answer in answers if answer.value and not answer.spec.boxes):
        problem = _refuse_answer(form, answer, options, typeface)
        if problem is not None:
            findings.append(_make_answer_finding(form, answer, where, *problem))
            continue
        field_text, rest = _place_answer(answer, typeface, form.continuation_part)
        if field_text is not None:
            written.append(
                replace(
                    field_text,
                    choice=_find_choice(answer.value, options.get(field_text.field.name, ())),
                )
            )
        # the name above the additional information repeats that of Part 1 or 2
        if rest is not None and answer.part != form.continuation_part:
            continued.append(rest)
    merged = _merge_entries(continued)
    filled, sheets = _fill_blocks(form, merged, typeface)
    boxes = [(answer, key, box) for answer in answers for key, box in answer.spec.boxes]
    return Fitting(
        written=(*written, *filled),
        ticked=tuple(box for answer, key, box in boxes if key in answer.ticked),
        unticked=tuple(
            box for answer, key, box in boxes if answer.ticked and key not in answer.ticked
        ),
        continued=merged,
        sheets=sheets,
        findings=tuple(findings),
    )


def wrap_text(text: str, width: float, size: float, typeface: TextMeasure) -> list[str]:
    """Break text into lines of at most `width` points, at spaces; a longer word is broken
    inside."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _break_words(paragraph, width, size, typeface):
            candidate = f"{line} {word}" if line else word
            if line and typeface.width(candidate, size) > width:
                lines.append(line)
                line = word
            else:
                line = candidate
        lines.append(line)
    return lines


def _break_words(text: str, width: float, size: float, typeface: TextMeasure) -> Iterator[str]:
    for word in text.split():
        rest = word
        while typeface.width(rest, size) > width and len(rest) > 1:
            count = next(
                n
                for n in range(len(rest) - 1, 0, -1)
                if typeface.width(rest[:n], size) <= width or n == 1
            )
            yield rest[:count]
            rest = rest[count:]
        yield rest


def _refuse_answer(
    form: FormMap, answer: Answer, options: Mapping[str, Sequence[str]], typeface: TextMeasure
) -> tuple[str, str, str] | None:
    """Return rule, problem and remedy if an answer cannot be written."""
    field = answer.spec.field
    if typeface.is_missing(answer.value):
        return (
            "FORM.GLYPH",
            "the answer has characters that this form does not support",
            "write it in Latin letters",
        )
    if field is None:
        return (
            None
            if form.blocks
            else ("FORM.TOO_LONG", "the form has no space for it", "write it on a separate sheet")
        )
    if field.name in options and not _find_choice(answer.value, options[field.name]):
        return (
            "FORM.OPTION",
            "the form's list has no such choice",
            "check it, or complete the form by hand",
        )
    if _fit_line(field, answer.value, typeface) or field.lines > 1:
        return None
    if not answer.spec.continues or not form.blocks:
        return (
            "FORM.TOO_LONG",
            "the answer does not fit and may not be continued",
            "check it, or complete the form by hand",
        )
    return None


def _find_choice(value: str, choices: Sequence[str]) -> str:
    return next((choice for choice in choices if choice.strip() == value), "")


def _fit_line(field: Field, text: str, typeface: TextMeasure) -> FieldText | None:
    """Return the text on one line of the field, as large as fits, or None if it does not fit."""
    if field.max is not None and len(text) > field.max:
        return None
    if field.comb and field.max:
        return FieldText(field=field, lines=(text,), size=SIZE)
    width = field.rect[2] - field.rect[0] - 2 * PAD
    for size in (SIZE, 9.0, 8.0, SMALLEST):
        if typeface.width(text, size) <= width:
            return FieldText(field=field, lines=(text,), size=size)
    return None


def _place_answer(
    answer: Answer, typeface: TextMeasure, part: str
) -> tuple[FieldText | None, Continuation | None]:
    field = answer.spec.field
    if field is None:
        return None, _make_continuation(answer, answer.value)
    if field.lines > 1:
        return _fit_lines(answer, field, typeface, part)
    field_text = _fit_line(field, answer.value, typeface)
    if field_text is not None:
        return field_text, None
    return _fit_line(field, f"See Part {part}", typeface), _make_continuation(answer, answer.value)


def _fit_lines(
    answer: Answer, field: Field, typeface: TextMeasure, part: str
) -> tuple[FieldText, Continuation | None]:
    """Return as many lines as the box has; the last one says where the answer continues."""
    width = field.rect[2] - field.rect[0] - 2 * PAD
    for size in (SIZE, 9.0):
        lines = wrap_text(answer.value, width, size, typeface)
        if len(lines) <= field.lines:
            return FieldText(field=field, lines=tuple(lines), size=size), None
    note = f"(continued in Part {part})"
    head, last = lines[: field.lines - 1], lines[field.lines - 1].split()
    while last and typeface.width(" ".join((*last, note)), size) > width:
        last.pop()
    rest = _cut_after(answer.value, (*head, *last))
    return FieldText(
        field=field, lines=(*head, " ".join((*last, note))), size=size
    ), _make_continuation(answer, rest, goes_on=True)


def _make_continuation(answer: Answer, text: str, goes_on: bool = False) -> Continuation:
    entry = f"(continued) {text}" if goes_on else f"{answer.label}: {text}"
    return Continuation(page=answer.page, part=answer.part, item=answer.item, text=entry)


def _merge_entries(continued: Sequence[Continuation]) -> tuple[Continuation, ...]:
    """Join entries of the same item, so that they share one block."""
    joined: dict[tuple[int, str, str], list[str]] = {}
    for entry in continued:
        joined.setdefault((entry.page, entry.part, entry.item), []).append(entry.text)
    return tuple(
        Continuation(page=p, part=part, item=item, text="; ".join(texts))
        for (p, part, item), texts in joined.items()
    )


def _fill_blocks(
    form: FormMap, continued: Sequence[Continuation], typeface: TextMeasure
) -> tuple[list[FieldText], tuple[Continuation, ...]]:
    """Fill the blocks in turn; an entry takes as many as it needs, and the rest goes to further
    sheets."""
    written: list[FieldText] = []
    overflow: list[Continuation] = []
    free = list(form.blocks)
    for entry in continued:
        text = entry.text
        while text and free:
            lines, text = _fill_block(free[0].text, text, typeface)
            written += [*_fill_heading(free.pop(0), entry, typeface), lines]
        if text:
            overflow.append(
                Continuation(page=entry.page, part=entry.part, item=entry.item, text=text)
            )
    return written, tuple(overflow)


def _fill_block(field: Field, text: str, typeface: TextMeasure) -> tuple[FieldText, str]:
    lines = wrap_text(text, field.rect[2] - field.rect[0] - 2 * PAD, 9.0, typeface)
    kept, over = lines[: field.lines], lines[field.lines :]
    return FieldText(field=field, lines=tuple(kept), size=9.0), _cut_after(
        text, kept
    ) if over else ""


def _cut_after(text: str, kept: Sequence[str]) -> str:
    """Return the part of a text after these lines of it, unchanged; long words were broken without
    a hyphen."""
    count = sum(len("".join(line.split())) for line in kept)
    at = 0
    while count:
        count -= not text[at].isspace()
        at += 1
    return text[at:].strip()


def _fill_heading(block: Block, entry: Continuation, typeface: TextMeasure) -> list[FieldText]:
    pairs = ((block.page, str(entry.page)), (block.part, entry.part), (block.number, entry.item))
    return [
        field_text
        for field, text in pairs
        if text and (field_text := _fit_line(field, text, typeface))
    ]


def _make_answer_finding(
    form: FormMap, answer: Answer, where: str, rule: str, problem: str, remedy: str
) -> Finding:
    return make_finding(
        rule,
        f"{where}, {answer.place}",
        f"{answer.label}: {problem}",
        remedy,
        pointer=answer.pointer or None,
        source=form.source,
    )
