"""Do the work, in workers: survey a document's pictures, store those of one page again, write the
document with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pikepdf
import PIL
import pypdfium2 as pdfium
from pikepdf import Object, Page, Pdf

from assembler.bundle.optimize import legible_words, picture_coding, picture_places
from assembler.bundle.optimize.picture_coding import CodedPicture
from assembler.bundle.optimize.steps import FINE, PageWeight
from assembler.evidence import ocr
from assembler.model import DocumentId, Fitted
from assembler.pdf.opening import open_pdf_file
from assembler.pdf.page_weight import count_page_bytes
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code
from assembler.runtime.machine_failures import raise_if_machine_failed

_READ_AT = 200  # dots per inch at which words are recognized, before and after
_MAX_PIXELS = 40_000_000  # of a rendering
CANNOT = (
    pikepdf.PdfError,
    ValueError,
    OSError,
    NotImplementedError,
    KeyError,
    AttributeError,
    TypeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """A page to fit. `dpi`: the maximum of its pictures; LOSSLESS (0): each pixel stays."""

    document: DocumentId
    index: int  # from 0
    pdf: Path
    sha256: str  # of the file `pdf`
    survey: PageWeight
    dpi: int
    language: str  # BCP 47
    cache: Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedPage:
    """The result of a page; `folder` holds the new pictures."""

    fitted: Fitted
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinJob:
    """A document, and the folders of its pages' new pictures."""

    pdf: Path
    sha256: str
    folders: tuple[Path, ...]
    cache: Cache


def survey_pages(pdf: Path) -> tuple[PageWeight, ...]:
    """Return each page's weight and pictures."""
    seen: set[tuple[int, int]] = set()
    with Pdf.open(pdf) as document:
        pictures_by_page = picture_places.find_pictures(document)
        return tuple(
            PageWeight(
                weight=count_page_bytes(page.obj, seen),
                pictures=tuple((*picture.key, picture.dpi) for picture in pictures),
            )
            for page, pictures in zip(document.pages, pictures_by_page, strict=True)
        )


def fit_page(job: PageJob) -> FittedPage:
    """Store a page's pictures again. Raises ToolFailed or ToolMissing from the engine that
    recognizes words."""
    engine = ocr.choose_engine_language(job.language) if job.dpi else ""
    key = ["fit", *list_tool_versions(), job.sha256, str(job.index), str(job.dpi), engine]
    entry = job.cache.get_or_make(key, lambda folder: _make(job, engine, folder))
    numbers: dict[str, Any] = json.loads((entry / "fitted.json").read_text(encoding="utf8"))
    return FittedPage(
        fitted=Fitted(document=job.document, index=job.index, **numbers), folder=entry
    )


def join_pages(job: JoinJob) -> Path:
    """Return the document with its new pictures."""
    key = ["joined", *list_tool_versions(), job.sha256, *(folder.name for folder in job.folders)]
    return job.cache.get_or_make(key, lambda folder: _join(job, folder)) / "fitted.pdf"


def list_tool_versions() -> tuple[str, ...]:
    """Return what new pictures depend on besides their document."""
    codec = f"mozjpeg {version('mozjpeg-lossless-optimization')}"
    return (
        digest_code("bundle", "evidence"),
        f"pikepdf {pikepdf.__version__}",
        f"Pillow {PIL.__version__}",
        codec,
        ocr.read_engine_version(),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
    )


def _make(job: PageJob, engine: str, folder: Path) -> None:
    records, saved, is_redrawn = [], 0, False
    with Pdf.open(job.pdf) as pdf:
        for number, generation, dpi in job.survey.pictures:
            image = pdf.get_object((number, generation))
            coded = _recode_picture(image, dpi, job.dpi)
            if coded is not None:
                saved += int(image.stream_dict.Length) - len(coded.data)
                is_redrawn = is_redrawn or coded.width != int(image.Width)
                records.append(_store_coded(number, generation, coded, folder))
                picture_coding.store_picture(image, coded)
        word_counts = _count_words(job, engine, pdf.pages[job.index], folder) if is_redrawn else {}
    numbers = {
        "bytes_before": job.survey.weight,
        "bytes_after": job.survey.weight - saved,
        "dpi_before": job.survey.dpi,
        "dpi_after": min(job.survey.dpi, float(job.dpi)) if is_redrawn else job.survey.dpi,
        "lossless": not is_redrawn,
        **word_counts,
    }
    (folder / "pictures.json").write_text(json.dumps(records), encoding="utf8")
    (folder / "fitted.json").write_text(json.dumps(numbers), encoding="utf8")


def _recode_picture(image: Object, dpi: float, limit: int) -> CodedPicture | None:
    """Store a picture again; None if no library can decode it, and it stays."""
    try:
        redrawn = (
            picture_coding.recode_coarser(image, limit / dpi)
            if limit and dpi > limit * FINE
            else None
        )
        return redrawn or picture_coding.recode_lossless(image)
    except CANNOT as error:
        raise_if_machine_failed(error)
        return None


def _store_coded(number: int, generation: int, coded: CodedPicture, folder: Path) -> dict[str, Any]:
    name = f"{number}-{generation}.bin"
    (folder / name).write_bytes(coded.data)
    return {
        "key": [number, generation],
        "file": name,
        "filter": coded.filter,
        "width": coded.width,
        "height": coded.height,
        "bits": coded.bits,
        "parms": coded.parms,
        "space": coded.space,
    }


def _join(job: JoinJob, folder: Path) -> None:
    with Pdf.open(job.pdf) as pdf:
        for pictures_folder in job.folders:
            for record in json.loads(
                (pictures_folder / "pictures.json").read_text(encoding="utf8")
            ):
                coded = CodedPicture(
                    data=(pictures_folder / record["file"]).read_bytes(),
                    filter=record["filter"],
                    width=record["width"],
                    height=record["height"],
                    bits=record["bits"],
                    parms=tuple((key, value) for key, value in record["parms"]),
                    space=record["space"],
                )
                picture_coding.store_picture(pdf.get_object(tuple(record["key"])), coded)
        with open_deferring_errors(folder / "fitted.pdf") as out:
            pdf.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )


def _count_words(job: PageJob, engine: str, page: Page, folder: Path) -> dict[str, Any]:
    """Count words before and after; the page with the new pictures is put into a file of its own to
    be rendered."""
    page_file = folder / "page.pdf"
    with Pdf.new() as single:
        single.pages.append(page)
        with open_deferring_errors(page_file) as out:
            single.save(out)
    before, after = _read(job.pdf, job.index, engine), _read(page_file, 0, engine)
    page_file.unlink()
    count, kept = legible_words.count_kept_words(before, after)
    return {"words": count, "kept": kept, "lost": not legible_words.is_legible(count, kept)}


def _read(pdf: Path, index: int, engine: str) -> list[legible_words.Word]:
    document = open_pdf_file(pdf)
    try:
        page = document[index]
        width, height = page.get_size()
        dpi = min(float(_READ_AT), 72 * (_MAX_PIXELS / (width * height)) ** 0.5)
        image = page.render(scale=dpi / 72, grayscale=True).to_pil()
    finally:
        document.close()
    return [(word, confidence) for word, confidence, _ in ocr.read_words(image, round(dpi), engine)]
