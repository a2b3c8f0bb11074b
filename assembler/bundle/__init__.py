"""bind: the pages copied in the layout's order, stamped, linked, tagged, and saved.

A `Layout` and one PDF per document come in, a bundle file goes out. Contains no choice about
meaning: a loop over `layout.leaves` and over what points at them.
"""

from assembler.bundle.volumes import AboveLimit, bind_within, place, refusal
from assembler.bundle.writer import Bound, bind

__all__ = ["AboveLimit", "Bound", "bind", "bind_within", "place", "refusal"]
