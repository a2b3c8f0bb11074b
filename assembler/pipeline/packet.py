"""The folder of a packet: made beside its place, filled, and moved there when all is proved."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from assembler import forms, report
from assembler.errors import OutputNotWritten
from assembler.model import Draft


def staging(target: Path, packet: str) -> Path:
    """A new folder beside the final one, so that moving it into place is one step."""
    made = target / f".{packet}.new"
    try:
        shutil.rmtree(made, ignore_errors=True)
        (made / "drafts").mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise OutputNotWritten("it cannot be written", where=str(target.name), remedy="choose another with --out") from error
    return made


def keep_drafts(filled: Sequence[Draft], made: Path, before: Path) -> None:
    """Put the Word files beside the bundle; one that a person has edited since the last run is kept, renamed."""
    for one in filled:
        shutil.copyfile(one.docx, made / "drafts" / f"{one.id.removeprefix('draft:')}.docx")
    for edited in report.edited_drafts(before):
        shutil.copyfile(edited, made / "drafts" / f"{edited.stem}.edited.docx")


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
