"""Phase 2, one page per worker: recognise a page that has no usable text."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2 as pdfium

from assembler import legibility, ocr
from assembler.evidence.measuring import measure
from assembler.legibility import Box, Measures
from assembler.workshop import Cache

if TYPE_CHECKING:
    from PIL import Image

VERSION = "6"  # raise it when anything here changes what comes out
_MAX_PIXELS = 40_000_000  # of a rendering; larger pages are read coarser


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Page `index` (from 0) of a normal PDF made from the file with this sha256."""

    pdf: Path
    index: int
    sha256: str
    language: str  # BCP 47
    policy: ocr.Policy
    cache: Cache
    box: Box | None = None  # where an image stands on its page: x, y, width, height from the lower left, points


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was recognised: counts for the report, the words for checks, and the layer to lay over the page."""

    words: int
    confidence: float
    turned: int
    dpi: int
    script: str  # see PreparedPage.script
    layer: Path
    boxes: Path  # JSON: [[word, left, top, right, bottom, confidence], …], points from the top left of the page turned upright
    measures: Measures


def read_page(job: Job) -> Read:
    """Recognise one page. Raises ToolFailed or ToolMissing from the engine."""
    engine = ocr.engine_language(job.language)
    key = ["read", VERSION, job.sha256, str(job.index), engine, repr(sorted(asdict(job.policy).items())),
           ocr.version(), ocr.data_version(engine), f"pdfium {pdfium.PYPDFIUM_INFO}"]  # fmt: skip
    made = job.cache.once(key, lambda folder: _make(job, engine, folder))
    kept = json.loads((made / "read.json").read_text())
    measures = legibility.measures(json.loads((made / "measures.json").read_text()))
    return Read(**kept, layer=made / "layer.pdf", boxes=made / "boxes.json", measures=measures)


def _make(job: Job, engine: str, folder: Path) -> None:
    document = pdfium.PdfDocument(job.pdf)
    try:
        page = document[job.index]
        found = ocr.read_page(lambda dpi: _render(page, dpi), engine, job.policy, folder)
        size = page.get_size()
        measures = _measures(job, page, found, engine)
        poor = bool(found.words) and found.confidence < job.policy.sure
        script = ocr.script(_render(page, job.policy.dpi).rotate(-found.turned, expand=True)) if poor else ""
    finally:
        document.close()
    (folder / "measures.json").write_text(json.dumps(asdict(measures)))
    (folder / "layer.pdf").write_bytes(_undated(found.layer, folder))
    kept = {
        "words": len(found.words), "confidence": found.confidence, "turned": found.turned, "dpi": found.dpi, "script": script,
    }  # fmt: skip
    (folder / "read.json").write_text(json.dumps(kept))
    (folder / "boxes.json").write_text(_boxes(found, size), encoding="utf8")
    words = [word for word, sure in zip(found.words, found.confidences, strict=True) if sure > 0]
    (folder / "words.txt").write_text("\n".join(words), encoding="utf8")
    (folder / "page.pgm").unlink()


def _measures(job: Job, page: pdfium.PdfPage, found: ocr.Recognised, engine: str) -> Measures:
    image = _render(page, job.policy.dpi)
    dpi = image.width / page.get_width() * 72
    upright = image.rotate(-found.turned, expand=True) if found.turned else image
    words = tuple(zip(found.words, found.confidences, found.boxes, strict=True))
    frame = _frame(job.box, page.get_size(), found.turned)
    return measure(upright, dpi, words, frame, lambda picture: ocr.read_words(picture, job.policy.dpi, engine))


def _frame(box: Box | None, size: tuple[float, float], turned: int) -> Box:
    """Where the picture stands on the page turned upright, as parts of its width and height."""
    if box is None:
        return (0.0, 0.0, 1.0, 1.0)
    x, y, width, height = box
    left, top, right, bottom = x / size[0], 1 - (y + height) / size[1], (x + width) / size[0], 1 - y / size[1]
    turns: dict[int, Box] = {
        0: (left, top, right, bottom), 90: (1 - bottom, left, 1 - top, right),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top), 270: (top, 1 - right, bottom, 1 - left),
    }  # fmt: skip
    return turns[turned % 360]


def _boxes(found: ocr.Recognised, size: tuple[float, float]) -> str:
    width, height = size if found.turned % 180 == 0 else (size[1], size[0])
    rows = [
        [word, *(round(part * side, 1) for part, side in zip(box, (width, height) * 2, strict=True)), sure]
        for word, box, sure in zip(found.words, found.boxes, found.confidences, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False)


def _render(page: pdfium.PdfPage, dpi: int) -> Image.Image:
    """The page as shown, grey. The engine is told `dpi` even where a huge page is drawn coarser to spare memory."""
    width, height = page.get_size()
    scale = dpi / 72
    pixels = width * height * scale * scale
    if pixels > _MAX_PIXELS:
        scale *= (_MAX_PIXELS / pixels) ** 0.5
    image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return image


def _undated(layer: bytes, folder: Path) -> bytes:
    """The engine's PDF without its date and name, so that the same page gives the same bytes."""
    path = folder / f"plain.{os.getpid()}.pdf"
    (folder / "layer.pdf").write_bytes(layer)
    with pikepdf.open(folder / "layer.pdf") as pdf:
        if "/Info" in pdf.trailer:
            del pdf.trailer.Info
        pdf.save(path, deterministic_id=True)
    data = path.read_bytes()
    path.unlink()
    return data
