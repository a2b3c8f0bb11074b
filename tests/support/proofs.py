"""A packet changed, and what its proof then says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from pikepdf import Pdf

from assembler.model import Proof
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.runtime.workshop import Workshop


def proved(case: Path, with_sources: bool = True, remember: bool = False) -> Proof:
    """`remember`: with the cache that the case was built with, as `bundle` does; else as
    `verify` does."""
    with Workshop(
        case / (".assembler" if remember else ".verify"), jobs=2, temporary=not remember
    ) as shop:
        return prove(case / "build/child", case if with_sources else None, shop, remember=remember)


def rewrite(case: Path, change: Callable[[Pdf], None], **save: object) -> None:
    """Change the bundle and let the manifest believe in it, so that only the proof can tell."""
    path = case / "build/child/bundle.pdf"
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path, **save)
    believe(case)


def believe(case: Path) -> None:
    build = case / "build/child"
    data = json.loads((build / MANIFEST_FILE).read_text())
    for one in data["outputs"]:
        content = (build / one["path"]).read_bytes()
        one["size"], one["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    (build / MANIFEST_FILE).write_text(json.dumps(data))


def failed(proof: Proof) -> set[str]:
    return {check.name for check in proof.checks if not check.ok}
