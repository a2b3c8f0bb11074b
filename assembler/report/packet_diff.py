"""Compare two manifests of one packet page by page: added, removed, moved, changed. Pure.

Takes an old and a new manifest; returns a list of `Change`: runs of pages with their old and new
numbers. Evidence pages are identified by their source file's hash and page, pages made by this
program by their part and place in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assembler.model import LedgerEntry, Manifest, PartKind
from assembler.model.manifest import locate_filled_form, locate_word_file

Pair = tuple[LedgerEntry | None, LedgerEntry | None]  # old and new entry of a page
PageChange = tuple[str, LedgerEntry | None, LedgerEntry | None]  # kind, old and new entry
KINDS = ("added", "removed", "changed", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A run of pages with the same kind of change: first and last place in each bundle (None if
    it has none of them), and the printed page numbers."""

    # "added", "removed", "changed" (same place, other content) or "moved" (same content, other
    # number)
    kind: str
    part: str
    exhibit: str
    tab: str  # new tab, the old one where the pages were removed
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    old_pages: str = ""  # "57–57b"
    new_pages: str = ""

    def __str__(self) -> str:
        what = f"exhibit {self.tab} ({self.exhibit})" if self.exhibit else self.part
        places = [
            _format_pages(printed)
            for printed in dict.fromkeys((self.old_pages, self.new_pages))
            if printed
        ]
        return f"{self.kind:<7} {what}: {' → '.join(places)}"


def compare(old: Manifest, new: Manifest) -> tuple[Change, ...]:
    """Return the changes between two manifests: all pages except those that both have with the
    same content and the same printed number."""
    pairs = _pair_pages(old.ledger, new.ledger)
    old_digests, new_digests = _map_digests(old), _map_digests(new)
    changes = [
        (_classify_change(old_entry, new_entry, old_digests, new_digests), old_entry, new_entry)
        for old_entry, new_entry in pairs
    ]
    return tuple(_join_runs(changes))


def as_text(changes: Sequence[Change]) -> str:
    """Return one line for each run, and a line with the counts of pages."""
    counts = Counter[str]()
    for change in changes:
        first, last = change.new or change.old or (1, 0)
        counts[change.kind] += last - first + 1
    summary = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS) + " (pages)"
    return "\n".join([*map(str, changes), summary])


def as_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return the changes as plain values."""
    return [asdict(change) for change in changes]


def note(changes: Sequence[Change], new: Manifest) -> str:
    """Return a cover note for a supplement, in Markdown: new, withdrawn, replaced and renumbered
    pages."""
    titles = {row.exhibit: row.title for row in new.index}
    lines = ["# Supplement to the filing", "", "Compared with the packet filed before:", ""]
    for kind, heading in zip(
        KINDS, ("New", "Withdrawn", "Replaced", "Renumbered, content unchanged"), strict=True
    ):
        of_kind = [change for change in changes if change.kind == kind]
        if of_kind:
            lines += [f"## {heading}", "", *(_write_line(change, titles) for change in of_kind), ""]
    if not changes:
        lines += ["Nothing has changed.", ""]
    return "\n".join(lines)


def _write_line(change: Change, titles: Mapping[str, str]) -> str:
    title = titles.get(change.exhibit, "")
    exhibit = f"Exhibit {change.tab}, {title}" if title else f"Exhibit {change.tab}"
    subject = exhibit if change.exhibit else change.part.replace("-", " ").capitalize()
    if change.kind == "moved" and change.old and change.new:
        return (
            f"- {subject}: {_format_pages(change.old_pages)} of the earlier packet, now "
            f"{_format_pages(change.new_pages)}"
        )
    if change.kind == "removed":
        return f"- {subject}: {_format_pages(change.old_pages)} of the earlier packet"
    return f"- {subject}: {_format_pages(change.new_pages)}"


def _format_pages(printed: str) -> str:
    return f"{'pages' if '–' in printed else 'page'} {printed}"


# --- find the same page in the other packet ---


def _pair_pages(old: Sequence[LedgerEntry], new: Sequence[LedgerEntry]) -> list[Pair]:
    """Pair each page with its page in the other packet.

    First pages with the same content in the same part, then the same content in another exhibit,
    then the page in the same place of the same part.
    """
    pairs: list[Pair] = []
    old_rest, new_rest = list(old), list(new)
    for key in (_make_full_key, _make_content_key, _make_place_key):
        matches, old_rest, new_rest = _match_pages(old_rest, new_rest, key)
        pairs += matches
    pairs += [(entry, None) for entry in old_rest] + [(None, entry) for entry in new_rest]
    return pairs


def _match_pages(
    old: list[LedgerEntry], new: list[LedgerEntry], key: Callable[[LedgerEntry], Any]
) -> tuple[list[Pair], list[LedgerEntry], list[LedgerEntry]]:
    """Pair entries with equal keys; return the pairs and the rest of both lists."""
    new_by_key = dict(zip(_number_keys(map(key, new)), new, strict=True))
    pairs: list[Pair] = []
    old_rest = []
    for old_entry, old_key in zip(old, list(_number_keys(map(key, old))), strict=True):
        new_entry = new_by_key.pop(old_key, None) if old_key[0] is not None else None
        if new_entry is None:
            old_rest.append(old_entry)
        else:
            pairs.append((old_entry, new_entry))
    matched = {entry.number for _, entry in pairs if entry}
    return pairs, old_rest, [entry for entry in new if entry.number not in matched]


def _number_keys(keys: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Number equal keys, so that a page that is in a packet twice is matched twice."""
    counts = Counter[Any]()
    for key in keys:
        counts[key] += 1
        yield key, counts[key]


def _make_full_key(entry: LedgerEntry) -> Any:
    return (
        (entry.part, *_make_content_key(entry))
        if entry.source is not None
        else (entry.part, _get_place(entry))
    )


def _make_content_key(entry: LedgerEntry) -> Any:
    return (entry.source.content, entry.source.page) if entry.source is not None else None


def _make_place_key(entry: LedgerEntry) -> Any:
    return (entry.part, entry.exhibit_page) if entry.source is not None else None


def _get_place(entry: LedgerEntry) -> int:
    """Return a page's place in its part; 0 for a tab sheet, the only page of its part."""
    return 0 if entry.kind is PartKind.TAB else entry.index


# --- compare the paired pages ---


def _classify_change(
    old: LedgerEntry | None,
    new: LedgerEntry | None,
    old_digests: Mapping[str, str],
    new_digests: Mapping[str, str],
) -> str:
    """Return the kind of change of a page, or "same"."""
    if old is None:
        return "added"
    if new is None:
        return "removed"
    if _identify_content(old, old_digests) != _identify_content(new, new_digests):
        return "changed"
    return "same" if old.label == new.label else "moved"


def _identify_content(entry: LedgerEntry, digests: Mapping[str, str]) -> Any:
    if entry.source is not None:
        return entry.source.content, entry.source.page, entry.turned
    if entry.kind is PartKind.TAB:
        return entry.tab
    return digests.get(entry.document)


def _map_digests(manifest: Manifest) -> dict[str, str]:
    """Return the hash of each part's file: the Word file of a draft, the PDF of a form."""
    files = manifest.digests
    digests: dict[str, str] = {}
    for entry in manifest.ledger:
        document = entry.document
        paths = (locate_word_file(document), locate_filled_form(document), document.name)
        digests[document] = next((files[path] for path in paths if path in files), "")
    return digests


def _join_runs(page_changes: Sequence[PageChange]) -> Iterator[Change]:
    """Join neighboring pages with the same kind of change and the same shift of numbers.

    Runs are in the order of the new packet, removed pages last.
    """
    changed = [change for change in page_changes if change[0] != "same"]
    changed.sort(key=lambda change: (change[2] is None, _get_entry(change).number))
    start = 0
    for end in range(1, len(changed) + 1):
        if end == len(changed) or not _is_continued(changed[end - 1], changed[end]):
            yield _make_change(changed[start:end])
            start = end


def _get_entry(change: PageChange) -> LedgerEntry:
    """Return the page in the new packet, or else in the old one."""
    entry = change[2] or change[1]
    if entry is None:
        raise ValueError("a change without a page")
    return entry


def _is_continued(first: PageChange, second: PageChange) -> bool:
    """Return True if the second page continues the run of the first, in both packets."""
    if first[0] != second[0]:
        return False
    for before, after in ((first[1], second[1]), (first[2], second[2])):
        if (before is None) != (after is None):
            return False
        if before and after and (after.number != before.number + 1 or before.part != after.part):
            return False
    return True


def _make_change(run: Sequence[PageChange]) -> Change:
    kind, entry = run[0][0], _get_entry(run[0])
    return Change(
        kind=kind,
        part=entry.part,
        exhibit=entry.exhibit,
        tab=entry.tab,
        old=_find_span([old for _, old, _ in run]),
        new=_find_span([new for _, _, new in run]),
        old_pages=_format_printed([old for _, old, _ in run]),
        new_pages=_format_printed([new for _, _, new in run]),
    )


def _find_span(entries: Sequence[LedgerEntry | None]) -> tuple[int, int] | None:
    numbers = [entry.number for entry in entries if entry]
    return (min(numbers), max(numbers)) if numbers else None


def _format_printed(entries: Sequence[LedgerEntry | None]) -> str:
    ends = [entry.label for entry in entries if entry]
    return "–".join(dict.fromkeys((ends[0], ends[-1]))) if ends else ""
