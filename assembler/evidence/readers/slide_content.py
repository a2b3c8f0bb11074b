"""Read the slides of a PowerPoint file (.pptx): texts, tables and pictures in reading order, and
what is hidden counted.

ECMA-376 Part 1, 19 and 21. Nothing is animated or played, macros never run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from assembler.documents.paper_blocks import (
    Block,
    Cell,
    Paragraph,
    Picture,
    Row,
    Run,
    Table,
    TextStyle,
    iterate_paragraphs,
    make_cell,
    make_paragraph,
)
from assembler.evidence.readers.inline_pictures import make_inline_picture
from assembler.evidence.readers.office_package import OfficePackage, Relation
from assembler.evidence.readers.workbook_parts import OmittedParts

MAX_SLIDES = 1_000
_MAX_DEPTH = 30  # of groups within groups
_MAX_COLUMNS = 60  # of a table on a slide
_TITLES = ("title", "ctrTitle")
_ADDRESSES = ("http:", "https:", "mailto:", "ftp:")
_BACKGROUND_WIDTH = 120  # points, of pictures that belong to the design of all slides
_EMPTY = "\u00a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """A visible slide. `number`: counts hidden slides too; `shapes`: lines, arrows and areas
    without text."""

    number: int
    blocks: tuple[Block, ...]
    shapes: int = 0

    @property
    def text(self) -> str:
        """Return all text of the slide."""
        return "\n".join(
            paragraph.text
            for paragraph in iterate_paragraphs(self.blocks)
            if paragraph.style is not TextStyle.NOTE
        )


@dataclass(slots=True)
class _SlideParts:
    """A part that is read: a slide, or its design."""

    package: OfficePackage
    relations: Mapping[str, Relation]
    omitted: OmittedParts
    pictures: dict[str, Picture | None]  # by the name of their part, of all slides
    is_design: bool = False
    titles: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    shapes: int = 0


def read_slides(package: OfficePackage) -> tuple[list[Slide], OmittedParts]:
    """Return the visible slides, and what the file has besides them."""
    main = next(
        (
            relation.target
            for relation in package.read_relations("").values()
            if relation.kind == "officeDocument"
        ),
        "ppt/presentation.xml",
    )
    relations = package.read_relations(main)
    omitted = OmittedParts()
    slides: list[Slide] = []
    pictures: dict[str, Picture | None] = {}
    entries = list(package.parse(main).iterfind("{*}sldIdLst/{*}sldId"))
    if len(entries) > MAX_SLIDES:
        raise ValueError("too many slides")
    for number, entry in enumerate(entries, 1):
        relation = _find_relation(relations, entry, "id")
        if relation is None or relation.is_external:
            raise ValueError("a slide that is not in the file")
        root = package.parse(relation.target)
        if root.get("show", "1") in ("0", "false"):
            omitted.hidden["slides"] += 1
            continue
        parts = _SlideParts(
            package=package,
            relations=package.read_relations(relation.target),
            omitted=omitted,
            pictures=pictures,
        )
        slides.append(_read_slide(parts, root, number))
    return slides, omitted


def _find_relation(relations: Mapping[str, Relation], element: Any, name: str) -> Relation | None:
    """Return the relation that an attribute of a namespace names: r:id, r:embed."""
    return next(
        (
            relations[value]
            for key, value in element.attrib.items()
            if key.endswith(f"}}{name}") and value in relations
        ),
        None,
    )


def _read_slide(parts: _SlideParts, root: Any, number: int) -> Slide:
    _count_unseen(parts)
    _read_part(parts, root)
    _read_design(parts, root)
    return Slide(number=number, blocks=(*parts.titles, *parts.blocks), shapes=parts.shapes)


def _read_design(parts: _SlideParts, root: Any) -> None:
    """Read what the layout and the master of a slide add to it: texts and pictures of the design,
    not the prompts of their placeholders."""
    relations = parts.relations
    for kind in ("slideLayout", "slideMaster"):
        if root.get("showMasterSp", "1") in ("0", "false"):
            return
        relation = next((other for other in relations.values() if other.kind == kind), None)
        if relation is None or relation.target not in parts.package.names:
            return
        root = parts.package.parse(relation.target)
        relations = parts.package.read_relations(relation.target)
        inner = _SlideParts(
            package=parts.package,
            relations=relations,
            omitted=OmittedParts(),
            pictures=parts.pictures,
            is_design=True,
        )
        _read_part(inner, root)
        parts.blocks += inner.blocks
        parts.omitted.add(inner.omitted)


def _read_part(parts: _SlideParts, root: Any) -> None:
    for background in root.iterfind("{*}cSld/{*}bg"):
        _take_pictures(parts, background)
    for tree in root.iterfind("{*}cSld/{*}spTree"):
        _walk_shapes(parts, tree, 0)


def _walk_shapes(parts: _SlideParts, tree: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError("groups within groups")
    for shape in tree:
        if not isinstance(shape.tag, str):
            continue
        name = etree.QName(shape).localname
        if name == "AlternateContent":
            choice = shape.find("{*}Choice")
            _walk_shapes(parts, choice if choice is not None else shape, depth + 1)
        elif _is_unseen(parts, shape):
            continue
        elif name == "grpSp":
            _walk_shapes(parts, shape, depth + 1)
        elif name == "sp":
            _read_shape(parts, shape)
        elif name == "pic":
            _take_pictures(parts, shape)
            kinds = ("videoFile", "audioFile", "wavAudioFile", "quickTimeFile")
            if any(shape.find(f"{{*}}nvPicPr/{{*}}nvPr/{{*}}{k}") is not None for k in kinds):
                _note_omission(parts, "recordings", "A film or sound here is not shown.")
        elif name == "graphicFrame":
            _read_frame(parts, shape)
        elif name == "cxnSp":
            parts.shapes += 1
        elif name == "contentPart":
            _note_omission(parts, "objects", "A drawing here is not shown.")


def _is_unseen(parts: _SlideParts, shape: Any) -> bool:
    """Return whether a shape is hidden, or a prompt of a design."""
    properties = shape.find("{*}nvSpPr/{*}cNvPr")
    if properties is None:
        properties = shape.find("{*}nvPicPr/{*}cNvPr")
    if properties is not None and properties.get("hidden", "0") not in ("0", "false"):
        return True
    return parts.is_design and shape.find(".//{*}nvPr/{*}ph") is not None


def _read_shape(parts: _SlideParts, shape: Any) -> None:
    placeholder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    kind = placeholder.get("type", "") if placeholder is not None else ""
    style = TextStyle.HEADING_1 if kind in _TITLES else TextStyle.TEXT
    blocks = [
        block
        for body in shape.iterfind("{*}txBody")
        for block in _read_paragraphs(parts, body, style)
    ]
    (parts.titles if kind in _TITLES else parts.blocks).extend(blocks)
    properties = shape.find("{*}spPr")
    if properties is not None:
        _take_pictures(parts, properties)
    if not blocks and placeholder is None:
        parts.shapes += 1


def _read_paragraphs(parts: _SlideParts, body: Any, style: TextStyle) -> Iterator[Paragraph]:
    for element in body.iterfind("{*}p"):
        runs = tuple(_read_runs(parts, element))
        if not any(run.text.strip() for run in runs):
            continue
        properties = element.find("{*}pPr")
        level = int(properties.get("lvl", "0")) if properties is not None else 0
        yield Paragraph(runs=runs, style=style, level=max(0, min(level, 8)))


def _read_runs(parts: _SlideParts, paragraph: Any) -> Iterator[Run]:
    for element in paragraph.iter("{*}r", "{*}fld", "{*}br"):
        if etree.QName(element).localname == "br":
            yield Run(text="\n")
            continue
        text = "".join(piece.text or "" for piece in element.iterfind("{*}t"))
        look = element.find("{*}rPr")
        if look is None:
            yield Run(text=text)
            continue
        link = look.find("{*}hlinkClick")
        relation = _find_relation(parts.relations, link, "id") if link is not None else None
        yield Run(
            text=_add_address(text, relation),
            bold=look.get("b", "0") not in ("0", "false"),
            italic=look.get("i", "0") not in ("0", "false"),
            underlined=look.get("u", "none") != "none",
            struck=look.get("strike", "noStrike") != "noStrike",
        )


def _add_address(text: str, relation: Relation | None) -> str:
    if relation is None or not relation.is_external:
        return text
    address = relation.target
    if not address.lower().startswith(_ADDRESSES):
        return text
    return text if address.removeprefix("mailto:").rstrip("/") in text else f"{text} <{address}>"


def _read_frame(parts: _SlideParts, frame: Any) -> None:
    """Read a table, the texts of a diagram, or the picture of an embedded object; count charts."""
    data = frame.find("{*}graphic/{*}graphicData")
    if data is None:
        return
    table = data.find("{*}tbl")
    kind = data.get("uri", "").rpartition("/")[2]
    if table is not None:
        if built := _read_table(parts, table):
            parts.blocks.append(built)
    elif kind == "diagram":
        _read_diagram(parts, data)
    elif kind.startswith("chart"):
        _note_omission(parts, "charts", "A chart here is not shown.")
    elif data.find(".//{*}blip") is not None:
        _take_pictures(parts, data)
    else:
        _note_omission(parts, "objects", "An embedded object here is not shown.")


def _note_omission(parts: _SlideParts, kind: str, sentence: str) -> None:
    """Count what is not shown, and say so in its place."""
    parts.omitted.drawn[kind] += 1
    parts.blocks.append(make_paragraph(sentence, TextStyle.NOTE))


def _read_table(parts: _SlideParts, table: Any) -> Table | None:
    widths = [
        max(1.0, float(column.get("w", "1"))) for column in table.iterfind("{*}tblGrid/{*}gridCol")
    ]
    rows = []
    for element in table.iterfind("{*}tr"):
        cells: list[Cell] = []
        rest = len(widths)
        for cell in element.iterfind("{*}tc"):
            if cell.get("hMerge", "0") not in ("0", "false") or not rest:
                continue
            span = max(1, min(int(cell.get("gridSpan", "1")), rest))
            rest -= span
            blocks = [
                block
                for body in cell.iterfind("{*}txBody")
                for block in _read_paragraphs(parts, body, TextStyle.TABLE)
            ]
            cells.append(Cell(blocks=tuple(blocks), columns=span))
        cells += [make_cell(_EMPTY) for _ in range(rest)]
        rows.append(Row(cells=tuple(cells)))
    if not widths or not rows or len(widths) > _MAX_COLUMNS:
        return None
    return Table(widths=tuple(widths), rows=tuple(rows))


def _read_diagram(parts: _SlideParts, data: Any) -> None:
    for element in data.iterfind("{*}relIds"):
        relation = _find_relation(parts.relations, element, "dm")
        if relation is None or relation.target not in parts.package.names:
            continue
        root = parts.package.parse(relation.target)
        for body in root.iterfind("{*}ptLst/{*}pt/{*}t"):
            parts.blocks += _read_paragraphs(parts, body, TextStyle.LIST)


def _take_pictures(parts: _SlideParts, place: Any) -> None:
    for blip in place.iter("{*}blip"):
        relation = _find_relation(parts.relations, blip, "embed")
        name = relation.target if relation and not relation.is_external else ""
        if name not in parts.pictures:
            is_there = name in parts.package.names
            data = parts.package.read(name) if is_there else b""
            parts.pictures[name] = make_inline_picture(data, 0, "")
        picture = parts.pictures[name]
        if picture is None:
            _note_omission(parts, "pictures", "A picture here is not shown.")
        elif parts.is_design:
            width = min(picture.width, _BACKGROUND_WIDTH)
            parts.blocks.append(replace(picture, width=width))
        else:
            parts.blocks.append(picture)


def _count_unseen(parts: _SlideParts) -> None:
    """Count comments and speaker notes of a slide."""
    for relation in parts.relations.values():
        if relation.target not in parts.package.names:
            continue
        if relation.kind == "comments":
            root = parts.package.parse(relation.target)
            parts.omitted.comments += sum(1 for _ in root.iter("{*}cm"))
        elif relation.kind == "notesSlide" and _has_notes(parts.package.parse(relation.target)):
            parts.omitted.hidden["speaker notes"] += 1


def _has_notes(root: Any) -> bool:
    """Return whether the page of notes has any text besides its number, date and header."""
    for shape in root.iter("{*}sp"):
        placeholder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
        kind = placeholder.get("type", "body") if placeholder is not None else "body"
        text = "".join(piece.text or "" for piece in shape.iter("{*}t"))
        if kind == "body" and text.strip():
            return True
    return False
