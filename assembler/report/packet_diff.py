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

Entry = Mapping[str, Any]
Pair = tuple[Entry | None, Entry | None]
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


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every page of either manifest that is not in both, with the same content and the same printed
    number.

    Raises KeyError or TypeError for what is no manifest.
    """
    pairs = _paired(old["ledger"], new["ledger"])
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


def note(changes: Sequence[Change], new: Mapping[str, Any]) -> str:
    """A cover note for a supplement, in Markdown: what is new, what replaces what, and which
    numbers changed."""
    titles = {row["exhibit"]: row["title"] for row in new["index"]}
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


def _paired(old: Sequence[Entry], new: Sequence[Entry]) -> list[Pair]:
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
    left: list[Entry], right: list[Entry], key: Any
) -> tuple[list[Pair], list[Entry], list[Entry]]:
    theirs = dict(zip(_numbered(map(key, right)), right, strict=True))
    pairs: list[Pair] = []
    rest = []
    for one, name in zip(left, list(_numbered(map(key, left))), strict=True):
        other = theirs.pop(name, None) if name[0] is not None else None
        if other is None:
            rest.append(one)
        else:
            pairs.append((one, other))
    taken = {other["number"] for _, other in pairs if other}
    return pairs, rest, [one for one in right if one["number"] not in taken]


def _numbered(keys: Iterable[Any]) -> Iterator[tuple[Any, int]]:
    """Keys with a count, so that a page that is in twice is matched twice."""
    seen = Counter[Any]()
    for key in keys:
        seen[key] += 1
        yield key, seen[key]


def _same_place_and_content(entry: Entry) -> Any:
    return (
        (entry["part"], *_same_content(entry))
        if "source" in entry
        else (entry["part"], _place(entry))
    )


def _same_content(entry: Entry) -> Any:
    return (entry["source"]["sha256"], entry["source"]["page"]) if "source" in entry else None


def _same_place(entry: Entry) -> Any:
    return (entry["part"], entry["exhibit_page"]) if "source" in entry else None


def _place(entry: Entry) -> int:
    """A page's place in its part; a tab sheet is the only one of its part, wherever it stands in
    its document."""
    return 0 if entry["kind"] == "tab" else int(entry["index"])


# --- what became of it ---


def _fate(
    one: Entry | None, other: Entry | None, before: Mapping[str, str], after: Mapping[str, str]
) -> str:
    if one is None:
        return "added"
    if other is None:
        return "removed"
    if _content(one, before) != _content(other, after):
        return "changed"
    return "same" if _label(one) == _label(other) else "moved"


def _label(entry: Entry) -> str:
    """The printed number, which is the place unless the packet is frozen."""
    return str(entry.get("label", entry["number"]))


def _content(entry: Entry, digests: Mapping[str, str]) -> Any:
    if "source" in entry:
        return entry["source"]["sha256"], entry["source"]["page"], entry["transform"]["turned"]
    if entry["kind"] == "tab":
        return entry["tab"]
    return digests.get(entry["document"])


def _digests(data: Mapping[str, Any]) -> dict[str, str]:
    """Hashes of what our own parts are made of: the Word file of a draft, the file of a form."""
    files = {one["path"]: one["sha256"] for one in (*data["inputs"], *data["outputs"])}
    found = {}
    for entry in data["ledger"]:
        name = entry["document"].partition(":")[2]
        paths = (f"drafts/{name}.docx", f"forms/{name.rsplit('/', 1)[-1]}", name)
        found[entry["document"]] = next((files[path] for path in paths if path in files), "")
    return found


def _runs(fates: Sequence[tuple[str, Entry | None, Entry | None]]) -> Iterator[Change]:
    """Neighbors with one fate and one shift, together; in the order of the new packet, removed
    pages last."""
    told = [fate for fate in fates if fate[0] != "same"]
    told.sort(key=lambda fate: (fate[2] is None, (fate[2] or fate[1] or {})["number"]))
    start = 0
    for end in range(1, len(told) + 1):
        if end == len(told) or not _follows(told[end - 1], told[end]):
            yield _change(told[start:end])
            start = end


def _follows(
    one: tuple[str, Entry | None, Entry | None], other: tuple[str, Entry | None, Entry | None]
) -> bool:
    if one[0] != other[0]:
        return False
    for before, after in ((one[1], other[1]), (one[2], other[2])):
        if (before is None) != (after is None):
            return False
        if (
            before
            and after
            and (after["number"] != before["number"] + 1 or before["part"] != after["part"])
        ):
            return False
    return True


def _change(run: Sequence[tuple[str, Entry | None, Entry | None]]) -> Change:
    kind, one, other = run[0]
    entry = other or one or {}
    return Change(
        kind=kind,
        part=entry["part"],
        exhibit=entry["exhibit"],
        tab=entry["tab"],
        old=_span([old for _, old, _ in run]),
        new=_span([new for _, _, new in run]),
        old_pages=_printed([old for _, old, _ in run]),
        new_pages=_printed([new for _, _, new in run]),
    )


def _span(entries: Sequence[Entry | None]) -> tuple[int, int] | None:
    numbers = [entry["number"] for entry in entries if entry]
    return (min(numbers), max(numbers)) if numbers else None


def _printed(entries: Sequence[Entry | None]) -> str:
    ends = [_label(entry) for entry in entries if entry]
    return "–".join(dict.fromkeys((ends[0], ends[-1]))) if ends else ""
