"""What a person reads at the end of a run: findings once, grouped, blockers first; one verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembler.errors import ExitCode
from assembler.model import Finding, Severity
from assembler.report.formats.grouped import Tone, format_groups
from assembler.rules import decide_verdict
from tests import factories
from tests.support.commands import DAY, run

TITLES = {"CITE.UNUSED": "An exhibit that nobody cites"}


def finding(
    rule: str = "LEGIBLE.BLUR",
    severity: Severity = Severity.WARNING,
    where: str = "evidence/a.pdf, page 1",
    **more: str | int,
) -> Finding:
    values = {"problem": "the print is blurred", "remedy": "scan it again", **more}
    return Finding(rule=rule, severity=severity, where=where, **values)  # type: ignore[arg-type]


def missing_form(form: str, packet: str = "child") -> Finding:
    return finding(
        "FORM.PLACEHOLDER",
        where=f"packet {packet}, form {form}",
        problem="the form is not there",
        remedy="put it into forms/",
        part=f"{form}-placeholder",
    )


def text(findings: list[Finding], **options: object) -> list[str]:
    return [line.text for line in format_groups(findings, TITLES, **options)]  # type: ignore[arg-type]


# --- the verdict ---


@pytest.mark.parametrize(
    ("findings", "signed", "line"),
    [
        ([], True, "READY TO FILE"),
        ([], False, "READY EXCEPT SIGNATURES"),
        ([finding()], False, "READY EXCEPT SIGNATURES · 1 to check"),
        (
            [finding("FIN.ASSETS", Severity.INFO), finding("FIN.TAX", Severity.INFO)],
            True,
            "READY TO FILE · 2 hints",
        ),
        ([finding(severity=Severity.ERROR)], True, "NOT READY: 1 to fix"),
        (
            [missing_form("i-131"), missing_form("g-28"), finding()],
            True,
            "NOT READY: 2 forms missing (G-28, I-131) · 1 to check",
        ),
    ],
)
def test_the_verdict_says_what_is_between_a_case_and_its_filing(
    findings: list[Finding], signed: bool, line: str
) -> None:
    assert str(decide_verdict(findings, is_signed=signed)) == line


def test_a_finding_or_form_of_several_packets_counts_once() -> None:
    shared = [finding(), missing_form("i-131", "mother"), missing_form("i-131", "child")]

    verdict = decide_verdict([*shared, *shared])

    assert (verdict.missing_forms, verdict.to_check) == (("I-131",), 1)


@given(st.lists(st.sampled_from(Severity), max_size=6), st.booleans())
def test_no_error_is_ever_ready(severities: list[Severity], signed: bool) -> None:
    findings = [
        finding(severity=severity, where=f"place {number}")
        for number, severity in enumerate(severities)
    ]

    verdict = decide_verdict(findings, is_signed=signed)

    assert verdict.is_ready is (Severity.ERROR not in severities)
    assert (verdict.to_fix, verdict.to_check, verdict.hints) == tuple(
        severities.count(severity) for severity in Severity
    )


# --- groups ---


def test_one_finding_says_where_what_and_what_to_do() -> None:
    assert text([finding()]) == [
        "Check",
        "  LEGIBLE.BLUR  evidence/a.pdf, page 1",
        "    The print is blurred.",
        "    → Scan it again.",
    ]


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ("the print is blurred", "The print is blurred."),
        ("evidence/a.pdf is in no exhibit", "evidence/a.pdf is in no exhibit."),
        ("run `assembler check`", "Run `assembler check`"),
        ("which page?", "Which page?"),
    ],
)
def test_a_path_keeps_its_letters_at_the_start_of_a_sentence(problem: str, sentence: str) -> None:
    assert text([finding(problem=problem)])[2] == f"    {sentence}"


def test_findings_that_say_the_same_share_one_sentence_and_one_remedy() -> None:
    pages = [finding(where=f"evidence/a.pdf, page {page}", page=page) for page in (1, 4)]

    assert text(pages) == [
        "Check",
        "  LEGIBLE.BLUR  2 pages: the print is blurred",
        "    evidence/a.pdf, page 1; evidence/a.pdf, page 4",
        "    → Scan it again.",
    ]


def test_places_of_case_json_are_short_in_a_group() -> None:
    fields = [
        finding(
            "CASE.PLACEHOLDER", where=f"case.json line {line}, {name} (/{line})", problem="fill in"
        )
        for line, name in ((11, "Petitioner › Name"), (39, "Request › Basis"))
    ]

    assert text(fields)[2] == "    Petitioner › Name (line 11); Request › Basis (line 39)"


def test_findings_that_differ_are_a_list_below_the_title_of_their_rule() -> None:
    exhibits = [
        finding(
            "CITE.UNUSED",
            where=f"exhibit {name}",
            exhibit=name,
            problem=f"no text cites {name}",
            remedy=f"cite it as [@{name}]",
        )
        for name in ("visa", "lease")
    ]

    assert text(exhibits) == [
        "Check",
        "  CITE.UNUSED  2 exhibits: An exhibit that nobody cites",
        "    - exhibit visa: no text cites visa",
        "      → Cite it as [@visa].",
        "    - exhibit lease: no text cites lease",
        "      → Cite it as [@lease].",
    ]


def test_long_groups_are_cut_and_hints_counted_unless_all_is_asked_for() -> None:
    places = [finding(where=f"place {number}") for number in range(40)]
    hints = [finding("FIN.TAX", Severity.INFO, problem=f"hint {number}") for number in range(9)]

    short, long = text([*places, *hints]), text([*places, *hints], show_all=True)

    assert len(short) <= 6
    assert "and 36 more" in short[2]
    assert short[-1] == "9 hints: --all lists them"
    assert all(f"place {number}" in long[2] for number in range(40))
    assert sum("hint " in line for line in long) == 9


def test_blockers_come_first_and_a_missing_form_is_one() -> None:
    lines = format_groups(
        [finding(), finding("FIN.TAX", Severity.INFO), missing_form("i-131")], TITLES
    )

    assert [line.text for line in lines if line.tone is not Tone.PLAIN] == [
        "Fix before filing",
        "  FORM.PLACEHOLDER  packet child, form i-131",
        "Check",
        "  LEGIBLE.BLUR  evidence/a.pdf, page 1",
        "1 hint: --all lists them",
    ]


@given(st.integers(30, 120), st.text(st.characters(codec="ascii"), max_size=300))
def test_no_line_is_wider_than_the_terminal_unless_a_word_is(width: int, problem: str) -> None:
    for line in text([finding(problem=problem or "x")], width=width):
        assert len(line) <= width or len(line.split()) <= 2  # a word, and the sign before it


# --- commands ---


def test_every_command_ends_with_its_verdict(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")

    before = run("status", case, *DAY)[1].splitlines()[-1]
    ends = {
        command: run(command, case, *DAY)[1].splitlines()[-1]
        for command in ("validate", "check", "bundle", "status", "batch")
    }

    assert before.startswith("NOT READY: not built yet")
    assert ends == {  # the hint: papers of an online filing are to be signed by hand (SIGN.INK)
        "validate": "READY EXCEPT SIGNATURES (facts only: evidence not opened)",
        "check": "READY EXCEPT SIGNATURES (not built yet)",
        "bundle": "READY EXCEPT SIGNATURES · 1 hint",
        "status": "READY EXCEPT SIGNATURES · 1 hint",
        "batch": "READY EXCEPT SIGNATURES · 1 hint",
    }


def test_a_packet_with_placeholders_is_never_ready(tmp_path: Path) -> None:
    case = factories.small_case(
        tmp_path / "case", {"request": {**factories.CASE["request"], "filing": "paper"}}
    )

    code, out, _ = run("bundle", case, *DAY)
    strict = run("bundle", case, "--strict", *DAY)
    required = [
        run(command, case, "--require-ready", *DAY)[0]
        for command in ("validate", "check", "bundle", "status", "batch")
    ]

    assert code == ExitCode.OK
    assert out.splitlines()[-1].startswith("NOT READY: 2 forms missing (I-131, I-134)")
    assert strict[0] == ExitCode.CASE_REJECTED
    assert strict[2].splitlines()[-1].startswith("NOT READY: 2 forms missing")
    assert required == [ExitCode.CASE_REJECTED] * 5


def test_a_signed_off_packet_is_ready_until_it_changes(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    run("bundle", case, *DAY)
    packet = case / "build/child"
    files = {
        row["path"]: row["sha256"]
        for row in json.loads((packet / "manifest.json").read_bytes())["outputs"]
    }
    sign_off = {"bundle_sha256": files["bundle.pdf"], "items": {"signatures": True, "truth": True}}
    (packet / "signoff.json").write_text(json.dumps(sign_off))

    signed = run("status", case, *DAY)[1].splitlines()[-1]
    open_items = {**sign_off, "items": {"signatures": True, "truth": False}}
    (packet / "signoff.json").write_text(json.dumps(open_items))
    unconfirmed = run("status", case, *DAY)[1].splitlines()[-1]
    (packet / "signoff.json").write_text(json.dumps(sign_off))
    (case / "evidence/letter.pdf").write_bytes(factories.text_pdf([["A letter that is new."]]))
    changed = run("status", case, *DAY)[1].splitlines()[-1]

    assert signed == "READY TO FILE · 1 hint"
    assert unconfirmed == "READY EXCEPT SIGNATURES · 1 hint"
    assert changed.startswith("NOT READY: changed since it was built")


def test_findings_of_several_packets_are_printed_once(tmp_path: Path) -> None:
    case = factories.small_case(tmp_path / "case")
    data = json.loads((case / "case.json").read_bytes())
    data["beneficiaries"].append({**data["beneficiaries"][0], "id": "sister"})
    (case / "case.json").write_text(json.dumps(data))
    (case / "evidence/letter.pdf").write_bytes(factories.half_blank_pdf())

    code, _, err = run("bundle", case, "--all", *DAY)

    assert code == ExitCode.OK
    assert len(list((case / "build").iterdir())) == 2
    headings = [line for line in err.splitlines() if line.startswith("  ") and line[2] != " "]
    assert headings
    assert len(headings) == len(set(headings))
