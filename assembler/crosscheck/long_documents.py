"""Check which pages of long documents are filed, and that the thematic index names pages that are
there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assembler.crosscheck.results import CheckContext, Result, make_exhibit_finding
from assembler.model import Exhibit, Topic
from assembler.runtime.rule_catalog import make_finding


def find_long_reports(context: CheckContext) -> Iterator[Result]:
    """Yield a finding for each report on country conditions that is filed in full, and is longer
    than a reader can be expected to read."""
    limits = context.data["long_report"]
    for exhibit in context.case.exhibits:
        if exhibit.category not in limits["categories"]:
            continue
        whole = {part.path for part in exhibit.parts if not part.pages}
        for path in dict.fromkeys(part.path for part in exhibit.parts if part.path in whole):
            count = len(_list_pages_of(context, exhibit, path))
            if count > limits["pages"]:
                yield make_exhibit_finding(
                    "PAGES.LONG",
                    exhibit,
                    context,
                    f"{path} is filed in full, with {count} pages",
                    "choose the pages that count: on the file, put `pages` and "
                    '"excerpt": true; its title page is added',
                )


def check_topic_pages(context: CheckContext) -> Iterator[Result]:
    """Yield an error for each entry of the thematic index whose page its exhibit does not have."""
    for number, exhibit in enumerate(context.case.exhibits):
        for place, topic in enumerate(exhibit.topics):
            pages = _list_pages_of(context, exhibit, topic.path)
            if topic.page not in pages and context.list_pages(exhibit):
                pointer = f"/exhibits/{number}/topics/{place}/page"
                yield make_finding(
                    "TOPIC.PAGE",
                    context.case.place(pointer),
                    _describe_missing_page(topic, exhibit),
                    "correct the page, or add it to `pages` of the file if the file has it",
                    file="case.json",
                    pointer=pointer,
                    line=context.case.line(pointer),
                    exhibit=exhibit.id,
                    source="house rule",
                )


def _describe_missing_page(topic: Topic, exhibit: Exhibit) -> str:
    return f"exhibit {exhibit.id} does not have page {topic.page} of {topic.path}"


def _list_pages_of(context: CheckContext, exhibit: Exhibit, path: str) -> Sequence[int]:
    """Return the pages of a file that an exhibit has, each once."""
    shown = [place for page in context.list_pages(exhibit) for place in page.prepared.shown]
    return list(dict.fromkeys(number for name, number in shown if name == path))
