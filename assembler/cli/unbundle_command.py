"""`assembler unbundle`: restore the original files that a packet was made from."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from assembler.cli.console import print_result, read_as_of, say
from assembler.cli.shared_options import FOLDER, json_option, verbose_option


@click.command()
@click.argument("build", type=FOLDER)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="A new folder for the case (default: originals-of-NAME here).",
)
@json_option
@verbose_option
def unbundle(build: Path, out: Path | None, as_json: bool) -> None:
    """Restore the case.json, evidence and forms of a packet, and check their sha256.

    BUILD is a packet's folder, or a folder of several packets of a case, which were built with
    `bundle --keep-originals`.
    """
    from assembler.report import originals

    target = out or Path(f"originals-of-{build.resolve().name}")
    restored = originals.restore(build, target, read_as_of(None))
    if restored.elsewhere:
        say(
            f"{target.name}: case.json lists {len(restored.elsewhere)} files of other packets, "
            f"which are not here: to build "
            "again, name the folder of all packets"
        )
    if as_json:
        print_result(json.dumps({"folder": str(target), **asdict(restored)}, indent=1))
    else:
        print_result(f"{target}: {len(restored.files)} files, each verified by its sha256")
