"""legibility: pure; measures of a page in, a verdict with what decided it, where, and how to
scan it better, out."""

from assembler.evidence.legibility.limits import (
    Box,
    Limit,
    Limits,
    Measures,
    Region,
    limits,
    measures,
)
from assembler.evidence.legibility.verdicts import BLANK, Judged, Reason, Verdict, judge

__all__ = [
    "BLANK",
    "Box",
    "Judged",
    "Limit",
    "Limits",
    "Measures",
    "Reason",
    "Region",
    "Verdict",
    "judge",
    "limits",
    "measures",
]
