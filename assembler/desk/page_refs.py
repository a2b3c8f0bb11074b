"""Expand the entries of an exhibit's `files` into single pages, and compress them back. Pure.

A file whose number of pages is not known stays one unit. An entry that says the same as before
keeps its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from typing import Any

from assembler.intake.case_builder import parse_page_ranges
from assembler.intake.page_ranges import TITLE_PAGE
from assembler.intake.untyped_values import read_object, read_path
from assembler.model import FileOptions

WHOLE = 0  # page of a reference to all that an entry lists, where the pages are not known
DOCUMENT, TRANSLATION, CERTIFICATE = ROLES = ("document", "translation", "certificate")
MAX_RANGES = 200  # characters of `pages`
_RANGES = re.compile(r"[0-9]{1,5}(-[0-9]{0,5})?(,[0-9]{1,5}(-[0-9]{0,5})?)*")
_MAX_PAGES = 20_000  # of an entry that is expanded
# what an entry says about a file that is printed: its pages are then not those of the whole file
PRINT_OPTIONS = frozenset(option.name for option in fields(FileOptions))
Counts = Mapping[str, int | None]  # pages of each file there is; None if not known


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRef:
    """A page of a file as an exhibit uses it. `more`: what else its entry says of it ("turn",
    "language", …); `origin`: the exhibit, and its page of it from 1, as it was read."""

    path: str
    page: int
    role: str = DOCUMENT
    more: Mapping[str, Any] = field(default_factory=dict)
    origin: tuple[str, int] = field(default=("", 0), compare=False)

    @property
    def turn(self) -> int | None:
        """Return the degrees by which it is turned clockwise; None if its text decides."""
        turn = self.more.get("turn")
        return turn if turn in (0, 90, 180, 270) and not isinstance(turn, bool) else None

    @property
    def printed_part(self) -> str:
        """Return what of a printed file is used, as case.json says it: "messages 120-180"; "" if
        all of it is."""
        texts = {
            name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in self.more.items()
            if name in PRINT_OPTIONS
        }
        return "; ".join(f"{name.replace('_', ' ')} {text}" for name, text in texts.items())

    @property
    def is_of_excerpt(self) -> bool:
        """Return whether its entry is marked as an excerpt of a longer document."""
        return self.more.get("excerpt") is True

    @property
    def title_page(self) -> int:
        """Return the page of the file that its excerpt has first; 0 if there is none."""
        page = self.more.get("title_page", TITLE_PAGE)
        is_number = isinstance(page, int) and not isinstance(page, bool) and page > 0
        return page if self.is_of_excerpt and is_number else 0


def turn_page(page: PageRef, degrees: int) -> PageRef:
    """Return the page turned further, clockwise; 0 lets its text decide again."""
    others = {key: value for key, value in page.more.items() if key != "turn"}
    turn = ((page.turn or 0) + degrees) % 360
    return replace(page, more={**others, "turn": turn} if degrees else others)


def expand_entries(entries: Any, counts: Counts, role: str = DOCUMENT) -> tuple[PageRef, ...]:
    """Return the pages of a list of files, of any shape, in order. `role`: of entries without
    one."""
    if not isinstance(entries, list):
        return ()
    return tuple(page for entry in entries for page in _expand_entry(entry, counts, role))


def _expand_entry(entry: Any, counts: Counts, role: str) -> Iterator[PageRef]:
    path = read_path(entry)
    fields = entry if isinstance(entry, dict) else {}
    stated = fields.get("role")
    role = stated if stated in ROLES else role
    more = {key: value for key, value in fields.items() if key not in ("path", "role")}
    if not path:
        # what cannot be understood is kept as it is
        yield PageRef(path="", page=WHOLE, role=role, more={"": entry})
        return
    is_printed_in_part = not PRINT_OPTIONS.isdisjoint(more)
    count = None if is_printed_in_part else counts.get(path)
    numbers = _list_numbers(more.get("pages"), count)
    if numbers is None:
        yield PageRef(path=path, page=WHOLE, role=role, more=more)
        return
    more.pop("pages", None)
    yield from (PageRef(path=path, page=number, role=role, more=more) for number in numbers)


def _list_numbers(ranges: Any, count: int | None) -> list[int] | None:
    """Return the page numbers of `pages`; None if they are not known, or not understood."""
    if not count or count > _MAX_PAGES:
        return None
    if ranges is None:
        return list(range(1, count + 1))
    if not isinstance(ranges, str) or not _RANGES.fullmatch(ranges):
        return None
    numbers = [
        number
        for first, last in parse_page_ranges(ranges)
        for number in range(max(first, 1), min(last or count, count) + 1)
    ]
    return numbers if 0 < len(numbers) <= _MAX_PAGES else None


def compress_pages(
    pages: Sequence[PageRef], counts: Counts, before: Sequence[Any] = (), role: str = DOCUMENT
) -> list[Any]:
    """Return the entries that list these pages: neighbors of one file with equal attributes share
    one.

    Args:
        before: entries that are used again where they say the same.
        role: that an entry has without saying so.
    """
    known = [
        (same, entry)
        for entry in before
        for listed in (_expand_all(entry, counts, role),)
        for same in (listed, _prepend_title_page(listed, counts))
    ]
    entries: list[Any] = []
    for run in _split_runs(pages):
        again = next((entry for expanded, entry in known if expanded == run), None)
        entries += [again] if again is not None else _make_entries(run, counts, role)
    return entries


def _prepend_title_page(pages: list[PageRef], counts: Counts) -> list[PageRef]:
    """Return the pages of an entry as the packet has them if no other entry lists its title
    page."""
    numbers = {page.page for page in pages}
    titles = [page for page in _make_title_pages(pages, counts) if page.page not in numbers]
    return [*titles, *pages]


def _expand_all(entry: Any, counts: Counts, role: str) -> list[PageRef]:
    return list(_expand_entry(entry, counts, role))


def _split_runs(pages: Sequence[PageRef]) -> Iterator[list[PageRef]]:
    """Yield runs of neighbors that one entry can list."""
    run: list[PageRef] = []
    for page in pages:
        if run and WHOLE not in (page.page, run[-1].page) and _is_alike(page, run[-1]):
            run.append(page)
        else:
            if run:
                yield run
            run = [page]
    if run:
        yield run


def _is_alike(page: PageRef, other: PageRef) -> bool:
    return (page.path, page.role, page.more) == (other.path, other.role, other.more)


def _make_entries(run: Sequence[PageRef], counts: Counts, role: str) -> list[Any]:
    first = run[0]
    if not first.path:
        return [first.more[""]]
    rest = {key: value for key, value in first.more.items() if key != "pages"}
    stated = {"role": first.role} if first.role != role else {}
    if first.page == WHOLE:
        ranges = [first.more["pages"]] if "pages" in first.more else [None]
    else:
        numbers = [page.page for page in run]
        is_all = not first.is_of_excerpt and numbers == list(
            range(1, (counts.get(first.path) or 0) + 1)
        )
        ranges = [None] if is_all else list(_format_ranges(numbers))
    entries: list[Any] = []
    for text in ranges:
        pages = {"pages": text} if text is not None else {}
        fields = {**pages, **stated, **rest}
        entries.append({"path": first.path, **fields} if fields else first.path)
    return entries


def _format_ranges(numbers: Sequence[int]) -> Iterator[str]:
    """Yield page numbers as `pages` has them, 1-3,5; in several texts if one would be too long."""
    text = ""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        piece = str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
        if text and len(text) + 1 + len(piece) > MAX_RANGES:
            yield text
            text = ""
        text = f"{text},{piece}" if text else piece
    yield text


def read_pages(exhibit: Mapping[str, Any], counts: Counts) -> tuple[PageRef, ...]:
    """Return the pages of an exhibit of any shape, in the order of the packet: its files, its
    translation, the certificate."""
    fields = dict(exhibit)
    translation = read_object(fields, "translation")
    pages = (
        *expand_entries(fields.get("files"), counts),
        *expand_entries(translation.get("files"), counts, TRANSLATION),
        *expand_entries(translation.get("certificate"), counts, CERTIFICATE),
    )
    pages = _add_title_pages(pages, counts)
    name = fields.get("id")
    exhibit_id = name if isinstance(name, str) else ""
    return tuple(
        replace(page, origin=(exhibit_id, number)) for number, page in _number_pages(pages)
    )


def _add_title_pages(pages: Sequence[PageRef], counts: Counts) -> tuple[PageRef, ...]:
    """Return the pages of an exhibit with the title page of each excerpt that does not list it, as
    the packet has them."""
    listed = {(page.path, page.page) for page in pages}
    arranged: list[PageRef] = []
    for page in pages:
        for title_page in _make_title_pages([page], counts):
            if (title_page.path, title_page.page) not in listed:
                listed.add((title_page.path, title_page.page))
                arranged.append(title_page)
        arranged.append(page)
    return tuple(arranged)


def _make_title_pages(pages: Sequence[PageRef], counts: Counts) -> list[PageRef]:
    """Return the title page that comes before the first of these pages, if that is of an excerpt;
    none where the file is not known to have it."""
    first = pages[0] if pages else PageRef(path="", page=WHOLE)
    title_page, count = first.title_page, counts.get(first.path) or 0
    has_it = first.page != WHOLE and 0 < title_page <= count
    return [replace(first, page=title_page)] if has_it else []


def _drop_title_pages(pages: Sequence[PageRef], counts: Counts) -> list[PageRef]:
    """Return pages that say of each excerpt whose title page was taken out that it has none: else
    it would be added again."""
    listed = {(page.path, page.page) for page in pages}
    return [
        replace(page, more={**page.more, "title_page": 0})
        if any(
            (title_page.path, title_page.page) not in listed
            for title_page in _make_title_pages([page], counts)
        )
        else page
        for page in pages
    ]


def _number_pages(pages: Sequence[PageRef]) -> Iterator[tuple[int, PageRef]]:
    """Yield each page with its number from 1; 0 behind a file whose pages are not known."""
    is_known = True
    for number, page in enumerate(pages, 1):
        is_known = is_known and page.page != WHOLE
        yield (number if is_known else 0), page


def arrange_pages(exhibit: Mapping[str, Any], pages: Sequence[PageRef]) -> list[PageRef]:
    """Return pages in the order that they have once they are written into an exhibit: with a
    translation of its own, each role together."""
    if not _has_translation_apart(exhibit, pages):
        return [*pages]
    return [page for role in ROLES for page in pages if page.role == role]


def _has_translation_apart(exhibit: Mapping[str, Any], pages: Sequence[PageRef]) -> bool:
    """Return whether the translation and the certificate are in `translation`."""
    translation = read_object(dict(exhibit), "translation")
    roles = {page.role for page in pages}
    is_in_order = [*pages] == [page for role in ROLES for page in pages if page.role == role]
    is_whole_set = roles == {*ROLES} and (is_in_order or bool(translation))
    others = translation.keys() - {"files", "certificate"}
    # an entry that cannot be understood says its role by the list that it is in only
    is_unclear = any(not page.path and page.role != DOCUMENT for page in pages)
    return is_whole_set or is_unclear or (bool(others) and roles != {DOCUMENT} and bool(roles))


def write_pages(
    exhibit: Mapping[str, Any], pages: Sequence[PageRef], counts: Counts
) -> dict[str, Any]:
    """Return the exhibit with these pages. A document with its translation and certificate has them
    in `translation`; else every entry of `files` says its role."""
    fields = dict(exhibit)
    pages = _drop_title_pages(pages, counts)
    translation = read_object(fields, "translation")
    before = _list_entries(fields, "files")
    by_role = {role: [page for page in pages if page.role == role] for role in ROLES}
    others = {
        key: value for key, value in translation.items() if key not in ("files", "certificate")
    }
    if not _has_translation_apart(exhibit, pages):
        fields.pop("translation", None)
        # a list of pages of one role only needs no role: it is the document
        old = [*before, *_list_entries(translation, "files")]
        return {**fields, "files": compress_pages(pages, counts, old)}
    lists = {
        key: compress_pages(by_role[role], counts, _list_entries(translation, key), role)
        for key, role in (("files", TRANSLATION), ("certificate", CERTIFICATE))
        if by_role[role]
    }
    files = compress_pages(by_role[DOCUMENT], counts, before)
    return {**fields, "files": files, "translation": {**lists, **others}}


def _list_entries(fields: Mapping[str, Any], key: str) -> list[Any]:
    value = fields.get(key)
    return value if isinstance(value, list) else []
