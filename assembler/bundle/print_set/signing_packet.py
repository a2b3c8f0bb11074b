"""Write signing.pdf: a sheet that lists by person what to sign and where, then the pages to sign.

The sheet shows each page small, with its place framed. The pages themselves are as in the packet,
without a mark: they are signed and filed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, OutlineItem, Pdf, String
from PIL import Image, ImageDraw

from assembler.bundle.print_set.sheet_copy import (
    add_sheet,
    open_bundle,
    refuse_unread,
    set_print_options,
)
from assembler.bundle.print_set.signing_list import PersonToSign, SigningList
from assembler.documents import word_to_pdf
from assembler.documents.paper_blocks import (
    Block,
    Cell,
    Paper,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    TextStyle,
    make_cell,
    make_paragraph,
)
from assembler.documents.paper_writer import write_paper
from assembler.documents.picture_placeholders import restore_pictures
from assembler.errors import TemplateBroken
from assembler.model import SignaturePlace
from assembler.pdf.opening import open_pdf_file
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.resources import TemplateFile, list_font_files

FILE = "signing.pdf"
TEMPLATE = "signing-sheet.docx"
FACTS = "facts/signatures.json"
_RULES = ("handwritten", "bad-signature")  # facts that the sheet prints
_GUARDIAN = "guardian"  # the fact that it prints where somebody signs for a child
_PICTURE_DPI = 100
_PICTURE_WIDTH = 118.0  # points on the sheet
_FRAME, _FRAME_WIDTH = (200, 0, 0), 3
_MARGIN = 4  # pixels between a place and its frame
_WIDTHS = (0.5, 0.8, 3.6, 1.9)  # of the columns of a table with pictures
_WIDTHS_OF_CHECK = (0.5, 0.8, 5.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTexts:
    """What the signing sheet is made from beside the list: its template, and dated sentences."""

    template: TemplateFile
    rules: tuple[str, ...]
    guardian: str = ""  # where somebody signs for a child


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningJob:
    """The signing packet to write, in a worker."""

    packet: str
    signing: SigningList
    labels: Mapping[int, str]  # place in the bundle → printed number
    names: Mapping[str, str]  # signer → name
    files: tuple[tuple[Path, int, int], ...]  # of the bundle, with first and last page
    texts: SheetTexts
    scratch: Path  # a folder that need not exist
    target: Path


def read_sheet_texts(template: TemplateFile, facts: Mapping[str, Any]) -> SheetTexts:
    """Return the texts of the sheet, with the sentences of schemas/facts/signatures.json and their
    sources. Raises KeyError, TypeError."""
    sentences = {
        name: _format_rule(facts["facts"][name])
        for name in (*_RULES, _GUARDIAN)
        if name in facts["facts"]
    }
    guardian = sentences.pop(_GUARDIAN, "")
    return SheetTexts(template=template, rules=tuple(sentences.values()), guardian=guardian)


def _format_rule(fact: Mapping[str, Any]) -> str:
    since = f", in force since {fact['from']}" if "from" in fact else ""
    return f"{fact['text']} ({fact['cite']}{since}; checked {fact['checked_on']})"


def write_signing_packet(job: SigningJob) -> None:
    """Write the signing packet of a list with pages to sign or to check."""
    pictures = _draw_places(job)
    sheet = _print_sheet(_make_sheet(job, pictures), job)
    with Pdf.open(io.BytesIO(sheet)) as sheet_pdf, Pdf.new() as packet, ExitStack() as open_files:
        for page in sheet_pdf.pages:
            add_sheet(packet, page)
        count = len(packet.pages)
        sources = [
            (open_files.enter_context(open_bundle(path)), first, last)
            for path, first, last in job.files
        ]
        for number in job.signing.numbers:
            source, first = next(
                (source, first) for source, first, last in sources if first <= number <= last
            )
            add_sheet(packet, source.pages[number - first])
        _add_navigation(packet, job, count)
        set_print_options(packet)
        with open_deferring_errors(job.target) as out:
            packet.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )
        refuse_unread(packet, *(source for source, _, _ in sources))


def _add_navigation(packet: Pdf, job: SigningJob, sheets: int) -> None:
    """Add a bookmark for the sheet and for each page below its person, and page labels: those of
    the packet, and small letters for the sheet."""
    with packet.open_outline() as outline:
        outline.root.append(OutlineItem("Signing sheet", 0, "Fit"))
        position = sheets
        for person, numbers in job.signing.pages:
            top = OutlineItem(person.name, position, "Fit")
            for number in numbers:
                top.children.append(OutlineItem(f"page {job.labels[number]}", position, "Fit"))
                position += 1
            outline.root.append(top)
    labels: list[Any] = [0, Dictionary(S=pikepdf.Name.a)]
    for position, number in enumerate(job.signing.numbers, sheets):
        labels += [position, Dictionary(P=String(job.labels[number]))]
    packet.Root.PageLabels = Dictionary(Nums=Array(labels))


# --- the sheet ---


def _make_sheet(job: SigningJob, pictures: Mapping[SignaturePlace, bytes]) -> Paper:
    count = len(job.signing.numbers)
    has_child = any(place.on_behalf_of for person in job.signing.needed for place in person.places)
    rules = (*job.texts.rules, *((job.texts.guardian,) if has_child else ()))
    blocks: list[Block] = [
        make_paragraph(
            "Working paper: hand it out with the pages behind it, and do not file it. Sign in "
            "black ink on the printed page, in the frame shown here; write the date by hand where "
            "the page asks for one. Tick the box when it is done. The signed pages take the place "
            "of the same pages of the packet.",
        ),
        *(make_paragraph(rule, TextStyle.NOTE) for rule in rules if rule),
    ]
    for person in job.signing.needed:
        blocks += _describe_person(person, job, pictures)
    if job.signing.expected:
        title = "Check that these pages, which came completed, are signed"
        blocks.append(make_paragraph(title, TextStyle.HEADING_1))
        for person in job.signing.expected:
            blocks += _describe_person(person, job, {})
    facts = (
        ("Packet", job.packet),
        ("Pages to sign", f"{count}, behind this sheet"),
    )
    return Paper(title="Signing sheet", facts=facts, blocks=tuple(blocks))


def _describe_person(
    person: PersonToSign, job: SigningJob, pictures: Mapping[SignaturePlace, bytes]
) -> Iterator[Block]:
    """Yield the person's name and a table of the places that this person signs."""
    yield make_paragraph(f"{person.name} ({', '.join(person.roles)})", TextStyle.HEADING_2)
    titles = ("Done", "Page", "Paper", "Where to sign")[: 4 if pictures else 3]
    heading = Row(cells=tuple(make_cell(title, TextStyle.TABLE_HEADING) for title in titles))
    rows = tuple(
        Row(cells=tuple(_make_cells(place, job, pictures, has_pictures=bool(pictures))))
        for place in person.places
    )
    yield Table(widths=_WIDTHS if pictures else _WIDTHS_OF_CHECK, rows=(heading, *rows), headings=1)


def _make_cells(
    place: SignaturePlace,
    job: SigningJob,
    pictures: Mapping[SignaturePlace, bytes],
    *,
    has_pictures: bool,
) -> Iterator[Cell]:
    label = job.labels[place.number]
    yield make_cell("[    ]")
    yield make_cell(label)
    yield Cell(blocks=tuple(_describe_place(place, job)))
    if has_pictures and place in pictures:
        text = f"Page {label}, with the place to sign in a frame"
        yield Cell(blocks=(Picture(data=pictures[place], width=_PICTURE_WIDTH, text=text),))
    elif has_pictures:
        yield make_cell("")


def _describe_place(place: SignaturePlace, job: SigningJob) -> Iterator[Paragraph]:
    yield Paragraph(
        runs=(
            Run(text=place.paper, bold=True),
            Run(text=f", as {place.role.words}"),
        ),
        style=TextStyle.TABLE,
    )
    if place.on_behalf_of:
        name = job.names.get(place.on_behalf_of, "the child")
        yield make_paragraph(
            f"Signs for {name}: write that name, then “By” and your own name.", TextStyle.TABLE
        )
    if place.box is None and place.number in job.signing.numbers:
        yield make_paragraph("Find the place for the signature on the page.", TextStyle.TABLE)
    others = [
        person.name
        for person in job.signing.needed
        if any(
            other.number == place.number and other.signer != place.signer for other in person.places
        )
    ]
    if others:
        yield make_paragraph(
            f"The same sheet is also signed by {', '.join(dict.fromkeys(others))}.",
            TextStyle.TABLE,
        )
    if not place.copy_allowed:
        yield make_paragraph(
            "File the page with the original ink signature, not a copy.", TextStyle.TABLE
        )


def _print_sheet(paper: Paper, job: SigningJob) -> bytes:
    """Return the sheet as PDF. Raises TemplateBroken if the template loses a picture, ToolFailed
    if it loses words."""
    fonts, name = list_font_files(), job.texts.template.name
    written = write_paper(job.texts.template, paper, fonts)
    job.scratch.mkdir(parents=True, exist_ok=True)
    docx = job.scratch / "signing-sheet.docx"
    docx.write_bytes(written.docx)
    converted = word_to_pdf.convert_to_pdf(
        docx, name, "auto", fonts, job.scratch / "work", evidence=True
    )
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(converted.pdf)) as pdf:
        if len(restore_pictures(pdf, written.pictures)) != len(written.pictures):
            raise TemplateBroken(
                "the Word engine lost pictures of pages", where=name, remedy="use the shipped one"
            )
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


# --- pictures of the places ---


def _draw_places(job: SigningJob) -> dict[SignaturePlace, bytes]:
    """Return a picture of each page to sign with a frame around the place, as PNG."""
    places = [place for person in job.signing.needed for place in person.places]
    pictures: dict[SignaturePlace, bytes] = {}
    for path, first, last in job.files:
        own = [place for place in places if first <= place.number <= last]
        if not own:
            continue
        document = open_pdf_file(path)
        try:
            for place in own:
                pictures[place] = _draw_place(document[place.number - first], place)
        finally:
            document.close()
    return pictures


def _draw_place(page: Any, place: SignaturePlace) -> bytes:
    scale = _PICTURE_DPI / 72
    picture = page.render(scale=scale, grayscale=True).to_pil().convert("RGB")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, picture.width - 1, picture.height - 1), outline=(150, 150, 150))
    if place.box is not None:
        pen.rectangle(_frame_box(place.box, scale, picture), outline=_FRAME, width=_FRAME_WIDTH)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _frame_box(
    box: Sequence[float], scale: float, picture: Image.Image
) -> tuple[float, float, float, float]:
    left, bottom, right, top = (value * scale for value in box)
    return (
        max(0.0, left - _MARGIN),
        max(0.0, picture.height - top - _MARGIN),
        min(picture.width - 1.0, right + _MARGIN),
        min(picture.height - 1.0, picture.height - bottom + _MARGIN),
    )
