"""Format findings of many cases as text, JSON, JUnit, SARIF or GitHub annotations. Pure.

Takes findings, returns one string; prints and writes nothing. Must not know what a rule means.
"""

from assembler.report.formats.styles import STYLES, Listed, rejected, render, tally

__all__ = ["STYLES", "Listed", "rejected", "render", "tally"]
