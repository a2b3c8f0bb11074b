"""Check that the tags of our own pages are those of the drafts they were made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from assembler.model import Check
from assembler.proof.bound_bundle import BoundBundle


def check_tags(bundle: BoundBundle) -> Iterator[Check]:
    """Check that the tags of our pages are those of the kept drafts.

    A draft whose pages are in several files has no tags: they would name pages of another file.
    Yield nothing for a packet that kept no drafts, since there is nothing to compare with.
    """
    drafts = {entry.document for entry in bundle.manifest.ledger if entry.is_ours}
    kept = [bundle.origins.documents[name] for name in drafts if name in bundle.origins.documents]
    if len(kept) < len(drafts) or not all(origin.kind == "pdf" for origin in kept):
        return
    bound = Counter(branch for file in bundle.files for branch in file.tags)
    expected = Counter(
        branch
        for document in drafts
        if len(_list_volumes(bundle, document)) == 1
        for branch in bundle.origins.documents[document].tags
    )
    are_same = bound == expected
    detail = (
        "the tags of our pages match those of the drafts"
        if are_same
        else "a screen reader would read our pages differently than the drafts"
    )
    yield Check(name="tags", ok=are_same, detail=detail)


def _list_volumes(bundle: BoundBundle, document: str) -> set[str]:
    """Return the files of the bundle that have pages of a document."""
    numbers = [entry.number for entry in bundle.manifest.ledger if entry.document == document]
    return {
        volume.path
        for volume in bundle.volumes.values()
        if any(volume.first <= number <= volume.last for number in numbers)
    }
