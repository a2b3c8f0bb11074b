"""evidence: source files in; normal, upright, searchable, measured PDFs out, with a list of what
was removed.

Three phases, each in worker processes and cached by content: open each file, read each page, join
each exhibit. The files themselves are opened read-only. Must not know where a page stands in the
bundle.
"""

from assembler.evidence.page_texts import read_texts
from assembler.evidence.preparation import Settings, prepare

__all__ = ["Settings", "prepare", "read_texts"]
