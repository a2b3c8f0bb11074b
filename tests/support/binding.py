"""Pages bound into a file of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assembler.bundle import BoundBundle, BundleStyle, bind
from assembler.layout.packet_plan import TABS_DOCUMENT, plan_packet
from assembler.layout.page_order import arrange_pages
from assembler.model import Layout, PageFacts
from assembler.pdf.ink import measure_pages
from assembler.runtime.resources import Shelf, stamp_font
from tests import factories
from tests.support.cases import case, exhibit


def facts(pdf: Path) -> list[PageFacts]:
    sizes, inks = measure_pages(pdf)
    return [PageFacts(width=w, height=h, ink=ink) for (w, h), ink in zip(sizes, inks, strict=True)]


def bound(
    home: Path,
    evidence: Sequence[bytes],
    letter: bytes | None = None,
    out: str = "b.pdf",
    index: bytes | None = None,
) -> tuple[Path, Layout, BoundBundle]:
    """A bundle of these evidence PDFs, each an exhibit e0, e1 …"""
    made = case(*[exhibit(f"e{n}") for n in range(len(evidence))])
    plan = plan_packet(made, Shelf.default().recipe("parole"), "child")
    files = {f"exhibit:e{n}": data for n, data in enumerate(evidence)}
    files |= {
        "draft:cover-letter": letter or factories.text_pdf(),
        "draft:index": index or factories.text_pdf(),
    }
    files[TABS_DOCUMENT] = factories.text_pdf([[f"Tab {n}"] for n in range(len(evidence))])
    documents = {}
    for number, (name, data) in enumerate(sorted(files.items())):
        documents[name] = home / f"{number}.pdf"
        documents[name].write_bytes(data)
    layout = arrange_pages(plan, made, {name: facts(path) for name, path in documents.items()})
    return home / out, layout, bind(layout, documents, home / out, BundleStyle(font=stamp_font()))


def page_of(layout: Layout, exhibit_id: str, page: int = 1) -> int:
    return dict(layout.addresses)[f"exhibit/{exhibit_id}/{page}"]
