"""Check what leads through a bundle: links, bookmarks and tags, and the paper they lie on."""

from __future__ import annotations

from collections.abc import Iterator

from assembler.model import Check
from assembler.proof.bound_bundle import BoundBundle
from assembler.proof.link_check import check_links
from assembler.proof.outline_check import check_outlines
from assembler.proof.paper_check import check_paper
from assembler.proof.tag_check import check_tags


def check_navigation(bundle: BoundBundle) -> Iterator[Check]:
    """Yield the checks of paper, links, bookmarks and tags."""
    yield check_paper(bundle)
    yield from check_links(bundle)
    yield from check_outlines(bundle)
    yield from check_tags(bundle)
