"""`assembler check`: report every problem that `bundle` would report, without building."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import print_result, read_as_of, show_progress
from assembler.cli.findings_output import (
    decide_exit_code,
    print_case_findings,
    print_findings,
    print_last_verdict,
    print_verdict,
)
from assembler.cli.shared_options import (
    FOLDER,
    EvidenceOptions,
    all_option,
    evidence_options,
    json_option,
    require_ready_option,
    verbose_option,
)
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from assembler.model import Finding, Verdict
    from assembler.pipeline import Options
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The findings of one case, worst first, and the exit code that `bundle` would end with."""

    case: str
    code: ExitCode
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Return whether the case can be filed, as far as facts and evidence go."""
        from assembler.rules import decide_verdict

        return decide_verdict(self.findings, scope=_SCOPE)


_SCOPE = "not built yet"


@click.command()
@click.argument("cases", type=FOLDER, nargs=-1, required=True, metavar="CASE...")
@all_option
@json_option
@require_ready_option
@evidence_options
@verbose_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    cases: tuple[Path, ...],
    as_json: bool,
    require_ready: bool,
    evidence: EvidenceOptions,
) -> None:
    """Check the facts and every evidence page of cases, without building.

    Prints every problem that `bundle` would report, worst first. A page with unreadable print is an
    error; a page that may be hard to read is a warning (docs/legibility.md).
    """
    from assembler.pipeline import Options
    from assembler.runtime.resources import Shelf

    options = Options(
        as_of=read_as_of(evidence.as_of), profile=evidence.profile, strict=evidence.strict
    )
    shelf = Shelf.default(evidence.shelf_dir)
    checked_cases = []
    for case in cases:
        with evidence.open_workshop(case) as workshop:
            checked_cases.append(_check_case(case, shelf, workshop, options))
    if as_json:
        single = len(checked_cases) == 1
        print_result(
            json.dumps(
                [
                    _make_row(checked, finding, single=single)
                    for checked in checked_cases
                    for finding in checked.findings
                ],
                indent=1,
            )
        )
    else:
        _print(checked_cases, evidence.shelf_dir)
    code = decide_exit_code(
        (checked.verdict for checked in checked_cases), require_ready=require_ready
    )
    ctx.exit(next((checked.code for checked in checked_cases if checked.code), code))


def _check_case(case: Path, shelf: Shelf, workshop: Workshop, options: Options) -> Checked:
    """Check one case; findings that would stop `bundle` decide the exit code."""
    from assembler import pipeline
    from assembler.errors import FindingsError
    from assembler.model import Finding, is_stopping

    code = ExitCode.OK
    findings: tuple[Finding, ...]
    with show_progress() as report_progress:
        try:
            context = pipeline.make_context(case, shelf, workshop, options, report_progress)
            findings = pipeline.find_problems(context)
        except FindingsError as error:
            code = error.exit_code
            findings = tuple(finding for finding in error.findings if isinstance(finding, Finding))
    if code is ExitCode.OK and any(
        is_stopping(finding, strict=options.strict) for finding in findings
    ):
        code = ExitCode.CASE_REJECTED
    return Checked(
        case=case.resolve().name, code=code, findings=tuple(sorted(findings, key=_sort_key))
    )


def _sort_key(finding: Finding) -> tuple[int, str, str, int]:
    return (
        ("error", "warning", "info").index(finding.severity.value),
        finding.rule,
        finding.file or "",
        finding.page or 0,
    )


def _make_row(checked: Checked, finding: Finding, *, single: bool) -> dict[str, Any]:
    return asdict(finding) if single else {"case": checked.case, **asdict(finding)}


def _print(checked_cases: Sequence[Checked], shelf_dir: Path | None) -> None:
    """Print the findings of each case, and the verdict last."""
    for checked in checked_cases:
        if len(checked_cases) > 1:
            print_case_findings(checked.case, checked.findings, shelf_dir)
            print_verdict(replace(checked.verdict, scope=""), checked.case)
        else:
            print_findings(checked.findings, shelf_dir)
    print_last_verdict([checked.verdict for checked in checked_cases])
