"""Turn the facts of a filled government form into facts of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from assembler import forms
from assembler.forms.form_facts import (
    CompletedForm,
    FormFact,
    FormFacts,
    find_form_map,
    read_completed,
    read_form_facts,
)
from assembler.forms.form_reader import FormUnreadable
from assembler.intake.imports.cells import BadFile, Fact, Place, RowFacts
from assembler.intake.imports.conversions import Reading, convert_cell
from assembler.intake.imports.tables import ImportTables
from assembler.pipeline.import_worker import parse_in_worker
from assembler.runtime.resources import Shelf

_IMPORTED = ("i-131", "i-134", "g-28")
_HOMES = {
    "recipient": "/beneficiaries/0",
    "them": "/beneficiaries/0",
    "you": "/petitioner",
    "supporter": "/supporters/0/person",
}
_MAILING, _PHYSICAL, _EITHER = "mailing", "physical", "physical_or_mailing"


class NoForm(BadFile):
    """A PDF that is no government form."""


def is_pdf(source: Path) -> bool:
    """Return whether a file is a PDF, by its first bytes."""
    try:
        with source.open("rb") as stream:
            return stream.read(5) == b"%PDF-"
    except OSError:
        return False


def read_form(source: Path, shelf: Shelf, tables: ImportTables) -> tuple[RowFacts, FormFacts]:
    """Return the facts of a filled form, and what was not read of it. Raises BadFile."""
    maps = tuple(form for form in forms.load_maps(shelf) if form.form in _IMPORTED)
    try:
        completed: CompletedForm = parse_in_worker(partial(read_completed, maps), source)
    except FormUnreadable as error:
        raise BadFile(
            "IMPORT.FORM", error.problem, "open it, and save it without a password"
        ) from error
    form = find_form_map(completed, maps)
    if form is None:
        raise _make_refusal(
            completed,
            [
                f"{form_map.form.upper()} {form_map.edition}"
                for form_map in maps
                if form_map.fillable
            ],
        )
    read = read_form_facts(form, completed.values)
    facts = place_form_facts(read.facts, tables.reading())
    return RowFacts(facts=facts, row=1), read


def place_form_facts(read: tuple[FormFact, ...], reading: Reading) -> dict[str, Fact]:
    """Return the facts of a form by their places in a case."""
    paths = {fact.path for fact in read}
    homes = dict(_HOMES)
    has_them = any(
        path.split("/")[1] == "them" or path.split("/")[2:3] == ["them"] for path in paths
    )
    has_recipient = any(path.startswith("/recipient/") for path in paths)
    if has_recipient and not has_them:  # they file for themselves
        homes["you"] = homes["recipient"]
    facts: dict[str, Fact] = {}
    for fact, pointer in _place_facts(read, homes):
        node = reading.fields.field(pointer).node
        if fact.is_thing and node.get("type") != "boolean":
            continue
        value = convert_cell(fact.text, pointer, reading)
        facts.setdefault(pointer, Fact(pointer=pointer, value=value, place=Place(label=fact.place)))
    return facts


def _place_facts(
    read: tuple[FormFact, ...], homes: Mapping[str, str]
) -> Iterator[tuple[FormFact, str]]:
    """Yield each fact with its place; addresses go where the form says they are used."""
    by_path = {fact.path: fact.text for fact in read}
    for fact in read:
        root, *rest = fact.path.split("/")[1:]
        if root in (_MAILING, _PHYSICAL, _EITHER):
            who, *inner = rest
            key = (
                "mailing_address"
                if root == _MAILING and _has_other_address(by_path, who)
                else "address"
            )
            yield fact, "/".join([homes[who], key, *inner])
        elif root == "supporter":
            yield fact, "/".join(["/supporters/0", *rest])
        elif root in homes:
            yield fact, "/".join([homes[root], *rest])
        else:
            yield fact, fact.path


def _has_other_address(by_path: Mapping[str, str], who: str) -> bool:
    """Return whether a form has another physical than mailing address of somebody."""
    mailing = _find_address(by_path, _MAILING, who)
    physical = _find_address(by_path, _PHYSICAL, who) or _find_address(by_path, _EITHER, who)
    return bool(physical) and physical != mailing


def _find_address(by_path: Mapping[str, str], kind: str, who: str) -> dict[str, str]:
    start = f"/{kind}/{who}/"
    return {
        path.removeprefix(start): text for path, text in by_path.items() if path.startswith(start)
    }


def _make_refusal(completed: CompletedForm, known: list[str]) -> BadFile:
    recognized = completed.recognized
    listed = ", ".join(known)
    remedy = f"forms that can be read: {listed}; for another edition, add a map (docs/forms.md)"
    if not recognized.form:
        return NoForm("IMPORT.FORM", "it is no government form that is known", remedy)
    name = f"Form {recognized.form.upper()}, edition {recognized.edition}"
    if not recognized.fillable:
        problem = f"this copy of {name} has no fields: it was printed or scanned"
        return BadFile("IMPORT.FORM", problem, "import the copy with fields")
    return BadFile("IMPORT.FORM", f"there is no map for {name}", remedy)
