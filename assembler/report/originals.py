"""originals: the client's own files, kept with a packet where somebody asks for it, and given back
byte for byte.

`keep` copies what a packet was made of into its folder, each file under its sha256, the same
content once; `restore` writes a case folder from the stores of one or more packets. A manifest is
judged as a stranger's: no path of it leaves the folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assembler.errors import CaseRejected, OutputNotWritten, ProofFailed
from assembler.model import Case, DocumentId, Manifest, PartKind, Plan, SourceFile
from assembler.model.manifest import MANIFEST_FILE, Originals
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.publishing import publish, staging

FOLDER = "originals"
_OWN = ("templates", "profiles")  # folders of a case that change what is made of it
_PLAIN = re.compile(r"[^/\\:\x00-\x1f]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was given back. `elsewhere`: files that case.json lists and that belong to other
    packets only."""

    files: tuple[str, ...]
    elsewhere: tuple[str, ...]


def keep(case: Case, plan: Plan, folder: Path, made: Path) -> Originals:
    """Copy what the packet was made of into `made`/originals; returns path, sha256 and size of each
    file.

    That is case.json, the case's own templates and profiles, and its evidence and forms but those
    of other packets only. Raises OutputNotWritten if a file is not as it was when the case was
    read, or cannot be copied.
    """
    store = made / FOLDER
    known = {one.path: one.sha256 for one in case.files}
    others = _of_others(case, plan)
    paths = ["case.json", *(path for path in known if path not in others), *_own(folder)]
    try:
        store.mkdir(mode=0o700)
        return Originals(
            files=tuple(_kept(folder, path, store, known.get(path)) for path in sorted(paths))
        )
    except OSError as error:
        raise OutputNotWritten(
            "the originals cannot be copied",
            where=FOLDER,
            remedy="free some space, or build without --keep-originals",
        ) from error


def _of_others(case: Case, plan: Plan) -> set[str]:
    """Paths that only exhibits and forms use which are not in this packet."""
    exhibits = {part.exhibit for part in plan.parts if part.kind is PartKind.EXHIBIT}
    forms = {part.document for part in plan.parts if part.kind is PartKind.FORM}
    mine = {part.path for one in case.exhibits if one.id in exhibits for part in one.parts}
    mine |= {form.path for form in case.forms if DocumentId.form(form.path) in forms}
    everything = {part.path for one in case.exhibits for part in one.parts} | {
        form.path for form in case.forms
    }
    return everything - mine


def _own(folder: Path) -> Iterator[str]:
    for place in _OWN:
        for path in (folder / place).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _kept(folder: Path, path: str, store: Path, expected: str | None) -> SourceFile:
    made = store / ".new"
    size, sha256 = _copied(folder / path, made)
    if expected is not None and sha256 != expected:
        raise OutputNotWritten(
            "it was changed while the bundle was made", where=path, remedy="rerun"
        )
    made.replace(store / sha256)
    return SourceFile(path=path, sha256=sha256, size=size)


def _copied(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file; size and sha256 of what was written."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream, target.open("wb") as out:
        while block := stream.read(1 << 20):
            digest.update(block)
            size += out.write(block)
    return size, digest.hexdigest()


# --- and back ---


def restore(build: Path, out: Path, day: date) -> Restored:
    """Write the case folder that the packets below `build` (a packet's folder, or one of several)
    were made of to `out`.

    Raises CaseRejected where no originals were kept, ProofFailed where one is missing or changed,
    OutputNotWritten where `out` holds something already or cannot be written. Then nothing is
    written.
    """
    packets = _packets(build)
    records = _together(record for _, manifest in packets for record in _records(manifest))
    stores = [folder / FOLDER for folder, _ in packets]
    listed = {file.path for _, manifest in packets for file in manifest.inputs}
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputNotWritten(
            "there is something in it already",
            where=out.name,
            remedy="name a new folder with --out",
        )
    with staging(out, _nothing_there, day) as made:
        for path, record in records.items():
            _given_back(record, stores, made / path)
        publish(made, out, _nothing_there, day)
    return Restored(files=tuple(records), elsewhere=tuple(sorted(listed - set(records))))


def _nothing_there(_folder: Path) -> None:
    """A folder that holds anything is never replaced by originals."""


def _packets(build: Path) -> list[tuple[Path, Manifest]]:
    """The packets' folders with their manifests; those of one case."""
    here = (
        [build]
        if (build / MANIFEST_FILE).is_file()
        else sorted(path.parent for path in build.glob(f"*/{MANIFEST_FILE}"))
    )
    packets = []
    for folder in here:
        manifest = read_manifest(folder)
        if manifest.originals:
            packets.append((folder, manifest))
    if not packets:
        problem = "no originals were kept with it" if here else "there is no manifest of a packet"
        raise CaseRejected(
            problem,
            (),
            where=build.name,
            remedy="they are kept only where `assembler bundle --keep-originals` made it; take "
            "them from the case folder",
        )
    if len({manifest.case for _, manifest in packets}) > 1:
        raise CaseRejected(
            "its packets are of several cases",
            (),
            where=build.name,
            remedy="name the packets of one case",
        )
    return packets


def _records(manifest: Manifest) -> tuple[SourceFile, ...]:
    """The list of a manifest's originals, if every path stays in the folder and every hash is
    one."""
    files = manifest.originals.files if manifest.originals else ()
    if not all(_harmless(file.path) and _SHA256.fullmatch(file.sha256) for file in files):
        raise _untrue("its list of originals names a place outside the case folder")
    if not manifest.inputs:
        raise _untrue("it lists none of the client's files")
    return files


def _harmless(path: str) -> bool:
    parts = path.split("/")
    return all(_PLAIN.fullmatch(part) and part not in (".", "..") for part in parts) and parts[
        0
    ] not in ("build", ".assembler")


def _together(records: Iterable[SourceFile]) -> dict[str, SourceFile]:
    """Each path once. Two packets built from different states of the case cannot be one folder."""
    by_path: dict[str, SourceFile] = {}
    for file in records:
        if by_path.setdefault(file.path, file).sha256 != file.sha256:
            raise _untrue(
                f"two packets were made of different states of {file.path}",
                "give back one packet at a time",
            )
    return by_path


def _given_back(record: SourceFile, stores: Sequence[Path], target: Path) -> None:
    store = next((folder for folder in stores if (folder / record.sha256).is_file()), None)
    if store is None:
        raise _untrue(f"the original of {record.path} is not there")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _copied(store / record.sha256, target)[1] != record.sha256:
        raise _untrue(f"the original of {record.path} was changed")


def _untrue(problem: str, remedy: str = "restore the packet's folder from a copy") -> ProofFailed:
    return ProofFailed(problem, (), where=FOLDER, remedy=remedy)
