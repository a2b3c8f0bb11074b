"""Inputs of the drafts of the small case's packet."""

from __future__ import annotations

from pathlib import Path

from assembler import documents, rules
from assembler.layout.packet_plan import plan_packet
from assembler.model import Case
from assembler.runtime.resources import Shelf
from assembler.runtime.workshop import Workshop
from tests.conftest import AS_OF


def draft_inputs(case: Case, folder: Path, shop: Workshop) -> documents.DraftInputs:
    """Return what letters, index and tab sheets are filled from."""
    shelf = Shelf.default()
    return documents.DraftInputs(
        plan=plan_packet(case, shelf.recipe("parole"), "child"),
        case=case,
        folder=folder,
        shelf=shelf,
        workshop=shop,
        facts=rules.find_letter_facts(case, rules.load_library(shelf), AS_OF),
        as_of=AS_OF,
    )
