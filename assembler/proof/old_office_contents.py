"""Read the words of old office files (.doc, .xls, .ppt), independently of LibreOffice, which prints
them.

Of a .doc the text of its pieces ([MS-DOC] 2.4), of a .ppt the texts of its slides ([MS-PPT] 2.4),
of an .xls the texts of its cells, as python-calamine reads them.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import python_calamine

from assembler.model import FileOptions, PassageKind
from assembler.proof.compound_file import read_compound_file
from assembler.proof.file_contents import (
    FileContents,
    NumberedText,
    UnknownContents,
    make_contents,
)

# --- Word ---

_FIELD_BEGIN, _FIELD_SEPARATOR, _FIELD_END = "\x13", "\x14", "\x15"
_HIDDEN_SPRMS = (0x083C, 0x0800)  # hidden text, text that a tracked change deleted
_FIB_LENGTH_PLACE = 0x4C  # ccpText, the length of the main text
_FIB_BTE_CHPX, _FIB_CLX = 0xFA, 0x01A2
_OPERAND_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)


def read_doc_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the paragraphs of the main text of a .doc file. Raises ValueError, struct.error."""
    streams = read_compound_file(data).streams
    if "WordDocument" not in streams:
        raise UnknownContents("an old office file of another type")
    try:
        text = _read_main_text(streams)
    except (struct.error, IndexError) as error:
        raise ValueError("a damaged Word file") from error
    shown = _drop_instructions(text)
    paragraphs = re.split("[\r\x07\x0b\x0c\x0e]", shown)
    kept = tuple(re.sub("[\x00-\x08\x0e-\x1f]", "", paragraph) for paragraph in paragraphs)
    return make_contents(kept)


def _read_main_text(streams: Mapping[str, bytes]) -> str:
    document = streams["WordDocument"]
    flags = struct.unpack_from("<H", document, 0x0A)[0]
    table = streams["1Table" if flags & 0x0200 else "0Table"]
    length = struct.unpack_from("<i", document, _FIB_LENGTH_PLACE)[0]
    hidden = _list_hidden_ranges(document, table)
    pieces: list[str] = []
    position = 0
    for count, offset, is_compressed in _list_pieces(document, table):
        taken = max(0, min(count, length - position))
        width = 1 if is_compressed else 2
        raw = document[offset : offset + taken * width]
        text = raw.decode("cp1252" if is_compressed else "utf-16-le", "replace")
        pieces += [
            letter
            for index, letter in enumerate(text)
            if not _is_within(offset + index * width, hidden) or letter in "\r\x07"
        ]
        position += count
    return "".join(pieces)


def _list_pieces(document: bytes, table: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield the length in letters, the place in bytes, and whether a letter is one byte."""
    place, size = struct.unpack_from("<II", document, _FIB_CLX)
    clx = table[place : place + size]
    start = 0
    while start < len(clx) and clx[start] == 1:  # formatting of pieces
        start += 3 + struct.unpack_from("<H", clx, start + 1)[0]
    plcf = clx[start + 5 : start + 5 + struct.unpack_from("<I", clx, start + 1)[0]]
    count = (len(plcf) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", plcf, 0)
    for number in range(count):
        raw = struct.unpack_from("<I", plcf, 4 * (count + 1) + 8 * number + 2)[0]
        is_compressed = bool(raw & 0x40000000)
        offset = (raw & 0x3FFFFFFF) // 2 if is_compressed else raw & 0x3FFFFFFF
        yield ends[number + 1] - ends[number], offset, is_compressed


def _list_hidden_ranges(document: bytes, table: bytes) -> list[tuple[int, int]]:
    """Return the places of text that is not shown, from the formatting of runs of letters."""
    place, size = struct.unpack_from("<II", document, _FIB_BTE_CHPX)
    count = (size - 4) // 8
    pages = struct.unpack_from(f"<{count}I", table, place + 4 * (count + 1)) if count > 0 else ()
    ranges = []
    for number in pages:
        page = document[(number & 0x3FFFFF) * 512 : (number & 0x3FFFFF) * 512 + 512]
        runs = page[511]
        bounds = struct.unpack_from(f"<{runs + 1}I", page, 0)
        for run in range(runs):
            start = page[4 * (runs + 1) + run] * 2
            if start and _is_hidden(page[start + 1 : start + 1 + page[start]]):
                ranges.append((bounds[run], bounds[run + 1]))
    return ranges


def _is_hidden(properties: bytes) -> bool:
    place = 0
    while place + 2 < len(properties):
        code = struct.unpack_from("<H", properties, place)[0]
        size = _OPERAND_SIZES[code >> 13] or properties[place + 2] + 1
        if code in _HIDDEN_SPRMS and properties[place + 2] == 1:
            return True
        place += 2 + size
    return False


def _is_within(place: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= place < last for first, last in ranges)


def _drop_instructions(text: str) -> str:
    """Return the text without the instructions of its fields, and without the results of those that
    count pages or tell the time."""
    shown: list[str] = []
    opened: list[list[str]] = []  # instruction so far, and whether the result has begun
    for letter in text:
        if letter == _FIELD_BEGIN:
            opened.append(["", ""])
        elif letter == _FIELD_SEPARATOR and opened:
            opened[-1][1] = "result"
        elif letter == _FIELD_END and opened:
            opened.pop()
        elif opened and not opened[-1][1]:
            opened[-1][0] += letter
        elif all(result and not _is_computed(instruction) for instruction, result in opened):
            shown.append(letter)
    return "".join(shown)


def _is_computed(instruction: str) -> bool:
    words = instruction.split()
    return bool(words) and words[0].upper() in ("PAGE", "NUMPAGES", "DATE", "TIME")


# --- PowerPoint ---

_SLIDE, _SLIDE_LIST, _PERSIST = 0x03EE, 0x0FF0, 0x03F3
_CHARACTERS, _BYTES, _SLIDE_SHOW = 0x0FA0, 0x0FA8, 0x03F9
_DOCUMENT, _CONTAINER = 0x03E8, 0x0F
_MOST_DEPTH = 30
_MOST_RECORDS = 1_000_000


def read_ppt_contents(data: bytes, _options: FileOptions) -> FileContents:
    """Return the texts of the visible slides of a .ppt file.

    A file that was saved in parts has slides of several times; then only the texts of its list of
    slides are known, and not which of the slides are hidden.
    """
    stream = read_compound_file(data).streams["PowerPoint Document"]
    listed = _list_outline_texts(stream)
    drawn = [content for kind, _, content in _list_records(stream) if kind == _SLIDE]
    if len(drawn) != len(listed):
        return make_contents(tuple(text for texts in listed for text in texts))
    numbered = tuple(
        NumberedText(
            kind=PassageKind.SLIDE,
            number=number,
            text=re.sub("[\r\x0b]", "\n", "\n".join((*texts, *_collect_texts(slide, 0)))),
        )
        for number, (texts, slide) in enumerate(zip(listed, drawn, strict=True), 1)
        if not _is_left_out(slide)
    )
    return make_contents((), tuple(entry for entry in numbered if entry.text.strip()))


def _list_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield kind, version and content of the records one after another."""
    place = count = 0
    while place + 8 <= len(data) and count < _MOST_RECORDS:
        version, kind, size = struct.unpack_from("<HHI", data, place)
        yield kind, version, data[place + 8 : place + 8 + size]
        place += 8 + size
        count += 1


def _list_outline_texts(stream: bytes) -> list[list[str]]:
    """Return the texts of each slide in the list of slides, in the last document of the stream."""
    slides: list[list[str]] = []
    for kind, _, document in _list_records(stream):
        if kind != _DOCUMENT:
            continue
        slides = []
        for inner_kind, version, content in _list_records(document):
            if inner_kind != _SLIDE_LIST or version >> 4:
                continue  # lists of masters and notes have a number
            for atom_kind, _, atom in _list_records(content):
                if atom_kind == _PERSIST:
                    slides.append([])
                elif slides:
                    slides[-1] += _read_atom(atom_kind, atom)
    return slides


def _read_atom(kind: int, content: bytes) -> list[str]:
    if kind == _CHARACTERS:
        return [content.decode("utf-16-le", "replace")]
    return [content.decode("latin-1")] if kind == _BYTES else []


def _collect_texts(content: bytes, depth: int) -> Iterator[str]:
    """Yield the texts of the shapes of a slide."""
    if depth > _MOST_DEPTH:
        return
    for kind, version, inner in _list_records(content):
        if version & 15 == _CONTAINER:
            yield from _collect_texts(inner, depth + 1)
        else:
            yield from _read_atom(kind, inner)


def _is_left_out(slide: bytes) -> bool:
    """Return whether a show leaves a slide out."""
    return any(
        kind == _SLIDE_SHOW and len(content) > 10 and content[10] & 4
        for kind, _, content in _list_records(slide)
    )


# --- Excel ---

_SHEET_PLACE, _ROW, _COLUMNS, _END_OF_SHEET = 0x0085, 0x0208, 0x007D, 0x000A  # records
_ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN = 0x20, 0x01


def read_xls_contents(data: bytes, options: FileOptions) -> FileContents:
    """Return the texts of the visible rows of the visible sheets, or of those chosen. Numbers are
    not compared. Raises ValueError."""
    streams = read_compound_file(data).streams
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        places = list(_list_sheet_places(streams["Workbook"]))
    except (python_calamine.CalamineError, struct.error) as error:
        raise ValueError("a damaged Excel file") from error
    wanted = {" ".join(name.split()).casefold() for name in options.sheets}
    paragraphs: list[str] = []
    numbered: list[NumberedText] = []
    for index, sheet in enumerate(book.sheets_metadata):
        is_visible = sheet.visible is python_calamine.SheetVisibleEnum.Visible
        is_chosen = " ".join(sheet.name.split()).casefold() in wanted
        if not (is_chosen if wanted else is_visible):
            continue
        paragraphs.append(sheet.name)
        if sheet.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        rows, columns = _list_hidden_cells(streams["Workbook"], places[index])
        cells = book.get_sheet_by_index(index).to_python(skip_empty_area=False)
        numbered += _list_row_texts(sheet.name, cells, rows, columns)
    return make_contents(tuple(paragraphs), tuple(numbered))


def _list_row_texts(
    name: str, cells: list[list[Any]], rows: set[int], columns: set[int]
) -> Iterator[NumberedText]:
    for number, row in enumerate(cells):
        words = [
            cell
            for column, cell in enumerate(row)
            if isinstance(cell, str) and cell.strip() and column not in columns
        ]
        if words and number not in rows:
            yield NumberedText(
                kind=PassageKind.ROW, number=number + 1, text=" ".join(words), within=name
            )


def _list_sheet_places(stream: bytes) -> Iterator[int]:
    """Yield where in the stream each sheet begins."""
    for kind, content in _list_sheet_records(stream, 0):
        if kind == _SHEET_PLACE:
            yield struct.unpack_from("<I", content, 0)[0]


def _list_hidden_cells(stream: bytes, place: int) -> tuple[set[int], set[int]]:
    """Return the rows and columns of a sheet that are hidden, from 0."""
    rows: set[int] = set()
    columns: set[int] = set()
    for kind, content in _list_sheet_records(stream, place):
        if kind == _ROW and len(content) >= 16 and content[12] & _ROW_IS_HIDDEN:
            rows.add(struct.unpack_from("<H", content, 0)[0])
        elif kind == _COLUMNS and len(content) >= 10 and content[8] & _COLUMN_IS_HIDDEN:
            first, last = struct.unpack_from("<HH", content, 0)
            columns.update(range(first, min(last, 256) + 1))
    return rows, columns


def _list_sheet_records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records up to the end of a sheet."""
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == _END_OF_SHEET:
            return
        yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size
