"""Check where the folder of a packet may be, and write the files beside its bundle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from assembler import forms
from assembler.bundle.print_set import FOLDER as PRINT_FOLDER
from assembler.bundle.print_set import read_print_hashes
from assembler.bundle.signed_set import read_signed_hashes
from assembler.errors import OutputNotWritten
from assembler.model import Case, DocumentId, Draft, Prepared, TextMethod
from assembler.model.manifest import (
    WORDS_FILE,
    locate_filled_form,
    locate_kept_conversion,
    locate_kept_pdf,
    locate_word_file,
)
from assembler.model.signed_packet import SIGNED_FOLDER
from assembler.pipeline.checked_case import CheckedCase
from assembler.pipeline.packet_content import PacketContent
from assembler.pipeline.run_context import RunContext
from assembler.report import manifest_writer
from assembler.runtime.atomic_files import find_link_below, refuse_non_utf8, sweep_new_files
from assembler.runtime.publishing import recover_folder, refuse_foreign
from assembler.runtime.user_files import Record

# made from a packet, hence stale once it is replaced; each with what reads its record
_DERIVED_RECORDS: Mapping[str, Record] = {
    PRINT_FOLDER: read_print_hashes,
    SIGNED_FOLDER: read_signed_hashes,
}
DERIVED_FOLDERS = frozenset(_DERIVED_RECORDS)

__all__ = [
    "DERIVED_FOLDERS",
    "PRINT_FOLDER",
    "keep_for_proof",
    "lay_content",
    "prepare_place",
    "recover_derived",
]

_INPUTS = ("case.json", "evidence", "forms", "templates", "profiles", ".assembler")


def prepare_place(case: Case, packet: str, context: RunContext) -> None:
    """Clear what a killed run left at a packet's place, and raise OutputNotWritten if the packet
    may not be written there.

    It may not be among the case's own files, behind a symbolic link within the case folder, or
    replace anything but this packet's own folder. Links on the path of --out are allowed.
    """
    folder, final = context.folder, context.target / packet
    inside = (
        final.resolve().relative_to(folder.resolve()).parts
        if final.resolve().is_relative_to(folder.resolve())
        else ()
    )
    if inside and inside[0] in _INPUTS:
        raise OutputNotWritten(
            f"packets are not written into the case's own {inside[0]}",
            where=f"{final.parent.name}/{packet}",
            remedy="choose another folder with --out",
        )
    if link := find_link_below(final, folder):
        raise OutputNotWritten(
            "it is a symbolic link; its target is not replaced",
            where=link.name,
            remedy="remove the link, or name the folder itself with --out",
        )
    refuse_non_utf8(final.resolve())
    record = manifest_writer.make_record_reader(case.id, packet)
    day = context.options.as_of
    recover_folder(final, record, day)  # also where nothing is built anew
    refuse_foreign(final, record)
    recover_derived(final, day)
    sweep_new_files(final)


def recover_derived(final: Path, day: date) -> None:
    """Clear what a killed run left in a packet, which would count as a person's. Raises
    OutputNotWritten if a run still writes into the packet."""
    for name, derived_record in _DERIVED_RECORDS.items():
        recover_folder(final / name, derived_record, day)


def lay_content(content: PacketContent, checked: CheckedCase, folder: Path) -> None:
    """Write the files that a person works with and the proof needs; placeholder pages are not
    written as Word files."""
    placeholders = {part.document for part in content.plan.parts if part.holds_place}
    lay_drafts([draft for draft in content.drafts if draft.id not in placeholders], folder)
    keep_forms(content.forms, folder)
    keep_papers(content.papers, folder)
    bound = {leaf.document for leaf in content.layout.leaves}
    filled = {form.document: form.flattened for form in content.forms if form.document in bound}
    completed = [form for form in checked.prepared if form.exhibit in bound]
    keep_for_proof(content.drafts, filled, [*content.exhibits, *completed], folder)


def lay_drafts(drafts: Sequence[Draft], folder: Path) -> None:
    """Copy the Word files into the packet's folder."""
    (folder / "drafts").mkdir(mode=0o700)
    for draft in drafts:
        shutil.copyfile(draft.docx, folder / locate_word_file(draft.id))


def keep_forms(filled: Sequence[forms.FilledForm], folder: Path) -> None:
    """Copy the filled forms, with their fields, into the packet's folder, for a person to complete
    and sign."""
    for form in filled:
        (folder / "forms").mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(form.editable, folder / locate_filled_form(form.document))


def keep_papers(papers: Mapping[str, Path], folder: Path) -> None:
    """Copy the working papers into the packet's folder."""
    for name, path in papers.items():
        (folder / name).parent.mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(path, folder / name)


def keep_for_proof(
    drafts: Sequence[Draft],
    forms: Mapping[DocumentId, Path],
    prepared: Sequence[Prepared],
    folder: Path,
) -> None:
    """Write the PDFs and recognized words that `verify` compares the bundle's pages with, also a
    year later.

    They are in a folder of their own, since Word saves the PDF of a letter beside the letter under
    the same name.
    """
    for draft in drafts:
        _copy(draft.pdf, folder / locate_kept_pdf(draft.id))
    for document, pdf in forms.items():
        _copy(pdf, folder / locate_kept_pdf(document))
    for conversion in (converted for exhibit in prepared for converted in exhibit.conversions):
        _copy(
            conversion.pdf,
            folder / locate_kept_conversion(conversion.sha256, conversion.options),
        )
    lines = [line for exhibit in prepared for line in _list_recognized(exhibit)]
    (folder / WORDS_FILE).parent.mkdir(exist_ok=True, mode=0o700)
    # the same line ends on every system, since packets have the same bytes on every system
    text = "".join(f"{line}\n" for line in lines)
    (folder / WORDS_FILE).write_text(text, encoding="utf8", newline="\n")


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, target)


def _list_recognized(exhibit: Prepared) -> Iterator[str]:
    """Return a line of JSON for each recognized page: its words with their boxes, in points from
    the page's top left corner."""
    for index, page in enumerate(exhibit.pages):
        if page.method is TextMethod.OCR and page.boxes is not None:
            words = [
                [word, *box] for word, *box, _ in json.loads(page.boxes.read_text(encoding="utf8"))
            ]
            row = {
                "document": exhibit.document,
                "index": index,
                "size": [page.width, page.height],
                "words": words,
            }
            yield json.dumps(row, ensure_ascii=False)
