"""sight: what several rooms must see of a file: a client's file as a viewer shows it, the fonts a page does without.

Opens read-only, in a worker. Judges nothing, and shares no code with what prepares the evidence.
"""

from assembler.sight.album import Album
from assembler.sight.fonts import bare_fonts
from assembler.sight.sources import WORD, NoPages, Sources

__all__ = ["WORD", "Album", "NoPages", "Sources", "bare_fonts"]
