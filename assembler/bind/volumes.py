"""A bundle in as many files as its receiver's limit asks for: bound whole, weighed, cut, and measured as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from assembler import splitting
from assembler.bind.book import bind
from assembler.errors import CaseRejected
from assembler.model import Finding, Layout, Leaf, Profile, Severity, Volume
from assembler.splitting import TooLarge

WHOLE = "bundle.pdf"
_ROUNDS = 12  # an estimate is off by a few per cent; each round corrects those of the parts that came out too large
_MARGIN = 1.005


def bind_within(layout: Layout, documents: Mapping[str, Path], folder: Path, profile: Profile, font: Path) -> tuple[Volume, ...]:
    """Write the bundle into `folder`: one file, or several where one would be above the profile's limit.

    Raises what `bind` raises, and CaseRejected naming the page that is above the limit by itself.
    """
    whole = folder / WHOLE
    bind(layout, documents, whole, font=font, zoom=profile.zoom)
    limit = profile.limit
    if limit is None or profile.single_file or whole.stat().st_size <= limit:
        return (Volume(path=WHOLE, first=1, last=len(layout.leaves)),)
    sizes = weigh(whole)
    whole.unlink()
    for _ in range(_ROUNDS):
        parts = splitting.volumes(_spans(layout, documents, folder, profile, font, sizes, limit), profile, layout)
        written = [_written(layout, documents, folder, profile, font, one, parts) for one in parts]
        if all(size <= limit for size in written):
            return parts
        for part, size in zip(parts, written, strict=True):
            (folder / part.path).unlink()
            _correct(sizes, part, size)
    raise _refused(layout.leaves[0], profile, "the bundle cannot be cut below the limit")


def weigh(path: Path) -> list[int]:
    """Bytes of each page of a file, together about the size of the file; what pages share counts at the first of them."""
    seen: set[tuple[int, int]] = set()
    with Pdf.open(path) as pdf:
        sizes = [_weight(page.obj, seen) for page in pdf.pages]
    rest = max(0, path.stat().st_size - sum(sizes))  # structure, fonts, tags: on every page alike
    return [size + rest // len(sizes) + 1 for size in sizes]


def _weight(page: Object, seen: set[tuple[int, int]]) -> int:
    """Bytes of all streams a page draws that are not in `seen` yet."""
    total = 0
    waiting = [page.get(key) for key in (Name.Contents, Name.Resources)]
    waiting += [note.get(Name.AP) for note in page.get(Name.Annots, ())]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Object) or (item.is_indirect and item.objgen in seen):
            continue
        if item.is_indirect:
            seen.add(item.objgen)
        if isinstance(item, Stream):
            total += int(item.stream_dict.get(Name.Length, 0))
            waiting += [item.stream_dict[key] for key in item.stream_dict.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Dictionary):
            waiting += [item[key] for key in item.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, Array):
            waiting += list(item)
    return total


def _spans(
    layout: Layout, documents: Mapping[str, Path], folder: Path, profile: Profile, font: Path, sizes: list[int], limit: int
) -> tuple[splitting.Span, ...]:
    """The cuts by these sizes. A page that seems too large is bound by itself before it is refused."""
    while True:
        try:
            return splitting.split(splitting.cut(sizes, splitting.runs(layout)), limit)
        except TooLarge as error:
            alone = Volume(path="page.pdf", first=error.page, last=error.page)
            size = _written(layout, documents, folder, profile, font, alone, _around(alone, len(layout.leaves)))
            (folder / alone.path).unlink()
            if size > limit:
                leaf = layout.leaves[error.page - 1]
                raise _refused(leaf, profile, f"it has {size:,} bytes by itself, {limit:,} are allowed") from error
            sizes[error.page - 1] = size


def _around(alone: Volume, pages: int) -> tuple[Volume, ...]:
    """One page, and the rest of the bundle in two other files."""
    before = Volume(path="before.pdf", first=1, last=alone.first - 1)
    after = Volume(path="after.pdf", first=alone.last + 1, last=pages)
    return tuple(one for one in (before, alone, after) if one.first <= one.last)


def _written(
    layout: Layout, documents: Mapping[str, Path], folder: Path, profile: Profile, font: Path, one: Volume,
    parts: Sequence[Volume],
) -> int:  # fmt: skip
    """Bind one volume; its bytes."""
    bind(layout, documents, folder / one.path, font=font, volume=one, volumes=parts, zoom=profile.zoom)
    return (folder / one.path).stat().st_size


def _correct(sizes: list[int], part: Volume, written: int) -> None:
    """Where a part came out larger than estimated, its pages weigh more than thought."""
    pages = range(part.first - 1, part.last)
    estimate = sum(sizes[page] for page in pages)
    if written > estimate:
        for page in pages:
            sizes[page] = round(sizes[page] * written / estimate * _MARGIN) + 1


def _refused(leaf: Leaf, profile: Profile, problem: str) -> CaseRejected:
    where = f"exhibit {leaf.exhibit}, page {leaf.exhibit_page}" if leaf.exhibit_page else f"page {leaf.label} ({leaf.part})"
    finding = Finding(
        rule="PROFILE.PAGE", severity=Severity.ERROR, where=where, problem=problem,
        remedy="scan this page at a lower resolution", exhibit=leaf.exhibit or None, page=leaf.exhibit_page or leaf.number,
        source=profile.source("max_bytes") or None,
    )  # fmt: skip
    return CaseRejected("the bundle cannot be brought below the receiver's limit", [finding], where=f"--profile {profile.id}")
