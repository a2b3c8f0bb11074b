"""Read signoff.json, which a person saves from the review page and puts beside the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assembler.model import Manifest
from assembler.runtime.user_files import read_record

SIGN_OFF_FILE = "signoff.json"


def is_signed_off(folder: Path, manifest: Manifest) -> bool:
    """Return whether a person confirmed every item, signatures among them, of exactly this packet.

    False where there is no sign-off, it is of another bundle, or it cannot be read.
    """
    return is_complete(read_record(folder / SIGN_OFF_FILE) or {}, manifest)


def is_complete(record: Mapping[str, object], manifest: Manifest) -> bool:
    """Return whether a sign-off confirms every item of exactly this packet."""
    items = record.get("items")
    digests = {file.path: file.sha256 for file in manifest.outputs}
    expected = " ".join(digests.get(volume.path, "") for volume in manifest.volumes)
    return (
        record.get("bundle_sha256") == expected
        and isinstance(items, dict)
        and items.get("signatures") is True
        and all(value is True for value in items.values())
    )
