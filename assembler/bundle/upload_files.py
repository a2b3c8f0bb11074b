"""Write the files of an upload set: cut by what the pages are, weighed, and measured as written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from assembler.bundle.volumes import (
    AboveLimit,
    VolumeWriter,
    make_writer,
    weigh_pages,
    write_within,
)
from assembler.layout import upload_set
from assembler.layout.upload_set import Block, Piece
from assembler.model import DocumentId, Layout, Profile, Volume

_NO_LIMIT = 2**62


def bind_upload_set(
    layout: Layout,
    documents: Mapping[DocumentId, Path],
    folder: Path,
    profile: Profile,
    font: Path,
    blocks: Sequence[Block],
) -> tuple[Volume, ...]:
    """Write the files of an upload set into `folder`.

    The files that the layout already names are written as they are if each is below the limit, so
    that an index which names them stays true.

    Args:
        blocks: what stays together, see `upload_set.list_blocks`.

    Raises:
        AboveLimit: pages that stay together are above the limit.
        ToolFailed, TemplateBroken: as `bind`.
    """
    limit = profile.limit or _NO_LIMIT
    writer = make_writer(layout, documents, folder, profile, font)
    sizes = _weigh_leaves(layout, documents)

    def cut(number: int) -> tuple[Volume, ...]:
        if number == 0 and layout.files:
            return layout.files
        return upload_set.name_files(_pack(writer, blocks, sizes, limit), profile)

    return write_within(writer, cut, sizes, limit)


def _weigh_leaves(layout: Layout, documents: Mapping[DocumentId, Path]) -> list[int]:
    """Return the bytes of each page of the packet, as its document has it."""
    names = dict.fromkeys(leaf.document for leaf in layout.leaves)
    weights = {name: weigh_pages(documents[name]) for name in names}
    return [weights[leaf.document][leaf.index] for leaf in layout.leaves]


def _pack(
    writer: VolumeWriter, blocks: Sequence[Block], sizes: list[int], limit: int
) -> tuple[upload_set.FileContent, ...]:
    """Return the files by these sizes. Pages that seem too large are measured before they are
    reported."""
    above: dict[tuple[int, int], int] = {}
    estimates = list(sizes)
    while True:
        try:
            contents = upload_set.pack_blocks(blocks, estimates, limit)
        except upload_set.PieceTooLarge as error:
            piece = error.piece
            size = writer.measure(piece.first, piece.last)
            if size > limit:
                above[piece.first, piece.last] = size
            else:
                _spread(sizes, piece, size)
            _spread(estimates, piece, min(size, limit))
            continue
        if above:
            pages = {first: size for (first, last), size in above.items() if first == last}
            spans = {span: size for span, size in above.items() if span[0] != span[1]}
            raise AboveLimit(pages=pages, spans=spans)
        return contents


def _spread(sizes: list[int], piece: Piece, size: int) -> None:
    """Distribute measured bytes over pages, which then do not have more together."""
    count = piece.last - piece.first + 1
    for number in range(piece.first, piece.last + 1):
        sizes[number - 1] = size // count
