"""Complete and write the manifest.json of a packet, and find packets that are current.

The file has mode 0600: it is confidential. `verify` works from it alone, a year later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
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
from assembler.runtime.folder_walk import list_files
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.resources import Shelf
from assembler.runtime.user_files import digest_file, read_record

# keys of a source that only the page of a printed file has
_OF_PRINTED_FILES = frozenset(("options", "passages", "tiles"))


def list_inputs(
    case: Case, folder: Path, shelf: Shelf, surroundings: Mapping[str, str]
) -> Mapping[str, object]:
    """Return everything a build depends on but its options: case.json and all files it lists, the
    case's own templates and profiles, the shelf, and the surroundings.

    Args:
        case: read with the hashes of its files.
        surroundings: versions of the program, its libraries and this machine's programs.
    """
    own_files = [path for name in ("profiles", "templates") for path in list_files(folder / name)]
    return {
        "assembler": __version__,
        "surroundings": dict(surroundings),
        "case": [
            case.sha256,  # not of the file as it is by now: a person may have saved another text
            *(f"{file.path} {file.sha256}" for file in case.files),
        ],
        "own": [f"{path.relative_to(folder).as_posix()} {digest_file(path)}" for path in own_files],
        "shelf": shelf.digests(),
    }


def digest_inputs(inputs: Mapping[str, object], options: object) -> str:
    """Return one hash of everything a build depends on: with the same hash, building again gives
    the same bytes."""
    parts = {**inputs, "asked": str(options)}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_current(packet: Path, input_digest: str) -> Manifest | None:
    """Return the manifest of a finished packet if it was made from these inputs and proved, and
    its files have not changed since; else None."""
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
            and all(
                _describe_output(packet / file.path, packet) == file for file in manifest.outputs
            )
        )
    except (OSError, ProofFailed):
        return None
    return manifest if is_current else None


def add_outputs(manifest: Manifest, folder: Path) -> Manifest:
    """Return the manifest with path, size and sha256 of every other file of the folder."""
    files = [path for path in list_files(folder) if path.name != MANIFEST_FILE]
    return replace(manifest, outputs=tuple(_describe_output(path, folder) for path in files))


def add_output(manifest: Manifest, path: Path, folder: Path) -> Manifest:
    """Return the manifest with one file of the folder added, without reading the others again."""
    outputs = (*manifest.outputs, _describe_output(path, folder))
    return replace(manifest, outputs=tuple(sorted(outputs, key=lambda file: Path(file.path))))


def add_proof(manifest: Manifest, checks: Sequence[Check], not_checked: Sequence[str]) -> Manifest:
    """Return the manifest with the checks of the proof, and what it could not check."""
    sentences = dict.fromkeys((*manifest.not_checked, *not_checked))
    return replace(manifest, proof=tuple(checks), not_checked=tuple(sentences))


def make_record_reader(case: str, packet: str) -> Callable[[Path], Mapping[str, str] | None]:
    """Return a function that lists the files that this program wrote into a packet's folder.

    The function returns the sha256 of each by its path ("" for the manifest itself), or None for a
    folder without a manifest of this program, and raises OutputNotWritten for the folder of another
    packet. It reads manifests of every earlier version, also those that `read_manifest` refuses,
    so that files that a person put into their folders are kept.
    """

    def read(folder: Path) -> Mapping[str, str] | None:
        data = read_record(folder / MANIFEST_FILE)
        outputs = _read_outputs(data) if data else None
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


def _read_outputs(data: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the sha256 of each file a manifest lists; None if this program did not write it."""
    version = data.get("format")
    is_ours = (
        isinstance(version, int)
        and 1 <= version <= FORMAT
        and isinstance(data.get("assembler"), str)
    )
    try:
        listed = (
            {str(row["path"]): str(row["sha256"]) for row in data["outputs"]} if is_ours else None
        )
    except (KeyError, TypeError):
        return None
    # earlier versions kept edited drafts under such a name, and listed them
    return listed and {
        path: sha256 for path, sha256 in listed.items() if not path.endswith(".edited.docx")
    }


def write_manifest(folder: Path, manifest: Manifest, *, final: bool = True) -> Path:
    """Write manifest.json. Raises OutputNotWritten.

    Args:
        final: False for the file that only the proof reads; writing it takes a tenth of the time.
    """
    path = folder / MANIFEST_FILE
    write_atomic(path, encode_manifest(manifest, indent=1 if final else None))
    return path


def encode_manifest(manifest: Manifest, *, indent: int | None = 1) -> bytes:
    """Return a manifest as JSON: sorted, one item per line, same bytes for the same content."""
    text = json.dumps(_convert_value(manifest), indent=indent, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def _convert_value(value: Any) -> Any:
    """Convert a value to dicts and lists."""
    if isinstance(value, tuple):
        return [_convert_value(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date):
        return value.isoformat()
    if not is_dataclass(value):
        return value
    optional = _list_optional_keys(value)
    return {
        field.name: _convert_value(getattr(value, field.name))
        for field in fields(value)
        if field.name not in optional or getattr(value, field.name) != field.default
    }


def _list_optional_keys(value: object) -> frozenset[str]:
    """Return the keys of an object that are left out if they have their default."""
    if isinstance(value, Source) and value.parts > 1:
        return (
            _OF_PRINTED_FILES  # `part` of the first part of a cut page is the default, but needed
        )
    return OPTIONAL_KEYS.get(type(value), frozenset())


def _describe_output(path: Path, folder: Path) -> OutputFile:
    return OutputFile(
        path=path.relative_to(folder).as_posix(), size=path.stat().st_size, sha256=digest_file(path)
    )
