"""Fit pages to a receiver's limits: store them again, without loss first, then coarser while they
stay legible.

In: finished PDFs of documents, a profile, and which pages must shrink. Out: new PDFs and a line of
before and after for each page. The sources, and the documents as prepared, are never written.
"""

from assembler.bundle.optimize.packet_fit import (
    FitInputs,
    FitState,
    Place,
    can_fit,
    convert_to_gray,
    fit_findings,
    limit_resolution,
    page_size,
    shrink_pages,
    shrink_together,
    shrink_total,
    sum_page_sizes,
    sum_sizes,
    survey_documents,
    write_fitted,
)

__all__ = [
    "FitInputs",
    "FitState",
    "Place",
    "can_fit",
    "convert_to_gray",
    "fit_findings",
    "limit_resolution",
    "page_size",
    "shrink_pages",
    "shrink_together",
    "shrink_total",
    "sum_page_sizes",
    "sum_sizes",
    "survey_documents",
    "write_fitted",
]
