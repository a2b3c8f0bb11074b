"""`assembler diff`: what changed between two packets, in page terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from assembler.cli.console import result
from assembler.cli.shared_options import json_option, verbose_option

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
    """Pages added, removed, changed and moved between two build folders (or their manifests),
    old → new numbers."""
    from assembler.report import packet_diff

    before, after = _manifest(old), _manifest(new)
    try:
        changes = packet_diff.compare(before, after)
        text = packet_diff.note(changes, after)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise click.UsageError(
            "one of the two is no manifest of assembler; name build folders or manifest.json"
        ) from error
    if note:
        _write(note, text.encode())
    result(
        json.dumps(packet_diff.as_json(changes), indent=1)
        if as_json
        else packet_diff.as_text(changes)
    )


def _write(note: Path, data: bytes) -> None:
    """Raises OutputNotWritten if another file is there: somebody may have worked on it."""
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


def _manifest(path: Path) -> dict[str, Any]:
    file = path / "manifest.json" if path.is_dir() else path
    try:
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf8"))
    except (OSError, ValueError, RecursionError) as error:
        raise click.UsageError(
            f"{file.name} cannot be read; name a build folder or its manifest.json"
        ) from error
    return data
