"""What need not be drawn again: pages whose whole content was found to look like their source
before.

How a page looks is decided by its content alone (`fingerprint`), and by the program that draws it.
So where a page of the finished bundle has the content, byte for byte, of one that was drawn and
compared with the same page of the same source, drawing both again can give nothing else. All that
is not the look of a page is read every time: stamps, text, order, numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import PIL
import pypdfium2 as pdfium

from assembler.model import Fingerprint, LedgerEntry, Volume
from assembler.pdf import fingerprint, thumbnails
from assembler.proof import page_check as paging
from assembler.proof import page_comparison
from assembler.runtime.code_version import code_digest
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

_MANY = 250  # pages of which a worker only reads content or text
# what says where a page stands and what its text is: the comparison with its source depends on all
# that an entry says but this
_PLACE = frozenset(
    {
        "number",
        "label",
        "part",
        "kind",
        "document",
        "index",
        "tab",
        "exhibit",
        "exhibit_page",
        "exhibit_pages",
        "stamp",
        "source",
        "text",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was seen of each page, by its number; how many were drawn, and how many known;
    fingerprints, if any were made."""

    seen: Mapping[int, paging.PageResult]
    drawn: int
    known: int
    prints: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Pages of one file of a bundle. `key`: names what was proved of them, () where they cannot
    be known by their content."""

    job: paging.Job
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Pages of a file, from 0."""

    pdf: Path
    places: tuple[int, ...]


def prints(build: Path, parts: Sequence[Volume], workshop: Workshop) -> tuple[Fingerprint, ...]:
    """A fingerprint of every page of a finished bundle."""
    ranges = [
        one
        for part in parts
        for one in _ranges(build / part.path, part.last - part.first + 1, workshop.jobs)
    ]
    results = workshop.map(printed, ranges)
    return tuple(
        one
        for some, result in zip(ranges, results, strict=True)
        for one in ((Fingerprint(),) * len(some.places) if isinstance(result, Failure) else result)
    )


def _ranges(pdf: Path, pages: int, jobs: int) -> list[Range]:
    """One for each worker, unless they would be small: reading the page tree takes as long as
    the pages."""
    size = max(_MANY, -(-pages // jobs))
    return [
        Range(pdf=pdf, places=tuple(range(start, min(start + size, pages))))
        for start in range(0, pages, size)
    ]


def printed(some: Range) -> tuple[Fingerprint, ...]:
    """In a worker."""
    return fingerprint.fingerprint_pages(some.pdf, some.places)


def look(
    build: Path,
    ledger: Sequence[LedgerEntry],
    parts: Sequence[Volume],
    case_folder: Path | None,
    sums: Mapping[str, str],
    workshop: Workshop,
    *,
    remember: bool,
    pictures: bool = False,
) -> Looked:
    """Look at every page. `sums`: sha256 of the sources as they are now; without `remember` all are
    drawn, nothing is noted.

    `pictures`: leave small pictures of what is drawn in the cache, for a person to look at
    (`sight.small`).
    """
    made = prints(build, parts, workshop) if remember and case_folder else ()
    pieces = [
        piece for part in parts for piece in _pieces(build, part, ledger, case_folder, sums, made)
    ]
    fresh, known, ours = _sorted(pieces, workshop)
    rest = [entry for piece in (*known, *ours) for entry in piece.job.entries]
    if pictures:
        fresh = [
            _with_order(piece, made, thumbnails.choose_style(len(ledger)), workshop)
            for piece in fresh
        ]
    to_read = [job for part in parts for job in _to_read(build, part, rest, case_folder)]
    seen = _seen([*(piece.job for piece in fresh), *to_read], workshop)
    doubtful = [
        piece for piece in known if not all(seen[entry.number].whole for entry in piece.job.entries)
    ]
    seen |= _seen(
        [piece.job for piece in doubtful], workshop
    )  # a stamp that is more than a stamp may hide what is under it
    for piece in fresh:
        if piece.key and all(_settled(seen[entry.number]) for entry in piece.job.entries):
            workshop.cache.get_or_make(piece.key, lambda _folder: None)
    return Looked(
        seen=seen,
        drawn=_pages(fresh) + _pages(doubtful),
        known=_pages(known) - _pages(doubtful),
        prints=tuple(one if seen[n].whole else Fingerprint() for n, one in enumerate(made, 1)),
    )


def _sorted(
    pieces: Sequence[_Piece], workshop: Workshop
) -> tuple[list[_Piece], list[_Piece], list[_Piece]]:
    """Those that must be drawn; those known by their content; those without a source to compare
    with."""
    fresh: list[_Piece] = []
    known: list[_Piece] = []
    ours: list[_Piece] = []
    for piece in pieces:
        if piece.job.case_folder is None or piece.job.entries[0].source is None:
            ours.append(piece)
        else:
            (known if piece.key and workshop.cache.has(piece.key) else fresh).append(piece)
    return fresh, known, ours


def _with_order(
    piece: _Piece, made: Sequence[Fingerprint], look: thumbnails.PictureStyle, workshop: Workshop
) -> _Piece:
    key = thumbnails.thumbnail_key(
        piece.job.entries, made, look, sources=piece.job.case_folder is not None
    )
    order = thumbnails.ThumbnailOrder(key=key, style=look, cache=workshop.cache) if key else None
    return replace(piece, job=replace(piece.job, order=order))


def _pages(pieces: Sequence[_Piece]) -> int:
    return sum(len(piece.job.entries) for piece in pieces)


def _settled(result: paging.PageResult) -> bool:
    """Whether the comparison says everything about the look of this page, at whatever place its
    stamp will be."""
    return (
        result.alike
        and result.whole
        and result.difference is not None
        and not (result.trouble or result.secondhand)
    )


def _pieces(
    build: Path,
    part: Volume,
    ledger: Sequence[LedgerEntry],
    case_folder: Path | None,
    sums: Mapping[str, str],
    made: Sequence[Fingerprint],
) -> Iterator[_Piece]:
    for some in thumbnails.split_ledger(ledger[part.first - 1 : part.last]):
        job = paging.Job(
            bundle=build / part.path, first=part.first, entries=some, case_folder=case_folder
        )
        yield _Piece(job=job, key=_key(some, sums, made))


def _key(
    entries: Sequence[LedgerEntry], sums: Mapping[str, str], made: Sequence[Fingerprint]
) -> tuple[str, ...]:
    rows = [_row(entry, sums, made) for entry in entries]
    engine = (
        f"pdfium {pdfium.PYPDFIUM_INFO}",
        f"Pillow {PIL.__version__}",
        f"{page_comparison.DPI} dpi",
    )
    return ("proof", code_digest("proof"), *engine, *rows) if all(rows) else ()


def _row(entry: LedgerEntry, sums: Mapping[str, str], made: Sequence[Fingerprint]) -> str:
    """All that the comparison of one page depends on; "" if that cannot be said."""
    number = entry.number
    if entry.source is None or not 0 < number <= len(made):
        return ""
    own, of_source = made[number - 1], sums.get(entry.client_source.path, "")
    if not own.digest or not of_source or own.stamped != (entry.stamp is not None):
        return ""
    how = {key: value for key, value in asdict(entry).items() if key not in _PLACE}
    return json.dumps([own.digest, of_source, entry.client_source.page, how], sort_keys=True)


def _to_read(
    build: Path, part: Volume, rest: Sequence[LedgerEntry], case_folder: Path | None
) -> Iterator[paging.Job]:
    entries = [entry for entry in rest if part.first <= entry.number <= part.last]
    for start in range(0, len(entries), _MANY):
        some = tuple(entries[start : start + _MANY])
        yield paging.Job(
            bundle=build / part.path,
            first=part.first,
            entries=some,
            case_folder=case_folder,
            known=True,
        )


def _seen(jobs: Sequence[paging.Job], workshop: Workshop) -> dict[int, paging.PageResult]:
    seen: dict[int, paging.PageResult] = {}
    for job, result in zip(jobs, workshop.map(paging.look, jobs), strict=True):
        pages = _unseen(job, result) if isinstance(result, Failure) else result
        seen |= {one.number: one for one in pages}
    return seen


def _unseen(job: paging.Job, failure: Failure) -> tuple[paging.PageResult, ...]:
    lost = f"could not be looked at ({failure.kind}: {failure.detail})"
    return tuple(
        paging.PageResult(
            number=e.number, difference=None, alike=False, stamped=False, words=0, trouble=lost
        )
        for e in job.entries
    )
