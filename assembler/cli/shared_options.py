"""Define the options that several commands share, each as a decorator."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from assembler.runtime.workshop import Workshop

CACHE_MB = 5_000  # as in runtime.workshop, which is not imported for `--help`
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_VERBOSE = f"{__name__}.verbose"  # key into the metadata that a command shares with its groups


def _remember_verbose(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.meta[_VERBOSE] = True


def is_verbose(ctx: click.Context) -> bool:
    """Return True if -v was given to the running command or to a group above it."""
    return bool(ctx.meta.get(_VERBOSE))


verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,  # read with is_verbose(), also by the groups, which print tracebacks
    is_eager=True,
    callback=_remember_verbose,
    help="Print more details; show tracebacks.",
)
_NAMED_DATES = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class Day(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3 only
    """A day of the calendar: 2026-03-15, or as people write it where that means one day only."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return midnight of the day."""
        if isinstance(value, datetime):
            return value
        days = read_days(str(value))
        if len(days) == 1:
            return datetime.combine(days[0], time())
        if days:
            options = " or ".join(day.isoformat() for day in days)
            problem = f"{value!r} can be two days; write {options}"
        else:
            problem = f"{value!r} is not a date; write it as YYYY-MM-DD, such as 2026-03-15"
        raise click.BadParameter(problem, ctx, param)


def read_days(text: str) -> tuple[date, ...]:
    """Return every day that a text may mean: one for 2026-03-15, March 15, 2026 or 3/15/2026, two
    for 3/4/2026, none for anything else."""
    text = " ".join(text.replace(",", " ").split())
    with suppress(ValueError):
        return (date.fromisoformat(text),)
    for form in _NAMED_DATES:
        with suppress(ValueError):
            return (datetime.strptime(text.title(), form).date(),)  # noqa: DTZ007 - a day has no zone
    numbers = _NUMBERS.fullmatch(text)
    if numbers is None:
        return ()
    first, second, year = map(int, numbers.groups())
    days = []
    for month, day in ((first, second), (second, first)):
        with suppress(ValueError):
            days.append(date(year, month, day))
    return tuple(dict.fromkeys(days))


_ALL = f"{__name__}.all"


def _remember_all(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.meta[_ALL] = True


def is_all_wanted(ctx: click.Context) -> bool:
    """Return True if --all was given to the running command."""
    return bool(ctx.meta.get(_ALL))


all_option = click.option(
    "--all",
    is_flag=True,
    expose_value=False,  # read with is_all_wanted(), also where a run was stopped
    is_eager=True,
    callback=_remember_all,
    help="List every finding, including hints.",
)
require_ready_option = click.option(
    "--require-ready",
    is_flag=True,
    help="Use exit code 3 if anything other than signatures is missing.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on stdout."
)
strict_option = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=None,
    help="Worker processes (default: all cores).",
)
as_of_option = click.option(
    "--as-of",
    type=Day(),
    metavar="YYYY-MM-DD",
    default=None,
    help="Check the case as of this date, such as 2026-03-15 (default: today).",
)
profile_option = click.option(
    "--profile",
    default="uscis-paper",
    show_default=True,
    help="Filing profile, for example eoir-ecas: a file in schemas/profiles or in the case's "
    "profiles/.",
)
shelf_option = click.option(
    "--shelf",
    "shelf_dir",
    type=FOLDER,
    default=None,
    help="A firm's own folder with templates/ and schemas/.",
)
cache_option = click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    envvar="ASSEMBLER_CACHE",
    help="Shared cache folder for prepared evidence (default: .assembler/ of each case).",
)
cache_size_option = click.option(
    "--cache-size",
    type=click.IntRange(1),
    default=CACHE_MB,
    show_default=True,
    metavar="MB",
    envvar="ASSEMBLER_CACHE_SIZE",
    help="Delete the least recently used cache entries above this size.",
)
thumbnails_option = click.option(
    "--thumbnails/--no-thumbnails",
    default=True,
    show_default=True,
    help="Show pictures and words of the evidence in review.html; hide them in sensitive cases.",
)
originals_option = click.option(
    "--keep-originals",
    is_flag=True,
    help="Keep case.json and the evidence with each packet, for `assembler unbundle`.",
)
timings_option = click.option(
    "--timings",
    is_flag=True,
    help="Print how long each step took (for one case, also in .assembler/timings.json).",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceOptions:
    """What a person gave for the options that every command that prepares evidence has."""

    strict: bool
    as_of: datetime | None
    profile: str
    shelf_dir: Path | None
    jobs: int | None
    cache: Path | None
    cache_size: int  # MB

    @property
    def workers(self) -> int:
        """Return the number of worker processes: all cores where no number was given."""
        return self.jobs or os.cpu_count() or 1

    def open_workshop(self, case: Path) -> Workshop:
        """Return the workshop of a case, with the workers and the cache that were asked for."""
        from assembler.runtime.workshop import Workshop

        return Workshop(
            case / ".assembler", jobs=self.workers, cache=self.cache, cache_mb=self.cache_size
        )


def evidence_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command that prepares evidence has. The command takes them
    together, as `evidence`."""
    names = [option.name for option in fields(EvidenceOptions)]

    @wraps(command)
    def gather_options(*args: Any, **parameters: Any) -> Any:
        evidence = EvidenceOptions(**{name: parameters.pop(name) for name in names})
        return command(*args, **parameters, evidence=evidence)

    decorated: Callable[..., Any] = gather_options
    for option in (
        strict_option,
        as_of_option,
        profile_option,
        shelf_option,
        jobs_option,
        cache_option,
        cache_size_option,
    ):
        decorated = option(decorated)
    return decorated
