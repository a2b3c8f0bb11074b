"""`assembler verify`: prove a finished bundle again; hold any finished PDF against a profile."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assembler.cli.console import common, result

if TYPE_CHECKING:
    from assembler.model import Finding, Proof
    from assembler.runtime.workshop import Workshop

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
ANY = click.Path(exists=True, path_type=Path)


def _digest(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    from assembler.runtime.manifest_reader import is_digest

    if value is not None and not is_digest(value.strip().lower()):
        raise click.BadParameter("it is no sha256: 16 to 64 of the digits 0-9 and a-f")
    return value and value.strip().lower()


@click.command()
@click.argument("target", type=ANY)
@click.option("--case", "case", type=FOLDER, default=None, help="The case folder (default: found above the build folder).")
@click.option("--against", metavar="DIGEST", default=None, callback=_digest,
              help="The manifest's sha256 that `bundle` printed, or its first 16 digits or more: tells a forged packet.")
@common
@click.pass_context
def verify(
    ctx: click.Context, /, target: Path, case: Path | None, against: str | None, as_json: bool, **options: Any
) -> None:
    """Prove a finished build folder again, from its files alone.

    A packet that was forged as a whole, manifest and all, agrees with itself: only --against tells it.
    With --profile, say too whether it is what that receiver asks for. TARGET may then be any PDF, also one made elsewhere.
    """
    asked = ctx.get_parameter_source("profile") is not click.core.ParameterSource.DEFAULT
    if target.is_file():
        if against:
            raise click.UsageError("--against is of a packet's folder; name the folder, not a file in it")
        _say(None, _lint(target, None, options), as_json)
        return
    sources = case or _case_above(target)
    proof = _held_against(_prove(target, sources, options), target, against)
    _say(proof, _lint(target, sources, options) if asked else None, as_json)


def _held_against(proof: Proof, folder: Path, digest: str | None) -> Proof:
    """The proof, with a check whether the manifest is the one whose digest was noted down."""
    from assembler.model import Check
    from assembler.runtime.manifest_reader import digest_of

    if digest is None:
        return proof
    try:
        same = digest_of(folder).startswith(digest)
    except OSError:
        same = False
    detail = "the manifest is the one that was noted down" if same else "the manifest is NOT the one that was noted down"
    return replace(proof, checks=(Check(name="against", ok=same, detail=detail), *proof.checks))


def _prove(folder: Path, sources: Path | None, options: dict[str, Any]) -> Proof:
    from assembler import pipeline

    with _workshop(folder, options) as workshop:
        return pipeline.verify(folder, sources, workshop)


def _lint(target: Path, sources: Path | None, options: dict[str, Any]) -> tuple[Finding, ...]:
    from assembler import receivers
    from assembler.runtime.resources import Shelf

    profile = receivers.load(Shelf.default(options["shelf_dir"]), options["profile"], sources)
    with _workshop(target if target.is_dir() else target.parent, options) as workshop:
        if target.is_file():
            return receivers.lint([target], profile, workshop)
        return receivers.lint_build(target, profile, workshop)


def _say(proof: Proof | None, found: tuple[Finding, ...] | None, as_json: bool) -> None:
    """Print both, then raise what failed: the proof first. Raises ProofFailed, CaseRejected."""
    from assembler.errors import CaseRejected, ProofFailed
    from assembler.model import Severity

    if as_json:
        result(json.dumps(_document(proof, found), indent=1))
    else:
        _print(proof, found)
    if proof and not proof.ok:
        raise ProofFailed("the bundle is not what its manifest says", (), where="verify", remedy="build it again")
    if any(finding.severity is Severity.ERROR for finding in found or ()):
        raise CaseRejected("it is not what the profile asks for", (), where="verify", remedy="mend what is said above")


def _document(proof: Proof | None, found: tuple[Finding, ...] | None) -> dict[str, Any]:
    document = {key: value for key, value in asdict(proof).items() if key != "prints"} if proof else {}
    return document if found is None else document | {"findings": [asdict(finding) for finding in found]}


def _print(proof: Proof | None, found: tuple[Finding, ...] | None) -> None:
    for one in proof.checks if proof else ():
        exhibit = f" exhibit {one.exhibit}" if one.exhibit else ""
        result(f"{'ok  ' if one.ok else 'FAIL'} {one.name}{exhibit}: {one.detail}")
    for missing in proof.not_checked if proof else ():
        result(f"not checked: {missing}")
    for finding in found or ():
        result(f"{finding} [{finding.source}]" if finding.source else str(finding))
    if found is not None and not found:
        result("ok   profile: nothing to complain of")


def _workshop(folder: Path, options: dict[str, Any]) -> Workshop:
    from assembler.runtime.workshop import Workshop

    return Workshop(folder / ".verify", jobs=options["jobs"] or os.cpu_count() or 1, temporary=True)


def _case_above(folder: Path) -> Path | None:
    """The case a build folder belongs to, if it stands where `bundle` puts it: case/build/packet."""
    above = folder.resolve().parent.parent
    return above if (above / "case.json").is_file() else None
