"""`make corruption`: 10,000 seeded corruptions of small PDFs through the real opening path; how
many lose something unseen.

A bit flipped, the end cut off, a hole, a sector of zeros. Each damaged file is opened as evidence
is, and what came out is compared with what comes out of the whole file: pages, text, and look.
`python -m benchmarks.corruption [COUNT [SEED]]`.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium

from assembler.evidence import file_preparation
from assembler.model import Severity
from assembler.runtime.cache import Cache
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop
from tests import factories

MOST = 0.012  # of all corruptions, accepted with a loss nobody is told of
_SCALE, _BLOCK, _APART = 0.5, 8, 4.0  # pixels a point; pixels; gray levels
_LINES = [
    [f"Page {n} of this letter.", *factories.LINES, f"Its number is {n * 1237}."]
    for n in range(1, 4)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One corruption: of which file, by which seed."""

    base: str
    seed: int
    folder: Path


@cache
def bases() -> Mapping[str, bytes]:
    """The whole files: old and new ways to write a PDF, a scan, a form, links and an outline.

    All are compressed, as nearly all files of clients are: a letter changed in one that is not
    makes another sound PDF.
    """
    letter = factories.text_pdf(_LINES)
    return {
        "letter": letter,
        "letter, new way": _packed(letter),
        "scan": factories.scan_pdf(_LINES[:1], dpi=60),
        "form": factories.form_pdf(),
        "linked": factories.linked_pdf(),
    }


def _packed(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _flip(data: bytearray, rng: random.Random) -> bytearray:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _cut(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(1, len(data))]


def _hole(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(data))
    del data[start : start + rng.randrange(1, max(2, len(data) // 20))]
    return data


def _zeros(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(data)) // 512 * 512
    end = min(len(data), start + 512)
    data[start:end] = bytes(end - start)
    return data


WAYS: Mapping[str, Callable[[bytearray, random.Random], bytearray]] = {
    "bit": _flip,
    "cut": _cut,
    "hole": _hole,
    "sector": _zeros,
}


def damaged(base: str, seed: int) -> tuple[str, bytes]:
    """How a file was damaged, and what is left of it; the same for the same seed."""
    rng = random.Random(f"{base} {seed}")
    way = rng.choice(sorted(WAYS))
    return way, bytes(WAYS[way](bytearray(bases()[base]), rng))


def judge(job: Damage) -> tuple[str, str, str]:
    """(file, way, outcome): "refused", "repaired", "told", "intact", or "LOST": accepted, and
    something is missing."""
    way, data = damaged(job.base, job.seed)
    made = _opened(data, job.folder)
    if made.findings:
        return job.base, way, "refused"
    if made.faults:
        return job.base, way, "repaired"
    if any(loss.severity is Severity.ERROR for loss in made.losses):
        return job.base, way, "told"
    same = made.pdf is not None and _same(
        _shown(made.pdf.read_bytes()), _whole(job.base, job.folder)
    )
    return job.base, way, "intact" if same else "LOST"


def _opened(data: bytes, folder: Path) -> file_preparation.OpenedSource:
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"{os.getpid()}"  # two workers may be at the same file
    path.write_bytes(data)
    try:
        job = file_preparation.Job(
            folder=folder,
            path=path.name,
            sha256=digest,
            cache=Cache(folder / "cache", enabled=False),
        )
        return file_preparation.open_file(job)
    finally:
        path.unlink()


Shown = tuple[tuple[str, Any], ...]  # text and picture of each page


@cache
def _whole(base: str, folder: Path) -> Shown:
    made = _opened(bases()[base], folder)
    if made.pdf is None or made.faults:
        raise ValueError(f"the whole file {base} is not accepted")
    return _shown(made.pdf.read_bytes())


def _shown(data: bytes) -> Shown:
    document = pdfium.PdfDocument(data)
    try:
        return tuple((page.get_textpage().get_text_bounded(), _drawn(page)) for page in document)
    finally:
        document.close()


def _drawn(page: Any) -> Any:
    gray = page.render(scale=_SCALE, grayscale=True).to_numpy()
    return gray.reshape(gray.shape[:2]).astype(np.int16)


def _same(one: Shown, other: Shown) -> bool:
    return len(one) == len(other) and all(
        a[0] == b[0] and _alike(a[1], b[1]) for a, b in zip(one, other, strict=True)
    )


def _alike(one: Any, other: Any) -> bool:
    if one.shape != other.shape:
        return False
    rows, columns = (size // _BLOCK * _BLOCK for size in one.shape)
    apart = np.abs(one - other)[:rows, :columns].reshape(
        rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK
    )
    return float(apart.mean(axis=(1, 3)).max()) <= _APART


def run(count: int, seed: int, jobs: int = 2) -> Counter[tuple[str, str, str]]:
    """How many of each (file, way, outcome). "brought down": a reader that ended or raised,
    which the case learns of, too."""
    names = sorted(bases())
    with tempfile.TemporaryDirectory() as home, Workshop(Path(home) / "home", jobs=jobs) as shop:
        work = [
            Damage(base=names[n % len(names)], seed=seed + n, folder=Path(home))
            for n in range(count)
        ]
        results = shop.map(judge, work)
    return Counter(
        (job.base, damaged(job.base, job.seed)[0], "brought down")
        if isinstance(result, Failure)
        else result
        for job, result in zip(work, results, strict=True)
    )


def lost(counted: Mapping[tuple[str, str, str], int]) -> float:
    """Part of all corruptions that lost something and were accepted without a word."""
    return sum(count for key, count in counted.items() if key[2] == "LOST") / sum(counted.values())


def table(counted: Mapping[tuple[str, str, str], int]) -> list[str]:
    """Counts by file and by way of damage."""
    outcomes = ("refused", "brought down", "repaired", "told", "intact", "LOST")
    lines = ["| | " + " | ".join(outcomes) + " |", "|---|" + "---:|" * len(outcomes)]
    for place in (0, 1):
        for name in sorted({key[place] for key in counted}):
            row = [
                sum(n for key, n in counted.items() if key[place] == name and key[2] == outcome)
                for outcome in outcomes
            ]
            lines.append(f"| {name} | " + " | ".join(map(str, row)) + " |")
    whole = [sum(n for key, n in counted.items() if key[2] == outcome) for outcome in outcomes]
    return [*lines, "| **all** | " + " | ".join(map(str, whole)) + " |"]


def main() -> None:
    """Print the table; exit 1 above the limit."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    counted = run(count, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print("\n".join(table(counted)))
    part = lost(counted)
    print(f"\nlost without a word: {part:.2%} of {count} (at most {MOST:.1%})")
    raise SystemExit(part > MOST)


if __name__ == "__main__":
    main()
