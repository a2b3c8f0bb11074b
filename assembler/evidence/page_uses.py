"""The pages of files as an exhibit uses them, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assembler.evidence.file_preparation import OpenedSource
from assembler.model import Exhibit, FilePart, PartRole


@dataclass(frozen=True, slots=True, kw_only=True)
class PageUse:
    """A page of a file as an exhibit uses it. `key`: of its file among the opened ones."""

    part: FilePart
    key: str
    index: int
    language: str


Uses = dict[str, tuple[PageUse, ...]]  # by exhibit
Sources = dict[str, OpenedSource]  # by the key of the file, see `make_source_key`


def list_uses(exhibit: Exhibit, sources: Mapping[str, OpenedSource]) -> tuple[PageUse, ...]:
    """Return the pages an exhibit uses, in order; numbers out of range are left out."""
    uses: list[PageUse] = []
    for part in exhibit.parts:
        source = sources[part.source_key]
        indexes = index_pages(source)
        count = len(indexes)
        language = _find_language(exhibit, part, source)
        for first, last in part.pages or ((1, None),):
            numbers = range(first, min(last or count, count) + 1)
            uses += [
                PageUse(part=part, key=part.source_key, index=index, language=language)
                for number in numbers
                for index in indexes[number]
            ]
    return tuple(uses)


def _find_language(exhibit: Exhibit, part: FilePart, source: OpenedSource) -> str:
    """Return the language of a file's pages; the sheet of a recording is ours."""
    if source.is_recording or (not part.language and part.role != PartRole.DOCUMENT):
        return "en"
    return part.language or exhibit.language


def index_pages(source: OpenedSource) -> dict[int, list[int]]:
    """Return by page of a file (from 1) the indexes of its pages; several if it was cut."""
    indexes: dict[int, list[int]] = {}
    for index, page in enumerate(source.pages):
        indexes.setdefault(page.source, []).append(index)
    return indexes
