"""A bundle in as many files as its receiver's limit asks for: bound whole, weighed, cut, and
measured as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pikepdf import Pdf

from assembler.bundle.writer import bind
from assembler.errors import CaseRejected
from assembler.layout import volume_split
from assembler.model import Finding, Layout, Leaf, Profile, Severity, Volume
from assembler.pdf.page_weight import count_page_bytes

WHOLE = "bundle.pdf"
# an estimate is off by a few per cent; each round corrects those of the parts that came out too
# large
_ROUNDS = 12
_MARGIN = 1.005


class AboveLimit(Exception):
    """Above the limit, however it is cut. `pages`: number → bytes of each that is so by itself;
    `whole`: bytes of a bundle that may not be cut, 0 if it may."""

    def __init__(self, pages: Mapping[int, int] | None = None, whole: int = 0) -> None:
        self.pages = dict(pages or {})
        self.whole = whole
        super().__init__("above the receiver's limit")


def bind_within(
    layout: Layout, documents: Mapping[str, Path], folder: Path, profile: Profile, font: Path
) -> tuple[Volume, ...]:
    """Write the bundle into `folder`: one file, or several where one would be above the profile's
    limit.

    Raises what `bind` raises, and AboveLimit for what no cut can help.
    """
    whole = folder / WHOLE
    bind(layout, documents, whole, font=font, zoom=profile.zoom, linked=profile.links != "none")
    limit = profile.limit
    if limit is None or whole.stat().st_size <= limit:
        return (Volume(path=WHOLE, first=1, last=len(layout.leaves)),)
    if profile.single_file:
        raise AboveLimit(whole=whole.stat().st_size)
    sizes = weigh(whole)
    whole.unlink()
    for _ in range(_ROUNDS):
        parts = volume_split.name_volumes(
            _spans(layout, documents, folder, profile, font, sizes, limit), profile, layout
        )
        written = [_written(layout, documents, folder, profile, font, one, parts) for one in parts]
        if all(size <= limit for size in written):
            return parts
        for part, size in zip(parts, written, strict=True):
            (folder / part.path).unlink()
            _correct(sizes, part, size)
    raise AboveLimit(whole=sum(sizes))


def weigh(path: Path) -> list[int]:
    """Bytes of each page of a file, together about the size of the file; what pages share counts
    at the first of them."""
    seen: set[tuple[int, int]] = set()
    with Pdf.open(path) as pdf:
        sizes = [count_page_bytes(page.obj, seen) for page in pdf.pages]
    rest = max(0, path.stat().st_size - sum(sizes))  # structure, fonts, tags: on every page alike
    return [size + rest // len(sizes) + 1 for size in sizes]


def _spans(
    layout: Layout,
    documents: Mapping[str, Path],
    folder: Path,
    profile: Profile,
    font: Path,
    sizes: list[int],
    limit: int,
) -> tuple[volume_split.Span, ...]:
    """The cuts by these sizes. Pages that seem too large are bound by themselves before they are
    said to be."""
    above: dict[int, int] = {}
    for number, seeming in enumerate(sizes, 1):
        if seeming > limit:
            alone = Volume(path="page.pdf", first=number, last=number)
            size = _written(
                layout, documents, folder, profile, font, alone, _around(alone, len(layout.leaves))
            )
            (folder / alone.path).unlink()
            sizes[number - 1] = size
            if size > limit:
                above[number] = size
    if above:
        raise AboveLimit(pages=above)
    return volume_split.split_pages(
        volume_split.cut_runs(sizes, volume_split.count_run_pages(layout)), limit
    )


def _around(alone: Volume, pages: int) -> tuple[Volume, ...]:
    """One page, and the rest of the bundle in two other files."""
    before = Volume(path="before.pdf", first=1, last=alone.first - 1)
    after = Volume(path="after.pdf", first=alone.last + 1, last=pages)
    return tuple(one for one in (before, alone, after) if one.first <= one.last)


def _written(
    layout: Layout,
    documents: Mapping[str, Path],
    folder: Path,
    profile: Profile,
    font: Path,
    one: Volume,
    parts: Sequence[Volume],
) -> int:
    """Bind one volume; its bytes."""
    bind(
        layout,
        documents,
        folder / one.path,
        font=font,
        volume=one,
        volumes=parts,
        zoom=profile.zoom,
        linked=profile.links != "none",
    )
    return (folder / one.path).stat().st_size


def _correct(sizes: list[int], part: Volume, written: int) -> None:
    """Where a part came out larger than estimated, its pages weigh more than thought."""
    pages = range(part.first - 1, part.last)
    estimate = sum(sizes[page] for page in pages)
    if written > estimate:
        for page in pages:
            sizes[page] = round(sizes[page] * written / estimate * _MARGIN) + 1


def refusal(
    above: AboveLimit, layout: Layout, profile: Profile, why: Mapping[int, str] | None = None
) -> CaseRejected:
    """The error that names the pages that are too large, or the bundle. `why`: what keeps a page
    from being made smaller."""
    limit = profile.limit or 0
    found = [
        _finding(
            layout.leaves[number - 1],
            profile,
            f"it has {size:,} bytes by itself, {limit:,} are allowed{(why or {}).get(number, '')}",
        )
        for number, size in sorted(above.pages.items())
    ]
    if above.whole:
        found.append(
            Finding(
                rule="PROFILE.SIZE",
                severity=Severity.ERROR,
                where=WHOLE,
                problem=f"it has {above.whole:,} bytes, {limit:,} are allowed, and it may not be "
                f"split",
                remedy="scan at a lower resolution, or leave out what is not needed",
                source=profile.source("max_bytes") or None,
            )
        )
    return CaseRejected(
        "the bundle cannot be brought below the receiver's limit",
        found,
        where=f"--profile {profile.id}",
    )


def place(leaf: Leaf) -> str:
    """A page, as a finding names it."""
    return (
        f"exhibit {leaf.exhibit}, page {leaf.exhibit_page}"
        if leaf.exhibit_page
        else f"page {leaf.label} ({leaf.part})"
    )


def _finding(leaf: Leaf, profile: Profile, problem: str) -> Finding:
    return Finding(
        rule="PROFILE.PAGE",
        severity=Severity.ERROR,
        where=place(leaf),
        problem=problem,
        remedy="scan this page at a lower resolution",
        exhibit=leaf.exhibit or None,
        page=leaf.exhibit_page or leaf.number,
        source=profile.source("max_bytes") or None,
    )
