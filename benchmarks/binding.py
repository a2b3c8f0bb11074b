"""Binding 1,000 pages, stamped, outlined, labelled and linked, beside a plain `qpdf --pages` merge of the same files."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import apart, command, missing

if TYPE_CHECKING:
    from benchmarks.__main__ import Line

PAGES = 1_000
FILES = 20
ROOT = Path(__file__).parent.parent


def against_qpdf(home: Path) -> Iterator[Line]:
    from benchmarks.__main__ import Line, shown

    apart("benchmarks.binding", "prepare", home, cwd=ROOT)
    ours = command([sys.executable, "-m", "benchmarks.binding", "bind", str(home)], cwd=ROOT)
    if missing("qpdf"):
        yield Line(what=f"bind {PAGES} pages", ours=shown(ours), peer="qpdf not installed", ratio="", aim="≤ 3")
        return
    merge = ["qpdf", "--empty", "--pages", *map(str, files(home).values()), "--", str(home / "merged.pdf")]
    peer = command(merge, cwd=home)
    ratio = f"{ours.wall / peer.wall:.2f}"
    yield Line(what=f"bind {PAGES} scanned pages, start of Python too", ours=shown(ours), peer=shown(peer), ratio=ratio, aim="")
    itself = min(float(apart("benchmarks.binding", "bind", home, cwd=ROOT)) for _ in range(3))
    ratio = f"{itself / peer.wall:.2f}"
    yield Line(what="  bind itself / qpdf --pages", ours=f"{itself:.2f} s", peer=shown(peer), ratio=ratio, aim="≤ 3")


def files(home: Path) -> dict[str, Path]:
    """Document → file."""
    return {f"exhibit:e{number}": home / f"bind/{number}.pdf" for number in range(FILES)}


def prepare(home: Path) -> None:
    """Scanned documents of 50 pages each, with noise that does not compress."""
    from samples import draw

    (home / "bind").mkdir()
    for number, path in enumerate(files(home).values()):
        sheets = [draw.scanned(draw.sheet([f"File {number} page {page}"], 60), 0.3, 6, page) for page in range(PAGES // FILES)]
        path.write_bytes(draw.scan_pdf(sheets, 60, 60))


def layout_of(documents: dict[str, Path]) -> Any:
    """A layout of nothing but exhibits."""
    from assembler.arrange import arrange
    from assembler.model import Case, Exhibit, Ink, Name, PageFacts, Part, PartKind, Person, Plan, Request

    blank = PageFacts(width=612, height=792, ink=Ink(cell=792, columns=1, rows=1, bits=b"\0"))
    parts = tuple(
        part
        for n, name in enumerate(documents)
        for part in (
            Part(id=f"tab-e{n}", kind=PartKind.TAB, title="t", document="draft:tabs", tab=str(n), exhibit=f"e{n}"),
            Part(id=f"exhibit-e{n}", kind=PartKind.EXHIBIT, title="t", document=name, tab=str(n), exhibit=f"e{n}"),
        )
    )
    person = Person(id="a", name=Name(given="A", family="B"))
    case = Case(
        id="bench", kind="parole", reasons=(), petitioner=person, beneficiaries=(person,), supporters=(), attorney=None,
        request=Request(filing="paper", fee="pay", length_months=1), declarations=(),
        exhibits=tuple(Exhibit(id=f"e{n}", title="t", category="other", parts=()) for n in range(len(documents))),
    )
    pages = {name: [blank] * (PAGES // FILES) for name in documents} | {"draft:tabs": [blank] * len(documents)}
    return arrange(Plan(packet="a", beneficiary="a", kind="parole", title="t", parts=parts), case, pages)


def bind_all(home: Path) -> None:
    """What is timed: arrange and bind, with the start of Python."""
    from assembler.bind import bind
    from assembler.shelf import stamp_font

    documents = files(home)
    layout = layout_of(documents)
    started = time.perf_counter()
    bind(layout, {**documents, "draft:tabs": home / "bind/0.pdf"}, home / "bound.pdf", font=stamp_font())
    print(time.perf_counter() - started)


if __name__ == "__main__":
    {"prepare": prepare, "bind": bind_all}[sys.argv[1]](Path(sys.argv[2]))
