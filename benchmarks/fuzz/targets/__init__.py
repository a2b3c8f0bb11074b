"""All targets by name; `LEFT_OUT` says which parsers of ours have none, and why."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.fuzz.target import Target
from benchmarks.fuzz.targets import (
    case_texts,
    documents,
    imports,
    media,
    messages,
    proofs,
    records,
    words,
)

_MODULES = (case_texts, words, imports, records, messages, documents, media, proofs)
TARGETS: Mapping[str, Target] = {
    target.name: target for module in _MODULES for target in module.TARGETS
}
