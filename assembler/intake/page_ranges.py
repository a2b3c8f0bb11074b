"""Read the page ranges of an entry of any shape. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TITLE_PAGE = 1  # of an excerpt that does not say which page of its file it is
LAST_PAGE = 99_999  # the highest page number the schema takes; the end of an open range
_RANGE = re.compile(r"([0-9]{1,5})(?:(-)([0-9]{1,5})?)?")


def iterate_ranges(text: Any) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each range; unreadable ones are skipped."""
    for page_range in text.split(",") if isinstance(text, str) else ():
        match = _RANGE.fullmatch(page_range)
        if match is None:
            continue
        first = int(match[1])
        if match[3]:
            yield first, int(match[3])
        else:
            yield first, LAST_PAGE if match[2] else first
