"""listing: findings of many cases as text, JSON, JUnit, SARIF or GitHub annotations. Pure.

Findings come in, one string goes out; nothing is printed or written here. Must not know what a rule
means.
"""

from assembler.report.formats.styles import STYLES, Listed, rejected, render, tally

__all__ = ["STYLES", "Listed", "rejected", "render", "tally"]
