"""Lay out a paper in Word: a template gives the page, the heading and the styles, the paper the
content."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from PIL import Image

from assembler.documents.draft_job import fill_document, save_document
from assembler.documents.paper_blocks import (
    Block,
    Cell,
    PageBreak,
    Paper,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    TextStyle,
    iterate_paragraphs,
)
from assembler.documents.picture_placeholders import make_placeholder
from assembler.documents.printable_text import is_right_to_left, name_symbols, remove_unprintable
from assembler.documents.sandbox import Sandbox
from assembler.documents.word_to_pdf import find_uncovered
from assembler.errors import TemplateBroken
from assembler.model.passages import Passage
from assembler.runtime.resources import TemplateFile

# where the content goes: the template prints it with {{ content }} in a paragraph of its own
_CONTENT = "assembler content"
# the address of the links that mark what belongs to a passage; .invalid is reserved (RFC 6761), so
# that no file leads there. The number is its place in `WrittenPaper.passages`.
PASSAGE_ADDRESS = "https://passage.invalid/"
_INDENT = 18  # points, of each level of quotes and lists
_PIXELS_PER_POINT = 96 / 72
_MOST_OF_HEIGHT = 0.85  # of the page's text area that a picture may take, so that its caption fits
_CELL_PADDING = 12  # points, left and right of a cell's content together
_ABOVE_CELL, _BELOW_CELL = 2, 1  # points, above and below a cell's content
_AFTER_TABLE = 6  # points, above the paragraph that follows a table
_TWIPS, _EMU = 20, 12_700  # of a point
_LETTER = (612 * _EMU, 792 * _EMU)  # a page whose template does not give its size
_RULE_COLOR = "999999"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPaper:
    """A paper as a Word file. `passages`: those of the paper, in order; all text of each is in
    links, see `PASSAGE_ADDRESS`. `pictures`: those for which placeholders stand in it, by their
    numbers, see `picture_placeholders`."""

    docx: bytes
    passages: tuple[Passage, ...]
    pictures: tuple[bytes, ...] = ()


def write_paper(template: TemplateFile, paper: Paper, fonts: Sequence[Path]) -> WrittenPaper:
    """Lay out a paper. Raises TemplateBroken if the template has no place for the content.

    Args:
        template: prints {{ title }}, {{ fact.label }} and {{ fact.value }} of each of `facts`, and
            {{ content }} in a paragraph of its own.
        fonts: the fonts that will draw it; a symbol that none of them has is printed by its name.
    """
    uncovered = find_uncovered(_join_texts(paper), fonts)
    facts = [
        {"label": label, "value": _prepare_text(value, uncovered)} for label, value in paper.facts
    ]
    names = {
        "title": _prepare_text(paper.title, uncovered),
        "facts": facts,
        "content": _CONTENT,
    }
    filled = fill_document(template, Sandbox({}), lambda _document: dict(names))
    document = Document(io.BytesIO(filled))
    place = _find_place(document, template.name)
    writer = _Writer(document, uncovered)
    writer.write_blocks(paper.blocks, place)
    place.getparent().remove(place)
    return WrittenPaper(
        docx=save_document(document),
        passages=tuple(writer.passages),
        pictures=writer.pictures,
    )


def _join_texts(paper: Paper) -> str:
    texts = [paper.title, *(value for _, value in paper.facts)]
    texts += [paragraph.text for paragraph in iterate_paragraphs(paper.blocks)]
    return remove_unprintable("\n".join(texts))


def _prepare_text(text: str, uncovered: Collection[str]) -> str:
    return name_symbols(remove_unprintable(text), uncovered)


def _find_place(document: Any, where: str) -> Any:
    """Return the paragraph of the body that the content replaces."""
    places = [
        paragraph._p for paragraph in document.paragraphs if paragraph.text.strip() == _CONTENT
    ]
    if len(places) != 1:
        raise TemplateBroken(
            f"it prints the content {len(places)} times",
            where=where,
            remedy="put {{ content }} into one paragraph of its own, outside tables",
        )
    return places[0]


class _Writer:
    """Writes blocks as elements of a Word document."""

    def __init__(self, document: Any, uncovered: Collection[str]) -> None:
        self.passages: list[Passage] = []
        self._is_after_table = False
        self._pictures: dict[bytes, int] = {}  # with their numbers
        self._target = ""  # id of the address of the current passage
        self._document, self._uncovered = document, uncovered
        self._styles = {style.name: style.style_id for style in document.styles}
        section = document.sections[-1]
        sides = (section.left_margin or 0) + (section.right_margin or 0)
        ends = (section.top_margin or 0) + (section.bottom_margin or 0)
        self._width = ((section.page_width or _LETTER[0]) - sides) / _EMU
        self._height = ((section.page_height or _LETTER[1]) - ends) / _EMU * _MOST_OF_HEIGHT

    @property
    def pictures(self) -> tuple[bytes, ...]:
        """Return the pictures of the paper, by their numbers."""
        return tuple(self._pictures)

    def write_blocks(self, blocks: Sequence[Block], place: Any) -> None:
        """Insert the blocks before an element."""
        for number, block in enumerate(blocks):
            self._is_after_table = number > 0 and isinstance(blocks[number - 1], Table)
            if isinstance(block, Table):
                place.addprevious(self._make_table(block))
                is_last = number + 1 == len(blocks)
                if is_last or isinstance(blocks[number + 1], Table):
                    # Word joins neighboring tables, and wants a paragraph after the last
                    place.addprevious(OxmlElement("w:p"))
            elif isinstance(block, PageBreak):
                place.addprevious(_make_page_break())
            elif isinstance(block, Picture):
                picture = self._make_picture(block, self._width)
                if number + 1 < len(blocks) and _is_caption(blocks[number + 1]):
                    properties = OxmlElement("w:pPr")
                    properties.append(OxmlElement("w:keepNext"))
                    picture.insert(0, properties)
                place.addprevious(picture)
            else:
                place.addprevious(self._make_paragraph(block))

    def _make_paragraph(self, block: Paragraph) -> Any:
        paragraph = OxmlElement("w:p")
        properties = OxmlElement("w:pPr")
        if style := self._styles.get(block.style.value):
            properties.append(_make_element("w:pStyle", val=style))
        if is_right_to_left(block.text):
            properties.append(OxmlElement("w:bidi"))
        if self._is_after_table:
            properties.append(_make_element("w:spacing", before=_AFTER_TABLE * _TWIPS))
            self._is_after_table = False
        if block.level:
            properties.append(_make_element("w:ind", start=block.level * _INDENT * _TWIPS))
        if len(properties):
            paragraph.append(properties)
        if block.starts is not None:
            self._start_passage(block.starts)
        # our own words belong to no passage, unless one starts with them
        is_own = block.style is TextStyle.NOTE and block.starts is None
        runs = [self._make_run(run) for run in block.runs if run.text]
        self._add_runs(paragraph, runs, is_marked=not is_own)
        return paragraph

    def _start_passage(self, passage: Passage) -> None:
        number = len(self.passages)
        self.passages.append(passage)
        # `relate_to` would search all addresses for each new one
        self._target = f"rIdPassage{number}"
        self._document.part.rels.add_relationship(
            RELATIONSHIP_TYPE.HYPERLINK,
            f"{PASSAGE_ADDRESS}{number}",
            self._target,
            is_external=True,
        )

    def _add_runs(self, paragraph: Any, runs: Sequence[Any], *, is_marked: bool = True) -> None:
        """Add runs to a paragraph; as a link, if they belong to a passage."""
        if not self._target or not runs or not is_marked:
            paragraph.extend(runs)
            return
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), self._target)
        link.extend(runs)
        paragraph.append(link)

    def _make_run(self, run: Run) -> Any:
        element = OxmlElement("w:r")
        properties = OxmlElement("w:rPr")
        for name, is_set in (("b", run.bold), ("i", run.italic), ("strike", run.struck)):
            if is_set:
                properties.append(OxmlElement(f"w:{name}"))
                if name != "strike":
                    properties.append(OxmlElement(f"w:{name}Cs"))
        # a link would be blue and underlined in LibreOffice
        properties.append(_make_element("w:color", val="auto"))
        properties.append(_make_element("w:u", val="single" if run.underlined else "none"))
        if is_right_to_left(run.text):
            properties.append(OxmlElement("w:rtl"))
        element.append(properties)
        text = _prepare_text(run.text, self._uncovered)
        for number, line in enumerate(text.split("\n")):
            if number:
                element.append(OxmlElement("w:br"))
            for place, piece in enumerate(line.split("\t")):
                if place:
                    element.append(OxmlElement("w:tab"))
                if piece:
                    written = OxmlElement("w:t")
                    written.set(qn("xml:space"), "preserve")
                    written.text = piece
                    element.append(written)
        return element

    def _make_picture(self, picture: Picture, most: float) -> Any:
        """Return a paragraph with a picture at most `most` points wide.

        Raises TemplateBroken if Word cannot hold the file.
        """
        try:
            with Image.open(io.BytesIO(picture.data), formats=("JPEG", "PNG")) as image:
                size = image.size
        except (OSError, ValueError, SyntaxError) as error:
            raise TemplateBroken("a picture cannot be put into a Word file", where="") from error
        width = min(picture.width or size[0] / _PIXELS_PER_POINT, most)
        scale = min(1.0, self._height / max(1.0, width * size[1] / size[0]))
        width = max(1.0, width * scale)
        number = self._pictures.setdefault(picture.data, len(self._pictures))
        inline = self._document.part.new_pic_inline(
            io.BytesIO(make_placeholder(number)),
            width=Pt(width),
            height=Pt(max(1.0, width * size[1] / size[0])),
        )
        inline.docPr.set("descr", _prepare_text(picture.text, self._uncovered))
        paragraph, run, drawing = (OxmlElement(f"w:{name}") for name in ("p", "r", "drawing"))
        drawing.append(inline)
        run.append(drawing)
        self._add_runs(paragraph, [run])
        return paragraph

    def _make_table(self, table: Table) -> Any:
        total = sum(table.widths)
        widths = [self._width * width / total for width in table.widths]
        element = OxmlElement("w:tbl")
        element.append(_make_table_properties(self._width))
        grid = OxmlElement("w:tblGrid")
        grid.extend(_make_element("w:gridCol", w=round(width * _TWIPS)) for width in widths)
        element.append(grid)
        for number, row in enumerate(table.rows):
            element.append(self._make_row(row, widths, is_heading=number < table.headings))
        return element

    def _make_row(self, row: Row, widths: Sequence[float], *, is_heading: bool) -> Any:
        element = OxmlElement("w:tr")
        if is_heading:
            properties = OxmlElement("w:trPr")
            properties.append(OxmlElement("w:tblHeader"))
            element.append(properties)
        target = self._target
        if is_heading:
            self._target = ""  # repeated on every page, it belongs to no passage
        elif row.starts is not None:
            self._start_passage(row.starts)
        column = 0
        for cell in row.cells:
            width = sum(widths[column : column + cell.columns])
            column += cell.columns
            element.append(self._make_cell(cell, width))
        if is_heading:
            self._target = target
        return element

    def _make_cell(self, cell: Cell, width: float) -> Any:
        element = OxmlElement("w:tc")
        properties = OxmlElement("w:tcPr")
        properties.append(_make_element("w:tcW", w=round(width * _TWIPS), type="dxa"))
        if cell.columns > 1:
            properties.append(_make_element("w:gridSpan", val=cell.columns))
        element.append(properties)
        for block in cell.blocks:
            if isinstance(block, Picture):
                element.append(self._make_picture(block, width - _CELL_PADDING))
            else:
                element.append(self._make_paragraph(block))
        if not cell.blocks or isinstance(cell.blocks[-1], Picture):
            element.append(OxmlElement("w:p"))  # a cell ends with a paragraph
        return element


def _make_element(name: str, **attributes: object) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def _is_caption(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.style is TextStyle.CAPTION


def _make_page_break() -> Any:
    paragraph, run = OxmlElement("w:p"), OxmlElement("w:r")
    run.append(_make_element("w:br", type="page"))
    paragraph.append(run)
    return paragraph


def _make_table_properties(width: float) -> Any:
    properties = OxmlElement("w:tblPr")
    properties.append(_make_element("w:tblW", w=round(width * _TWIPS), type="dxa"))
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_make_element(f"w:{side}", val="single", sz=4, space=0, color=_RULE_COLOR))
    properties.append(borders)
    properties.append(_make_element("w:tblLayout", type="fixed"))
    margins = OxmlElement("w:tblCellMar")
    for side, points in (("top", _ABOVE_CELL), ("bottom", _BELOW_CELL)):
        margins.append(_make_element(f"w:{side}", w=points * _TWIPS, type="dxa"))
    properties.append(margins)
    return properties
