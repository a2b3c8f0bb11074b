"""sight: what several rooms must see of a file: a client's file as a viewer shows it, the fonts a page does without,
how much a page weighs.

Opens read-only, in a worker. Judges nothing.
"""

from assembler.sight.album import Album
from assembler.sight.bare import pdf_reader
from assembler.sight.fonts import bare_fonts
from assembler.sight.leafing import Leafing
from assembler.sight.mending import document, is_encrypted, recovered
from assembler.sight.sources import WORD, NoPages, Sources
from assembler.sight.weight import weight

__all__ = [
    "WORD", "Album", "Leafing", "NoPages", "Sources", "bare_fonts", "document", "is_encrypted", "pdf_reader", "recovered",
    "weight",
]  # fmt: skip
