"""`python -m benchmarks.recognition`: words read and letters misread on pages with known text,
beside the `tesseract` program.

Ours goes the way of an exhibit: the picture on a sheet, `evidence.reading` (200 dpi, finer or
turned where that was poor). The program gets the same sheet drawn at 300 dpi and writes text and
PDF, with the same data files, one thread. CPU seconds: ours without loading the engine, which a
worker does once; the program's with it, since it starts anew for each page. Sets whose language is
not installed are left out and named. Data files: TESSDATA_PREFIX, else those of our wheels.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image
from rapidfuzz.distance import Levenshtein

from assembler.evidence import ocr, page_recognition
from assembler.evidence.picture_page import make_picture_pages
from assembler.runtime.cache import Cache
from benchmarks.degraded import CORPUS, Page, real, recall

SAMPLES = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One page, read by one reader: part of the words read, letters wrong in parts of the
    letters, CPU seconds."""

    set: str
    recall: float
    wrong: float
    seconds: float
    whole: float  # with measures and second looks; the same as `seconds` for the program


def pages() -> Iterator[tuple[Page, str]]:
    """Pages with known text, and the language they are in."""
    yield from ((page, "en") for page in office())
    yield from ((page, "en") for page in real())
    yield from ((page, "fr") for page in _alto())
    for path in sorted((CORPUS / "arabic_lines_gt").glob("*.png")):
        yield (
            Page(
                set="arabic lines",
                name=path.name,
                picture=Image.open(path).convert("L"),
                text=_beside(path),
            ),
            "ar",
        )
    for name in ("tess__eurotext.tif",):
        if (path := CORPUS / "tesseract" / name).is_file():
            text = path.with_suffix(".txt").read_text(encoding="utf8")
            yield (
                Page(
                    set="many languages",
                    name=name,
                    picture=Image.open(path).convert("L"),
                    text=text,
                ),
                "en",
            )


def office(most: int = 24) -> Iterator[Page]:
    """Pages of the samples that have text, drawn as a scanner of 200 dpi would give them."""
    paths = sorted(path for path in SAMPLES.glob("*/evidence/*.pdf") if "original" not in path.name)
    for path in paths[:: max(1, len(paths) // most)][:most]:
        with pdfium.PdfDocument(path) as pdf:
            text = pdf[0].get_textpage().get_text_bounded()
            if len(text.split()) > 40:
                picture = pdf[0].render(scale=200 / 72, grayscale=True).to_pil()
                yield Page(set="office, 200 dpi", name=path.name, picture=picture, text=text)


def _alto() -> Iterator[Page]:
    """French pages written with a typewriter or printed; their text in ALTO."""
    for path in sorted((CORPUS / "french_typewriter_gt").glob("*.xml")):
        pictures = [one for one in path.parent.glob(f"{path.stem}.*") if one.suffix != ".xml"]
        if pictures:
            words = [
                node.get("CONTENT", "")
                for node in ElementTree.parse(path).iter()
                if node.tag.endswith("}String")
            ]
            picture = Image.open(pictures[0]).convert("L")
            yield Page(
                set="french typewriter", name=path.stem, picture=picture, text=" ".join(words)
            )


def _beside(path: Path) -> str:
    return path.with_name(path.name.replace(".png", ".gt.txt")).read_text(encoding="utf8")


def measured(page: Page, language: str, scratch: Path) -> tuple[Row, Row]:
    """Ours, and the program's."""
    out = io.BytesIO()
    page.picture.save(out, "PNG")
    placed = next(make_picture_pages(out.getvalue(), "png"))
    sheet = scratch / "sheet.pdf"
    sheet.write_bytes(placed.pdf)
    return _ours(page, language, sheet, placed.box, scratch), _theirs(
        page, language, sheet, scratch
    )


def _ours(
    page: Page, language: str, sheet: Path, box: tuple[float, float, float, float], scratch: Path
) -> Row:
    ocr.choose_engine_language(language)
    first: list[float] = []
    plain = ocr.read_page

    def timed(*given: object, **options: object) -> ocr.Recognition:
        start = time.process_time()
        made = plain(*given, **options)  # type: ignore[arg-type]
        first.append(time.process_time() - start)
        return made

    ocr.read_page = timed  # type: ignore[assignment]
    start = time.process_time()
    job = page_recognition.Job(
        pdf=sheet,
        index=0,
        sha256=page.name,
        language=language,
        policy=ocr.Policy(),
        cache=Cache(scratch / "cache", enabled=False),
        box=box,
    )
    try:
        found = page_recognition.read_page(job)
    finally:
        ocr.read_page = plain
    whole = time.process_time() - start
    text = " ".join(row[0] for row in json.loads(found.boxes.read_text(encoding="utf8")))
    return Row(
        set=page.set,
        recall=recall(text, page.text),
        wrong=_wrong(text, page.text),
        seconds=sum(first),
        whole=whole,
    )


def _theirs(page: Page, language: str, sheet: Path, scratch: Path) -> Row:
    with pdfium.PdfDocument(sheet) as pdf:
        pdf[0].render(scale=300 / 72, grayscale=True).to_pil().save(scratch / "page.png")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    engine = ocr.choose_engine_language(language)
    command = ["tesseract", "page.png", "out", "--dpi", "300", "-l", engine, "txt", "pdf"]
    data = ["--tessdata-dir", str(ocr.find_data_folder(engine))]
    quiet = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    subprocess.run(
        [*command[:3], *data, *command[3:]], cwd=scratch, check=True, capture_output=True, env=quiet
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    text = (scratch / "out.txt").read_text(encoding="utf8")
    return Row(
        set=page.set,
        recall=recall(text, page.text),
        wrong=_wrong(text, page.text),
        seconds=seconds,
        whole=seconds,
    )


def _wrong(read: str, true: str) -> float:
    """Letters to change, add or leave out, in parts of the true ones; spaces and line ends count
    as one."""
    one, other = " ".join(read.split()), " ".join(true.split())
    return Levenshtein.distance(one, other) / max(1, len(other))


def main() -> None:
    ours: list[Row] = []
    theirs: list[Row] = []
    with tempfile.TemporaryDirectory() as home:
        for page, language in pages():
            if not ocr.has_language(language):
                print(
                    f"left out, its language is not installed: {page.set}, {page.name}",
                    file=sys.stderr,
                )
                continue
            if not ours or ours[-1].set != page.set:  # loads the engine
                measured(page, language, Path(home))
            one, other = measured(page, language, Path(home))
            ours.append(one)
            theirs.append(other)
            print(
                f"{page.set:18} {page.name[:40]:42} {one.recall:.3f} {other.recall:.3f}  "
                f"{one.seconds:.2f} {other.seconds:.2f}",
                file=sys.stderr,
                flush=True,
            )
    columns = (
        "set",
        "pages",
        "words read",
        "program",
        "letters wrong",
        "program",
        "CPU s a page",
        "with measures",
        "program",
    )
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for name in (*dict.fromkeys(row.set for row in ours), ""):
        print(
            _line(
                name or "all",
                [row for row in ours if name in ("", row.set)],
                [r for r in theirs if name in ("", r.set)],
            )
        )


def _line(name: str, ours: Sequence[Row], theirs: Sequence[Row]) -> str:
    n = len(ours)
    cells = [
        f"{sum(row.recall for row in ours) / n:.3f}",
        f"{sum(row.recall for row in theirs) / n:.3f}",
        f"{sum(row.wrong for row in ours) / n:.3f}",
        f"{sum(row.wrong for row in theirs) / n:.3f}",
        f"{sum(row.seconds for row in ours) / n:.2f}",
        f"{sum(row.whole for row in ours) / n:.2f}",
        f"{sum(row.seconds for row in theirs) / n:.2f}",
    ]
    return f"| {name} | {n} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
