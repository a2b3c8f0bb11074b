"""`assembler diff`: list the pages that changed between two packets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assembler.cli.console import result
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
    """List pages added, removed, changed and moved between two build folders (or their
    manifests), with old → new numbers."""
    from assembler.report import packet_diff

    before, after = _read_manifest(old), _read_manifest(new)
    changes = packet_diff.compare(before, after)
    text = packet_diff.note(changes, after)
    if note:
        _write_note(note, text.encode())
    result(
        json.dumps(packet_diff.as_json(changes), indent=1)
        if as_json
        else packet_diff.as_text(changes)
    )


def _write_note(note: Path, data: bytes) -> None:
    """Write the note. Raises OutputNotWritten if another file is there, since somebody may have
    edited it."""
    from assembler.errors import OutputNotWritten
    from assembler.runtime.atomic_files import write_atomic

    if note.is_symlink() or note.exists():
        if note.is_file() and not note.is_symlink() and note.read_bytes() == data:
            return
        raise OutputNotWritten(
            "there is a file of this name, and somebody may have worked on it",
            where=note.name,
            remedy="give --note another name",
        )
    write_atomic(note, data)


def _read_manifest(path: Path) -> Manifest:
    from assembler.errors import ProofFailed
    from assembler.runtime.manifest_reader import read_manifest

    try:
        return read_manifest(path, complete=True)
    except ProofFailed as error:
        raise click.UsageError(
            f"{path.name} is no manifest of assembler ({error.where}: {error.problem}); name a "
            f"build folder or its manifest.json"
        ) from error
