"""Ask on a terminal what a new case begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from assembler.model import Name
    from assembler.rules import CaseStart


def ask_folder() -> Path:
    """Ask for the folder of the new case, until it is one without a case."""
    while True:
        folder = Path(click.prompt("Folder for the new case", default="new-case", err=True))
        if not (folder / "case.json").exists():
            return folder
        click.echo("There is already a case in this folder. Name another.", err=True)


def ask_start(schema: Mapping[str, Any]) -> CaseStart:
    """Ask for kind, reasons, names, who files, the attorney and the way of filing.

    Args:
        schema: of case.json, which has the choices and what each means.
    """
    from assembler.rules import CaseStart

    properties = schema["properties"]
    filing = schema["$defs"]["request"]["properties"]["filing"]
    kind = _ask_choice("What is filed", properties["kind"], "parole")
    reasons = _ask_choices("Why parole is asked for", properties["reasons"]["items"])
    beneficiaries = [_ask_name("Beneficiary, the person who needs parole")]
    while click.confirm("Another beneficiary?", default=False, err=True):
        beneficiaries.append(_ask_name(f"Beneficiary {len(beneficiaries) + 1}"))
    is_self = click.confirm("Does the beneficiary file the request?", default=False, err=True)
    petitioner = None if is_self else _ask_name("Petitioner, the person who files")
    has_attorney = click.confirm(
        "Does an attorney or accredited representative file it?", default=False, err=True
    )
    attorney = _ask_name("Attorney or representative") if has_attorney else None
    return CaseStart(
        kind=kind,
        reasons=reasons,
        beneficiaries=tuple(beneficiaries),
        petitioner=petitioner,
        is_self=is_self,
        attorney=attorney,
        filing=_ask_choice("How it is filed", filing, "paper"),
    )


def _ask_name(who: str) -> Name:
    from assembler.model import Name

    click.echo(f"{who}, as in the passport:", err=True)
    return Name(given=_ask_text("  Given name"), family=_ask_text("  Family name"))


def _ask_text(question: str) -> str:
    while not (text := str(click.prompt(question, err=True)).strip()):
        pass
    return text


def _ask_choice(question: str, field: Mapping[str, Any], default: str) -> str:
    """Ask for one value of a field, by its number or by itself."""
    values = _list_values(question, field)
    while True:
        answer = click.prompt("Number", default=str(values.index(default) + 1), err=True)
        if chosen := _read_values(answer, values):
            return chosen[0]


def _ask_choices(question: str, field: Mapping[str, Any]) -> tuple[str, ...]:
    """Ask for one or more values of a field."""
    values = _list_values(question, field)
    while True:
        answer = click.prompt("Numbers, separated by commas", err=True)
        if chosen := _read_values(answer, values):
            return chosen


def _list_values(question: str, field: Mapping[str, Any]) -> list[str]:
    """Print the values of a field with their meanings, and return them."""
    click.echo(f"{question}:", err=True)
    meanings = zip(field["enum"], field["enumDescriptions"], strict=True)
    for number, (value, meaning) in enumerate(meanings, 1):
        click.echo(f"  {number}. {value}: {meaning}", err=True)
    return list(field["enum"])


def _read_values(answer: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return the values that an answer names, each once; () if it names one that there is not."""
    chosen: dict[str, None] = {}
    for word in answer.replace(",", " ").split():
        is_number = word.isdecimal() and 0 < int(word) <= len(values)
        value = values[int(word) - 1] if is_number else word
        if value not in values:
            click.echo("That is not one of the choices. Use the numbers.", err=True)
            return ()
        chosen[value] = None
    return tuple(chosen)
