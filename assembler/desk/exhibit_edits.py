"""Change the exhibits of a case: their order, pages, fields, and the files that are left out. Pure.

Each function takes the value of case.json and returns a new one, or raises EditRefused. Exhibits
are named by their place in the list, pages by their place in the exhibit: whoever calls makes sure
that the case is still the one that the person saw. Citations of a page that moves follow it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from assembler.desk.case_store import EditRefused
from assembler.desk.exhibit_lists import (
    Raw,
    confirm,
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
from assembler.desk.page_citations import follow_pages
from assembler.desk.page_refs import (
    DOCUMENT,
    ROLES,
    Counts,
    PageRef,
    arrange_pages,
    read_pages,
    turn_page,
    write_pages,
)
from assembler.intake.untyped_values import read_listed_paths, read_object, read_path

LOOSE = -1  # place of the exhibit of a page that is in none
MAX_TITLE = 200
MAX_IGNORED = 200
MAX_EXHIBITS = 2_000
MAX_REASON = 500
TURNS = (0, 90, 180, 270)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChoice:
    """A page as the person saw it: the place of its exhibit (LOOSE for none), its place in it from
    0, its file, and its page there (0 for a file whose pages are not known)."""

    exhibit: int
    index: int
    path: str
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTarget:
    """Where pages go: before page `index` of an exhibit (from 0), in a role."""

    exhibit: int
    index: int
    role: str = DOCUMENT


def move_exhibit(case: Raw, place: int, before: int, category: str = "") -> Raw:
    """Move an exhibit before another one; `before` may be the number of exhibits, for the end.

    Args:
        category: its new one; "" to leave it as it is.
    """
    exhibits = [*get_exhibits(case)]
    moved = get_exhibit(exhibits, place)
    if not 0 <= before <= len(exhibits):
        raise make_outdated()
    if category:
        moved = confirm({**moved, "category": category}, "category")
    rest = [*exhibits[:place], *exhibits[place + 1 :]]
    target = before - 1 if before > place else before
    return {**case, "exhibits": [*rest[:target], moved, *rest[target:]]}


def move_pages(case: Raw, choices: Sequence[PageChoice], target: PageTarget, counts: Counts) -> Raw:
    """Move pages of exhibits and loose pages to a place in an exhibit, in the order given."""
    if target.role not in ROLES:
        raise EditRefused("there is no such role", where="Role", remedy="choose one of the list")
    exhibits = get_exhibits(case)
    get_exhibit(exhibits, target.exhibit)
    sequences = _read_sequences(exhibits, {target.exhibit, *_places(choices)}, counts)
    pages = _pick(sequences, choices, counts)
    here = sequences[target.exhibit]
    if not 0 <= target.index <= len(here):
        raise make_outdated()
    taken = _list_taken(choices)
    index = target.index - sum(n < target.index for n in taken.get(target.exhibit, ()))
    remaining = _remove_pages(sequences, taken)
    moved = [replace(page, role=target.role) for page in pages]
    kept = remaining[target.exhibit]
    remaining[target.exhibit] = [*kept[:index], *moved, *kept[index:]]
    return _write_sequences(case, sequences, remaining, counts)


def take_pages_out(case: Raw, choices: Sequence[PageChoice], counts: Counts) -> Raw:
    """Remove pages from their exhibits; their files stay, and the pages are loose then."""
    sequences = _read_sequences(get_exhibits(case), _places(choices), counts)
    _pick(sequences, choices, counts)
    remaining = _remove_pages(sequences, _list_taken(choices))
    return _write_sequences(case, sequences, remaining, counts)


def turn_pages(case: Raw, choices: Sequence[PageChoice], degrees: int, counts: Counts) -> Raw:
    """Turn pages of exhibits clockwise; by 0 degrees to let their text decide."""
    if degrees not in TURNS:
        raise EditRefused("pages turn by quarters", where="Turn", remedy="turn left or right")
    return _change_pages(case, choices, counts, lambda page: turn_page(page, degrees))


def set_role(case: Raw, choices: Sequence[PageChoice], role: str, counts: Counts) -> Raw:
    """Make pages the document, its translation, or the translator's certificate."""
    if role not in ROLES:
        raise EditRefused("there is no such role", where="Role", remedy="choose one of the list")
    return _change_pages(case, choices, counts, lambda page: replace(page, role=role))


def make_exhibit(case: Raw, choices: Sequence[PageChoice], counts: Counts, title: str = "") -> Raw:
    """Make a new exhibit of pages, behind the exhibit of the first or at the end; what it is stays
    to be said."""
    exhibits = get_exhibits(case)
    if len(exhibits) >= MAX_EXHIBITS:
        raise EditRefused(
            f"a case has at most {MAX_EXHIBITS:,} exhibits", where="Exhibits", remedy="join some"
        )
    sequences = _read_sequences(exhibits, _places(choices), counts)
    pages = [replace(page, role=DOCUMENT) for page in _pick(sequences, choices, counts)]
    if not pages:
        raise EditRefused("no page is chosen", where="Pages", remedy="choose some")
    title = title or _make_title(pages[0].path)
    new = {
        "id": make_exhibit_id(title, list_ids(case)),
        "title": title[:MAX_TITLE],
        "category": "other",
        "files": [],
        "unconfirmed": ["title", "category"],
    }
    place = choices[0].exhibit + 1 if choices[0].exhibit != LOOSE else len(exhibits)
    remaining = _remove_pages(sequences, _list_taken(choices))
    return _insert_exhibit(_Insertion(case, place, new, pages), sequences, remaining, counts)


def split_exhibit(case: Raw, place: int, index: int, counts: Counts) -> Raw:
    """Make a new exhibit of the pages from `index` on, behind the one that they are of."""
    exhibits = get_exhibits(case)
    exhibit = get_exhibit(exhibits, place)
    sequences = _read_sequences(exhibits, {place}, counts)
    pages = sequences[place]
    if not 0 < index < len(pages):
        raise EditRefused(
            "an exhibit is split before one of its later pages", where="Pages", remedy="choose one"
        )
    title = exhibit.get("title")
    shared = ("category", "language", "belongs_to", "person")
    new = {
        "id": make_exhibit_id(get_id(exhibit) or "exhibit", list_ids(case)),
        "title": f"{title if isinstance(title, str) else 'Exhibit'} (2)"[-MAX_TITLE:],
        **{key: exhibit[key] for key in shared if key in exhibit},
        "files": [],
        "unconfirmed": ["title"],
    }
    insertion = _Insertion(case, place + 1, new, pages[index:])
    return _insert_exhibit(insertion, sequences, {place: pages[:index]}, counts)


def join_exhibits(case: Raw, place: int, other: int, counts: Counts) -> Raw:
    """Add the pages of another exhibit to an exhibit, and remove the other; citations of it follow
    its pages."""
    exhibits = get_exhibits(case)
    if place == other:
        raise make_outdated()
    first, second = get_exhibit(exhibits, place), get_exhibit(exhibits, other)
    sequences = _read_sequences(exhibits, {place, other}, counts)
    pages = [*sequences[place], *sequences[other]]
    if any(page.role != DOCUMENT for page in pages):  # each role together
        pages.sort(key=lambda page: ROLES.index(page.role))
    extra = read_object(second, "translation")
    if "translation" in second and "translator" in extra and "translation" not in first:
        first = {**first, "translation": {"translator": extra["translator"]}}
    pages = arrange_pages(first, pages)
    joined = confirm(write_pages(first, pages, counts), "files", "translation")
    new = [joined if n == place else entry for n, entry in enumerate(exhibits) if n != other]
    case = follow_pages(
        case, map_moves({place: pages}, {place: get_id(first)}), {get_id(second): get_id(first)}
    )
    return {**case, "exhibits": new}


def remove_exhibit(case: Raw, place: int, reason: str) -> Raw:
    """Remove an exhibit; files that nothing else lists are left out of the packet, for a reason."""
    exhibits = get_exhibits(case)
    exhibit = get_exhibit(exhibits, place)
    rest = {**case, "exhibits": [entry for n, entry in enumerate(exhibits) if n != place]}
    paths = dict.fromkeys(path for _, path in read_listed_paths({"exhibits": [exhibit]}))
    for path in paths:
        if path not in {listed for _, listed in read_listed_paths(rest)}:
            rest = ignore_file(rest, path, reason)
    return rest


def ignore_file(case: Raw, path: str, reason: str) -> Raw:
    """Leave a file out of the packet, for a reason: it stays in its folder, no exhibit lists it."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise EditRefused(
            f"the reason has 1 to {MAX_REASON} characters",
            where="Reason",
            remedy="say why the file is left out",
        )
    ignored = list_values(case, "ignored_files")
    if any(read_path(entry) == path for entry in ignored):
        return case
    if len(ignored) >= MAX_IGNORED:
        raise EditRefused(
            f"at most {MAX_IGNORED} files can be left out",
            where="Ignored files",
            remedy="move some out of the folder evidence",
        )
    exhibits = [
        _drop_file(entry, path) if isinstance(entry, dict) else entry
        for entry in get_exhibits(case)
    ]
    listed = {"exhibits": exhibits} if "exhibits" in case else {}
    return {**case, **listed, "ignored_files": [*ignored, {"path": path, "why": reason}]}


def _drop_file(exhibit: Raw, path: str) -> Raw:
    """Return the exhibit without the entries of a file."""
    if path not in {listed for _, listed in read_listed_paths({"exhibits": [exhibit]})}:
        return exhibit
    pages = [page for page in read_pages(exhibit, {}) if page.path != path]
    return write_pages(exhibit, pages, {})


def restore_file(case: Raw, path: str) -> Raw:
    """Take a file back that was left out; it is loose then."""
    ignored = list_values(case, "ignored_files")
    kept = [entry for entry in ignored if read_path(entry) != path]
    if len(kept) == len(ignored):
        raise make_outdated()
    others = {key: value for key, value in case.items() if key != "ignored_files"}
    return {**case, "ignored_files": kept} if kept else others


def _make_title(path: str) -> str:
    """Return a first title of an exhibit: the name of its file, as words."""
    words = re.sub(r"[_\s]+", " ", PurePosixPath(path).stem).strip()
    return (words[:1].upper() + words[1:]) or "Exhibit"


def _change_pages(case: Raw, choices: Sequence[PageChoice], counts: Counts, change: Any) -> Raw:
    """Replace chosen pages of exhibits, each in its place."""
    if any(choice.exhibit == LOOSE for choice in choices):
        raise EditRefused(
            "the page is in no exhibit yet", where="Pages", remedy="put it into an exhibit first"
        )
    sequences = _read_sequences(get_exhibits(case), _places(choices), counts)
    _pick(sequences, choices, counts)
    taken = _list_taken(choices)
    changed = {
        place: [change(page) if n in taken[place] else page for n, page in enumerate(pages)]
        for place, pages in sequences.items()
    }
    return _write_sequences(case, sequences, changed, counts)


@dataclass(frozen=True, slots=True)
class _Insertion:
    """A new exhibit of a case, its place, and its pages."""

    case: Raw
    place: int
    exhibit: Raw
    pages: Sequence[PageRef]


def _insert_exhibit(
    new: _Insertion,
    before: Mapping[int, Sequence[PageRef]],
    after: Mapping[int, Sequence[PageRef]],
    counts: Counts,
) -> Raw:
    """Return the case with a new exhibit, the others with the pages that they keep."""
    case = _write_sequences(new.case, before, after, counts, {new.exhibit["id"]: new.pages})
    exhibits = [*get_exhibits(case)]
    exhibit = write_pages(new.exhibit, new.pages, counts)
    return {**case, "exhibits": [*exhibits[: new.place], exhibit, *exhibits[new.place :]]}


def _read_sequences(
    exhibits: Sequence[Any], places: set[int], counts: Counts
) -> dict[int, list[PageRef]]:
    return {place: [*read_pages(get_exhibit(exhibits, place), counts)] for place in sorted(places)}


def _pick(
    sequences: Mapping[int, Sequence[PageRef]], choices: Sequence[PageChoice], counts: Counts
) -> list[PageRef]:
    """Return the chosen pages. Raises CaseChanged if one is not where the person saw it."""
    picked = []
    for choice in choices:
        if choice.exhibit == LOOSE:
            if choice.path not in counts or not 0 <= choice.page <= (counts[choice.path] or 0):
                raise make_outdated()
            picked.append(PageRef(path=choice.path, page=choice.page))
            continue
        pages = sequences[choice.exhibit]
        if not 0 <= choice.index < len(pages):
            raise make_outdated()
        page = pages[choice.index]
        if (page.path, page.page) != (choice.path, choice.page):
            raise make_outdated()
        picked.append(page)
    return picked


def _places(choices: Sequence[PageChoice]) -> set[int]:
    return {choice.exhibit for choice in choices if choice.exhibit != LOOSE}


def _list_taken(choices: Sequence[PageChoice]) -> dict[int, set[int]]:
    taken: dict[int, set[int]] = {}
    for choice in choices:
        taken.setdefault(choice.exhibit, set()).add(choice.index)
    return taken


def _remove_pages(
    sequences: Mapping[int, Sequence[PageRef]], taken: Mapping[int, set[int]]
) -> dict[int, list[PageRef]]:
    return {
        place: [page for n, page in enumerate(pages) if n not in taken.get(place, ())]
        for place, pages in sequences.items()
    }


def _write_sequences(
    case: Raw,
    before: Mapping[int, Sequence[PageRef]],
    after: Mapping[int, Sequence[PageRef]],
    counts: Counts,
    new: Mapping[str, Sequence[PageRef]] | None = None,
) -> Raw:
    """Return the case with other pages in some exhibits, and citations that follow their pages.

    Args:
        new: pages of exhibits that will be added, by id.
    """
    exhibits = [*get_exhibits(case)]
    owners = {place: get_id(exhibits[place]) for place in after}
    after = {place: arrange_pages(exhibits[place], pages) for place, pages in after.items()}
    moves = map_moves({**after, **(new or {})}, {**owners, **{name: name for name in new or {}}})
    gone = list_origins(before) - list_origins({**after, **(new or {})})
    for place, pages in after.items():
        if [*pages] == [*before[place]]:
            continue
        confirmed = ["files"]
        if [page.role for page in pages] != [page.role for page in before[place]]:
            confirmed.append("translation")
        exhibits[place] = confirm(write_pages(exhibits[place], pages, counts), *confirmed)
    return {**follow_pages(case, moves, gone=gone), "exhibits": exhibits}
