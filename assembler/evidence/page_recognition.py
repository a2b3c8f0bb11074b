"""Phase 2, one page per worker: recognize a page that has no usable text."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import legibility, miniatures, ocr
from assembler.evidence.legibility import Box, Measures
from assembler.evidence.legibility.lighting import MIN_REVEALED, even_out_frame
from assembler.evidence.legibility.page_measures import measure_page
from assembler.evidence.legibility.word_measures import Words
from assembler.evidence.miniatures import find_picture_frame
from assembler.evidence.ocr.mrz_zones import find_mrz_lines
from assembler.model import Miniature
from assembler.pdf.ink import render_gray
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code

_MAX_PIXELS = 40_000_000  # of a rendering; larger pages are read at a lower resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Page `index` (from 0) of a normal PDF made from the file with this sha256."""

    pdf: Path
    index: int
    sha256: str
    language: str  # BCP 47
    policy: ocr.Policy
    cache: Cache
    # where an image is on its page: x, y from the lower left, width, height; points
    box: Box | None = None
    turn: int | None = None  # clockwise degrees that make it upright; None if that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizedPage:
    """A recognized page: counts for the report, words for checks, and the layer to lay over the
    page."""

    words: int
    confidence: float
    turned: int
    dpi: int
    script: str  # see PreparedPage.script
    layer: Path
    # JSON: [[word, left, top, right, bottom, confidence], …], points from the top left of the
    # upright page
    boxes: Path
    measures: Measures
    miniature: Miniature
    lines: str = ""  # machine-readable lines that could be proved


def read_page(job: Job) -> RecognizedPage:
    """Recognize one page. Raises ToolFailed or ToolMissing from the engine."""
    engine = ocr.choose_engine_language(job.language)
    key = [
        "read",
        digest_code("evidence"),
        job.sha256,
        str(job.index),
        engine,
        repr(sorted(asdict(job.policy).items())),
        ocr.read_engine_version(),
        ocr.describe_data(engine),
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        *([] if job.turn is None else [f"turn {job.turn}"]),
    ]
    entry = job.cache.get_or_make(key, lambda folder: _make(job, engine, folder))
    fields = json.loads((entry / "read.json").read_text(encoding="utf8"))
    measures = legibility.read_measures(
        json.loads((entry / "measures.json").read_text(encoding="utf8"))
    )
    miniature = miniatures.read_miniature(fields.pop("miniature"))
    return RecognizedPage(
        **fields,
        layer=entry / "layer.pdf",
        boxes=entry / "boxes.json",
        measures=measures,
        miniature=miniature,
    )


def _make(job: Job, engine: str, folder: Path) -> None:
    job.cache.check_unchanged([job.pdf])
    document = pdfium.PdfDocument(job.pdf)
    try:
        page = document[job.index]
        render = lru_cache(maxsize=1)(lambda dpi: _render(page, dpi))
        size = page.get_size()
        recognition = _recognize(job, engine, render, size, folder)
        picture = render(job.policy.dpi)
        upright = _rotate(picture, recognition.turned)
        frame = find_picture_frame(job.box, size, recognition.turned)
        measures = _measure_recognition(
            job, upright, picture.width / size[0] * 72, recognition, frame, engine
        )
        miniature = miniatures.make_miniature(upright, frame)
        lines = _find_mrz_lines(page, recognition)
        is_doubtful = recognition.words and recognition.confidence < job.policy.sure
        script = ocr.detect_script(upright) if is_doubtful else ""
    finally:
        document.close()
    (folder / "measures.json").write_text(json.dumps(asdict(measures)), encoding="utf8")
    # below that confidence, only one word in seven is right
    believed = recognition.confidence >= job.policy.turn_believed
    (folder / "layer.pdf").write_bytes(_place_layer(recognition, folder, empty=not believed))
    if not believed:
        recognition = replace(recognition, words=(), confidences=(), boxes=())
    fields = {
        "words": len(recognition.words),
        "confidence": measures.confidence,
        "turned": recognition.turned,
        "dpi": recognition.dpi,
        "lines": lines,
        "script": script,
        "miniature": miniatures.write_miniature(miniature),
    }
    (folder / "read.json").write_text(json.dumps(fields), encoding="utf8")
    _write_words(folder, recognition, size)


def _recognize(
    job: Job,
    engine: str,
    render: Callable[[int], Image.Image],
    size: tuple[float, float],
    folder: Path,
) -> ocr.Recognition:
    """Recognize the page, turned as the job says or else as its text says.

    `render`: gives the page as shown, at a dpi. `size`: of the page as shown, points.
    """
    turn = job.turn or 0
    recognition = ocr.read_page(
        lambda dpi: _rotate(render(dpi), turn),
        engine,
        job.policy,
        folder,
        lambda image: even_out_frame(image, find_picture_frame(job.box, size, turn)),
        is_upright=job.turn is not None,
    )
    return replace(recognition, turned=recognition.turned + turn)


def _write_words(folder: Path, recognition: ocr.Recognition, size: tuple[float, float]) -> None:
    (folder / "boxes.json").write_text(_format_boxes(recognition, size), encoding="utf8")
    pairs = zip(recognition.words, recognition.confidences, strict=True)
    words = [word for word, confidence in pairs if confidence > 0]
    (folder / "words.txt").write_text("\n".join(words), encoding="utf8")


def _rotate(image: Image.Image, clockwise: int) -> Image.Image:
    return image.rotate(-clockwise, expand=True) if clockwise else image


def _measure_recognition(
    job: Job,
    upright: Image.Image,
    dpi: float,
    recognition: ocr.Recognition,
    frame: Box,
    engine: str,
) -> Measures:
    words = tuple(zip(recognition.words, recognition.confidences, recognition.boxes, strict=True))
    recognize = partial(ocr.read_words, dpi=job.policy.dpi, language=engine)
    return measure_page(
        upright, dpi, words, frame, recognize, hidden=measure_hidden_fraction(recognition)
    )


def measure_hidden_fraction(recognition: ocr.Recognition) -> float | None:
    """Return the fraction of the sure words that needed even light; None if it was not used.

    A few words prove nothing, so they count as none.
    """
    if recognition.sure_unevened is None:
        return None
    revealed = recognition.sure_words - recognition.sure_unevened
    return revealed / recognition.sure_words if revealed >= MIN_REVEALED else 0.0


def _find_mrz_lines(page: pdfium.PdfPage, recognition: ocr.Recognition) -> str:
    words = tuple(zip(recognition.words, recognition.confidences, recognition.boxes, strict=True))
    text = "\n".join(" ".join(word for word, _, _ in line) for line in _split_lines(words))

    def render(scale: float) -> Image.Image:
        return _rotate(_render(page, round(scale * 72)), recognition.turned)

    return find_mrz_lines(words, text, render)


def _split_lines(words: Words) -> list[list[tuple[str, float, Box]]]:
    """Split words into lines where a word starts left of the one before; MRZ lines have few
    words."""
    lines: list[list[tuple[str, float, Box]]] = []
    for word in words:
        if lines and word[2][0] >= lines[-1][-1][2][0]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _format_boxes(recognition: ocr.Recognition, size: tuple[float, float]) -> str:
    width, height = size if recognition.turned % 180 == 0 else (size[1], size[0])
    rows = [
        [
            word,
            *(round(part * side, 1) for part, side in zip(box, (width, height) * 2, strict=True)),
            sure,
        ]
        for word, box, sure in zip(
            recognition.words, recognition.boxes, recognition.confidences, strict=True
        )
    ]
    return json.dumps(rows, ensure_ascii=False)


def _render(page: pdfium.PdfPage, dpi: int) -> Image.Image:
    """Render the page as shown, gray; a huge page at less than `dpi`, to save memory."""
    width, height = page.get_size()
    scale = dpi / 72
    pixels = width * height * scale * scale
    if pixels > _MAX_PIXELS:
        scale *= (_MAX_PIXELS / pixels) ** 0.5
    return render_gray(page, scale, scanned=True)


def _place_layer(recognition: ocr.Recognition, folder: Path, *, empty: bool) -> bytes:
    """Return the engine's PDF as large as the page, and without date and name, so that the same
    page gives the same bytes.

    `empty`: drop its words, too.
    """
    path = folder / f"plain.{os.getpid()}.pdf"
    (folder / "layer.pdf").write_bytes(recognition.layer)
    with pikepdf.open(folder / "layer.pdf") as pdf:
        if "/Info" in pdf.trailer:
            del pdf.trailer.Info
        page = pdf.pages[0]
        if empty:
            page.Contents = pdf.make_stream(b"")
        elif recognition.place != (0, 0):
            page.contents_add(b"1 0 0 1 %.3f %.3f cm\n" % recognition.place, prepend=True)
        page.MediaBox = pikepdf.Array([0, 0, *(round(side, 3) for side in recognition.size)])
        with open_deferring_errors(path) as out:
            pdf.save(out, deterministic_id=True)
    data = path.read_bytes()
    path.unlink()
    return data
