"""Record that a person looked at a drafted map on its blank, and write maps as text.

In: the JSON of a map, a blank. Out: the JSON with the confirmation, or the findings that
prevent it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from assembler.forms.blank_identity import identify_blank, is_armed
from assembler.forms.form_check import check_blank
from assembler.forms.form_maps import digest_map, parse_map
from assembler.forms.form_reader import read_fields, recognize_form
from assembler.forms.map_placing import place_map
from assembler.model import Finding
from assembler.runtime.rule_catalog import make_finding

_LISTS = ("items", "signatures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A confirmed map, or why it is not."""

    raw: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Who looked at a map, and when. `in_force_from`: first day the edition is accepted."""

    by: str
    on: date
    in_force_from: date | None = None  # None: not known


def confirm_map(raw: Mapping[str, Any], blank: Path, looked: Looked) -> Confirmed:
    """Return the map with a confirmation of this map and this blank.

    Raises:
        TemplateBroken: the map cannot be read.
        FormUnreadable: the blank is not a PDF.
    """
    findings = check_map_fits(raw, blank)
    if findings:
        return Confirmed(raw=raw, findings=findings)
    content = {
        key: value for key, value in raw.items() if key not in ("confirmation", "confidence")
    }
    content["checked_on"] = looked.on.isoformat()
    if looked.in_force_from is not None:
        content["valid_from"] = looked.in_force_from.isoformat()
    confirmation = {
        "by": looked.by,
        "on": looked.on.isoformat(),
        "map_sha256": digest_map(content),
    }
    return Confirmed(raw={**content, "confirmation": confirmation})


def check_map_fits(raw: Mapping[str, Any], blank: Path) -> tuple[Finding, ...]:
    """Return why a map cannot be confirmed with a blank: another file, or other fields."""
    rows, recognized = read_fields(blank), recognize_form(blank)
    form = replace(parse_map(raw, "the map"), is_confirmed=True)
    identity = identify_blank(blank, recognized, rows)
    if form.blank is None or not is_armed(form, identity):
        problem = "this is not the blank that the map was drafted from"
        remedy = "draft a map of this blank: `assembler forms draft-map BLANK`"
        return (make_finding("FORM.BLANK_UNKNOWN", blank.name, problem, remedy),)
    return check_blank(place_map(form, rows).form, recognized, rows, blank.name)


def write_map_text(raw: Mapping[str, Any]) -> str:
    """Return a map as JSON with one question a line, as people read and compare it."""
    lines = []
    for key, value in raw.items():
        if key in _LISTS and value:
            rows = ",\n".join(f"  {_dump(entry)}" for entry in value)
            lines.append(f" {_dump(key)}: [\n{rows}\n ]")
        elif key == "draft":
            text = json.dumps(value, indent=1, ensure_ascii=False).replace("\n", "\n ")
            lines.append(f" {_dump(key)}: {text}")
        else:
            lines.append(f" {_dump(key)}: {_dump(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
