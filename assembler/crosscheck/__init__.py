"""Compare the text of the evidence with the facts of the case. Pure.

In: a `Case`, the text of every page and a day. Out: findings, what was searched for, and
contradictions. A finding never holds a client's fact; contradictions do, and belong in the manifest
only. Opens nothing.
"""

from assembler.crosscheck.results import CrosscheckReport
from assembler.crosscheck.text_check import check, check_documents, find_repeats

__all__ = ["CrosscheckReport", "check", "check_documents", "find_repeats"]
