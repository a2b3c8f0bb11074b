"""Turn a manifest into plain values for the template of review.html. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assembler.model import Check, Manifest, Volume
from assembler.model.manifest import Claim, OutputFile
from assembler.report.review.finding_view import group_for_view, mark_pages
from assembler.report.review.page_view import ShownEvidence, group_pages, list_pages

DOUBTFUL = 80  # word confidence below which the chart and the overlay color a word
_LEVELS = {"required": "Required", "core": "Important", "supporting": "Supporting"}
_FEW_FINDINGS = 8  # up to which nobody needs to filter them


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTexts:
    """What the manifest does not say.

    `title`: beneficiary, reason and way of filing; empty if no name may be shown. `rule_titles`: by
    rule id. `signoff`: schemas/signoff.json.
    """

    signoff: Mapping[str, Any]
    title: tuple[str, ...] = ()
    rule_titles: Mapping[str, str] = field(default_factory=dict)


def build_view(manifest: Manifest, content: ShownEvidence, texts: ReviewTexts) -> dict[str, Any]:
    """Return every value that the template uses."""
    marks = mark_pages(manifest.findings, manifest.ledger)
    findings = group_for_view(manifest.findings, manifest.ledger, texts.rule_titles)
    failed = [_check(check) for check in manifest.proof if not check.ok]
    return {
        **findings,
        "is_filtered": findings["finding_count"] > _FEW_FINDINGS,
        "case": manifest.case,
        "packet": manifest.packet,
        "title": texts.title or (f"Packet {manifest.packet}", f"case {manifest.case}"),
        "as_of": format_date(manifest.as_of),
        "version": manifest.assembler,
        "total": len(manifest.ledger),
        "exhibit_count": len(manifest.index),
        "frozen": format_date(manifest.frozen.as_of) if manifest.frozen else "",
        "pictured": bool(content.pictures),
        "exhibits": [(row.exhibit, row.tab) for row in manifest.index],
        "groups": list(group_pages(manifest, content, marks)),
        "marked_count": len(marks),
        "claims": _view_claims(manifest),
        "facts": manifest.facts_used,
        "proof": [_check(check) for check in manifest.proof if check.ok],
        "failed": failed,
        "files": list(_view_files(manifest)),
        "removed": manifest.removed,
        "not_checked": manifest.not_checked,
        "contradictions": manifest.contradictions,
        "searches": [row for row in manifest.searches if "for this category" not in row.why],
        "chart": list(_view_chart(manifest)),
        "outputs": list(_view_outputs(manifest)),
        "signoff": texts.signoff["items"],
        "volumes": [_view_volume(volume, manifest) for volume in manifest.volumes],
        "sha256": " ".join(
            _find_output(volume.path, manifest).sha256 for volume in manifest.volumes
        ),
        "pages": list(list_pages(manifest, content, marks)),
    }


def format_date(iso_date: str) -> str:
    """Return an ISO date as people in the United States write it: November 23, 2026."""
    day = date.fromisoformat(iso_date)
    return f"{day:%B} {day.day}, {day.year}"


def _view_claims(manifest: Manifest) -> dict[str, Any]:
    """Return the requirements with the exhibits that show each; those without come first."""
    claims = [_view_claim(claim) for claim in manifest.matrix]
    return {
        "open": [claim for claim in claims if not claim["met"]],
        "shown": [claim for claim in claims if claim["met"]],
        "count": len(claims),
    }


def _view_claim(claim: Claim) -> dict[str, Any]:
    """Return a requirement, and what shows it: "Exhibit B at 30" and the page to open."""
    return {
        "line": claim.line,
        "level": claim.level,
        "level_word": _LEVELS.get(claim.level, claim.level),
        "text": claim.text,
        "met": claim.met,
        "exhibits": [
            {
                "text": f"Exhibit {exhibit.tab} at {exhibit.pages}",
                "page": exhibit.first,
            }
            for exhibit in claim.exhibits
        ],
        "facts": claim.facts,
    }


def _check(check: Check) -> dict[str, Any]:
    about = f", exhibit {check.exhibit}" if check.exhibit else ""
    return {"ok": check.ok, "name": f"{check.name}{about}", "detail": check.detail}


def _view_files(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Return for every file of evidence how many of its pages are in the bundle, and where."""
    pages: dict[str, list[int]] = {}
    for entry in manifest.ledger:
        if entry.source is not None:
            for path in entry.source.paths:
                pages.setdefault(path, []).append(entry.number)
    labels = [entry.label for entry in manifest.ledger]
    for path, numbers in pages.items():
        first, last = labels[min(numbers) - 1], labels[max(numbers) - 1]
        yield {"path": path, "count": len(numbers), "first": first, "last": last}


def _view_chart(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Return the mean word confidence of each recognized page of evidence, for a bar chart."""
    for entry in manifest.ledger:
        confidence = entry.text.confidence if entry.text else None
        if confidence is not None:
            yield {"n": entry.label, "sure": confidence, "doubtful": confidence < DOUBTFUL}


def _view_volume(volume: Volume, manifest: Manifest) -> dict[str, Any]:
    """Return the size of a file of the bundle beside the receiver's limit."""
    size, limit = _find_output(volume.path, manifest).size, manifest.max_bytes
    return {
        "path": volume.path,
        "first": manifest.ledger[volume.first - 1].label,
        "last": manifest.ledger[volume.last - 1].label,
        "size": _format_size(size),
        "limit": _format_size(limit) if limit else "",
        "share": round(100 * size / limit) if limit else 0,
    }


def _view_outputs(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """List the files of the packet's folder; kept originals, named by their hashes, as one row."""
    original_sizes = []
    for file in manifest.outputs:
        if file.path.startswith("originals/"):
            original_sizes.append(file.size)
        else:
            yield {"path": file.path, "size": _format_size(file.size)}
    if original_sizes:
        yield {
            "path": f"originals/ ({len(original_sizes)} files)",
            "size": _format_size(sum(original_sizes)),
        }


def _find_output(path: str, manifest: Manifest) -> OutputFile:
    return next(file for file in manifest.outputs if file.path == path)


def _format_size(count: int) -> str:
    """Return a size in bytes as "4.7 MB" or "12 kB"."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} kB"
