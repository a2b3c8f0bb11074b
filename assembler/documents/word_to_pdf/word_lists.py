"""Write out automatic list numbers as text: the embedded engine numbers each run of list items by
its first one's list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from assembler.documents.word_to_pdf import symbol_fonts
from assembler.documents.word_to_pdf.word_fields import make_text_element
from assembler.documents.word_to_pdf.word_styles import (
    Style,
    iterate_lineage,
    read_face,
    read_list_place,
    read_switch,
    read_value,
)
from assembler.documents.word_to_pdf.word_text import W

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_ONES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_CHICAGO = "*†‡§"


@dataclass(frozen=True, slots=True)
class Level:
    """The format of one level of a list."""

    start: int
    kind: str
    text: str
    suffix: str
    legal: bool  # all numbers decimal
    restart: bool
    style: str  # the paragraph style that is numbered by this level
    indent: Any
    look: Any  # run properties of the number


@dataclass(slots=True)
class Lists:
    """The lists of a document, counting as its paragraphs are passed in order."""

    levels: Mapping[str, Mapping[int, Level]]  # by w:numId
    # w:numId → the abstract list it counts with: lists of one abstract list share their count
    families: Mapping[str, str]
    overrides: Mapping[tuple[str, int], int]
    covered: Collection[int]  # code points that the fonts have
    # kinds of numbers that were written as ordinary ones
    unknown: set[str] = field(default_factory=set)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def label(self, number: str, level: int) -> str:
        """Return the number of the next item of a list at a level, as it is printed."""
        levels = self.levels[number]
        counts = self._counts.setdefault(self.families[number], {})
        start = self.overrides.get((number, level))
        if start is not None and (number, level) not in self._begun:
            counts[level] = start
        else:
            counts[level] = counts[level] + 1 if level in counts else levels[level].start
        self._begun.add((number, level))
        for obsolete in [
            deeper_level
            for deeper_level in counts
            if deeper_level > level and (deeper_level not in levels or levels[deeper_level].restart)
        ]:
            del counts[obsolete]
        for higher in range(level):
            counts.setdefault(higher, levels[higher].start if higher in levels else 1)
        return self._format_label(levels, level, counts)

    def _format_label(
        self, levels: Mapping[int, Level], level: int, counts: Mapping[int, int]
    ) -> str:
        look = levels[level]
        if look.kind == "bullet":
            return format_bullet(look.text, read_face(look.look), self.covered)
        text = look.text
        for position in range(level + 1):
            kind = levels[position].kind if position in levels and not look.legal else "decimal"
            if f"%{position + 1}" in text:
                shown = format_number(counts[position], kind)
                if shown is None:
                    self.unknown.add(kind)
                text = text.replace(
                    f"%{position + 1}", str(counts[position]) if shown is None else shown
                )
        return text


def read_lists(part: Any, styles: Mapping[str, Style], covered: Collection[int]) -> Lists:
    """Read a numbering part (its root element)."""
    abstract = {node.get(f"{W}abstractNumId", ""): node for node in part.iter(f"{W}abstractNum")}
    numbers = {node.get(f"{W}numId", ""): node for node in part.iter(f"{W}num")}
    levels: dict[str, dict[int, Level]] = {}
    families: dict[str, str] = {}
    overrides: dict[tuple[str, int], int] = {}
    for number, node in numbers.items():
        family = _find_family(read_value(node.find(f"{W}abstractNumId")), abstract, numbers, styles)
        if family not in abstract:
            continue
        families[number] = family
        levels[number] = {
            int(level_node.get(f"{W}ilvl", "0")): _read_level(level_node)
            for level_node in abstract[family].findall(f"{W}lvl")
        }
        for override in node.findall(f"{W}lvlOverride"):
            place = int(override.get(f"{W}ilvl", "0"))
            own, start = override.find(f"{W}lvl"), read_value(override.find(f"{W}startOverride"))
            if own is not None:
                levels[number][place] = _read_level(own)
            if start.isdigit():
                overrides[number, place] = int(start)
    return Lists(levels=levels, families=families, overrides=overrides, covered=covered)


def _find_family(
    name: str, abstract: Mapping[str, Any], numbers: Mapping[str, Any], styles: Mapping[str, Style]
) -> str:
    """Follow a list that only names a list style to the list that has the levels."""
    for _ in range(len(abstract)):
        link = read_value(abstract[name].find(f"{W}numStyleLink")) if name in abstract else ""
        style = styles.get(link)
        if style is None or style.numbering is None or style.numbering[0] not in numbers:
            break
        next_name = read_value(numbers[style.numbering[0]].find(f"{W}abstractNumId"))
        if next_name == name:
            break
        name = next_name
    return name


def _read_level(node: Any) -> Level:
    start, restart = read_value(node.find(f"{W}start")), read_value(node.find(f"{W}lvlRestart"))
    return Level(
        start=int(start) if start.isdigit() else 0,
        kind=read_value(node.find(f"{W}numFmt")) or "decimal",
        text=read_value(node.find(f"{W}lvlText")),
        suffix=read_value(node.find(f"{W}suff")) or "tab",
        legal=bool(read_switch(node.find(f"{W}isLgl"))),
        restart=restart != "0",
        style=read_value(node.find(f"{W}pStyle")),
        indent=node.find(f"{W}pPr/{W}ind"),
        look=node.find(f"{W}rPr"),
    )


def write_out_lists(root: Any, lists: Lists, styles: Mapping[str, Style]) -> bool:
    """Write the numbers of a part's list items before them; return whether there were any."""
    changed = False
    for paragraph in root.iter(f"{W}p"):
        place = find_list_place(paragraph, lists, styles)
        if place is not None:
            number, level = place
            _write_label(paragraph, lists.label(number, level), lists.levels[number][level])
            changed = True
    return changed


def find_list_place(
    paragraph: Any, lists: Lists, styles: Mapping[str, Style]
) -> tuple[str, int] | None:
    """Return list and level of a paragraph, named by itself or by its style; None if it is in no
    list."""
    own = read_list_place(paragraph.find(f"{W}pPr"))
    style_id = read_value(paragraph.find(f"{W}pPr/{W}pStyle"))
    inherited = next(
        (
            style.numbering
            for style in iterate_lineage(styles, style_id)
            if style.numbering and style.numbering[0]
        ),
        None,
    )
    if inherited is not None and inherited[0] in lists.levels:
        linked = next(
            (
                position
                for position, level in lists.levels[inherited[0]].items()
                if level.style == style_id
            ),
            inherited[1],
        )
        inherited = (inherited[0], linked)
    if own and own[0]:
        number, level = own
    elif inherited:
        number, level = inherited[0], own[1] if own else inherited[1]
    else:
        return None
    return (number, level) if number in lists.levels and level in lists.levels[number] else None


def _write_label(paragraph: Any, label: str, look: Level) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    numbering = properties.find(f"{W}numPr")
    if numbering is not None:
        properties.remove(numbering)
    no_numbering = etree.SubElement(
        etree.Element(f"{W}numPr"), f"{W}numId", {f"{W}val": "0"}
    ).getparent()
    properties.insert(1 if properties.find(f"{W}pStyle") is not None else 0, no_numbering)
    if look.indent is not None and properties.find(f"{W}ind") is None:
        properties.append(deepcopy(look.indent))
    if not label:
        return
    run = etree.Element(f"{W}r")
    if look.look is not None:
        run.append(_copy_look(look.look))
    # a blank even before a tab, so that a search finds the text as a separate word
    run.append(make_text_element(label if look.suffix == "nothing" else f"{label} "))
    if look.suffix == "tab":
        etree.SubElement(run, f"{W}tab")
    paragraph.insert(paragraph.index(properties) + 1, run)


def _copy_look(look: Any) -> Any:
    """Return the number's formatting in the text's font: a bullet is now a character of ordinary
    fonts."""
    copy = deepcopy(look)
    for fonts in copy.findall(f"{W}rFonts"):
        copy.remove(fonts)
    return copy


def format_bullet(text: str, face: str, covered: Collection[int]) -> str:
    """Return a list's bullet in characters that the fonts have; a round bullet if they have nothing
    similar."""
    signs = (
        symbol_fonts.find_sign(face, ord(c)) if symbol_fonts.is_symbol_face(face) else c
        for c in text
    )
    return "".join(
        (sign and symbol_fonts.find_likeness(sign, covered)) or "\u2022" for sign in signs
    )


def format_number(value: int, kind: str) -> str | None:
    """Format a number as lists of a kind show it; None for an unknown kind."""
    formats: Mapping[str, Callable[[int], str]] = {
        "none": lambda _: "",
        "decimal": str,
        "decimalZero": lambda number: f"{number:02d}",
        "lowerLetter": _format_letters,
        "upperLetter": lambda number: _format_letters(number).upper(),
        "lowerRoman": _format_roman,
        "upperRoman": lambda number: _format_roman(number).upper(),
        "ordinal": _format_ordinal,
        "cardinalText": _spell_number,
        "ordinalText": lambda number: _spell_number(number, ordinal=True),
        "decimalEnclosedCircle": lambda number: (
            chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)
        ),
        "chicago": lambda number: _CHICAGO[(number - 1) % 4] * ((number - 1) // 4 + 1),
    }
    return formats[kind](value) if kind in formats else None


def _format_letters(value: int) -> str:
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1) if value > 0 else ""


def _format_ordinal(value: int) -> str:
    if value % 100 in (11, 12, 13):
        return f"{value}th"
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th') }"


def _format_roman(value: int) -> str:
    pieces = []
    for worth, letters in _ROMAN:
        pieces.append(letters * (value // worth))
        value %= worth
    return "".join(pieces)


def _spell_number(value: int, *, ordinal: bool = False) -> str:
    if not 0 <= value < 100:
        return _format_ordinal(value) if ordinal else str(value)
    words = (
        [_ONES[value]]
        if value < 20
        else [_TENS[value // 10], *([_ONES[value % 10]] if value % 10 else ())]
    )
    if ordinal:
        last = words[-1]
        words[-1] = _ORDINALS.get(last, f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return "-".join(words).capitalize()


def replace_bullets(part: Any, covered: Collection[int]) -> bool:
    """Give the bullets of a numbering part characters of ordinary fonts, in place; return whether
    one changed."""
    changed = False
    for level, face in _find_bullets(part):
        text = level.find(f"{W}lvlText")
        sign = format_bullet(text.get(f"{W}val", ""), face, covered)
        look = level.find(f"{W}rPr")
        if symbol_fonts.is_symbol_face(face) and look is not None:
            text.set(f"{W}val", sign)
            for fonts in look.findall(f"{W}rFonts"):
                look.remove(fonts)
            changed = True
    return changed


def _find_bullets(part: Any) -> Iterator[tuple[Any, str]]:
    for level in part.iter(f"{W}lvl"):
        if (
            read_value(level.find(f"{W}numFmt")) == "bullet"
            and level.find(f"{W}lvlText") is not None
        ):
            yield level, read_face(level.find(f"{W}rPr"))
