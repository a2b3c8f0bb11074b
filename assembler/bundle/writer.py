"""Write the bundle: copy the pages, pass them to tags, links and stamps, and save."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from assembler import __version__
from assembler.bundle import (
    large_pictures,
    links,
    other_volumes,
    outline,
    page_copy,
    page_gate,
    stamp_font,
    stamps,
    tags,
)
from assembler.layout.volume_split import select_volume_layout
from assembler.model import DocumentId, Layout, Volume
from assembler.runtime.atomic_files import open_deferring_errors

TITLE = "Filing bundle"  # a viewer shows it in the window bar, so it names no one


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundBundle:
    """What was written. `renamed`: destinations of evidence whose names two files shared;
    `dead_links`: links of evidence to a place that is not in the bundle, which now lead nowhere."""

    pages: int
    renamed: int
    dead_links: int
    tagged: tuple[str, ...]  # documents whose tags were kept


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleStyle:
    """How a bundle is written."""

    font: Path  # TrueType file of the stamps
    language: str = "en-US"
    zoom: int | None = None  # per cent at which it opens
    linked: bool = True  # without, it has no links; bookmarks stay


def bind(
    layout: Layout,
    documents: Mapping[DocumentId, Path],
    target: Path,
    style: BundleStyle,
    *,
    volume: Volume | None = None,
    volumes: Sequence[Volume] = (),
) -> BoundBundle:
    """Write the bundle to `target`.

    Args:
        documents: a PDF for each Leaf.document.
        volume: write only its pages, with links to the other `volumes` naming their files.

    Raises:
        ToolFailed: a document has other pages than the layout, or still has form fields.
        TemplateBroken: a link of ours leads nowhere.
    """
    elsewhere = other_volumes.OtherVolumes(layout, volume, volumes)
    layout = select_volume_layout(layout, volume) if volume else layout
    files = [documents[name] for name in dict.fromkeys(leaf.document for leaf in layout.leaves)]
    with (
        large_pictures.stage_pictures(files, target) as pictures,
        pictures.make_bundle() as bundle,
        ExitStack() as open_files,
    ):
        source = page_copy.CopySource(documents, open_files, elsewhere, pictures)
        copied = page_copy.copy_pages(bundle, layout, source)
        pages = copied.pages
        tagged = tags.merge_tags(bundle, layout, pages, elsewhere.complete_drafts(copied.drafts))
        links.connect_links(layout, pages, elsewhere)
        page_gate.keep_plain_pages(layout, pages)
        moves = stamps.shrink_pages(bundle, layout, pages)
        outline_items = [item for items in copied.outlines.values() for item in items]
        links.move_destinations(bundle, pages, outline_items, moves)
        stamps.stamp_pages(bundle, layout, pages, stamp_font.embed_stamp_font(bundle, style.font))
        if not style.linked:
            links.remove_links(pages)
        page_gate.keep_used_names(bundle, pages)
        outline.write_bookmarks(bundle, layout, pages, copied.outlines)
        _describe(bundle, [leaf.label for leaf in layout.leaves], style)
        pictures.restore_pictures(bundle)
        page_gate.keep_plain_objects(bundle)
        _save(bundle, target)
        return BoundBundle(
            pages=len(pages), renamed=copied.renamed, dead_links=copied.dead_links, tagged=tagged
        )


def _save(bundle: Pdf, target: Path) -> None:
    with open_deferring_errors(target) as out:
        bundle.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )


def _describe(bundle: Pdf, labels: Sequence[str], style: BundleStyle) -> None:
    root = bundle.Root
    root.Lang = String(style.language)
    root.PageLabels = Dictionary(Nums=Array(list(_iterate_label_ranges(labels))))
    root.PageMode = Name.UseOutlines
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    for active in (Name.OpenAction, Name.AA, Name.AcroForm):
        if active in root:
            del root[active]
    if style.zoom:
        root.OpenAction = Array([bundle.pages[0].obj, Name.XYZ, None, None, style.zoom / 100])
    bundle.docinfo[Name.Title] = String(TITLE)
    bundle.docinfo[Name.Producer] = String(f"assembler {__version__}")


def _iterate_label_ranges(labels: Sequence[str]) -> Iterator[int | Dictionary]:
    """Yield ranges of page labels: consecutive numbers are one, each "57a" is its own."""
    next_label = ""
    for index, label in enumerate(labels):
        if not label.isdecimal():
            yield from (index, Dictionary(P=String(label)))
            next_label = ""
        else:
            if label != next_label:
                yield from (index, Dictionary(S=Name.D, St=int(label)))
            next_label = str(int(label) + 1)
