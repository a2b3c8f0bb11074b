"""Decide which pictures of an exhibit share pages, and what is wrong with their captions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assembler.errors import ToolFailed
from assembler.evidence.annotations.lettering import find_missing_letters
from assembler.evidence.file_preparation import OpenedSource
from assembler.evidence.page_uses import PageUse, Sources, Uses
from assembler.evidence.picture_grids import ComposedGrid, GridPicture, Job, split_into_pages
from assembler.model import (
    Exhibit,
    FilePart,
    Finding,
    PartRole,
    Tile,
    make_source_key,
)
from assembler.runtime.cache import Cache
from assembler.runtime.rule_catalog import make_finding

_NO_PLACE = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Pictures of an exhibit that follow each other and share pages.

    `start`, `end`: their places among the uses of the exhibit.
    """

    exhibit: str
    start: int
    end: int
    job: Job

    @property
    def key(self) -> str:
        """Return the name of its pages among the opened files."""
        return make_source_key(self.job.pictures[0].tile.path, self.job.digest)


def plan_grids(
    exhibit: Exhibit, uses: Sequence[PageUse], sources: Sources, cache: Cache
) -> list[Grid]:
    """Return the grids of an exhibit, in order; [] if it has no layout."""
    if exhibit.layout is None:
        return []
    grids: list[Grid] = []
    start = number = 0
    for is_tiled, group in groupby(uses, key=lambda use: is_tile(use, sources[use.key])):
        run = list(group)
        if is_tiled:
            pictures = tuple(
                _make_picture(use, sources[use.key], number + place)
                for place, use in enumerate(run, 1)
            )
            number += len(run)
            job = Job(layout=exhibit.layout, pictures=pictures, cache=cache)
            end = start + len(run)
            grids.append(Grid(exhibit=exhibit.id, start=start, end=end, job=job))
        start += len(run)
    return grids


def is_tile(use: PageUse, source: OpenedSource) -> bool:
    """Return whether a page is a picture that can share a page: of a document, and not so long that
    it was split."""
    page = source.pages[use.index]
    return use.part.role is PartRole.DOCUMENT and page.box is not None and page.parts == 1


def _make_picture(use: PageUse, source: OpenedSource, number: int) -> GridPicture:
    page = source.pages[use.index]
    if source.pdf is None or page.box is None:
        raise ToolFailed("a file that did not open reached the grid", where=source.path)
    return GridPicture(
        pdf=source.pdf,
        index=use.index,
        size=page.box[2:],
        orientation=page.turned,
        tile=Tile(
            path=source.path,
            sha256=source.sha256,
            page=page.source,
            placement=_NO_PLACE,
            number=number,
            turned=use.part.turn or 0,
            background=page.background,
            caption=use.part.caption,
        ),
    )


def make_source(grid: Grid, composed: ComposedGrid) -> OpenedSource:
    """Return the pages of a grid as those of a file, named by its first picture."""
    first = grid.job.pictures[0].tile
    return OpenedSource(
        path=first.path,
        sha256=first.sha256,
        pdf=composed.pdf,
        pages=composed.pages,
        removed=(),
        findings=(),
        is_converted=True,
        options=grid.job.digest,
        tiles=composed.tiles,
        plain=composed.plain,
    )


def use_grids(uses: Uses, grids: Sequence[Grid]) -> Uses:
    """Return the uses of all exhibits with the pages of grids instead of their pictures'."""
    changed = dict(uses)
    for grid in reversed(grids):  # from the last, so that places before it stay
        before = changed[grid.exhibit]
        pages = _list_grid_uses(grid, before[grid.start : grid.end])
        changed[grid.exhibit] = (*before[: grid.start], *pages, *before[grid.end :])
    return changed


def _list_grid_uses(grid: Grid, uses: Sequence[PageUse]) -> Iterator[PageUse]:
    start = 0
    for index, pictures in enumerate(split_into_pages(grid.job)):
        shown = uses[start : start + len(pictures)]
        start += len(pictures)
        # a loss of the page is accepted if it is for each of its pictures
        accepted = set.intersection(*(set(use.part.accept_loss) for use in shown))
        first = shown[0]
        part = replace(first.part, pages=(), turn=0, accept_loss=tuple(sorted(accepted)))
        yield replace(first, part=part, key=grid.key, index=index)


def report_layout(
    exhibit: Exhibit, uses: Sequence[PageUse], sources: Mapping[str, OpenedSource]
) -> Iterator[Finding]:
    """Yield long pictures that have pages of their own in spite of a layout, captions that are not
    printed, and captions with a letter that no font has."""
    tiled = {
        use.part for use in uses if exhibit.layout is not None and is_tile(use, sources[use.key])
    }
    for part in exhibit.parts:
        if part.caption and part not in tiled and sources[part.source_key].pdf is not None:
            yield _make_part_finding(
                exhibit,
                part,
                "EVID.OPTION",
                "`caption` is only printed under pictures of an exhibit with a `layout`",
                "remove it, or set `layout` of the exhibit",
            )
        elif part.caption and (missing := find_missing_letters(part.caption)):
            count = len(missing)
            yield _make_part_finding(
                exhibit,
                part,
                "EVID.CAPTION",
                f"its caption has {count} character{'' if count == 1 else 's'} that no font here "
                "has",
                "write the caption with other characters",
            )
    long = {
        use.part
        for use in uses
        if exhibit.layout is not None and sources[use.key].pages[use.index].parts > 1
    }
    for part in exhibit.parts:
        if part in long:
            yield _make_part_finding(
                exhibit,
                part,
                "EVID.GRID",
                "the picture is so long that it has pages of its own, not a place in the `layout`",
                "nothing to do; or list a shorter part of it",
            )


def _make_part_finding(
    exhibit: Exhibit,
    part: FilePart,
    rule: str,
    problem: str,
    remedy: str,
) -> Finding:
    return make_finding(rule, part.path, problem, remedy, file=part.path, exhibit=exhibit.id)
