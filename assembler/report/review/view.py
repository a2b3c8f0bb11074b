"""Turn a manifest into plain values for the template of review.html. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assembler.model import Check, Finding, LedgerEntry, Manifest, PartKind, Volume
from assembler.model.manifest import OutputFile, Source
from assembler.pdf.thumbnails import Picture

Json = Mapping[str, Any]
_ORDER = {"error": 0, "warning": 1, "info": 2}
_WORDS = {"error": "Error", "warning": "Warning", "info": "Note"}
_PART_KINDS = {
    "draft": "made by assembler",
    "form": "government form",
    "tab": "divider",
    "exhibit": "evidence",
}
_BASELINE = 0.3  # of a stamp's size, above the bottom of its box
DOUBTFUL = 80  # word confidence below which the chart and the overlay color a word


def view(
    manifest: Manifest, pictures: Sequence[Picture], words: Sequence[Sequence[Any]], signoff: Json
) -> dict[str, Any]:
    """Return every value that the template uses.

    Args:
        pictures: one for each page of the ledger, or empty.
        words: as `pictures`, [word, left, top, right, bottom, confidence] of each page.
        signoff: schemas/signoff.json.
    """
    findings = _findings(manifest)
    marks = _marks(findings, manifest.ledger)
    return {
        "case": manifest.case,
        "packet": manifest.packet,
        "kind": manifest.kind,
        "as_of": manifest.as_of,
        "profile": manifest.profile,
        "version": manifest.assembler,
        "total": len(manifest.ledger),
        "frozen": manifest.frozen.as_of if manifest.frozen else "",
        "labels": [entry.label for entry in manifest.ledger],
        "proved": all(check.ok for check in manifest.proof),
        "pictured": bool(pictures),
        "counts": Counter(finding["severity"] for finding in findings),
        "findings": findings,
        "rules": sorted({finding["rule"] for finding in findings}),
        "exhibits": [row.exhibit for row in manifest.index],
        "groups": list(_groups(manifest, pictures, marks)),
        "matrix": _matrix(manifest),
        "facts": manifest.facts_used,
        "proof": [_check(check) for check in manifest.proof],
        "files": list(_files(manifest)),
        "removed": manifest.removed,
        "not_checked": manifest.not_checked,
        "contradictions": manifest.contradictions,
        "searches": [row for row in manifest.searches if "for this category" not in row.why],
        "chart": list(_chart(manifest.ledger)),
        "outputs": list(_outputs(manifest)),
        "signoff": signoff["items"],
        "volumes": [_volume(volume, manifest) for volume in manifest.volumes],
        "sha256": " ".join(_output(volume.path, manifest).sha256 for volume in manifest.volumes),
        "pages": list(_pages(manifest, pictures, words, marks)),
    }


def _findings(manifest: Manifest) -> list[dict[str, Any]]:
    """Return the findings, worst first, each with its bundle page (None: the whole case) and the
    region on that page."""
    ordered = sorted(
        manifest.findings, key=lambda finding: (_ORDER[finding.severity], finding.rule)
    )
    return [
        {
            "severity": finding.severity.value,
            "word": _WORDS[finding.severity],
            "rule": finding.rule,
            "where": finding.where,
            "problem": finding.problem,
            "remedy": finding.remedy,
            "exhibit": finding.exhibit or "",
            "source": finding.source or "",
            "page": _page_of(finding, manifest.ledger),
            "region": finding.region,
        }
        for finding in ordered
    ]


def _page_of(finding: Finding, ledger: Sequence[LedgerEntry]) -> int | None:
    """Return the bundle page of a finding: its file's page, else the first page of its exhibit or
    part."""
    of_file = [entry for entry in ledger if entry.source and entry.source.path == finding.file]
    exact = [
        entry.number
        for entry in of_file
        if entry.client_source.page == finding.page
        and finding.piece in (None, entry.client_source.part)
    ]
    of_exhibit = [
        entry.number
        for entry in ledger
        if entry.kind is PartKind.EXHIBIT and finding.exhibit and entry.exhibit == finding.exhibit
    ]
    of_part = [entry.number for entry in ledger if finding.part and entry.part == finding.part]
    return next(iter((*exact, *(entry.number for entry in of_file), *of_exhibit, *of_part)), None)


def _marks(
    findings: Sequence[Json], ledger: Sequence[LedgerEntry]
) -> dict[int, list[dict[str, Any]]]:
    """Return the findings on each bundle page, with an outline if the region is known."""
    marks: dict[int, list[dict[str, Any]]] = {}
    for finding in findings:
        if finding["page"] is not None:
            box = (
                _place_box(finding["region"], ledger[finding["page"] - 1])
                if finding["region"]
                else None
            )
            mark = {
                "severity": finding["severity"],
                "text": f"{finding['word']} {finding['rule']}: {finding['problem']}",
                "box": box,
            }
            marks.setdefault(finding["page"], []).append(mark)
    return marks


def _place_box(box: Sequence[float], entry: LedgerEntry) -> list[float]:
    """Return left, top, width, height of a box on the bundle page, in points.

    A page is scaled by `entry.scale` around the middle of its top edge.
    """
    (width, _), (own_width, _) = entry.size, entry.own_size or entry.size
    shift = (width - own_width * entry.scale) / 2
    left, top, right, bottom = (float(value) * entry.scale for value in box)
    return [round(value, 1) for value in (left + shift, top, right - left, bottom - top)]


def _stamp(entry: LedgerEntry, pictures: Sequence[Picture]) -> dict[str, Any] | None:
    """Return the printed stamp to draw over a picture that was drawn without it; None otherwise.

    Coordinates are of the left end of its baseline, from the top left of the page, in points.
    """
    stamp = entry.stamp
    if not stamp or not pictures or not pictures[entry.number - 1].bare:
        return None
    down = entry.size[1] - stamp.y - _BASELINE * stamp.size
    return {
        "x": stamp.x,
        "y": round(down, 2),
        "size": stamp.size,
        "width": stamp.width,
        "text": stamp.text,
    }


def _groups(
    manifest: Manifest, pictures: Sequence[Picture], marks: Mapping[int, Sequence[Json]]
) -> Iterator[dict[str, Any]]:
    """Return the pages grouped by their tabs, in filing order."""
    titles = {row.exhibit: row for row in manifest.index}
    current: dict[str, Any] = {}
    for entry in manifest.ledger:
        key = f"exhibit-{entry.exhibit}" if entry.exhibit else entry.part
        if current.get("key") != key:
            if current:
                yield current
            row = titles.get(entry.exhibit)
            title = row.title if row else _name(manifest, entry)
            current = {
                "key": key,
                "tab": entry.tab,
                "exhibit": entry.exhibit,
                "title": title,
                "pages": [],
            }
        page_marks = marks.get(entry.number, [])
        current["pages"].append(
            {
                "n": entry.number,
                "label": entry.label,
                "says": says(entry),
                "image": pictures[entry.number - 1].page if pictures else "",
                "stamp": _stamp(entry, pictures),
                "width": entry.size[0],
                "height": entry.size[1],
                "marks": page_marks,
                "worst": min(
                    (mark["severity"] for mark in page_marks), key=_ORDER.__getitem__, default=""
                ),
            }
        )
    if current:
        yield current


def _name(manifest: Manifest, entry: LedgerEntry) -> str:
    """Return the bookmark title of a part that is not an exhibit, or the kind of the page."""
    titles = [mark.title for mark in manifest.bookmarks if mark.number == entry.number]
    return titles[-1] if titles else f"{entry.part} ({_PART_KINDS[entry.kind]})"


def says(entry: LedgerEntry) -> str:
    """Describe a page for people who cannot see its picture, with ids and numbers only."""
    if entry.kind is PartKind.EXHIBIT:
        return (
            f"Page {entry.label}: Exhibit {entry.tab}, {entry.exhibit_page} of "
            f"{entry.exhibit_pages}"
        )
    if entry.kind is PartKind.TAB:
        return f"Page {entry.label}: divider of Exhibit {entry.tab}"
    return f"Page {entry.label}: {entry.part}"


def _matrix(manifest: Manifest) -> dict[str, Any]:
    """Return the matrix of requirements by exhibits; each cell has the exhibit's first page."""
    tabs = [{"tab": row.tab, "title": row.title, "page": row.first} for row in manifest.index]
    rows = []
    for claim in manifest.matrix:
        cells = {exhibit.tab: exhibit.first for exhibit in claim.exhibits}
        rows.append({**asdict(claim), "cells": [cells.get(row.tab) for row in manifest.index]})
    unmet = sum(not claim.met for claim in manifest.matrix)
    return {"tabs": tabs, "rows": rows, "empty": unmet}


def _check(check: Check) -> dict[str, Any]:
    about = f", exhibit {check.exhibit}" if check.exhibit else ""
    return {"ok": check.ok, "name": f"{check.name}{about}", "detail": check.detail}


def _files(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Return for every file of evidence how many of its pages are in the bundle, and where."""
    pages: dict[str, list[int]] = {}
    for entry in manifest.ledger:
        if entry.source is not None:
            pages.setdefault(entry.source.path, []).append(entry.number)
    labels = [entry.label for entry in manifest.ledger]
    for path, numbers in pages.items():
        first, last = labels[min(numbers) - 1], labels[max(numbers) - 1]
        yield {"path": path, "count": len(numbers), "first": first, "last": last}


def _chart(ledger: Sequence[LedgerEntry]) -> Iterator[dict[str, Any]]:
    """Return the mean word confidence of each recognized page of evidence, for a bar chart."""
    for entry in ledger:
        confidence = entry.text.confidence if entry.text else None
        if confidence is not None:
            yield {"n": entry.label, "sure": confidence, "doubtful": confidence < DOUBTFUL}


def _pages(
    manifest: Manifest,
    pictures: Sequence[Picture],
    words: Sequence[Sequence[Any]],
    marks: Mapping[int, Sequence[Json]],
) -> Iterator[dict[str, Any]]:
    """Return what the script needs to show a page large, except values the HTML already has."""
    for number, entry in enumerate(manifest.ledger):
        shown = words[number] if words else ()
        yield {
            "n": entry.number,
            "says": says(entry),
            "size": entry.size,
            "marks": list(marks.get(entry.number, ())),
            "from": _origin(entry.source),
            "source": pictures[number].source if pictures else "",
            "stamp": _stamp(entry, pictures),
            "sure": entry.text.confidence if entry.text else None,
            "turned": entry.transform.turned if entry.transform else 0,
            "scale": entry.scale,
            "words": [[word[0], *_place_box(word[1:5], entry), word[5]] for word in shown],
        }


def _origin(source: Source | None) -> str:
    """Return the source of a page, such as "evidence/chat.png, page 1, part 2 of 4"."""
    if not source:
        return ""
    part = f", part {source.part} of {source.parts}" if source.parts > 1 else ""
    return f"{source.path}, page {source.page}{part}"


def _volume(volume: Volume, manifest: Manifest) -> dict[str, Any]:
    """Return the size of a file of the bundle beside the receiver's limit."""
    size, limit = _output(volume.path, manifest).size, manifest.max_bytes
    return {
        "path": volume.path,
        "first": manifest.ledger[volume.first - 1].label,
        "last": manifest.ledger[volume.last - 1].label,
        "size": _size(size),
        "limit": _size(limit) if limit else "",
        "share": round(100 * size / limit) if limit else 0,
    }


def _outputs(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """List the files of the packet's folder; kept originals, named by their hashes, as one row."""
    original_sizes = []
    for file in manifest.outputs:
        if file.path.startswith("originals/"):
            original_sizes.append(file.size)
        else:
            yield {"path": file.path, "size": _size(file.size)}
    if original_sizes:
        yield {
            "path": f"originals/ ({len(original_sizes)} files)",
            "size": _size(sum(original_sizes)),
        }


def _output(path: str, manifest: Manifest) -> OutputFile:
    return next(file for file in manifest.outputs if file.path == path)


def _size(count: int) -> str:
    """Return a size in bytes as "4.7 MB" or "12 kB"."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"
