"""Styles of a Word file: whether they hide a text, and the font they set, their own or
inherited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assembler.documents.word_to_pdf.word_text import W, parsed

_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class Style:
    """What a style itself says; None and "" where it says nothing."""

    based_on: str
    hides: bool | None
    face: str
    numbering: tuple[str, int] | None  # list and level


@lru_cache(maxsize=16)
def read_styles(part: bytes) -> Mapping[str, Style]:
    """Return the styles of a word/styles.xml by id."""
    return {
        style.get(f"{W}styleId", ""): Style(
            value_of(style.find(f"{W}basedOn")),
            switch(style.find(f"{W}rPr/{W}vanish")),
            face_of(style.find(f"{W}rPr")),
            list_of(style.find(f"{W}pPr")),
        )
        for style in parsed(part).iter(f"{W}style")
    }


def lineage(styles: Mapping[str, Style], name: str) -> Iterator[Style]:
    """A style and those it is based on, each once."""
    passed: set[str] = set()
    while name in styles and name not in passed:
        passed.add(name)
        yield styles[name]
        name = styles[name].based_on


def is_run_hidden(run: Any, styles: Mapping[str, Style]) -> bool:
    """Whether a run is hidden text, by itself, by its style or by that of its paragraph."""
    own = switch(run.find(f"{W}rPr/{W}vanish"))
    if own is not None:
        return own
    return next(
        (style.hides for style in _styles_of(run, styles) if style.hides is not None), False
    )


def face_of_run(run: Any, styles: Mapping[str, Style]) -> str:
    """Return the font that a run names, by itself or through its styles."""
    return face_of(run.find(f"{W}rPr")) or next(
        (style.face for style in _styles_of(run, styles) if style.face), ""
    )


def _styles_of(run: Any, styles: Mapping[str, Style]) -> Iterator[Style]:
    yield from lineage(styles, value_of(run.find(f"{W}rPr/{W}rStyle")))
    paragraph = next(run.iterancestors(f"{W}p"), None)
    if paragraph is not None:
        yield from lineage(styles, value_of(paragraph.find(f"{W}pPr/{W}pStyle")))


def face_of(properties: Any) -> str:
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    if fonts is None or fonts.get(f"{W}asciiTheme") or fonts.get(f"{W}hAnsiTheme"):
        return ""
    return fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""


def list_of(properties: Any) -> tuple[str, int] | None:
    """Return list and level that paragraph properties name; list "" where they name a level
    only."""
    numbering = properties.find(f"{W}numPr") if properties is not None else None
    if numbering is None:
        return None
    level = value_of(numbering.find(f"{W}ilvl")) or "0"
    return value_of(numbering.find(f"{W}numId")), int(level) if level.isdigit() else 0


def switch(element: Any) -> bool | None:
    """Return what an on-off property says; None if it is not there."""
    return None if element is None else element.get(f"{W}val", "true").lower() not in _OFF


def value_of(element: Any) -> str:
    return "" if element is None else element.get(f"{W}val", "")
