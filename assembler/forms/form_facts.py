"""Read the map of a form backwards: from the fields of a filled form to facts of a case. Pure,
except `read_completed`, which opens the file.

A fact has the path of the map's expression ("/you/birth_date") and a text as case.json or a cell
would have it. Prose is not read back: it has lost its citations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assembler.forms.form_maps import ANY_INDEX, FormMap, Item, find_map
from assembler.forms.form_reader import FieldRow, RecognizedForm, read_fields, recognize_form
from assembler.forms.map_placing import place_map

_PATH = re.compile(r"(/[a-z0-9_/]+)((?:\s*\|\s*[a-z0-9]+(?:\([0-9]\))?)*)")
_FORMAT = re.compile(r"([a-z0-9]+)(?:\(([0-9])\))?")
_EQUAL = re.compile(r"(/[a-z0-9_/]+) == '([^']*)'")
_TRUTH = re.compile(r"(not )?(/[a-z0-9_/]+)")
_US_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SEE = re.compile(r"See Part [0-9]+\.?", re.IGNORECASE)
_LOSSY = ("prose", "names", "listed", "after", "card")
_CITIZENSHIP = {"naturalized": "us-citizen", "parents": "us-citizen", "other": ""}
_KNOWN = 0.9  # share of the map's fields that a file has, whatever a person has added


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFact:
    """A fact of a filled form. `is_thing`: a tick that may say only that something is there."""

    path: str
    text: str
    place: str  # "Part 2 item 9, Date of birth"
    is_thing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedForm:
    """What was read from a PDF: which form it is, and the values of its fields."""

    recognized: RecognizedForm
    values: Mapping[str, str]
    rows: tuple[FieldRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFacts:
    """The facts of a filled form, and the answers that were not read back."""

    facts: tuple[FormFact, ...]
    unread: tuple[str, ...]


def read_completed(maps: Sequence[FormMap], pdf: Path) -> CompletedForm:
    """Return form, edition and values of a filled form. Raises FormUnreadable."""
    rows = read_fields(pdf)
    return CompletedForm(
        recognized=recognize_form(pdf, maps),
        values={row.short: row.value for row in rows},
        rows=rows,
    )


def find_form_map(completed: CompletedForm, maps: Sequence[FormMap]) -> FormMap | None:
    """Return the map of a filled form's edition; None if there is none that fits its fields."""
    recognized = completed.recognized
    if not recognized.form or not recognized.edition:
        return None
    form = find_map(maps, recognized.form, recognized.edition)
    if form is None or not form.fillable:
        return None
    names = [field.name for field in form.fields()]
    placed = place_map(form, completed.rows)
    known = sum(name in completed.values or name.endswith(ANY_INDEX) for name in names)
    known -= sum(name.endswith(ANY_INDEX) for name in placed.missing)
    return placed.form if known >= _KNOWN * len(names) else None


def read_form_facts(form: FormMap, values: Mapping[str, str]) -> FormFacts:
    """Return what the values of a form's fields say, in the order of the form."""
    facts: list[FormFact] = []
    unread: list[str] = []
    pieces: dict[str, dict[str, str]] = {}
    places: dict[str, str] = {}
    for item in form.items:
        place = f"{item.place}, {item.label}" if item.place != item.label else item.label
        if item.boxes:
            facts += _read_boxes(item, values, place)
            continue
        text = values.get(item.field.name, "").strip() if item.field else ""
        if not text:
            continue
        match = _PATH.fullmatch(item.value)
        formats = _FORMAT.findall(match[2]) if match else []
        names = [name for name, _ in formats]
        if _SEE.fullmatch(text):
            text = _find_continued(form, item, values)
        if match is None or not text or set(names) & set(_LOSSY):
            unread.append(place)
        elif names and names[0] in ("feet", "inches", "digit"):
            pieces.setdefault(match[1], {})["".join(formats[0])] = text
            places.setdefault(match[1], place)
        else:
            facts.append(FormFact(path=match[1], text=_convert_text(text, names), place=place))
    for path, parts in pieces.items():
        number = _number(parts)
        if number:
            facts.append(FormFact(path=path, text=number, place=places[path]))
        else:
            unread.append(places[path])
    return FormFacts(facts=_drop_repeated(facts), unread=tuple(dict.fromkeys(unread)))


def _drop_repeated(facts: Sequence[FormFact]) -> tuple[FormFact, ...]:
    """Return the first fact of each path: a form repeats the name above its additional
    information."""
    by_path: dict[str, FormFact] = {}
    for fact in facts:
        by_path.setdefault(fact.path, fact)
    return tuple(by_path.values())


def _read_boxes(item: Item, values: Mapping[str, str], place: str) -> Iterator[FormFact]:
    ticked = [key for key, box in item.boxes if values.get(box.name, "").strip() == box.on.strip()]
    if not ticked:
        return
    keys = [key for key, _ in item.boxes]
    match = _PATH.fullmatch(item.value)
    if match is None:
        if ticked == ["yes"] and keys == ["yes"]:  # a condition that the tick says is true
            yield from _read_condition(item.value, place)
            yield from _read_condition(item.when, place)
        return
    if "citizenship" in match[2]:
        ticked = [word for key in ticked if (word := _CITIZENSHIP.get(key, key))]
    if ticked:
        yield FormFact(path=match[1], text="; ".join(ticked), place=place, is_thing=keys == ["yes"])


def _read_condition(condition: str, place: str) -> Iterator[FormFact]:
    """Yield what a condition says that holds: a value, or yes and no."""
    for part in condition.split(" and "):
        if equal := _EQUAL.fullmatch(part.strip()):
            yield FormFact(path=equal[1], text=equal[2], place=place)
        elif truth := _TRUTH.fullmatch(part.strip()):
            text = "no" if truth[1] else "yes"
            yield FormFact(path=truth[2], text=text, place=place, is_thing=True)


def _find_continued(form: FormMap, item: Item, values: Mapping[str, str]) -> str:
    """Return an answer that stands in the additional information; "" if it does not."""
    heading = (str(item.page), item.part, item.item)
    text = " ".join(
        values.get(block.text.name, "").strip()
        for block in form.blocks
        if tuple(
            values.get(field.name, "").strip() for field in (block.page, block.part, block.number)
        )
        == heading
    )
    labels = [
        other.label
        for other in form.items
        if (str(other.page), other.part, other.item) == heading and other.label != item.label
    ]
    end = "|".join(f"; {re.escape(label)}: " for label in labels)
    pattern = (
        rf"(?:^|; ){re.escape(item.label)}: (.*?)(?:{end}|$)"
        if end
        else (rf"(?:^|; ){re.escape(item.label)}: (.*)$")
    )
    match = re.search(pattern, text)
    return match[1].strip() if match else ""


def _convert_text(text: str, formats: Sequence[str]) -> str:
    """Return the text of a field as a case has it."""
    if "date" in formats and (day := _US_DATE.fullmatch(text)):
        return f"{day[3]}-{day[1]:0>2}-{day[2]:0>2}"
    if "months" in formats and (months := re.match(r"([0-9]{1,2}) month", text)):
        return months[1]
    return text


def _number(parts: Mapping[str, str]) -> str:
    """Return a height in inches or a weight in pounds from its pieces; "" if one is none."""
    if not all(re.fullmatch(r"[0-9]{1,3}", text) for text in parts.values()):
        return ""
    if "feet" in parts:
        return str(int(parts["feet"]) * 12 + int(parts.get("inches", "0")))
    if "inches" in parts:
        return ""
    digits = "".join(parts.get(f"digit{place}", "0") for place in range(3))
    return str(int(digits))
