"""Put the picture of a scan on a page, and keep the page's words as invisible text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name, Operator, Pdf, Stream

from assembler.bundle.stamps import read_frame
from assembler.pdf.geometry import Frame, find_page_matrix, format_operands
from assembler.runtime.atomic_files import open_deferring_errors

PICTURE = "/SignedScan"
# a clip to nothing: a font of type 3 draws its letters even if they are to be invisible
_NOTHING = b"0 0 0 0 re W n "
_MAX_DEPTH = 12  # of forms within forms
_TEXT = frozenset(
    ("BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*", "Tj", "TJ", "'", '"')
)
_STATE = frozenset(("q", "Q", "cm"))
_TAGS = frozenset(("BDC", "BMC", "EMC", "MP", "DP"))


def replace_pages(source: Path, target: Path, pictures: Mapping[int, bytes]) -> None:
    """Write a volume with pictures in place of some pages. `pictures`: JPEG by place in the file,
    from 0. All else of the file stays as it is."""
    with Pdf.open(source) as pdf:
        for index, data in sorted(pictures.items()):
            _replace_page(pdf, pdf.pages[index], data)
        with open_deferring_errors(target) as out:  # qpdf would end the program at a full disk
            pdf.save(
                out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
            )


def _replace_page(pdf: Pdf, page: pikepdf.Page, data: bytes) -> None:
    frame = read_frame(page)
    resources = page.get(Name.Resources, Dictionary())
    kept, forms = _keep_text(pdf, page.obj, resources, {}, _MAX_DEPTH)
    picture = _make_picture(pdf, data)
    matrix = format_operands(_cover(frame))
    shown = b"q " + matrix + f" cm {PICTURE} Do Q\n".encode()
    fresh = _copy_resources(resources, forms)
    fresh.XObject = fresh.get(Name.XObject, Dictionary())
    fresh.XObject[PICTURE] = picture
    page.Resources = fresh
    page.Contents = pdf.make_stream(
        b"/Artifact BMC\n" + shown + b"EMC\nq " + _NOTHING + b"3 Tr\n" + kept + b"\nQ\n"
    )
    for key in (Name.Group, Name.Thumb):
        if key in page:
            del page[key]


def _cover(frame: Frame) -> pikepdf.Matrix:
    """Return the matrix that puts a picture on all of a page as it is shown."""
    return pikepdf.Matrix(frame.width, 0, 0, frame.height, 0, 0) @ find_page_matrix(frame)


def _make_picture(pdf: Pdf, data: bytes) -> Stream:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        size, mode = opened.size, opened.mode
    picture = pdf.make_stream(data)
    picture.Type, picture.Subtype = Name.XObject, Name.Image
    picture.Width, picture.Height = size
    picture.BitsPerComponent = 8
    picture.ColorSpace = Name.DeviceGray if mode == "L" else Name.DeviceRGB
    picture.Filter = Name.DCTDecode
    return picture


def _copy_resources(resources: Any, forms: Mapping[str, Any]) -> Dictionary:
    """Return what the invisible text needs of a page's resources."""
    fresh = Dictionary()
    for key in (Name.Font, Name.Properties):
        if key in resources:
            fresh[key] = resources[key]
    if forms:
        fresh.XObject = Dictionary(dict(forms))
    return fresh


def _keep_text(
    pdf: Pdf, item: Any, resources: Any, done: dict[tuple[int, int], Any], depth: int
) -> tuple[bytes, dict[str, Any]]:
    """Return the content of a page or form with its text alone, and the forms it draws, by name."""
    forms: dict[str, Any] = {}
    kept = list(_filter_operators(pdf, item, resources, forms, done, depth))
    return pikepdf.unparse_content_stream(kept), forms


def _filter_operators(
    pdf: Pdf,
    item: Any,
    resources: Any,
    forms: dict[str, Any],
    done: dict[tuple[int, int], Any],
    depth: int,
) -> Iterator[tuple[Any, Any]]:
    for instruction in pikepdf.parse_content_stream(item):
        operands, operator = instruction.operands, instruction.operator
        name = str(operator)
        if name in _TEXT or name in _STATE or name in _TAGS:
            yield list(operands), operator
        elif name == "Do" and depth:
            key = str(operands[0])
            form = _keep_form(pdf, resources.get(Name.XObject, Dictionary()).get(key), done, depth)
            if form is not None:
                forms[key] = form
                yield [Name(key)], Operator("Do")


def _keep_form(pdf: Pdf, form: Any, done: dict[tuple[int, int], Any], depth: int) -> Any:
    """Return a form with its text alone; None for a picture, and for a form without text."""
    if form is None or form.get(Name.Subtype) != Name.Form:
        return None
    key = form.objgen
    if key not in done:
        done[key] = None  # a form that draws itself
        inner = form.get(Name.Resources, Dictionary())
        kept, forms = _keep_text(pdf, form, inner, done, depth - 1)
        if b"Tj" in kept or b"TJ" in kept or b"Do" in kept or b"'" in kept:
            fresh = pdf.make_stream(kept)
            fresh.Type, fresh.Subtype = Name.XObject, Name.Form
            for name in (Name.BBox, Name.Matrix, Name.StructParents, Name.StructParent):
                if name in form:
                    fresh[name] = form[name]
            fresh.Resources = _copy_resources(inner, forms)
            done[key] = fresh
    return done[key]
