"""review: a finished packet as one page to look at, and many cases as one list. HTML files that
fetch nothing.

A manifest, pictures of the pages and the recognized words come in; review.html goes out, mode 0600.
Decides nothing: what is wrong was found before. Must not know how a bundle is made.
"""

from assembler.report.review.batch_index import Row, index
from assembler.report.review.html_page import MADE_BY
from assembler.report.review.review_page import NAME, write

__all__ = ["MADE_BY", "NAME", "Row", "index", "write"]
