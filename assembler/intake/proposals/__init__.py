"""Propose exhibits: from the text of unlisted pages to titles, categories, dates and places. Pure.

In: pages as they were read, people and exhibits of the case, words of `schemas/categories.json`.
Out: proposals, each field with a confidence and the places that led to it, and findings. Nothing
is opened or written here.
"""

from assembler.intake.proposals.cues import Cues, parse_cues
from assembler.intake.proposals.proposing import propose_exhibits
from assembler.intake.proposals.values import (
    ChecklistLine,
    Guess,
    KnownCase,
    KnownPerson,
    LeftOut,
    PageReading,
    Proposal,
    Proposals,
    ProposedPart,
    Reason,
)

__all__ = [
    "ChecklistLine",
    "Cues",
    "Guess",
    "KnownCase",
    "KnownPerson",
    "LeftOut",
    "PageReading",
    "Proposal",
    "Proposals",
    "ProposedPart",
    "Reason",
    "parse_cues",
    "propose_exhibits",
]
