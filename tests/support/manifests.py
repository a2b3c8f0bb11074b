"""Manifests and their entries, with whatever a test does not care about filled in."""

from __future__ import annotations

import json
from typing import Any

from assembler.model import (
    DocumentId,
    LedgerEntry,
    Manifest,
    PartKind,
    PartRole,
    TextMethod,
    Volume,
)
from assembler.model.manifest import (
    FORMAT,
    ManifestIndexRow,
    OutputFile,
    SearchableText,
    Source,
    StampWording,
    Transform,
)
from assembler.runtime.manifest_reader import parse_manifest

_SHA256 = "0" * 64


def parsed(data: dict[str, Any]) -> Manifest:
    """The manifest that this JSON is."""
    return parse_manifest(json.dumps(data).encode())


def source(**values: Any) -> Source:
    return Source(
        **{"path": "file.pdf", "sha256": _SHA256, "page": 1, "role": PartRole.DOCUMENT} | values
    )


def transform(**values: Any) -> Transform:
    return Transform(**{"turned": 0, "placement": None, "redrawn": False} | values)


def text(**values: Any) -> SearchableText:
    return SearchableText(**{"method": TextMethod.TEXT, "words": 1, "confidence": None} | values)


def output(**values: Any) -> OutputFile:
    return OutputFile(**{"path": "bundle.pdf", "size": 1, "sha256": _SHA256} | values)


def volume(**values: Any) -> Volume:
    return Volume(**{"path": "bundle.pdf", "first": 1, "last": 1} | values)


def entry(number: int = 1, kind: PartKind = PartKind.DRAFT, **values: Any) -> LedgerEntry:
    """An entry of the ledger; one of an exhibit has a source."""
    fields: dict[str, Any] = {
        "number": number,
        "label": str(number),
        "part": "letter",
        "kind": kind,
        "document": "draft:letter",
        "index": 0,
        "tab": "",
        "exhibit": "",
        "exhibit_page": 0,
        "exhibit_pages": 0,
        "size": (612.0, 792.0),
        "scale": 1.0,
        "stamp": None,
    }
    if kind is PartKind.EXHIBIT:
        fields |= {"source": source(), "transform": transform(), "text": text()}
    fields |= values
    return LedgerEntry(**fields | {"document": DocumentId(fields["document"])})


def index_row(exhibit: str, **values: Any) -> ManifestIndexRow:
    fields: dict[str, Any] = {
        "exhibit": exhibit,
        "tab": "A",
        "title": "",
        "date": "",
        "language": "en",
        "first": 1,
        "last": 1,
        "sheet": 1,
        "printed": ("1", "1"),
        "group": "",
        "parts": (),
        "pages": "1",
    }
    return ManifestIndexRow(**fields | values)


def manifest(**values: Any) -> Manifest:
    fields: dict[str, Any] = {
        "format": FORMAT,
        "assembler": "1",
        "case": "case",
        "kind": "parole",
        "packet": "child",
        "profile": "uscis-paper",
        "max_bytes": None,
        "linked": True,
        "marking": StampWording(exhibit="", tab="", other=""),
        "as_of": "2026-11-20",
        "seal": "",
        "frozen": None,
    }
    empty = (
        "volumes inputs exhibits ledger index bookmarks removed opened findings matrix facts_used "
        "searches contradictions not_checked outputs"
    )
    fields |= dict.fromkeys(empty.split(), ())
    fields |= {name: {} for name in ("addresses", "engines", "word_engines")}
    return Manifest(**fields | values)
