"""Check excerpts: what is printed of them, and how many pages their files have. Pure.

The phrase is made here from the manifest's list of pages, with code of the proof's own. That the
list is what the bundle has is seen by `packet_files.check_ledger`, and the number of pages of the
file is counted by the proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assembler.model import Check, Manifest
from assembler.model.manifest import ExhibitFile, ManifestExhibit


def write_excerpts(exhibit: ManifestExhibit) -> tuple[str, ...]:
    """Return what must be printed of the excerpts of an exhibit, a line for each file."""
    files: dict[tuple[str, str], list[ExhibitFile]] = {}
    for part in exhibit.parts:
        files.setdefault((part.key, part.role), []).append(part)
    marked = [parts for parts in files.values() if any(part.excerpt for part in parts)]
    lines = []
    for parts in marked:
        path, role = parts[0].path, parts[0].role
        has_name = len(marked) != 1 or role != "document"
        head = f"Excerpt, {path.rpartition('/')[2]}" if has_name else "Excerpt"
        lines.append(f"{head}: {_write_pages(parts)}")
    return tuple(lines)


def _write_pages(parts: Sequence[ExhibitFile]) -> str:
    total = max(part.file_pages for part in parts)
    runs: list[list[int]] = []  # first and last page
    for part in parts:
        for first, last in part.pages or ((1, total),):
            end = total if last is None else last
            if runs and runs[-1][1] + 1 == first <= end:
                runs[-1][1] = end
            elif first <= end:
                runs.append([first, end])
    count = sum(last - first + 1 for first, last in runs)
    titles = [part.title_page for part in parts if part.title_page]
    prefix = ""
    if titles and count > 1 and runs[0][0] == titles[0]:
        prefix, count = "title page and ", count - 1
        runs[0][0] += 1
    written = ", ".join("–".join(map(str, dict.fromkeys(run))) for run in runs if run[0] <= run[1])
    return f"{prefix}page{'s' if count > 1 else ''} {written} of {total}"


def check_excerpts(manifest: Manifest, counts: Mapping[str, int]) -> Iterator[Check]:
    """Yield a check for each exhibit with excerpts: their files have as many pages as is printed.

    Args:
        counts: pages of each of the client's files as they are printed, as the proof counted them.
    """
    for exhibit in manifest.exhibits:
        excerpts = [part for part in exhibit.parts if part.excerpt]
        if not excerpts or not counts:
            continue
        wrong = [part for part in excerpts if counts.get(part.key) != part.file_pages]
        detail = (
            f"its file has {counts.get(wrong[0].key, 0)} pages, not {wrong[0].file_pages}"
            if wrong
            else "its files have as many pages as the index and the tab sheet say"
        )
        yield Check(name="excerpts", ok=not wrong, detail=detail, exhibit=exhibit.id)
