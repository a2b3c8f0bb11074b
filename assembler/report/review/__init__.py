"""Write review.html, one page that shows a finished packet, and index.html, a list of many cases.

Takes a manifest, pictures of the pages and the recognized words; writes HTML files, mode 0600, that
load nothing from elsewhere. Shows findings and makes none. Must not know how a bundle is made.
"""

from assembler.report.review.batch_index import Row, index
from assembler.report.review.html_page import MADE_BY
from assembler.report.review.review_page import NAME, ReviewInputs, write
from assembler.report.review.view import ReviewTexts

__all__ = ["MADE_BY", "NAME", "ReviewInputs", "ReviewTexts", "Row", "index", "write"]
