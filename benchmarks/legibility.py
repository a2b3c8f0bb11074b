"""`python -m benchmarks.legibility`: verdicts on degraded pages beside how much of their text can
be read; docs/legibility.svg.

Readable: eight of ten words are recognized; unreadable: fewer than half. Each page goes the way of
an exhibit: placed on a sheet, recognized, measured, judged.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from assembler.evidence import legibility, ocr, page_recognition
from assembler.evidence.legibility import Measures, Verdict, lighting, page_measures
from assembler.evidence.picture_page import make_picture_pages
from assembler.runtime.resources import Shelf
from benchmarks.degraded import STEPS, Page, drawn, real, recall

PLOT = Path(__file__).parent.parent / "docs/legibility.svg"
LIMITS = legibility.read_limits(Shelf.default().schema("legibility.json"))
TRUTHS = ("readable", "partly", "unreadable")
_COLORS = {Verdict.LEGIBLE: "#2a7f3f", Verdict.DOUBTFUL: "#d98a00", Verdict.ILLEGIBLE: "#b3261e"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One degraded page."""

    page: str
    kind: str
    step: float
    recall: float
    measures: Measures
    verdict: Verdict
    rule: str
    recognized_ms: float
    measured_ms: float

    @property
    def truth(self) -> str:
        return TRUTHS[(self.recall < 0.8) + (self.recall < 0.5)]


def main() -> None:
    rows = []
    for row in _rows([*drawn(), *list(real())[:2]]):
        rows.append(row)
        print(
            f"{row.page:20} {row.kind:42} {row.step:6g}  words read {row.recall:.2f}  "
            f"{row.verdict:10} {row.rule}"
        )
        print(f"  {_numbers(row.measures)}", flush=True)
    confusion(rows)
    PLOT.write_text(plot(rows), encoding="utf8")
    print(f"plot: {PLOT.name}")


def _rows(pages: Sequence[Page]) -> Iterator[Row]:
    with ProcessPoolExecutor() as pool:
        for rows in pool.map(_steps, [(page, kind) for page in pages for kind in STEPS]):
            yield from rows


def _steps(one: tuple[Page, str]) -> list[Row]:
    page, kind = one
    change, steps = STEPS[kind]
    with tempfile.TemporaryDirectory() as scratch:
        return [_row(page, kind, step, change(page.picture, step), Path(scratch)) for step in steps]


def _row(page: Page, kind: str, step: float, picture: Image.Image, scratch: Path) -> Row:
    out = io.BytesIO()
    picture.save(out, "PNG")
    placed = next(make_picture_pages(out.getvalue(), "png"))
    x, y, width, height = placed.box
    with pdfium.PdfDocument(placed.pdf) as pdf:
        wide, high = pdf[0].get_size()
        start = time.perf_counter()
        plain = (x / wide, 1 - (y + height) / high, (x + width) / wide, 1 - y / high)
        read = ocr.read_page(
            lambda dpi: _drawn(pdf, dpi),
            "eng",
            ocr.Policy(),
            scratch,
            lambda sheet: lighting.even_out_frame(sheet, plain),
        )
        between = time.perf_counter()
        image = _drawn(pdf, 200).rotate(-read.turned, expand=True)
    frame = plain if not read.turned else (0.0, 0.0, 1.0, 1.0)
    words = tuple(zip(read.words, read.confidences, read.boxes, strict=True))
    made = page_measures.measure_page(
        image,
        200,
        words,
        frame,
        lambda again: ocr.read_words(again, 200, "eng"),
        hidden=page_recognition.measure_hidden_fraction(read),
    )
    end = time.perf_counter()
    judged = legibility.judge(made, LIMITS, placed.dpi)
    return Row(
        page=page.name,
        kind=kind,
        step=step,
        recall=recall(" ".join(read.words), page.text),
        measures=made,
        verdict=judged.verdict,
        rule=judged.reasons[0].rule if judged.reasons else "",
        recognized_ms=1000 * (between - start),
        measured_ms=1000 * (end - between),
    )


def _drawn(pdf: pdfium.PdfDocument, dpi: int) -> Image.Image:
    picture: Image.Image = pdf[0].render(scale=dpi / 72, grayscale=True).to_pil()
    return picture


def _numbers(made: Measures) -> str:
    told = {
        "words": made.words,
        "confidence": made.confidence,
        "contrast": made.contrast,
        "blur": made.blur,
        "letter": made.letter,
        "paper": made.paper,
        "skew": made.skew,
        "hidden": made.hidden,
        "vanished": made.vanished,
        "worst": made.worst and made.worst.confidence,
    }
    return json.dumps({name: round(value, 3) for name, value in told.items() if value is not None})


def confusion(rows: Sequence[Row]) -> None:
    """Print how verdicts and truth meet, and what the measures cost."""
    counted = Counter((row.truth, row.verdict) for row in rows)
    print(f"\n{'':12}" + "".join(f"{verdict:>12}" for verdict in Verdict))
    for truth in TRUTHS:
        print(f"{truth:12}" + "".join(f"{counted[truth, verdict]:>12}" for verdict in Verdict))
    once = [row for row in rows if row.measures.vanished is None and row.measures.hidden is None]
    if once:
        print(
            f"{len(rows)} pages; {len(rows) - len(once)} of them recognized again; the others "
            f"measured in "
            f"{sum(row.measured_ms for row in once) / len(once):.0f} ms a page, drawing included, "
            f"recognized in "
            f"{sum(row.recognized_ms for row in once) / len(once):.0f} ms",
            file=sys.stdout,
        )


def plot(rows: Sequence[Row]) -> str:
    """Words read (upwards) at each step (to the right, worse), one panel for each kind of
    damage; color: the verdict."""
    kinds = [kind for kind in STEPS if kind != "as it is"]
    wide, high, gap = 230, 150, 34
    columns = 4
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * (wide + gap) + gap}" '
        f'height="{2 * (high + 60) + 40}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for number, kind in enumerate(kinds):
        left, top = gap + number % columns * (wide + gap), 28 + number // columns * (high + 60)
        steps = STEPS[kind][1]
        out += [
            f'<text x="{left}" y="{top - 8}">{kind}</text>',
            f'<rect x="{left}" y="{top}" width="{wide}" height="{high}" fill="none" '
            f'stroke="#999"/>',
        ]
        for level in (0.5, 0.8):
            y = top + high * (1 - level)
            out.append(f'<path d="M{left} {y:.0f}h{wide}" stroke="#bbb" stroke-dasharray="3 3"/>')
            out.append(f'<text x="{left - 4}" y="{y + 4:.0f}" text-anchor="end">{level:g}</text>')
        for n, step in enumerate(steps):
            x = left + wide * (n + 0.5) / len(steps)
            out.append(
                f'<text x="{x:.0f}" y="{top + high + 14}" text-anchor="middle">{step:g}</text>'
            )
            same = [row for row in rows if row.kind == kind and row.step == step]
            for k, row in enumerate(same):
                shift, y = (k - (len(same) - 1) / 2) * 4, top + high * (1 - row.recall)
                out.append(
                    f'<circle cx="{x + shift:.1f}" cy="{y:.1f}" r="4" '
                    f'fill="{_COLORS[row.verdict]}" fill-opacity="0.8"/>'
                )
    left, top = gap + 3 * (wide + gap), 28 + high + 60
    for n, (verdict, color) in enumerate(_COLORS.items()):
        out += [
            f'<circle cx="{left + 20}" cy="{top + 30 + 22 * n}" r="5" fill="{color}"/>',
            f'<text x="{left + 32}" y="{top + 34 + 22 * n}">{verdict}</text>',
        ]
    out.append(f'<text x="{left + 14}" y="{top + 112}">upwards: part of the words read</text>')
    return "\n".join([*out, "</svg>\n"])


if __name__ == "__main__":
    main()
