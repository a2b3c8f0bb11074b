"""Say which pages of how many an excerpt has: "title page and pages 3, 41–44 of 212". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from assembler.model import Exhibit, FilePart, PartRole


def list_excerpts(exhibit: Exhibit, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return a line for each file of which an exhibit is an excerpt, as the index prints it.

    The file is named where several are excerpts, and where the excerpt is not of the document
    itself.

    Args:
        counts: how many pages each file has, by `source_key`.
    """
    groups: dict[tuple[str, PartRole], list[FilePart]] = {}
    for part in exhibit.parts:
        groups.setdefault((part.source_key, part.role), []).append(part)
    excerpts = {key: parts for key, parts in groups.items() if any(part.excerpt for part in parts)}
    lines = []
    for (key, role), parts in excerpts.items():
        is_named = len(excerpts) > 1 or role is not PartRole.DOCUMENT
        name = f", {PurePosixPath(parts[0].path).name}" if is_named else ""
        lines.append(f"Excerpt{name}: {describe_pages(parts, counts[key])}")
    return tuple(lines)


def describe_pages(parts: Sequence[FilePart], count: int) -> str:
    """Return "title page and pages 3, 41–44 of 212" for parts of a file of `count` pages."""
    pages = [
        page
        for part in parts
        for first, last in part.pages or ((1, None),)
        for page in range(first, (last or count) + 1)
    ]
    title_page = next((part.title_page for part in parts if part.title_page), 0)
    is_titled = len(pages) > 1 and pages[0] == title_page
    rest = pages[1:] if is_titled else pages
    ranges = ", ".join(_format_ranges(rest))
    noun = "page" if len(rest) == 1 else "pages"
    return f"{'title page and ' if is_titled else ''}{noun} {ranges} of {count}"


def _format_ranges(pages: Sequence[int]) -> Iterator[str]:
    """Yield runs of consecutive pages, as 3 or 41–44."""
    first = previous = pages[0]
    for page in (*pages[1:], None):
        if page == previous + 1:
            previous = previous + 1
            continue
        yield str(first) if first == previous else f"{first}–{previous}"
        if page is not None:
            first = previous = page
