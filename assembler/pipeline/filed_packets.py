"""Keep the packets of a case as they were filed, so that later builds can keep their page numbers.

They are in filed/<day>/ of the case folder, one folder a packet, as `--freeze` reads them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

from assembler.errors import AssemblerError, CaseRejected, OutputNotWritten, ProofFailed
from assembler.model import Filed, Manifest
from assembler.model.manifest import MANIFEST_FILE
from assembler.pipeline.amend import read_filed_packets
from assembler.report import manifest_writer
from assembler.runtime.atomic_files import (
    find_link_below,
    is_plain_folder,
    move_path,
    remove_tree,
    report_write_errors,
    sync_files,
    sync_folder,
    sync_folders,
)
from assembler.runtime.folder_walk import find_in_folders, list_folder
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.user_files import list_paths

FOLDER = "filed"
_STAGE = ".new"  # in filed/: a copy that is not complete yet


def list_filed_folders(case_folder: Path) -> tuple[Path, ...]:
    """Return the folders of filed packets of a case, the earliest first."""
    home = case_folder / FOLDER
    if not is_plain_folder(home):
        return ()
    return tuple(
        folder
        for folder in sorted(list_folder(home), key=_make_order)
        if is_plain_folder(folder)
        and not folder.name.startswith(".")
        and find_in_folders(folder, MANIFEST_FILE)
    )


def _make_order(folder: Path) -> tuple[str, int]:
    """Sort 2026-11-29-10 after 2026-11-29-9."""
    day, number = folder.name[:10], folder.name[11:]
    return day, int(number) if number.isdecimal() else 0


def find_filed(case_folder: Path, sha256: str) -> tuple[Filed, ...]:
    """Return the packets that were filed together with the one whose manifest has this hash; ()
    if there is none that can be read."""
    for folder in list_filed_folders(case_folder):
        try:
            packets = read_filed_packets(folder)
        except AssemblerError:
            continue
        if any(packet.sha256 == sha256 for packet in packets):
            return packets
    return ()


def list_packets(case_folder: Path) -> tuple[Path, ...]:
    """Return the folders of the finished packets in build/ of a case, sorted."""
    home = case_folder / "build"
    if not is_plain_folder(home):
        return ()
    return tuple(
        path
        for path in sorted(home.iterdir())
        if is_plain_folder(path) and ".kept-" not in path.name and (path / MANIFEST_FILE).is_file()
    )


def keep_filed(case_folder: Path, day: date) -> Path:
    """Copy all packets in build/ to filed/<day>/, and return that folder; nothing is overwritten.

    Used while nothing else works on the case.

    Raises:
        CaseRejected: there is no packet, or one is not as it was proved.
        OutputNotWritten: the copy cannot be written.
    """
    packets = list_packets(case_folder)
    if not packets:
        raise CaseRejected(
            "there is no packet yet", (), where=case_folder.name, remedy="build it first"
        )
    for packet in packets:
        _read_proved(packet)
    home = case_folder / FOLDER
    if link := find_link_below(home / _STAGE, case_folder):
        raise OutputNotWritten("it is a symbolic link", where=link.name, remedy="remove the link")
    with report_write_errors(FOLDER, home if home.is_dir() else case_folder):
        home.mkdir(mode=0o700, exist_ok=True)
        stage = home / _STAGE
        remove_tree(stage)  # of a run that was killed
        try:
            for packet in packets:
                _copy_packet(packet, stage / packet.name)
                _read_proved(stage / packet.name)
            sync_files(stage)
            sync_folders(stage)
            final = next(path for path in _list_names(home, day) if not path.exists())
            move_path(stage, final)
            sync_folder(home)
        finally:
            remove_tree(stage)
    return final


def _list_names(home: Path, day: date) -> Iterator[Path]:
    yield home / day.isoformat()
    for number in count(2):
        yield home / f"{day.isoformat()}-{number}"


def _read_proved(packet: Path) -> Manifest:
    """Return the manifest of a packet that is as it was proved. Raises CaseRejected."""
    try:
        manifest = read_manifest(packet)
        proved = manifest_writer.read_current(packet, manifest.seal)
    except (OSError, ProofFailed):
        proved = None
    if proved is None:
        raise CaseRejected(
            "a file of the packet is not as it was when the packet was proved",
            (),
            where=packet.name,
            remedy="build it again, and file that",
        )
    return proved


def _copy_packet(packet: Path, target: Path) -> None:
    """Copy the files of a packet, a person's own ones too; links are left out."""
    for path in list_paths(packet):
        source = packet / path
        if source.is_symlink() or not source.is_file():
            continue
        (target / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, target / path)
        (target / path).chmod(0o600)
