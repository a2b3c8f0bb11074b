"""Read styles of a Word file: whether they hide a text, and the font they set, their own or
inherited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assembler.documents.word_to_pdf.word_text import W, parse_part

_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class Style:
    """The properties that a style itself sets; None and "" for those it does not."""

    based_on: str
    hides: bool | None
    face: str
    numbering: tuple[str, int] | None  # list and level


@lru_cache(maxsize=16)
def read_styles(part: bytes) -> Mapping[str, Style]:
    """Return the styles of a word/styles.xml by id."""
    return {
        style.get(f"{W}styleId", ""): Style(
            read_value(style.find(f"{W}basedOn")),
            read_switch(style.find(f"{W}rPr/{W}vanish")),
            read_face(style.find(f"{W}rPr")),
            read_list_place(style.find(f"{W}pPr")),
        )
        for style in parse_part(part).iter(f"{W}style")
    }


def iterate_lineage(styles: Mapping[str, Style], name: str) -> Iterator[Style]:
    """Yield a style and those it is based on, each once."""
    seen: set[str] = set()
    while name in styles and name not in seen:
        seen.add(name)
        yield styles[name]
        name = styles[name].based_on


def is_run_hidden(run: Any, styles: Mapping[str, Style]) -> bool:
    """Return whether a run is hidden text, by itself, by its style or by that of its paragraph."""
    own = read_switch(run.find(f"{W}rPr/{W}vanish"))
    if own is not None:
        return own
    return next(
        (style.hides for style in _iterate_run_styles(run, styles) if style.hides is not None),
        False,
    )


def find_run_face(run: Any, styles: Mapping[str, Style]) -> str:
    """Return the font that a run names, by itself or through its styles."""
    return read_face(run.find(f"{W}rPr")) or next(
        (style.face for style in _iterate_run_styles(run, styles) if style.face), ""
    )


def _iterate_run_styles(run: Any, styles: Mapping[str, Style]) -> Iterator[Style]:
    yield from iterate_lineage(styles, read_value(run.find(f"{W}rPr/{W}rStyle")))
    paragraph = next(run.iterancestors(f"{W}p"), None)
    if paragraph is not None:
        yield from iterate_lineage(styles, read_value(paragraph.find(f"{W}pPr/{W}pStyle")))


def read_face(properties: Any) -> str:
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    if fonts is None or fonts.get(f"{W}asciiTheme") or fonts.get(f"{W}hAnsiTheme"):
        return ""
    return fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def read_list_place(properties: Any) -> tuple[str, int] | None:
    """Return list and level that paragraph properties name; list "" if they name a level only."""
    numbering = properties.find(f"{W}numPr") if properties is not None else None
    if numbering is None:
        return None
    level = read_value(numbering.find(f"{W}ilvl")) or "0"
    return read_value(numbering.find(f"{W}numId")), int(level) if level.isdigit() else 0


def read_switch(element: Any) -> bool | None:
    """Return the value of an on-off property; None if it is absent."""
    return None if element is None else element.get(f"{W}val", "true").lower() not in _OFF


def read_value(element: Any) -> str:
    return "" if element is None else element.get(f"{W}val", "")
