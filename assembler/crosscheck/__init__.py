"""crosscheck: the text of the evidence against the facts of the case. Pure.

A `Case`, the text of every page and a day come in; findings, what was looked for, and
contradictions go out. A finding never holds a client's fact; contradictions do, and belong into the
manifest only. Opens nothing.
"""

from assembler.crosscheck.results import Crosschecked, Looked
from assembler.crosscheck.text_check import check, of_documents

__all__ = ["Crosschecked", "Looked", "check", "of_documents"]
