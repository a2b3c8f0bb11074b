"""Write the files of a print run: print.pdf for each package, signing.pdf, black-and-white.pdf,
print.json, print.txt."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Stream

from assembler.bundle.print_set.scan_loss import Job, Loss, measure_losses
from assembler.bundle.print_set.sheet_copy import (
    add_sheet,
    open_bundle,
    refuse_unread,
    set_print_options,
)
from assembler.bundle.print_set.sheets import (
    Package,
    Rules,
    fit,
    is_letter,
    pack_pages,
    select_supplement_pages,
    write_instructions,
)
from assembler.bundle.print_set.signing_list import (
    SigningList,
    describe_signing,
    list_signing,
    summarize_signing,
)
from assembler.bundle.print_set.signing_packet import (
    FILE,
    SheetTexts,
    SigningJob,
    write_signing_packet,
)
from assembler.errors import CaseRejected, ProofFailed, ToolFailed
from assembler.model import (
    PLACEHOLDER_SUFFIX,
    Finding,
    LedgerEntry,
    Manifest,
    PartKind,
    leaves_blank,
)
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.manifest_reader import read_with_digest, refuse_replaced
from assembler.runtime.publishing import KeptFiles, publish, stage_folder
from assembler.runtime.rule_catalog import make_finding
from assembler.runtime.user_files import hash_files, read_record
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

FOLDER = "print"
RECORD = "print.json"
_CHUNK = 8  # pages per worker
_LIMITS = Limits(seconds=300)
WORDS = "words"  # as a loss: words that recognition cannot read in black and white


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A written print run."""

    folder: Path
    summary: Mapping[str, Any]  # content of print.json, without the names of people
    kept: KeptFiles = field(default_factory=KeptFiles)  # a person's files from the folder before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    """One print file to write, in a worker."""

    files: tuple[tuple[Path, int, int], ...]  # of the bundle, with first and last page
    package: Package
    target: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preview:
    """The file of black-and-white pictures to write, in a worker."""

    losses: tuple[Loss, ...]
    labels: Mapping[int, str]  # place in the bundle → printed number
    dpi: int
    target: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintTexts:
    """What a firm can change of a print run. `sheet`: None for a run without signing.pdf."""

    rules: Rules
    sheet: SheetTexts | None = None


def prepare(
    build: Path, texts: PrintTexts, workshop: Workshop, *, day: date, late: bool = False
) -> Run:
    """Write the print run of a packet's folder into its folder print/.

    An earlier print run is replaced; files that a person put into it are kept in a folder beside
    it.

    Args:
        day: date in the name of that folder.
        late: print only the index and the pages that were not filed before.

    Raises:
        CaseRejected: `late`, and the packet keeps no filed pages.
        ProofFailed: the manifest or a file of the bundle is missing or cannot be read.
        ToolFailed: a page cannot be drawn.
        OutputNotWritten: the folder cannot be written.
    """
    manifest, digest = _read_manifest(build)
    ledger = _select_pages(manifest, build, late=late)
    files, rules = _list_volumes(build, manifest), texts.rules
    parcels = pack_pages(ledger, rules)
    signing = list_signing(manifest, ledger)
    with stage_folder(build / FOLDER, read_print_hashes, day) as staged:
        refuse_replaced(build, digest)
        losses = _find_losses(manifest, [entry.number for entry in ledger], files, rules, workshop)
        summary = _summarize(replace(manifest, ledger=ledger), parcels, losses, rules, signing)
        bindings = [
            _Binding(files=files, package=parcel, target=staged / parcel.path) for parcel in parcels
        ]
        _require_all(workshop.map(_bind, bindings, limits=_LIMITS))
        if losses:
            preview = _Preview(
                losses=losses,
                labels={entry.number: entry.label for entry in ledger},
                dpi=rules.dpi,
                target=staged / "black-and-white.pdf",
            )
            _require_all(workshop.map(_write_preview, [preview], limits=_LIMITS))
        if texts.sheet and (signing.needed or signing.expected):
            job = _make_signing_job(manifest, build, signing, texts.sheet, staged, workshop)
            _require_all(workshop.map(write_signing_packet, [job]))
        instructions = write_instructions(_add_names(summary, manifest, signing))
        (staged / "print.txt").write_text(instructions + "\n", encoding="utf8", newline="\n")
        names = {signer.id: signer.name for signer in manifest.signers}
        recorded = {**summary, "names": names, "files": hash_files(staged)}
        (staged / RECORD).write_text(
            json.dumps(recorded, indent=1, ensure_ascii=False) + "\n",
            encoding="utf8",
            newline="\n",
        )
        kept = publish(staged, build / FOLDER, read_print_hashes, day)
    return Run(folder=build / FOLDER, summary=summary, kept=kept)


def _select_pages(manifest: Manifest, build: Path, *, late: bool) -> tuple[LedgerEntry, ...]:
    """Return the pages to print. Raises CaseRejected for late pages of a packet that keeps no filed
    ones."""
    ledger = select_supplement_pages(manifest) if late else manifest.ledger
    if not ledger:
        raise CaseRejected(
            "it does not keep the page numbers of a filed packet",
            (),
            where=build.name,
            remedy="build it with --freeze, or print all of it",
        )
    return ledger


def _list_volumes(build: Path, manifest: Manifest) -> tuple[tuple[Path, int, int], ...]:
    """Return the files of the bundle with their first and last pages."""
    return tuple((build / volume.path, volume.first, volume.last) for volume in manifest.volumes)


def _make_signing_job(
    manifest: Manifest,
    build: Path,
    signing: SigningList,
    sheet: SheetTexts,
    staged: Path,
    workshop: Workshop,
) -> SigningJob:
    return SigningJob(
        packet=manifest.packet,
        signing=signing,
        labels=_map_labels(manifest),
        names={signer.id: signer.name for signer in manifest.signers},
        files=_list_volumes(build, manifest),
        texts=sheet,
        scratch=workshop.make_folder("signing-sheet"),
        target=staged / FILE,
    )


def _add_names(
    summary: Mapping[str, Any], manifest: Manifest, signing: SigningList
) -> dict[str, Any]:
    """Return the summary with the names of people, which are for the packet's folder only."""
    lines = describe_signing(signing, _map_labels(manifest), with_names=True)
    return {**summary, "signing_lines": list(lines)}


def _map_labels(manifest: Manifest) -> dict[int, str]:
    return {entry.number: entry.label for entry in manifest.ledger}


def read_print_hashes(folder: Path) -> Mapping[str, str] | None:
    """Return the sha256 of a print run's files by their paths, from its print.json; None if the
    folder has no print run."""
    data = read_record(folder / RECORD)
    if data is None or not {"packet", "paper", "packages"} <= set(data):
        return None
    files = data.get("files", {})  # earlier versions did not list files; then all are kept
    return (
        {RECORD: "", **{str(path): str(sha256) for path, sha256 in files.items()}}
        if isinstance(files, dict)
        else None
    )


def _read_manifest(build: Path) -> tuple[Manifest, str]:
    """Read the manifest, with its sha256. Raises ProofFailed if it does not list every page, or
    files are missing."""
    manifest, digest = read_with_digest(build)
    names = [volume.path for volume in manifest.volumes]
    numbers = [entry.number for entry in manifest.ledger]
    is_complete = numbers == list(range(1, len(numbers) + 1)) and manifest.volumes[-1].last == len(
        numbers
    )
    missing = [name for name in names if not (build / name).is_file()]
    if missing or not is_complete:
        problem = f"{', '.join(missing)} is not there" if missing else "it does not list every page"
        raise ProofFailed(problem, (), where=MANIFEST_FILE, remedy="build it again")
    return manifest, digest


def _find_losses(
    manifest: Manifest,
    numbers: Sequence[int],
    files: Sequence[tuple[Path, int, int]],
    rules: Rules,
    workshop: Workshop,
) -> tuple[Loss, ...]:
    """Return the pages that lose content in a black-and-white scan."""
    unreadable = _find_lossy_pages(manifest)
    out = workshop.make_folder("black-and-white")
    jobs = [
        Job(
            bundle=path,
            first=first,
            numbers=tuple(file_numbers[start : start + _CHUNK]),
            dpi=rules.dpi,
            places=rules.places,
            always=unreadable,
            out=out,
        )
        for path, first, last in files
        for file_numbers in [[number for number in numbers if first <= number <= last]]
        for start in range(0, len(file_numbers), _CHUNK)
    ]
    losses_by_job = _require_all(workshop.map(measure_losses, jobs, limits=_LIMITS))
    return tuple(_add_words(loss, unreadable) for losses in losses_by_job for loss in losses)


def _add_words(loss: Loss, unreadable: frozenset[int]) -> Loss:
    return replace(loss, loses=(WORDS, *loss.loses)) if loss.number in unreadable else loss


def _find_lossy_pages(manifest: Manifest) -> frozenset[int]:
    """Return the places of pages whose words are lost in black and white, as recognition found when
    the bundle was built."""
    illegible = {
        (finding.file, finding.page)
        for finding in manifest.findings
        if finding.rule == "LEGIBLE.RECEIVER"
    }
    return frozenset(
        entry.number
        for entry in manifest.ledger
        if entry.source and (entry.source.path, entry.source.page) in illegible
    )


def _require_all(results: Sequence[Any]) -> list[Any]:
    """Return the results. Raises ToolFailed for the first that failed."""
    for result in results:
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pages could not be drawn ({result.kind}: {result.detail})",
                where="print",
                remedy="prove it with verify",
            )
    return list(results)


# --- print files ---


def _bind(job: _Binding) -> None:
    """Write the sheets of one package: Letter pages as they are, others centered on a Letter
    sheet."""
    sources: list[Pdf] = []
    with Pdf.new() as print_pdf, ExitStack() as open_files:
        for path, first, last in job.files:
            numbers = [number for number in job.package.numbers if first <= number <= last]
            if numbers:
                source = open_files.enter_context(open_bundle(path))
                sources.append(source)
                for number in numbers:
                    add_sheet(print_pdf, source.pages[number - first])
        set_print_options(print_pdf)
        with open_deferring_errors(job.target) as out:
            print_pdf.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )
        refuse_unread(print_pdf, *sources)


# --- black and white ---


def _write_preview(preview: _Preview) -> None:
    """Write the pages that lose content, as a black-and-white scan of their sheets shows them."""
    labels = preview.labels
    with Pdf.new() as preview_pdf:
        with preview_pdf.open_outline() as outline:
            for position, loss in enumerate(preview.losses):
                _add_picture(preview_pdf, loss, preview.dpi)
                title = f"page {labels[loss.number]}: {', '.join(loss.loses)}"
                outline.root.append(OutlineItem(title, position, "Fit"))
        nums = [
            value
            for position, loss in enumerate(preview.losses)
            for value in (position, Dictionary(P=pikepdf.String(labels[loss.number])))
        ]
        preview_pdf.Root.PageLabels = Dictionary(Nums=Array(nums))
        preview_pdf.Root.PageMode = Name.UseOutlines
        with open_deferring_errors(preview.target) as out:
            preview_pdf.save(out, deterministic_id=True)


def _add_picture(preview_pdf: Pdf, loss: Loss, dpi: int) -> None:
    """Append the picture of a page, centered on its sheet."""
    size = (loss.width * 72 / dpi, loss.height * 72 / dpi)
    (width, height), _ = fit(size)
    page = preview_pdf.add_blank_page(page_size=(width, height))
    image = Stream(
        preview_pdf,
        zlib.decompress(loss.path.read_bytes()),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=loss.width,
        Height=loss.height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1,
    )
    page.Resources = Dictionary(XObject=Dictionary(Scan=preview_pdf.make_indirect(image)))
    left, bottom = (width - size[0]) / 2, (height - size[1]) / 2
    page.Contents = preview_pdf.make_stream(
        f"q {size[0]:.3f} 0 0 {size[1]:.3f} {left:.3f} {bottom:.3f} cm /Scan Do Q".encode()
    )


# --- summary ---


def _summarize(
    manifest: Manifest,
    parcels: Sequence[Package],
    losses: Sequence[Loss],
    rules: Rules,
    signing: SigningList,
) -> dict[str, Any]:
    """Return the content of print.json, without the list of its files."""
    labels = _map_labels(manifest)
    return {
        "packet": manifest.packet,
        "paper": rules.paper,
        "sheets": len(manifest.ledger),
        "dividers": sum(parcel.dividers for parcel in parcels),
        "packages": [asdict(parcel) for parcel in parcels],
        "signatures": summarize_signing(signing, labels),
        "signing_lines": list(describe_signing(signing, labels, with_names=False)),
        "fitted": list(_describe_fitted(manifest.ledger)),
        "black_and_white": [
            {"label": labels[loss.number], "loses": list(loss.loses)} for loss in losses
        ],
        "findings": [
            {key: str(value) for key, value in asdict(finding).items() if value is not None}
            for finding in _check_packet(manifest)
        ],
    }


def _describe_fitted(ledger: Sequence[LedgerEntry]) -> Iterator[dict[str, str]]:
    """Return the pages of other sizes, and how each is placed on its Letter sheet."""
    for entry in ledger:
        if not is_letter(entry.size):
            _, scale = fit(entry.size)
            how = "in the middle, as large as it is" if scale == 1.0 else f"at {100 * scale:.0f} %"
            yield {"label": entry.label, "how": how}


def _check_packet(manifest: Manifest) -> Iterator[Finding]:
    """Return what must not be mailed, placeholder pages and a letter with a blank, and exhibits
    without a divider sheet."""
    if any(leaves_blank(finding) for finding in manifest.findings):
        yield make_finding(
            "PRINT.BLANK",
            "cover letter",
            "it has a marked blank for a fact of the filing that nobody has confirmed",
            "confirm the fact (`assembler facts`), and build again before you mail it",
        )
    for entry in manifest.ledger:
        if entry.kind is PartKind.DRAFT and entry.part.endswith(PLACEHOLDER_SUFFIX):
            yield make_finding(
                "PRINT.PLACEHOLDER",
                f"page {entry.label}",
                "it is a placeholder for a form and must not be mailed",
                "add the form to the case and build again",
            )
    for row in manifest.index:
        if not row.has_sheet:
            yield make_finding(
                "PRINT.DIVIDER",
                f"exhibit {row.exhibit}",
                "it has no divider sheet, like a notice that goes on top",
                "nothing to do if it is a notice",
                exhibit=row.exhibit,
            )
