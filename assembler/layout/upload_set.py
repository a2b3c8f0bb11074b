"""Cut a packet into the files that a person uploads one by one, and name them. Pure.

In: the layout, the client's pages of each exhibit, the bytes of every page, and a limit. Out: the
files in the order of upload. A form is a file by itself. Small neighboring exhibits of one group
share a file; an exhibit above the limit is cut between its documents. An original is never parted
from its translation and the translator's certificate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from assembler.layout.volume_split import Span
from assembler.model import (
    DECLARATION_PREFIX,
    PLACEHOLDER_SUFFIX,
    FileStart,
    IndexRow,
    Layout,
    Leaf,
    PartKind,
    PartRole,
    PreparedPage,
    Profile,
    Volume,
)

_LARGE_SHARE = 3  # an exhibit above the limit divided by this has a file of its own
_MIN_DIGITS = 2
_MAX_TITLE = 30  # characters of a title in a file name
_COVER = "cover-letter"
_INDEX = "index"
_ROLES = (PartRole.DOCUMENT, PartRole.TRANSLATION, PartRole.CERTIFICATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Pages that stay in one file: a form, a letter, a document of an exhibit with its translation
    and certificate."""

    first: int
    last: int
    # a document by itself may be cut between its pages if it alone is above the limit
    is_divisible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A form, the letter with the index, the declarations, or an exhibit with its tab sheet."""

    pieces: tuple[Piece, ...]
    name: str  # in the file's name; "" for an exhibit
    tab: str = ""  # of an exhibit
    group: str = ""  # neighbors of one group may share a file; "" = never

    @property
    def first(self) -> int:
        """Return its first page."""
        return self.pieces[0].first

    @property
    def last(self) -> int:
        """Return its last page."""
        return self.pieces[-1].last


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """Pages of a file, and the words that name it."""

    first: int
    last: int
    name: str


class PieceTooLarge(ValueError):
    """Pages that may not be parted are above the limit together."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        super().__init__(f"pages {piece.first} to {piece.last} are above the limit together")


# --- what stays together ---


def list_blocks(
    layout: Layout, exhibits: Mapping[str, Sequence[PreparedPage]]
) -> tuple[Block, ...]:
    """Return the blocks of a packet in order.

    Args:
        exhibits: the client's pages of each exhibit, by its id.
    """
    rows = {row.exhibit: row for row in layout.index}
    titles = {bookmark.number: bookmark.title for bookmark in layout.bookmarks}
    blocks = []
    for key, run in groupby(layout.leaves, key=_name_block):
        leaves = list(run)
        if leaves[0].exhibit:
            row = rows[leaves[0].exhibit]
            blocks.append(_make_exhibit_block(leaves, row, exhibits.get(row.exhibit, ())))
        else:
            blocks.append(_make_own_block(key, leaves, titles))
    return tuple(_number_equal_names(blocks))


def _name_block(leaf: Leaf) -> str:
    """Return what a page shares with the others of its block."""
    if leaf.exhibit:
        return f"exhibit {leaf.exhibit}"
    if leaf.kind is PartKind.FORM or is_placeholder(leaf.part):
        return f"form {leaf.part}"
    return "declarations" if leaf.part.startswith(DECLARATION_PREFIX) else "papers"


def is_placeholder(part: str) -> bool:
    """Return whether a part is the page that holds the place of a missing form."""
    return part.endswith(PLACEHOLDER_SUFFIX)


def _make_own_block(key: str, leaves: Sequence[Leaf], titles: Mapping[int, str]) -> Block:
    title = next((titles[leaf.number] for leaf in leaves if leaf.number in titles), "")
    parts = {leaf.part for leaf in leaves}
    is_form = key.startswith("form ")
    if is_placeholder(leaves[0].part):
        form = leaves[0].part.removesuffix(PLACEHOLDER_SUFFIX).upper()
        name = f"DO-NOT-UPLOAD_Form-{_clean(form, 'missing')}"
    elif key == "declarations":
        name = "Declarations" if len(parts) > 1 else "Declaration"
    elif parts >= {_COVER, _INDEX}:
        name = "Cover-letter-and-index"
    else:
        name = _clean(title, "Form" if is_form else "Papers")
    piece = Piece(first=leaves[0].number, last=leaves[-1].number, is_divisible=not is_form)
    return Block(pieces=(piece,), name=name)


def _make_exhibit_block(
    leaves: Sequence[Leaf], row: IndexRow, pages: Sequence[PreparedPage]
) -> Block:
    evidence = [leaf for leaf in leaves if leaf.exhibit_page]
    starts = sorted(find_piece_starts(pages))
    pieces = []
    for start, end in zip(starts, [*starts[1:], len(evidence)], strict=True):
        first = leaves[0].number if start == 0 else evidence[start].number  # with its tab sheet
        roles = {page.role for page in pages[start:end]}
        pieces.append(
            Piece(
                first=first,
                last=evidence[end - 1].number,
                is_divisible=roles == {PartRole.DOCUMENT} and len(pages) == len(evidence),
            )
        )
    name = "" if row.sheeted else "Notice"
    return Block(
        pieces=tuple(pieces), name=name, tab=row.tab, group=f"group {row.group}" if not name else ""
    )


def find_piece_starts(pages: Sequence[PreparedPage]) -> set[int]:
    """Return the places of an exhibit's pages (from 0) at which a file may begin, 0 among them.

    A set is documents, their translations and the certificates of those, as they follow each other.
    In a set with a translation, only documents that case.json says are in English may be parted
    from what follows.
    """
    sets: list[list[tuple[int, PreparedPage]]] = []
    previous = len(_ROLES)
    for place, page in _list_runs(pages):
        role = _ROLES.index(page.role)
        if role < previous:
            sets.append([])
        sets[-1].append((place, page))
        previous = role
    starts = {0}
    for number, entries in enumerate(sets):
        roles = {page.role for _, page in entries}
        if _awaits_certificate(sets, number):
            continue
        if PartRole.DOCUMENT in roles:
            starts.add(entries[0][0])
        documents = [entry for entry in entries if entry[1].role is PartRole.DOCUMENT]
        is_translated = len(roles) > 1
        for (_, before), (place, _) in pairwise(documents):
            if is_translated and not _is_english(before):
                break
            starts.add(place)
    return starts


def _list_runs(pages: Sequence[PreparedPage]) -> Iterator[tuple[int, PreparedPage]]:
    """Yield the first page of each document, translation or certificate, with its place."""
    place = 0
    for _, run in groupby(pages, key=lambda page: (page.path, page.role)):
        own_pages = list(run)
        yield place, own_pages[0]
        place += len(own_pages)


def _awaits_certificate(sets: Sequence[Sequence[tuple[int, PreparedPage]]], number: int) -> bool:
    """Return whether a set before this one has a translation whose certificate comes only now or
    later: one certificate may cover several translations."""
    roles = [{page.role for _, page in entries} for entries in sets]
    waiting = False
    for earlier in roles[:number]:
        if PartRole.CERTIFICATE in earlier:
            waiting = False
        elif PartRole.TRANSLATION in earlier:
            waiting = True
    return waiting and any(PartRole.CERTIFICATE in later for later in roles[number:])


def _is_english(page: PreparedPage) -> bool:
    return page.language.partition("-")[0] == "en"


# --- files ---


def pack_blocks(
    blocks: Sequence[Block], sizes: Sequence[int], limit: int
) -> tuple[FileContent, ...]:
    """Return the files of an upload set, in order.

    Args:
        sizes: bytes of each page.
        limit: most bytes of a file.

    Raises:
        PieceTooLarge: pages that stay together are above the limit, or one page is.
    """
    files: list[FileContent] = []
    shared: list[Block] = []
    for block in blocks:
        size = _sum(sizes, block)
        is_small = bool(block.group) and size <= limit // _LARGE_SHARE
        fits = sum(_sum(sizes, other) for other in shared) + size <= limit
        if shared and not (is_small and fits and block.group == shared[-1].group):
            files.append(_join(shared))
            shared = []
        if is_small:
            shared.append(block)
        else:
            files += _cut_block(block, sizes, limit)
    return (*files, _join(shared)) if shared else tuple(files)


def _sum(sizes: Sequence[int], pages: Block | Piece) -> int:
    return sum(sizes[pages.first - 1 : pages.last])


def _join(blocks: Sequence[Block]) -> FileContent:
    first, last = blocks[0], blocks[-1]
    name = f"Exhibit_{first.tab}" if first is last else f"Exhibits_{first.tab}-{last.tab}"
    return FileContent(first=first.first, last=last.last, name=name)


def _cut_block(block: Block, sizes: Sequence[int], limit: int) -> list[FileContent]:
    """Return a block as a file, or as several if it is above the limit."""
    spans: list[Span] = []
    for piece in block.pieces:
        size = _sum(sizes, piece)
        if spans and sum(sizes[spans[-1][0] - 1 : piece.last]) <= limit:
            spans[-1] = (spans[-1][0], piece.last)
        elif size <= limit:
            spans.append((piece.first, piece.last))
        elif piece.is_divisible:
            spans += _cut_pages(piece, sizes, limit)
        else:
            raise PieceTooLarge(piece)
    name = block.name or f"Exhibit_{block.tab}"
    if len(spans) == 1:
        return [FileContent(first=block.first, last=block.last, name=name)]
    return [
        FileContent(first=first, last=last, name=f"{name}_part-{n}-of-{len(spans)}")
        for n, (first, last) in enumerate(spans, 1)
    ]


def _cut_pages(piece: Piece, sizes: Sequence[int], limit: int) -> Iterator[Span]:
    """Yield the pages of a document that is above the limit by itself, as few files as possible."""
    first, size = piece.first, 0
    for page in range(piece.first, piece.last + 1):
        page_bytes = sizes[page - 1]
        if page_bytes > limit:
            raise PieceTooLarge(Piece(first=page, last=page, is_divisible=False))
        if size + page_bytes > limit:
            yield first, page - 1
            first, size = page, 0
        size += page_bytes
    yield first, piece.last


def _number_equal_names(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks; forms of one name get a number: one Form I-134 for each supporter."""
    names = [block.name for block in blocks if block.name]
    counts: dict[str, int] = {}
    for block in blocks:
        if names.count(block.name) < 2:
            yield block
            continue
        counts[block.name] = counts.get(block.name, 0) + 1
        yield replace(block, name=f"{block.name}_{counts[block.name]}")


def _clean(title: str, otherwise: str) -> str:
    """Return a title in the letters that every receiver allows in a file name."""
    words = re.findall(r"[A-Za-z0-9-]+", title)
    return "-".join(words)[:_MAX_TITLE].strip("-") or otherwise


def name_files(contents: Sequence[FileContent], profile: Profile) -> tuple[Volume, ...]:
    """Return the files with their names, which sort in the order of upload."""
    return tuple(
        Volume(
            path=profile.part_name.format(order=format_order(n, len(contents)), what=content.name),
            first=content.first,
            last=content.last,
        )
        for n, content in enumerate(contents, 1)
    )


def format_order(number: int, count: int) -> str:
    """Return the number of a file with as many digits as the last one has, at least two."""
    return f"{number:0{max(_MIN_DIGITS, len(str(count)))}}"


# --- files of a layout whose page numbers still move ---


def list_starts(volumes: Sequence[Volume], layout: Layout) -> tuple[FileStart, ...]:
    """Return the files by the page that each begins with."""
    leaves = [layout.leaves[volume.first - 1] for volume in volumes]
    return tuple(
        FileStart(path=volume.path, document=leaf.document, index=leaf.index)
        for volume, leaf in zip(volumes, leaves, strict=True)
    )


def place_files(layout: Layout, starts: Sequence[FileStart]) -> Layout:
    """Return the layout with its files; a page that is not there any more begins none."""
    numbers = {(leaf.document, leaf.index): leaf.number for leaf in layout.leaves}
    firsts = [
        (numbers[start.document, start.index], start.path)
        for start in starts
        if (start.document, start.index) in numbers
    ]
    if not firsts:
        return replace(layout, files=(), upload_set=False)
    ends = [number - 1 for number, _ in firsts[1:]] + [len(layout.leaves)]
    files = tuple(
        Volume(path=path, first=first, last=last)
        for (first, path), last in zip(firsts, ends, strict=True)
    )
    return replace(layout, files=files, upload_set=True)


def describe_place(layout: Layout, first: int, last: int | None = None) -> str:
    """Return where pages of the packet are, for a citation: "file 04, pages 3–6"; "" for a bundle
    that is no upload set."""
    if not layout.upload_set:
        return ""
    last = last or first
    (file, page), (last_file, last_page) = (_locate(layout, number) for number in (first, last))
    if file != last_file:
        return f"file {file}, page {page}, to file {last_file}, page {last_page}"
    if first == last:
        return f"file {file}, page {page}"
    return f"file {file}, pages {page}–{last_page}"


def _locate(layout: Layout, number: int) -> tuple[str, int]:
    place, volume = next(
        (place, volume)
        for place, volume in enumerate(layout.files, 1)
        if volume.first <= number <= volume.last
    )
    return format_order(place, len(layout.files)), number - volume.first + 1
