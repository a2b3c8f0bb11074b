"""check: what bundle would complain of, worst first, on many cases, and nothing built."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import ImageFilter

from assembler.errors import ExitCode
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
    lines = out.splitlines()
    assert lines[:2] == ["Fix before filing", "  LEGIBLE.BLUR  evidence/scan.pdf, page 1"]
    assert lines[2].startswith("    The page is illegible: the print is")
    assert lines[3].startswith("    → ")
    assert lines[-1] == "NOT READY: 1 to fix"
    first = json.loads(as_json)[0]
    assert (first["rule"], first["file"], first["page"]) == ("LEGIBLE.BLUR", "evidence/scan.pdf", 1)
    assert not (case / "build").exists()


def test_many_cases_at_once_each_with_its_name(tmp_path: Path) -> None:
    good, bad = factories.small_case(tmp_path / "good"), unreadable(tmp_path / "bad")
    (bad / "evidence/letter.pdf").write_bytes(b"%PDF-1.4 cut")

    code, out, _ = run("check", good, bad, *DAY)

    assert code == ExitCode.EVIDENCE_UNREADABLE
    assert "good: READY EXCEPT SIGNATURES" in out
    assert "bad\nFix before filing\n  EVID." in out
    assert out.splitlines()[-1].startswith("2 cases (not built yet): 1 READY")
    rows = json.loads(run("check", good, bad, "--json", *DAY)[1])
    assert {row["case"] for row in rows} == {"bad"}
