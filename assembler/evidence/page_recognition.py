"""Phase 2, one page per worker: recognize a page that has no usable text."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import legibility, miniatures, ocr
from assembler.evidence.legibility import Box, Measures
from assembler.evidence.legibility.lighting import MIN_REVEALED, even_frame
from assembler.evidence.legibility.page_measures import measure_page
from assembler.evidence.legibility.word_measures import Words
from assembler.evidence.miniatures import frame_of
from assembler.evidence.ocr.mrz_zones import lines_in
from assembler.model import Miniature
from assembler.pdf.ink import render_gray
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import code_digest

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
    box: Box | None = (
        None  # where an image stands on its page: x, y, width, height from the lower left, points
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizedPage:
    """What was recognized: counts for the report, the words for checks, and the layer to lay
    over the page."""

    words: int
    confidence: float
    turned: int
    dpi: int
    script: str  # see PreparedPage.script
    layer: Path
    # JSON: [[word, left, top, right, bottom, confidence], …], points from the top left of the page
    # turned upright
    boxes: Path
    measures: Measures
    miniature: Miniature
    lines: str = ""  # machine-readable lines that could be proved


def read_page(job: Job) -> RecognizedPage:
    """Recognize one page. Raises ToolFailed or ToolMissing from the engine."""
    engine = ocr.engine_language(job.language)
    key = [
        "read",
        code_digest("evidence"),
        job.sha256,
        str(job.index),
        engine,
        repr(sorted(asdict(job.policy).items())),
        ocr.version(),
        ocr.data_version(engine),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
    ]
    made = job.cache.get_or_make(key, lambda folder: _make(job, engine, folder))
    kept = json.loads((made / "read.json").read_text())
    measures = legibility.read_measures(json.loads((made / "measures.json").read_text()))
    small = miniatures.from_raw(kept.pop("miniature"))
    return RecognizedPage(
        **kept,
        layer=made / "layer.pdf",
        boxes=made / "boxes.json",
        measures=measures,
        miniature=small,
    )


def _make(job: Job, engine: str, folder: Path) -> None:
    job.cache.check_unchanged([job.pdf])
    document = pdfium.PdfDocument(job.pdf)
    try:
        page = document[job.index]
        drawn = lru_cache(maxsize=1)(lambda dpi: _render(page, dpi))
        size = page.get_size()
        found = ocr.read_page(
            drawn,
            engine,
            job.policy,
            folder,
            lambda image: even_frame(image, frame_of(job.box, size, 0)),
        )
        picture = drawn(job.policy.dpi)
        upright = picture.rotate(-found.turned, expand=True) if found.turned else picture
        frame = frame_of(job.box, size, found.turned)
        measures = _measures(job, upright, picture.width / size[0] * 72, found, frame, engine)
        small = miniatures.miniature(upright, frame)
        lines = _lines(page, found)
        script = ocr.script(upright) if found.words and found.confidence < job.policy.sure else ""
    finally:
        document.close()
    (folder / "measures.json").write_text(json.dumps(asdict(measures)))
    believed = found.confidence >= job.policy.turn_believed  # else one word in seven is right
    (folder / "layer.pdf").write_bytes(_undated(found.layer, folder, empty=not believed))
    found = found if believed else replace(found, words=(), confidences=(), boxes=())
    kept = {
        "words": len(found.words),
        "confidence": measures.confidence,
        "turned": found.turned,
        "dpi": found.dpi,
        "lines": lines,
        "script": script,
        "miniature": miniatures.raw(small),
    }
    (folder / "read.json").write_text(json.dumps(kept))
    (folder / "boxes.json").write_text(_boxes(found, size), encoding="utf8")
    words = [word for word, sure in zip(found.words, found.confidences, strict=True) if sure > 0]
    (folder / "words.txt").write_text("\n".join(words), encoding="utf8")
    (folder / "page.bmp").unlink()


def _measures(
    job: Job, upright: Image.Image, dpi: float, found: ocr.Recognized, frame: Box, engine: str
) -> Measures:
    words = tuple(zip(found.words, found.confidences, found.boxes, strict=True))
    again = partial(ocr.read_words, dpi=job.policy.dpi, language=engine)
    return measure_page(upright, dpi, words, frame, again, hidden=hidden(found))


def hidden(found: ocr.Recognized) -> float | None:
    """The part of the sure words that came out only in even light; None where it was not read
    so. A few words tell nothing."""
    if found.unlit is None:
        return None
    more = found.sure - found.unlit
    return more / found.sure if more >= MIN_REVEALED else 0.0


def _lines(page: pdfium.PdfPage, found: ocr.Recognized) -> str:
    words = tuple(zip(found.words, found.confidences, found.boxes, strict=True))
    text = "\n".join(" ".join(word for word, _, _ in line) for line in _by_line(words))

    def again(scale: float) -> Image.Image:
        drawn = _render(page, round(scale * 72))
        return drawn.rotate(-found.turned, expand=True) if found.turned else drawn

    return lines_in(words, text, again)


def _by_line(words: Words) -> list[list[tuple[str, float, Box]]]:
    """Words in reading order, cut where one begins left of the one before: a line of lines has
    few words."""
    lines: list[list[tuple[str, float, Box]]] = []
    for word in words:
        if lines and word[2][0] >= lines[-1][-1][2][0]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _boxes(found: ocr.Recognized, size: tuple[float, float]) -> str:
    width, height = size if found.turned % 180 == 0 else (size[1], size[0])
    rows = [
        [
            word,
            *(round(part * side, 1) for part, side in zip(box, (width, height) * 2, strict=True)),
            sure,
        ]
        for word, box, sure in zip(found.words, found.boxes, found.confidences, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False)


def _render(page: pdfium.PdfPage, dpi: int) -> Image.Image:
    """The page as shown, gray. The engine is told `dpi` even where a huge page is drawn coarser
    to spare memory."""
    width, height = page.get_size()
    scale = dpi / 72
    pixels = width * height * scale * scale
    if pixels > _MAX_PIXELS:
        scale *= (_MAX_PIXELS / pixels) ** 0.5
    return render_gray(page, scale, scanned=True)


def _undated(layer: bytes, folder: Path, *, empty: bool) -> bytes:
    """The engine's PDF without its date and name, so that the same page gives the same bytes.
    `empty`: without its words, too."""
    path = folder / f"plain.{os.getpid()}.pdf"
    (folder / "layer.pdf").write_bytes(layer)
    with pikepdf.open(folder / "layer.pdf") as pdf:
        if "/Info" in pdf.trailer:
            del pdf.trailer.Info
        if empty:
            pdf.pages[0].Contents = pdf.make_stream(b"")
        with open_deferring_errors(path) as out:
            pdf.save(out, deterministic_id=True)
    data = path.read_bytes()
    path.unlink()
    return data
