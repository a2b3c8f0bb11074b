"""drafts: letters, declarations, index and tab sheets, from Word templates filled with the case.

A `Plan`, the case and a `Layout` come in; a .docx and a PDF per document go out. Templates are
untrusted code: they run sandboxed, in a worker. Contains no choice about meaning or order.
"""

from assembler.documents.settle import facts_of, fill, page_facts, settle, words_of
from assembler.documents.translator_certificate import translator_certificate
from assembler.documents.working_papers import Paper, papers, wanted

__all__ = [
    "Paper",
    "facts_of",
    "fill",
    "page_facts",
    "papers",
    "settle",
    "translator_certificate",
    "wanted",
    "words_of",
]
