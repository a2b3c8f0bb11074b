"""Binding 100, 1,000 and 8,000 pages, stamped, outlined, labeled and linked, beside `qpdf
--pages` of the same files."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import apart, command, missing

if TYPE_CHECKING:
    from benchmarks.__main__ import Line

SIZES = tuple(int(size) for size in os.environ.get("BENCH_PAGES", "100,1000,8000").split(","))
EACH = 50  # pages of a file
DRAWN = 20  # files that are drawn; the others are copies
ROOT = Path(__file__).parent.parent


def against_qpdf(home: Path) -> Iterator[Line]:
    from benchmarks.__main__ import Line, shown

    apart("benchmarks.binding", "prepare", home, cwd=ROOT)
    first = 0.0
    for pages in SIZES:
        itself = min(
            float(apart("benchmarks.binding", "bind", home, pages, cwd=ROOT)) for _ in range(3)
        )
        ours, first = f"{itself:.2f} s", first or itself / pages
        if missing("qpdf"):
            yield Line(
                what=f"bind {pages} pages",
                ours=ours,
                peer="qpdf not installed",
                ratio="",
                aim="≤ 3",
            )
            continue
        merge = [
            "qpdf",
            "--empty",
            "--pages",
            *map(str, files(home, pages).values()),
            "--",
            str(home / "merged.pdf"),
        ]
        peer = command(merge, cwd=home)
        ratio = f"{itself / peer.wall:.2f}"
        yield Line(
            what=f"bind {pages} scanned pages / qpdf --pages",
            ours=ours,
            peer=shown(peer),
            ratio=ratio,
            aim="≤ 3",
        )
        yield Line(
            what=f"  a page of {pages} / of {SIZES[0]}",
            ours=f"{1000 * itself / pages:.2f} ms",
            peer=f"{1000 * first:.2f} ms",
            ratio=f"{itself / pages / first:.2f}",
            aim="linear",
        )
    alone = float(apart("benchmarks.binding", "alone", home, SIZES[-1], cwd=ROOT))
    what = f"bind {SIZES[-1]} pages that are one file / qpdf --pages"
    if missing("qpdf"):
        yield Line(what=what, ours=f"{alone:.2f} s", peer="", ratio="", aim="≤ 3")
        return
    peer = command(
        ["qpdf", "--empty", "--pages", str(home / "one.pdf"), "--", str(home / "merged.pdf")],
        cwd=home,
    )
    ratio = f"{alone / peer.wall:.2f}"
    yield Line(what=what, ours=f"{alone:.2f} s", peer=shown(peer), ratio=ratio, aim="≤ 3")


def files(home: Path, pages: int) -> dict[str, Path]:
    """Document → file."""
    return {f"exhibit:e{number}": home / f"bind/{number}.pdf" for number in range(pages // EACH)}


def prepare(home: Path) -> None:
    """Scanned documents of 50 pages each, with noise that does not compress."""
    from scripts.sample_cases import draw

    (home / "bind").mkdir()
    for number, path in enumerate(files(home, max(SIZES)).values()):
        if number < DRAWN:
            sheets = [
                draw.scanned(draw.sheet([f"File {number} page {page}"], 60), 0.3, 6, page)
                for page in range(EACH)
            ]
            path.write_bytes(draw.scan_pdf(sheets, 60, 60))
        else:
            shutil.copyfile(home / f"bind/{number % DRAWN}.pdf", path)


def layout_of(documents: dict[str, Path], each: int = EACH) -> Any:
    """A layout of nothing but exhibits, each of so many pages."""
    from assembler.layout.page_order import arrange_pages
    from assembler.model import (
        Case,
        Exhibit,
        Ink,
        Name,
        PageFacts,
        Part,
        PartKind,
        Person,
        Plan,
        Request,
    )

    blank = PageFacts(width=612, height=792, ink=Ink(cell=792, columns=1, rows=1, bits=b"\0"))
    parts = tuple(
        part
        for n, name in enumerate(documents)
        for part in (
            Part(
                id=f"tab-e{n}",
                kind=PartKind.TAB,
                title="t",
                document="draft:tabs",
                tab=str(n),
                exhibit=f"e{n}",
            ),
            Part(
                id=f"exhibit-e{n}",
                kind=PartKind.EXHIBIT,
                title="t",
                document=name,
                tab=str(n),
                exhibit=f"e{n}",
            ),
        )
    )
    person = Person(id="a", name=Name(given="A", family="B"))
    case = Case(
        id="bench",
        kind="parole",
        reasons=(),
        petitioner=person,
        beneficiaries=(person,),
        supporters=(),
        attorney=None,
        request=Request(filing="paper", fee="pay", length_months=1),
        declarations=(),
        exhibits=tuple(
            Exhibit(id=f"e{n}", title="t", category="other", parts=())
            for n in range(len(documents))
        ),
    )
    pages = {name: [blank] * each for name in documents} | {"draft:tabs": [blank] * len(documents)}
    return arrange_pages(
        Plan(packet="a", beneficiary="a", kind="parole", title="t", parts=parts), case, pages
    )


def bind_all(home: Path, pages: str) -> None:
    """What is timed: arrange and bind, without the start of Python."""
    documents = files(home, int(pages))
    _bind(documents, EACH, home)


def bind_one(home: Path, pages: str) -> None:
    """The same of one file, whose pages hold a line each."""
    import pikepdf

    with pikepdf.new() as pdf:
        for number in range(int(pages)):
            page = pdf.add_blank_page(page_size=(612, 792))
            page.Contents = pikepdf.Stream(pdf, b"%% page %d" % number)
        pdf.save(home / "one.pdf")
    _bind({"exhibit:e0": home / "one.pdf"}, int(pages), home)


def _bind(documents: dict[str, Path], each: int, home: Path) -> None:
    import pikepdf

    from assembler.bundle import BundleStyle, bind
    from assembler.runtime.resources import stamp_font

    with pikepdf.new() as tabs:
        for _ in documents:
            tabs.add_blank_page(page_size=(612, 792))
        tabs.save(home / "tabs.pdf")
    layout = layout_of(documents, each)
    started = time.perf_counter()
    bind(
        layout,
        {**documents, "draft:tabs": home / "tabs.pdf"},
        home / "bound.pdf",
        BundleStyle(font=stamp_font()),
    )
    print(time.perf_counter() - started)


if __name__ == "__main__":
    {"prepare": prepare, "bind": bind_all, "alone": bind_one}[sys.argv[1]](
        Path(sys.argv[2]), *sys.argv[3:]
    )
