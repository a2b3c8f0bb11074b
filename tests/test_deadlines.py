"""Days that end something: in `status`, and as a calendar file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import icalendar
import pytest

from assembler import rules
from assembler.errors import ExitCode
from assembler.model import (
    Case,
    Deadline,
    DeadlineKind,
    Event,
    EventKind,
    Passport,
    Request,
    Rfe,
)
from assembler.report.formats.calendar import format_calendar
from assembler.runtime.resources import Shelf
from tests import factories
from tests.support.cases import case, person
from tests.support.commands import DAY, run

LIBRARY = rules.load_library(Shelf.default())
TODAY = date(2026, 11, 23)


def deadlines(made: Case) -> list[tuple[str, str]]:
    listed = rules.list_deadlines(made, LIBRARY, rules.check_case(made, LIBRARY, TODAY).facts_used)
    return [
        (one.day.isoformat(), one.title) for one in listed if one.kind != DeadlineKind.FACTS_STALE
    ]


def asked(**more: object) -> Request:
    return Request(**{"filing": "online", "fee": "pay", "length_months": 12, **more})


def test_the_window_of_a_re_parole_and_the_end_of_parole() -> None:
    made = case(kind="re-parole", request=asked(i94_admit_until=date(2027, 6, 30)))

    assert deadlines(made) == [
        ("2027-01-01", "First day to file for re-parole"),
        ("2027-04-01", "Last day to file for re-parole in good time"),
        ("2027-06-30", "Parole ends"),
    ]


def test_answers_passports_events_and_arrival_the_earliest_first() -> None:
    expires = Passport(number="FX123456", country="UTO", expires=date(2027, 2, 1))
    events = (
        Event(kind=EventKind.HEARING, date=date(2026, 12, 20)),
        Event(kind=EventKind.SURGERY, date=date(2026, 12, 4)),
    )
    rfe = Rfe(
        receipt_number="IOE0123456789",
        notice_date=date(2026, 10, 1),
        due_date=date(2026, 12, 24),
        notice_exhibit="notice",
        points=(),
    )
    made = case(
        beneficiaries=(person("child"), replace(person("brother"), passport=expires)),
        request=asked(arrival_date=date(2027, 1, 10), events=events),
        rfe=rfe,
    )

    assert deadlines(made) == [
        ("2026-12-04", "Surgery or treatment begins"),
        ("2026-12-20", "Court hearing"),
        ("2026-12-24", "Answer to the request for evidence is due"),
        ("2027-01-10", "Intended arrival"),
        ("2027-02-01", "Passport of beneficiary 2 expires"),
    ]


def test_facts_relied_on_are_to_be_checked_again() -> None:
    used = rules.check_case(case(), LIBRARY, TODAY).facts_used

    (again,) = [
        one
        for one in rules.list_deadlines(case(), LIBRARY, used)
        if one.kind == DeadlineKind.FACTS_STALE
    ]

    oldest = min(one.provenance.checked_on for one in used if one.provenance.confidence != "house")
    limit = LIBRARY.facts["deadlines/stale"]["days_by_kind"]["fees"]
    assert (again.day - oldest).days == limit


def test_a_calendar_file_is_read_by_a_calendar_program_and_keeps_its_entries() -> None:
    due = Deadline(day=date(2026, 12, 4), kind=DeadlineKind.EVENT, title="Court hearing, 2nd")
    moved = replace(due, day=date(2026, 12, 11))
    passed = replace(due, day=date(2026, 11, 22), kind=DeadlineKind.ARRIVAL)

    first, second = (
        icalendar.Calendar.from_ical(format_calendar([("one", entry), ("one", passed)], TODAY))
        for entry in (due, moved)
    )

    (before,), (after,) = first.walk("VEVENT"), second.walk("VEVENT")
    assert str(before["summary"]) == "one: Court hearing, 2nd"
    assert before["dtstart"].dt == date(2026, 12, 4)
    assert after["dtstart"].dt == date(2026, 12, 11)
    assert before["uid"] == after["uid"]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Three cases that nobody built: due late, without a date, and due soon."""
    for name, arrival in (("a", "2027-03-01"), ("b", None), ("c", "2026-12-01")):
        made = factories.small_case(tmp_path / "cases" / name)
        data = json.loads((made / "case.json").read_bytes())
        data["id"] = f"id-{name}"
        for beneficiary in data["beneficiaries"]:
            beneficiary.pop("passport", None)
        data["request"].pop("arrival_date", None)
        if arrival:
            data["request"]["arrival_date"] = arrival
        (made / "case.json").write_text(json.dumps(data))
    return tmp_path / "cases"


def test_status_lists_the_case_with_the_next_deadline_first(cases: Path) -> None:
    _, out, _ = run("status", cases, *DAY)

    lines = out.splitlines()
    assert [line[0] for line in lines[:3]] == ["c", "a", "b"]
    assert lines[0].endswith(" · in 8 days: Intended arrival")
    assert "in " not in lines[2].partition("NOT READY")[2]


def test_status_of_one_case_says_dates_and_what_to_do_next(cases: Path) -> None:
    _, out, _ = run("status", cases / "c", *DAY)

    dates = out.partition("\nDates\n")[2]
    assert "  2026-12-01  in 8 days         Intended arrival\n" in dates
    assert f"Build the packet: `assembler bundle {cases / 'c'}`." in dates.partition("\nNext\n")[2]


def test_a_calendar_of_cases_holds_no_name_and_replaces_only_a_calendar(cases: Path) -> None:
    path = cases.parent / "dates.ics"

    code, out, _ = run("status", cases, "--ics", path, *DAY)
    again, _, _ = run("status", cases, "--ics", path, *DAY)
    entries = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    path.write_text("a letter of somebody")
    refused, _, err = run("status", cases, "--ics", path, *DAY)

    assert (code, again) == (ExitCode.OK, ExitCode.OK)
    assert f"{path}: {len(entries)} deadlines\n" in out
    titles = {str(entry["summary"]) for entry in entries}
    assert {"id-a: Intended arrival", "id-c: Intended arrival"} <= titles
    assert not any("Exemplar" in title for title in titles)
    assert refused == ExitCode.OUTPUT_NOT_WRITTEN
    assert "dates.ics: another file of this name exists" in err
    assert path.read_text() == "a letter of somebody"
