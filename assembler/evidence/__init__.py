"""Turn source files into normalized, upright, searchable, measured PDFs, with a list of what was
removed.

Three phases, each in worker processes and cached by content: open each file, recognize each page,
join each exhibit. The source files are opened read-only. Knows nothing about where a page is in the
bundle.
"""

from assembler.evidence.file_preparation import read_paper_templates
from assembler.evidence.page_texts import read_texts
from assembler.evidence.preparation import Settings, prepare

__all__ = ["Settings", "prepare", "read_paper_templates", "read_texts"]
