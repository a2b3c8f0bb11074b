"""Prove a packet: run each check separately and report one line per exhibit, with the pages that
failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assembler.errors import ProofFailed
from assembler.model import Check, Manifest, Proof, split_source_key
from assembler.pdf.source_files import ClientFiles
from assembler.proof import (
    draft_checks,
    field_values,
    filed_labels,
    known_pages,
    ledger_check,
    page_check,
    printed_evidence,
    signed_check,
    source_links,
    tile_check,
    unlisted_files,
    upload_check,
    volume_check,
)
from assembler.proof import structure as structure_reader
from assembler.proof.agreement_check import check_agreement, check_bookmarks
from assembler.proof.bound_bundle import BoundBundle, BoundFile
from assembler.proof.check_wording import list_values
from assembler.proof.link_check import list_unchecked_links
from assembler.proof.navigation_check import check_navigation
from assembler.proof.packet_files import check_files, check_ledger, measure_digests
from assembler.proof.page_summary import check_pixels, check_stamps, check_words, list_not_compared
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.workshop import Workshop

_NO_SOURCES = "whether pages look like their sources: the case folder was not given"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    """A build folder with its manifest, and the client's files, None if they are not available.

    `source_digests`: see `known_pages.Bundle`.
    """

    build: Path
    manifest: Manifest
    files: ClientFiles | None
    source_digests: Mapping[str, str]
    workshop: Workshop

    @property
    def bundle(self) -> known_pages.Bundle:
        """Return what is needed to compare the pages."""
        return known_pages.Bundle(
            build=self.build,
            ledger=self.manifest.ledger,
            parts=self.manifest.volumes,
            files=self.files,
            source_digests=self.source_digests,
        )


def prove(
    build: Path,
    case_folder: Path | None,
    workshop: Workshop,
    *,
    remember: bool = False,
    pictures: bool = False,
) -> Proof:
    """Prove a build folder from its files alone.

    `case_folder`: where the sources are, None if they are gone. `remember`: skip drawing pages that
    the workshop's cache lists as compared with the same source, and note those compared now;
    without it nothing is taken from the cache. `pictures`: leave thumbnails of the pages that are
    drawn in the cache, for review.html.
    """
    try:
        manifest = read_manifest(build)
    except ProofFailed as error:
        return Proof(checks=(Check(name="files", ok=False, detail=str(error)),))
    agreement = list(ledger_check.check_manifest(manifest))
    if upload_check.is_copied_alone(build, manifest):
        case_folder = None if manifest.conversions else case_folder  # their PDFs were not copied
        manifest = _forget_other_files(manifest)
    parts = manifest.volumes
    source_digests = measure_digests(case_folder, manifest.inputs) if case_folder else {}
    output_digests = measure_digests(build, manifest.outputs)
    edited = draft_checks.find_edited_files(build, manifest.outputs, output_digests)
    files = [
        *check_files(manifest, output_digests, edited, source_digests if case_folder else None),
        *upload_check.check_upload_set(build, manifest, output_digests),
        *agreement,
    ]
    if not files[-1].ok:  # nothing more can be checked against a manifest that contradicts itself
        return Proof(checks=tuple(files))
    client_files = _find_client_files(build, manifest, case_folder)
    counts = list(check_ledger(manifest, client_files, workshop))
    if missing := volume_check.list_missing(build, parts):
        detail = f"there is no {missing[0]}"
        return Proof(checks=(*files, Check(name="files", ok=False, detail=detail)))
    page_order = volume_check.check_page_order(manifest, parts)
    if not page_order.ok:  # it is not known which page is where
        return Proof(checks=(*files, *counts, page_order))
    packet = _Packet(
        build=build,
        manifest=manifest,
        files=client_files,
        source_digests=_add_kept_digests(source_digests, manifest, output_digests),
        workshop=workshop,
    )
    compared = known_pages.compare_pages(
        packet.bundle, workshop, remember=remember, pictures=pictures
    )
    return _conclude(packet, compared, (*files, *counts), list(edited.values()))


def _forget_other_files(manifest: Manifest) -> Manifest:
    """Return the manifest of an upload set that was copied without the rest of its packet."""
    volumes = {volume.path for volume in manifest.volumes}
    outputs = tuple(file for file in manifest.outputs if file.path in volumes)
    return replace(manifest, outputs=outputs, kept=None)


def _conclude(
    packet: _Packet,
    compared: known_pages.ComparedPages,
    earlier: Sequence[Check],
    edited: Sequence[str],
) -> Proof:
    """Check the bundle's content, and return the proof with the earlier checks first. `edited`: as
    in `_check_bundle`."""
    checks, not_checked = _check_bundle(packet, compared.results, edited)
    return Proof(
        checks=(*earlier, *checks),
        not_checked=not_checked,
        drawn=compared.drawn,
        known=compared.known,
        prints=compared.prints,
    )


def _find_client_files(
    build: Path, manifest: Manifest, case_folder: Path | None
) -> ClientFiles | None:
    """Return the client's files with what was kept of them; None if they are not available."""
    if case_folder is None:
        return None
    kept = {path: build / pdf for path, pdf in manifest.conversions.items()}
    return ClientFiles(
        folder=case_folder, conversions=kept, grids=tile_check.list_grid_keys(manifest)
    )


def _add_kept_digests(
    source_digests: Mapping[str, str], manifest: Manifest, output_digests: Mapping[str, str]
) -> dict[str, str]:
    """Return the digest of each source, with that of the PDF that its pages are compared with if it
    has none of its own; "" where one of both is not known."""
    digests = dict(source_digests)
    for key, pdf in manifest.conversions.items():
        source = digests.get(split_source_key(key)[0], "")
        kept = output_digests.get(pdf, "")
        digests[key] = f"{source} {kept}" if source and kept else ""
    return digests


def _check_bundle(
    packet: _Packet, results: Mapping[int, page_check.ComparedPage], edited: Sequence[str]
) -> tuple[list[Check], tuple[str, ...]]:
    """Return the checks of the bundle's content, and what was not checked.

    `results`: of each page by its number. `edited`: what is not checked of files that a
    person has worked on.
    """
    build, manifest, files = packet.build, packet.manifest, packet.files
    ledger, parts, workshop = manifest.ledger, manifest.volumes, packet.workshop
    structures = structure_reader.read_all(build, ledger, parts, workshop, manifest.linked)
    structure = structure_reader.combine_structures(structures)
    checks = [
        *filed_labels.check_labels(manifest),
        *volume_check.check_volumes(build, manifest, parts),
        *unlisted_files.check_unlisted_files(build, manifest, parts),
    ]
    kept = draft_checks.check_kept(build, manifest, parts, files, workshop)
    checks += check_pixels(ledger, results, files)
    checks += printed_evidence.check_kept_conversions(manifest, results)
    checks += tile_check.check_tiles(manifest, files, workshop)
    checks += check_stamps(manifest, results)
    checks += () if kept.complete else check_words(ledger, results)
    checks += kept.checks
    checks += field_values.check_field_values(build, manifest, files, workshop)
    checks += printed_evidence.check_printed_evidence(
        build, manifest, parts, results, files, workshop
    )
    not_checked = [] if files else [_NO_SOURCES]
    not_checked += [*list_not_compared(ledger, results), *kept.not_checked, *edited]
    if not structure.trouble:
        checks += [
            *check_agreement(manifest, structure),
            *check_bookmarks(manifest, parts, structures),
        ]
        checks += volume_check.check_file_index(manifest, parts, structure.texts)
        bound = _read_bound_bundle(packet, structures)
        checks += check_navigation(bound)
        not_checked += list_unchecked_links(bound)
    checks += _check_nothing_else(structure)
    checks += signed_check.check_signed(build, manifest, structures, workshop)
    not_checked += signed_check.list_unsigned(build, manifest)
    not_checked += unlisted_files.list_unlisted_files(build, manifest)
    return checks, tuple(not_checked)


def _read_bound_bundle(
    packet: _Packet, structures: Sequence[structure_reader.Structure]
) -> BoundBundle:
    """Return the bundle as read back, and the files that its links and bookmarks came from."""
    manifest = packet.manifest
    files = [
        BoundFile(volume=part, sheets=structure.sheets, marks=structure.marks, tags=structure.tags)
        for part, structure in zip(manifest.volumes, structures, strict=True)
    ]
    origins = source_links.read_all(packet.build, manifest, packet.files, packet.workshop)
    return BoundBundle(manifest, files, origins)


def _check_nothing_else(structure: structure_reader.Structure) -> Iterator[Check]:
    if structure.trouble:
        yield Check(name="structure", ok=False, detail=structure.trouble)
        return
    forbidden = structure.forbidden
    yield Check(
        name="nothing-else",
        ok=not forbidden,
        detail=f"found: {list_values(forbidden)}"
        if forbidden
        else "no script, action, attachment, form field, encryption or metadata",
    )
    pages_without_font = structure.unembedded
    detail = (
        f"a font is missing on page {list_values(pages_without_font)}"
        if pages_without_font
        else "every font of our own pages is embedded"
    )
    yield Check(
        name="fonts",
        ok=not pages_without_font,
        detail=detail,
        page=pages_without_font[0] if pages_without_font else None,
    )
