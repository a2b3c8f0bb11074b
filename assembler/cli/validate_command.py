"""`assembler validate`: check the facts of cases alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.console import print_result, read_as_of
from assembler.cli.findings_output import (
    decide_exit_code,
    print_case_findings,
    print_findings,
    print_last_verdict,
    print_not_checked,
    print_verdict,
)
from assembler.cli.shared_options import (
    all_option,
    as_of_option,
    json_option,
    require_ready_option,
    shelf_option,
    strict_option,
    verbose_option,
)
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assembler.model import Verdict
    from assembler.report.formats import Listed

_SCOPE = "facts only: evidence not opened"
# "text" and those of formats.STYLES, which must not be imported to print the help
STYLES = ("text", "json", "junit", "sarif", "github")


@click.command()
@click.argument("cases", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(STYLES),
    default="text",
    show_default=True,
    help="Output format.",
)
@all_option
@json_option
@strict_option
@require_ready_option
@as_of_option
@shelf_option
@verbose_option
@click.pass_context
def validate(
    ctx: click.Context,
    /,
    cases: tuple[Path, ...],
    style: str,
    as_json: bool,
    strict: bool,
    require_ready: bool,
    as_of: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """Check the facts of cases against the filing rules, without opening evidence.

    CASES are case folders, folders above them, or case.json files.
    """
    from assembler import rules
    from assembler.pipeline import batch
    from assembler.report import formats
    from assembler.runtime.resources import Shelf

    shelf, today = Shelf.default(shelf_dir), read_as_of(as_of)
    library = rules.load_library(shelf)
    checks: list[_CheckedFacts] = []
    for folder in batch.find_cases([_find_folder(case) for case in cases]):
        facts = batch.validate(folder, shelf, library, today)
        checks.append(
            _CheckedFacts(
                listed=formats.Listed(
                    case=folder.resolve().name,
                    findings=facts.findings,
                    folder=_shorten_folder(folder),
                    not_checked=facts.not_checked,
                ),
                verdict=rules.decide_verdict(
                    facts.findings, missing_forms=facts.missing_forms, scope=_SCOPE
                ),
            )
        )
    listings = [check.listed for check in checks]
    # SARIF lists all rules that the program can report
    packages = () if style == "sarif" else rules.FACT_PACKAGES
    helps = rules.list_rule_help(library, packages)
    if style == "text" and not as_json:
        _print_checks(checks, len(helps), shelf_dir)
    else:
        print_result(formats.render("json" if as_json else style, listings, helps, strict=strict))
    code = decide_exit_code((check.verdict for check in checks), require_ready=require_ready)
    ctx.exit(ExitCode.CASE_REJECTED if formats.has_failure(listings, strict=strict) else code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CheckedFacts:
    """The findings on the facts of one case, and the verdict on them."""

    listed: Listed
    verdict: Verdict


def _print_checks(checks: Sequence[_CheckedFacts], rule_count: int, shelf_dir: Path | None) -> None:
    """Print the findings of each case and its verdict; of several cases, what must be fixed."""
    for check in checks:
        if len(checks) > 1:
            print_case_findings(check.listed.case, check.listed.findings, shelf_dir)
            print_verdict(replace(check.verdict, scope=""), check.listed.case)
        else:
            print_findings(check.listed.findings, shelf_dir)
    not_checked = list(
        dict.fromkeys(sentence for check in checks for sentence in check.listed.not_checked)
    )
    print_not_checked(not_checked, f"{rule_count} rules applied")
    print_last_verdict([check.verdict for check in checks])


def _find_folder(path: Path) -> Path:
    """Return the case folder that a person or a hook named by its path or by its case.json."""
    if path.is_file() and path.name != "case.json":
        raise click.BadParameter(
            f"{path.name} is neither a case.json nor a folder", param_hint="CASES"
        )
    return path.parent if path.is_file() else path


def _shorten_folder(folder: Path) -> str:
    """Return the folder relative to the working folder if it is below it."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()
