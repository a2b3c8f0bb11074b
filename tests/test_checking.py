"""check: what bundle would complain of, worst first, on many cases, and nothing built."""

from __future__ import annotations

import io
import json
from pathlib import Path

from PIL import ImageFilter
from rich.console import Console

from assembler.cli.check_command import Checked, table
from assembler.errors import ExitCode
from assembler.model import Finding, Severity
from scripts.sample_cases import draw
from tests import factories
from tests.factories import LINES
from tests.support.commands import DAY, run


def unreadable(folder: Path) -> Path:
    """The small case with its scan blurred until nothing can be read."""
    case = factories.small_case(folder)
    page = draw.sheet(LINES * 4, 100).resize((1700, 2200)).filter(ImageFilter.GaussianBlur(6))
    (case / "evidence/scan.pdf").write_bytes(draw.scan_pdf([page], 200, 80))
    return case


def test_a_page_nobody_can_read_rejects_the_case_and_says_where(tmp_path: Path) -> None:
    case = unreadable(tmp_path / "case")

    code, out, _ = run("check", case, *DAY)
    _, as_json, _ = run("check", case, "--json", *DAY)

    assert code == ExitCode.CASE_REJECTED
    assert out.splitlines()[0].startswith(
        "error LEGIBLE.BLUR evidence/scan.pdf, page 1: the page cannot be read: the print is"
    )
    assert out.splitlines()[-1].startswith("case: it cannot be bundled as it is; ")
    first = json.loads(as_json)[0]
    assert (first["rule"], first["file"], first["page"]) == ("LEGIBLE.BLUR", "evidence/scan.pdf", 1)
    assert not (case / "build").exists()


def test_many_cases_at_once_each_with_its_name(tmp_path: Path) -> None:
    good, bad = factories.small_case(tmp_path / "good"), unreadable(tmp_path / "bad")
    (bad / "evidence/letter.pdf").write_bytes(b"%PDF-1.4 cut")

    code, out, _ = run("check", good, bad, *DAY)

    assert code == ExitCode.EVIDENCE_UNREADABLE
    assert "good: the evidence can be bundled; 0 findings" in out
    assert "bad: error EVID." in out
    rows = json.loads(run("check", good, bad, "--json", *DAY)[1])
    assert {row["case"] for row in rows} == {"bad"}


def test_the_table_is_sorted_worst_first_and_holds_no_control_characters() -> None:
    def finding(severity: Severity, where: str) -> Finding:
        return Finding(
            rule="LEGIBLE.X",
            severity=severity,
            where=where,
            problem="it is dark",
            remedy="scan again",
        )

    done = [
        Checked(
            case="one",
            code=ExitCode.OK,
            findings=(finding(Severity.WARNING, "a\x1b[31m.pdf, page 2"),),
        ),
        Checked(
            case="two",
            code=ExitCode.CASE_REJECTED,
            findings=(finding(Severity.ERROR, "b.pdf, page 1"),),
        ),
    ]
    out = io.StringIO()

    Console(file=out, width=140, force_terminal=False).print(table(done))

    lines = [line for line in out.getvalue().splitlines() if "LEGIBLE.X" in line]
    assert [line.split()[:2] for line in lines] == [["two", "error"], ["one", "warning"]]
    assert "\x1b" not in out.getvalue()
