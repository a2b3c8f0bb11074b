"""Define the main group, and the commands `plan`, `bundle` and `doctor`."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler import __version__
from assembler.cli.batch_command import batch
from assembler.cli.cache_commands import cache as cache_group
from assembler.cli.check_command import check
from assembler.cli.console import (
    Framed,
    describe_kept_files,
    print_result,
    read_as_of,
    say,
    show_progress,
)
from assembler.cli.desk_command import desk
from assembler.cli.diff_command import diff
from assembler.cli.draft_command import draft
from assembler.cli.explain_command import explain
from assembler.cli.export_command import export
from assembler.cli.facts_commands import facts
from assembler.cli.findings_output import decide_exit_code, print_findings, print_verdict
from assembler.cli.form_commands import forms
from assembler.cli.form_map_commands import confirm_map, draft_map, show_map
from assembler.cli.import_command import import_facts
from assembler.cli.init_command import init
from assembler.cli.print_command import print_run
from assembler.cli.propose_command import confirm, propose
from assembler.cli.report_bug_command import report_bug
from assembler.cli.shared_options import (
    FOLDER,
    EvidenceOptions,
    all_option,
    evidence_options,
    json_option,
    originals_option,
    profile_option,
    require_ready_option,
    shelf_option,
    thumbnails_option,
    timings_option,
    verbose_option,
)
from assembler.cli.sign_command import sign
from assembler.cli.status_command import status
from assembler.cli.timings_table import format_timings, write_timings
from assembler.cli.unbundle_command import unbundle
from assembler.cli.validate_command import validate
from assembler.cli.verify_command import verify
from assembler.cli.watch_command import watch
from assembler.errors import ExitCode
from assembler.runtime.counts import format_count

if TYPE_CHECKING:
    from assembler.pipeline import BuiltPacket
    from assembler.runtime.timings import Spent


@click.group(cls=Framed, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assembler")
@verbose_option
def main() -> None:
    """Turn an immigration case folder into a tabbed, indexed, searchable filing bundle, and prove
    it.

    Gives no legal advice. Works offline; client data stays on this machine.
    """


main.add_command(init)
main.add_command(propose)
main.add_command(confirm)
main.add_command(import_facts)
main.add_command(export)
main.add_command(status)
main.add_command(desk)
main.add_command(watch)
main.add_command(validate)
main.add_command(check)
main.add_command(explain)
main.add_command(facts)
main.add_command(forms)
forms.add_command(draft_map)
forms.add_command(show_map)
forms.add_command(confirm_map)
main.add_command(draft)
main.add_command(batch)
main.add_command(cache_group)
main.add_command(verify)
main.add_command(diff)
main.add_command(unbundle)
main.add_command(print_run)
main.add_command(sign)
main.add_command(report_bug)


@main.command()
@click.argument("case", type=FOLDER)
@json_option
@profile_option
@shelf_option
@verbose_option
def plan(case: Path, as_json: bool, profile: str, shelf_dir: Path | None) -> None:
    """Print the order of the packet, with titles and pages, without building.

    --json prints ids instead of titles, and opens no evidence.
    """
    from assembler import pipeline
    from assembler.layout.packet_plan import format_plan, plan_as_json
    from assembler.runtime.resources import Shelf
    from assembler.runtime.workshop import Workshop

    shelf = Shelf.default(shelf_dir)
    if as_json:
        plans = pipeline.make_plans(case, shelf, profile)
        print_result(json.dumps([plan_as_json(packet_plan) for packet_plan in plans], indent=1))
        return
    with Workshop(case / ".plan", jobs=os.cpu_count() or 1, temporary=True) as workshop:
        plans, pages = pipeline.make_plans_with_pages(case, shelf, profile, workshop)
    print_result("\n\n".join(format_plan(packet_plan, pages) for packet_plan in plans))


@main.command()
@click.argument("case", type=FOLDER)
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Output folder for the packets (default: build/ in the case folder).",
)
@thumbnails_option
@click.option(
    "--open",
    "open_review",
    is_flag=True,
    help="Open review.html in the browser when the bundle is done.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "embedded", "libreoffice"]),
    default="auto",
    show_default=True,
    help="Engine that turns Word templates into PDF.",
)
@originals_option
@click.option(
    "--freeze",
    "filed_place",
    metavar="MANIFEST",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="Keep all page numbers of a filed packet: give its manifest.json, its folder, or the "
    "folder of all packets.",
)
@click.option(
    "--late",
    type=click.Choice(["end", "in-place"]),
    default="end",
    show_default=True,
    help="With --freeze: put new exhibits at the end, or after the exhibit they follow, as C1 with "
    "pages 57a, 57b.",
)
@timings_option
@all_option
@json_option
@require_ready_option
@evidence_options
@verbose_option
@click.pass_context
def bundle(
    ctx: click.Context,
    /,
    case: Path,
    out: Path | None,
    thumbnails: bool,
    open_review: bool,
    engine: str,
    keep_originals: bool,
    filed_place: Path | None,
    late: str,
    timings: bool,
    as_json: bool,
    require_ready: bool,
    evidence: EvidenceOptions,
) -> None:
    """Build the filing bundle of a case, and prove it."""
    from assembler.runtime.fork_server import start_fork_server

    start_fork_server()  # not forked, it loads its libraries beside the imports that follow
    from assembler import pipeline
    from assembler.runtime.resources import Shelf

    if filed_place:
        pipeline.refuse_filed_in_target(filed_place, out or case / "build")
    options = pipeline.Options(
        as_of=read_as_of(evidence.as_of),
        profile=evidence.profile,
        strict=evidence.strict,
        engine=engine,
        thumbnails=thumbnails,
        freeze=pipeline.read_filed_packets(filed_place) if filed_place else (),
        late=late,
        keep_originals=keep_originals,
    )
    shelf = Shelf.default(evidence.shelf_dir)
    with evidence.open_workshop(case) as workshop, show_progress() as report_progress:
        context = pipeline.make_context(case, shelf, workshop, options, report_progress, out)
        packets = pipeline.build_packets(context)
        spent = workshop.list_timings()
    if timings:
        _report_timings(case, spent)
    if as_json:
        print_result(json.dumps([_convert_to_json(packet) for packet in packets], indent=1))
    else:
        _print_packets(packets, evidence.shelf_dir, open_review=open_review)
    verdict = pipeline.judge_packets(packets)
    if not as_json:
        print_verdict(verdict)
    ctx.exit(decide_exit_code([verdict], require_ready=require_ready))


def _report_timings(case: Path, spent: Sequence[Spent]) -> None:
    """Print how long each step took, and leave it beside the cache."""
    write_timings(case, spent)
    say(format_timings(spent))


def _print_packets(
    packets: Sequence[BuiltPacket], shelf_dir: Path | None, *, open_review: bool
) -> None:
    """Print the findings of all packets, then each packet. `open_review`: open the review page of
    each in the browser."""
    print_findings(
        dict.fromkeys(finding for packet in packets for finding in packet.findings),
        shelf_dir,
        err=True,
    )
    for packet in packets:
        _print_packet(packet)
        if open_review:
            webbrowser.open((packet.folder / "review.html").resolve().as_uri())
    print_result(
        "The digest detects a forged packet: record it, and give it to "
        "`assembler verify --against`."
    )


def _print_packet(packet: BuiltPacket) -> None:
    """Print where a packet is, what it holds, and its digest."""
    print_result(
        f"{packet.folder / packet.files[0]}{_format_parts(packet.files)}: "
        f"{format_count(packet.pages, 'page')}, {format_count(packet.exhibits, 'exhibit')}; "
        f"{format_count(len(packet.proof.checks), 'check')} passed{_format_reused(packet)}"
    )
    for line in describe_kept_files(packet.folder, packet.kept):
        say(line)
    for number, name in enumerate(packet.files if len(packet.files) > 1 else (), 1):
        print_result(f"  {number}. {name}: {(packet.folder / name).stat().st_size:,} bytes")
    print_result(f"  digest {packet.digest}")


@main.command()
@json_option
@verbose_option
@click.pass_context
def doctor(ctx: click.Context, /, as_json: bool) -> None:
    """List what this machine can and cannot do: engines, languages, fonts, versions."""
    from assembler.pipeline.doctor import examine

    rows = examine()
    if as_json:
        print_result(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        width = max(len(row.name) for row in rows)
        for row in rows:
            print_result(f"{row.state:<8} {row.name:<{width}}  {row.detail}")
    ctx.exit(ExitCode.TOOL_MISSING if any(row.state == "missing" for row in rows) else ExitCode.OK)


def _format_parts(files: tuple[str, ...]) -> str:
    """Return the count of files after the first one, or ""."""
    return f" and {format_count(len(files) - 1, 'part')} more" if len(files) > 1 else ""


def _format_reused(packet: BuiltPacket) -> str:
    """Return which work was not repeated, or ""."""
    again = "; nothing changed: proved again" if packet.again else ""
    known = packet.proof.known
    return (
        f"{again}; {format_count(known, 'page')} known by content, {packet.proof.drawn} drawn"
        if known
        else again
    )


def _convert_to_json(packet: BuiltPacket) -> dict[str, Any]:
    return {
        "case": packet.case,
        "packet": packet.packet,
        "folder": str(packet.folder),
        "files": list(packet.files),
        "pages": packet.pages,
        "exhibits": packet.exhibits,
        "findings": [asdict(finding) for finding in packet.findings],
        "proof": [asdict(check) for check in packet.proof.checks],
        "kept": {
            "in_place": list(packet.kept.in_place),
            "moved": list(packet.kept.moved),
            "beside": str(packet.kept.beside) if packet.kept.beside else None,
        },
        "digest": packet.digest,
        "again": packet.again,
        "drawn": packet.proof.drawn,
        "known": packet.proof.known,
    }


if __name__ == "__main__":
    sys.exit(main())
