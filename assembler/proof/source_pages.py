"""How many pages the client's files have, counted anew, and which of them an exhibit should
show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from assembler.model import Manifest
from assembler.model.manifest import ExhibitFile
from assembler.pdf.source_files import NoPages, Sources
from assembler.runtime.workshop import Workshop


def source_pages(
    manifest: Manifest, case_folder: Path | None, workshop: Workshop
) -> dict[str, int]:
    """Pages of every source file that has any, counted anew; empty without the sources."""
    if case_folder is None:
        return {}
    paths = sorted({part.path for exhibit in manifest.exhibits for part in exhibit.parts})
    counted = workshop.map(count_pages, [(case_folder, path) for path in paths])
    return {
        path: count for path, count in zip(paths, counted, strict=True) if isinstance(count, int)
    }


def count_pages(source: tuple[Path, str]) -> int | None:
    """Pages of a file, (case folder, path): as PDFium or Pillow counts them; 0 if it does not
    open; None if it shows no pages."""
    import pypdfium2 as pdfium

    files = Sources(source[0])
    try:
        return len(files.open(source[1]))
    except NoPages:
        return None
    except (OSError, pdfium.PdfiumError):
        return 0
    finally:
        files.close()


def wanted(
    part: ExhibitFile, counts: Mapping[str, int], have: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    path = part.path
    count = counts.get(path, max((page for name, page in have if name == path), default=0))
    ranges = part.pages or ((1, None),)
    return [(path, page) for first, last in ranges for page in range(first, (last or count) + 1)]
