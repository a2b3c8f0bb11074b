"""`assembler sign`: put the scans of signed pages back into their packet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.built_packets import find_packets, make_missing_error
from assembler.cli.console import describe_kept_files, print_result, read_as_of, say
from assembler.cli.findings_output import print_findings
from assembler.cli.shared_options import (
    FOLDER,
    all_option,
    jobs_option,
    json_option,
    verbose_option,
)
from assembler.runtime.counts import format_count

if TYPE_CHECKING:
    from assembler.bundle.signed_set import SignedRuns

_SCAN = click.Path(exists=True, path_type=Path)


@click.command("sign")
@click.argument("target", metavar="CASE", type=FOLDER)
@click.argument("scans", nargs=-1, required=True, type=_SCAN)
@click.option(
    "--strict",
    is_flag=True,
    help="Also fail if a signature is still missing (exit code 3).",
)
@all_option
@json_option
@jobs_option
@verbose_option
def sign(
    target: Path, scans: tuple[Path, ...], strict: bool, as_json: bool, jobs: int | None
) -> None:
    """Put scans of signed pages back into their packet.

    CASE is a case folder or a packet's folder. SCANS are PDF, JPEG, PNG or TIFF files, or folders
    of them, in any order. Finds the page that each scan shows, word for word, and writes the
    packet's files with the signed pages into PACKET/signed/. Run it again with more scans: pages
    that were put back stay.
    """
    from assembler import pipeline
    from assembler.runtime.workshop import Workshop

    files = tuple(path for scan in scans for path in _list_files(scan))
    if not files:
        raise click.UsageError("the folder of scans is empty")
    builds = find_packets(target)
    if not builds:
        raise make_missing_error(target)
    home = builds[0] / ".verify"
    with Workshop(home, jobs=jobs or os.cpu_count() or 1, temporary=True) as workshop:
        runs = pipeline.sign_packets(builds, files, workshop, read_as_of(None))
    for run in runs.packets:
        for line in describe_kept_files(run.folder, run.kept) if run.folder else ():
            say(line)
    if as_json:
        print_result(json.dumps(_describe(runs), indent=1))
    else:
        print_findings(runs.findings)
        for line in _summarize(builds, runs):
            print_result(line)
    _raise_failure(runs, strict=strict)


def _list_files(path: Path) -> list[Path]:
    """Return a file, or the files in a folder in the order of their names."""
    if path.is_file():
        return [path]
    return sorted(
        item for item in path.iterdir() if item.is_file() and not item.name.startswith(".")
    )


def _describe(runs: SignedRuns) -> dict[str, object]:
    return {
        "packets": [
            {
                "packet": run.packet,
                "folder": str(run.folder) if run.folder else None,
                "pages": list(run.pages),
            }
            for run in runs.packets
        ],
        "scans": runs.scans,
        "refused": runs.refused,
        "unsigned": runs.unsigned,
        "findings": [asdict(finding) for finding in runs.findings],
    }


def _summarize(builds: tuple[Path, ...], runs: SignedRuns) -> list[str]:
    lines = []
    for build, run in zip(builds, runs.packets, strict=True):
        if run.folder:
            lines.append(f"{run.folder}: {format_count(len(run.pages), 'signed page')}")
        else:
            lines.append(f"{build}: no signed page was found")
    lines.append(
        f"{format_count(runs.scans, 'scan')}, {runs.refused} not used; "
        f"{format_count(runs.unsigned, 'signature')} missing"
    )
    return lines


def _raise_failure(runs: SignedRuns, *, strict: bool) -> None:
    """Raise CaseRejected if a scan could not be used, or with `strict` if ink is missing."""
    from assembler.errors import CaseRejected

    if runs.refused:
        raise CaseRejected(
            f"{format_count(runs.refused, 'scan')} could not be put back",
            (),
            where="sign",
            remedy="fix the errors above and run it again with these scans",
        )
    if strict and runs.unsigned:
        raise CaseRejected(
            f"{format_count(runs.unsigned, 'signature')} missing",
            (),
            where="sign",
            remedy="have the pages signed and run it again with their scans",
        )
