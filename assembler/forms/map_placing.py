"""Give the fields of a map their places from the fields of a file. Pure.

Some maps name fields only, and boxes by their state: the places are read from the blank that the
map was made for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assembler.forms.form_maps import ANY_INDEX, Block, Field, FormMap, Item, Signature
from assembler.forms.form_reader import FieldRow

_LINE = 18.0  # points between the ruled lines of these forms


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMap:
    """A map with places, and the names of fields that the file does not have."""

    form: FormMap
    missing: tuple[str, ...] = ()


def place_map(form: FormMap, rows: Sequence[FieldRow]) -> PlacedMap:
    """Return the map with the place of each field that it only names.

    Fields that the file does not have keep no place, and are listed as missing.
    """
    if form.is_placed:
        return PlacedMap(form=form)
    by_name = {row.short: row for row in rows}
    missing: list[str] = []

    def place(field: Field, is_box: bool = False) -> Field:
        placed = field if field.is_placed else _place_field(field, by_name, is_box)
        if placed is None:
            missing.append(field.name)
        return placed or field

    placed_form = replace(
        form,
        items=tuple(_place_item(item, place) for item in form.items),
        signatures=tuple(_place_signature(signature, place) for signature in form.signatures),
        blocks=tuple(_place_block(block, place) for block in form.blocks),
    )
    return PlacedMap(form=placed_form, missing=tuple(missing))


def drop_unplaced_items(form: FormMap) -> FormMap:
    """Return the map without the questions whose fields have no place."""
    return replace(
        form,
        items=tuple(
            item
            for item in form.items
            if (item.field is None or item.field.is_placed)
            and all(box.is_placed for _, box in item.boxes)
        ),
        blocks=tuple(block for block in form.blocks if block.text.is_placed),
    )


def _place_field(field: Field, by_name: Mapping[str, FieldRow], is_box: bool) -> Field | None:
    row = _find_row(field, by_name)
    if row is None or (row.kind == "box") != is_box or not row.page:
        return None
    height = row.rect[3] - row.rect[1]
    placed = replace(field, name=row.short, page=row.page, rect=row.rect)
    if is_box:
        state = next((state for state in row.states if state.strip() == field.on), None)
        if not field.on and len(row.states) == 1:
            state = row.states[0]
        return replace(placed, on=state) if state is not None else None
    is_high = row.multiline or height >= 2 * _LINE
    lines = max(1, round(height / _LINE)) if is_high else 1
    return replace(placed, max=row.max, comb=row.comb, lines=max(lines, field.lines))


def _find_row(field: Field, by_name: Mapping[str, FieldRow]) -> FieldRow | None:
    """Return the field of this name; for a name of several boxes, the one with the state."""
    if not field.name.endswith(ANY_INDEX):
        return by_name.get(field.name)
    stem = field.name.removesuffix(ANY_INDEX)
    rows = [
        row
        for name, row in by_name.items()
        if name.rpartition("[")[0] == stem
        and any(state.strip() == field.on for state in row.states)
    ]
    return rows[0] if len(rows) == 1 else None


Place = Callable[..., Field]


def _place_item(item: Item, place: Place) -> Item:
    field = place(item.field) if item.field else None
    boxes = tuple((key, place(box, is_box=True)) for key, box in item.boxes)
    shown = field or next((box for _, box in boxes), None)
    return replace(item, field=field, boxes=boxes, page=shown.page if shown else item.page)


def _place_signature(signature: Signature, place: Place) -> Signature:
    return replace(
        signature,
        signature=place(signature.signature),
        date=place(signature.date) if signature.date else None,
    )


def _place_block(block: Block, place: Place) -> Block:
    return replace(
        block,
        page=place(block.page),
        part=place(block.part),
        number=place(block.number),
        text=place(block.text),
    )
