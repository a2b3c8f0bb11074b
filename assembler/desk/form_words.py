"""Words of the form of a case: choices, names of entries, descriptions without JSON. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from assembler.desk.case_form import Choice, FormField, write_name
from assembler.intake.case_fields import Node
from assembler.intake.case_words import fold_word
from assembler.model.case_texts import FILL_IN

# what descriptions say to a person who writes JSON or types commands
_OF_JSON = re.compile(
    r" For somebody described elsewhere in the case, write [^;]+;[^.]+\."
    r"|; null if there is none|, in quotes|, digits only|, by its three-letter code"
    r"|, an id of schemas/[a-z/-]+\.json"
    r"|^true: [^.]+\. false: [^.]+\.| `assembler status` lists them.+$"
    r"| Left out, the day of --as-of\."
)
_OF_ID = re.compile(r"^Ids? of (the|an?)\b")
_PREFIX = re.compile(r"^(?:re|non)-")


def list_enum_choices(node: Node) -> Iterator[Choice]:
    """Yield the choices of a node with `enum`, in words."""
    descriptions = [*node.get("enumDescriptions", ())]
    for number, value in enumerate(node["enum"]):
        meaning = str(descriptions[number]) if number < len(descriptions) else ""
        words = write_words(str(value))
        is_same = fold_word(meaning) == fold_word(words)
        is_word = len(meaning) > 1 and meaning.isalpha()  # "apartment" for "apt"
        label = meaning if is_same or is_word else words
        yield Choice(
            value=json.dumps(value, ensure_ascii=False),
            label=f"{label[:1].upper()}{label[1:]}",
            help="" if is_same or is_word or len(meaning) == 1 else meaning,
        )


def write_words(value: str) -> str:
    """Return a value of the schema in words: "urgent medical", "re-parole", "I-131"."""
    if any(character.isdigit() for character in value):
        return value.upper()
    words = _PREFIX.sub(lambda match: match[0].replace("-", "\0"), value).replace("-", " ")
    return words.replace("\0", "-").replace("rfe ", "RFE ")


def mark_choice(choices: Sequence[Choice], value: Any) -> tuple[Choice, ...]:
    """Return the choices with the chosen one marked; a value that is none of them is kept."""
    written = json.dumps(value, ensure_ascii=False)
    marked = [replace(choice, is_chosen=choice.value == written) for choice in choices]
    if value is not None and not any(choice.is_chosen for choice in marked):
        label = f"{show_value(value)} (as it is written)"
        marked.append(Choice(value=written, label=label, is_chosen=True, is_known=False))
    return tuple(marked)


def name_alternative(node: Node, base: FormField) -> str:
    """Return what one of several kinds of value is called."""
    if node.get("type") == "null":
        return f"No {base.title.lower()}"
    if "same_as" in node.get("properties", {}):
        return "Someone described elsewhere in this case"
    return "Described here"


def name_entry(value: Any) -> str:
    """Return what a person calls an entry of a list."""
    if not isinstance(value, dict):
        return ""
    person = value.get("person")
    own = write_name(value) or (write_name(person) if isinstance(person, dict) else "")
    texts = [value.get(key) for key in ("title", "form", "kind", "asked", "id")]
    shown = own or next((text for text in texts if isinstance(text, str) and text), "")
    shown = "" if FILL_IN in shown else shown
    return f"{shown[:60]}…" if len(shown) > 60 else shown


def simplify_description(description: str, title: str) -> str:
    """Return a description without what only matters to a person who writes JSON; "" if it says no
    more than the title."""
    text = _OF_ID.sub(lambda match: match[1].capitalize(), _OF_JSON.sub("", description).strip())
    return "" if fold_word(text) == fold_word(title) else text


def is_placeholder(value: Any) -> bool:
    """Return whether a value is what a new case has where a person must write."""
    texts = value if isinstance(value, list) and value else [value]
    return all(isinstance(text, str) and text.startswith(FILL_IN) for text in texts)


def read_hint(value: Any) -> str:
    """Return what a new case says must be written; "" if the value is written."""
    text = value[0] if isinstance(value, list) and value else value
    if not isinstance(text, str) or not text.startswith(FILL_IN):
        return ""
    return text.removeprefix(FILL_IN).lstrip(": ")


def show_value(value: Any) -> str:
    """Return a value as the text of a box; "" for nothing, an object or a list."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    return value if isinstance(value, str) else json.dumps(value)
