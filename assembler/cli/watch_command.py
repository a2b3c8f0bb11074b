"""`assembler watch`: check a case again whenever a file of it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.console import explain_error, print_result, read_as_of, say, show_progress
from assembler.cli.findings_output import print_findings, print_verdict
from assembler.cli.shared_options import (
    FOLDER,
    EvidenceOptions,
    all_option,
    evidence_options,
    verbose_option,
)
from assembler.errors import AssemblerError

if TYPE_CHECKING:
    from assembler.model import Verdict

_OUTPUTS = frozenset({"build", ".assembler", ".plan", ".verify", ".git"})
_DEBOUNCE_MS = 400  # editors save a file in several steps
_STEP_MS = 100


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--facts-only", is_flag=True, help="Check only the facts; do not rebuild the bundle.")
@all_option
@evidence_options
@verbose_option
@click.pass_context
def watch(
    ctx: click.Context,
    /,
    case: Path,
    facts_only: bool,
    evidence: EvidenceOptions,
) -> None:
    """Check a case again on every save, and rebuild its bundle and review page.

    Checks the facts first. If they have no errors, builds and proves the bundle; reload
    review.html to see the change. Press Ctrl-C to stop.
    """

    def check_again() -> None:
        print_result("")
        try:
            verdict = _check_facts(case, evidence.as_of, evidence.shelf_dir)
            if not facts_only and not verdict.to_fix:
                verdict = _build(case, evidence)
            print_verdict(verdict)
        except AssemblerError as error:  # the next save may fix it
            explain_error(error, ctx)

    try:
        watch_case(case, check_again, _watch_saves(case))
    except KeyboardInterrupt:
        say("watch ended")


def watch_case(case: Path, check_again: Callable[[], None], saves: Iterable[set[str]]) -> None:
    """Call `check_again` at once, and after each save, given as the names of the saved files."""
    check_again()
    say(f"Watching {case}; save a file to check again, press Ctrl-C to end.")
    for names in saves:
        say(f"Saved: {', '.join(sorted(names))}")
        check_again()


def _watch_saves(case: Path) -> Iterable[set[str]]:
    """Yield the files that were saved together, relative to the case folder, without outputs."""
    from watchfiles import watch as watch_files

    home = case.resolve()
    for changes in watch_files(
        home,
        watch_filter=lambda _change, path: is_input(Path(path).relative_to(home)),
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
    ):
        yield {Path(path).relative_to(home).as_posix() for _change, path in changes}


def is_input(path: Path) -> bool:
    """Return whether a path of a case folder is something a person saves: no output, no temporary
    file of an editor or of the operating system."""
    name = path.name
    is_temporary = name.startswith((".", "~$", "#")) or name.endswith(("~", ".swp", ".tmp"))
    return not is_temporary and not _OUTPUTS & set(path.parts)


def _check_facts(case: Path, as_of: datetime | None, shelf_dir: Path | None) -> Verdict:
    """Check the facts and print what must be fixed in them; the build prints everything else."""
    from assembler import rules
    from assembler.pipeline import batch
    from assembler.runtime.resources import Shelf

    shelf = Shelf.default(shelf_dir)
    facts = batch.validate(case, shelf, rules.load_library(shelf), read_as_of(as_of))
    verdict = rules.decide_verdict(
        facts.findings,
        missing_forms=facts.missing_forms,
        scope="facts only: evidence not opened",
    )
    if verdict.to_fix:
        print_findings(facts.findings, shelf_dir)
    return verdict


def _build(case: Path, evidence: EvidenceOptions) -> Verdict:
    """Build and prove the packets, print the findings, and return the verdict."""
    from assembler import pipeline
    from assembler.runtime.resources import Shelf

    options = pipeline.Options(
        as_of=read_as_of(evidence.as_of), profile=evidence.profile, strict=evidence.strict
    )
    shelf = Shelf.default(evidence.shelf_dir)
    with evidence.open_workshop(case) as workshop, show_progress() as report_progress:
        packets = pipeline.build_packets(
            pipeline.make_context(case, shelf, workshop, options, report_progress)
        )
    findings = (finding for packet in packets for finding in packet.findings)
    print_findings(findings, evidence.shelf_dir)
    for packet in packets:
        print_result(f"{packet.folder / 'review.html'}")
    return pipeline.judge_packets(packets)
