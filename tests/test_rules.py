"""rules: every id has an example it speaks of and one it is silent about; facts reach the
letter; no client fact gets out."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembler import intake, rules
from assembler.errors import TemplateBroken
from assembler.model import Case, Severity
from assembler.rules import rule_context
from assembler.runtime.resources import Shelf
from tests.full_case import CANARY, full_case, paths

HERE = Path(__file__).parent
EXAMPLES = HERE / "cases/rules"
SAMPLES = HERE.parent / "samples"
SHELF = Shelf.default()
AS_OF = date(2026, 11, 23)
BASES = ("base", "re-parole", "rfe-response")
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json") if path.stem not in BASES)


@cache
def library() -> rules.Library:
    return rules.parse_library(SHELF.read, rules.list_library_files(SHELF.names))


def edited(raw: dict[str, Any], edits: list[list[Any]]) -> dict[str, Any]:
    """Each edit is [pointer, value], or [pointer] to remove; "-" at the end appends."""
    raw = deepcopy(raw)
    for pointer, *value in deepcopy(edits):
        *steps, last = pointer.strip("/").split("/")
        place: Any = raw
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place[step]
        key = int(last) if isinstance(place, list) and last != "-" else last
        if not value:
            del place[key]
        elif key == "-":
            place.append(value[0])
        else:
            place[key] = value[0]
    return raw


def raw_case(kind: str = "", edits: list[list[Any]] | None = None) -> dict[str, Any]:
    base = json.loads((EXAMPLES / "base.json").read_text())
    if kind:
        base = edited(base, json.loads((EXAMPLES / f"{kind}.json").read_text())["edit"])
    return edited(base, edits or [])


def read(raw: dict[str, Any], folder: Path) -> Case:
    """The case as the door makes it, with the files it lists."""
    for name in re.findall(r'"((?:evidence|forms)/[^"]+[.][a-z]+)"', json.dumps(raw)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "case.json").write_text(json.dumps(raw, indent=1))
    return intake.read_case(folder, SHELF, hashed=False)


def judge(case: Case, as_of: date = AS_OF) -> rules.Judgment:
    return rules.check_case(case, library(), as_of)


def ids(case: Case, as_of: date = AS_OF) -> set[str]:
    return {finding.rule for finding in judge(case, as_of).findings}


def example(name: str, side: str, folder: Path) -> tuple[Case, date]:
    spec = json.loads((EXAMPLES / f"{name}.json").read_text())
    when = date.fromisoformat(spec["as_of"][side]) if "as_of" in spec else AS_OF
    return read(raw_case(spec.get("kind", ""), spec[side]), folder), when


# --- examples ---


@pytest.mark.parametrize("name", NAMES)
def test_rejected(name: str, tmp_path: Path) -> None:
    case, when = example(name, "rejected", tmp_path)

    found = [finding for finding in judge(case, when).findings if finding.rule == name]

    assert found
    for finding in found:
        assert finding.problem
        assert finding.remedy
        assert "{" not in finding.problem + finding.remedy
        assert finding.source
        if not name.startswith("FACT.") or name == "FACT.CONFIRMATION":
            assert finding.line
            assert finding.where.startswith(f"case.json line {finding.line}, ")
            assert finding.where.endswith(f" ({finding.pointer})")


@pytest.mark.parametrize("name", NAMES)
def test_accepted(name: str, tmp_path: Path) -> None:
    case, when = example(name, "accepted", tmp_path)

    assert name not in ids(case, when)


def test_every_rule_and_line_has_an_example_and_the_reverse() -> None:
    mine = {rule.id for rule in library().rules.values() if "rules" in rule.packages}

    assert mine | set(library().lines) == set(NAMES)


@pytest.mark.parametrize("kind", ["", "re-parole", "rfe-response"])
def test_the_bases_are_complete(kind: str, tmp_path: Path) -> None:
    found = judge(read(raw_case(kind), tmp_path)).findings

    assert [finding for finding in found if finding.severity is Severity.ERROR] == []
    warnings = {finding.rule for finding in found if finding.severity is Severity.WARNING}
    assert warnings <= {"CITE.UNUSED"}


# --- checklists and matrix ---


def samples() -> list[Path]:
    return sorted(path.parent for path in SAMPLES.glob("*/case.json"))


def needed(case: Case) -> Iterator[tuple[str, str]]:
    """(exhibit, line) wherever a required or expected line hangs on one exhibit only."""
    for row in judge(case).matrix:
        if row.level != "supporting" and not row.facts and len(row.exhibits) == row.minimum == 1:
            yield row.exhibits[0], row.line


@pytest.mark.parametrize("folder", samples(), ids=lambda path: path.name)
def test_a_sample_without_one_of_its_needed_exhibits_is_told_the_line(folder: Path) -> None:
    case, found = intake.examine_case(folder, SHELF, hashed=False)
    assert case is not None, found
    pairs = list(needed(case))

    assert pairs
    for exhibit, line in pairs:
        less = replace(case, exhibits=tuple(one for one in case.exhibits if one.id != exhibit))
        assert line in ids(less)


def test_several_reasons_must_each_be_satisfied(tmp_path: Path) -> None:
    case = read(raw_case("", [["/reasons", ["urgent-medical", "court-proceedings"]]]), tmp_path)

    assert {"COURT.NOTICE", "COURT.PRESENCE", "COURT.ROLE"} & ids(case) == {
        "COURT.NOTICE",
        "COURT.ROLE",
    }
    assert {row.checklist for row in judge(case).matrix} == {
        "every-request",
        "urgent-medical",
        "court-proceedings",
    }


def test_for_re_parole_the_reasons_lists_only_help(tmp_path: Path) -> None:
    case = read(raw_case("re-parole", [["/reasons", ["court-proceedings"]]]), tmp_path)

    levels = {row.level for row in judge(case).matrix if row.checklist == "court-proceedings"}
    assert levels == {"supporting"}


def test_an_exhibit_of_another_beneficiary_does_not_count(tmp_path: Path) -> None:
    other = {"id": "brother", "name": {"given": "Secundo", "family": "Exemplar"}, "in_us": False}
    case = read(raw_case("", [["/beneficiaries/-", other]]), tmp_path)

    rows = [row for row in judge(case).matrix if row.line == "ID.BENEFICIARY"]
    assert [(row.pointer, row.exhibits, row.is_met) for row in rows] == [
        ("/beneficiaries/0", ("passport",), True),
        ("/beneficiaries/1", (), False),
    ]
    hers = read(
        raw_case("", [["/beneficiaries/-", other], ["/exhibits/4/belongs_to", ["child"]]]), tmp_path
    )
    children = tuple(replace(person, birth_date=date(2019, 1, 1)) for person in hers.beneficiaries)
    rows = [
        row
        for row in judge(replace(hers, beneficiaries=children)).matrix
        if row.line == "MINOR.CONSENT"
    ]
    assert [row.is_met for row in rows] == [True, False]


def test_a_person_with_two_parts_is_asked_once(tmp_path: Path) -> None:
    case = read(raw_case(), tmp_path)
    child, supporter = case.beneficiaries[0], case.supporters[0]
    alone = replace(case, petitioner=child, supporters=(replace(supporter, person=child),))

    lines = {row.line for row in judge(alone).matrix}
    assert not lines & {"ID.PETITIONER", "STATUS.PETITIONER", "ID.SUPPORTER", "STATUS.SUPPORTER"}
    assert "FIN.TAX" in lines


def test_supports_names_the_line_and_counts_alone(tmp_path: Path) -> None:
    case = read(raw_case("", [["/exhibits/18/supports", ["MED.RECORDS", "MED.COST"]]]), tmp_path)

    row = next(row for row in judge(case).matrix if row.line == "MED.COST")
    assert row.exhibits == ("cost", "neighbor")
    assert row.named == ("neighbor",)


def test_statements_of_blanks_are_no_statements(tmp_path: Path) -> None:
    assert "STATEMENT.LENGTH" in ids(
        read(raw_case("", [["/request/length_reason", [" "]]]), tmp_path)
    )


# --- client facts, order, speed ---


def canaries(value: Any) -> Iterator[str]:
    """Every text and number of the case that belongs to the client; ids and paths may be said."""
    free = {
        "id",
        "kind",
        "reasons",
        "same_as",
        "path",
        "pages",
        "files",
        "certificate",
        "supports",
        "belongs_to",
        "declarant",
        "person",
        "notice_exhibit",
        "beneficiaries",
        "category",
        "role",
        "form",
        "filing",
        "fee",
        "language",
        "$schema",
    }
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in free or isinstance(one, (dict, list)):
                yield from canaries(one)
    elif isinstance(value, list):
        for one in value:
            yield from (
                canaries(one)
                if isinstance(one, (dict, list)) or not re.fullmatch(r"[a-z0-9/.-]+", str(one))
                else ()
            )
    elif isinstance(value, str) and len(value) > 3:
        yield value


@pytest.mark.parametrize("kind", ["parole", "re-parole", "rfe-response"])
def test_no_client_fact_is_ever_said(kind: str, tmp_path: Path) -> None:
    raw = full_case(SHELF.schema("case.schema.json"))
    for path in paths(raw):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x")
    (tmp_path / "case.json").write_text(json.dumps(raw))
    case, problems = intake.examine_case(tmp_path, SHELF, hashed=False)
    assert case is not None, problems

    said = []
    for when in (date(1990, 1, 1), AS_OF, date(2040, 1, 1)):
        verdict = judge(replace(case, kind=kind), when)
        said += [str(finding) for finding in verdict.findings] + list(verdict.not_checked)
        said += [str(row) for row in verdict.matrix]

    assert len(said) > 50
    text = "\n".join(said)
    assert CANARY not in text
    assert [
        secret
        for secret in set(canaries(raw)) - {"en", "true", "forms/i-131"}
        if secret in text and not known_word(secret)
    ] == []


def known_word(text: str) -> bool:
    """Values of an enum, which the checklists speak of too: "other", "none"."""
    schema = json.dumps(SHELF.schema("case.schema.json"))
    return f'"{text}"' in schema


def test_findings_come_in_the_order_of_the_file_and_the_same_each_time(tmp_path: Path) -> None:
    extra = {"id": "z", "title": "Z", "category": "other", "files": ["evidence/z.pdf"]}
    case = read(raw_case("", [["/request/length_reason"], ["/exhibits/-", extra]]), tmp_path)

    found = judge(case).findings
    assert [one.line for one in found] == sorted(one.line or 0 for one in found)
    assert judge(case) == judge(case)


def test_a_hundred_cases_take_less_than_a_second(tmp_path: Path) -> None:
    case = read(raw_case(), tmp_path)
    library()

    started = time.process_time()
    for _ in range(100):
        judge(case)
    assert time.process_time() - started < 1


# --- dates ---


@settings(deadline=None, max_examples=200)
@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 240))
def test_months_after_keeps_the_day_or_takes_the_last_one(day: date, months: int) -> None:
    later = rule_context.add_months(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).month != later.month


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_age_grows_on_birthdays(born: date, on: date) -> None:
    years = rule_context.count_years(born, on)

    assert (
        rule_context.add_months(born, years * 12) <= on
        if years >= 0 and (born.month, born.day) != (2, 29)
        else True
    )
    assert (years >= 0) == (on >= born)


def test_any_day_gives_a_judgment(tmp_path: Path) -> None:
    case = read(raw_case("re-parole"), tmp_path)

    @settings(deadline=None, max_examples=60)
    @given(st.dates())
    def judged(when: date) -> None:
        assert judge(case, when).matrix

    judged()


# --- facts ---


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ([], "$630 for each beneficiary, according to Form G-1055"),
        ([["/request/filing", "online"]], "$580 for each beneficiary"),
        (
            [["/request/fee", "waiver"]],
            "A waiver of the filing fee is requested on the enclosed Form I-912.",
        ),
        (
            [["/request/fee", "exempt"], ["/request/fee_exemption", "vawa"]],
            "No filing fee is due: the beneficiary is a VAWA",
        ),
        ([["/request/fee", "exempt"]], None),
        (
            [["/beneficiaries/-", {"id": "b", "name": {"given": "A", "family": "B"}}]],
            "$1,260 in all",
        ),
    ],
)
def test_the_fee_sentence_follows_the_way_of_filing(
    edits: list[list[Any]], says: str | None, tmp_path: Path
) -> None:
    sentence = rules.find_letter_facts(read(raw_case("", edits), tmp_path), library(), AS_OF)[
        "fee_sentence"
    ]

    assert sentence is None if says is None else says in str(sentence)


def test_the_letter_of_each_kind(tmp_path: Path) -> None:
    first = rules.find_letter_facts(read(raw_case(), tmp_path), library(), AS_OF)
    assert first["address_lines"][-1] == "Springfield, IL 62701"  # type: ignore[index]
    assert (first["via"], first["expedite_mark"]) == ("By courier", "EXPEDITE")
    assert first["original_submission"] == "Original submission."
    assert [str(form).split(",")[0] for form in first["forms"]] == ["Form I-131", "Form I-134"]  # type: ignore[attr-defined]
    edits = [["/request/filing", "paper"], ["/confirmed_facts"]]
    again = rules.find_letter_facts(read(raw_case("re-parole", edits), tmp_path), library(), AS_OF)
    assert again["fee_sentence"] is None
    assert "[FILING ADDRESS TO BE CONFIRMED]" in again["address_lines"]  # type: ignore[operator]
    response = rules.find_letter_facts(read(raw_case("rfe-response"), tmp_path), library(), AS_OF)
    assert response["address_lines"] == ("1 Notice Street", "Springfield", "United States")
    assert (response["fee_sentence"], response["forms"]) == (None, ())


def test_a_missing_fact_leaves_its_sentence_out_and_is_said(tmp_path: Path) -> None:
    bare = rules.parse_library(
        SHELF.read,
        [name for name in rules.list_library_files(SHELF.names) if "/facts/" not in name],
    )
    case = read(raw_case("", [["/request/parole_fee_exception", "organ-donor"]]), tmp_path)

    facts = rules.find_letter_facts(case, bare, AS_OF)
    assert facts["fee_sentence"] is None
    assert facts["parole_fee_sentence"] is None
    assert facts["forms"] == facts["address_lines"] == ()
    assert any("poverty" in text for text in rules.check_case(case, bare, AS_OF).not_checked)


def test_a_year_without_guideline_is_not_checked(tmp_path: Path) -> None:
    case = read(raw_case("", [["/supporters/0/income/annual_usd", 1]]), tmp_path)

    assert "FIN.POVERTY" in ids(case, date(2025, 6, 1))
    assert "FIN.POVERTY" in ids(case, date(2027, 1, 20))  # the next one is not out yet
    late = judge(case, date(2028, 3, 1))
    assert "FIN.POVERTY" not in {finding.rule for finding in late.findings}
    assert any("poverty guideline" in text for text in late.not_checked)


@pytest.mark.parametrize(("state", "enough"), [("IL", 33000), ("AK", 41250), ("HI", 37950)])
def test_the_guideline_follows_the_state(state: str, enough: int, tmp_path: Path) -> None:
    edits = [
        ["/supporters/0/person/address/state", state],
        ["/supporters/0/income/annual_usd", enough],
    ]
    assert "FIN.POVERTY" not in ids(read(raw_case("", edits), tmp_path))
    edits[1][1] = enough - 1
    assert "FIN.POVERTY" in ids(read(raw_case("", edits), tmp_path))


def test_what_was_relied_on_is_listed_with_its_confidence(tmp_path: Path) -> None:
    verdict = judge(read(raw_case(), tmp_path))

    used = {one.id: one.provenance.confidence for one in verdict.facts_used}
    assert used["poverty/2026"] == "B"
    assert used["ID.BENEFICIARY"] == "A"
    assert any(
        "common knowledge" in text and "poverty/test" in text for text in verdict.not_checked
    )
    assert any("attorney must compare" in text for text in verdict.not_checked)


# --- a firm's own data ---


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            '"level": "core"',
            '"level": "vital"',
            "level is 'vital', none of required, core, supporting",
        ),
        ('"for": "supporter"', '"for": "sponsor"', "for is 'sponsor'"),
        ('"when": ["minor"]', '"when": ["young"]', "when is 'young'"),
        ('"text"', '"txt"', "'text'"),
        ('"2026-10-02"', '"2026-13-02"', "month must be in 1..12"),
        ('"MINOR.CONSENT"', '"FIN.TAX"', "FIN.TAX appears twice"),
        ("{", "[", "not readable as JSON"),
    ],
)
def test_a_broken_checklist_is_named(before: str, after: str, says: str) -> None:
    name = "schemas/checklists/every-request.json"

    def broken(asked: str) -> bytes:
        data = SHELF.read(asked)
        return data.replace(before.encode(), after.encode(), 1) if asked == name else data

    with pytest.raises(TemplateBroken, match=re.escape(says)) as caught:
        rules.parse_library(broken, rules.list_library_files(SHELF.names))
    assert caught.value.where == name


# --- the start of a case ---

REASONS = [one.reason for one in library().checklists if one.reason]


@pytest.mark.parametrize("kind", ["parole", "re-parole", "rfe-response"])
@pytest.mark.parametrize("reason", REASONS)
def test_a_new_case_passes_the_door_and_says_what_is_missing(
    kind: str, reason: str, tmp_path: Path
) -> None:
    start = rules.CaseStart(kind=kind, reasons=(reason,))
    raw = rules.draft_case(start, library(), name="our-case", schema="../case.schema.json")

    missing, found = intake.examine_case(_written(raw, tmp_path), SHELF, hashed=False)
    assert missing is None
    assert {finding.rule for finding in found} == {"EVID.MISSING", "CASE.PLACEHOLDER"}
    case = read(raw, tmp_path)
    assert (case.id, raw["$schema"]) == ("our-case", "../case.schema.json")
    said = judge(case).findings
    assert "CASE.PLACEHOLDER" in {finding.rule for finding in said}
    errors = {finding.rule for finding in said if finding.severity is Severity.ERROR}
    assert errors <= {
        "CASE.PLACEHOLDER",
        "RFE.DUE",
        "REPAROLE.I94",
        "FACT.SUPERSEDED",
        "FACT.UNKNOWN",
    }
    open_lines = {
        row.line for row in judge(case).matrix if not row.is_met and row.level != "supporting"
    }
    assert open_lines <= {
        "REQUEST.CONSULATE",
        "REQUEST.ARRIVAL",
        "DECL.PRESENT",
        "HARM.DECLARATION",
    }


def _written(raw: dict[str, Any], folder: Path) -> Path:
    (folder / "case.json").write_text(json.dumps(raw))
    return folder


def test_to_gather_names_every_line_with_its_way_and_source() -> None:
    text = rules.format_gather_list("parole", ["targeted-harm", "urgent-medical"], library())

    asked = [
        line
        for one in library().select_checklists("parole", ["targeted-harm", "urgent-medical"])
        for line in one.lines
    ]
    assert [line.id for line in asked if f"- [ ] **{line.id}** {line.text}" not in text] == []
    assert (
        text.index("## Every request")
        < text.index("## Protection")
        < text.index("## Urgent medical")
    )
    assert "category medical-acceptance" in text
    assert "no legal advice" in text
    assert "checked on 2026-10-02, confidence A" in text
    assert "COURT." not in text


def test_for_re_parole_the_reason_is_listed_as_help() -> None:
    text = rules.format_gather_list("re-parole", ["urgent-medical"], library())

    medical = text[text.index("## Urgent medical") :].split("\n## ")[0]
    assert "### Helps" in medical
    assert "### Expected" not in medical
    assert "REPAROLE.CHANGED" in text
