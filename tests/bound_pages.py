"""Evidence prepared, bound with a stamp on each page and looked at by the proof, without a whole
case around it."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Pdf

from assembler import evidence
from assembler.bundle import BundleStyle, bind
from assembler.documents.drafts import read_exhibit_page_facts
from assembler.layout.page_order import arrange_pages
from assembler.model import (
    Case,
    DocumentId,
    Exhibit,
    FilePart,
    LedgerEntry,
    Name,
    Part,
    PartKind,
    Person,
    Plan,
    Profile,
    Request,
    SourceFile,
    Volume,
)
from assembler.pdf.source_files import ClientFiles
from assembler.proof import page_check
from assembler.report.manifest_builder import BoundPacket, PacketRemarks, build_manifest
from assembler.runtime.resources import stamp_font
from assembler.runtime.workshop import Workshop

_PERSON = Person(id="x", name=Name(given="Testina", family="Exemplar"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A bundle of some files, and its ledger."""

    bundle: Path
    ledger: tuple[LedgerEntry, ...]
    folder: Path

    def entry(self, name: str, page: int = 1) -> LedgerEntry:
        """The entry of a page of a source file."""
        return next(
            e for e in self.ledger if e.client_source.path == name and e.client_source.page == page
        )

    def look(
        self, entry: LedgerEntry, bundle: Path | None = None, **job: Any
    ) -> page_check.ComparedPage:
        """What the proof sees of a page."""
        (result,) = page_check.check_pages(
            page_check.Job(
                bundle=bundle or self.bundle,
                first=1,
                entries=(entry,),
                files=ClientFiles(folder=self.folder),
                **job,
            )
        )
        return result

    def changed(self, entry: LedgerEntry, change: Callable[[Pdf, Any], None], target: Path) -> Path:
        """The bundle with one page changed by other means than the bundle's maker has."""
        with Pdf.open(self.bundle) as pdf:
            change(pdf, pdf.pages[entry.number - 1])
            pdf.save(target / "changed.pdf")
        return target / "changed.pdf"


def bound(folder: Path, files: Mapping[str, bytes], *, read: bool = False) -> Bound:
    """Prepare files as one exhibit and bind them. `read`: recognize their words."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    sources = tuple(
        SourceFile(path=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for name, data in files.items()
    )
    exhibit = Exhibit(
        id="file", title="t", category="other", parts=tuple(FilePart(path=name) for name in files)
    )
    case = Case(
        id="pages",
        kind="parole",
        reasons=("other",),
        petitioner=_PERSON,
        beneficiaries=(_PERSON,),
        supporters=(),
        attorney=None,
        request=Request(filing="online", fee="pay", length_months=12),
        declarations=(),
        exhibits=(exhibit,),
        files=sources,
    )
    with pytest.MonkeyPatch.context() as patch, Workshop(folder / ".home", jobs=1) as shop:
        if not read:
            patch.setattr(
                importlib.import_module("assembler.evidence.preparation"),
                "_recognize_pages",
                lambda *_args, **_more: {},
            )
        (prepared,) = evidence.prepare(case, folder, shop)
        part = Part(
            id="file",
            kind=PartKind.EXHIBIT,
            title="t",
            document=DocumentId.exhibit("file"),
            tab="A",
            exhibit="file",
        )
        plan = Plan(packet="x", beneficiary="x", kind="parole", title="t", parts=(part,))
        layout = arrange_pages(plan, case, {part.document: read_exhibit_page_facts(prepared)})
        bind(
            layout,
            {part.document: prepared.pdf},
            folder / "bundle.pdf",
            BundleStyle(font=stamp_font()),
        )
    packet = BoundPacket(
        case=case,
        plan=plan,
        layout=layout,
        prepared=(prepared,),
        drafts=(),
        as_of=date(2026, 11, 23),
        profile=Profile(id="x", title="x"),
        volumes=(Volume(path="bundle.pdf", first=1, last=len(layout.leaves)),),
    )
    manifest = build_manifest(packet, PacketRemarks())
    return Bound(bundle=folder / "bundle.pdf", ledger=manifest.ledger, folder=folder)
