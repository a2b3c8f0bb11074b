"""Bind a bundle: copy the pages in the layout's order, stamp, link, tag, and save them.

In: a `Layout` and one PDF per document. Out: a bundle file. Contains no choice about meaning: a
loop over `layout.leaves` and over what points at them.
"""

from assembler.bundle.upload_files import bind_upload_set
from assembler.bundle.volumes import AboveLimit, bind_within, describe_page, make_above_limit_error
from assembler.bundle.writer import BoundBundle, BundleStyle, bind

__all__ = [
    "AboveLimit",
    "BoundBundle",
    "BundleStyle",
    "bind",
    "bind_upload_set",
    "bind_within",
    "describe_page",
    "make_above_limit_error",
]
