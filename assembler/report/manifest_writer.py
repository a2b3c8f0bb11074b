"""manifest.json of a packet: its inputs, its files and its proof added, written; or found current.

The file has mode 0600: it is confidential. `verify` works from it alone, a year later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from assembler import __version__
from assembler.errors import OutputNotWritten, ProofFailed
from assembler.model import (
    Case,
    Check,
    Manifest,
)
from assembler.model.manifest import (
    FORMAT,
    MANIFEST_FILE,
    OPTIONAL_KEYS,
    OutputFile,
    Source,
)
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from assembler.runtime.user_files import read_record


def digest_inputs(
    case: Case, folder: Path, shelf: Shelf, asked: object, surroundings: Mapping[str, str]
) -> str:
    """One hash of everything a build depends on: while it stays the same, building again would give
    the same bytes.

    case.json and all files it lists (`case` must be read with their hashes), the case's own
    templates and profiles, the shelf, what was asked, and what `surroundings` says of the program,
    its libraries and this machine.
    """
    own = sorted(
        path
        for place in ("templates", "profiles")
        for path in (folder / place).rglob("*")
        if path.is_file()
    )
    parts = {
        "assembler": __version__,
        "surroundings": dict(surroundings),
        "asked": str(asked),
        "case": [
            _digest(folder / "case.json"),
            *(f"{file.path} {file.sha256}" for file in case.files),
        ],
        "own": [f"{path.relative_to(folder).as_posix()} {_digest(path)}" for path in own],
        "shelf": shelf.digests(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_current(packet: Path, input_digest: str) -> Manifest | None:
    """Return the manifest of a finished packet if it was made from these inputs and proved, and
    its files are as they were written."""
    record = read_record(packet / MANIFEST_FILE)
    if record is None or record.get("seal") != input_digest:  # not worth checking all of it
        return None
    try:
        manifest = read_manifest(packet)
        is_current = (
            manifest.seal == input_digest
            and manifest.format == FORMAT
            and manifest.packet == packet.name
            and bool(manifest.proof)
            and all(check.ok for check in manifest.proof)
            and all(_output(packet / file.path, packet) == file for file in manifest.outputs)
        )
    except (OSError, ProofFailed):
        return None
    return manifest if is_current else None


def with_outputs(manifest: Manifest, folder: Path) -> Manifest:
    """Return the manifest with path, size and sha256 of every file of the folder but itself."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST_FILE
    )
    return replace(manifest, outputs=tuple(_output(path, folder) for path in files))


def with_output(manifest: Manifest, path: Path, folder: Path) -> Manifest:
    """Return the manifest with one more file of the folder, written since; the others need not be
    read again."""
    outputs = (*manifest.outputs, _output(path, folder))
    return replace(manifest, outputs=tuple(sorted(outputs, key=lambda file: Path(file.path))))


def with_proof(manifest: Manifest, checks: Sequence[Check], not_checked: Sequence[str]) -> Manifest:
    """Return the manifest with what was proved."""
    sentences = dict.fromkeys((*manifest.not_checked, *not_checked))
    return replace(manifest, proof=tuple(checks), not_checked=tuple(sentences))


def record_of(case: str, packet: str) -> Callable[[Path], Mapping[str, str] | None]:
    """Return what reads which files a packet's folder was written with: by path their sha256, ""
    for the manifest itself.

    It returns None for a folder without a manifest of ours, and raises OutputNotWritten for another
    packet's. Manifests of every earlier version are known, also those that `read_manifest` refuses:
    what a person put into their folders must be kept.
    """

    def read(folder: Path) -> Mapping[str, str] | None:
        data = read_record(folder / MANIFEST_FILE)
        outputs = _outputs_of(data) if data else None
        if data is None or outputs is None:
            return None
        if (data.get("case"), data.get("packet")) != (case, packet):
            raise OutputNotWritten(
                "it is a packet of another case, or another packet",
                where=f"{folder.parent.name}/{folder.name}",
                remedy="move it away, or choose another folder with --out",
            )
        return {**outputs, MANIFEST_FILE: ""}

    return read


def _outputs_of(data: Mapping[str, Any]) -> dict[str, str] | None:
    """The sha256 of each file a manifest lists; None if it is no manifest of ours."""
    version = data.get("format")
    ours = (
        isinstance(version, int)
        and 1 <= version <= FORMAT
        and isinstance(data.get("assembler"), str)
    )
    try:
        listed = {str(row["path"]): str(row["sha256"]) for row in data["outputs"]} if ours else None
    except (KeyError, TypeError):
        return None
    # earlier versions kept edited drafts under such a name, and listed them
    return listed and {
        path: sha256 for path, sha256 in listed.items() if not path.endswith(".edited.docx")
    }


def write_manifest(folder: Path, manifest: Manifest, *, final: bool = True) -> Path:
    """Write manifest.json. Raises OutputNotWritten.

    `final`: False for the proof alone to read, which takes a tenth of the time.
    """
    path = folder / MANIFEST_FILE
    write_atomic(path, encode_manifest(manifest, indent=1 if final else None))
    return path


def encode_manifest(manifest: Manifest, *, indent: int | None = 1) -> bytes:
    """Return a manifest as JSON: sorted, one item a line, same bytes for the same content."""
    text = json.dumps(_plain(manifest), indent=indent, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _plain(value: Any) -> Any:
    """A value as dicts and lists."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if not is_dataclass(value):
        return value
    optional = _optional_keys(value)
    return {
        field.name: _plain(getattr(value, field.name))
        for field in fields(value)
        if field.name not in optional or getattr(value, field.name) != field.default
    }


def _optional_keys(value: object) -> frozenset[str]:
    """Keys of an object that are left out where they have their default."""
    if isinstance(value, Source) and value.parts > 1:
        return frozenset()  # of the first part of a page that was cut, `part` is the default
    return OPTIONAL_KEYS.get(type(value), frozenset())


def _output(path: Path, folder: Path) -> OutputFile:
    return OutputFile(
        path=path.relative_to(folder).as_posix(), size=path.stat().st_size, sha256=_digest(path)
    )


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
