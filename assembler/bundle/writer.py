"""The book itself: the pages copied, each handed to tags, links and stamps, and saved."""

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
from assembler.layout.volume_split import layout_of_volume
from assembler.model import Layout, Volume
from assembler.runtime.atomic_files import open_deferring_errors

TITLE = "Filing bundle"  # a viewer shows it in the window bar, so it names nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What was written. `renamed`: destinations of evidence whose names two files shared;
    `dead_links`: links of evidence to a place that is not in the bundle, which now lead nowhere."""

    pages: int
    renamed: int
    dead_links: int
    tagged: tuple[str, ...]  # documents whose tags were kept


def bind(
    layout: Layout,
    documents: Mapping[str, Path],
    target: Path,
    *,
    font: Path,
    language: str = "en-US",
    volume: Volume | None = None,
    volumes: Sequence[Volume] = (),
    zoom: int | None = None,
    linked: bool = True,
) -> Bound:
    """Write the bundle to `target`. `documents`: a PDF for each Leaf.document; `font`: the TrueType
    file of the stamps.

    `volume`: only its pages, with links to the other `volumes` naming their files. `zoom`: per cent
    at which it opens. `linked`: False leaves no link in it; bookmarks stay.

    Raises ToolFailed if a document has other pages than the layout says or still has form fields,
    TemplateBroken for a link of ours that leads nowhere.
    """
    away = other_volumes.Elsewhere(layout, volume, volumes)
    layout = layout_of_volume(layout, volume) if volume else layout
    files = [documents[name] for name in dict.fromkeys(leaf.document for leaf in layout.leaves)]
    with (
        large_pictures.of(files, target) as pictures,
        pictures.new_book() as book,
        ExitStack() as open_files,
    ):
        copied = page_copy.copy(book, layout, documents, open_files, away, pictures)
        pages = copied.pages
        tagged = tags.merge(book, layout, pages, away.whole(copied.drafts))
        links.connect(layout, pages, away)
        page_gate.keep_plain_pages(layout, pages)
        moves = stamps.shrink(book, layout, pages)
        links.follow(
            book, pages, [item for items in copied.outlines.values() for item in items], moves
        )
        stamps.stamp(book, layout, pages, stamp_font.embed(book, font))
        if not linked:
            links.remove(pages)
        page_gate.keep_used_names(book, pages)
        outline.write(book, layout, pages, copied.outlines)
        _describe(book, language, [leaf.label for leaf in layout.leaves], zoom)
        pictures.put_back(book)
        page_gate.keep_plain_objects(book)
        with open_deferring_errors(target) as out:
            book.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                compress_streams=True,
            )
        return Bound(
            pages=len(pages), renamed=copied.renamed, dead_links=copied.dead_links, tagged=tagged
        )


def _describe(book: Pdf, language: str, labels: Sequence[str], zoom: int | None) -> None:
    root = book.Root
    root.Lang = String(language)
    root.PageLabels = Dictionary(Nums=Array(list(_labeled(labels))))
    root.PageMode = Name.UseOutlines
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    for active in (Name.OpenAction, Name.AA, Name.AcroForm):
        if active in root:
            del root[active]
    if zoom:
        root.OpenAction = Array([book.pages[0].obj, Name.XYZ, None, None, zoom / 100])
    book.docinfo[Name.Title] = String(TITLE)
    book.docinfo[Name.Producer] = String(f"assembler {__version__}")


def _labeled(labels: Sequence[str]) -> Iterator[int | Dictionary]:
    """Ranges of page labels: numbers that count on are one, each "57a" is its own."""
    next_label = ""
    for index, label in enumerate(labels):
        if not label.isdecimal():
            yield from (index, Dictionary(P=String(label)))
            next_label = ""
        else:
            if label != next_label:
                yield from (index, Dictionary(S=Name.D, St=int(label)))
            next_label = str(int(label) + 1)
