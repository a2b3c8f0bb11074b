"""The folder of a packet: where it may lie, and what lies in it beside the bundle."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembler import forms, report
from assembler.errors import OutputNotWritten
from assembler.model import Case, Draft
from assembler.workshop import link_below, refuse_bytes, refuse_foreign

_INPUTS = ("case.json", "evidence", "forms", "templates", "profiles", ".assembler")


def place(case: Case, folder: Path, packet: str, out: Path | None) -> Path:
    """Where a packet goes. Raises OutputNotWritten if it may not be put there.

    Not among the case's own files; not through a symbolic link within the case folder; not over anything but this
    packet's own folder. Links on the way to a folder named with --out are the person's choice.
    """
    final = (out or folder / "build") / packet
    inside = final.resolve().relative_to(folder.resolve()).parts if final.resolve().is_relative_to(folder.resolve()) else ()
    if inside and inside[0] in _INPUTS:
        raise OutputNotWritten(
            f"packets are not written into the case's own {inside[0]}", where=f"{final.parent.name}/{packet}",
            remedy="choose another folder with --out",
        )
    if link := link_below(final, folder):
        raise OutputNotWritten(
            "it is a symbolic link; what it leads to is not replaced", where=link.name,
            remedy="remove the link, or name the folder itself with --out",
        )
    refuse_bytes(final.resolve())
    refuse_foreign(final, report.record_of(case.id, packet))
    return final


def lay_drafts(filled: Sequence[Draft], made: Path) -> None:
    """Put the Word files beside the bundle."""
    (made / "drafts").mkdir(mode=0o700)
    for one in filled:
        shutil.copyfile(one.docx, made / "drafts" / f"{one.id.removeprefix('draft:')}.docx")


def keep_forms(filled: Sequence[forms.Done], made: Path) -> None:
    """Put the filled forms, with their fields, beside the bundle: a person completes and signs them."""
    for one in filled:
        (made / "forms").mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(one.editable, made / "forms" / Path(one.document.removeprefix("form:")).name)


def keep_papers(papers: Mapping[str, Path], made: Path) -> None:
    """Put the working papers beside the bundle."""
    for name, path in papers.items():
        (made / name).parent.mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(path, made / name)
