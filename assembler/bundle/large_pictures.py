"""Move large pictures from the documents into the bundle without holding all of them in memory.

Copying a page from another file copies its streams into memory, and a gigabyte of scans would take
a gigabyte there. So if the documents are large, the pictures are first written, one after the
other, into a file beside the bundle, a plain PDF without pages; the bundle begins as that file,
pages are copied with empty pictures, and at the end each gets its own from the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pikepdf import AccessMode, Name, Object, Pdf, PdfError, Stream

_WORTH = 64_000_000  # bytes of all documents from which this is done
_LARGE = 65_536  # bytes of a picture
_MARK = Name("/AssemblerPicture")


class StagedPictures:
    """The large pictures of some documents in a file; no file if the documents are small."""

    def __init__(self, path: Path, files: Sequence[Path]) -> None:
        self._path = path
        self._places: dict[Path, dict[tuple[int, int], int]] = {}
        if sum(file.stat().st_size for file in files) >= _WORTH:
            self._write(files)

    def _write(self, files: Sequence[Path]) -> None:
        with self._path.open("wb") as out:
            offsets = _write_head(out)
            for file in dict.fromkeys(files):
                with suppress(PdfError):  # copying its pages will report what is wrong with it
                    self._places[file] = _add(out, file, offsets)
            _write_foot(out, offsets)

    def make_bundle(self) -> Pdf:
        """Return an empty bundle that has the pictures."""
        return Pdf.open(self._path, access_mode=AccessMode.stream) if self._places else Pdf.new()

    def empty_pictures(self, source: Pdf, file: Path) -> None:
        """Empty the pictures of an open document that are in the file, marking each with its
        number."""
        for place, number in self._places.get(file, {}).items():
            picture = source.get_object(place)
            _fill(picture, b"")
            picture[_MARK] = number

    def restore_pictures(self, bundle: Pdf) -> None:
        """Give each emptied picture of the bundle its own bytes again."""
        restored: dict[int, tuple[int, int]] = {}
        for item in list(bundle.objects) if self._places else ():
            if isinstance(item, Stream) and _MARK in item:
                number = int(item[_MARK])
                if number in restored:  # copied twice, for two parts of the book
                    _fill(item, bundle.get_object(restored[number]).read_raw_bytes())
                else:
                    restored[number] = item.objgen
                    _restore(bundle, item, number)


@contextmanager
def stage_pictures(files: Sequence[Path], target: Path) -> Iterator[StagedPictures]:
    """Stage the large pictures of the documents that are bound into `target`, beside it, until that
    is done."""
    path = target.with_name(f".{target.name}.pictures")
    try:
        yield StagedPictures(path, files)
    finally:
        path.unlink(missing_ok=True)


def _add(out: BinaryIO, file: Path, offsets: list[int]) -> dict[tuple[int, int], int]:
    """Write the large pictures of a document; return the place of each and its number in the new
    file."""
    places: dict[tuple[int, int], int] = {}
    with Pdf.open(file, access_mode=AccessMode.stream) as source:
        for picture in _iterate_large(source):
            places[picture.objgen] = len(offsets) + 1
            offsets.append(_write_stream(out, len(offsets) + 1, picture.read_raw_bytes()))
    return places


def _iterate_large(source: Pdf) -> Iterator[Object]:
    for item in source.objects:
        if (
            isinstance(item, Stream)
            and item.get(Name.Subtype) == Name.Image
            and int(item.get(Name.Length, 0)) >= _LARGE
        ):
            yield item


def _fill(picture: Object, data: bytes) -> None:
    """Replace the bytes, keeping the coding of the picture's own."""
    coding = {key: picture[key] for key in (Name.Filter, Name.DecodeParms) if key in picture}
    picture.write(data)
    for key, value in coding.items():
        picture[key] = value
    if _MARK in picture:
        del picture[_MARK]


def _restore(bundle: Pdf, empty: Object, number: int) -> None:
    """Put the emptied picture's own entries on the stream that holds its bytes, in its place."""
    place = empty.objgen
    entries = {key: empty[key] for key in empty.keys() if key not in (str(_MARK), "/Length")}  # noqa: SIM118 - not a dict
    bundle._swap_objects(place, (number, 0))
    restored = bundle.get_object(place)
    for key, value in entries.items():
        restored[key] = value


def _write_head(out: BinaryIO) -> list[int]:
    out.write(b"%PDF-1.3\n%\xbf\xf7\xa2\xfe\n")
    offsets = []
    for number, body in (
        (1, b"<</Type/Catalog/Pages 2 0 R>>"),
        (2, b"<</Type/Pages/Kids[]/Count 0>>"),
    ):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    return offsets


def _write_stream(out: BinaryIO, number: int, data: bytes) -> int:
    offset = out.tell()
    out.write(b"%d 0 obj\n<</Length %d>>\nstream\n" % (number, len(data)))
    out.write(data)
    out.write(b"\nendstream\nendobj\n")
    return offset


def _write_foot(out: BinaryIO, offsets: list[int]) -> None:
    start, count = out.tell(), len(offsets) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start))
