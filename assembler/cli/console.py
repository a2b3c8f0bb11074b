"""Turn exceptions into exit codes, print text safely, and show progress, for all commands."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli import output_streams
from assembler.cli.output_streams import Unwritten, make_unwritten
from assembler.cli.shared_options import is_verbose
from assembler.errors import AssemblerError, ExitCode, FindingsError, ProofFailed
from assembler.runtime.machine_failures import describe_machine_failure
from assembler.runtime.process_setup import interrupt_on_request, limit_threads

if TYPE_CHECKING:
    from assembler.runtime.publishing import KeptFiles


# commands in the order in which a case needs them
WORKFLOW = {
    "On a web page": ("desk",),
    "Start a case": ("init", "propose", "confirm", "import", "export"),
    "See what is missing": ("status", "validate", "check", "watch", "plan", "explain", "facts"),
    "Build": ("bundle", "batch", "forms", "draft"),
    "Prove, compare, print": ("verify", "diff", "print", "sign", "unbundle"),
    "This machine": ("doctor", "cache", "report-bug"),
}
# commands whose runs end with a verdict, also where they fail
JUDGING = frozenset(("status", "validate", "check", "watch", "bundle", "batch"))
# commands that import much before they have something to say
SLOW = JUDGING | {
    "plan",
    "propose",
    "forms",
    "draft",
    "verify",
    "diff",
    "print",
    "unbundle",
    "import",
    "export",
    "desk",
}
_NO_LIMIT = 1_000  # characters of a command's first sentence
_STARTED = f"{__name__}.started"  # key into the metadata that a command shares with its groups


class Framed(click.Group):
    """A command group that reports exceptions on stderr and ends with their exit code; tracebacks
    are printed only with -v."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the program; `args` is empty if it was started from a command line."""
        limit_threads()
        output_streams.prepare(restart=not args and "args" not in options)
        try:
            with interrupt_on_request():
                return super().main(*args, **options)
        # click reported a usage error on a standard error stream that cannot be written
        except OSError as error:
            output_streams.give_up(make_unwritten(error))

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> Any:
        """Parse the command line; --help and --version already print here."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except OSError as error:
            if parent is not None:  # the outer group reports it
                raise
            output_streams.give_up(make_unwritten(error))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands in the order of the work, each with its whole first sentence."""
        listed = {name for names in WORKFLOW.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in listed)
        for heading, names in (*WORKFLOW.items(), ("Commands", others)):
            rows = [
                (name, command.get_short_help_str(limit=_NO_LIMIT))
                for name in names
                if (command := self.get_command(ctx, name)) is not None and not command.hidden
            ]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and show at once that one begins that takes a while."""
        name, command, rest = super().resolve_command(ctx, args)
        ctx.meta[_STARTED] = (command, tuple(rest))
        if name in SLOW:
            output_streams.start_line.show()
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an exception becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except Unwritten as error:
            output_streams.give_up(error)
        except AssemblerError as error:
            explain_error(error, ctx)
            ctx.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            say("interrupted; no partial output was left behind; run the same command again")
            ctx.exit(ExitCode.INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit):
            raise
        # Must catch everything: Python would print an uncaught exception with its message, which
        # may hold a client's facts, and exit with 1, which is not the exit code of a bug.
        except Exception as error:  # noqa: BLE001
            if isinstance(error, OSError) and output_streams.is_of_printing(error):
                output_streams.give_up(make_unwritten(error))
            if failure := _write_refusal(error) or describe_machine_failure(error):
                explain_error(failure, ctx)
                ctx.exit(failure.exit_code)
            _explain_bug(error, ctx)
            ctx.exit(ExitCode.BUG)


def replace_control_characters(text: str) -> str:
    """Replace control characters, except line breaks and tabs: file names may hold terminal
    codes."""
    return "".join(
        char if char in "\n\t" or char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def say(text: str) -> None:
    """Print a message that is not a result, to stderr."""
    output_streams.write(replace_control_characters(text), err=True)


def print_result(text: str) -> None:
    """Print a result to stdout. Raises Unwritten if not all of it can be written."""
    output_streams.write(replace_control_characters(text))


def describe_kept_files(folder: Path, kept: KeptFiles) -> Iterator[str]:
    """Return lines that list a person's files in a replaced folder and where they are now."""
    if kept.in_place:
        yield f"{folder}: kept your own files: {', '.join(kept.in_place)}"
    if kept.moved and kept.beside:
        yield (
            f"{kept.beside}: kept files that were changed, or that belong to the previous build: "
            f"{', '.join(kept.moved)}"
        )


def read_as_of(as_of: Any) -> date:
    """Return the date of --as-of, by default today; the only function that reads the clock."""
    return as_of.date() if as_of is not None else date.today()  # noqa: DTZ011, TID251 - the one clock


@contextmanager
def show_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function (step, done, total) that shows progress: a bar on a terminal, one line per
    step elsewhere."""
    if not sys.stderr.isatty():
        last = ""

        def show_plain(step: str, done: int, total: int) -> None:
            nonlocal last
            if step != last or (total and done == total):
                say(f"{step}: {done} of {total}" if total else step)
            last = step

        yield show_plain
        return
    output_streams.start_line.clear()
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def draw(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total or 1)
            bar.update(tasks[step], completed=done if total else 1, total=total or 1)

        yield draw


def explain_error(error: AssemblerError, ctx: click.Context) -> None:
    """Print what stopped the run; where findings did, these grouped, and the verdict."""
    if is_verbose(ctx):
        traceback.print_exception(error)
    if not isinstance(error, FindingsError):
        say(str(error))
        return
    from assembler.cli.findings_output import print_findings, print_verdict
    from assembler.model import Finding
    from assembler.rules import decide_verdict, is_blocker

    findings = [finding for finding in error.findings if isinstance(finding, Finding)]
    print_findings(findings, err=True)
    for failure in error.findings:
        if not isinstance(failure, Finding):
            say(str(failure))
    say(AssemblerError.__str__(error))
    if JUDGING & {ctx.info_name, ctx.invoked_subcommand}:
        failure = "the proof failed" if isinstance(error, ProofFailed) else ""
        if findings and not any(map(is_blocker, findings)):
            failure = "--strict refuses what is to check"
        print_verdict(decide_verdict(findings, failure=failure), err=True)


def _write_refusal(error: BaseException) -> AssemblerError | None:
    """Return the error to report if the system refused to write a file; None for any other
    cause."""
    from assembler.runtime.atomic_files import find_write_refusal, write_error

    refusal = find_write_refusal(error)
    place = (
        Path(str(refusal.filename)).name if refusal is not None and refusal.filename else "a file"
    )
    return write_error(place, refusal) if refusal is not None else None


def _explain_bug(error: Exception, ctx: click.Context) -> None:
    """Print the class and place of a bug, and keep what `report-bug` needs with the case.

    The message of an unknown exception may hold a client's facts, so it is printed with -v only.
    """
    if is_verbose(ctx):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    try:
        case = _record_bug(error, ctx)
    # Python would print an exception of the record together with the one it is about, whose message
    # may hold a client's facts
    except Exception:  # noqa: BLE001
        case = None
    say(
        f"assembler: a bug ({type(error).__name__} at {place}); run `assembler report-bug"
        f"{' CASE' if case else ''}`, look at the file it writes, and send it to us"
    )


def _record_bug(error: Exception, ctx: click.Context) -> Path | None:
    """Write the record of a bug into the work folder of the case that a command was given.

    Returns the case; None if there was none, or more than one.
    """
    from assembler.runtime.crash_record import describe_crash, write_crash

    command, rest = ctx.meta.get(_STARTED, (None, ()))
    if command is None:
        return None
    parsed = command.make_context(command.name, list(rest), resilient_parsing=True)
    options = tuple(
        max(option.opts, key=len)
        for option in command.params
        if isinstance(option, click.Option) and _is_given(parsed, option)
    )
    case = _find_case(command, parsed)
    if case is not None:
        write_crash(case / ".assembler", describe_crash(error, command.name or "", options))
    return case


def _is_given(parsed: click.Context, option: click.Option) -> bool:
    source = parsed.get_parameter_source(option.name or "")
    return source in (
        click.core.ParameterSource.COMMANDLINE,
        click.core.ParameterSource.ENVIRONMENT,
    )


def _find_case(command: click.Command, parsed: click.Context) -> Path | None:
    """Return the one case folder among the arguments of a command."""
    arguments = [
        parsed.params.get(argument.name or "")
        for argument in command.params
        if isinstance(argument, click.Argument)
    ]
    places = [
        place
        for value in arguments
        for place in (value if isinstance(value, tuple) else (value,))
        if isinstance(place, Path)
    ]
    cases = {place for place in places if (place / "case.json").is_file()}
    return cases.pop() if len(cases) == 1 else None
