"""listing: findings of many cases as text, JSON, JUnit, SARIF or GitHub annotations. Pure.

Findings come in, one string goes out; nothing is printed or written here. Must not know what a rule means.
"""

from assembler.listing.listed import STYLES, Listed, RuleHelp, rejected, render, tally

__all__ = ["STYLES", "Listed", "RuleHelp", "rejected", "render", "tally"]
