"""`assembler propose` and `assembler confirm`: from a folder of files to exhibits of case.json."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import print_result, read_as_of, show_progress
from assembler.cli.findings_output import print_findings
from assembler.cli.shared_options import (
    FOLDER,
    all_option,
    as_of_option,
    cache_option,
    cache_size_option,
    jobs_option,
    json_option,
    shelf_option,
    verbose_option,
)

if TYPE_CHECKING:
    from datetime import date

    from assembler.intake.proposals import Guess, Proposal, Proposals
    from assembler.runtime.resources import Shelf

_HEADINGS = ("#", "exhibit", "category", "date", "language", "person", "pages")


@click.command()
@click.argument("case", type=FOLDER)
@click.option("--dry-run", is_flag=True, help="Print the proposals; leave case.json as it is.")
@json_option
@all_option
@as_of_option
@shelf_option
@jobs_option
@cache_option
@cache_size_option
@verbose_option
def propose(
    case: Path,
    dry_run: bool,
    as_json: bool,
    as_of: datetime | None,
    shelf_dir: Path | None,
    jobs: int | None,
    cache: Path | None,
    cache_size: int,
) -> None:
    """Propose exhibits for the files in evidence/ that no exhibit lists, and add them to case.json.

    Titles, dates, languages, people and pages are guessed from the text of the files. Each guessed
    field is named in `unconfirmed` until a person confirms it (docs/propose.md).
    """
    from assembler.runtime.resources import Shelf

    shelf = Shelf.default(shelf_dir)
    workers = jobs or os.cpu_count() or 1
    proposals = read_proposals(case, shelf, read_as_of(as_of), (workers, cache, cache_size))
    if not dry_run:
        write_proposals(case, proposals)
    if as_json:
        print_result(json.dumps(make_rows(proposals), indent=1, ensure_ascii=False))
        return
    print_proposals(case, proposals, shelf_dir, dry_run=dry_run)


def read_proposals(
    case: Path, shelf: Shelf, as_of: date, work: tuple[int, Path | None, int]
) -> Proposals:
    """Return the proposals for a case.

    Args:
        work: number of workers, cache folder, size of the cache in MB.
    """
    from assembler.runtime.fork_server import start_fork_server

    start_fork_server()
    from assembler.pipeline import propose_exhibits
    from assembler.runtime.workshop import Workshop

    workers, cache, cache_size = work
    home = case / ".assembler"
    with (
        Workshop(home, jobs=workers, cache=cache, cache_mb=cache_size) as workshop,
        show_progress() as report_progress,
    ):
        return propose_exhibits.propose(case, shelf, workshop, as_of, report_progress)


def write_proposals(case: Path, proposals: Proposals) -> None:
    """Add the proposals to case.json."""
    from assembler.pipeline import propose_exhibits

    propose_exhibits.add_exhibits(case, proposals)


def print_proposals(
    case: Path, proposals: Proposals, shelf_dir: Path | None, *, dry_run: bool
) -> None:
    """Print the findings, a table of the proposals, and what to do next."""
    print_findings(proposals.findings, shelf_dir)
    if not proposals.exhibits:
        print_result(f"{case}: no exhibit to propose")
        return
    for line in format_table(proposals.exhibits):
        print_result(line)
    count = len(proposals.exhibits)
    exhibits = f"{count} exhibit{'' if count == 1 else 's'}"
    if dry_run:
        print_result(f"{case}: {exhibits} proposed; case.json is as it was")
    else:
        print_result(
            f"{case}: {exhibits} added to case.json; compare each with its document, then run: "
            f"assembler confirm {case} EXHIBIT…"
        )


def format_table(exhibits: Sequence[Proposal]) -> list[str]:
    """Return the lines of a table; percentages are confidences, "?" marks those below 70."""
    rows = [_HEADINGS, *map(_make_row, exhibits)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    return [
        "  ".join(
            [
                *(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)),
                row[-1],
            ]
        ).rstrip()
        for row in rows
    ]


def _make_row(proposal: Proposal) -> tuple[str, ...]:
    date_value = proposal.date.value
    pages = ", ".join(
        part.path.removeprefix("evidence/")
        + ("" if part.is_whole else f" p. {part.pages}")
        + ("" if part.role.value == "document" else f" ({part.role.value})")
        for part in proposal.parts
    )
    return (
        str(proposal.order),
        proposal.id,
        _format_cell(proposal.category.value, proposal.category),
        _format_cell(date_value.isoformat() if date_value else "-", proposal.date),
        _format_cell(proposal.language.value, proposal.language),
        _format_cell(proposal.person.value or "-", proposal.person),
        pages,
    )


def _format_cell(text: str, guess: Guess[Any]) -> str:
    if text == "-":
        return text
    doubt = "?" if guess.confidence < 0.7 else ""
    return f"{text} {guess.confidence:.0%}{doubt}"


def make_rows(proposals: Proposals) -> dict[str, Any]:
    """Return the proposals as JSON has them, each field with its confidence and its places."""
    return {
        "exhibits": [_make_json(proposal) for proposal in proposals.exhibits],
        "left_out": [asdict(left_out) for left_out in proposals.left_out],
        "findings": [asdict(finding) for finding in proposals.findings],
    }


def _make_json(proposal: Proposal) -> dict[str, Any]:
    guesses = {
        name: _make_guess_json(getattr(proposal, name))
        for name in (
            "title",
            "category",
            "date",
            "language",
            "person",
            "belongs_to",
            "supports",
            "files",
            "roles",
        )
    }
    return {
        "id": proposal.id,
        "order": proposal.order,
        "kind": proposal.kind,
        "parts": [
            {"path": part.path, "pages": part.pages, "whole": part.is_whole, "role": part.role}
            for part in proposal.parts
        ],
        "meets": list(proposal.meets),
        **guesses,
    }


def _make_guess_json(guess: Guess[Any]) -> dict[str, Any]:
    value = guess.value
    return {
        "value": value.isoformat() if hasattr(value, "isoformat") else value,
        "confidence": guess.confidence,
        "because": [asdict(reason) for reason in guess.reasons],
    }


@click.command()
@click.argument("case", type=FOLDER)
@click.argument("exhibits", nargs=-1, metavar="EXHIBIT...")
@click.option("--all", "every", is_flag=True, help="Confirm every exhibit.")
@verbose_option
def confirm(case: Path, exhibits: tuple[str, ...], every: bool) -> None:
    """Confirm what was proposed: exhibits of case.json lose their list of unconfirmed fields.

    Compare each field with the document first. EXHIBIT is the id of an exhibit.
    """
    from assembler.pipeline import propose_exhibits

    if bool(exhibits) == every:
        raise click.UsageError("name the exhibits that you have checked, or give --all")
    confirmed = propose_exhibits.confirm_exhibits(case, exhibits)
    if not confirmed:
        print_result(f"{case}: nothing was unconfirmed")
        return
    count = len(confirmed)
    print_result(f"{case}: {count} exhibit{'' if count == 1 else 's'} confirmed")
