"""Answers into fields: what fits where it is asked, what goes on elsewhere, what is refused. Pure;
nothing is ever cut.

Answers and a way to measure text come in; a `Fitting` goes out: the text of every field line by
line, the ticked boxes, the additional information, further sheets, and findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assembler.forms.answers import Answer
from assembler.forms.form_maps import Block, Field, FormMap
from assembler.model import Finding, Severity

SIZE, SMALLEST = 10.0, 7.0  # points
PAD = 2.0  # points left free at both sides of a box
SHEET_WIDTH = 468.0  # points of text on an additional sheet


class Measure(Protocol):
    """What fitting must know of a typeface."""

    def width(self, text: str, size: float) -> float: ...
    def missing(self, text: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A field's text: its lines and the size they are drawn at. `value` is what the field holds."""

    field: Field
    lines: tuple[str, ...]
    size: float
    choice: str = ""  # for lists: the choice as the form spells it, odd spaces and all

    @property
    def value(self) -> str:
        return self.choice or " ".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued:
    """An answer that goes on in the additional information; `text` is what is written there."""

    page: int
    part: str
    item: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    written: tuple[Written, ...]
    ticked: tuple[Field, ...]
    unticked: tuple[Field, ...]
    continued: tuple[Continued, ...]
    sheets: tuple[Continued, ...]  # what the form's own additional information had no room for
    findings: tuple[Finding, ...]


def fit(
    form: FormMap,
    answers: Sequence[Answer],
    options: Mapping[str, Sequence[str]],
    type_: Measure,
    where: str,
) -> Fitting:
    """Place every answer. `options`: the choices of fields that are lists, by field name."""
    written: list[Written] = []
    more: list[Continued] = []
    findings: list[Finding] = []
    for one in (answer for answer in answers if answer.value and not answer.spec.boxes):
        problem = _refusal(form, one, options, type_)
        if problem is not None:
            findings.append(_finding(form, one, where, *problem))
            continue
        placed, rest = _placed(one, type_, form.continuation_part)
        if placed is not None:
            written.append(
                replace(placed, choice=_choice(one.value, options.get(placed.field.name, ())))
            )
        if (
            rest is not None and one.part != form.continuation_part
        ):  # the name at its head is the one of Part 1 or 2
            more.append(rest)
    merged = _merged(more)
    filled, sheets = _continuation(form, merged, type_)
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


def wrap(text: str, width: float, size: float, type_: Measure) -> list[str]:
    """Break text into lines of at most `width` points, at spaces; a word too long for a line is
    broken inside."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _pieces(paragraph, width, size, type_):
            tried = f"{line} {word}" if line else word
            if line and type_.width(tried, size) > width:
                lines.append(line)
                line = word
            else:
                line = tried
        lines.append(line)
    return lines


def _pieces(text: str, width: float, size: float, type_: Measure) -> Iterator[str]:
    for word in text.split():
        rest = word
        while type_.width(rest, size) > width and len(rest) > 1:
            count = next(
                n
                for n in range(len(rest) - 1, 0, -1)
                if type_.width(rest[:n], size) <= width or n == 1
            )
            yield rest[:count]
            rest = rest[count:]
        yield rest


def _refusal(
    form: FormMap, one: Answer, options: Mapping[str, Sequence[str]], type_: Measure
) -> tuple[str, str, str] | None:
    """Rule, problem and remedy where an answer has no way of being written."""
    field = one.spec.field
    if type_.missing(one.value):
        return (
            "FORM.GLYPH",
            "the answer has characters this form is not written in",
            "write it in Latin letters",
        )
    if field is None:
        return (
            None
            if form.blocks
            else ("FORM.TOO_LONG", "the form has no place for it", "write it on a separate sheet")
        )
    if field.name in options and not _choice(one.value, options[field.name]):
        return (
            "FORM.OPTION",
            "the form's list has no such choice",
            "check it, or fill the form by hand",
        )
    if _line(field, one.value, type_) or field.lines > 1:
        return None
    if not one.spec.continues or not form.blocks:
        return (
            "FORM.TOO_LONG",
            "the answer does not fit and must not be continued",
            "check it, or fill the form by hand",
        )
    return None


def _choice(value: str, choices: Sequence[str]) -> str:
    return next((one for one in choices if one.strip() == value), "")


def _line(field: Field, text: str, type_: Measure) -> Written | None:
    """The text on one line of the field, as large as fits; None if it does not."""
    if field.max is not None and len(text) > field.max:
        return None
    if field.comb and field.max:
        return Written(field=field, lines=(text,), size=SIZE)
    width = field.rect[2] - field.rect[0] - 2 * PAD
    for size in (SIZE, 9.0, 8.0, SMALLEST):
        if type_.width(text, size) <= width:
            return Written(field=field, lines=(text,), size=size)
    return None


def _placed(one: Answer, type_: Measure, part: str) -> tuple[Written | None, Continued | None]:
    field = one.spec.field
    if field is None:
        return None, _rest(one, one.value)
    if field.lines > 1:
        return _lines(one, field, type_, part)
    placed = _line(field, one.value, type_)
    if placed is not None:
        return placed, None
    return _line(field, f"See Part {part}", type_), _rest(one, one.value)


def _lines(
    one: Answer, field: Field, type_: Measure, part: str
) -> tuple[Written, Continued | None]:
    """As many lines as the box has; the last one says where the answer goes on."""
    width = field.rect[2] - field.rect[0] - 2 * PAD
    for size in (SIZE, 9.0):
        lines = wrap(one.value, width, size, type_)
        if len(lines) <= field.lines:
            return Written(field=field, lines=tuple(lines), size=size), None
    note = f"(continued in Part {part})"
    head, last = lines[: field.lines - 1], lines[field.lines - 1].split()
    while last and type_.width(" ".join((*last, note)), size) > width:
        last.pop()
    rest = _after(one.value, (*head, *last))
    return Written(field=field, lines=(*head, " ".join((*last, note))), size=size), _rest(
        one, rest, goes_on=True
    )


def _rest(one: Answer, text: str, goes_on: bool = False) -> Continued:
    said = f"(continued) {text}" if goes_on else f"{one.label}: {text}"
    return Continued(page=one.page, part=one.part, item=one.item, text=said)


def _merged(more: Sequence[Continued]) -> tuple[Continued, ...]:
    """Entries of the same item joined, so that they share one block."""
    joined: dict[tuple[int, str, str], list[str]] = {}
    for one in more:
        joined.setdefault((one.page, one.part, one.item), []).append(one.text)
    return tuple(
        Continued(page=p, part=part, item=item, text="; ".join(texts))
        for (p, part, item), texts in joined.items()
    )


def _continuation(
    form: FormMap, more: Sequence[Continued], type_: Measure
) -> tuple[list[Written], tuple[Continued, ...]]:
    """Fill the blocks in turn; an entry takes as many as it needs, and what is left goes to
    further sheets."""
    written: list[Written] = []
    left: list[Continued] = []
    free = list(form.blocks)
    for one in more:
        text = one.text
        while text and free:
            lines, text = _block(free[0].text, text, type_)
            written += [*_heading(free.pop(0), one, type_), lines]
        if text:
            left.append(Continued(page=one.page, part=one.part, item=one.item, text=text))
    return written, tuple(left)


def _block(field: Field, text: str, type_: Measure) -> tuple[Written, str]:
    lines = wrap(text, field.rect[2] - field.rect[0] - 2 * PAD, 9.0, type_)
    kept, over = lines[: field.lines], lines[field.lines :]
    return Written(field=field, lines=tuple(kept), size=9.0), _after(text, kept) if over else ""


def _after(text: str, kept: Sequence[str]) -> str:
    """What of a text is left after these lines of it, exactly as it was: long words were broken
    without a hyphen."""
    count = sum(len("".join(line.split())) for line in kept)
    at = 0
    while count:
        count -= not text[at].isspace()
        at += 1
    return text[at:].strip()


def _heading(block: Block, one: Continued, type_: Measure) -> list[Written]:
    pairs = ((block.page, str(one.page)), (block.part, one.part), (block.number, one.item))
    return [made for field, text in pairs if text and (made := _line(field, text, type_))]


def _finding(
    form: FormMap, one: Answer, where: str, rule: str, problem: str, remedy: str
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        where=f"{where}, {one.place}",
        problem=f"{one.label}: {problem}",
        remedy=remedy,
        pointer=one.pointer or None,
        source=form.source,
    )
