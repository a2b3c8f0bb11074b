"""errors: each failure owns one exit code, and README tells the same story."""

from __future__ import annotations

import re
from pathlib import Path

from assembler import errors
from assembler.errors import AssemblerError, CaseRejected, ExitCode, join_sentence
from assembler.model import Finding, Severity

README = Path(__file__).parent.parent / "README.md"


def test_readme_lists_exactly_these_exit_codes() -> None:
    table = dict(
        re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", README.read_text(encoding="utf8"), re.MULTILINE)
    )

    assert {int(code): name for code, name in table.items()} == {
        code.value: code.name for code in ExitCode
    }


def test_each_class_has_its_own_code() -> None:
    classes = [
        c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, AssemblerError)
    ]
    own = [c.exit_code for c in classes if c.__name__ not in ("AssemblerError", "FindingsError")]

    assert len(own) == len(set(own)) == 8


def test_message_form() -> None:
    assert (
        join_sentence("a.pdf, page 2", "no text", "scan again")
        == "a.pdf, page 2: no text; scan again"
    )
    assert join_sentence("", "no text", "") == "no text"


def test_findings_are_all_shown() -> None:
    found = [
        Finding(
            rule=f"R.{n}",
            severity=Severity.ERROR,
            where=f"line {n}",
            problem="bad",
            remedy="mend it",
        )
        for n in range(3)
    ]
    message = str(CaseRejected("3 errors", found))

    assert [f"error R.{n} line {n}: bad; mend it" in message for n in range(3)] == [True] * 3
