"""The doing half, in workers: what pictures a document has, those of one page stored again, the
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
from assembler.bundle.optimize.picture_coding import Coded
from assembler.bundle.optimize.steps import FINE, PageSeen
from assembler.evidence import ocr
from assembler.model import Fitted
from assembler.pdf.page_weight import count_page_bytes
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest

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
class Job:
    """A page to fit. `dpi`: what its pictures may have at most; LOSSLESS (0): each pixel stays."""

    document: str
    index: int  # from 0
    pdf: Path
    sha256: str  # of the file `pdf`
    seen: PageSeen
    dpi: int
    language: str  # BCP 47
    cache: Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it; `folder` holds the new pictures."""

    fitted: Fitted
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A document, and the folders of its pages' new pictures."""

    pdf: Path
    sha256: str
    folders: tuple[Path, ...]
    cache: Cache


def survey(pdf: Path) -> tuple[PageSeen, ...]:
    """Each page's weight and pictures."""
    seen: set[tuple[int, int]] = set()
    with Pdf.open(pdf) as document:
        found = picture_places.pictures(document)
        return tuple(
            PageSeen(
                weight=count_page_bytes(page.obj, seen),
                pictures=tuple((*one.key, one.dpi) for one in mine),
            )
            for page, mine in zip(document.pages, found, strict=True)
        )


def fit_page(job: Job) -> Result:
    """Store a page's pictures again. Raises ToolFailed or ToolMissing from the engine that reads
    words."""
    engine = ocr.engine_language(job.language) if job.dpi else ""
    key = ["fit", *versions(), job.sha256, str(job.index), str(job.dpi), engine]
    made = job.cache.get_or_make(key, lambda folder: _make(job, engine, folder))
    kept: dict[str, Any] = json.loads((made / "fitted.json").read_text())
    return Result(fitted=Fitted(document=job.document, index=job.index, **kept), folder=made)


def join(job: Joining) -> Path:
    """The document with its new pictures."""
    key = ["joined", *versions(), job.sha256, *(folder.name for folder in job.folders)]
    return job.cache.get_or_make(key, lambda folder: _join(job, folder)) / "fitted.pdf"


def versions() -> tuple[str, ...]:
    """What new pictures depend on besides their document."""
    codec = f"mozjpeg {version('mozjpeg-lossless-optimization')}"
    return (
        code_digest("bundle", "evidence"),
        f"pikepdf {pikepdf.__version__}",
        f"Pillow {PIL.__version__}",
        codec,
        ocr.engine_version(),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
    )


def _make(job: Job, engine: str, folder: Path) -> None:
    records, saved, drawn = [], 0, False
    with Pdf.open(job.pdf) as pdf:
        for number, generation, dpi in job.seen.pictures:
            image = pdf.get_object((number, generation))
            coded = _again(image, dpi, job.dpi)
            if coded is not None:
                saved += int(image.stream_dict.Length) - len(coded.data)
                drawn = drawn or coded.width != int(image.Width)
                records.append(_record(number, generation, coded, folder))
                picture_coding.store(image, coded)
        counted = _counted(job, engine, pdf.pages[job.index], folder) if drawn else {}
    kept = {
        "bytes_before": job.seen.weight,
        "bytes_after": job.seen.weight - saved,
        "dpi_before": job.seen.dpi,
        "dpi_after": min(job.seen.dpi, float(job.dpi)) if drawn else job.seen.dpi,
        "lossless": not drawn,
        **counted,
    }
    (folder / "pictures.json").write_text(json.dumps(records))
    (folder / "fitted.json").write_text(json.dumps(kept))


def _again(image: Object, dpi: float, wanted: int) -> Coded | None:
    """A picture that no library of ours can decode stays as it is."""
    try:
        drawn = (
            picture_coding.coarser(image, wanted / dpi) if wanted and dpi > wanted * FINE else None
        )
        return drawn or picture_coding.lossless(image)
    except CANNOT:
        return None


def _record(number: int, generation: int, coded: Coded, folder: Path) -> dict[str, Any]:
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


def _join(job: Joining, folder: Path) -> None:
    with Pdf.open(job.pdf) as pdf:
        for made in job.folders:
            for one in json.loads((made / "pictures.json").read_text()):
                coded = Coded(
                    data=(made / one["file"]).read_bytes(),
                    filter=one["filter"],
                    width=one["width"],
                    height=one["height"],
                    bits=one["bits"],
                    parms=tuple((key, value) for key, value in one["parms"]),
                    space=one["space"],
                )
                picture_coding.store(pdf.get_object(tuple(one["key"])), coded)
        with open_deferring_errors(folder / "fitted.pdf") as out:
            pdf.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )


def _counted(job: Job, engine: str, page: Page, folder: Path) -> dict[str, Any]:
    """Words before and after; the page that has the new pictures is put into a file of its own
    to be drawn."""
    alone = folder / "page.pdf"
    with Pdf.new() as book:
        book.pages.append(page)
        with open_deferring_errors(alone) as out:
            book.save(out)
    before, after = _read(job.pdf, job.index, engine), _read(alone, 0, engine)
    alone.unlink()
    count, kept = legible_words.compare(before, after)
    return {"words": count, "kept": kept, "lost": not legible_words.legible(count, kept)}


def _read(pdf: Path, index: int, engine: str) -> list[legible_words.Word]:
    document = pdfium.PdfDocument(pdf)
    try:
        page = document[index]
        width, height = page.get_size()
        dpi = min(float(_READ_AT), 72 * (_MAX_PIXELS / (width * height)) ** 0.5)
        image = page.render(scale=dpi / 72, grayscale=True).to_pil()
    finally:
        document.close()
    return [(word, sure) for word, sure, _ in ocr.read_words(image, round(dpi), engine)]
