"""Forms to sign, drawn from a map, and what people and programs put at the place of a
signature."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, ImageDraw

from assembler.forms.form_maps import Field, FormMap, Item, Rect, Signature
from tests.support.drawn_forms import DrawnField, DrawnForm, draw_form

APPLICANT: Rect = (60, 100, 300, 118)
PREPARER: Rect = (60, 300, 300, 318)
NAME: Rect = (60, 400, 300, 418)  # of the preparer
PRINTED = "A line of printed text that any form has, so that the page is not empty."
Change = Callable[[Pdf], None]


def form_map(form: str = "i-131", edition: str = "01/20/25") -> FormMap:
    """The map of a form of two pages: the applicant signs the first, a preparer the second, if the
    preparer's name is there."""
    return FormMap(
        form=form,
        edition=edition,
        title=f"Form {form.upper()}",
        pages=2,
        source="https://www.uscis.gov/i-131",
        checked_on="2026-11-30",
        fingerprint="any",
        items=(
            Item(
                part="12",
                item="1",
                page=2,
                label="Preparer's family name",
                value="/attorney/name/family",
                field=Field(name="p2[0].name[0]", page=2, rect=NAME),
            ),
        ),
        signatures=(
            _signature("10", "applicant", "p1[0].sign[0]", 1, APPLICANT),
            _signature("12", "preparer", "p2[0].sign[0]", 2, PREPARER),
        ),
    )


def _signature(part: str, who: str, name: str, page: int, rect: Rect) -> Signature:
    return Signature(part=part, item="4", who=who, signature=Field(name=name, page=page, rect=rect))


def blank(path: Path, form: FormMap | None = None) -> Path:
    """The blank of such a map."""
    form = form or form_map()
    fields = tuple(
        DrawnField(name=one.name, page=one.page, rect=one.rect, label="Label")
        for one in form.fields()
    )
    drawn = DrawnForm(form=form.form, edition=form.edition, pages=form.pages, fields=fields)
    return draw_form(path, drawn)


def mapped_blank(path: Path, form: FormMap) -> Path:
    """A blank with every field of a shipped map where the map has it."""
    boxes = {box.name for item in form.items for _, box in item.boxes}
    fields = {
        one.name: DrawnField(
            name=one.name,
            page=one.page,
            rect=one.rect,
            kind="box" if one.name in boxes else "text",
            state=one.on,
            max=one.max,
        )
        for one in form.fields()
    }
    drawn = DrawnForm(
        form=form.form, edition=form.edition, pages=form.pages, fields=tuple(fields.values())
    )
    return draw_form(path, drawn)


def changed(path: Path, *changes: Change) -> Path:
    """The file with these changes made."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for change in changes:
            change(pdf)
        pdf.save(path)
    return path


def without_fields(pdf: Pdf) -> None:
    """Draw the fields on their pages, as printing to PDF does."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    for page in pdf.pages:
        for widget in page.get(Name.Annots, ()):
            if str(widget.get(Name.V, "")):
                _print_value(pdf, page, widget, font)
        del page.Annots
    del pdf.Root.AcroForm


def _print_value(pdf: Pdf, page: Any, widget: Any, font: Dictionary) -> None:
    """Draw a value as a form XObject at its place, as flattening does."""
    x0, y0, x1, y1 = (float(value) for value in widget.Rect)
    appearance = pdf.make_stream(
        f"BT /H 10 Tf 2 5 Td ({widget.V}) Tj ET".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, x1 - x0, y1 - y0]),
        Resources=Dictionary(Font=Dictionary(H=font)),
    )
    name = page.add_resource(appearance, Name.XObject)
    page.contents_add(f"q 1 0 0 1 {x0} {y0} cm {name} Do Q".encode())


def fill(name: str, value: str) -> Change:
    """Type a value into a field, by the end of its name."""

    def change(pdf: Pdf) -> None:
        for page in pdf.pages:
            for widget in page.get(Name.Annots, ()):
                if _full_name(widget).endswith(name):
                    widget.V = String(value)

    return change


def sign_digitally(name: str) -> Change:
    """Make a field a digital signature."""

    def change(pdf: Pdf) -> None:
        for page in pdf.pages:
            for widget in page.get(Name.Annots, ()):
                if _full_name(widget).endswith(name):
                    widget.FT = Name.Sig
                    widget.V = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"))

    return change


def _full_name(widget: Any) -> str:
    parent = widget.get(Name.Parent)
    own = str(widget.get(Name.T, ""))
    return f"{_full_name(parent)}.{own}" if parent is not None else own


def ink(rect: Rect, page: int = 1) -> Change:
    """Draw a pen stroke at a place, as a scanner with vectors or a viewer's pen does."""
    x0, y0, x1, y1 = rect
    points = [(x0 + (x1 - x0) * step / 12, y0 + (y1 - y0) * (step % 3) / 2) for step in range(9)]
    path = " ".join(f"{x:.1f} {y:.1f} {'l' if n else 'm'}" for n, (x, y) in enumerate(points))
    return lambda pdf: pdf.pages[page - 1].contents_add(f"q 1.2 w {path} S Q".encode())


def text(words: str, rect: Rect, page: int = 1, *, mode: int = 0) -> Change:
    """Print words at a place; `mode` 3: invisible, as recognition does."""

    def change(pdf: Pdf) -> None:
        own = pdf.pages[page - 1]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        name = own.add_resource(font, Name.Font)
        content = f"q BT {name} 11 Tf {mode} Tr {rect[0] + 6} {rect[1] + 5} Td ({words}) Tj ET Q"
        own.contents_add(content.encode())

    return change


def picture(rect: Rect, page: int = 1) -> Change:
    """Put a picture at a place."""

    def change(pdf: Pdf) -> None:
        own = pdf.pages[page - 1]
        image = _draw_scribble((300, 60))
        stream = pdf.make_stream(
            image.tobytes(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=image.width,
            Height=image.height,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
        )
        name = own.add_resource(stream, Name.XObject)
        x0, y0, x1, y1 = rect
        own.contents_add(f"q {x1 - x0} 0 0 {y1 - y0} {x0} {y0} cm {name} Do Q".encode())

    return change


def annotation(kind: str, rect: Rect, page: int = 1) -> Change:
    """Put a comment of a kind at a place: "FreeText", "Stamp", "Ink", "Highlight"."""

    def change(pdf: Pdf) -> None:
        one = Dictionary(
            Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array(rect), Contents=String("x"), F=4
        )
        own = pdf.pages[page - 1]
        own.Annots = Array([*own.get(Name.Annots, ()), pdf.make_indirect(one)])

    return change


def _draw_scribble(size: tuple[int, int]) -> Image.Image:
    image = Image.new("L", size, 255)
    pen = ImageDraw.Draw(image)
    width, height = size
    points = [(width * step // 20, height * (1 + step % 3) // 5) for step in range(2, 18)]
    pen.line(points, fill=0, width=3)
    return image


def scan(path: Path) -> Path:
    """The form as a scanner makes it: a picture of each page, and invisible words over it."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    pictures = [page.render(scale=150 / 72).to_pil().convert("L") for page in document]
    document.close()
    with Pdf.new() as pdf:
        for number, image in enumerate(pictures, 1):
            pdf.add_blank_page(page_size=(612, 792))
            data = io.BytesIO()
            image.save(data, "JPEG", quality=70)
            _place_scan(pdf, number, image, data.getvalue())
        pdf.save(path.with_name("scan.pdf"))
    return path.with_name("scan.pdf")


def _place_scan(pdf: Pdf, number: int, image: Image.Image, data: bytes) -> None:
    page = pdf.pages[number - 1]
    stream = pikepdf.Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    name = page.add_resource(pdf.make_indirect(stream), Name.XObject)
    page.contents_add(f"q 612 0 0 792 0 0 cm {name} Do Q".encode())
    footer = f"Form I-131 Edition 01/20/25 Page {number} of 2"
    text(footer, (40, 25, 300, 40), number, mode=3)(pdf)
    text("Jane Doe", APPLICANT if number == 1 else PREPARER, number, mode=3)(pdf)
