"""What review.html shows, from the manifest: plain values for its template. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assembler.pdf.thumbnails import Picture

Json = Mapping[str, Any]
_ORDER = {"error": 0, "warning": 1, "info": 2}
_WORDS = {"error": "Error", "warning": "Warning", "info": "Note"}
_PARTS = {
    "draft": "made by assembler",
    "form": "government form",
    "tab": "divider",
    "exhibit": "evidence",
}
_BASELINE = 0.3  # of a stamp's size, above the bottom of its box
_DOUBTFUL = 80  # word confidence below which the chart and the overlay color a word


def view(
    manifest: Json, drawn: Sequence[Picture], words: Sequence[Sequence[Any]], signoff: Json
) -> dict[str, Any]:
    """Every name the template uses. `drawn` and `words`: one for each page of the ledger, or
    empty."""
    findings = _findings(manifest)
    marks = _marks(findings, manifest["ledger"])
    return {
        "case": manifest["case"],
        "packet": manifest["packet"],
        "kind": manifest["kind"],
        "as_of": manifest["as_of"],
        "profile": manifest["profile"],
        "version": manifest["assembler"],
        "total": len(manifest["ledger"]),
        "frozen": (manifest.get("frozen") or {}).get("as_of", ""),
        "labels": [label(entry) for entry in manifest["ledger"]],
        "proved": all(check["ok"] for check in manifest["proof"]),
        "pictured": bool(drawn),
        "counts": Counter(one["severity"] for one in findings),
        "findings": findings,
        "rules": sorted({one["rule"] for one in findings}),
        "exhibits": [row["exhibit"] for row in manifest["index"]],
        "groups": list(_groups(manifest, drawn, marks)),
        "matrix": _matrix(manifest),
        "facts": manifest.get("facts_used", []),
        "proof": [_check(check) for check in manifest["proof"]],
        "files": list(_files(manifest)),
        "removed": [_removed(one) for one in manifest["removed"]],
        "not_checked": manifest["not_checked"],
        "contradictions": manifest.get("contradictions", []),
        "looked": [one for one in manifest.get("looked", ()) if "not asked" not in one["why"]],
        "chart": list(_chart(manifest["ledger"])),
        "outputs": list(_outputs(manifest)),
        "signoff": signoff["items"],
        "volumes": [_volume(one, manifest) for one in manifest["volumes"]],
        "sha256": " ".join(_output(one["path"], manifest)["sha256"] for one in manifest["volumes"]),
        "pages": list(_pages(manifest, drawn, words, marks)),
    }


def _findings(manifest: Json) -> list[dict[str, Any]]:
    """Worst first, each with the bundle page it speaks of (None: the case as a whole) and the
    place on it."""
    ordered = sorted(manifest["findings"], key=lambda one: (_ORDER[one["severity"]], one["rule"]))
    return [
        {
            "severity": one["severity"],
            "word": _WORDS[one["severity"]],
            "rule": one["rule"],
            "where": one["where"],
            "problem": one["problem"],
            "remedy": one["remedy"],
            "exhibit": one.get("exhibit") or "",
            "source": one.get("source") or "",
            "page": _page_of(one, manifest["ledger"]),
            "region": one.get("region"),
        }
        for one in ordered
    ]


def _page_of(finding: Json, ledger: Sequence[Json]) -> int | None:
    """The bundle page of a finding: that of its file's page, else the first of its exhibit or
    part."""
    file, page, exhibit, part = (finding.get(key) for key in ("file", "page", "exhibit", "part"))
    of_file = [entry for entry in ledger if "source" in entry and entry["source"]["path"] == file]
    piece = finding.get("piece")
    exact = [
        entry["number"]
        for entry in of_file
        if entry["source"]["page"] == page
        and (piece is None or entry["source"].get("part", 1) == piece)
    ]
    of_exhibit = [
        entry["number"]
        for entry in ledger
        if entry["kind"] == "exhibit" and exhibit and entry["exhibit"] == exhibit
    ]
    of_part = [entry["number"] for entry in ledger if part and entry["part"] == part]
    return next(
        iter((*exact, *(entry["number"] for entry in of_file), *of_exhibit, *of_part)), None
    )


def _marks(findings: Sequence[Json], ledger: Sequence[Json]) -> dict[int, list[dict[str, Any]]]:
    """By bundle page: what is wrong on it, with its outline where a place is known."""
    found: dict[int, list[dict[str, Any]]] = {}
    for one in findings:
        if one["page"] is not None:
            box = _placed(one["region"], ledger[one["page"] - 1]) if one["region"] else None
            mark = {
                "severity": one["severity"],
                "text": f"{one['word']} {one['rule']}: {one['problem']}",
                "box": box,
            }
            found.setdefault(one["page"], []).append(mark)
    return found


def _placed(box: Sequence[float], entry: Json) -> list[float]:
    """Left, top, width, height on the bundle page, drawn smaller by `scale`; the middle of its
    top edge stays."""
    (width, _), (own, _), scale = (
        entry["size"],
        entry.get("own_size", entry["size"]),
        entry["scale"],
    )
    shift = (width - own * scale) / 2
    left, top, right, bottom = (float(value) * scale for value in box)
    return [round(one, 1) for one in (left + shift, top, right - left, bottom - top)]


def _stamp(entry: Json, drawn: Sequence[Picture]) -> dict[str, Any] | None:
    """The printed stamp, to be set over a picture that is without it: left end of its baseline
    from the top left, size, width."""
    mark = entry["stamp"]
    if not mark or not drawn or not drawn[entry["number"] - 1].bare:
        return None
    down = entry["size"][1] - mark["y"] - _BASELINE * mark["size"]
    return {
        "x": mark["x"],
        "y": round(down, 2),
        "size": mark["size"],
        "width": mark["width"],
        "text": mark["text"],
    }


def _groups(
    manifest: Json, drawn: Sequence[Picture], marks: Mapping[int, Sequence[Json]]
) -> Iterator[dict[str, Any]]:
    """The pages under their tabs, in filing order."""
    titles = {row["exhibit"]: row for row in manifest["index"]}
    current: dict[str, Any] = {}
    for entry in manifest["ledger"]:
        key = f"exhibit-{entry['exhibit']}" if entry["exhibit"] else entry["part"]
        if current.get("key") != key:
            if current:
                yield current
            row = titles.get(entry["exhibit"])
            title = row["title"] if row else _name(manifest, entry)
            current = {
                "key": key,
                "tab": entry["tab"],
                "exhibit": entry["exhibit"],
                "title": title,
                "pages": [],
            }
        own = marks.get(entry["number"], [])
        current["pages"].append(
            {
                "n": entry["number"],
                "label": label(entry),
                "says": says(entry),
                "image": drawn[entry["number"] - 1].page if drawn else "",
                "stamp": _stamp(entry, drawn),
                "width": entry["size"][0],
                "height": entry["size"][1],
                "marks": own,
                "worst": min(
                    (mark["severity"] for mark in own), key=_ORDER.__getitem__, default=""
                ),
            }
        )
    if current:
        yield current


def _name(manifest: Json, entry: Json) -> str:
    """The bookmark of a part that is no exhibit, or what sort of page it is."""
    marks = [mark["title"] for mark in manifest["bookmarks"] if mark["number"] == entry["number"]]
    return marks[-1] if marks else f"{entry['part']} ({_PARTS[entry['kind']]})"


def says(entry: Json) -> str:
    """A page in words, for those who cannot see its picture: ids and numbers only."""
    if entry["kind"] == "exhibit":
        return (
            f"Page {label(entry)}: Exhibit {entry['tab']}, {entry['exhibit_page']} of "
            f"{entry['exhibit_pages']}"
        )
    if entry["kind"] == "tab":
        return f"Page {label(entry)}: divider of Exhibit {entry['tab']}"
    return f"Page {label(entry)}: {entry['part']}"


def label(entry: Json) -> str:
    """The number printed on a page, which is its place in the bundle unless the packet is
    frozen."""
    return str(entry.get("label", entry["number"]))


def _matrix(manifest: Json) -> dict[str, Any]:
    """Requirements by exhibits: in each cell the page where the exhibit starts."""
    tabs = [
        {"tab": row["tab"], "title": row["title"], "page": row["first"]}
        for row in manifest["index"]
    ]
    rows = []
    for claim in manifest.get("matrix", ()):
        cells = {one["tab"]: one["first"] for one in claim["exhibits"]}
        rows.append({**claim, "cells": [cells.get(tab["tab"]) for tab in tabs]})
    return {"tabs": tabs, "rows": rows, "empty": sum(not row["met"] for row in rows)}


def _check(check: Json) -> dict[str, Any]:
    about = f", exhibit {check['exhibit']}" if check.get("exhibit") else ""
    return {"ok": check["ok"], "name": f"{check['name']}{about}", "detail": check["detail"]}


def _files(manifest: Json) -> Iterator[dict[str, Any]]:
    """Of every file of evidence: how many of its pages are in the bundle, and where."""
    pages: dict[str, list[int]] = {}
    for entry in manifest["ledger"]:
        if "source" in entry:
            pages.setdefault(entry["source"]["path"], []).append(entry["number"])
    labels = [label(entry) for entry in manifest["ledger"]]
    for path, numbers in pages.items():
        first, last = labels[min(numbers) - 1], labels[max(numbers) - 1]
        yield {"path": path, "count": len(numbers), "first": first, "last": last}


def _removed(one: Json) -> dict[str, Any]:
    return {"path": one["path"], "what": one["what"], "count": one["count"]}


def _chart(ledger: Sequence[Json]) -> Iterator[dict[str, Any]]:
    """One bar for each page of evidence that was recognized: its mean word confidence."""
    for entry in ledger:
        sure = entry.get("text", {}).get("confidence")
        if sure is not None:
            yield {"n": label(entry), "sure": sure, "doubtful": sure < _DOUBTFUL}


def _pages(
    manifest: Json,
    drawn: Sequence[Picture],
    words: Sequence[Sequence[Any]],
    marks: Mapping[int, Sequence[Json]],
) -> Iterator[dict[str, Any]]:
    """What the script needs to show a page large: nothing that is in the page already."""
    for number, entry in enumerate(manifest["ledger"]):
        text, source = entry.get("text", {}), entry.get("source", {})
        shown = words[number] if words else ()
        yield {
            "n": entry["number"],
            "says": says(entry),
            "size": entry["size"],
            "marks": list(marks.get(entry["number"], ())),
            "from": _origin(source),
            "source": drawn[number].source if drawn else "",
            "stamp": _stamp(entry, drawn),
            "sure": text.get("confidence"),
            "turned": entry.get("transform", {}).get("turned", 0),
            "scale": entry["scale"],
            "words": [[word[0], *_placed(word[1:5], entry), word[5]] for word in shown],
        }


def _origin(source: Json) -> str:
    """Where a page comes from: "evidence/chat.png, page 1, part 2 of 4"."""
    if not source:
        return ""
    part = f", part {source['part']} of {source['parts']}" if source.get("parts", 1) > 1 else ""
    return f"{source['path']}, page {source['page']}{part}"


def _volume(volume: Json, manifest: Json) -> dict[str, Any]:
    """A file of the bundle beside the receiver's limit."""
    size, most = _output(volume["path"], manifest)["size"], manifest.get("max_bytes")
    first, last = (label(manifest["ledger"][volume[end] - 1]) for end in ("first", "last"))
    return {
        "path": volume["path"],
        "first": first,
        "last": last,
        "size": _size(size),
        "limit": _size(most) if most else "",
        "share": round(100 * size / most) if most else 0,
    }


def _outputs(manifest: Json) -> Iterator[dict[str, Any]]:
    """What lies in the packet's folder; kept originals, whose names are hashes, as one."""
    kept = [one for one in manifest.get("outputs", ()) if one["path"].startswith("originals/")]
    for one in manifest.get("outputs", ()):
        if one not in kept:
            yield {"path": one["path"], "size": _size(one["size"])}
    if kept:
        yield {
            "path": f"originals/ ({len(kept)} files)",
            "size": _size(sum(one["size"] for one in kept)),
        }


def _output(path: str, manifest: Json) -> Json:
    found: Json = next(one for one in manifest["outputs"] if one["path"] == path)
    return found


def _size(count: int) -> str:
    """ "4.7 MB", "12 kB"."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"
