"""Government forms drawn from a list of fields: blanks of any edition, with labels beside the
fields, barcodes and footers; and the blank of a map that knows its fields by name only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from assembler.forms.form_maps import ANY_INDEX, Field, FormMap

Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class DrawnField:
    """A field to draw. `label` stands above it, right of a box; `tooltip` is in the file."""

    name: str  # without the root
    page: int
    rect: Rect
    label: str = ""
    kind: str = "text"  # "text", "box", "choice"
    state: str = ""
    tooltip: str = ""
    max: int | None = None
    multiline: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class DrawnForm:
    """A form to draw: its number, edition and fields."""

    form: str = "g-28"
    edition: str = "01/01/30"
    pages: int = 2
    fields: tuple[DrawnField, ...] = field(default=())

    def change(self, old: str, /, **values: Any) -> DrawnForm:
        """Return the form with one field changed, found by its name."""
        assert any(one.name == old for one in self.fields), old
        return replace(
            self,
            fields=tuple(replace(one, **values) if one.name == old else one for one in self.fields),
        )

    def remove(self, name: str) -> DrawnForm:
        return replace(self, fields=tuple(one for one in self.fields if one.name != name))

    def add(self, *fields: DrawnField) -> DrawnForm:
        return replace(self, fields=(*self.fields, *fields))

    def insert_page(self, before: int) -> DrawnForm:
        """Return the form with a page without fields before a page."""
        moved = tuple(replace(one, page=one.page + (one.page >= before)) for one in self.fields)
        return replace(self, pages=self.pages + 1, fields=moved)

    def shift_page(self, page: int, dy: float) -> DrawnForm:
        """Return the form with every field of a page moved up or down."""
        return replace(
            self,
            fields=tuple(
                replace(one, rect=(one.rect[0], one.rect[1] + dy, one.rect[2], one.rect[3] + dy))
                if one.page == page
                else one
                for one in self.fields
            ),
        )


def draw_form(path: Path, form: DrawnForm) -> Path:
    """Draw a form: one tree of fields, a text above or beside each, a footer on every page."""
    book = Pdf.new()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    tree: dict[str, Any] = {}
    for number in range(1, form.pages + 1):
        page = book.add_blank_page(page_size=(612, 792))
        page.Resources = Dictionary(Font=Dictionary(H=font))
        own = [one for one in form.fields if one.page == number]
        page.Contents = book.make_stream(_write_page(form, number, own))
        widgets = []
        for one in own:
            widget = book.make_indirect(_make_widget(book, one))
            widgets.append(widget)
            _hang(tree, one.name.split("."), widget)
        page.Annots = Array(widgets)
    root = book.make_indirect(Dictionary(T=String("form1[0]")))
    root.Kids = Array(_build_tree(book, tree, root))
    book.Root.AcroForm = Dictionary(Fields=Array([root]), DA=String("/Helv 0 Tf"))
    book.save(path, static_id=True)
    return path


def draw_map_blank(form: FormMap, pages: int, bars: int) -> DrawnForm:
    """Return a form with exactly the fields of a map that knows them by name only, and barcodes.

    Boxes of a shared name get their indexes in another order than the map lists them.
    """
    drawn = [*_list_named_fields(form)]
    placed: list[DrawnField] = []
    for page in sorted({one.page for one in drawn}):
        own = [one for one in drawn if one.page == page]
        for number, one in enumerate(own):
            column, line = number // 30, number % 30
            x, y = 40.0 + 190 * column, 740.0 - 22 * line
            size = (10, 10) if one.kind == "box" else (170, 14)
            placed.append(replace(one, rect=(x, y, x + size[0], y + size[1])))
    names = [f"#pageSet[0].Page1[{number}].PDF417BarCode1[0]" for number in range(bars)]
    barcodes = (
        DrawnField(name=name, page=number % pages + 1, rect=(200, 10, 400, 28))
        for number, name in enumerate(names)
    )
    return DrawnForm(form=form.form, edition=form.edition, pages=pages, fields=(*placed, *barcodes))


def _list_named_fields(form: FormMap) -> Iterator[DrawnField]:
    groups: dict[str, list[Field]] = {}
    boxes = {id(box) for item in form.items for _, box in item.boxes}
    texts = {block.text.name for block in form.blocks}
    for one in form.fields():
        if one.name.endswith(ANY_INDEX):
            groups.setdefault(one.name, []).append(one)
        elif id(one) in boxes:
            yield DrawnField(
                name=one.name, page=one.page, rect=(0, 0, 0, 0), kind="box", state=one.on or "1"
            )
        elif one.name.endswith("State[0]"):
            options = (" ", " IL", " TX")
            yield DrawnField(
                name=one.name, page=one.page, rect=(0, 0, 0, 0), kind="choice", options=options
            )
        else:
            multiline = one.name in texts
            yield DrawnField(name=one.name, page=one.page, rect=(0, 0, 0, 0), multiline=multiline)
    for name, group in groups.items():
        stem = name.removesuffix(ANY_INDEX)
        for number, one in enumerate(reversed(group)):
            yield DrawnField(
                name=f"{stem}[{number}]",
                page=one.page,
                rect=(0, 0, 0, 0),
                kind="box",
                state=f" {one.on} " if "Unit" in name else one.on,
            )


def _write_page(form: DrawnForm, number: int, fields: Sequence[DrawnField]) -> bytes:
    lines = [
        f"BT /H 9 Tf 40 30 Td (Form {form.form.upper()} Edition {form.edition}) Tj 400 0 Td "
        f"(Page {number} of {form.pages}) Tj ET"
    ]
    for one in (one for one in fields if one.label):
        x0, y0, x1, y1 = one.rect
        x, y = (x1 + 4, y0 + 2) if one.kind == "box" else (x0, y1 + 3)
        text = one.label.replace("(", "\\(").replace(")", "\\)")
        lines.append(f"BT /H 8 Tf {x} {y} Td ({text}) Tj ET")
    return "\n".join(lines).encode()


def _make_widget(book: Pdf, one: DrawnField) -> Dictionary:
    widget = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, Rect=Array(one.rect), F=4, MK=Dictionary()
    )
    if one.tooltip:
        widget.TU = String(one.tooltip)
    if one.kind == "box":
        on = Stream(
            book,
            b"q 1 1 m 9 9 l S Q",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, 10, 10]),
        )
        looks = Dictionary({f"/{one.state}": book.make_indirect(on)})
        widget.FT, widget.AS, widget.AP = Name.Btn, Name.Off, Dictionary(N=looks)
        return widget
    widget.DA = String("/Helv 10 Tf 0 g")
    if one.kind == "choice":
        widget.FT, widget.Ff = Name.Ch, 1 << 17
        widget.Opt = Array([String(option) for option in one.options])
        return widget
    widget.FT, widget.Ff = Name.Tx, (1 << 12) if one.multiline else 0
    if one.max:
        widget.MaxLen = one.max
    return widget


def _hang(tree: dict[str, Any], path: Sequence[str], widget: Any) -> None:
    head, *rest = path
    if rest:
        _hang(tree.setdefault(head, {}), rest, widget)
    else:
        tree[head] = widget


def _build_tree(book: Pdf, tree: Mapping[str, Any], parent: Any) -> list[Any]:
    kids = []
    for name, node in tree.items():
        if isinstance(node, dict):
            branch = book.make_indirect(Dictionary(T=String(name), Parent=parent))
            branch.Kids = Array(_build_tree(book, node, branch))
            kids.append(branch)
        else:
            node.T, node.Parent = String(name), parent
            kids.append(node)
    return kids
