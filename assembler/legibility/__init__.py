"""legibility: pure; measures of a page in, a verdict with what decided it, where, and how to scan it better, out."""

from assembler.legibility.judging import BLANK, Judged, Reason, Verdict, judge
from assembler.legibility.measures import Box, Limit, Limits, Measures, Region, limits, measures

__all__ = ["BLANK", "Box", "Judged", "Limit", "Limits", "Measures", "Reason", "Region", "Verdict", "judge", "limits", "measures"]
