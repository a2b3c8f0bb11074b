"""Find texts that `assembler init` left for a person to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assembler.intake.problem import Problem, escape_pointer_step
from assembler.model.case_texts import FILL_IN

# where a text is a part of what a person writes at once: a paragraph, a given name
_PART = re.compile(r"/[0-9]+$|(?<=/name)/[a-z]+$")


def find_placeholders(case: dict[str, Any], catalog: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each text that is still to be written, in the words of the rule catalog, as the rules
    do for a case that can be read."""
    rule = catalog["rules"]["CASE.PLACEHOLDER"]
    for place in dict.fromkeys(_PART.sub("", place) for place in _find_texts(case, "")):
        yield Problem("CASE.PLACEHOLDER", place, rule["problem"], rule["remedy"])


def _find_texts(value: Any, where: str) -> Iterator[str]:
    match value:
        case str() if FILL_IN in value:
            yield where
        case dict():
            for key, entry in value.items():
                yield from _find_texts(entry, where + escape_pointer_step(key))
        case list():
            for position, entry in enumerate(value):
                yield from _find_texts(entry, f"{where}/{position}")
