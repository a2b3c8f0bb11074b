"""The form of a case: fields, how each is shown, and the choices that it has. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assembler.desk.field_edits import FieldEdit
from assembler.intake.case_fields import CaseFields
from assembler.intake.problem import split_pointer
from assembler.intake.untyped_values import read_object, read_objects
from assembler.model.case_texts import FILL_IN

MOST_RADIOS = 4  # choices that are shown side by side; more are a list to open
_PLAIN = re.compile(r"[^A-Za-z0-9_]")


class Control(StrEnum):
    """How a field is shown."""

    TEXT = "text"
    LONG = "long"  # a text in a large box
    LINES = "lines"  # several texts in one box, one a line
    PARAGRAPHS = "paragraphs"  # several texts in one large box, with empty lines between them
    NUMBER = "number"
    DATE = "date"
    NAMED = "named"  # a code that has a name: a country, a language
    CHOICE = "choice"  # a list to open
    RADIO = "radio"
    YES_NO = "yes-no"
    CHECKS = "checks"  # several of some choices
    GROUP = "group"
    LIST = "list"
    EITHER = "either"  # one of several groups
    FIXED = "fixed"  # cannot be edited here


_INLINE = frozenset(
    (Control.TEXT, Control.NUMBER, Control.DATE, Control.NAMED, Control.CHOICE, Control.RADIO)
) | {Control.YES_NO, Control.CHECKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a field. `value`: as in case.json, as JSON; `is_known`: the schema has it."""

    value: str
    label: str
    help: str = ""
    is_chosen: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of the form, and the fields within it.

    `value`: as in case.json, None for nothing. `shown`: the text in its box. `hint`: what a new
    case says must be written here. `names`: "countries" or "languages", whose codes it has.
    `guards`: members that say which entries of lists it is in; they must not have changed when it
    is saved. `place`: of an entry in its list, from 0, and how many there are.
    """

    pointer: str
    title: str
    control: Control
    help: str = ""
    example: str = ""
    hint: str = ""
    value: Any = None
    shown: str = ""
    is_required: bool = False
    is_placeholder: bool = False
    choices: tuple[Choice, ...] = ()
    fields: tuple[FormField, ...] = ()
    note: str = ""
    names: str = ""
    can_cite: bool = False
    refreshes: bool = False
    place: tuple[int, int] = (0, 0)
    guards: tuple[FieldEdit, ...] = ()
    entry: str = ""  # of a list: what one entry is called

    @property
    def id(self) -> str:
        """Return the id of its element."""
        return make_field_id(self.pointer)

    @property
    def is_inline(self) -> bool:
        """Return whether it stands beside others in a row."""
        is_small = self.control is Control.CHECKS and len(self.choices) > MOST_RADIOS
        return self.control in _INLINE and not is_small

    @property
    def is_absent(self) -> bool:
        """Return whether it can be left out, and is."""
        return self.value is None and not self.is_required

    @property
    def value_json(self) -> str:
        """Return the value as JSON, for the page to send back as what it showed."""
        return json.dumps(self.value, ensure_ascii=False)

    @property
    def guards_json(self) -> str:
        """Return the guards as changes that change nothing."""
        rows = [
            {"pointer": guard.pointer, "value": guard.value, "was": guard.was}
            for guard in self.guards
        ]
        return json.dumps(rows, ensure_ascii=False) if rows else ""


def make_field_id(pointer: str) -> str:
    """Return the id of the element of a place: "at.petitioner.name.given"."""
    return ".".join(("at", *(_PLAIN.sub("-", step) for step in split_pointer(pointer))))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormData:
    """What a form needs to know: the fields of the schema, the value of the case, and the choices
    that the schema does not have.

    `choices`: by the name of a field, the ids it may have and their meaning.
    """

    fields: CaseFields
    case: Mapping[str, Any]
    choices: Mapping[str, Mapping[str, str]]


def list_people(case: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield pointer, id and name of everyone described in a case of any shape."""
    case = dict(case)
    places = [("/petitioner", read_object(case, "petitioner"))]
    places += [
        place for field in ("beneficiaries", "others") for place in read_objects(case, field)
    ]
    places += [
        (f"{where}/person", read_object(supporter, "person"))
        for where, supporter in read_objects(case, "supporters")
    ]
    for where, person in places:
        person_id = person.get("id")
        if isinstance(person_id, str):
            yield where, person_id, write_name(person) or person_id


def write_name(person: Mapping[str, Any]) -> str:
    """Return a person's name as far as it is known; "" if it is not."""
    name = person.get("name")
    parts = [name.get(part) for part in ("given", "family")] if isinstance(name, dict) else []
    return " ".join(part for part in parts if isinstance(part, str) and FILL_IN not in part)
