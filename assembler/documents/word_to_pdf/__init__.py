"""convert: a Word document in, a PDF out; no word, link or character may get lost on the way.

The embedded engine draws with our fonts only; LibreOffice is used where it is asked for, or where
the embedded engine lost something. Must not know what the document says or is for.
"""

from assembler.documents.word_to_pdf.coverage import uncovered
from assembler.documents.word_to_pdf.engines import (
    Converted,
    embedded_version,
    libreoffice_version,
    no_glyph,
    to_pdf,
)
from assembler.documents.word_to_pdf.normal_form import normal_form
from assembler.documents.word_to_pdf.picture_count import Drawings, drawings_of
from assembler.documents.word_to_pdf.word_text import (
    all_text,
    lost_words,
    page_texts,
    parsed,
    printed_text,
    words_missing,
)
from assembler.documents.word_to_pdf.word_threats import Threat, find_threats

__all__ = [
    "Converted",
    "Drawings",
    "Threat",
    "all_text",
    "drawings_of",
    "embedded_version",
    "find_threats",
    "libreoffice_version",
    "lost_words",
    "no_glyph",
    "normal_form",
    "page_texts",
    "parsed",
    "printed_text",
    "to_pdf",
    "uncovered",
    "words_missing",
]
