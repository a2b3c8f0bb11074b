"""Write the upload sheet as a page for the browser, to tick off. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assembler.report.review.html_page import page


def write_upload_page(values: Mapping[str, Any], title: str) -> str:
    """Return the HTML of an upload sheet; `values` as the Word template has them. What is ticked is
    kept nowhere."""
    return page("upload", {"upload": values, "title": title})
