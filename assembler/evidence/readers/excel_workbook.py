"""Read an Excel workbook (.xlsx, .xlsm) as it is shown: values as their formats show them, and
what is hidden told.

We read its XML ourselves: python-calamine returns values without formats, and openpyxl has no
limits for hostile files. Formulas are never calculated, macros never run. ECMA-376 Part 1, 18.
"""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from assembler.documents.paper_blocks import Picture
from assembler.evidence.readers.inline_pictures import make_inline_picture
from assembler.evidence.readers.number_formats import (
    BUILT_IN_FORMATS,
    GENERAL,
    format_text,
    format_value,
    is_hiding,
)
from assembler.evidence.readers.office_package import OfficePackage, Relation, open_package
from assembler.evidence.readers.reading import FileReading, ReadRequest
from assembler.evidence.readers.sheet_tables import (
    Sheet,
    SheetCell,
    SheetRow,
    check_row_count,
    name_column,
)
from assembler.evidence.readers.workbook_parts import (
    ListedSheet,
    OmittedParts,
    choose_sheets,
    make_workbook_reading,
)
from assembler.evidence.refusal import Refused

_DESCRIPTION = "Excel file"
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_OFF = ("0", "false")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ADDRESSES = ("http:", "https:", "mailto:", "ftp:")
_UNCALCULATED, _UNDRAWN = "[no value]", "[picture not shown]"
_MAX_COLUMN = 16_384
Span = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """What a cell's style means here."""

    code: str = GENERAL
    is_bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What all sheets of a workbook share."""

    package: OfficePackage
    strings: Sequence[str]
    styles: Sequence[_Style]
    since_1904: bool


@dataclass(slots=True)
class _SheetParts:
    """A sheet while it is read."""

    omitted: OmittedParts = field(default_factory=OmittedParts)
    rows: list[tuple[int, dict[int, SheetCell]]] = field(default_factory=list)
    last_row: int = 0
    hidden_columns: set[int] = field(default_factory=set)
    filled_hidden_columns: set[int] = field(default_factory=set)
    merged: list[Span] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # place, id of a relation
    are_rows_hidden: bool = False


def read_excel(request: ReadRequest) -> FileReading:
    """Return the visible sheets of a workbook, or those that are chosen. Raises Refused."""
    with open_package(request.data, _DESCRIPTION) as package:
        if any(name.endswith(".bin") and "/worksheets/" in name for name in package.names):
            raise Refused(
                "EVID.FORMAT",
                "the file is a binary Excel file (.xlsb)",
                "save it as .xlsx in Excel",
            )
        main = _find_main_part(package)
        book_root = package.parse(main)
        relations = package.read_relations(main)
        listed = list(_list_sheets(book_root, relations))
        book = _Book(
            package=package,
            strings=_read_strings(package, relations),
            styles=_read_styles(package, relations),
            since_1904=_is_on(book_root.find(".//{*}workbookPr"), "date1904"),
        )
        omitted = OmittedParts()
        sheets = []
        for chosen in choose_sheets(listed, request.options.sheets):
            sheet, sheet_omitted = _read_sheet(book, chosen)
            sheets.append(sheet)
            omitted.add(sheet_omitted)
            check_row_count(sum(len(other.rows) for other in sheets))
        reading = make_workbook_reading(request, listed, sheets, omitted, "Excel workbook")
        if any(name.endswith("vbaProject.bin") for name in package.names):
            reading.removed["macros of the workbook"] += 1
        return reading


def _find_main_part(package: OfficePackage) -> str:
    for relation in package.read_relations("").values():
        if relation.kind == "officeDocument":
            return relation.target
    return "xl/workbook.xml"


def _list_sheets(root: Any, relations: Mapping[str, Relation]) -> Iterator[ListedSheet]:
    for element in root.iterfind("{*}sheets/{*}sheet"):
        relation = next(
            (
                relations[value]
                for key, value in element.attrib.items()
                if key.endswith("}id") and value in relations
            ),
            None,
        )
        if relation is None or relation.is_external:
            raise ValueError("a sheet without cells")
        yield ListedSheet(
            name=_unescape(element.get("name", "")),
            part=relation.target,
            is_hidden=element.get("state", "visible") != "visible",
            is_chart=relation.kind != "worksheet",
        )


def _find_part(relations: Mapping[str, Relation], kind: str) -> str:
    return next((relation.target for relation in relations.values() if relation.kind == kind), "")


def _read_strings(package: OfficePackage, relations: Mapping[str, Relation]) -> list[str]:
    part = _find_part(relations, "sharedStrings")
    if part not in package.names:
        return []
    return [_read_rich_text(item) for item in package.parse(part).iterfind("{*}si")]


def _read_rich_text(item: Any) -> str:
    """Return the text of a string without its pronunciation."""
    pieces = [text.text or "" for text in item.iterfind("{*}t")]
    pieces += [text.text or "" for text in item.iterfind("{*}r/{*}t")]
    return _unescape("".join(pieces))


def _unescape(text: str) -> str:
    """Return a text with the characters that Excel writes as _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _read_styles(package: OfficePackage, relations: Mapping[str, Relation]) -> list[_Style]:
    part = _find_part(relations, "styles")
    if part not in package.names:
        return []
    root = package.parse(part)
    codes = dict(BUILT_IN_FORMATS)
    for element in root.iterfind("{*}numFmts/{*}numFmt"):
        codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", GENERAL)
    bold = [
        font.find("{*}b") is not None and font.find("{*}b").get("val", "1") not in _OFF
        for font in root.iterfind("{*}fonts/{*}font")
    ]
    styles = []
    for element in root.iterfind("{*}cellXfs/{*}xf"):
        font = int(element.get("fontId", "0"))
        styles.append(
            _Style(
                code=codes.get(int(element.get("numFmtId", "0")), GENERAL),
                is_bold=font < len(bold) and bold[font],
            )
        )
    return styles


def _is_on(element: Any, name: str) -> bool:
    return element is not None and element.get(name, "0") not in _OFF


# --- cells ---


def _read_sheet(book: _Book, listed: ListedSheet) -> tuple[Sheet, OmittedParts]:
    parts = _SheetParts()
    if listed.is_chart:
        parts.omitted.drawn["charts"] += 1
        notes = parts.omitted.list_notes()
        return Sheet(name=listed.name, rows=(), notes=notes), parts.omitted
    for element in _iterate_elements(book.package.read(listed.part)):
        _take_element(book, parts, element)
    relations = book.package.read_relations(listed.part)
    rows = _arrange_rows(parts, _read_links(parts, relations))
    texts, pictures = _read_drawings(book.package, relations, parts.omitted)
    parts.omitted.hidden["columns"] += len(parts.filled_hidden_columns)
    sheet = Sheet(
        name=listed.name,
        rows=rows,
        hidden_columns=frozenset(parts.hidden_columns),
        notes=parts.omitted.list_notes(),
        texts=texts,
        pictures=pictures,
    )
    return sheet, parts.omitted


def _iterate_elements(data: bytes) -> Iterator[Any]:
    """Yield rows and the other elements that matter, and forget each after its use."""
    names = ("sheetFormatPr", "col", "row", "mergeCell", "hyperlink", "control", "oleObject")
    wanted = [f"{{*}}{name}" for name in names]
    stream = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=wanted,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    for _, element in stream:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    if stream.root is not None and stream.root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a document type declaration")


def _take_element(book: _Book, parts: _SheetParts, element: Any) -> None:
    name = etree.QName(element).localname
    if name == "row":
        _take_row(book, parts, element)
    elif name == "sheetFormatPr":
        parts.are_rows_hidden = _is_on(element, "zeroHeight")
    elif name == "col":
        if _is_on(element, "hidden") or element.get("width") == "0":
            first, last = int(element.get("min", "1")), int(element.get("max", "1"))
            parts.hidden_columns.update(range(first - 1, min(last, _MAX_COLUMN)))
    elif name == "mergeCell":
        parts.merged.append(_read_span(element.get("ref", "")))
    elif name == "hyperlink":
        ids = [value for key, value in element.attrib.items() if key.endswith("}id")]
        parts.links += [(element.get("ref", ""), value) for value in ids]
    else:
        parts.omitted.drawn["objects"] += 1


def _take_row(book: _Book, parts: _SheetParts, element: Any) -> None:
    number = int(element.get("r") or parts.last_row + 1)
    is_hidden = (
        _is_on(element, "hidden") if "hidden" in element.attrib else parts.are_rows_hidden
    ) or element.get("ht") == "0"
    omitted = OmittedParts() if is_hidden else parts.omitted
    cells: dict[int, SheetCell] = {}
    column = -1
    for cell in element.iterfind("{*}c"):
        place = _PLACE.fullmatch(cell.get("r", ""))
        column = _read_column(place[1]) if place else column + 1
        style = _find_style(book, cell)
        is_unseen = column in parts.hidden_columns
        text = _show_cell(book, cell, style, OmittedParts() if is_unseen else omitted)
        if text.strip():
            cells[column] = SheetCell(text=text, is_bold=style.is_bold)
    if is_hidden:
        parts.omitted.hidden["rows"] += bool(cells)
    else:
        parts.filled_hidden_columns |= cells.keys() & parts.hidden_columns
    parts.last_row = number
    if cells and not is_hidden:
        parts.rows.append((number, cells))
        check_row_count(len(parts.rows))


def _find_style(book: _Book, cell: Any) -> _Style:
    index = int(cell.get("s") or 0)
    return book.styles[index] if 0 <= index < len(book.styles) else _Style()


def _show_cell(book: _Book, cell: Any, style: _Style, omitted: OmittedParts) -> str:
    """Return the text of a cell as it is shown."""
    kind, value = cell.get("t", "n"), cell.find("{*}v")
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return format_text(_read_rich_text(inline), style.code) if inline is not None else ""
    if kind == "e" and "vm" in cell.attrib:  # a picture in the cell, which old programs miss
        omitted.drawn["pictures"] += 1
        return _UNDRAWN
    if value is None:
        is_formula = cell.find("{*}f") is not None
        omitted.uncalculated += is_formula
        return _UNCALCULATED if is_formula else ""
    return _show_value(book, kind, value.text or "", style, omitted)


def _show_value(book: _Book, kind: str, raw: str, style: _Style, omitted: OmittedParts) -> str:
    if kind == "s":
        return format_text(book.strings[int(raw)], style.code) if raw.strip() else ""
    if kind == "b":
        return "FALSE" if raw in _OFF else "TRUE"
    if kind in ("str", "e", "d"):
        return format_text(_unescape(raw), style.code)
    is_hidden = bool(raw) and is_hiding(style.code)
    omitted.hidden["values"] += is_hidden
    if is_hidden or not raw:
        return ""
    number = float(raw)
    if not math.isfinite(number):
        raise ValueError("a cell without a number")
    return format_value(number, style.code, since_1904=book.since_1904)


def _read_column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _read_span(text: str) -> Span:
    first, _, last = text.partition(":")
    begin, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
    if begin is None or end is None:
        raise ValueError("a merged cell without a place")
    return int(begin[2]), _read_column(begin[1]), int(end[2]), _read_column(end[1])


def _read_links(parts: _SheetParts, relations: Mapping[str, Relation]) -> dict[str, str]:
    """Return the addresses on the web of cells by their places."""
    addresses = {}
    for place, key in parts.links:
        relation = relations.get(key)
        if relation and relation.is_external and relation.target.lower().startswith(_ADDRESSES):
            addresses[place.split(":")[0]] = relation.target
    return addresses


def _arrange_rows(parts: _SheetParts, links: Mapping[str, str]) -> tuple[SheetRow, ...]:
    """Return the visible rows, with merged cells and the addresses of links."""
    spans = {(first, left): right - left + 1 for first, left, _, right in parts.merged}
    covered = _CoveredCells(parts.merged)
    rows = []
    for number, cells in sorted(parts.rows, key=lambda row: row[0]):
        shown = {}
        for column, cell in cells.items():
            if column in parts.hidden_columns or covered.has(number, column):
                continue
            address = links.get(f"{name_column(column)}{number}", "")
            shown[column] = SheetCell(
                text=_add_address(cell.text, address),
                columns=spans.get((number, column), 1),
                is_bold=cell.is_bold,
            )
        if shown:
            rows.append(SheetRow(number=number, cells=shown))
    return tuple(rows)


def _add_address(text: str, address: str) -> str:
    plain = address.removeprefix("mailto:").rstrip("/")
    return f"{text} <{address}>" if address and plain not in text else text


class _CoveredCells:
    """Which cells lie under a merged cell, without counting them one by one."""

    def __init__(self, merged: Sequence[Span]) -> None:
        self._by_row: dict[int, list[Span]] = {}
        self._tall: list[Span] = []
        for span in merged:
            if span[2] - span[0] > 1_000:
                self._tall.append(span)
                continue
            for row in range(span[0], span[2] + 1):
                self._by_row.setdefault(row, []).append(span)

    def has(self, row: int, column: int) -> bool:
        spans = (*self._by_row.get(row, ()), *self._tall)
        return any(
            top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
            for top, left, bottom, right in spans
        )


# --- drawings and comments ---


def _read_drawings(
    package: OfficePackage, relations: Mapping[str, Relation], omitted: OmittedParts
) -> tuple[tuple[str, ...], tuple[Picture, ...]]:
    """Return the texts of text boxes, and the pictures; count what is not shown."""
    texts: list[str] = []
    pictures: list[Picture] = []
    for relation in relations.values():
        if relation.kind == "comments" and relation.target in package.names:
            root = package.parse(relation.target)
            omitted.comments += sum(1 for _ in root.iterfind(".//{*}comment"))
        if relation.kind == "drawing" and relation.target in package.names:
            root = package.parse(relation.target)
            texts += _read_text_boxes(root)
            omitted.drawn += _count_frames(root)
            pictures += _read_pictures(package, relation.target, root, omitted)
    return tuple(texts), tuple(pictures)


def _read_text_boxes(root: Any) -> Iterator[str]:
    for body in root.iter("{*}txBody"):
        lines = [
            "".join(text.text or "" for text in paragraph.iter("{*}t"))
            for paragraph in body.iterfind("{*}p")
        ]
        text = "\n".join(lines).strip()
        if text:
            yield text


def _count_frames(root: Any) -> Counter[str]:
    """Count charts, and other things that are drawn by a part of their own."""
    counts: Counter[str] = Counter()
    for data in root.iter("{*}graphicData"):
        kind = data.get("uri", "").rpartition("/")[2]
        counts["charts" if kind.startswith("chart") else "objects"] += 1
    return counts


def _read_pictures(
    package: OfficePackage, part: str, root: Any, omitted: OmittedParts
) -> Iterator[Picture]:
    relations = package.read_relations(part)
    for blip in root.iter("{*}blip"):
        key = next((value for name, value in blip.attrib.items() if name.endswith("}embed")), "")
        relation = relations.get(key)
        picture = None
        if relation and not relation.is_external and relation.target in package.names:
            picture = make_inline_picture(package.read(relation.target), 0, "")
        if picture is None:
            omitted.drawn["pictures"] += 1
        else:
            yield picture
