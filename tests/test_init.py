"""Starting a case: by options, and by questions on a terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assembler import intake
from assembler.cli import main
from assembler.errors import ExitCode
from assembler.runtime.resources import Shelf
from tests.support.commands import run

OPTIONS = [
    *("--reason", "urgent-medical", "--reason", "other"),
    *("--beneficiary", "Exemplar, Testina", "--beneficiary", "Exemplar Muster, Clara"),
    *("--petitioner", "Muster, Versa", "--attorney", "Lawson, Ana", "--filing", "online"),
]
# folder, kind, reasons, two beneficiaries, who files, attorney, filing
ANSWERS = (
    "{folder}\n\n1, 9\nTestina\nExemplar\ny\nClara\nExemplar Muster\nn\nn\nVersa\nMuster\n"
    "y\nAna\nLawson\n2\n"
)


def case_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "case.json").read_bytes()))


def ask(monkeypatch: pytest.MonkeyPatch, answers: str) -> tuple[int, str]:
    """Run `init` without a folder as on a terminal."""
    runner = CliRunner()
    with runner.isolation(input=answers):
        monkeypatch.setattr(sys.stdin.__class__, "isatty", lambda _: True, raising=False)
    result = runner.invoke(main, ["init"], input=answers)
    return result.exit_code, result.output


def test_questions_on_a_terminal_write_the_same_case_as_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init", tmp_path / "options/case", *OPTIONS)[0] == ExitCode.OK
    code, shown = ask(monkeypatch, ANSWERS.format(folder=tmp_path / "questions/case"))

    assert code == ExitCode.OK, shown
    assert case_of(tmp_path / "questions/case") == case_of(tmp_path / "options/case")
    assert "1. urgent-medical: the beneficiary needs urgent treatment" in shown


def test_wrong_answers_are_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/case.json").write_text("{}")
    answers = (
        f"{tmp_path / 'taken'}\n{tmp_path / 'free'}\nparole\n99\nurgent\n1\n\nTestina\nExemplar\n"
        "n\ny\nn\npaper\n"
    )

    code, shown = ask(monkeypatch, answers)

    assert code == ExitCode.OK, shown
    assert "There is already a case in this folder." in shown
    case = case_of(tmp_path / "free")
    assert case["reasons"] == ["urgent-medical"]
    assert case["petitioner"] == {"same_as": "beneficiary"}


def test_names_stand_in_the_case_and_each_beneficiary_has_documents(tmp_path: Path) -> None:
    run("init", tmp_path / "case", *OPTIONS)

    case = case_of(tmp_path / "case")
    assert [one["name"] for one in case["beneficiaries"]] == [
        {"given": "Testina", "family": "Exemplar"},
        {"given": "Clara", "family": "Exemplar Muster"},
    ]
    assert case["petitioner"]["name"] == {"given": "Versa", "family": "Muster"}
    assert case["attorney"] == {"name": {"given": "Ana", "family": "Lawson"}}
    assert case["request"]["filing"] == "online"
    people = [one.get("person") for one in case["exhibits"]]
    assert people.count("beneficiary") == people.count("beneficiary-2") > 0


@pytest.mark.parametrize("kind", ["parole", "re-parole"])
@pytest.mark.parametrize("more", [["--self"], []])
def test_a_started_case_has_the_right_shape(tmp_path: Path, kind: str, more: list[str]) -> None:
    start = ["--kind", kind, "--reason", "urgent-medical", "--beneficiary", "Exemplar, Testina"]
    run("init", tmp_path / "case", *start, *more)

    _, findings = intake.examine_case(tmp_path / "case", Shelf.default(), hashed=False)

    assert {finding.rule for finding in findings} == {"EVID.MISSING", "CASE.PLACEHOLDER"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--reason", "other", "--beneficiary", "Testina Exemplar"], 'write it as "Family, Given"'),
        (["--reason", "other", "--self", "--petitioner", "A, B"], "contradict each other"),
        ([], "--reason"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    tmp_path: Path, options: list[str], told: str
) -> None:
    code, out, err = run("init", tmp_path / "case", *options)

    assert code == ExitCode.USAGE
    assert told in out + err
    assert not os.path.lexists(tmp_path / "case")


def test_without_a_terminal_the_folder_is_required() -> None:
    code, out, err = run("init")

    assert code == ExitCode.USAGE
    assert "Missing argument 'DIR'" in out + err
