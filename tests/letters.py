"""Word documents, a case and its layout for the tests of drafts: made when needed, nothing read
from disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from docx import Document

from assembler.documents.draft_job import fill_template
from assembler.documents.template_context import TemplateValues
from assembler.documents.word_to_pdf import convert_to_pdf, read_all_text
from assembler.layout.packet_plan import plan_packet
from assembler.layout.page_order import arrange_pages
from assembler.model import (
    Address,
    Attorney,
    Case,
    Declaration,
    Exhibit,
    FilePart,
    Ink,
    Layout,
    Name,
    PageFacts,
    PartKind,
    Person,
    Prepared,
    PreparedPage,
    Request,
    Supporter,
)
from assembler.runtime.resources import Shelf, TemplateFile, list_font_files

SHELF = Shelf.default()
FACE = "IBM Plex Serif"
AS_OF = date(2026, 11, 23)
FACTS: dict[str, object] = {
    "address_lines": ("USCIS", "1 Sample Box"),
    "original_submission": "Original submission.",
    "fee_sentence": "The fee is $1.",
    "forms": ("Form I-131, edition 01/20/25",),
    "via": "By courier",
}
BLANK = Ink(cell=792, columns=1, rows=1, bits=b"\0")
ADDRESS = Address(
    street="1 Sample Street",
    city="Springfield",
    state="IL",
    postal_code="62701",
    country="United States",
)


def word(
    *paragraphs: str,
    header: str = "",
    face: str = FACE,
    change: Callable[[Any], None] | None = None,
) -> bytes:
    """A Word document of plain paragraphs; `change` may do more to it."""
    document = Document()
    for style in document.styles:
        if style.type == 1:
            style.font.name = face
    for text in paragraphs:
        document.add_paragraph(text)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_part(docx: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The same document with a text replaced in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as given, zipfile.ZipFile(out, "w") as made:
        for one in given.namelist():
            data = given.read(one)
            assert one != name or old in data
            made.writestr(one, data.replace(old, new) if one == name else data)
    return out.getvalue()


def template(*paragraphs: str, **more: Any) -> TemplateFile:
    return TemplateFile(name="parole/own.docx", data=word(*paragraphs, **more), origin="case")


def person(id: str, given: str = "Testina", **more: Any) -> Person:
    return Person(id=id, name=Name(given=given, family="Exemplar"), **more)


def exhibit(id: str, title: str = "", **more: Any) -> Exhibit:
    part = FilePart(path=f"evidence/{id}.pdf")
    return Exhibit(
        id=id, title=title or f"Title of {id}", category="medical", parts=(part,), **more
    )


def case(*exhibits: Exhibit, request: Mapping[str, Any] | None = None, **more: Any) -> Case:
    asked = {
        "filing": "paper",
        "fee": "pay",
        "length_months": 12,
        "basis": ("She needs care [@letter].",),
    } | dict(request or {})
    sworn = Declaration(
        id="aunt",
        declarant="aunt",
        title="Declaration of Probanda Exemplar",
        signed_in_us=True,
        paragraphs=("I am the aunt.", "I read it [@letter, p. 2]."),
        place="Springfield, Illinois",
    )
    given: dict[str, Any] = {
        "id": "c",
        "kind": "parole",
        "reasons": ("urgent-medical",),
        "petitioner": person("aunt", "Probanda", address=ADDRESS, phone="217-555-0131"),
        "beneficiaries": (person("child", birth_date=date(2018, 4, 5), nationality="UTO"),),
        "supporters": (),
        "attorney": None,
        "request": Request(**asked),
        "declarations": (sworn,),
        "exhibits": exhibits or (exhibit("letter"), exhibit("scan")),
    }
    return Case(**{**given, **more})


ATTORNEY = Attorney(
    name=Name(given="Advocata", family="Fictiva"),
    firm="Fictiva Sample Law Office",
    address=ADDRESS,
    bar_state="Illinois",
    bar_number="0000000",
)
SUPPORTERS = (
    Supporter(person=person("one", "Sustenta"), beneficiaries=()),
    Supporter(person=person("two", "Adiuva"), beneficiaries=()),
)


def laid_out(one: Case, counts: Mapping[str, int] | None = None) -> Layout:
    """A layout in which each exhibit has 3 pages (or as many as `counts` says), and each draft
    one."""
    plan = plan_packet(one, SHELF.recipe(one.kind), one.beneficiaries[0].id)
    page = PageFacts(width=612, height=792, ink=BLANK)
    sheets = sum(part.kind is PartKind.TAB for part in plan.parts)
    sizes = {f"exhibit:{e.id}": (counts or {}).get(e.id, 3) for e in one.exhibits} | {
        "draft:tab-sheets": sheets
    }
    return arrange_pages(
        plan, one, {part.document: [page] * sizes.get(part.document, 1) for part in plan.parts}
    )


def values(one: Case, **more: Any) -> TemplateValues:
    names = SHELF.schema("languages.json")
    given: dict[str, Any] = {
        "case": one,
        "beneficiary": one.beneficiaries[0].id,
        "declaration": "aunt",
        "layout": laid_out(one),
        "facts": tuple(sorted(FACTS.items())),
        "languages": tuple(sorted(names["languages"].items())),
        "countries": tuple(sorted(names["countries"].items())),
        "letter_date": AS_OF,
    }
    return TemplateValues(**{**given, **more})


def prepared(one: Case, counts: Mapping[str, int] | None = None) -> list[Prepared]:
    """What evidence would have made of the exhibits: measures only, no file."""
    return [
        Prepared(
            exhibit=e.id,
            pdf=Path("none.pdf"),
            pages=tuple(_page(e, n) for n in range((counts or {}).get(e.id, 3))),
        )
        for e in one.exhibits
    ]


def _page(one: Exhibit, number: int) -> PreparedPage:
    return PreparedPage(
        path=one.parts[0].path,
        sha256="0" * 64,
        source_page=number + 1,
        role="document",
        language="en",
        width=612,
        height=792,
        method="text",
        words=9,
        confidence=None,
        turned=0,
        placement=None,
        dpi=None,
        ink=BLANK,
    )


def filled(name: str, one: Case, **more: Any) -> bytes:
    """A shipped template of the case's kind filled."""
    return fill_template(SHELF.template(one.kind, name), values(one, **more))


def text(docx: bytes) -> str:
    return read_all_text(io.BytesIO(docx))


def pdf(docx: bytes, folder: Path, engine: str = "embedded") -> bytes:
    path = folder / "made.docx"
    path.write_bytes(docx)
    return convert_to_pdf(path, "made.docx", engine, list_font_files(), folder / "scratch").pdf


def pages(made: bytes) -> list[str]:
    document = pdfium.PdfDocument(made)
    try:
        return [
            " ".join(document[n].get_textpage().get_text_bounded().split())
            for n in range(len(document))
        ]
    finally:
        document.close()


def links(docx: bytes) -> Sequence[str]:
    """Addresses of the links of the body, in order."""
    from assembler.documents.word_to_pdf.word_text import R, W, parse_part, read_relations

    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        targets = read_relations(archive, "word/document.xml")
        return [
            targets[one.get(f"{R}id")][1]
            for one in parse_part(archive.read("word/document.xml")).iter(f"{W}hyperlink")
        ]
