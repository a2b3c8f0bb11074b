"""`assembler diff`: list the pages that changed between two packets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.console import print_result
from assembler.cli.shared_options import json_option, verbose_option

if TYPE_CHECKING:
    from assembler.model import Manifest

ANY = click.Path(exists=True, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("old", type=ANY)
@click.argument("new", type=ANY)
@json_option
@click.option(
    "--note",
    type=FILE,
    default=None,
    help="Write a cover note for a supplement to this file (Markdown); it names exhibits by title.",
)
@verbose_option
def diff(old: Path, new: Path, as_json: bool, note: Path | None) -> None:
    """List pages added, removed, changed and moved between OLD and NEW, with old → new numbers.

    Each is a packet's folder, its manifest.json, or a folder of packets, such as build/; packets of
    two folders are compared by name.
    """
    from assembler.report import packet_diff

    pairs = _pair_packets(_read_packets(old), _read_packets(new))
    if note and len(pairs) > 1:
        raise click.UsageError("--note is for one packet; name the folder of one")
    changes = {packet: packet_diff.compare(*pair) for packet, pair in pairs.items()}
    if note:
        ((packet, (_, after)),) = pairs.items()
        from assembler.runtime.named_files import write_new_file

        text = packet_diff.note(changes[packet], after)
        write_new_file(note, text.encode(), "give --note another name")
    if as_json:
        rows = {packet: packet_diff.as_json(of_packet) for packet, of_packet in changes.items()}
        print_result(json.dumps(rows if len(rows) > 1 else next(iter(rows.values())), indent=1))
        return
    for packet, of_packet in changes.items():
        heading = [f"{packet}:"] if len(changes) > 1 else []
        print_result("\n".join([*heading, packet_diff.as_text(of_packet)]))


def _pair_packets(
    old: Mapping[str, Manifest], new: Mapping[str, Manifest]
) -> dict[str, tuple[Manifest, Manifest]]:
    """Return the packets to compare, by name. Raises UsageError where one has no counterpart."""
    if len(old) == len(new) == 1:  # two packets that a person named, whatever they are called
        return {name: (next(iter(old.values())), manifest) for name, manifest in new.items()}
    if len(old) == 1 and old.keys() <= new.keys():
        new = {name: new[name] for name in old}
    alone = sorted(old.keys() ^ new.keys())
    if alone:
        raise click.UsageError(
            f"{', '.join(alone)}: only one of the two folders has this packet; name the folders of "
            f"the packets to compare"
        )
    return {name: (old[name], new[name]) for name in sorted(new)}


def _read_packets(place: Path) -> dict[str, Manifest]:
    """Return the manifests of a packet, or of all packets of a folder or a case, by packet."""
    from assembler.model.manifest import MANIFEST_FILE
    from assembler.runtime.folder_walk import find_in_folders

    if place.is_file() or (place / MANIFEST_FILE).exists():
        manifest = _read_manifest(place)
        return {manifest.packet: manifest}
    home = place / "build" if (place / "case.json").is_file() else place
    manifests = [_read_manifest(path.parent) for path in find_in_folders(home, MANIFEST_FILE)]
    if not manifests:
        manifests = [_read_manifest(place)]  # says what is wrong with it
    return {manifest.packet: manifest for manifest in manifests}


def _read_manifest(path: Path) -> Manifest:
    from assembler.errors import ProofFailed
    from assembler.runtime.manifest_reader import read_manifest

    try:
        return read_manifest(path, complete=True)
    except ProofFailed as error:
        raise click.UsageError(
            f"{path.name} is not a manifest of assembler ({error.where}: {error.problem}); name a "
            f"build folder or its manifest.json"
        ) from error
