"""Copy pages of a bundle onto sheets for the printer."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Rectangle

from assembler.bundle.print_set.sheets import fit, is_letter
from assembler.errors import ToolFailed


def open_bundle(path: Path) -> Pdf:
    """Open a file of a bundle. It is sound, so the library must not repair it. Raises PdfError."""
    return Pdf.open(path, attempt_recovery=False)


def refuse_unread(*documents: Pdf) -> None:
    """Raise ToolFailed if something could not be read of a document that was written, or of one
    that it was copied from: the library leaves it out and only notes it."""
    if any(document.get_warnings() for document in documents):
        raise ToolFailed(
            "a page of the bundle could not be read",
            where="print",
            remedy="check the disk, prove the bundle with verify, and run it again",
        )


def add_sheet(print_pdf: Pdf, page: pikepdf.Page) -> None:
    """Append a page, centered on a Letter sheet if it has another size, without its links."""
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    is_turned = int(page.get(Name.Rotate, 0)) % 180 == 90
    size = (y1 - y0, x1 - x0) if is_turned else (x1 - x0, y1 - y0)
    print_pdf.pages.append(page)
    sheet = print_pdf.pages[-1]
    if not is_letter(size):
        content, (width, height) = sheet.as_form_xobject(), fit(size)[0]
        sheet = print_pdf.add_blank_page(page_size=(width, height))
        del print_pdf.pages[-2]
        # a fixed name, since those of pikepdf are random
        sheet.Resources = Dictionary(XObject=Dictionary(Whole=content))
        sheet.Contents = print_pdf.make_stream(
            sheet.calc_form_xobject_placement(content, Name.Whole, Rectangle(0, 0, width, height))
        )
    for key in (Name.Annots, Name.StructParents, Name.Tabs):  # of no use on paper
        if key in sheet:
            del sheet[key]


def set_print_options(print_pdf: Pdf) -> None:
    """Set the defaults of the print dialog: one-sided, actual size, paper tray by page size."""
    print_pdf.Root.ViewerPreferences = Dictionary(
        Duplex=Name.Simplex, PrintScaling=Name("/None"), PickTrayByPDFSize=True
    )
