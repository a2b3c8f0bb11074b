"""Propose a map for a new edition from an older edition's map, for a person to confirm.

In: the JSON of maps, a new blank. Out: the JSON of a draft that says what moved, what is new, what
was lost, and what is not sure. A draft fills nothing until it is confirmed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assembler.errors import ToolFailed
from assembler.forms.blank_identity import identify_blank
from assembler.forms.field_matching import FieldMatcher, Match, Method, Wanted
from assembler.forms.field_words import FieldWords, collect_field_words
from assembler.forms.form_maps import order_edition
from assembler.forms.form_reader import (
    FieldRow,
    RecognizedForm,
    fingerprint_fields,
    read_fields,
    read_words,
    recognize_form,
)

_SIGNATURE = re.compile(r"sign(?!ed)|(?<![a-z])sig(?![a-z])", re.IGNORECASE)
_ITEM = re.compile(r"item numbers?\s+([0-9]+\.?(?:[a-z]\.?)?)", re.IGNORECASE)
_PART = re.compile(r"part\s+([0-9]+)", re.IGNORECASE)
# of the old edition alone: a draft says nothing of when it is accepted
_OWN = (
    *("valid_from", "valid_until", "accepted_until", "notices", "confirmation", "draft"),
    *("blank_sha256", "blank_bytes", "blank_fields", "fingerprint", "confidence", "unknown"),
)
_CONTENT = ("items", "signatures", "continuation", "untouched", "note")
_HEAD = ("$schema", "form", "edition", "title", "pages", "source", "checked_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBlank:
    """What was read of the blank of a new edition."""

    recognized: RecognizedForm
    rows: tuple[FieldRow, ...]
    words: Mapping[str, FieldWords]
    sha256: str
    size: int


@dataclass(slots=True, kw_only=True)
class _Notes:
    """What a person must look at, in the order of the form."""

    moved: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)

    def add(self, label: str, match: Match) -> None:
        """Note how a field was found."""
        self.ways[match.method.value] += 1
        row = match.row
        if row is None:
            self.lost.append(f"{label} ({match.wanted.name}){match.hint}")
            return
        where = f"page {row.page}, {row.short}"
        if match.method is Method.MOVED:
            self.moved.append(f"{label}: was on page {match.wanted.page}, is on {where}")
        if match.method is Method.RENAMED:
            self.renamed.append(
                f"{label}: was {match.wanted.name}, is {row.short} (page {row.page})"
            )
        if match.doubt:
            self.unsure.append(f"{label} ({where}): {match.doubt}")


def choose_base(maps: Sequence[Mapping[str, Any]], new_pdf: Path) -> Mapping[str, Any]:
    """Return the map that a draft should start from: of the same form, the one whose fields the
    blank has most of, then the newest. Raises ToolFailed if there is none."""
    recognized = recognize_form(new_pdf)
    names = {row.short for row in read_fields(new_pdf)}
    if not names:
        raise _make_refusal(new_pdf, "it has no fields, so nothing can be filled in it")
    candidates = [raw for raw in maps if [*_list_fields(raw)]]
    if recognized.form:
        candidates = [raw for raw in candidates if raw["form"] == recognized.form]
    best = max(candidates, key=lambda raw: _rank_base(raw, names), default=None)
    if best is None or (not recognized.form and _rank_base(best, names)[0] < 0.5):
        form = f"Form {recognized.form.upper()}" if recognized.form else "this form"
        raise _make_refusal(new_pdf, f"no edition of {form} has a map to start from")
    return best


def propose_map(
    old: Mapping[str, Any], new_pdf: Path, drafted_on: date | None = None
) -> dict[str, Any]:
    """Return the JSON of a draft: the old map with each field found again in the new blank.

    Raises FormUnreadable if the blank is not a PDF, ToolFailed if its pages do not say an edition.
    """
    blank = read_new_blank(new_pdf)
    if not blank.recognized.edition:
        raise _make_refusal(new_pdf, "its pages do not say which edition it is")
    matcher = FieldMatcher(list_wanted(old), blank.rows, blank.words)
    notes = _Notes()
    items = [new for item in old["items"] if (new := _draft_item(item, matcher, notes)) is not None]
    signatures = _draft_entries(old["signatures"], ("signature", "date"), matcher, notes)
    old_blocks = old.get("continuation", {}).get("blocks", ())
    blocks = _draft_entries(old_blocks, ("page", "part", "number", "text"), matcher, notes)
    new_rows = [row for row in blank.rows if row.short not in matcher.used and _is_answer(row)]
    if _knows_all_fields(old, blank.rows):  # else some of them were only never mapped
        items += [_make_new_item(row, blank.words[row.short]) for row in new_rows if _is_plain(row)]
    notes.unsure += [
        f"{row.short} (page {row.page}): perhaps a new place to sign; nothing is written there"
        for row in new_rows
        if not _is_plain(row)
    ]
    day = (drafted_on or date.min).isoformat()
    return {
        **{key: old[key] for key in _HEAD if key in old},
        "edition": blank.recognized.edition,
        "pages": len(blank.recognized.pages),
        "checked_on": day,
        "confidence": "?",
        "blank_sha256": blank.sha256,
        "blank_bytes": blank.size,
        "blank_fields": len(blank.rows),
        "fingerprint": {"fields": len(blank.rows), "sha256": fingerprint_fields(blank.rows)},
        **{key: old[key] for key in old if key not in (*_HEAD, *_OWN, *_CONTENT)},
        "draft": _describe_draft(old, day, notes, new_rows, blank.words),
        "items": items,
        "signatures": signatures,
        **({"continuation": {**old["continuation"], "blocks": blocks}} if blocks else {}),
        "untouched": sorted(row.short for row in blank.rows if "BarCode" in row.short),
    }


def read_new_blank(new_pdf: Path) -> NewBlank:
    """Read what a draft needs of a blank. Raises FormUnreadable."""
    rows = read_fields(new_pdf)
    recognized = recognize_form(new_pdf)
    words = read_words(new_pdf)
    identity = identify_blank(new_pdf, recognized, rows)
    return NewBlank(
        recognized=recognized,
        rows=rows,
        words={row.short: collect_field_words(row, words) for row in rows},
        sha256=identity.sha256,
        size=identity.size,
    )


def list_wanted(raw: Mapping[str, Any]) -> tuple[Wanted, ...]:
    """Return every field of a map with the words that should stand beside it."""
    wanted: list[Wanted] = []
    for item in raw["items"]:
        if "field" in item:
            wanted.append(Wanted.of(item["field"], item["label"]))
        wanted += [
            Wanted.of(box, item["label"], is_box=True) for box in item.get("boxes", {}).values()
        ]
    for signature in raw["signatures"]:
        wanted += [Wanted.of(signature[key]) for key in ("signature", "date") if key in signature]
    for block in raw.get("continuation", {}).get("blocks", ()):
        wanted += [Wanted.of(block[key]) for key in ("page", "part", "number", "text")]
    return tuple(wanted)


def _draft_item(
    old: Mapping[str, Any], matcher: FieldMatcher, notes: _Notes
) -> dict[str, Any] | None:
    """Return an item with its field or boxes in the new form, or None if none is there."""
    if "field" not in old and "boxes" not in old:
        return dict(old)
    label = _name_item(old)
    new = dict(old)
    if "field" in old:
        match = matcher.find(Wanted.of(old["field"], old["label"]))
        notes.add(label, match)
        if match.row is None:
            return None
        new["field"] = shown = _draft_field(old["field"], match.row, match)
    else:
        boxes = {}
        for key, box in old["boxes"].items():
            match = matcher.find(Wanted.of(box, old["label"], is_box=True))
            notes.add(f"{label}, box {box.get('says') or key}", match)
            if match.row is not None:
                boxes[key] = _draft_field(box, match.row, match)
        if not boxes:
            return None
        new["boxes"] = boxes
        shown = next(iter(boxes.values()))
    return {**new, "page": shown["page"]}


def _draft_entries(
    old: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    matcher: FieldMatcher,
    notes: _Notes,
) -> list[dict[str, Any]]:
    """Return the signatures or blocks whose fields are in the new form."""
    drafted = (_draft_entry(entry, keys, matcher, notes) for entry in old)
    return [entry for entry in drafted if entry is not None]


def _draft_entry(
    old: Mapping[str, Any], keys: Sequence[str], matcher: FieldMatcher, notes: _Notes
) -> dict[str, Any] | None:
    """Return a signature or a block of the additional information, if its fields are there."""
    new = dict(old)
    for key in (key for key in keys if key in old):
        match = matcher.find(Wanted.of(old[key]))
        who = old.get("who", "additional information")
        notes.add(f"{_name_item({**old, 'label': f'{who}, {key}'})}", match)
        if match.row is None:
            return None
        new[key] = _draft_field(old[key], match.row, match)
    return new


def _draft_field(old: Mapping[str, Any], row: FieldRow, match: Match) -> dict[str, Any]:
    """Return a field of the new blank, with what the old map says of it."""
    kept = {key: old[key] for key in ("says",) if key in old}
    rect = [round(value) for value in row.rect]
    new = {"name": row.short, "page": row.page, "rect": rect, **kept}
    new |= {key: value for key, value in (("max", row.max), ("comb", row.comb)) if value}
    if old.get("lines", 1) > 1 or row.multiline:
        new["lines"] = _count_lines(old, row)
    if match.state:
        new["on"] = match.state
    return new


def _count_lines(old: Mapping[str, Any], row: FieldRow) -> int:
    """Return how many ruled lines a text box has, by those of the old one."""
    height = row.rect[3] - row.rect[1]
    lines = int(old.get("lines", 1))
    before = old["rect"][3] - old["rect"][1] if "rect" in old else 0
    step = before / lines if before and lines > 1 else 18.0
    return max(1, round(height / step))


def _make_new_item(row: FieldRow, words: FieldWords) -> dict[str, Any]:
    """Return a question that the old map does not know; a person answers it."""
    item, part = _ITEM.search(row.tooltip), _PART.search(row.tooltip)
    place = {
        "name": row.short,
        "page": row.page,
        "rect": [round(value) for value in row.rect],
        **({"max": row.max} if row.max else {}),
    }
    entry: dict[str, Any] = {
        "part": part[1] if part else "",
        "item": item[1] if item else "",
        "page": row.page,
        "label": f"New: {words.shown or row.short}",
    }
    if row.kind == "box":
        return {**entry, "boxes": {"yes": {**place, "on": row.states[0]}}}
    return {**entry, "field": place}


def _knows_all_fields(old: Mapping[str, Any], rows: Sequence[FieldRow]) -> bool:
    """Return whether the old map names every field its blank had."""
    count = old.get("fingerprint", {}).get("fields") or old.get("blank_fields")
    bars = max(len(old["untouched"]), sum("BarCode" in row.short for row in rows))
    return count is not None and len(list_wanted(old)) + bars >= count


def _is_answer(row: FieldRow) -> bool:
    """Return whether a field takes an answer: no button, no barcode, shown on a page."""
    return row.kind != "button" and "BarCode" not in row.short and row.page > 0


def _is_plain(row: FieldRow) -> bool:
    """Return whether a new field is one to answer, not one to sign."""
    if row.kind == "signature" or _SIGNATURE.search(row.short.rpartition(".")[2]):
        return False
    return row.kind != "box" or len(row.states) == 1


def _describe_draft(
    old: Mapping[str, Any],
    day: str,
    notes: _Notes,
    new_rows: Sequence[FieldRow],
    words: Mapping[str, FieldWords],
) -> dict[str, Any]:
    return {
        "from_edition": old["edition"],
        "drafted_on": day,
        "found": dict(sorted(notes.ways.items())),
        "unsure": notes.unsure,
        "moved": notes.moved,
        "renamed": notes.renamed,
        "lost": notes.lost,
        "new": [
            f"page {row.page}, {row.short}: {words[row.short].shown or 'no words beside it'}"
            for row in new_rows
        ],
    }


def _name_item(item: Mapping[str, Any]) -> str:
    part = f"Part {item['part']} " if item.get("part") else ""
    number = f"item {item['item']} " if item.get("item") else ""
    return f"{part}{number}{item['label']}".strip()


def _list_fields(raw: Mapping[str, Any]) -> Iterator[str]:
    for item in raw["items"]:
        if "field" in item:
            yield item["field"]["name"]
        yield from (box["name"] for box in item.get("boxes", {}).values())


def _rank_base(raw: Mapping[str, Any], names: set[str]) -> tuple[float, tuple[str, str, str]]:
    own = [name.removesuffix("[*]") for name in _list_fields(raw)]
    stems = {name.rpartition("[")[0] for name in names} | names
    share = sum(name in stems for name in own) / (len(own) or 1)
    return round(share, 2), order_edition(raw["edition"])


def _make_refusal(pdf: Path, problem: str) -> ToolFailed:
    return ToolFailed(
        problem,
        where=pdf.name,
        remedy="take the fillable blank from uscis.gov, or name a map with --from",
    )
