"""Change the fields of an exhibit, confirm what was guessed, add what was proposed. Pure.

As in `exhibit_edits`, whoever corrects a field has confirmed it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assembler.desk.case_store import EditRefused
from assembler.desk.entry_options import OPTIONS, format_option, parse_option
from assembler.desk.exhibit_lists import (
    Raw,
    confirm,
    find_exhibit,
    get_exhibit,
    get_exhibits,
    get_id,
    list_ids,
    list_origins,
    list_values,
    make_exhibit_id,
    make_outdated,
    map_moves,
)
from assembler.desk.field_edits import FieldEdit, edit_fields
from assembler.desk.page_citations import follow_pages
from assembler.desk.page_refs import Counts, PageRef, read_pages
from assembler.intake.untyped_values import read_listed_paths, read_object, read_path

_PLAIN_FIELDS = (
    "title",
    "category",
    "date",
    "language",
    "person",
    "belongs_to",
    "supports",
)
_TRANSLATOR = (
    "name/given",
    "name/middle",
    "name/family",
    "language",
    "phone",
    "date",
)
FIELDS = frozenset(
    (*_PLAIN_FIELDS, "layout", *(f"translation/translator/{name}" for name in _TRANSLATOR))
)
_EXCERPT_FIELDS = ("excerpt", "title_page")
CONFIRMABLE = (*_PLAIN_FIELDS, "files", "translation")


def set_field(case: Raw, place: int, exhibit_id: str, edit: FieldEdit) -> Raw:
    """Change one field of an exhibit, which confirms it.

    Args:
        exhibit_id: the exhibit's id, by which it is found if others moved meanwhile.
        edit: `pointer` is the field within the exhibit, one of FIELDS.
    """
    if edit.pointer not in FIELDS:
        raise EditRefused("there is no such field", where="Exhibit", remedy="load the page again")
    exhibits = get_exhibits(case)
    place = find_exhibit(case, place, exhibit_id)
    pointer = f"/exhibits/{place}/{edit.pointer}"
    changed = edit_fields(case, [replace(edit, pointer=pointer)])
    exhibits = [*get_exhibits(changed)]
    exhibits[place] = confirm(get_exhibit(exhibits, place), edit.pointer.split("/")[0])
    return {**changed, "exhibits": exhibits}


def set_pages(case: Raw, place: int, index: int, pages: str, was: str, counts: Counts) -> Raw:
    """Change which pages of its file an entry of an exhibit lists.

    Args:
        index: the entry, counted through the lists of the exhibit.
        pages: as in case.json, 1-3,5; "" for all.
        was: what the person saw.
    """
    fields = _read_entry(case, place, index)
    if str(fields.get("pages", "")) != was:
        raise make_outdated()
    pages = re.sub(r"\s", "", pages).replace("–", "-")
    if pages and not re.fullmatch(r"[0-9]{1,5}(-[0-9]{0,5})?(,[0-9]{1,5}(-[0-9]{0,5})?)*", pages):
        raise EditRefused(
            "pages are numbers and ranges, joined by commas", where="Pages", remedy="write 1-3,5"
        )
    _check_reach(pages, counts.get(read_path(fields)))
    dropped = ("pages",) if pages else ("pages", *_EXCERPT_FIELDS)
    others = {key: value for key, value in fields.items() if key not in dropped}
    new = {**others, "pages": pages} if pages else others
    return _replace_entry(case, place, index, new, counts)


def mark_excerpt(case: Raw, place: int, index: int, *, is_excerpt: bool, counts: Counts) -> Raw:
    """Mark an entry of an exhibit as an excerpt of a longer document, whose title page comes first;
    or no longer.

    Args:
        index: the entry, counted through the lists of the exhibit.
    """
    fields = _read_entry(case, place, index)
    if is_excerpt and not fields.get("pages"):
        raise EditRefused(
            "an excerpt has some of the pages of its file",
            where="Excerpt",
            remedy="write first which pages it has",
        )
    others = {key: value for key, value in fields.items() if key not in _EXCERPT_FIELDS}
    new = {**others, "excerpt": True} if is_excerpt else others
    return _replace_entry(case, place, index, new, counts)


def set_option(case: Raw, place: int, index: int, edit: FieldEdit, counts: Counts) -> Raw:
    """Change an option of an entry of an exhibit, such as the messages of a chat that are printed.

    Args:
        index: the entry, counted through the lists of the exhibit.
        edit: `pointer` is the name of the option; both values are as a person types them, "" for
            none.
    """
    name = edit.pointer
    if name not in OPTIONS:
        raise EditRefused("there is no such option", where="File", remedy="load the page again")
    fields = _read_entry(case, place, index)
    if format_option(fields.get(name)) != edit.was:
        raise make_outdated()
    value = parse_option(name, str(edit.value))
    others = {key: kept for key, kept in fields.items() if key != name}
    new = {**others, name: value} if value is not None else others
    return _replace_entry(case, place, index, new, counts)


def _read_entry(case: Raw, place: int, index: int) -> dict[str, Any]:
    """Return the fields of an entry of an exhibit."""
    owner, key, at = _find_entry(get_exhibit(get_exhibits(case), place), index)
    entry = owner[key][at]
    return dict(entry) if isinstance(entry, dict) else {"path": entry}


def _replace_entry(
    case: Raw, place: int, index: int, fields: dict[str, Any], counts: Counts
) -> Raw:
    """Return the case with another entry in the files of an exhibit; citations follow its pages."""
    exhibits = [*get_exhibits(case)]
    exhibit = get_exhibit(exhibits, place)
    owner, key, at = _find_entry(exhibit, index)
    items = [*owner[key]]
    items[at] = fields["path"] if set(fields) == {"path"} else fields
    if owner is exhibit:
        changed = {**exhibit, key: items}
    else:
        changed = {**exhibit, "translation": {**owner, key: items}}
    sequences = {place: [*read_pages(exhibit, counts)]}
    exhibits[place] = confirm(changed, "files" if owner is exhibit else "translation")
    after = {place: _match_pages(sequences[place], read_pages(changed, counts))}
    moves = map_moves(after, {place: get_id(exhibit)})
    is_known = all(page.page for page in after[place])
    gone = list_origins(sequences) - list_origins(after) if is_known else set()
    return {**follow_pages(case, moves, gone=gone), "exhibits": exhibits}


def _check_reach(pages: str, count: int | None) -> None:
    for first, last in re.findall(r"([0-9]+)-([0-9]+)", pages):
        if int(last) < int(first):
            raise EditRefused(
                f"{first}-{last} runs backward",
                where="Pages",
                remedy=f"write {last}-{first}",
            )
    highest = max((int(number) for number in re.findall(r"[0-9]+", pages)), default=1)
    if re.search(r"(?:^|,)0+(?:-|,|$)", pages) or (count and highest > count):
        raise EditRefused(
            f"the file has {count} pages" if count else "pages are counted from 1",
            where="Pages",
            remedy="write numbers of pages that it has",
        )


def _match_pages(before: Sequence[PageRef], after: Sequence[PageRef]) -> list[PageRef]:
    """Return the pages after a change, each with the origin that it had before."""
    origins = {(page.path, page.page): page.origin for page in reversed(before)}
    return [replace(page, origin=origins.get((page.path, page.page), ("", 0))) for page in after]


def _find_entry(exhibit: Raw, index: int) -> tuple[Raw, str, int]:
    """Return the object, the key of the list in it, and the place in the list of an entry."""
    translation = read_object(exhibit, "translation")
    for owner, key in ((exhibit, "files"), (translation, "files"), (translation, "certificate")):
        entries = owner.get(key)
        length = len(entries) if isinstance(entries, list) else 0
        if 0 <= index < length:
            return owner, key, index
        index -= length
    raise make_outdated()


def confirm_fields(case: Raw, place: int, fields: Sequence[str] = ()) -> Raw:
    """Confirm guessed fields of an exhibit; all of them if none are named."""
    exhibits = [*get_exhibits(case)]
    exhibit = get_exhibit(exhibits, place)
    names = fields or [name for name in list_values(exhibit, "unconfirmed") if name]
    exhibits[place] = confirm(exhibit, *map(str, names))
    return {**case, "exhibits": exhibits}


def add_proposals(case: Raw, proposed: Sequence[Raw]) -> Raw:
    """Return the case with proposed exhibits added; those with a file that was put elsewhere
    meanwhile are left out, and an id that was taken meanwhile is changed."""
    listed = {path for _, path in read_listed_paths(case)}
    listed |= {read_path(entry) for entry in list_values(case, "ignored_files")}
    exhibits = [*get_exhibits(case)]
    taken = set(list_ids(case))
    for exhibit in proposed:
        if listed & {path for _, path in read_listed_paths({"exhibits": [exhibit]})}:
            continue
        name = get_id(exhibit)
        name = make_exhibit_id(name, taken) if name in taken else name
        taken.add(name)
        exhibits.append({**exhibit, "id": name})
    return {**case, "exhibits": exhibits} if exhibits else case
