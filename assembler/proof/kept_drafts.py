"""Read what a packet keeps beside its bundle for the proof: each draft's PDF before binding, and
recognized words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from assembler.model import DocumentId, Manifest

SINCE = 2  # first format of the manifest with kept drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDocument:
    """A document of ours before binding; paths are relative to the packet's folder.

    `docx`: the Word file it was printed from, "" if none is kept. `shipped`: from a template of
    ours.
    """

    document: DocumentId
    pdf: str
    docx: str = ""
    shipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A recognized word and its place on the page: points from the top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWords:
    """What was recognized on a page of this width and height, in reading order."""

    size: tuple[float, float]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that is kept. `words`: by document and index of the page in it."""

    documents: Mapping[DocumentId, KeptDocument]
    words: Mapping[tuple[str, int], KeptWords]


def read_kept(build: Path, manifest: Manifest) -> Kept | None:
    """Read what a packet keeps; None for a packet built before anything was kept.

    Raises OSError, ValueError, KeyError or TypeError if it cannot be read.
    """
    if manifest.format < SINCE or manifest.kept is None:
        return None
    kept = manifest.kept
    drafts = [
        KeptDocument(
            document=draft.document,
            pdf=_require_inner_path(draft.pdf),
            docx=_require_inner_path(draft.docx) if draft.docx else "",
            shipped=draft.shipped,
        )
        for draft in kept.drafts
    ]
    forms = [
        KeptDocument(document=form.document, pdf=_require_inner_path(form.pdf))
        for form in kept.forms
    ]
    lines = (build / _require_inner_path(kept.words)).read_text(encoding="utf8").splitlines()
    try:
        rows = [json.loads(line) for line in lines]
    except RecursionError as error:
        raise ValueError("the words are nested too deep") from error
    try:
        words = {(str(row["document"]), int(row["index"])): _parse_words(row) for row in rows}
    except OverflowError as error:
        raise ValueError("a number has no end") from error
    return Kept(
        documents={document.document: document for document in (*drafts, *forms)}, words=words
    )


def _parse_words(row: Mapping[str, Any]) -> KeptWords:
    width, height = map(float, row["size"])
    words = tuple(
        Word(
            text=str(text),
            left=float(left),
            top=float(top),
            right=float(right),
            bottom=float(bottom),
        )
        for text, left, top, right, bottom in row["words"]
    )
    return KeptWords(size=(width, height), words=words)


def _require_inner_path(path: Any) -> str:
    """Return a path within the packet's folder. Raises ValueError for any other."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in str(path) or not pure.parts:
        raise ValueError("a path leads out of the packet")
    return str(path)
