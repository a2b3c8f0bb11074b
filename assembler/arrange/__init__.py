"""arrange: the bundle as a flat list of leaves, and everything that points at them. Pure.

A `Plan`, the case's exhibits and the facts of every page come in; a `Layout` goes out. All numbers are decided here:
printed number = page label, and = PDF page unless the packet is frozen. Drawing (`bind`) and writing (`drafts`) only follow.
"""

from assembler.arrange.book import HOST, arrange, target
from assembler.arrange.paper import PAPER
from assembler.arrange.stamping import EDGE, STAMP_SIZE, WIDTHS, in_zone, stamp_place, text_width

__all__ = ["EDGE", "HOST", "PAPER", "STAMP_SIZE", "WIDTHS", "arrange", "in_zone", "stamp_place", "target", "text_width"]
