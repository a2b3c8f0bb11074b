"""Write review.html of one packet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assembler.errors import ToolFailed
from assembler.model import Fingerprint, LedgerEntry, Manifest, PartKind
from assembler.pdf.thumbnails import Picture, choose_style
from assembler.report.review import page_pictures
from assembler.report.review.html_page import page
from assembler.report.review.page_view import ShownEvidence
from assembler.report.review.view import DOUBTFUL, ReviewTexts, build_view
from assembler.runtime.atomic_files import write_atomic
from assembler.runtime.worker_pool import Failure
from assembler.runtime.workshop import Workshop

NAME = "review.html"
# pages of a packet up to which all recognized words are kept; above it only uncertain ones
MOST_WORDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewInputs:
    """Everything that review.html is made from."""

    manifest: Manifest
    boxes: Mapping[str, Sequence[Path | None]]  # exhibit → PreparedPage.boxes of each page
    texts: ReviewTexts
    case_folder: Path | None
    # False: no picture and no word of the evidence, and no name of a person as a title
    thumbnails: bool = True
    prints: Sequence[Fingerprint] = ()  # of every page, as the proof made them


def write(folder: Path, inputs: ReviewInputs, workshop: Workshop) -> Path:
    """Write review.html, mode 0600, into a build folder that holds the bundle; return its path.

    Raises ToolFailed, OutputNotWritten.
    """
    ledger = inputs.manifest.ledger
    pictures: tuple[Picture, ...] = ()
    words: list[list[Any]] = []
    if inputs.thumbnails:
        pictures = _draw_pictures(folder, inputs, workshop)
        only_uncertain = len(ledger) > MOST_WORDS
        words = [
            _read_words(entry, inputs.boxes, only_uncertain=only_uncertain) for entry in ledger
        ]
    path = folder / NAME
    texts = inputs.texts if inputs.thumbnails else replace(inputs.texts, title=())
    values = build_view(inputs.manifest, ShownEvidence(pictures=pictures, words=words), texts)
    write_atomic(path, page("packet", values).encode())
    return path


def _draw_pictures(folder: Path, inputs: ReviewInputs, workshop: Workshop) -> tuple[Picture, ...]:
    """Return a picture of each page of the bundle."""
    manifest = inputs.manifest
    hashes = {file.path: file.sha256 for file in manifest.outputs}
    jobs: list[page_pictures.Job] = []
    for volume in manifest.volumes:
        file = page_pictures.BundleFile(
            path=folder / volume.path,
            sha256=hashes[volume.path],
            first=volume.first,
            case_folder=inputs.case_folder,
            style=choose_style(len(manifest.ledger)),
            cache=workshop.cache,
        )
        entries = [
            entry for entry in manifest.ledger if volume.first <= entry.number <= volume.last
        ]
        jobs += page_pictures.split_picture_jobs(file, entries, inputs.prints)
    pictures: dict[int, Picture] = {}
    for result in workshop.map(page_pictures.draw, jobs):
        if isinstance(result, Failure):
            raise ToolFailed(
                f"its pages could not be drawn ({result.kind}: {result.detail})",
                where=NAME,
                remedy="build with --no-thumbnails",
            )
        pictures |= dict(result)
    return tuple(pictures[entry.number] for entry in manifest.ledger)


def _read_words(
    entry: LedgerEntry, boxes: Mapping[str, Sequence[Path | None]], *, only_uncertain: bool
) -> list[Any]:
    """Return [word, left, top, right, bottom, confidence] for each word of a recognized page."""
    if entry.exhibit not in boxes or entry.kind is not PartKind.EXHIBIT:
        return []
    path = boxes[entry.exhibit][entry.index]
    words: list[Any] = json.loads(path.read_text(encoding="utf8")) if path else []
    return [word for word in words if word[5] < DOUBTFUL] if only_uncertain else words
