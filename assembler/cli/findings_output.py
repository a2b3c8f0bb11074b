"""Print findings grouped by rule, and the verdict that ends every run."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.console import replace_control_characters
from assembler.cli.output_streams import write
from assembler.cli.shared_options import is_all_wanted
from assembler.errors import ExitCode

if TYPE_CHECKING:
    from assembler.model import Finding, Verdict

_WIDEST = 100  # columns; longer lines are hard to read
_COLORS: Mapping[str, Mapping[str, object]] = {
    "blocker": {"fg": "red", "bold": True},
    "check": {"fg": "yellow"},
    "hint": {"dim": True},
    "plain": {},
}


def print_findings(
    findings: Iterable[Finding], shelf_dir: Path | None = None, *, err: bool = False
) -> None:
    """Print the findings of a case, grouped by rule, blockers first.

    Lines are wrapped on a terminal only, so that a file or a pipe has each message in one line.
    """
    from assembler.report.formats.grouped import format_groups

    findings = tuple(findings)
    if not findings:
        return
    ctx = click.get_current_context(silent=True)
    lines = format_groups(
        findings,
        _load_titles(shelf_dir),
        width=_measure_width(err=err),
        show_all=ctx is not None and is_all_wanted(ctx),
    )
    for line in lines:
        _write(line.text, _COLORS[line.tone.value], err=err)


def print_verdict(verdict: Verdict, case: str = "", note: str = "", *, err: bool = False) -> None:
    """Print the conclusion of a run; `case` only where there are several; `note` follows it."""
    from assembler.model import Readiness

    colors: dict[Readiness, Mapping[str, object]] = {
        Readiness.READY: {"fg": "green", "bold": True},
        Readiness.EXCEPT_SIGNATURES: {"fg": "green", "bold": True},
        Readiness.NOT_READY: {"fg": "red", "bold": True},
    }
    name = f"{case}: " if case else ""
    _write(f"{name}{verdict}{note}", colors[verdict.readiness], err=err)


def print_case_findings(
    case: str, findings: Iterable[Finding], shelf_dir: Path | None = None
) -> None:
    """Print what must be fixed in one of several cases; all findings with --all."""
    from assembler.rules import is_blocker

    ctx = click.get_current_context(silent=True)
    is_all = ctx is not None and is_all_wanted(ctx)
    shown = [finding for finding in findings if is_all or is_blocker(finding)]
    if shown:
        _write(case, {"bold": True}, err=False)
        print_findings(shown, shelf_dir)


def print_not_checked(sentences: Sequence[str], checked: str) -> None:
    """Print what was checked, and how much no program could check; each sentence with --all."""
    ctx = click.get_current_context(silent=True)
    is_all = ctx is not None and is_all_wanted(ctx)
    for sentence in sentences if is_all else ():
        _write(f"Not checked: {sentence}", _COLORS["hint"], err=False)
    number = f"{len(sentences)} point{'' if len(sentences) == 1 else 's'}"
    gap = f", {number} not checked{'' if is_all else ' (--all)'}" if sentences else ""
    _write(f"{checked}{gap}; no legal advice".capitalize(), _COLORS["hint"], err=False)


def print_wrapped(text: str, indent: str) -> None:
    """Print a text as a result, broken at the width of the terminal, if it is one."""
    width = _measure_width(err=False)
    shown = click.wrap_text(text, width, indent, indent) if width else f"{indent}{text}"
    _write(shown, {}, err=False)


def print_last_verdict(verdicts: Sequence[Verdict]) -> None:
    """Print the verdict that ends a run: of one case its own, of several how many are ready."""
    from assembler.model import Readiness

    if len(verdicts) == 1:
        print_verdict(verdicts[0])
        return
    counts = Counter(verdict.readiness for verdict in verdicts)
    scopes = {verdict.scope for verdict in verdicts}
    scope = f" ({scopes.pop()})" if len(scopes) == 1 and any(scopes) else ""
    shown = [f"{counts[state]} {state}" for state in Readiness if counts[state]]
    style: Mapping[str, object] = (
        _COLORS["blocker"] if counts[Readiness.NOT_READY] else {"fg": "green", "bold": True}
    )
    _write(f"{len(verdicts)} cases{scope}: {', '.join(shown)}", style, err=False)


def decide_exit_code(verdicts: Iterable[Verdict], *, require_ready: bool) -> ExitCode:
    """Return the exit code that --require-ready asks for."""
    is_refused = require_ready and not all(verdict.is_ready for verdict in verdicts)
    return ExitCode.CASE_REJECTED if is_refused else ExitCode.OK


def _write(text: str, style: Mapping[str, object], *, err: bool) -> None:
    text = replace_control_characters(text)
    is_plain = not style or bool(os.environ.get("NO_COLOR"))
    # click leaves the colors out where the stream is no terminal
    write(text if is_plain else click.style(text, **style), err=err)  # type: ignore[arg-type]


def _measure_width(*, err: bool) -> int | None:
    stream = sys.stderr if err else sys.stdout
    if stream is None or not stream.isatty():
        return None
    return min(shutil.get_terminal_size().columns, _WIDEST)


@cache
def _load_titles(shelf_dir: Path | None) -> Mapping[str, str]:
    """Return the title of every rule and checklist line, by id."""
    from assembler import rules
    from assembler.runtime.resources import Shelf

    library = rules.load_library(Shelf.default(shelf_dir))
    return {entry.id: entry.title for entry in rules.explain_rules(library).values()}
