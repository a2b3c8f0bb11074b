"""Judge whether a page can be read.

Takes the measures of a page; returns a verdict, what decided it, where, and how to scan it better.
"""

from assembler.evidence.legibility.limits import (
    Box,
    Limit,
    Limits,
    Measures,
    Region,
    read_limits,
    read_measures,
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
    "read_limits",
    "read_measures",
]
