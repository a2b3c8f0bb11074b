"""`assembler facts`: list the dated facts of the filing, and confirm them for a firm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import Framed, print_result, read_as_of, replace_control_characters
from assembler.cli.shared_options import (
    FOLDER,
    all_option,
    as_of_option,
    json_option,
    shelf_option,
    verbose_option,
)

if TYPE_CHECKING:
    from assembler.model import ConfirmedFact
    from assembler.pipeline.fact_confirmation import FactRow
    from assembler.rules import FactStatus

_EDITION = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{2}")
_PAGE = re.compile(r"https://\S{3,500}")
_FEE = {"paper": "paper_usd", "online": "online_usd"}
_MOST_CASES = 3  # that a line names


@click.group(cls=Framed, invoke_without_command=True)
@click.option(
    "--cases",
    "roots",
    type=FOLDER,
    multiple=True,
    metavar="FOLDER",
    help="Case folder, or a folder above cases: say which of them rely on each fact.",
)
@all_option
@json_option
@as_of_option
@shelf_option
@verbose_option
@click.pass_context
def facts(
    ctx: click.Context,
    /,
    roots: tuple[Path, ...],
    as_json: bool,
    as_of: datetime | None,
    shelf_dir: Path | None,
) -> None:
    """List fees, addresses, editions and other dated facts: state, age, source, confidence.

    Facts that need somebody are listed first; --all lists all.
    """
    if ctx.invoked_subcommand is not None:
        return
    from assembler.cli.shared_options import is_all_wanted
    from assembler.pipeline.fact_confirmation import list_facts
    from assembler.runtime.resources import Shelf

    listed = list_facts(roots, Shelf.default(shelf_dir), read_as_of(as_of))
    if as_json:
        print_result(json.dumps([_make_row(row) for row in listed.rows], indent=1))
        return
    _print_rows(listed.rows, with_cases=bool(roots), show_all=is_all_wanted(ctx))
    if listed.unread:
        print_result(f"{listed.unread} of the cases could not be read (assembler validate)")


@facts.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--on",
    "checked_on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    metavar="DATE",
    help="The day on which you compared it with its source (YYYY-MM-DD).",
)
@click.option("--source", metavar="URL", required=True, help="Address of the page you read it on.")
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="VALUE",
    help="What it is now: a line of an address (repeat it for each line), an edition 01/20/25, or "
    "a fee as paper=630 or online=580. Without it, what is known still holds.",
)
@click.option(
    "--shelf",
    "shelf_dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The firm's own folder, which other commands take with --shelf. It is made if missing.",
)
@verbose_option
def confirm(
    ids: tuple[str, ...],
    checked_on: datetime,
    source: str,
    values: tuple[str, ...],
    shelf_dir: Path,
) -> None:
    """Confirm facts for the firm, after somebody compared them with their source.

    Example: assembler facts confirm addresses/paper-courier --on 2026-11-30
    --source https://www.uscis.gov/i-131-addresses --value "USCIS" --value "Attn: …" --shelf firm
    """
    from assembler.pipeline.fact_confirmation import write_confirmations

    today = read_as_of(None)
    if checked_on.date() > today:
        raise click.BadParameter("this day is yet to come", param_hint="--on")
    if not _PAGE.fullmatch(source):
        raise click.BadParameter("give an address that begins with https://", param_hint="--source")
    if values and len(ids) > 1:
        raise click.BadParameter("give a value for one fact at a time", param_hint="--value")
    confirmations = [_make_confirmation(name, checked_on.date(), source, values) for name in ids]
    for status in write_confirmations(shelf_dir, confirmations, today):
        print_result(f"{status.fact.id}: {_describe_state(status)}")
        for line in _list_value_lines(status):
            print_result(f"  {line}")
    print_result(f"written to {shelf_dir.name}; give --shelf to the other commands to use it")


def _make_confirmation(
    name: str, checked_on: date, source: str, values: Sequence[str]
) -> ConfirmedFact:
    """Return the confirmation, with its values by the kind of the fact. Raises BadParameter."""
    from assembler.model import ConfirmedFact

    kind = name.partition("/")[0]
    fields: dict[str, Any] = {}
    if values and kind == "addresses":
        fields = {"lines": tuple(line.strip() for line in values if line.strip())}
    elif values and kind == "forms":
        if len(values) != 1 or not _EDITION.fullmatch(values[0]):
            raise click.BadParameter("give one edition, as 01/20/25", param_hint="--value")
        fields = {"edition": values[0]}
    elif values and kind == "fees":
        fields = dict(_parse_fee(value) for value in values)
    elif values:
        raise click.BadParameter(
            f"{replace_control_characters(name)} has no single value; confirm it without one, or "
            "put a file of its own into schemas/facts of the shelf",
            param_hint="--value",
        )
    return ConfirmedFact(fact=name, checked_on=checked_on, source=source, **fields)


def _parse_fee(value: str) -> tuple[str, int]:
    way, _, amount = value.partition("=")
    number = amount.strip().removeprefix("$").replace(",", "")
    if way.strip() not in _FEE or not (number.isascii() and number.isdigit()):
        raise click.BadParameter("give a fee as paper=630 or online=580", param_hint="--value")
    return _FEE[way.strip()], int(number)


def _print_rows(rows: Sequence[FactRow], *, with_cases: bool, show_all: bool) -> None:
    from assembler.rules import FactState

    shown = [row for row in rows if show_all or row.status.state is not FactState.CURRENT]
    width = max((len(row.status.fact.id) for row in shown), default=0)
    for row in shown:
        print_result(f"{row.status.fact.id:<{width}}  {_describe_state(row.status)}")
        for line in _list_details(row, with_cases=with_cases):
            print_result(f"{'':<{width}}  {line}")
    current = sum(row.status.state is FactState.CURRENT for row in rows)
    print_result(f"{len(rows)} facts, {current} current{'' if show_all else ' (--all lists them)'}")
    if current < len(rows):
        print_result(
            "After comparing one with its source: assembler facts confirm ID --on DATE "
            "--source URL [--value VALUE] --shelf FOLDER"
        )


def _list_details(row: FactRow, *, with_cases: bool) -> Iterator[str]:
    """Yield why a fact is superseded, its source, and the cases that rely on it."""
    if row.status.why:
        yield row.status.why
    cases = f"  {_describe_cases(row.cases)}" if with_cases else ""
    yield f"{row.status.fact.provenance.source}{cases}"


def _describe_state(status: FactStatus) -> str:
    """Return the state with the age: "check again, 59 days old (limit 30), confidence A"."""
    provenance = status.fact.provenance
    limit = f" (limit {status.limit})" if status.limit is not None else ""
    age = f"checked {provenance.checked_on}, {status.days} days ago{limit}"
    return f"{status.state.value}, {age}, confidence {provenance.confidence}"


def _describe_cases(cases: Sequence[str]) -> str:
    if not cases:
        return "no case"
    more = f" and {len(cases) - _MOST_CASES} more" if len(cases) > _MOST_CASES else ""
    names = ", ".join(replace_control_characters(case) for case in cases[:_MOST_CASES])
    return f"cases: {names}{more}"


def _list_value_lines(status: FactStatus) -> Iterator[str]:
    """Yield the value of a fact that can be confirmed."""
    from assembler.rules import VALUE_FIELDS

    for field in VALUE_FIELDS.get(status.fact.id.partition("/")[0], ()):
        value = status.fact.data.get(field)
        if isinstance(value, tuple | list):
            yield from value
        elif value is not None:
            yield f"{field.replace('_usd', '')}: {value}"


def _make_row(row: FactRow) -> Mapping[str, Any]:
    status = row.status
    provenance = status.fact.provenance
    return {
        "id": status.fact.id,
        "state": status.state.value,
        "why": status.why,
        "checked_on": provenance.checked_on.isoformat(),
        "days": status.days,
        "limit": status.limit,
        "confidence": provenance.confidence,
        "source": provenance.source,
        "valid_from": provenance.valid_from and provenance.valid_from.isoformat(),
        "valid_until": provenance.valid_until and provenance.valid_until.isoformat(),
        "notices": [
            {
                "seen_on": notice.seen_on.isoformat(),
                "announced": notice.announced,
                "effective": notice.effective and notice.effective.isoformat(),
                "accepted_until": notice.accepted_until and notice.accepted_until.isoformat(),
                "source": notice.source,
                "confidence": notice.confidence,
            }
            for notice in provenance.notices
        ],
        "cases": list(row.cases),
    }
