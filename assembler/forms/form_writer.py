"""Write forms with pypdf: values, appearances that every viewer shows, and a flattened copy.

In: a blank form and a `Fitting`. Out: two PDF files. Must not decide what is written where.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from assembler.forms.answer_fitting import PAD, FieldText
from assembler.forms.font_embedding import add_stream, embed_font
from assembler.forms.form_maps import Field
from assembler.forms.form_reader import FormUnreadable
from assembler.forms.typeface import Typeface, subset_font

_READONLY, _MULTILINE, _COMB, _RICH = 1, 1 << 12, 1 << 24, 1 << 25
_HIDDEN, _NOVIEW = 2, 32
_DEPTH = 30


class FormWriter:
    """Write one form: its pages, its fields by short name, and the one font answers are drawn
    in."""

    def __init__(self, blank: Path, typeface: Typeface, characters: str) -> None:
        # pypdf logs a padding remark for each empty encrypted string of these files, but reads them
        # correctly
        logging.getLogger("pypdf._crypt_providers").setLevel(logging.ERROR)
        logging.getLogger("pypdf.generic._base").setLevel(logging.ERROR)
        logging.getLogger("pypdf._encryption").setLevel(logging.ERROR)
        try:
            reader = PdfReader(blank)
            if reader.is_encrypted and not reader.decrypt(""):
                raise FormUnreadable(
                    "it needs a password", where=blank.name, remedy="download the form again"
                )
            self.writer = PdfWriter(clone_from=reader)
        except (PyPdfError, OSError, ValueError, KeyError) as error:
            raise FormUnreadable(
                "not a PDF form", where=blank.name, remedy="download the form again"
            ) from error
        self.face = typeface
        self.root: Any = self.writer.root_object  # Any: pypdf types no values of a dictionary
        self.form: Any = self.root.get("/AcroForm", DictionaryObject()).get_object()
        self.fields: dict[str, Any] = dict(_iterate_terminals(self.form.get("/Fields", ())))
        self.font = (
            embed_font(self.writer, typeface, subset_font(typeface, characters + " "))
            if characters
            else None
        )

    def remove_active_content(self) -> None:
        """Remove XFA, usage rights and scripts: they would show the blank form or act by
        themselves."""
        for key in ("/Perms", "/OpenAction", "/AA"):
            self.root.pop(key, None)
        for key in ("/XFA", "/SigFlags", "/NeedAppearances", "/CO"):
            self.form.pop(key, None)
        names: Any = self.root.get("/Names", DictionaryObject())
        for key in ("/JavaScript", "/EmbeddedFiles"):
            names.get_object().pop(key, None)
        for field in self.fields.values():
            for holder in (field, *_list_widgets(field)):
                holder.pop("/AA", None)
                if holder.get("/A", {}).get("/S") == "/JavaScript":
                    holder.pop("/A", None)

    def rename_roots(self, prefix: str) -> None:
        """Give the root fields a unique name, so that no two people's forms ever share one.

        A root that is itself a field is put below a new root, since maps leave out the root name.
        """
        roots, root_fields = ArrayObject(), ArrayObject()
        for reference in self.form.get("/Fields", ()):
            root = reference.get_object()
            if any("/T" in kid.get_object() for kid in root.get("/Kids", ())):
                root[NameObject("/T")] = TextStringObject(
                    f"{prefix}-{root.get('/T', 'form')}".replace(".", "-")
                )
                roots.append(reference)
            else:
                root_fields.append(reference)
        if root_fields:
            above: Any = DictionaryObject(
                {NameObject("/T"): TextStringObject(prefix), NameObject("/Kids"): root_fields}
            )
            parent = self.writer._add_object(above)
            for reference in root_fields:
                reference.get_object()[NameObject("/Parent")] = parent
            roots.append(parent)
        self.form[NameObject("/Fields")] = roots

    def write_text(self, text: FieldText) -> None:
        """Set a text or list field and draw it in every place it is shown."""
        field = self.fields[text.field.name]
        flags = int(_find_inherited(field, "/Ff", 0)) & ~_READONLY & ~_RICH
        if text.field.lines > 1:
            flags |= _MULTILINE
        field[NameObject("/Ff")] = NumberObject(flags)
        field[NameObject("/V")] = TextStringObject(text.value)
        field.pop("/RV", None)
        for widget in _list_widgets(field):
            widget[NameObject("/AP")] = DictionaryObject(
                {NameObject("/N"): self._draw_field(widget, text)}
            )

    def set_box(self, box: Field, on: bool) -> None:
        """Tick a box with its own state, or clear it."""
        field = self.fields[box.name]
        state = NameObject(f"/{box.on}") if on else NameObject("/Off")
        field[NameObject("/V")] = state
        field[NameObject("/Ff")] = NumberObject(int(_find_inherited(field, "/Ff", 0)) & ~_READONLY)
        for widget in _list_widgets(field):
            widget[NameObject("/AS")] = state
            if on:
                normal = DictionaryObject(
                    {state: self._draw_cross(widget), NameObject("/Off"): self._draw_empty(widget)}
                )
                widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): normal})

    def clear_blank_choices(self) -> None:
        """Clear lists whose value is only a space."""
        for field in self.fields.values():
            value = field.get("/V")
            if isinstance(value, str) and value and not value.strip() and field.get("/FT") == "/Ch":
                del field[NameObject("/V")]

    def flatten(self) -> None:
        """Draw the appearances of all fields onto their pages and remove the fields."""
        for page in self.writer.pages:
            kept, appearances = ArrayObject(), []
            for reference in page.get("/Annots", ()):
                annotation = reference.get_object()
                if annotation.get("/Subtype") != "/Widget":
                    kept.append(reference)
                elif not int(annotation.get("/F", 0)) & (_HIDDEN | _NOVIEW):
                    appearances += (
                        [appearance] if (appearance := _find_shown(annotation)) is not None else []
                    )
            _draw_appearances(self.writer, page, appearances)
            page[NameObject("/Annots")] = kept
        for key in ("/AcroForm", "/StructTreeRoot", "/MarkInfo"):
            self.root.pop(key, None)

    def add_form_object(self, data: bytes, width: float, height: float) -> IndirectObject:
        """Add a form XObject that can use the answer font."""
        form_object = DecodedStreamObject()
        form_object.set_data(data)
        fonts = (
            DictionaryObject({NameObject("/F"): self.font})
            if self.font is not None
            else DictionaryObject()
        )
        form_object.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(
                    FloatObject(round(value, 3)) for value in (0, 0, width, height)
                ),
                NameObject("/Resources"): DictionaryObject({NameObject("/Font"): fonts}),
            }
        )
        return self.writer._add_object(form_object)

    def append_page(self, width: float, height: float, data: bytes) -> None:
        """Append a page that shows this drawing."""
        page: Any = self.writer.add_blank_page(width=width, height=height)
        shown = DictionaryObject({NameObject("/Sheet"): self.add_form_object(data, width, height)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): shown})
        page[NameObject("/Contents")] = add_stream(self.writer, b"/Sheet Do\n")

    def draw_line(self, x: float, y: float, size: float, line: str) -> bytes:
        """Return operators that draw one line with its baseline at x, y."""
        codes = "".join(
            f"{self.face.glyphs[character]:04X}"
            for character in line
            if character in self.face.glyphs
        )
        return f"BT /F {size:g} Tf 0 g {x:.2f} {y:.2f} Td <{codes}> Tj ET\n".encode()

    def _draw_field(self, widget: Any, text: FieldText) -> IndirectObject:
        width, height = _measure_widget(widget)
        lines = (
            self._draw_comb(text, width, height)
            if text.field.comb and text.field.max
            else self._draw_lines(text, height)
        )
        clip = f"/Tx BMC q 0 0 {width:.2f} {height:.2f} re W n\n".encode()
        return self.add_form_object(clip + b"".join(lines) + b"Q EMC\n", width, height)

    def _draw_lines(self, text: FieldText, height: float) -> Iterator[bytes]:
        """Draw each line on its rule: the box's height divided by the lines it has room for."""
        step = height / text.field.lines
        rise = (step - text.size * self.face.cap / 1000) / 2
        for number, line in enumerate(text.lines):
            yield self.draw_line(PAD, height - (number + 1) * step + rise, text.size, line)

    def _draw_comb(self, text: FieldText, width: float, height: float) -> Iterator[bytes]:
        cell = width / (text.field.max or 1)
        y = (height - text.size * self.face.cap / 1000) / 2
        for number, character in enumerate(text.value):
            yield self.draw_line(
                cell * number + (cell - self.face.width(character, text.size)) / 2,
                y,
                text.size,
                character,
            )

    def _draw_cross(self, widget: Any) -> IndirectObject:
        width, height = _measure_widget(widget)
        x, y = width * 0.2, height * 0.2
        path = (
            f"{x:.2f} {y:.2f} m {width - x:.2f} {height - y:.2f} l {x:.2f} {height - y:.2f} m "
            f"{width - x:.2f} {y:.2f} l"
        )
        return self.add_form_object(f"q 0 G 1.2 w {path} S Q\n".encode(), width, height)

    def _draw_empty(self, widget: Any) -> IndirectObject:
        return self.add_form_object(b"", *_measure_widget(widget))


def save_form(writer: FormWriter, path: Path) -> None:
    """Write the file without dates or random numbers: the same answers give the same bytes."""
    writer.writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    with path.open("wb") as out:  # pypdf writes byte by byte; given a path, without a buffer
        writer.writer.write(out)


def _iterate_terminals(
    kids: Any, name: str | None = None, depth: int = 0
) -> Iterator[tuple[str, Any]]:
    """Return short name and dictionary of each terminal field; the root's own name is left out."""
    for reference in kids if depth < _DEPTH else ():
        field = reference.get_object()
        own = str(field.get("/T", ""))
        full = "" if name is None else ".".join(part for part in (name, own) if part)
        named = [kid for kid in field.get("/Kids", ()) if "/T" in kid.get_object()]
        if named:
            yield from _iterate_terminals(named, full, depth + 1)
        else:
            yield full or own, field


def _list_widgets(field: Any) -> list[Any]:
    kids = [kid.get_object() for kid in field.get("/Kids", ())]
    return kids or [field]


def _find_inherited(field: Any, key: str, default: Any) -> Any:
    at, steps = field, 0
    while at is not None and steps < _DEPTH:
        if key in at:
            return at[key]
        parent = at.get("/Parent")
        at, steps = parent.get_object() if parent is not None else None, steps + 1
    return default


def _read_rectangle(widget: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(value) for value in widget["/Rect"])
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _measure_widget(widget: Any) -> tuple[float, float]:
    x0, y0, x1, y1 = _read_rectangle(widget)
    return x1 - x0, y1 - y0


def _find_shown(annotation: Any) -> tuple[Any, Any] | None:
    """Return a widget and the appearance it shows now."""
    normal = annotation.get("/AP", {}).get("/N")
    picture = normal.get_object() if normal is not None else None
    if picture is not None and not isinstance(picture, StreamObject):
        state = picture.get(annotation.get("/AS", "/Off"))
        picture, normal = (state.get_object(), state) if state is not None else (None, None)
    return (annotation, normal) if isinstance(picture, StreamObject) else None


def _draw_appearances(writer: PdfWriter, page: Any, appearances: Sequence[tuple[Any, Any]]) -> None:
    """Draw appearances onto a page, each from its own box to its widget's rectangle.

    Source: ISO 32000-1, 12.5.5, algorithm 8.1.
    """
    if not appearances:
        return
    resources = page[NameObject("/Resources")].get_object()
    pictures = resources.get("/XObject")
    drawings = DictionaryObject(pictures.get_object() if pictures is not None else {})
    data = b"\nQ\n"
    for number, (annotation, picture) in enumerate(appearances):
        name = f"/FormField{number}"
        drawings[NameObject(name)] = picture
        data += _place_picture(annotation, picture.get_object()) + f" {name} Do Q\n".encode()
    own = DictionaryObject(resources)
    own[NameObject("/XObject")] = drawings
    page[NameObject("/Resources")] = own
    page[NameObject("/Contents")] = ArrayObject(
        [add_stream(writer, b"q\n"), *_list_contents(page), add_stream(writer, data)]
    )


def _place_picture(annotation: Any, picture: Any) -> bytes:
    x0, y0, x1, y1 = _read_rectangle(annotation)
    bx0, by0, bx1, by1 = _transform_box(picture)
    across, up = (x1 - x0) / ((bx1 - bx0) or 1), (y1 - y0) / ((by1 - by0) or 1)
    numbers = (across, 0, 0, up, x0 - bx0 * across, y0 - by0 * up)
    return ("q " + " ".join(f"{value:.4f}" for value in numbers) + " cm").encode()


def _transform_box(picture: Any) -> tuple[float, float, float, float]:
    """Return a picture's box after its own matrix."""
    bx0, by0, bx1, by1 = (float(value) for value in picture["/BBox"])
    a, b, c, d, e, f = (float(value) for value in picture.get("/Matrix", (1, 0, 0, 1, 0, 0)))
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (bx0, bx1) for y in (by0, by1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _list_contents(page: Any) -> list[Any]:
    raw = page.get("/Contents")
    if raw is None:
        return []
    contents = raw.get_object()
    return list(contents) if isinstance(contents, ArrayObject) else [page.raw_get("/Contents")]
