"""import: the fields of a filled government form, read back, are the facts it was filled with."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from assembler import forms, intake
from assembler.forms.answers import AnswerSource, build_scope, collect_answers
from assembler.forms.form_facts import read_form_facts
from assembler.intake.imports.cells import Unreadable
from assembler.intake.imports.merge import flatten_facts, merge_facts
from assembler.intake.imports.tables import load_tables
from assembler.model import Case
from assembler.pipeline import import_facts, new_cases
from assembler.pipeline.import_facts import ImportOptions, ImportRefused
from assembler.pipeline.imported_forms import place_form_facts
from assembler.runtime.resources import Shelf, stamp_font

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("ASSEMBLER_CORPUS", ROOT.parent / "shared" / "corpus")) / "forms"
with_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real forms is not here")
SAMPLES = sorted(ROOT.glob("samples/*/case.json"))
SHELF = Shelf.default()
MAPS = {(form.form, form.edition): form for form in forms.load_maps(SHELF)}
I131, I134, G28 = (MAPS["i-131", "01/20/25"], MAPS["i-134", "11/30/16"], MAPS["g-28", "09/17/18"])
COUNTRIES: dict[str, str] = SHELF.schema("languages.json")["countries"]
# of a person: what Form I-131 asks for and the case may have
ASKED = {
    "name",
    "other_names",
    "birth_date",
    "birth_country",
    "nationality",
    "a_number",
    "address",
    "mailing_address",
}
OF_RECIPIENT = {"biographic"}


@cache
def read_sample(path: Path) -> tuple[Any, Case]:
    raw = json.loads(path.read_text(encoding="utf8"))
    return raw, intake.read_case(path.parent, SHELF, hashed=False)


def source_of(case: Case, who: str, form: Any) -> AnswerSource:
    index = 0 if form.form == "i-134" else None
    return AnswerSource(case=case, beneficiary_id=who, supporter_index=index, countries=COUNTRIES)


def written_values(form: Any, case: Case, who: str) -> dict[str, str]:
    """Return the values that filling writes where every answer fits its field."""
    values: dict[str, str] = {}
    for answer in collect_answers(form, build_scope(source_of(case, who, form))):
        if answer.spec.field and answer.value:
            values[answer.spec.field.name] = answer.value
        for key, box in answer.spec.boxes:
            if key in answer.ticked:
                values[box.name] = box.on
    return values


def merged(raw: Any, form: Any, values: dict[str, str]) -> Any:
    tables = load_tables(SHELF)
    read = read_form_facts(form, values)
    facts = place_form_facts(read.facts, tables.reading())
    assert not [fact for fact in facts.values() if isinstance(fact.value, Unreadable)]
    return merge_facts(raw, facts, tables.fields)


def people(raw: Any) -> list[tuple[str, str]]:
    return [(f"/beneficiaries/{n}", one["id"]) for n, one in enumerate(raw["beneficiaries"])]


CASES = [
    pytest.param(path, home, who, id=f"{path.parent.name}-{who}")
    for path in SAMPLES
    for home, who in people(json.loads(path.read_text(encoding="utf8")))
]


@pytest.mark.parametrize(("path", "home", "who"), CASES)
def test_the_answers_of_every_sample_read_back_say_what_the_sample_says(
    path: Path, home: str, who: str
) -> None:
    raw, case = read_sample(path)
    for form in (I131, *([I134] if case.supporters else []), *([G28] if case.attorney else [])):
        result = merged(raw, form, written_values(form, case, who))

        assert result.conflicts == ()
        assert result.changes == {}
        assert result.unreadable == ()
        assert len(result.same) > 9


@pytest.mark.parametrize(("path", "home", "who"), CASES)
def test_what_form_i131_asks_about_a_person_is_read_back(path: Path, home: str, who: str) -> None:
    raw, case = read_sample(path)
    same = set(merged(raw, I131, written_values(I131, case, who)).same)
    person = import_facts.get_value(raw, home)
    asked = {
        f"{home}{pointer}"
        for pointer, _ in flatten_facts(person)
        if pointer.split("/")[1] in ASKED | OF_RECIPIENT
    }

    assert asked - same == set()
    assert {"/request/length_months"} <= same or case.kind == "rfe-response"
    if case.attorney:
        assert {"/attorney/name/family", "/attorney/phone"} <= same


@with_corpus
@pytest.mark.parametrize(
    ("form", "name"), [(I131, "i-131.pdf"), (I134, "i-134.pdf"), (G28, "g-28.pdf")]
)
def test_a_filled_form_is_imported_into_its_case_and_into_a_new_one(
    form: Any, name: str, tmp_path: Path
) -> None:
    raw, case = read_sample(ROOT / "samples/urgent-medical/case.json")
    files = forms.FormFiles(
        blank=CORPUS / name,
        editable=tmp_path / "filled.pdf",
        flattened=tmp_path / "flat.pdf",
        font=stamp_font(),
    )
    result = forms.fill_form(form, source_of(case, "child", form), files)
    assert not result.refused
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.json").write_text(json.dumps(raw), encoding="utf8")
    report = import_facts.import_into(files.editable, folder, SHELF, ImportOptions())
    assert not (report.added or report.replaced or report.written)
    assert len(report.same) > 10
    options = ImportOptions(reasons=("urgent-medical",))
    new = new_cases.import_new(files.editable, tmp_path / "new", SHELF, options).cases[0]
    facts = dict(flatten_facts(json.loads((new / "case.json").read_text(encoding="utf8"))))
    if form is I131:
        assert facts["/beneficiaries/0/birth_date"] == "2019-04-05"
        assert facts["/beneficiaries/0/biographic/height_inches"] == 43
        assert facts["/petitioner/address/street"] == "8 Sample Lane"
        assert facts["/request/consulate/country"] == "UTO"
    with pytest.raises(ImportRefused, match="no fields"):
        import_facts.import_into(files.flattened, folder, SHELF, ImportOptions())


@with_corpus
def test_another_edition_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    with pikepdf.open(CORPUS / "g-1145.pdf") as book:
        book.save(other)
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.json").write_text('{"id": "x"}', encoding="utf8")

    with pytest.raises(ImportRefused, match="Form G-1145, edition 09/26/14"):
        import_facts.import_into(other, folder, SHELF, ImportOptions())


def test_an_answer_that_continues_is_read_where_it_goes_on() -> None:
    street = next(item for item in I131.items if item.value == "/mailing/you/street")
    other = next(item for item in I131.items if item.value == "/mailing/you/in_care_of")
    block, more = I131.blocks[:2]
    text = f"{other.label}: A; B; {street.label}: One very long street, then"
    values = {street.field.name: "See Part 13", block.text.name: text}  # type: ignore[union-attr]  # it has one
    for one in (block, more):
        values |= {one.page.name: "5", one.part.name: "2", one.number.name: "3"}
    values[more.text.name] = "more of it"
    facts = {fact.path: fact.text for fact in read_form_facts(I131, values).facts}

    assert facts["/mailing/you/street"] == "One very long street, then more of it"


def test_a_form_of_somebody_who_files_alone_is_about_the_beneficiary() -> None:
    tables = load_tables(SHELF)
    by_path = {item.value: item for item in I131.items if item.field}
    values = {
        by_path["/you/name/given"].field.name: "Sola",  # type: ignore[union-attr]  # it has one
        by_path["/you/birth_date | date"].field.name: "03/04/1990",  # type: ignore[union-attr]
    }
    eyes = next(item for item in I131.items if item.label == "Eye color")
    values[eyes.boxes[0][1].name] = eyes.boxes[0][1].on
    facts = place_form_facts(read_form_facts(I131, values).facts, tables.reading())

    assert facts["/beneficiaries/0/birth_date"].value == "1990-03-04"
    assert not [pointer for pointer in facts if pointer.startswith("/petitioner")]
