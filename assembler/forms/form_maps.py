"""Read form maps of `schemas/forms/`: which box of which form holds which fact of the case.

In: JSON. Out: `FormMap` values. Must not know a case or a PDF.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assembler.errors import TemplateBroken
from assembler.forms.expression import BadExpression, parse_expression
from assembler.model import Notice, read_day, read_notice
from assembler.runtime.resources import Shelf

Rect = tuple[float, float, float, float]
UNPLACED: Rect = (0.0, 0.0, 0.0, 0.0)  # of a field whose place the blank says
ANY_INDEX = "[*]"  # ends the name of a box that is found by its state
_DIGEST_LENGTH = 64  # hex digits of a whole sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form, named without its root; `rect` in points from the lower left corner."""

    name: str
    page: int  # from 1
    rect: Rect = UNPLACED
    max: int | None = None  # characters
    comb: bool = False
    lines: int = 1  # ruled lines of a text box
    on: str = ""  # for boxes: the state that ticks it, without the slash
    says: str = ""  # for boxes: what is printed beside it

    @property
    def is_placed(self) -> bool:
        """Return whether the map says where the field is."""
        return self.rect != UNPLACED and not self.name.endswith(ANY_INDEX)


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
    when: str = ""  # expression; "" = always


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
class Validity:
    """When an edition is accepted, and what was announced about it."""

    first_day: date | None = None
    last_day: date | None = None
    is_accepted_beside_newer: bool = False
    accepted_until: date | None = None  # beside a newer one; None: no end is announced
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBlank:
    """The one file that a map fills."""

    sha256: str  # or its first 8 digits; then the other numbers must agree, too
    size: int | None = None  # bytes
    fields: int | None = None


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
    unknown: tuple[str, ...] = ()  # what is not known of this edition
    confidence: str = "A"
    blank: KnownBlank | None = None  # None: any file whose fields are where the map has them
    validity: Validity = Validity()
    is_draft: bool = False  # proposed by the program
    is_confirmed: bool = True  # False for a draft that nobody confirmed, or that was changed since

    @property
    def fillable(self) -> bool:
        return bool(self.fingerprint or self.blank) and self.is_confirmed

    @property
    def is_placed(self) -> bool:
        """Return whether the map says where all its fields are."""
        return all(field.is_placed for field in self.fields())

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
                [-int(part) for part in order_edition(form_map.edition)],
            ),
        )
    )


def digest_map(raw: Mapping[str, Any]) -> str:
    """Return the sha256 of a map's content without its confirmation, however it is indented."""
    content = {key: value for key, value in raw.items() if key != "confirmation"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_confirmation_valid(raw: Mapping[str, Any]) -> bool:
    """Return whether a map needs no confirmation, or has one of exactly this map and one blank."""
    if "draft" not in raw and "confirmation" not in raw:
        return True
    confirmation = raw.get("confirmation", {})
    has_blank = len(raw.get("blank_sha256", "")) == _DIGEST_LENGTH
    return has_blank and confirmation.get("map_sha256") == digest_map(raw)


def parse_map(raw: Mapping[str, Any], where: str) -> FormMap:
    """Parse a map from its JSON. Raises TemplateBroken naming `where` and what is missing or
    wrong."""
    try:
        form_map = _parse_map(raw)
        tuple(map(int, order_edition(form_map.edition)))  # it must be a date
        for item in form_map.items:
            for source in filter(None, (item.value, item.when)):
                parse_expression(source)
        for source in filter(
            None, (form_map.when, *(signature.when for signature in form_map.signatures))
        ):
            parse_expression(source)
    except BadExpression as error:
        raise TemplateBroken(str(error), where=where) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TemplateBroken(
            f"an entry is missing or of the wrong type ({error})", where=where
        ) from error
    return form_map


def find_map(maps: Sequence[FormMap], form: str, edition: str = "") -> FormMap | None:
    """Return the map of a form's edition (any spelling of the date's zeros), by default its newest
    fillable edition."""
    editions = [form_map for form_map in maps if form_map.form == form]
    if edition:
        wanted = order_edition(edition)
        editions = [form_map for form_map in editions if order_edition(form_map.edition) == wanted]
    return next(
        (form_map for form_map in editions if form_map.fillable), editions[0] if editions else None
    )


def order_edition(edition: str) -> tuple[str, str, str]:
    """Return a key that orders editions by their dates: year, month, day."""
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
        unknown=tuple(raw.get("unknown", ())),
        confidence=raw.get("confidence", "A"),
        blank=_parse_blank(raw),
        validity=_parse_validity(raw),
        is_draft="draft" in raw or "confirmation" in raw,
        is_confirmed=is_confirmation_valid(raw),
    )


def _parse_blank(raw: Mapping[str, Any]) -> KnownBlank | None:
    if "blank_sha256" not in raw:
        return None
    return KnownBlank(
        sha256=raw["blank_sha256"], size=raw.get("blank_bytes"), fields=raw.get("blank_fields")
    )


def _parse_validity(raw: Mapping[str, Any]) -> Validity:
    return Validity(
        first_day=read_day(raw, "valid_from"),
        last_day=read_day(raw, "valid_until"),
        is_accepted_beside_newer="accepted_until" in raw,
        accepted_until=read_day(raw, "accepted_until"),
        notices=tuple(read_notice(notice) for notice in raw.get("notices", ())),
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
        when=raw.get("when", ""),
        signature=_parse_field(raw["signature"]),
        date=_parse_field(raw["date"]) if "date" in raw else None,
    )


def _parse_block(raw: Mapping[str, Any]) -> Block:
    return Block(
        item=raw["item"],
        **{key: _parse_field(raw[key]) for key in ("page", "part", "number", "text")},
    )


def _parse_field(raw: Mapping[str, Any]) -> Field:
    x0, y0, x1, y1 = raw.get("rect", UNPLACED)
    return Field(**{**raw, "rect": (float(x0), float(y0), float(x1), float(y1))})
