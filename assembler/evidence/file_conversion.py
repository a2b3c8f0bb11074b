"""Convert one file to a PDF that is normal and measured: a PDF, pictures, Word, or a file that a
reader prints."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf

from assembler.evidence.file_types import REFUSED, sniff
from assembler.evidence.losses import Loss, make_loss
from assembler.evidence.measured_pages import MeasuredFile, PicturePlace, measure_pages
from assembler.evidence.picture_page import make_picture_pages, report_placement
from assembler.evidence.printed_files import (
    PrintedPart,
    PrintTools,
    make_page_passages,
    print_notice,
    print_reading,
)
from assembler.evidence.readers import picture
from assembler.evidence.readers.pdf import NormalizedPdf, list_losses, normalize_pdf
from assembler.evidence.readers.pdf_ladder import rewrite_as_shown
from assembler.evidence.readers.reading import AttachedFile, ReadRequest
from assembler.evidence.readers.registry import READERS, is_printed, list_unused_options
from assembler.evidence.readers.word import print_word
from assembler.evidence.refusal import Refused
from assembler.evidence.repair import compare_pages
from assembler.model import NO_OPTIONS, FileOptions, Passage, Severity
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.resources import TemplateFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRequest:
    """A file to convert, and what case.json says about it.

    `accepted`: a person accepts the pages that PDFium shows. `folder`: an empty folder; the PDF
    will be `normal.pdf` in it, and nothing else stays.
    """

    data: bytes
    folder: Path
    password: str = ""
    accepted: bool = False
    options: FileOptions = NO_OPTIONS
    templates: tuple[TemplateFile, ...] = ()  # of printed papers

    @property
    def target(self) -> Path:
        """Return the PDF to write."""
        return self.folder / "normal.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedFile:
    """A normal PDF with its measured pages.

    `passages`: by page, of a file that a reader printed, else empty. `is_converted`: the file has
    no pages of its own. `disagreement`: what readers show differently, if a person accepted what
    PDFium shows.
    """

    normalized: NormalizedPdf
    measured: MeasuredFile
    passages: tuple[tuple[Passage, ...], ...] = ()
    is_converted: bool = False
    disagreement: str = ""


def convert_file(request: ConversionRequest) -> ConvertedFile:
    """Write the PDF of a file. Raises Refused if it cannot be used as it is."""
    kind = sniff(request.data)
    if kind in REFUSED:
        description, remedy = REFUSED[kind]
        raise Refused("EVID.FORMAT", f"the file is {description}", remedy)
    if is_printed(kind):
        return _print_file(request, kind)
    if kind in picture.KINDS:
        normalized, places = _convert_pictures(request.data, kind, request.target)
        converted = ConvertedFile(
            normalized=normalized, measured=measure_pages(request.target, places)
        )
    elif kind == "docx":
        normalized = _convert_word(request.data, request.target, request.folder / "word")
        converted = ConvertedFile(
            normalized=normalized, measured=measure_pages(request.target), is_converted=True
        )
    else:
        normalized, measured, disagreement = _normalize(
            request.data, request.password, request.target, accepted=request.accepted
        )
        converted = ConvertedFile(
            normalized=normalized, measured=measured, disagreement=disagreement
        )
    return _add_losses(converted, _report_unused_options(kind, request.options))


def _add_losses(converted: ConvertedFile, losses: tuple[Loss, ...]) -> ConvertedFile:
    normalized = converted.normalized
    return replace(converted, normalized=replace(normalized, losses=(*normalized.losses, *losses)))


def _report_unused_options(kind: str, options: FileOptions) -> tuple[Loss, ...]:
    """Return a warning for options that do not apply to files of a kind."""
    unused = list_unused_options(kind, options)
    if not unused:
        return ()
    names = ", ".join(f"`{name}`" for name in unused)
    verb = "does" if len(unused) == 1 else "do"
    problem = f"{names} {verb} not apply to files of this type"
    return (make_loss("EVID.OPTION", problem, "remove it from the file in case.json"),)


def _print_file(request: ConversionRequest, kind: str) -> ConvertedFile:
    scratch = request.folder / "printing"
    scratch.mkdir()
    try:
        printer = _Printer(request, scratch)
        part = printer.print_data(request.data, kind, ())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    normalized = normalize_pdf(part.pdf, request.target)
    removed = part.removed + Counter(
        {name: count for name, count in normalized.removed if name.startswith("link ")}
    )
    normalized = replace(
        normalized,
        removed=tuple(sorted(removed.items())),
        losses=(*part.losses, *_report_unused_options(kind, request.options)),
        steps=part.steps,
    )
    measured = measure_pages(request.target)
    return ConvertedFile(
        normalized=normalized, measured=measured, passages=part.passages, is_converted=True
    )


class _Printer:
    """Prints a file and the files within it."""

    def __init__(self, request: ConversionRequest, scratch: Path) -> None:
        self._options, self._scratch = request.options, scratch
        self._templates = {
            template.name.rpartition("/")[2]: template for template in request.templates
        }
        self._count = 0

    def print_data(self, data: bytes, kind: str, attachment: tuple[int, ...]) -> PrintedPart:
        """Print a file that a reader reads. Raises Refused."""
        reading = READERS[kind](
            ReadRequest(
                data=data,
                kind=kind,
                sha256=hashlib.sha256(data).hexdigest(),
                # a person chooses from the listed file only
                options=NO_OPTIONS if attachment else self._options,
                attachment=attachment,
                scratch=self._make_folder(),
            )
        )
        return print_reading(reading, self._make_tools())

    def print_attached(self, attached: AttachedFile) -> PrintedPart:
        """Print a file within the file; one that cannot be used is named on a page of its own, and
        is an error until a person accepts that it is missing."""
        try:
            return self._print_pages(attached)
        except Refused as error:
            name = f"attachment {'.'.join(map(str, attached.attachment))}"
            sentence = f"{name} cannot be shown: {error.problem}"
            notice = print_notice(sentence, attached, self._make_tools())
            loss = make_loss("EVID.ATTACHED", sentence, error.remedy, Severity.ERROR)
            return replace(notice, losses=(loss,))

    def _print_pages(self, attached: AttachedFile) -> PrintedPart:
        kind = sniff(attached.data)
        if is_printed(kind):
            return self.print_data(attached.data, kind, attached.attachment)
        folder = self._make_folder()
        converted = convert_file(ConversionRequest(data=attached.data, folder=folder))
        name = f"attachment {'.'.join(map(str, attached.attachment))}"
        losses = [
            replace(loss, problem=f"{name}: {loss.problem}", page=None, region=None)
            for loss in (*converted.normalized.losses, *converted.measured.losses)
        ]
        if converted.normalized.faults:
            faults = "; ".join(converted.normalized.faults)
            problem = f"{name} is damaged and was repaired: {faults}"
            remedy = "compare its pages with the attachment"
            losses.append(make_loss("EVID.ATTACHED", problem, remedy, Severity.ERROR))
        return PrintedPart(
            pdf=(folder / "normal.pdf").read_bytes(),
            passages=make_page_passages(
                [page.source for page in converted.measured.pages], attached.attachment
            ),
            removed=Counter(dict(converted.normalized.removed)),
            losses=tuple(losses),
            steps=converted.normalized.steps,
        )

    def _make_tools(self) -> PrintTools:
        return PrintTools(
            templates=self._templates,
            scratch=self._make_folder(),
            print_attached=self.print_attached,
        )

    def _make_folder(self) -> Path:
        self._count += 1
        folder = self._scratch / f"{self._count}"
        folder.mkdir()
        return folder


def _normalize(
    data: bytes, password: str, target: Path, *, accepted: bool
) -> tuple[NormalizedPdf, MeasuredFile, str]:
    """Write `target` from a PDF.

    Returns the findings, the measured pages, and what readers show differently if a person accepted
    what PDFium shows.
    """
    try:
        return *_normalize_and_compare(data, password, target), ""
    except Refused as error:
        if not (error.acceptable and accepted):
            raise
        disagreement = error.problem
    normalized = normalize_pdf(rewrite_as_shown(data, password), target)
    losses = [loss for loss in list_losses(data, password) if loss.page is None]
    compare_pages(data, password, target, normalized.redrawn, acceptable=False)
    normalized = replace(normalized, faults=(), losses=(*losses, *normalized.losses))
    return normalized, measure_pages(target), disagreement


def _normalize_and_compare(
    data: bytes, password: str, target: Path
) -> tuple[NormalizedPdf, MeasuredFile]:
    """Write `target`; raise Refused if the file has faults and another reader shows other pages."""
    normalized = normalize_pdf(data, target, password)
    measured = measure_pages(target)
    faults = (*normalized.faults, *measured.faults)
    if faults or normalized.slips:
        compare_pages(data, password, target, normalized.redrawn)
    steps = (*normalized.steps, *(f"passed over: {slip}" for slip in normalized.slips))
    return replace(normalized, faults=faults, steps=steps), measured


def _convert_pictures(
    data: bytes, kind: str, target: Path
) -> tuple[NormalizedPdf, list[PicturePlace]]:
    """Write `target`, one picture per page; return what was removed and where each picture is."""
    removed: Counter[str] = Counter()
    places: list[PicturePlace] = []
    losses: list[Loss] = []
    source = 0
    with pikepdf.new() as book:
        for picture_page in make_picture_pages(data, kind):
            source += int(picture_page.strip is None or picture_page.strip.part == 1)
            with pikepdf.open(io.BytesIO(picture_page.pdf)) as page:
                book.pages.extend(page.pages)
            removed.update(picture_page.removed)
            losses += report_placement(picture_page, source)
            places.append(
                PicturePlace(
                    box=picture_page.box,
                    turned=picture_page.turned,
                    dpi=picture_page.dpi,
                    source=source,
                    strip=picture_page.strip,
                    background=picture_page.background,
                )
            )
        with open_deferring_errors(target) as out:
            book.save(out, deterministic_id=True)
    normalized = NormalizedPdf(
        removed=tuple(sorted(removed.items())),
        redrawn=frozenset(),
        faults=(),
        losses=tuple(losses),
        steps=(),
    )
    return normalized, places


def _convert_word(data: bytes, target: Path, scratch: Path) -> NormalizedPdf:
    """Write `target` as Word would print the file; losses of the engine's own PDF are not the
    client's."""
    try:
        printed = print_word(data, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    normalized = normalize_pdf(printed.pdf, target)
    links = Counter({kind: count for kind, count in normalized.removed if kind.startswith("link ")})
    link_losses = tuple(loss for loss in normalized.losses if loss.rule == "EVID.LINK")
    return replace(
        normalized,
        removed=tuple(sorted((printed.removed + links).items())),
        losses=(*printed.losses, *link_losses),
        steps=(printed.engine, *normalized.steps),
    )
