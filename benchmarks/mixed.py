"""The cold build of a mixed packet of 120 pages: 80 scanned, 10 photographed, 30 of text; beside
its peers and its limit."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import afresh, apart, command, missing

if TYPE_CHECKING:
    from benchmarks.__main__ import Line

ROOT = Path(__file__).parent.parent
SCANS, PHOTOS, TEXTS, TEN = (
    8,
    10,
    3,
    10,
)  # files of scans, photographs, files of text; pages of a file
CORES = 2


def lines(home: Path) -> Iterator[Line]:
    """Beside OCRmyPDF and qpdf, which only recognize and merge; and beside a loop that only
    recognizes."""
    from benchmarks.__main__ import ASSEMBLER, Line, ocr_and_merge, shown

    case = home / "mixed"
    apart("benchmarks.mixed", "make", case, cwd=ROOT)
    build = [
        *ASSEMBLER,
        "bundle",
        str(case),
        "--as-of",
        "2026-11-23",
        "--jobs",
        str(CORES),
        "--timings",
    ]
    ours = command(build, runs=1, before=lambda: afresh(case), cwd=ROOT)
    limit = command([sys.executable, "-m", "benchmarks.mixed", "loop", str(case)], runs=1, cwd=ROOT)
    # workers are children of a server of their own, so their time is not in that of the command
    cpu = sum(one["cpu"] for one in json.loads((case / ".assembler/timings.json").read_text()))
    ratios = f"{ours.wall / limit.wall:.2f}", f"{cpu / limit.cpu:.2f}"
    what = "cold build of a mixed packet, 120 pages / bare tesserocr loop"
    yield Line(what=what, ours=shown(ours), peer=shown(limit), ratio=ratios[0], aim="≤ 1.15")
    yield Line(
        what="  the same in CPU",
        ours=f"{cpu:.1f} s",
        peer=f"{limit.cpu:.1f} s",
        ratio=ratios[1],
        aim="",
    )
    if absent := missing("ocrmypdf", "qpdf"):
        print(f"not compared: {', '.join(absent)} not installed")
        return
    merged, peer = ocr_and_merge(home, case, (), runs=1)
    what = "  the same / ocrmypdf --skip-text per file + qpdf"
    yield Line(
        what=what,
        ours=shown(ours),
        peer=shown(peer),
        ratio=f"{ours.wall / peer.wall:.2f}",
        aim="≤ 0.5",
    )
    found, theirs = (
        int(apart("benchmarks.words", path, cwd=ROOT))
        for path in (case / "build/child/bundle.pdf", merged)
    )
    ratio = f"{found / theirs:.3f}"
    yield Line(
        what="  words found on evidence pages",
        ours=str(found),
        peer=str(theirs),
        ratio=ratio,
        aim="≥ 1",
    )


def make(case: Path) -> None:
    from benchmarks import cases
    from scripts.sample_cases import draw

    evidence = case / "evidence"
    evidence.mkdir(parents=True)
    names = []
    for number in range(SCANS):
        sheets = [draw.sheet(cases.prose(number * TEN + page), 200) for page in range(TEN)]
        tilted = [
            draw.scanned(sheet, 0.4, 5, number * TEN + page) for page, sheet in enumerate(sheets)
        ]
        names.append(f"scan-{number}.pdf")
        (evidence / names[-1]).write_bytes(draw.scan_pdf(tilted, 200))
    for number in range(PHOTOS):
        names.append(f"photo-{number}.jpg")
        (evidence / names[-1]).write_bytes(
            draw.photo(draw.sheet(cases.prose(1000 + number), 150), 6)
        )
    for number in range(TEXTS):
        names.append(f"text-{number}.pdf")
        (evidence / names[-1]).write_bytes(
            cases.text_pdf([cases.prose(2000 + number * TEN + page) for page in range(TEN)])
        )
    (case / "case.json").write_text(json.dumps(cases._case(case.name, 0, names)))


def loop(case: Path) -> None:
    """The limit: each page that needs it rendered at 200 dpi and recognized, on as many cores,
    and nothing else."""
    files = sorted(
        path for path in (case / "evidence").iterdir() if not path.name.startswith("text")
    )
    with ProcessPoolExecutor(CORES) as pool:
        print(sum(pool.map(recognized, files)))


def recognized(path: Path) -> int:
    """Letters found in a file."""
    reader = engine()
    return sum(len(read(reader, image)) for image in images(path))


def engine() -> Any:
    """The recognition engine, on one core."""
    import os

    import tesserocr

    from assembler.evidence.ocr import find_data_folder

    os.environ["OMP_THREAD_LIMIT"] = "1"
    return tesserocr.PyTessBaseAPI(path=str(find_data_folder()), lang="eng", psm=tesserocr.PSM.AUTO)


def read(reader: Any, image: Any) -> str:
    """The text of a picture."""
    reader.SetImage(image)
    text: str = reader.GetUTF8Text()
    return text


def images(path: Path) -> Iterator[Any]:
    """The pictures of a scanned PDF or a photograph."""
    import pypdfium2 as pdfium
    from PIL import Image, ImageOps

    if path.suffix == ".jpg":
        yield ImageOps.exif_transpose(Image.open(path)).convert("L")
        return
    for page in pdfium.PdfDocument(path):
        yield (
            page.render(scale=200 / 72).to_pil().convert("L")
        )  # drawn in color a scan takes half the time


if __name__ == "__main__":
    {"make": make, "loop": loop}[sys.argv[1]](Path(sys.argv[2]))
