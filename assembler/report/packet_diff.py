"""comparing: two manifests of one packet, in page terms: added, removed, moved, changed. Pure.

An old and a new manifest come in; a list of `Change` goes out: runs of pages with their old and new
numbers. Evidence pages are known by their source file's hash and page, pages of ours by their part
and place in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assembler.model import LedgerEntry, Manifest, PartKind
from assembler.model.manifest import filled_form, word_file

Pair = tuple[LedgerEntry | None, LedgerEntry | None]
Fate = tuple[str, LedgerEntry | None, LedgerEntry | None]
KINDS = ("added", "removed", "changed", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A run of pages with one fate: first and last place in either bundle, None where there is
    none, and what is printed."""

    # "added", "removed", "changed" (other content in its place) or "moved" (other number, same
    # content)
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
            _pages(printed)
            for printed in dict.fromkeys((self.old_pages, self.new_pages))
            if printed
        ]
        return f"{self.kind:<7} {what}: {' → '.join(places)}"


def compare(old: Manifest, new: Manifest) -> tuple[Change, ...]:
    """Every page of either manifest that is not in both, with the same content and the same printed
    number."""
    pairs = _paired(old.ledger, new.ledger)
    before, after = _digests(old), _digests(new)
    fates = [(_fate(one, other, before, after), one, other) for one, other in pairs]
    return tuple(_runs(fates))


def as_text(changes: Sequence[Change]) -> str:
    """One line for each run, and a line with the counts of pages."""
    counts = Counter[str]()
    for change in changes:
        first, last = change.new or change.old or (1, 0)
        counts[change.kind] += last - first + 1
    summary = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS) + " (pages)"
    return "\n".join([*map(str, changes), summary])


def as_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes]


def note(changes: Sequence[Change], new: Manifest) -> str:
    """A cover note for a supplement, in Markdown: what is new, what replaces what, and which
    numbers changed."""
    titles = {row.exhibit: row.title for row in new.index}
    lines = ["# Supplement to the filing", "", "Compared with the packet filed before:", ""]
    for kind, heading in zip(
        KINDS, ("New", "Withdrawn", "Replaced", "Renumbered, content unchanged"), strict=True
    ):
        mine = [change for change in changes if change.kind == kind]
        if mine:
            lines += [f"## {heading}", "", *(_line(change, titles) for change in mine), ""]
    if not changes:
        lines += ["Nothing has changed.", ""]
    return "\n".join(lines)


def _line(change: Change, titles: Mapping[str, str]) -> str:
    title = titles.get(change.exhibit, "")
    exhibit = f"Exhibit {change.tab}, {title}" if title else f"Exhibit {change.tab}"
    what = exhibit if change.exhibit else change.part.replace("-", " ").capitalize()
    if change.kind == "moved" and change.old and change.new:
        return (
            f"- {what}: {_pages(change.old_pages)} of the earlier packet, now "
            f"{_pages(change.new_pages)}"
        )
    if change.kind == "removed":
        return f"- {what}: {_pages(change.old_pages)} of the earlier packet"
    return f"- {what}: {_pages(change.new_pages)}"


def _pages(printed: str) -> str:
    return f"{'pages' if '–' in printed else 'page'} {printed}"


# --- which page is which ---


def _paired(old: Sequence[LedgerEntry], new: Sequence[LedgerEntry]) -> list[Pair]:
    """Each page with the same page of the other packet: first the very same, then the same in
    another exhibit, then the page in the same place of the same part."""
    pairs: list[Pair] = []
    left, right = list(old), list(new)
    for key in (_same_place_and_content, _same_content, _same_place):
        found, left, right = _match(left, right, key)
        pairs += found
    pairs += [(one, None) for one in left] + [(None, one) for one in right]
    return pairs


def _match(
    left: list[LedgerEntry], right: list[LedgerEntry], key: Any
) -> tuple[list[Pair], list[LedgerEntry], list[LedgerEntry]]:
    theirs = dict(zip(_numbered(map(key, right)), right, strict=True))
    pairs: list[Pair] = []
    rest = []
    for one, name in zip(left, list(_numbered(map(key, left))), strict=True):
        other = theirs.pop(name, None) if name[0] is not None else None
        if other is None:
            rest.append(one)
        else:
            pairs.append((one, other))
    taken = {other.number for _, other in pairs if other}
    return pairs, rest, [entry for entry in right if entry.number not in taken]


def _numbered(keys: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Keys with a count, so that a page that is in twice is matched twice."""
    seen = Counter[Any]()
    for key in keys:
        seen[key] += 1
        yield key, seen[key]


def _same_place_and_content(entry: LedgerEntry) -> Any:
    return (
        (entry.part, *_same_content(entry))
        if entry.source is not None
        else (entry.part, _place(entry))
    )


def _same_content(entry: LedgerEntry) -> Any:
    return (entry.source.sha256, entry.source.page) if entry.source is not None else None


def _same_place(entry: LedgerEntry) -> Any:
    return (entry.part, entry.exhibit_page) if entry.source is not None else None


def _place(entry: LedgerEntry) -> int:
    """A page's place in its part; a tab sheet is the only one of its part, wherever it stands in
    its document."""
    return 0 if entry.kind is PartKind.TAB else entry.index


# --- what became of it ---


def _fate(
    one: LedgerEntry | None,
    other: LedgerEntry | None,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> str:
    if one is None:
        return "added"
    if other is None:
        return "removed"
    if _content(one, before) != _content(other, after):
        return "changed"
    return "same" if one.label == other.label else "moved"


def _content(entry: LedgerEntry, digests: Mapping[str, str]) -> Any:
    if entry.source is not None:
        return entry.source.sha256, entry.source.page, entry.turned
    if entry.kind is PartKind.TAB:
        return entry.tab
    return digests.get(entry.document)


def _digests(manifest: Manifest) -> dict[str, str]:
    """Hashes of what our own parts are made of: the Word file of a draft, the file of a form."""
    files = manifest.digests
    digests: dict[str, str] = {}
    for entry in manifest.ledger:
        document = entry.document
        paths = (word_file(document), filled_form(document), document.name)
        digests[document] = next((files[path] for path in paths if path in files), "")
    return digests


def _runs(fates: Sequence[Fate]) -> Iterator[Change]:
    """Neighbors with one fate and one shift, together; in the order of the new packet, removed
    pages last."""
    changed = [fate for fate in fates if fate[0] != "same"]
    changed.sort(key=lambda fate: (fate[2] is None, _entry_of(fate).number))
    start = 0
    for end in range(1, len(changed) + 1):
        if end == len(changed) or not _follows(changed[end - 1], changed[end]):
            yield _change(changed[start:end])
            start = end


def _entry_of(fate: Fate) -> LedgerEntry:
    """The page in the new packet, or else in the old one."""
    entry = fate[2] or fate[1]
    if entry is None:
        raise ValueError("a change of no page")
    return entry


def _follows(one: Fate, other: Fate) -> bool:
    if one[0] != other[0]:
        return False
    for before, after in ((one[1], other[1]), (one[2], other[2])):
        if (before is None) != (after is None):
            return False
        if before and after and (after.number != before.number + 1 or before.part != after.part):
            return False
    return True


def _change(run: Sequence[Fate]) -> Change:
    kind, entry = run[0][0], _entry_of(run[0])
    return Change(
        kind=kind,
        part=entry.part,
        exhibit=entry.exhibit,
        tab=entry.tab,
        old=_span([old for _, old, _ in run]),
        new=_span([new for _, _, new in run]),
        old_pages=_printed([old for _, old, _ in run]),
        new_pages=_printed([new for _, _, new in run]),
    )


def _span(entries: Sequence[LedgerEntry | None]) -> tuple[int, int] | None:
    numbers = [entry.number for entry in entries if entry]
    return (min(numbers), max(numbers)) if numbers else None


def _printed(entries: Sequence[LedgerEntry | None]) -> str:
    ends = [entry.label for entry in entries if entry]
    return "–".join(dict.fromkeys((ends[0], ends[-1]))) if ends else ""
