"""The files of a print run: print.pdf for each package, black-and-white.pdf, print.json,
print.txt."""

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
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Rectangle, Stream

from assembler.bundle.print_set.scan_loss import Job, Loss, look
from assembler.bundle.print_set.sheets import (
    Package,
    Rules,
    fit,
    is_letter,
    packages,
    supplement,
    text,
)
from assembler.errors import CaseRejected, ProofFailed, ToolFailed
from assembler.model import Finding, LedgerEntry, Manifest, PartKind, Severity
from assembler.model.manifest import MANIFEST_FILE
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.manifest_reader import read_manifest
from assembler.runtime.publishing import KeptFiles, publish, staging
from assembler.runtime.user_files import hash_files, read_record
from assembler.runtime.worker_pool import Failure, Limits
from assembler.runtime.workshop import Workshop

FOLDER = "print"
RECORD = "print.json"
_CHUNK = 8  # pages for a worker
_LIMITS = Limits(seconds=300)
WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was written: the folder, and what print.json says."""

    folder: Path
    summary: Mapping[str, Any]
    kept: KeptFiles = field(default_factory=KeptFiles)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    """One print file to write, in a worker: the bundle's files with their first places, and the
    pages that go in."""

    files: tuple[tuple[Path, int, int], ...]
    package: Package
    target: Path


def prepare(build: Path, rules: Rules, workshop: Workshop, *, day: date, late: bool = False) -> Run:
    """Write the print run of a packet's folder into its folder print/, replacing an earlier one.

    What a person put into that one is kept; `day` names the folder beside it. `late`: only the
    index and what was not filed before. Raises CaseRejected if nothing was filed before,
    ProofFailed if the manifest or a file of the bundle is missing or cannot be read, ToolFailed if
    a page cannot be drawn, OutputNotWritten.
    """
    manifest = _manifest(build)
    ledger = supplement(manifest) if late else manifest.ledger
    if not ledger:
        raise CaseRejected(
            "it keeps the numbers of no filed packet",
            (),
            where=build.name,
            remedy="build it with --freeze, or print all of it",
        )
    files = tuple((build / volume.path, volume.first, volume.last) for volume in manifest.volumes)
    parcels = packages(ledger, rules)
    lost = _lost(manifest, [entry.number for entry in ledger], files, rules, workshop)
    labels = {entry.number: entry.label for entry in ledger}
    summary = _summary(replace(manifest, ledger=ledger), parcels, lost, rules)
    with staging(build / FOLDER, written, day) as made:
        jobs = [_Binding(files=files, package=one, target=made / one.path) for one in parcels]
        _all(workshop.map(_bind, jobs, limits=_LIMITS))
        if lost:
            _all(
                workshop.map(
                    _preview,
                    [(lost, labels, rules.dpi, made / "black-and-white.pdf")],
                    limits=_LIMITS,
                )
            )
        (made / "print.txt").write_text(text(summary) + "\n", encoding="utf8")
        recorded = {**summary, "files": hash_files(made)}
        (made / RECORD).write_text(
            json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf8"
        )
        kept = publish(made, build / FOLDER, written, day)
    return Run(folder=build / FOLDER, summary=summary, kept=kept)


def written(folder: Path) -> Mapping[str, str] | None:
    """What a print run was written with, by its print.json; None if the folder is none of ours."""
    data = read_record(folder / RECORD)
    if data is None or not {"packet", "paper", "packages"} <= set(data):
        return None
    files = data.get("files", {})  # earlier versions did not list them: then all are kept
    return (
        {RECORD: "", **{str(path): str(sha256) for path, sha256 in files.items()}}
        if isinstance(files, dict)
        else None
    )


def _manifest(build: Path) -> Manifest:
    manifest = read_manifest(build)
    names = [volume.path for volume in manifest.volumes]
    numbers = [entry.number for entry in manifest.ledger]
    whole = numbers == list(range(1, len(numbers) + 1)) and manifest.volumes[-1].last == len(
        numbers
    )
    gone = [name for name in names if not (build / name).is_file()]
    if gone or not whole:
        problem = f"{', '.join(gone)} is not there" if gone else "it does not list every page"
        raise ProofFailed(problem, (), where=MANIFEST_FILE, remedy="build it again")
    return manifest


def _lost(
    manifest: Manifest,
    numbers: Sequence[int],
    files: Sequence[tuple[Path, int, int]],
    rules: Rules,
    workshop: Workshop,
) -> tuple[Loss, ...]:
    words = _words(manifest)
    out = workshop.folder("black-and-white")
    jobs = [
        Job(
            bundle=path,
            first=first,
            numbers=tuple(inside[start : start + _CHUNK]),
            dpi=rules.dpi,
            places=rules.places,
            always=words,
            out=out,
        )
        for path, first, last in files
        for inside in [[number for number in numbers if first <= number <= last]]
        for start in range(0, len(inside), _CHUNK)
    ]
    found = _all(workshop.map(look, jobs, limits=_LIMITS))
    return tuple(_with_words(loss, words) for some in found for loss in some)


def _with_words(loss: Loss, words: frozenset[int]) -> Loss:
    return replace(loss, loses=(WORDS, *loss.loses)) if loss.number in words else loss


def _words(manifest: Manifest) -> frozenset[int]:
    """Places of the pages of which recognition found, when the bundle was built, that words do
    not survive."""
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


def _all(results: Sequence[Any]) -> list[Any]:
    """The results; raises ToolFailed for the first that failed."""
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
    """The sheets of one package: Letter pages as they are, others in the middle of a Letter
    sheet."""
    with Pdf.new() as book, ExitStack() as opened:
        for path, first, last in job.files:
            numbers = [number for number in job.package.numbers if first <= number <= last]
            if numbers:
                source = opened.enter_context(Pdf.open(path))
                for number in numbers:
                    _sheet(book, source.pages[number - first])
        _describe(book)
        with open_deferring_errors(job.target) as out:
            book.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )


def _sheet(book: Pdf, page: pikepdf.Page) -> None:
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    lying = int(page.get(Name.Rotate, 0)) % 180 == 90
    size = (y1 - y0, x1 - x0) if lying else (x1 - x0, y1 - y0)
    book.pages.append(page)
    mine = book.pages[-1]
    if not is_letter(size):
        whole, (width, height) = mine.as_form_xobject(), fit(size)[0]
        mine = book.add_blank_page(page_size=(width, height))
        del book.pages[-2]
        mine.Resources = Dictionary(
            XObject=Dictionary(Whole=whole)
        )  # a name of ours: pikepdf's own are random
        mine.Contents = book.make_stream(
            mine.calc_form_xobject_placement(whole, Name.Whole, Rectangle(0, 0, width, height))
        )
    for key in (Name.Annots, Name.StructParents, Name.Tabs):  # nobody clicks on paper
        if key in mine:
            del mine[key]


def _describe(book: Pdf) -> None:
    """A print dialog that heeds it starts with one side, actual size, and the tray of the page's
    size."""
    book.Root.ViewerPreferences = Dictionary(
        Duplex=Name.Simplex, PrintScaling=Name("/None"), PickTrayByPDFSize=True
    )


# --- black and white ---


def _preview(job: tuple[Sequence[Loss], Mapping[int, str], int, Path]) -> None:
    """The pages that lose something, as a black-and-white scan of their sheet shows them."""
    lost, labels, dpi, target = job
    with Pdf.new() as book:
        with book.open_outline() as outline:
            for position, one in enumerate(lost):
                _picture(book, one, dpi)
                outline.root.append(
                    OutlineItem(
                        f"page {labels[one.number]}: {', '.join(one.loses)}", position, "Fit"
                    )
                )
        nums = [
            value
            for n, one in enumerate(lost)
            for value in (n, Dictionary(P=pikepdf.String(labels[one.number])))
        ]
        book.Root.PageLabels = Dictionary(Nums=Array(nums))
        book.Root.PageMode = Name.UseOutlines
        with open_deferring_errors(target) as out:
            book.save(out, deterministic_id=True)


def _picture(book: Pdf, loss: Loss, dpi: int) -> None:
    size = (loss.width * 72 / dpi, loss.height * 72 / dpi)
    (width, height), _ = fit(size)
    page = book.add_blank_page(page_size=(width, height))
    image = Stream(
        book,
        zlib.decompress(loss.path.read_bytes()),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=loss.width,
        Height=loss.height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1,
    )
    page.Resources = Dictionary(XObject=Dictionary(Scan=book.make_indirect(image)))
    left, bottom = (width - size[0]) / 2, (height - size[1]) / 2
    page.Contents = book.make_stream(
        f"q {size[0]:.3f} 0 0 {size[1]:.3f} {left:.3f} {bottom:.3f} cm /Scan Do Q".encode()
    )


# --- what is said ---


def _summary(
    manifest: Manifest, parcels: Sequence[Package], lost: Sequence[Loss], rules: Rules
) -> dict[str, Any]:
    labels = {entry.number: entry.label for entry in manifest.ledger}
    return {
        "packet": manifest.packet,
        "paper": rules.paper,
        "sheets": len(manifest.ledger),
        "dividers": sum(one.dividers for one in parcels),
        "packages": [asdict(one) for one in parcels],
        "fitted": list(_fitted(manifest.ledger)),
        "black_and_white": [
            {"label": labels[one.number], "loses": list(one.loses)} for one in lost
        ],
        "findings": [
            {key: str(value) for key, value in asdict(one).items() if value is not None}
            for one in _findings(manifest)
        ],
    }


def _fitted(ledger: Sequence[LedgerEntry]) -> Iterator[dict[str, str]]:
    for entry in ledger:
        if not is_letter(entry.size):
            _, scale = fit(entry.size)
            how = "in the middle, as large as it is" if scale == 1.0 else f"at {100 * scale:.0f} %"
            yield {"label": entry.label, "how": how}


def _findings(manifest: Manifest) -> Iterator[Finding]:
    """What must be put right before it is mailed."""
    for entry in manifest.ledger:
        if entry.kind is PartKind.DRAFT and entry.part.endswith("-placeholder"):
            yield Finding(
                rule="PRINT.PLACEHOLDER",
                severity=Severity.WARNING,
                where=f"page {entry.label}",
                problem="it only holds the place of a form and must not be mailed",
                remedy="put the form into the case and build again",
            )
    for row in manifest.index:
        if not row.has_sheet:
            yield Finding(
                rule="PRINT.DIVIDER",
                severity=Severity.INFO,
                where=f"exhibit {row.exhibit}",
                problem="it has no divider sheet, as a notice that lies on top",
                remedy="nothing, unless it is no notice",
                exhibit=row.exhibit,
            )
