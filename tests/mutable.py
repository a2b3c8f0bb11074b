"""A bundled case with everything that has links and bookmarks, quick to build: text only,
nothing to recognize."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from scripts.sample_cases import draw
from tests import factories

WEB = "https://www.uscis.gov/i-131"


def link(pdf: Pdf, page: int, rect: tuple[float, float, float, float], **entries: Any) -> None:
    """Lay a link over a page."""
    made = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array(rect), **entries)
    )
    notes = list(pdf.pages[page].get(Name.Annots, ()))
    pdf.pages[page].Annots = Array([*notes, made])


def web(address: str) -> Dictionary:
    return Dictionary(S=Name.URI, URI=String(address))


def lay_links(pdf: Pdf) -> None:
    """Links of every kind a bundle keeps, some with a border."""
    link(pdf, 0, (72, 500, 200, 520), A=web(WEB), Border=Array([0, 0, 2]), C=Array([1, 0, 0]))
    link(pdf, 1, (72, 400, 200, 420), Dest=Array([pdf.pages[2].obj, Name.XYZ, 72, 600, None]))
    link(pdf, 1, (72, 300, 200, 320), A=web("mailto:clerk@example.com"), H=Name.O)
    link(
        pdf,
        1,
        (300, 300, 400, 320),
        A=web("TEL:+15550100"),
        QuadPoints=Array([300, 320, 400, 320, 300, 300, 400, 300]),
    )
    link(pdf, 2, (72, 300, 200, 320), A=Dictionary(S=Name.Named, N=Name.PrevPage))


def deepen(pdf: Pdf) -> None:
    """One bookmark below another."""
    with pdf.open_outline() as outline:
        outline.root[0].children.append(pikepdf.OutlineItem("Details 12-B", 2))


def linked() -> bytes:
    return draw.again(draw.again(factories.linked_pdf(), lay_links), deepen)


def turned() -> bytes:
    """Pages of another size, turned and cut, with links on them."""

    def change(pdf: Pdf) -> None:
        for number, angle in enumerate((90, 180, 270)):
            pdf.pages[number].Rotate = angle
        pdf.pages[0].CropBox = Array([20, 30, 600, 700])
        for number in range(3):
            link(pdf, number, (100, 600, 180, 640), A=web(WEB))
        link(pdf, 0, (300, 200, 330, 260), Dest=Array([pdf.pages[1].obj, Name.FitH, 500]))

    return draw.again(
        factories.text_pdf([[f"Turned page {n} of the drawing."] for n in range(3)]), change
    )


def full() -> bytes:
    """A page without room for a stamp, which is drawn smaller, with a link."""
    return draw.again(
        factories.full_ink_pdf(), lambda pdf: link(pdf, 0, (100, 600, 180, 640), A=web(WEB))
    )


def large() -> bytes:
    """A page larger than the paper it comes onto, turned, with a link."""

    def change(pdf: Pdf) -> None:
        pdf.pages[0].Rotate = 90
        link(pdf, 0, (100, 1200, 180, 1240), A=web(WEB))

    return draw.again(factories.text_pdf([["A plan of a house."]], (1200, 1600)), change)


FILES: dict[str, Callable[[], bytes]] = {
    "linked": linked,
    "turned": turned,
    "full": full,
    "large": large,
}


def mutable_case(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """A case with an exhibit for each of these PDFs (default: FILES)."""
    data = files or {name: make() for name, make in FILES.items()}
    case = deepcopy(factories.CASE)
    case["exhibits"] = [
        {
            "id": name,
            "title": f"Paper {name}",
            "category": "medical",
            "files": [
                {"path": f"evidence/{name}.pdf", "accept_loss": ["EVID.OUTSIDE", "EVID.HIDDEN"]}
            ],
            **({"supports": factories.SUPPORTS} if number == 0 else {}),
        }
        for number, name in enumerate(data)
    ]
    first = next(iter(data))
    case["request"]["basis"] = [f"The child needs care [@{first}]."]
    case["request"]["why_no_visa"] = f"There is no time for a visa [@{first}]."
    case["declarations"][0]["paragraphs"] = [
        "I am the aunt.",
        f"I have read the letter [@{first}].",
    ]
    (folder / "evidence").mkdir(parents=True)
    for name, content in data.items():
        (folder / f"evidence/{name}.pdf").write_bytes(content)
    (folder / "case.json").write_text(json.dumps(case, indent=1), encoding="utf8")
    return folder
