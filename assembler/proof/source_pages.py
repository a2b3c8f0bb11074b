"""Count the pages of the client's files again, and list those that an exhibit should show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from assembler.model import Check, LedgerEntry, Manifest, TextMethod
from assembler.model.manifest import ExhibitFile
from assembler.pdf.source_files import ClientFiles, NoPages, Sources
from assembler.runtime.workshop import Workshop


def count_source_pages(
    manifest: Manifest, files: ClientFiles | None, workshop: Workshop
) -> dict[str, int]:
    """Count the pages of every source file that has any; {} without the sources."""
    if files is None:
        return {}
    paths = sorted({part.key for exhibit in manifest.exhibits for part in exhibit.parts})
    counts = workshop.map(count_pages, [(files, path) for path in paths])
    return {
        path: count for path, count in zip(paths, counts, strict=True) if isinstance(count, int)
    }


def count_pages(source: tuple[ClientFiles, str]) -> int | None:
    """Count the pages of a file, (client's files, path), with PDFium or Pillow; 0 if it does not
    open, None if it has no pages."""
    import pypdfium2 as pdfium

    sources = Sources(source[0])
    try:
        return len(sources.open(source[1]))
    except NoPages:
        return None
    except (OSError, pdfium.PdfiumError):
        return 0
    finally:
        sources.close()


def list_expected_pages(
    part: ExhibitFile, counts: Mapping[str, int], actual: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Return (key of the file, page) of each page that a part of an exhibit should have."""
    path = part.key
    count = counts.get(path, max((page for name, page in actual if name == path), default=0))
    ranges = part.pages or ((1, None),)
    return [(path, page) for first, last in ranges for page in range(first, (last or count) + 1)]


def check_turned(entries: Sequence[LedgerEntry], turns: Sequence[int | None]) -> Iterator[Check]:
    """Yield a failed check for the first page of an exhibit that the ledger turns otherwise than
    the case says.

    `entries`: all pages of the exhibit. `turns`: of each of its source pages, the clockwise degrees
    that the case gives, None where it gives none. Whether the bundle has the pages turned as the
    ledger says is seen by comparing their pixels.
    """
    remaining = iter(entries)
    for turn in turns:
        entry = next(remaining)
        for part in (entry, *islice(remaining, entry.client_source.parts - 1)):
            if not _is_turned_as_given(part, turn):
                expected = f"{turn or 0} degrees, as the case says"
                detail = f"the ledger turns page {part.number} by {part.turned}, not {expected}"
                yield Check(
                    name="ledger", ok=False, detail=detail, exhibit=part.exhibit, page=part.number
                )
                return


def check_captions(entries: Sequence[LedgerEntry], captions: Sequence[str]) -> Iterator[Check]:
    """Yield a failed check for the first picture among others that does not have the caption that
    the case gives; arguments as for `check_turned`."""
    wholes = [entry for entry in entries if entry.client_source.part == 1]
    for entry, caption in zip(wholes, captions, strict=True):
        if any(tile.caption != caption for tile in entry.client_source.tiles):
            detail = (
                f"a picture on page {entry.number} does not have the caption that the case says"
            )
            yield Check(
                name="ledger", ok=False, detail=detail, exhibit=entry.exhibit, page=entry.number
            )
            return


def _is_turned_as_given(entry: LedgerEntry, turn: int | None) -> bool:
    """Return whether a page is turned as the case says; where it says nothing, only a page whose
    text was not in its file may be turned at all."""
    if turn is None:
        return entry.turned == 0 or entry.client_text.method is not TextMethod.TEXT
    return entry.turned == turn
