"""Phase 3, one exhibit per worker: join its pages and put the invisible text over recognized
ones."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Matrix, Name, Pdf

from assembler.evidence import page_recognition
from assembler.pdf.geometry import Frame, find_page_matrix, format_operands
from assembler.pdf.page_transfer import is_long, transfer_pages, write_page_tree
from assembler.runtime.atomic_files import open_deferring_errors
from assembler.runtime.cache import Cache
from assembler.runtime.code_version import digest_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A page of a normalized PDF (`index` from 0), with its recognition.

    `turned`: clockwise degrees by which the page as displayed must be turned.
    """

    pdf: Path
    sha256: str
    index: int
    recognized: page_recognition.RecognizedPage | None
    turned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One exhibit to join."""

    exhibit: str
    pieces: tuple[Piece, ...]
    cache: Cache


def join_exhibit(job: Job) -> Path:
    """Return the prepared PDF of an exhibit; keeps links, named destinations and outlines of the
    sources."""
    key = [
        "join",
        digest_code("evidence", "documents/word_to_pdf"),
        pikepdf.__version__,
        *map(_name_piece, job.pieces),
    ]
    return job.cache.get_or_make(key, lambda folder: _make(job, folder)) / "prepared.pdf"


def _name_piece(piece: Piece) -> str:
    # the layer's folder is named by the hash of everything it was made from
    layer = piece.recognized.layer.parent.name if piece.recognized else ""
    return f"{piece.sha256}:{piece.index}:{layer}:{piece.turned}"


def _make(job: Job, folder: Path) -> None:
    job.cache.check_unchanged(
        path
        for piece in job.pieces
        for path in (piece.pdf, piece.recognized.layer if piece.recognized else piece.pdf)
    )
    with Pdf.new() as book:
        for run in _group_pieces(job.pieces):
            _append(book, run)
        _share_fonts(book, [n for n, piece in enumerate(job.pieces) if piece.recognized])
        with open_deferring_errors(folder / "prepared.pdf") as out:
            book.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                compress_streams=True,
            )


def _group_pieces(pieces: tuple[Piece, ...]) -> list[list[Piece]]:
    """Group neighbors from the same file, since links between two copying calls would be lost."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        if runs and runs[-1][-1].pdf == piece.pdf:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _append(book: Pdf, run: list[Piece]) -> None:
    start = len(book.pages)
    with Pdf.open(run[0].pdf) as source, warnings.catch_warnings():
        # a destination outside the used pages is lost; its link stays without effect, and the page
        # looks the same
        warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
        _copy_pages(book, source, [piece.index for piece in run])
    for page, piece in zip(list(book.pages)[start:], run, strict=True):
        if piece.recognized or piece.turned:
            page.Rotate = (int(page.get(Name.Rotate, 0)) + piece.turned) % 360
        if piece.recognized:
            _overlay_words(book, page, piece.recognized)


def _copy_pages(book: Pdf, source: Pdf, indices: list[int]) -> None:
    if not is_long(source, indices):
        book.add_pages_from(source, indices)
        return
    earlier = list(book.pages)
    del book.pages[:]
    transferred = transfer_pages(book, source, indices)
    write_page_tree(book, [*earlier, *transferred.pages])
    with book.open_outline() as tree:
        tree.root.extend(transferred.outline)


def _overlay_words(
    book: Pdf, page: pikepdf.Page, recognized: page_recognition.RecognizedPage
) -> None:
    """Put the recognized text over the upright page, where it is visible."""
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    frame = Frame(x0=x0, y0=y0, x1=x1, y1=y1, rotate=int(page.Rotate))
    with Pdf.open(recognized.layer) as layer:
        form = book.copy_foreign(layer.pages[0].as_form_xobject())
    box = [float(value) for value in form.BBox]
    fit = Matrix(frame.width / (box[2] - box[0]), 0, 0, frame.height / (box[3] - box[1]), 0, 0)
    # a fixed name, since the library would choose a random one
    name = page.add_resource(form, Name.XObject, name=Name("/AssemblerWords"))
    page.contents_add(b"q\n", prepend=True)
    matrix = format_operands(fit @ find_page_matrix(frame))
    draw = b"\nQ\nq " + matrix + b" cm " + str(name).encode() + b" Do Q\n"
    page.contents_add(draw, prepend=False)


def _share_fonts(book: Pdf, recognized: list[int]) -> None:
    """Keep one copy of the glyphless font that the engine writes into every layer."""
    shared: pikepdf.Object | None = None
    for number in recognized:
        for name, form in book.pages[number].Resources.XObject.items():
            if name == "/AssemblerWords":
                fonts = form.Resources.get(Name.Font, pikepdf.Dictionary())
                for key in list(fonts.keys()):
                    shared = shared if shared is not None else fonts[key]
                    fonts[key] = shared
