"""Write a bundle as as many files as its receiver's limit requires: bound as one, weighed, cut, and
measured as written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Pdf

from assembler.bundle.writer import BundleStyle, bind
from assembler.errors import CaseRejected
from assembler.layout import volume_split
from assembler.model import DocumentId, Finding, Layout, Leaf, Profile, Volume
from assembler.pdf.page_weight import count_page_bytes
from assembler.runtime.rule_catalog import make_finding

WHOLE = "bundle.pdf"
# an estimate is off by a few per cent; each round corrects those of volumes that came out too large
_ROUNDS = 12
_MARGIN = 1.005


class AboveLimit(Exception):
    """The bundle is above the limit, however it is cut. `pages`: number → bytes of each page that
    is so by itself; `bundle_bytes`: bytes of a bundle that may not be cut, 0 if it may; `spans`:
    first and last page → bytes of pages that may not be parted."""

    def __init__(
        self,
        pages: Mapping[int, int] | None = None,
        bundle_bytes: int = 0,
        spans: Mapping[volume_split.Span, int] | None = None,
    ) -> None:
        self.pages = dict(pages or {})
        self.bundle_bytes = bundle_bytes
        self.spans = dict(spans or {})
        super().__init__("above the receiver's limit")


@dataclass(frozen=True, slots=True)
class VolumeWriter:
    """Writes volumes of one bundle into a folder."""

    layout: Layout
    documents: Mapping[DocumentId, Path]
    folder: Path
    style: BundleStyle

    def write(self, volume: Volume, volumes: Sequence[Volume]) -> int:
        """Write one of these volumes and return its bytes."""
        path = self.folder / volume.path
        bind(self.layout, self.documents, path, self.style, volume=volume, volumes=volumes)
        return path.stat().st_size

    def measure(self, first: int, last: int) -> int:
        """Return the bytes of these pages as a file of their own."""
        single = Volume(path="page.pdf", first=first, last=last)
        size = self.write(single, _split_around(single, len(self.layout.leaves)))
        (self.folder / single.path).unlink()
        return size


def bind_within(
    layout: Layout, documents: Mapping[DocumentId, Path], folder: Path, profile: Profile, font: Path
) -> tuple[Volume, ...]:
    """Write the bundle into `folder`: one file, or several if one would be above the limit.

    Raises:
        AboveLimit: no cut can help.
        ToolFailed, TemplateBroken: as `bind`.
    """
    bundle = folder / WHOLE
    writer = make_writer(layout, documents, folder, profile, font)
    bind(layout, documents, bundle, writer.style)
    limit, size = profile.limit, bundle.stat().st_size
    if limit is None or size <= limit:
        return (Volume(path=WHOLE, first=1, last=len(layout.leaves)),)
    if profile.single_file:
        raise AboveLimit(bundle_bytes=size)
    sizes = weigh_pages(bundle)
    bundle.unlink()

    def cut(_: int) -> tuple[Volume, ...]:
        spans = _cut_into_spans(writer, sizes, limit)
        return volume_split.name_volumes(spans, profile, layout)

    return write_within(writer, cut, sizes, limit)


def write_within(
    writer: VolumeWriter,
    cut: Callable[[int], tuple[Volume, ...]],
    sizes: list[int],
    limit: int,
) -> tuple[Volume, ...]:
    """Write volumes until each is within the limit, and return them.

    Args:
        cut: returns the volumes of a round (from 0), by the estimates as they are then.
        sizes: estimated bytes of each page; corrected after each round.

    Raises:
        AboveLimit: no round was enough.
    """
    for number in range(_ROUNDS):
        volumes = cut(number)
        written = [writer.write(volume, volumes) for volume in volumes]
        if all(size <= limit for size in written):
            return volumes
        for volume, size in zip(volumes, written, strict=True):
            (writer.folder / volume.path).unlink()
            _correct_estimates(sizes, volume, size)
    raise AboveLimit(bundle_bytes=sum(sizes))


def make_writer(
    layout: Layout, documents: Mapping[DocumentId, Path], folder: Path, profile: Profile, font: Path
) -> VolumeWriter:
    """Return what writes files of a bundle into `folder` as its receiver wants them."""
    style = BundleStyle(font=font, zoom=profile.zoom, linked=profile.links != "none")
    return VolumeWriter(layout, documents, folder, style)


def weigh_pages(path: Path) -> list[int]:
    """Return the bytes of each page of a file, together about the size of the file; shared objects
    count at their first page."""
    seen: set[tuple[int, int]] = set()
    with Pdf.open(path) as pdf:
        sizes = [count_page_bytes(page.obj, seen) for page in pdf.pages]
    # structure, fonts, tags: distributed evenly over the pages
    remainder = max(0, path.stat().st_size - sum(sizes))
    return [size + remainder // len(sizes) + 1 for size in sizes]


def _cut_into_spans(
    writer: VolumeWriter, sizes: list[int], limit: int
) -> tuple[volume_split.Span, ...]:
    """Return the cuts by these sizes.

    Pages that seem too large are bound by themselves before they are reported.
    """
    above: dict[int, int] = {}
    for number, estimate in enumerate(sizes, 1):
        if estimate > limit:
            size = writer.measure(number, number)
            sizes[number - 1] = size
            if size > limit:
                above[number] = size
    if above:
        raise AboveLimit(pages=above)
    runs = volume_split.cut_runs(sizes, volume_split.count_run_pages(writer.layout))
    return volume_split.split_pages(runs, limit)


def _split_around(single: Volume, pages: int) -> tuple[Volume, ...]:
    """Return one page as a volume, and the rest of the bundle as two others."""
    before = Volume(path="before.pdf", first=1, last=single.first - 1)
    after = Volume(path="after.pdf", first=single.last + 1, last=pages)
    return tuple(volume for volume in (before, single, after) if volume.first <= volume.last)


def _correct_estimates(sizes: list[int], part: Volume, written: int) -> None:
    """Raise the estimates of a volume's pages if it came out larger than estimated."""
    pages = range(part.first - 1, part.last)
    estimate = sum(sizes[page] for page in pages)
    if written > estimate:
        for page in pages:
            sizes[page] = round(sizes[page] * written / estimate * _MARGIN) + 1


def make_above_limit_error(
    above: AboveLimit, layout: Layout, profile: Profile, why: Mapping[int, str] | None = None
) -> CaseRejected:
    """Return the error that names the pages that are too large, or the bundle.

    Args:
        why: what prevents a page from being made smaller, by number.
    """
    limit = profile.limit or 0
    findings = [
        _make_page_finding(
            layout.leaves[number - 1],
            profile,
            f"it alone has {size:,} bytes, {limit:,} are allowed{(why or {}).get(number, '')}",
        )
        for number, size in sorted(above.pages.items())
    ]
    findings += [
        _make_span_finding(layout, span, size, profile) for span, size in above.spans.items()
    ]
    if above.bundle_bytes:
        findings.append(
            make_finding(
                "PROFILE.SIZE",
                WHOLE,
                f"it has {above.bundle_bytes:,} bytes, {limit:,} are allowed, and it may not be "
                f"split",
                "scan at a lower resolution, or leave out what is not needed",
                source=profile.source("max_bytes") or None,
            )
        )
    return CaseRejected(
        "the bundle cannot be brought below the receiver's limit",
        findings,
        where=f"--profile {profile.id}",
    )


def _make_span_finding(
    layout: Layout, span: volume_split.Span, size: int, profile: Profile
) -> Finding:
    """Return the finding for pages of a form or an exhibit that stay in one file."""
    leaves = layout.leaves[span[0] - 1 : span[1]]
    pages = [leaf for leaf in leaves if leaf.exhibit_page]
    what, where = "a form is", f"page {leaves[0].label} ({leaves[0].part})"
    if pages:
        first, last = pages[0].exhibit_page, pages[-1].exhibit_page
        what = "an original, its translation and the translator's certificate are"
        where = f"exhibit {pages[0].exhibit}, pages {first} to {last}"
    return make_finding(
        "UPLOAD.TOGETHER",
        where,
        f"{what} one file, which would have {size:,} bytes; {profile.limit or 0:,} are allowed",
        "scan these pages at a lower resolution, or leave out pages that are not needed",
        exhibit=pages[0].exhibit if pages else None,
        page=pages[0].exhibit_page if pages else leaves[0].number,
        source=profile.source("max_bytes") or None,
    )


def describe_page(leaf: Leaf) -> str:
    """Return a page's name in findings."""
    return (
        f"exhibit {leaf.exhibit}, page {leaf.exhibit_page}"
        if leaf.exhibit_page
        else f"page {leaf.label} ({leaf.part})"
    )


def _make_page_finding(leaf: Leaf, profile: Profile, problem: str) -> Finding:
    return make_finding(
        "PROFILE.PAGE",
        describe_page(leaf),
        problem,
        "scan this page at a lower resolution",
        exhibit=leaf.exhibit or None,
        page=leaf.exhibit_page or leaf.number,
        source=profile.source("max_bytes") or None,
    )
