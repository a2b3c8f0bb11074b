"""`assembler verify`: prove a finished bundle again, and check any PDF against a profile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.built_packets import find_packets, is_case, make_missing_error
from assembler.cli.console import print_result
from assembler.cli.shared_options import (
    FOLDER,
    is_verbose,
    jobs_option,
    json_option,
    profile_option,
    shelf_option,
    verbose_option,
)
from assembler.runtime.counts import format_count

if TYPE_CHECKING:
    from assembler.model import Check, Finding, Profile, Proof
    from assembler.runtime.workshop import Workshop

ANY = click.Path(exists=True, path_type=Path)
# groups of checks by what they prove, with the names of the checks; -v lists every check
_GROUPS = {
    "every file is as it was written": "against manifest outputs sources volumes limit frozen kept",
    "every page of every file is in, in order": "ledger numbers count label paper",
    "pages look like their sources, stamps as they should": "pixels stamp own-pages word-file "
    "printed-file word-files",
    "text can be searched, and says what the pages say": "words tags fonts",
    "index, tab sheets, citations and links are true": "index tab-sheets enclosures own-links "
    "agreement cites bookmark links outline",
    "nothing is hidden, and nothing runs": "nothing-else",
    "signed pages show their scans, all others are unchanged": "signed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Results of the checks; None for a check that did not run."""

    proof: Proof | None = None
    warnings: tuple[Finding, ...] | None = None  # of the manifest, checked with --strict
    complaints: tuple[Finding, ...] | None = None  # from a receiver's profile


def _parse_digest(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    from assembler.runtime.manifest_reader import is_digest

    if value is not None and not is_digest(value.strip().lower()):
        raise click.BadParameter("it is not a sha256: 16 to 64 of the digits 0-9 and a-f")
    return value and value.strip().lower()


@click.command()
@click.argument("target", type=ANY)
@click.option(
    "--case",
    "case",
    type=FOLDER,
    default=None,
    help="The case folder (default: found above the build folder).",
)
@click.option(
    "--against",
    metavar="DIGEST",
    default=None,
    callback=_parse_digest,
    help="The manifest's sha256 that `bundle` printed, or at least its first 16 digits; detects "
    "a forged packet.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Also fail if something could not be checked (exit code 9), or if the manifest or "
    "--profile has warnings (exit code 3).",
)
@json_option
@jobs_option
@profile_option
@shelf_option
@verbose_option
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    target: Path,
    case: Path | None,
    against: str | None,
    strict: bool,
    as_json: bool,
    jobs: int | None,
    profile: str,
    shelf_dir: Path | None,
) -> None:
    """Prove finished packets again, using only their files.

    TARGET is a packet's folder, or a case folder to prove all of its packets. Only --against
    detects a packet that was forged as a whole, with its manifest. --profile also checks the
    requirements of that receiver; TARGET may then be any PDF, even one made elsewhere.
    """
    from assembler import receivers
    from assembler.runtime.resources import Shelf

    if target.is_file() and (against or case):
        option = "--against" if against else "--case"
        raise click.UsageError(
            f"{option} needs a packet's folder; name the folder, not a file in it"
        )
    packets = () if target.is_file() else find_packets(target)
    if not packets and is_case(target):
        raise make_missing_error(target)
    packets = packets or (target,)
    if against and len(packets) > 1:
        raise click.UsageError(
            f"--against is the digest of one packet; name its folder, such as {packets[0]}"
        )
    sources = None if target.is_file() else case or _find_case(packets[0])
    receiver = None
    if target.is_file() or _is_given(ctx, "profile"):
        receiver = receivers.load_profile(Shelf.default(shelf_dir), profile, sources)
    request = _Request(
        sources=sources, receiver=receiver, against=against, strict=strict, jobs=jobs
    )
    verdicts = [_verify(packet, request) for packet in packets]
    if as_json:
        documents = [_describe_verdict(verdict) for verdict in verdicts]
        print_result(json.dumps(documents[0] if packets == (target,) else documents, indent=1))
    else:
        for packet, verdict in zip(packets, verdicts, strict=True):
            _print(packet, verdict, every_check=is_verbose(ctx))
    for verdict in verdicts:
        _raise_failure(verdict, strict=strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What to verify of a packet, and against what."""

    sources: Path | None  # the case folder
    receiver: Profile | None
    against: str | None  # digest of its manifest, or the beginning of one
    strict: bool
    jobs: int | None


def _verify(packet: Path, request: _Request) -> Verdict:
    """Prove one packet, or check one PDF against a profile."""
    from assembler import pipeline
    from assembler.runtime.workshop import Workshop

    home = (packet if packet.is_dir() else packet.parent) / ".verify"
    proof, warnings = None, None
    with Workshop(home, jobs=request.jobs or os.cpu_count() or 1, temporary=True) as workshop:
        if packet.is_dir():
            proof = pipeline.verify(packet, request.sources, workshop)
            proof = _compare_digest(proof, packet, request.against)
            if request.strict and proof.ok:
                warnings = _read_manifest_warnings(packet)
        is_whole = proof is None or proof.ok or _has_all_files(packet)
        complaints = (
            _lint(packet, request.receiver, workshop) if request.receiver and is_whole else None
        )
    return Verdict(proof=proof, warnings=warnings, complaints=complaints)


def _has_all_files(packet: Path) -> bool:
    """Return whether the files of a bundle whose proof failed are there, so that a receiver's
    requirements can be compared with them."""
    from assembler.errors import ProofFailed
    from assembler.runtime.manifest_reader import read_manifest

    try:
        manifest = read_manifest(packet)
    except ProofFailed:
        return False
    return all((packet / volume.path).is_file() for volume in manifest.volumes)


def _is_given(ctx: click.Context, parameter: str) -> bool:
    source = ctx.get_parameter_source(parameter)
    return source is not click.core.ParameterSource.DEFAULT


def _compare_digest(proof: Proof, folder: Path, digest: str | None) -> Proof:
    """Return the proof with a check that compares the manifest with the digest noted down."""
    from assembler.model import Check
    from assembler.runtime.manifest_reader import read_digest

    if digest is None:
        return proof
    try:
        same = read_digest(folder).startswith(digest)
    except OSError:
        same = False
    how = "the one" if same else "NOT the one"
    detail = f"the manifest is {how} that was recorded"
    return replace(proof, checks=(Check(name="against", ok=same, detail=detail), *proof.checks))


def _read_manifest_warnings(folder: Path) -> tuple[Finding, ...]:
    """Return the warnings that `bundle` wrote into a packet's manifest."""
    from assembler.model import Severity
    from assembler.runtime.manifest_reader import read_manifest

    return tuple(
        finding
        for finding in read_manifest(folder).findings
        if finding.severity is Severity.WARNING
    )


def _lint(target: Path, profile: Profile, workshop: Workshop) -> tuple[Finding, ...]:
    from assembler import receivers

    if target.is_file():
        return receivers.lint([target], profile, workshop)
    return receivers.lint_build(target, profile, workshop)


def _describe_verdict(verdict: Verdict) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if verdict.proof:
        document |= {key: value for key, value in asdict(verdict.proof).items() if key != "prints"}
    for key, findings in (("warnings", verdict.warnings), ("findings", verdict.complaints)):
        if findings is not None:
            document[key] = [asdict(finding) for finding in findings]
    return document


def _print(packet: Path, verdict: Verdict, *, every_check: bool) -> None:
    """Print the conclusion, then a line for each group of checks, or for every check; then what
    could not be checked, and the findings."""
    proof, complaints = verdict.proof, verdict.complaints
    if proof:
        print_result(f"{packet}: {_write_conclusion(proof)}")
        for line in _write_checks(proof.checks, every_check=every_check):
            print_result(line)
        for missing in proof.not_checked:
            print_result(f"  not checked: {missing}")
    for finding in (*(verdict.warnings or ()), *(complaints or ())):
        print_result(f"{finding} [{finding.source}]" if finding.source else str(finding))
    if complaints is not None and not complaints:
        print_result("ok   profile: no findings")


def _write_conclusion(proof: Proof) -> str:
    failed = sum(not check.ok for check in proof.checks)
    total = format_count(len(proof.checks), "check")
    if failed:
        return f"NOT PROVED, {failed} of {total} failed"
    gaps = len(proof.not_checked)
    points = f"; {format_count(gaps, 'point')} not checked" if gaps else ""
    return f"proved, {total} passed{points}"


def _write_checks(checks: Sequence[Check], *, every_check: bool) -> Iterator[str]:
    """Yield the failed checks first, one line each, then those that passed, one line a group."""
    shown = checks if every_check else [check for check in checks if not check.ok]
    for check in sorted(shown, key=lambda check: check.ok):
        exhibit = f" exhibit {check.exhibit}" if check.exhibit else ""
        yield f"  {'ok  ' if check.ok else 'FAIL'} {check.name}{exhibit}: {check.detail}"
    if every_check:
        return
    group_of = {name: title for title, names in _GROUPS.items() for name in names.split()}
    for check in checks:  # what belongs to no group says something of this packet alone
        if check.ok and check.name not in group_of:
            yield f"  ok   {check.name}: {check.detail}"
    for title in _GROUPS:
        group = [check for check in checks if group_of.get(check.name) == title]
        if group and all(check.ok for check in group):
            yield f"  ok   {title}: {format_count(len(group), 'check')} passed"


def _raise_failure(verdict: Verdict, *, strict: bool) -> None:
    """Raise ProofFailed if the proof failed, else CaseRejected if findings stop the packet."""
    from assembler.errors import CaseRejected, ProofFailed
    from assembler.model import Severity

    proof, complaints = verdict.proof, verdict.complaints or ()
    stops = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if proof and not proof.ok:
        raise ProofFailed(
            "the bundle does not match its manifest", (), where="verify", remedy="build it again"
        )
    if strict and proof and proof.not_checked:
        raise ProofFailed(
            "not everything could be checked, and --strict requires it",
            (),
            where="verify",
            remedy="give what is named above after `not checked`, for example the case folder "
            "with --case, or verify without --strict",
        )
    if any(finding.severity in stops for finding in complaints):
        raise CaseRejected(
            "it does not meet the profile",
            (),
            where="verify",
            remedy="fix the findings above",
        )
    if verdict.warnings:
        raise CaseRejected(
            "the packet was built with warnings, which --strict does not allow",
            (),
            where="verify",
            remedy="fix the warnings above and build it again, or verify without --strict",
        )


def _find_case(folder: Path) -> Path | None:
    """Return the case of a build folder, if it is where `bundle` puts it: case/build/packet."""
    above = folder.resolve().parent.parent
    return above if (above / "case.json").is_file() else None
