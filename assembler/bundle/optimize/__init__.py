"""fitting: pages that are above a receiver's limits are stored again, without loss first, then
coarser while they stay legible.

Finished PDFs of documents, a profile, and which pages must shrink come in; new PDFs and a line of
before and after for each page go out. The sources, and the documents as prepared, are never
written.
"""

from assembler.bundle.optimize.packet_fit import (
    Desk,
    Fit,
    Place,
    findings,
    joined,
    knows,
    lay_out,
    size,
    to_resolution,
    to_size,
    to_total,
    total,
    without_color,
)

__all__ = [
    "Desk",
    "Fit",
    "Place",
    "findings",
    "joined",
    "knows",
    "lay_out",
    "size",
    "to_resolution",
    "to_size",
    "to_total",
    "total",
    "without_color",
]
