"""Keep the client's original files with a packet, and restore them byte for byte.

`keep` copies the files a packet is made from into its folder, each under its sha256, equal content
once; `restore` writes a case folder from the copies of one or more packets. Manifests are not
trusted: no path in them may leave the folder.
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
from assembler.runtime.atomic_files import replace_file
from assembler.runtime.folder_walk import find_in_folders, list_files
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.publishing import publish, recover_folder, stage_folder

FOLDER = "originals"
_CASE_RESOURCES = ("templates", "profiles")  # folders of a case that change its packets
_PLAIN_NAME = re.compile(r"[^/\\:\x00-\x1f]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The restored files, by their paths in the case folder."""

    files: tuple[str, ...]
    elsewhere: tuple[str, ...]  # files of case.json that belong to other packets only


def keep(case: Case, plan: Plan, folder: Path, staged: Path) -> Originals:
    """Copy the files a packet is made from into `staged`/originals; return their paths, sha256 and
    sizes.

    These are case.json, the case's own templates and profiles, and its evidence and forms, except
    those of other packets only. Raises OutputNotWritten if a file has changed since the case was
    read, or cannot be copied.

    Args:
        folder: of the case.
        staged: the packet's folder while it is written.
    """
    store = staged / FOLDER
    sha256_by_path = {file.path: file.sha256 for file in case.files}
    expected = {**sha256_by_path, "case.json": case.sha256}
    others = _list_other_paths(case, plan)
    paths = [
        "case.json",
        *(path for path in sha256_by_path if path not in others),
        *_list_case_resources(folder),
    ]
    try:
        store.mkdir(mode=0o700)
        return Originals(
            files=tuple(
                _keep_file(folder, path, store, expected.get(path)) for path in sorted(paths)
            )
        )
    except OSError as error:
        raise OutputNotWritten(
            "the originals cannot be copied",
            where=FOLDER,
            remedy="free some space, or build without --keep-originals",
        ) from error


def _list_other_paths(case: Case, plan: Plan) -> set[str]:
    """Return the paths that only exhibits and forms of other packets use."""
    exhibits = {part.exhibit for part in plan.parts if part.kind is PartKind.EXHIBIT}
    forms = {part.document for part in plan.parts if part.kind is PartKind.FORM}
    own_paths = {
        part.path for exhibit in case.exhibits if exhibit.id in exhibits for part in exhibit.parts
    }
    own_paths |= {form.path for form in case.forms if DocumentId.form(form.path) in forms}
    all_paths = {part.path for exhibit in case.exhibits for part in exhibit.parts} | {
        form.path for form in case.forms
    }
    return all_paths - own_paths


def _list_case_resources(folder: Path) -> Iterator[str]:
    """Return the paths of the case's own templates and profiles."""
    for name in _CASE_RESOURCES:
        for path in list_files(folder / name):
            if not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _keep_file(folder: Path, path: str, store: Path, expected: str | None) -> SourceFile:
    """Copy a file of the case into the store under its sha256, which must be the expected one."""
    copy = store / ".new"
    size, sha256 = _copy(folder / path, copy)
    if expected is not None and sha256 != expected:
        raise OutputNotWritten(
            "it was changed while the bundle was made", where=path, remedy="rerun"
        )
    replace_file(copy, store / sha256)
    return SourceFile(path=path, sha256=sha256, size=size)


def _copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file; return size and sha256 of the written bytes."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream, target.open("wb") as out:
        while block := stream.read(1 << 20):
            digest.update(block)
            size += out.write(block)
    return size, digest.hexdigest()


# --- restore ---


def restore(build: Path, out: Path, day: date) -> Restored:
    """Write the case folder that the packets in `build` were made from to `out`; on an error
    nothing is written.

    Args:
        build: a packet's folder, or a folder of several of them.

    Raises:
        CaseRejected: no originals were kept.
        ProofFailed: an original is missing or changed.
        OutputNotWritten: `out` is not empty or cannot be written.
    """
    packets = _find_packets(build)
    records = _join_records(record for _, manifest in packets for record in _read_records(manifest))
    stores = [folder / FOLDER for folder, _ in packets]
    listed = {file.path for _, manifest in packets for file in manifest.inputs}
    recover_folder(out, _read_no_record, day)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputNotWritten(
            "it is not empty",
            where=out.name,
            remedy="name a new folder with --out",
        )
    with stage_folder(out, _read_no_record, day) as staged:
        for path, record in records.items():
            _restore_file(record, stores, staged / path)
        publish(staged, out, _read_no_record, day)
    return Restored(files=tuple(records), elsewhere=tuple(sorted(listed - set(records))))


def _read_no_record(_folder: Path) -> None:
    """Return None, so that a folder that holds anything is never replaced by originals."""


def _find_packets(build: Path) -> list[tuple[Path, Manifest]]:
    """Return the folders of packets of one case with their manifests. Raises CaseRejected."""
    folders = (
        [build]
        if (build / MANIFEST_FILE).is_file()
        else [path.parent for path in find_in_folders(build, MANIFEST_FILE)]
    )
    packets = []
    for folder in folders:
        manifest = read_manifest(folder)
        if manifest.originals:
            packets.append((folder, manifest))
    if not packets:
        problem = (
            "no originals were kept with it" if folders else "there is no manifest of a packet"
        )
        raise CaseRejected(
            problem,
            (),
            where=build.name,
            remedy="only `assembler bundle --keep-originals` keeps them; take them from the case "
            "folder",
        )
    if len({manifest.case for _, manifest in packets}) > 1:
        raise CaseRejected(
            "its packets are of several cases",
            (),
            where=build.name,
            remedy="name the packets of one case",
        )
    return packets


def _read_records(manifest: Manifest) -> tuple[SourceFile, ...]:
    """Return a manifest's list of originals. Raises ProofFailed unless every path stays in the
    folder and every hash is a sha256."""
    files = manifest.originals.files if manifest.originals else ()
    if not all(_is_inside_case(file.path) and _SHA256.fullmatch(file.sha256) for file in files):
        raise _restore_error("its list of originals names a path outside the case folder")
    if not manifest.inputs:
        raise _restore_error("it lists none of the client's files")
    return files


def _is_inside_case(path: str) -> bool:
    """Return True if a path stays in the case folder, outside its build/ and .assembler/."""
    parts = path.split("/")
    return all(_PLAIN_NAME.fullmatch(part) and part not in (".", "..") for part in parts) and parts[
        0
    ] not in ("build", ".assembler")


def _join_records(records: Iterable[SourceFile]) -> dict[str, SourceFile]:
    """Return the records by path. Raises ProofFailed if packets hold different versions of a
    file."""
    by_path: dict[str, SourceFile] = {}
    for file in records:
        if by_path.setdefault(file.path, file).sha256 != file.sha256:
            raise _restore_error(
                f"two packets were made from different versions of {file.path}",
                "restore one packet at a time",
            )
    return by_path


def _restore_file(record: SourceFile, stores: Sequence[Path], target: Path) -> None:
    """Copy an original out of the first store that has it, and check its sha256."""
    store = next((folder for folder in stores if (folder / record.sha256).is_file()), None)
    if store is None:
        raise _restore_error(f"the original of {record.path} is missing")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _copy(store / record.sha256, target)[1] != record.sha256:
        raise _restore_error(f"the original of {record.path} was changed")


def _restore_error(
    problem: str, remedy: str = "restore the packet's folder from a copy"
) -> ProofFailed:
    return ProofFailed(problem, (), where=FOLDER, remedy=remedy)
