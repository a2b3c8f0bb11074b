"""review.html of one packet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assembler.errors import ToolFailed
from assembler.model import Fingerprint, LedgerEntry, Manifest, PartKind
from assembler.pdf import thumbnails as small
from assembler.report.review import page_pictures
from assembler.report.review.html_page import page
from assembler.report.review.view import view
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

NAME = "review.html"
MOST_WORDS = (
    400  # pages up to which all recognized words are kept; above it only those read with doubt
)


def write(
    folder: Path,
    manifest: Manifest,
    boxes: Mapping[str, Sequence[Path | None]],
    signoff: Mapping[str, Any],
    case_folder: Path | None,
    workshop: Workshop,
    *,
    thumbnails: bool = True,
    prints: Sequence[Fingerprint] = (),
) -> Path:
    """Write review.html into a build folder that holds the bundle; mode 0600.

    `boxes`: for each exhibit the recognized words of its pages (PreparedPage.boxes). `signoff`:
    schemas/signoff.json. `prints`: of every page, as the proof made them. `thumbnails`: without
    them the page holds no picture and no word of the evidence. Raises ToolFailed, OutputNotWritten.
    """
    ledger = manifest.ledger
    drawn = _pictures(folder, manifest, case_folder, workshop, prints) if thumbnails else ()
    words = (
        [_words(entry, boxes, doubtful=len(ledger) > MOST_WORDS) for entry in ledger]
        if thumbnails
        else []
    )
    path = folder / NAME
    write_atomic(path, page("packet", view(manifest, drawn, words, signoff)).encode())
    return path


def _pictures(
    folder: Path,
    manifest: Manifest,
    case_folder: Path | None,
    workshop: Workshop,
    prints: Sequence[Fingerprint],
) -> tuple[small.Picture, ...]:
    hashes = {file.path: file.sha256 for file in manifest.outputs}
    jobs = [
        job
        for volume in manifest.volumes
        for job in page_pictures.jobs(
            folder / volume.path,
            hashes[volume.path],
            volume.first,
            [entry for entry in manifest.ledger if volume.first <= entry.number <= volume.last],
            small.choose_style(len(manifest.ledger)),
            case_folder,
            workshop.cache,
            prints,
        )
    ]
    made: dict[int, small.Picture] = {}
    for result in workshop.map(page_pictures.draw, jobs):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pages could not be drawn ({result.kind}: {result.detail})",
                where=NAME,
                remedy="build with --no-thumbnails",
            )
        made |= dict(result)
    return tuple(made[entry.number] for entry in manifest.ledger)


def _words(
    entry: LedgerEntry, boxes: Mapping[str, Sequence[Path | None]], *, doubtful: bool
) -> list[Any]:
    """[word, left, top, right, bottom, confidence] of a recognized page."""
    if entry.exhibit not in boxes or entry.kind is not PartKind.EXHIBIT:
        return []
    path = boxes[entry.exhibit][entry.index]
    found = json.loads(path.read_text(encoding="utf8")) if path else []
    return [word for word in found if word[5] < 80] if doubtful else found
