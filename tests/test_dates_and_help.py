"""cli: days as people write them, help by workflow, nothing cut off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.cli.console import WORKFLOW
from assembler.cli.main import main
from assembler.cli.shared_options import read_days
from assembler.errors import ExitCode
from tests import factories
from tests.support.commands import DAY, run

MARCH = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-03-15", (MARCH,)),
        ("March 15, 2026", (MARCH,)),
        ("mar 15 2026", (MARCH,)),
        ("15 March 2026", (MARCH,)),
        ("3/15/2026", (MARCH,)),
        ("15.03.2026", (MARCH,)),
        ("3/4/2026", (date(2026, 3, 4), date(2026, 4, 3))),
        ("4/4/2026", (date(2026, 4, 4),)),
        ("13/13/2026", ()),
        ("2026-02-30", ()),
        ("soon", ()),
        ("", ()),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, days: tuple[date, ...]) -> None:
    assert read_days(text) == days


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_back_in_each_form(day: date) -> None:
    for form in ("%Y-%m-%d", "%B %d, %Y", "%d %b %Y"):
        assert read_days(day.strftime(form)) == (day,)
    assert day in read_days(f"{day.month}/{day.day}/{day.year}")


def test_a_day_with_two_meanings_is_asked_back(tmp_path: Path) -> None:
    code, _, err = run("validate", tmp_path, "--as-of", "3/4/2026")

    assert code == ExitCode.USAGE
    assert "can be two days; write 2026-03-04 or 2026-04-03" in err


def test_help_lists_every_command_once_by_workflow_with_whole_sentences() -> None:
    text = " ".join(run("--help")[1].split())

    listed = [name for names in WORKFLOW.values() for name in names]
    assert sorted(listed) == sorted(main.commands)
    assert "..." not in text.partition("Start a case:")[2]
    for command in main.commands.values():
        assert command.get_short_help_str(1_000) in text


def test_help_of_init_names_every_choice() -> None:
    text = run("init", "--help")[1]

    assert "re-parole" in text
    assert "urgent-medical" in text
    assert "public-benefit" in " ".join(text.split())


def test_the_plan_shows_titles_and_pages(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    (case / "evidence/letter.pdf").write_bytes(factories.text_pdf([["one"], ["two"], ["three"]]))

    code, out, _ = run("plan", case)

    assert code == ExitCode.OK
    assert "3 pages" in out
    assert "Cover letter" in out
    assert not (case / ".plan").exists()


def test_verify_finds_the_packets_of_a_case_and_begins_with_the_conclusion(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    before = run("verify", case)
    run("bundle", case, *DAY)

    code, out, _ = run("verify", case)
    every = run("verify", case, "-v")[1]
    (case / "evidence/letter.pdf").write_bytes(factories.text_pdf([["other"]]))
    failed = run("verify", case)

    assert before[0] == ExitCode.USAGE
    assert "has no packet yet" in before[2]
    assert code == ExitCode.OK
    assert out.splitlines()[0].startswith(f"{case / 'build/child'}: proved, ")
    assert len(out.splitlines()) <= 10
    assert len(every.splitlines()) > 20
    assert failed[0] == ExitCode.PROOF_FAILED
    assert "NOT PROVED" in failed[1].splitlines()[0]
    assert failed[1].splitlines()[1].startswith("  FAIL ")


def test_diff_takes_what_freeze_takes(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    run("bundle", case, *DAY)
    packet = case / "build/child"

    outputs = {
        run("diff", old, new)[1]
        for old in (packet, packet / "manifest.json", case / "build")
        for new in (packet, case)
    }

    assert outputs == {"0 added, 0 removed, 0 changed, 0 moved (pages)\n"}
