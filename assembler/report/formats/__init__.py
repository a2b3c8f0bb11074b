"""Format findings of cases: grouped for a person, or as JSON, JUnit, SARIF or GitHub annotations.

Takes findings, returns one string; prints and writes nothing. Must not know what a rule means.
"""

from assembler.report.formats.styles import STYLES, Listed, has_failure, render, tally

__all__ = ["STYLES", "Listed", "has_failure", "render", "tally"]
