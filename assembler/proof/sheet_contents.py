"""Read the rows of sheets, independently of the code that prints them.

Texts are compared word for word. Of a number or date, the digits that every usual way of showing
it has are compared; a number with an unusual format is not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from assembler.model import FileOptions, PassageKind
from assembler.proof.file_contents import FileContents, NumberedText, make_contents
from assembler.proof.package_xml import (
    find_attribute,
    find_main_part,
    find_relations,
    is_picture_file,
    list_named,
    name_of,
    read_xml,
)

_EPOCH = date(1899, 12, 30)
_FIRST_SAFE_DAY, _LAST_DAY = 61, 2_958_465  # programs disagree about 1900; Excel's last day
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_HIDDEN = ("collapse", "filter")
_GROUPS = frozenset(
    f"table-{part}"
    for part in ("row-group", "header-rows", "rows", "column-group", "header-columns", "columns")
)
_MOST_COLUMNS = 16_384
_MOST_ROWS = 20_000
# Excel's own formats: decimals of numbers, and those that are dates
_DECIMALS = {1: 0, 2: 2, 3: 0, 4: 2, 9: 0, 10: 2, 37: 0, 38: 0, 39: 2, 40: 2}
_PERCENTS = (9, 10)
_DATES = (14, 15, 16, 17, 22)
_PLAIN_NUMBER = re.compile(r"[#0,]*0(?:\.(0+))?")
_BESIDE_DIGITS = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.|_.|\*.|[$€£ ()\-+%;@]')


@dataclass(slots=True)
class _Row:
    sheet: str
    number: int
    words: list[str] = field(default_factory=list)


# --- Excel ---


def read_excel_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return the visible rows, text boxes and pictures of an Excel workbook."""
    rows: list[_Row] = []
    paragraphs: list[str] = []
    pictures = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        main = find_main_part(archive, "xl/workbook.xml")
        relations = find_relations(archive, main)
        strings = _read_strings(archive, relations)
        formats = _read_formats(archive, relations)
        book = read_xml(archive, main)
        from_1904 = any(
            find_attribute(e, "date1904") in ("1", "true") for e in list_named(book, "workbookPr")
        )
        names = [e for e in list_named(book, "sheet") if find_attribute(e, "id") in relations]
        for entry in names:
            name = _plain(entry.get("name", ""))
            if not _is_chosen(name, entry.get("state", "visible") != "visible", options):
                continue
            kind, part = relations[find_attribute(entry, "id")]
            paragraphs.append(name)
            if kind != "worksheet":
                continue
            sheet = read_xml(archive, part)
            rows += _read_rows(sheet, name, strings, formats, from_1904=from_1904)
            for drawing_kind, drawing in find_relations(archive, part).values():
                if drawing_kind == "drawing" and drawing in archive.namelist():
                    root = read_xml(archive, drawing)
                    paragraphs += _read_boxes(root)
                    pictures += _count_pictures(archive, drawing, root)
    return make_contents(tuple(paragraphs), _number_rows(rows), pictures=pictures)


def _plain(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def _is_chosen(name: str, is_hidden: bool, options: FileOptions) -> bool:
    if not options.sheets:
        return not is_hidden
    wanted = {" ".join(chosen.split()).casefold() for chosen in options.sheets}
    return " ".join(name.split()).casefold() in wanted


def _number_rows(rows: Sequence[_Row]) -> tuple[NumberedText, ...]:
    return tuple(
        NumberedText(
            kind=PassageKind.ROW, number=row.number, text=" ".join(row.words), within=row.sheet
        )
        for row in rows
        if any(word.strip() for word in row.words)
    )


def _read_strings(archive: zipfile.ZipFile, relations: Mapping[str, tuple[str, str]]) -> list[str]:
    part = next((target for kind, target in relations.values() if kind == "sharedStrings"), "")
    if part not in archive.namelist():
        return []
    return [_read_string(item) for item in list_named(read_xml(archive, part), "si")]


def _read_string(item: Element) -> str:
    """Return the text of a string; of its parts, those of its pronunciation are left out."""
    pieces = []
    for child in item:
        if name_of(child) == "t":
            pieces.append(child.text or "")
        elif name_of(child) == "r":
            pieces += [text.text or "" for text in list_named(child, "t")]
    return _plain("".join(pieces))


def _read_formats(
    archive: zipfile.ZipFile, relations: Mapping[str, tuple[str, str]]
) -> list[tuple[int, str]]:
    """Return the number and the code of the format of each style."""
    part = next((target for kind, target in relations.values() if kind == "styles"), "")
    if part not in archive.namelist():
        return []
    root = read_xml(archive, part)
    codes = {
        int(entry.get("numFmtId", "0")): entry.get("formatCode", "")
        for entry in list_named(root, "numFmt")
    }
    places = [entry for entry in root if name_of(entry) == "cellXfs"]
    return [
        (number := int(entry.get("numFmtId", "0")), codes.get(number, ""))
        for place in places
        for entry in place
    ]


def _read_rows(
    sheet: Element,
    name: str,
    strings: Sequence[str],
    formats: Sequence[tuple[int, str]],
    *,
    from_1904: bool,
) -> Iterator[_Row]:
    hides_rows = any(
        entry.get("zeroHeight") in ("1", "true") for entry in list_named(sheet, "sheetFormatPr")
    )
    hidden = {
        column
        for entry in list_named(sheet, "col")
        if entry.get("hidden") in ("1", "true") or entry.get("width") == "0"
        for column in range(int(entry.get("min", "1")), min(int(entry.get("max", "1")), 20_000) + 1)
    }
    covered = _list_covered(sheet)
    number = 0
    for entry in list_named(sheet, "row"):
        number = int(entry.get("r") or number + 1)
        is_hidden = entry.get("hidden", "1" if hides_rows else "0") in ("1", "true")
        if is_hidden or entry.get("ht") == "0":
            continue
        row = _Row(sheet=name, number=number)
        spans = [span for span in covered if span[0] <= number <= span[2]]
        column = 0
        for cell in entry:
            place = _CELL.fullmatch(cell.get("r", ""))
            column = _count_letters(place[1]) if place else column + 1
            if column not in hidden and not _is_covered(spans, number, column):
                row.words.append(_read_cell(cell, strings, formats, from_1904=from_1904))
        yield row


def _is_covered(spans: Sequence[tuple[int, int, int, int]], row: int, column: int) -> bool:
    return any(
        top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
        for top, left, bottom, right in spans
    )


def _list_covered(sheet: Element) -> list[tuple[int, int, int, int]]:
    spans = []
    for entry in list_named(sheet, "mergeCell"):
        ends = _CELL.findall(entry.get("ref", "").replace("$", ""))
        if len(ends) == 2:
            (left, top), (right, bottom) = ends
            spans.append((int(top), _count_letters(left), int(bottom), _count_letters(right)))
    return spans


def _count_letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    return number


def _read_cell(
    cell: Element,
    strings: Sequence[str],
    formats: Sequence[tuple[int, str]],
    *,
    from_1904: bool,
) -> str:
    kind = cell.get("t", "n")
    value = next((child.text or "" for child in cell if name_of(child) == "v"), "")
    if kind == "inlineStr":
        return " ".join(_read_string(child) for child in cell if name_of(child) == "is")
    if kind == "s":
        return strings[int(value)] if value.strip() else ""
    if kind in ("str", "d"):
        return _plain(value)
    if kind == "e":
        return "" if "vm" in cell.attrib else value
    if kind == "b":
        return "TRUE" if value in ("1", "true") else "FALSE"
    style = int(cell.get("s") or 0)
    number, code = formats[style] if style < len(formats) else (0, "")
    return _find_certain_digits(value, number, code, from_1904=from_1904) if value else ""


def _find_certain_digits(value: str, number: int, code: str, *, from_1904: bool) -> str:
    """Return the digits that a number certainly shows; "" if its format is unusual."""
    amount = _read_amount(value)
    if number in _DATES or _is_full_date(code):
        days = int(amount) + (1462 if from_1904 else 0)
        if not _FIRST_SAFE_DAY <= days <= _LAST_DAY or amount < 0:
            return ""
        day = _EPOCH + timedelta(days=days)
        return f"{day.year % 100:02d}" if number not in (16,) else str(day.day)
    if number == 0 and code in ("", "General"):
        rounded = f"{float(value):.10g}"
        return "" if "e" in rounded else rounded.lstrip("-")
    if number in _DECIMALS and not code:
        return _round(amount, _DECIMALS[number], is_percent=number in _PERCENTS)
    plain = _PLAIN_NUMBER.fullmatch(_BESIDE_DIGITS.sub("", code.partition(";")[0]))
    if plain is None or ",." in code or code.rstrip('"; ').endswith(",") or amount < 0:
        return ""
    is_percent = "%" in re.sub('"[^"]*"', "", code)
    shows_sections = ";" in code and amount == 0
    return "" if shows_sections else _round(amount, len(plain[1] or ""), is_percent=is_percent)


def _read_amount(value: str) -> Decimal:
    """Return the number of a cell. Raises ValueError if it is none."""
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("a cell without a number") from error
    if not amount.is_finite():
        raise ValueError("a cell without a number")
    return amount


def _is_full_date(code: str) -> bool:
    """Return whether a format has day, month and year."""
    bare = re.sub(r'\[[^\]]*\]|"[^"]*"|\\.', "", code.partition(";")[0]).lower()
    return all(letter in bare for letter in "ymd") and "general" not in bare


def _round(amount: Decimal, decimals: int, *, is_percent: bool) -> str:
    exact = Decimal(f"{float(amount):.15g}") * (100 if is_percent else 1)
    if abs(exact) >= Decimal(10) ** 20:
        return ""
    return f"{abs(exact).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


def _read_boxes(root: Element) -> Iterator[str]:
    """Yield the lines of text boxes."""
    for body in list_named(root, "txBody"):
        for paragraph in list_named(body, "p"):
            yield "".join(text.text or "" for text in list_named(paragraph, "t"))


def _count_pictures(archive: zipfile.ZipFile, part: str, root: Element) -> int:
    relations = find_relations(archive, part)
    targets = [
        relations.get(find_attribute(blip, "embed"), ("", ""))[1]
        for blip in list_named(root, "blip")
    ]
    return sum(is_picture_file(archive, target) for target in targets)


# --- OpenDocument ---


def read_ods_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return the visible rows, text boxes and pictures of an OpenDocument spreadsheet."""
    rows: list[_Row] = []
    paragraphs: list[str] = []
    pictures = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = read_xml(archive, "content.xml")
        hidden_styles = {
            find_attribute(style, "name")
            for style in list_named(root, "style")
            if any(find_attribute(child, "display") == "false" for child in style)
        }
        for book in list_named(root, "spreadsheet"):
            for table in (child for child in book if name_of(child) == "table"):
                name = find_attribute(table, "name")
                is_hidden = find_attribute(table, "style-name") in hidden_styles
                if not _is_chosen(name, is_hidden, options):
                    continue
                paragraphs.append(name)
                hidden = _list_hidden_columns(table)
                for row, places in _walk_rows(table, name, hidden):
                    rows.append(row)
                    for place in places:
                        paragraphs += _read_shapes(place)
                        pictures += _count_images(archive, place)
                for shapes in (child for child in table if name_of(child) == "shapes"):
                    paragraphs += _read_shapes(shapes)
                    pictures += _count_images(archive, shapes)
    return make_contents(tuple(paragraphs), _number_rows(rows), pictures=pictures)


def _list_in_groups(table: Element, name: str) -> Iterator[Element]:
    for child in table:
        if name_of(child) == name:
            yield child
        elif name_of(child) in _GROUPS:
            yield from _list_in_groups(child, name)


def _repeat(element: Element, name: str) -> int:
    return max(1, int(find_attribute(element, name) or 1))


def _list_hidden_columns(table: Element) -> set[int]:
    hidden: set[int] = set()
    column = 0
    for entry in _list_in_groups(table, "table-column"):
        count = min(_repeat(entry, "number-columns-repeated"), _MOST_COLUMNS)
        if find_attribute(entry, "visibility") in _HIDDEN:
            hidden.update(range(column, column + count))
        column += count
    return hidden


def _walk_rows(table: Element, name: str, hidden: set[int]) -> Iterator[tuple[_Row, list[Element]]]:
    """Yield each visible row with the cells that may hold drawings."""
    number = 1
    for entry in _list_in_groups(table, "table-row"):
        count = _repeat(entry, "number-rows-repeated")
        words: list[str] = []
        places: list[Element] = []
        column = 0
        for cell in entry:
            times = min(_repeat(cell, "number-columns-repeated"), _MOST_COLUMNS)
            if name_of(cell) == "table-cell" and column not in hidden:
                text = " ".join(_read_shown(p) for p in cell if name_of(p) == "p")
                words += [text] * (times if text.strip() else 0)
                places.append(cell)
            column += times
        if find_attribute(entry, "visibility") not in _HIDDEN:
            if any(word.strip() for word in words):
                for place in range(number, number + min(count, _MOST_ROWS)):
                    yield _Row(sheet=name, number=place, words=words), []
            yield _Row(sheet=name, number=number), places
        number += count


def _read_shown(element: Element) -> str:
    """Return the text of a paragraph without its comments and drawings."""
    pieces = [element.text or ""]
    for child in element:
        name = name_of(child)
        if name in ("s", "tab", "line-break"):
            pieces.append(" ")
        elif name not in ("annotation", "frame", "note", "ruby-text"):
            pieces.append(_read_shown(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _read_shapes(place: Element) -> Iterator[str]:
    for name in ("text-box", "custom-shape"):
        for box in list_named(place, name):
            yield from (_read_shown(p) for p in box if name_of(p) == "p")


def _count_images(archive: zipfile.ZipFile, place: Element) -> int:
    count = 0
    for frame in list_named(place, "frame"):
        names = {name_of(child) for child in frame}
        if "image" in names and not names & {"object", "object-ole"}:
            targets = [find_attribute(image, "href") for image in list_named(frame, "image")]
            count += any(is_picture_file(archive, target.removeprefix("./")) for target in targets)
    return count
