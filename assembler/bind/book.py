"""The book itself: open every document once, copy its pages, hand each to stamps and links, save."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, String

from assembler import __version__
from assembler.bind import links, outline, stamps, tags
from assembler.errors import ToolFailed
from assembler.model import Layout, Leaf

TITLE = "Filing bundle"  # a viewer shows it in the window bar, so it names nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What was written. `renamed`: destinations of evidence whose names two files shared."""

    pages: int
    renamed: int
    tagged: tuple[str, ...]  # documents whose tags were kept


def bind(
    layout: Layout, documents: Mapping[str, Path], target: Path, *, font: Path, language: str = "en-US"
) -> Bound:
    """Write the bundle to `target`. `documents`: a PDF for each Leaf.document; `font`: the TrueType file of the stamps.

    Raises ToolFailed if a document has other pages than the layout says, TemplateBroken for a link of ours that leads
    nowhere.
    """
    with Pdf.new() as book, ExitStack() as open_files:
        names = dict.fromkeys(leaf.document for leaf in layout.leaves)
        sources = {name: open_files.enter_context(Pdf.open(documents[name])) for name in names}
        outlines, renamed = _copy(book, layout, sources)
        tagged = tags.merge(book, layout, sources)
        links.connect(book, layout)
        stamps.stamp(book, layout, font)
        outline.write(book, layout, outlines)
        _describe(book, language)
        book.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
        return Bound(pages=len(book.pages), renamed=renamed, tagged=tagged)


def _copy(
    book: Pdf, layout: Layout, sources: Mapping[str, Pdf]
) -> tuple[dict[str, list[OutlineItem]], int]:
    """Copy all pages in order; give the outline each document brought along, and how many names collided."""
    outlines: dict[str, list[OutlineItem]] = {}
    renamed = 0
    for part, run in groupby(layout.leaves, key=lambda leaf: leaf.part):
        leaves: list[Leaf] = list(run)
        document = leaves[0].document
        with warnings.catch_warnings():
            warnings.simplefilter("error", pikepdf.PageCopyWarning)
            try:
                result = book.add_pages_from(sources[document], [leaf.index for leaf in leaves])
            except (IndexError, pikepdf.PageCopyWarning) as error:
                raise ToolFailed(f"its pages could not be copied whole ({type(error).__name__})", where=part) from error
        renamed += len(result.renamed_dests)
        if result.outline_items_added:
            outlines[document] = outline.take(book)
    return outlines, renamed


def _describe(book: Pdf, language: str) -> None:
    root = book.Root
    root.Lang = String(language)
    root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=1)]))
    root.PageMode = Name.UseOutlines
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    for active in (Name.OpenAction, Name.AA, Name.AcroForm):
        if active in root:
            del root[active]
    book.docinfo[Name.Title] = String(TITLE)
    book.docinfo[Name.Producer] = String(f"assembler {__version__}")
