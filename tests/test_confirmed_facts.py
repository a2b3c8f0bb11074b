"""A fact that was replaced is never printed as current; a person can confirm what it is now."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from assembler import rules
from assembler.cli.main import main
from assembler.errors import CaseRejected, ExitCode, OutputNotWritten
from assembler.model import Case, ConfirmedFact, Notice, Severity, is_stopping
from assembler.pipeline.fact_confirmation import list_facts, write_confirmations
from assembler.rules.fact_state import FactState, confirm_facts, judge_fact
from assembler.rules.library import Fact, Provenance
from assembler.runtime.resources import Shelf
from tests.factories import CONFIRMED, small_case
from tests.support.commands import DAY, MAILED
from tests.support.commands import run as run_command
from tests.support.desks import run_desk
from tests.test_rules import raw_case, read

COURIER = "addresses/paper-courier"
PAGE = "https://www.uscis.gov/i-131-addresses"
LINES = ("USCIS", "Attn: Parole", "1 Invented Street", "Springfield, IL 62701")
OLD = "Lewisville"
CHANGE, TODAY = date(2026, 10, 7), date(2026, 11, 23)
LIBRARY = rules.load_library(Shelf.default())


@pytest.fixture
def paper(tmp_path: Path) -> Case:
    """A case for paper filing that confirms nothing itself."""
    return read(raw_case("", [["/confirmed_facts"]]), tmp_path)


def confirmed(fact: str = COURIER, on: date = TODAY, **values: Any) -> ConfirmedFact:
    return ConfirmedFact(fact=fact, checked_on=on, source=PAGE, **values)


def letter(case: Case, library: rules.Library = LIBRARY, on: date = TODAY) -> str:
    return "\n".join(rules.find_letter_facts(case, library, on)["address_lines"])  # type: ignore[arg-type]


def found(case: Case, rule: str, on: date = TODAY) -> list[Severity]:
    findings = rules.check_case(case, LIBRARY, on).findings
    return [finding.severity for finding in findings if finding.rule == rule]


# --- the letter ---


def test_the_address_is_printed_up_to_the_day_of_its_change_and_never_after(paper: Case) -> None:
    assert OLD in letter(paper, on=date(2026, 10, 6))
    assert found(paper, "FACT.SUPERSEDED", date(2026, 10, 6)) == []
    for day in (CHANGE, date(2026, 11, 9), TODAY, date(2030, 1, 1)):
        assert OLD not in letter(paper, on=day)
        assert "[FILING ADDRESS TO BE CONFIRMED]" in letter(paper, on=day)
        assert found(paper, "FACT.SUPERSEDED", day) == [Severity.ERROR]


def test_online_filing_needs_no_paper_address(paper: Case) -> None:
    online = replace(paper, request=replace(paper.request, filing="online"))

    assert "Filed online" in letter(online)
    assert found(online, "FACT.SUPERSEDED") == []


@pytest.mark.parametrize("fact", [COURIER, "addresses/paper-usps"])
def test_a_case_settles_it_with_the_lines_it_confirms(paper: Case, fact: str) -> None:
    settled = replace(paper, confirmed_facts=(confirmed(fact, lines=LINES),))

    assert letter(settled) == "\n".join(LINES)
    assert found(settled, "FACT.SUPERSEDED") == []
    assert found(settled, "FACT.CONFIRMATION") == []


@pytest.mark.parametrize(
    "entry",
    [
        confirmed(on=TODAY),  # no value: what is it now?
        confirmed(on=date(2026, 10, 6), lines=LINES),  # before the change
        confirmed(on=date(2026, 12, 1), lines=LINES),  # after the day of the letter
        confirmed(edition="01/20/25"),
        confirmed("addresses/paper-courrier", lines=LINES),
    ],
)
def test_a_confirmation_that_cannot_count_leaves_the_blank(
    paper: Case, entry: ConfirmedFact
) -> None:
    tried = replace(paper, confirmed_facts=(entry,))

    assert "[FILING ADDRESS TO BE CONFIRMED]" in letter(tried)
    assert found(tried, "FACT.SUPERSEDED") == [Severity.ERROR]
    if entry.checked_on != date(2026, 10, 6):  # that one counts, but was overtaken
        assert found(tried, "FACT.CONFIRMATION") == [Severity.WARNING]


def test_a_replaced_fee_edition_or_law_is_a_blank_too(paper: Case) -> None:
    facts = dict(LIBRARY.facts)
    for name in ("fees/i-131-parole", "forms/i-131", "law/parole"):
        facts[name] = superseded(facts[name])

    said = rules.find_letter_facts(paper, replace(LIBRARY, facts=facts), TODAY)

    assert said["fee_sentence"] == "[FILING FEE TO BE CONFIRMED: ____________]"
    assert "edition [TO BE CONFIRMED: ________]" in said["forms"][0]  # type: ignore[index]
    assert "[LEGAL BASIS TO BE CONFIRMED" in str(said["legal_basis"])
    editions = rules.find_current_editions(replace(LIBRARY, facts=facts), (), TODAY)
    assert "i-131" not in editions
    assert "i-134" in editions


def test_a_replaced_fact_that_is_only_compared_is_a_warning(paper: Case) -> None:
    facts = dict(LIBRARY.facts)
    facts["deadlines/length"] = superseded(facts["deadlines/length"])

    findings = rules.check_case(paper, replace(LIBRARY, facts=facts), TODAY).findings

    severities = {f.problem.split()[0]: f.severity for f in findings if f.rule == "FACT.SUPERSEDED"}
    assert severities == {COURIER: Severity.ERROR, "deadlines/length": Severity.WARNING}


def test_it_keeps_a_packet_from_being_filed_and_not_from_being_built(paper: Case) -> None:
    findings = rules.check_case(paper, LIBRARY, TODAY).findings
    (blank,) = (finding for finding in findings if finding.rule == "FACT.SUPERSEDED")

    assert not is_stopping(blank)
    assert is_stopping(blank, strict=True)
    assert not rules.decide_verdict([blank]).is_ready


def superseded(fact: Fact) -> Fact:
    provenance = replace(fact.provenance, notices=(notice(TODAY),), confidence="A")
    return replace(fact, provenance=replace(provenance, checked_on=date(2026, 10, 2)))


def notice(effective: date | None) -> Notice:
    return Notice(
        seen_on=date(2026, 10, 9),
        announced="it changed",
        effective=effective,
        source=PAGE,
        confidence="A",
    )


# --- states ---


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        (COURIER, 30),
        ("fees/i-131-parole", 30),
        ("forms/i-131", 30),
        ("parole-fee/amounts", 30),
        ("law/parole", 365),
        ("biometrics/minor", 90),
    ],
)
def test_facts_grow_old_by_their_kind(name: str, limit: int) -> None:
    fact = LIBRARY.facts[name]
    plain = replace(fact, provenance=replace(fact.provenance, valid_until=None, notices=()))
    day = plain.provenance.checked_on.toordinal() + limit

    assert judge_fact(plain, LIBRARY, date.fromordinal(day)).state is FactState.CURRENT
    assert judge_fact(plain, LIBRARY, date.fromordinal(day + 1)).state is FactState.STALE


def test_our_own_rules_do_not_grow_old() -> None:
    status = judge_fact(LIBRARY.facts["deadlines/stale"], LIBRARY, date(2050, 1, 1))

    assert (status.state, status.limit) == (FactState.CURRENT, None)


@pytest.mark.parametrize(
    ("first", "last", "day", "is_usable"),
    [
        ("2026-01-01", "2026-12-31", "2025-12-31", False),
        ("2026-01-01", "2026-12-31", "2026-01-01", True),
        ("2026-01-01", "2026-12-31", "2026-12-31", True),
        ("2026-01-01", "2026-12-31", "2027-01-01", False),
        (None, None, "2090-01-01", True),
    ],
)
def test_a_fact_holds_from_its_first_day_to_its_last(
    first: str | None, last: str | None, day: str, is_usable: bool
) -> None:
    fact = Fact(
        id="other/thing",
        data={},
        provenance=Provenance(
            file="schemas/facts/other.json",
            source=PAGE,
            checked_on=date(2026, 1, 1),
            confidence="house",
            valid_from=date.fromisoformat(first) if first else None,
            valid_until=date.fromisoformat(last) if last else None,
        ),
    )

    assert judge_fact(fact, LIBRARY, date.fromisoformat(day)).is_usable is is_usable


@given(
    checked=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    effective=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_superseded_is_what_was_checked_before_a_change_that_has_come(
    checked: date, effective: date, day: date
) -> None:
    fact = LIBRARY.facts["fees/i-134"]
    provenance = replace(fact.provenance, checked_on=checked, notices=(notice(effective),))

    state = judge_fact(replace(fact, provenance=provenance), LIBRARY, day).state

    assert (state is FactState.SUPERSEDED) == (checked < effective <= day)


@given(
    days=st.lists(st.dates(date(2026, 10, 8), date(2027, 1, 1)), min_size=1, max_size=6),
    as_of=st.dates(date(2026, 10, 8), date(2027, 1, 1)),
)
def test_the_latest_confirmation_up_to_the_day_counts(days: list[date], as_of: date) -> None:
    entries = [confirmed(on=day, lines=(str(n),)) for n, day in enumerate(days)]

    facts = confirm_facts(LIBRARY, entries, as_of).facts

    usable = [(day, n) for n, day in enumerate(days) if day <= as_of]
    expected = [str(max(usable)[1])] if usable else list(LIBRARY.facts[COURIER]["lines"])
    assert list(facts[COURIER]["lines"]) == expected


# --- the firm's shelf ---


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def confirm(shelf: Path, *values: str, fact: str = COURIER) -> Result:
    given_values = [part for value in values for part in ("--value", value)]
    return run(
        *("facts", "confirm", fact, "--on", "2026-11-23", "--source", PAGE),
        *given_values,
        *("--shelf", str(shelf)),
    )


def test_a_firm_settles_it_for_all_its_cases(paper: Case, tmp_path: Path) -> None:
    shelf = tmp_path / "firm"

    result = confirm(shelf, *LINES)

    assert result.exit_code == 0, result.output
    library = rules.load_library(Shelf.default(shelf))
    assert letter(paper, library) == "\n".join(LINES)
    assert OLD in letter(paper, library, date(2026, 10, 6))
    assert [path.name for path in shelf.rglob("*") if path.is_file()] == ["confirmed-facts.json"]


def test_confirming_again_replaces_one_fact_and_keeps_the_others(tmp_path: Path) -> None:
    shelf = tmp_path / "firm"
    confirm(shelf, *LINES)
    confirm(shelf, "02/02/26", fact="forms/i-131")
    confirm(shelf, "paper=640", "online=590", fact="fees/i-131-parole")
    confirm(shelf, "USCIS", "2 Invented Street")

    library = rules.load_library(Shelf.default(shelf))
    facts = confirm_facts(library, (), TODAY).facts
    assert facts[COURIER]["lines"] == ("USCIS", "2 Invented Street")
    assert facts["forms/i-131"]["edition"] == "02/02/26"
    assert facts["fees/i-131-parole"]["paper_usd"] == 640
    assert facts["fees/i-131-parole"].provenance.confidence == "firm"


def test_several_facts_are_confirmed_as_they_are(tmp_path: Path) -> None:
    shelf, names = tmp_path / "firm", ("forms/i-131", "fees/exemptions", "law/parole")
    result = run(
        *("facts", "confirm", *names, "--on", "2026-11-23", "--source", PAGE),
        *("--shelf", str(shelf)),
    )

    assert result.exit_code == 0, result.output
    rows = {
        row.status.fact.id: row.status for row in list_facts((), Shelf.default(shelf), TODAY).rows
    }
    assert {rows[name].state for name in names} == {FactState.CURRENT}
    assert rows["forms/i-131"].fact["edition"] == "01/20/25"


@pytest.mark.parametrize(
    ("fact", "values", "said"),
    [
        (COURIER, (), "does not say what the value is now"),
        ("forms/i-131", ("January 2025",), "give one edition"),
        ("fees/i-134", ("5",), "paper=630"),
        ("fees/i-134", ("paper=five",), "paper=630"),
        ("law/parole", ("8 CFR",), "no single value"),
        ("addresses/paper-currier", ("USCIS",), "did you mean addresses/paper-courier"),
        ("fees/waiver", ("lines=9",), "paper=630"),
    ],
)
def test_what_cannot_be_confirmed_is_refused_and_nothing_is_written(
    fact: str, values: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    result = confirm(tmp_path / "firm", *values, fact=fact)

    assert result.exit_code != 0
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "firm").exists()


def test_a_day_to_come_and_a_source_without_address_are_refused(tmp_path: Path) -> None:
    for given_args in (
        ("--on", "2999-01-01", "--source", PAGE),
        ("--on", "2026-11-23", "--source", "x"),
    ):
        result = run("facts", "confirm", "law/parole", *given_args, "--shelf", str(tmp_path / "f"))
        assert result.exit_code == 2
    assert not (tmp_path / "f").exists()


def test_the_package_itself_and_links_are_never_written_to(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritten):
        write_confirmations(Shelf.default().root, [confirmed(lines=LINES)], TODAY)
    (tmp_path / "schemas").symlink_to(tmp_path)
    with pytest.raises(OutputNotWritten):
        write_confirmations(tmp_path, [confirmed(lines=LINES)], TODAY)
    with pytest.raises(CaseRejected):
        write_confirmations(tmp_path / "new", [confirmed()], TODAY)
    assert not (tmp_path / "new").exists()


def test_the_list_names_the_cases_that_rely_on_a_fact(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        read(raw_case("", [["/confirmed_facts"]]), tmp_path / name)

    result = run("facts", "--cases", str(tmp_path), "--json", "--as-of", "2026-11-23")

    rows = {row["id"]: row for row in json.loads(result.output)}
    assert rows[COURIER]["cases"] == ["first", "second"]
    assert (rows[COURIER]["state"], rows[COURIER]["days"]) == ("superseded", 52)
    assert rows["addresses/online"]["cases"] == []
    shown = run("facts", "--cases", str(tmp_path), "--as-of", "2026-11-23").output
    assert shown.index(COURIER) < shown.index("fees/i-131-parole")
    assert "law/parole" not in shown
    assert "law/parole" in run("facts", "--all").output


def test_a_mailed_packet_is_built_with_the_blank_and_print_says_not_to_mail_it(
    tmp_path: Path,
) -> None:
    case = small_case(tmp_path / "case", {"request": MAILED, "confirmed_facts": CONFIRMED[1:]})

    code, out, err = run_in(case, "bundle")

    assert code == 0, err
    assert "NOT READY" in out
    assert "FACT.SUPERSEDED" in err
    with pdfium.PdfDocument(case / "build/child/bundle.pdf") as pdf:
        words = " ".join(page.get_textpage().get_text_range() for page in pdf)
    assert "[FILING ADDRESS TO BE CONFIRMED]" in words
    assert OLD not in words
    assert run_in(case, "bundle", "--require-ready")[0] == ExitCode.CASE_REJECTED
    assert run_in(case, "bundle", "--strict")[0] == ExitCode.CASE_REJECTED
    code, out, err = run_in(case / "build/child", "print")
    assert "PRINT.BLANK" in out + err


def run_in(folder: Path, command: str, *options: str) -> tuple[int, str, str]:
    """Run a command on the day of the tests; `print` needs none."""
    return run_command(command, folder, *(DAY if command != "print" else ()), *options)


def test_a_desk_that_runs_takes_what_the_firm_confirms(tmp_path: Path) -> None:
    small_case(tmp_path / "cases/first", {"request": MAILED, "confirmed_facts": CONFIRMED[1:]})
    shelf = tmp_path / "firm"
    shelf.mkdir()

    with run_desk(tmp_path / "cases", "--shelf", shelf, *DAY) as desk:
        desk.enter()
        page = f"{desk.find_case('first')}/check"
        assert "FACT.SUPERSEDED" in desk.get(page).decode()
        assert confirm(shelf, *LINES).exit_code == 0
        assert "FACT.SUPERSEDED" not in desk.get(page).decode()
        facts = f"{desk.find_case('first')}/facts"
        assert "02/02/26" not in desk.get(facts).decode()
        assert confirm(shelf, "02/02/26", fact="forms/i-131").exit_code == 0
        assert "02/02/26" in desk.get(facts).decode()  # which edition to download
