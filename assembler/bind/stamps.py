"""Stamps: exact text at the place the layout chose, upright as the page is shown, in one small embedded font."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from assembler.arrange import WIDTHS
from assembler.geometry import Frame, Matrix, after, apply, inverse, operands, to_page
from assembler.model import Layout, Leaf, Stamp

_BASELINE = 0.3  # of the font size, above the bottom of the stamp's box
_FIRST, _LAST = 32, 255


def stamp(book: Pdf, layout: Layout, font: Path) -> None:
    """Stamp every leaf that has a stamp, shrinking first where the layout says so."""
    face = _face(book, font)
    for leaf in layout.leaves:
        page = book.pages[leaf.number - 1]
        frame = frame_of(page)
        if leaf.scale != 1.0:
            _shrink(book, page, frame, leaf)
        if leaf.stamp is not None:
            _draw(page, frame, leaf.stamp, face)


def frame_of(page: pikepdf.Page) -> Frame:
    """The visible box and rotation of a page."""
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    return Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=int(page.get(Name.Rotate, 0)) % 360)


def _draw(page: pikepdf.Page, frame: Frame, mark: Stamp, face: pikepdf.Object) -> None:
    # a name of our own: the one the library would choose is random
    name = page.add_resource(face, Name.Font, name=Name("/AssemblerStamp"))
    place: Matrix = (1, 0, 0, 1, mark.x, mark.y + _BASELINE * mark.size)
    text = pikepdf.String(mark.text.encode("cp1252")).unparse()
    drawing = b"".join(
        (
            b"\nQ\n/Artifact <</Type /Pagination>> BDC q ",
            operands(after(place, to_page(frame))),
            b" cm BT ", str(name).encode(), f" {mark.size:g} Tf 0 g 0 Tr ".encode(), text, b" Tj ET Q EMC\n",
        )
    )  # fmt: skip
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(drawing, prepend=False)


def _shrink(book: Pdf, page: pikepdf.Page, frame: Frame, leaf: Leaf) -> None:
    """Draw the page a little smaller, its top edge where it was, its links moved along.

    As a form XObject, not by a matrix in front of the content: patterns are laid out from the content's own origin.
    """
    scale = leaf.scale
    seen: Matrix = (scale, 0, 0, scale, frame.width * (1 - scale) / 2, frame.height * (1 - scale))
    move = after(after(inverse(to_page(frame)), seen), to_page(frame))
    form = _form(book, page, frame)
    page.Resources = Dictionary(XObject=Dictionary(Whole=form))
    page.Contents = book.make_stream(b"q " + operands(move) + b" cm /Whole Do Q\n")
    for annotation in page.get(Name.Annots, ()):
        for key in (Name.Rect, Name.QuadPoints):
            if key in annotation:
                annotation[key] = _moved([float(value) for value in annotation[key]], move, key == Name.Rect)


def _form(book: Pdf, page: pikepdf.Page, frame: Frame) -> pikepdf.Object:
    """The page's content as it is now. (`as_form_xobject` reads it only on saving, when the page draws the form.)"""
    page.contents_coalesce()
    form = book.make_stream(page.Contents.read_bytes() if Name.Contents in page else b"")
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([frame.x0, frame.y0, frame.x1, frame.y1])
    form.Resources = page.get(Name.Resources, Dictionary())
    if Name.Group in page:
        form.Group = page.Group
    return form


def _moved(numbers: list[float], move: Matrix, is_rect: bool) -> Array:
    points = [apply(move, x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    if is_rect:
        xs, ys = sorted(x for x, _ in points), sorted(y for _, y in points)
        points = [(xs[0], ys[0]), (xs[1], ys[1])]
    return Array([round(value, 3) for point in points for value in point])


def _face(book: Pdf, font: Path) -> pikepdf.Object:
    """One simple TrueType font, holding only the characters a stamp can have, shared by all pages."""
    data, box, metrics = _subset(font)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/STAMPS+IBMPlexSerif"),
        Flags=32,
        FontBBox=Array(box),
        ItalicAngle=0,
        Ascent=metrics["ascent"],
        Descent=metrics["descent"],
        CapHeight=metrics["cap"],
        StemV=80,
        FontFile2=book.make_indirect(Stream(book, data, Length1=len(data))),
    )
    widths = [WIDTHS.get(bytes([code]).decode("cp1252", "replace"), 0) for code in range(_FIRST, _LAST + 1)]
    return book.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=Name("/STAMPS+IBMPlexSerif"),
            Encoding=Name.WinAnsiEncoding,
            FirstChar=_FIRST,
            LastChar=_LAST,
            Widths=Array(widths),
            FontDescriptor=book.make_indirect(descriptor),
        )
    )


def _subset(font: Path) -> tuple[bytes, list[int], dict[str, int]]:
    """The font file with the stamp's characters only; its bounding box and metrics in 1/1000 em."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    face = TTFont(font, recalcTimestamp=False)
    per_em = face["head"].unitsPerEm
    corners = (face["head"].xMin, face["head"].yMin, face["head"].xMax, face["head"].yMax)
    metrics = {
        "ascent": round(face["hhea"].ascent * 1000 / per_em),
        "descent": round(face["hhea"].descent * 1000 / per_em),
        "cap": round(getattr(face["OS/2"], "sCapHeight", 700) * 1000 / per_em),
    }
    for table in ("GPOS", "GSUB", "GDEF"):  # reading them, only to drop them, would take half a second
        if table in face:
            del face[table]
    options = subset.Options(layout_features=[], name_IDs=[], notdef_outline=True, hinting=False)
    options.drop_tables += ["meta"]
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(WIDTHS))
    cutter.subset(face)
    out = io.BytesIO()
    face.save(out)
    return out.getvalue(), [round(value * 1000 / per_em) for value in corners], metrics
