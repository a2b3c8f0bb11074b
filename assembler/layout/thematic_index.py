"""Arrange the thematic index: topics as case.json first names them, each with its pages in the
order of the packet. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assembler.model import Case, IndexRow, Leaf, PageSources, TopicRow


def list_topics(
    case: Case,
    index: Sequence[IndexRow],
    leaves: Sequence[Leaf],
    sources: Mapping[str, PageSources],
) -> tuple[TopicRow, ...]:
    """Return the entries of the exhibits of a packet, topic by topic.

    Topics that differ only in capitals and spaces are one, and are printed as they were written
    first. A page that was cut into several is its first piece.

    Args:
        sources: by exhibit.

    Raises:
        KeyError: an entry is of a page that its exhibit does not have.
    """
    ranks: dict[str, int] = {}
    wordings: dict[str, str] = {}
    for exhibit in case.exhibits:
        for topic in exhibit.topics:
            key = fold_topic(topic.topic)
            ranks.setdefault(key, len(ranks))
            wordings.setdefault(key, topic.topic)
    exhibits = {exhibit.id: exhibit for exhibit in case.exhibits}
    labels = {(leaf.exhibit, leaf.exhibit_page): leaf.label for leaf in leaves}
    rows = []
    for row in index:
        topics = exhibits[row.exhibit].topics
        pages = _number_pages(sources[row.exhibit]) if topics else {}
        for topic in topics:
            page = pages[topic.path, topic.page]
            rows.append(
                TopicRow(
                    topic=wordings[fold_topic(topic.topic)],
                    tab=row.tab,
                    exhibit=row.exhibit,
                    title=row.title,
                    page=page,
                    label=labels[row.exhibit, page],
                    path=topic.path,
                    source_page=topic.page,
                    note=topic.note,
                )
            )
    places = {row.exhibit: place for place, row in enumerate(index)}
    return tuple(
        sorted(rows, key=lambda row: (ranks[fold_topic(row.topic)], places[row.exhibit], row.page))
    )


def fold_topic(topic: str) -> str:
    """Return a topic as it is compared with others."""
    return " ".join(topic.split()).casefold()


def _number_pages(sources: PageSources) -> dict[tuple[str, int], int]:
    """Return the page of an exhibit, from 1, that shows each page of its files first."""
    numbers: dict[tuple[str, int], int] = {}
    for number, shown in enumerate(sources.pages, 1):
        for page in shown:
            numbers.setdefault(page, number)
    return numbers
