"""Turn the pages of a packet into values for the template of review.html and its script. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assembler.model import LedgerEntry, Manifest, PartKind, describe_passages
from assembler.model.manifest import Source
from assembler.pdf.thumbnails import Picture
from assembler.report.review.finding_view import TONES
from assembler.report.review.page_geometry import map_to_source, place_box, place_stamp

Json = Mapping[str, Any]
_PART_KINDS = {
    "draft": "made by assembler",
    "form": "government form",
    "tab": "divider",
    "exhibit": "evidence",
}
_URGENCY = {tone.value: position for position, tone in enumerate(TONES)}
_LIKE_PAGE = "="  # instead of the picture of a source that is drawn like its page


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvidence:
    """What can be seen on the pages; both are empty if nothing of the evidence may be shown.

    `words`: [word, left, top, right, bottom, confidence] of each recognized word of each page.
    """

    pictures: Sequence[Picture] = ()
    words: Sequence[Sequence[Any]] = ()


def group_pages(
    manifest: Manifest, content: ShownEvidence, marks: Mapping[int, Sequence[Json]]
) -> Iterator[dict[str, Any]]:
    """Yield the pages grouped by their tabs, in filing order."""
    titles = {row.exhibit: row for row in manifest.index}
    current: dict[str, Any] = {}
    for entry in manifest.ledger:
        key = f"exhibit-{entry.exhibit}" if entry.exhibit else entry.part
        if current.get("key") != key:
            if current:
                yield current
            row = titles.get(entry.exhibit)
            current = {
                "key": key,
                "tab": entry.tab,
                "title": row.title if row else _find_title(manifest, entry),
                "pages": [],
                "worst": "",
            }
        page = _view_grid_page(entry, content, marks.get(entry.number, ()))
        current["pages"].append(page)
        current["worst"] = _choose_most_urgent((current["worst"], page["worst"]))
    if current:
        yield current


def list_pages(
    manifest: Manifest, content: ShownEvidence, marks: Mapping[int, Sequence[Json]]
) -> Iterator[dict[str, Any]]:
    """Yield what the script needs to show a page large, except values the HTML already has."""
    for number, entry in enumerate(manifest.ledger):
        picture = content.pictures[number] if content.pictures else Picture(page="")
        words = content.words[number] if content.words else ()
        is_source_alike = bool(picture.source) and picture.source == picture.page
        yield {
            "n": entry.number,
            "says": describe_page(entry),
            "size": entry.size,
            "marks": list(marks.get(entry.number, ())),
            "from": describe_source(entry.source),
            "source": _LIKE_PAGE if is_source_alike else picture.source,
            "map": map_to_source(entry) if picture.source else None,
            "stamp": place_stamp(entry) if picture.bare else None,
            "sure": entry.text.confidence if entry.text else None,
            "turned": entry.turned,
            "scale": entry.scale,
            "words": [[word[0], *place_box(word[1:5], entry), word[5]] for word in words],
        }


def describe_page(entry: LedgerEntry) -> str:
    """Describe a page for people who cannot see its picture, with ids and numbers only."""
    if entry.kind is PartKind.EXHIBIT:
        return (
            f"Page {entry.label}: Exhibit {entry.tab}, {entry.exhibit_page} of "
            f"{entry.exhibit_pages}"
        )
    if entry.kind is PartKind.TAB:
        return f"Page {entry.label}: divider of Exhibit {entry.tab}"
    return f"Page {entry.label}: {entry.part}"


def describe_source(source: Source | None) -> str:
    """Return the source of a page, such as "evidence/chat.png, page 1, part 2 of 4", or
    those of its pictures."""
    if not source:
        return ""
    if source.tiles:
        return "; ".join(f"{tile.number}: {tile.path}, page {tile.page}" for tile in source.tiles)
    part = f", part {source.part} of {source.parts}" if source.parts > 1 else ""
    shown = describe_passages(source.passages)
    return f"{source.path}, page {source.page}{part}" + (f" ({shown})" if shown else "")


def _view_grid_page(
    entry: LedgerEntry, content: ShownEvidence, marks: Sequence[Json]
) -> dict[str, Any]:
    """Return a page for the overview of all pages."""
    picture = content.pictures[entry.number - 1] if content.pictures else Picture(page="")
    return {
        "n": entry.number,
        "label": entry.label,
        "says": describe_page(entry),
        "image": picture.page,
        "stamp": place_stamp(entry) if picture.bare else None,
        "width": entry.size[0],
        "height": entry.size[1],
        "marks": marks,
        "worst": _choose_most_urgent(mark["tone"] for mark in marks),
    }


def _choose_most_urgent(tones: Iterable[str]) -> str:
    """Return the most urgent of these tones; "" if there is none."""
    return min((tone for tone in tones if tone), key=_URGENCY.__getitem__, default="")


def _find_title(manifest: Manifest, entry: LedgerEntry) -> str:
    """Return the bookmark title of a part that is not an exhibit, or the kind of the page."""
    titles = [mark.title for mark in manifest.bookmarks if mark.number == entry.number]
    return titles[-1] if titles else f"{entry.part} ({_PART_KINDS[entry.kind]})"
