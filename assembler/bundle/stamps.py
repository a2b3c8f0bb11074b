"""Stamp pages: exact text at the place the layout chose, upright as the page is shown; shrink pages
as it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from pikepdf import Array, Dictionary, Matrix, Name, Object, Page, Pdf, String

from assembler.model import Layout, Leaf, Stamp
from assembler.pdf.geometry import Frame, find_page_matrix, format_operands

_BASELINE = 0.3  # of the font size, above the bottom of the stamp's box


def read_frame(page: Page) -> Frame:
    """Return the visible box and rotation of a page."""
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    return Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=int(page.get(Name.Rotate, 0)) % 360)


def stamp_pages(bundle: Pdf, layout: Layout, pages: Sequence[Page], font: Object) -> None:
    """Stamp every leaf that has a stamp, in the font object `font`."""
    save = bundle.make_stream(b"q\n")  # one for all pages
    for leaf, page in zip(layout.leaves, pages, strict=True):
        if leaf.stamp is not None:
            name = _name_font(page, font)
            stamp_stream = bundle.make_stream(_draw_stamp(leaf.stamp, read_frame(page), name))
            page.Contents = Array([save, *_list_contents(page), stamp_stream])


def _draw_stamp(stamp: Stamp, frame: Frame, font: str) -> bytes:
    """Return the operators of a stamp. The page's graphics state is restored first, so that nothing
    moves or colors it."""
    place = Matrix(1, 0, 0, 1, stamp.x, stamp.y + _BASELINE * stamp.size)
    text = String(stamp.text.encode("cp1252")).unparse()
    matrix = format_operands(place @ find_page_matrix(frame))
    style = f"{font} {stamp.size:g} Tf 0 g 0 Tr ".encode()
    return (
        b"\nQ\n/Artifact <</Type /Pagination>> BDC q "
        + matrix
        + b" cm BT "
        + style
        + text
        + b" Tj ET Q EMC\n"
    )


def _list_contents(page: Page) -> list[Object]:
    contents = page.get(Name.Contents)
    if contents is None:
        return []
    return list(contents) if isinstance(contents, Array) else [contents]


def _name_font(page: Page, font: Object) -> str:
    """Return the name of the font on this page: neither random nor used by a page of an earlier
    bundle."""
    resources = page.get(Name.Resources)
    fonts = resources.get(Name.Font, Dictionary()) if resources is not None else Dictionary()
    for number in count():
        name = f"/AssemblerStamp{number or ''}"
        if name not in fonts:
            return str(page.add_resource(font, Name.Font, name=Name(name)))
        if fonts[name].objgen == font.objgen:  # pages may share their resources
            return name
    raise AssertionError  # count() has no end


def shrink_pages(
    bundle: Pdf, layout: Layout, pages: Sequence[Page]
) -> dict[tuple[int, int], Matrix]:
    """Draw pages smaller where the layout says so; return how the content of each was moved.

    The top edge and the middle stay in place, or move to those of the paper the page is put on; the
    page's links move along.
    """
    moves: dict[tuple[int, int], Matrix] = {}
    for leaf, page in zip(layout.leaves, pages, strict=True):
        if leaf.scale != 1.0 or leaf.own:
            frame = read_frame(page)
            move = moves[page.obj.objgen] = _move(frame, leaf)
            _redraw(bundle, page, frame, move)
            if leaf.own:
                _cut_to(page, leaf)
            for annotation in page.get(Name.Annots, ()):
                for key in (Name.Rect, Name.QuadPoints):
                    if key in annotation:
                        annotation[key] = _move_points(
                            [float(value) for value in annotation[key]], move, key == Name.Rect
                        )
    return moves


def _move(frame: Frame, leaf: Leaf) -> Matrix:
    scale = leaf.scale
    width, height = (leaf.width, leaf.height) if leaf.own else (frame.width, frame.height)
    shown = Matrix(
        scale,
        0,
        0,
        scale,
        (width - frame.width * scale) / 2,
        height - frame.height * scale,
    )
    moved = find_page_matrix(frame).inverse() @ shown
    return moved if leaf.own else moved @ find_page_matrix(frame)


def _cut_to(page: Page, leaf: Leaf) -> None:
    """Turn the page into paper of the leaf's size, not rotated."""
    for box in (Name.BleedBox, Name.TrimBox, Name.ArtBox):
        if box in page:
            del page[box]
    page.MediaBox = page.CropBox = Array([0, 0, leaf.width, leaf.height])
    page.Rotate = 0


def _redraw(bundle: Pdf, page: Page, frame: Frame, move: Matrix) -> None:
    """Draw the page as a form XObject, not by a matrix before the content: patterns use the
    content's own origin.

    A tagged page is the exception: its tags name content of the page itself, and our own pages have
    no patterns.
    """
    if Name.StructParents in page:
        box = (
            f" cm {frame.x0:.3f} {frame.y0:.3f} {frame.x1 - frame.x0:.3f} "
            f"{frame.y1 - frame.y0:.3f} re W n\n"
        )
        start = bundle.make_stream(b"q " + format_operands(move) + box.encode())
        page.Contents = Array([start, *_list_contents(page), bundle.make_stream(b"\nQ\n")])
        return
    form = _copy_as_form(bundle, page, frame)
    page.Resources = Dictionary(XObject=Dictionary(Whole=form))
    page.Contents = bundle.make_stream(b"q " + format_operands(move) + b" cm /Whole Do Q\n")


def _copy_as_form(bundle: Pdf, page: Page, frame: Frame) -> Object:
    """Return the page's content as it is now. (`as_form_xobject` reads it only on saving, when the
    page draws the form.)"""
    page.contents_coalesce()
    form = bundle.make_stream(page.Contents.read_bytes() if Name.Contents in page else b"")
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([frame.x0, frame.y0, frame.x1, frame.y1])
    form.Resources = page.get(Name.Resources, Dictionary())
    if Name.Group in page:
        form.Group = page.Group
    return form


def _move_points(numbers: list[float], move: Matrix, is_rect: bool) -> Array:
    points = [move.transform((x, y)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    if is_rect:
        xs, ys = sorted(x for x, _ in points), sorted(y for _, y in points)
        points = [(xs[0], ys[0]), (xs[1], ys[1])]
    return Array([round(value, 3) for point in points for value in point])
