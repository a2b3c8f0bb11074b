"""Fill Word templates with the case: letters, declarations, index and tab sheets.

In: a `Plan`, the case and a `Layout`. Out: a .docx and a PDF per document. Templates are untrusted
code: they run sandboxed, in a worker. Contains no choice about meaning or order.
"""

from assembler.documents.drafts import (
    DraftInputs,
    fill_drafts,
    read_draft_text,
    read_exhibit_page_facts,
    read_page_facts,
    settle_drafts,
)
from assembler.documents.translator_certificate import fill_translator_certificate
from assembler.documents.working_papers import Paper, fill_papers, list_papers

__all__ = [
    "DraftInputs",
    "Paper",
    "fill_drafts",
    "fill_papers",
    "fill_translator_certificate",
    "list_papers",
    "read_draft_text",
    "read_exhibit_page_facts",
    "read_page_facts",
    "settle_drafts",
]
