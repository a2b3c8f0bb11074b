"""Build the manifest of a packet from its bound parts and the remarks on it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from assembler import __version__
from assembler.model import (
    Case,
    Contradiction,
    DocumentId,
    Draft,
    Filed,
    Finding,
    Fitted,
    IndexRow,
    Layout,
    Leaf,
    LedgerEntry,
    Manifest,
    OpenedFile,
    Part,
    PartKind,
    Plan,
    Prepared,
    PreparedPage,
    Profile,
    SearchResult,
    SignaturePlace,
    Signer,
    Volume,
)
from assembler.model.manifest import (
    FORMAT,
    WORDS_FILE,
    Claim,
    ExhibitFile,
    FactUsed,
    FittedPictures,
    FrozenPacket,
    FrozenPage,
    KeptConversion,
    KeptDraft,
    KeptFiles,
    KeptForm,
    ManifestExhibit,
    ManifestIndexRow,
    RemovedContent,
    SearchableText,
    Source,
    StampWording,
    Transform,
    locate_kept_conversion,
    locate_kept_pdf,
    locate_word_file,
)

_NOT_CHECKED = (
    "whether signatures are in ink and by the right person",
    "whether the evidence and the statements are true",
    "whether a translation is faithful to its original",
    "handwriting, stamps and seals that recognition could not read",
    "whether the dated facts (fees, editions, addresses) still hold today: confirm them at their "
    "source",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundPacket:
    """The parts that a packet was bound from."""

    case: Case
    plan: Plan
    layout: Layout
    profile: Profile
    as_of: date
    prepared: tuple[Prepared, ...]
    drafts: tuple[Draft, ...]
    volumes: tuple[Volume, ...]
    fitted: tuple[Fitted, ...] = ()  # pages whose pictures were stored again
    filled: tuple[DocumentId, ...] = ()  # forms that this program filled
    filed: Filed | None = None  # the packet as it was filed, whose pages keep their numbers
    signatures: tuple[SignaturePlace, ...] = ()  # places that people sign
    signers: tuple[Signer, ...] = ()  # who they are

    @property
    def pages(self) -> dict[DocumentId, tuple[PreparedPage, ...]]:
        """Return the client's pages by their document."""
        return {prepared.document: prepared.pages for prepared in self.prepared}


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRemarks:
    """Findings, sources and gaps that a person should know about a packet."""

    findings: tuple[Finding, ...] = ()
    engines: Mapping[str, str] = field(default_factory=dict)  # versions of the libraries
    claims: tuple[Claim, ...] = ()
    facts_used: tuple[FactUsed, ...] = ()
    not_checked: tuple[str, ...] = ()  # sentences
    searches: tuple[SearchResult, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()  # these hold client facts


def build_manifest(packet: BoundPacket, remarks: PacketRemarks) -> Manifest:
    """Return the manifest without the values that are added later: the digest of the inputs, kept
    originals, outputs and proof."""
    case, plan, layout, profile = packet.case, packet.plan, packet.layout, packet.profile
    marking = profile.marking
    return Manifest(
        format=FORMAT,
        assembler=__version__,
        case=case.id,
        kind=case.kind,
        packet=plan.packet,
        profile=profile.id,
        max_bytes=profile.max_bytes,
        linked=profile.links != "none",
        marking=StampWording(exhibit=marking.exhibit, tab=marking.tab, other=marking.other),
        volumes=packet.volumes,
        upload_set=profile.upload_set,
        kept=_list_kept_files(packet),
        as_of=packet.as_of.isoformat(),
        seal="",
        inputs=case.files,
        exhibits=tuple(
            _build_exhibit(packet, part) for part in plan.parts if part.kind is PartKind.EXHIBIT
        ),
        frozen=_build_frozen(packet.filed) if packet.filed else None,
        ledger=_build_ledger(packet),
        index=tuple(_build_index_row(row) for row in layout.index),
        bookmarks=layout.bookmarks,
        addresses=dict(layout.addresses),
        topics=layout.topics,
        signatures=packet.signatures,
        signers=packet.signers,
        removed=_list_removed(packet.prepared),
        opened=_list_opened(packet.prepared),
        findings=remarks.findings,
        engines=dict(remarks.engines),
        word_engines={draft.id: draft.engine for draft in packet.drafts},
        matrix=remarks.claims,
        facts_used=remarks.facts_used,
        searches=remarks.searches,
        contradictions=remarks.contradictions,
        not_checked=(*_NOT_CHECKED, *remarks.not_checked),
        outputs=(),
    )


# --- the parts of a manifest ---


def _list_kept_files(packet: BoundPacket) -> KeptFiles:
    placeholders = {part.document for part in packet.plan.parts if part.holds_place}
    bound = {leaf.document for leaf in packet.layout.leaves}
    converted = {
        (conversion.path, conversion.sha256, conversion.options)
        for prepared in packet.prepared
        for conversion in prepared.conversions
    }
    return KeptFiles(
        drafts=tuple(
            KeptDraft(
                document=draft.id,
                pdf=locate_kept_pdf(draft.id),
                docx=None if draft.id in placeholders else locate_word_file(draft.id),
                shipped=draft.shipped,
            )
            for draft in packet.drafts
        ),
        forms=tuple(
            KeptForm(document=form, pdf=locate_kept_pdf(form))
            for form in packet.filled
            if form in bound
        ),
        words=WORDS_FILE,
        conversions=tuple(
            KeptConversion(path=path, pdf=locate_kept_conversion(sha256, options), options=options)
            for path, sha256, options in sorted(converted)
        ),
    )


def _build_ledger(packet: BoundPacket) -> tuple[LedgerEntry, ...]:
    fitted = {(page.document, page.index): page for page in packet.fitted}
    is_gray, pages = packet.profile.color == "gray", packet.pages
    return tuple(
        _build_entry(leaf, pages, fitted.get((leaf.document, leaf.index)), gray=is_gray)
        for leaf in packet.layout.leaves
    )


def _build_entry(
    leaf: Leaf,
    pages: Mapping[DocumentId, Sequence[PreparedPage]],
    fitted: Fitted | None,
    *,
    gray: bool,
) -> LedgerEntry:
    prepared = pages.get(leaf.document)  # None for pages that this program made
    page = prepared[leaf.index] if prepared else None
    return LedgerEntry(
        number=leaf.number,
        label=leaf.label,
        part=leaf.part,
        kind=leaf.kind,
        document=leaf.document,
        index=leaf.index,
        tab=leaf.tab,
        exhibit=leaf.exhibit,
        exhibit_page=leaf.exhibit_page,
        exhibit_pages=leaf.exhibit_pages,
        size=(round(leaf.width, 2), round(leaf.height, 2)),
        scale=leaf.scale,
        own_size=(round(leaf.own[0], 2), round(leaf.own[1], 2)) if leaf.own else None,
        stamp=leaf.stamp,
        source=_build_source(page) if page else None,
        transform=_build_transform(page) if page else None,
        text=_build_text(page) if page else None,
        gray=gray,
        fitted=_build_fitted(fitted) if fitted else None,
    )


def _build_source(page: PreparedPage) -> Source:
    return Source(
        path=page.path,
        sha256=page.sha256,
        page=page.source_page,
        role=page.role,
        part=page.part,
        parts=page.parts,
        options=page.options,
        passages=page.passages,
        tiles=page.tiles,
    )


def _build_transform(page: PreparedPage) -> Transform:
    return Transform(
        turned=page.turned,
        placement=page.placement,
        redrawn=page.redrawn,
        crop=page.crop if page.parts > 1 else None,
        background=page.background,
    )


def _build_text(page: PreparedPage) -> SearchableText:
    confidence = None if page.confidence is None else round(page.confidence, 1)
    return SearchableText(method=page.method, words=page.words, confidence=confidence)


def _build_fitted(page: Fitted) -> FittedPictures:
    return FittedPictures(
        bytes_before=page.bytes_before,
        bytes_after=page.bytes_after,
        dpi_before=page.dpi_before,
        dpi_after=page.dpi_after,
        lossless=page.lossless,
        words=page.words,
        kept=page.kept,
    )


def _build_frozen(filed: Filed) -> FrozenPacket:
    """Return the filed pages whose numbers were kept, so that the proof can compare them again."""
    pages = tuple(
        FrozenPage(
            label=page.label,
            kind=page.kind,
            document=page.document,
            content=page.content,
            stamp=page.stamp,
        )
        for page in filed.pages
    )
    return FrozenPacket(manifest=filed.sha256, as_of=filed.as_of, pages=pages)


def _build_exhibit(packet: BoundPacket, part: Part) -> ManifestExhibit:
    exhibit = next(exhibit for exhibit in packet.case.exhibits if exhibit.id == part.exhibit)
    counts = dict(count for prepared in packet.prepared for count in prepared.counts)
    files = tuple(
        ExhibitFile(
            path=file.path,
            pages=file.pages,
            role=file.role,
            turn=file.turn,
            options=file.options,
            excerpt=file.excerpt,
            title_page=file.title_page,
            file_pages=counts[file.source_key] if file.excerpt else 0,
            caption=file.caption,
        )
        for file in exhibit.parts
    )
    return ManifestExhibit(id=exhibit.id, tab=part.tab, parts=files, layout=exhibit.layout)


def _build_index_row(row: IndexRow) -> ManifestIndexRow:
    return ManifestIndexRow(
        **{column.name: getattr(row, column.name) for column in fields(row)}, pages=row.pages
    )


def _list_opened(prepared: Sequence[Prepared]) -> tuple[OpenedFile, ...]:
    """Return how each source file was opened, once per file, sorted by path."""
    files = {file.path: file for exhibit in prepared for file in exhibit.files}
    return tuple(files[path] for path in sorted(files))


def _list_removed(prepared: Sequence[Prepared]) -> tuple[RemovedContent, ...]:
    return tuple(
        RemovedContent(
            path=content.path,
            what=content.what,
            count=content.count,
            page=content.page,
            exhibit=exhibit.exhibit,
        )
        for exhibit in prepared
        for content in exhibit.removed
    )
