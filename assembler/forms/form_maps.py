"""Read form maps of `schemas/forms/`: which box of which form holds which fact of the case.

In: JSON. Out: `FormMap` values. Must not know a case or a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assembler.errors import TemplateBroken
from assembler.forms.expression import BadExpression, parse_expression
from assembler.runtime.resources import Shelf

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form, named without its root; `rect` in points from the lower left corner."""

    name: str
    page: int  # from 1
    rect: Rect
    max: int | None = None  # characters
    comb: bool = False
    lines: int = 1  # ruled lines of a text box
    on: str = ""  # for boxes: the state that ticks it, without the slash
    says: str = ""  # for boxes: what is printed beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a form. Without a field or boxes its answer goes straight to the additional
    information."""

    part: str
    item: str
    page: int
    label: str
    value: str = ""  # expression; "" = for a person to answer
    when: str = ""  # expression; "" = always
    required: bool = False
    continues: bool = (
        True  # an answer too long for the field continues in the additional information
    )
    field: Field | None = None
    boxes: tuple[tuple[str, Field], ...] = ()

    @property
    def sensitive(self) -> bool:
        """Payment data: written to the form, never shown or reported."""
        return "/payment" in self.value

    @property
    def place(self) -> str:
        """ "Part 2 item 9", for messages."""
        words = (f"Part {self.part}" if self.part else "", f"item {self.item}" if self.item else "")
        return " ".join(filter(None, words)) or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A place a person signs by hand; never written by this program."""

    part: str
    item: str
    who: str
    signature: Field
    date: Field | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One entry of the additional information: the page, part and item it belongs to, and its
    text."""

    item: str
    page: Field
    part: Field
    number: Field
    text: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMap:
    """The map of one edition of one form."""

    form: str  # "i-131"
    edition: str  # "01/20/25"
    title: str
    pages: int
    source: str
    checked_on: str
    fingerprint: str  # sha256 of the sorted field names; "" where only an answer sheet can be made
    items: tuple[Item, ...]
    signatures: tuple[Signature, ...]
    untouched: tuple[str, ...] = ()
    continuation_part: str = ""
    blocks: tuple[Block, ...] = ()
    when: str = ""  # the form belongs to the packet only if this holds
    note: str = ""

    @property
    def fillable(self) -> bool:
        return bool(self.fingerprint)

    def fields(self) -> Iterator[Field]:
        """Return every field of the map: answers, boxes, signatures, continuation."""
        for item in self.items:
            yield from filter(None, (item.field, *(box for _, box in item.boxes)))
        for signature in self.signatures:
            yield from filter(None, (signature.signature, signature.date))
        for block in self.blocks:
            yield from (block.page, block.part, block.number, block.text)


def load_maps(shelf: Shelf) -> tuple[FormMap, ...]:
    """Load all maps of the shelf, sorted by form, newest edition first. Raises TemplateBroken
    naming the map."""
    maps = [
        parse_map(shelf.schema(name.removeprefix("schemas/")), name)
        for name in shelf.names("schemas/forms", ".json")
    ]
    return tuple(
        sorted(
            maps,
            key=lambda form_map: (
                form_map.form,
                [-int(part) for part in _split_date(form_map.edition)],
            ),
        )
    )


def parse_map(raw: Mapping[str, Any], where: str) -> FormMap:
    """Parse a map from its JSON. Raises TemplateBroken naming `where` and what is missing or
    wrong."""
    try:
        form_map = _parse_map(raw)
        for item in form_map.items:
            for source in filter(None, (item.value, item.when)):
                parse_expression(source)
    except BadExpression as error:
        raise TemplateBroken(str(error), where=where) from error
    except (KeyError, TypeError, ValueError) as error:
        raise TemplateBroken(
            f"an entry is missing or of the wrong type ({error})", where=where
        ) from error
    return form_map


def find_map(maps: Sequence[FormMap], form: str, edition: str = "") -> FormMap | None:
    """Return the map of a form's edition (any spelling of the date's zeros), by default its newest
    fillable edition."""
    editions = [form_map for form_map in maps if form_map.form == form]
    if edition:
        return next(
            (
                form_map
                for form_map in editions
                if _split_date(form_map.edition) == _split_date(edition)
            ),
            None,
        )
    return next(
        (form_map for form_map in editions if form_map.fillable), editions[0] if editions else None
    )


def _split_date(edition: str) -> tuple[str, str, str]:
    month, day, year = (part.zfill(2) for part in edition.split("/"))
    return year[-2:], month, day


def _parse_map(raw: Mapping[str, Any]) -> FormMap:
    continuation = raw.get("continuation", {"part": "", "blocks": []})
    plain = {key: raw[key] for key in ("form", "edition", "title", "pages", "source", "checked_on")}
    return FormMap(
        **plain,
        fingerprint=raw["fingerprint"]["sha256"] if "fingerprint" in raw else "",
        items=tuple(_parse_item(item) for item in raw["items"]),
        signatures=tuple(_parse_signature(signature) for signature in raw["signatures"]),
        untouched=tuple(raw.get("untouched", ())),
        continuation_part=continuation["part"],
        blocks=tuple(_parse_block(block) for block in continuation["blocks"]),
        when=raw.get("when", ""),
        note=raw.get("note", ""),
    )


def _parse_item(raw: Mapping[str, Any]) -> Item:
    known = {key: value for key, value in raw.items() if key not in ("field", "boxes")}
    field = _parse_field(raw["field"]) if "field" in raw else None
    return Item(
        **known,
        field=field,
        boxes=tuple((key, _parse_field(box)) for key, box in raw.get("boxes", {}).items()),
    )


def _parse_signature(raw: Mapping[str, Any]) -> Signature:
    known = {key: raw[key] for key in ("part", "item", "who")}
    return Signature(
        **known,
        signature=_parse_field(raw["signature"]),
        date=_parse_field(raw["date"]) if "date" in raw else None,
    )


def _parse_block(raw: Mapping[str, Any]) -> Block:
    return Block(
        item=raw["item"],
        **{key: _parse_field(raw[key]) for key in ("page", "part", "number", "text")},
    )


def _parse_field(raw: Mapping[str, Any]) -> Field:
    x0, y0, x1, y1 = raw["rect"]
    return Field(**{**raw, "rect": (float(x0), float(y0), float(x1), float(y1))})
