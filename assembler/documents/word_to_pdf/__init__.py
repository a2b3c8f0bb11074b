"""Convert a Word document to PDF; no word, link or character may get lost on the way.

The embedded engine draws with our fonts only; LibreOffice is used if it is asked for, or if the
embedded engine lost something. Must not know what the document says or is for.
"""

from assembler.documents.word_to_pdf.coverage import find_uncovered
from assembler.documents.word_to_pdf.engines import (
    ConvertedDocument,
    convert_to_pdf,
    make_missing_glyph_error,
    read_embedded_version,
    read_libreoffice_version,
)
from assembler.documents.word_to_pdf.libreoffice import convert_office_file
from assembler.documents.word_to_pdf.normal_form import normalize_docx
from assembler.documents.word_to_pdf.picture_count import Drawings, count_drawings
from assembler.documents.word_to_pdf.word_text import (
    count_lost_words,
    count_missing_words,
    parse_part,
    read_all_text,
    read_page_texts,
    read_printed_text,
)
from assembler.documents.word_to_pdf.word_threats import Threat, find_threats

__all__ = [
    "ConvertedDocument",
    "Drawings",
    "Threat",
    "convert_office_file",
    "convert_to_pdf",
    "count_drawings",
    "count_lost_words",
    "count_missing_words",
    "find_threats",
    "find_uncovered",
    "make_missing_glyph_error",
    "normalize_docx",
    "parse_part",
    "read_all_text",
    "read_embedded_version",
    "read_libreoffice_version",
    "read_page_texts",
    "read_printed_text",
]
