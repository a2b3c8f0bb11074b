"""Read an OpenDocument spreadsheet (.ods): its cells have their text as it is shown.

OpenDocument 1.3 Part 3, 9. Formulas are never calculated, macros never run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from assembler.documents.paper_blocks import Picture
from assembler.evidence.readers.inline_pictures import make_inline_picture
from assembler.evidence.readers.office_package import OfficePackage, open_package
from assembler.evidence.readers.reading import FileReading, ReadRequest
from assembler.evidence.readers.sheet_tables import (
    Sheet,
    SheetCell,
    SheetRow,
    check_row_count,
)
from assembler.evidence.readers.workbook_parts import (
    ListedSheet,
    OmittedParts,
    choose_sheets,
    make_workbook_reading,
)

_DESCRIPTION = "OpenDocument spreadsheet"
_HIDDEN = ("collapse", "filter")
_MAX_COLUMN = 16_384
_MAX_DEPTH = 50  # of text within text
_UNCALCULATED = "[no value]"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_GROUPS = frozenset(
    (
        "table-row-group",
        "table-header-rows",
        "table-rows",
        "table-column-group",
        "table-header-columns",
        "table-columns",
    )
)
_SILENT = frozenset(
    ("annotation", "annotation-end", "frame", "ruby-text", "note", "tracked-changes")
)


@dataclass(slots=True)
class _SheetParts:
    """A sheet while it is read."""

    package: OfficePackage
    omitted: OmittedParts = field(default_factory=OmittedParts)
    rows: list[SheetRow] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    filled_hidden_columns: set[int] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def read_ods(request: ReadRequest) -> FileReading:
    """Return the visible sheets of a spreadsheet, or those that are chosen. Raises Refused."""
    with open_package(request.data, _DESCRIPTION) as package:
        root = package.parse("content.xml")
        hidden_styles = _list_hidden_styles(root)
        tables = list(root.iterfind("{*}body/{*}spreadsheet/{*}table"))
        listed = [
            ListedSheet(
                name=_get(table, "name"),
                part=str(number),
                is_hidden=_get(table, "style-name") in hidden_styles,
            )
            for number, table in enumerate(tables)
        ]
        omitted = OmittedParts()
        sheets = []
        for chosen in choose_sheets(listed, request.options.sheets):
            parts = _SheetParts(package=package)
            sheets.append(_read_sheet(parts, tables[int(chosen.part)], chosen.name))
            omitted.add(parts.omitted)
            check_row_count(sum(len(sheet.rows) for sheet in sheets))
        return make_workbook_reading(request, listed, sheets, omitted, "OpenDocument spreadsheet")


def _get(element: Any, name: str, default: str = "") -> str:
    """Return an attribute, whatever its namespace."""
    return next(
        (str(value) for key, value in element.attrib.items() if etree.QName(key).localname == name),
        default,
    )


def _list_hidden_styles(root: Any) -> frozenset[str]:
    return frozenset(
        _get(style, "name")
        for style in root.iter("{*}style")
        for properties in style.iterfind("{*}table-properties")
        if _get(properties, "display") == "false"
    )


def _read_sheet(parts: _SheetParts, table: Any, name: str) -> Sheet:
    _read_columns(parts, table)
    number = 1
    for row in _iterate_within_groups(table, "table-row"):
        repeated = max(1, int(_get(row, "number-rows-repeated", "1")))
        _read_row(parts, row, number, repeated)
        number += repeated
    for shapes in table.iterfind("{*}shapes"):
        _read_drawings(parts, shapes)
    parts.omitted.hidden["columns"] += len(parts.filled_hidden_columns)
    return Sheet(
        name=name,
        rows=tuple(parts.rows),
        hidden_columns=frozenset(parts.hidden_columns),
        notes=parts.omitted.list_notes(),
        texts=tuple(parts.texts),
        pictures=tuple(parts.pictures),
    )


def _read_columns(parts: _SheetParts, table: Any) -> None:
    column = 0
    for element in _iterate_within_groups(table, "table-column"):
        repeated = max(1, int(_get(element, "number-columns-repeated", "1")))
        end = min(column + repeated, _MAX_COLUMN)
        if _get(element, "visibility") in _HIDDEN:
            parts.hidden_columns.update(range(column, end))
        column = end


def _iterate_within_groups(table: Any, name: str) -> Iterator[Any]:
    """Yield rows or columns, also those within groups; not those of tables in cells."""
    pending = [iter(table)]
    while pending:
        element = next(pending[-1], None)
        if element is None:
            pending.pop()
        elif isinstance(element.tag, str):
            local = etree.QName(element).localname
            if local == name:
                yield element
            elif local in _GROUPS:
                pending.append(iter(element))


def _read_row(parts: _SheetParts, row: Any, number: int, repeated: int) -> None:
    is_hidden = _get(row, "visibility") in _HIDDEN
    outer = parts.omitted
    if is_hidden:
        parts.omitted = OmittedParts()
    cells = _read_cells(parts, row, is_hidden=is_hidden)
    parts.omitted = outer
    if not cells:
        return
    if is_hidden:
        parts.omitted.hidden["rows"] += repeated
        return
    parts.filled_hidden_columns |= cells.keys() & parts.hidden_columns
    visible = {column: cell for column, cell in cells.items() if column not in parts.hidden_columns}
    check_row_count(len(parts.rows) + repeated)
    if visible:
        parts.rows += [
            SheetRow(number=place, cells=visible) for place in range(number, number + repeated)
        ]


def _read_cells(parts: _SheetParts, row: Any, *, is_hidden: bool) -> dict[int, SheetCell]:
    cells: dict[int, SheetCell] = {}
    column = 0
    for element in row:
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        if name not in ("table-cell", "covered-table-cell"):
            continue
        repeated = max(1, int(_get(element, "number-columns-repeated", "1")))
        end = min(column + repeated, _MAX_COLUMN)
        if name == "table-cell":
            is_seen = not is_hidden and column not in parts.hidden_columns
            text = _show_cell(parts, element, is_seen=is_seen)
            if text.strip():
                span = max(1, int(_get(element, "number-columns-spanned", "1")))
                cell = SheetCell(text=text, columns=span)
                cells.update(dict.fromkeys(range(column, end), cell))
        column = end
    return cells


def _show_cell(parts: _SheetParts, cell: Any, *, is_seen: bool) -> str:
    """Return the text of a cell; count what it has besides."""
    if is_seen:
        parts.omitted.comments += sum(1 for _ in cell.iterfind("{*}annotation"))
        _read_drawings(parts, cell)
    lines = [read_paragraph(paragraph) for paragraph in cell.iterfind("{*}p")]
    text = "\n".join(lines)
    is_formula = _get(cell, "formula") != ""
    if is_formula and not text and not _get(cell, "value-type") and is_seen:
        parts.omitted.uncalculated += 1
        return _UNCALCULATED
    return text


def read_paragraph(element: Any, depth: int = 0) -> str:
    """Return the text of an OpenDocument paragraph, with its blanks, tabs and line breaks, and the
    address of each link whose text does not say it."""
    if depth > _MAX_DEPTH:
        raise ValueError("texts within texts")
    pieces = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            name = etree.QName(child).localname
            if name == "s":
                pieces.append(" " * min(1_000, int(_get(child, "c", "1"))))
            elif name == "tab":
                pieces.append("\t")
            elif name == "line-break":
                pieces.append("\n")
            elif name not in _SILENT:
                text = read_paragraph(child, depth + 1)
                pieces.append(_add_address(text, child) if name == "a" else text)
        pieces.append(child.tail or "")
    return "".join(pieces)


def _add_address(text: str, link: Any) -> str:
    address = link.get(_XLINK, "")
    is_web = address.lower().startswith(("http:", "https:", "mailto:", "ftp:"))
    plain = address.removeprefix("mailto:").rstrip("/")
    return f"{text} <{address}>" if is_web and plain not in text else text


def _read_drawings(parts: _SheetParts, place: Any) -> None:
    """Take the pictures and text boxes of a cell or sheet, and count charts and objects."""
    for frame in place.iterfind(".//{*}frame"):
        names = {etree.QName(child).localname for child in frame if isinstance(child.tag, str)}
        if names & {"object", "object-ole"}:
            parts.omitted.drawn["charts" if _is_chart(parts.package, frame) else "objects"] += 1
        elif "image" in names:
            _take_picture(parts, frame)
        for box in frame.iterfind("{*}text-box"):
            _take_text(parts, box)
    for shape in place.iterfind(".//{*}custom-shape"):
        _take_text(parts, shape)


def _take_text(parts: _SheetParts, box: Any) -> None:
    text = "\n".join(read_paragraph(paragraph) for paragraph in box.iterfind("{*}p")).strip()
    if text:
        parts.texts.append(text)


def _take_picture(parts: _SheetParts, frame: Any) -> None:
    for image in frame.iterfind("{*}image"):
        name = image.get(_XLINK, "").removeprefix("./")
        if name not in parts.package.names:
            continue
        picture = make_inline_picture(parts.package.read(name), 0, "")
        if picture is not None:
            parts.pictures.append(picture)
            return
    parts.omitted.drawn["pictures"] += 1


def _is_chart(package: OfficePackage, frame: Any) -> bool:
    for element in frame.iterfind("{*}object"):
        name = element.get(_XLINK, "").removeprefix("./").rstrip("/")
        part = f"{name}/content.xml"
        if part in package.names and package.parse(part).find(".//{*}chart") is not None:
            return True
    return False
